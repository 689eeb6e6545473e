package matcher

import (
	"math"

	"renfort/index"
)

// fewMissions is what a filter may leave to be scored wholly: below it looking
// at cells costs more than it saves.
const fewMissions = 2000

// boundSlack covers what float64 may lose between a bound and a score.
const boundSlack = 1 + 1e-9

// search fills the collectors with the k best, and the best done from
// anywhere, at or above least.
func (q *query) search(k, full int, least float64) {
	q.begin()
	q.best[0].begin(k, least)
	q.best[1].begin(full, least)
	if q.filter.Never() {
		return
	}
	if !q.inForce {
		q.searchAll()
		return
	}
	if few, ok := q.filter.Few(q.few, fewMissions); ok {
		q.few = few
		for _, o := range few {
			if o < q.snapshot.Rows {
				q.considerWhole(o)
			}
		}
		return
	}
	for _, o := range q.fresh {
		q.considerWhole(o)
	}
	q.stamping = len(q.fresh) > 0 || q.around
	if q.around {
		q.twice = true // those that are urgent stand in their trees too
		for i := range q.near {
			q.considerNear(&q.near[i])
		}
	}
	q.descend()
}

// searchAll scores every mission: for a policy whose bounds nobody keeps.
func (q *query) searchAll() {
	for o := range q.snapshot.Rows {
		q.considerWhole(o)
	}
}

// descend looks at cells best first, until none can beat the floor.
func (q *query) descend() {
	near, afar := q.fromShelves()
	if near && afar {
		return
	}
	for i, t := range q.snapshot.Trees {
		done := near
		if t.Remote {
			done = afar
		}
		if !done && q.enters(t) && !(q.around && t.Class == index.Normal && !t.Remote) {
			q.push(i, 0)
		}
	}
	for len(q.heap) > 0 {
		top := q.heap.pop()
		t := q.snapshot.Trees[top.tree]
		if top.bound < q.best.floor(t.Remote) {
			continue
		}
		n := &t.Nodes[top.node]
		if n.Leaf {
			q.leaf(top, t, n)
			continue
		}
		for i := n.First; i < n.First+uint32(n.Len); i++ {
			q.push(int(top.tree), i)
		}
	}
}

// enters says whether the tree holds anything for this person.
func (q *query) enters(t *index.Tree) bool {
	if t.Remote {
		return q.wants != index.WantsNone && !q.choosy && !(q.only != nil && q.only.remote <= 0)
	}
	return q.wants != index.WantsOnly
}

// push adds a cell to the heap if it can beat the floor.
func (q *query) push(tree int, node uint32) {
	t := q.snapshot.Trees[tree]
	n := &t.Nodes[node]
	floor := q.best.floor(t.Remote)
	if !q.ageFits(n.MinAge, n.MaxAge) {
		return
	}
	distance := q.distanceBound(t, n)
	// Cheap before dear: most cells are too far for anything in them.
	if most := distance * float64(n.Top) * boundSlack; most < floor || most == 0 {
		return
	}
	if bound := distance * q.standingBound(n) * boundSlack; bound >= floor && bound > 0 {
		q.heap.push(cell{bound: bound, distance: distance, node: node, tree: uint32(tree)})
	}
}

// distanceBound bounds the distance factor in a cell from above; it is 0 if
// all of it is out of reach.
func (q *query) distanceBound(t *index.Tree, n *index.Node) float64 {
	switch {
	case !q.placed:
		return 1
	case t.Remote:
		return q.remoteD
	}
	km := n.MinKm(q.at)
	if km > q.reachKm[t.Class] || q.only != nil && km > q.servesKm(t.Class) {
		return 0
	}
	return q.decay.bound((km - q.policy.Distance.FreeKm) * q.reciprok[t.Class])
}

// decay bounds e^-x from above by two looks: between two of its steps by the line that
// joins them, which the curve does not rise above.
type decay [decayLen]float64

// The steps of decay: in the middle of 1/64 the line is 3e-5 of the value too high. What
// lies beyond the table, past e^-32, is bounded by its end.
const (
	decaySteps = 64
	decayLen   = 32*decaySteps + 1
	decaySlack = 1 + 1e-14 // what float64 may lose on the line
)

func newDecay() *decay {
	d := new(decay)
	for i := range d {
		d[i] = math.Exp(-float64(i)/decaySteps) * decaySlack
	}
	return d
}

func (d *decay) bound(x float64) float64 {
	if x <= 0 {
		return 1
	}
	x *= decaySteps
	if x >= decayLen-1 {
		return d[decayLen-1]
	}
	i := int(x)
	return d[i] + (d[i+1]-d[i])*(x-float64(i))
}

// standingBound gives the greatest affinity times standing in a cell.
func (q *query) standingBound(n *index.Node) float64 {
	top := float64(n.Top)
	if q.only != nil {
		top = float64(n.Unserved)
	}
	if f := q.filter.Domains(); f != 0 {
		top = min(top, float64(n.Top)*n.Share(f))
	}
	if !q.prefers {
		return top
	}
	affinity := &q.affinity
	if n.Skilled {
		affinity = &q.affinityUp
	}
	if n.Activities&q.folded != 0 {
		return top * affinity[byActivity]
	}
	best := top * affinity[byOther]
	best = max(best, min(top, float64(n.Top)*n.Share(q.domains))*affinity[byDomain])
	return max(best, min(top, float64(n.Top)*n.Share(q.adjacent))*affinity[byAdjacent])
}

// batchEntries is how many entries of a leaf are told by themselves before
// their missions' rows are read, all at once: the rows are far apart in memory,
// and the processor fetches many together as fast as one.
const batchEntries = 16

// batch is entries that may beat the floor, with their ways and rows.
type batch struct {
	n       int
	entries [batchEntries]*index.Entry
	ways    [batchEntries]way
	rows    [batchEntries]index.Stand
}

// leaf looks at the entries of a leaf whose own bound can beat the floor.
func (q *query) leaf(c cell, t *index.Tree, n *index.Node) {
	var stands []index.Stand
	if t.Remote {
		stands = q.snapshot.Shelves.Stands(c.tree, q.snapshot)
	}
	distance := c.distance * boundSlack
	most := distance * q.affinityMost(n)
	for i := n.First; i < n.First+uint32(n.Len); i++ {
		if float64(t.Tops[i])*most < q.best.floor(t.Remote) {
			break
		}
		bound := float64(t.Bounds[i])
		if bound == 0 || q.only != nil && !t.MayBeUntaken(i) {
			continue
		}
		e := &t.Entries[i]
		bound *= q.affinityBound(e)
		if bound*distance < q.best.floor(t.Remote) || !q.ageFits(e.MinAge, e.MaxAge) {
			continue
		}
		if q.twice && e.Traits&index.Several == 0 && q.stamps[e.Ordinal] >= q.stamp {
			continue // the shelf had it
		}
		w, ok := q.wayOfEntry(t, e, bound)
		switch {
		case !ok:
		case stands != nil:
			q.considerRow(e, &stands[i], &w)
		default:
			q.gather(e, w)
		}
	}
	q.flush()
}

// wayOfEntry gives the way that an entry stands for, if by it a bound of all
// but distance can beat the floor.
func (q *query) wayOfEntry(t *index.Tree, e *index.Entry, bound float64) (w way, ok bool) {
	if !t.Remote {
		return q.wayNear(e, t.Class, bound)
	}
	w = q.afar()
	return w, q.mayAfar(e.Remote) && bound*w.factor*boundSlack >= q.best.floor(t.Remote)
}

// considerRow scores the mission of an entry, whose row may be an older one's.
func (q *query) considerRow(e *index.Entry, stand *index.Stand, w *way) {
	if q.snapshot.Shelves.Touched(e.Ordinal) {
		stand = q.snapshot.Stands.At(e.Ordinal)
	}
	if stand.Generation == e.Generation && stand.Standing != 0 {
		q.considerWay(e, stand, w)
	}
}

// considerNear scores a mission by its nearest address.
func (q *query) considerNear(n *neighbour) {
	if n.entry == nil {
		q.considerWhole(n.ordinal)
		return
	}
	if w, ok := q.wayAt(n.entry.Address, n.chord2, n.entry.Class(), n.ordinal); ok {
		q.considerWay(n.entry, n.stand, &w)
	}
}

func (q *query) gather(e *index.Entry, w way) {
	if q.choosy && !w.remote && !q.filter.Address(q.snapshot.Addresses.At(e.Address)) {
		return
	}
	b := &q.batch
	b.entries[b.n], b.ways[b.n] = e, w
	b.n++
	if b.n == batchEntries {
		q.flush()
	}
}

// flush reads the rows of the entries gathered and scores them.
func (q *query) flush() {
	b := &q.batch
	for i, e := range b.entries[:b.n] {
		b.rows[i] = *q.snapshot.Stands.At(e.Ordinal)
	}
	for i, e := range b.entries[:b.n] {
		if l := &b.rows[i]; l.Generation == e.Generation && l.Standing != 0 {
			q.considerWay(e, l, &b.ways[i])
		}
	}
	b.n = 0
}

// affinityMost gives the greatest affinity in a node.
func (q *query) affinityMost(n *index.Node) float64 {
	affinity := &q.affinity
	if n.Skilled {
		affinity = &q.affinityUp
	}
	switch {
	case !q.prefers:
		return 1
	case n.Activities&q.folded != 0:
		return affinity[byActivity]
	case n.Share(q.domains) > 0:
		return affinity[byDomain]
	case n.Share(q.adjacent) > 0:
		return affinity[byAdjacent]
	}
	return affinity[byOther]
}

func (q *query) affinityBound(e *index.Entry) float64 {
	if !q.prefers {
		return 1
	}
	return q.affinityFor(e.Activities, e.Domains, e.Skills)
}

func (q *query) affinityFor(activities, domains uint64, skills uint32) float64 {
	affinity := &q.affinity
	if skills&q.skillBits != 0 {
		affinity = &q.affinityUp
	}
	switch {
	case activities&q.folded != 0:
		return affinity[byActivity]
	case domains&q.domains != 0:
		return affinity[byDomain]
	case domains&q.adjacent != 0:
		return affinity[byAdjacent]
	}
	return affinity[byOther]
}

// cell is a node waiting to be looked at.
type cell struct {
	bound    float64
	distance float64 // the greatest distance factor in it
	node     uint32
	tree     uint32
}

// cellHeap has the cell of the greatest bound on top.
type cellHeap []cell

func (h *cellHeap) push(c cell) {
	*h = append(*h, c)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if s[parent].bound >= c.bound {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = c
}

func (h *cellHeap) pop() cell {
	s := *h
	top, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if child+1 < len(s) && s[child+1].bound > s[child].bound {
			child++
		}
		if s[child].bound <= last.bound {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = last
	return top
}
