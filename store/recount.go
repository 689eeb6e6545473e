package store

import (
	"fmt"

	"renfort/mission"
)

// mustAddUp counts the live holds of every mission that the changes concern,
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
		for p := range sums {
			if sums[p].Held != s.Pools[p].Held || sums[p].Confirmed != s.Pools[p].Confirmed {
				panic(fmt.Sprintf("store: mission %q pool %d has %+v, and its holds are %+v", c.MissionID, p, s.Pools[p], sums[p]))
			}
		}
	}
}
