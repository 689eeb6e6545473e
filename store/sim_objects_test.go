package store_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"renfort/mission"
	"renfort/store"
)

// putMission writes a mission: any, or as it was written last.
func (s *sim) putMission() mission.Command {
	if m := s.toy.missions[s.anyMission()]; m != nil && s.rnd.IntN(3) == 0 {
		return m.last
	}
	c := mission.PutMission{Mission: s.someMission(), KeepTaken: s.rnd.IntN(3) == 0}
	if s.rnd.IntN(3) == 0 {
		left := s.rnd.IntN(5)
		c.Left = &left
	}
	return c
}

// withdrawing says whether a mission was just withdrawn: they often go together.
func (s *sim) withdrawing() bool {
	if len(s.log) == 0 {
		return false
	}
	_, ok := s.log[len(s.log)-1].Command.(mission.WithdrawMission)
	return ok
}

func (s *sim) anyIndex() string { return s.pick("i0", "i1", "i2") }

func (s *sim) objectCommand() mission.Command {
	switch s.rnd.IntN(10) {
	case 0:
		return mission.ClearObjects{Index: s.anyIndex()}
	case 1:
		return mission.DropObjects{Index: s.anyIndex()}
	case 2, 3:
		return mission.MoveObjects{From: s.anyIndex(), To: s.anyIndex()}
	case 4:
		c := mission.PutObjectIndex{Index: s.anyIndex()}
		if s.rnd.IntN(2) == 0 {
			c.Settings = json.RawMessage(s.pick(`{"hitsPerPage":1}`, `{"hitsPerPage":2}`))
		}
		if s.rnd.IntN(2) == 0 {
			c.Synonyms = json.RawMessage(s.pick(`[]`, `[{"objectID":"s"}]`))
		}
		return c
	}
	c := mission.WriteObjects{Index: s.anyIndex()}
	for range 1 + s.rnd.IntN(4) {
		w := mission.ObjectWrite{ID: s.pick("a", "b", "c", "d")}
		if s.rnd.IntN(4) > 0 {
			w.JSON = json.RawMessage(s.pick(`{"n":1}`, `{"n":2}`, `{}`))
		}
		if s.rnd.IntN(4) == 0 {
			v := s.someVersion(c.Index, w.ID)
			w.IfVersion = &v
		}
		c.Writes = append(c.Writes, w)
	}
	return c
}

// someVersion gives a record's version, now and then another.
func (s *sim) someVersion(index, id string) uint64 {
	x := s.toy.indexes[index]
	switch {
	case s.rnd.IntN(5) == 0:
		return uint64(s.rnd.IntN(60))
	case x == nil:
		return 0
	}
	return x.records[id].version
}

// compareObjects looks at every index and record, as they are read and as the
// changes told.
func (s *sim) compareObjects() {
	s.t.Helper()
	all, err := s.store.ObjectIndexes()
	if err != nil || len(all) != len(s.toy.indexes) {
		s.fail("got the indexes %v, %v; want %v", all, err, slices.Sorted(maps.Keys(s.toy.indexes)))
	}
	for _, x := range all {
		w := s.toy.indexes[x.Name]
		if w == nil {
			s.fail("got an index %q", x.Name)
		}
		want := mission.ObjectIndex{Name: x.Name, Entries: len(w.records), Created: w.created, Updated: w.updated}
		if got := fmt.Sprint(x.Name, x.Entries, x.Created, x.Updated, string(x.Settings), string(x.Synonyms)); got !=
			fmt.Sprint(want.Name, want.Entries, want.Created, want.Updated, w.settings, w.synonyms) {
			s.fail("index: got %s, want %+v of %s %s", got, want, w.settings, w.synonyms)
		}
		s.compareRecords(x.Name, w)
	}
	if d := loadMirror(s.t, s.store).differs(s.objects); d != "" {
		s.fail("the file and the changes differ: %s", d)
	}
}

func (s *sim) compareRecords(index string, x *toyIndex) {
	s.t.Helper()
	var got, want []string
	for after := ""; ; {
		page, _, err := s.store.Objects(index, after, 2)
		if err != nil {
			s.fail("index %s: %v", index, err)
		}
		if len(page) == 0 {
			break
		}
		for _, o := range page {
			got = append(got, recordText(o))
		}
		after = page[len(page)-1].ID
	}
	for _, id := range slices.Sorted(maps.Keys(x.records)) {
		r := x.records[id]
		want = append(want, recordText(store.ObjectRecord{ID: id, Version: r.version, JSON: []byte(r.text)}))
	}
	if !slices.Equal(got, want) {
		s.fail("index %s: got %v, want %v", index, got, want)
	}
}

func recordText(o store.ObjectRecord) string { return fmt.Sprintf("%s@%d %s", o.ID, o.Version, o.JSON) }
