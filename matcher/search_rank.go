package matcher

import (
	"math"
	"math/bits"

	"renfort/geo"
	"renfort/index"
)

// unavailable is what a mission that cannot be had now stands at, where such
// are asked for too: so little that those that can come first, and enough that
// words and distance order the others.
const unavailable = 1e-6

// walkLeast is how many missions must be left for a walk over cells to find the
// best of them sooner than a look at each.
const walkLeast = 2000

// rank fills the collector with the best: one more than the page has, so that
// it is known whether there are more.
func (x *search) rank(total int) {
	x.best.begin(x.request.Limit+1, noKey)
	x.setPlace()
	x.seen = x.seen.sized(len(x.found))
	switch sort := x.request.Sort; {
	case sort > ByUrgency:
		x.rankByRow()
	case x.match != nil:
		x.rankMatch()
	case x.placed && sort == ByRelevance && !x.filter.Closed && total >= walkLeast,
		x.placed && sort == ByDistance && total >= walkLeast:
		x.walk()
	default:
		x.rankAll()
	}
}

// rankMatch looks at what matches the words, by their scores.
func (x *search) rankMatch() {
	if x.request.Sort == ByRelevance && !x.placed && x.request.Cursor == "" {
		x.rankWords()
		return
	}
	for i, o := range x.match.Ordinals {
		if o >= x.snapshot.Rows || !x.found.has(o) {
			continue
		}
		text := x.raise(x.match.Scores[i])
		if x.bound(o, text*x.standsMost(o)) >= x.best.floor {
			x.consider(o, text)
		}
	}
}

// setPlace readies the scales of distance, where a point is given.
func (x *search) setPlace() {
	if x.placed {
		x.q.snapshot, x.q.policy, x.q.at, x.q.placed = x.snapshot, x.snapshot.Policy, x.at, true
		x.q.setScales(index.ScaleCell(x.at), nil)
		x.afar = power(x.snapshot.Policy.Distance.Remote, x.snapshot.Policy.Weights.Distance)
	}
}

// mostLoss is more than Most is above what a mission stands at.
const mostLoss = 1 - 2e-6

// rankWords does so where words and standing are all that counts: the bounds
// then are the scores but for their rounding, and tell by themselves what is
// on the page.
func (x *search) rankWords() {
	x.bounds, x.floors = x.bounds[:0], x.floors[:0]
	weight, least := x.snapshot.Policy.Weights.Text, float32(0)
	for i, o := range x.match.Ordinals {
		bound := float32(-1)
		if o < x.snapshot.Rows && x.found.has(o) {
			text := float32(power(float64(x.match.Scores[i]), weight))
			if bound = text * *x.snapshot.Most.At(o); bound == 0 {
				bound = text * unavailable
			}
			if bound > least {
				least = x.raiseFloor(bound)
			}
		}
		x.bounds = append(x.bounds, bound)
	}
	least *= mostLoss
	for i, o := range x.match.Ordinals {
		if x.bounds[i] >= least && x.bounds[i] >= 0 {
			x.consider(o, x.raise(x.match.Scores[i]))
		}
	}
}

// raiseFloor takes a bound among as many of the greatest as the page has room
// for, and gives the least of these, 0 while there are fewer.
func (x *search) raiseFloor(bound float32) float32 {
	h := x.floors
	if len(h) < x.best.k {
		h = append(h, bound)
		x.floors = h
		for i := len(h) - 1; i > 0 && h[(i-1)/2] > h[i]; i = (i - 1) / 2 {
			h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
		}
	} else {
		h[0] = bound
		for i := 0; ; {
			c := 2*i + 1
			if c+1 < len(h) && h[c+1] < h[c] {
				c++
			}
			if c >= len(h) || h[i] <= h[c] {
				break
			}
			h[i], h[c] = h[c], h[i]
			i = c
		}
	}
	if len(h) < x.best.k {
		return 0
	}
	return h[0]
}

// rankAll looks at everything that was found.
func (x *search) rankAll() {
	if x.request.Sort == ByRelevance {
		x.rankStanding()
		return
	}
	for k, w := range x.found {
		for ; w != 0; w &= w - 1 {
			if o := uint32(k<<6 + bits.TrailingZeros64(w)); x.bound(o, x.standsMost(o)) >= x.best.floor {
				x.consider(o, 1)
			}
		}
	}
}

// rankStanding looks at everything that stands well enough. Most missions are
// told by one comparison.
func (x *search) rankStanding() {
	least := float32(math.Inf(-1))
	for k, w := range x.found {
		if w == 0 {
			continue
		}
		most := x.snapshot.Most.Chunk(uint32(k))
		for ; w != 0; w &= w - 1 {
			i := bits.TrailingZeros64(w)
			if most[i&63] < least {
				continue
			}
			x.consider(uint32(k<<6+i), 1)
			if floor := x.best.floor / boundSlack; floor > unavailable {
				least = float32(floor * (1 - 1e-6)) // float32 rounds by less
			}
		}
	}
}

// bound bounds the key of a mission that scores no more than score.
func (x *search) bound(o uint32, score float64) float64 {
	switch x.request.Sort {
	case ByRelevance:
		return score * boundSlack
	case ByUrgency:
		return urgencyKey(x.snapshot.Sifts.At(o).Urgency, score*boundSlack)
	}
	return 0 // of a distance
}

// urgencyKey makes a fraction of its class of a score.
func urgencyKey(class uint8, score float64) float64 {
	return float64(class) + 1 - 1/(1+score)
}

// standsMost bounds what a mission stands at.
func (x *search) standsMost(o uint32) float64 {
	return max(float64(*x.snapshot.Most.At(o)), unavailable)
}

// rankByRow looks at everything that was found where the order is a number of
// its row.
func (x *search) rankByRow() {
	for k, w := range x.found {
		if w == 0 {
			continue
		}
		rows := x.snapshot.Sifts.Chunk(uint32(k))
		for ; w != 0; w &= w - 1 {
			i := bits.TrailingZeros64(w)
			o := uint32(k<<6 + i)
			if key := x.rowKey(o, &rows[i&63]); key >= x.best.floor {
				x.keep(o, key)
			}
		}
	}
}

// rowKey gives the key of an order that is a number of the row.
func (x *search) rowKey(o uint32, t *index.Sift) float64 {
	switch x.request.Sort {
	case ByNewest:
		return float64(t.Newest)
	case ByStart:
		if t.Starts == 0 {
			return noKey
		}
		return -float64(t.Starts)
	}
	if l := x.snapshot.Live.At(o); l.Known() {
		return float64(l.Free)
	}
	return -1
}

// consider gives the collector a mission by all its ways, once.
func (x *search) consider(o uint32, text float64) {
	if x.seen.has(o) {
		return
	}
	x.seen.add(o)
	w := x.wayFrom(o)
	key := noKey
	switch x.request.Sort {
	case ByRelevance:
		key = x.score(o, text, &w)
	case ByDistance:
		if w.km >= 0 {
			key = -w.km
		}
	case ByUrgency:
		key = cut(urgencyKey(x.snapshot.Sifts.At(o).Urgency, x.score(o, text, &w)))
	}
	if key >= x.best.floor {
		x.keep(o, key)
	}
}

// keep gives the collector a mission if it comes after the cursor.
func (x *search) keep(o uint32, key float64) {
	c := candidate{score: key, tie: mix(x.tie ^ x.snapshot.Stands.At(o).Tie), ordinal: o}
	if x.request.Cursor == "" || before(&x.after, &c, x.snapshot) {
		x.best.offer(&c, false, x.snapshot)
	}
}

// score is the one place where the factors of a search become a score.
func (x *search) score(o uint32, text float64, w *way) float64 {
	standing := x.snapshot.Stands.At(o).Standing
	if standing == 0 {
		standing = unavailable
	}
	return cut(text * standing * w.factor)
}

// walk looks at cells best first: nearest, or by the bound of what is in them.
func (x *search) walk() {
	s := x.snapshot
	for _, o := range s.Fresh {
		if o < s.Rows && x.found.has(o) {
			x.consider(o, 1)
		}
	}
	heap := &x.q.heap
	*heap = (*heap)[:0]
	for i, t := range s.Trees {
		if !t.Remote {
			x.push(i, 0)
		}
	}
	for len(*heap) > 0 {
		top := heap.pop()
		if top.bound < x.best.floor {
			break
		}
		t := s.Trees[top.tree]
		n := &t.Nodes[top.node]
		for i := n.First; i < n.First+uint32(n.Len); i++ {
			if n.Leaf {
				x.meet(t, i)
			} else {
				x.push(int(top.tree), i)
			}
		}
	}
	*heap = (*heap)[:0]
	x.walkAfar()
}

// push adds a cell that can beat the floor.
func (x *search) push(tree int, node uint32) {
	t := x.snapshot.Trees[tree]
	n := &t.Nodes[node]
	bound := -n.MinKm(x.at)
	if x.request.Sort == ByRelevance {
		bound = float64(n.Top) * x.near(-bound, t.Class) * boundSlack
	}
	if bound >= x.best.floor && (x.filter.Closed || n.Top > 0) {
		x.q.heap.push(cell{bound: bound, node: node, tree: uint32(tree)})
	}
}

// near bounds the distance factor of what is at least km away.
func (x *search) near(km float64, class uint8) float64 {
	return x.q.decay.bound((km - x.snapshot.Policy.Distance.FreeKm) * x.q.reciprok[class] * (1 - 1e-9))
}

// meet considers the mission of an entry that can beat the floor.
func (x *search) meet(t *index.Tree, i uint32) {
	e := &t.Entries[i]
	if !x.found.has(e.Ordinal) || x.seen.has(e.Ordinal) {
		return
	}
	km := geo.Km(x.at.Chord2(e.Vec))
	bound := -km * (1 - 1e-9)
	if x.request.Sort == ByRelevance {
		bound = float64(t.Bounds[i]) * x.near(km, t.Class) * boundSlack
	}
	if bound >= x.best.floor {
		x.consider(e.Ordinal, 1)
	}
}

// walkAfar looks at what is not in the cells, or may be done from afar.
func (x *search) walkAfar() {
	relevance := x.request.Sort == ByRelevance
	for k := range x.found {
		w := x.found[k] &^ *x.columns.Placed.At(uint32(k))
		if relevance {
			w = x.found[k] & (*x.columns.Afar.At(uint32(k)) | w)
		}
		for ; w != 0; w &= w - 1 {
			o := uint32(k<<6 + bits.TrailingZeros64(w))
			if relevance && x.standsMost(o)*x.afar*boundSlack >= x.best.floor || !relevance && x.best.floor == noKey {
				x.consider(o, 1)
			}
		}
	}
}
