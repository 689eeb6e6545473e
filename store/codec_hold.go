package store

import "renfort/mission"

// holdRecord is a hold as it is stored: what the world sees, and what the
// reducer keeps beside it.
type holdRecord struct {
	mission.Hold
	due     int64 // time of its one entry in due, 0 for none; the kind follows from the state
	counted bool  // its answer, or the lack of one, is in the organisation's record
}

// blocking says whether the hold stands in the way of another by the same
// volunteer: it is live, or it was refused.
func (h *holdRecord) blocking() bool {
	return h.Live() || h.Answer == mission.AnswerRefused
}

// counts says whether the hold counts towards holds_per_volunteer.
func (h *holdRecord) counts() bool {
	return h.State == mission.Held && (h.Origin == mission.OriginHold || h.Origin == mission.OriginLink)
}

// dueKind gives what happens at h.due.
func (h *holdRecord) dueKind() dueKind {
	switch h.State {
	case mission.Held:
		return dueExpire
	case mission.Confirmed:
		return dueIgnored
	}
	return dueForget
}

// late says whether it is too late to resolve a held seat, swept or not.
func (h *holdRecord) late(now int64) bool {
	return h.State == mission.Held && now >= h.Expires
}

// appendHold writes h but its id, which is the key.
func appendHold(b []byte, h *holdRecord) []byte {
	b = append(b, recordFormat, wordNumber(holdStates, h.State), wordNumber(origins, h.Origin))
	b = appendHoldRest(b, &h.Hold)
	b = appendInt(b, h.due)
	return appendBool(b, h.counted)
}

func appendHoldRest(b []byte, h *mission.Hold) []byte {
	b = appendString(b, h.Mission)
	b = appendUint(b, uint64(h.Ordinal))
	b = appendString(b, h.Volunteer)
	b = appendStrings(b, h.Slots)
	b = appendString(b, h.Ref)
	b = appendInt(b, h.Created)
	b = appendInt(b, h.Expires)
	b = appendInt(b, h.Changed)
	b = appendUint(b, h.ChangedSeq)
	b = appendString(b, h.Why)
	b = append(b, wordNumber(answers, h.Answer))
	b = appendString(b, h.AnswerBy)
	b = appendString(b, h.AnswerWhy)
	return appendInt(b, h.AnswerAt)
}

func decodeHold(id mission.ID, b []byte) (*holdRecord, error) {
	r := open(b)
	h := &holdRecord{Hold: mission.Hold{ID: id, State: r.word(holdStates), Origin: r.word(origins)}}
	r.holdRest(&h.Hold)
	h.due = r.int()
	h.counted = r.bool()
	return h, r.failed()
}

func (r *reader) holdRest(h *mission.Hold) {
	h.Mission = r.string()
	h.Ordinal = r.ordinal()
	h.Volunteer = r.string()
	h.Slots = r.strings()
	h.Ref = r.string()
	h.Created, h.Expires, h.Changed = r.int(), r.int(), r.int()
	h.ChangedSeq = r.uint()
	h.Why = r.string()
	h.Answer = r.word(answers)
	h.AnswerBy, h.AnswerWhy = r.string(), r.string()
	h.AnswerAt = r.int()
}

func (r *reader) ordinal() mission.Ordinal {
	v := r.uint()
	if v > 1<<32-1 {
		r.broken = true
	}
	return mission.Ordinal(v)
}

// remembered is what an idempotency key answers until end.
type remembered struct {
	body   uint64
	end    int64
	result mission.Result
}

func appendRemembered(b []byte, m *remembered) []byte {
	b = append(b, recordFormat)
	b = appendUint(b, m.body)
	b = appendInt(b, m.end)
	r := &m.result
	b = appendUint(b, r.Seq)
	b = append(b, wordNumber(outcomes, string(r.Outcome)))
	b = appendUint(b, r.Version)
	b = appendPool(b, r.Occupancy)
	b = appendInt(b, int64(r.Free))
	b = appendBool(b, r.SeatsKept)
	b = appendInt(b, int64(r.Swept))
	b = appendBool(b, r.Hold != nil)
	if r.Hold != nil {
		b = appendString(b, r.Hold.ID)
		b = append(b, wordNumber(holdStates, r.Hold.State), wordNumber(origins, r.Hold.Origin))
		b = appendHoldRest(b, r.Hold)
	}
	if r.Waiting != nil { // since format 2; before, nothing followed
		b = appendPlace(b, r.Waiting)
	}
	return b
}

// appendPlace writes a place in a list as an answer has it.
func appendPlace(b []byte, w *mission.Waiting) []byte {
	b = appendUint(appendString(b, w.Mission), uint64(w.Ordinal))
	b = appendString(appendString(b, w.Volunteer), w.Slot)
	b = appendUint(appendInt(b, w.Joined), w.JoinedSeq)
	return appendInt(b, int64(w.Position))
}

func (r *reader) place() *mission.Waiting {
	return &mission.Waiting{Mission: r.string(), Ordinal: r.ordinal(), Volunteer: r.string(), Slot: r.string(),
		Joined: r.int(), JoinedSeq: r.uint(), Position: int(r.int())}
}

func decodeRemembered(b []byte) (*remembered, error) {
	r := open(b)
	m := &remembered{body: r.uint(), end: r.int()}
	m.result = mission.Result{Seq: r.uint(), Outcome: mission.Outcome(r.word(outcomes)), Version: r.uint(),
		Occupancy: r.pool(), Free: int(r.int()), SeatsKept: r.bool(), Swept: int(r.int())}
	if r.bool() {
		h := &mission.Hold{ID: r.string(), State: r.word(holdStates), Origin: r.word(origins)}
		r.holdRest(h)
		m.result.Hold = h
	}
	if !r.broken && len(r.b) > 0 {
		m.result.Waiting = r.place()
	}
	return m, r.failed()
}
