package matcher_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"renfort/geo"
	"renfort/mission"
)

// oracleStart is the log time at which the worlds of the oracle begin.
var oracleStart = time.Date(2026, 11, 21, 20, 0, 7, 0, time.UTC).Unix()

// terrain is what a world of the oracle looks like.
type terrain struct {
	name      string
	missions  int
	centers   []geo.Point
	spreadKm  float64
	addresses int  // at most, a mission
	equal     bool // missions differ by nothing but their id
	requests  int  // share of them, of 100
	wide      bool // of 60 domains and 200 activities, more than masks and nodes have bits for
}

// terrains are the worlds that requests are drawn in, from 50 to 3,000
// missions.
func terrains() []terrain {
	paris, mende, nice := geo.Point{Lat: 48.8566, Lon: 2.3522}, geo.Point{Lat: 44.518, Lon: 3.501}, geo.Point{Lat: 43.7, Lon: 7.27}
	reunion, fiji := geo.Point{Lat: -20.88, Lon: 55.45}, geo.Point{Lat: -17.5, Lon: 179.95}
	guadeloupe, geneva := geo.Point{Lat: 16.24, Lon: -61.53}, geo.Point{Lat: 46.2, Lon: 6.14}
	return []terrain{
		{"town", 400, []geo.Point{paris}, 6, 3, false, 17, false},
		{"country", 300, []geo.Point{mende}, 90, 3, false, 17, false},
		{"wide taxonomy", 300, []geo.Point{paris, mende}, 30, 3, false, 6, true},
		{"hamlet", 50, []geo.Point{mende, nice}, 40, 2, false, 10, false},
		{"overseas", 350, []geo.Point{paris, reunion, fiji, guadeloupe}, 50, 4, false, 15, false},
		{"one point", 250, []geo.Point{geneva, geneva, paris}, 0, 2, false, 10, false},
		{"many addresses", 120, []geo.Point{nice, paris, mende}, 120, 164, false, 6, false},
		{"equals", 200, []geo.Point{paris, mende}, 3, 1, true, 10, false},
		{"France", 3000, []geo.Point{paris, mende, nice, reunion, geneva}, 150, 6, false, 9, false},
	}
}

// maker draws nouns.
type maker struct {
	*rand.Rand
	terrain
	t     *toy
	next  int // number of the next new thing
	homes []geo.Point
	flood bool // there are crises
}

func (k *maker) chance(p float64) bool { return k.Float64() < p }

func pick[T any](k *maker, items ...T) T { return items[k.IntN(len(items))] }

// some draws up to n of the items, seldom with repeats.
func some(k *maker, n int, items ...string) (out []string) {
	for range k.IntN(n + 1) {
		out = append(out, pick(k, items...))
	}
	return out
}

func (k *maker) point() geo.Point {
	c := pick(k, k.centers...)
	km, turn := k.spreadKm*k.Float64(), 2*math.Pi*k.Float64()
	p := geo.Point{Lat: c.Lat + km/111.2*math.Sin(turn), Lon: c.Lon + km/111.2*math.Cos(turn)/math.Cos(c.Lat*math.Pi/180)}
	if p.Lon > 180 {
		p.Lon -= 360
	}
	return p
}

// home gives where somebody lives: mostly one of few places, so that the same
// cells are asked for again and again.
func (k *maker) home() geo.Point {
	if len(k.homes) < 3 {
		k.homes = append(k.homes, k.point())
	}
	if k.chance(0.3) {
		return k.point()
	}
	p := pick(k, k.homes...)
	return geo.Point{Lat: p.Lat + (k.Float64()-0.5)*0.01, Lon: wrapped(p.Lon + (k.Float64()-0.5)*0.01)}
}

func (k *maker) domains(n int) []string {
	d := k.t.taxonomy.Domains
	var ids []string
	for range k.IntN(n + 1) {
		ids = append(ids, d[k.IntN(len(d))].ID)
	}
	return ids
}

// wideTaxonomy is larger than ours: a ring of domains, each next to the one
// after it.
func wideTaxonomy() *mission.Taxonomy {
	t := &mission.Taxonomy{Name: "wide", Version: 1}
	for i := range 60 {
		t.Domains = append(t.Domains, mission.Domain{ID: fmt.Sprint("d", i), Label: fmt.Sprint("D", i), Adjacent: []string{fmt.Sprint("d", (i+1)%60)}})
	}
	for i := range 200 {
		t.Activities = append(t.Activities, mission.Activity{ID: fmt.Sprint("a", i), Label: fmt.Sprint("A", i)})
	}
	if err := t.Compile(); err != nil {
		panic(err) // the test's own fault
	}
	return t
}

func (k *maker) activities(n int) []string {
	a := k.t.taxonomy.Activities
	var ids []string
	for range k.IntN(n + 1) {
		ids = append(ids, a[k.IntN(12)*len(a)/12].ID)
	}
	return ids
}

var (
	oracleTags   = []string{"a", "b", "c", "d"}
	oracleSkills = []string{"psc1", "permis-b", "anglais", "cuisine"}
	oracleDeps   = []string{"75", "48", "974", "06"}
)

// mission draws a mission of the terrain under an id.
func (k *maker) mission(id mission.ID) (*mission.Mission, *mission.Seats) {
	m := &mission.Mission{ID: id, Title: "t" + id, Remote: mission.RemoteNo, Booking: mission.BookingHere, Urgency: mission.UrgencyNormal,
		State: mission.StateOpen, Locations: k.locations()}
	m.Times.Zone = pick(k, "Europe/Paris", "Indian/Reunion")
	if k.equal {
		one := 1
		m.Seats = &one
		return m, k.seats(m)
	}
	if k.chance(0.4) {
		m.Urgency = pick(k, mission.UrgencyCalm, mission.UrgencyUrgent, mission.UrgencyVital)
	}
	if k.chance(0.15) {
		m.Remote = pick(k, mission.RemotePossible, mission.RemoteFull, mission.RemoteLocal)
	}
	if k.chance(0.1) {
		m.Booking = mission.BookingElsewhere
	}
	if k.chance(0.05) {
		m.State = pick(k, mission.StateDraft, mission.StatePaused, mission.StateClosed)
	}
	m.Publisher = pick(k, "p1", "p2")
	m.Domains, m.Activities = k.domains(3), k.activities(2)
	m.Tags, m.Audiences = some(k, 2, oracleTags...), some(k, 1, oracleTags...)
	k.whoAndWhen(m)
	return m, k.seats(m)
}

func (k *maker) locations() (ls []mission.Location) {
	n := 1
	if k.addresses > 1 && k.chance(0.3) {
		n = 1 + k.IntN(k.addresses)
	}
	if !k.equal && k.chance(0.02) {
		n = 0
	}
	for i := range n {
		p := k.point()
		ls = append(ls, mission.Location{ID: fmt.Sprint("l", i), Lat: &p.Lat, Lon: &p.Lon, City: pick(k, "Ville", "Bourg", " bourg "),
			PostalCode: pick(k, "75001", "48000"), Department: pick(k, oracleDeps...)})
	}
	return ls
}

// whoAndWhen draws organisation, group, skills, ages, dates and attributes.
func (k *maker) whoAndWhen(m *mission.Mission) {
	if k.chance(0.7) {
		m.Organization = &mission.OrgRef{ID: fmt.Sprint("o", k.IntN(12)), Networks: some(k, 2, "n1", "n2")}
	}
	if k.chance(0.3) {
		m.Group = fmt.Sprint("g", k.IntN(6))
	}
	for i, s := range oracleSkills {
		if k.chance(0.06) {
			m.Skills = append(m.Skills, mission.Skill{ID: s, Required: i%2 == 0 && k.chance(0.4)})
		}
	}
	if k.chance(0.3) {
		age := pick(k, 0, 16, 17, 21)
		m.MinAge = &age
	}
	if k.chance(0.05) {
		age := pick(k, 30, 60)
		m.MaxAge = &age
	}
	if k.chance(0.3) {
		m.Commitment = &mission.Commitment{Hours: float64(1 + k.IntN(20)), Per: pick(k, "day", "week", "month", "total")}
	}
	if k.chance(0.3) {
		m.Attributes = map[string]any{"qpv": k.chance(0.5), "level": float64(k.IntN(3)), "word": pick(k, "x", "y")}
	}
	k.times(m)
}

// times draws dates around log time, some of them in the past.
func (k *maker) times(m *mission.Mission) {
	day := int64(86400)
	m.DateType = pick(k, "", mission.DateOnce, mission.DateRecurring)
	if k.chance(0.6) {
		m.Times.Starts = k.t.now + k.Int64N(50*day) - 15*day
	}
	if k.chance(0.5) {
		m.Times.Ends = max(m.Times.Starts, k.t.now) + k.Int64N(60*day) - day/2
	}
	if k.chance(0.2) {
		m.Times.ApplyBefore = k.t.now + k.Int64N(20*day) - day
	}
	if k.chance(0.05) {
		m.Times.Published = k.t.now - k.Int64N(40*day)
	}
	if k.chance(0.3) {
		m.Times.Days = mission.DayMask(k.IntN(16))
	}
	if !k.chance(0.3) {
		return
	}
	for i := range 1 + k.IntN(4) {
		s := mission.SlotTimes{Starts: k.t.now + k.Int64N(6*day) - day, Days: mission.DayMask(k.IntN(16))}
		if k.chance(0.8) {
			s.Ends = s.Starts + k.Int64N(10*3600)
		} else if k.chance(0.2) {
			s.Starts, s.Ends = 0, s.Starts // only its end is known
		}
		m.Slots = append(m.Slots, mission.Slot{ID: fmt.Sprint("s", i)})
		m.Times.Slots = append(m.Times.Slots, s)
	}
}

// seats draws the slots and pools of a mission, nothing taken but elsewhere.
func (k *maker) seats(m *mission.Mission) *mission.Seats {
	s := &mission.Seats{Organization: m.OrganizationID(), State: m.State, Booking: m.Booking, Starts: m.Times.Starts, Ends: m.Times.Ends,
		ApplyBefore: m.Times.ApplyBefore, MinAge: m.MinimumAge(), MaxAge: m.MaximumAge(), Created: k.t.now}
	if !k.equal {
		s.Created -= k.Int64N(pick[int64](k, 9, 9, 9, 9, 9, 9, 9, 50) * 86400)
	}
	s.Slots = []mission.SlotTerms{{Starts: m.Times.Starts, Ends: m.Times.Ends, Days: m.Times.Days}}
	pools, shared := 1, true
	if len(m.Slots) > 0 {
		s.Slots, shared = nil, k.chance(0.5)
	}
	for i, t := range m.Times.Slots {
		slot := mission.SlotTerms{ID: m.Slots[i].ID, Starts: t.Starts, Ends: t.Ends, Days: t.Days}
		if !shared {
			slot.Pool, pools = i, i+1
		}
		s.Slots = append(s.Slots, slot)
	}
	for range pools {
		s.Pools = append(s.Pools, k.pool())
	}
	return s
}

func (k *maker) pool() mission.Pool {
	p := mission.Pool{Total: pick(k, 1, 1, 1, 2, 5, 20, 75, 600)}
	switch {
	case k.equal:
		p.Total = 1
	case k.chance(0.1):
		p.Total = mission.SeatsUnknown
	case k.chance(0.05):
		p.Total = 0
	case k.chance(0.2):
		p.Elsewhere = k.IntN(p.Total + 2)
		p.Over = max(0, p.Elsewhere-p.Total)
	}
	return p
}

// volunteer draws somebody; a stored one has no point but a cell.
func (k *maker) volunteer(id mission.ID, stored bool) *mission.Volunteer {
	v := &mission.Volunteer{ID: id, Domains: k.domains(3), Activities: k.activities(2), Skills: some(k, 3, oracleSkills...)}
	if k.chance(0.9) {
		if p := k.home(); stored {
			v.Cell = geo.CellAt(p, mission.VolunteerLevel).Token()
		} else {
			v.Location = &mission.Place{Lat: &p.Lat, Lon: &p.Lon}
		}
	}
	if k.chance(0.4) {
		v.RadiusKm = pick(k, 0.5, 3, 12.3, 30, 149.7, 400)
	}
	if k.chance(0.2) {
		v.Mobility = pick(k, "foot", "bike", "transit", "car")
	}
	switch {
	case k.chance(0.3):
		v.BirthYear = 1950 + k.IntN(62)
	case k.chance(0.2):
		adult := k.chance(0.6)
		v.Adult = &adult
	}
	v.Availability = some(k, 2, "weekday", "evening", "weekend", "holiday", "now")
	v.Remote = pick(k, "", "", mission.RemoteNo, mission.RemoteAlso, mission.RemoteOnly)
	return v
}
