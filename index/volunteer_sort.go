package index

import (
	"cmp"
	"slices"

	"renfort/geo"
)

// settler is a resident on the way into a census: where the gathered row at lives.
type settler struct {
	cell    geo.Cell
	ordinal uint32
	at      uint32
}

// compare is the order of a census.
func (s settler) compare(t settler) int {
	return cmp.Or(cmp.Compare(s.cell, t.cell), cmp.Compare(s.ordinal, t.ordinal))
}

// sorting is settlers on their way into order: runs of sortRun are sorted as they
// are, then merged two by two from one memory into the other and back. The zero
// value is done.
type sorting struct {
	from, to []settler
	sorted   int // of from, in runs
	width    int // of the runs that are merged, 0 while they are sorted
	at       int // of to: the next to be written
	a, b     int // of from: the next of the two runs that are merged
}

// sortRun is how many are sorted at once.
const sortRun = 1024

func (s *sorting) done() bool { return s.sorted == len(s.from) && s.width >= len(s.from) }

// step sorts or merges so many, and gives how many it had no use for.
func (s *sorting) step(rows int) (left int) {
	for ; rows > 0 && s.sorted < len(s.from); rows -= sortRun {
		hi := min(s.sorted+sortRun, len(s.from))
		slices.SortFunc(s.from[s.sorted:hi], settler.compare)
		s.sorted = hi
	}
	if s.sorted == len(s.from) && s.width == 0 {
		s.begin(sortRun)
	}
	for ; rows > 0 && !s.done(); rows-- {
		s.merge()
	}
	return rows
}

// begin begins to merge runs of width.
func (s *sorting) begin(width int) {
	s.width, s.at, s.a, s.b = width, 0, 0, min(width, len(s.from))
}

// merge writes the next of two runs; after the last of the last two the runs are
// twice as wide.
func (s *sorting) merge() {
	first := s.at / (2 * s.width) * (2 * s.width)
	mid, end := min(first+s.width, len(s.from)), min(first+2*s.width, len(s.from))
	if s.b == end || s.a < mid && s.from[s.a].compare(s.from[s.b]) <= 0 {
		s.to[s.at] = s.from[s.a]
		s.a++
	} else {
		s.to[s.at] = s.from[s.b]
		s.b++
	}
	if s.at++; s.at == len(s.from) {
		s.from, s.to, s.sorted = s.to, s.from, len(s.from)
		s.begin(2 * s.width)
	} else if s.at == end {
		s.a, s.b = end, min(end+s.width, len(s.from))
	}
}
