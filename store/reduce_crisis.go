package store

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// crisisRecord is a crisis as it is stored.
type crisisRecord struct {
	version uint64
	due     int64 // when it begins or ends next, 0 for never: its one entry in due
	json    []byte
}

func crisisKey(id mission.ID) []byte { return append([]byte{crisisRecords}, id...) }

func appendCrisis(b []byte, c *crisisRecord) []byte {
	b = appendUint(append(b, recordFormat), c.version)
	return appendBytes(appendInt(b, c.due), c.json)
}

// decodeCrisis gives the record; its json points into b.
func decodeCrisis(b []byte) (*crisisRecord, error) {
	r := open(b)
	c := &crisisRecord{version: r.uint(), due: r.int(), json: r.bytes()}
	return c, r.failed()
}

// noun gives the crisis of a record.
func (c *crisisRecord) noun() (*mission.Crisis, error) {
	n := new(mission.Crisis)
	if err := json.Unmarshal(c.json, n); err != nil {
		return nil, fmt.Errorf("store: crisis: %w", err)
	}
	return n, nil
}

// crisis gives a crisis, its record and the record's bytes; nil and an empty
// record where there is none.
func (r *reducer) crisis(id mission.ID) (*mission.Crisis, *crisisRecord, []byte) {
	raw := r.get(crisesBucket, crisisKey(id))
	if raw == nil {
		return nil, &crisisRecord{}, nil
	}
	rec, err := decodeCrisis(raw)
	must(err)
	n, err := rec.noun()
	must(err)
	return n, rec, raw
}

// putCrisis creates or replaces a crisis. Whether it is paused stays as it is:
// that has commands of its own.
func (r *reducer) putCrisis(c mission.PutCrisis) (mission.Result, error) {
	old, rec, raw := r.crisis(c.Crisis.ID)
	if err := expect(c.IfVersion, rec.version); err != nil {
		return mission.Result{}, err
	}
	next := *c.Crisis
	next.Paused = old != nil && old.Paused
	text, err := mission.Encode(&next)
	must(err)
	if old != nil && bytes.Equal(rec.json, text) {
		return mission.Result{Outcome: mission.Unchanged, Version: rec.version}, nil
	}
	out := mission.Updated
	if old == nil {
		if out = mission.Created; r.crises() >= mission.CrisesMax {
			return mission.Result{}, mission.Errorf(mission.Conflict, "there are %d crises, and may be no more: delete one that is over", mission.CrisesMax)
		}
	}
	r.writeCrisis(&next, &crisisRecord{version: r.seq(), json: text}, rec, raw)
	return mission.Result{Outcome: out, Version: r.seq()}, nil
}

// crises counts the crises that there are.
func (r *reducer) crises() (n int) {
	r.under(crisesBucket, []byte{crisisRecords}, func(_, _ []byte) bool {
		n++
		return true
	})
	return n
}

// writeCrisis puts a crisis in place of old, whose bytes are raw, and tells of
// it.
func (r *reducer) writeCrisis(c *mission.Crisis, rec, old *crisisRecord, raw []byte) {
	rec.due = c.NextMoment(r.meta.now)
	r.put(crisesBucket, crisisKey(c.ID), raw, appendCrisis(nil, rec))
	if old.due != rec.due {
		r.moveCrisisDue(c.ID, old.due, rec.due)
	}
	r.emit(mission.Change{Kind: mission.CrisisPut, Crisis: c})
}

func (r *reducer) moveCrisisDue(id mission.ID, from, to int64) {
	if from != 0 {
		r.remove(dueBucket, dueKey(nil, dueCrisis, from, []byte(id)), nil)
	}
	if to != 0 {
		r.put(dueBucket, dueKey(nil, dueCrisis, to, []byte(id)), nil, nil)
	}
}

// passCrisis tells that a crisis has begun or ended, and when it does so next.
func (r *reducer) passCrisis(id mission.ID) {
	c, rec, raw := r.crisis(id)
	r.writeCrisis(c, &crisisRecord{version: rec.version, json: bytes.Clone(rec.json)}, rec, raw)
}

func (r *reducer) deleteCrisis(c mission.DeleteCrisis) (mission.Result, error) {
	old, rec, raw := r.crisis(c.ID)
	if old == nil {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no crisis %q", c.ID)
	}
	r.remove(crisesBucket, crisisKey(c.ID), raw)
	r.moveCrisisDue(c.ID, rec.due, 0)
	r.emit(mission.Change{Kind: mission.CrisisDeleted, Crisis: old})
	return mission.Result{Outcome: mission.Deleted, Version: r.seq()}, nil
}

// setCrisis pauses or resumes a crisis.
func (r *reducer) setCrisis(c mission.SetCrisis) (mission.Result, error) {
	old, rec, raw := r.crisis(c.ID)
	if old == nil {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no crisis %q", c.ID)
	}
	if old.Paused == c.Paused {
		return mission.Result{Outcome: mission.Unchanged, Version: rec.version}, nil
	}
	next := *old
	next.Paused = c.Paused
	text, err := mission.Encode(&next)
	must(err)
	r.writeCrisis(&next, &crisisRecord{version: r.seq(), json: text}, rec, raw)
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}
