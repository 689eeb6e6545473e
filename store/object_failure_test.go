package store_test

// Records after commits that failed or whose outcome was unknown: a follower
// that reads anew what comes without its records knows all there is.

import (
	"encoding/json"
	"errors"
	"testing"

	"renfort/mission"
)

func TestObjectsCommittedAllTheSame(t *testing.T) {
	r, follower, anew := newRecorder(), newMirror(), 0
	s := openFailing(t, r)
	seen := len(r.changes)
	r.read = func() { // under the recorder's lock
		for _, c := range r.changes[seen:] {
			follower.committed([]mission.Change{c})
			if c.Kind == mission.ObjectsWritten && c.Objects.Writes == nil {
				page, _, err := s.Objects(c.Objects.Index, "", 0)
				if err != nil && mission.KindOf(err) != mission.NotFound {
					t.Errorf("read anew: %v", err)
				}
				clear(follower.records[c.Objects.Index])
				for _, o := range page {
					follower.records[c.Objects.Index][o.ID] = o
				}
				anew++
			}
		}
		seen = len(r.changes)
	}
	mustDo(t, s, put("kept", "a"))
	for _, c := range []mission.Command{put("new", "x"), put("kept", "b"), mission.MoveObjects{From: "new", To: "moved"}, put("kept", "c"),
		mission.PutObjectIndex{Index: "kept", Settings: json.RawMessage(`{"hitsPerPage":1}`)}, mission.ClearObjects{Index: "moved"},
		mission.DropObjects{Index: "moved"}} {
		broken := true
		s.InsteadOfCommit(func(commit func() error) error {
			err := commit()
			if broken {
				broken = false
				return errors.New("input/output error")
			}
			return err
		})
		if _, err := submit(s, c); mission.KindOf(err) != mission.Unavailable {
			t.Fatalf("%s: got %v, want unavailable", told(c), err)
		}
		mustRecover(t, s, mission.Tick{At: s.Now() + 1})
		if d := loadMirror(t, s).differs(follower); d != "" {
			t.Fatalf("%s: the file and the changes differ: %s", told(c), d)
		}
	}
	if anew != 3 {
		t.Errorf("an index was read anew %d times, want 3", anew)
	}
}
