package mission

import (
	"cmp"
	"slices"

	"renfort/geo"
)

// Crisis validates c and completes it in place: canonical domains and communes,
// times as instants. Paused is not the caller's to write.
func (in *Intake) Crisis(c *Crisis) error {
	if err := c.Validate(); err != nil {
		return err
	}
	var f faults
	checkID(&f, "/id", c.ID)
	c.Paused = false
	c.Boost = cmp.Or(c.Boost, 1)
	c.Domains = in.domains(&f, "/domains", c.Domains)
	in.area(&f, "/area", &c.Area)
	in.crisisTimes(&f, c)
	return f.err("the crisis")
}

// area checks an area against what the gazetteer knows and completes it:
// communes by the code that they have now, each once. What is wrong goes to f,
// below pointer.
func (in *Intake) area(f *faults, pointer string, a *Area) {
	if a.Center != nil && a.Center.IsNull() {
		f.add(pointer+"/center", "is the point 0,0, where nobody lives")
	}
	if len(a.Polygon) > 0 {
		if _, err := geo.ParsePolygon(a.Ring()); err != nil {
			f.add(pointer+"/polygon", "%s", err)
		}
	}
	for i, code := range a.Departments {
		if _, ok := in.Places.Department(code); !ok {
			f.add(at(pointer+"/departments", i), "%q is no department that the gazetteer knows", code)
		}
	}
	var communes []string
	for i, code := range a.Communes {
		c, ok := in.Places.ByINSEE(code)
		if !ok {
			f.add(at(pointer+"/communes", i), "%q is no commune that the gazetteer knows by its INSEE code", code)
		} else if !slices.Contains(communes, c.INSEE) {
			communes = append(communes, c.INSEE)
		}
	}
	a.Communes = communes
}

// crisisTimes gives the dates as instants, by the clock of the area.
func (in *Intake) crisisTimes(f *faults, c *Crisis) {
	loc := in.zones.Location(cmp.Or(in.zoneOfArea(&c.Area), zoneDefault))
	c.Starts = instant(f, "/from", c.From.First, loc)
	c.Ends = instant(f, "/until", c.Until.Last, loc)
	if c.Until.Bare() && c.Ends != 0 {
		c.Ends++ // the day's last second is still in it
	}
	if c.Ends != 0 && c.Ends <= c.Starts {
		f.add("/until", "is not after from")
	}
}

// zoneOfArea gives the time zone of what the area names first, "" for none.
func (in *Intake) zoneOfArea(a *Area) string {
	switch {
	case a.Center != nil:
		return in.Places.TimeZoneAt(*a.Center)
	case len(a.Polygon) > 0:
		return in.Places.TimeZoneAt(a.Ring()[0])
	case len(a.Departments) > 0:
		return in.Places.TimeZone(a.Departments[0])
	case len(a.Communes) > 0:
		return in.Places.TimeZone(a.Communes[0])
	}
	return ""
}

// Area checks the area of one request, as that of a crisis, and completes it in
// place. Errors point below /area.
func (in *Intake) Area(a *Area) error {
	var f faults
	a.check(&f)
	if err := f.err("the area"); err != nil {
		return err
	}
	in.area(&f, "/area", a)
	return f.err("the area")
}
