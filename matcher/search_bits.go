package matcher

import (
	"math/bits"

	"renfort/index"
)

// ordinals is a set of missions: bit i%64 of word i/64 for ordinal i.
type ordinals []uint64

// sized gives an empty set of n words in the memory of s.
func (s ordinals) sized(n int) ordinals {
	if cap(s) < n {
		return make(ordinals, n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (s ordinals) has(o uint32) bool { return s[o>>6]&(1<<(o&63)) != 0 }
func (s ordinals) add(o uint32)      { s[o>>6] |= 1 << (o & 63) }
func (s ordinals) drop(o uint32)     { s[o>>6] &^= 1 << (o & 63) }

// count gives how many there are.
func (s ordinals) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s ordinals) and(t ordinals) {
	t = t[:len(s)]
	for i := range s {
		s[i] &= t[i]
	}
}

func (s ordinals) without(t ordinals) {
	t = t[:len(s)]
	for i := range s {
		s[i] &^= t[i]
	}
}

// chunkWords is how many words a chunk of a column has.
const chunkWords = 64

// eachChunk calls with the words that a column and the set have in common, and
// gives the rest of the set, which the column has no bits for.
func (s ordinals) eachChunk(c index.Column[uint64], do func(mine, theirs []uint64)) (rest ordinals) {
	n := 0
	for k := uint32(0); n < len(s) && n < int(c.Rows()); k++ {
		mine := s[n:min(len(s), n+chunkWords)]
		do(mine, c.Chunk(k)[:len(mine)])
		n += len(mine)
	}
	return s[n:]
}

// copyColumn makes the set that of a column.
func (s ordinals) copyColumn(c index.Column[uint64]) {
	clear(s.eachChunk(c, func(mine, theirs []uint64) { copy(mine, theirs) }))
}

func (s ordinals) andColumn(c index.Column[uint64]) {
	clear(s.eachChunk(c, func(mine, theirs []uint64) {
		for i := range mine {
			mine[i] &= theirs[i]
		}
	}))
}

func (s ordinals) orColumn(c index.Column[uint64]) {
	s.eachChunk(c, func(mine, theirs []uint64) {
		for i := range mine {
			mine[i] |= theirs[i]
		}
	})
}

// meets counts the members that a column has too.
func (s ordinals) meets(c index.Column[uint64]) (n int) {
	s.eachChunk(c, func(mine, theirs []uint64) {
		for i := range mine {
			n += bits.OnesCount64(mine[i] & theirs[i])
		}
	})
	return n
}
