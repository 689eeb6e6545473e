package store

import (
	"cmp"
	"fmt"
	"slices"

	"renfort/mission"
)

// recall sends people home: it takes back confirmed and held seats and places in
// lists, of the slots named or of all, and stands down who was asked and is
// silent. Taking seats back pauses an open mission in the same command, so that
// nobody is offered what it has emptied, whatever comes between this command
// and the next. A repeat goes on with those who are left.
func (r *reducer) recall(c mission.Recall) (mission.Result, error) {
	now := r.missionState(c.Mission)
	if !now.exists {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no mission %q", c.Mission)
	}
	for i, slot := range c.Slots {
		if _, ok := slotOf(now.seats, slot); !ok {
			return mission.Result{}, invalid(fmt.Sprintf("/slots/%d", i), fmt.Sprintf("%q is no slot of this mission; it has %s", slot, slotNames(now.seats)))
		}
	}
	res := mission.Result{}
	if takesSeats(c.To) && now.seats.State == mission.StateOpen {
		r.restate(&now, mission.StatePaused, withdrawal{})
	}
	all := r.recalled(&c, now.ordinal)
	for len(all) > 0 && res.Asked < mission.RecallMax {
		n := samePerson(all)
		r.sendHome(&c, all[:n], &res.Recalled)
		all = all[n:]
		res.Asked++
	}
	res.More = len(all) > 0
	if slices.Contains(c.To, mission.RecallAsked) { // with nobody left to tell, it still stops the asking
		n, more := r.recallAsked(now.ordinal, &c, mission.RecallMax-res.Asked)
		res.Recalled.Asked, res.Asked, res.More = n, res.Asked+n, res.More || more
	}
	s := r.seatsOf(now.ordinal)
	res.Outcome, res.Occupancy, res.Free = mission.Updated, s.Totals(), s.Free()
	if !r.wrote {
		res.Outcome = mission.Unchanged
	}
	return res, nil
}

// takesSeats says whether a recall empties seats.
func takesSeats(to []string) bool {
	return slices.Contains(to, mission.RecallConfirmed) || slices.Contains(to, mission.RecallHeld)
}

// recalledThing is a seat or a place in a list that a recall takes back.
type recalledThing struct {
	person string // whose; something of its own for a seat without a name
	hold   mission.ID
	place  *waitingRecord
}

// recalled gives what a recall takes back, person by person: the same order on
// every node, and the seats of each before the places in lists.
func (r *reducer) recalled(c *mission.Recall, o mission.Ordinal) (all []recalledThing) {
	if takesSeats(c.To) {
		live, _ := r.holdsOf(o)
		for _, id := range live {
			if h, _ := r.hold(id); r.recalls(c, h) {
				all = append(all, recalledThing{person: cmp.Or(h.Volunteer, "\x00"+id), hold: id})
			}
		}
	}
	if slices.Contains(c.To, mission.RecallWaiting) && waits(r.seatsOf(o)) {
		for _, w := range r.allPlaces(o) {
			if len(c.Slots) == 0 || slices.Contains(c.Slots, w.Slot) {
				all = append(all, recalledThing{person: w.Volunteer, place: w})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b recalledThing) int { return cmp.Compare(a.person, b.person) })
	return all
}

// recalls says whether a recall takes a live hold back: of its states, in one
// of its slots, and not over already.
func (r *reducer) recalls(c *mission.Recall, h *holdRecord) bool {
	if !slices.Contains(c.To, h.State) || h.late(r.meta.now) || r.over(h) {
		return false
	}
	return len(c.Slots) == 0 || slices.ContainsFunc(h.Slots, func(s string) bool { return slices.Contains(c.Slots, s) })
}

// samePerson gives how many of the first are one person's.
func samePerson(all []recalledThing) int {
	for i := range all {
		if all[i].person != all[0].person {
			return i
		}
	}
	return len(all)
}

// sendHome takes back what one person has here. The first of it tells them so;
// the rest goes without a word of its own.
func (r *reducer) sendHome(c *mission.Recall, all []recalledThing, counts *mission.RecallCounts) {
	for i, t := range all {
		first := len(r.changes)
		switch {
		case t.place != nil:
			r.leaveList(t.place, c.Why)
		default:
			h, raw := r.hold(t.hold)
			r.giveBack(h, raw, mission.Released, c.Why, mission.SeatReleased)
			if i == 0 && h.State == mission.Confirmed {
				counts.Confirmed++
			} else if i == 0 {
				counts.Held++
			}
		}
		if i > 0 {
			continue
		}
		if t.place != nil {
			counts.Waiting++
		}
		told := &r.changes[first]
		told.Kind, told.Why, told.Next = mission.SeatRecalled, c.Why, c.Next
	}
}
