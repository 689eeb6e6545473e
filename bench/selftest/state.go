package selftest

import (
	"sync"
	"time"

	"renfort/geo/gazetteer"
	"renfort/mission"
)

// state is what the server knows: plain lists and maps behind one lock. The
// order of a list is that in which its things came, so that walks are stable.
type state struct {
	mischief *mischief
	intake   *mission.Intake
	zones    *mission.Zones
	policy   *mission.Policy

	mu         sync.Mutex // guards all below
	seq        uint64
	filled     time.Time // when the missions were written
	touched    time.Time // the last write
	view       *view     // nil: none was made yet
	missions   []*record
	mission    map[string]*record
	volunteers []*person
	volunteer  map[string]*person
	crises     map[string]*crisis
	holds      []*hold
	hold       map[string]*hold
	twice      map[string]bool     // missions of which a seat was given twice
	live       map[[2]string]*hold // by volunteer and mission: what is held or confirmed
}

// record is a mission.
type record struct {
	at       int // in state.missions
	m        mission.Mission
	raw      []byte // as JSON
	ends     string // ends_at_instant as JSON
	pools    []mission.Pool
	slots    map[string]int // which pool a slot's seats are in
	lastSeat time.Time      // when one was given
}

// seats gives the sum of all pools.
func (r *record) seats() (sum mission.Pool) {
	for _, p := range r.pools {
		sum.Held, sum.Confirmed, sum.Over = sum.Held+p.Held, sum.Confirmed+p.Confirmed, sum.Over+p.Over
		if p.Total == mission.SeatsUnknown || sum.Total == mission.SeatsUnknown {
			sum.Total = mission.SeatsUnknown
		} else {
			sum.Total += p.Total
		}
	}
	return sum
}

// occupancy is the sum as it is answered.
func (r *record) occupancy() mission.Occupancy {
	sum := r.seats()
	return mission.Occupancy{Pool: sum, FreeSeats: sum.Free()}
}

// full says whether nobody can be given a seat; where nobody knows how many
// there are, somebody can.
func (r *record) full() bool {
	sum := r.seats()
	return sum.Total != mission.SeatsUnknown && sum.Free() <= 0
}

// person is a volunteer.
type person struct {
	at int // in state.volunteers; -1 for one that is gone
	v  mission.Volunteer
}

func newState(m *mischief) *state {
	zones := new(mission.Zones)
	return &state{mischief: m, zones: zones, policy: controlPolicy(),
		intake:  mission.NewIntake(mission.DefaultTaxonomy(), gazetteer.Default(), zones),
		mission: map[string]*record{}, volunteer: map[string]*person{}, crises: map[string]*crisis{}, hold: map[string]*hold{}, live: map[[2]string]*hold{}, twice: map[string]bool{}}
}

// controlPolicy leaves urgency out of the ranking: it looks at the past, which
// nobody but the server knows, and every score can then be derived to the last
// digit by whoever reads the policy.
func controlPolicy() *mission.Policy {
	p := mission.DefaultPolicy()
	p.Name, p.Weights.Urgency = "control", 0
	return p
}

// wrote counts a write; the lock is held.
func (s *state) wrote(now time.Time) uint64 {
	s.seq++
	s.touched = now
	return s.seq
}

// readMission makes a record of what was sent, with the path's id where there
// is one.
func (s *state) readMission(body []byte, id string) (*record, error) {
	r := &record{}
	if err := mission.Decode(body, &r.m); err != nil {
		return nil, err
	}
	if id != "" && r.m.ID == "" {
		r.m.ID = id
	}
	if err := s.intake.Mission(&r.m); err != nil {
		return nil, err
	}
	r.pools, r.slots = poolsOf(&r.m)
	r.ends = "null"
	if ends := r.m.Times.Ends; ends != 0 {
		r.ends = time.Unix(ends, 0).In(s.zones.Location(r.m.Times.Zone)).Format(`"` + time.RFC3339 + `"`)
	}
	var err error
	r.raw, err = mission.Encode(&r.m)
	return r, err
}

// poolsOf says which seats are given out together: a slot's own, or what the
// mission has beyond them. The shared pool comes first.
func poolsOf(m *mission.Mission) (pools []mission.Pool, slots map[string]int) {
	slots = map[string]int{}
	shared, own := len(m.Slots) == 0, 0
	for i := range m.Slots {
		if n := m.Slots[i].Seats; n != nil {
			own += *n
		} else {
			shared = true
		}
	}
	if shared {
		total := mission.SeatsUnknown
		if m.Seats != nil {
			total = *m.Seats - own
		}
		pools = append(pools, mission.Pool{Total: total})
	}
	for i := range m.Slots {
		slots[m.Slots[i].ID] = 0
		if n := m.Slots[i].Seats; n != nil {
			slots[m.Slots[i].ID] = len(pools)
			pools = append(pools, mission.Pool{Total: *n})
		}
	}
	return pools, slots
}

// putMission stores a record, unless a later one is there; seats that were
// taken stay so.
func (s *state) putMission(r *record, now time.Time) (created, older bool, seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.mission[r.m.ID]
	switch {
	case old != nil && r.m.Revision > 0 && r.m.Revision <= old.m.Revision:
		return false, true, s.seq
	case old == nil:
		r.at = len(s.missions)
		s.missions = append(s.missions, r)
	default:
		r.at, r.lastSeat = old.at, old.lastSeat
		if len(r.pools) == len(old.pools) { // else the caller changed its slots: nobody here does
			for i := range r.pools {
				r.pools[i].Held, r.pools[i].Confirmed = old.pools[i].Held, old.pools[i].Confirmed
			}
		}
		s.missions[r.at] = r
	}
	s.mission[r.m.ID] = r
	return old == nil, false, s.wrote(now)
}

// putVolunteer stores a volunteer.
func (s *state) putVolunteer(body []byte, id string, now time.Time) (p *person, created bool, seq uint64, err error) {
	p = &person{}
	if err := mission.Decode(body, &p.v); err != nil {
		return nil, false, 0, err
	}
	if id != "" {
		p.v.ID = id
	}
	if err := s.intake.Volunteer(&p.v, now); err != nil {
		return nil, false, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	created, seq = s.keepVolunteer(p, now)
	return p, created, seq, nil
}

// keepVolunteer stores somebody, or forgets them at once where the fault says
// so; the lock is held.
func (s *state) keepVolunteer(p *person, now time.Time) (created bool, seq uint64) {
	if s.mischief.strikes(LostPut) {
		return true, s.wrote(now)
	}
	old := s.volunteer[p.v.ID]
	if old == nil {
		p.at = len(s.volunteers)
		s.volunteers = append(s.volunteers, p)
	} else {
		p.at = old.at
		s.volunteers[p.at] = p
	}
	s.volunteer[p.v.ID] = p
	return old == nil, s.wrote(now)
}

// deleteMission and deleteVolunteer leave a hole in the list, so that walks
// under way skip nothing.
func (s *state) deleteMission(id string, now time.Time) (found bool, seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mission[id]
	if r == nil {
		return false, s.seq
	}
	s.missions[r.at] = nil
	delete(s.mission, id)
	return true, s.wrote(now)
}

func (s *state) deleteVolunteer(id string, now time.Time) (found bool, seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.volunteer[id]
	if p == nil {
		return false, s.seq
	}
	s.volunteers[p.at] = nil
	delete(s.volunteer, id)
	for _, h := range s.holds {
		if h != nil && h.volunteer == id && h.liveNow() {
			s.resolve(h, mission.Released, now)
		}
	}
	return true, s.wrote(now)
}
