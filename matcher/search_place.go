package matcher

import (
	"math"
	"math/bits"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// placeFilter is what a filter says of places. One address of a mission must
// meet all of it.
type placeFilter struct {
	fields  []*fieldFilter // department, region, city, postal code
	circle  disc           // of the radius; its km is 0 for none
	box     *geo.BBox
	frame   frame // of box
	polygon *geo.Polygon
	shapes  int // how many of circle, box and polygon there are
}

// disc is a circle made ready: at most inside is in, at least outside is not,
// between them the distance itself decides.
type disc struct {
	at              geo.Vec
	km              float64
	inside, outside float64 // squared chords
}

func newDisc(at geo.Vec, km float64) disc {
	c := geo.Chord2(km)
	return disc{at, km, c * (1 - 1e-6), c*(1+1e-6) + 1e-18}
}

func (d *disc) has(v geo.Vec) bool {
	c := d.at.Chord2(v)
	return c <= d.inside || c < d.outside && geo.Km(c) <= d.km
}

// take reads a filter.
func (p *placeFilter) take(f *mission.Filter, fields []fieldFilter) {
	*p = placeFilter{fields: p.fields[:0], box: f.BBox, polygon: f.Polygon}
	for i := range fields {
		if fields[i].field.OfAddress() {
			p.fields = append(p.fields, &fields[i])
		}
	}
	if f.RadiusKm > 0 {
		p.circle = newDisc(f.Point.Vec(), f.RadiusKm)
		p.shapes++
	}
	if f.BBox != nil {
		p.frame = newFrame(f.BBox)
		p.shapes++
	}
	if f.Polygon != nil {
		p.shapes++
	}
}

// asks says how many things are asked of one address, one field's apart.
func (p *placeFilter) asks(but index.Field) (n int) {
	n = p.shapes
	for _, f := range p.fields {
		if f.field != but {
			n++
		}
	}
	return n
}

// chooses says whether more than a radius is asked for: what is done from afar
// passes a radius alone.
func (p *placeFilter) chooses() bool { return len(p.fields) > 0 || p.box != nil || p.polygon != nil }

// passes says whether an address meets all that is asked, one field's apart.
func (x *search) passes(a uint32, but index.Field) bool {
	p := &x.places
	if len(p.fields) > 0 {
		values := x.columns.Places.At(a)
		for _, f := range p.fields {
			if f.field != but && !contains(f.values, values.Value(f.field)) {
				return false
			}
		}
	}
	if p.shapes == 0 {
		return true
	}
	v := x.snapshot.Addresses.At(a).Vec
	return (p.circle.km == 0 || p.circle.has(v)) && (p.box == nil || p.frame.has(v)) && (p.polygon == nil || p.polygon.Contains(v.Point()))
}

func contains(values []uint32, v uint32) bool {
	for _, w := range values {
		if w == v {
			return true
		}
	}
	return false
}

// agree takes out missions with several addresses that meet all that is asked
// of places between them, but none by itself.
func (x *search) agree(set ordinals, but index.Field) {
	if x.places.asks(but) < 2 {
		return
	}
	for k := range set {
		for w := set[k] & *x.columns.Several.At(uint32(k)); w != 0; w &= w - 1 {
			if o := uint32(k<<6 + bits.TrailingZeros64(w)); !x.anyPasses(o, but) {
				set.drop(o)
			}
		}
	}
}

func (x *search) anyPasses(o uint32, but index.Field) bool {
	span := x.snapshot.Missions.At(o).Addresses
	for a := span.First; a < span.First+span.Len; a++ {
		if x.passes(a, but) {
			return true
		}
	}
	return false
}

// shape is a circle, a box or a polygon, as the trees are searched for it.
type shape struct {
	bound geo.Cap
	has   func(geo.Vec) bool
	holds func(*index.Node) bool // surely all of a node; nil if that is not told
}

// sievePlaces keeps in base what has an address in each of the shapes.
func (x *search) sievePlaces() {
	p := &x.places
	if p.circle.km > 0 {
		x.sieveShape(shape{geo.Cap{Center: p.circle.at, RadiusKm: p.circle.km}, p.circle.has, p.circle.holds}, true)
	}
	if p.box != nil {
		x.sieveShape(shape{p.box.Cap(), p.frame.has, p.frame.holds}, false)
	}
	if p.polygon != nil {
		has := func(v geo.Vec) bool { return p.polygon.Contains(v.Point()) }
		x.sieveShape(shape{bound: p.polygon.Cap(), has: has}, false)
	}
}

// sieveShape keeps in base what has an address in a shape, and what is done
// from anywhere if that passes too.
func (x *search) sieveShape(s shape, full bool) {
	x.other = x.other.sized(len(x.base))
	x.reach(x.other, &s)
	x.other.andColumn(x.columns.Placed)
	if full {
		x.other.orColumn(x.columns.Full)
	}
	x.base.and(x.other)
}

// reach adds the missions that have an address in a shape; those that cannot be
// had now may be left out where they are not asked for.
func (x *search) reach(into ordinals, shape *shape) {
	s := x.snapshot
	for _, o := range s.Fresh {
		if m := s.Missions.At(o); m.Has(index.Placed) {
			for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
				if shape.has(s.Addresses.At(a).Vec) {
					into.add(o)
				}
			}
		}
	}
	for _, t := range s.Trees {
		if !t.Remote {
			x.reachTree(into, t, shape)
		}
	}
}

// allMark on a node says that all below it is in the shape.
const allMark = 1 << 31

func (x *search) reachTree(into ordinals, t *index.Tree, shape *shape) {
	x.nodes = append(x.nodes[:0], 0)
	for len(x.nodes) > 0 {
		top := x.nodes[len(x.nodes)-1]
		x.nodes = x.nodes[:len(x.nodes)-1]
		n, all := &t.Nodes[top&^allMark], top&allMark
		if n.Top == 0 && !x.filter.Closed || all == 0 && n.MinKm(shape.bound.Center) > shape.bound.RadiusKm {
			continue
		}
		if all == 0 && shape.holds != nil && shape.holds(n) {
			all = allMark
		}
		if n.Leaf {
			x.reachLeaf(into, t, n, all != 0, shape)
			continue
		}
		for c := n.First; c < n.First+uint32(n.Len); c++ {
			x.nodes = append(x.nodes, c|all)
		}
	}
}

// reachLeaf looks at the entries of a leaf. One whose bound is 0 cannot be had
// now; dead ones are at addresses that are nobody's any more.
func (x *search) reachLeaf(into ordinals, t *index.Tree, n *index.Node, all bool, shape *shape) {
	current := x.columns.Current
	for i := n.First; i < n.First+uint32(n.Len); i++ {
		if t.Bounds[i] == 0 && !x.filter.Closed {
			continue
		}
		e := &t.Entries[i]
		if (all || shape.has(e.Vec)) && *current.At(e.Address >> 6)&(1<<(e.Address&63)) != 0 {
			into.add(e.Ordinal)
		}
	}
}

// holds says that all of a node is surely in the circle.
func (d *disc) holds(n *index.Node) bool {
	km := n.MinKm(d.at) + 2*float64(n.RadiusKm)
	return km+km*1e-5 <= d.km
}

// wayTo finds the nearest address of a mission that meets what is asked of
// places, without a point the first one, and the better of that and doing it
// from afar.
func (x *search) wayTo(o uint32) way {
	s := x.snapshot
	m := s.Missions.At(o)
	best := way{km: -1, address: index.NoAddress, factor: 1}
	nearest := 5.0 // no squared chord is above 4
	if m.Has(index.Placed) {
		choosy := x.places.chooses() && m.Addresses.Len > 1
		for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
			if choosy && !x.passes(a, index.NoField) {
				continue
			}
			if !x.placed {
				best.address = a
				return best
			}
			if c := x.at.Chord2(s.Addresses.At(a).Vec); c < nearest {
				nearest, best.address = c, a
			}
		}
	}
	if !x.placed {
		return best
	}
	if best.address != index.NoAddress {
		best.km = geo.Km(nearest)
		if beyond := best.km - s.Policy.Distance.FreeKm; beyond > 0 {
			best.factor = math.Exp(-beyond * (x.snapshot.Policy.Weights.Distance / x.q.scaleOf(m)))
		}
	}
	if best.address == index.NoAddress || m.Remote == index.RemotePossible && x.possibleAfar() {
		if best.remote = best.address == index.NoAddress || x.afar > best.factor; best.remote {
			best.factor = x.afar
		}
	}
	return best
}

// possibleAfar says whether a mission that is possible from afar counts as one
// that is: not where a place was asked for.
func (x *search) possibleAfar() bool { return x.places.circle.km == 0 && !x.places.chooses() }
