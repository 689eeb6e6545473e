package store_test

// Check finds each kind of damage that is done to a sound file, and changes
// no byte of what it looks at.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"renfort/mission"
	"renfort/store"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// fillStore makes a store in which every bucket has something.
func fillStore(t testing.TB, s *store.Store) {
	t.Helper()
	for i := range 30 {
		m := someMission(fmt.Sprintf("m%d", i), 5)
		m.Revision = int64(i + 1)
		mustDo(t, s, mission.PutMission{Mission: m})
		mustDo(t, s, mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprintf("v%d", i))})
		mustDo(t, s, mission.HoldSeat{Hold: fmt.Sprintf("h%d", i), Mission: m.ID, Volunteer: fmt.Sprintf("v%d", i), Ref: fmt.Sprintf("r%d", i)})
	}
	mustDo(t, s, mission.PutOrganization{Organization: &mission.Organization{ID: "o1", Name: "Restos"}})
	mustDo(t, s, mission.ConfirmSeat{Hold: "h1"})
	mustDo(t, s, mission.ReleaseSeat{Hold: "h2"})
	mustDo(t, s, mission.DeleteMission{ID: "m3", Force: true})
	mustDo(t, s, mission.GiveFeedback{Feedback: []mission.Feedback{{Type: "shown", Volunteer: "v4", Missions: []string{"m1", "m2"}}}})
	full := someMission("full0", 0)
	full.Times.Ends = scriptStart + 1_000
	mustDo(t, s, mission.PutMission{Mission: full})
	mustDo(t, s, mission.JoinWaiting{Mission: "full0", Volunteer: "v5", Clock: mission.Clock{Offset: 3600}})
	mustDo(t, s, putAlert("a1", "v6"))
	flood := someCrisis("flood")
	flood.Ends = scriptStart + 1_000
	mustDo(t, s, mission.PutCrisis{Crisis: flood})
	mustDo(t, s, mission.SetOutbound{Paused: true})
	mustDo(t, s, mission.WithdrawMission{ID: "m20"})
	mustDo(t, s, put("terms", "a", "b"))
	mustDo(t, s, mission.PutObjectIndex{Index: "terms", Settings: []byte(`{"hitsPerPage":3}`), Synonyms: []byte(`[]`)})
	mustDo(t, s, put("gone", "c"))
	mustDo(t, s, mission.DropObjects{Index: "gone"})
	e := mission.Envelope{Command: mission.HoldSeat{Hold: "h99", Mission: "m9", Volunteer: "v2"}, Key: "a key", Body: 1}
	if _, err := s.Submit(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func TestCheckChangesNothing(t *testing.T) {
	dir := closedStore(t)
	path := filepath.Join(dir, store.FileName)
	before := read(t, path)
	r := mustBeSound(t, dir)
	if !bytes.Equal(before, read(t, path)) {
		t.Error("Check changed the file")
	}
	if r.Missions != 30 || r.Waiting != 1 || r.Volunteers != 30 || r.Holds != 31 || r.LiveHolds != 29 || r.Seq == 0 || r.Now != scriptStart {
		t.Errorf("got %+v", r)
	}
	if _, err := store.Check(t.TempDir()); err == nil {
		t.Error("no file: got no error")
	}
}

// damage is one thing done to a bucket's first key under a prefix.
func damage(bucket, prefix string, f func(b *bbolt.Bucket, k, v []byte) error) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		k, v := b.Cursor().Seek([]byte(prefix))
		if k == nil {
			return fmt.Errorf("%s has nothing from %q", bucket, prefix)
		}
		return f(b, bytes.Clone(k), bytes.Clone(v))
	}
}

func drop(b *bbolt.Bucket, k, _ []byte) error { return b.Delete(k) }

// flip changes the last bit of a value.
func flip(b *bbolt.Bucket, k, v []byte) error {
	v[len(v)-1] ^= 1
	return b.Put(k, v)
}

// cutOff shortens a value.
func cutOff(b *bbolt.Bucket, k, v []byte) error { return b.Put(k, v[:len(v)/2]) }

// double adds an entry beside the one that is there.
func double(b *bbolt.Bucket, k, v []byte) error { return b.Put(append(k, 'x'), v) }

// damaged is one kind of damage and what Check says of it.
type damaged struct {
	name, want string
	do         func(*bbolt.Tx) error
}

func TestCheckFindsDamage(t *testing.T) {
	ordinal := func(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }
	due := func(kind byte) string { return string([]byte{kind}) }
	cases := []damaged{
		{"mission lost", "has no mission", damage("missions", ordinal(5), drop)},
		{"mission record cut", "damaged record", damage("missions", ordinal(5), cutOff)},
		{"mission record changed", "hash", damage("missions", ordinal(5), flip)},
		{"mission id lost", "mission id", damage("mission_ids", "m7", drop)},
		{"mission id doubled", "ordinal|mission", damage("mission_ids", "m7", func(b *bbolt.Bucket, k, v []byte) error {
			return b.Put([]byte("other"), []byte(ordinal(999)))
		})},
		{"seats lost", "seats record", damage("seats", ordinal(6), drop)},
		{"seats changed", "seats|damaged|hash", damage("seats", ordinal(6), flip)},
		{"seats entry lost", "missing", damage("seats", ordinal(6)+"v", drop)},
		{"seats entry too many", "leads to", damage("seats", ordinal(6)+"v", double)},
		{"hold lost", "does not exist", damage("holds", "h1", drop)},
		{"hold changed", "hash|damaged", damage("holds", "h1", flip)},
		{"ref lost", "missing", damage("refs", "r5", drop)},
		{"ref too many", "leads to", damage("refs", "r5", double)},
		{"person lost", "people", damage("people", "v8", drop)},
		{"person's hold lost", "missing", damage("people", "v8\x00h", drop)},
		{"person's hold too many", "leads to", damage("people", "v8\x00h", double)},
		{"person's key lost", "missing", damage("people", "v2\x00k", drop)},
		{"feedback lost", "no feedback|hash", damage("people", "v4\x00f", drop)},
		{"volunteer lost", "does not exist", damage("volunteers", ordinal(8), drop)},
		{"volunteer changed", "hash", damage("volunteers", ordinal(8), flip)},
		{"organization changed", "hash|damaged", damage("organizations", "", flip)},
		{"due hold lost", "missing", damage("due", due(1), drop)},
		{"due hold too many", "leads to", damage("due", due(1), double)},
		{"due key lost", "missing", damage("due", due(4), drop)},
		{"due tombstone lost", "missing", damage("due", due(5), drop)},
		{"due feedback lost", "missing", damage("due", due(6), drop)},
		{"tombstone lost", "no tombstone", damage("tombstones", "", drop)},
		{"key lost", "idempotency", damage("keys", "", drop)},
		{"policy changed", "policies|hash", damage("policies", "", cutOff)},
		{"taxonomy lost", "taxonomy", damage("taxonomy", "", drop)},
		{"log gap", "log", damage("log", string(binary.BigEndian.AppendUint64(nil, 9)), drop)},
		{"log end lost", "log", func(tx *bbolt.Tx) error {
			k, _ := tx.Bucket([]byte("log")).Cursor().Last()
			return tx.Bucket([]byte("log")).Delete(k)
		}},
		{"state lost", "state record", damage("meta", "state", drop)},
		{"format lost", "format", damage("meta", "format", drop)},
	}
	original := read(t, filepath.Join(closedStore(t), store.FileName))
	for _, c := range slices.Concat(cases, waitingDamages(), crisisDamages(), alertDamages(), objectDamages()) {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, store.FileName)
			write(t, path, original)
			edit(t, path, c.do)
			r, err := store.Check(dir)
			if err != nil {
				t.Fatal(err)
			}
			found := strings.Join(r.Problems, "\n")
			for _, want := range strings.Split(c.want, "|") {
				if strings.Contains(found, want) {
					return
				}
			}
			t.Errorf("got problems %q, want one about %s", found, c.want)
		})
	}
}

// A file with random bytes changed is never taken as sound by accident of a
// crash: Check reports or is happy, and does not go down.
func TestCheckSurvivesNoise(t *testing.T) {
	original := read(t, filepath.Join(closedStore(t), store.FileName))
	dir := t.TempDir()
	rounds := 200
	if testing.Short() {
		rounds = 50
	}
	for seed := range uint64(rounds) {
		rnd := newRand(seed)
		b := bytes.Clone(original)
		for range 1 + rnd.IntN(30) {
			b[rnd.IntN(len(b))] = byte(rnd.Uint32())
		}
		write(t, filepath.Join(dir, store.FileName), b)
		if _, err := store.Check(dir); err != nil {
			t.Logf("seed %d: %v", seed, err)
		}
		if s, err := store.Open(dir, store.Options{NoSync: true, MapBytes: 1 << 22}); err == nil {
			s.Close()
		}
	}
}
