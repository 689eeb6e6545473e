package store

import (
	"renfort/mission"
)

// ByVolunteer is AnswerSeat.By where the person speaks, and not the
// organisation: such an answer says nothing about how the organisation answers.
const ByVolunteer = "volunteer"

// answerSeat records what is said of a confirmed seat. refused and withdrawn
// release it.
func (r *reducer) answerSeat(c mission.AnswerSeat) (mission.Result, error) {
	old, raw, err := r.findHold(c.Hold)
	switch {
	case err != nil:
		return mission.Result{}, err
	case old.State == mission.Expired || old.late(r.meta.now):
		return mission.Result{}, expired(old)
	case old.State == mission.Held:
		return mission.Result{}, mission.Errorf(mission.Conflict, "hold %q is held and not confirmed: there is nothing to answer yet", old.ID)
	case old.Answer == c.Answer && old.AnswerBy == c.By && old.AnswerWhy == c.Why:
		return seatResult(mission.Unchanged, r.seatsOf(old.Ordinal), &old.Hold), nil
	case old.State == mission.Released:
		return mission.Result{}, resolved(mission.AlreadyResolved, old, "hold %q was released", old.ID)
	}
	return r.answer(c, old, raw), nil
}

// answer writes the answer to a live confirmed seat.
func (r *reducer) answer(c mission.AnswerSeat, old *holdRecord, raw []byte) mission.Result {
	h := *old
	h.Answer, h.AnswerBy, h.AnswerWhy, h.AnswerAt = c.Answer, c.By, c.Why, c.At
	if h.AnswerAt == 0 {
		h.AnswerAt = r.meta.now
	}
	h.Changed, h.ChangedSeq = r.meta.now, r.seq()
	h.due = 0
	next := r.seatsOf(old.Ordinal)
	answered := !h.counted && c.By != ByVolunteer && c.Answer != mission.AnswerWithdrawn
	h.counted = h.counted || answered
	if c.Answer == mission.AnswerRefused || c.Answer == mission.AnswerWithdrawn {
		next = copySeats(next)
		leave(next, old)
		r.putSeats(next.Ordinal, next)
		h.State, h.Why = mission.Released, c.Answer
		if c.Answer == mission.AnswerWithdrawn {
			h.due = r.meta.now + mission.ForgetDays*secondsPerDay
		}
	}
	r.putHold(old, raw, &h)
	r.emitSeat(mission.SeatAnswered, next, &h.Hold)
	if answered {
		r.count(next.Organization, mission.Record{Answered: 1})
	}
	return seatResult(mission.Updated, next, &h.Hold)
}

// count moves an organisation's answering record. One that nobody wrote yet
// gets a bare record, so that its answers are not lost.
func (r *reducer) count(org mission.ID, by mission.Record) {
	if org == "" {
		return
	}
	o, raw := r.organization(org)
	o.record.Answered += by.Answered
	o.record.Ignored += by.Ignored
	n, err := o.noun(org)
	must(err)
	r.put(organizationsBucket, []byte(org), raw, appendOrganization(nil, o))
	r.emit(mission.Change{Kind: mission.OrganizationRecord, Organization: n, Record: o.record})
}

// ignore counts a confirmed seat that nobody answered.
func (r *reducer) ignore(old *holdRecord, raw []byte) {
	h := *old
	h.due, h.counted = 0, true
	r.putHold(old, raw, &h)
	r.count(r.seatsOf(h.Ordinal).Organization, mission.Record{Ignored: 1})
}

// importSeat back-fills a seat given before Renfort: no fill is counted, and
// a pool may go over its total.
func (r *reducer) importSeat(c mission.ImportSeat) (mission.Result, error) {
	o, ok := r.missionOrdinal(c.Mission)
	if !ok {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no mission %q", c.Mission)
	}
	s := r.seatsOf(o)
	g := &grant{seats: s}
	if err := g.choose(c.Slots); err != nil {
		return mission.Result{}, err
	}
	if same := r.importedBefore(c, g); same != nil {
		return seatResult(mission.Unchanged, s, &same.Hold), nil
	}
	if h, _ := r.hold(c.Hold); h != nil {
		return mission.Result{}, mission.Errorf(mission.Conflict, "hold %q exists already, for another seat", c.Hold)
	}
	h := r.imported(c, g)
	if h.Live() && s.State == mission.StateCancelled {
		return mission.Result{}, notEligible("closed", "mission %q is cancelled", c.Mission)
	}
	return r.writeImport(h, g), nil
}

// importedBefore gives the hold of a seat that is here already: a live one of
// the same slots, or any of the same platform's name.
func (r *reducer) importedBefore(c mission.ImportSeat, g *grant) (same *holdRecord) {
	prefix := seatsPrefix(nil, g.seats.Ordinal, c.Volunteer)
	r.under(seatsBucket, prefix, func(key, _ []byte) bool {
		h, _ := r.hold(string(key[len(prefix)+1:]))
		if sameSet(h.Slots, g.slots) && (h.Live() || (c.Ref != "" && h.Ref == c.Ref) || h.ID == c.Hold) {
			same = h
		}
		return same == nil
	})
	return same
}

// imported gives the record of an imported seat.
func (r *reducer) imported(c mission.ImportSeat, g *grant) *holdRecord {
	at := c.At
	if at == 0 {
		at = r.meta.now
	}
	h := &holdRecord{Hold: mission.Hold{ID: c.Hold, Mission: c.Mission, Ordinal: g.seats.Ordinal, Volunteer: c.Volunteer,
		Slots: g.slots, State: mission.Confirmed, Origin: mission.OriginImport, Ref: c.Ref, Created: at, Expires: at,
		Changed: r.meta.now, ChangedSeq: r.seq(), Answer: c.Answer}, counted: c.Answer != ""}
	if c.Answer != "" {
		h.AnswerAt = at
	}
	if c.State == mission.Released || c.Answer == mission.AnswerRefused || c.Answer == mission.AnswerWithdrawn {
		h.State = mission.Released
		if c.Answer != mission.AnswerRefused {
			h.due = r.meta.now + mission.ForgetDays*secondsPerDay
		}
	}
	return h
}

func (r *reducer) writeImport(h *holdRecord, g *grant) mission.Result {
	next := g.seats
	if h.Live() {
		next = copySeats(next)
		for _, i := range g.pools {
			next.Pools[i].Confirmed++
			settle(&next.Pools[i])
		}
		r.putSeats(next.Ordinal, next)
	}
	r.putHold(nil, nil, h)
	r.emitSeat(mission.SeatImported, next, &h.Hold)
	return seatResult(mission.Created, next, &h.Hold)
}
