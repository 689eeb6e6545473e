package engine

import (
	"slices"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// waveCrisis is the crisis of a wave while it is on: whom it concerns. The nil
// value is a wave without one, which concerns everybody.
type waveCrisis struct {
	*mission.Crisis
	area    *index.Area
	snap    *index.Snapshot
	targets map[mission.Ordinal][]geo.Vec // addresses of the targets inside; none for those outside
	inside  map[geo.Cell]bool             // by volunteer's cell, as far as looked at
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
	c := &waveCrisis{Crisis: view.Crisis, snap: w.snap, area: index.NewArea(&view.Crisis.Area, e.places), targets: map[mission.Ordinal][]geo.Vec{}, inside: map[geo.Cell]bool{}}
	for i := range w.Targets {
		t := &w.Targets[i]
		m := w.snap.Missions.At(uint32(t.Ordinal))
		for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
			if at := w.snap.Addresses.At(a).Vec; c.area.Has(at) {
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
		in = c.area.Has(cell.CenterVec())
		c.inside[cell] = in
	}
	if in || c.ReachKm == 0 {
		return in
	}
	home := cell.CenterVec()
	return slices.ContainsFunc(c.targets[target], func(at geo.Vec) bool { return home.DistanceKm(at) <= c.ReachKm })
}
