package store_test

// What happens when a commit fails: writes are refused as "outcome unknown",
// reads go on, and once the cause has gone the store reads its file again,
// tells what turned out to have been committed, and takes writes.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"renfort/mission"
	"renfort/store"
)

// recorder keeps the changes that a store tells.
type recorder struct {
	mu      sync.Mutex
	changes []mission.Change
	read    func() // what to do beside, nil for nothing
}

func newRecorder() *recorder { return &recorder{} }

func (r *recorder) told(c []mission.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, c...)
	if r.read != nil {
		r.read()
	}
}

func (r *recorder) all() []mission.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]mission.Change(nil), r.changes...)
}

// patience is how long a test waits for what must come at some time. Nothing
// is asserted about how long it takes.
const patience = time.Minute

func openFailing(t *testing.T, r *recorder) *store.Store {
	t.Helper()
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 20, Committed: r.told})
	s.RecoverEvery(time.Millisecond)
	mustDo(t, s, mission.Tick{At: scriptStart})
	mustDo(t, s, mission.PutMission{Mission: someMission("m1", 100)})
	return s
}

func hold(id, volunteer string) mission.HoldSeat {
	return mission.HoldSeat{Hold: id, Mission: "m1", Volunteer: volunteer, Confirm: true}
}

func submit(s *store.Store, c mission.Command) (mission.Result, error) {
	return s.Submit(context.Background(), mission.Envelope{Command: c})
}

// mustRecover repeats a command until the store takes it.
func mustRecover(t *testing.T, s *store.Store, c mission.Command) mission.Result {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		res, err := submit(s, c)
		if err == nil {
			return res
		}
		if mission.KindOf(err) != mission.Unavailable {
			t.Fatalf("got %v, want unavailable or success", err)
		}
	}
	t.Fatal("the store never recovered")
	return mission.Result{}
}

// A commit that says it failed although it did not (a failed sync of the meta
// page): its changes are told when the store finds them.
func TestCommittedAllTheSame(t *testing.T) {
	r := newRecorder()
	s := openFailing(t, r)
	r.read = func() { s.Mission("m1") } // reading is allowed meanwhile
	mustDo(t, s, mission.PutVolunteer{Volunteer: someVolunteer("v1")})
	told, broken := len(r.all()), true
	s.InsteadOfCommit(func(commit func() error) error {
		err := commit()
		if broken {
			broken = false
			return errors.New("input/output error")
		}
		return err
	})
	_, err := submit(s, hold("h1", "v1"))
	if e := mission.AsError(err); e == nil || e.Kind != mission.Unavailable || e.RetryS == 0 {
		t.Fatalf("got %v, want unavailable with a time to retry", err)
	}
	if h, _, err := s.Hold("h1"); err == nil && h.State != mission.Confirmed {
		t.Fatalf("got hold %+v", h)
	}
	res := mustRecover(t, s, hold("h1", "v1"))
	if res.Outcome != mission.Unchanged || res.Hold.ID != "h1" {
		t.Errorf("got %+v, want the hold that was there", res)
	}
	late := r.all()[told:]
	if len(late) != 1 || late[0].Kind != mission.SeatConfirmed || late[0].Hold == nil || late[0].Hold.Volunteer != "v1" ||
		late[0].Seats == nil || late[0].Seats.Pools[0].Confirmed != 1 || late[0].Seq != s.Seq() {
		t.Errorf("got changes %+v, want the confirmed seat with its seats", late)
	}
	if st := s.Stats(); st.Failures == 0 || st.Failed {
		t.Errorf("got stats %+v", st)
	}
}

// A commit that failed: nothing of it is there, and nothing is told.
func TestCommitLost(t *testing.T) {
	r := newRecorder()
	s := openFailing(t, r)
	told, fails := len(r.all()), 3
	s.InsteadOfCommit(func(commit func() error) error {
		if fails > 0 {
			fails-- // also those by which recovery probes
			return errors.New("no space left on device")
		}
		return commit()
	})
	seq := s.Seq()
	if _, err := submit(s, hold("h1", "v1")); mission.KindOf(err) != mission.Unavailable {
		t.Fatalf("got %v, want unavailable", err)
	}
	if m, err := s.Mission("m1"); err != nil || m.Seats.Totals().Taken() != 0 {
		t.Fatalf("reads must go on: got %+v, %v", m.Seats.Totals(), err)
	}
	if res := mustRecover(t, s, hold("h2", "v2")); res.Seq != seq+1 {
		t.Errorf("got seq %d, want %d", res.Seq, seq+1)
	}
	if _, _, err := s.Hold("h1"); mission.KindOf(err) != mission.NotFound {
		t.Errorf("hold of the lost commit: got %v, want not found", err)
	}
	if late := r.all()[told:]; len(late) != 1 || late[0].Hold.ID != "h2" {
		t.Errorf("got changes %+v, want those of h2", late)
	}
}

// A full disk: bbolt itself fails to grow the file; everything that was
// answered is there, reads go on, and with room again so do writes.
func TestFullDisk(t *testing.T) {
	r := newRecorder()
	s := openFailing(t, r)
	s.LimitFile(256 << 10)
	var acknowledged []string
	var err error
	for i := 0; err == nil && i < 100_000; i++ {
		id := fmt.Sprintf("m-%d", i)
		if _, err = submit(s, mission.PutMission{Mission: someMission(id, 3)}); err == nil {
			acknowledged = append(acknowledged, id)
		}
	}
	if mission.KindOf(err) != mission.Unavailable || len(acknowledged) == 0 {
		t.Fatalf("got %v after %d missions, want unavailable", err, len(acknowledged))
	}
	mustRecover(t, s, hold("h1", "v1")) // the file is opened anew, without the limit
	for _, id := range acknowledged {
		if _, err := s.Mission(id); err != nil {
			t.Fatalf("acknowledged %s: %v", id, err)
		}
	}
}

// While somebody copies the file, recovery waits, and reads do not.
func TestReadsWhileRecoveryWaits(t *testing.T) {
	s := openFailing(t, newRecorder())
	broken := true
	s.InsteadOfCommit(func(commit func() error) error {
		if broken {
			broken = false
			return errors.New("input/output error")
		}
		return commit()
	})
	w := &stalledWriter{begun: make(chan struct{}), goOn: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		_, err := s.Backup(w)
		done <- err
	}()
	<-w.begun
	if _, err := submit(s, hold("h1", "v1")); mission.KindOf(err) != mission.Unavailable {
		t.Fatalf("got %v, want unavailable", err)
	}
	for range 1_000 { // recovery tries every millisecond meanwhile
		if _, err := s.Mission("m1"); err != nil {
			t.Fatalf("reads must go on: %v", err)
		}
	}
	if _, err := submit(s, hold("h2", "v2")); mission.KindOf(err) != mission.Unavailable {
		t.Fatalf("got %v, want unavailable: the backup still reads the old file", err)
	}
	close(w.goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	mustRecover(t, s, hold("h3", "v3"))
}

// stalledWriter waits in its first Write.
type stalledWriter struct {
	once        sync.Once
	begun, goOn chan struct{}
}

func (w *stalledWriter) Write(b []byte) (int, error) {
	w.once.Do(func() {
		close(w.begun)
		<-w.goOn
	})
	return len(b), nil
}

// A read that lasts while the file grows does not hold a commit up. With a
// map as small as the file it would: bbolt maps anew, and waits for readers.
func TestLongReadWhileTheFileGrows(t *testing.T) {
	for _, c := range []struct {
		name     string
		mapBytes int
		stalls   bool
	}{{"small map", 1 << 20, true}, {"large map", 1 << 34, false}} {
		t.Run(c.name, func(t *testing.T) {
			s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: c.mapBytes})
			mustDo(t, s, mission.Tick{At: scriptStart})
			w := &stalledWriter{begun: make(chan struct{}), goOn: make(chan struct{})}
			copied := make(chan error, 1)
			go func() {
				_, err := s.Backup(w)
				copied <- err
			}()
			<-w.begun
			written := make(chan struct{})
			go func() {
				defer close(written)
				putMany(t, s, 3_000, func(i int) mission.Command {
					return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), 3)}
				})
			}()
			if c.stalls {
				waitUntil(t, inMmap)
				select {
				case <-written:
					t.Error("the small map did not stall the writer: the test shows nothing")
				default:
				}
				close(w.goOn)
				waitFor(t, written)
			} else {
				waitFor(t, written)
				close(w.goOn)
			}
			if err := <-copied; err != nil {
				t.Fatal(err)
			}
			if got := s.Stats().FileBytes; got < 2<<20 {
				t.Fatalf("the file has %d bytes: it did not outgrow the small map, and the test shows nothing", got)
			}
		})
	}
}

// inMmap says whether bbolt is mapping a file anew, or waits to.
func inMmap() bool {
	stacks := make([]byte, 1<<20)
	return bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("bbolt.(*DB).mmap("))
}

func waitUntil(t *testing.T, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("it never came")
		}
	}
}

func waitFor(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatal("it never came")
	}
}
