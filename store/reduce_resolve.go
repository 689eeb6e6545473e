package store

import (
	"renfort/mission"
)

// leave gives back the seats of a live hold in s, which is ours to change.
// What a pool has beyond its total goes first.
func leave(s *mission.Seats, h *holdRecord) {
	for _, i := range poolsOf(s, &h.Hold) {
		p := &s.Pools[i]
		if h.State == mission.Held {
			p.Held--
		} else {
			p.Confirmed--
		}
		settle(p)
	}
}

// settle works out what a pool has beyond its total after its parts moved.
func settle(p *mission.Pool) {
	p.Over = 0
	if p.Total != mission.SeatsUnknown {
		p.Over = max(0, p.Taken()-p.Total)
	}
}

// confirm moves h and its seats in s from held to confirmed, both ours to
// change, and counts the fill: one per pool, on the day of log time, once; a
// seat given back later does not uncount it, since somebody did come forward.
func (r *reducer) confirm(h *holdRecord, s *mission.Seats) {
	now := r.meta.now
	pools := poolsOf(s, &h.Hold)
	for _, i := range pools {
		s.Pools[i].Held--
		s.Pools[i].Confirmed++
	}
	s.Fills.Add(dayOf(now), uint32(len(pools)))
	if h.Origin == mission.OriginLink {
		s.Links.Add(dayOf(now), uint32(len(pools)))
	}
	s.LastTaken = now
	h.State, h.Changed, h.ChangedSeq = mission.Confirmed, now, r.seq()
	h.due = 0
	if s.Organization != "" {
		h.due = now + ignoredDays*secondsPerDay
	}
}

// endHold resolves a live hold as released or expired. Its seats in next have
// been given back; next is the mission's seats for the change, nil without.
func (r *reducer) endHold(old *holdRecord, raw []byte, state, why string, next *mission.Seats, kind mission.ChangeKind) *holdRecord {
	h := *old
	h.State, h.Why, h.Changed, h.ChangedSeq = state, why, r.meta.now, r.seq()
	h.due = r.meta.now + mission.ForgetDays*secondsPerDay
	if h.Answer == mission.AnswerRefused {
		h.due = 0 // remembered as long as the mission is
	}
	r.putHold(old, raw, &h)
	r.emitSeat(kind, next, &h.Hold)
	return &h
}

// giveBack ends a live hold and frees its seats.
func (r *reducer) giveBack(old *holdRecord, raw []byte, state, why string, kind mission.ChangeKind) (*holdRecord, *mission.Seats) {
	next := copySeats(r.seatsOf(old.Ordinal))
	leave(next, old)
	r.putSeats(next.Ordinal, next)
	return r.endHold(old, raw, state, why, next, kind), next
}

// ignoredDays is how long a confirmed seat may go without an answer of the
// organisation before it counts as ignored.
const ignoredDays = 30

// findHold gives a hold that exists.
func (r *reducer) findHold(id mission.ID) (*holdRecord, []byte, error) {
	h, raw := r.hold(id)
	if h == nil {
		return nil, nil, mission.Errorf(mission.NotFound, "no hold %q", id)
	}
	return h, raw, nil
}

// resolved says that a hold was resolved otherwise, or too late.
func resolved(kind mission.Kind, h *holdRecord, format string, args ...any) error {
	e := mission.Errorf(kind, format, args...)
	seat := h.Hold
	e.Hold = &seat
	return e
}

func expired(h *holdRecord) error {
	return resolved(mission.HoldExpired, h, "hold %q has expired", h.ID)
}

func (r *reducer) confirmSeat(c mission.ConfirmSeat) (mission.Result, error) {
	old, raw, err := r.findHold(c.Hold)
	if err != nil {
		return mission.Result{}, err
	}
	switch {
	case old.State == mission.Expired || old.late(r.meta.now):
		return mission.Result{}, expired(old)
	case old.State == mission.Released:
		return mission.Result{}, resolved(mission.AlreadyResolved, old, "hold %q was released", old.ID)
	case old.State == mission.Confirmed:
		return r.confirmAgain(c, old, raw)
	}
	h := *old
	if c.Ref != "" {
		h.Ref = c.Ref
	}
	next := copySeats(r.seatsOf(h.Ordinal))
	r.confirm(&h, next)
	r.putSeats(next.Ordinal, next)
	r.putHold(old, raw, &h)
	r.emitSeat(mission.SeatConfirmed, next, &h.Hold)
	return seatResult(mission.Updated, next, &h.Hold), nil
}

// confirmAgain answers a repeated confirmation; a platform's name for the
// seat that comes with it is kept if there was none.
func (r *reducer) confirmAgain(c mission.ConfirmSeat, old *holdRecord, raw []byte) (mission.Result, error) {
	s := r.seatsOf(old.Ordinal)
	if c.Ref == "" || old.Ref != "" {
		return seatResult(mission.Unchanged, s, &old.Hold), nil
	}
	h := *old
	h.Ref, h.Changed, h.ChangedSeq = c.Ref, r.meta.now, r.seq()
	r.putHold(old, raw, &h)
	r.emitSeat(mission.SeatConfirmed, s, &h.Hold)
	return seatResult(mission.Updated, s, &h.Hold), nil
}

func (r *reducer) releaseSeat(c mission.ReleaseSeat) (mission.Result, error) {
	old, raw, err := r.findHold(c.Hold)
	switch {
	case err != nil:
		return mission.Result{}, err
	case old.State == mission.Expired || old.late(r.meta.now):
		return mission.Result{}, expired(old)
	case old.State == mission.Released:
		return seatResult(mission.Unchanged, r.seatsOf(old.Ordinal), &old.Hold), nil
	}
	h, next := r.giveBack(old, raw, mission.Released, c.Why, mission.SeatReleased)
	return seatResult(mission.Updated, next, &h.Hold), nil
}

// extendSeat moves a hold's end to Seconds from now, never further than
// HoldSecondsMax after it was made. An offer's own time is never cut by it.
func (r *reducer) extendSeat(c mission.ExtendSeat) (mission.Result, error) {
	old, raw, err := r.findHold(c.Hold)
	switch {
	case err != nil:
		return mission.Result{}, err
	case old.State == mission.Expired || old.late(r.meta.now):
		return mission.Result{}, expired(old)
	case old.State != mission.Held:
		return mission.Result{}, resolved(mission.AlreadyResolved, old, "hold %q was %s", old.ID, old.State)
	}
	s := r.seatsOf(old.Ordinal)
	h := *old
	h.Expires = min(r.meta.now+r.holdSeconds(c.Seconds), old.Created+mission.HoldSecondsMax)
	if h.Origin == mission.OriginOffer {
		h.Expires = max(h.Expires, old.Expires)
	}
	if h.Expires == old.Expires {
		return seatResult(mission.Unchanged, s, &old.Hold), nil
	}
	h.due, h.Changed, h.ChangedSeq = h.Expires, r.meta.now, r.seq()
	r.putHold(old, raw, &h)
	r.emitSeat(mission.SeatExtended, s, &h.Hold)
	return seatResult(mission.Updated, s, &h.Hold), nil
}
