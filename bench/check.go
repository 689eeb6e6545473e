package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"renfort/bench/result"
)

// notes keeps the first few of what was found wrong. It is safe for concurrent
// use.
type notes struct {
	mu    sync.Mutex
	first []string
}

// notesMax is how many are told; the rest is counted.
const notesMax = 5

func (n *notes) add(what string) {
	n.mu.Lock()
	if len(n.first) < notesMax {
		n.first = append(n.first, what)
	}
	n.mu.Unlock()
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.first, "; ")
}

// tally is one check as it is made.
type tally struct {
	name, when  string
	looked, bad int64
	notes       notes
}

// see looks at one more thing; what is said of it is wrong unless ok.
func (t *tally) see(ok bool, format string, args ...any) {
	t.looked++
	if !ok {
		t.bad++
		t.notes.add(fmt.Sprintf(format, args...))
	}
}

// check gives the check's end. One that had nothing to look at says so, and
// has failed.
func (t *tally) check() result.Check {
	c := result.Check{Name: t.name, When: t.when, OK: t.bad == 0 && t.looked > 0, Looked: t.looked}
	switch {
	case t.bad > 0:
		c.Detail = fmt.Sprintf("%d wrong: %s", t.bad, t.notes.String())
	case t.looked == 0:
		c.Detail = "there was nothing to look at"
	}
	return c
}

// seat is a seat as the service lists it.
type seat struct {
	Hold, Mission, Volunteer, State string
	Slots                           []string
}

// verify counts what is there after a run, by walking all of it.
func (p *play) verify(ctx context.Context) ([]result.Check, error) {
	var checks []result.Check
	if p.stale.looked.Load() > 0 {
		t := tally{name: "no full mission was offered", when: during, looked: p.stale.looked.Load(), bad: p.stale.bad.Load()}
		t.notes.add(p.stale.notes.String())
		checks = append(checks, t.check())
	}
	seats, err := p.walkSeats(ctx)
	if err != nil {
		return checks, err
	}
	now, err := readCatalogue(ctx, p.service)
	if err != nil {
		return checks, err
	}
	checks = append(checks, oversold(now, seats))
	if len(p.acks.seats) > 0 {
		checks = append(checks, p.seatsThere(seats))
	}
	if len(p.acks.people) > 0 {
		c, err := p.peopleThere(ctx)
		if err != nil {
			return checks, err
		}
		checks = append(checks, c)
	}
	if len(p.acks.missions) > 0 {
		checks = append(checks, p.missionsThere(now))
	}
	c, err := p.compareRankings(ctx, now, after)
	return append(checks, c...), err
}

// walkSeats gives every hold and seat, by hold.
func (p *play) walkSeats(ctx context.Context) (map[string]*seat, error) {
	all := map[string]*seat{}
	err := p.service.walk(ctx, "/v1/seats?limit=1000", "seats", func(raw json.RawMessage) error {
		var s seat
		if err := json.Unmarshal(raw, &s); err != nil {
			return fmt.Errorf("bench: a seat of the walk: %w", err)
		}
		all[s.Hold] = &s
		return nil
	})
	return all, err
}

// live says whether a seat is taken.
func (s *seat) live() bool { return s.State == "held" || s.State == "confirmed" }

// oversold counts, mission by mission, the seats that are taken, by the seats
// themselves and by what the mission says.
func oversold(now *catalogue, seats map[string]*seat) result.Check {
	t := tally{name: "no seat was given twice", when: after}
	counted := map[string]int{}
	twice := map[string]string{}
	for _, s := range seats {
		if !s.live() {
			continue
		}
		counted[s.Mission]++
		key := s.Mission + "\x00" + s.Volunteer + "\x00" + strings.Join(s.Slots, ",")
		if other := twice[key]; other != "" {
			t.see(false, "%s has %s and %s on %s", s.Volunteer, other, s.Hold, s.Mission)
		}
		twice[key] = s.Hold
	}
	for i := range now.missions {
		m := &now.missions[i]
		o := &m.Occupancy
		if o.Total == nil {
			continue
		}
		n := counted[string(m.ID)]
		t.see(len(m.Slots) > 0 || n <= *o.Total, "%s has %d seats and %d are taken", m.ID, *o.Total, n)
		t.see(m.over == 0 || o.Elsewhere > 0, "%s says that it is oversold by %d", m.ID, m.over)
	}
	return t.check()
}

// seatsThere looks for every hold that was acknowledged.
func (p *play) seatsThere(seats map[string]*seat) result.Check {
	t := tally{name: "no acknowledged seat was lost", when: after}
	for hold, want := range p.acks.seats {
		s := seats[hold]
		switch {
		case want.open:
			t.see(s != nil, "%s of %s on %s was held and is gone", hold, want.volunteer, want.mission)
		case want.confirmed:
			t.see(s != nil && s.State == "confirmed" && s.Mission == want.mission && s.Volunteer == want.volunteer,
				"%s of %s on %s was confirmed and is %s", hold, want.volunteer, want.mission, stateOf(s))
		case want.released:
			t.see(s == nil || !s.live(), "%s of %s on %s was released and is %s", hold, want.volunteer, want.mission, stateOf(s))
		default: // held: it may have expired meanwhile
			t.see(s != nil && s.Volunteer == want.volunteer, "%s of %s on %s was held and is gone", hold, want.volunteer, want.mission)
		}
	}
	return t.check()
}

// stateOf says how a seat stands.
func stateOf(s *seat) string {
	if s == nil {
		return "gone"
	}
	return s.State + " of " + s.Volunteer + " on " + s.Mission
}

// peopleThere looks for everybody whose sign-up was acknowledged.
func (p *play) peopleThere(ctx context.Context) (result.Check, error) {
	t := tally{name: "no acknowledged sign-up was lost", when: after}
	there := make(map[string]bool, len(p.acks.people))
	err := p.service.walk(ctx, "/v1/volunteers?limit=1000", "volunteers", func(raw json.RawMessage) error {
		var v struct{ ID string }
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("bench: a volunteer of the walk: %w", err)
		}
		there[v.ID] = true
		return nil
	})
	if err != nil {
		return result.Check{}, err
	}
	for id := range p.acks.people {
		t.see(there[id], "%s was acknowledged and is gone", id)
	}
	for id := range there {
		if strings.HasPrefix(id, p.people.prefix) && !p.acks.people[id] && !p.acks.unknown[id] {
			t.see(false, "%s is there, and nobody was told", id)
		}
	}
	return t.check(), nil
}

// missionsThere looks for every mission that was written, in its last
// acknowledged revision or a later one.
func (p *play) missionsThere(now *catalogue) result.Check {
	t := tally{name: "no acknowledged mission was lost", when: after}
	for id, revision := range p.acks.missions {
		m := now.byID[id]
		t.see(m != nil && int(m.Revision) >= revision, "%s was written in revision %d and is not there in it", id, revision)
	}
	return t.check()
}
