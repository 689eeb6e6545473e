package store

import (
	"fmt"

	"renfort/mission"
)

// mustAddUp counts the live holds and the waiting of every mission that the changes concern,
// and stops the process where its pools say otherwise. It reads as many holds
// as the missions have: for builds that check themselves alone.
func (r *reducer) mustAddUp(changes []mission.Change) {
	for i := range changes {
		c := &changes[i]
		s := c.Seats
		if s == nil || r.seatsOf(c.MissionOrdinal) == nil {
			continue // not about seats, or the mission is gone
		}
		s = r.seatsOf(c.MissionOrdinal)
		sums := make([]mission.Pool, len(s.Pools))
		live, _ := r.holdsOf(c.MissionOrdinal)
		for _, id := range live {
			h, _ := r.hold(id)
			for _, p := range poolsOf(s, &h.Hold) {
				if h.State == mission.Held {
					sums[p].Held++
				} else {
					sums[p].Confirmed++
				}
			}
		}
		for _, w := range r.allPlaces(c.MissionOrdinal) {
			p, ok := poolOfList(s, w.Slot)
			if !ok {
				panic(fmt.Sprintf("store: mission %q has a list of slot %q and no such slot", c.MissionID, w.Slot))
			}
			sums[p].Waiting++
		}
		for p := range sums {
			if s.Pools[p].Waiting > 0 && s.Pools[p].Free() > 0 && r.offers(s) {
				panic(fmt.Sprintf("store: mission %q pool %d has a free seat while somebody waits: %+v", c.MissionID, p, s.Pools[p]))
			}
			if sums[p].Held != s.Pools[p].Held || sums[p].Confirmed != s.Pools[p].Confirmed || sums[p].Waiting != s.Pools[p].Waiting {
				panic(fmt.Sprintf("store: mission %q pool %d has %+v, and its holds are %+v", c.MissionID, p, s.Pools[p], sums[p]))
			}
		}
	}
}
