package objects

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// marker reads one value for a query; its memory is used again for the next.
type marker struct {
	tokens []valueToken
	terms  []byte // the folded words, one after the other
	hits   []markHit
	ends   []int    // where the mark of token i ends, 0 for none
	words  []uint64 // of the query that token i was found for, a bit each
}

// valueToken is one word of a value.
type valueToken struct{ from, to, termFrom, termTo int }

// markHit says that something was found for an edge of the query.
type markHit struct {
	edge, token int
	width       int // tokens
	letters     int // bytes of the fold that were asked for, of one token; 0 for all
	typos       uint8
	exact       bool
}

// mark puts tags around what a value has of the query. Of a word that goes on
// behind what was typed only the beginning is marked, of one with a typo all.
// The value is not escaped. One that has nothing is given back as it is.
func (w *wordQuery) mark(value string, in attributeRank, pre, post string) (string, markInfo) {
	if len(w.words) == 0 {
		return value, markInfo{}
	}
	k := w.markers.Get().(*marker)
	defer w.markers.Put(k)
	if k.scan(w, value, &in); len(k.hits) == 0 {
		return value, markInfo{}
	}
	k.settle(w, value)
	var b strings.Builder
	b.Grow(len(value) + len(k.hits)*(len(pre)+len(post)))
	k.write(&b, value, 0, len(value), pre, post)
	return b.String(), k.info(w)
}

// scan finds the words of the query in a value.
func (k *marker) scan(w *wordQuery, value string, in *attributeRank) {
	k.tokens, k.terms, k.hits = k.tokens[:0], k.terms[:0], k.hits[:0]
	t := tokens{value: value, separators: w.separators}
	for {
		word, ok := t.next()
		if !ok {
			break
		}
		from := len(k.terms)
		k.terms = append(k.terms, word.term...)
		k.tokens = append(k.tokens, valueToken{word.from, word.to, from, len(k.terms)})
	}
	for i := range k.tokens {
		term := k.term(i)
		alphabet, long := alphabetOf(term), uint8(min(utf8.RuneCount(term), 255))
		for e := range w.edges {
			edge := &w.edges[e]
			if edge.word != nil && edge.word.could(alphabet, long) {
				k.single(e, i, edge.word, in)
			}
			if w.begins>>(term[0]%64)&1 == 0 {
				continue
			}
			for o := range edge.others {
				k.other(e, i, &edge.others[o], in)
			}
		}
	}
}

func (k *marker) term(i int) []byte { return k.terms[k.tokens[i].termFrom:k.tokens[i].termTo] }

// single looks whether a token is near a word of the query.
func (k *marker) single(edge, i int, word *soughtWord, in *attributeRank) {
	near := word.near(k.term(i))
	typos := near.in(in)
	if typos == tooFar {
		return
	}
	hit := markHit{edge: edge, token: i, width: 1, typos: typos, exact: near.whole == 0 && !in.NoExact}
	if typos == 0 && near.whole != 0 {
		hit.letters = len(word.text)
	}
	k.hits = append(k.hits, hit)
}

// other looks whether a sequence of words begins with a token.
func (k *marker) other(edge, i int, o *queryOther, in *attributeRank) {
	if o.typos > 0 && in.NoTypos || i+len(o.words) > len(k.tokens) {
		return
	}
	hit := markHit{edge: edge, token: i, width: len(o.words), typos: o.typos, exact: o.exact && !in.NoExact}
	for n, word := range o.words {
		term := k.term(i + n)
		if string(term) == word {
			continue
		}
		if !o.prefix || in.NoPrefix || len(term) < len(word) || string(term[:len(word)]) != word {
			return
		}
		hit.letters, hit.exact = len(word), false // a prefix is one word
	}
	k.hits = append(k.hits, hit)
}

// settle decides for each token how much of it is marked.
func (k *marker) settle(w *wordQuery, value string) {
	k.ends, k.words = resized(k.ends, len(k.tokens)), resized(k.words, len(k.tokens))
	for _, hit := range k.hits {
		edge := &w.edges[hit.edge]
		for i := hit.token; i < hit.token+hit.width; i++ {
			t := &k.tokens[i]
			end := t.to
			if hit.letters > 0 {
				end = t.from + foldedPrefix(value[t.from:t.to], hit.letters)
			}
			k.ends[i] = max(k.ends[i], end)
			k.words[i] |= edge.bits()
		}
	}
}

// foldedPrefix is how many bytes of a word fold to so many, accents that
// follow included.
func foldedPrefix(word string, folded int) int {
	var room [16]byte
	n := 0
	for i, r := range word {
		part := foldRune(room[:0], r)
		if n >= folded && len(part) > 0 {
			return i
		}
		n += len(part)
	}
	return len(word)
}

// write writes a part of the value with the marks in it.
func (k *marker) write(b *strings.Builder, value string, from, to int, pre, post string) {
	for i, t := range k.tokens {
		if t.from < from || t.to > to || k.ends[i] == 0 {
			continue
		}
		b.WriteString(value[from:t.from])
		b.WriteString(pre)
		b.WriteString(value[t.from:k.ends[i]])
		b.WriteString(post)
		from = k.ends[i]
	}
	b.WriteString(value[from:to])
}

// info says what was found.
func (k *marker) info(w *wordQuery) markInfo {
	info := markInfo{Fully: true}
	var all uint64
	for i, t := range k.tokens {
		all |= k.words[i]
		info.Fully = info.Fully && k.ends[i] == t.to
	}
	info.Level = w.level(all)
	for i := range w.words {
		if all>>i&1 == 1 && !slices.Contains(info.Words, w.words[i].text) {
			info.Words = append(info.Words, w.words[i].text)
		}
	}
	return info
}

// level says how much of the query some of its words are, a bit each.
func (w *wordQuery) level(words uint64) matchLevel {
	switch words {
	case 0:
		return matchNone
	case 1<<len(w.words) - 1:
		return matchFull
	}
	return matchPartial
}

// accepts says whether a value alone has the words of the query, as for a
// search in the values of a facet, and how well: the position is that of the
// first word that was found. Every value is accepted where no word is asked
// for.
func (w *wordQuery) accepts(value string) (wordRank, bool) {
	if len(w.words) == 0 {
		return wordRank{}, true
	}
	k := w.markers.Get().(*marker)
	defer w.markers.Put(k)
	k.scan(w, value, &attributeRank{})
	if len(k.hits) == 0 {
		return wordRank{}, false
	}
	typos := filled(make([]uint8, 0, 16), len(w.edges), tooFar)
	var best [queryWordsMax + 1]int
	var exact uint64
	first := len(k.tokens)
	for _, hit := range k.hits {
		typos[hit.edge] = min(typos[hit.edge], hit.typos)
		first = min(first, hit.token)
		if edge := &w.edges[hit.edge]; hit.exact {
			exact |= edge.bits()
		}
	}
	words, fewest, ok := w.way(typos, &best)
	rank := wordRank{Typos: fewest, Words: words, Attribute: uint32(min(first, positionsRanked-1))}
	for ; exact != 0; exact &= exact - 1 {
		rank.Exact++
	}
	return rank, ok
}
