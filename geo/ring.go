package geo

import (
	"fmt"
	"math"
)

// ring is a closed line, laid flat: where it crosses the date line its
// longitudes run on past 180 (or -180), so that it is a figure in the plane.
type ring struct {
	points []Point // as given, without repeats; points[0] follows the last
	flat   []Point // flat[i] is points[i], its longitude run on
	lo, hi Point   // the corners of flat's bounding box
}

// newRing lays the points flat and refuses what is not a simple closed line.
func newRing(points []Point) (ring, error) {
	var r ring
	for i, p := range points {
		if !p.Valid() {
			return ring{}, fmt.Errorf("has a point %d (%v, %v) that is not on the globe", i+1, p.Lat, p.Lon)
		}
		flat := p
		if n := len(r.flat); n > 0 {
			flat.Lon = runOn(r.flat[n-1].Lon, p.Lon)
			if flat == r.flat[n-1] {
				continue
			}
		}
		r.points = append(r.points, p)
		r.flat = append(r.flat, flat)
	}
	if n := len(r.flat); n > 1 && r.flat[n-1] == r.flat[0] {
		r.points, r.flat = r.points[:n-1], r.flat[:n-1]
	}
	if len(r.flat) < 3 {
		return ring{}, fmt.Errorf("has %d different points and needs 3", len(r.flat))
	}
	r.bound()
	return r, r.simple()
}

// runOn is lon, or lon a turn away, so that it is the short way from prev.
func runOn(prev, lon float64) float64 {
	for lon-prev > 180 {
		lon -= 360
	}
	for lon-prev < -180 {
		lon += 360
	}
	return lon
}

func (r *ring) bound() {
	r.lo, r.hi = r.flat[0], r.flat[0]
	for _, p := range r.flat {
		r.lo = Point{min(r.lo.Lat, p.Lat), min(r.lo.Lon, p.Lon)}
		r.hi = Point{max(r.hi.Lat, p.Lat), max(r.hi.Lon, p.Lon)}
	}
}

// box is the bounding box back on the globe.
func (r *ring) box() BBox {
	if r.hi.Lon-r.lo.Lon >= 360 {
		return BBox{South: r.lo.Lat, West: -180, North: r.hi.Lat, East: 180}
	}
	return BBox{South: r.lo.Lat, West: runOn(0, r.lo.Lon), North: r.hi.Lat, East: runOn(0, r.hi.Lon)}
}

// simple is nil if the line closes, goes round the globe less than once, and
// no two of its edges meet but neighbours in their common end.
func (r *ring) simple() error {
	n := len(r.flat)
	if math.Abs(r.flat[0].Lon-r.flat[n-1].Lon) > 180 || r.hi.Lon-r.lo.Lon > 360 {
		return fmt.Errorf("goes around a pole or around the globe; split it")
	}
	for i := range n {
		a, b := r.edge(i)
		for j := i + 1; j < n; j++ {
			c, d := r.edge(j)
			if apart(a, b, c, d) {
				continue
			}
			meet := false
			switch {
			case j == i+1: // b is c
				meet = foldsBack(a, b, d)
			case i == 0 && j == n-1: // d is a
				meet = foldsBack(c, a, b)
			default:
				meet = segmentsMeet(a, b, c, d)
			}
			if meet {
				return fmt.Errorf("touches or crosses itself: %s meets %s", r.name(i), r.name(j))
			}
		}
	}
	return nil
}

// crosses is an error if an edge of r runs across an edge of s. Rings may
// touch: islands share a border, a hole may reach the line around it.
func (r *ring) crosses(s ring) error {
	// One of the two may have been laid flat a turn away from the other.
	for _, turn := range [...]float64{-360, 0, 360} {
		if s.lo.Lon+turn > r.hi.Lon || s.hi.Lon+turn < r.lo.Lon {
			continue
		}
		for i := range r.flat {
			a, b := r.edge(i)
			for j := range s.flat {
				c, d := s.edge(j)
				c.Lon, d.Lon = c.Lon+turn, d.Lon+turn
				if !apart(a, b, c, d) && segmentsCross(a, b, c, d) {
					return fmt.Errorf("%s crosses %s", r.name(i), s.name(j))
				}
			}
		}
	}
	return nil
}

// edge is the i-th edge, laid flat.
func (r *ring) edge(i int) (a, b Point) {
	if i+1 == len(r.flat) {
		return r.flat[i], r.flat[0]
	}
	return r.flat[i], r.flat[i+1]
}

// name is the i-th edge for people.
func (r *ring) name(i int) string {
	a, b := r.points[i], r.points[(i+1)%len(r.points)]
	return fmt.Sprintf("the line from (%v, %v) to (%v, %v)", a.Lat, a.Lon, b.Lat, b.Lon)
}

// side is where a point lies from a ring.
type side int

const (
	without side = iota
	within
	onLine
)

// side says where q lies from the ring, by counting the edges that a line due
// east from q meets. An edge owns its lower end, so that each is met once.
func (r *ring) side(q Point) side {
	if q.Lat < r.lo.Lat || q.Lat > r.hi.Lat {
		return without
	}
	at := without
	for _, turn := range [...]float64{-360, 0, 360} {
		p := Point{q.Lat, q.Lon + turn}
		if p.Lon < r.lo.Lon || p.Lon > r.hi.Lon {
			continue
		}
		switch r.flatSide(p) {
		case onLine:
			return onLine
		case within:
			at = within
		}
	}
	return at
}

// flatSide is side in the plane.
func (r *ring) flatSide(p Point) side {
	at := without
	a := r.flat[len(r.flat)-1]
	for _, b := range r.flat {
		switch {
		case (a.Lat > p.Lat) != (b.Lat > p.Lat):
			turn := orientation(a, b, p)
			if turn == 0 {
				return onLine
			}
			if (turn > 0) == (b.Lat > a.Lat) {
				at = within - at
			}
		case p == b:
			return onLine
		case a.Lat == p.Lat && b.Lat == p.Lat && (a.Lon > p.Lon) != (b.Lon > p.Lon):
			return onLine
		}
		a = b
	}
	return at
}
