package matcher_test

import (
	"maps"
	"slices"

	"renfort/geo"
	"renfort/mission"
)

// toy is the state of the house as the oracle keeps it: plain nouns in maps
// and slices, nothing precomputed. Every method that changes it returns the
// mission.Change that tells the index the same.
type toy struct {
	seq        uint64
	now        int64 // log time
	policy     *mission.Policy
	taxonomy   *mission.Taxonomy
	zones      *mission.Zones
	missions   map[mission.ID]*toyMission
	byOrdinal  []*toyMission // nil once deleted
	orgs       map[mission.ID]toyOrg
	volunteers map[mission.ID]*mission.Volunteer
	numbers    map[mission.ID]mission.Ordinal // of volunteers
	holds      []*mission.Hold
	past       map[mission.ID]map[mission.Ordinal]bool // refused or waved away
	climate    toyClimate
	crises     map[mission.ID]*mission.Crisis
	base       []toyPlace // what scales are measured on
	unsettled  bool       // a Tick or a policy came since base was taken
	version    int        // grows with every change: what cached standings belong to
}

type toyMission struct {
	*mission.Mission
	ordinal mission.Ordinal
	seats   *mission.Seats
	cached  map[*mission.Policy]toyStanding
}

type toyOrg struct {
	suspended bool
	record    mission.Record
}

// toyClimate is what was counted at the first Tick of a minute.
type toyClimate struct {
	minute int64
	fills  map[string]int64
	days   map[string]float64
	median float64
}

// toyPlace is where a mission was to be had when scales were last taken.
type toyPlace struct{ points []geo.Point }

func newToy(p *mission.Policy) *toy {
	return &toy{policy: p, taxonomy: mission.DefaultTaxonomy(), zones: new(mission.Zones), missions: map[mission.ID]*toyMission{},
		orgs: map[mission.ID]toyOrg{}, volunteers: map[mission.ID]*mission.Volunteer{}, numbers: map[mission.ID]mission.Ordinal{},
		past: map[mission.ID]map[mission.Ordinal]bool{}, crises: map[mission.ID]*mission.Crisis{}}
}

// change starts a Change with the next Seq.
func (t *toy) change(kind mission.ChangeKind) mission.Change {
	t.seq++
	t.version++
	return mission.Change{Seq: t.seq, At: t.now, Kind: kind}
}

// put creates or replaces a mission; its new seats keep what was taken.
func (t *toy) put(m *mission.Mission, fresh *mission.Seats) mission.Change {
	c := t.change(mission.MissionPut)
	old := t.missions[m.ID]
	s := *fresh
	if old == nil {
		s.Ordinal = mission.Ordinal(len(t.byOrdinal))
		t.byOrdinal = append(t.byOrdinal, nil)
	} else {
		s.Ordinal, s.Created, s.Fills, s.LastTaken = old.ordinal, old.seats.Created, old.seats.Fills, old.seats.LastTaken
		carry(&s, old.seats)
	}
	now := &toyMission{Mission: m, ordinal: s.Ordinal, seats: &s}
	t.missions[m.ID], t.byOrdinal[s.Ordinal] = now, now
	c.MissionID, c.MissionOrdinal, c.Mission, c.Seats = m.ID, s.Ordinal, m, &s
	return c
}

// carry keeps what was taken where the pools are the same, and drops it where
// they are not: how seats move is the store's business.
func carry(s, old *mission.Seats) {
	s.Pools = slices.Clone(s.Pools)
	if len(s.Pools) != len(old.Pools) {
		return
	}
	for i := range s.Pools {
		p, o := &s.Pools[i], old.Pools[i]
		p.Elsewhere, p.Held, p.Confirmed = o.Elsewhere, o.Held, o.Confirmed
		settle(p)
	}
}

// settle sets what a pool gave out beyond its total.
func settle(p *mission.Pool) {
	p.Over = 0
	if p.Total != mission.SeatsUnknown {
		p.Over = max(0, p.Taken()-p.Total)
	}
}

// delete removes a mission; its live holds are released first.
func (t *toy) delete(m *toyMission) []mission.Change {
	var cs []mission.Change
	for _, h := range t.holds {
		if h.Live() && h.Ordinal == m.ordinal {
			cs = append(cs, t.resolve(h, mission.SeatReleased, mission.Released))
		}
	}
	c := t.change(mission.MissionDeleted)
	c.MissionID, c.MissionOrdinal = m.ID, m.ordinal
	delete(t.missions, m.ID)
	t.byOrdinal[m.ordinal] = nil
	return append(cs, c)
}

// seated edits a copy of a mission's seats and tells of it.
func (t *toy) seated(m *toyMission, kind mission.ChangeKind, edit func(*mission.Seats)) mission.Change {
	c := t.change(kind)
	s := *m.seats
	s.Pools = slices.Clone(s.Pools)
	edit(&s)
	m.seats = &s
	c.MissionID, c.MissionOrdinal, c.Seats = m.ID, m.ordinal, &s
	return c
}

// hold takes a seat in the pool of one slot.
func (t *toy) hold(m *toyMission, slot int, volunteer, id mission.ID) mission.Change {
	h := &mission.Hold{ID: id, Mission: m.ID, Ordinal: m.ordinal, Volunteer: volunteer, State: mission.Held,
		Slots: []string{m.seats.Slots[slot].ID}, Created: t.now, Expires: t.now + 480}
	c := t.seated(m, mission.SeatHeld, func(s *mission.Seats) {
		s.Pools[s.Slots[slot].Pool].Held++
		s.Fills.Add(t.now/86400, 1)
		s.LastTaken = t.now
	})
	t.holds = append(t.holds, h)
	c.Hold = copyOf(h)
	return c
}

func copyOf(h *mission.Hold) *mission.Hold { c := *h; return &c }

// resolve ends or confirms a hold.
func (t *toy) resolve(h *mission.Hold, kind mission.ChangeKind, state string) mission.Change {
	before := h.State
	h.State = state
	c := t.seated(t.byOrdinal[h.Ordinal], kind, func(s *mission.Seats) {
		i := slices.IndexFunc(s.Slots, func(slot mission.SlotTerms) bool { return slot.ID == h.Slots[0] })
		if i < 0 {
			return // the slot was written away
		}
		p := &s.Pools[s.Slots[i].Pool]
		if before == mission.Held && p.Held > 0 {
			p.Held--
		} else if before == mission.Confirmed && p.Confirmed > 0 {
			p.Confirmed--
		}
		if state == mission.Confirmed {
			p.Confirmed++
			s.LastTaken = t.now
		}
		settle(p)
	})
	c.Hold = copyOf(h)
	return c
}

// refuse answers a confirmed seat: it is released, and the mission is not for
// that person any more.
func (t *toy) refuse(h *mission.Hold) mission.Change {
	h.Answer = mission.AnswerRefused
	c := t.resolve(h, mission.SeatAnswered, mission.Released)
	t.bar(h.Volunteer, h.Ordinal)
	return c
}

func (t *toy) bar(volunteer mission.ID, o mission.Ordinal) {
	if t.past[volunteer] == nil {
		t.past[volunteer] = map[mission.Ordinal]bool{}
	}
	t.past[volunteer][o] = true
}

// dismiss is somebody waving a mission away.
func (t *toy) dismiss(volunteer mission.ID, m *toyMission) mission.Change {
	c := t.change(mission.FeedbackGiven)
	c.MissionID, c.MissionOrdinal = m.ID, m.ordinal
	c.Feedback = &mission.Feedback{Type: "dismissed", Volunteer: volunteer, Missions: []mission.ID{m.ID}}
	t.bar(volunteer, m.ordinal)
	return c
}

func (t *toy) putOrg(id mission.ID, o toyOrg, kind mission.ChangeKind) mission.Change {
	c := t.change(kind)
	state := mission.OrgActive
	if o.suspended {
		state = mission.OrgSuspended
	}
	c.Organization, c.Record = &mission.Organization{ID: id, State: state}, o.record
	t.orgs[id] = o
	return c
}

func (t *toy) putVolunteer(v *mission.Volunteer) mission.Change {
	c := t.change(mission.VolunteerPut)
	n, ok := t.numbers[v.ID]
	if !ok {
		n = mission.Ordinal(len(t.numbers))
		t.numbers[v.ID] = n
	}
	t.volunteers[v.ID] = v
	c.VolunteerID, c.VolunteerOrdinal, c.Volunteer = v.ID, n, v
	return c
}

func (t *toy) erase(id mission.ID) mission.Change {
	c := t.change(mission.VolunteerErased)
	c.VolunteerID = id
	delete(t.volunteers, id)
	delete(t.past, id)
	for _, h := range t.holds {
		if h.Volunteer == id {
			h.Volunteer = ""
		}
	}
	return c
}

func (t *toy) putPolicy(p *mission.Policy) mission.Change {
	c := t.change(mission.PolicyPut)
	t.policy, c.Policy, t.unsettled = p, p, true
	return c
}

// tick moves log time, and takes the climate at a new minute.
func (t *toy) tick(seconds int64) mission.Change {
	t.now += seconds
	c := t.change(mission.Ticked)
	t.unsettled = true
	if minute := t.now - t.now%60; minute != t.climate.minute {
		t.takeClimate(minute)
	}
	return c
}

// applied is called when the changes so far have been published: what scales
// are measured on is the state published by the last Tick.
func (t *toy) applied() {
	if !t.unsettled {
		return
	}
	t.unsettled = false
	t.base = t.base[:0]
	for _, m := range t.alive() {
		if t.available(m) && m.Placed() {
			t.base = append(t.base, toyPlace{pointsOf(m.Mission)})
		}
	}
}

func pointsOf(m *mission.Mission) []geo.Point {
	points := make([]geo.Point, len(m.Locations))
	for i := range m.Locations {
		points[i], _ = m.Locations[i].Point()
	}
	return points
}

// alive gives the missions that exist, by ordinal.
func (t *toy) alive() []*toyMission {
	all := make([]*toyMission, 0, len(t.missions))
	for _, m := range t.byOrdinal {
		if m != nil {
			all = append(all, m)
		}
	}
	return all
}

func (t *toy) volunteerIDs() []mission.ID { return slices.Sorted(maps.Keys(t.volunteers)) }
