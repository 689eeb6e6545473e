package mission

import "renfort/geo"

// Crisis is an area in which missions are boosted and people may be asked
// more often, for a time.
type Crisis struct {
	ID      ID       `json:"id,omitzero"`
	Name    string   `json:"name"`
	Area    Area     `json:"area"`
	Domains []string `json:"domains,omitzero"`
	Boost   float64  `json:"boost,omitzero"` // 1 to 5
	ReachKm float64  `json:"reach_km,omitzero"`
	MinAge  int      `json:"min_age,omitzero"`
	From    Moment   `json:"from,omitzero"`
	Until   Moment   `json:"until,omitzero"`
	// Starts and Ends are From and Until as Unix seconds, 0 for none; Intake
	// writes them. Paused is the crisis team's: no boost, no larger budget.
	Starts int64 `json:"starts,omitzero"`
	Ends   int64 `json:"ends,omitzero"`
	Paused bool  `json:"paused,omitzero"`
}

// RunsAt says whether the crisis is on at a time, in Unix seconds.
func (c *Crisis) RunsAt(now int64) bool {
	return !c.Paused && c.Starts <= now && (c.Ends == 0 || now < c.Ends)
}

// Area is the union of what is given.
type Area struct {
	Center      *geo.Point `json:"center,omitzero"`
	RadiusKm    float64    `json:"radius_km,omitzero"`
	Polygon     []Corner   `json:"polygon,omitzero"`
	Departments []string   `json:"departments,omitzero"`
	Communes    []string   `json:"communes,omitzero"`
}

// Corner is a corner of a polygon: latitude and longitude. It is read from
// {"lat","lon"} or from a list of the two, and written as the list.
type Corner [2]float64

// UnmarshalJSON reads either form.
func (k *Corner) UnmarshalJSON(data []byte) error {
	half := Errorf(Invalid, "a corner is lat and lon")
	if len(data) > 0 && data[0] == '[' {
		var pair []float64
		if err := Decode(data, &pair); err != nil {
			return err
		}
		if len(pair) != 2 {
			return half
		}
		*k = Corner{pair[0], pair[1]}
		return nil
	}
	var p Place
	if err := Decode(data, &p); err != nil {
		return err
	}
	if p.Lat == nil || p.Lon == nil {
		return half
	}
	*k = Corner{*p.Lat, *p.Lon}
	return nil
}

// Ring gives the polygon's corners, nil without one.
func (a *Area) Ring() []geo.Point {
	var ring []geo.Point
	for _, k := range a.Polygon {
		ring = append(ring, geo.Point{Lat: k[0], Lon: k[1]})
	}
	return ring
}

// NextMoment gives the next time after now at which the crisis begins or ends,
// 0 for none.
func (c *Crisis) NextMoment(now int64) (next int64) {
	for _, at := range [...]int64{c.Starts, c.Ends} {
		if at > now && (next == 0 || at < next) {
			next = at
		}
	}
	return next
}

// Validate refuses a crisis that makes no sense.
func (c *Crisis) Validate() error {
	var f faults
	checkWord(&f, "/name", c.Name, true)
	if c.Boost != 0 {
		checkRange(&f, "/boost", c.Boost, 1, CrisisBoostMax)
	}
	checkRange(&f, "/reach_km", c.ReachKm, 0, RadiusKmMax)
	checkRange(&f, "/min_age", float64(c.MinAge), 0, AgeMax)
	checkWords(&f, "/domains", c.Domains, EntriesMax)
	c.Area.check(&f)
	return f.err("the crisis")
}

func (a *Area) check(f *faults) {
	checkWords(f, "/area/departments", a.Departments, RequestListMax)
	checkWords(f, "/area/communes", a.Communes, RequestListMax)
	switch {
	case a.Center == nil && a.RadiusKm == 0:
	case a.Center == nil || a.RadiusKm == 0:
		f.add("/area", "a circle needs both center and radius_km")
	case !a.Center.Valid():
		f.add("/area/center", "is not a point on the earth")
	default:
		checkRange(f, "/area/radius_km", a.RadiusKm, 0, RadiusKmMax)
	}
	if n := len(a.Polygon); n > 0 && (n < 3 || n > RequestListMax) {
		f.add("/area/polygon", "has %d corners; 3 to %d", n, RequestListMax)
	}
	if a.Center == nil && len(a.Polygon) == 0 && len(a.Departments) == 0 && len(a.Communes) == 0 {
		f.add("/area", "is empty: give a circle, a polygon, departments or communes")
	}
}
