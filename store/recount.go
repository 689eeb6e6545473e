package store

import (
	"fmt"

	"renfort/mission"
)

// recountAlways is how many holds and places in lists a mission has that are
// counted after every command; one with more, after every recountEvery-th.
const (
	recountAlways = 300
	recountEvery  = 64
)

// mustAddUp counts the live holds and the waiting of every mission that the
// changes concern, and stops the process where its pools say otherwise. It
// reads as many records as the missions have: for builds that check themselves
// alone.
func (r *reducer) mustAddUp(changes []mission.Change) {
	done := map[mission.Ordinal]bool{}
	for i := range changes {
		c := &changes[i]
		if c.Seats == nil || done[c.MissionOrdinal] {
			continue // not about seats
		}
		done[c.MissionOrdinal] = true
		s := r.seatsOf(c.MissionOrdinal)
		if s == nil {
			continue // the mission is gone
		}
		t := s.Totals()
		if t.Held+t.Confirmed+t.Waiting > recountAlways && r.seq()%recountEvery != 0 {
			continue
		}
		r.recount(c.MissionID, s)
	}
}

// recount stops the process where a mission's pools are not the sums of its
// holds and lists, or a seat is free while somebody waits for it.
func (r *reducer) recount(id mission.ID, s *mission.Seats) {
	sums := make([]mission.Pool, len(s.Pools))
	live, _ := r.holdsOf(s.Ordinal)
	for _, hold := range live {
		h, _ := r.hold(hold)
		for _, p := range poolsOf(s, &h.Hold) {
			if h.State == mission.Held {
				sums[p].Held++
			} else {
				sums[p].Confirmed++
			}
		}
	}
	for _, w := range r.allPlaces(s.Ordinal) {
		p, ok := poolOfList(s, w.Slot)
		if !ok {
			panic(fmt.Sprintf("store: mission %q has a list of slot %q and no such slot", id, w.Slot))
		}
		sums[p].Waiting++
	}
	for i, p := range s.Pools {
		if p.Waiting > 0 && p.Free() > 0 && r.offers(s) && !r.mayOwe(s.Ordinal) {
			panic(fmt.Sprintf("store: mission %q pool %d has a free seat while somebody waits: %+v", id, i, p))
		}
		if sum := sums[i]; sum.Held != p.Held || sum.Confirmed != p.Confirmed || sum.Waiting != p.Waiting {
			panic(fmt.Sprintf("store: mission %q pool %d has %+v, and its holds and lists are %+v", id, i, p, sum))
		}
	}
}
