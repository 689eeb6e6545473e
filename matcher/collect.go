package matcher

import "renfort/index"

// collector keeps the k best candidates. Its heap has the worst on top, whose
// score is the floor once there are k.
type collector struct {
	k     int
	items []candidate
	floor float64 // nothing below it can get in
	least float64 // the floor before there are k
}

// collectors keep missions done from afar apart from the others: the page takes
// few of the former, however many of them score well.
type collectors [2]collector

// of gives the collector of missions done from afar, or of the others.
func (b *collectors) of(remote bool) *collector {
	if remote {
		return &b[1]
	}
	return &b[0]
}

// begin empties the collector: it takes k, none below least.
func (b *collector) begin(k int, least float64) {
	b.k, b.items, b.least, b.floor = k, b.items[:0], least, least
}

// next gives how many to take if there were too few.
func (b *collector) next() int {
	if b.full() {
		return 2 * b.k
	}
	return b.k
}

// full says whether candidates may have been left out.
func (b *collector) full() bool { return len(b.items) == b.k }

// floor gives the score below which a mission cannot get onto the page: the
// others fill it before one done from afar that scores less than all of them.
func (b *collectors) floor(remote bool) float64 {
	if remote {
		return max(b[0].floor, b[1].floor)
	}
	return b[0].floor
}

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

// offer takes c if it is among the k best so far. A mission that may come by
// several ways is kept once, by its best: of equal ones the nearest.
func (b *collector) offer(c candidate, several bool, s *index.Snapshot) {
	if several && b.improve(&c, s) {
		return
	}
	if len(b.items) < b.k {
		b.items = append(b.items, c)
		b.up(len(b.items)-1, s)
	} else if before(&c, &b.items[0], s) {
		b.items[0] = c
		b.down(0, s)
	}
	b.raise()
}

// raise moves the floor to the worst that was kept, once there are k.
func (b *collector) raise() {
	if len(b.items) == b.k {
		b.floor = max(b.least, b.items[0].score)
	}
}

// nearer says whether c is at a nearer address; of equally near ones the first
// counts.
func (c *candidate) nearer(old *candidate) bool {
	return c.km < old.km || c.km == old.km && c.address < old.address
}

// improve puts c in the place of the same mission by another way, if that is
// no better; it says whether the mission was there.
func (b *collector) improve(c *candidate, s *index.Snapshot) bool {
	for i := range b.items {
		old := &b.items[i]
		if old.ordinal != c.ordinal {
			continue
		}
		if c.score > old.score || c.score == old.score && c.nearer(old) {
			*old = *c
			b.down(i, s)
			b.raise()
		}
		return true
	}
	return false
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

func (b *collector) down(i int, s *index.Snapshot) {
	for {
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
