package store

import (
	"renfort/mission"
)

// askWave writes down whom a wave asks. Who may not be asked is left out.
func (r *reducer) askWave(c mission.AskWave) (mission.Result, error) {
	w, err := r.wave(c.Wave)
	switch {
	case err != nil:
		return mission.Result{}, err
	case w.Over():
		return mission.Result{}, mission.Errorf(mission.AlreadyResolved, "wave %q is %s", w.ID, w.State)
	case w.State == mission.WavePaused:
		return mission.Result{}, mission.Errorf(mission.Conflict, "wave %q is paused", w.ID)
	case r.outboundPaused():
		return mission.Result{}, mission.Errorf(mission.Conflict, "all that goes out is paused")
	}
	res := mission.Result{Outcome: mission.Updated}
	crisis := r.crisisOn(w.Crisis)
	laws := map[string]uint64{}
	for i := range c.Asks {
		a := c.Asks[i]
		a.Wave, a.At, a.Answer, a.Answered, a.Delivery, a.Delivered, a.Hold, a.Next = w.ID, r.meta.now, "", 0, "", 0, "", ""
		if !r.askOne(w, &a, crisis) {
			res.Left = append(res.Left, a.Volunteer)
			continue
		}
		laws[a.Channel]++
		res.Asked++
	}
	if res.Asked == 0 {
		res.Outcome = mission.Unchanged
		return res, nil
	}
	for _, channel := range channels[1:] {
		if n := laws[channel]; n > 0 {
			r.countLaw(channel, func(l *mission.LawCounts) { l.Asked += n })
		}
	}
	if w.State != mission.WaveRunning { // it was stalled or exhausted
		w.State = mission.WaveRunning
		r.putWave(w)
		r.emitWave(mission.WaveChanged, w)
		return res, nil
	}
	r.putCounts(w)
	return res, nil
}

// askOne writes one ask, if the person may be asked.
func (r *reducer) askOne(w *liveWave, a *mission.Ask, crisis bool) bool {
	who, known := r.person(a.Volunteer)
	if !known || a.Channel == "" || r.get(wavesBucket, askKey(w.ID, a.Volunteer)) != nil {
		return false
	}
	if w.AskedMax != 0 && w.rec.counts.Asked >= w.AskedMax || w.rec.counts.Asked >= mission.AskedMax {
		return false
	}
	consent := r.consent(who)
	a.Crisis = crisis && consent.Crisis
	if !a.Crisis && !consent.Alerts || w.Publisher != "" && r.publisherOf(who) != w.Publisher {
		return false
	}
	history, raw := r.asks(a.Volunteer)
	if !r.budgetLeft(history, a.Crisis) || history.told(a.Mission) || r.passedOver(a.Volunteer, a.Mission) || !r.fits(w, a, who) {
		return false
	}
	history.all = append(history.all, asked{crisis: a.Crisis, at: a.At, by: w.ID, mission: a.Mission})
	r.putAsks(a.Volunteer, raw, history)
	r.put(wavesBucket, askKey(w.ID, a.Volunteer), nil, r.keep(appendAsk(r.room(256), a)))
	r.put(peopleBucket, askedKey(a.Volunteer, w.ID), nil, nil)
	w.rec.counts.Count(a, 1)
	r.emitAsk(mission.WaveAsked, w, a, who.ordinal, "")
	return true
}

// fits says whether the person could take the seat that they are asked for:
// their age is known, the target stands, and they are not in already.
func (r *reducer) fits(w *liveWave, a *mission.Ask, who person) bool {
	if who.birthYear == 0 && who.adult == 0 {
		return false
	}
	for _, t := range w.Targets {
		if t.Mission != a.Mission || t.Closed {
			continue
		}
		a.Ordinal, a.Slots = t.Ordinal, t.Slots
		g, err := r.decideHold(mission.HoldSeat{Mission: a.Mission, Volunteer: a.Volunteer, Slots: a.Slots})
		return err == nil && g.same == nil && g.seats.Ordinal == t.Ordinal && len(r.placesOf(a.Volunteer, t.Ordinal)) == 0
	}
	return false
}

func (r *reducer) publisherOf(who person) string {
	rec, err := decodeVolunteer(r.get(volunteersBucket, ordinalKey(who.ordinal)))
	must(err)
	return rec.publisher
}

// emitAsk tells what happened to one person asked.
func (r *reducer) emitAsk(kind mission.ChangeKind, w *liveWave, a *mission.Ask, volunteer mission.Ordinal, why string) {
	wave, ask := w.Wave, *a
	r.emit(mission.Change{Kind: kind, MissionID: a.Mission, MissionOrdinal: a.Ordinal,
		VolunteerID: a.Volunteer, VolunteerOrdinal: volunteer, Wave: &wave, Ask: &ask, Why: why})
}

// countLaw changes what is counted of a channel.
func (r *reducer) countLaw(channel string, count func(*mission.LawCounts)) {
	l, raw := new(mission.LawCounts), r.get(wavesBucket, lawKey(channel))
	if raw != nil {
		var err error
		l, err = decodeLaw(raw)
		must(err)
	}
	count(l)
	r.put(wavesBucket, lawKey(channel), raw, r.keep(appendLaw(r.room(256), l)))
}

// ask gives what a person was asked by a wave.
func (r *reducer) ask(wave, volunteer mission.ID) (*mission.Ask, error) {
	raw := r.get(wavesBucket, askKey(wave, volunteer))
	if raw == nil {
		return nil, mission.Errorf(mission.NotFound, "wave %q has not asked %q", wave, volunteer)
	}
	a, err := decodeAsk(wave, volunteer, raw)
	must(err)
	return a, nil
}

// putAsk writes what became of an ask, in the wave's counts too, which the
// caller writes.
func (r *reducer) putAsk(w *liveWave, old, a *mission.Ask) {
	key := askKey(w.ID, a.Volunteer)
	r.put(wavesBucket, key, r.get(wavesBucket, key), r.keep(appendAsk(r.room(256), a)))
	w.rec.counts.Count(old, -1)
	w.rec.counts.Count(a, 1)
}

// answerAsk records an answer. An acceptance takes a seat, if there is one:
// it stands as an answer without. Who has accepted answers no more otherwise:
// a seat is given back by its hold.
func (r *reducer) answerAsk(c mission.AnswerAsk) (mission.Result, error) {
	w, err := r.wave(c.Wave)
	if err != nil {
		return mission.Result{}, err
	}
	old, err := r.ask(c.Wave, c.Volunteer)
	switch {
	case err != nil:
		return mission.Result{}, err
	case old.Answer == mission.AskAccepted && old.Hold != "" && c.Answer == mission.AskDeclined:
		return mission.Result{}, mission.Errorf(mission.AlreadyResolved, "the volunteer accepted, by hold %q: release that", old.Hold)
	case c.Answer == old.Answer && c.Answer != mission.AskAccepted:
		return mission.Result{Outcome: mission.Unchanged, Ask: old}, nil
	}
	a := *old
	a.Answer, a.Answered = c.Answer, r.meta.now
	var res mission.Result
	if c.Answer == mission.AskAccepted {
		if res, err = r.seatFor(w, c, &a); err != nil {
			return mission.Result{}, err
		}
		if old.Answer == mission.AskAccepted {
			a.Answered = old.Answered
		}
		if res.Outcome == mission.Unchanged && old.Answer == a.Answer && old.Hold == a.Hold {
			res.Ask = old
			return res, nil
		}
	}
	if c.Answer == mission.AskStopped && old.Answer == mission.AskAccepted {
		a.Answer, a.Answered = old.Answer, old.Answered // the seat stands
	}
	res.Outcome, res.Ask = mission.Updated, &a
	r.answered(w, old, &a, c.Answer)
	return res, nil
}

// seatFor takes the seat for an acceptance, and says in a whether there was
// one: in the mission, and among those that the wave was to fill.
func (r *reducer) seatFor(w *liveWave, c mission.AnswerAsk, a *mission.Ask) (mission.Result, error) {
	if (a.Hold == "" || !r.sits(a.Hold)) && r.filled(w, a) {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	res, err := r.holdSeat(mission.HoldSeat{Hold: c.Hold, Mission: a.Mission, Volunteer: a.Volunteer, Slots: a.Slots,
		Confirm: c.Confirm, Ref: c.Ref, Origin: mission.OriginWave})
	if err == nil {
		a.Hold = res.Hold.ID
		return res, nil
	}
	a.Hold = ""
	e := mission.AsError(err)
	switch e.Kind {
	case mission.Full, mission.NotEligible, mission.NotFound, mission.BookElsewhere, mission.TooManyHolds, mission.Conflict:
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	return mission.Result{}, err
}

// filled says whether the wave has filled the seats that it was to fill in a
// mission. Asks are only counted where that can be.
func (r *reducer) filled(w *liveWave, a *mission.Ask) bool {
	for _, t := range w.Targets {
		if t.Mission != a.Mission || t.Seats == 0 || w.rec.counts.Accepted < t.Seats {
			continue
		}
		_, more := r.asksOf(w.ID, t.Seats-1, func(other *mission.Ask) bool {
			return other.Ordinal == a.Ordinal && other.Hold != "" && r.sits(other.Hold)
		})
		return more
	}
	return false
}

// sits says whether a hold still has its seat.
func (r *reducer) sits(hold mission.ID) bool {
	h, _ := r.hold(hold)
	return h != nil && h.Live() && !h.late(r.meta.now)
}

// answered writes an answer where it counts: in the ask, in the person's
// budget and in what is known of the channel.
func (r *reducer) answered(w *liveWave, old, a *mission.Ask, said string) {
	r.putAsk(w, old, a)
	r.putCounts(w)
	history, raw := r.asks(a.Volunteer)
	for i := range history.all {
		if e := &history.all[i]; !e.alert && e.by == w.ID {
			e.answered = true
		}
	}
	if said == mission.AskStopped {
		history.stopped, history.barred = true, false
	}
	r.putAsks(a.Volunteer, raw, history)
	if old.Answer == "" || old.Answer == mission.AskStoodDown {
		r.countLaw(a.Channel, func(l *mission.LawCounts) { countAnswer(l, a, old.Answer == "") })
	}
	who, _ := r.person(a.Volunteer)
	told := *a
	if said == mission.AskStopped {
		told.Answer = said
	}
	r.emitAsk(mission.WaveAnswered, w, &told, who.ordinal, "")
}

// countAnswer counts a first answer and how long it took. Whoever was stood
// down before is among those who waited already.
func countAnswer(l *mission.LawCounts, a *mission.Ask, waiting bool) {
	if waiting {
		l.Waited[mission.DelayBuckets-1]++
	}
	if a.Answer != mission.AskAccepted {
		l.Declined++
		return
	}
	l.Accepted++
	l.Delays[mission.DelayBucket(a.Answered-reached(a))]++
}

// reached gives the moment from which somebody could answer.
func reached(a *mission.Ask) int64 {
	if a.Delivered != 0 {
		return a.Delivered
	}
	return a.At
}

// deliverAsks records receipts. One for somebody who was not asked is left
// out, and refused where there is no other; a failure after a delivery says
// nothing.
func (r *reducer) deliverAsks(c mission.DeliverAsks) (mission.Result, error) {
	w, err := r.wave(c.Wave)
	if err != nil {
		return mission.Result{}, err
	}
	res := mission.Result{Outcome: mission.Updated}
	for _, receipt := range c.Receipts {
		old, err := r.ask(c.Wave, receipt.Volunteer)
		if err != nil {
			res.Left = append(res.Left, receipt.Volunteer)
			continue
		}
		if a, news := delivered(old, receipt, r.meta.now); news {
			r.putAsk(w, old, a)
			who, _ := r.person(a.Volunteer)
			r.emitAsk(mission.WaveDelivered, w, a, who.ordinal, "")
			res.Asked++
		}
	}
	switch {
	case len(res.Left) > 0 && len(res.Left) == len(c.Receipts):
		return mission.Result{}, mission.Errorf(mission.NotFound, "wave %q has not asked %q", c.Wave, res.Left[0])
	case res.Asked == 0:
		res.Outcome = mission.Unchanged
		return res, nil
	}
	r.putCounts(w)
	return res, nil
}

// delivered gives an ask after a receipt; news is false where that says
// nothing new.
func delivered(old *mission.Ask, c mission.Receipt, now int64) (a *mission.Ask, news bool) {
	next := *old
	if c.Channel != "" {
		next.Channel = c.Channel
	}
	if old.Delivery != mission.DeliveryDelivered && (c.State != mission.DeliverySent || old.Delivery == "") {
		next.Delivery = c.State
	}
	if next.Delivery == mission.DeliveryDelivered && old.Delivery != mission.DeliveryDelivered {
		next.Delivered = now
		if c.At != 0 {
			next.Delivered = min(max(c.At, old.At), now)
		}
	}
	return &next, next.Channel != old.Channel || next.Delivery != old.Delivery
}

// standDown tells people who are silent that nobody is needed any more. Who
// has answered meanwhile is left out.
func (r *reducer) standDown(c mission.StandDown) (mission.Result, error) {
	w, err := r.wave(c.Wave)
	if err != nil {
		return mission.Result{}, err
	}
	res := mission.Result{Outcome: mission.Updated}
	for _, t := range c.Told {
		a, err := r.ask(c.Wave, t.Volunteer)
		if err != nil || !a.Silent() {
			res.Left = append(res.Left, t.Volunteer)
			continue
		}
		r.standDownOne(w, a, t.Next, c.Why, mission.WaveStoodDown)
		res.Asked++
	}
	if res.Asked == 0 {
		res.Outcome = mission.Unchanged
		return res, nil
	}
	r.putCounts(w)
	return res, nil
}

// standDownOne writes that one person was told; the caller writes the wave's
// counts.
func (r *reducer) standDownOne(w *liveWave, old *mission.Ask, next mission.ID, why string, kind mission.ChangeKind) {
	a := *old
	a.Answer, a.Answered, a.Next = mission.AskStoodDown, r.meta.now, next
	r.putAsk(w, old, &a)
	if a.Delivery != mission.DeliveryFailed {
		r.countLaw(a.Channel, func(l *mission.LawCounts) { l.Waited[mission.DelayBucket(a.Answered-reached(&a))]++ })
	}
	who, _ := r.person(a.Volunteer)
	r.emitAsk(kind, w, &a, who.ordinal, why)
}

// eraseAsk takes an erased person out of a wave; its counts stay.
func (r *reducer) eraseAsk(volunteer, wave mission.ID) {
	w, err := r.wave(wave)
	must(err)
	a, err := r.ask(wave, volunteer)
	must(err)
	w.rec.counts.Count(a, -1)
	w.rec.counts.Asked++
	w.rec.counts.Erased++
	r.remove(wavesBucket, askKey(wave, volunteer), r.get(wavesBucket, askKey(wave, volunteer)))
	r.remove(peopleBucket, askedKey(volunteer, wave), nil)
	r.putCounts(w)
}
