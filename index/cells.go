package index

import (
	"cmp"
	"math/bits"
	"slices"

	"renfort/geo"
)

// leafEntries is how many entries a leaf holds at most. Around 16 the time of
// a query is flat: smaller leaves cost nodes, larger ones entries.
const leafEntries = 16

// Entry is an address in a tree of cells.
type Entry struct {
	Vec        geo.Vec
	Domains    uint64
	Activities uint64 // folded: bit i%64 for activity i
	Ordinal    uint32
	Address    uint32
	Generation uint32
}

// Node is a cell with entries, or with nodes below it.
type Node struct {
	Cap        geo.Cap
	Activities uint64 // union of the entries', folded
	First      uint32 // of its children in Nodes, or of its entries in Entries
	Len        uint16
	Leaf       bool
	Skilled    bool   // an entry asks for skills
	Parent     uint32 // of the root: itself
}

// Cells is the addresses of one class of missions as a tree of S2 cells,
// immutable. Nodes[0] is the root; a tree without entries has no nodes.
type Cells struct {
	Entries []Entry // sorted by leaf cell
	Nodes   []Node  // parents before children, siblings together
	leafOf  []uint32
}

// Bounds are upper bounds over a tree of cells, renewed at a Tick: nothing in
// the tree stands better, unless it is in the snapshot's Fresh.
type Bounds struct {
	Entry    []float32 // Entry[i] for Entries[i]
	Node     []float32 // Node[i] for Nodes[i]
	Unserved []float32 // the same over missions that nobody took
	Domain   []uint8   // Domain[i*domains+d]: share of Node[i] that missions of domain d reach, in 255ths, rounded up
}

// sorted is an entry with the keys it is ordered by while a tree is built.
type sorted struct {
	Entry
	leaf     geo.Cell
	standing float64
	skilled  bool
}

// orderEntries sorts by place; at the very same place by domain and standing,
// so that leaves of one point still have tight bounds.
func orderEntries(es []sorted) {
	slices.SortFunc(es, func(a, b sorted) int {
		return cmp.Or(cmp.Compare(a.leaf, b.leaf),
			cmp.Compare(bits.TrailingZeros64(a.Domains), bits.TrailingZeros64(b.Domains)),
			cmp.Compare(b.standing, a.standing), cmp.Compare(a.Address, b.Address))
	})
}

// run is a stretch of sorted entries that becomes a node.
type run struct{ lo, hi, level int }

// buildCells makes the tree of es, which it sorts.
func buildCells(es []sorted) *Cells {
	orderEntries(es)
	c := &Cells{Entries: make([]Entry, len(es)), leafOf: make([]uint32, len(es))}
	for i := range es {
		c.Entries[i] = es[i].Entry
	}
	if len(es) == 0 {
		return c
	}
	runs := []run{{0, len(es), 0}}
	c.Nodes = append(c.Nodes, Node{})
	for i := 0; i < len(runs); i++ { // breadth first: siblings stand together
		r := runs[i]
		n := &c.Nodes[i]
		n.describe(es[r.lo:r.hi])
		if r.hi-r.lo <= leafEntries {
			n.First, n.Len, n.Leaf = uint32(r.lo), uint16(r.hi-r.lo), true
			for k := r.lo; k < r.hi; k++ {
				c.leafOf[k] = uint32(i)
			}
			continue
		}
		children := split(es, r)
		n.First, n.Len = uint32(len(runs)), uint16(len(children))
		runs = append(runs, children...)
		for range children {
			c.Nodes = append(c.Nodes, Node{Parent: uint32(i)})
		}
	}
	c.bound(runs)
	return c
}

// describe sets what is true of all entries of a node but its cap.
func (n *Node) describe(es []sorted) {
	for i := range es {
		n.Activities |= es[i].Activities
		n.Skilled = n.Skilled || es[i].skilled
	}
}

// capEntries is how many entries a cap is drawn around closely; above it the
// union of the caps below is close enough.
const capEntries = 256

// bound sets the caps, children before parents.
func (c *Cells) bound(runs []run) {
	vecs := make([]geo.Vec, 0, capEntries)
	for i := len(c.Nodes) - 1; i >= 0; i-- {
		n, r := &c.Nodes[i], runs[i]
		if r.hi-r.lo <= capEntries {
			vecs = vecs[:0]
			for k := r.lo; k < r.hi; k++ {
				vecs = append(vecs, c.Entries[k].Vec)
			}
			n.Cap = geo.CapOf(vecs)
			continue
		}
		n.Cap = geo.EmptyCap()
		for k := n.First; k < n.First+uint32(n.Len); k++ {
			n.Cap = n.Cap.Union(c.Nodes[k].Cap)
		}
	}
}

// split cuts a run where the cells below it change. A run of one point is cut
// into leaves as it is ordered.
func split(es []sorted, r run) []run {
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

// splitEvenParts is how many children a crowded point is cut into at a time.
const splitEvenParts = 16

func splitEven(r run) (parts []run) {
	step := max(leafEntries, (r.hi-r.lo+splitEvenParts-1)/splitEvenParts)
	for lo := r.lo; lo < r.hi; lo += step {
		parts = append(parts, run{lo, min(lo+step, r.hi), geo.CellLevelMax})
	}
	return parts
}

// stander tells the standing of a mission for bounds: 0 for a dead entry.
type stander func(e *Entry) (standing float64, unserved bool)

// roundUp makes a bound that float32 and the rounding of scores cannot sink
// below the value.
func roundUp(v float64) float32 { return float32(v * (1 + 1e-6)) }

// newBounds makes the bounds of all of c; domains is how many there are.
func newBounds(c *Cells, domains int, of stander) *Bounds {
	b := &Bounds{Entry: make([]float32, len(c.Entries)), Node: make([]float32, len(c.Nodes)),
		Unserved: make([]float32, len(c.Nodes)), Domain: make([]uint8, len(c.Nodes)*domains)}
	scratch := make([]float32, domains)
	for i := len(c.Nodes) - 1; i >= 0; i-- {
		b.renew(c, uint32(i), domains, of, scratch)
	}
	return b
}

// renew sets the bounds of one node from what is below it.
func (b *Bounds) renew(c *Cells, i uint32, domains int, of stander, scratch []float32) {
	n := &c.Nodes[i]
	var top, unserved float32
	clear(scratch)
	if n.Leaf {
		top, unserved = b.renewLeaf(c, n, domains, of, scratch)
	} else {
		for k := n.First; k < n.First+uint32(n.Len); k++ {
			top, unserved = max(top, b.Node[k]), max(unserved, b.Unserved[k])
			for d := range scratch {
				scratch[d] = max(scratch[d], b.Node[k]*float32(b.Domain[int(k)*domains+d])/255)
			}
		}
	}
	b.Node[i], b.Unserved[i] = top, unserved
	for d, v := range scratch {
		b.Domain[int(i)*domains+d] = share(v, top)
	}
}

func (b *Bounds) renewLeaf(c *Cells, n *Node, domains int, of stander, scratch []float32) (top, unserved float32) {
	for k := n.First; k < n.First+uint32(n.Len); k++ {
		e := &c.Entries[k]
		v, nobody := of(e)
		bound := roundUp(v)
		b.Entry[k] = bound
		top = max(top, bound)
		if nobody {
			unserved = max(unserved, bound)
		}
		for rest := e.Domains; rest != 0; rest &= rest - 1 {
			if d := bits.TrailingZeros64(rest); d < domains {
				scratch[d] = max(scratch[d], bound)
			}
		}
	}
	return top, unserved
}

// share gives v as 255ths of top, rounded up.
func share(v, top float32) uint8 {
	if v <= 0 || top <= 0 {
		return 0
	}
	s := uint32(v / top * 255)
	if float32(s)/255*top < v*(1+1e-6) {
		s++
	}
	return uint8(min(s, 255))
}

// renewed gives a copy of b in which the leaves of the entries named are new,
// and the nodes above them.
func (b *Bounds) renewed(c *Cells, entries []uint32, domains int, of stander) *Bounds {
	n := &Bounds{Entry: slices.Clone(b.Entry), Node: slices.Clone(b.Node), Unserved: slices.Clone(b.Unserved), Domain: slices.Clone(b.Domain)}
	touched := map[uint32]bool{}
	for _, e := range entries {
		for i := c.leafOf[e]; !touched[i]; i = c.Nodes[i].Parent {
			touched[i] = true
		}
	}
	order := make([]uint32, 0, len(touched))
	for i := range touched {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(b, a) }) // children stand behind parents
	scratch := make([]float32, domains)
	for _, i := range order {
		n.renew(c, i, domains, of, scratch)
	}
	return n
}
