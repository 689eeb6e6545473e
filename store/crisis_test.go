package store_test

// Crises: records with versions that begin and end by themselves. Recall at its
// bounds, and the pause of outbound. What recall and the pause do to seats and
// lists otherwise is in the simulation and in the state machine.

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"renfort/mission"
	"renfort/store"
)

// watched is a store whose changes are kept.
type watched struct {
	*store.Store
	changes []mission.Change
}

func openWatched(t testing.TB, dir string) *watched {
	t.Helper()
	w := new(watched)
	w.Store = openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 22, Policy: awake(),
		Committed: func(cs []mission.Change) { w.changes = append(w.changes, cs...) }})
	mustDo(t, w.Store, mission.Tick{At: scriptStart})
	w.take()
	return w
}

// take gives the kinds of what happened since it was last called, but Ticks.
func (w *watched) take() (kinds []mission.ChangeKind) {
	for _, c := range w.changes {
		if c.Kind != mission.Ticked {
			kinds = append(kinds, c.Kind)
		}
	}
	w.changes = nil
	return kinds
}

func someCrisis(id string) *mission.Crisis {
	return &mission.Crisis{ID: id, Name: "Vésubie", Area: mission.Area{Departments: []string{"06"}}, Boost: 3, ReachKm: 60}
}

// A crisis is told of when it is written, begins, is paused, resumed and ends,
// and by nothing else; its pause outlives a write; its version is its last write.
func TestCrisisLife(t *testing.T) {
	dir := t.TempDir()
	w := openWatched(t, dir)
	c := someCrisis("c1")
	c.Starts, c.Ends = scriptStart+10, scriptStart+20
	want := func(kinds ...mission.ChangeKind) {
		t.Helper()
		if got := w.take(); !slices.Equal(got, kinds) {
			t.Errorf("got %v, want %v", got, kinds)
		}
	}
	first := mustDo(t, w.Store, mission.PutCrisis{Crisis: c})
	want(mission.CrisisPut)
	if again := mustDo(t, w.Store, mission.PutCrisis{Crisis: c}); again.Outcome != mission.Unchanged || again.Version != first.Version {
		t.Errorf("the same again: got %+v", again)
	}
	mustDo(t, w.Store, mission.Tick{At: scriptStart + 9})
	want()
	mustDo(t, w.Store, mission.Tick{At: scriptStart + 10})
	want(mission.CrisisPut)
	paused := mustDo(t, w.Store, mission.SetCrisis{ID: "c1", Paused: true})
	want(mission.CrisisPut)
	wider := *c
	wider.Boost = 5
	if _, err := submit(w.Store, mission.PutCrisis{Crisis: &wider, IfVersion: &first.Version}); mission.KindOf(err) != mission.PreconditionFailed {
		t.Errorf("an old version: got %v", err)
	}
	mustDo(t, w.Store, mission.PutCrisis{Crisis: &wider, IfVersion: &paused.Version})
	if v, err := w.Crisis("c1"); err != nil || !v.Crisis.Paused || v.Crisis.Boost != 5 || v.Crisis.RunsAt(scriptStart+10) {
		t.Errorf("written while it is paused: got %+v, %v", v.Crisis, err)
	}
	w.take()
	w.Close()
	mustBeSound(t, dir)
	w = openWatched(t, dir)
	mustDo(t, w.Store, mission.Tick{At: scriptStart + 30})
	want(mission.CrisisPut)
	mustDo(t, w.Store, mission.Tick{At: scriptStart + 90})
	mustDo(t, w.Store, mission.DeleteCrisis{ID: "c1"})
	want(mission.CrisisDeleted)
	if _, err := submit(w.Store, mission.SetCrisis{ID: "c1"}); mission.KindOf(err) != mission.NotFound {
		t.Errorf("deleted: got %v", err)
	}
	w.Close()
	mustBeSound(t, dir)
}

// There are as many crises as there may be; each can be read and written over.
func TestCrisesAreLimited(t *testing.T) {
	s := openSmall(t)
	for i := range mission.CrisesMax {
		mustDo(t, s, mission.PutCrisis{Crisis: someCrisis(fmt.Sprintf("c%d", i))})
	}
	if _, err := submit(s, mission.PutCrisis{Crisis: someCrisis("more")}); mission.KindOf(err) != mission.Conflict {
		t.Errorf("one more: got %v, want a conflict", err)
	}
	again := someCrisis("c7")
	again.Name = "Roya"
	mustDo(t, s, mission.PutCrisis{Crisis: again})
	if all, err := s.Crises(); err != nil || len(all) != mission.CrisesMax {
		t.Errorf("got %d, %v", len(all), err)
	}
}

// A recall of more people than one command may tell goes on where it is
// repeated, tells each once, and nobody sits down in between.
func TestRecallInParts(t *testing.T) {
	const people = mission.RecallMax + 100
	dir := t.TempDir()
	w := openWatched(t, dir)
	m := someMission("m1", people)
	mustDo(t, w.Store, mission.PutMission{Mission: m})
	for i := range people {
		mustDo(t, w.Store, mission.HoldSeat{Hold: fmt.Sprintf("h%d", i), Mission: "m1", Volunteer: fmt.Sprintf("v%d", i), Confirm: i%2 == 0})
	}
	for i := range 10 {
		mustDo(t, w.Store, mission.JoinWaiting{Mission: "m1", Volunteer: fmt.Sprintf("w%d", i)})
	}
	w.take()
	recall := mission.Recall{Mission: "m1", To: []string{mission.RecallConfirmed, mission.RecallHeld}, Why: mission.WhyDanger, Next: []mission.ID{"m2", "m3"}}
	res := mustDo(t, w.Store, recall)
	if res.Asked != mission.RecallMax || !res.More || res.Occupancy.Held+res.Occupancy.Confirmed != 100 {
		t.Errorf("the first part: got %+v", res)
	}
	if _, err := submit(w.Store, mission.HoldSeat{Hold: "late", Mission: "m1", Volunteer: "somebody"}); mission.KindOf(err) != mission.NotEligible {
		t.Errorf("a hold in between: got %v, want not eligible", err)
	}
	w.Close() // as a crash between two parts
	mustBeSound(t, dir)
	told := map[string]bool{}
	count := func() {
		for _, c := range w.changes {
			if c.Kind == mission.SeatOffered {
				t.Errorf("an offer of what was emptied: %+v", c.Hold)
			}
			if c.Kind == mission.SeatRecalled {
				if told[c.Hold.Volunteer] || c.Why != mission.WhyDanger || len(c.Next) != 2 || c.Hold.State != mission.Released {
					t.Errorf("told again, or wrongly: %+v", c)
				}
				told[c.Hold.Volunteer] = true
			}
		}
	}
	count()
	w = openWatched(t, dir)
	mustDo(t, w.Store, mission.Tick{At: scriptStart + 1})
	if res = mustDo(t, w.Store, recall); res.Asked != 100 || res.More {
		t.Errorf("the rest: got %+v", res)
	}
	if res = mustDo(t, w.Store, recall); res.Asked != 0 || res.Outcome != mission.Unchanged || res.Occupancy.Waiting != 10 {
		t.Errorf("once more: got %+v, want nobody and ten who wait", res)
	}
	if count(); len(told) != people {
		t.Errorf("told %d people, want %d", len(told), people)
	}
	v, err := w.Mission("m1")
	if m, bad := v.Mission(); err != nil || bad != nil || m.State != mission.StatePaused || v.Seats.State != mission.StatePaused {
		t.Errorf("got state %q, %v", v.Seats.State, err)
	}
	logged, _, err := w.Changes(0, 10_000)
	n := 0
	for _, c := range logged {
		if c.Kind == mission.SeatRecalled && c.Why == mission.WhyDanger && slices.Equal(c.Next, recall.Next) && c.Hold != nil {
			n++
		}
	}
	if err != nil || n != people {
		t.Errorf("the log has %d recalls, %v; want %d", n, err, people)
	}
}

// Somebody with two seats and a place in a list is told once, and loses all
// three; who sits in another slot stays.
func TestRecallTellsEachPersonOnce(t *testing.T) {
	w := openWatched(t, t.TempDir())
	one, none := 1, 0
	m := someMission("m1", 0)
	m.Seats, m.Slots = nil, []mission.Slot{{ID: "a", Seats: &one}, {ID: "b", Seats: &one}, {ID: "c", Seats: &none}, {ID: "d", Seats: &one}}
	mustDo(t, w.Store, mission.PutMission{Mission: m})
	for _, slot := range []string{"a", "b"} {
		mustDo(t, w.Store, mission.HoldSeat{Hold: "h" + slot, Mission: "m1", Volunteer: "v1", Slots: []string{slot}, Confirm: slot == "a"})
	}
	mustDo(t, w.Store, mission.JoinWaiting{Mission: "m1", Volunteer: "v1", Slot: "c"})
	mustDo(t, w.Store, mission.HoldSeat{Hold: "hd", Mission: "m1", Volunteer: "v2", Slots: []string{"d"}})
	w.take()
	res := mustDo(t, w.Store, mission.Recall{Mission: "m1", To: []string{mission.RecallConfirmed, mission.RecallHeld, mission.RecallWaiting},
		Slots: []string{"a", "b", "c"}, Why: mission.WhyMoved})
	if want := (mission.RecallCounts{Confirmed: 1}); res.Recalled != want || res.Asked != 1 || res.Occupancy.Held != 1 || res.Occupancy.Waiting != 0 {
		t.Errorf("got %+v, want one person and v2 still there", res)
	}
	if got := w.take(); !slices.Equal(got, []mission.ChangeKind{mission.MissionPut, mission.SeatRecalled, mission.SeatReleased, mission.WaitingLeft}) {
		t.Errorf("got %v", got)
	}
}

// What is freed while outbound is paused is nobody's; after the resume the
// Ticks offer it, so many lists each, and a hold does not jump the queue.
func TestOutboundPauseKeepsOffers(t *testing.T) {
	const lists = 25
	dir := t.TempDir()
	w := openWatched(t, dir)
	w.SweepHolds(10)
	for i := range lists {
		id := fmt.Sprintf("m%d", i)
		mustDo(t, w.Store, mission.PutMission{Mission: someMission(id, 1)})
		mustDo(t, w.Store, mission.HoldSeat{Hold: "h" + id, Mission: id, Volunteer: "v" + id, Confirm: true})
		mustDo(t, w.Store, mission.JoinWaiting{Mission: id, Volunteer: "w" + id})
	}
	mustDo(t, w.Store, mission.SetOutbound{Paused: true})
	if res := mustDo(t, w.Store, mission.SetOutbound{Paused: true}); res.Outcome != mission.Unchanged {
		t.Errorf("paused twice: got %+v", res)
	}
	for i := range lists {
		mustDo(t, w.Store, mission.ReleaseSeat{Hold: fmt.Sprintf("hm%d", i)})
	}
	mustDo(t, w.Store, mission.Tick{At: scriptStart + 100})
	offers := func() (n int) {
		for _, kind := range w.take() {
			if kind == mission.SeatOffered {
				n++
			}
		}
		return n
	}
	if n := offers(); n != 0 {
		t.Errorf("%d offers while outbound is paused", n)
	}
	w.Close()
	mustBeSound(t, dir)
	w = openWatched(t, dir)
	w.SweepHolds(10)
	if since, paused, err := w.OutboundPausedSince(); !paused || since != scriptStart || err != nil {
		t.Errorf("reopened: got paused %v since %d, %v", paused, since, err)
	}
	mustDo(t, w.Store, mission.SetOutbound{})
	if _, err := submit(w.Store, mission.HoldSeat{Hold: "x", Mission: "m3", Volunteer: "x"}); mission.KindOf(err) != mission.Full {
		t.Errorf("over the heads of those who wait: got %v", err)
	}
	for i, want := range []int{10, 10, 5, 0} {
		mustDo(t, w.Store, mission.Tick{At: scriptStart + 101 + int64(i)})
		if n := offers(); n != want {
			t.Errorf("tick %d: got %d offers, want %d", i, n, want)
		}
	}
	w.Close()
	mustBeSound(t, filepath.Dir(w.Path()))
}

// crisisDamages are those of TestCheckFindsDamage that concern crises.
func crisisDamages() []damaged {
	return []damaged{
		{"crisis lost", "no crisis", damage("crises", "c", drop)},
		{"crisis changed", "hash|damaged", damage("crises", "c", flip)},
		{"crisis cut", "damaged", damage("crises", "c", cutOff)},
		{"due crisis lost", "missing", damage("due", "\x0a", drop)},
		{"due crisis too many", "no crisis", damage("due", "\x0a", double)},
		{"outbound changed", "hash|damaged|log time", damage("crises", "o", flip)},
	}
}

// The pause of outbound gets through full queues, before everything in them.
func TestOutboundPausePassesFullQueues(t *testing.T) {
	s := openSmall(t)
	block, entered := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.InsteadOfCommit(func(commit func() error) error {
		once.Do(func() { close(entered); <-block })
		return commit()
	})
	go submit(s, mission.Tick{At: scriptStart + 1})
	<-entered
	var wg sync.WaitGroup
	full := make(chan bool, 2*store.QueueInteractiveMax)
	var least atomic.Uint64
	least.Store(math.MaxUint64)
	for i := range store.QueueInteractiveMax + 1 {
		wg.Go(func() {
			res, err := submit(s, mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprint("v", i))})
			if mission.KindOf(err) == mission.Overloaded {
				full <- true
			}
			for old := least.Load(); err == nil && res.Seq < old && !least.CompareAndSwap(old, res.Seq); old = least.Load() {
			}
		})
	}
	<-full // there is room for no more
	paused := make(chan mission.Result)
	go func() {
		res, err := s.Submit(context.Background(), mission.Envelope{Command: mission.SetOutbound{Paused: true}, First: true})
		if err != nil {
			t.Errorf("the pause: %v", err)
		}
		paused <- res
	}()
	for s.Queued() == 0 {
		runtime.Gosched() // until the pause is queued
	}
	close(block)
	res := <-paused
	wg.Wait()
	if res.Seq != 3 || res.Seq >= least.Load() {
		t.Errorf("the pause came as seq %d, the first of those queued before as %d", res.Seq, least.Load())
	}
}
