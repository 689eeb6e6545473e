package store_test

// Waiting lists at their bounds. What they do otherwise is in testdata/seats,
// in the simulation and in the state machine.

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"go.etcd.io/bbolt"

	"renfort/mission"
	"renfort/store"
)

// joinMany puts n people into a list, and gives the refusals.
func joinMany(t testing.TB, s *store.Store, n int, m, slot, prefix string) (refused []error) {
	t.Helper()
	var es []mission.Envelope
	for i := range n {
		es = append(es, mission.Envelope{Command: mission.JoinWaiting{Mission: m, Volunteer: fmt.Sprintf("%s%d", prefix, i), Slot: slot}})
	}
	_, errs := s.SubmitAll(context.Background(), es)
	for _, err := range errs {
		if err != nil {
			refused = append(refused, err)
		}
	}
	return refused
}

// A list, a mission's lists and a person's lists are no longer than they may
// be; a list of 10,000 is served and emptied in one command.
func TestWaitingLimits(t *testing.T) {
	s := openSmall(t)
	wide := someMission("wide", 0)
	wide.Seats = nil
	for i := range 11 {
		none := 0
		wide.Slots = append(wide.Slots, mission.Slot{ID: fmt.Sprintf("s%d", i), Seats: &none})
	}
	mustDo(t, s, mission.PutMission{Mission: wide})
	for i := range 11 {
		refused := joinMany(t, s, mission.WaitingSlotMax+1, "wide", fmt.Sprintf("s%d", i), fmt.Sprintf("v%d-", i))
		want := 1
		if i == 10 {
			want = mission.WaitingSlotMax + 1
		}
		if len(refused) != want || mission.KindOf(refused[0]) != mission.Full || i < 10 && mission.AsError(refused[0]).Waiting != mission.WaitingSlotMax {
			t.Fatalf("list %d: got %d refused, as %v; want %d, full", i, len(refused), refused[:min(1, len(refused))], want)
		}
	}
	for i := range wide.Slots {
		n := mission.WaitingSlotMax
		wide.Slots[i].Seats = &n
	}
	if res := mustDo(t, s, mission.PutMission{Mission: wide}); res.Occupancy.Held != mission.WaitingMissionMax || res.Occupancy.Waiting != 0 {
		t.Errorf("seats for all: got %+v, want %d held", res.Occupancy, mission.WaitingMissionMax)
	}

	for i := range mission.WaitingVolunteerMax + 1 {
		id := fmt.Sprintf("m%d", i)
		mustDo(t, s, mission.PutMission{Mission: someMission(id, 0)})
		_, err := submit(s, mission.JoinWaiting{Mission: id, Volunteer: "patient"})
		want := mission.Unknown
		if i == mission.WaitingVolunteerMax {
			want = mission.TooManyHolds
		}
		if mission.KindOf(err) != want {
			t.Errorf("list %d of one person: got %v", i, err)
		}
	}
	places, err := s.WaitingOf("patient")
	if err != nil || len(places) != mission.WaitingVolunteerMax || places[0].Position != 1 {
		t.Errorf("got %d places, %v; want %d", len(places), err, mission.WaitingVolunteerMax)
	}
	e, err := s.Export("patient")
	if err != nil || len(e.Waiting) != mission.WaitingVolunteerMax {
		t.Errorf("export: got %d places, %v", len(e.Waiting), err)
	}
	mustDo(t, s, mission.EraseVolunteer{ID: "patient"})
	if places, err := s.WaitingOf("patient"); err != nil || len(places) != 0 {
		t.Errorf("erased: got %v, %v", places, err)
	}
	if _, err := s.Waiting("nope"); mission.KindOf(err) != mission.NotFound {
		t.Errorf("got %v, want not found", err)
	}
}

// A hold that is past its end and not swept yet is not renewed over the heads
// of those who wait; its seat is offered when a Tick comes to it.
func TestLateHoldIsNotRenewed(t *testing.T) {
	s := openSmall(t)
	s.SweepHolds(1)
	mustDo(t, s, mission.PutMission{Mission: someMission("m1", 2)})
	for _, v := range []string{"early", "late"} {
		mustDo(t, s, mission.HoldSeat{Hold: v, Mission: "m1", Volunteer: v, Seconds: 30})
	}
	mustDo(t, s, mission.JoinWaiting{Mission: "m1", Volunteer: "first"})
	mustDo(t, s, mission.JoinWaiting{Mission: "m1", Volunteer: "second"})
	if res := mustDo(t, s, mission.Tick{At: scriptStart + 30}); res.Swept != 1 {
		t.Fatalf("got %d swept, want 1", res.Swept)
	}
	if _, err := submit(s, mission.HoldSeat{Hold: "again", Mission: "m1", Volunteer: "late"}); mission.KindOf(err) != mission.Full || mission.AsError(err).Waiting != 1 {
		t.Errorf("got %v, want full with one ahead", err)
	}
	if res := mustDo(t, s, mission.JoinWaiting{Mission: "m1", Volunteer: "late"}); res.Waiting == nil || res.Waiting.Position != 2 {
		t.Errorf("got %+v, want the second place", res)
	}
	mustDo(t, s, mission.Tick{At: scriptStart + 31})
	page, _, err := s.Holds(store.HoldFilter{Mission: "m1", State: mission.Held})
	if err != nil || len(page) != 2 || page[0].Volunteer != "first" || page[1].Volunteer != "second" {
		t.Errorf("got %+v, %v; want offers to the first and the second", page, err)
	}
}

// waitingDamages are those of TestCheckFindsDamage that concern waiting lists.
func waitingDamages() []damaged {
	return []damaged{
		{"due list lost", "missing", damage("due", "\x07", drop)},
		{"due list too many", "no key of ours|lists", damage("due", "\x07", double)},
		{"head lost", "missing|lists", damage("waiting", "h", drop)},
		{"head changed", "heads|missing|damaged", damage("waiting", "h", flip)},
		{"place lost", "damaged|waiting", damage("waiting", "l", drop)},
		{"place of somebody else", "missing|somebody else|hash", damage("waiting", "l", func(b *bbolt.Bucket, k, v []byte) error {
			return b.Put(k, bytes.Replace(v, []byte("v5"), []byte("v6"), 1))
		})},
		{"place of no list", "missing|lacks", damage("waiting", "l", func(b *bbolt.Bucket, k, v []byte) error {
			return b.Put(append(append(k[:5:5], 'z', 0), k[len(k)-8:]...), v)
		})},
		{"organisation's lists lost", "missing", damage("waiting", "o", drop)},
		{"organisation's lists too many", "lists", damage("waiting", "o", func(b *bbolt.Bucket, k, v []byte) error {
			return b.Put(append([]byte{'o', 'x'}, k[1:]...), v)
		})},
		{"person's place lost", "missing", damage("people", "v5\x00w", drop)},
		{"person's place too many", "damaged|leads to", damage("people", "v5\x00w", double)},
	}
}

// An offer that is taken up a minute before its end lasts as long as a form
// takes, once: a second click moves it no further.
func TestOfferTakenUpLate(t *testing.T) {
	s := openSmall(t)
	mustDo(t, s, mission.PutMission{Mission: someMission("m1", 1)})
	mustDo(t, s, mission.PutVolunteer{Volunteer: someVolunteer("late")}) // by push: 15 minutes
	mustDo(t, s, mission.HoldSeat{Hold: "first", Mission: "m1", Volunteer: "first", Confirm: true})
	mustDo(t, s, mission.JoinWaiting{Mission: "m1", Volunteer: "late"})
	mustDo(t, s, mission.ReleaseSeat{Hold: "first"})
	take := func(at, ends int64, want mission.Outcome) {
		t.Helper()
		mustDo(t, s, mission.Tick{At: scriptStart + at})
		res := mustDo(t, s, mission.HoldSeat{Hold: fmt.Sprint("h", at), Mission: "m1", Volunteer: "late"})
		if res.Outcome != want || res.Hold.Origin != mission.OriginOffer || res.Hold.Expires != scriptStart+ends {
			t.Errorf("after %d s: got %s, %+v; want %s until %d s", at, res.Outcome, res.Hold, want, ends)
		}
	}
	take(60, 900, mission.Unchanged)
	take(840, 840+480, mission.Updated)
	take(1_000, 840+480, mission.Unchanged)
	mustDo(t, s, mission.Tick{At: scriptStart + 840 + 480})
	if page, _, err := s.Holds(store.HoldFilter{Mission: "m1", State: mission.Held}); err != nil || len(page) != 0 {
		t.Errorf("after its end: got %+v, %v", page, err)
	}
}
