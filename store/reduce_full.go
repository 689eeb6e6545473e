package store

import (
	"slices"

	"renfort/mission"
)

// mark remembers how a mission's seats were before the command under way
// writes them for the first time.
func (r *reducer) mark(o mission.Ordinal, c *cachedSeats) {
	if !c.moved {
		c.moved, c.was = true, c.seats
		r.moved = append(r.moved, o)
	}
}

// tellFull tells of the missions whose last free seat the command under way
// gave out, and of those that have one again; its changes begin at first. It
// is called where a command ends, after freed seats were offered: a seat that
// goes from one person to the next reopens nothing. Seats given before Renfort
// are no news.
func (r *reducer) tellFull(first int) {
	imported := slices.ContainsFunc(r.changes[first:], func(c mission.Change) bool { return c.Kind == mission.SeatImported })
	for _, o := range r.moved {
		c := r.seats[o]
		was, now := c.was, c.seats
		c.moved, c.was = false, nil
		if imported || was == nil || now == nil || !counted(was) || !counted(now) || (was.Free() == 0) == (now.Free() == 0) {
			continue
		}
		if was.State != mission.StateOpen || !r.offers(now) || r.listsEnd(now) != "" {
			continue // it gives no seats, and its own change says why
		}
		kind := mission.MissionFilled
		if was.Free() == 0 {
			kind = mission.MissionReopened
		}
		r.emit(mission.Change{Kind: kind, MissionID: r.missionID(o), MissionOrdinal: o, Seats: now})
	}
	r.moved = r.moved[:0]
}

// counted says whether somebody knows how many seats there are.
func counted(s *mission.Seats) bool { return s.Totals().Total != mission.SeatsUnknown }

// missionID gives a mission's id.
func (r *reducer) missionID(o mission.Ordinal) mission.ID {
	rec, err := decodeMission(r.get(missionsBucket, ordinalKey(o)))
	must(err)
	return rec.id
}
