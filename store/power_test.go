package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"renfort/mission"
	"renfort/store"
)

// Power is lost at any moment, also while the data file takes what was agreed
// and while a base is made beside the writer: everything that was answered is
// there afterwards, and the state is one that the store was in.
func TestPowerLoss(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 7))
	for _, journal := range []int{16 << 10, 64 << 10, 1 << 20} {
		t.Run(fmt.Sprint(journal), func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "0")
			var states sync.Map // hash by seq
			bases, rounds := 0, 15
			if raceEnabled {
				rounds = 3 // .ci/run loses power more often without the detector
			}
			if raceEnabled && journal == 16<<10 {
				rounds = 8 // where bases are made
			}
			for round := range rounds {
				s := openStore(t, dir, store.Options{NoSync: true, JournalBytes: journal})
				files, n := powerRound(t, s, round, &states, rnd)
				bases += n
				s.Close()
				dir = filepath.Join(root, fmt.Sprint(round+1))
				lay(t, dir, files)
				if r, err := store.Check(dir); err != nil || len(r.Problems) > 0 {
					t.Fatalf("round %d: check: %v %v", round, err, r.Problems)
				}
			}
			if journal == 16<<10 && bases < rounds {
				t.Errorf("only %d bases were made while it ran: the test shows little", bases)
			}
		})
	}
}

// powerRound writes for a moment, and gives what the disk has when the power goes.
func powerRound(t *testing.T, s *store.Store, round int, states *sync.Map, rnd *rand.Rand) (files map[string][]byte, bases int) {
	t.Helper()
	if hash, ok := states.Load(s.Seq()); ok && hash != s.Hash() {
		t.Fatalf("round %d: seq %d with hash %x, was %x", round, s.Seq(), s.Hash(), hash)
	}
	if _, ok := states.Load(s.Seq()); round > 0 && !ok {
		t.Fatalf("round %d: seq %d was never reached", round, s.Seq())
	}
	d := watch(t, s)
	before := s.Bases()
	least, last := s.Seq(), rnd.IntN(400)
	for i := range last {
		c := mission.Command(mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", (i*7+round)%50), 5+round+i)})
		if i%3 == 0 {
			c = mission.Tick{At: scriptStart + int64(1000*round+i)}
		}
		if i%5 == 0 {
			c = mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprintf("v%d-%d", round, i))}
		}
		least = max(least, mustDo(t, s, c).Seq)
		states.Store(s.Seq(), s.Hash())
		if i%4 == 0 {
			s.Mission("m1") // a reader wants it settled
		}
	}
	files = d.lose(d.hold(), []int{0, 1, 5, 9, 10}[rnd.IntN(5)], rnd) // a base may be on its way
	d.mu.Unlock()
	bases = int(s.Bases() - before)
	// What is there must be at least what was answered when the power went.
	dir := filepath.Join(t.TempDir(), "least")
	lay(t, dir, files)
	again := openStore(t, dir, store.Options{NoSync: true})
	defer again.Close()
	if again.Seq() < least {
		t.Fatalf("round %d: seq %d after the loss, and %d was answered", round, again.Seq(), least)
	}
	return files, bases
}

// A journal that is of another file, or of nothing, changes nothing.
func TestForeignJournal(t *testing.T) {
	crashed := func(name string) (dir string) {
		dir = t.TempDir()
		lay(t, dir, map[string][]byte{store.FileName: closedFile(t, name)})
		s := openStore(t, dir, store.Options{NoSync: true})
		defer s.Close()
		dir = t.TempDir()
		lay(t, dir, watch(t, s).sure())
		return dir
	}
	one, other := crashed("m1"), crashed("another")
	journal, err := os.ReadFile(filepath.Join(other, store.JournalName))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(one, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	stranger := closedFile(t, "stranger")
	for _, c := range []struct {
		name string
		dir  map[string][]byte
		want error
	}{
		{"of another file", map[string][]byte{store.FileName: stranger, store.JournalName: journal}, store.ErrDamaged},
		{"without a beginning", map[string][]byte{store.FileName: data, store.JournalName: make([]byte, 1<<16)}, store.ErrDamaged},
		{"empty", map[string][]byte{store.FileName: data, store.JournalName: nil}, store.ErrDamaged},
		{"without a data file", map[string][]byte{store.JournalName: journal}, store.ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			lay(t, dir, c.dir)
			s, err := store.Open(dir, store.Options{NoSync: true})
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			for name, before := range c.dir {
				after, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil || string(after) != string(before) {
					t.Errorf("%s was changed: %v", name, err)
				}
			}
		})
	}
}

// closedFile gives the file of a store that was closed, with some history.
func closedFile(t *testing.T, name string) []byte {
	t.Helper()
	dir := t.TempDir()
	s := openStore(t, dir, store.Options{NoSync: true})
	mustDo(t, s, mission.Tick{At: scriptStart})
	for i := range 50 {
		mustDo(t, s, mission.PutMission{Mission: someMission(fmt.Sprintf("%s-%d", name, i), 3)})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, store.JournalName)); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a store that was closed has a journal: %v", err)
	}
	b, err := os.ReadFile(filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
