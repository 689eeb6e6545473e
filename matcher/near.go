package matcher

import (
	"math"

	"renfort/geo"
	"renfort/index"
)

// nearest gives the distance in km from a place to the n-th nearest mission
// that can be had at a place, infinite if there are fewer. It borrows the
// query's scratch.
func nearest(q *query, s *index.Snapshot, at geo.Vec, rank int) float64 {
	asked := q.snapshot
	q.snapshot = s
	n := neighbours{q: q, at: at, rank: rank, any: true}
	n.find()
	q.snapshot = asked
	return n.km()
}

// neighbours is a search for the nearest missions.
type neighbours struct {
	q    *query
	at   geo.Vec
	rank int
	most float64 // km: nothing farther is looked at; 0 for no end
	any  bool    // every mission that can be had; else those the query admits
	// Once enough of them are within enoughKm it ends: they need not be the
	// nearest then.
	enough   int // 0 for no such end
	enoughKm float64
	found    []neighbour
	alone    bool    // some were looked at by themselves, and may be met again
	knownKm  float64 // everything nearer was looked at
}

// neighbour is a mission and the squared chord to its nearest address.
type neighbour struct {
	chord2  float64
	entry   *index.Entry // of that address, nil for one in no tree
	stand   *index.Stand
	ordinal uint32
}

// before says whether x is a mission's nearest address rather than another one:
// of equally near ones the first counts. Who was looked at whole stays: all its
// addresses will be again.
func (x *neighbour) before(other *neighbour) bool {
	if x.chord2 != other.chord2 {
		return x.chord2 < other.chord2
	}
	return x.entry != nil && other.entry != nil && x.entry.Address < other.entry.Address
}

// km gives the distance of the last of rank.
func (n *neighbours) km() float64 {
	if len(n.found) < n.rank {
		return math.Inf(1)
	}
	return n.kmOf(n.rank)
}

// kmOf gives the distance of the i-th nearest found, from 1.
func (n *neighbours) kmOf(i int) float64 { return geo.Km(n.found[i-1].chord2) }

// worst gives the squared chord from which on nothing gets in.
func (n *neighbours) worst() float64 {
	if len(n.found) < n.rank {
		return 5 // no squared chord is above 4
	}
	return n.found[n.rank-1].chord2
}

// find looks at the trees.
func (n *neighbours) find() {
	n.takeAlone(n.q.snapshot.Fresh)
	n.descend()
	n.knownKm = math.Inf(1)
	if n.most > 0 {
		n.knownKm = n.most
	}
	if len(n.found) == n.rank {
		n.knownKm = n.km()
	}
}

// takeAlone begins with missions that no bound covers.
func (n *neighbours) takeAlone(ordinals []uint32) {
	n.found, n.alone = n.found[:0], len(ordinals) > 0
	for _, o := range ordinals {
		n.takeWhole(o)
	}
}

// findOnShelf looks at what is nearest on a shelf. It says whether that is
// enough: the n-th nearest of enough is known, or that they are near enough.
func (n *neighbours) findOnShelf(s *index.Shelf) bool {
	n.takeAlone(n.q.fresh)
	off := n.at.DistanceKm(s.Center)
	for i := range s.Near {
		if i%8 == 7 {
			if n.suffices() {
				return true
			}
			if float64(s.NearKms[i])-off > n.mostKm() {
				n.knownKm = float64(s.NearKms[i]) - off
				return n.knows()
			}
		}
		n.take(&s.Near[i])
	}
	n.knownKm = s.NearKm - off
	return n.knows()
}

// mostKm is how far it is worth to look.
func (n *neighbours) mostKm() float64 {
	most := math.Inf(1)
	if n.most > 0 {
		most = n.most
	}
	if len(n.found) == n.rank {
		most = min(most, n.km())
	}
	return most
}

// knows says whether what was found up to knownKm is enough.
func (n *neighbours) knows() bool {
	if len(n.found) == n.rank {
		n.knownKm = min(n.knownKm, n.km())
	}
	return n.suffices() || len(n.found) >= n.enough && n.kmOf(n.enough) < n.knownKm || n.knownKm > n.most
}

// descend looks at cells nearest first: bounds are negative distances.
func (n *neighbours) descend() {
	q := n.q
	q.heap = q.heap[:0]
	for i, t := range q.snapshot.Trees {
		if !t.Remote {
			n.push(i, 0)
		}
	}
	for len(q.heap) > 0 {
		top := q.heap.pop()
		if len(n.found) == n.rank && -top.bound > n.km() || n.most > 0 && -top.bound > n.most {
			return
		}
		t := q.snapshot.Trees[top.tree]
		node := &t.Nodes[top.node]
		for i := node.First; i < node.First+uint32(node.Len); i++ {
			if node.Leaf {
				if t.Bounds[i] != 0 {
					n.take(&t.Entries[i])
				}
			} else {
				n.push(int(top.tree), i)
			}
		}
		if n.suffices() {
			return
		}
	}
}

// suffices says that enough missions are near enough.
func (n *neighbours) suffices() bool {
	return n.enough > 0 && len(n.found) >= n.enough && geo.Km(n.found[n.enough-1].chord2) <= n.enoughKm
}

func (n *neighbours) push(tree int, node uint32) {
	c := &n.q.snapshot.Trees[tree].Nodes[node]
	if c.Top > 0 && (n.any || n.q.ageFits(c.MinAge, c.MaxAge)) { // else there is nothing to be had in it
		n.q.heap.push(cell{bound: -c.MinKm(n.at), node: node, tree: uint32(tree)})
	}
}

// take counts the mission of an entry, if it is near enough and can be had.
func (n *neighbours) take(e *index.Entry) {
	c, several := n.at.Chord2(e.Vec), e.Traits&index.Several != 0
	if worst := n.worst(); c > worst || c == worst && !several || !n.admits(e) || !n.any && n.q.choosy && !n.q.filter.Address(n.q.snapshot.Addresses.At(e.Address)) {
		return
	}
	if l := n.q.snapshot.Stands.At(e.Ordinal); l.Standing != 0 && l.Generation == e.Generation {
		n.insert(neighbour{c, e, l, e.Ordinal}, several || n.alone)
	}
}

func (n *neighbours) admits(e *index.Entry) bool {
	return n.any || n.q.ageFits(e.MinAge, e.MaxAge) && n.q.admits(e)
}

// takeWhole counts a mission by all its addresses.
func (n *neighbours) takeWhole(o uint32) {
	s := n.q.snapshot
	m, l := s.Missions.At(o), s.Stands.At(o)
	e := index.EntryOf(o, m)
	if l.Standing == 0 || !m.Has(index.Placed) || !n.admits(&e) {
		return
	}
	for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
		row := s.Addresses.At(a)
		if c := n.at.Chord2(row.Vec); c < n.worst() && (n.any || !n.q.choosy || n.q.filter.Address(row)) {
			n.insert(neighbour{c, nil, l, o}, true)
		}
	}
}

// insert keeps the rank nearest, each mission once, nearest first; several says
// that the mission may be there already.
func (n *neighbours) insert(x neighbour, several bool) {
	if n.most > 0 && geo.Km(x.chord2) > n.most {
		return
	}
	at := len(n.found)
	for i := 0; several && i < len(n.found); i++ {
		if n.found[i].ordinal == x.ordinal {
			at = i
		}
	}
	switch {
	case at < len(n.found):
		if !x.before(&n.found[at]) {
			return
		}
	case len(n.found) < n.rank:
		n.found = append(n.found, x)
	case x.chord2 >= n.worst():
		return
	default:
		at = n.rank - 1
	}
	for ; at > 0 && x.chord2 < n.found[at-1].chord2; at-- {
		n.found[at] = n.found[at-1]
	}
	n.found[at] = x
}
