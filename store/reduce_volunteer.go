package store

import (
	"bytes"

	"renfort/mission"
)

func (r *reducer) putVolunteer(c mission.PutVolunteer, json []byte) (mission.Result, error) {
	v := c.Volunteer
	who, known := r.person(v.ID)
	old := &volunteerRecord{}
	var raw []byte
	if known {
		raw = r.get(volunteersBucket, ordinalKey(who.ordinal))
		var err error
		old, err = decodeVolunteer(raw)
		must(err)
	} else {
		old.revision = r.buried(tombVolunteer, v.ID)
	}
	switch err := expect(c.IfVersion, old.version); {
	case err != nil:
		return mission.Result{}, err
	case older(v.Revision, old.revision):
		return mission.Result{Outcome: mission.Older, Version: old.version}, nil
	case known && bytes.Equal(old.json, json):
		return mission.Result{Outcome: mission.Unchanged, Version: old.version}, nil
	}
	out := mission.Updated
	if !known {
		out = mission.Created
		who.ordinal = mission.Ordinal(r.meta.nextVolunteer)
		r.meta.nextVolunteer++
		r.unbury(tombVolunteer, v.ID)
	}
	rec := &volunteerRecord{version: r.seq(), revision: max(v.Revision, old.revision), id: v.ID, publisher: v.Publisher, json: json}
	r.put(volunteersBucket, ordinalKey(who.ordinal), raw, r.keep(appendVolunteer(r.room(len(json)+256), rec)))
	r.put(peopleBucket, []byte(v.ID), nil, r.keep(appendPerson(r.room(32), personOf(who.ordinal, v))))
	if known {
		r.consented(v)
	}
	r.emit(mission.Change{Kind: mission.VolunteerPut, VolunteerID: v.ID, VolunteerOrdinal: who.ordinal, Volunteer: v})
	return mission.Result{Outcome: out, Version: rec.version}, nil
}

// eraseVolunteer removes a person: the record, the live seats, the places in
// waiting lists, the name in past seats, feedback, and what idempotency keys answer about them. The log
// names their record and past holds by id until it is trimmed, within a day.
func (r *reducer) eraseVolunteer(c mission.EraseVolunteer) (mission.Result, error) {
	who, known := r.person(c.ID)
	traces := r.traces(c.ID)
	if !known && len(traces) == 0 {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no volunteer %q", c.ID)
	}
	for _, key := range traces {
		r.eraseTrace(c.ID, key)
	}
	publisher := ""
	if known {
		raw := r.get(volunteersBucket, ordinalKey(who.ordinal))
		rec, err := decodeVolunteer(raw)
		must(err)
		r.remove(volunteersBucket, ordinalKey(who.ordinal), raw)
		r.remove(peopleBucket, []byte(c.ID), nil)
		r.bury(tombVolunteer, c.ID, rec.revision)
		publisher = rec.publisher
	}
	r.emit(mission.Change{Kind: mission.VolunteerErased, VolunteerID: c.ID, VolunteerOrdinal: who.ordinal, VolunteerPublisher: publisher})
	return mission.Result{Outcome: mission.Deleted, Version: r.seq()}, nil
}

// traces gives the keys of all that is stored below a person.
func (r *reducer) traces(id mission.ID) (keys [][]byte) {
	r.under(peopleBucket, append([]byte(id), 0), func(key, _ []byte) bool {
		keys = append(keys, bytes.Clone(key))
		return true
	})
	return keys
}

func (r *reducer) eraseTrace(id mission.ID, key []byte) {
	rest := key[len(id)+1:]
	switch rest[0] {
	case personFeedback:
		r.dropFeedback(key)
	case personKey:
		r.dropKey([16]byte(rest[1:]))
	case personHold:
		r.eraseHold(string(rest[2:]))
	case personWaiting:
		r.eraseWaiting(rest[1:])
	case personAsks:
		r.dropAsks(id)
	case personAsked:
		r.eraseAsk(id, string(rest[1:]))
	case personAlert:
		r.dropAlert(string(rest[1:]))
	}
}

// eraseHold takes the name out of a hold, and releases the seat unless it is
// one that is over: that stays, as a count.
func (r *reducer) eraseHold(id mission.ID) {
	h, raw := r.hold(id)
	if h.Live() && !r.over(h) {
		r.giveBack(h, raw, mission.Released, "erased", mission.SeatReleased)
		h, raw = r.hold(id)
	}
	nameless := *h
	nameless.Volunteer, nameless.Ref, nameless.Why, nameless.AnswerBy, nameless.AnswerWhy = "", "", "", "", ""
	r.putHold(h, raw, &nameless)
}

// over says whether a confirmed seat is of the past: it was attended or not,
// or its slots or its mission have ended.
func (r *reducer) over(h *holdRecord) bool {
	if h.State != mission.Confirmed {
		return false
	}
	if h.Answer == mission.AnswerAttended || h.Answer == mission.AnswerAbsent {
		return true
	}
	s, now := r.seatsOf(h.Ordinal), r.meta.now
	if s.Ends != 0 && s.Ends < now {
		return true
	}
	for _, id := range h.Slots {
		if t, ok := slotOf(s, id); !ok || t.Ends == 0 || t.Ends > now {
			return false
		}
	}
	return len(h.Slots) > 0
}
