package store_test

// Free records: written with versions, read in pages and as a whole, cleared,
// dropped and moved without touching them, removed by Ticks; each tells a
// follower all it must know.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"renfort/mission"
	"renfort/store"
)

// mirror follows changes of indexes as the engine does: all it knows comes from
// them.
type mirror struct {
	indexes map[string]mission.ObjectIndex
	records map[string]map[string]store.ObjectRecord
}

func newMirror() *mirror {
	return &mirror{indexes: map[string]mission.ObjectIndex{}, records: map[string]map[string]store.ObjectRecord{}}
}

// loadMirror makes one from a store's state.
func loadMirror(t rapid.TB, s *store.Store) *mirror {
	t.Helper()
	m := newMirror()
	seq, err := s.LoadObjects(func(x mission.ObjectIndex) {
		m.indexes[x.Name], m.records[x.Name] = x, map[string]store.ObjectRecord{}
	}, func(index string, o store.ObjectRecord) { m.records[index][o.ID] = o })
	if err != nil || seq != s.Seq() {
		t.Fatalf("load: seq %d of %d, %v", seq, s.Seq(), err)
	}
	for name, x := range m.indexes {
		if x.Entries != len(m.records[name]) {
			t.Fatalf("index %q says that it has %d records, and has %d", name, x.Entries, len(m.records[name]))
		}
		x.Entries, x.Updated = 0, 0 // a follower counts for itself
		m.indexes[name] = x
	}
	return m
}

func (m *mirror) committed(changes []mission.Change) {
	for i := range changes {
		if o := changes[i].Objects; o != nil {
			m.follow(changes[i].Kind, o)
		}
	}
}

func (m *mirror) follow(kind mission.ChangeKind, o *mission.ObjectChange) {
	if o.Put != nil {
		x := *o.Put
		x.Entries, x.Updated = 0, 0
		m.indexes[o.Index] = x
	}
	if m.records[o.Index] == nil {
		m.records[o.Index] = map[string]store.ObjectRecord{}
	}
	switch kind {
	case mission.ObjectsWritten:
		for _, w := range o.Writes {
			if w.JSON == nil {
				delete(m.records[o.Index], w.ID)
			} else {
				m.records[o.Index][w.ID] = store.ObjectRecord{ID: w.ID, Version: o.Version, JSON: w.JSON}
			}
		}
	case mission.ObjectsCleared:
		clear(m.records[o.Index])
	case mission.ObjectsDropped:
		delete(m.indexes, o.Index)
		delete(m.records, o.Index)
	case mission.ObjectsMoved:
		x := m.indexes[o.Index]
		x.Name = o.To
		m.indexes[o.To], m.records[o.To] = x, m.records[o.Index]
		delete(m.indexes, o.Index)
		delete(m.records, o.Index)
	}
}

// differs says how two mirrors differ, "" where they do not.
func (m *mirror) differs(o *mirror) string {
	if a, b := slices.Sorted(maps.Keys(m.indexes)), slices.Sorted(maps.Keys(o.indexes)); !slices.Equal(a, b) {
		return fmt.Sprintf("indexes %q and %q", a, b)
	}
	for name, x := range m.indexes {
		if !reflect.DeepEqual(x, o.indexes[name]) {
			return fmt.Sprintf("index %+v and %+v", x, o.indexes[name])
		}
		if !reflect.DeepEqual(m.records[name], o.records[name]) {
			return fmt.Sprintf("index %q: records %v and %v", name, m.records[name], o.records[name])
		}
	}
	return ""
}

func put(index string, ids ...string) mission.WriteObjects {
	c := mission.WriteObjects{Index: index}
	for _, id := range ids {
		text, _ := json.Marshal(map[string]string{"objectID": id}) // strings can be written
		c.Writes = append(c.Writes, mission.ObjectWrite{ID: id, JSON: text})
	}
	return c
}

func TestObjects(t *testing.T) {
	follower := newMirror()
	dir := t.TempDir()
	s := openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 22, Committed: follower.committed})
	mustDo(t, s, mission.Tick{At: scriptStart})
	outcome := func(want mission.Outcome, c mission.Command) mission.Result {
		t.Helper()
		res := mustDo(t, s, c)
		if res.Outcome != want {
			t.Fatalf("%s: got %s, want %s", told(c), res.Outcome, want)
		}
		if d := loadMirror(t, s).differs(follower); d != "" {
			t.Fatalf("%s: the file and the changes differ: %s", told(c), d)
		}
		return res
	}
	outcome(mission.Unchanged, mission.WriteObjects{Index: "terms", Writes: []mission.ObjectWrite{{ID: "a"}}})
	made := outcome(mission.Created, put("terms", "a", "b", "c"))
	outcome(mission.Unchanged, put("terms", "c", "a"))
	one, other := made.Version, made.Version+1
	outcome(mission.Updated, mission.WriteObjects{Index: "terms", Writes: []mission.ObjectWrite{{ID: "a", JSON: json.RawMessage(`{"n":1}`), IfVersion: &one}, {ID: "c"}}})
	if j, version, ok, err := s.Object("terms", "a"); string(j) != `{"n":1}` || version != other || !ok || err != nil {
		t.Errorf("got %s, %d, %v, %v", j, version, ok, err)
	}
	if j, version, ok, err := s.Object("terms", "c"); ok || version != 0 || err != nil {
		t.Errorf("deleted: got %s, %d, %v, %v", j, version, ok, err)
	}
	_, err := submit(s, mission.WriteObjects{Index: "terms", Writes: []mission.ObjectWrite{{ID: "d", JSON: json.RawMessage(`{}`)}, {ID: "a", IfVersion: &one}}})
	if mission.KindOf(err) != mission.PreconditionFailed {
		t.Errorf("got %v, want precondition failed", err)
	}
	if _, _, ok, _ := s.Object("terms", "d"); ok {
		t.Error("a command that was refused has written")
	}
	outcome(mission.Updated, mission.PutObjectIndex{Index: "terms", Settings: json.RawMessage(`{"hitsPerPage":3}`)})
	outcome(mission.Updated, mission.PutObjectIndex{Index: "terms", Synonyms: json.RawMessage(`[]`)})
	outcome(mission.Unchanged, mission.PutObjectIndex{Index: "terms", Settings: json.RawMessage(`{"hitsPerPage":3}`)})
	outcome(mission.Created, mission.PutObjectIndex{Index: "empty"})
	outcome(mission.Created, put("tmp", "x", "y"))
	outcome(mission.Updated, mission.MoveObjects{From: "tmp", To: "terms"})
	if x, err := s.ObjectIndex("terms"); err != nil || x.Entries != 2 || x.Settings != nil {
		t.Errorf("moved: got %+v, %v", x, err)
	}
	if _, err := s.ObjectIndex("tmp"); mission.KindOf(err) != mission.NotFound {
		t.Errorf("moved away: got %v, want not found", err)
	}
	outcome(mission.Unchanged, mission.MoveObjects{From: "terms", To: "terms"})
	outcome(mission.Updated, mission.ClearObjects{Index: "terms"})
	outcome(mission.Unchanged, mission.ClearObjects{Index: "terms"})
	outcome(mission.Updated, put("terms", "z"))
	outcome(mission.Deleted, mission.DropObjects{Index: "terms"})
	outcome(mission.Unchanged, mission.DropObjects{Index: "terms"})
	if _, err := submit(s, mission.MoveObjects{From: "terms", To: "x"}); mission.KindOf(err) != mission.NotFound {
		t.Errorf("got %v, want not found", err)
	}
	all, err := s.ObjectIndexes()
	if err != nil || len(all) != 1 || all[0].Name != "empty" || all[0].Created != scriptStart {
		t.Errorf("got %+v, %v", all, err)
	}
	s.Close()
	if r := mustBeSound(t, dir); r.ObjectIndexes != 1 || r.Objects != 5 {
		t.Errorf("got %d indexes and %d records, want 1, and 5 to be removed", r.ObjectIndexes, r.Objects)
	}
}

// What a drop leaves is removed by Ticks, so many records each; then nothing of
// it is in the state.
func TestObjectSweep(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 22})
	mustDo(t, s, mission.Tick{At: scriptStart})
	hash := s.Hash()
	n := 2*mission.ObjectSweepMax + 10
	for i := range n {
		mustDo(t, s, put("big", fmt.Sprint(i)))
	}
	mustDo(t, s, mission.DropObjects{Index: "big"})
	for left := n; left > 0; {
		s.Close()
		if r := mustBeSound(t, dir); r.Objects != left {
			t.Fatalf("got %d records, want %d", r.Objects, left)
		}
		s = openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 22})
		if res := mustDo(t, s, mission.Tick{At: scriptStart}); res.Outcome != mission.Updated {
			t.Fatalf("with %d records left: got %s", left, res.Outcome)
		}
		left = max(0, left-mission.ObjectSweepMax)
	}
	if res := mustDo(t, s, mission.Tick{At: scriptStart}); res.Outcome != mission.Unchanged || s.Hash() != hash {
		t.Errorf("got %s and hash %x, want unchanged and %x", res.Outcome, s.Hash(), hash)
	}
}

// Pages hold each record once, in order.
func TestObjectPages(t *testing.T) {
	s := openSmall(t)
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprintf("App\\Models\\Mission::%03d", i))
	}
	mustDo(t, s, put("missions", want...))
	mustDo(t, s, put("missions2", "z"))
	var got []string
	for after := ""; ; {
		page, seq, err := s.Objects("missions", after, 7)
		if err != nil || seq != s.Seq() || len(page) > 7 {
			t.Fatalf("got %d records at seq %d, %v", len(page), seq, err)
		}
		if len(page) == 0 {
			break
		}
		for _, o := range page {
			got = append(got, o.ID)
		}
		after = page[len(page)-1].ID
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, _, err := s.Objects("nothing", "", 0); mission.KindOf(err) != mission.NotFound {
		t.Errorf("got %v, want not found", err)
	}
}

func TestObjectLimits(t *testing.T) {
	s := openSmall(t)
	large := json.RawMessage(`{"a":"` + strings.Repeat("x", mission.ObjectBytesMax-8) + `"}`)
	many := make([]string, mission.ObjectBatchMax+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	heavy := mission.WriteObjects{Index: "i"}
	for i := range 9 {
		heavy.Writes = append(heavy.Writes, mission.ObjectWrite{ID: fmt.Sprint(i), JSON: large})
	}
	one := func(id, text string) mission.Command {
		return mission.WriteObjects{Index: "i", Writes: []mission.ObjectWrite{{ID: id, JSON: json.RawMessage(text)}}}
	}
	for _, c := range []mission.Command{put("", "a"), put(strings.Repeat("i", mission.ObjectIndexBytesMax+1), "a"), put("a\nb", "a"), put("\xff", "a"),
		put("i", many...), heavy, one("", `{}`), one(strings.Repeat("a", mission.ObjectIDBytesMax+1), `{}`), one("a\x00", `{}`), one("a", `[]`), one("a", `{`),
		one("a", ``), one("a", `{"a":1} {}`), one("a", string(large)+" "), mission.PutObjectIndex{Index: "i", Settings: json.RawMessage(`[]`)},
		mission.PutObjectIndex{Index: "i", Synonyms: json.RawMessage(`{}`)}, mission.MoveObjects{From: "a"}, mission.ClearObjects{}, mission.DropObjects{}} {
		if _, err := submit(s, c); mission.KindOf(err) != mission.Invalid {
			t.Errorf("%.80s: got %v, want invalid", told(c), err)
		}
	}
	for _, c := range []mission.Command{put(strings.Repeat("i", mission.ObjectIndexBytesMax), "a"), put("dev/Missions é %", `ApiEngagement/x y`), one("a", string(large))} {
		mustDo(t, s, c)
	}
	for i := range mission.ObjectIndexesMax - 3 {
		mustDo(t, s, mission.PutObjectIndex{Index: fmt.Sprint("n", i)})
	}
	for _, c := range []mission.Command{mission.PutObjectIndex{Index: "more"}, put("more", "a")} {
		if _, err := submit(s, c); mission.KindOf(err) != mission.Conflict {
			t.Errorf("%s: got %v, want a conflict", told(c), err)
		}
	}
}

// A file of format 3 has no records and gets them.
func TestUpgradeObjects(t *testing.T) {
	s := openSmall(t)
	mustDo(t, s, mission.PutMission{Mission: someMission("m1", 1)})
	hash, dir := s.Hash(), filepath.Dir(s.Path())
	s.Close()
	edit(t, s.Path(), func(tx *bbolt.Tx) error {
		for _, b := range []string{"object_indexes", "objects"} {
			if err := tx.DeleteBucket([]byte(b)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte{3})
	})
	mustBeSound(t, dir)
	s = openStore(t, dir, store.Options{NoSync: true, MapBytes: 1 << 20})
	if s.Hash() != hash {
		t.Errorf("got hash %x, want %x", s.Hash(), hash)
	}
	mustDo(t, s, put("terms", "a"))
	mustDo(t, s, mission.WithdrawMission{ID: "m1"})
	s.Close()
	mustBeSound(t, dir)
}

// A batch of 512 records of 3 kB is one command and a few kB of log; all is
// there after a start.
func TestObjectBatch(t *testing.T) {
	s := openSmall(t)
	text := []byte(`{"text":"` + strings.Repeat("x", 3_000) + `"}`)
	before := s.Stats().LogBytes
	for n := range 4 {
		c := mission.WriteObjects{Index: "missions"}
		for i := range mission.ObjectBatchMax {
			c.Writes = append(c.Writes, mission.ObjectWrite{ID: fmt.Sprint("m", n, ".", i), JSON: text})
		}
		mustDo(t, s, c)
	}
	if grown := s.Stats().LogBytes - before; grown > 400 {
		t.Errorf("the log has grown by %d bytes", grown)
	}
	m := loadMirror(t, s)
	if len(m.records["missions"]) != 4*mission.ObjectBatchMax || !bytes.Equal(m.records["missions"]["m3.511"].JSON, text) {
		t.Errorf("got %d records", len(m.records["missions"]))
	}
}

// BenchmarkLoadObjects reads 20,000 records of 3 kB, as a start does, and in
// pages.
func BenchmarkLoadObjects(b *testing.B) {
	s := openBench(b, store.Options{NoSync: true})
	text := []byte(`{"text":"` + strings.Repeat("x", 3_000) + `"}`)
	putMany(b, s, 40, func(n int) mission.Command {
		c := mission.WriteObjects{Index: "missions"}
		for i := range 500 {
			c.Writes = append(c.Writes, mission.ObjectWrite{ID: fmt.Sprint(n, ".", i), JSON: text})
		}
		return c
	})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			n := 0
			if _, err := s.LoadObjects(func(mission.ObjectIndex) {}, func(_ string, o store.ObjectRecord) { n += len(o.JSON) }); err != nil || n != 20_000*len(text) {
				b.Fatalf("got %d bytes, %v", n, err)
			}
		}
	})
	b.Run("pages", func(b *testing.B) {
		for b.Loop() {
			after, n := "", 0
			for {
				page, _, err := s.Objects("missions", after, 0)
				if err != nil {
					b.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				n, after = n+len(page), page[len(page)-1].ID
			}
			if n != 20_000 {
				b.Fatalf("got %d records", n)
			}
		}
	})
}
