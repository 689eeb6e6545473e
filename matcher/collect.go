package matcher

import (
	"cmp"
	"slices"

	"renfort/index"
)

// collector keeps the k best candidates. Its heap has the worst on top, whose
// score is the floor once there are k.
type collector struct {
	k     int
	items []candidate
	floor float64 // nothing below it can get in
	least float64 // the floor before there are k
}

// begin empties the collector: it takes k, none below least.
func (b *collector) begin(k int, least float64) {
	b.k, b.items, b.least, b.floor = k, b.items[:0], least, least
}

// full says whether candidates may have been left out.
func (b *collector) full() bool { return len(b.items) == b.k }

// before is the order of answers: by score, then by the draw of the tie, then
// by id.
func before(a, b *candidate, s *index.Snapshot) bool {
	if a.score != b.score {
		return a.score > b.score
	}
	if a.tie != b.tie {
		return a.tie < b.tie
	}
	return s.Texts.At(a.ordinal).ID < s.Texts.At(b.ordinal).ID
}

// offer takes c if it is among the k best so far.
func (b *collector) offer(c *candidate, s *index.Snapshot) {
	if len(b.items) < b.k {
		b.items = append(b.items, *c)
		b.up(len(b.items)-1, s)
	} else if before(c, &b.items[0], s) {
		b.items[0] = *c
		b.down(s)
	}
	if len(b.items) == b.k {
		b.floor = max(b.least, b.items[0].score)
	}
}

func (b *collector) up(i int, s *index.Snapshot) {
	for i > 0 {
		parent := (i - 1) / 2
		if !before(&b.items[parent], &b.items[i], s) {
			return
		}
		b.items[parent], b.items[i] = b.items[i], b.items[parent]
		i = parent
	}
}

func (b *collector) down(s *index.Snapshot) {
	for i := 0; ; {
		worst, n := i, len(b.items)
		for c := 2*i + 1; c <= 2*i+2 && c < n; c++ {
			if before(&b.items[worst], &b.items[c], s) {
				worst = c
			}
		}
		if worst == i {
			return
		}
		b.items[i], b.items[worst] = b.items[worst], b.items[i]
		i = worst
	}
}

// sorted gives what was kept, best first.
func (b *collector) sorted(s *index.Snapshot) []candidate {
	slices.SortFunc(b.items, func(x, y candidate) int {
		switch {
		case before(&x, &y, s):
			return -1
		case before(&y, &x, s):
			return 1
		}
		return cmp.Compare(x.ordinal, y.ordinal)
	})
	return b.items
}
