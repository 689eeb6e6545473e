package store

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"go.etcd.io/bbolt"

	"renfort/mission"
)

// Changes gives what happened after since, oldest first, at most limit
// commands (0: mission.WalkMax), each with all its changes. They are as the
// log has them: ids, kinds and a hold's state, no records. oldest is the
// first seq that the log still has, 0 if none: since+1 below it means that
// some are gone.
func (s *Store) Changes(since uint64, limit int) (changes []mission.Change, oldest uint64, err error) {
	if limit == 0 {
		limit = mission.WalkMax
	}
	err = s.view(func(v snapshot) error {
		m, err := decodeMeta(v.get(metaBucket, stateKey))
		if err != nil {
			return fmt.Errorf("store: state: %w", err)
		}
		oldest = m.logOldest
		c := v.bucket(logBucket).Cursor()
		key, value := c.Seek(seqKey(since + 1))
		for n := 0; key != nil && n < limit; n++ {
			seq := binary.BigEndian.Uint64(key)
			some, err := decodeLog(seq, value)
			if err != nil {
				return fmt.Errorf("store: log of seq %d: %w", seq, err)
			}
			changes = append(changes, some...)
			key, value = c.Next()
		}
		return nil
	})
	return changes, oldest, err
}

// complete gives a change of the log what Options.Committed promises, from
// the state as it is now: later commands may have gone further.
func (v snapshot) complete(c *mission.Change, now *committed) error {
	switch c.Kind {
	case mission.PolicyPut:
		c.Policy = now.policy
	case mission.TaxonomyPut:
		c.Taxonomy = now.taxonomy
	case mission.VolunteerPut:
		return v.completeVolunteer(c)
	case mission.OrganizationPut, mission.OrganizationRecord:
		return v.completeOrganization(c)
	case mission.FeedbackGiven:
		return v.completeFeedback(c)
	case mission.CrisisPut:
		return v.completeCrisis(c)
	case mission.AlertPut:
		return v.completeAlert(c)
	default:
		return v.completeSeats(c)
	}
	return nil
}

// completeSeats fills in a mission's record, its seats, a hold and an ask.
func (v snapshot) completeSeats(c *mission.Change) error {
	if c.Ask != nil {
		raw := v.get(wavesBucket, askKey(c.Ask.Wave, c.Ask.Volunteer))
		if raw != nil { // else they were erased since: their own change follows
			a, err := decodeAsk(c.Ask.Wave, c.Ask.Volunteer, raw)
			if err != nil {
				return fmt.Errorf("store: ask: %w", err)
			}
			c.Ask = a
		}
	}
	if c.Hold != nil {
		h, err := v.hold(c.Hold.ID)
		if err != nil {
			return err
		}
		if h != nil {
			c.Hold = &h.Hold
		}
	}
	if c.MissionID == "" || c.Kind == mission.MissionDeleted {
		return nil
	}
	key := ordinalKey(c.MissionOrdinal)
	record := v.get(missionsBucket, key)
	if record == nil {
		return nil // deleted since: its own change follows
	}
	m, err := v.missionAt(c.MissionOrdinal, record, v.get(seatsBucket, key))
	if err != nil {
		return err
	}
	c.Seats = &m.Seats
	if c.Kind == mission.MissionPut {
		c.Mission, err = m.Mission()
	}
	return err
}

func (v snapshot) completeVolunteer(c *mission.Change) error {
	raw := v.get(volunteersBucket, ordinalKey(c.VolunteerOrdinal))
	if raw == nil {
		return nil // erased since
	}
	rec, err := decodeVolunteer(raw)
	if err != nil {
		return fmt.Errorf("store: volunteer ordinal %d: %w", c.VolunteerOrdinal, err)
	}
	c.Volunteer = new(mission.Volunteer)
	return json.Unmarshal(rec.json, c.Volunteer)
}

func (v snapshot) completeOrganization(c *mission.Change) error {
	o, err := decodeOrganization(v.get(organizationsBucket, []byte(c.Organization.ID)))
	if err != nil {
		return fmt.Errorf("store: organization %q: %w", c.Organization.ID, err)
	}
	c.Record = o.record
	c.Organization, err = o.noun(c.Organization.ID)
	return err
}

// completeFeedback gives the last of what the person was shown: the log does
// not say which of it came with the command.
func (v snapshot) completeFeedback(c *mission.Change) error {
	all, err := v.feedbackOf(c.VolunteerID, v.get(peopleBucket, personPrefix(nil, c.VolunteerID, personFeedback)))
	if len(all) > 0 {
		c.Feedback = &all[len(all)-1]
	}
	return err
}

// feedbackOf turns what is stored of somebody's feedback back into what was
// given, as far as one may: neighbours of one type, time and recommendation
// are together.
func (v snapshot) feedbackOf(id mission.ID, raw []byte) (given []mission.Feedback, err error) {
	if raw == nil {
		return nil, nil
	}
	_, all, err := decodeFeedback(raw)
	if err != nil {
		return nil, fmt.Errorf("store: feedback: %w", err)
	}
	for i, f := range all {
		if i > 0 && f.kind == all[i-1].kind && f.at == all[i-1].at && f.recommendation == all[i-1].recommendation {
			last := &given[len(given)-1]
			last.Missions = append(last.Missions, f.mission)
			continue
		}
		given = append(given, mission.Feedback{Type: f.kind, Volunteer: id, RecommendationID: f.recommendation,
			Missions: []mission.ID{f.mission}, At: mission.Moment(time.Unix(f.at, 0).UTC().Format(time.RFC3339))})
	}
	return given, nil
}

// Backup writes a consistent copy of the data file, as it was at seq. Writes
// go on meanwhile; the file grows for as long as it takes.
func (s *Store) Backup(w io.Writer) (seq uint64, err error) {
	s.lasting.RLock()
	defer s.lasting.RUnlock()
	tx, err := s.lastingView()
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	m, err := decodeMeta(snapshot{tx}.get(metaBucket, stateKey))
	if err != nil {
		return 0, fmt.Errorf("store: state: %w", err)
	}
	if _, err := tx.WriteTo(w); err != nil {
		return 0, fmt.Errorf("store: backup: %w", err)
	}
	return m.seq, nil
}

// lastingView begins a read that may take long. The caller holds lasting.
func (s *Store) lastingView() (*bbolt.Tx, error) {
	s.handle.RLock()
	defer s.handle.RUnlock()
	if s.file == nil {
		return nil, unavailable("the data file is not open")
	}
	if err := s.settle(nil); err != nil {
		return nil, err
	}
	tx, err := s.file.db.Begin(false)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return tx, nil
}
