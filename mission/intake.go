package mission

import (
	"slices"
	"sync"
	"time"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// Intake turns what a caller sent into what the reducer accepts: canonical
// ids of domains and activities, addresses with coordinates, dates as
// instants, defaults filled in. It does so before the order, so that no node
// needs a gazetteer or a clock to apply a command. Safe for concurrent use.
type Intake struct {
	Taxonomy *Taxonomy
	Places   *gazetteer.Gazetteer
	zones    *Zones
}

// NewIntake makes an Intake. zones is shared between Intakes, because a time
// zone is dear to load.
func NewIntake(t *Taxonomy, g *gazetteer.Gazetteer, zones *Zones) *Intake {
	return &Intake{Taxonomy: t, Places: g, zones: zones}
}

// Zones remembers time zones by name. The zero value is ready; safe for
// concurrent use.
type Zones struct{ known sync.Map }

// zoneDefault is the zone of a mission without a place.
const zoneDefault = "Europe/Paris"

// Location gives the zone of a name, Europe/Paris for one that is not known
// and UTC on a machine that has none at all.
func (z *Zones) Location(name string) *time.Location {
	if l, ok := z.known.Load(name); ok {
		return l.(*time.Location)
	}
	l, err := time.LoadLocation(name)
	if err != nil && name != zoneDefault {
		l = z.Location(zoneDefault)
	} else if err != nil {
		l = time.UTC
	}
	z.known.Store(name, l)
	return l
}

// Mission validates m and completes it in place. Every fault is listed, not
// the first alone.
func (in *Intake) Mission(m *Mission) error {
	var f faults
	m.check(&f)
	if err := f.err("the mission"); err != nil {
		return err
	}
	m.fillDefaults()
	in.resolve(&f, m)
	for i := range m.Locations {
		in.place(&f, at("/locations", i), &m.Locations[i])
	}
	m.Times = in.times(&f, m)
	return f.err("the mission")
}

func (m *Mission) fillDefaults() {
	for _, d := range [...]struct {
		field *string
		value string
	}{{&m.Remote, RemoteNo}, {&m.Booking, BookingHere}, {&m.Urgency, UrgencyNormal}, {&m.State, StateOpen}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if m.Organization != nil && m.Organization.ID == "" {
		// An organisation that only has a name is the one of that name.
		m.Organization.ID = truncate(m.Publisher+":"+m.Organization.Name, IDBytesMax)
	}
	sum, with := 0, 0
	for _, s := range m.Slots {
		if s.Seats != nil {
			sum, with = sum+*s.Seats, with+1
		}
	}
	if m.Seats == nil && with > 0 && with == len(m.Slots) {
		m.Seats = &sum
	}
}

// truncate cuts s to at most n bytes at a letter's start.
func truncate(s string, n int) string {
	for len(s) > n {
		_, size := lastRune(s)
		s = s[:len(s)-size]
	}
	return s
}

// resolve replaces names and aliases of domains and activities by their ids.
func (in *Intake) resolve(f *faults, m *Mission) {
	m.Domains = in.domains(f, "/domains", m.Domains)
	m.Activities = in.activities(f, "/activities", m.Activities)
}

func (in *Intake) domains(f *faults, pointer string, names []string) []string {
	return resolve(f, pointer, names, "domain", in.Taxonomy.Domain, in.Taxonomy.NearestDomain,
		func(i int) string { return in.Taxonomy.Domains[i].ID })
}

func (in *Intake) activities(f *faults, pointer string, names []string) []string {
	return resolve(f, pointer, names, "activity", in.Taxonomy.Activity, in.Taxonomy.NearestActivity,
		func(i int) string { return in.Taxonomy.Activities[i].ID })
}

// resolve gives the canonical ids of names, each once, in their order.
func resolve(f *faults, pointer string, names []string, what string, find func(string) (int, bool),
	nearest func(string) string, id func(int) string) []string {
	if names == nil {
		return nil
	}
	ids := make([]string, 0, len(names))
	for i, n := range names {
		bit, ok := find(n)
		if !ok {
			f.add(at(pointer, i), "%q is no known %s; the nearest is %q", n, what, nearest(n))
			continue
		}
		if !slices.Contains(ids, id(bit)) {
			ids = append(ids, id(bit))
		}
	}
	return ids
}

// french says whether a country code means France, as it does when left out.
func french(country string) bool {
	return country == "" || country == "FR" || country == "fr" || country == "France"
}

// place gives a location coordinates and a department where the gazetteer
// knows better than nothing, and refuses a point that is visibly swapped.
func (in *Intake) place(f *faults, pointer string, l *Location) {
	p, ok := l.Point()
	if !french(l.Country) {
		if !ok {
			f.add(pointer, "needs lat and lon: only French places are known by their codes")
		}
		return
	}
	if l.Department == "" {
		l.Department = in.departmentOf(l)
	}
	if !ok {
		in.placeByCode(f, pointer, l)
		return
	}
	if l.Department == "" {
		if c, km, found := in.Places.Nearest(p); found && km < nearestKmMax && french(c.Country) {
			l.Department = c.Department
		}
		return
	}
	if _, known := in.Places.Department(l.Department); !known {
		return
	}
	if plausible, mirrored := in.Places.Plausible(l.Department, p); !plausible && mirrored {
		f.add(pointer, "lat %v and lon %v look swapped: the other way round they are in department %s", p.Lat, p.Lon, l.Department)
	}
}

// nearestKmMax is how far from a commune's centre a point still is in its
// department. Communes of the mainland are at most some 25 km wide.
const nearestKmMax = 25

// departmentOf gives the department that an address's codes tell, "" if none.
func (in *Intake) departmentOf(l *Location) string {
	if c, ok := in.Places.ByINSEE(l.INSEE); ok && l.INSEE != "" {
		return c.Department
	}
	if _, placed := l.Point(); placed && l.Country == "" {
		return "" // the postal code may be a foreign one: the point knows better
	}
	if c, ok := in.communeOf(l); ok {
		return c.Department
	}
	if cs := in.Places.ByPostalCode(l.PostalCode); len(cs) > 0 {
		return cs[0].Department
	}
	return ""
}

// communeOf gives the commune of an address's postal code that has its city's
// name. A postal code may span departments: the name tells them apart.
func (in *Intake) communeOf(l *Location) (gazetteer.Commune, bool) {
	if l.City == "" {
		return gazetteer.Commune{}, false
	}
	for _, c := range in.Places.ByPostalCode(l.PostalCode) {
		if gazetteer.SameName(c.Name, l.City) {
			return c, true
		}
	}
	return gazetteer.Commune{}, false
}

// placeByCode places an address by its INSEE code, else its postal code and,
// among that code's communes, its city.
func (in *Intake) placeByCode(f *faults, pointer string, l *Location) {
	if l.INSEE != "" {
		c, ok := in.Places.ByINSEE(l.INSEE)
		if !ok {
			f.add(pointer+"/insee", "%q is no commune that the gazetteer knows", l.INSEE)
			return
		}
		l.setPoint(c.Point, string(c.Precision))
		return
	}
	if c, ok := in.communeOf(l); ok {
		l.setPoint(c.Point, string(c.Precision))
		return
	}
	p, precision, ok := in.Places.PlaceOfPostalCode(l.PostalCode)
	if !ok {
		f.add(pointer+"/postal_code", "%q is no postal code that the gazetteer knows", l.PostalCode)
		return
	}
	l.setPoint(p, string(precision))
}

func (l *Location) setPoint(p geo.Point, precision string) {
	l.Lat, l.Lon, l.Precision = &p.Lat, &p.Lon, precision
}

// Volunteer validates a record and completes it in place: the point sent is
// replaced by its cell of about 1 km2. now gives the current year.
func (in *Intake) Volunteer(v *Volunteer, now time.Time) error {
	if err := in.volunteer(v, now, false); err != nil {
		return err
	}
	if p, ok := v.Position(); ok {
		v.Cell = geo.CellAt(p, VolunteerLevel).Token()
	}
	v.Location = nil
	return nil
}

// Profile validates a volunteer of one request, whose point is used as sent.
func (in *Intake) Profile(v *Volunteer, now time.Time) error {
	return in.volunteer(v, now, true)
}

func (in *Intake) volunteer(v *Volunteer, now time.Time, profile bool) error {
	var f faults
	v.check(&f, now.Year(), profile)
	if err := f.err("the volunteer"); err != nil {
		return err
	}
	v.Domains = in.domains(&f, "/domains", v.Domains)
	v.Activities = in.activities(&f, "/activities", v.Activities)
	in.locate(&f, v)
	return f.err("the volunteer")
}

// locate gives a volunteer without a point the one of their codes.
func (in *Intake) locate(f *faults, v *Volunteer) {
	p, placed := geo.Point{}, false
	if v.PostalCode != "" {
		if p, _, placed = in.Places.PlaceOfPostalCode(v.PostalCode); !placed {
			f.add("/postal_code", "%q is no postal code that the gazetteer knows", v.PostalCode)
		}
	}
	if v.INSEE != "" {
		c, ok := in.Places.ByINSEE(v.INSEE)
		if !ok {
			f.add("/insee", "%q is no commune that the gazetteer knows", v.INSEE)
		}
		p, placed = c.Point, ok
	}
	if v.Cell != "" {
		if c, err := geo.ParseCell(v.Cell); err != nil || c.Level() != VolunteerLevel {
			f.add("/cell", "%q is not an S2 cell of level %d", v.Cell, VolunteerLevel)
		}
	}
	if v.Location == nil && placed && v.Cell == "" {
		v.Location = &Place{Lat: &p.Lat, Lon: &p.Lon}
	}
}
