package store

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// ObjectRecord is one record of an index. It shares nothing with the store.
type ObjectRecord struct {
	ID      string
	Version uint64 // Seq of its last write
	JSON    []byte
}

// objectPageBytes ends a page of records early.
const objectPageBytes = 4 << 20

// ObjectIndexes gives all indexes by name, and how they are searched.
func (s *Store) ObjectIndexes() (all []mission.ObjectIndex, err error) {
	err = s.view(func(v snapshot) error {
		all, _, err = v.objectIndexes()
		return err
	})
	return all, err
}

// objectIndexes gives the indexes with their records, [i] of each for one.
func (v snapshot) objectIndexes() (all []mission.ObjectIndex, records []*objectIndexRecord, err error) {
	under(v.bucket(objectIndexesBucket), []byte{objectNames}, func(key, raw []byte) bool {
		var x *objectIndexRecord
		var n mission.ObjectIndex
		if x, n, err = v.objectIndexOf(string(key[1:]), raw); err == nil {
			all, records = append(all, n), append(records, x)
		}
		return err == nil
	})
	return all, records, err
}

func (v snapshot) objectIndexOf(name string, raw []byte) (*objectIndexRecord, mission.ObjectIndex, error) {
	x, err := decodeObjectIndex(raw)
	if err != nil {
		return nil, mission.ObjectIndex{}, fmt.Errorf("store: index %q: %w", name, err)
	}
	n := x.noun(name)
	if n.Settings, err = v.objectText(objectSettings, x.number); err == nil {
		n.Synonyms, err = v.objectText(objectSynonyms, x.number)
	}
	if err != nil {
		return nil, n, fmt.Errorf("store: index %q: %w", name, err)
	}
	return x, n, nil
}

// objectText gives a copy of settings or synonyms, nil where there are none.
func (v snapshot) objectText(sort byte, number uint64) ([]byte, error) {
	raw := v.get(objectIndexesBucket, objectNumberKey(sort, number))
	if raw == nil {
		return nil, nil
	}
	text, err := decodeObjectText(raw)
	return bytes.Clone(text), err
}

// ObjectIndex gives one index; NotFound if there is none.
func (s *Store) ObjectIndex(name string) (n mission.ObjectIndex, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(objectIndexesBucket, objectNameKey(name))
		if raw == nil {
			return notFound("index", name)
		}
		_, n, err = v.objectIndexOf(name, raw)
		return err
	})
	return n, err
}

// Object gives a record and its version; ok is false where there is no such
// record or no such index.
func (s *Store) Object(index, id string) (json []byte, version uint64, ok bool, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(objectIndexesBucket, objectNameKey(index))
		if raw == nil {
			return nil
		}
		x, err := decodeObjectIndex(raw)
		if err != nil {
			return fmt.Errorf("store: index %q: %w", index, err)
		}
		if raw = v.get(objectsBucket, objectKey(x.rows, id)); raw == nil {
			return nil
		}
		o, err := decodeObject(raw)
		if err != nil {
			return fmt.Errorf("store: record %q of index %q: %w", id, index, err)
		}
		json, version, ok = bytes.Clone(o.json), o.version, true
		return nil
	})
	return json, version, ok, err
}

// Objects gives the records of an index after an id ("" begins), by id, at most
// so many (0: mission.WalkMax) and some 4 MB: an empty page is the last. Each
// page is as of the moment whose seq it gives, and no page holds anybody up; a
// walk sees every record that was there all the while. NotFound: no such index.
func (s *Store) Objects(index, after string, most int) (page []ObjectRecord, seq uint64, err error) {
	if most <= 0 {
		most = mission.WalkMax
	}
	err = s.view(func(v snapshot) error {
		m, err := decodeMeta(v.get(metaBucket, stateKey))
		if err != nil {
			return fmt.Errorf("store: state: %w", err)
		}
		seq = m.seq
		raw := v.get(objectIndexesBucket, objectNameKey(index))
		if raw == nil {
			return notFound("index", index)
		}
		x, err := decodeObjectIndex(raw)
		if err != nil {
			return fmt.Errorf("store: index %q: %w", index, err)
		}
		size := 0
		return v.objects(x, after, func(o ObjectRecord) bool {
			page = append(page, o)
			size += len(o.JSON)
			return len(page) < most && size < objectPageBytes
		})
	})
	return page, seq, err
}

// objects visits the records of an index after an id, by id, until visit says
// no.
func (v snapshot) objects(x *objectIndexRecord, after string, visit func(ObjectRecord) bool) error {
	c := v.bucket(objectsBucket).Cursor()
	prefix := seqKey(x.rows)
	from := objectKey(x.rows, after)
	key, raw := c.Seek(from)
	if after != "" && bytes.Equal(key, from) {
		key, raw = c.Next()
	}
	for ; key != nil && bytes.HasPrefix(key, prefix); key, raw = c.Next() {
		id := string(key[len(prefix):])
		o, err := decodeObject(raw)
		if err != nil {
			return fmt.Errorf("store: record %q: %w", id, err)
		}
		if !visit(ObjectRecord{ID: id, Version: o.version, JSON: bytes.Clone(o.json)}) {
			return nil
		}
	}
	return nil
}

// LoadObjects tells all indexes with all records as of one moment, whose seq it
// gives: each index, then its records by id. Writes go on meanwhile; the file
// grows for as long as it takes.
//
// Whoever follows the changes keeps those that Options.Committed brings while
// this runs, and afterwards applies, in their order, those after seq. Where a
// commit's outcome was unknown until the file was read again, they are brought
// the indexes that it concerned as they are: put, emptied, and written anew.
func (s *Store) LoadObjects(index func(mission.ObjectIndex), record func(index string, o ObjectRecord)) (seq uint64, err error) {
	s.lasting.RLock()
	defer s.lasting.RUnlock()
	tx, err := s.lastingView()
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	return loadObjects(tx, index, record)
}

func loadObjects(tx *bbolt.Tx, index func(mission.ObjectIndex), record func(string, ObjectRecord)) (uint64, error) {
	v := snapshot{tx}
	m, err := decodeMeta(v.get(metaBucket, stateKey))
	if err != nil {
		return 0, fmt.Errorf("store: state: %w", err)
	}
	all, records, err := v.objectIndexes()
	if err != nil {
		return 0, err
	}
	for i, n := range all {
		index(n)
		err := v.objects(records[i], "", func(o ObjectRecord) bool {
			record(n.Name, o)
			return true
		})
		if err != nil {
			return 0, err
		}
	}
	return m.seq, nil
}

// objectsAnew puts in place of what the log says of indexes, which is names
// alone, changes that lead to what they are now, whatever whoever follows knew:
// each is put, emptied and written, or dropped. They come last, and take memory
// for the records of the indexes named: for when the outcome of a commit was
// unknown.
func (v snapshot) objectsAnew(changes []mission.Change, now *meta) ([]mission.Change, error) {
	var names []string
	changes = slices.DeleteFunc(changes, func(c mission.Change) bool {
		if c.Objects == nil {
			return false
		}
		names = append(names, c.Objects.Index)
		if c.Objects.To != "" {
			names = append(names, c.Objects.To)
		}
		return true
	})
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		all, err := v.indexAnew(name)
		if err != nil {
			return nil, err
		}
		for i := range all {
			all[i].Seq, all[i].At = now.seq, now.now
		}
		changes = append(changes, all...)
	}
	return changes, nil
}

// indexAnew gives the changes that make an index what it is.
func (v snapshot) indexAnew(name string) ([]mission.Change, error) {
	raw := v.get(objectIndexesBucket, objectNameKey(name))
	if raw == nil {
		return []mission.Change{{Kind: mission.ObjectsDropped, Objects: &mission.ObjectChange{Index: name}}}, nil
	}
	x, n, err := v.objectIndexOf(name, raw)
	if err != nil {
		return nil, err
	}
	changes := []mission.Change{{Kind: mission.ObjectIndexPut, Objects: &mission.ObjectChange{Index: name, Put: &n}},
		{Kind: mission.ObjectsCleared, Objects: &mission.ObjectChange{Index: name}}}
	byVersion := map[uint64][]mission.ObjectWrite{} // one change each: a record's version is its change's
	err = v.objects(x, "", func(o ObjectRecord) bool {
		byVersion[o.Version] = append(byVersion[o.Version], mission.ObjectWrite{ID: o.ID, JSON: o.JSON})
		return true
	})
	for _, version := range slices.Sorted(maps.Keys(byVersion)) {
		changes = append(changes, mission.Change{Kind: mission.ObjectsWritten,
			Objects: &mission.ObjectChange{Index: name, Version: version, Writes: byVersion[version]}})
	}
	return changes, err
}
