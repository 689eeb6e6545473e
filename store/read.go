package store

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// snapshot is the state as one read sees it.
type snapshot struct{ tx *bbolt.Tx }

func (v snapshot) bucket(b bucketID) *bbolt.Bucket { return v.tx.Bucket([]byte(bucketNames[b])) }

func (v snapshot) get(b bucketID, key []byte) []byte { return v.bucket(b).Get(key) }

// view looks at the state. It is short: whoever wants longer holds lasting. Where
// all that is looked at lies in some buckets, naming them spares a commit of what
// lies in others: those may be a moment older.
func (s *Store) view(look func(snapshot) error, of ...bucketID) error {
	s.handle.RLock()
	defer s.handle.RUnlock()
	if s.file == nil {
		return unavailable("the data file is not open")
	}
	if err := s.settle(of); err != nil {
		return err
	}
	return s.file.db.View(func(tx *bbolt.Tx) error { return look(snapshot{tx}) })
}

// notFound says that there is none.
func notFound(what string, id mission.ID) error {
	return mission.Errorf(mission.NotFound, "no %s %q", what, id)
}

func (v snapshot) mission(id mission.ID) (MissionView, error) {
	raw := v.get(missionIDsBucket, []byte(id))
	if raw == nil {
		return MissionView{}, notFound("mission", id)
	}
	key := bytes.Clone(raw)
	return v.missionAt(readOrdinal(raw), v.get(missionsBucket, key), v.get(seatsBucket, key))
}

// missionAt copies a mission out of its records.
func (v snapshot) missionAt(o mission.Ordinal, record, seats []byte) (MissionView, error) {
	view, err := recordAt(o, record)
	if err != nil {
		return view, err
	}
	s, err := decodeSeats(o, seats)
	if err != nil {
		return MissionView{}, fmt.Errorf("store: seats of mission %q: %w", view.ID, err)
	}
	view.Seats = *s
	return view, nil
}

// recordAt copies a mission without its seats.
func recordAt(o mission.Ordinal, record []byte) (MissionView, error) {
	rec, err := decodeMission(record)
	if err != nil {
		return MissionView{}, fmt.Errorf("store: mission ordinal %d: %w", o, err)
	}
	return MissionView{JSON: bytes.Clone(rec.json), ID: rec.id, Publisher: rec.publisher, Version: rec.version,
		Revision: rec.revision, Times: rec.times, Withdrawn: rec.withdrawn.ends}, nil
}

// Mission gives a mission and its seats.
func (s *Store) Mission(id mission.ID) (view MissionView, err error) {
	err = s.view(func(v snapshot) error {
		view, err = v.mission(id)
		return err
	})
	return view, err
}

// MissionLately gives a mission whose seats may be those of a moment ago: nobody
// waits for the data file to take what was held since. Its record is the last.
func (s *Store) MissionLately(id mission.ID) (view MissionView, err error) {
	err = s.view(func(v snapshot) error {
		view, err = v.mission(id)
		return err
	}, missionIDsBucket, missionsBucket)
	return view, err
}

// Missions gives many missions as of one moment, [i] for ids[i]; the ID of
// one that does not exist is "".
func (s *Store) Missions(ids []mission.ID) ([]MissionView, error) {
	views := make([]MissionView, len(ids))
	err := s.view(func(v snapshot) error {
		for i, id := range ids {
			var err error
			if views[i], err = v.mission(id); err != nil && mission.KindOf(err) != mission.NotFound {
				return err
			}
		}
		return nil
	})
	return views, err
}

// Records gives the records of many missions without their seats, [i] for ids[i];
// the ID of one that does not exist is "".
func (s *Store) Records(ids []mission.ID) ([]MissionView, error) {
	views := make([]MissionView, len(ids))
	err := s.view(func(v snapshot) error {
		for i, id := range ids {
			raw := v.get(missionIDsBucket, []byte(id))
			if raw == nil {
				continue
			}
			var err error
			if views[i], err = recordAt(readOrdinal(raw), v.get(missionsBucket, bytes.Clone(raw))); err != nil {
				return err
			}
		}
		return nil
	}, missionIDsBucket, missionsBucket)
	return views, err
}

// WalkMissions gives the missions after a cursor, in the order in which they
// were first put: "" begins, and next is "" after the last. A page may be
// shorter than limit although more follow.
func (s *Store) WalkMissions(cursor string, limit int, f MissionFilter) (page []MissionView, next string, err error) {
	from, limit, err := walkFrom(walkMissions, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	err = s.view(func(v snapshot) error {
		seats := v.bucket(seatsBucket)
		next, err = walk(v.bucket(missionsBucket).Cursor(), from, limit, walkMissions, func(key, value []byte) (bool, error) {
			rec, err := decodeMission(value)
			if err != nil || len(f.Publishers) > 0 && !slices.Contains(f.Publishers, rec.publisher) {
				return false, err
			}
			m, err := v.missionAt(readOrdinal(key), value, seats.Get(key))
			if err != nil || len(f.States) > 0 && !slices.Contains(f.States, m.Seats.State) {
				return false, err
			}
			page = append(page, m)
			return true, nil
		})
		return err
	})
	return page, next, err
}

// Volunteer gives a volunteer.
func (s *Store) Volunteer(id mission.ID) (view VolunteerView, err error) {
	err = s.view(func(v snapshot) error {
		view, err = v.volunteer(id)
		return err
	})
	return view, err
}

func (v snapshot) volunteer(id mission.ID) (VolunteerView, error) {
	raw := v.get(peopleBucket, []byte(id))
	if raw == nil {
		return VolunteerView{}, notFound("volunteer", id)
	}
	p, err := decodePerson(raw)
	if err != nil {
		return VolunteerView{}, fmt.Errorf("store: person %w", err)
	}
	rec, err := decodeVolunteer(v.get(volunteersBucket, ordinalKey(p.ordinal)))
	if err != nil {
		return VolunteerView{}, fmt.Errorf("store: volunteer ordinal %d: %w", p.ordinal, err)
	}
	noun, err := readVolunteer(rec.json)
	if err != nil {
		return VolunteerView{}, fmt.Errorf("store: volunteer ordinal %d: %w", p.ordinal, err)
	}
	return VolunteerView{Volunteer: noun, JSON: bytes.Clone(rec.json), Version: rec.version, Revision: rec.revision, Ordinal: p.ordinal}, nil
}

// WalkVolunteers gives the volunteers after a cursor, as WalkMissions does.
func (s *Store) WalkVolunteers(cursor string, limit int) (page []VolunteerRef, next string, err error) {
	from, limit, err := walkFrom(walkVolunteers, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	err = s.view(func(v snapshot) error {
		next, err = walk(v.bucket(volunteersBucket).Cursor(), from, limit, walkVolunteers, func(_, value []byte) (bool, error) {
			rec, err := decodeVolunteer(value)
			if err == nil {
				page = append(page, VolunteerRef{ID: rec.id, Publisher: rec.publisher, Revision: rec.revision})
			}
			return true, err
		})
		return err
	})
	return page, next, err
}

// Organization gives an organisation and its answering record. One that only
// missions name has an id and, once it has answered, a record.
func (s *Store) Organization(id mission.ID) (view OrganizationView, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(organizationsBucket, []byte(id))
		if raw == nil {
			return notFound("organization", id)
		}
		o, err := decodeOrganization(raw)
		if err != nil {
			return fmt.Errorf("store: organization %q: %w", id, err)
		}
		view = OrganizationView{Record: o.record, Version: o.version}
		view.Organization, err = o.noun(id)
		return err
	})
	return view, err
}

// Cursors are opaque and URL-safe: what is walked, and the key after which to
// go on.
const (
	walkMissions     = 'm'
	walkVolunteers   = 'v'
	walkHolds        = 'h'
	walkMissionHolds = 's'
	walkPersonHolds  = 'p'
	walkRefs         = 'r'
	walkLog          = 'l'
	walkDeliveries   = 'd'
	walkAlerts       = 'a'
)

func cursorOf(what byte, key []byte) string {
	return base64.RawURLEncoding.EncodeToString(append([]byte{what}, key...))
}

// walkFrom reads a cursor (nil: from the start) and checks the limit, 0 for
// the default.
func walkFrom(what byte, cursor string, limit int) (from []byte, most int, err error) {
	if limit == 0 {
		limit = mission.WalkDefault
	}
	if limit < 1 || limit > mission.WalkMax {
		return nil, 0, invalid("/limit", fmt.Sprintf("is %d; it must be from 1 to %d", limit, mission.WalkMax))
	}
	if cursor == "" {
		return nil, limit, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < 2 || raw[0] != what {
		return nil, 0, invalid("/cursor", "is not one that Renfort made for this")
	}
	return raw[1:], limit, nil
}

// walk visits keys after from until limit of them were taken, and gives the
// cursor of the next page.
func walk(c *bbolt.Cursor, from []byte, limit int, what byte, visit func(key, value []byte) (taken bool, err error)) (string, error) {
	k, value := seekAfter(c, from)
	for n, examined := 0, 0; k != nil; k, value = c.Next() {
		taken, err := visit(k, value)
		if err != nil {
			return "", err
		}
		if taken {
			n++
		}
		if examined++; n == limit || examined == walkExamined {
			if next, _ := c.Next(); next == nil {
				return "", nil
			}
			return cursorOf(what, bytes.Clone(k)), nil
		}
	}
	return "", nil
}

// seekAfter moves to the first key after from, nil for the very first.
func seekAfter(c *bbolt.Cursor, from []byte) (key, value []byte) {
	if from == nil {
		return c.First()
	}
	key, value = c.Seek(from)
	if bytes.Equal(key, from) {
		return c.Next()
	}
	return key, value
}
