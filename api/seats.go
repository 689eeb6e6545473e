package api

import (
	"slices"
	"strconv"
	"strings"

	"renfort/mission"
	"renfort/store"
)

// missionSeats answers GET /v1/missions/{id}/seats: the mission's occupancy
// and each slot's, and the seats taken in the last days, those that came by a
// link apart. Slots that share the mission's seats say so and show the
// same numbers.
func (c *call) missionSeats() error {
	v, err := c.mission(c.id[0])
	if err != nil {
		return err
	}
	s := &v.Seats
	whole := s.Occupancy().AppendJSON(nil)
	c.out = append(c.out, whole[:len(whole)-1]...)
	c.out = append(c.out, `,"slots":[`...)
	for i, t := range s.Slots {
		if t.ID == "" {
			break // the one slot of a mission without slots is the whole
		}
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = c.appendSlot(c.out, s, t, v.Times.Zone)
	}
	today := c.s.engine.Now().Unix() / 86_400
	c.out = strconv.AppendInt(append(c.out, `],"filled":{"days":`...), mission.FillDays, 10)
	c.out = strconv.AppendInt(append(c.out, `,"seats":`...), s.Fills.Since(today), 10)
	c.out = strconv.AppendInt(append(c.out, `,"by_link":`...), s.Links.Since(today), 10)
	c.out = append(c.appendSeqTook(append(c.out, '}'), c.s.engine.Seq()), '}')
	return nil
}

// appendSlot appends one slot with its counts. Those of a pool that several
// slots give out of are the pool's, and do not add up over slots.
func (c *call) appendSlot(b []byte, s *mission.Seats, t mission.SlotTerms, zone string) []byte {
	b = appendString(append(b, `{"id":`...), t.ID)
	b = c.appendTimeIn(append(b, `,"starts_at":`...), t.Starts, zone)
	b = c.appendTimeIn(append(b, `,"ends_at":`...), t.Ends, zone)
	sharing := 0
	for _, other := range s.Slots {
		if other.Pool == t.Pool {
			sharing++
		}
	}
	b = strconv.AppendBool(append(b, `,"shared":`...), sharing > 1)
	pool := s.Pools[t.Pool]
	counts := mission.Occupancy{Pool: pool, FreeSeats: pool.Free()}.AppendJSON(nil)
	b = append(append(b, ','), counts[1:]...)
	return b
}

// holdStates are the words that a seat's state may be.
var holdStates = []string{mission.Held, mission.Confirmed, mission.Released, mission.Expired}

// walkSeats answers GET /v1/seats: who holds what. The filters are those of
// rosters, of a person's participations, and of reconciliation: who changed
// since I last asked?
func (c *call) walkSeats() error {
	f := store.HoldFilter{Mission: c.text("mission"), Volunteer: c.text("volunteer"), Ref: c.text("ref"), State: c.text("state")}
	if f.State != "" && !slices.Contains(holdStates, f.State) {
		return invalid("/state", "is not one of "+joinWords(holdStates))
	}
	var err error
	if err = c.changedSince(&f); err != nil {
		return err
	}
	if f.Limit, err = c.whole("limit", 1, mission.WalkMax, mission.WalkDefault); err != nil {
		return err
	}
	walk := walkOf("seats", f.Mission, f.Volunteer, f.Ref, f.State, c.text("changed_since"))
	if f.Cursor, err = decodeCursor(walk, c.text("cursor")); err != nil {
		return err
	}
	page, next, err := c.s.engine.Store().Holds(f)
	if err != nil {
		return err
	}
	seen := map[mission.ID]bool{}
	c.out = append(c.out, `{"seats":[`...)
	first := len(c.out)
	for i := range page {
		if !c.seesMission(seen, page[i].Mission) {
			continue
		}
		if len(c.out) > first {
			c.out = append(c.out, ',')
		}
		c.out = append(appendHoldFields(append(c.out, '{'), &page[i]), '}')
	}
	c.private()
	c.out = c.appendWalkEnd(append(c.out, ']'), walk, next)
	return nil
}

// seesMission says whether the key sees a mission; seen remembers. A page has
// at most a thousand holds, and often few missions.
func (c *call) seesMission(seen map[mission.ID]bool, id mission.ID) bool {
	if !c.key.limited() {
		return true
	}
	yes, known := seen[id]
	if !known {
		_, err := c.mission(id)
		yes = err == nil
		seen[id] = yes
	}
	return yes
}

// changedSince reads a time, or the seq of an earlier answer.
func (c *call) changedSince(f *store.HoldFilter) (err error) {
	text := c.text("changed_since")
	if strings.Trim(text, "0123456789") == "" && text != "" {
		if f.SinceSeq, err = strconv.ParseUint(text, 10, 64); err != nil {
			return invalid("/changed_since", "is neither a seq nor a time")
		}
		return nil
	}
	f.Since, err = c.instant("/changed_since", mission.Moment(text))
	return err
}
