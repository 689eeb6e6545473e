package index

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// postings is where a term is in one segment, decoded: documents that were
// deleted since are still in it. It is shared and immutable.
type postings struct {
	ordinals []uint32 // ascending
	impacts  []uint8  // impacts[i] of ordinals[i]
}

// bytes is how much of the cache it takes.
func (p *postings) bytes() int { return 5*cap(p.ordinals) + postingsOverhead }

// postingsOverhead is what a list takes beside its postings: headers, key and
// the cache's own entry.
const postingsOverhead = 256

// listKey names a decoded list: a term as the dictionary has it, or one of the
// kinds below, that are made of terms.
type listKey struct {
	segment uint64
	term    string
}

// What begins the name of a list that is not a term's. Terms are words, or
// stems behind stemMark.
const (
	phraseMark = "\x03" // a form of several tokens, in one of three ways
	beginsMark = "\x04" // all words with a beginning
	nearMark   = "\x05" // see text_expand.go
)

// reading is one guarded look into a segment.
type reading struct {
	view *textView
	*viewSegment
	dict segment.TermDictionary
}

// list gives a list from the cache, or decodes it.
func (v *textView) list(s *viewSegment, key string, decode func(*reading) (*postings, error)) (*postings, error) {
	k := listKey{s.id, key}
	if p, ok := v.lists.look(k); ok {
		return p, nil
	}
	var p *postings
	err := v.read(s, func(r *reading) (err error) {
		p, err = decode(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	k.term = strings.Clone(key) // it may be part of a request
	v.lists.keep(k, p, p.bytes()+len(key))
	return p, nil
}

// read looks into a segment. What goes wrong is damage, and told.
func (v *textView) read(s *viewSegment, look func(*reading) error) error {
	err := guarded(func() error {
		dict, err := s.bleve.Dictionary(wordsField)
		if err != nil {
			return err
		}
		return look(&reading{v, s, dict})
	})
	runtime.KeepAlive(v) // the segment is closed when the view is gone
	if err != nil {
		v.damaged(err)
	}
	return err
}

// term gives where a term is.
func (v *textView) term(s *viewSegment, term string) (*postings, error) {
	return v.list(s, term, func(r *reading) (*postings, error) { return r.term(term) })
}

func (r *reading) term(term string) (*postings, error) {
	list, err := r.dict.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return nil, err
	}
	pairs := make([]uint64, 0, list.Count())
	it := list.Iterator(true, false, false, nil)
	for {
		p, err := it.Next()
		if err != nil {
			return nil, err
		}
		if p == nil {
			return newPostings(pairs), nil
		}
		pairs = append(pairs, uint64(r.ordinals[p.Number()])<<8|p.Frequency()&impactMax)
	}
}

// newPostings makes a list of pairs of ordinal and impact: of an ordinal that
// comes twice the best counts.
func newPostings(pairs []uint64) *postings {
	slices.Sort(pairs)
	p := &postings{ordinals: make([]uint32, 0, len(pairs)), impacts: make([]uint8, 0, len(pairs))}
	for i, pair := range pairs {
		if o := uint32(pair >> 8); i+1 == len(pairs) || uint32(pairs[i+1]>>8) != o {
			p.ordinals = append(p.ordinals, o)
			p.impacts = append(p.impacts, uint8(pair))
		}
	}
	return p
}

// way is how a form's tokens are looked for.
type way byte

// The ways: as they are written, by their stems, and as they are written with
// the last one the beginning of a word.
const (
	exactly way = 'e'
	byStem  way = 's'
	begun   way = 'b'
)

// form gives where a form is, looked for in one way.
func (v *textView) form(s *viewSegment, f *Form, w way) (*postings, error) {
	if len(f.Tokens) == 1 {
		switch t := &f.Tokens[0]; w {
		case exactly:
			return v.term(s, t.Exact)
		case byStem:
			return v.term(s, stemMark+t.Stem)
		default:
			return v.beginning(s, t.Exact)
		}
	}
	return v.list(s, formKey(f, w), func(r *reading) (*postings, error) {
		all, err := v.together(s, f, w)
		if err != nil || !f.Adjacent || len(all.ordinals) == 0 {
			return all, err
		}
		return r.adjacent(all.ordinals, f, w)
	})
}

func formKey(f *Form, w way) string {
	var b strings.Builder
	b.WriteString(phraseMark)
	b.WriteByte(byte(w))
	if f.Adjacent {
		b.WriteByte('"')
	}
	for i := range f.Tokens {
		b.WriteByte(' ')
		if w == byStem {
			b.WriteString(f.Tokens[i].Stem)
		} else {
			b.WriteString(f.Tokens[i].Exact)
		}
	}
	return b.String()
}

// together gives the documents that have all tokens of a form, with the mean
// of their impacts, rounded up.
func (v *textView) together(s *viewSegment, f *Form, w way) (*postings, error) {
	sums := map[uint32]int{}
	n := len(f.Tokens)
	for i := range f.Tokens {
		single := Form{Tokens: f.Tokens[i : i+1]}
		how := w
		if w == begun && i < n-1 {
			how = exactly
		}
		p, err := v.form(s, &single, how)
		if err != nil {
			return nil, err
		}
		next := make(map[uint32]int, min(len(sums), len(p.ordinals)))
		for j, o := range p.ordinals {
			if sum, ok := sums[o]; ok || i == 0 {
				next[o] = sum + int(p.impacts[j])
			}
		}
		sums = next
	}
	pairs := make([]uint64, 0, len(sums))
	for o, sum := range sums {
		pairs = append(pairs, uint64(o)<<8|uint64((sum+n-1)/n))
	}
	return newPostings(pairs), nil
}

// adjacent looks into the records of candidates for the form's words next to
// each other.
func (r *reading) adjacent(candidates []uint32, f *Form, w way) (*postings, error) {
	var needle []byte
	for i := range f.Tokens {
		needle = append(needle, ' ')
		if w == byStem {
			needle = append(needle, f.Tokens[i].Stem...)
		} else {
			needle = append(needle, f.Tokens[i].Exact...)
		}
	}
	if w != begun {
		needle = append(needle, ' ')
	}
	var pairs []uint64
	for n, o := range r.ordinals {
		if _, ok := slices.BinarySearch(candidates, o); !ok {
			continue
		}
		_, exact, stems, err := r.record(uint64(n))
		if err != nil {
			return nil, err
		}
		if w == byStem {
			exact = stems
		}
		if value := phraseImpact(exact, needle); value > 0 {
			pairs = append(pairs, uint64(o)<<8|uint64(value))
		}
	}
	return newPostings(pairs), nil
}

// record reads what is stored of a document: its hash and its words, one line
// for each field, as they are written and by their stems.
func (r *reading) record(n uint64) (hash uint64, exact, stems []byte, err error) {
	return readRecord(r.bleve, n)
}

func readRecord(s segment.Segment, n uint64) (hash uint64, exact, stems []byte, err error) {
	var raw []byte
	err = s.VisitStoredFields(n, func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == recordField {
			raw = append([]byte{}, value...) // Bleve gives the memory to the next who reads
		}
		return raw == nil
	})
	if err != nil {
		return 0, nil, nil, err
	}
	if len(raw) < recordHashBytes {
		return 0, nil, nil, errDamaged
	}
	hash, raw = binary.LittleEndian.Uint64(raw), raw[recordHashBytes:]
	exact = raw
	for range TextFields {
		end := bytes.IndexByte(raw, '\n')
		if end < 0 {
			return 0, nil, nil, errDamaged
		}
		raw = raw[end+1:]
	}
	return hash, exact[:len(exact)-len(raw)], raw, nil
}

// phraseImpact counts a phrase in the lines of a record, as impact counts a
// word: a phrase is one longer word.
func phraseImpact(lines, needle []byte) uint8 {
	var count termCount
	var lengths [TextFields]int
	found := false
	for f := range TextFields {
		end := bytes.IndexByte(lines, '\n')
		line := lines[:end]
		lines = lines[end+1:]
		n := bytes.Count(line, needle)
		if n > 0 {
			found = true
			count[f] = uint8(min(n, 255))
			lengths[f] = bytes.Count(line, []byte(" ")) - 2*bytes.Count(line, []byte(valueGap))
		}
	}
	if !found {
		return 0
	}
	w := weigh(&lengths)
	return w.impact(&count)
}

// Bounds of the words that a beginning stands for. The most frequent ones of a
// segment count; beginnings of three letters and more have fewer words than
// that but for a few.
const (
	prefixTermsMax = 128    // words that one beginning stands for
	prefixScanMax  = 20_000 // words that are looked at for them
)

// beginning gives where words with a beginning are.
func (v *textView) beginning(s *viewSegment, prefix string) (*postings, error) {
	return v.list(s, beginsMark+prefix, func(r *reading) (*postings, error) {
		terms, err := r.beginnings(prefix)
		if err != nil {
			return nil, err
		}
		var pairs []uint64
		for _, t := range terms {
			p, err := r.term(t.word)
			if err != nil {
				return nil, err
			}
			for i, o := range p.ordinals {
				pairs = append(pairs, uint64(o)<<8|uint64(p.impacts[i]))
			}
		}
		return newPostings(pairs), nil
	})
}

// dictTerm is a word of a segment's dictionary.
type dictTerm struct {
	word  string
	docs  uint64 // that have it, deleted ones included
	edits uint8
}

// beginnings gives the most frequent words with a beginning.
func (r *reading) beginnings(prefix string) ([]dictTerm, error) {
	if prefix == "" || !utf8.ValidString(prefix) {
		return nil, nil
	}
	var all []dictTerm
	// 0xff is in no UTF-8: what comes after it has another beginning.
	it := r.dict.AutomatonIterator(nil, []byte(prefix), append([]byte(prefix), 0xff))
	for len(all) < prefixScanMax {
		entry, err := it.Next()
		if err != nil {
			return nil, err
		}
		if entry == nil {
			break
		}
		all = append(all, dictTerm{word: entry.Term, docs: entry.Count})
	}
	slices.SortFunc(all, byDocs)
	return all[:min(len(all), prefixTermsMax)], nil
}

// byDocs puts what many documents have first.
func byDocs(a, b dictTerm) int {
	if a.docs != b.docs {
		if a.docs > b.docs {
			return -1
		}
		return 1
	}
	return strings.Compare(a.word, b.word)
}
