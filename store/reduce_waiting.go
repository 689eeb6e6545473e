package store

import (
	"bytes"

	"renfort/mission"
)

// waits says whether anybody waits for a seat.
func waits(s *mission.Seats) bool {
	if s == nil {
		return false
	}
	for i := range s.Pools {
		if s.Pools[i].Waiting > 0 {
			return true
		}
	}
	return false
}

// joinWaiting puts somebody at the end of a list. Who has a seat there, or
// waits for it already, is answered with that.
func (r *reducer) joinWaiting(c mission.JoinWaiting) (mission.Result, error) {
	var slots []string
	if c.Slot != "" {
		slots = []string{c.Slot}
	}
	g, err := r.decideHold(mission.HoldSeat{Mission: c.Mission, Volunteer: c.Volunteer, Slots: slots})
	if err != nil {
		return mission.Result{}, moveSlot(err)
	}
	if g.same != nil {
		return seatResult(mission.Unchanged, g.seats, &g.same.Hold), nil
	}
	w := &waitingRecord{Waiting: mission.Waiting{Mission: c.Mission, Ordinal: g.seats.Ordinal, Volunteer: c.Volunteer,
		Joined: r.meta.now, JoinedSeq: r.seq()}, clock: c.Clock}
	if len(g.slots) > 0 {
		w.Slot = g.slots[0]
	}
	if same := r.waitingIn(w); same != nil {
		same.Position = r.ahead(g.seats, same) + 1
		return waitingResult(mission.Unchanged, g.seats, same), nil
	}
	if err := r.mayWait(w, g); err != nil {
		return mission.Result{}, err
	}
	return r.join(w, g), nil
}

// moveSlot makes what is wrong with a list of one slot wrong with the slot.
func moveSlot(err error) error {
	if e := mission.AsError(err); e.Kind == mission.Invalid {
		return invalid("/slot", e.Fields[0].Detail)
	}
	return err
}

// waitingIn gives the place that the person of w has in the same list, nil for
// none.
func (r *reducer) waitingIn(w *waitingRecord) (same *waitingRecord) {
	for _, other := range r.placesOf(w.Volunteer, w.Ordinal) {
		if other.Slot == w.Slot {
			same = other
		}
	}
	return same
}

// placesOf gives a person's places in the lists of a mission.
func (r *reducer) placesOf(volunteer mission.ID, o mission.Ordinal) (places []*waitingRecord) {
	prefix := personPrefix(nil, volunteer, personWaiting)
	var keys [][]byte
	r.under(peopleBucket, append(bytes.Clone(prefix), ordinalKey(o)...), func(key, _ []byte) bool {
		keys = append(keys, key[len(prefix):])
		return true
	})
	for _, key := range keys {
		places = append(places, r.place(key))
	}
	return places
}

// place reads a place in a list; key is without its first byte.
func (r *reducer) place(key []byte) *waitingRecord {
	w, err := decodeWaiting(key, r.get(waitingBucket, append([]byte{waitList}, key...)))
	must(err)
	return w
}

// mayWait refuses a list, or a person's number of lists, beyond its limit.
func (r *reducer) mayWait(w *waitingRecord, g *grant) error {
	n := 0
	r.under(peopleBucket, personPrefix(nil, w.Volunteer, personWaiting), func(_, _ []byte) bool {
		n++
		return n < mission.WaitingVolunteerMax
	})
	if n == mission.WaitingVolunteerMax {
		return mission.Errorf(mission.TooManyHolds, "the volunteer is in %d waiting lists, and one may be in %d: leave one", n, mission.WaitingVolunteerMax)
	}
	p := &g.seats.Pools[g.pools[0]]
	full := func(most int, where string) error {
		e := mission.Errorf(mission.Full, "the waiting list%s has %d people, and may have no more", where, most)
		e.Waiting = p.Waiting
		return e
	}
	if g.seats.Totals().Waiting >= mission.WaitingMissionMax {
		return full(mission.WaitingMissionMax, "s of the mission together")
	}
	// A pool with room for a slot's list has it in each of its slots.
	if p.Waiting >= mission.WaitingSlotMax && r.length(w.Ordinal, w.Slot) >= mission.WaitingSlotMax {
		return full(mission.WaitingSlotMax, "")
	}
	return nil
}

// length counts a slot's list, as far as it may be long.
func (r *reducer) length(o mission.Ordinal, slot string) (n int) {
	r.under(waitingBucket, listPrefix(o, slot), func(_, _ []byte) bool {
		n++
		return n < mission.WaitingSlotMax
	})
	return n
}

// join writes a place, and offers it a seat if there is one.
func (r *reducer) join(w *waitingRecord, g *grant) mission.Result {
	next := copySeats(g.seats)
	p := &next.Pools[g.pools[0]]
	p.Waiting++
	w.Position = p.Waiting
	r.put(waitingBucket, w.key(), nil, r.keep(appendWaiting(r.room(128), w)))
	r.put(peopleBucket, w.personKey(), nil, nil)
	r.putSeats(next.Ordinal, next)
	r.emitWaiting(mission.WaitingJoined, next, w, "")
	r.tendLists(nil)
	s := r.seatsOf(w.Ordinal)
	if h, _ := r.hold(w.offerID()); h != nil {
		return seatResult(mission.Created, s, &h.Hold)
	}
	return waitingResult(mission.Created, s, w)
}

// emitWaiting tells of a place in a list, with the reason where it is left.
func (r *reducer) emitWaiting(kind mission.ChangeKind, s *mission.Seats, w *waitingRecord, why string) {
	place := w.Waiting
	place.Why = why
	r.emit(mission.Change{Kind: kind, MissionID: w.Mission, MissionOrdinal: w.Ordinal, Seats: s, Waiting: &place})
}

// waitingResult answers with a place in a list.
func waitingResult(o mission.Outcome, s *mission.Seats, w *waitingRecord) mission.Result {
	place := w.Waiting
	return mission.Result{Outcome: o, Waiting: &place, Occupancy: s.Totals(), Free: s.Free()}
}

// ahead counts those who are offered a seat before w: the pool's, who joined
// earlier.
func (r *reducer) ahead(s *mission.Seats, w *waitingRecord) (n int) {
	pool, _ := poolOfList(s, w.Slot)
	for _, slot := range listsOf(s, pool) {
		r.under(waitingBucket, listPrefix(w.Ordinal, slot), func(key, _ []byte) bool {
			_, _, seq, _ := waitingKey(key[1:])
			if seq < w.JoinedSeq {
				n++
			}
			return seq < w.JoinedSeq
		})
	}
	return n
}

// leaveWaiting takes somebody out of a mission's lists, and gives back what
// they are offered there: who leaves does not know yet that it is their turn.
func (r *reducer) leaveWaiting(c mission.LeaveWaiting) (mission.Result, error) {
	o, ok := r.missionOrdinal(c.Mission)
	if !ok {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no mission %q", c.Mission)
	}
	for _, w := range r.placesOf(c.Volunteer, o) {
		r.leaveList(w, "left")
	}
	for _, id := range r.offersTo(c.Volunteer, o) {
		h, raw := r.hold(id)
		r.giveBack(h, raw, mission.Released, "left", mission.SeatReleased)
	}
	s, out := r.seatsOf(o), mission.Updated
	if !r.wrote {
		out = mission.Unchanged
	}
	return mission.Result{Outcome: out, Occupancy: s.Totals(), Free: s.Free()}, nil
}

// offersTo gives a person's live offers in a mission.
func (r *reducer) offersTo(volunteer mission.ID, o mission.Ordinal) (ids []mission.ID) {
	prefix := append(seatsPrefix(nil, o, volunteer), classFirst)
	r.under(seatsBucket, prefix, func(key, _ []byte) bool {
		h, _ := r.hold(string(key[len(prefix):]))
		if h.State == mission.Held && h.Origin == mission.OriginOffer && !h.late(r.meta.now) {
			ids = append(ids, h.ID)
		}
		return true
	})
	return ids
}

// leaveList takes one place out of its list.
func (r *reducer) leaveList(w *waitingRecord, why string) {
	next := copySeats(r.seatsOf(w.Ordinal))
	r.unlist(next, w, why)
	r.putSeats(w.Ordinal, next)
}

// unlist takes a place out of its list and out of next, which is ours to
// change until the command ends.
func (r *reducer) unlist(next *mission.Seats, w *waitingRecord, why string) {
	if pool, ok := poolOfList(next, w.Slot); ok {
		next.Pools[pool].Waiting--
	}
	r.dropPlace(w)
	r.emitWaiting(mission.WaitingLeft, next, w, why)
}

// dropPlace removes a place's record and the entry that leads to it.
func (r *reducer) dropPlace(w *waitingRecord) {
	key := w.key()
	r.remove(waitingBucket, key, r.get(waitingBucket, key))
	r.remove(peopleBucket, w.personKey(), nil)
}

// eraseWaiting takes an erased person out of a list. what is the end of the
// entry below the person.
func (r *reducer) eraseWaiting(what []byte) { r.leaveList(r.place(what), "erased") }
