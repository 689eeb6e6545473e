package store_test

import (
	"cmp"
	"slices"
	"strings"

	"renfort/mission"
)

// toyIndex is an index of free records.
type toyIndex struct {
	records            map[string]toyRecord
	settings, synonyms string
	created, updated   int64
}

type toyRecord struct {
	text    string
	version uint64
}

// objects applies the commands on free records; ok is false for another one.
func (t *toy) objects(c mission.Command) (w want, ok bool) {
	switch c := c.(type) {
	case mission.WriteObjects:
		return t.writeObjects(c), true
	case mission.PutObjectIndex:
		return t.putIndex(c), true
	case mission.ClearObjects:
		x := t.indexes[c.Index]
		if x == nil || len(x.records) == 0 {
			return want{outcome: mission.Unchanged}, true
		}
		t.unswept += len(x.records)
		x.records, x.updated = map[string]toyRecord{}, t.now
		return want{outcome: mission.Updated, changed: true}, true
	case mission.DropObjects:
		return want{outcome: mission.Deleted, changed: true}.unless(!t.dropIndex(c.Index)), true
	case mission.MoveObjects:
		x := t.indexes[c.From]
		if x == nil {
			return no(mission.NotFound), true
		}
		if c.From != c.To {
			t.dropIndex(c.To)
			delete(t.indexes, c.From)
			t.indexes[c.To], x.updated = x, t.now
		}
		return want{outcome: mission.Updated, changed: true}.unless(c.From == c.To), true
	}
	return want{}, false
}

func (t *toy) dropIndex(name string) bool {
	x := t.indexes[name]
	if x == nil {
		return false
	}
	t.unswept += len(x.records)
	delete(t.indexes, name)
	return true
}

func (t *toy) newIndex() *toyIndex { return &toyIndex{records: map[string]toyRecord{}, created: t.now} }

func (t *toy) writeObjects(c mission.WriteObjects) want {
	x := t.indexes[c.Index]
	out, next := mission.Updated, x
	if x == nil {
		out, next = mission.Created, t.newIndex()
	}
	for _, w := range c.Writes {
		if w.IfVersion != nil && *w.IfVersion != next.records[w.ID].version {
			return no(mission.PreconditionFailed)
		}
	}
	changed, puts := false, false
	for _, w := range c.Writes {
		old, there := next.records[w.ID]
		switch {
		case w.JSON == nil:
			delete(next.records, w.ID)
			changed = changed || there
		case !there || old.text != string(w.JSON):
			next.records[w.ID] = toyRecord{string(w.JSON), t.seq + 1}
			changed, puts = true, true
		}
	}
	if !changed || x == nil && !puts {
		return want{outcome: mission.Unchanged}
	}
	t.indexes[c.Index], next.updated = next, t.now
	return want{outcome: out, changed: true}
}

func (t *toy) putIndex(c mission.PutObjectIndex) want {
	x := t.indexes[c.Index]
	out, changed := mission.Updated, false
	if x == nil {
		x, out, changed = t.newIndex(), mission.Created, true
		t.indexes[c.Index] = x
	}
	for _, part := range []struct {
		text []byte
		to   *string
	}{{c.Settings, &x.settings}, {c.Synonyms, &x.synonyms}} {
		if part.text != nil && *part.to != string(part.text) {
			*part.to, changed = string(part.text), true
		}
	}
	if changed {
		x.updated = t.now
	}
	return want{outcome: out, changed: true}.unless(!changed)
}

// sweepObjects removes as many records as one Tick does.
func (t *toy) sweepObjects() bool {
	n := min(t.unswept, t.objectSweep)
	t.unswept -= n
	return n > 0
}

// withdraw pauses a mission, and remembers when it is to go.
func (t *toy) withdraw(c mission.WithdrawMission) want {
	m := t.missions[c.ID]
	switch {
	case m == nil:
		return no(mission.NotFound)
	case m.withdrawn != 0:
		return want{outcome: mission.Unchanged, taken: t.taken(m)}
	case m.state == mission.StateOpen:
		m.restate(mission.StatePaused)
	}
	m.withdrawn, m.looked, m.version = t.now+86_400, true, t.seq+1
	return want{outcome: mission.Updated, taken: t.taken(m), changed: true}
}

func (m *toyMission) restate(state string) {
	m.raw = strings.Replace(m.raw, " "+m.state+" ", " "+state+" ", 1)
	m.state = state
}

// sweepWithdrawn ends missions that did not come back, as many as one Tick does.
func (t *toy) sweepWithdrawn() bool {
	var due []*toyMission
	for _, m := range t.missions {
		if m.withdrawn != 0 && m.withdrawn <= t.now {
			due = append(due, m)
		}
	}
	slices.SortFunc(due, func(a, b *toyMission) int {
		return cmp.Or(cmp.Compare(a.withdrawn, b.withdrawn), cmp.Compare(a.ordinal, b.ordinal))
	})
	due = due[:min(t.sweep, len(due))]
	for _, m := range due {
		if t.anyLive(m) {
			m.restate(mission.StateClosed)
			m.withdrawn, m.looked, m.version = 0, true, t.seq+1
		} else {
			t.dropMission(m, m.revision-1)
		}
	}
	return len(due) > 0
}

// elsewhereOf works out what was given out elsewhere from what the platform says
// is left; ok is false where it says nothing that counts.
func elsewhereOf(c mission.PutMission, confirmed int) (n int, ok bool) {
	own := slices.ContainsFunc(c.Mission.Slots, func(s mission.Slot) bool { return s.Seats != nil })
	if c.Left == nil || own || c.Mission.Seats == nil || c.Mission.State == mission.StateCancelled {
		return 0, false
	}
	return max(0, *c.Mission.Seats-*c.Left-confirmed), true
}
