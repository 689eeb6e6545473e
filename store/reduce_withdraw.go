package store

import (
	"renfort/mission"
)

// withdrawal is what a mission's record says while the platform does not list
// it; the zero value while it does. Every write of the record ends it.
type withdrawal struct {
	ends int64 // when the mission is removed, its one entry in due; 0 for not withdrawn
	had  bool  // it could be had before: its return is no news
}

func withdrawnEntry(o mission.Ordinal, ends int64) []byte {
	return dueKey(nil, dueWithdrawn, ends, ordinalKey(o))
}

// withdrawMission takes a mission out of what is offered, and has a Tick remove
// it unless it is put again before. Whatever its state was, a record that does
// not come back does not stay for ever. Withdrawing it again changes nothing,
// the time neither.
func (r *reducer) withdrawMission(c mission.WithdrawMission) (mission.Result, error) {
	now := r.missionState(c.ID)
	if !now.exists {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no mission %q", c.ID)
	}
	if now.record.withdrawn.ends != 0 {
		return now.result(mission.Unchanged), nil
	}
	to := now.seats.State
	if to == mission.StateOpen {
		to = mission.StatePaused
	}
	w := withdrawal{ends: r.meta.now + mission.WithdrawnHours*3600, had: canBeHad(now.seats)}
	return r.restate(&now, to, w), nil
}

// endWithdrawn removes a mission that did not come back, or closes it where
// somebody has a seat.
func (r *reducer) endWithdrawn(o mission.Ordinal) {
	now := r.missionState(r.missionID(o))
	t := now.seats.Totals()
	switch {
	case t.Held+t.Confirmed == 0:
		// Should it come back later, with the revision that it had, that is no
		// late message.
		id, revision := now.record.id, max(now.record.revision-1, 0)
		now.record.revision = 0
		r.dropMission(mission.DeleteMission{ID: id, Revision: revision}, &now)
	default:
		r.restate(&now, mission.StateClosed, withdrawal{})
	}
}

// restate writes a mission's record as it is, in another state.
func (r *reducer) restate(now *missionState, state string, w withdrawal) mission.Result {
	m, err := readMission(now.record.json)
	must(err)
	m.Times, m.State = now.record.times, state
	text, err := mission.Encode(m)
	must(err)
	next := copySeats(now.seats)
	next.State = state
	return r.writeMission(m, now, &seatPlan{seats: next, withdrawn: w}, text)
}
