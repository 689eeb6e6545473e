package index

import (
	"cmp"
	"math/bits"
	"slices"
)

// stander tells the standing of entry i of a tree for bounds: 0 for a dead one.
type stander func(t *Tree, i uint32) (standing float64, unserved bool)

// roundUp makes a bound that float32 and the rounding of scores cannot sink
// below the value.
func roundUp(v float64) float32 {
	if v > 0 && v < leastBound {
		return leastBound // what is smaller still can be had: a bound of 0 says that it cannot
	}
	return float32(v * (1 + 1e-6))
}

// leastBound is the least number that float32 holds with all its digits.
const leastBound = 0x1p-126

// bounded gives t with all its bounds new. What else it has is shared.
func (t *Tree) bounded(of stander) *Tree {
	n := *t
	n.Nodes, n.Bounds, n.Tops = slices.Clone(t.Nodes), make([]float32, len(t.Entries)), make([]float32, len(t.Entries))
	n.Untaken = make([]uint64, (len(t.Entries)+63)/64)
	for i := len(n.Nodes) - 1; i >= 0; i-- {
		n.renew(uint32(i), of)
	}
	return &n
}

// renewed gives t with the bounds of the leaves of the entries named new, and
// of the nodes above them.
func (t *Tree) renewed(entries []uint32, of stander) *Tree {
	n := *t
	n.Nodes, n.Bounds, n.Tops, n.Untaken = slices.Clone(t.Nodes), slices.Clone(t.Bounds), slices.Clone(t.Tops), slices.Clone(t.Untaken)
	touched := map[uint32]bool{}
	for _, e := range entries {
		for i := t.leafOf[e]; !touched[i]; i = t.parents[i] {
			touched[i] = true
		}
	}
	order := make([]uint32, 0, len(touched))
	for i := range touched {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(b, a) }) // children stand behind parents
	for _, i := range order {
		n.renew(i, of)
	}
	return &n
}

// renew sets the bounds of one node from what is below it.
func (t *Tree) renew(i uint32, of stander) {
	n := &t.Nodes[i]
	var best [shareSlots]float32 // by slot of domains
	n.Top, n.Unserved = 0, 0
	if n.Leaf {
		t.renewLeaf(n, of, &best)
	} else {
		for k := n.First; k < n.First+uint32(n.Len); k++ {
			c := &t.Nodes[k]
			n.Top, n.Unserved = max(n.Top, c.Top), max(n.Unserved, c.Unserved)
			for d := range best {
				best[d] = max(best[d], c.Top*float32(c.Shares[d])/255)
			}
		}
	}
	for d, v := range best {
		n.Shares[d] = share(v, n.Top)
	}
}

func (t *Tree) renewLeaf(n *Node, of stander, best *[shareSlots]float32) {
	for k := n.First; k < n.First+uint32(n.Len); k++ {
		v, nobody := of(t, k)
		bound := roundUp(v * boundRoom)
		t.Bounds[k] = bound
		n.Top = max(n.Top, bound)
		t.Untaken[k/64] &^= 1 << (k % 64)
		if nobody {
			t.Untaken[k/64] |= 1 << (k % 64)
			n.Unserved = max(n.Unserved, bound)
		}
		for rest := t.Entries[k].Domains; rest != 0; rest &= rest - 1 {
			slot := bits.TrailingZeros64(rest) % shareSlots
			best[slot] = max(best[slot], bound)
		}
	}
	top := float32(0)
	for k := n.First + uint32(n.Len); k > n.First; k-- {
		top = max(top, t.Bounds[k-1])
		t.Tops[k-1] = top
	}
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
