package geo

import (
	"errors"
	"fmt"
	"math"
)

// ErrArea is wrapped by every error of Valid and ParsePolygon, which say what
// is wrong with the area in words for the person who drew it.
var ErrArea = errors.New("geo: area")

// Area is the union of circles, polygons and boxes; a point is in it if it is
// in one of them. The zero Area contains nothing. Its slices are read only.
type Area struct {
	Circles  []Circle  `json:"circles,omitempty"`
	Polygons []Polygon `json:"polygons,omitempty"`
	Boxes    []BBox    `json:"boxes,omitempty"`
}

// IsEmpty says whether the area has no parts at all.
func (a Area) IsEmpty() bool {
	return len(a.Circles) == 0 && len(a.Polygons) == 0 && len(a.Boxes) == 0
}

// Valid is nil if every part is valid, else an error that wraps ErrArea. An
// area without parts is valid, since its departments and communes are kept
// elsewhere; ask IsEmpty.
func (a Area) Valid() error {
	for _, c := range a.Circles {
		if err := c.Valid(); err != nil {
			return err
		}
	}
	for _, p := range a.Polygons {
		if err := p.Valid(); err != nil {
			return err
		}
	}
	for _, b := range a.Boxes {
		if err := b.Valid(); err != nil {
			return err
		}
	}
	return nil
}

// Contains says whether p lies in one of the parts, edges included.
func (a Area) Contains(p Point) bool {
	for _, c := range a.Circles {
		if c.Contains(p) {
			return true
		}
	}
	for _, b := range a.Boxes {
		if b.Contains(p) {
			return true
		}
	}
	for i := range a.Polygons {
		if a.Polygons[i].Contains(p) {
			return true
		}
	}
	return false
}

// ContainsVec is Contains for a unit vector. Boxes and polygons need degrees,
// which costs some 50 ns; ask Cap first where most points lie outside.
func (a Area) ContainsVec(v Vec) bool { return a.Contains(v.Point()) }

// Cap bounds the area; the empty cap where it has no parts. The parts must be
// valid.
func (a Area) Cap() Cap {
	bound := EmptyCap()
	for _, c := range a.Circles {
		bound = bound.Union(c.Cap())
	}
	for _, p := range a.Polygons {
		bound = bound.Union(p.Cap())
	}
	for _, b := range a.Boxes {
		bound = bound.Union(b.Cap())
	}
	return bound
}

// Circle is every place within RadiusKm of Center, edge included.
type Circle struct {
	Center   Point   `json:"center"`
	RadiusKm float64 `json:"radius_km"`
}

// Valid is nil if the centre is a point and the radius is above 0 and at most
// HalfTurnKm.
func (c Circle) Valid() error {
	if !c.Center.Valid() {
		return fmt.Errorf("%w: the centre %v of the circle is not on the globe", ErrArea, c.Center)
	}
	if !(c.RadiusKm > 0 && c.RadiusKm <= HalfTurnKm) {
		return fmt.Errorf("%w: a radius of %v km is not above 0 and at most %.0f", ErrArea, c.RadiusKm, math.Floor(HalfTurnKm))
	}
	return nil
}

// Contains says whether p lies in the circle: whether DistanceKm to the centre
// is at most the radius.
func (c Circle) Contains(p Point) bool { return c.Center.DistanceKm(p) <= c.RadiusKm }

// Cap is the circle as a bound.
func (c Circle) Cap() Cap { return Cap{Center: c.Center.Vec(), RadiusKm: c.RadiusKm} }

// BBox is what lies between two parallels and two meridians, edges included.
// It runs east from West to East, so where West is greater it crosses the date
// line; -180 to 180 is all the way round.
type BBox struct {
	South float64 `json:"south"`
	West  float64 `json:"west"`
	North float64 `json:"north"`
	East  float64 `json:"east"`
}

// Valid is nil if all four are in range and South is not above North.
func (b BBox) Valid() error {
	if !(Point{b.South, b.West}).Valid() || !(Point{b.North, b.East}).Valid() {
		return fmt.Errorf("%w: the box %+v is not on the globe", ErrArea, b)
	}
	if b.South > b.North {
		return fmt.Errorf("%w: the box begins at latitude %v, north of its end at %v", ErrArea, b.South, b.North)
	}
	return nil
}

// Contains says whether p lies in the box. Longitudes 180 and -180 are the
// same meridian.
func (b BBox) Contains(p Point) bool {
	if !(p.Lat >= b.South && p.Lat <= b.North) {
		return false
	}
	return b.spans(p.Lon) || (math.Abs(p.Lon) == 180 && b.spans(-p.Lon))
}

// spans says whether the meridian lies between West and East.
func (b BBox) spans(lon float64) bool {
	if b.West <= b.East {
		return lon >= b.West && lon <= b.East
	}
	return lon >= b.West || lon <= b.East
}

// Cap bounds the box, parallels and poles included.
func (b BBox) Cap() Cap {
	width := b.East - b.West
	if width < 0 {
		width += 360
	}
	bound := b.polarCap()
	if width > 180 {
		return bound
	}
	// Up to half a turn wide, the corners are what is farthest from the middle.
	middle := Point{Lat: (b.South + b.North) / 2, Lon: b.West + width/2}
	corners := []Vec{
		Point{b.South, b.West}.Vec(), Point{b.South, b.East}.Vec(),
		Point{b.North, b.West}.Vec(), Point{b.North, b.East}.Vec(),
	}
	if c := capAround(middle.Vec(), corners); c.RadiusKm < bound.RadiusKm {
		return c
	}
	return bound
}

// polarCap bounds the box from the nearer pole: a box that goes round the
// globe has no better one.
func (b BBox) polarCap() Cap {
	pole, edge := Point{Lat: 90}, b.South
	if b.South+b.North < 0 {
		pole, edge = Point{Lat: -90}, b.North
	}
	return capAround(pole.Vec(), []Vec{Point{Lat: edge}.Vec()})
}
