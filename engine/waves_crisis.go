package engine

import (
	"slices"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

// waveCrisis is the crisis of a wave while it is on: whom it concerns. The nil
// value is a wave without one, which concerns everybody.
type waveCrisis struct {
	*mission.Crisis
	region  region
	snap    *index.Snapshot
	targets map[mission.Ordinal][]geo.Vec // addresses of the targets inside; none for those outside
	inside  map[geo.Cell]bool             // by volunteer's cell, as far as looked at
}

// region is an area with its departments and communes.
type region struct {
	area   geo.Area
	named  mission.Area
	places *gazetteer.Gazetteer
}

func regionOf(a *mission.Area, places *gazetteer.Gazetteer) (r region, err error) {
	r = region{named: *a, places: places}
	if a.Center != nil {
		r.area.Circles = append(r.area.Circles, geo.Circle{Center: *a.Center, RadiusKm: a.RadiusKm})
	}
	if ring := a.Ring(); len(ring) > 0 {
		p, err := geo.ParsePolygon(ring)
		if err != nil {
			return r, err
		}
		r.area.Polygons = append(r.area.Polygons, p)
	}
	return r, nil
}

// has says whether a point is in the region. What lies in no circle or polygon
// is in the commune that is nearest.
func (r *region) has(p geo.Point) bool {
	if r.area.Contains(p) {
		return true
	}
	if len(r.named.Departments)+len(r.named.Communes) == 0 {
		return false
	}
	c, _, ok := r.places.Nearest(p)
	return ok && (slices.Contains(r.named.Departments, c.Department) || slices.Contains(r.named.Communes, c.INSEE))
}

// crisisOf gives the crisis of a wave, nil where it names none or one that is
// not on.
func (e *Engine) crisisOf(w *waveNow) (*waveCrisis, error) {
	if w.Crisis == "" {
		return nil, nil
	}
	view, err := e.store.Crisis(w.Crisis)
	if mission.KindOf(err) == mission.NotFound || err == nil && !view.Crisis.RunsAt(e.store.Now()) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := &waveCrisis{Crisis: view.Crisis, snap: w.snap, targets: map[mission.Ordinal][]geo.Vec{}, inside: map[geo.Cell]bool{}}
	if c.region, err = regionOf(&view.Crisis.Area, e.places); err != nil {
		return nil, err
	}
	for i := range w.Targets {
		t := &w.Targets[i]
		m := w.snap.Missions.At(uint32(t.Ordinal))
		for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
			if at := w.snap.Addresses.At(a).Vec; c.region.has(at.Point()) {
				c.targets[t.Ordinal] = append(c.targets[t.Ordinal], at)
			}
		}
	}
	return c, nil
}

// excludes says whether a target lies outside of the crisis.
func (c *waveCrisis) excludes(target mission.Ordinal) bool {
	return c != nil && len(c.targets[target]) == 0
}

// admits says whether somebody may be asked for a target: they live in the
// crisis's area, or within its reach of an address there.
func (c *waveCrisis) admits(target mission.Ordinal, volunteer uint32) bool {
	if c == nil {
		return true
	}
	cell := c.snap.Volunteers.At(volunteer).Cell
	if cell == 0 {
		return false
	}
	in, known := c.inside[cell]
	if !known {
		in = c.region.has(cell.Center())
		c.inside[cell] = in
	}
	if in || c.ReachKm == 0 {
		return in
	}
	home := cell.CenterVec()
	return slices.ContainsFunc(c.targets[target], func(at geo.Vec) bool { return home.DistanceKm(at) <= c.ReachKm })
}
