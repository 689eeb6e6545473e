package store

import (
	"bytes"
	"errors"
	"fmt"

	"renfort/mission"
)

// CrisisView is a crisis as it is stored. Version is the seq of its last write.
type CrisisView struct {
	Crisis  *mission.Crisis
	Version uint64
}

// Crisis gives a crisis. One that does not exist is NotFound.
func (s *Store) Crisis(id mission.ID) (view CrisisView, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(crisesBucket, crisisKey(id))
		if raw == nil {
			return notFound("crisis", id)
		}
		view, err = crisisView(raw)
		return err
	})
	return view, err
}

func crisisView(raw []byte) (CrisisView, error) {
	rec, err := decodeCrisis(raw)
	if err != nil {
		return CrisisView{}, fmt.Errorf("store: crisis: %w", err)
	}
	c, err := rec.noun()
	return CrisisView{Crisis: c, Version: rec.version}, err
}

// Crises gives all crises by id, running or not; at most mission.CrisesMax.
func (s *Store) Crises() (all []CrisisView, err error) {
	err = s.view(func(v snapshot) error {
		var failed error
		under(v.bucket(crisesBucket), []byte{crisisRecords}, func(_, raw []byte) bool {
			var c CrisisView
			if c, failed = crisisView(raw); failed == nil {
				all = append(all, c)
			}
			return failed == nil
		})
		return failed
	})
	return all, err
}

// OutboundPausedSince says since when (log time, Unix seconds) nothing may be sent
// to people; paused is false where it may.
func (s *Store) OutboundPausedSince() (since int64, paused bool, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(crisesBucket, outboundKey)
		if paused = raw != nil; paused {
			since, err = decodeOutbound(raw)
		}
		return err
	})
	return since, paused, err
}

// decodeOutbound reads since when outbound has been paused.
func decodeOutbound(b []byte) (since int64, err error) {
	r := open(b)
	since = r.int()
	return since, r.failed()
}

// crisis tells of a crisis, or that outbound is paused, for Load.
func (l *loader) crisis(key, value, _ []byte) (mission.Change, bool, error) {
	if bytes.Equal(key, outboundKey) {
		return mission.Change{Kind: mission.OutboundPaused}, true, nil
	}
	c, err := crisisView(value)
	return mission.Change{Kind: mission.CrisisPut, Crisis: c.Crisis}, true, err
}

// completeCrisis gives the crisis as it is now; one that was deleted since is
// told of as such, its own change follows.
func (v snapshot) completeCrisis(c *mission.Change) error {
	raw := v.get(crisesBucket, crisisKey(c.Crisis.ID))
	if raw == nil {
		c.Kind = mission.CrisisDeleted
		return nil
	}
	view, err := crisisView(raw)
	c.Crisis = view.Crisis
	return err
}

// crisis checks a crisis and its entry in due, or the flag of outbound.
func (c *checker) crisis(key, value []byte) error {
	if bytes.Equal(key, outboundKey) {
		since, err := decodeOutbound(value)
		if err == nil && since > c.meta.now {
			err = fmt.Errorf("has been paused since %d, and log time is %d", since, c.meta.now)
		}
		return err
	}
	if len(key) < 2 || key[0] != crisisRecords {
		return errors.New("is no key of ours")
	}
	rec, err := decodeCrisis(value)
	if err != nil {
		return err
	}
	n, err := rec.noun()
	if err != nil {
		return err
	}
	if n.ID != string(key[1:]) || rec.version > c.meta.seq {
		return fmt.Errorf("is crisis %q of seq %d, and the state is at %d", n.ID, rec.version, c.meta.seq)
	}
	if rec.due == 0 {
		return nil
	}
	return c.need(dueBucket, dueKey(nil, dueCrisis, rec.due, []byte(n.ID)))
}
