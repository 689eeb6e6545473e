package matcher

import "renfort/index"

// collector keeps the k best candidates in their order. The score of the last
// is the floor once there are k.
type collector struct {
	k     int
	items []candidate // in no order; they stay where they are
	order []place     // of items, best first
	floor float64     // nothing below it can get in
	least float64     // the floor before there are k
}

// place is where a candidate is, with what the order most often asks for.
type place struct {
	score   float64
	item    int32 // of items
	ordinal uint32
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
	b.k, b.items, b.order, b.least, b.floor = k, b.items[:0], b.order[:0], least, least
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

// ranked gives the i-th best.
func (b *collector) ranked(i int) *candidate { return &b.items[b.order[i].item] }

// worst gives the last of those kept, of which there must be one.
func (b *collector) worst() *candidate { return b.ranked(len(b.order) - 1) }

// offer takes c if it is among the k best so far. A mission that may come by
// several ways is kept once, by its best: of equal ones the nearest.
func (b *collector) offer(c *candidate, several bool, s *index.Snapshot) {
	if several && b.improve(c, s) {
		return
	}
	at := len(b.items)
	if at < b.k {
		b.items, b.order = append(b.items, *c), append(b.order, place{})
	} else {
		last := at - 1
		if !before(c, b.worst(), s) {
			return
		}
		at = int(b.order[last].item)
		b.items[at] = *c
	}
	b.settle(len(b.order)-1, place{c.score, int32(at), c.ordinal}, s)
}

// settle moves a candidate up to where it belongs from place i, which is free,
// and the floor to the worst that was kept, once there are k.
func (b *collector) settle(i int, p place, s *index.Snapshot) {
	for ; i > 0; i-- {
		up := b.order[i-1]
		if up.score > p.score || up.score == p.score && !before(&b.items[p.item], &b.items[up.item], s) {
			break
		}
		b.order[i] = up
	}
	b.order[i] = p
	if len(b.order) == b.k {
		b.floor = max(b.least, b.order[b.k-1].score)
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
	for i := range b.order {
		if b.order[i].ordinal != c.ordinal {
			continue
		}
		old := b.ranked(i)
		if c.score > old.score || c.score == old.score && c.nearer(old) {
			*old = *c
			b.settle(i, place{c.score, b.order[i].item, c.ordinal}, s)
		}
		return true
	}
	return false
}
