package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"renfort/mission"
)

// The ring beside a list: after frames of any size and bases at any moment, a
// journal that is opened gives what came after its base, all of it and in order.
func TestJournalRing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 7))
	nothing := func(*os.File) error { return nil }
	full, around := 0, 0
	for round := range 50 {
		path := filepath.Join(t.TempDir(), fmt.Sprint(round))
		j, err := createJournal(path, 300+int64(rnd.IntN(2_000)), nothing)
		if err != nil {
			t.Fatal(err)
		}
		var frames [][]byte // after the base
		rebase := func() {
			to := base{count: j.base.count + 1, format: Format, page: 4096, meta: make([]byte, metaPageBytes), at: j.at, next: j.next}
			if err := j.rebase(&to); err != nil {
				t.Fatal(err)
			}
			frames = nil
		}
		rebase()
		if err := j.name(); err != nil {
			t.Fatal(err)
		}
		for range 200 {
			if rnd.IntN(8) == 0 {
				rebase()
			}
			ops := make([]byte, 1+rnd.IntN(300))
			for i := range ops {
				ops[i] = byte(rnd.Uint32())
			}
			at := j.at
			switch err := j.append(ops); {
			case err == errNoRoom:
				full++
				if j.used()+int64(frameHead+len(ops)) < j.size/2-1 {
					t.Fatalf("no room for %d bytes in %d, of which %d are used", len(ops), j.size, j.used())
				}
				rebase()
			case err != nil:
				t.Fatal(err)
			default:
				frames = append(frames, ops)
			}
			if j.at < at {
				around++
			}
		}
		mustReplay(t, j, frames)
	}
	if full == 0 || around == 0 {
		t.Errorf("the ring was full %d times and went around %d times: the test shows little", full, around)
	}
}

// mustReplay closes a journal, opens it again, and wants the frames after its base.
func mustReplay(t *testing.T, j *journal, frames [][]byte) {
	t.Helper()
	_ = j.file.Close()
	again, err := openJournal(j.path, j.sync)
	if err != nil {
		t.Fatal(err)
	}
	defer again.file.Close()
	var got [][]byte
	if err := again.replay(func(ops []byte) error { got = append(got, bytes.Clone(ops)); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(frames) || again.at != j.at || again.next != j.next {
		t.Fatalf("got %d frames up to %d, want %d up to %d", len(got), again.at, len(frames), j.at)
	}
	for i := range got {
		if !bytes.Equal(got[i], frames[i]) {
			t.Fatalf("frame %d is another", i)
		}
	}
}

// A journal that another process took away after we had opened it is not used: the
// data file has everything, and stays as it is.
func TestJournalTakenAway(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	s, err := Open(dir, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(journalOf(path), s.file.sync)
	if err != nil || j == nil {
		t.Fatalf("got %v, %v", j, err)
	}
	defer j.file.Close()
	f := &file{journal: j, sync: s.file.sync}
	if err := f.restore(path); !errors.Is(err, ErrInUse) {
		t.Errorf("while it is open: got %v, want %v", err, ErrInUse)
	}
	if _, err := s.Submit(t.Context(), mission.Envelope{Command: mission.Tick{At: 1_800_000_000}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.restore(path); !errors.Is(err, ErrInUse) {
		t.Errorf("after it was closed: got %v, want %v", err, ErrInUse)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the data file was changed: %v", err)
	}
}

// What a frame has is read as it was written, and nothing that cannot be is.
func TestFrames(t *testing.T) {
	type op struct {
		b       bucketID
		removed bool
		key     string
		value   string
	}
	want := []op{{seatsBucket, false, "k", "value"}, {objectsBucket, true, "gone", ""}, {metaBucket, false, "empty", ""}, {logBucket, false, string(make([]byte, 300)), string(make([]byte, 70_000))}}
	var ops []byte
	for _, o := range want {
		ops = appendOp(ops, o.b, o.removed, []byte(o.key), []byte(o.value))
	}
	i := 0
	err := eachOp(ops, func(b bucketID, removed bool, key, value []byte) error {
		if got := (op{b, removed, string(key), string(value)}); got != want[i] {
			t.Errorf("got %+v, want %+v", got, want[i])
		}
		i++
		return nil
	})
	if err != nil || i != len(want) {
		t.Errorf("got %d of %d, %v", i, len(want), err)
	}
	for n := 1; n < 20; n++ {
		if err := eachOp(ops[:len(ops)-n], func(bucketID, bool, []byte, []byte) error { return nil }); err == nil {
			t.Errorf("a frame without its last %d bytes is read", n)
		}
	}
	if err := eachOp([]byte{byte(bucketCount), 0, 0}, func(bucketID, bool, []byte, []byte) error { return nil }); err == nil {
		t.Error("a bucket that there is not is written to")
	}
}
