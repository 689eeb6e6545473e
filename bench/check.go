package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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
	Origin                          string // import: given before Renfort, and may exceed what there is
}

// verify counts what is there after a run, by walking all of it.
func (p *play) verify(ctx context.Context) ([]result.Check, error) {
	var checks []result.Check
	if p.stale.looked.Load() > 0 && p.config.Shards == 1 { // other shards give seats back that nobody tells of here
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
	if err := p.giveBack(ctx); err != nil {
		return checks, err
	}
	if now, err = readCatalogue(ctx, p.service); err != nil {
		return checks, err
	}
	if p.config.Shards > 1 {
		return checks, nil // others may still write
	}
	c, err := p.compareRankings(ctx, now, after)
	return append(checks, c...), err
}

// giveBack releases what people held and went away from: else it lapses while
// rankings are compared.
func (p *play) giveBack(ctx context.Context) error {
	var left []string
	for hold, t := range p.acks.seats {
		if !t.confirmed && !t.released {
			left = append(left, hold)
		}
	}
	return inParallel(len(left), func(i int) error {
		err := p.service.json(ctx, http.MethodPost, "/v1/holds/"+left[i]+"/release", []byte(`{}`), nil)
		var r *refusal
		if errors.As(err, &r) && (r.status == http.StatusGone || r.status == http.StatusConflict) {
			return nil // it has lapsed, or was resolved and nobody told
		}
		return err
	})
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

// oversold counts, pool by pool, the seats that are taken: by the seats
// themselves, and by what the mission says. A slot with seats of its own is a
// pool; the slots without share the mission's.
func oversold(now *catalogue, seats map[string]*seat) result.Check {
	t := tally{name: "no seat was given twice", when: after}
	counted := map[string]map[string]int{} // by mission and pool
	twice := map[string]string{}
	imported := map[string]bool{}
	for _, s := range seats {
		m := now.byID[s.Mission]
		if !s.live() || m == nil {
			continue
		}
		if s.Origin == "import" {
			imported[s.Mission] = true
			continue
		}
		if counted[s.Mission] == nil {
			counted[s.Mission] = map[string]int{}
		}
		for pool := range poolsOf(m, s.Slots) {
			counted[s.Mission][pool]++
		}
		for _, slot := range append(s.Slots[:len(s.Slots):len(s.Slots)], "")[:max(1, len(s.Slots))] {
			key := s.Mission + "\x00" + s.Volunteer + "\x00" + slot
			if other := twice[key]; other != "" {
				t.see(false, "%s has %s and %s on %s", s.Volunteer, other, s.Hold, s.Mission)
			}
			twice[key] = s.Hold
		}
	}
	for i := range now.missions {
		m := &now.missions[i]
		for pool, seats := range seatsOf(m) {
			n := counted[string(m.ID)][pool]
			t.see(n <= seats, "%s has %d seats in %s and %d are taken", m.ID, seats, poolName(pool), n)
		}
		t.see(m.over == 0 || m.Occupancy.Elsewhere > 0 || imported[string(m.ID)], "%s says that it is oversold by %d", m.ID, m.over)
	}
	return t.check()
}

// seatsOf gives the seats of each pool of a mission: by slot, and "" for what
// the others share. Pools of which nobody knows the seats are left out.
func seatsOf(m *listed) map[string]int {
	all := map[string]int{}
	shared := len(m.Slots) == 0
	for _, s := range m.Slots {
		if s.Seats != nil {
			all[s.ID] = *s.Seats
		} else {
			shared = true
		}
	}
	if shared && m.Occupancy.Total != nil {
		all[""] = *m.Occupancy.Total
		for slot, n := range all {
			if slot != "" {
				all[""] -= n
			}
		}
	}
	return all
}

// poolsOf gives the pools that a seat takes one of each from.
func poolsOf(m *listed, slots []string) map[string]bool {
	pools := map[string]bool{}
	for _, id := range slots {
		pool := ""
		for _, s := range m.Slots {
			if s.ID == id && s.Seats != nil {
				pool = id
			}
		}
		pools[pool] = true
	}
	if len(slots) == 0 {
		pools[""] = true
	}
	return pools
}

// poolName says which seats are meant.
func poolName(slot string) string {
	if slot == "" {
		return "all"
	}
	return "slot " + slot
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
		if p.config.Shards > 1 {
			break // the others' people bear the same run's id
		}
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
