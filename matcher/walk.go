package matcher

import (
	"math"
	"math/bits"

	"renfort/geo"
	"renfort/index"
)

// fewMissions is what a filter may leave to be scored wholly: below it looking
// at cells costs more than it saves.
const fewMissions = 2000

// boundSlack covers what float64 may lose between a bound and a score.
const boundSlack = 1 + 1e-9

// search fills the collector with the k best at or above least.
func (q *query) search(k int, least float64) {
	q.begin()
	q.best.begin(k, least)
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
				q.consider(o)
			}
		}
		return
	}
	for _, o := range q.snapshot.Fresh {
		q.consider(o)
	}
	q.descend()
}

// searchAll scores every mission: for a policy whose bounds nobody keeps.
func (q *query) searchAll() {
	for o := range q.snapshot.Rows {
		q.consider(o)
	}
}

// descend looks at cells best first, until none can beat the floor.
func (q *query) descend() {
	for i := range q.snapshot.Trees {
		if q.enters(&q.snapshot.Trees[i]) {
			q.push(i, 0)
		}
	}
	for len(q.heap) > 0 {
		top := q.heap.pop()
		if top.bound < q.best.floor {
			return
		}
		t := &q.snapshot.Trees[top.tree]
		n := &t.Cells.Nodes[top.node]
		if n.Leaf {
			q.leaf(t, n, top.distance)
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
		return q.wants != index.WantsNone && !q.filter.ChoosesAddresses()
	}
	return q.wants != index.WantsOnly
}

// push adds a cell to the heap if it can beat the floor.
func (q *query) push(tree int, node uint32) {
	t := &q.snapshot.Trees[tree]
	distance, ok := q.distanceBound(t, &t.Cells.Nodes[node])
	if !ok {
		return
	}
	bound := distance * q.standingBound(t, node) * boundSlack
	if bound >= q.best.floor && bound > 0 {
		q.heap.push(cell{bound: bound, distance: distance, node: node, tree: uint32(tree)})
	}
}

// distanceBound gives the greatest distance factor in a cell; ok is false if
// all of it is out of reach.
func (q *query) distanceBound(t *index.Tree, n *index.Node) (factor float64, ok bool) {
	switch {
	case !q.placed:
		return 1, true
	case t.Remote:
		return q.remoteD, true
	}
	km := n.Cap.MinKm(q.at)
	if km > q.reachKm[t.Class] {
		return 0, false
	}
	beyond := km - q.policy.Distance.FreeKm
	if beyond <= 0 {
		return 1, true
	}
	return math.Exp(-beyond * q.reciprok[t.Class]), true
}

// standingBound gives the greatest affinity times standing in a cell.
func (q *query) standingBound(t *index.Tree, node uint32) float64 {
	b := t.Bounds
	top := float64(b.Node[node])
	if q.only != nil {
		top = float64(b.Unserved[node])
	}
	domains := len(q.snapshot.Taxonomy.Domains)
	if f := q.filter.Domains(); f != 0 {
		top = min(top, float64(b.Node[node])*q.shareOf(b.Domain[int(node)*domains:], f))
	}
	if !q.prefers {
		return top
	}
	n := &t.Cells.Nodes[node]
	affinity := &q.affinity
	if n.Skilled {
		affinity = &q.affinityUp
	}
	if n.Activities&q.folded != 0 {
		return top * affinity[byActivity]
	}
	shares := b.Domain[int(node)*domains:]
	whole := float64(b.Node[node])
	best := top * affinity[byOther]
	best = max(best, min(top, whole*q.shareOf(shares, q.domains))*affinity[byDomain])
	return max(best, min(top, whole*q.shareOf(shares, q.adjacent))*affinity[byAdjacent])
}

// shareOf gives the largest share among the domains of a set.
func (q *query) shareOf(shares []uint8, domains uint64) float64 {
	var most uint8
	for rest := domains; rest != 0; rest &= rest - 1 {
		most = max(most, shares[bits.TrailingZeros64(rest)])
	}
	return float64(most) / 255
}

// leaf looks at the entries of a leaf whose own bound can beat the floor.
func (q *query) leaf(t *index.Tree, n *index.Node, distance float64) {
	distance *= boundSlack
	for i := n.First; i < n.First+uint32(n.Len); i++ {
		e := &t.Cells.Entries[i]
		bound := distance * float64(t.Bounds.Entry[i])
		if q.prefers {
			bound *= q.affinityBound(e, n.Skilled)
		}
		if bound < q.best.floor || bound == 0 {
			continue
		}
		if q.snapshot.Missions.At(e.Ordinal).Generation == e.Generation {
			q.consider(e.Ordinal)
		}
	}
}

func (q *query) affinityBound(e *index.Entry, skilled bool) float64 {
	affinity := &q.affinity
	if skilled {
		affinity = &q.affinityUp
	}
	switch {
	case e.Activities&q.folded != 0:
		return affinity[byActivity]
	case e.Domains&q.domains != 0:
		return affinity[byDomain]
	case e.Domains&q.adjacent != 0:
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

// nearest gives the distance in km from a place to the n-th nearest mission
// that can be had at a place, infinite if there are fewer. It borrows the
// query's scratch.
func nearest(q *query, s *index.Snapshot, at geo.Vec, rank int) float64 {
	asked := q.snapshot
	q.snapshot = s
	q.begin()
	n := neighbours{q: q, at: at, rank: rank}
	n.find()
	q.snapshot = asked
	return n.km()
}

// neighbours is a search for the nearest missions.
type neighbours struct {
	q      *query
	at     geo.Vec
	rank   int
	most   float64                               // km: nothing farther is looked at; 0 for no end
	only   func(o uint32, m *index.Mission) bool // nil: every mission that can be had
	chords []float64                             // the least found, ascending
}

// km gives the distance of the last of rank.
func (n *neighbours) km() float64 {
	if len(n.chords) < n.rank {
		return math.Inf(1)
	}
	return geo.Km(n.chords[n.rank-1])
}

// find looks at cells nearest first: bounds are negative distances.
func (n *neighbours) find() {
	q := n.q
	for _, o := range q.snapshot.Fresh {
		n.take(o)
	}
	for i := range q.snapshot.Trees {
		if !q.snapshot.Trees[i].Remote {
			n.push(i, 0)
		}
	}
	for len(q.heap) > 0 {
		top := q.heap.pop()
		if len(n.chords) == n.rank && -top.bound > n.km() || n.most > 0 && -top.bound > n.most {
			return
		}
		t := &q.snapshot.Trees[top.tree]
		node := &t.Cells.Nodes[top.node]
		for i := node.First; i < node.First+uint32(node.Len); i++ {
			if !node.Leaf {
				n.push(int(top.tree), i)
			} else if e := &t.Cells.Entries[i]; t.Bounds.Entry[i] > 0 && q.snapshot.Missions.At(e.Ordinal).Generation == e.Generation {
				n.take(e.Ordinal)
			}
		}
	}
}

func (n *neighbours) push(tree int, node uint32) {
	t := &n.q.snapshot.Trees[tree]
	if t.Bounds.Node[node] == 0 {
		return // nothing to be had in it
	}
	n.q.heap.push(cell{bound: -t.Cells.Nodes[node].Cap.MinKm(n.at), node: node, tree: uint32(tree)})
}

// take counts a mission once, by its nearest address.
func (n *neighbours) take(o uint32) {
	s := n.q.snapshot
	if l := s.Live.At(o); l.Standing == 0 || !n.q.first(o) {
		return
	}
	m := s.Missions.At(o)
	if !m.Has(index.Placed) || n.only != nil && !n.only(o, m) {
		return
	}
	best := 4.0
	for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
		if row := s.Addresses.At(a); n.only == nil || n.q.filter.Address(row) {
			best = min(best, n.at.Chord2(row.Vec))
		}
	}
	if len(n.chords) < n.rank {
		n.chords = append(n.chords, best)
	} else if best < n.chords[n.rank-1] {
		n.chords[n.rank-1] = best
	} else {
		return
	}
	for i := len(n.chords) - 1; i > 0 && n.chords[i] < n.chords[i-1]; i-- {
		n.chords[i], n.chords[i-1] = n.chords[i-1], n.chords[i]
	}
}
