package store

import (
	"bytes"
	"fmt"

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
// this runs, and afterwards applies, in their order, those after seq. A change
// ObjectsWritten without Writes comes where a commit's outcome was unknown until
// the file was read again: the index is to be read anew, by Objects.
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

// completeObjects gives a change of an index what the log leaves out, but the
// records.
func (v snapshot) completeObjects(c *mission.Change) error {
	raw := v.get(objectIndexesBucket, objectNameKey(c.Objects.Index))
	if raw == nil {
		return nil // gone since: its own change follows
	}
	_, n, err := v.objectIndexOf(c.Objects.Index, raw)
	c.Objects.Put = &n
	return err
}
