package store

import (
	"slices"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// hour is an hour of log time.
const hour = 3600

// asks gives what a person was asked and told in the last days, and what the
// file has of it; an empty record for nothing.
func (r *reducer) asks(volunteer mission.ID) (*asksRecord, []byte) {
	raw := r.get(peopleBucket, personPrefix(nil, volunteer, personAsks))
	if raw == nil {
		return &asksRecord{}, nil
	}
	a, err := decodeAsks(raw)
	must(err)
	return a, raw
}

// putAsks replaces somebody's asks and alerts, dropping what is too old to
// count, and moves the time at which the oldest of it will be.
func (r *reducer) putAsks(volunteer mission.ID, raw []byte, a *asksRecord) {
	key := personPrefix(nil, volunteer, personAsks)
	if a.due != 0 {
		r.remove(dueBucket, dueKey(nil, dueAsks, a.due, key), nil)
	}
	a.all = slices.DeleteFunc(a.all, func(e asked) bool { return e.at <= r.meta.now-mission.BudgetDays*secondsPerDay })
	a.all = a.all[max(0, len(a.all)-mission.AsksKept):]
	a.due = 0
	if len(a.all) > 0 {
		a.due = a.all[0].at + mission.BudgetDays*secondsPerDay
	}
	if len(a.all) == 0 && !a.stopped {
		if raw != nil {
			r.remove(peopleBucket, key, raw)
		}
		return
	}
	r.put(peopleBucket, key, raw, r.keep(appendAsks(r.room(64+64*len(a.all)), a)))
	if a.due != 0 {
		r.put(dueBucket, dueKey(nil, dueAsks, a.due, key), nil, nil)
	}
}

// dropAsks forgets what a person was asked and told.
func (r *reducer) dropAsks(volunteer mission.ID) {
	a, raw := r.asks(volunteer)
	r.putAsks(volunteer, raw, &asksRecord{due: a.due})
}

// ageAsks drops what has become too old, at a Tick. key is a person's record.
func (r *reducer) ageAsks(key []byte) {
	volunteer := string(key[:len(key)-2])
	a, raw := r.asks(volunteer)
	r.putAsks(volunteer, raw, a)
}

// budgetLeft says whether a person may be asked, or told, once more: not after
// a stop, not above what the policy allows for BudgetDays, and not within its
// rest after an ask that they left unanswered. What they answered is not
// charged.
func (r *reducer) budgetLeft(a *asksRecord, crisis bool) bool {
	if a.stopped {
		return false
	}
	most := r.policy.Reverse.AlertsPerMonth
	if crisis {
		most = max(most, r.policy.Reverse.AlertsPerMonthCrisis)
	}
	now, charged := r.meta.now, 0
	for _, e := range a.all {
		if e.answered || e.at <= now-mission.BudgetDays*secondsPerDay {
			continue
		}
		charged++
		if !e.alert && float64(now-e.at) < r.policy.Reverse.RestHours*hour {
			return false
		}
	}
	return charged < most && len(a.all) < mission.AsksKept
}

// told says whether a person was asked for, or told of, a mission before.
func (a *asksRecord) told(id mission.ID) bool {
	return slices.ContainsFunc(a.all, func(e asked) bool { return e.mission == id })
}

// consent gives what a person agreed to, nothing for somebody unknown.
func (r *reducer) consent(who person) mission.Consent {
	rec, err := decodeVolunteer(r.get(volunteersBucket, ordinalKey(who.ordinal)))
	must(err)
	var v struct {
		Consent mission.Consent `json:"consent"`
	}
	must(json.Unmarshal(rec.json, &v))
	return v.Consent
}

// passedOver says whether a person was shown a mission in the last days and
// did not apply.
func (r *reducer) passedOver(volunteer, id mission.ID) bool {
	_, all := r.feedback(r.get(peopleBucket, personPrefix(nil, volunteer, personFeedback)))
	seen, applied := false, false
	for _, s := range all {
		if s.mission == id && s.at > r.meta.now-mission.FeedbackDays*secondsPerDay {
			seen, applied = true, applied || s.kind == "applied"
		}
	}
	return seen && !applied
}

// consented takes note of a written record: who said stop may be asked again
// once they consent after a record without consent.
func (r *reducer) consented(v *mission.Volunteer) {
	a, raw := r.asks(v.ID)
	if !a.stopped {
		return
	}
	agreed := v.Consent.Alerts || v.Consent.Crisis
	if agreed && !a.barred || !agreed && a.barred {
		return
	}
	a.stopped, a.barred = !agreed, !agreed
	r.putAsks(v.ID, raw, a)
}
