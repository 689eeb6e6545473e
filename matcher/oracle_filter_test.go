package matcher_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// oneOf says whether a list asks for nothing or for one of the values.
func oneOf(wanted []string, values ...string) bool {
	return len(wanted) == 0 || sharesOne(wanted, values)
}

// passes evaluates a filter on a mission as a whole, places apart.
func (t *toy) passes(f *mission.Filter, m *toyMission) bool {
	org, networks := []string{}, []string{}
	if o := m.Organization; o != nil {
		org, networks = append(org, o.ID), o.Networks
	}
	skills := []string{}
	for _, s := range m.Skills {
		skills = append(skills, s.ID)
	}
	return oneOf(f.Domains, m.Domains...) && oneOf(f.Activities, m.Activities...) && oneOf(f.Organizations, org...) &&
		oneOf(f.Networks, networks...) && oneOf(f.Publishers, m.Publisher) && oneOf(f.Tags, m.Tags...) &&
		oneOf(f.Audiences, m.Audiences...) && oneOf(f.Skills, skills...) && oneOf(f.Remote, m.Remote) &&
		oneOf(f.Urgencies, m.Urgency) && oneOf(f.DateTypes, m.DateType) && passesAttributes(f, m.Mission) &&
		(!f.Minors || m.MinimumAge() < 18) && t.passesTimes(f, m)
}

func passesAttributes(f *mission.Filter, m *mission.Mission) bool {
	for name, wanted := range f.Attributes {
		v, ok := m.Attributes[name]
		if !ok || !slices.Contains(wanted, fmt.Sprint(v)) {
			return false
		}
	}
	return true
}

func (t *toy) passesTimes(f *mission.Filter, m *toyMission) bool {
	paris := t.zones.Location("Europe/Paris")
	if from, _ := f.From.First(paris); f.From != "" && m.seats.Ends != 0 && m.seats.Ends < from.Unix() {
		return false
	}
	if until, _ := f.Until.Last(paris); f.Until != "" && m.seats.Starts != 0 && m.seats.Starts > until.Unix() {
		return false
	}
	if f.MaxHoursPerWeek > 0 && m.Commitment != nil && m.Commitment.HoursPerWeek() > f.MaxHoursPerWeek {
		return false
	}
	if len(f.SlotParts) == 0 {
		return true
	}
	zone := t.zones.Location(m.Times.Zone)
	return slices.ContainsFunc(m.Times.Slots, func(s mission.SlotTimes) bool {
		return (s.Ends == 0 || s.Ends >= t.now) && slices.ContainsFunc(f.SlotParts, func(part string) bool { return touches(s, part, zone) })
	})
}

// touches says whether a slot shares a minute with a part of some day: morning
// to 12, afternoon to 18, evening to midnight; day is both of the first two.
func touches(s mission.SlotTimes, part string, zone *time.Location) bool {
	if part == "day" {
		return touches(s, "morning", zone) && touches(s, "afternoon", zone)
	}
	if s.Starts == 0 {
		return false
	}
	hours := map[string][2]int{"morning": {0, 12}, "afternoon": {12, 18}, "evening": {18, 24}}[part]
	from, to := time.Unix(s.Starts, 0).In(zone), time.Unix(max(s.Ends, s.Starts+1), 0).In(zone)
	for day := from; ; day = day.AddDate(0, 0, 1) {
		y, mo, d := day.Date()
		first, last := time.Date(y, mo, d, hours[0], 0, 0, 0, zone), time.Date(y, mo, d, hours[1], 0, 0, 0, zone)
		if first.After(to) {
			return false
		}
		if from.Before(last) && first.Before(to) {
			return true
		}
	}
}

// choosesPlaces says whether a filter is one of places.
func choosesPlaces(f *mission.Filter) bool {
	return len(f.Departments)+len(f.Regions)+len(f.Cities)+len(f.PostalCodes) > 0 || f.BBox != nil || f.Polygon != nil
}

// passesPlace evaluates the place filters on one address.
func passesPlace(f *mission.Filter, l *mission.Location) bool {
	regions := []string{}
	if d, ok := gazetteer.Default().Department(l.Department); ok {
		regions = append(regions, d.RegionCode, d.Region)
	}
	fold := func(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
	cities := make([]string, len(f.Cities))
	for i, c := range f.Cities {
		cities[i] = fold(c)
	}
	p, _ := l.Point()
	return oneOf(f.Departments, l.Department) && oneOf(f.Regions, regions...) && oneOf(cities, fold(l.City)) &&
		oneOf(f.PostalCodes, l.PostalCode) && (f.BBox == nil || inBox(f.BBox, p)) && (f.Polygon == nil || inRing(f.Polygon.Rings()[0], p))
}

func inBox(b *geo.BBox, p geo.Point) bool {
	if p.Lat < b.South || p.Lat > b.North {
		return false
	}
	if b.West <= b.East {
		return p.Lon >= b.West && p.Lon <= b.East
	}
	return p.Lon >= b.West || p.Lon <= b.East
}

// inRing counts the sides that a ray to the east crosses.
func inRing(ring []geo.Point, p geo.Point) (in bool) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat) {
			in = !in
		}
	}
	return in
}
