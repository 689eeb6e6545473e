package matcher

import (
	"math"

	"renfort/geo"
	"renfort/index"
)

// shelfRows is how many entries a shelf has: for most people the best 20 are
// among them.
const shelfRows = 320

// shelfMargin is how much longer scales a shelf is stocked for than are asked,
// so that it outlives the next few Ticks.
const shelfMargin = 1.1

// fromShelf looks for the best at places on the shelf of the asking cell. It
// says whether nothing else can beat the floor; if not, the trees are to be
// looked at too.
func (q *query) fromShelf() (done bool) {
	shelf := q.shelf
	if shelf == nil || q.only != nil || q.reachKm[index.Normal] > q.policy.Distance.MaxKm {
		return false // a shelf ends where the policy does, a radius asked for may not
	}
	if q.takeFrom(shelf) {
		return true
	}
	for i := range shelf.Rows { // the trees have them too
		if o := shelf.Rows[i].Ordinal; q.stamps[o] != q.closed() {
			q.stamps[o] = q.stamp
		}
	}
	q.stamping, q.twice = true, true
	return false
}

// findShelf finds the shelf of the asking cell, if this is a request that one
// can answer.
func (q *query) findShelf() {
	q.shelf = nil
	if !q.placed || !q.plain || !q.inForce || q.wants == index.WantsOnly {
		return
	}
	cell := geo.CellOf(q.at, index.ShelfLevel)
	if slot := q.snapshot.Shelves.Slot(cell); slot != nil {
		q.shelf = slot.Take(&q.scaleKm, func() *index.Shelf { return q.stock(cell) })
	}
}

// takeFrom looks at a shelf's entries until none can beat the floor.
func (q *query) takeFrom(s *index.Shelf) (done bool) {
	best, most := &q.best[0], q.affinityGreatest()*boundSlack
	for i := range s.Rows {
		bound := float64(s.Bounds[i])
		if bound*most < best.floor {
			q.flush()
			return true
		}
		e := &s.Rows[i].Entry
		affinity := 1.0
		if q.prefers {
			affinity = q.affinityBound(e, e.Traits&index.AsksOfSkills != 0)
		}
		if bound*affinity*boundSlack < best.floor || !q.ageFits(e.MinAge, e.MaxAge) {
			continue
		}
		if w, ok := q.wayNear(e, e.Class(), float64(s.Rows[i].Standing)*affinity); ok {
			q.gather(e, s.Rows[i].Generation, w)
		}
	}
	q.flush()
	return s.Rest*most < best.floor
}

// affinityGreatest bounds the affinity of any mission for this person.
func (q *query) affinityGreatest() float64 {
	switch {
	case !q.prefers:
		return 1
	case q.folded != 0:
		return q.affinityUp[byActivity]
	}
	return q.affinityUp[byDomain]
}

// stock fills a shelf: a walk over the trees, best first, for somebody who may
// be anywhere in the cell and likes everything.
func (q *query) stock(cell geo.Cell) *index.Shelf {
	at := shelfAsker{q: q, cap: geo.CellCap(cell)}
	shelf := &index.Shelf{}
	for i, l := range q.scaleKm {
		shelf.ScaleKm[i] = l * shelfMargin
		at.reciprok[i] = q.policy.Weights.Distance / shelf.ScaleKm[i]
	}
	trees := q.snapshot.Shelves.Trees
	var heap cellHeap
	for i, t := range trees {
		if !t.Remote && len(t.Nodes) > 0 {
			heap.push(waiting(at.node(t, 0), i, 0, false))
		}
	}
	for len(heap) > 0 && len(shelf.Rows) < shelfRows {
		top := heap.pop()
		t := trees[top.tree]
		if top.distance == entryMark {
			shelf.Rows = append(shelf.Rows, shelfRow(t, top.node))
			shelf.Bounds = append(shelf.Bounds, float32(top.bound*(1+1e-6)))
			continue
		}
		n := &t.Nodes[top.node]
		for k := n.First; k < n.First+uint32(n.Len); k++ {
			bound := 0.0
			if n.Leaf {
				bound = at.entry(t, k)
			} else {
				bound = at.node(t, k)
			}
			if bound > 0 {
				heap.push(waiting(bound, int(top.tree), k, n.Leaf))
			}
		}
	}
	if len(heap) > 0 {
		shelf.Rest = heap[0].bound * boundSlack
	}
	return shelf
}

// entryMark in place of a distance says that a cell on the heap is an entry.
const entryMark = -1

// waiting gives a node or an entry as the heap holds it.
func waiting(bound float64, tree int, number uint32, entry bool) cell {
	c := cell{bound: bound, node: number, tree: uint32(tree)}
	if entry {
		c.distance = entryMark
	}
	return c
}

func shelfRow(t *index.Tree, i uint32) index.ShelfRow {
	return index.ShelfRow{Entry: t.Entries[i], Standing: t.Bounds[i], Generation: t.Generations[i]}
}

// shelfAsker bounds what anybody in a cell can be offered.
type shelfAsker struct {
	q        *query
	cap      geo.Cap
	reciprok [4]float64
}

func (a *shelfAsker) node(t *index.Tree, i uint32) float64 {
	n := &t.Nodes[i]
	return float64(n.Top) * a.distance(n.MinKm(a.cap.Center), t.Class)
}

func (a *shelfAsker) entry(t *index.Tree, i uint32) float64 {
	return float64(t.Bounds[i]) * a.distance(geo.Km(a.cap.Center.Chord2(t.Entries[i].Vec)), t.Class)
}

// distance bounds the factor of what lies at least km from the cell's centre.
func (a *shelfAsker) distance(km float64, class uint8) float64 {
	beyond := km*(1-1e-6) - a.cap.RadiusKm - a.q.policy.Distance.FreeKm
	if km*(1-1e-6)-a.cap.RadiusKm > a.q.policy.Distance.MaxKm*shelfMargin {
		return 0
	}
	if beyond <= 0 {
		return 1
	}
	return math.Exp(-beyond * a.reciprok[class])
}
