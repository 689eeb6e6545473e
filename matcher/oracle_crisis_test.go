package matcher_test

import (
	"fmt"
	"maps"
	"slices"

	"renfort/geo"
	"renfort/mission"
)

// This file is what the oracle knows of crises: areas compared place by place,
// for every mission anew.

// inArea says whether one of a mission's addresses is in an area. Polygons of
// the oracle are rectangles.
func inArea(a *mission.Area, m *mission.Mission) bool {
	return slices.ContainsFunc(m.Locations, func(l mission.Location) bool {
		p, _ := l.Point()
		if a.Center != nil && greatCircleKm(*a.Center, p) <= a.RadiusKm || slices.Contains(a.Departments, l.Department) {
			return true
		}
		return len(a.Polygon) > 0 && p.Lat >= a.Polygon[0][0] && p.Lat <= a.Polygon[2][0] && p.Lon >= a.Polygon[0][1] && p.Lon <= a.Polygon[2][1]
	})
}

// crisesOf gives the running crises that a mission is in.
func (t *toy) crisesOf(m *mission.Mission) (in []*mission.Crisis) {
	for _, c := range t.crises {
		if c.RunsAt(t.now) && (len(c.Domains) == 0 || sharesOne(c.Domains, m.Domains)) && inArea(&c.Area, m) {
			in = append(in, c)
		}
	}
	return in
}

func (t *toy) crisisBoost(m *mission.Mission) (boost float64) {
	boost = 1
	for _, c := range t.crisesOf(m) {
		boost = max(boost, c.Boost)
	}
	return boost
}

func (t *toy) crisisReach(m *mission.Mission) (km float64) {
	for _, c := range t.crisesOf(m) {
		km = max(km, c.ReachKm)
	}
	return km
}

// leastAge gives the age from which a mission is shown.
func (t *toy) leastAge(m *mission.Mission) (age int) {
	age = m.MinimumAge()
	for _, c := range t.crisesOf(m) {
		age = max(age, c.MinAge)
	}
	return age
}

// putCrisis writes a crisis, or tells of it again.
func (t *toy) putCrisis(n *mission.Crisis) mission.Change {
	c := t.change(mission.CrisisPut)
	t.crises[n.ID], c.Crisis = n, n
	return c
}

// ticks moves log time past what crises begin and end by, as the store tells it.
func (t *toy) ticks(seconds int64) (cs []mission.Change) {
	before := t.now
	t.now += seconds
	for _, id := range slices.Sorted(maps.Keys(t.crises)) {
		if at := t.crises[id].NextMoment(before); at != 0 && at <= t.now {
			cs = append(cs, t.putCrisis(t.crises[id]))
		}
	}
	t.now = before
	return append(cs, t.tick(seconds))
}

// crisis draws what a crisis team does.
func (k *maker) crisis() mission.Change {
	id := fmt.Sprint("c", k.IntN(4))
	old := k.t.crises[id]
	switch {
	case old != nil && k.chance(0.2):
		c := k.t.change(mission.CrisisDeleted)
		delete(k.t.crises, id)
		c.Crisis = old
		return c
	case old != nil && k.chance(0.3):
		paused := *old
		paused.Paused = !old.Paused
		return k.t.putCrisis(&paused)
	}
	n := &mission.Crisis{ID: id, Name: "n", Area: k.area(), Boost: pick(k, 1, 1.5, 3, 5), ReachKm: pick(k, 0, 5, 12.3, 60, 200), MinAge: pick(k, 0, 0, 16, 18, 21)}
	if k.chance(0.3) {
		n.Domains = k.domains(2)
	}
	if k.chance(0.3) {
		n.Starts = k.t.now + k.Int64N(10_000) - 5_000
	}
	if k.chance(0.3) {
		n.Ends = max(n.Starts, k.t.now) + 1 + k.Int64N(10_000)
	}
	return k.t.putCrisis(n)
}

// area draws a circle, a rectangle, departments or some of them.
func (k *maker) area() (a mission.Area) {
	p := k.point()
	if k.chance(0.6) {
		a.Center, a.RadiusKm = &p, pick(k, 0.5, 3, 20, 100)
	}
	q := geo.Point{Lat: p.Lat + k.Float64()*0.3, Lon: p.Lon + k.Float64()*0.3}
	if k.chance(0.4) && q.Lon < 180 {
		a.Polygon = []mission.Corner{{p.Lat, p.Lon}, {p.Lat, q.Lon}, {q.Lat, q.Lon}, {q.Lat, p.Lon}}
	}
	if k.chance(0.3) || a.Center == nil && a.Polygon == nil {
		a.Departments = []string{pick(k, oracleDeps...)}
	}
	return a
}
