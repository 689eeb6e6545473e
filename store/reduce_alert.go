package store

import (
	"bytes"

	"renfort/mission"
)

// dispatchAlert applies the commands on alerts.
func (r *reducer) dispatchAlert(p *prepared) (mission.Result, error) {
	switch c := p.Command.(type) {
	case mission.PutAlert:
		return r.putAlert(c, p.json)
	case mission.DeleteAlert:
		return r.deleteAlert(c)
	case mission.RaiseAlerts:
		return r.raiseAlerts(c)
	}
	return r.dispatchObjects(p.Command)
}

// putAlert stores a saved search of somebody who has a record. Whether they
// consented to alerts is asked when one is raised: who consents later need not
// save their searches anew.
func (r *reducer) putAlert(c mission.PutAlert, json []byte) (mission.Result, error) {
	a := c.Alert
	who, known := r.person(a.Volunteer)
	if !known {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no volunteer %q", a.Volunteer)
	}
	old, raw := r.alert(a.ID)
	switch {
	case old != nil && old.volunteer != a.Volunteer:
		return mission.Result{}, mission.Errorf(mission.Conflict, "alert %q belongs to another volunteer", a.ID)
	case old != nil && bytes.Equal(old.json, json):
		return mission.Result{Outcome: mission.Unchanged, Version: old.version}, nil
	case old == nil && r.alertsOf(a.Volunteer) >= mission.AlertsMax:
		return mission.Result{}, mission.Errorf(mission.Conflict, "the volunteer has %d alerts, which is the most", mission.AlertsMax)
	}
	rec := &alertRecord{version: r.seq(), volunteer: a.Volunteer, json: json}
	out := mission.Created
	if old != nil {
		rec.raised, out = old.raised, mission.Updated
	} else {
		r.put(peopleBucket, alertEntry(a.Volunteer, a.ID), nil, nil)
		if r.get(alertsBucket, throughKey) == nil { // before the first there is nothing to look at
			r.put(alertsBucket, throughKey, nil, appendThrough(nil, r.seq()))
		}
	}
	r.put(alertsBucket, alertKey(a.ID), raw, r.keep(appendAlert(r.room(len(json)+256), rec)))
	r.emit(mission.Change{Kind: mission.AlertPut, VolunteerID: a.Volunteer, VolunteerOrdinal: who.ordinal, Alert: a})
	return mission.Result{Outcome: out, Version: rec.version}, nil
}

// alert gives an alert's record and what the file has of it, nil if there is
// none.
func (r *reducer) alert(id mission.ID) (*alertRecord, []byte) {
	raw := r.get(alertsBucket, alertKey(id))
	if raw == nil {
		return nil, nil
	}
	a, err := decodeAlert(raw)
	must(err)
	return a, raw
}

// alertsOf counts somebody's alerts.
func (r *reducer) alertsOf(volunteer mission.ID) (n int) {
	r.under(peopleBucket, personPrefix(nil, volunteer, personAlert), func(_, _ []byte) bool {
		n++
		return true
	})
	return n
}

func (r *reducer) deleteAlert(c mission.DeleteAlert) (mission.Result, error) {
	if old, _ := r.alert(c.ID); old == nil {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no alert %q", c.ID)
	}
	r.dropAlert(c.ID)
	return mission.Result{Outcome: mission.Deleted, Version: r.seq()}, nil
}

// dropAlert removes an alert that exists, for whoever deletes it or is erased.
func (r *reducer) dropAlert(id mission.ID) {
	old, raw := r.alert(id)
	who, _ := r.person(old.volunteer)
	gone := &mission.Alert{ID: id, Volunteer: old.volunteer}
	r.remove(peopleBucket, alertEntry(old.volunteer, id), nil)
	r.remove(alertsBucket, alertKey(id), raw)
	r.emit(mission.Change{Kind: mission.AlertDeleted, VolunteerID: gone.Volunteer, VolunteerOrdinal: who.ordinal, Alert: gone})
}
