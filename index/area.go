package index

import (
	"slices"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// Area is a mission.Area made ready: what lies in its circle or polygon, or in
// one of its departments or communes. Immutable.
type Area struct {
	shape       geo.Area
	bound       geo.Cap // of shape
	departments []string
	communes    []string
	around      []string // the departments of communes
	places      *gazetteer.Gazetteer
}

// NewArea makes an area that Intake has checked ready.
func NewArea(a *mission.Area, places *gazetteer.Gazetteer) *Area {
	n := &Area{departments: a.Departments, communes: a.Communes, places: places}
	for _, code := range a.Communes {
		if c, ok := places.ByINSEE(code); ok {
			n.around = append(n.around, c.Department)
		}
	}
	if a.Center != nil {
		n.shape.Circles = []geo.Circle{{Center: *a.Center, RadiusKm: a.RadiusKm}}
	}
	if p, err := geo.ParsePolygon(a.Ring()); err == nil { // one that crosses itself came past Intake: it has no inside
		n.shape.Polygons = []geo.Polygon{p}
	}
	n.bound = n.shape.Cap()
	return n
}

// Has says whether a point lies in the area. Of departments and communes those
// of the nearest commune's seat count: some microseconds, where any are named.
func (a *Area) Has(v geo.Vec) bool {
	if a.inShape(v) {
		return true
	}
	if !a.asksPlaces() {
		return false
	}
	c, _, ok := a.places.Nearest(v.Point())
	return ok && (slices.Contains(a.departments, c.Department) || a.hasCommune(&c))
}

func (a *Area) inShape(v geo.Vec) bool { return a.bound.Contains(v) && a.shape.ContainsVec(v) }

// hasCommune knows the arrondissements of a city by the city too.
func (a *Area) hasCommune(c *gazetteer.Commune) bool {
	return slices.Contains(a.communes, c.INSEE) || c.City != "" && slices.Contains(a.communes, c.City)
}

// site is one address of a mission, as far as areas ask.
type site struct {
	vec        geo.Vec
	department string
	insee      func() string // dear to tell of one that was written before
}

// hasSite says whether a mission's address lies in the area. Its own department
// and INSEE code go before what is near.
func (a *Area) hasSite(s *site) bool {
	if a.inShape(s.vec) || s.department != "" && slices.Contains(a.departments, s.department) {
		return true
	}
	if s.department != "" && !slices.Contains(a.around, s.department) || s.department == "" && len(a.departments)+len(a.communes) == 0 {
		return false
	}
	insee := s.insee()
	c, ok := a.places.ByINSEE(insee)
	if insee == "" || !ok {
		if c, _, ok = a.places.Nearest(s.vec.Point()); !ok {
			return false
		}
	}
	return a.hasCommune(&c) || s.department == "" && slices.Contains(a.departments, c.Department)
}

// asksPlaces says whether departments or communes are named.
func (a *Area) asksPlaces() bool { return len(a.departments)+len(a.communes) > 0 }
