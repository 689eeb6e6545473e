package store

import (
	"cmp"
	"slices"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// listsOf gives the slots whose lists wait for a pool's seats. One pool that
// named slots share has a list without a slot as well.
func listsOf(s *mission.Seats, pool int) (slots []string) {
	for _, t := range s.Slots {
		if t.Pool == pool {
			slots = append(slots, t.ID)
		}
	}
	if len(s.Pools) == 1 && s.Slots[0].ID != "" {
		slots = append(slots, "")
	}
	return slots
}

// poolOfList gives the pool for which a slot's list waits; ok is false where
// the mission has no such list.
func poolOfList(s *mission.Seats, slot string) (pool int, ok bool) {
	if slot == "" && len(s.Pools) == 1 {
		return 0, true
	}
	t, ok := slotOf(s, slot)
	return t.Pool, ok
}

// tendLists looks at the waiting lists of every mission that the command under
// way has touched: lists that have ended are emptied, free seats are offered.
// It is called where a command ends, so that no seat is free between two
// commands while somebody waits for it, unless outbound is paused. res is then as after it.
func (r *reducer) tendLists(res *mission.Result) {
	if len(r.touched) == 0 {
		return
	}
	before := len(r.changes)
	for i := 0; i < len(r.touched); i++ {
		if o := r.touched[i]; !slices.Contains(r.touched[:i], o) {
			r.tend(o)
		}
	}
	first := r.touched[0]
	r.touched = r.touched[:0]
	if res != nil && len(r.changes) > before && res.Occupancy != (mission.Pool{}) {
		s := r.seatsOf(first) // whoever answers with seats has touched one mission
		res.Occupancy, res.Free = s.Totals(), s.Free()
	}
}

// tend looks at the lists of one mission.
func (r *reducer) tend(o mission.Ordinal) {
	s := r.seatsOf(o)
	if waits(s) {
		before := len(r.changes)
		next := copySeats(s)
		r.endLists(next)
		if r.offers(next) && !r.outboundPaused() {
			for i := range next.Pools {
				r.offerPool(next, i)
			}
		}
		if len(r.changes) > before {
			mustFit(next)
			c := r.seats[o]
			r.mark(o, c)
			c.seats = next
			r.soil(o, c)
		}
	}
	r.putHead(o)
}

// offers says whether the mission gives seats to those who wait. A paused one
// does not, nor one of a suspended organisation: their lists stay as they are.
func (r *reducer) offers(s *mission.Seats) bool {
	return s.State == mission.StateOpen && (s.Organization == "" || !r.suspended(s.Organization))
}

// endLists empties the lists that nobody will get a seat by any more.
func (r *reducer) endLists(next *mission.Seats) {
	why := r.listsEnd(next)
	for pool := range next.Pools {
		if next.Pools[pool].Waiting == 0 {
			continue
		}
		for _, slot := range listsOf(next, pool) {
			if why == "" && !slotOver(next, slot, r.meta.now) {
				continue
			}
			for _, w := range r.places(next.Ordinal, slot, mission.WaitingMissionMax) {
				r.unlist(next, w, cmp.Or(why, "ended"))
			}
		}
	}
}

// listsEnd gives the word for why a mission's lists are over, "" if not all of
// them are.
func (r *reducer) listsEnd(s *mission.Seats) string {
	switch {
	case s.State == mission.StateClosed || s.State == mission.StateCancelled:
		return s.State
	case s.Booking == mission.BookingElsewhere:
		return "book_elsewhere"
	case s.Ends != 0 && s.Ends < r.meta.now:
		return "ended"
	case s.ApplyBefore != 0 && s.ApplyBefore < r.meta.now:
		return "apply_before"
	}
	return ""
}

// slotOver says whether a slot has ended; of a list without a slot, whether
// all have.
func slotOver(s *mission.Seats, slot string, now int64) bool {
	for _, t := range s.Slots {
		over := t.Ends != 0 && t.Ends < now
		if !over && (t.ID == slot || slot == "") {
			return false
		}
	}
	return true
}

// places gives the first of a slot's list, at most so many.
func (r *reducer) places(o mission.Ordinal, slot string, most int) (all []*waitingRecord) {
	r.under(waitingBucket, listPrefix(o, slot), func(key, value []byte) bool {
		w, err := decodeWaiting(key[1:], value)
		must(err)
		all = append(all, w)
		return len(all) < most
	})
	return all
}

// offerPool offers a pool's free seats to those who wait for them, in the
// order of their joining.
func (r *reducer) offerPool(next *mission.Seats, pool int) {
	p := &next.Pools[pool]
	for p.Waiting > 0 && p.Free() > 0 {
		most := min(p.Free(), p.Waiting)
		var first []*waitingRecord
		for _, slot := range listsOf(next, pool) {
			first = append(first, r.places(next.Ordinal, slot, most)...)
		}
		slices.SortFunc(first, func(a, b *waitingRecord) int { return cmp.Compare(a.JoinedSeq, b.JoinedSeq) })
		for _, w := range first[:most] {
			if r.get(waitingBucket, w.key()) != nil { // not gone with another of theirs
				r.offer(next, pool, w)
			}
		}
	}
}

// offer turns a place into a hold; or drops it, where the person may not sit
// there any more.
func (r *reducer) offer(next *mission.Seats, pool int, w *waitingRecord) {
	g := &grant{seats: next}
	if why := r.unfit(g, w); why != "" {
		r.unlist(next, w, why)
		return
	}
	now := r.meta.now
	h := &holdRecord{Hold: mission.Hold{ID: w.offerID(), Mission: w.Mission, Ordinal: w.Ordinal, Volunteer: w.Volunteer, Slots: g.slots,
		State: mission.Held, Origin: mission.OriginOffer, Created: now, Expires: r.offerEnds(next, w), Changed: now, ChangedSeq: r.seq()}}
	h.due = h.Expires
	next.Pools[pool].Waiting--
	next.Pools[pool].Held++
	next.LastTaken = now
	r.dropPlace(w)
	r.putHold(nil, nil, h)
	seat, place := h.Hold, w.Waiting
	r.emit(mission.Change{Kind: mission.SeatOffered, MissionID: w.Mission, MissionOrdinal: w.Ordinal, Seats: next, Hold: &seat, Waiting: &place})
	for _, other := range r.placesOf(w.Volunteer, w.Ordinal) {
		if i, _ := poolOfList(next, other.Slot); i == pool {
			r.unlist(next, other, "seated")
		}
	}
}

// unfit gives the word for why somebody who waits may not have the seat, "" if
// they may: a mission and what an organisation says change while they wait.
func (r *reducer) unfit(g *grant, w *waitingRecord) string {
	var slots []string
	if w.Slot != "" {
		slots = []string{w.Slot}
	}
	must(g.choose(slots)) // a list without a slot was emptied by the write that took it
	err := r.ageFits(g.seats, w.Volunteer)
	if err == nil {
		err = r.alreadyIn(g, w.Volunteer)
	}
	switch {
	case err == nil && g.same == nil:
		return ""
	case mission.KindOf(err) == mission.NotEligible:
		return mission.AsError(err).Why
	}
	return "seated"
}

// offerEnds gives when an offer ends: after the policy's time for the channel,
// counted outside quiet hours, and never after the mission or slot itself.
func (r *reducer) offerEnds(s *mission.Seats, w *waitingRecord) int64 {
	seconds, of := r.policy.Seats.OfferS.Email, r.channel(w.Volunteer)
	switch of {
	case "push":
		seconds = r.policy.Seats.OfferS.Push
	case "sms":
		seconds = r.policy.Seats.OfferS.SMS
	}
	ends := r.policy.Reverse.Quiet().WakingEnd(r.meta.now, int64(seconds), &w.clock)
	t, _ := slotOf(s, w.Slot)
	for _, last := range [...]int64{s.Ends, s.ApplyBefore, t.Ends} {
		if last != 0 {
			ends = min(ends, last+1)
		}
	}
	return ends
}

// channel gives how somebody is told, "" where nobody knows.
func (r *reducer) channel(volunteer mission.ID) string {
	who, known := r.person(volunteer)
	if !known {
		return ""
	}
	rec, err := decodeVolunteer(r.get(volunteersBucket, ordinalKey(who.ordinal)))
	must(err)
	var v struct {
		Channel string `json:"channel"`
	}
	must(json.Unmarshal(rec.json, &v))
	return v.Channel
}

// putHead sees to it that a mission's head is as its lists want it.
func (r *reducer) putHead(o mission.Ordinal) {
	raw := r.get(waitingBucket, headKey(o))
	var old, next *waitingHead
	if raw != nil {
		var err error
		old, err = decodeHead(raw)
		must(err)
	}
	if s := r.seatsOf(o); waits(s) {
		next = &waitingHead{due: r.nextEnd(s), organization: s.Organization}
	}
	if old == nil && next == nil || old != nil && next != nil && *old == *next {
		return
	}
	r.writeHead(o, old, next, raw)
}

// writeHead puts a head, nil for none, in place of old, whose bytes are raw.
func (r *reducer) writeHead(o mission.Ordinal, old, next *waitingHead, raw []byte) {
	if old != nil {
		for _, e := range old.entries(o) {
			r.remove(e.bucket, e.key, nil)
		}
	}
	if next == nil {
		r.remove(waitingBucket, headKey(o), raw)
		return
	}
	for _, e := range next.entries(o) {
		r.put(e.bucket, e.key, nil, nil)
	}
	r.put(waitingBucket, headKey(o), raw, appendHead(nil, next))
}

// nextEnd gives the next moment at which a list of the mission may be over
// without anybody doing anything, 0 for none.
func (r *reducer) nextEnd(s *mission.Seats) (next int64) {
	first := func(last int64) {
		if end := last + 1; last != 0 && end > r.meta.now && (next == 0 || end < next) {
			next = end
		}
	}
	first(s.Ends)
	first(s.ApplyBefore)
	for _, t := range s.Slots {
		first(t.Ends)
	}
	return next
}

// resumeLists touches the missions of an organisation that is not suspended any
// more, and for which somebody waits.
func (r *reducer) resumeLists(org mission.ID) {
	prefix := orgPrefix(org)
	r.under(waitingBucket, prefix, func(key, _ []byte) bool {
		r.touched = append(r.touched, readOrdinal(key[len(prefix):]))
		return true
	})
}

// carryWaiting counts those who wait into the pools of a mission that is
// written anew, and gives the places whose slot it leaves out.
func (r *reducer) carryWaiting(old, next *mission.Seats) (leave []*waitingRecord) {
	if !waits(old) {
		return nil
	}
	if sameShape(old, next) {
		for i, p := range old.Pools {
			next.Pools[i].Waiting = p.Waiting
		}
		return nil
	}
	for _, w := range r.allPlaces(old.Ordinal) {
		if i, ok := poolOfList(next, w.Slot); ok {
			next.Pools[i].Waiting++
		} else {
			leave = append(leave, w)
		}
	}
	return leave
}

// allPlaces gives everybody who waits for a mission, by slot and joining.
func (r *reducer) allPlaces(o mission.Ordinal) (all []*waitingRecord) {
	r.under(waitingBucket, append([]byte{waitList}, ordinalKey(o)...), func(key, value []byte) bool {
		w, err := decodeWaiting(key[1:], value)
		must(err)
		all = append(all, w)
		return true
	})
	return all
}
