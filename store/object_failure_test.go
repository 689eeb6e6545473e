package store_test

// Records after commits whose outcome was unknown: who follows the changes knows
// all there is, as if nothing had happened.

import (
	"encoding/json"
	"errors"
	"runtime"
	"sync"
	"testing"

	"renfort/mission"
	"renfort/store"
)

func TestObjectsCommittedAllTheSame(t *testing.T) {
	r, follower, seen := newRecorder(), newMirror(), 0
	s := openFailing(t, r)
	r.read = func() { // under the recorder's lock
		follower.committed(r.changes[seen:])
		seen = len(r.changes)
	}
	mustDo(t, s, put("kept", "a"))
	several := func(c ...mission.Command) []mission.Command { return c }
	for _, batch := range [][]mission.Command{several(put("new", "x")), several(put("kept", "b")), several(mission.MoveObjects{From: "new", To: "moved"}),
		several(put("tmp", "1", "2"), put("tmp", "3"), mission.MoveObjects{From: "tmp", To: "kept"}), several(put("kept", "c")),
		several(mission.PutObjectIndex{Index: "kept", Settings: json.RawMessage(`{"hitsPerPage":1}`)}), several(mission.ClearObjects{Index: "moved"}),
		several(put("moved", "y"), mission.DropObjects{Index: "moved"}, put("moved", "z"), mission.DropObjects{Index: "kept"})} {
		failAtOnce(t, s, batch)
		if d := loadMirror(t, s).differs(follower); d != "" {
			t.Fatalf("%v: the file and the changes differ: %s", batch, d)
		}
	}
}

// failAtOnce gives a store commands while it commits another, so that they are
// one commit, which says that it failed although it did not; and has the store
// recover.
func failAtOnce(t *testing.T, s *store.Store, batch []mission.Command) {
	t.Helper()
	commits, entered := 0, make(chan struct{})
	s.InsteadOfCommit(func(commit func() error) error {
		if commits++; commits == 1 {
			close(entered)
		}
		for commits == 1 && s.Queued() < len(batch) {
			runtime.Gosched()
		}
		err := commit()
		if commits == 2 {
			return errors.New("input/output error")
		}
		return err
	})
	var es []mission.Envelope
	for _, c := range batch {
		es = append(es, mission.Envelope{Command: c, First: true})
	}
	var wg sync.WaitGroup
	wg.Go(func() { mustDo(t, s, mission.Tick{At: s.Now() + 1}) })
	<-entered
	_, errs := s.SubmitAll(t.Context(), es)
	wg.Wait()
	for i, err := range errs {
		if mission.KindOf(err) != mission.Unavailable {
			t.Fatalf("%s: got %v, want unavailable", told(batch[i]), err)
		}
	}
	mustRecover(t, s, mission.Tick{At: s.Now() + 1})
}
