package mission_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"renfort/mission"
)

// TestPool compares the arithmetic of a pool with a row of chairs: whoever
// sits down takes one, what the platform gave out beyond the last chair is
// over, and nobody of ours ever sits where there is none.
func TestPool(t *testing.T) {
	const seed, steps = 3, 20_000
	r := rand.New(rand.NewPCG(seed, 0))
	p := mission.Pool{Total: 7}
	for step := range steps {
		switch r.IntN(6) {
		case 0:
			if p.Free() > 0 {
				p.Held++
			}
		case 1:
			if p.Held > 0 {
				p.Held, p.Confirmed = p.Held-1, p.Confirmed+1
			}
		case 2:
			if p.Held > 0 {
				p.Held--
			}
		case 3:
			if p.Confirmed > 0 {
				p.Confirmed--
			}
		case 4:
			p.Elsewhere = r.IntN(10)
		case 5:
			p.Total = max(1, r.IntN(10), p.Held+p.Confirmed)
		}
		chairs, sitting := p.Total, p.Elsewhere+p.Held+p.Confirmed
		p.Over = max(0, sitting-chairs)
		if err := p.Fits(); err != nil {
			t.Fatalf("seed %d, step %d: got %v", seed, step, err)
		}
		if p.Free() != max(0, chairs-sitting) || p.Taken() != sitting {
			t.Fatalf("seed %d, step %d: %+v: got %d free, %d taken, want %d, %d", seed, step, p, p.Free(), p.Taken(), max(0, chairs-sitting), sitting)
		}
	}
}

// TestPoolFits is what a pool cannot be.
func TestPoolFits(t *testing.T) {
	fits := func(p mission.Pool, want bool) {
		t.Helper()
		if err := p.Fits(); (err == nil) != want {
			t.Errorf("%+v: got %v, want fits %v", p, err, want)
		}
	}
	fits(mission.Pool{}, true)
	fits(mission.Pool{Total: 3, Elsewhere: 1, Held: 1, Confirmed: 1}, true)
	fits(mission.Pool{Total: 3, Elsewhere: 5, Over: 2}, true)
	fits(mission.Pool{Total: mission.SeatsUnknown, Held: 5}, true)
	fits(mission.Pool{Total: 3, Elsewhere: 4}, false)
	fits(mission.Pool{Total: 3, Over: 1}, false)
	fits(mission.Pool{Total: 3, Elsewhere: 2, Over: 1}, false)
	fits(mission.Pool{Total: 3, Held: -1}, false)
	fits(mission.Pool{Total: 3, Waiting: -1}, false)
	fits(mission.Pool{Total: -2}, false)
	fits(mission.Pool{Total: mission.SeatsUnknown, Over: 1}, false)
	if got := (mission.Pool{Total: mission.SeatsUnknown, Held: 9}).Free(); got != mission.SeatsMax {
		t.Errorf("free of an unknown total: got %d, want SeatsMax", got)
	}
}

// TestSeatsTotals adds pools up: what is over in one does not eat the free
// seats of another, and an unknown total makes the sum unknown.
func TestSeatsTotals(t *testing.T) {
	f := func(pools []mission.Pool, want string) {
		t.Helper()
		s := mission.Seats{Pools: pools}
		got, err := json.Marshal(s.Occupancy())
		if err != nil || string(got) != want {
			t.Errorf("%+v: got %s, %v, want %s", pools, got, err, want)
		}
	}
	f([]mission.Pool{{Total: 20, Elsewhere: 1, Held: 2, Confirmed: 3, Waiting: 4}},
		`{"total":20,"elsewhere":1,"held":2,"confirmed":3,"free":14,"over":0,"waiting":4}`)
	f([]mission.Pool{{Total: 3, Elsewhere: 5, Over: 2}, {Total: 10, Held: 4, Waiting: 1}},
		`{"total":13,"elsewhere":5,"held":4,"confirmed":0,"free":6,"over":2,"waiting":1}`)
	f([]mission.Pool{{Total: mission.SeatsUnknown, Held: 2}, {Total: 3, Elsewhere: 5, Over: 2}},
		`{"total":null,"elsewhere":5,"held":2,"confirmed":0,"free":null,"over":0,"waiting":0}`)
	f([]mission.Pool{{}}, `{"total":0,"elsewhere":0,"held":0,"confirmed":0,"free":0,"over":0,"waiting":0}`)
	many := mission.Seats{Pools: []mission.Pool{{Total: mission.SeatsUnknown}, {Total: mission.SeatsUnknown}}}
	if got := many.Free(); got != mission.SeatsMax {
		t.Errorf("free of two unknown totals: got %d, want SeatsMax", got)
	}
}

// TestFills compares the window of days with a diary that forgets nothing.
// Days come forward and late, within the window and beyond it.
func TestFills(t *testing.T) {
	const seed, steps = 5, 5_000
	r := rand.New(rand.NewPCG(seed, 0))
	var f mission.Fills
	diary, day, newest := map[int64]int64{}, int64(20_000), int64(0)
	for step := range steps {
		day += int64(r.IntN(4)) - 1
		if r.IntN(100) == 0 {
			day += int64(r.IntN(3 * mission.FillDays))
		}
		n := int64(r.IntN(3))
		if newest == 0 || day > newest-mission.FillDays { // later than that is forgotten
			diary[day] += n
		}
		newest = max(newest, day)
		f.Add(day, uint32(n))
		for _, since := range []int64{newest, newest + 3, newest + mission.FillDays} {
			want := int64(0)
			for d := since - mission.FillDays + 1; d <= since; d++ {
				want += diary[d]
			}
			if got := f.Since(since); got != want {
				t.Fatalf("seed %d, step %d: since %d: got %d, want %d: %+v", seed, step, since, got, want, f)
			}
		}
	}
	var empty mission.Fills
	if got := empty.Since(20_000); got != 0 {
		t.Errorf("nothing counted: got %d", got)
	}
}

// TestLive wants held and confirmed seats to be taken, and no other.
func TestLive(t *testing.T) {
	for state, want := range map[string]bool{mission.Held: true, mission.Confirmed: true, mission.Released: false, mission.Expired: false} {
		if got := (&mission.Hold{State: state}).Live(); got != want {
			t.Errorf("%s: got %v, want %v", state, got, want)
		}
	}
}

// TestChangeKinds wants a name of its own for each kind, and for a number
// that is none "unknown".
func TestChangeKinds(t *testing.T) {
	seen := map[string]bool{}
	for k := mission.MissionPut; k <= mission.ObjectIndexPut; k++ {
		if name := k.String(); name == "" || name == "unknown" || seen[name] {
			t.Errorf("kind %d: got the name %q", k, name)
		}
		seen[k.String()] = true
	}
	if got := (mission.ObjectIndexPut + 1).String(); got != "unknown" {
		t.Errorf("a kind that is none: got %q", got)
	}
}

// TestCommandNames wants a name of its own for each command.
func TestCommandNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []mission.Command{mission.PutMission{}, mission.DeleteMission{}, mission.SetElsewhere{}, mission.PutOrganization{}, mission.PutVolunteer{},
		mission.EraseVolunteer{}, mission.HoldSeat{}, mission.ConfirmSeat{}, mission.ReleaseSeat{}, mission.ExtendSeat{}, mission.AnswerSeat{},
		mission.ImportSeat{}, mission.JoinWaiting{}, mission.LeaveWaiting{}, mission.PutPolicy{}, mission.PutTaxonomy{}, mission.GiveFeedback{}, mission.Tick{},
		mission.OpenWave{}, mission.SetWave{}, mission.AskWave{}, mission.AnswerAsk{}, mission.DeliverAsks{}, mission.StandDown{}, mission.PutCrisis{},
		mission.DeleteCrisis{}, mission.SetCrisis{}, mission.Recall{}, mission.SetOutbound{}, mission.PutAlert{}, mission.DeleteAlert{}, mission.RaiseAlerts{},
		mission.PutWebhook{}, mission.DeleteWebhook{}, mission.RecordDeliveries{}} {
		if seen[c.Name()] || c.Name() == "" {
			t.Errorf("%T: got the name %q", c, c.Name())
		}
		seen[c.Name()] = true
	}
}
