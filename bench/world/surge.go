package world

import (
	"fmt"
	"time"

	"renfort/mission"
)

// SurgeSeconds is how long the people of a surge keep arriving: an hour.
const SurgeSeconds = 3_600

// The largest surge: what one simulation still holds in memory.
const (
	surgeMissionsMax = 20_000
	surgePeopleMax   = 1_000_000
)

// SurgeConfig says how large a surge is and what it is made from.
type SurgeConfig struct {
	Missions int       // how many there are, about 8.5 seats each
	Arrivals int       // how many people arrive in the hour
	Seed     uint64    // the same seed, the same surge
	At       time.Time // when the hour begins
	// StormTimes multiplies the people of one department, which the seed
	// chooses: 1 for no storm.
	StormTimes int
}

// DefaultSurge gives the surge of the design: 2,000 missions, 30,000 arrivals
// on a November evening, 30 times the crowd in one department.
func DefaultSurge() SurgeConfig {
	return SurgeConfig{Missions: 2_000, Arrivals: 30_000, Seed: 1, At: Default().At, StormTimes: 30}
}

// Validate refuses sizes that make no surge and those beyond reason.
func (c SurgeConfig) Validate() error {
	switch {
	case c.Missions < 1 || c.Missions > surgeMissionsMax:
		return fmt.Errorf("world: a surge on %d missions; it must be from 1 to %d", c.Missions, surgeMissionsMax)
	case c.Arrivals < 1 || c.Arrivals > surgePeopleMax:
		return fmt.Errorf("world: a surge of %d arrivals; it must be from 1 to %d", c.Arrivals, surgePeopleMax)
	case c.StormTimes < 1 || c.StormTimes > 1_000:
		return fmt.Errorf("world: a storm of %d times; it must be from 1 to 1000", c.StormTimes)
	}
	return Config{At: c.At}.Validate()
}

// Surge is an hour in which far more people arrive than on any other day. All
// of it is drawn beforehand, also what each person would like of each mission,
// so that every way of showing missions meets the same people. It is immutable
// and safe for concurrent use.
type Surge struct {
	Config     SurgeConfig
	Missions   []mission.Mission // open for days, at one place, seats known, booked here
	Sites      []Site            // Sites[m] of Missions[m]
	People     []Visitor         // as they arrive
	Department string            // that the storm is in
	PerSecond  []int             // weights of the arrivals' seconds: lambda(t)

	order    []int32 // missions by latitude
	taxonomy *mission.Taxonomy
}

// Site is what a surge knows of a mission's place and size.
type Site struct {
	Seats      int
	Rural      bool // in a commune of fewer than RuralBelow inhabitants
	Department string
	domains    uint64
	activities uint64
	lat, lon   int // hundred-thousandths of a degree
}

// RuralBelow is the population from which a commune is urban here. Four in ten
// French people live in smaller ones.
const RuralBelow = 5_000

// The seats of a surge's missions. Two thirds of the missions of the French
// platform ask for one person; together 2,000 have about 17,000 seats. So
// those that ask for more are drawn from n = 2 to 75 with a chance like 1/n,
// tens five times and other fives three times as often. The crisis' missions
// keep the seats that they have in any world.
const surgeSeatsMax = seatsUsualMax

// stormSlackDays is how long everything stays open at least: what ends sooner
// is a week later here, so that no mission closes within the simulation.
const stormSlackDays = 2

// NewSurge makes a surge. It takes some tenths of a second for 30,000 people.
func NewSurge(c SurgeConfig) (*Surge, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	w, err := New(Config{Missions: c.Missions, Volunteers: c.Arrivals, Seed: c.Seed, At: c.At})
	if err != nil {
		return nil, err
	}
	s := &Surge{Config: c, taxonomy: mission.DefaultTaxonomy()}
	d := throwFor(c.Seed, streamSurge, 0)
	s.Department = w.stormDepartment(&d)
	s.PerSecond = surgeShape(&d)
	s.placeMissions(w)
	s.sortSites()
	s.invite(w)
	return s, nil
}

// stormDepartment draws a department of the mainland, each as often: a storm
// does not choose by population.
func (w *World) stormDepartment(d *dice) string {
	var names []string
	for _, p := range w.atlas.places {
		if !p.overseas() && (len(names) == 0 || names[len(names)-1] != p.department) {
			names = append(names, p.department)
		}
	}
	return oneOf(d, distinct(names))
}

// placeMissions draws the missions.
func (s *Surge) placeMissions(w *World) {
	seats := newWheel(surgeSeatWeights())
	byCode := make(map[string]*place, len(w.atlas.places))
	for i := range w.atlas.places {
		byCode[w.atlas.places[i].insee] = &w.atlas.places[i]
	}
	s.Missions, s.Sites = make([]mission.Mission, s.Config.Missions), make([]Site, s.Config.Missions)
	for i := range s.Missions {
		s.Missions[i], s.Sites[i] = s.surgeMission(w, i, seats, byCode)
	}
}

// surgeMission is a world's mission as a surge needs it: at one place, in the
// storm's department if it is vital, for anybody grown up, with seats that are
// known and given out here. What would hide it from some (skills, times, a
// partner's own booking) is left out: the law of interest is of distance and
// affinity alone.
func (s *Surge) surgeMission(w *World, i int, seats wheel, byCode map[string]*place) (mission.Mission, Site) {
	m, d := w.Mission(i), throwFor(s.Config.Seed, streamSurgeMission, uint64(i))
	home := &w.atlas.places[w.atlas.town(&d)]
	if len(m.Locations) > 0 {
		home = byCode[m.Locations[0].INSEE]
	}
	if m.Urgency == mission.UrgencyVital || len(m.Locations) == 0 {
		if m.Urgency == mission.UrgencyVital {
			home = &w.atlas.places[w.atlas.townOf(s.Department, &d)]
		}
		draft := draft{World: w, dice: d}
		m.Locations = make([]mission.Location, 1)
		draft.locate(&m.Locations[0], home, make([]float64, 2))
		d = draft.dice
	}
	m.Locations = m.Locations[:1]
	m.Locations[0].ID = ""
	m.Remote, m.Booking, m.Skills, m.Slots, m.MinAge, m.ApplyBefore = mission.RemoteNo, mission.BookingHere, nil, nil, nil, ""
	s.keepOpen(w, &m)
	if n := m.Seats; m.Urgency != mission.UrgencyVital && (n == nil || *n != 1) {
		m.Seats = new(seats.spin(&d) + 2)
	}
	return m, s.siteOf(&m, home)
}

// keepOpen moves what ends within stormSlackDays to a week later.
func (s *Surge) keepOpen(w *World, m *mission.Mission) {
	d := draft{World: w}
	if limit := mission.Moment(d.day(stormSlackDays)); m.EndsAt != "" && m.EndsAt < limit {
		m.StartsAt, m.EndsAt = mission.Moment(d.day(7)), mission.Moment(d.day(7))
	}
}

// siteOf takes what the law of interest reads of a mission. The default
// taxonomy has fewer than 64 activities: the first word of a mask holds them.
func (s *Surge) siteOf(m *mission.Mission, home *place) Site {
	l := &m.Locations[0]
	return Site{Seats: *m.Seats, Rural: home.population < RuralBelow, Department: l.Department,
		domains: s.taxonomy.DomainMask(m.Domains), activities: s.taxonomy.ActivityMask(m.Activities)[0],
		lat: steps(*l.Lat), lon: steps(*l.Lon)}
}

// surgeSeatWeights gives how often a mission with more than one seat has i+2.
func surgeSeatWeights() []int {
	weights := make([]int, surgeSeatsMax-1)
	for i := range weights {
		n := i + 2
		weights[i] = 1_000_000 / n
		switch {
		case n%10 == 0:
			weights[i] *= 5
		case n%5 == 0:
			weights[i] *= 3
		}
	}
	return weights
}
