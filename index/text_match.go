package index

import (
	"math/bits"
	"slices"
	"strings"
)

// TextMatch is which missions match words, and how well. It is immutable and
// may be shared by many requests.
type TextMatch struct {
	Ordinals   []uint32  // ascending, no repeats
	Scores     []float32 // Scores[i] of Ordinals[i], in (0, 1]
	GivenUp    []string  // words as typed that had to be given up; nil if all match
	DidYouMean string    // the words spelled as missions spell them; "" if they are
	Seq        uint64    // text watermark: the words were the same from it to the reader's
	Bits       []uint64  // the same set as Ordinals: bit o%64 of word o/64; nil where nobody made it
}

// matchKey names a whole match.
type matchKey struct {
	version uint64
	words   string
}

// matchOverhead is what a match takes in the cache beside its hits.
const matchOverhead = 256

// Match gives the missions that match every clause and none of those not
// wanted; all missions if there are no clauses. It is shared and immutable:
// the same words give the same match until a text changes. noCache leaves the
// cache of whole matches alone, as benchmarks wish. It fails only where the
// index turns out to be damaged, and then it is built anew.
func (r *TextReader) Match(w *Words, noCache bool) (*TextMatch, error) {
	if noCache {
		return r.match(w)
	}
	k := matchKey{r.version, w.Key()}
	if m, ok := r.matches.look(k); ok {
		return m, nil
	}
	m, err := r.match(w)
	if err == nil {
		r.matches.keep(k, m, 8*len(m.Ordinals)+8*len(m.Bits)+len(k.words)+len(m.DidYouMean)+matchOverhead)
	}
	return m, err
}

func (r *TextReader) match(w *Words) (*TextMatch, error) {
	m, err := r.begin(w)
	defer m.end()
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for i := range m.clauses {
		m.clauses[i].rarity = rarity(m.clauses[i].docs, r.docs)
		sum += m.clauses[i].rarity
	}
	all := m.all()
	n := 0
	for i := range all {
		for c := range m.clauses {
			all[i] &= m.clauses[c].bits[i]
		}
		n += bits.OnesCount64(all[i])
	}
	t := &TextMatch{DidYouMean: m.meant(), Seq: r.seq, Ordinals: make([]uint32, 0, n), Scores: make([]float32, 0, n), Bits: slices.Clone(all)}
	for i, word := range all {
		for ; word != 0; word &= word - 1 {
			t.Ordinals = append(t.Ordinals, uint32(i<<6+bits.TrailingZeros64(word)))
		}
	}
	t.Scores = t.Scores[:n]
	if len(m.clauses) == 0 {
		for i := range t.Scores {
			t.Scores[i] = 1
		}
	}
	for c := range m.clauses {
		scores, weight := m.clauses[c].scores, float32(m.clauses[c].rarity/sum)
		for i, o := range t.Ordinals {
			t.Scores[i] += weight * scores[o]
		}
	}
	atMostOne(t.Scores)
	return t, nil
}

// atMostOne takes away what rounding added.
func atMostOne(scores []float32) {
	for i := range scores {
		scores[i] = min(scores[i], 1)
	}
}

// Closest gives, of the missions that admit lets pass, those that match the
// most clauses; among as many clauses, those whose clauses are rarer. All of
// them match the same clauses, and GivenUp names the others. Nothing matches
// anything: it is empty.
func (r *TextReader) Closest(w *Words, admit func(ordinal uint32) bool) (*TextMatch, error) {
	m, err := r.begin(w)
	defer m.end()
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for i := range m.clauses {
		m.clauses[i].rarity = rarity(m.clauses[i].docs, r.docs)
		sum += m.clauses[i].rarity
	}
	t := &TextMatch{DidYouMean: m.meant(), Seq: r.seq}
	best := m.closest(t, admit)
	for i := range m.clauses {
		if len(t.Ordinals) > 0 && best&(1<<i) == 0 {
			t.GivenUp = append(t.GivenUp, w.Clauses[i].Typed)
		}
	}
	t.Scores = make([]float32, len(t.Ordinals))
	for i, o := range t.Ordinals {
		for rest := best; rest != 0; rest &= rest - 1 {
			c := &m.clauses[bits.TrailingZeros32(rest)]
			t.Scores[i] += float32(c.rarity/sum) * c.scores[o]
		}
	}
	atMostOne(t.Scores)
	return t, nil
}

// closest collects the ordinals of the best set of clauses that somebody has.
func (m *matching) closest(t *TextMatch, admit func(uint32) bool) (best uint32) {
	bestWorth := 0.0
	for i, wanted := range m.all() {
		any := uint64(0)
		for c := range m.clauses {
			any |= m.clauses[c].bits[i]
		}
		for any &= wanted; any != 0; any &= any - 1 {
			bit := any & -any
			set, worth := uint32(0), 0.0
			for c := range m.clauses {
				if m.clauses[c].bits[i]&bit != 0 {
					set |= 1 << c
					worth += m.clauses[c].rarity
				}
			}
			more := bits.OnesCount32(set) - bits.OnesCount32(best)
			if o := uint32(i<<6 + bits.TrailingZeros64(bit)); set == best && best != 0 {
				if admit(o) {
					t.Ordinals = append(t.Ordinals, o)
				}
			} else if (more > 0 || more == 0 && worth > bestWorth) && admit(o) {
				best, bestWorth = set, worth
				t.Ordinals = append(t.Ordinals[:0], o)
			}
		}
	}
	return best
}

// matching is one question on its way.
type matching struct {
	view    *textView
	clauses []matched
	not     []uint64 // nil for none
	words   int      // of a bitset over all ordinals
	room    *scratch
}

// matched is what a clause matches. Scores of ordinals that are not in bits
// mean nothing.
type matched struct {
	typed  string
	meant  string // "" unless it was misspelt
	bits   []uint64
	scores []float32
	docs   int // live ones that it matches
	rarity float64

	typedDocs int // of them, in the form that was typed
}

// begin finds what each clause matches. The caller ends it.
func (r *TextReader) begin(w *Words) (*matching, error) {
	m := &matching{view: r.textView, words: (len(r.home) + 63) / 64, room: r.scratch.take()}
	for i := range w.Clauses[:min(len(w.Clauses), ClausesMax)] {
		c := m.clause(w.Clauses[i].Typed)
		if err := m.find(c, &w.Clauses[i]); err != nil {
			return m, err
		}
	}
	if len(w.Not) == 0 {
		return m, nil
	}
	not := m.room.set(m.words)
	for i := range w.Not {
		c := m.room.clause(m.words, len(r.home))
		for j := range w.Not[i].Forms {
			if err := m.addForm(&c, &w.Not[i].Forms[j], 1); err != nil {
				return m, err
			}
		}
		for k := range not {
			not[k] |= c.bits[k]
		}
	}
	m.not = not
	return m, nil
}

func (m *matching) end() { m.view.scratch.give(m.room) }

func (m *matching) clause(typed string) *matched {
	m.clauses = append(m.clauses, m.room.clause(m.words, len(m.view.home)))
	c := &m.clauses[len(m.clauses)-1]
	c.typed = typed
	return c
}

// all gives the ordinals that are live and not unwanted.
func (m *matching) all() []uint64 {
	set := m.room.set(m.words)
	copy(set, m.view.live)
	for i := range m.not {
		set[i] &^= m.not[i]
	}
	return set
}

// find looks for a clause in all its forms, and for what it may have been
// meant for where hardly anybody has it.
func (m *matching) find(c *matched, clause *Clause) error {
	for i := range clause.Forms {
		f := &clause.Forms[i]
		worth := float32(exactWorth)
		if f.Synonym {
			worth = synonymWorth
		}
		if err := m.addForm(c, f, worth); err != nil {
			return err
		}
		if i == 0 && clause.Prefix {
			if err := m.add(c, f, begun, prefixWorth); err != nil {
				return err
			}
		}
		c.respelt(clause, i)
	}
	c.count()
	if c.docs > rareDocsMax || len(clause.Forms) == 0 {
		return nil
	}
	if err := m.correct(c, &clause.Forms[0]); err != nil {
		return err
	}
	c.count()
	return nil
}

// respelt notes where nobody has a group of words as it was typed, and somebody
// has it as it is spelt: that form was added when the question was read.
func (c *matched) respelt(clause *Clause, i int) {
	if i > 1 || len(clause.Forms) == 1 {
		return
	}
	c.count()
	f := &clause.Forms[i]
	if i == 0 {
		c.typedDocs = c.docs
	} else if c.typedDocs == 0 && c.docs > 0 && !f.Synonym && len(f.Tokens) == len(clause.Forms[0].Tokens) {
		c.meant = meant(f, 0, f.Tokens[0].Exact)
	}
}

func (m *matching) addForm(c *matched, f *Form, worth float32) error {
	if err := m.add(c, f, exactly, worth); err != nil {
		return err
	}
	return m.add(c, f, byStem, worth*stemWorth)
}

// add takes in the documents in which a form is, looked for in one way.
func (m *matching) add(c *matched, f *Form, w way, worth float32) error {
	if len(f.Tokens) == 0 {
		return nil
	}
	for i := range m.view.segments {
		s := &m.view.segments[i]
		p, err := m.view.form(s, f, w)
		if err != nil {
			return err
		}
		if s.deleted == 0 {
			c.take(p, worth/impactMax)
		} else {
			c.takeLiving(p, worth/impactMax, m.view.home, uint16(i))
		}
	}
	return nil
}

// take notes the best score of each document of a list.
func (c *matched) take(p *postings, worth float32) {
	impacts := p.impacts[:len(p.ordinals)]
	for i, o := range p.ordinals {
		c.note(o, worth*float32(impacts[i]))
	}
}

// takeLiving does so for those that are live in this segment.
func (c *matched) takeLiving(p *postings, worth float32, home []uint16, segment uint16) {
	impacts := p.impacts[:len(p.ordinals)]
	for i, o := range p.ordinals {
		if home[o] == segment {
			c.note(o, worth*float32(impacts[i]))
		}
	}
}

func (c *matched) note(o uint32, score float32) {
	bit := uint64(1) << (o & 63)
	if word := &c.bits[o>>6]; *word&bit == 0 {
		*word |= bit
		c.scores[o] = score
	} else if c.scores[o] < score {
		c.scores[o] = score
	}
}

func (c *matched) count() {
	c.docs = 0
	for _, word := range c.bits {
		c.docs += bits.OnesCount64(word)
	}
}

// correct looks for what a clause may have been meant for. Of several words
// each may be misspelt, but in the rest they must be what they are.
func (m *matching) correct(c *matched, f *Form) error {
	best := neighbour{}
	at := -1
	for i := range f.Tokens {
		all, err := m.view.neighbours(f.Tokens[i].Exact)
		if err != nil {
			return err
		}
		for _, n := range all {
			if c.docs > 0 && (n.edits > 1 || n.docs < rareTimes*c.docs) {
				continue
			}
			found, err := m.addMeant(c, f, i, n)
			if err != nil {
				return err
			}
			if found && (at < 0 || n.edits < best.edits || n.edits == best.edits && n.docs > best.docs) {
				best, at = n, i
			}
		}
	}
	if at >= 0 {
		c.meant = meant(f, at, best.word)
	}
	return nil
}

// addMeant takes in the documents that have a form with one token replaced,
// and says whether there are any.
func (m *matching) addMeant(c *matched, f *Form, at int, n neighbour) (found bool, err error) {
	tokens := Tokenize(nil, n.word)
	if len(tokens) == 0 {
		return false, nil
	}
	other := *f
	other.Tokens = slices.Clone(f.Tokens)
	other.Tokens[at] = tokens[0]
	worth := float32(typoWorth)
	if n.edits > 1 {
		worth = typo2Worth
	}
	before := c.docs
	if err := m.addForm(c, &other, worth); err != nil {
		return false, err
	}
	c.count()
	return c.docs > before, nil
}

// meant gives a form with one word replaced.
func meant(f *Form, at int, word string) string {
	words := make([]string, len(f.Tokens))
	for i := range f.Tokens {
		words[i] = f.Tokens[i].Exact
	}
	words[at] = word
	return strings.Join(words, " ")
}

// meant gives the question with the words that were misspelt as missions spell
// them, "" if none was.
func (m *matching) meant() string {
	var words []string
	some := false
	for i := range m.clauses {
		c := &m.clauses[i]
		word := c.typed
		if c.meant != "" {
			word, some = c.meant, true
		}
		words = append(words, word)
	}
	if !some {
		return ""
	}
	return strings.Join(words, " ")
}
