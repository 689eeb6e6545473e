package store

import (
	"cmp"
	"slices"

	"renfort/mission"
)

// grant is a hold that has been decided on and not written yet.
type grant struct {
	seats *mission.Seats
	slots []string     // as the hold names them
	pools []int        // distinct, one seat in each
	stale []mission.ID // the volunteer's own holds here that are past their end and not swept yet
	same  *holdRecord  // a live hold of the same slots: nothing to grant
}

// holdSeat takes one seat in each pool of the slots named, all or none.
func (r *reducer) holdSeat(c mission.HoldSeat) (mission.Result, error) {
	g, err := r.decideHold(c)
	if err != nil {
		return mission.Result{}, err
	}
	if g.same != nil {
		return r.sameHold(c, g)
	}
	if r.get(holdsBucket, []byte(c.Hold)) != nil {
		return mission.Result{}, mission.Errorf(mission.Conflict, "hold %q exists already, for another seat", c.Hold)
	}
	if err := r.mayHoldMore(c); err != nil {
		return mission.Result{}, err
	}
	next, err := r.take(g)
	if err != nil {
		return mission.Result{}, err
	}
	return r.grant(c, g, next), nil
}

// decideHold goes through the refusals that come before "already in".
func (r *reducer) decideHold(c mission.HoldSeat) (*grant, error) {
	o, ok := r.missionOrdinal(c.Mission)
	if !ok {
		return nil, mission.Errorf(mission.NotFound, "no mission %q", c.Mission)
	}
	s := r.seatsOf(o)
	if s.Booking == mission.BookingElsewhere {
		return nil, r.bookElsewhere(o, c.Mission)
	}
	if err := r.open(s, c.Mission); err != nil {
		return nil, err
	}
	g := &grant{seats: s}
	if err := g.choose(c.Slots); err != nil {
		return nil, err
	}
	if err := g.notOver(r.meta.now); err != nil {
		return nil, err
	}
	if err := r.ageFits(s, c.Volunteer); err != nil {
		return nil, err
	}
	return g, r.alreadyIn(g, c.Volunteer)
}

func (r *reducer) missionOrdinal(id mission.ID) (mission.Ordinal, bool) {
	raw := r.get(missionIDsBucket, []byte(id))
	if raw == nil {
		return 0, false
	}
	return readOrdinal(raw), true
}

// bookElsewhere says where the partner takes signups. It is the one refusal
// that reads the mission's record.
func (r *reducer) bookElsewhere(o mission.Ordinal, id mission.ID) error {
	e := mission.Errorf(mission.BookElsewhere, "mission %q takes signups on its partner's own site", id)
	rec, err := decodeMission(r.get(missionsBucket, ordinalKey(o)))
	must(err)
	m, err := (&MissionView{ID: id, JSON: rec.json}).Mission()
	must(err)
	e.URL = m.URL
	return e
}

func notEligible(why, format string, args ...any) error {
	e := mission.Errorf(mission.NotEligible, format, args...)
	e.Why = why
	return e
}

// open says whether the mission takes anybody at all now.
func (r *reducer) open(s *mission.Seats, id mission.ID) error {
	switch {
	case s.State != mission.StateOpen:
		return notEligible("closed", "mission %q is %s", id, s.State)
	case s.Organization != "" && r.suspended(s.Organization):
		return notEligible("suspended", "the organisation of mission %q is suspended", id)
	case s.Ends != 0 && s.Ends < r.meta.now:
		return notEligible("ended", "mission %q has ended", id)
	case s.ApplyBefore != 0 && s.ApplyBefore < r.meta.now:
		return notEligible("apply_before", "mission %q took applications until a time that is past", id)
	}
	return nil
}

func (r *reducer) suspended(org mission.ID) bool {
	raw := r.get(organizationsBucket, []byte(org))
	if raw == nil {
		return false
	}
	o, err := decodeOrganization(raw)
	must(err)
	return o.state == mission.OrgSuspended
}

// ageFits checks the age that the volunteer's record tells, if it does.
func (r *reducer) ageFits(s *mission.Seats, volunteer mission.ID) error {
	p, ok := r.person(volunteer)
	if ok && !p.ageFits(yearOf(r.meta.now), s.MinAge, s.MaxAge) {
		return notEligible("age", "the mission is for people of %d to %d years", s.MinAge, s.MaxAge)
	}
	return nil
}

func (r *reducer) person(volunteer mission.ID) (person, bool) {
	raw := r.get(peopleBucket, []byte(volunteer))
	if raw == nil {
		return person{}, false
	}
	p, err := decodePerson(raw)
	must(err)
	return p, true
}

// alreadyIn looks at the holds by which the volunteer is in the mission
// already, or was refused there. There are as many as slots at most.
func (r *reducer) alreadyIn(g *grant, volunteer mission.ID) error {
	var refused, conflict error
	prefix := append(seatsPrefix(nil, g.seats.Ordinal, volunteer), classFirst)
	r.under(seatsBucket, prefix, func(key, _ []byte) bool {
		h, _ := r.hold(string(key[len(prefix):]))
		switch {
		case !h.Live():
			refused = notEligible("refused", "the organisation has refused this volunteer here before")
		case h.late(r.meta.now):
			g.stale = append(g.stale, h.ID)
		case sameSet(h.Slots, g.slots):
			g.same = h
		case overlap(poolsOf(g.seats, &h.Hold), g.pools):
			conflict = mission.Errorf(mission.Conflict, "the volunteer has a seat in one of these slots already, by hold %q", h.ID)
		}
		return refused == nil
	})
	if refused != nil || g.same != nil {
		return refused
	}
	return conflict
}

// holdSeconds gives how long a hold lasts: as asked, else as the policy says.
func (r *reducer) holdSeconds(asked int) int64 {
	if asked == 0 {
		asked = r.policy.Seats.HoldS
	}
	return int64(asked)
}

// mayHoldMore refuses somebody who holds as many seats as one may. A signup
// that confirms at once holds none.
func (r *reducer) mayHoldMore(c mission.HoldSeat) error {
	if c.Confirm {
		return nil
	}
	live, most := 0, r.policy.Seats.HoldsPerVolunteer
	prefix := append(personPrefix(nil, c.Volunteer, personHold), classFirst)
	r.under(peopleBucket, prefix, func(key, _ []byte) bool {
		if h, _ := r.hold(string(key[len(prefix):])); !h.late(r.meta.now) {
			live++
		}
		return live < most
	})
	if live >= most {
		return mission.Errorf(mission.TooManyHolds, "the volunteer holds %d seats, and one may hold %d: confirm or release one", live, most)
	}
	return nil
}

// take gives the seats after the volunteer's stale holds have gone and one
// seat in each pool is held, or says that one is full.
func (r *reducer) take(g *grant) (*mission.Seats, error) {
	next := copySeats(g.seats)
	for _, id := range g.stale {
		h, _ := r.hold(id)
		leave(next, h)
	}
	for _, i := range g.pools {
		p := &next.Pools[i]
		// Nobody jumps the queue: what is free while somebody waits, as a hold
		// of the volunteer's own that is past its end, is the first one's.
		if p.Free() == 0 || p.Waiting > 0 {
			e := mission.Errorf(mission.Full, "no seat is left%s", inSlot(next, i))
			e.Waiting = p.Waiting
			return nil, e
		}
		p.Held++
		if p.Over != 0 {
			panic("store: a seat granted beyond the total")
		}
	}
	return next, nil
}

// copySeats copies what a command may change: the rest is shared, immutable.
func copySeats(s *mission.Seats) *mission.Seats {
	next := *s
	next.Pools = slices.Clone(s.Pools)
	return &next
}

// grant writes a hold that was decided on.
func (r *reducer) grant(c mission.HoldSeat, g *grant, next *mission.Seats) mission.Result {
	now := r.meta.now
	next.LastTaken = now
	r.expireStale(g.stale, next)
	h := &holdRecord{Hold: mission.Hold{ID: c.Hold, Mission: c.Mission, Ordinal: next.Ordinal, Volunteer: c.Volunteer,
		Slots: g.slots, State: mission.Held, Origin: cmp.Or(c.Origin, mission.OriginHold), Ref: c.Ref, Created: now, Expires: now + r.holdSeconds(c.Seconds),
		Changed: now, ChangedSeq: r.seq()}}
	h.due = h.Expires
	if c.Confirm {
		r.confirm(h, next)
	}
	r.putSeats(next.Ordinal, next)
	r.putHold(nil, nil, h)
	kind := mission.SeatHeld
	if c.Confirm {
		kind = mission.SeatConfirmed
	}
	r.emitSeat(kind, next, &h.Hold)
	return seatResult(mission.Created, next, &h.Hold)
}

// expireStale ends the volunteer's own holds that a Tick has yet to sweep.
// Their seats were given back by take.
func (r *reducer) expireStale(stale []mission.ID, next *mission.Seats) {
	for _, id := range stale {
		h, raw := r.hold(id)
		r.endHold(h, raw, mission.Expired, "", next, mission.SeatExpired)
	}
}

// sameHold answers a repeated hold, and confirms it where that is asked. An
// offer that is taken up shortly before its end is given the time of a form,
// once: who was offered a seat is not turned away with the form filled in.
func (r *reducer) sameHold(c mission.HoldSeat, g *grant) (mission.Result, error) {
	old := g.same
	if c.Confirm && old.State == mission.Held {
		return r.confirmSeat(mission.ConfirmSeat{Hold: old.ID, Ref: c.Ref})
	}
	ends := r.meta.now + r.holdSeconds(c.Seconds)
	if old.State != mission.Held || old.Origin != mission.OriginOffer || old.Changed != old.Created || old.Expires >= ends {
		return seatResult(mission.Unchanged, g.seats, &old.Hold), nil
	}
	h, raw := *old, r.get(holdsBucket, []byte(old.ID))
	h.Expires, h.due, h.Changed, h.ChangedSeq = ends, ends, r.meta.now, r.seq()
	r.putHold(old, raw, &h)
	r.emitSeat(mission.SeatExtended, g.seats, &h.Hold)
	return seatResult(mission.Updated, g.seats, &h.Hold), nil
}

// emitSeat tells of a seat. The hold is copied: its record may go on changing.
func (r *reducer) emitSeat(kind mission.ChangeKind, s *mission.Seats, h *mission.Hold) {
	seat := *h
	r.emit(mission.Change{Kind: kind, MissionID: h.Mission, MissionOrdinal: h.Ordinal, Seats: s, Hold: &seat})
}

// seatResult answers with a hold and its mission's seats; s is nil where the
// mission is gone.
func seatResult(o mission.Outcome, s *mission.Seats, h *mission.Hold) mission.Result {
	seat := *h
	res := mission.Result{Outcome: o, Hold: &seat}
	if s != nil {
		res.Occupancy, res.Free = s.Totals(), s.Free()
	}
	return res
}
