package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// hold gives a hold, nil if there is none.
func (v snapshot) hold(id mission.ID) (*holdRecord, error) {
	raw := v.get(holdsBucket, []byte(id))
	if raw == nil {
		return nil, nil
	}
	h, err := decodeHold(id, raw)
	if err != nil {
		return nil, fmt.Errorf("store: hold %q: %w", id, err)
	}
	return h, nil
}

// Hold gives a hold and the occupancy of its mission, zero where that is gone.
func (s *Store) Hold(id mission.ID) (hold mission.Hold, occupancy mission.Occupancy, err error) {
	err = s.view(func(v snapshot) error {
		h, err := v.hold(id)
		if err != nil {
			return err
		}
		if h == nil {
			return notFound("hold", id)
		}
		hold = h.Hold
		raw := v.get(seatsBucket, ordinalKey(h.Ordinal))
		if raw == nil {
			return nil
		}
		seats, err := decodeSeats(h.Ordinal, raw)
		if err == nil {
			occupancy = seats.Occupancy()
		}
		return err
	})
	return hold, occupancy, err
}

// Holds gives the holds that a filter chooses. Those of one mission, one
// volunteer or one ref are found by index; those changed since a moment by
// the log as far as it reaches, in the order of their last change; other
// walks go by id. A page may be shorter than Limit although more follow: only
// next == "" ends a walk. A mission that does not exist is NotFound.
func (s *Store) Holds(f HoldFilter) (page []mission.Hold, next string, err error) {
	err = s.view(func(v snapshot) error {
		page, next, err = v.holds(&f)
		return err
	})
	return page, next, err
}

// holdWalk is one way to find holds: keys of a bucket under a prefix, each of
// which ends with a hold's id.
type holdWalk struct {
	what   byte
	bucket bucketID
	prefix []byte
}

func (v snapshot) holds(f *HoldFilter) ([]mission.Hold, string, error) {
	w := holdWalk{what: walkHolds, bucket: holdsBucket}
	switch {
	case f.Mission != "":
		raw := v.get(missionIDsBucket, []byte(f.Mission))
		if raw == nil {
			return nil, "", notFound("mission", f.Mission)
		}
		w = holdWalk{walkMissionHolds, seatsBucket, bytes.Clone(raw)}
		if f.Volunteer != "" {
			w.prefix = seatsPrefix(nil, readOrdinal(raw), f.Volunteer)
		}
	case f.Volunteer != "":
		w = holdWalk{walkPersonHolds, peopleBucket, personPrefix(nil, f.Volunteer, personHold)}
	case f.Ref != "":
		w = holdWalk{walkRefs, refsBucket, append([]byte(f.Ref), 0)}
	case f.SinceSeq > 0 || f.Since > 0:
		if since, ok := v.logReaches(f); ok {
			return v.holdsInLog(f, since)
		}
	}
	return v.walkHolds(f, w)
}

// fits says whether a hold is one that the filter chooses.
func (f *HoldFilter) fits(h *holdRecord) bool {
	return (f.Mission == "" || h.Mission == f.Mission) && (f.Volunteer == "" || h.Volunteer == f.Volunteer) &&
		(f.Ref == "" || h.Ref == f.Ref) && (f.State == "" || h.State == f.State) &&
		h.ChangedSeq > f.SinceSeq && (f.Since == 0 || h.Changed > f.Since)
}

func (v snapshot) walkHolds(f *HoldFilter, w holdWalk) (page []mission.Hold, next string, err error) {
	from, limit, err := walkFrom(w.what, f.Cursor, f.Limit)
	if err != nil {
		return nil, "", err
	}
	c := v.bucket(w.bucket).Cursor()
	key := w.start(c, from)
	for examined := 0; key != nil && bytes.HasPrefix(key, w.prefix); key, _ = c.Next() {
		if len(page) == limit || examined == walkExamined {
			return page, next, nil
		}
		examined++
		next = cursorOf(w.what, key)
		id, ok := w.holdID(key)
		if !ok {
			continue
		}
		h, err := v.hold(id)
		if err != nil {
			return nil, "", err
		}
		if h != nil && f.fits(h) {
			page = append(page, h.Hold)
		}
	}
	return page, "", nil
}

// start moves to the walk's first key after from.
func (w *holdWalk) start(c *bbolt.Cursor, from []byte) (key []byte) {
	if from == nil {
		from = w.prefix
		if len(from) == 0 {
			key, _ = c.First()
			return key
		}
		key, _ = c.Seek(from)
		return key
	}
	key, _ = seekAfter(c, from)
	return key
}

// holdID cuts the hold's id off a key of the walk's bucket.
func (w *holdWalk) holdID(key []byte) (mission.ID, bool) {
	switch w.bucket {
	case seatsBucket:
		_, _, id, ok := seatsEntry(key)
		return id, ok
	case peopleBucket:
		return string(key[len(w.prefix)+1:]), len(key) > len(w.prefix)+1
	}
	return string(key[len(w.prefix):]), true
}

// logReaches gives the seq after which holds have changed, if the log still
// has all that came later.
func (v snapshot) logReaches(f *HoldFilter) (since uint64, ok bool) {
	m, err := decodeMeta(v.get(metaBucket, stateKey))
	if err != nil || m.logOldest == 0 {
		return 0, false
	}
	since = f.SinceSeq
	if f.Since > 0 {
		since = max(since, v.seqAt(m, f.Since))
	}
	return since, since+1 >= m.logOldest && since > 0
}

// seqAt gives the last seq whose log time is not after at; 0 if the log's
// oldest already is.
func (v snapshot) seqAt(m meta, at int64) uint64 {
	log := v.bucket(logBucket)
	n := sort.Search(int(m.logEntries), func(i int) bool {
		t, err := logTime(log.Get(seqKey(m.logOldest + uint64(i))))
		return err != nil || t > at
	})
	if n == 0 {
		return 0
	}
	return m.logOldest + uint64(n) - 1
}

// holdsInLog gives the holds whose last change is in the log after since.
// Each is given once: where that last change is.
func (v snapshot) holdsInLog(f *HoldFilter, since uint64) (page []mission.Hold, next string, err error) {
	from, limit, err := walkFrom(walkLog, f.Cursor, f.Limit)
	if err != nil {
		return nil, "", err
	}
	if from != nil {
		if len(from) != 8 {
			return nil, "", invalid("/cursor", "is not one that Renfort made for this")
		}
		since = max(since, binary.BigEndian.Uint64(from))
	}
	c := v.bucket(logBucket).Cursor()
	key, value := c.Seek(seqKey(since + 1))
	for examined := 0; key != nil; key, value = c.Next() {
		// A command is never cut in two: a page may go over its limit by one.
		if len(page) >= limit || examined >= walkExamined {
			return page, next, nil
		}
		seq := binary.BigEndian.Uint64(key)
		changes, err := decodeLog(seq, value)
		if err != nil {
			return nil, "", fmt.Errorf("store: log of seq %d: %w", seq, err)
		}
		examined += len(changes)
		if page, err = v.lastChanged(f, page, seq, changes); err != nil {
			return nil, "", err
		}
		next = cursorOf(walkLog, key)
	}
	return page, "", nil
}

// lastChanged adds the holds that seq was the last to change.
func (v snapshot) lastChanged(f *HoldFilter, page []mission.Hold, seq uint64, changes []mission.Change) ([]mission.Hold, error) {
	first := len(page)
	for i := range changes {
		if changes[i].Hold == nil {
			continue
		}
		h, err := v.hold(changes[i].Hold.ID)
		if err != nil {
			return nil, err
		}
		if h == nil || h.ChangedSeq != seq || !f.fits(h) || slices.ContainsFunc(page[first:], func(p mission.Hold) bool { return p.ID == h.ID }) {
			continue
		}
		page = append(page, h.Hold)
	}
	return page, nil
}

// Export gives all that is stored about a person.
func (s *Store) Export(id mission.ID) (e Export, err error) {
	err = s.view(func(v snapshot) error {
		view, err := v.volunteer(id)
		switch {
		case err == nil:
			e.Volunteer, e.JSON, e.Version = view.Volunteer, view.JSON, view.Version
		case mission.KindOf(err) != mission.NotFound:
			return err
		}
		if e.Holds, err = v.holdsOfPerson(id); err != nil {
			return err
		}
		if e.Waiting, err = v.waitingOf(id); err != nil {
			return err
		}
		if e.Feedback, err = v.feedbackOf(id, v.get(peopleBucket, personPrefix(nil, id, personFeedback))); err != nil {
			return err
		}
		if e.Alerts, err = v.alertsOf(id); err != nil {
			return err
		}
		if e.Asks, err = v.asksOf(id); err != nil {
			return err
		}
		if e.Volunteer == nil && len(e.Holds) == 0 && len(e.Waiting) == 0 && len(e.Feedback) == 0 {
			return notFound("volunteer", id)
		}
		return nil
	})
	return e, err
}

func (v snapshot) holdsOfPerson(id mission.ID) (all []mission.Hold, err error) {
	prefix := personPrefix(nil, id, personHold)
	under(v.bucket(peopleBucket), prefix, func(key, _ []byte) bool {
		var h *holdRecord
		if h, err = v.hold(string(key[len(prefix)+1:])); err == nil && h != nil {
			all = append(all, h.Hold)
		}
		return err == nil
	})
	return all, err
}
