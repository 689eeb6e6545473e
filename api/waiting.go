package api

import (
	"strconv"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// waitingBody is POST /v1/missions/{id}/waiting.
type waitingBody struct {
	Volunteer mission.ID `json:"volunteer"`
	Slot      string     `json:"slot"`
}

// check lists what is wrong with the body alone.
func (b *waitingBody) check() error {
	fields := checkPerson("/volunteer", b.Volunteer)
	if b.Slot != "" {
		if e := mission.AsError(mission.CheckID("/slot", b.Slot)); e != nil {
			fields = append(fields, e.Fields...)
		}
	}
	return faulty(fields)
}

// joinWaiting answers POST /v1/missions/{id}/waiting: the place in the list, or
// the hold of who has a seat or is offered one at once. The quiet hours of an
// offer are those of the mission's place, which is looked up here: the reducer
// knows no time zones.
func (c *call) joinWaiting() error {
	var b waitingBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	v, err := c.mission(c.id[0])
	if err != nil {
		return err
	}
	e := c.s.engine
	clock := mission.ClockOf(e.Zones().Location(v.Times.Zone), e.Now().Unix())
	res, err := c.submit(mission.JoinWaiting{Mission: c.id[0], Volunteer: b.Volunteer, Slot: b.Slot, Clock: clock})
	if err != nil {
		return c.withAlternatives(err, c.id[0], b.Volunteer)
	}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.private()
	c.out = appendWaitingResult(c.out, c.id[0], b.Volunteer, res)
	return nil
}

// appendWaitingResult appends the answer to joining: exactly one of position
// and hold is not null.
func appendWaitingResult(b []byte, id, volunteer mission.ID, res mission.Result) []byte {
	b = appendString(append(b, `{"mission":`...), id)
	b = appendString(append(b, `,"volunteer":`...), volunteer)
	if w := res.Waiting; w != nil {
		b = appendStringOrNull(append(b, `,"slot":`...), w.Slot)
		b = strconv.AppendInt(append(b, `,"position":`...), int64(w.Position), 10)
		b = appendTime(append(b, `,"joined_at":`...), w.Joined)
	} else {
		slot := ""
		if len(res.Hold.Slots) > 0 {
			slot = res.Hold.Slots[0]
		}
		b = append(appendStringOrNull(append(b, `,"slot":`...), slot), `,"position":null,"joined_at":null`...)
	}
	b = append(b, `,"hold":`...)
	if res.Hold != nil {
		b = append(appendHoldFields(append(b, '{'), res.Hold), '}')
	} else {
		b = append(b, "null"...)
	}
	b = mission.Occupancy{Pool: res.Occupancy, FreeSeats: res.Free}.AppendJSON(append(b, `,"occupancy":`...))
	return append(appendUint(b, `,"seq":`, res.Seq), '}')
}

// leaveWaiting answers DELETE /v1/missions/{id}/waiting/{volunteer}. A repeat
// changes nothing, and is answered the same.
func (c *call) leaveWaiting() error {
	if err := faulty(checkPerson("/volunteer", c.id[1])); err != nil {
		return err
	}
	if err := c.seen(c.id[0]); err != nil {
		return err
	}
	res, err := c.submit(mission.LeaveWaiting{Mission: c.id[0], Volunteer: c.id[1]})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusNoContent, res.Seq)
	return nil
}

// waitingLists answers GET /v1/missions/{id}/waiting: who waits, in the order
// of joining.
func (c *call) waitingLists() error {
	if err := c.seen(c.id[0]); err != nil {
		return err
	}
	all, err := c.s.engine.Store().Waiting(c.id[0])
	if err != nil {
		return err
	}
	c.private()
	c.out = appendPlaces(append(c.out, `{"waiting":`...), all, false)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}

// appendPlaces appends places in waiting lists: of one mission by who has them,
// of one person by where they are.
func appendPlaces(b []byte, all []mission.Waiting, ofPerson bool) []byte {
	b = append(b, '[')
	for i := range all {
		w := &all[i]
		if i > 0 {
			b = append(b, ',')
		}
		if ofPerson {
			b = appendString(append(b, `{"mission":`...), w.Mission)
		} else {
			b = appendString(append(b, `{"volunteer":`...), w.Volunteer)
		}
		b = appendStringOrNull(append(b, `,"slot":`...), w.Slot)
		b = strconv.AppendInt(append(b, `,"position":`...), int64(w.Position), 10)
		b = append(appendTime(append(b, `,"joined_at":`...), w.Joined), '}')
	}
	return append(b, ']')
}
