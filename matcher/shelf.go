package matcher

import (
	"math"
	"slices"

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
	if q.shelf != nil {
		fetchBlock(q.shelf, 0)
	}
	if old {
		q.raise = index.ShelfRaise
		if risen := q.snapshot.Shelves.Risen; len(risen) > 0 {
			q.alone = append(append(q.alone[:0], q.snapshot.Fresh...), risen...)
			q.fresh = q.alone
		}
	}
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
