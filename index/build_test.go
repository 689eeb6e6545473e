package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

// start is the log time at which the tests' states begin.
var start = time.Date(2026, 11, 21, 20, 0, 7, 0, time.UTC).Unix()

// standing is a Standing that moves with everything it is given: no ranking
// of ours, so that the index is tested without the matcher.
func standing(p *mission.Policy, c *index.Climate, m *index.Mission, l *index.Live, o *index.Org) float64 {
	fills, days := c.Market(m.Market)
	return 1 + float64(m.Urgency) + l.Fill()*p.Weights.Congestion + float64(o.Answered)/100 + float64(l.Free%97)/50 +
		float64(fills)/7 + days/1000 + c.Exposure(l.Created)/30 + float64(l.Fills)/3 + c.MedianFill/11 + float64(l.Due%1000)/1e4
}

// state is a state of the house and the changes that lead to it.
type state struct {
	pause func() // of the index, nil for none
	*rand.Rand
	now, seq   int64
	policy     *mission.Policy
	taxonomy   *mission.Taxonomy
	zones      *mission.Zones
	missions   []*record // by ordinal; nil once deleted
	orgs       map[mission.ID]*mission.Change
	volunteers map[mission.ID]*mission.Change
	live       map[mission.ID]*mission.Hold
	refused    []mission.Change
	next       int
}

// record is a mission as it is now.
type record struct {
	m     *mission.Mission
	seats *mission.Seats
}

func newState(seed uint64) *state {
	return &state{Rand: rand.New(rand.NewPCG(seed, 3)), now: start, policy: mission.DefaultPolicy(), taxonomy: mission.DefaultTaxonomy(),
		zones: new(mission.Zones), orgs: map[mission.ID]*mission.Change{}, volunteers: map[mission.ID]*mission.Change{}, live: map[mission.ID]*mission.Hold{}}
}

func (s *state) open() *index.Index {
	return index.New(index.Options{Policy: s.policy, Taxonomy: s.taxonomy, Places: gazetteer.Default(), Zones: s.zones, Standing: standing, Pause: s.pause})
}

func (s *state) change(kind mission.ChangeKind) mission.Change {
	s.seq++
	return mission.Change{Seq: uint64(s.seq), At: s.now, Kind: kind}
}

// put writes a drawn mission at an ordinal, a new one at the end. One that
// carries its organisation's name changes the organisation first, as the
// reducer does.
func (s *state) put(o int) (cs []mission.Change) {
	if o == len(s.missions) {
		s.missions = append(s.missions, nil)
	}
	id := fmt.Sprint("m", o)
	m := s.draw(id)
	if m.Organization != nil && m.Organization.Name != "" {
		cs = append(cs, s.rename(m.Organization))
	}
	seats := &mission.Seats{Ordinal: mission.Ordinal(o), State: m.State, Booking: m.Booking, Starts: m.Times.Starts, Ends: m.Times.Ends,
		ApplyBefore: m.Times.ApplyBefore, Created: s.now - s.Int64N(40*86400), Slots: []mission.SlotTerms{{}}}
	if old := s.missions[o]; old != nil {
		seats.Created, seats.Fills, seats.LastTaken = old.seats.Created, old.seats.Fills, old.seats.LastTaken
	}
	for i, t := range m.Times.Slots {
		if i == 0 {
			seats.Slots = nil
		}
		seats.Slots = append(seats.Slots, mission.SlotTerms{ID: m.Slots[i].ID, Pool: i % 2, Starts: t.Starts, Ends: t.Ends, Days: t.Days})
	}
	for range min(2, max(1, len(m.Slots))) {
		total := [...]int{1, 1, 2, 9, 80, mission.SeatsUnknown, 0}[s.IntN(7)]
		seats.Pools = append(seats.Pools, mission.Pool{Total: total})
	}
	s.missions[o] = &record{m, seats}
	return append(cs, s.tell(s.change(mission.MissionPut), o, m))
}

// rename gives an organisation the name that a mission carries.
func (s *state) rename(by *mission.OrgRef) mission.Change {
	c := s.change(mission.OrganizationPut)
	c.Organization = &mission.Organization{ID: by.ID, State: mission.OrgActive}
	if old := s.orgs[by.ID]; old != nil {
		*c.Organization, c.Record = *old.Organization, old.Record
	}
	c.Organization.Name = by.Name
	s.orgs[by.ID] = &c
	return c
}

func (s *state) tell(c mission.Change, o int, m *mission.Mission) mission.Change {
	r := s.missions[o]
	c.MissionID, c.MissionOrdinal, c.Mission, c.Seats = r.m.ID, mission.Ordinal(o), m, r.seats
	return c
}

// some draws up to n of the words.
func (s *state) some(n int, words ...string) (out []string) {
	for range s.IntN(n + 1) {
		out = append(out, words[s.IntN(len(words))])
	}
	return out
}

func (s *state) draw(id mission.ID) *mission.Mission {
	pick := func(words ...string) string { return words[s.IntN(len(words))] }
	m := &mission.Mission{ID: id, Title: "t", Publisher: pick("p1", "p2"), Group: pick("", "g1", "g2"), Tags: s.some(2, "a", "b", "c"),
		Remote: pick("no", "no", "no", "possible", "full", "local"), Booking: pick("here", "here", "elsewhere"), DateType: pick("", "once", "recurring"),
		Urgency: pick("calm", "normal", "normal", "urgent", "vital"), State: pick("open", "open", "open", "open", "closed")}
	for range 1 + s.IntN(2) {
		m.Domains = append(m.Domains, s.taxonomy.Domains[s.IntN(len(s.taxonomy.Domains))].ID)
		m.Activities = append(m.Activities, s.taxonomy.Activities[s.IntN(len(s.taxonomy.Activities))].ID)
	}
	if s.IntN(2) == 0 {
		m.Organization = &mission.OrgRef{ID: fmt.Sprint("o", s.IntN(6)), Networks: s.some(1, "n1")}
		if s.IntN(4) == 0 {
			m.Organization.Name = fmt.Sprint("name", s.IntN(4))
		}
	}
	if s.IntN(4) == 0 {
		m.Skills = []mission.Skill{{ID: pick("psc1", "anglais"), Required: s.IntN(2) == 0}}
	}
	if s.IntN(4) == 0 {
		m.Attributes = map[string]any{"level": float64(s.IntN(3))}
		m.Commitment = &mission.Commitment{Hours: float64(s.IntN(20)), Per: "week"}
	}
	for i := range [...]int{1, 1, 1, 1, 0, 3, 40}[s.IntN(7)] {
		p := geo.Point{Lat: 44 + float64(s.IntN(4)) + s.Float64()*0.2, Lon: 2 + float64(s.IntN(4)) + s.Float64()*0.2}
		if s.IntN(5) == 0 {
			p = geo.Point{Lat: 48.8566, Lon: 2.3522} // many at one point
		}
		m.Locations = append(m.Locations, mission.Location{ID: fmt.Sprint("l", i), Lat: &p.Lat, Lon: &p.Lon, City: pick("Ville", "bourg"), Department: pick("75", "48", "974")})
	}
	s.times(m)
	return m
}

func (s *state) times(m *mission.Mission) {
	day := int64(86400)
	m.Times.Zone = "Europe/Paris"
	if s.IntN(2) == 0 {
		m.Times.Starts = s.now + s.Int64N(20*day) - 5*day
		m.Times.Ends = m.Times.Starts + s.Int64N(20*day)
	}
	if s.IntN(5) == 0 {
		m.Times.ApplyBefore = s.now + s.Int64N(3*day)
	}
	if s.IntN(3) > 0 {
		return
	}
	for i := range 1 + s.IntN(3) {
		at := s.now + s.Int64N(3*day) - day/2
		m.Slots = append(m.Slots, mission.Slot{ID: fmt.Sprint("s", i)})
		m.Times.Slots = append(m.Times.Slots, mission.SlotTimes{Starts: at, Ends: at + s.Int64N(day/2), Days: mission.DayMask(s.IntN(8))})
	}
}

// seats changes a copy of a mission's seats.
func (s *state) seats(kind mission.ChangeKind, o int, edit func(*mission.Seats)) mission.Change {
	c := s.change(kind)
	next := *s.missions[o].seats
	next.Pools = slices.Clone(next.Pools)
	edit(&next)
	s.missions[o] = &record{s.missions[o].m, &next}
	c = s.tell(c, o, nil)
	return c
}

// step draws one change.
func (s *state) step() []mission.Change {
	o := s.IntN(len(s.missions))
	if s.missions[o] == nil {
		return s.put(len(s.missions))
	}
	switch n := s.IntN(100); {
	case n < 35:
		return []mission.Change{s.hold(o)}
	case n < 50:
		return s.release()
	case n < 60:
		return []mission.Change{s.seats(mission.SeatsChanged, o, func(t *mission.Seats) {
			if p := &t.Pools[0]; p.Total > 0 {
				p.Elsewhere = s.IntN(p.Total - p.Held + 1)
			}
		})}
	case n < 75:
		return s.put(o)
	case n < 79:
		return s.drop(o)
	case n < 87:
		return []mission.Change{s.organization()}
	case n < 95:
		return []mission.Change{s.volunteer()}
	}
	return s.put(len(s.missions))
}

// hold takes a seat of the first pool, if there is one.
func (s *state) hold(o int) mission.Change {
	s.next++
	h := &mission.Hold{ID: fmt.Sprint("h", s.next), Ordinal: mission.Ordinal(o), Volunteer: fmt.Sprint("v", s.IntN(12)), State: mission.Held}
	c := s.seats(mission.SeatHeld, o, func(t *mission.Seats) {
		p := &t.Pools[0]
		if p.Total != mission.SeatsUnknown && p.Free() <= 0 {
			h = nil
			return
		}
		p.Held++
		t.Fills.Add(s.now/86400, 1)
		t.LastTaken = s.now
	})
	if h != nil {
		s.live[h.ID] = h
	}
	c.Hold = h
	return c
}

// release ends one of the live holds; a third of them are refused.
func (s *state) release() []mission.Change {
	ids := make([]mission.ID, 0, len(s.live))
	for id := range s.live {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	h := *s.live[ids[s.IntN(len(ids))]]
	delete(s.live, h.ID)
	h.State = mission.Released
	if s.IntN(3) == 0 {
		h.Answer = mission.AnswerRefused
	}
	c := s.seats(mission.SeatReleased, int(h.Ordinal), func(t *mission.Seats) { t.Pools[0].Held = max(0, t.Pools[0].Held-1) })
	c.Hold = &h
	if h.Answer != "" {
		s.refused = append(s.refused, c)
	}
	return []mission.Change{c}
}

func (s *state) drop(o int) []mission.Change {
	for _, h := range s.live {
		if h.Ordinal == mission.Ordinal(o) {
			return nil // its seats are taken
		}
	}
	c := s.change(mission.MissionDeleted)
	c.MissionID, c.MissionOrdinal = s.missions[o].m.ID, mission.Ordinal(o)
	s.missions[o] = nil
	return []mission.Change{c}
}

func (s *state) organization() mission.Change {
	c := s.change(mission.OrganizationPut)
	c.Organization = &mission.Organization{ID: fmt.Sprint("o", s.IntN(6)), Name: fmt.Sprint("name", s.IntN(4)), State: mission.OrgActive}
	if s.IntN(4) == 0 {
		c.Organization.State = mission.OrgSuspended
	}
	c.Record = mission.Record{Answered: s.Int64N(50), Ignored: s.Int64N(9)}
	s.orgs[c.Organization.ID] = &c
	return c
}

func (s *state) volunteer() mission.Change {
	c := s.change(mission.VolunteerPut)
	n := s.IntN(12)
	p := geo.Point{Lat: 44 + s.Float64(), Lon: 3 + s.Float64()}
	c.VolunteerOrdinal = mission.Ordinal(n)
	c.Volunteer = &mission.Volunteer{ID: fmt.Sprint("v", n), Domains: s.some(2, "sante", "sport"), Skills: s.some(2, "psc1", "anglais"), RadiusKm: 12.3,
		Cell: geo.CellAt(p, mission.VolunteerLevel).Token(), BirthYear: 1980, Availability: s.some(2, "weekday", "now"), Remote: mission.RemoteOnly, Channel: "sms"}
	c.VolunteerID = c.Volunteer.ID
	s.volunteers[c.VolunteerID] = &c
	return c
}

func (s *state) tick(seconds int64) mission.Change {
	s.now += seconds
	return s.change(mission.Ticked)
}

func (s *state) putPolicy() mission.Change {
	p := *s.policy
	p.Version++
	p.Weights.Congestion, p.Diversity.UnservedDays, p.Distance.ScaleRank = s.Float64()*3, 1+s.IntN(30), 1+s.IntN(30)
	s.policy = &p
	c := s.change(mission.PolicyPut)
	c.Policy = s.policy
	return c
}

// putTaxonomy adds a domain: the others keep their places.
func (s *state) putTaxonomy() mission.Change {
	grown := &mission.Taxonomy{Name: "grown", Version: s.taxonomy.Version + 1, Activities: s.taxonomy.Activities,
		Domains: append(slices.Clone(s.taxonomy.Domains), mission.Domain{ID: fmt.Sprint("new", len(s.taxonomy.Domains)), Label: fmt.Sprint("New ", len(s.taxonomy.Domains))})}
	if err := grown.Compile(); err != nil {
		panic(err) // the test's own fault
	}
	s.taxonomy = grown
	c := s.change(mission.TaxonomyPut)
	c.Taxonomy = grown
	return c
}

// commit draws the changes of one commit.
func (s *state) commit() (cs []mission.Change) {
	for range 1 + s.IntN(10) {
		cs = append(cs, s.step()...)
	}
	switch n := s.IntN(10); {
	case n < 3:
		cs = append(cs, s.tick(1+s.Int64N(40)))
	case n < 4:
		cs = append(cs, s.tick(3600*(1+s.Int64N(20))))
	case n == 4 && s.IntN(4) == 0:
		cs = append(cs, s.putPolicy())
	case n == 5 && s.IntN(6) == 0:
		cs = append(cs, s.putTaxonomy())
	}
	return cs
}

// final gives changes that lead straight to the state, in a drawn order.
func (s *state) final() (cs []mission.Change) {
	for o, r := range s.missions {
		if r != nil {
			cs = append(cs, s.tell(mission.Change{Kind: mission.MissionPut}, o, r.m))
		}
	}
	for _, c := range s.orgs {
		cs = append(cs, *c)
	}
	for _, c := range s.volunteers {
		cs = append(cs, *c)
	}
	s.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
	for _, h := range s.live {
		o := int(h.Ordinal)
		cs = append(cs, mission.Change{Kind: mission.SeatHeld, MissionOrdinal: h.Ordinal, Seats: s.missions[o].seats, Hold: h})
	}
	for _, c := range s.refused {
		c.Seats = nil // seats are as they are, the answer stays
		cs = append(cs, c)
	}
	for i := range cs {
		cs[i].Seq = uint64(i + 1)
	}
	return cs
}
