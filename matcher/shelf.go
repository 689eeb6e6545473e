package matcher

import (
	"math"
	"math/bits"
	"slices"
	"unsafe"

	"renfort/geo"
	"renfort/index"
)

// shelfRows is how many entries a shelf has: for nearly everybody the best 20
// are among them, and who likes what is rare here need not look at the others.
const shelfRows = 640

// shelfNear is how many of the nearest entries a shelf has: for most people
// where missions are rare, those that a widened radius takes in are among them.
const shelfNear = 128

// shelfAfar is how many of the entries that need no place are on a shelf.
const shelfAfar = 2048

// shelfMargin is how much longer scales a shelf is stocked for than are asked,
// so that it outlives the next few Ticks.
const shelfMargin = 1.1

// fromShelves looks for the best on the shelf of the asking cell, and on the
// one of what can be done from anywhere. It says for which of the two nothing
// else can beat the floor; if not, the trees are to be looked at too.
func (q *query) fromShelves() (near, afar bool) {
	if q.only != nil || !q.plain {
		return false, false
	}
	near, afar = q.wants == index.WantsOnly, q.wants == index.WantsNone
	if shelf := q.shelf; shelf != nil && q.reachKm[index.Normal] <= q.policy.Distance.MaxKm { // it ends where the policy does, a radius asked for may not
		near = q.takeFrom(shelf, false)
	}
	if !afar {
		afar = q.takeFrom(q.snapshot.Shelves.Afar(q.stockAfar), true)
	}
	return near, afar
}

// mark notes that a mission was looked at.
func (q *query) mark(o uint32) {
	if q.stamps[o] != q.closed() {
		q.stamps[o] = q.stamp
	}
}

// shelfSlot gives the place of the shelf of a cell, nil if this is a request
// that none can answer.
func (q *query) shelfSlot(cell geo.Cell) *index.ShelfSlot {
	if !q.placed || !q.plain || !q.inForce || q.wants == index.WantsOnly {
		return nil
	}
	return q.snapshot.Shelves.Slot(cell.Parent(index.ShelfLevel))
}

// findShelf takes the shelf of the asking cell from its place. One from before
// the last renewal of bounds leaves missions to be looked at one by one.
func (q *query) findShelf(cell geo.Cell, slot *index.ShelfSlot) {
	q.shelf, q.raise, q.fresh = nil, 1, q.snapshot.Fresh
	if slot == nil {
		return
	}
	old := false
	q.shelf, old = q.snapshot.Shelves.Take(slot, &q.scaleKm, func() *index.Shelf { return q.stock(cell.Parent(index.ShelfLevel)) })
	if old {
		q.raise = index.ShelfRaise
		if risen := q.snapshot.Shelves.Risen; len(risen) > 0 {
			q.alone = append(append(q.alone[:0], q.snapshot.Fresh...), risen...)
			q.fresh = q.alone
		}
	}
}

// shelfWalk is a look at a shelf: the rows of each kind apart, so that nobody
// has to look at what others like. Kinds are the rows of affinity; with skills
// that somebody has, those of missions that ask for some come behind.
type shelfWalk struct {
	shelf  *index.Shelf
	kinds  int
	remote bool
	words  [][2 * kinds]uint64 // words[b][k]: the rows 64b to 64b+63 of kind k
	at     [2 * kinds]kindWalk
	picked [2][pickFirst]picked // what is looked at, and what comes next
}

// How many rows are looked at together: as many as a page has at first, then few,
// since every one of them may raise the floor for those that follow.
const (
	pickFirst = 24
	pickNext  = 8
)

// picked is an entry to be looked at, its mission's row, and its affinity and bound
// at most.
type picked struct {
	entry    *index.Entry
	stand    *index.Stand
	affinity float64
	bound    float64
}

// kindWalk is how far the rows of one kind were looked at.
type kindWalk struct {
	affinity float64 // at most, to its weight
	bound    float64 // of the row, negative where no other can beat the floor
	row      int
	block    int
	word     uint64 // rows of the block that come after
	ended    bool   // there are no other rows
}

// takeFrom looks at a shelf's entries until none can beat the floor. It says
// whether that is true of what is not on the shelf as well.
func (q *query) takeFrom(s *index.Shelf, remote bool) (done bool) {
	w, from, floor := q.beginWalk(s, remote), q.afar(), q.best.floor(remote)
	n := q.pick(w, &w.picked[0], floor, pickFirst)
	for turn := 0; n > 0; turn ^= 1 {
		now := w.picked[turn][:n]
		n = q.pick(w, &w.picked[turn^1], floor, pickNext) // fetched while these are looked at
		for i := range now {
			if p := &now[i]; p.bound >= floor {
				q.takeRow(p.entry, p.stand, p.affinity, remote, &from)
			}
		}
		floor = q.best.floor(remote)
	}
	rest := 0.0 // of the kinds that were looked at to their end
	for k := range w.kinds {
		if c := &w.at[k]; c.ended {
			rest = max(rest, s.Rest*c.affinity)
		}
	}
	if done = rest == 0 || rest < floor; !done {
		for i := range s.Rows { // the trees have them too
			q.mark(s.Rows[i].Ordinal)
		}
		q.stamping, q.twice = true, true
	}
	return done
}

// pick takes the next rows, best first, has the processor fetch them, and says how
// many there were: they are far apart in memory.
func (q *query) pick(w *shelfWalk, into *[pickFirst]picked, floor float64, most int) (n int) {
	lines := q.lines[:0]
	for n < most {
		best := 0
		for k := 1; k < w.kinds; k++ {
			if w.at[k].bound > w.at[best].bound {
				best = k
			}
		}
		next := &w.at[best]
		if next.bound < floor || next.bound < 0 {
			break
		}
		row := &w.shelf.Rows[next.row]
		p := &into[n]
		*p = picked{w.shelf.Entry(row), q.snapshot.Stands.At(row.Ordinal), next.affinity, next.bound}
		lines = append(lines, unsafe.Pointer(p.entry), unsafe.Pointer(p.stand))
		n++
		q.advance(best, floor)
	}
	prefetch(lines)
	q.lines = lines
	return n
}

// takeRow looks at one row of a shelf.
func (q *query) takeRow(e *index.Entry, stand *index.Stand, affinity float64, remote bool, from *way) {
	if !q.ageFits(e.MinAge, e.MaxAge) {
		return
	}
	if stand.Standing == 0 || stand.Generation != e.Generation {
		return
	}
	if remote {
		if q.mayAfar(e.Remote) && stand.Standing*affinity >= q.best.floor(true) {
			q.considerWay(e, stand, from)
		}
		return
	}
	if len(q.skills) > 0 {
		affinity = q.affinityBound(e)
	}
	if w, ok := q.wayNear(e, e.Class(), stand.Standing*affinity); ok {
		q.considerWay(e, stand, &w)
	}
}

// beginWalk stands before the first row of each kind.
func (q *query) beginWalk(s *index.Shelf, remote bool) *shelfWalk {
	w := &q.walk
	w.shelf, w.words, w.kinds, w.remote = s, w.words[:0], 1, remote
	afar := boundSlack * q.raise
	if remote {
		afar = boundSlack
		if q.placed {
			afar *= q.remoteD
		}
	}
	w.at[0] = kindWalk{affinity: afar}
	if q.prefers {
		w.kinds = kinds
		if len(q.skills) > 0 {
			w.kinds = 2 * kinds
		}
		for k := range w.kinds {
			affinity := q.affinity[k%kinds]
			if k >= kinds {
				affinity = q.affinityUp[k%kinds]
			}
			w.at[k] = kindWalk{affinity: affinity * afar}
		}
	}
	floor := q.best.floor(remote)
	for k := range w.kinds {
		w.at[k].block = -1
		q.advance(k, floor)
	}
	return w
}

// advance moves to the next row of a kind, unless none can beat the floor.
func (q *query) advance(k int, floor float64) {
	w := &q.walk
	c, s := &w.at[k], w.shelf
	for c.word == 0 {
		c.block++
		first := c.block * 64
		if c.ended = first >= len(s.Rows); c.ended || float64(s.Rows[first].Bound)*c.affinity < floor {
			c.bound = -1
			return
		}
		if c.block == len(w.words) {
			w.words = append(w.words, q.sortRows(c.block))
		}
		c.word = w.words[c.block][k]
	}
	c.row = c.block*64 + bits.TrailingZeros64(c.word)
	c.word &= c.word - 1
	c.bound = float64(s.Rows[c.row].Bound) * c.affinity
}

// sortRows gives the rows of a block of the shelf by kind.
func (q *query) sortRows(block int) (words [2 * kinds]uint64) {
	w := &q.walk
	t := w.shelf.Traits(block, q.folded, q.domains, q.adjacent)
	rest := t.All
	if q.around && !w.remote {
		rest &= t.Far // the others that are near enough are known
	}
	if w.kinds == 1 {
		words[0] = rest
		return words
	}
	for k, of := range [kinds]uint64{byActivity: t.Activity, byDomain: t.Domain, byAdjacent: t.Adjacent, byOther: t.All} {
		words[k] = of & rest
		rest &^= of
		if w.kinds > kinds {
			words[k+kinds] = words[k] & t.Skills
			words[k] &^= t.Skills
		}
	}
	return words
}

// stock fills a shelf: a walk over the trees, best first, for somebody who may
// be anywhere in the cell and likes everything; and one nearest first.
func (q *query) stock(at geo.Cell) *index.Shelf {
	asker := shelfAsker{q: q, cap: geo.CellCap(at)}
	shelf := &index.Shelf{Trees: q.snapshot.Shelves.Trees, NearKm: math.Inf(1),
		Center: at.CenterVec(), Scales: q.snapshot.Scales.Name, RankKm: q.nearestKm}
	for i, l := range q.scaleKm {
		shelf.ScaleKm[i] = l * shelfMargin
		asker.reciprok[i] = q.policy.Weights.Distance / shelf.ScaleKm[i]
	}
	best, rest := asker.walk(shelfRows)
	shelf.Rows = asker.rows(best)
	shelf.Rest = rest * boundSlack
	asker.nearest = true
	best, rest = asker.walk(shelfNear)
	shelf.Near, shelf.NearKms = make([]index.Entry, len(best)), make([]float32, len(best))
	for i, b := range best {
		shelf.Near[i], shelf.NearKms[i] = shelf.Trees[b.tree].Entries[b.entry], float32(kmOf(float64(b.bound))*(1-1e-6))
	}
	if rest > 0 {
		shelf.NearKm = kmOf(rest)
	}
	shelf.Sort(q.snapshot.Taxonomy)
	return shelf
}

// kmOf gives how far an entry is of which the asker of the nearest gives a
// bound, or less.
func kmOf(bound float64) float64 { return (1/bound - 1) * (1 - 1e-9) }

// stockAfar fills the shelf of what can be done from anywhere, best first.
func (q *query) stockAfar() *index.Shelf {
	asker := shelfAsker{q: q}
	most := bestOf{most: shelfAfar}
	for i, t := range q.snapshot.Shelves.Trees {
		for k := 0; t.Remote && k < len(t.Bounds); k++ {
			most.add(t.Bounds[k], uint32(i), uint32(k))
		}
	}
	best, rest := most.done()
	shelf := &index.Shelf{Trees: q.snapshot.Shelves.Trees, Rest: rest * boundSlack}
	shelf.Rows = asker.rows(best)
	shelf.Sort(q.snapshot.Taxonomy)
	return shelf
}

// bestOf collects the entries of the greatest bounds, most of them. Its memory is
// used again.
type bestOf struct {
	most  int
	found []named
	kept  []named  // what found becomes when it is full
	keys  []uint64 // the bound's bits, which rise as it does, and the number in found
	floor float32  // what is not above it need not be added
}

func (b *bestOf) begin(most int) {
	b.most, b.floor = most, 0
	b.found, b.keys = slices.Grow(b.found[:0], 2*most), slices.Grow(b.keys[:0], 2*most)
}

// named is an entry by its tree and number, and its bound.
type named struct {
	bound       float32
	tree, entry uint32
}

func (b *bestOf) add(bound float32, tree, entry uint32) {
	if bound <= b.floor {
		return
	}
	if len(b.found) == 2*b.most {
		b.drop()
	}
	b.keys = append(b.keys, uint64(math.Float32bits(bound))<<32|uint64(len(b.found)))
	b.found = append(b.found, named{bound, tree, entry})
}

// drop keeps the best, in their order.
func (b *bestOf) drop() {
	slices.Sort(b.keys)
	slices.Reverse(b.keys)
	kept := slices.Grow(b.kept[:0], 2*b.most)
	for _, key := range b.keys[:min(b.most, len(b.keys))] {
		kept = append(kept, b.found[uint32(key)])
	}
	if len(b.found) > len(kept) {
		b.floor = kept[len(kept)-1].bound
	}
	b.found, b.kept, b.keys = kept, b.found, b.keys[:0]
	for i := range kept {
		b.keys = append(b.keys, uint64(math.Float32bits(kept[i].bound))<<32|uint64(i))
	}
}

// done gives them, best first, until it begins again, and the bound of those left out.
func (b *bestOf) done() (best []named, rest float64) {
	b.drop()
	return b.found, float64(b.floor)
}

// shelfAsker bounds what anybody in a cell can be offered; or how near to its
// centre it is, as 1 / (1 + km).
type shelfAsker struct {
	q        *query
	cap      geo.Cap
	reciprok [index.Classes]float64
	nearest  bool
}

// stocking is the memory of a walk over the trees for a shelf.
type stocking struct {
	best bestOf
	heap cellHeap
}

// walk gives the best entries at places, best first, until the next walk, and the
// bound of what is left. It looks at cells best first.
func (a *shelfAsker) walk(most int) (best []named, rest float64) {
	trees := a.q.snapshot.Shelves.Trees
	b, heap := &a.q.stocking.best, a.q.stocking.heap[:0]
	b.begin(most)
	for i, t := range trees {
		if !t.Remote && len(t.Nodes) > 0 {
			heap.push(cell{bound: a.node(t, 0), tree: uint32(i)})
		}
	}
	for len(heap) > 0 {
		top := heap.pop()
		if float32(top.bound) < b.floor {
			break
		}
		t := trees[top.tree]
		n := &t.Nodes[top.node]
		if n.Leaf {
			a.leaf(b, top, t, n)
			continue
		}
		for k := n.First; k < n.First+uint32(n.Len); k++ {
			if bound := a.node(t, k); bound > float64(b.floor) {
				heap.push(cell{bound: bound, node: k, tree: top.tree})
			}
		}
	}
	a.q.stocking.heap = heap
	return b.done()
}

// leaf adds the entries of a leaf, whose order is by standing.
func (a *shelfAsker) leaf(b *bestOf, top cell, t *index.Tree, n *index.Node) {
	share := top.bound / float64(n.Top) * boundSlack * roundedUp // by distance, nothing in it has more of its standing
	for k := n.First; k < n.First+uint32(n.Len); k++ {
		if !a.nearest {
			if float32(float64(t.Tops[k])*share) < b.floor {
				return
			}
			if float32(float64(t.Bounds[k])*share) <= b.floor {
				continue // it is not worth to tell how far it is
			}
		}
		b.add(float32(a.entry(t, k)*roundedUp), top.tree, k)
	}
}

// roundedUp is more than what is lost where a float32 holds a bound.
const roundedUp = 1 + 1e-6

// rows gives entries as a shelf has them. Those of missions that are not to be
// had any more are among them: to an older snapshot they may be.
func (a *shelfAsker) rows(best []named) []index.ShelfRow {
	rows := make([]index.ShelfRow, len(best))
	for i, b := range best {
		rows[i] = index.RowOf(b.tree, b.entry, a.q.snapshot.Shelves.Trees[b.tree].Entries[b.entry].Ordinal, b.bound)
	}
	return rows
}

func (a *shelfAsker) node(t *index.Tree, i uint32) float64 {
	n := &t.Nodes[i]
	return a.bound(n.Top, n.MinKm(a.cap.Center), t.Class)
}

func (a *shelfAsker) entry(t *index.Tree, i uint32) float64 {
	return a.bound(t.Bounds[i], geo.Km(a.cap.Center.Chord2(t.Entries[i].Vec)), t.Class)
}

// bound bounds what stands at standing at most, at least km from the cell's
// centre.
func (a *shelfAsker) bound(standing float32, km float64, class uint8) float64 {
	if standing == 0 {
		return 0
	}
	if a.nearest {
		return 1 / (1 + km)
	}
	beyond := km*(1-1e-6) - a.cap.RadiusKm - a.q.policy.Distance.FreeKm
	if km*(1-1e-6)-a.cap.RadiusKm > a.q.policy.Distance.MaxKm*shelfMargin {
		return 0
	}
	if beyond <= 0 {
		return float64(standing)
	}
	return float64(standing) * a.q.decay.bound(beyond*a.reciprok[class])
}
