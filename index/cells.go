package index

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"renfort/geo"
)

// leafEntries is how many entries a leaf holds at most: they are ordered by
// standing, so that of most leaves only the first are looked at.
const leafEntries = 96

// Entry is an address in a tree of cells: what tells most missions without
// looking further.
type Entry struct {
	Vec        geo.Vec
	MinAge     uint8
	MaxAge     uint8
	Remote     uint8
	Traits     uint8
	Domains    uint64
	Activities uint64 // folded: bit i%64 for activity i
	Skills     uint32 // those asked for, folded by SkillBits
	Ordinal    uint32
	Address    uint32
	Generation uint32 // dead if its mission has another
}

// approxKm is more than the positions of nodes are off by: half a unit in the
// last place of three float32 on a globe of 6,371 km is 0.4 m.
const approxKm = 0.001

// Traits of an entry's mission, so that most entries are told by themselves.
const (
	AsksOfSkills  uint8 = 1 << iota // asks for skills
	NeedsOfSkills                   // some of them are required
	Several                         // has other entries too
	Sited                           // is at one place, which an entry without an address has in Vec too
)

// reaching says that a crisis tells how far the mission reaches.
const reaching uint8 = 1 << 4

// classShift is where the traits have the class of urgency.
const classShift = 6

// Class gives how far the entry's mission reaches: its urgency, or InCrisis.
func (e *Entry) Class() uint8 {
	if e.Traits&reaching != 0 {
		return InCrisis
	}
	return e.Traits >> classShift
}

// primary gives the first of the entry's domains by number, 64 for none: what
// its part of the tree is chosen by.
func (e *Entry) primary() int { return bits.TrailingZeros64(e.Domains) }

// shareSlots is how many domains have a share of their own in a node; beyond,
// domain d shares the slot of d - shareSlots. With it a node fills one line of
// the processor's cache.
const shareSlots = 22

// Node is a cell with entries, or with nodes below it, and the upper bounds
// over them: nothing in it stands better, unless it is in the snapshot's
// Fresh.
type Node struct {
	X, Y, Z    float32 // centre of its cap
	RadiusKm   float32 // of its cap, all rounding included
	Top        float32 // best standing
	Unserved   float32 // best standing of a mission that nobody took
	First      uint32  // of its children in Nodes, or of its entries in Entries
	Len        uint16
	Leaf       bool
	Skilled    bool              // an entry asks for skills
	Activities uint64            // union of the entries', folded
	MinAge     uint8             // the least of the entries'
	MaxAge     uint8             // the greatest of the entries'
	Shares     [shareSlots]uint8 // share of Top that missions of a domain reach, in 255ths, rounded up
}

// MinKm gives a lower bound of the distance from v to anything in the node.
func (n *Node) MinKm(v geo.Vec) float64 {
	km := geo.Km(v.Chord2(geo.Vec{X: float64(n.X), Y: float64(n.Y), Z: float64(n.Z)}))
	return max(0, km-km*1e-6-float64(n.RadiusKm))
}

// Share gives the greatest share of Top that missions of any of the domains
// reach.
func (n *Node) Share(domains uint64) float64 {
	var most uint8
	for rest := domains; rest != 0; rest &= rest - 1 {
		most = max(most, n.Shares[bits.TrailingZeros64(rest)%shareSlots])
	}
	return float64(most) / 255
}

// Tree is the addresses of one class of missions as a tree of S2 cells, or the
// missions that need none, under their domains. Immutable. Nodes[0] is the
// root.
type Tree struct {
	Nodes  []Node    // parents before children, siblings together
	Bounds []float32 // Bounds[i]: standing of Entries[i] at most; 0 for one to be skipped
	Tops   []float32 // Tops[i]: the greatest of Bounds from i to the end of the leaf
	Class  uint8     // Normal (calm too), Urgent, Vital or InCrisis: how far its missions reach
	Remote bool      // its entries have no place
	// Untaken has a bit for each of Entries: nobody took its mission for long,
	// or did not when the bounds were set.
	Untaken []uint64

	Entries []Entry  // by leaf; in a leaf by standing as it was built, best first
	parents []uint32 // parents[i] of Nodes[i]
	leafOf  []uint32 // leafOf[i]: the node of Entries[i]
}

// MayBeUntaken says whether nobody may have taken the mission of entry i for
// long: for a mission in none of the snapshot's Fresh, false is certain.
func (t *Tree) MayBeUntaken(i uint32) bool { return t.Untaken[i/64]&(1<<(i%64)) != 0 }

// sorted is an entry with the keys it is ordered by while a tree is built.
type sorted struct {
	Entry
	leaf     geo.Cell
	standing float64
}

// orderEntries sorts by place; at the very same place, or without one, by
// domain and standing, so that leaves still have tight bounds.
func orderEntries(es []sorted) {
	slices.SortFunc(es, func(a, b sorted) int {
		return cmp.Or(cmp.Compare(a.leaf, b.leaf), cmp.Compare(a.primary(), b.primary()),
			cmp.Compare(b.standing, a.standing), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Ordinal, b.Ordinal))
	})
}

// run is a stretch of sorted entries that becomes a node. Its level is that of
// the S2 cell that all of it is in; wholeLevel is split by domain.
type run struct{ lo, hi, level int }

const wholeLevel = -1

// buildTree makes the tree of es, which it sorts, without bounds. Without
// places a domain is one leaf: its order is all that counts.
func buildTree(es []sorted, placed bool) *Tree {
	first, most := run{0, len(es), 0}, leafEntries
	if !placed {
		first.level, most = wholeLevel, math.MaxUint16
	}
	orderEntries(es)
	t := &Tree{Entries: make([]Entry, len(es)), leafOf: make([]uint32, len(es))}
	if len(es) == 0 {
		return t
	}
	runs := []run{first}
	t.Nodes, t.parents = append(t.Nodes, Node{}), append(t.parents, 0)
	for i := 0; i < len(runs); i++ { // breadth first: siblings stand together
		r := runs[i]
		n := &t.Nodes[i]
		n.describe(es[r.lo:r.hi])
		if r.hi-r.lo <= most && r.level != wholeLevel {
			n.First, n.Len, n.Leaf = uint32(r.lo), uint16(r.hi-r.lo), true
			slices.SortFunc(es[r.lo:r.hi], func(a, b sorted) int {
				return cmp.Or(cmp.Compare(b.standing, a.standing), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Ordinal, b.Ordinal))
			})
			for k := r.lo; k < r.hi; k++ {
				t.leafOf[k] = uint32(i)
			}
			continue
		}
		children := split(es, r)
		n.First, n.Len = uint32(len(runs)), uint16(len(children))
		runs = append(runs, children...)
		for range children {
			t.Nodes, t.parents = append(t.Nodes, Node{}), append(t.parents, uint32(i))
		}
	}
	for i := range es {
		t.Entries[i] = es[i].Entry
	}
	if placed {
		t.drawCaps(runs)
	}
	return t
}

// describe sets what is true of all entries of a node but its cap.
func (n *Node) describe(es []sorted) {
	n.MinAge = math.MaxUint8
	for i := range es {
		n.MinAge, n.MaxAge = min(n.MinAge, es[i].MinAge), max(n.MaxAge, es[i].MaxAge)
		n.Activities |= es[i].Activities
		n.Skilled = n.Skilled || es[i].Traits&AsksOfSkills != 0
	}
}

// capEntries is how many entries a cap is drawn around closely; above it the
// union of the caps below is close enough.
const capEntries = 256

// drawCaps sets the caps, children before parents.
func (t *Tree) drawCaps(runs []run) {
	vecs := make([]geo.Vec, 0, capEntries)
	caps := make([]geo.Cap, len(t.Nodes))
	for i := len(t.Nodes) - 1; i >= 0; i-- {
		n, r := &t.Nodes[i], runs[i]
		if r.hi-r.lo <= capEntries {
			vecs = vecs[:0]
			for k := r.lo; k < r.hi; k++ {
				vecs = append(vecs, t.Entries[k].Vec)
			}
			caps[i] = geo.CapOf(vecs)
		} else {
			caps[i] = geo.EmptyCap()
			for k := n.First; k < n.First+uint32(n.Len); k++ {
				caps[i] = caps[i].Union(caps[k])
			}
		}
		c := caps[i].Center
		n.X, n.Y, n.Z = float32(c.X), float32(c.Y), float32(c.Z)
		n.RadiusKm = float32(caps[i].RadiusKm*(1+1e-6) + approxKm)
	}
}

// split cuts a run by domain, then where the cells below it change. A run of
// one point is cut into leaves as it is ordered.
func split(es []sorted, r run) []run {
	if r.level == wholeLevel {
		return splitDomains(es, r)
	}
	for level := r.level + 1; level <= geo.CellLevelMax; level++ {
		first, last := es[r.lo].leaf.Parent(level), es[r.hi-1].leaf.Parent(level)
		if first == last {
			continue
		}
		var parts []run
		for lo := r.lo; lo < r.hi; {
			end := es[lo].leaf.Parent(level).RangeMax()
			n, _ := slices.BinarySearchFunc(es[lo:r.hi], end, func(e sorted, c geo.Cell) int {
				if e.leaf <= c {
					return -1
				}
				return 1
			})
			parts = append(parts, run{lo, lo + n, level})
			lo += n
		}
		return parts
	}
	return splitEven(r)
}

func splitDomains(es []sorted, r run) (parts []run) {
	for lo := r.lo; lo < r.hi; {
		hi := lo + 1
		for hi < r.hi && es[hi].primary() == es[lo].primary() {
			hi++
		}
		parts = append(parts, run{lo, hi, 0})
		lo = hi
	}
	return parts
}

// splitEvenParts is how many children a crowded point is cut into at a time.
const splitEvenParts = 16

func splitEven(r run) (parts []run) {
	step := max(leafEntries, (r.hi-r.lo+splitEvenParts-1)/splitEvenParts)
	for lo := r.lo; lo < r.hi; lo += step {
		parts = append(parts, run{lo, min(lo+step, r.hi), geo.CellLevelMax})
	}
	return parts
}
