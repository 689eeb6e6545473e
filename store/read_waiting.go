package store

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"renfort/mission"
)

// Waiting gives everybody who waits for a seat of a mission, in the order of
// joining, each with the position in the pool. There are at most
// mission.WaitingMissionMax. A mission that does not exist is NotFound.
func (s *Store) Waiting(id mission.ID) (all []mission.Waiting, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(missionIDsBucket, []byte(id))
		if raw == nil {
			return notFound("mission", id)
		}
		all, err = v.waiting(readOrdinal(raw))
		return err
	})
	return all, err
}

func (v snapshot) waiting(o mission.Ordinal) (all []mission.Waiting, err error) {
	seats, err := decodeSeats(o, v.get(seatsBucket, ordinalKey(o)))
	if err != nil {
		return nil, fmt.Errorf("store: seats of mission ordinal %d: %w", o, err)
	}
	under(v.bucket(waitingBucket), append([]byte{waitList}, ordinalKey(o)...), func(key, value []byte) bool {
		var w *waitingRecord
		if w, err = decodeWaiting(key[1:], value); err == nil {
			all = append(all, w.Waiting)
		}
		return err == nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: waiting lists of mission ordinal %d: %w", o, err)
	}
	slices.SortFunc(all, func(a, b mission.Waiting) int { return cmp.Compare(a.JoinedSeq, b.JoinedSeq) })
	counts := make([]int, len(seats.Pools))
	for i := range all {
		if pool, ok := poolOfList(seats, all[i].Slot); ok {
			counts[pool]++
			all[i].Position = counts[pool]
		}
	}
	return all, nil
}

// WaitingOf gives the places that a person has in waiting lists, in no order,
// each with its position; none for somebody who is not known.
func (s *Store) WaitingOf(volunteer mission.ID) (places []mission.Waiting, err error) {
	err = s.view(func(v snapshot) error {
		places, err = v.waitingOf(volunteer)
		return err
	})
	return places, err
}

func (v snapshot) waitingOf(volunteer mission.ID) (places []mission.Waiting, err error) {
	var last mission.Ordinal
	var all []mission.Waiting
	prefix := personPrefix(nil, volunteer, personWaiting)
	under(v.bucket(peopleBucket), prefix, func(key, _ []byte) bool {
		o, _, seq, ok := waitingKey(key[len(prefix):])
		if !ok {
			err = fmt.Errorf("store: people: %w", errRecord)
			return false
		}
		if all == nil || o != last {
			last = o
			if all, err = v.waiting(o); err != nil {
				return false
			}
		}
		for _, w := range all {
			if w.JoinedSeq == seq && w.Volunteer == volunteer {
				places = append(places, w)
			}
		}
		return true
	})
	return places, err
}

// waiting tells of a place in a list, for Load.
func (l *loader) waiting(key, value, _ []byte) (mission.Change, bool, error) {
	if key[0] != waitList {
		return mission.Change{}, false, nil
	}
	w, err := decodeWaiting(bytes.Clone(key[1:]), value)
	if err != nil {
		return mission.Change{}, false, err
	}
	return mission.Change{Kind: mission.WaitingJoined, MissionID: w.Mission, MissionOrdinal: w.Ordinal, Waiting: &w.Waiting}, true, nil
}
