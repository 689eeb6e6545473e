package store_test

// How a store opens, closes and refuses to; what many at once may do; and that
// batches, whoever's they are, leave no trace in the state.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"renfort/mission"
	"renfort/store"
)

func openStore(t testing.TB, dir string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// openSmall opens a new store for a test, with log time under way.
func openSmall(t testing.TB) *store.Store {
	t.Helper()
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 22})
	mustDo(t, s, mission.Tick{At: scriptStart})
	return s
}

// mustBeSound checks a data directory that nobody has open.
func mustBeSound(t testing.TB, dir string) store.Report {
	t.Helper()
	r, err := store.Check(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) > 0 {
		t.Fatalf("check: %s", strings.Join(r.Problems, "\n"))
	}
	return r
}

// 64 goroutines want the last seat of ten missions: one each gets it.
func TestLastSeat(t *testing.T) {
	s := openSmall(t)
	const missions, people = 10, 64
	putMany(t, s, missions, func(i int) mission.Command {
		return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), 1)}
	})
	var granted [missions]atomic.Int64
	var wg sync.WaitGroup
	for p := range people {
		wg.Go(func() {
			for m := range missions {
				c := mission.HoldSeat{Hold: fmt.Sprintf("h%d.%d", m, p), Mission: fmt.Sprintf("m%d", m), Volunteer: fmt.Sprintf("v%d", p), Confirm: true}
				switch _, err := submit(s, c); mission.KindOf(err) {
				case mission.Unknown:
					granted[m].Add(1)
				case mission.Full:
				default:
					t.Errorf("got %v, want a seat or full", err)
				}
			}
		})
	}
	wg.Wait()
	for m := range missions {
		v, err := s.Mission(fmt.Sprintf("m%d", m))
		if n := granted[m].Load(); err != nil || n != 1 || v.Seats.Pools[0].Confirmed != 1 {
			t.Errorf("mission m%d: got %d granted, %+v, %v; want 1", m, n, v.Seats.Pools, err)
		}
	}
	s.Close()
	mustBeSound(t, filepath.Dir(s.Path()))
}

// The same commands in batches of other sizes leave the same state.
func TestBatchesLeaveNoTrace(t *testing.T) {
	var hashes [2]uint64
	var seqs [2]uint64
	for i, together := range []bool{false, true} {
		s := openSmall(t)
		sim := &sim{t: t, seed: 1, rnd: newRand(11), toy: newToy()}
		sim.toy.now = scriptStart
		var es []mission.Envelope
		for range 2_000 {
			e := sim.random()
			sim.toy.apply(e)
			if e.Key != "" {
				sim.keyed = append(sim.keyed, e)
			}
			es = append(es, e)
		}
		if together {
			s.SubmitAll(context.Background(), es)
		} else {
			for _, e := range es {
				s.Submit(context.Background(), e)
			}
		}
		hashes[i], seqs[i] = s.Hash(), s.Seq()
		if st := s.Stats(); together && st.Commands < 2*st.Batches {
			t.Fatalf("%d commands in %d batches: they were not together", st.Commands, st.Batches)
		}
	}
	if hashes[0] != hashes[1] || seqs[0] != seqs[1] || seqs[0] < 400 {
		t.Errorf("got hash %x at seq %d alone, %x at %d together", hashes[0], seqs[0], hashes[1], seqs[1])
	}
}

// What a store has survives closing; its own policy and taxonomy go before
// those it is opened with.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	first := mission.DefaultPolicy()
	first.Name = "first"
	s := openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20, Policy: first})
	mustDo(t, s, mission.Tick{At: scriptStart})
	second := mission.DefaultPolicy()
	second.Name, second.Seats.HoldS = "second", 60
	mustDo(t, s, mission.PutPolicy{Policy: second})
	seq, now, hash := s.Seq(), s.Now(), s.Hash()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := submit(s, mission.Tick{At: scriptStart + 1}); mission.KindOf(err) != mission.Unavailable {
		t.Errorf("after Close: got %v, want unavailable", err)
	}
	s = openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20})
	if s.Seq() != seq || s.Now() != now || s.Hash() != hash || s.Policy().Key() != "second/1" {
		t.Errorf("got %d %d %x %s, want %d %d %x second/1", s.Seq(), s.Now(), s.Hash(), s.Policy().Key(), seq, now, hash)
	}
	if p, ok := s.PolicyNamed("first/1"); !ok || p.Name != "first" || len(s.PolicyHistory()) != 2 {
		t.Errorf("got %v %v of %d policies", p, ok, len(s.PolicyHistory()))
	}
}

// Close answers what was queued before it.
func TestCloseDrains(t *testing.T) {
	s := openSmall(t)
	var wg sync.WaitGroup
	var done, refused atomic.Int64
	begun := make(chan struct{}, 64)
	for i := range 64 {
		wg.Go(func() {
			for n := 0; ; n++ {
				_, err := submit(s, mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprintf("v%d.%d", i, n))})
				if err != nil {
					refused.Add(1)
					return
				}
				done.Add(1)
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	<-begun
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	r := mustBeSound(t, filepath.Dir(s.Path()))
	if int64(r.Volunteers) != done.Load() || refused.Load() != 64 {
		t.Errorf("got %d volunteers stored of %d acknowledged, %d refused; want as many, and 64", r.Volunteers, done.Load(), refused.Load())
	}
}

// A command whose context ends is answered at once, with an unknown outcome.
func TestContext(t *testing.T) {
	s := openSmall(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Submit(ctx, mission.Envelope{Command: mission.PutVolunteer{Volunteer: someVolunteer("v1")}})
	if err != nil && mission.KindOf(err) != mission.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
}

// What cannot be written down is refused before it reaches the writer.
func TestSubmitRefuses(t *testing.T) {
	s := openSmall(t)
	strange := someMission("m1", 3)
	strange.State = "strange"
	zero := someMission("m\x001", 3)
	for _, c := range []mission.Command{
		nil, mission.PutMission{Mission: strange}, mission.PutMission{Mission: zero}, mission.Tick{At: 1 << 60}, mission.Tick{At: -1},
		mission.PutOrganization{Organization: &mission.Organization{ID: "o1", State: "strange"}}, mission.HoldSeat{Mission: "m1", Volunteer: "v1"},
		mission.HoldSeat{Hold: "h", Mission: "m1", Volunteer: "v1", Ref: "a\x00b"}, mission.SetElsewhere{Mission: "m1"},
		mission.GiveFeedback{Feedback: []mission.Feedback{{Type: "liked", Volunteer: "v1"}}}, mission.AnswerSeat{Hold: "h"}, mission.EraseVolunteer{},
		mission.JoinWaiting{Mission: "m1"}, mission.JoinWaiting{Mission: "m1", Volunteer: "v1", Slot: "a\x00"}, mission.LeaveWaiting{Volunteer: "v1"},
		mission.JoinWaiting{Mission: "m1", Volunteer: "v1", Clock: mission.Clock{Offset: 90_000}},
		mission.JoinWaiting{Mission: "m1", Volunteer: "v1", Clock: mission.Clock{Shifts: []mission.Shift{{At: 2}, {At: 1}}}},
		mission.HoldSeat{Hold: "o-1", Mission: "m1", Volunteer: "v1"}, mission.ImportSeat{Hold: "o-1", Mission: "m1", Volunteer: "v1"},
	} {
		if _, err := submit(s, c); mission.KindOf(err) != mission.Invalid {
			t.Errorf("%+v: got %v, want invalid", c, err)
		}
	}
}

// A full queue refuses, and says when to come again.
func TestOverload(t *testing.T) {
	s := openSmall(t)
	block, entered := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.InsteadOfCommit(func(commit func() error) error {
		once.Do(func() { close(entered); <-block })
		return commit()
	})
	go submit(s, mission.Tick{At: scriptStart + 1})
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	overloaded := make(chan error, 2*store.QueueBulkMax)
	for i := range 2 * store.QueueBulkMax {
		wg.Go(func() {
			e := mission.Envelope{Command: mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprint("v", i))}, Bulk: true}
			if _, err := s.Submit(ctx, e); mission.KindOf(err) == mission.Overloaded {
				overloaded <- err
			}
		})
	}
	e := mission.AsError(<-overloaded)
	if e.RetryS == 0 {
		t.Errorf("got %+v, want a time to retry", e)
	}
	cancel()
	close(block)
	wg.Wait()
}

// A directory is refused with the reason, and left as it was.
func TestOpenRefuses(t *testing.T) {
	cases := []struct {
		name string
		want error
		do   func(t *testing.T, path string)
	}{
		{"newer", store.ErrNewer, func(t *testing.T, path string) {
			edit(t, path, func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte{store.Format + 1})
			})
		}},
		{"foreign", store.ErrDamaged, func(t *testing.T, path string) {
			edit(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("meta")) })
		}},
		{"bucket missing", store.ErrDamaged, func(t *testing.T, path string) {
			edit(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("seats")) })
		}},
		{"no database", store.ErrDamaged, func(t *testing.T, path string) { write(t, path, bytes.Repeat([]byte("what is this? "), 3_000)) }},
		{"short", store.ErrDamaged, func(t *testing.T, path string) { write(t, path, []byte("short")) }},
		{"cut off", store.ErrDamaged, func(t *testing.T, path string) {
			b := read(t, path)
			write(t, path, b[:len(b)/2])
		}},
		{"a page overwritten", store.ErrDamaged, func(t *testing.T, path string) {
			b := read(t, path)
			for at := 4 * 4096; at+4096 <= len(b); at += 4096 {
				copy(b[at:], bytes.Repeat([]byte{0xA5}, 64))
			}
			write(t, path, b)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := closedStore(t)
			path := filepath.Join(dir, store.FileName)
			c.do(t, path)
			before := read(t, path)
			s, err := store.Open(dir, store.Options{NoSync: true, MapBytes: 1 << 22})
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, %v; want %v", s, err, c.want)
			}
			if after := read(t, path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// A file of format 1 is sound as it is, and is brought up to the newest when it
// is opened; nothing that was in it changes.
func TestUpgrade(t *testing.T) {
	s := openSmall(t)
	mustDo(t, s, mission.PutMission{Mission: someMission("m1", 1)})
	mustDo(t, s, mission.HoldSeat{Hold: "h1", Mission: "m1", Volunteer: "v1"})
	hash, dir := s.Hash(), filepath.Dir(s.Path())
	s.Close()
	edit(t, s.Path(), func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket([]byte("waiting")); err != nil {
			return err
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte{1})
	})
	mustBeSound(t, dir)
	s = openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20})
	if s.Hash() != hash {
		t.Errorf("got hash %x, want %x", s.Hash(), hash)
	}
	if res := mustDo(t, s, mission.JoinWaiting{Mission: "m1", Volunteer: "v2"}); res.Waiting == nil || res.Waiting.Position != 1 {
		t.Errorf("got %+v, want the first place", res)
	}
	s.Close()
	mustBeSound(t, dir)
}

func TestOpenInUse(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20})
	if _, err := store.Open(dir, store.Options{}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("got %v, want in use", err)
	}
	if _, err := store.Check(dir); !errors.Is(err, store.ErrInUse) {
		t.Errorf("check: got %v, want in use", err)
	}
	s.Close()
	openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20})
}

// closedStore leaves a directory with a store in which everything occurs.
func closedStore(t *testing.T) string {
	t.Helper()
	s := openSmall(t)
	fillStore(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(s.Path())
}

func edit(t *testing.T, path string, f func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(f); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
