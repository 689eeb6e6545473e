package objects

import "math/bits"

// docSet is a set of documents of one segment: document d is in it if bit d%64
// of word d/64 is set. Bits past the last document are never set.
type docSet []uint64

func newDocSet(docs int) docSet { return make(docSet, (docs+63)/64) }

func (s docSet) has(doc uint32) bool { return s[doc>>6]>>(doc&63)&1 != 0 }

func (s docSet) set(doc uint32) { s[doc>>6] |= 1 << (doc & 63) }

func (s docSet) clear() { clear(s) }

// fill puts all documents in.
func (s docSet) fill(docs int) {
	for i := range s {
		s[i] = ^uint64(0)
	}
	if rest := docs & 63; rest != 0 {
		s[len(s)-1] = 1<<rest - 1
	}
}

func (s docSet) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s docSet) and(t docSet) {
	for i := range s {
		s[i] &= t[i]
	}
}

func (s docSet) or(t docSet) {
	for i := range s {
		s[i] |= t[i]
	}
}

func (s docSet) andNot(t docSet) {
	for i := range s {
		s[i] &^= t[i]
	}
}

// keep leaves the documents that ok says yes to.
func (s docSet) keep(ok func(doc uint32) bool) {
	for i, w := range s {
		for rest := w; rest != 0; rest &= rest - 1 {
			bit := bits.TrailingZeros64(rest)
			if !ok(uint32(i<<6 + bit)) {
				w &^= 1 << bit
			}
		}
		s[i] = w
	}
}

// appendTo adds the documents to a list, ascending.
func (s docSet) appendTo(docs []uint32) []uint32 {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			docs = append(docs, uint32(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return docs
}
