package store

import (
	"bytes"
	"fmt"

	"renfort/mission"
)

// AlertView is an alert as it is stored; its Raised is when it was raised
// last.
type AlertView struct {
	Alert   *mission.Alert
	Version uint64
}

// Alert gives an alert. It answers NotFound.
func (s *Store) Alert(id mission.ID) (view AlertView, err error) {
	err = s.view(func(v snapshot) error {
		view, err = v.alert(id)
		return err
	})
	return view, err
}

func (v snapshot) alert(id mission.ID) (AlertView, error) {
	raw := v.get(alertsBucket, alertKey(id))
	if raw == nil {
		return AlertView{}, notFound("alert", id)
	}
	return alertView(id, raw)
}

func alertView(id mission.ID, raw []byte) (AlertView, error) {
	rec, err := decodeAlert(raw)
	if err != nil {
		return AlertView{}, fmt.Errorf("store: alert %q: %w", id, err)
	}
	a, err := rec.noun()
	if err != nil {
		return AlertView{}, fmt.Errorf("store: alert %q: %w", id, err)
	}
	return AlertView{Alert: a, Version: rec.version}, nil
}

// AlertsOf gives a person's alerts, by id; none for somebody who is not known.
// There are at most mission.AlertsMax.
func (s *Store) AlertsOf(volunteer mission.ID) (all []AlertView, err error) {
	err = s.view(func(v snapshot) error {
		all, err = v.alertsOf(volunteer)
		return err
	})
	return all, err
}

func (v snapshot) alertsOf(volunteer mission.ID) (all []AlertView, err error) {
	prefix := personPrefix(nil, volunteer, personAlert)
	under(v.bucket(peopleBucket), prefix, func(key, _ []byte) bool {
		var a AlertView
		if a, err = v.alert(string(key[len(prefix):])); err == nil {
			all = append(all, a)
		}
		return err == nil
	})
	return all, err
}

// WalkAlerts gives the alerts after a cursor, by id, as WalkMissions does.
func (s *Store) WalkAlerts(cursor string, limit int) (page []AlertView, next string, err error) {
	from, limit, err := walkFrom(walkAlerts, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	if from == nil {
		from = []byte{alertRecords}
	}
	err = s.view(func(v snapshot) error {
		next, err = walk(v.bucket(alertsBucket).Cursor(), from, limit, walkAlerts, func(key, value []byte) (bool, error) {
			if key[0] != alertRecords {
				return false, nil
			}
			a, err := alertView(string(key[1:]), value)
			page = append(page, a)
			return true, err
		})
		return err
	})
	return page, next, err
}

// Alerts tells every alert, as of one moment. Writes go on meanwhile.
func (s *Store) Alerts(tell func(*mission.Alert)) error {
	s.lasting.RLock()
	defer s.lasting.RUnlock()
	tx, err := s.lastingView()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	l := loader{v: snapshot{tx}}
	return l.stream(alertsBucket, l.alert, inTurn(func(c mission.Change) { tell(c.Alert) }))
}

func (l *loader) alert(key, value, _ []byte) (mission.Change, bool, error) {
	if key[0] != alertRecords {
		return mission.Change{}, false, nil
	}
	a, err := alertView(string(key[1:]), value)
	return mission.Change{Kind: mission.AlertPut, Alert: a.Alert}, err == nil, err
}

// completeAlert gives an alert of the log its record, if it is still there.
func (v snapshot) completeAlert(c *mission.Change) error {
	view, err := v.alert(c.Alert.ID)
	if mission.KindOf(err) == mission.NotFound {
		return nil
	}
	if err == nil {
		c.Alert = view.Alert
	}
	return err
}

// alert checks an alert against the person's entry that leads to it.
func (c *checker) alert(key, value []byte) error {
	if len(key) == 1 && key[0] == alertsThrough {
		_, err := decodeThrough(value)
		return err
	}
	if key[0] != alertRecords {
		return errRecord
	}
	rec, err := decodeAlert(value)
	if err != nil {
		return err
	}
	a, err := rec.noun()
	if err != nil {
		return err
	}
	if a.ID != string(key[1:]) || a.Volunteer != rec.volunteer {
		return fmt.Errorf("says that it is alert %q of %q", a.ID, a.Volunteer)
	}
	if !c.has(peopleBucket, []byte(rec.volunteer)) {
		return fmt.Errorf("is an alert of somebody without a record")
	}
	return c.need(peopleBucket, alertEntry(rec.volunteer, a.ID))
}

// leadsToAlert checks that a person's entry has its alert.
func (c *checker) leadsToAlert(volunteer string, id []byte) error {
	rec, err := decodeAlert(c.v.get(alertsBucket, alertKey(string(bytes.Clone(id)))))
	if err != nil || rec.volunteer != volunteer {
		return fmt.Errorf("leads to no alert of theirs: %v", err)
	}
	return nil
}

// AlertsThrough gives the seq up to which all has been looked at for alerts, 0
// where none was ever.
func (s *Store) AlertsThrough() (seq uint64, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(alertsBucket, throughKey)
		if raw == nil {
			return nil
		}
		seq, err = decodeThrough(raw)
		return err
	})
	return seq, err
}

// AlertsLeft gives how many alerts a person may still be told of, rest and
// budget considered, and where that is none, at which log time to ask again.
// Writes that follow may change it before then. Nobody is left to somebody who
// said stop.
func (s *Store) AlertsLeft(volunteer mission.ID) (left int, again int64, err error) {
	c := s.live.Load()
	err = s.view(func(v snapshot) error {
		raw := v.get(peopleBucket, personPrefix(nil, volunteer, personAsks))
		if raw == nil {
			left = c.policy.Reverse.AlertsPerMonth
			return nil
		}
		a, err := decodeAsks(raw)
		if err == nil {
			left, again = a.left(c.policy, c.meta.now)
		}
		return err
	})
	return left, again, err
}
