package geo

import (
	"encoding/json"
	"fmt"
	"slices"
)

// PolygonPointsMax is how many points all rings of a polygon may have.
const PolygonPointsMax = 1000

// Polygon is what a closed line on a map encloses, the line included. Its
// edges are straight on a map of plain latitude and longitude (as in GeoJSON),
// not great circles, and take the short way round the globe, so a ring may
// cross the date line. With several rings, a point is inside if an odd number
// of them enclose it: a ring inside another is a hole, one beside it an island.
//
// It is made by ParsePolygon or from JSON; the zero Polygon contains nothing
// and is not valid.
type Polygon struct {
	rings []ring
}

// ParsePolygon makes a polygon of rings of at least three points each. The last
// point may repeat the first, and a point that repeats the one before it is
// left out. It refuses, with an error that wraps ErrArea and names the place,
// points that cannot be, lines that touch or cross themselves, rings that cross
// each other, and rings around a pole.
func ParsePolygon(rings ...[]Point) (Polygon, error) {
	if len(rings) == 0 {
		return Polygon{}, fmt.Errorf("%w: the polygon has no ring", ErrArea)
	}
	p := Polygon{rings: make([]ring, 0, len(rings))}
	total := 0
	for i, points := range rings {
		if total += len(points); total > PolygonPointsMax {
			return Polygon{}, fmt.Errorf("%w: the polygon has more than %d points", ErrArea, PolygonPointsMax)
		}
		r, err := newRing(points)
		if err != nil {
			return Polygon{}, fmt.Errorf("%w: ring %d %w", ErrArea, i+1, err)
		}
		p.rings = append(p.rings, r)
	}
	for i := range p.rings {
		for j := range i {
			if err := p.rings[j].crosses(p.rings[i]); err != nil {
				return Polygon{}, fmt.Errorf("%w: ring %d and ring %d: %w", ErrArea, j+1, i+1, err)
			}
		}
	}
	return p, nil
}

// Rings are the points of the polygon, ring by ring, as they were given less
// the repeated ones. The caller may keep and change them.
func (p Polygon) Rings() [][]Point {
	rings := make([][]Point, len(p.rings))
	for i, r := range p.rings {
		rings[i] = slices.Clone(r.points)
	}
	return rings
}

// Valid is nil unless p is the zero Polygon: no other invalid one can be made.
func (p Polygon) Valid() error {
	if len(p.rings) == 0 {
		return fmt.Errorf("%w: the polygon has no ring", ErrArea)
	}
	return nil
}

// Contains says whether q lies in the polygon or on its line. The cost is
// linear in the points of the rings near q.
func (p Polygon) Contains(q Point) bool {
	if !q.Valid() {
		return false
	}
	inside := false
	for i := range p.rings {
		switch p.rings[i].side(q) {
		case onLine:
			return true
		case within:
			inside = !inside
		}
	}
	return inside
}

// Cap bounds the polygon; the empty cap for the zero Polygon.
func (p Polygon) Cap() Cap {
	bound := EmptyCap()
	for i := range p.rings {
		bound = bound.Union(p.rings[i].box().Cap())
	}
	return bound
}

// MarshalJSON writes the rings as lists of points.
func (p Polygon) MarshalJSON() ([]byte, error) { return json.Marshal(p.Rings()) }

// UnmarshalJSON reads what MarshalJSON writes, or a single ring as a plain list
// of points, and refuses what ParsePolygon refuses.
func (p *Polygon) UnmarshalJSON(data []byte) error {
	var rings [][]Point
	if err := json.Unmarshal(data, &rings); err != nil {
		var single []Point
		if json.Unmarshal(data, &single) != nil {
			return fmt.Errorf("geo: decode polygon: %w", err)
		}
		rings = [][]Point{single}
	}
	parsed, err := ParsePolygon(rings...)
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
