package store

import (
	"errors"
	"fmt"

	"renfort/mission"
)

// objectsFound is what a check knows of the indexes of free records.
type objectsFound struct {
	numbers map[uint64]bool   // of indexes
	rows    map[uint64]uint64 // records that there should be, of indexes and of what is swept
	counted map[uint64]uint64 // records that there are
}

// objects checks the indexes of free records, then the records, then that there
// are as many as there should be.
func (c *checker) objects() {
	f := &objectsFound{numbers: map[uint64]bool{}, rows: map[uint64]uint64{}, counted: map[uint64]uint64{}}
	c.each(objectIndexesBucket, func(key, value []byte) error { return c.objectIndexKeys(f, key, value) })
	c.each(objectsBucket, func(key, value []byte) error {
		c.Objects++
		if len(key) < 9 {
			return errors.New("is no key of ours")
		}
		rows := readSeq(key[:8])
		f.counted[rows]++
		if _, known := f.rows[rows]; !known {
			return errors.New("is a record of no index, and none that is being removed")
		}
		o, err := decodeObject(value)
		if err == nil && o.version > c.meta.seq {
			err = fmt.Errorf("was written by seq %d, and the state is at %d", o.version, c.meta.seq)
		}
		return first(err, checkName("/objectID", string(key[8:]), mission.ObjectIDBytesMax), checkJSON("", o.json, '{', "object", mission.ObjectBytesMax))
	})
	for rows, want := range f.rows {
		if n := f.counted[rows]; n != want {
			c.problem("objects: the rows %d have %d records, and should have %d", rows, n, want)
		}
	}
}

// objectIndexKeys checks an entry of the indexes. What is abandoned comes before
// the indexes and those before what is theirs.
func (c *checker) objectIndexKeys(f *objectsFound, key, value []byte) error {
	if key[0] == objectNames {
		return c.objectIndex(f, string(key[1:]), value)
	}
	if len(key) != 9 {
		return errors.New("is no key of ours")
	}
	number := readSeq(key[1:])
	switch key[0] {
	case objectAbandoned:
		n, err := decodeObjectCount(value)
		if err == nil && n == 0 {
			err = errors.New("has nothing to be removed")
		}
		f.rows[number] = n
		return err
	case objectSettings, objectSynonyms:
		if !f.numbers[number] {
			return errors.New("is of no index")
		}
		text, err := decodeObjectText(value)
		if key[0] == objectSettings {
			return first(err, checkJSON("", text, '{', "object", mission.SettingsBytesMax))
		}
		return first(err, checkJSON("", text, '[', "list", mission.SettingsBytesMax))
	}
	return errors.New("is no key of ours")
}

func (c *checker) objectIndex(f *objectsFound, name string, value []byte) error {
	c.ObjectIndexes++
	x, err := decodeObjectIndex(value)
	if err != nil {
		return err
	}
	_, swept := f.rows[x.rows]
	if f.numbers[x.number] || swept {
		return errors.New("has the numbers of another")
	}
	f.numbers[x.number], f.rows[x.rows] = true, x.entries
	if max(x.number, x.rows) > c.meta.seq {
		return fmt.Errorf("has numbers from after seq %d", c.meta.seq)
	}
	return checkIndexName("", name)
}
