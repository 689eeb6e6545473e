package store

import (
	"bytes"

	"renfort/mission"
)

// sweepBytes ends a Tick's removing of records early, so that large ones do not
// make it long: about as much as one batch writes.
const sweepBytes = BatchBytesMax

// dispatchObjects applies the commands on free records.
func (r *reducer) dispatchObjects(c mission.Command) (mission.Result, error) {
	switch c := c.(type) {
	case mission.WriteObjects:
		return r.writeObjects(c)
	case mission.PutObjectIndex:
		return r.putObjectIndex(c)
	case mission.ClearObjects:
		return r.clearObjects(c)
	case mission.DropObjects:
		return r.dropObjects(c)
	case mission.MoveObjects:
		return r.moveObjects(c)
	case mission.WithdrawMission:
		return r.withdrawMission(c)
	}
	return r.dispatchCrisis(c)
}

// objectIndex gives an index's record and what the file has of it, nil if there
// is none.
func (r *reducer) objectIndex(name string) (*objectIndexRecord, []byte) {
	raw := r.get(objectIndexesBucket, objectNameKey(name))
	if raw == nil {
		return nil, nil
	}
	x, err := decodeObjectIndex(raw)
	must(err)
	return x, raw
}

// newObjectIndex begins an index, unless there are too many. Nothing is written
// yet.
func (r *reducer) newObjectIndex() (*objectIndexRecord, error) {
	n := 0
	r.under(objectIndexesBucket, []byte{objectNames}, func(_, _ []byte) bool {
		n++
		return true
	})
	if n >= mission.ObjectIndexesMax {
		return nil, mission.Errorf(mission.Conflict, "there are %d indexes, and may be no more", n)
	}
	return &objectIndexRecord{number: r.seq(), rows: r.seq(), created: r.meta.now}, nil
}

// keepObjectIndex writes an index's record in place of raw, nil for none.
func (r *reducer) keepObjectIndex(name string, raw []byte, x *objectIndexRecord) {
	x.updated = r.meta.now
	r.put(objectIndexesBucket, objectNameKey(name), raw, r.keep(appendObjectIndex(r.room(64), x)))
}

// object gives a stored record and what the file has of it, nil if there is
// none. x may be nil.
func (r *reducer) object(x *objectIndexRecord, id string) (o objectRecord, raw []byte) {
	if x == nil {
		return o, nil
	}
	if raw = r.get(objectsBucket, objectKey(x.rows, id)); raw == nil {
		return o, nil
	}
	o, err := decodeObject(raw)
	must(err)
	return o, raw
}

// writeObjects writes and deletes records, all or, where one has another
// version than its writer saw, none.
func (r *reducer) writeObjects(c mission.WriteObjects) (mission.Result, error) {
	x, raw := r.objectIndex(c.Index)
	puts := false
	for i := range c.Writes {
		w := &c.Writes[i]
		puts = puts || w.JSON != nil
		if w.IfVersion == nil {
			continue
		}
		if o, _ := r.object(x, w.ID); o.version != *w.IfVersion {
			return mission.Result{}, mission.Errorf(mission.PreconditionFailed, "record %q has version %d and not %d", w.ID, o.version, *w.IfVersion)
		}
	}
	if x == nil && !puts {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	change, out := &mission.ObjectChange{Index: c.Index, Version: r.seq()}, mission.Updated
	if x == nil {
		var err error
		if x, err = r.newObjectIndex(); err != nil {
			return mission.Result{}, err
		}
		out = mission.Created
	}
	for i := range c.Writes {
		if w := &c.Writes[i]; r.writeObject(x, w) {
			change.Writes = append(change.Writes, mission.ObjectWrite{ID: w.ID, JSON: w.JSON})
		}
	}
	if len(change.Writes) == 0 {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	r.keepObjectIndex(c.Index, raw, x)
	if out == mission.Created {
		change.Put = r.objectNoun(c.Index, x)
	}
	r.emit(mission.Change{Kind: mission.ObjectsWritten, Objects: change})
	return mission.Result{Outcome: out, Version: r.seq()}, nil
}

// writeObject writes or deletes one record and counts it; false where all is so
// already.
func (r *reducer) writeObject(x *objectIndexRecord, w *mission.ObjectWrite) bool {
	old, raw := r.object(x, w.ID)
	key := objectKey(x.rows, w.ID)
	switch {
	case w.JSON == nil && raw == nil:
		return false
	case w.JSON == nil:
		r.remove(objectsBucket, key, raw)
		x.entries--
		return true
	case raw == nil:
		x.entries++
	case bytes.Equal(old.json, w.JSON):
		return false
	}
	r.put(objectsBucket, key, raw, r.keep(appendObject(r.room(len(w.JSON)+32), objectRecord{r.seq(), w.JSON})))
	return true
}

// objectNoun gives an index as others see it.
func (r *reducer) objectNoun(name string, x *objectIndexRecord) *mission.ObjectIndex {
	n := x.noun(name)
	for _, part := range [...]struct {
		sort byte
		to   *[]byte
	}{{objectSettings, (*[]byte)(&n.Settings)}, {objectSynonyms, (*[]byte)(&n.Synonyms)}} {
		if raw := r.get(objectIndexesBucket, objectNumberKey(part.sort, x.number)); raw != nil {
			text, err := decodeObjectText(raw)
			must(err)
			*part.to = bytes.Clone(text)
		}
	}
	return &n
}

// noun gives the index without how it is searched.
func (x *objectIndexRecord) noun(name string) mission.ObjectIndex {
	return mission.ObjectIndex{Name: name, Entries: int(x.entries), Created: x.created, Updated: x.updated}
}

func (r *reducer) putObjectIndex(c mission.PutObjectIndex) (mission.Result, error) {
	x, raw := r.objectIndex(c.Index)
	out := mission.Updated
	if x == nil {
		var err error
		if x, err = r.newObjectIndex(); err != nil {
			return mission.Result{}, err
		}
		out = mission.Created
	}
	r.putObjectText(objectSettings, x.number, c.Settings)
	r.putObjectText(objectSynonyms, x.number, c.Synonyms)
	if out == mission.Updated && !r.wrote {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	r.keepObjectIndex(c.Index, raw, x)
	r.emit(mission.Change{Kind: mission.ObjectIndexPut, Objects: &mission.ObjectChange{Index: c.Index, Put: r.objectNoun(c.Index, x)}})
	return mission.Result{Outcome: out, Version: r.seq()}, nil
}

// putObjectText writes settings or synonyms; nil, and what is there already, is
// not written.
func (r *reducer) putObjectText(sort byte, number uint64, json []byte) {
	if json == nil {
		return
	}
	key := objectNumberKey(sort, number)
	raw := r.get(objectIndexesBucket, key)
	if raw != nil {
		old, err := decodeObjectText(raw)
		must(err)
		if bytes.Equal(old, json) {
			return
		}
	}
	r.put(objectIndexesBucket, key, raw, r.keep(appendObjectText(r.room(len(json)+16), json)))
}

// clearObjects gives an index other rows, none of which exist.
func (r *reducer) clearObjects(c mission.ClearObjects) (mission.Result, error) {
	x, raw := r.objectIndex(c.Index)
	if x == nil || x.entries == 0 {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	r.abandon(x)
	x.rows, x.entries = r.seq(), 0
	r.keepObjectIndex(c.Index, raw, x)
	r.emit(mission.Change{Kind: mission.ObjectsCleared, Objects: &mission.ObjectChange{Index: c.Index}})
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}

// abandon leaves an index's records to the Ticks.
func (r *reducer) abandon(x *objectIndexRecord) {
	if x.entries > 0 {
		r.put(objectIndexesBucket, objectNumberKey(objectAbandoned, x.rows), nil, appendObjectCount(nil, x.entries))
	}
}

func (r *reducer) dropObjects(c mission.DropObjects) (mission.Result, error) {
	if !r.dropObjectIndex(c.Index) {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	r.emit(mission.Change{Kind: mission.ObjectsDropped, Objects: &mission.ObjectChange{Index: c.Index}})
	return mission.Result{Outcome: mission.Deleted, Version: r.seq()}, nil
}

// dropObjectIndex removes an index and how it is searched; false where there is
// none.
func (r *reducer) dropObjectIndex(name string) bool {
	x, raw := r.objectIndex(name)
	if x == nil {
		return false
	}
	r.remove(objectIndexesBucket, objectNameKey(name), raw)
	for _, sort := range [...]byte{objectSettings, objectSynonyms} {
		key := objectNumberKey(sort, x.number)
		if raw := r.get(objectIndexesBucket, key); raw != nil {
			r.remove(objectIndexesBucket, key, raw)
		}
	}
	r.abandon(x)
	return true
}

// moveObjects writes an index's record under another name: what belongs to it
// lies under its numbers.
func (r *reducer) moveObjects(c mission.MoveObjects) (mission.Result, error) {
	x, raw := r.objectIndex(c.From)
	switch {
	case x == nil:
		return mission.Result{}, mission.Errorf(mission.NotFound, "no index %q", c.From)
	case c.From == c.To:
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	r.dropObjectIndex(c.To)
	r.remove(objectIndexesBucket, objectNameKey(c.From), raw)
	r.keepObjectIndex(c.To, nil, x)
	r.emit(mission.Change{Kind: mission.ObjectsMoved, Objects: &mission.ObjectChange{Index: c.From, To: c.To}})
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}

// sweepObjects removes records of indexes that were cleared, dropped or moved
// over, a bounded number, the oldest index's first.
func (r *reducer) sweepObjects() {
	for most, size := r.sweepMax.objects, 0; most > 0 && size < sweepBytes; {
		c := r.bucket(objectIndexesBucket).Cursor()
		head, raw := c.Seek([]byte{objectAbandoned})
		if head == nil || head[0] != objectAbandoned {
			return
		}
		head = bytes.Clone(head)
		left, err := decodeObjectCount(raw)
		must(err)
		var keys, values [][]byte
		r.under(objectsBucket, head[1:], func(key, value []byte) bool {
			keys, values = append(keys, bytes.Clone(key)), append(values, value)
			size += len(value)
			return len(keys) < most && size < sweepBytes
		})
		if len(keys) == 0 || uint64(len(keys)) > left {
			must(errRecord) // the count is not that of the records
		}
		for i, key := range keys {
			r.remove(objectsBucket, key, values[i])
		}
		most -= len(keys)
		if left -= uint64(len(keys)); left > 0 {
			r.put(objectIndexesBucket, head, raw, appendObjectCount(nil, left))
		} else {
			r.remove(objectIndexesBucket, head, raw)
		}
	}
}
