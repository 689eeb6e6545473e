package index_test

import (
	"testing"

	"renfort/index"
	"renfort/mission"
)

// timed is an index of one mission whose seats the test gives.
type timed struct {
	*state
	x *index.Index
}

func openTimed(seats mission.Seats) *timed {
	s := newState(1)
	s.missions = []*record{{&mission.Mission{ID: "m", Remote: "full", Urgency: "normal"}, &seats}}
	d := &timed{s, s.open()}
	d.x.Apply([]mission.Change{d.tell(d.change(mission.MissionPut), 0, d.missions[0].m), d.tick(1)})
	return d
}

// at ticks to a second and gives how the mission stands then.
func (d *timed) at(second int64) (index.Stand, index.Live) {
	d.x.Apply([]mission.Change{d.tick(second - d.now)})
	return *d.x.Snapshot().Stands.At(0), *d.x.Snapshot().Live.At(0)
}

// Goal: what time alone changes changes at its very second, not at the next
// minute: the last second of a mission, of applying, of a slot, the start of
// the next slot, and the day from which a mission counts as unserved.
func TestMomentsComeOnTime(t *testing.T) {
	one := []mission.Pool{{Total: 1}}
	unnamed := []mission.SlotTerms{{}}
	last := start + 1000 - start%60 + 7 // within a minute, not at its start
	f := func(name string, seats mission.Seats, policy *mission.Policy, before, after func(index.Stand, index.Live) bool) {
		t.Helper()
		seats.State, seats.Pools = mission.StateOpen, one
		d := openTimed(seats)
		d.at(last - last%60 + 1) // the minute's own Tick is over
		if policy != nil {
			c := d.change(mission.PolicyPut)
			c.Policy, d.policy = policy, policy
			d.x.Apply([]mission.Change{c})
		}
		if stand, live := d.at(last); !before(stand, live) {
			t.Errorf("%s: at its last second got %+v, %+v", name, stand, live)
		}
		if stand, live := d.at(last + 1); !after(stand, live) {
			t.Errorf("%s: a second later got %+v, %+v", name, stand, live)
		}
	}
	open := func(s index.Stand, l index.Live) bool { return s.Standing > 0 }
	shut := func(s index.Stand, l index.Live) bool { return s.Standing == 0 }
	f("ends", mission.Seats{Ends: last, Slots: unnamed}, nil, open, shut)
	f("apply_before", mission.Seats{ApplyBefore: last, Slots: unnamed}, nil, open, shut)
	f("slot", mission.Seats{Slots: []mission.SlotTerms{{Starts: start - 9, Ends: last}}}, nil, open, shut)
	f("slot without a start", mission.Seats{Slots: []mission.SlotTerms{{Ends: last}}}, nil, open, shut)
	f("next slot", mission.Seats{Slots: []mission.SlotTerms{{ID: "a", Starts: last + 1}, {ID: "b", Starts: last + 500}}}, nil,
		func(s index.Stand, l index.Live) bool { return l.Due == last+1 }, func(s index.Stand, l index.Live) bool { return l.Due == last+500 })
	served := func(s index.Stand, l index.Live) bool { return !s.Unserved }
	unserved := func(s index.Stand, l index.Live) bool { return s.Unserved }
	f("unserved", mission.Seats{Slots: unnamed, Created: last + 1 - 14*86400}, nil, served, unserved)
	soon := mission.DefaultPolicy()
	soon.Diversity.UnservedDays = 3
	f("unserved by a new policy", mission.Seats{Slots: unnamed, Created: last + 1 - 3*86400}, soon, served, unserved)
}

// Goal: a mission that has a seat again, or none any more, is seen with the
// commit that says so, between Ticks.
func TestSeatsAreSeenAtOnce(t *testing.T) {
	d := openTimed(mission.Seats{State: mission.StateOpen, Slots: []mission.SlotTerms{{}}, Pools: []mission.Pool{{Total: 1}}})
	for _, held := range []int{1, 0, 1, 0} {
		d.x.Apply([]mission.Change{d.seats(mission.SeatsChanged, 0, func(s *mission.Seats) { s.Pools[0].Held = held })})
		if got := d.x.Snapshot().Stands.At(0).Standing; (got == 0) != (held == 1) {
			t.Errorf("%d of 1 seats held: stands at %v", held, got)
		}
		checkTrees(t, 0, d.x.Snapshot())
	}
}
