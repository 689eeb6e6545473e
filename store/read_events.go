package store

import (
	"encoding/binary"
	"fmt"

	"renfort/mission"
)

// Happening is a change of the log, completed from the state as it is when it
// is read: later commands may have gone further, and what was erased or
// forgotten since is missing.
type Happening struct {
	mission.Change
	N, Of int // it is the N-th of its command's changes, from 1
}

// Person gives whom the change concerns, "" for nobody.
func (h *Happening) Person() mission.ID { return personIn(&h.Change) }

// Happenings gives what happened in the commands after since up to through, as
// far as there are any, oldest first; of kinds that wanted says yes to. oldest
// is the first seq that the log still has, 0 if none; last the last one.
func (s *Store) Happenings(since, through uint64, wanted func(mission.ChangeKind) bool) (all []Happening, oldest, last uint64, err error) {
	err = s.view(func(v snapshot) error {
		m, err := decodeMeta(v.get(metaBucket, stateKey))
		if err != nil {
			return fmt.Errorf("store: state: %w", err)
		}
		oldest, last = m.logOldest, m.seq
		c := v.bucket(logBucket).Cursor()
		for key, value := c.Seek(seqKey(since + 1)); key != nil; key, value = c.Next() {
			seq := binary.BigEndian.Uint64(key)
			if seq > through {
				break
			}
			changes, err := decodeLog(seq, value)
			if err != nil {
				return fmt.Errorf("store: log of seq %d: %w", seq, err)
			}
			for i := range changes {
				if !wanted(changes[i].Kind) {
					continue
				}
				h := Happening{Change: changes[i], N: i + 1, Of: len(changes)}
				if err := v.happened(&h); err != nil {
					return err
				}
				all = append(all, h)
			}
		}
		return nil
	})
	return all, oldest, last, err
}

// happened completes a change: the hold, the seats as they stand, and whose
// mission and volunteer they are where the log does not say whose they were.
// Records of nouns stay in the file.
func (v snapshot) happened(h *Happening) error {
	if h.Hold != nil {
		rec, err := v.hold(h.Hold.ID)
		if err != nil {
			return err
		}
		if rec != nil {
			state := h.Hold.State // as it was then
			h.Hold = &rec.Hold
			h.Hold.State = state
		}
	}
	if h.MissionID != "" {
		key := ordinalKey(h.MissionOrdinal)
		if raw := v.get(missionsBucket, key); raw != nil {
			rec, err := decodeMission(raw)
			if err != nil {
				return fmt.Errorf("store: mission ordinal %d: %w", h.MissionOrdinal, err)
			}
			if h.Publisher == "" {
				h.Publisher = rec.publisher
			}
			if h.Seats, err = decodeSeats(h.MissionOrdinal, v.get(seatsBucket, key)); err != nil {
				return fmt.Errorf("store: seats of mission %q: %w", rec.id, err)
			}
		}
	}
	var err error
	if h.Ask != nil {
		if raw := v.get(wavesBucket, askKey(h.Ask.Wave, h.Ask.Volunteer)); raw != nil {
			if h.Ask, err = decodeAsk(h.Ask.Wave, h.Ask.Volunteer, raw); err != nil {
				return fmt.Errorf("store: ask: %w", err)
			}
		}
	}
	if id := h.Person(); id != "" && h.VolunteerPublisher == "" {
		h.VolunteerPublisher, err = v.volunteerPublisher(id)
	}
	return err
}

// volunteerPublisher gives whose volunteer somebody is, "" where there is no
// record of them.
func (v snapshot) volunteerPublisher(id mission.ID) (string, error) {
	raw := v.get(peopleBucket, []byte(id))
	if raw == nil {
		return "", nil
	}
	p, err := decodePerson(raw)
	if err != nil {
		return "", fmt.Errorf("store: person %w", err)
	}
	rec, err := decodeVolunteer(v.get(volunteersBucket, ordinalKey(p.ordinal)))
	if err != nil {
		return "", fmt.Errorf("store: volunteer ordinal %d: %w", p.ordinal, err)
	}
	return rec.publisher, nil
}
