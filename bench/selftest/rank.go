package selftest

import (
	"fmt"
	"time"

	"renfort/bench/truth"
	"renfort/mission"
)

// view is what pages are made of: the truth at an instant. Whether the bench
// can tell a right page from a wrong one is tried here, not whether its brute
// force is right: so the control answers by the same.
type view struct {
	truth *truth.Truth
	at    time.Time // whole seconds
	seq   uint64
	blind bool // to seats that are taken: the fault
}

// quietAfter is how long no write must have come before a page is made of the
// seats as they are. While writes come, pages are made of what was, less what
// is full by now, as a service with a cache would: who compares rankings does
// so when it is quiet.
const quietAfter = 100 * time.Millisecond

// look gives a view of now, or an older one where there is no time for it; the
// lock is held.
func (s *state) look(now time.Time) (*view, error) {
	at := now.UTC().Truncate(time.Second)
	blind := s.mischief.fault == Stale && s.mischief.armed.Load() != 0
	if v := s.view; v != nil && v.blind == blind && (v.seq == s.seq && v.at.Equal(at) || now.Sub(s.touched) < quietAfter) {
		return v, nil
	}
	rules := truth.Rules{Policy: s.policy, At: at, Since: s.filled, Until: s.filled}
	for _, c := range s.crises {
		rules.Crises = append(rules.Crises, truth.Crisis{Crisis: c.Crisis, StartsAt: c.StartsAt, EndsAt: c.EndsAt})
	}
	var missions []truth.Mission
	for _, r := range s.missions {
		if r == nil {
			continue
		}
		m, err := r.told(blind)
		if err != nil {
			return nil, err
		}
		missions = append(missions, m)
	}
	all, err := truth.New(missions, rules)
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	s.view = &view{all, at, s.seq, blind}
	return s.view, nil
}

// told gives a mission as the truth reads it; blind to seats that are taken.
func (r *record) told(blind bool) (truth.Mission, error) {
	if blind {
		fresh := *r
		fresh.pools, fresh.slots = poolsOf(&r.m)
		r = &fresh
	}
	o := r.occupancy()
	m := truth.Mission{Mission: r.m, Occupancy: truth.Occupancy{Held: o.Held, Confirmed: o.Confirmed}}
	if o.Total != mission.SeatsUnknown {
		m.Occupancy.Total, m.Occupancy.Free = &o.Total, &o.FreeSeats
	}
	seating, err := truth.ReadSeating(append(r.appendSeats(nil), '}'))
	m.Seating = seating
	return m, err
}

// page ranks for somebody; the lock is held. What is full is left out, but by
// the fault; two places are exchanged where the fault says so.
func (s *state) page(v *mission.Volunteer, limit int, now time.Time) (page, error) {
	seen, err := s.look(now)
	if err != nil {
		return page{}, err
	}
	answer, err := seen.truth.Recommend(truth.Request{Profile: *v, Limit: limit})
	if err != nil {
		return page{}, err
	}
	p := page{at: seen.at, seq: s.seq, widened: answer.Widened}
	stale := s.mischief.strikes(Stale)
	for _, it := range answer.Items {
		if r := s.mission[it.ID]; r != nil && (stale || !r.full()) {
			p.places = append(p.places, place{r, it.Score, it.Km})
		}
	}
	s.mistake(p.places)
	return p, nil
}

// mistake exchanges two neighbours whose scores differ, where the fault says
// so, and their scores too: the page looks right.
func (s *state) mistake(places []place) {
	for i := range len(places) - 1 {
		a, b := &places[i], &places[i+1]
		if a.score < 1.01*b.score {
			continue
		}
		if s.mischief.strikes(Ranking) {
			*a, *b = place{b.r, a.score, b.km}, place{a.r, b.score, a.km}
		}
		return
	}
}
