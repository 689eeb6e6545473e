package store_test

// Missions that the platform stops listing. What becomes of their seats is in
// testdata/seats, in the simulation and in the state machine.

import (
	"testing"

	"renfort/mission"
	"renfort/store"
)

// A mission that is listed again is no news to those who saved a search, unless
// it has moved or could not be had before.
func TestListedAgainIsNoNews(t *testing.T) {
	var why []string
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 20, Committed: func(changes []mission.Change) {
		for _, c := range changes {
			if c.Kind == mission.MissionPut {
				why = append(why, c.Why)
			}
		}
	}})
	mustDo(t, s, mission.Tick{At: scriptStart})
	again := func(want string, before, after *mission.Mission) {
		t.Helper()
		mustDo(t, s, mission.PutMission{Mission: before})
		mustDo(t, s, mission.WithdrawMission{ID: before.ID})
		mustDo(t, s, mission.PutMission{Mission: after})
		if got := why[len(why)-1]; got != want {
			t.Errorf("mission %s: got %q, want %q", after.ID, got, want)
		}
	}
	again("", someMission("m1", 1), someMission("m1", 2))
	moved := someMission("m2", 1)
	moved.Locations = append(moved.Locations, mission.Location{City: "Lyon", Department: "69"})
	again(mission.NewsMoved, someMission("m2", 1), moved)
	again(mission.NewsOpened, someMission("m3", 0), someMission("m3", 1))
	draft := someMission("m4", 1)
	draft.State = mission.StateDraft
	again(mission.NewsOpened, draft, someMission("m4", 1))
}
