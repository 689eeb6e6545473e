package matcher

import (
	"math"

	"renfort/geo"
	"renfort/index"
)

// shelfRows is how many entries a shelf has: for most people the best 20 are
// among them.
const shelfRows = 320

// shelfTail is how many more are named, for people who like what is rare here.
const shelfTail = 480

// shelfNear is how many of the nearest entries a shelf has: for most people
// where missions are rare, those that a widened radius takes in are among them.
const shelfNear = 128

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
		q.mark(shelf.Rows[i].Ordinal)
	}
	for i := range shelf.Tail {
		q.mark(shelf.Tail[i].Ordinal)
	}
	q.stamping, q.twice = true, true
	return false
}

// mark notes that a mission was looked at.
func (q *query) mark(o uint32) {
	if q.stamps[o] != q.closed() {
		q.stamps[o] = q.stamp
	}
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
			return true
		}
		e := &s.Rows[i].Entry
		affinity := q.affinityBound(e)
		if bound*affinity*boundSlack < best.floor || !q.ageFits(e.MinAge, e.MaxAge) {
			continue
		}
		stand := q.standOf(&s.Rows[i])
		if stand.Standing == 0 || stand.Generation != s.Rows[i].Stand.Generation {
			continue
		}
		if w, ok := q.wayNear(e, e.Class(), stand.Standing*affinity); ok {
			q.considerWay(e, stand, &w)
		}
	}
	return q.takeTail(s.Tail, most) || s.Rest*most < best.floor
}

// standOf gives the row of a shelf's mission as the snapshot has it.
func (q *query) standOf(row *index.ShelfRow) *index.Stand {
	if q.snapshot.Shelves.Touched(row.Ordinal) {
		return q.snapshot.Stands.At(row.Ordinal)
	}
	return &row.Stand
}

// takeTail is takeFrom for the rows behind.
func (q *query) takeTail(rows []index.TailRow, most float64) (done bool) {
	best := &q.best[0]
	for i := range rows {
		row := &rows[i]
		bound := float64(row.Bound)
		if bound*most < best.floor {
			q.flush()
			return true
		}
		affinity := q.affinityBound(&row.Entry)
		if bound*affinity*boundSlack < best.floor || !q.ageFits(row.MinAge, row.MaxAge) {
			continue
		}
		if w, ok := q.wayNear(&row.Entry, row.Class(), float64(row.Standing)*affinity); ok {
			q.gather(&row.Entry, row.Generation, w)
		}
	}
	q.flush()
	return false
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
// be anywhere in the cell and likes everything; and one nearest first.
func (q *query) stock(at geo.Cell) *index.Shelf {
	asker := shelfAsker{q: q, cap: geo.CellCap(at)}
	shelf := &index.Shelf{NearKm: math.Inf(1), Rows: make([]index.ShelfRow, 0, shelfRows), Bounds: make([]float32, 0, shelfRows),
		Tail: make([]index.TailRow, 0, shelfTail), Near: make([]index.ShelfRow, 0, shelfNear)}
	for i, l := range q.scaleKm {
		shelf.ScaleKm[i] = l * shelfMargin
		asker.reciprok[i] = q.policy.Weights.Distance / shelf.ScaleKm[i]
	}
	rest := asker.walk(shelfRows+shelfTail, func(row index.ShelfRow, c cell) {
		bound := float32(c.bound * (1 + 1e-6))
		if len(shelf.Rows) < shelfRows {
			shelf.Rows, shelf.Bounds = append(shelf.Rows, row), append(shelf.Bounds, bound)
		} else {
			shelf.Tail = append(shelf.Tail, index.TailRow{Entry: row.Entry, Generation: row.Stand.Generation,
				Standing: q.snapshot.Shelves.Trees[c.tree].Bounds[c.node], Bound: bound})
		}
	})
	shelf.Rest = rest * boundSlack
	asker.nearest = true
	if rest = asker.walk(shelfNear, func(row index.ShelfRow, _ cell) { shelf.Near = append(shelf.Near, row) }); rest > 0 {
		shelf.NearKm = (1/rest - 1) * (1 - 1e-9)
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

// shelfAsker bounds what anybody in a cell can be offered; or how near to its
// centre it is, as 1 / (1 + km).
type shelfAsker struct {
	q        *query
	cap      geo.Cap
	reciprok [index.Classes]float64
	nearest  bool
}

// walk gives the best most entries at places that are alive, best first, and
// the bound of what is left.
func (a *shelfAsker) walk(most int, take func(row index.ShelfRow, c cell)) (rest float64) {
	trees := a.q.snapshot.Shelves.Trees
	var heap cellHeap
	for i, t := range trees {
		if !t.Remote && len(t.Nodes) > 0 {
			heap.push(waiting(a.node(t, 0), i, 0, false))
		}
	}
	for most > 0 && len(heap) > 0 {
		top := heap.pop()
		t := trees[top.tree]
		if top.distance == entryMark {
			if row, ok := a.row(t, top.node); ok {
				take(row, top)
				most--
			}
			continue
		}
		n := &t.Nodes[top.node]
		for k := n.First; k < n.First+uint32(n.Len); k++ {
			bound := 0.0
			if n.Leaf {
				bound = a.entry(t, k)
			} else {
				bound = a.node(t, k)
			}
			if bound > 0 {
				heap.push(waiting(bound, int(top.tree), k, n.Leaf))
			}
		}
	}
	if len(heap) == 0 {
		return 0
	}
	return heap[0].bound
}

// row gives an entry as a shelf has it; ok is false for one that is dead. One
// that died since there are these shelves may be alive to an older snapshot.
func (a *shelfAsker) row(t *index.Tree, i uint32) (row index.ShelfRow, ok bool) {
	o, generation := t.Entries[i].Ordinal, t.Generations[i]
	row = index.ShelfRow{Entry: t.Entries[i], Stand: *a.q.snapshot.Stands.At(o)}
	ok = row.Stand.Generation == generation || a.q.snapshot.Shelves.Touched(o)
	row.Stand.Generation = generation
	return row, ok
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
	return float64(standing) * math.Exp(-beyond*a.reciprok[class])
}
