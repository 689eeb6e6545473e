package store_test

// The state machine: rapid chooses commands on seats and shrinks what goes
// wrong to the fewest. The toy says what each must answer; beside it stand the
// rules that hold whatever anybody says, and at the end the same commands in
// other batches must leave the same state. -rapid.seed and -rapid.checks are
// rapid's own.

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"renfort/mission"
)

// fewerChecks has rapid draw fewer runs under the race detector, where nobody
// said how many: .ci/run has all without.
func fewerChecks(t *testing.T) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if !raceEnabled || f.Value.String() != f.DefValue {
		return
	}
	if err := f.Value.Set("30"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Value.Set(f.DefValue) })
}

func TestStateMachine(t *testing.T) {
	fewerChecks(t)
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{sim: sim{t: t, seed: rapid.Uint64Range(0, 1).Draw(t, "sweeps one at a time, if even"), toy: newToy(),
			rnd: rand.New(rand.NewPCG(1, 7)), seats: map[string]*mission.Seats{}, idle: map[string]bool{}, objects: newMirror()}}
		var err error
		if m.dir, err = os.MkdirTemp("", "machine"); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(m.dir)
		if m.seed%2 == 0 {
			m.toy.sweep, m.toy.objectSweep = simSweep, simSweep
		}
		m.open(filepath.Join(m.dir, "0"))
		defer func() { m.store.Close() }()
		m.do(mission.Envelope{Command: mission.Tick{At: scriptStart}})
		m.give(mission.PutMission{Mission: m.drawMission(t)})
		t.Repeat(m.queueing())
		t.Repeat(m.actions())
		t.Repeat(m.queueing())
		m.mustReopen()
		m.mustReplay()
	})
}

// machine draws what sim rolls dice for.
type machine struct{ sim }

// give submits a command, now and then under a key.
func (m *machine) give(c mission.Command) {
	e := mission.Envelope{Command: c}
	if rapid.IntRange(0, 9).Draw(m.t.(*rapid.T), "key if 9") == 9 {
		e.Key, e.Body = fmt.Sprintf("key %d", len(m.keyed)), 1
	}
	m.do(e)
}

// queueing are the actions that make lists long and move them.
func (m *machine) queueing() map[string]func(*rapid.T) {
	all, some := m.actions(), map[string]func(*rapid.T){}
	for _, name := range []string{"", "join", "join the first", "hold", "hold the last", "release", "leave", "tick", "elsewhere", "import", "outbound", "recall", "withdraw", "put again"} {
		some[name] = all[name]
	}
	return some
}

func (m *machine) actions() map[string]func(*rapid.T) {
	pick := func(t *rapid.T, what string, words ...string) string { return rapid.SampledFrom(words).Draw(t, what) }
	volunteer := func(t *rapid.T) string { return pick(t, "volunteer", "v0", "v1", "v2", "v3") }
	of := func(t *rapid.T) string { return pick(t, "mission", "m0", "m1") }
	hold := func(t *rapid.T) string {
		if len(m.holds) == 0 {
			return "nobody"
		}
		return rapid.SampledFrom(m.holds).Draw(t, "hold")
	}
	slots := func(t *rapid.T) []string {
		return rapid.SampledFrom([][]string{nil, {"a"}, {"b"}, {"a", "b"}}).Draw(t, "slots")
	}
	all := m.crisisActions(of, slots)
	maps.Copy(all, m.listingActions(of))
	maps.Copy(all, map[string]func(*rapid.T){
		"": func(*rapid.T) { m.compare(); m.rules() },
		"delete": func(t *rapid.T) {
			m.give(mission.DeleteMission{ID: of(t), Force: rapid.Bool().Draw(t, "force")})
		},
		"elsewhere": func(t *rapid.T) {
			n := rapid.IntRange(0, 3).Draw(t, "taken")
			m.give(mission.SetElsewhere{Mission: of(t), Slot: pick(t, "slot", "", "a", "b"), Taken: &n})
		},
		"organization": func(t *rapid.T) {
			m.give(mission.PutOrganization{Organization: &mission.Organization{ID: "o1", State: pick(t, "state", "", mission.OrgSuspended)}})
		},
		"volunteer": func(t *rapid.T) {
			m.give(mission.PutVolunteer{Volunteer: &mission.Volunteer{ID: volunteer(t), BirthYear: rapid.SampledFrom([]int{0, 2009}).Draw(t, "born"),
				Channel: pick(t, "channel", "", "push")}})
		},
		"erase": func(t *rapid.T) { m.give(mission.EraseVolunteer{ID: volunteer(t)}) },
		"hold": func(t *rapid.T) {
			m.give(mission.HoldSeat{Hold: m.newHold(), Mission: of(t), Volunteer: volunteer(t), Slots: slots(t),
				Seconds: rapid.SampledFrom([]int{0, 30}).Draw(t, "seconds"), Confirm: rapid.Bool().Draw(t, "confirm")})
		},
		"import": func(t *rapid.T) {
			m.give(mission.ImportSeat{Hold: m.newHold(), Mission: of(t), Volunteer: volunteer(t), Slots: slots(t)})
		},
		"join": func(t *rapid.T) {
			m.give(mission.JoinWaiting{Mission: of(t), Volunteer: volunteer(t), Slot: pick(t, "slot", "", "a", "b")})
		},
		"join the first": func(t *rapid.T) { m.give(mission.JoinWaiting{Mission: "m0", Volunteer: volunteer(t)}) },
		"hold the last": func(t *rapid.T) { // all that is free, and late ones again
			m.give(mission.HoldSeat{Hold: m.newHold(), Mission: "m0", Volunteer: volunteer(t), Seconds: 30})
		},
		"leave":   func(t *rapid.T) { m.give(mission.LeaveWaiting{Mission: of(t), Volunteer: volunteer(t)}) },
		"confirm": func(t *rapid.T) { m.give(mission.ConfirmSeat{Hold: hold(t)}) },
		"release": func(t *rapid.T) { m.give(mission.ReleaseSeat{Hold: hold(t)}) },
		"extend":  func(t *rapid.T) { m.give(mission.ExtendSeat{Hold: hold(t), Seconds: 600}) },
		"answer": func(t *rapid.T) {
			m.give(mission.AnswerSeat{Hold: hold(t), By: "org", Answer: pick(t, "answer", mission.AnswerAccepted, mission.AnswerRefused, mission.AnswerWithdrawn)})
		},
		"tick": func(t *rapid.T) {
			by := rapid.SampledFrom([]int64{-100, 0, 1, 30, 480, 900, 5_000, 90_000}).Draw(t, "seconds")
			m.do(mission.Envelope{Command: mission.Tick{At: m.toy.now + by}})
		},
		"repeat": func(t *rapid.T) {
			if len(m.keyed) == 0 {
				t.Skip("nothing to repeat")
			}
			m.do(rapid.SampledFrom(m.keyed).Draw(t, "again"))
		},
		"reopen": func(*rapid.T) { m.mustReopen() },
	})
	return all
}

// crisisActions are the actions of a crisis team.
func (m *machine) crisisActions(of func(*rapid.T) string, slots func(*rapid.T) []string) map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"outbound": func(t *rapid.T) { m.give(mission.SetOutbound{Paused: rapid.Bool().Draw(t, "paused")}) },
		"recall": func(t *rapid.T) {
			m.give(mission.Recall{Mission: of(t), Why: mission.WhyMoved, Slots: slots(t), To: rapid.SampledFrom([][]string{{mission.RecallConfirmed},
				{mission.RecallHeld, mission.RecallWaiting}, {mission.RecallWaiting}}).Draw(t, "to")})
		},
	}
}

// listingActions are those of a platform that lists missions, stops listing them
// and keeps free records.
func (m *machine) listingActions(of func(*rapid.T) string) map[string]func(*rapid.T) {
	index := func(t *rapid.T, what string) string {
		return rapid.SampledFrom([]string{"i0", "i1"}).Draw(t, what)
	}
	return map[string]func(*rapid.T){
		"put": func(t *rapid.T) {
			c := mission.PutMission{Mission: m.drawMission(t), KeepTaken: rapid.Bool().Draw(t, "keep")}
			if left := rapid.IntRange(-3, 3).Draw(t, "left"); left >= 0 {
				c.Left = &left
			}
			m.give(c)
		},
		"withdraw": func(t *rapid.T) { m.give(mission.WithdrawMission{ID: of(t)}) },
		"put again": func(t *rapid.T) {
			w := m.toy.missions[of(t)]
			if w == nil {
				t.Skip("nothing to put again")
			}
			m.give(w.last)
		},
		"write": func(t *rapid.T) {
			c := put(index(t, "index"), rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3).Draw(t, "ids")...)
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				c.Writes[0].JSON = nil
			case 1:
				none := uint64(0)
				c.Writes[0].IfVersion = &none
			}
			m.give(c)
		},
		"clear": func(t *rapid.T) { m.give(mission.ClearObjects{Index: index(t, "index")}) },
		"drop":  func(t *rapid.T) { m.give(mission.DropObjects{Index: index(t, "index")}) },
		"move":  func(t *rapid.T) { m.give(mission.MoveObjects{From: index(t, "from"), To: index(t, "to")}) },
	}
}

// drawMission draws a mission of few seats: one pool, one that slots share, a
// pool each, or seats that nobody knows.
func (m *machine) drawMission(t *rapid.T) *mission.Mission {
	of := &mission.Mission{ID: rapid.SampledFrom([]string{"m0", "m1"}).Draw(t, "mission"), Title: "t", Booking: mission.BookingHere,
		State: rapid.SampledFrom([]string{mission.StateOpen, mission.StateOpen, mission.StateOpen, mission.StatePaused, mission.StateClosed, mission.StateCancelled}).Draw(t, "state")}
	if rapid.IntRange(0, 9).Draw(t, "elsewhere if 9") == 9 {
		of.Booking = mission.BookingElsewhere
	}
	if rapid.Bool().Draw(t, "has o1") {
		of.Organization = &mission.OrgRef{ID: "o1"}
	}
	if rapid.IntRange(0, 4).Draw(t, "ends if 4") == 4 {
		of.Times.Ends = m.toy.now + rapid.SampledFrom([]int64{-1, 100, 2_000}).Draw(t, "ends")
	}
	n := func(what string) *int {
		v := rapid.IntRange(0, 2).Draw(t, what)
		return &v
	}
	switch rapid.IntRange(0, 4).Draw(t, "shape") {
	case 0:
		of.Slots = []mission.Slot{{ID: "a", Seats: n("seats of a")}, {ID: "b", Seats: n("seats of b")}}
	case 1:
		of.Seats, of.Slots = n("seats"), []mission.Slot{{ID: "a"}, {ID: "b"}}
	case 2:
		of.Seats, of.Slots = n("seats"), []mission.Slot{{ID: "a"}}
	case 3: // unknown
	default:
		of.Seats = n("seats")
	}
	return of
}

// rules are what holds whatever anybody says.
func (m *machine) rules() {
	m.t.Helper()
	for _, id := range []string{"m0", "m1"} {
		v, err := m.store.Mission(id)
		if err != nil {
			continue
		}
		gives := v.Seats.State == mission.StateOpen && !m.toy.suspended[v.Seats.Organization] && (v.Seats.Ends == 0 || v.Seats.Ends >= m.toy.now)
		for i, p := range v.Seats.Pools {
			if err := p.Fits(); err != nil {
				m.fail("mission %s: %v", id, err)
			}
			if w := m.toy.missions[id]; gives && !m.toy.outbound && w.owed == 0 && p.Waiting > 0 && p.Free() > 0 {
				m.fail("mission %s pool %d: a seat is free while somebody waits: %+v", id, i, p)
			}
		}
	}
}
