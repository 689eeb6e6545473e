package engine

import (
	"renfort/geo"
	"renfort/matcher"
)

// Candidates fills out with the best volunteers for a mission, as of the newest
// snapshot. It answers NotFound.
func (e *Engine) Candidates(r *matcher.ReverseRequest, out *matcher.Candidates) error {
	return e.matcher.Candidates(e.index.Snapshot(), r, out)
}

// CountVolunteers counts volunteers, exactly: what is shown of it must hide
// small groups.
func (e *Engine) CountVolunteers(r *matcher.CountRequest) *matcher.Counts {
	return matcher.Count(e.index.Snapshot(), r, func(p geo.Point) matcher.Commune {
		c, _, _ := e.places.Nearest(p)
		return matcher.Commune{Department: c.Department, INSEE: c.INSEE, City: c.City}
	})
}
