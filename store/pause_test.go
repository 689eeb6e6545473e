package store_test

import (
	"context"
	"fmt"
	"testing"

	"renfort/mission"
	"renfort/store"
)

// Goal: the writer pauses between what it applies, commits and tells of, and a
// large batch in between; nobody is answered before all of it is done.
func TestTheWriterPauses(t *testing.T) {
	var pauses, told int
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 22, Pause: func() { pauses++ },
		Committed: func(cs []mission.Change) { told += len(cs) }})
	mustDo(t, s, mission.Tick{At: scriptStart})
	const many = 200
	es := make([]mission.Envelope, many)
	for i := range es {
		es[i].Command = mission.PutVolunteer{Volunteer: &mission.Volunteer{ID: fmt.Sprint("v", i)}}
	}
	before, known := pauses, told
	if _, errs := s.SubmitAll(context.Background(), es); errs[0] != nil {
		t.Fatal(errs[0])
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := pauses - before; got < 5 {
		t.Errorf("%d commands: got %d pauses, want some in between", many, got)
	}
	if told-known != many {
		t.Errorf("told of %d changes, want %d", told-known, many)
	}
}
