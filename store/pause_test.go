package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"renfort/mission"
	"renfort/store"
)

// Goal: the writer pauses between what it applies, commits and tells of, and a
// large batch in between; nobody is answered before all of it is done.
func TestTheWriterPauses(t *testing.T) {
	var pauses, told atomic.Int64
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 22, Pause: func() { pauses.Add(1) },
		Committed: func(cs []mission.Change) { told.Add(int64(len(cs))) }})
	mustDo(t, s, mission.Tick{At: scriptStart})
	const many = 200
	es := make([]mission.Envelope, many)
	for i := range es {
		es[i].Command = mission.PutVolunteer{Volunteer: &mission.Volunteer{ID: fmt.Sprint("v", i)}}
	}
	before, known := pauses.Load(), told.Load()
	if _, errs := s.SubmitAll(context.Background(), es); errors.Join(errs...) != nil {
		t.Fatal(errors.Join(errs...))
	}
	if got := told.Load() - known; got != many {
		t.Errorf("all are answered: told of %d changes, want %d", got, many)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := pauses.Load() - before; got < 5 {
		t.Errorf("%d commands: got %d pauses, want some in between", many, got)
	}
}
