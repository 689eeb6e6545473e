package store

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"slices"

	"renfort/mission"
)

// readOrdinal reads the value of an index of ordinals.
func readOrdinal(b []byte) mission.Ordinal {
	if len(b) != 4 {
		must(errRecord)
	}
	return mission.Ordinal(binary.BigEndian.Uint32(b))
}

// missionState is a mission as a write finds it; ordinal and seats mean
// nothing where it does not exist.
type missionState struct {
	exists  bool
	ordinal mission.Ordinal
	raw     []byte
	record  *missionRecord
	seats   *mission.Seats
}

func (r *reducer) missionState(id mission.ID) missionState {
	o, ok := r.missionOrdinal(id)
	if !ok {
		return missionState{record: &missionRecord{revision: r.buried(tombMission, id)}}
	}
	raw := r.get(missionsBucket, ordinalKey(o))
	rec, err := decodeMission(raw)
	must(err)
	return missionState{exists: true, ordinal: o, raw: raw, record: rec, seats: r.seatsOf(o)}
}

// result answers with a mission as it stands.
func (m *missionState) result(o mission.Outcome) mission.Result {
	res := mission.Result{Outcome: o, Version: m.record.version}
	if m.seats != nil {
		res.Occupancy, res.Free = m.seats.Totals(), m.seats.Free()
	}
	return res
}

// expect refuses a write that was made for another version. A record that
// does not exist has version 0.
func expect(want *uint64, version uint64) error {
	if want == nil || *want == version {
		return nil
	}
	return mission.Errorf(mission.PreconditionFailed, "the record has version %d and not %d", version, *want)
}

// older says whether a write comes late.
func older(revision, stored int64) bool { return revision > 0 && revision <= stored }

func (r *reducer) putMission(c mission.PutMission, p *prepared) (mission.Result, error) {
	m := c.Mission
	now := r.missionState(m.ID)
	if err := expect(c.IfVersion, now.record.version); err != nil {
		return mission.Result{}, err
	}
	back := now.record.withdrawn.ends != 0 && m.Revision == now.record.revision // as it was before: no late message
	if older(m.Revision, now.record.revision) && !back {
		return now.result(mission.Older), nil
	}
	plan, err := r.plan(&c, &now)
	if err != nil {
		return mission.Result{}, err
	}
	r.carryOrganization(p)
	if r.sameMission(m, &now, plan, p.json) {
		res := now.result(mission.Unchanged)
		if r.wrote {
			res.Outcome = mission.Updated // the organisation it carries
		}
		res.SeatsKept = plan.kept
		return res, nil
	}
	return r.writeMission(m, &now, plan, p.json), nil
}

// sameMission says whether a write would leave everything as it is.
func (r *reducer) sameMission(m *mission.Mission, now *missionState, plan *seatPlan, json []byte) bool {
	return now.exists && now.record.withdrawn == plan.withdrawn && len(plan.release) == 0 && bytes.Equal(now.record.json, json) &&
		reflect.DeepEqual(now.record.times, m.Times) && reflect.DeepEqual(now.seats, plan.seats)
}

func (r *reducer) writeMission(m *mission.Mission, now *missionState, plan *seatPlan, json []byte) mission.Result {
	if !now.exists {
		now.ordinal = mission.Ordinal(r.meta.nextMission)
		r.meta.nextMission++
		plan.seats.Ordinal, plan.seats.Created = now.ordinal, r.meta.now
		r.put(missionIDsBucket, []byte(m.ID), nil, ordinalKey(now.ordinal))
		r.unbury(tombMission, m.ID)
	}
	why := r.news(m, now, plan.seats)
	rec := &missionRecord{version: r.seq(), revision: max(m.Revision, now.record.revision), id: m.ID,
		publisher: m.Publisher, times: m.Times, json: json, withdrawn: plan.withdrawn}
	r.moveWithdrawn(now.ordinal, now.record.withdrawn.ends, rec.withdrawn.ends)
	r.put(missionsBucket, ordinalKey(now.ordinal), now.raw, r.keep(appendMission(r.room(len(json)+256), rec)))
	r.putSeats(now.ordinal, plan.seats)
	for _, w := range plan.leave {
		r.unlist(plan.seats, w, "slot_removed")
	}
	r.releaseAll(plan.release, mission.StateCancelled, plan.seats)
	r.emit(mission.Change{Kind: mission.MissionPut, MissionID: m.ID, MissionOrdinal: now.ordinal, Mission: m, Seats: plan.seats, Why: why})
	out := mission.Created
	if now.exists {
		out = mission.Updated
	}
	return mission.Result{Outcome: out, Version: rec.version, Occupancy: plan.seats.Totals(), Free: plan.seats.Free(), SeatsKept: plan.kept}
}

// moveWithdrawn moves a mission's entry in due, 0 for none.
func (r *reducer) moveWithdrawn(o mission.Ordinal, from, to int64) {
	if from != 0 {
		r.remove(dueBucket, withdrawnEntry(o, from), nil)
	}
	if to != 0 {
		r.put(dueBucket, withdrawnEntry(o, to), nil, nil)
	}
}

// releaseAll ends live holds whose seats in s have been given back already.
func (r *reducer) releaseAll(ids []mission.ID, why string, s *mission.Seats) {
	for _, id := range ids {
		h, raw := r.hold(id)
		r.endHold(h, raw, mission.Released, why, s, mission.SeatReleased)
	}
}

// holdsOf gives the ids of a mission's holds: those that are live, and those
// that were refused.
func (r *reducer) holdsOf(o mission.Ordinal) (live, refused []mission.ID) {
	r.under(seatsBucket, ordinalKey(o), func(key, _ []byte) bool {
		_, class, id, ok := seatsEntry(key)
		if !ok || class != classFirst {
			return true
		}
		if h, _ := r.hold(id); h.Live() {
			live = append(live, id)
		} else {
			refused = append(refused, id)
		}
		return true
	})
	slices.Sort(live) // by id, which is by age: the same on every node in any case
	return live, refused
}

func (r *reducer) deleteMission(c mission.DeleteMission) (mission.Result, error) {
	now := r.missionState(c.ID)
	if err := expect(c.IfVersion, now.record.version); err != nil {
		return mission.Result{}, err
	}
	if older(c.Revision, now.record.revision) {
		return now.result(mission.Older), nil
	}
	if !now.exists {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no mission %q", c.ID)
	}
	t := now.seats.Totals()
	if taken := t.Held + t.Confirmed; taken > 0 && !c.Force {
		e := mission.Errorf(mission.HasSeats, "mission %q has %d live seats; force=true releases them", c.ID, taken)
		e.Taken = taken
		return mission.Result{}, e
	}
	r.dropMission(c, &now)
	return mission.Result{Outcome: mission.Deleted, Version: r.seq()}, nil
}

// dropMission removes a mission and what belongs to it alone.
func (r *reducer) dropMission(c mission.DeleteMission, now *missionState) {
	live, refused := r.holdsOf(now.ordinal)
	empty := copySeats(now.seats)
	for i := range empty.Pools {
		empty.Pools[i].Held, empty.Pools[i].Confirmed, empty.Pools[i].Waiting = 0, 0, 0
		settle(&empty.Pools[i])
	}
	for _, w := range r.allPlaces(now.ordinal) {
		r.dropPlace(w)
		r.emitWaiting(mission.WaitingLeft, empty, w, "deleted")
	}
	r.releaseAll(live, "deleted", empty)
	for _, id := range refused {
		h, raw := r.hold(id)
		forgettable := *h
		forgettable.due = r.meta.now + mission.ForgetDays*secondsPerDay
		r.putHold(h, raw, &forgettable)
	}
	r.moveWithdrawn(now.ordinal, now.record.withdrawn.ends, 0)
	r.remove(missionsBucket, ordinalKey(now.ordinal), now.raw)
	r.remove(missionIDsBucket, []byte(c.ID), nil)
	r.putSeats(now.ordinal, nil)
	r.buryPlace(c.ID, now.record.json)
	r.bury(tombMission, c.ID, max(c.Revision, now.record.revision))
	r.emit(mission.Change{Kind: mission.MissionDeleted, MissionID: c.ID, MissionOrdinal: now.ordinal, Publisher: now.record.publisher})
}

// bury leaves a tombstone, so that a late message with an older revision does
// not bring back what was deleted. Without revisions there is no telling.
func (r *reducer) bury(kind byte, id mission.ID, revision int64) {
	if revision == 0 {
		return
	}
	key := tombstoneKey(kind, id)
	t := tombstone{revision: revision, end: r.meta.now + mission.TombstoneDays*secondsPerDay}
	r.put(tombstonesBucket, key, nil, appendTombstone(nil, t))
	r.put(dueBucket, dueKey(nil, dueTombstone, t.end, key), nil, nil)
}

// buried gives the revision of a tombstone, 0 without one.
func (r *reducer) buried(kind byte, id mission.ID) int64 {
	raw := r.get(tombstonesBucket, tombstoneKey(kind, id))
	if raw == nil {
		return 0
	}
	t, err := decodeTombstone(raw)
	must(err)
	if t.end <= r.meta.now {
		return 0 // swept by one of the next Ticks
	}
	return t.revision
}

// unbury removes the tombstone of what is put again.
func (r *reducer) unbury(kind byte, id mission.ID) {
	r.dropTombstone(tombstoneKey(kind, id))
}

func (r *reducer) dropTombstone(key []byte) {
	raw := r.get(tombstonesBucket, key)
	if raw == nil {
		return
	}
	t, err := decodeTombstone(raw)
	must(err)
	r.remove(tombstonesBucket, key, raw)
	r.remove(dueBucket, dueKey(nil, dueTombstone, t.end, key), nil)
}
