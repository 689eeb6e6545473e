package store_test

// What is read is what was written: one by one, in walks, as a stream of the
// whole, as holds by every filter, as a log, as a copy.

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"renfort/mission"
	"renfort/store"
)

// loaded is what somebody has who follows changes.
type loaded struct {
	Missions   map[mission.Ordinal]*mission.Mission
	Seats      map[mission.Ordinal]*mission.Seats
	Volunteers map[mission.Ordinal]*mission.Volunteer
	Holds      map[mission.ID]*mission.Hold
	Waiting    map[string]*mission.Waiting // by volunteer
}

func newLoaded() *loaded {
	return &loaded{map[mission.Ordinal]*mission.Mission{}, map[mission.Ordinal]*mission.Seats{}, map[mission.Ordinal]*mission.Volunteer{},
		map[mission.ID]*mission.Hold{}, map[string]*mission.Waiting{}}
}

func (l *loaded) follow(c mission.Change) {
	switch c.Kind {
	case mission.MissionDeleted:
		delete(l.Missions, c.MissionOrdinal)
		delete(l.Seats, c.MissionOrdinal)
	case mission.MissionPut:
		l.Missions[c.MissionOrdinal] = c.Mission
	case mission.VolunteerPut:
		l.Volunteers[c.VolunteerOrdinal] = c.Volunteer
	case mission.VolunteerErased:
		delete(l.Volunteers, c.VolunteerOrdinal)
	}
	if c.Seats != nil {
		l.Seats[c.MissionOrdinal] = c.Seats
	}
	if w := c.Waiting; w != nil {
		place := *w
		place.Position = 0 // counted for the one who joins alone
		l.Waiting[w.Volunteer] = &place
		if c.Kind != mission.WaitingJoined {
			delete(l.Waiting, w.Volunteer)
		}
	}
	if c.Hold != nil {
		delete(l.Holds, c.Hold.ID)
		if c.Hold.Live() || c.Hold.Answer == mission.AnswerRefused {
			l.Holds[c.Hold.ID] = c.Hold
		}
	}
}

// Load tells all that was put, in order, and the holds and feedback that
// matter. It is compared with what the changes told as it happened.
func TestLoadEqualsChanges(t *testing.T) {
	r := newRecorder()
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 22, Committed: r.told})
	mustDo(t, s, mission.Tick{At: scriptStart})
	fillStore(t, s)
	mustDo(t, s, mission.EraseVolunteer{ID: "v7"})
	mustDo(t, s, mission.JoinWaiting{Mission: "full0", Volunteer: "v6"})
	mustDo(t, s, mission.JoinWaiting{Mission: "full0", Volunteer: "v7"})
	mustDo(t, s, mission.LeaveWaiting{Mission: "full0", Volunteer: "v6"})
	mustDo(t, s, mission.AnswerSeat{Hold: "h1", Answer: mission.AnswerRefused})
	want, got := newLoaded(), newLoaded()
	for _, c := range r.all() {
		if c.Kind != mission.MissionDeleted && c.Seats != nil && c.MissionID == "m3" {
			continue // deleted in the end
		}
		want.follow(c)
	}
	var order []mission.Ordinal
	feedback := 0
	seq, now, err := s.Load(store.InTurn(func(c mission.Change) {
		order = append(order, c.MissionOrdinal)
		got.follow(c)
	}), store.InTurn(func(c mission.Change) { got.follow(c) }), func(c mission.Change) {
		if c.Kind == mission.FeedbackGiven {
			feedback += len(c.Feedback.Missions)
		}
		got.follow(c)
	})
	if err != nil || seq != s.Seq() || now != scriptStart || feedback != 2 || !slices.IsSorted(order) {
		t.Errorf("got seq %d at %d, %d shown, %v; order %v", seq, now, feedback, err, order)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(mission.Skill{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("load (- as told, + as loaded):\n%s", diff)
	}
}

// A callback left out is not called, and many chunks arrive in order.
func TestLoadOrder(t *testing.T) {
	s := openSmall(t)
	const n = 2_000
	putMany(t, s, n, func(i int) mission.Command {
		return mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprintf("v%d", i))}
	})
	next := 0
	_, _, err := s.Load(nil, store.InTurn(func(c mission.Change) {
		if c.VolunteerID != fmt.Sprintf("v%d", next) || int(c.VolunteerOrdinal) != next {
			t.Fatalf("got %s at ordinal %d, want v%d", c.VolunteerID, c.VolunteerOrdinal, next)
		}
		next++
	}), nil)
	if err != nil || next != n {
		t.Errorf("got %d volunteers, %v; want %d", next, err, n)
	}
}

// A record that cannot be read ends a Load, also where the reader has come to the end
// by then.
func TestLoadTellsOfDamage(t *testing.T) {
	for _, ordinal := range []uint32{0, 29} {
		dir := closedStore(t)
		edit(t, filepath.Join(dir, store.FileName), damage("volunteers", string(binary.BigEndian.AppendUint32(nil, ordinal)), cutOff))
		s, err := store.Open(dir, store.Options{NoSync: true, MapBytes: 1 << 22})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			_, _, err := s.Load(nil, store.InTurn(func(mission.Change) {}), nil)
			ended <- err
		}()
		select {
		case err = <-ended:
		case <-time.After(10 * time.Second):
			t.Fatalf("volunteer %d is cut off, and Load does not end", ordinal) // nor would Close
		}
		if err == nil {
			t.Errorf("volunteer %d is cut off, and Load says nothing", ordinal)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWalks(t *testing.T) {
	s := openSmall(t)
	putMany(t, s, 25, func(i int) mission.Command {
		m := someMission(fmt.Sprintf("m%02d", i), 3)
		m.Publisher = fmt.Sprintf("p%d", i%3)
		if i%5 == 0 {
			m.State = mission.StatePaused
		}
		return mission.PutMission{Mission: m}
	})
	walk := func(f store.MissionFilter, limit int) (ids []string) {
		for cursor := ""; ; {
			page, next, err := s.WalkMissions(cursor, limit, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page {
				ids = append(ids, m.ID)
			}
			if next == "" {
				return ids
			}
			cursor = next
		}
	}
	for limit := 1; limit <= 30; limit++ {
		if ids := walk(store.MissionFilter{}, limit); len(ids) != 25 || !slices.IsSorted(ids) {
			t.Errorf("limit %d: got %v", limit, ids)
		}
	}
	got := walk(store.MissionFilter{Publishers: []string{"p0"}, States: []string{mission.StatePaused}}, 2)
	if want := []string{"m00", "m15"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, bad := range []string{"x", "!!!!", "bQ", "dgAAAAE"} {
		if _, _, err := s.WalkMissions(bad, 10, store.MissionFilter{}); mission.KindOf(err) != mission.Invalid {
			t.Errorf("cursor %q: got %v, want invalid", bad, err)
		}
	}
	if _, _, err := s.WalkVolunteers("", mission.WalkMax+1); mission.KindOf(err) != mission.Invalid {
		t.Errorf("limit: got %v, want invalid", err)
	}
	views, err := s.Missions([]string{"m03", "nope", "m01"})
	if err != nil || views[0].ID != "m03" || views[1].ID != "" || views[2].ID != "m01" {
		t.Errorf("got %v, %v", views, err)
	}
}

// Every filter finds the holds that looking at all of them finds.
func TestHolds(t *testing.T) {
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 22, Policy: awake()})
	mustDo(t, s, mission.Tick{At: scriptStart})
	sim := &sim{t: t, seed: 1, rnd: newRand(3), toy: newToy(), store: s, seats: map[string]*mission.Seats{}, idle: map[string]bool{}, objects: newMirror()}
	sim.toy.now = scriptStart
	sim.toy.seq = 1
	for range 3_000 {
		e := sim.random()
		if tick, ok := e.Command.(mission.Tick); ok && tick.At > scriptStart+80_000 {
			continue // so that the log keeps everything
		}
		sim.do(e)
	}
	all := holdsOf(t, s, store.HoldFilter{})
	if len(all) < 50 {
		t.Fatalf("got %d holds: too few to show anything", len(all))
	}
	mid := all[len(all)/2]
	for _, f := range []store.HoldFilter{{Volunteer: "v1"}, {State: mission.Confirmed}, {Ref: "r1"}, {Mission: "m1"}, {Mission: "m1", Volunteer: "v2"},
		{SinceSeq: mid.ChangedSeq}, {Since: mid.Changed}, {SinceSeq: mid.ChangedSeq, State: mission.Released}, {Volunteer: "v3", SinceSeq: mid.ChangedSeq}, {SinceSeq: 1}} {
		var want []string
		for _, h := range all {
			if (f.Mission == "" || h.Mission == f.Mission && ordinalOf(t, s, f.Mission) == h.Ordinal) && (f.Volunteer == "" || h.Volunteer == f.Volunteer) && (f.Ref == "" || h.Ref == f.Ref) &&
				(f.State == "" || h.State == f.State) && h.ChangedSeq > f.SinceSeq && h.Changed > f.Since {
				want = append(want, h.ID)
			}
		}
		for _, limit := range []int{1, 7, 0} {
			f.Limit = limit
			var got []string
			for _, h := range holdsOf(t, s, f) {
				got = append(got, h.ID)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%+v: got %v, want %v", f, got, want)
			}
		}
	}
	if _, _, err := s.Holds(store.HoldFilter{Mission: "nope"}); mission.KindOf(err) != mission.NotFound {
		t.Errorf("got %v, want not found", err)
	}
}

func ordinalOf(t *testing.T, s *store.Store, id mission.ID) mission.Ordinal {
	t.Helper()
	m, err := s.Mission(id)
	if err != nil {
		t.Fatal(err)
	}
	return m.Seats.Ordinal
}

func holdsOf(t *testing.T, s *store.Store, f store.HoldFilter) (all []mission.Hold) {
	t.Helper()
	for {
		page, next, err := s.Holds(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if next == "" {
			return all
		}
		f.Cursor = next
	}
}

// The log has every command, until it is trimmed after a day of log time.
func TestChanges(t *testing.T) {
	s := openSmall(t)
	mustDo(t, s, mission.PutMission{Mission: someMission("m1", 3)})
	mustDo(t, s, hold("h1", "v1"))
	changes, oldest, err := s.Changes(1, 10)
	if err != nil || oldest != 1 || len(changes) != 2 || changes[1].Kind != mission.SeatConfirmed || changes[1].Hold.ID != "h1" || changes[1].MissionID != "m1" || changes[1].Seq != 3 {
		t.Errorf("got %+v from %d, %v", changes, oldest, err)
	}
	mustDo(t, s, mission.Tick{At: scriptStart + mission.LogHours*3600 - 1})
	if _, oldest, _ := s.Changes(0, 10); oldest != 1 {
		t.Errorf("got oldest %d, want all there still", oldest)
	}
	mustDo(t, s, mission.Tick{At: scriptStart + mission.LogHours*3600})
	changes, oldest, _ = s.Changes(0, 10)
	if oldest != 4 || len(changes) != 2 || s.Stats().LogEntries != 2 {
		t.Errorf("got oldest %d, %d changes, %d entries; want the two ticks alone", oldest, len(changes), s.Stats().LogEntries)
	}
}

// Feedback keeps the last 64 things of 30 days, goes out with an export, and
// leaves with the person.
func TestFeedback(t *testing.T) {
	s := openSmall(t)
	mustDo(t, s, mission.PutVolunteer{Volunteer: someVolunteer("v1")})
	give := func(volunteer string, missions int, at string) mission.Result {
		f := mission.Feedback{Type: "shown", Volunteer: volunteer, RecommendationID: "r", At: mission.Moment(at)}
		for i := range missions {
			f.Missions = append(f.Missions, fmt.Sprintf("m%d", i))
		}
		return mustDo(t, s, mission.GiveFeedback{Feedback: []mission.Feedback{f}})
	}
	shown := func() (n int) {
		e, err := s.Export("v1")
		if err != nil || e.Volunteer == nil {
			t.Fatal(e, err)
		}
		for _, f := range e.Feedback {
			n += len(f.Missions)
		}
		return n
	}
	give("v1", 5, "2026-11-01T00:00:00Z")
	give("v1", 40, "2026-11-20T00:00:00Z")
	if n := shown(); n != 45 {
		t.Errorf("got %d shown, want 45", n)
	}
	give("v1", 30, "")
	if n := shown(); n != mission.FeedbackMax {
		t.Errorf("got %d shown, want %d", n, mission.FeedbackMax)
	}
	for _, r := range []mission.Result{give("nobody", 3, ""), give("v1", 3, "2026-10-01T00:00:00Z"), give("v1", 0, "")} {
		if r.Outcome != mission.Unchanged {
			t.Errorf("got %+v, want unchanged", r)
		}
	}
	mustDo(t, s, mission.Tick{At: scriptStart + 29*86_400})
	if n := shown(); n != 30 {
		t.Errorf("after 29 days: got %d shown, want those of the start", n)
	}
	mustDo(t, s, mission.EraseVolunteer{ID: "v1"})
	if _, err := s.Export("v1"); mission.KindOf(err) != mission.NotFound {
		t.Errorf("erased: got %v, want not found", err)
	}
	s.Close()
	mustBeSound(t, filepath.Dir(s.Path()))
}

// A copy taken while writes go on opens as a store of the moment it says.
func TestBackup(t *testing.T) {
	s := openSmall(t)
	putMany(t, s, 200, func(i int) mission.Command { return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), 3)} })
	ctx, cancel := context.WithCancel(context.Background())
	busy := make(chan struct{})
	go func() {
		defer close(busy)
		for i := 0; ctx.Err() == nil; i++ {
			submit(s, mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprint("v", i))})
		}
	}()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	seq, err := s.Backup(f)
	cancel()
	<-busy
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	if r := mustBeSound(t, dir); r.Seq != seq || r.Missions != 200 {
		t.Errorf("got %+v, want seq %d", r, seq)
	}
	openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20})
}

// Records are those of the last write, also where the data file has not taken
// what was written to seats since.
func TestRecordsAreTheLast(t *testing.T) {
	s := openStore(t, t.TempDir(), store.Options{NoSync: true})
	mustDo(t, s, mission.Tick{At: scriptStart})
	rnd := newRand(7)
	settled := 0
	for i := range 300 {
		id := fmt.Sprintf("m%d", rnd.IntN(3))
		switch rnd.IntN(4) {
		case 0:
			m := someMission(id, 1_000)
			m.Title = fmt.Sprintf("Title %d", i)
			mustDo(t, s, mission.PutMission{Mission: m})
		case 1:
			if _, err := submit(s, mission.DeleteMission{ID: id, Force: true}); err != nil && mission.KindOf(err) != mission.NotFound {
				t.Fatal(err)
			}
		default:
			if _, err := submit(s, mission.HoldSeat{Hold: fmt.Sprintf("h%d", i), Mission: id, Volunteer: fmt.Sprintf("v%d", i)}); err != nil && mission.KindOf(err) != mission.NotFound {
				t.Fatal(err)
			}
		}
		ids := []mission.ID{"m0", "nobody", "m1", "m2"}
		got, err := s.Records(ids)
		if err != nil {
			t.Fatal(err)
		}
		if s.Settled() == s.Seq() {
			settled++
		}
		want, err := s.Missions(ids)
		if err != nil {
			t.Fatal(err)
		}
		for j := range want {
			want[j].Seats = mission.Seats{}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("after %d writes (-missions +records):\n%s", i, d)
		}
	}
	if settled > 250 {
		t.Errorf("the data file was brought up to date for %d of 300 looks at records: holds should not need it", settled)
	}
}
