package store

import (
	"fmt"
	"slices"

	"renfort/mission"
)

// seatPlan is what a write of a mission makes of its seats.
type seatPlan struct {
	seats   *mission.Seats
	release []mission.ID     // live holds that a cancellation ends
	leave   []*waitingRecord // places in lists of slots that are left out
	kept    bool             // a total stayed above what was asked for

	left      *int       // seats that the platform says are free, nil: it does not
	withdrawn withdrawal // what the record says of it from now on
}

// terms turns what a mission says into slots and pools. Slots with seats have
// a pool each; the others share one, which then is the first and has what the
// mission has beyond the rest; a mission without slots has one unnamed one.
func terms(m *mission.Mission) *mission.Seats {
	s := &mission.Seats{Organization: m.OrganizationID(), State: m.State, Booking: m.Booking, Starts: m.Times.Starts,
		Ends: m.Times.Ends, ApplyBefore: m.Times.ApplyBefore, MinAge: m.MinimumAge(), MaxAge: m.MaximumAge()}
	own, shared := 0, len(m.Slots) == 0
	for _, slot := range m.Slots {
		if slot.Seats != nil {
			own += *slot.Seats
		} else {
			shared = true
		}
	}
	if shared {
		total := mission.SeatsUnknown
		if m.Seats != nil {
			total = *m.Seats - own
		}
		s.Pools = append(s.Pools, mission.Pool{Total: total})
	}
	if len(m.Slots) == 0 {
		s.Slots = []mission.SlotTerms{{Starts: m.Times.Starts, Ends: m.Times.Ends, Days: m.Times.Days}}
	}
	for i, slot := range m.Slots {
		t := mission.SlotTerms{ID: slot.ID}
		if i < len(m.Times.Slots) {
			t.Starts, t.Ends, t.Days = m.Times.Slots[i].Starts, m.Times.Slots[i].Ends, m.Times.Slots[i].Days
		}
		if slot.Seats != nil {
			t.Pool = len(s.Pools)
			s.Pools = append(s.Pools, mission.Pool{Total: *slot.Seats})
		}
		s.Slots = append(s.Slots, t)
	}
	return s
}

// sharesFirst says whether the first pool of fresh terms is the shared one.
func sharesFirst(m *mission.Mission) bool {
	return len(m.Slots) == 0 || slices.ContainsFunc(m.Slots, func(s mission.Slot) bool { return s.Seats == nil })
}

// plan works out the seats after a write, or refuses it: seats that were
// given out do not vanish, and no total goes below them.
func (r *reducer) plan(c *mission.PutMission, now *missionState) (*seatPlan, error) {
	m := c.Mission
	p := &seatPlan{seats: terms(m), left: leftOf(c)}
	if !now.exists {
		p.countElsewhere(m)
		return p, nil
	}
	old, next := now.seats, p.seats
	next.Ordinal, next.Fills, next.Links, next.Created, next.LastTaken = old.Ordinal, old.Fills, old.Links, old.Created, old.LastTaken
	t := old.Totals()
	live := t.Held+t.Confirmed > 0
	if m.State == mission.StateCancelled && live {
		p.release, _ = r.holdsOf(now.ordinal)
		live = false
	}
	if err := carryElsewhere(old, next, sharesFirst(m)); err != nil {
		return nil, err
	}
	if live {
		if err := r.carryLive(old, next, sharesFirst(m)); err != nil {
			return nil, err
		}
	}
	p.leave = r.carryWaiting(old, next)
	p.countElsewhere(m)
	return p, p.checkTotals(old, m, c.KeepTaken)
}

// leftOf gives how many seats the platform says are free, nil where it says
// nothing that can be reckoned with: one pool of a known size is needed. Of a
// cancelled mission nothing is left, whoever says what.
func leftOf(c *mission.PutMission) *int {
	m := c.Mission
	if m.Seats == nil || m.State == mission.StateCancelled || slices.ContainsFunc(m.Slots, func(s mission.Slot) bool { return s.Seats != nil }) {
		return nil
	}
	return c.Left
}

// countElsewhere works out what the platform gave out on its own side from what
// it says is left. It knows what was confirmed here, and counts it as gone; what
// is held it does not know. So held seats may be over the total then, and stay:
// nothing is free until there are fewer.
func (p *seatPlan) countElsewhere(m *mission.Mission) {
	if p.left == nil {
		return
	}
	pool := &p.seats.Pools[0]
	pool.Elsewhere = max(0, *m.Seats-*p.left-pool.Confirmed)
	settle(pool)
}

// sameShape says whether two sets of terms have the same slots in the same
// pools, so that pools can be carried over one by one.
func sameShape(a, b *mission.Seats) bool {
	return len(a.Pools) == len(b.Pools) && slices.EqualFunc(a.Slots, b.Slots, func(x, y mission.SlotTerms) bool {
		return x.ID == y.ID && x.Pool == y.Pool
	})
}

// carryElsewhere moves what the platform gave out to the pool of the first
// slot of the old pool that is still there; an unnamed slot's to the shared one.
func carryElsewhere(old, next *mission.Seats, shared bool) error {
	for i, p := range old.Pools {
		if p.Elsewhere == 0 {
			continue
		}
		to, ok := heir(old, next, i, shared)
		if !ok {
			return vanished(old, i, p.Elsewhere, "given out elsewhere")
		}
		next.Pools[to].Elsewhere += p.Elsewhere
	}
	return nil
}

// heir finds the pool that a pool's seats go to.
func heir(old, next *mission.Seats, pool int, shared bool) (int, bool) {
	for _, t := range old.Slots {
		if t.Pool != pool {
			continue
		}
		if t.ID == "" {
			return 0, shared
		}
		if n, ok := slotOf(next, t.ID); ok {
			return n.Pool, true
		}
	}
	return 0, false
}

func vanished(s *mission.Seats, pool, taken int, how string) error {
	e := mission.Errorf(mission.Conflict, "the write leaves out a slot in which %d seats are %s%s", taken, how, inSlot(s, pool))
	if len(s.Pools) == 1 && s.Slots[0].ID != "" {
		e.Detail += fmt.Sprintf(" (%q)", s.Slots[0].ID)
	}
	e.Taken, e.Minimum = taken, taken
	return e
}

// carryLive counts the live holds into the new pools. Only a write that moves
// slots between pools has to look at the holds themselves.
func (r *reducer) carryLive(old, next *mission.Seats, shared bool) error {
	if sameShape(old, next) {
		for i, p := range old.Pools {
			next.Pools[i].Held, next.Pools[i].Confirmed = p.Held, p.Confirmed
		}
		return nil
	}
	live, _ := r.holdsOf(old.Ordinal)
	for _, id := range live {
		h, _ := r.hold(id)
		if err := h.sit(next, shared); err != nil {
			return err
		}
	}
	return nil
}

// sit counts a live hold in the pools of its slots, which must all be there.
func (h *holdRecord) sit(next *mission.Seats, shared bool) error {
	if len(h.Slots) == 0 && !shared {
		e := mission.Errorf(mission.Conflict, "the write leaves no pool for seats that were given out without naming a slot")
		e.Taken, e.Minimum = 1, 1
		return e
	}
	for _, id := range h.Slots {
		if _, ok := slotOf(next, id); !ok {
			e := mission.Errorf(mission.Conflict, "the write leaves out slot %q, in which somebody has a seat", id)
			e.Taken, e.Minimum = 1, 1
			return e
		}
	}
	for _, i := range poolsOf(next, &h.Hold) {
		if h.State == mission.Held {
			next.Pools[i].Held++
		} else {
			next.Pools[i].Confirmed++
		}
	}
	return nil
}

// checkTotals refuses totals below what is taken (where the platform says what
// is left: taken here), or keeps them there. What a pool of the same shape was
// over before may stay: that is not a cut.
func (p *seatPlan) checkTotals(old *mission.Seats, m *mission.Mission, keep bool) error {
	same := sameShape(old, p.seats)
	for i := range p.seats.Pools {
		pool := &p.seats.Pools[i]
		least := pool.Taken()
		if p.left != nil {
			least = pool.Held + pool.Confirmed // what is elsewhere was reckoned from the new total
		}
		if same && old.Pools[i].Total != mission.SeatsUnknown {
			least = min(least, old.Pools[i].Total)
		}
		if pool.Total != mission.SeatsUnknown && pool.Total < least {
			if !keep {
				return cut(p.seats, i, least, sharesFirst(m))
			}
			pool.Total, p.kept = least, true
		}
		settle(pool)
	}
	return nil
}

// cut says by how much a write cuts too deep. Minimum is the least number for
// the field that the platform wrote: the slot's, or the mission's.
func cut(s *mission.Seats, pool, least int, shared bool) error {
	e := mission.Errorf(mission.Conflict, "seats cannot go below the %d that are taken%s", least, inSlot(s, pool))
	e.Taken, e.Minimum = s.Pools[pool].Taken(), least
	if pool == 0 && shared {
		for _, own := range s.Pools[1:] {
			e.Minimum += own.Total
		}
	}
	return e
}

func (r *reducer) setElsewhere(c mission.SetElsewhere) (mission.Result, error) {
	o, ok := r.missionOrdinal(c.Mission)
	if !ok {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no mission %q", c.Mission)
	}
	s := r.seatsOf(o)
	i, err := poolNamed(s, c.Slot)
	if err != nil {
		return mission.Result{}, err
	}
	taken := s.Pools[i].Elsewhere
	if c.Taken != nil {
		taken = *c.Taken
	} else {
		taken += *c.Add
	}
	if taken < 0 || taken > mission.SeatsMax {
		return mission.Result{}, invalid("/taken", fmt.Sprintf("would be %d; it must be from 0 to %d", taken, mission.SeatsMax))
	}
	if taken == s.Pools[i].Elsewhere {
		return mission.Result{Outcome: mission.Unchanged, Occupancy: s.Totals(), Free: s.Free()}, nil
	}
	next := copySeats(s)
	next.Pools[i].Elsewhere = taken
	settle(&next.Pools[i])
	r.putSeats(o, next)
	r.emit(mission.Change{Kind: mission.SeatsChanged, MissionID: c.Mission, MissionOrdinal: o, Seats: next})
	return mission.Result{Outcome: mission.Updated, Occupancy: next.Totals(), Free: next.Free()}, nil
}

// poolNamed gives the pool of a slot, "" for a mission of one pool.
func poolNamed(s *mission.Seats, slot string) (int, error) {
	if slot == "" {
		if len(s.Pools) > 1 {
			return 0, invalid("/slot", "is required: the mission has the slots "+slotNames(s))
		}
		return 0, nil
	}
	t, ok := slotOf(s, slot)
	if !ok {
		return 0, invalid("/slot", fmt.Sprintf("%q is no slot of this mission; it has %s", slot, slotNames(s)))
	}
	return t.Pool, nil
}
