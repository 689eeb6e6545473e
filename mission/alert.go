package mission

// Alert is a saved search of somebody who wants to hear of missions that fit.
// One that has been handed to the engine is immutable.
type Alert struct {
	ID        ID     `json:"id,omitzero"`
	Volunteer ID     `json:"volunteer"`
	Publisher string `json:"publisher,omitzero"` // the volunteer's
	Filter    Filter `json:"filter"`
	Sent      []byte `json:"sent,omitzero"`   // the filters as they came, JSON, to be read back
	Raised    int64  `json:"raised,omitzero"` // when it was raised last, log time, Unix seconds; the store's
}

// Why a mission that was written is news to those who saved a search: it is
// new, it is elsewhere, or it has become one that can be had. What was deleted
// and comes back within NewsHours where it was is not new.
const (
	NewsNew    = "new"
	NewsMoved  = "moved"
	NewsOpened = "opened"
	NewsHours  = 24
)

// AlertKm is the radius around the place of a volunteer whose record says
// neither a radius nor a mobility, in an alert that names no place: as far as
// people go by car.
const AlertKm = 30

// Follows says whether the alert names no place, and so asks for what is
// around its volunteer, wherever they are.
func (a *Alert) Follows() bool {
	f := &a.Filter
	return f.Point == nil && f.BBox == nil && f.Polygon == nil &&
		len(f.Departments)+len(f.Regions)+len(f.Cities)+len(f.PostalCodes) == 0
}

// Alert validates a and completes its filter in place. An alert has no order
// and no words, and tells of what can be had: so a point needs a radius, and
// missions that are closed or full cannot be asked for.
func (in *Intake) Alert(a *Alert) error {
	var bad faults
	checkID(&bad, "/id", a.ID)
	checkID(&bad, "/volunteer", a.Volunteer)
	f := &a.Filter
	placed := f.Point != nil || f.Near != ""
	switch {
	case placed && f.RadiusKm == 0:
		bad.add("/filters/radius_km", "is required beside a point: an alert has no order by distance")
	case !placed && f.RadiusKm > 0:
		bad.add("/filters/radius_km", "needs a point: lat and lon, or near; without any place an alert is about what is around its volunteer")
	}
	if f.Closed {
		bad.add("/filters/open", "cannot be false: an alert tells of missions that can be had")
	}
	if err := bad.err("the alert"); err != nil {
		return err
	}
	return in.Filter(f)
}
