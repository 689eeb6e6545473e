package objects

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// wordsIndex says where each word stands in the records of one segment. It is
// immutable, but for what it remembers, and safe for concurrent use.
//
// Terms are sorted by their bytes, so those with a common beginning follow
// each other, and so do their occurrences. An occurrence takes six bytes.
type wordsIndex struct {
	docs     int
	text     []byte   // the terms, one after the other
	ends     []uint32 // term i is text[ends[i]:ends[i+1]]
	letters  []uint8  // of term i, at most 255
	alphabet []uint32 // which letters term i is made of, see alphabetOf
	heads    []uint32 // and which its first headLetters
	starting []uint32 // and which its first headLetters+typoEditsMax
	blocks   []uint32 // and any of the terms of block b: starting[b*termsBlock] and on
	lists    []uint32 // the lists of term i are lists[i] to lists[i+1]
	in       []uint16 // the attribute of list l; those of one term ascend
	starts   []uint32 // list l is occurrences starts[l] to starts[l+1]
	doc      []uint32 // the record of an occurrence; ascending in a list
	at       []uint16 // its position times two, and 1 if it is the only word of its value
	// What was found last for words with typos: the queries of a page ask for
	// the same words, and so do those of somebody who goes on typing.
	recent [recentMax]atomic.Pointer[expanded]
}

// termsBlock is how many neighbouring terms are ruled out at once.
const termsBlock = 16

// headLetters is how many letters at the beginning of a term are looked at
// before it is compared.
const headLetters = 4

// entryGap lies between the words of two entries of an array: they are as far
// apart as words can be.
const entryGap = proximityMax

// term is the bytes of term i.
func (w *wordsIndex) term(i int) []byte { return w.text[w.ends[i]:w.ends[i+1]] }

func (w *wordsIndex) terms() int { return len(w.letters) }

// find gives where a term stands or would stand.
func (w *wordsIndex) find(term string) (i int, ok bool) {
	i = sort.Search(w.terms(), func(i int) bool { return string(w.term(i)) >= term })
	return i, i < w.terms() && string(w.term(i)) == term
}

// beginning gives the terms that begin with a prefix.
func (w *wordsIndex) beginning(prefix string) (from, to int) {
	from, _ = w.find(prefix)
	to = from + sort.Search(w.terms()-from, func(i int) bool {
		t := w.term(from + i)
		return len(t) < len(prefix) || string(t[:len(prefix)]) > prefix
	})
	return from, to
}

// bytes is about what the index takes in memory.
func (w *wordsIndex) bytes() int {
	return len(w.text) + 4*len(w.ends) + 13*len(w.letters) + 4*len(w.blocks) + 4*len(w.lists) +
		2*len(w.in) + 4*len(w.starts) + 4*len(w.doc) + 2*len(w.at)
}

// alphabetOf has a bit for each letter of a word: an edit changes at most one
// letter, so words whose letters differ more are not near each other.
func alphabetOf(term []byte) (set uint32) {
	for _, c := range term {
		switch {
		case 'a' <= c && c <= 'z':
			set |= 1 << (c - 'a')
		case c < utf8.RuneSelf:
			set |= 1 << (26 + c%6)
		default:
			return alphabetOfRunes(term)
		}
	}
	return set
}

func alphabetOfRunes(term []byte) (set uint32) {
	for _, r := range string(term) {
		switch {
		case 'a' <= r && r <= 'z':
			set |= 1 << (r - 'a')
		case r < utf8.RuneSelf:
			set |= 1 << (26 + r%6)
		default:
			set |= 1 << (r % 32)
		}
	}
	return set
}

// firstLetters is the beginning of a term, of at most n letters.
func firstLetters(term []byte, n int) []byte {
	end := 0
	for ; n > 0 && end < len(term); n-- {
		_, size := utf8.DecodeRune(term[end:])
		end += size
	}
	return term[:end]
}

// occurrence is one word of one record, while an index is built.
type occurrence struct {
	doc, term uint32
	in, at    uint16
}

// wordsBuilder collects the words of a segment's records.
type wordsBuilder struct {
	tokens tokens
	ids    map[string]uint32
	terms  []string // by id
	found  []occurrence
	next   []uint16 // position of an attribute's next entry in the record ofDoc
	ofDoc  []uint32 // 1 + the record that next[attribute] speaks of
}

// newWordsBuilder begins a segment. Letters of separators are words of their
// own (Settings.Separators); a change of them takes effect in segments that
// are built after it.
func newWordsBuilder(separators string) *wordsBuilder {
	return &wordsBuilder{tokens: tokens{separators: separators}, ids: map[string]uint32{}}
}

// add takes one value of a record. Records ascend; several values of an
// attribute of one record are the entries of an array, in their order.
func (b *wordsBuilder) add(doc uint32, attribute uint16, value string) {
	for len(b.next) <= int(attribute) {
		b.next, b.ofDoc = append(b.next, 0), append(b.ofDoc, 0)
	}
	if b.ofDoc[attribute] != doc+1 {
		b.ofDoc[attribute], b.next[attribute] = doc+1, 0
	}
	position, first := b.next[attribute], len(b.found)
	b.tokens.value, b.tokens.at = value, 0
	for {
		t, ok := b.tokens.next()
		if !ok {
			break
		}
		b.found = append(b.found, occurrence{doc, b.id(t.term), attribute, position << 1})
		position = min(position+1, positionMax)
	}
	switch len(b.found) - first {
	case 0:
		return
	case 1:
		b.found[first].at |= 1
	}
	b.next[attribute] = min(position-1+entryGap, positionMax)
}

func (b *wordsBuilder) id(term []byte) uint32 {
	id, ok := b.ids[string(term)]
	if !ok {
		id = uint32(len(b.terms))
		b.terms = append(b.terms, string(term))
		b.ids[b.terms[id]] = id
	}
	return id
}

// finish makes the index of the records 0 to docs-1. The builder is spent.
func (b *wordsBuilder) finish(docs int) *wordsIndex {
	w := &wordsIndex{docs: docs, ends: make([]uint32, 1, len(b.terms)+1)}
	places := make([]uint32, len(b.terms)) // by id
	for place, t := range b.sorted() {
		w.append([]byte(b.terms[t.id]))
		places[t.id] = uint32(place)
	}
	for i := range b.found {
		b.found[i].term = places[b.found[i].term]
	}
	// Two stable passes: by attribute, then by term.
	sorted := distribute(b.found, len(b.next), func(o *occurrence) uint32 { return uint32(o.in) })
	sorted = distribute(sorted, len(places), func(o *occurrence) uint32 { return o.term })
	w.fill(sorted)
	return w
}

// keyedTerm is a term by its id, and its first eight bytes as a number.
type keyedTerm struct {
	key uint64
	id  uint32
}

// sorted gives the terms in their order.
func (b *wordsBuilder) sorted() []keyedTerm {
	terms := make([]keyedTerm, len(b.terms))
	for id, term := range b.terms {
		var first [8]byte
		copy(first[:], term)
		terms[id] = keyedTerm{binary.BigEndian.Uint64(first[:]), uint32(id)}
	}
	slices.SortFunc(terms, func(x, y keyedTerm) int {
		if x.key != y.key { // most differ early, and here the terms need not be fetched
			return cmp.Compare(x.key, y.key)
		}
		return strings.Compare(b.terms[x.id], b.terms[y.id])
	})
	return terms
}

// append adds a term that is greater than all before.
func (w *wordsIndex) append(term []byte) {
	w.text = append(w.text, term...)
	w.ends = append(w.ends, uint32(len(w.text)))
	w.letters = append(w.letters, uint8(min(utf8.RuneCount(term), 255)))
	w.alphabet = append(w.alphabet, alphabetOf(term))
	w.heads = append(w.heads, alphabetOf(firstLetters(term, headLetters)))
	starting := alphabetOf(firstLetters(term, headLetters+typoEditsMax))
	if len(w.starting)%termsBlock == 0 {
		w.blocks = append(w.blocks, 0)
	}
	w.starting = append(w.starting, starting)
	w.blocks[len(w.blocks)-1] |= starting
}

// fill writes the lists of occurrences that are sorted by term, attribute,
// record and position.
func (w *wordsIndex) fill(sorted []occurrence) {
	w.doc, w.at = make([]uint32, len(sorted)), make([]uint16, len(sorted))
	w.lists = make([]uint32, 0, w.terms()+1)
	for i, o := range sorted {
		w.doc[i], w.at[i] = o.doc, o.at
		for int(o.term) >= len(w.lists) {
			w.lists = append(w.lists, uint32(len(w.in)))
		}
		if i == 0 || sorted[i-1].term != o.term || sorted[i-1].in != o.in {
			w.in, w.starts = append(w.in, o.in), append(w.starts, uint32(i))
		}
	}
	w.starts = append(w.starts, uint32(len(sorted)))
	w.lists = append(w.lists, uint32(len(w.in)))
}

// distribute sorts occurrences by a key below keys and leaves those of one key
// in their order.
func distribute(found []occurrence, keys int, key func(*occurrence) uint32) []occurrence {
	starts := make([]uint32, keys+1)
	for i := range found {
		starts[key(&found[i])+1]++
	}
	for k := range keys {
		starts[k+1] += starts[k]
	}
	sorted := make([]occurrence, len(found))
	for i := range found {
		at := &starts[key(&found[i])]
		sorted[*at] = found[i]
		*at++
	}
	return sorted
}
