package api

import (
	"slices"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// holdBody is POST /v1/missions/{id}/holds.
type holdBody struct {
	Volunteer mission.ID `json:"volunteer"`
	Slots     []string   `json:"slots"`
	TTLS      *int       `json:"ttl_s"`
	Confirm   bool       `json:"confirm"`
	Ref       string     `json:"ref"`
	Origin    string     `json:"origin"`
}

// check lists what is wrong with the body alone.
func (b *holdBody) check() error {
	var fields []mission.FieldError
	fields = append(fields, checkPerson("/volunteer", b.Volunteer)...)
	fields = append(fields, checkSlots(b.Slots)...)
	fields = append(fields, checkSeconds(b.TTLS)...)
	if b.Origin != "" && b.Origin != mission.OriginHold && b.Origin != mission.OriginLink {
		fields = append(fields, mission.FieldError{Pointer: "/origin", Detail: "is not one of hold, link"})
	}
	return faulty(checkFree(fields, "/ref", b.Ref))
}

// faulty gives nil, or an error that lists what is wrong.
func faulty(fields []mission.FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	return &mission.Error{Kind: mission.Invalid, Detail: "the request is not valid", Fields: fields[:min(len(fields), mission.FaultsMax)]}
}

// checkPerson refuses what cannot name a volunteer, or looks like the name,
// mail address or number of one.
func checkPerson(pointer string, id mission.ID) []mission.FieldError {
	v := mission.Volunteer{ID: id}
	e := mission.AsError(v.Validate(mission.BirthYearMin, false))
	if e == nil {
		return nil
	}
	return []mission.FieldError{{Pointer: pointer, Detail: e.Fields[0].Detail}}
}

// checkSlots refuses too many slots, ids that cannot be, and one given twice.
func checkSlots(slots []string) (fields []mission.FieldError) {
	if len(slots) > mission.SlotsMax {
		return append(fields, entries("/slots", 0, mission.SlotsMax))
	}
	for i, s := range slots {
		pointer := "/slots" + indexPointer(i)
		if e := mission.AsError(mission.CheckID(pointer, s)); e != nil {
			fields = append(fields, e.Fields...)
		} else if slices.Contains(slots[:i], s) {
			fields = append(fields, mission.FieldError{Pointer: pointer, Detail: "is given twice"})
		}
	}
	return fields
}

// checkSeconds refuses a hold shorter or longer than a hold may be. It is
// never clamped: a form that counts down from another number than the seat
// would lose it.
func checkSeconds(ttl *int) []mission.FieldError {
	if ttl == nil || *ttl >= mission.HoldSecondsMin && *ttl <= mission.HoldSecondsMax {
		return nil
	}
	return []mission.FieldError{fault("/ttl_s", "must be from %d to %d seconds", mission.HoldSecondsMin, mission.HoldSecondsMax)}
}

// hold answers POST /v1/missions/{id}/holds. A repeat answers the hold that
// there is. What the volunteer may not have is refused by the reducer; a full
// mission's refusal says where else there is a seat.
func (c *call) hold() error {
	var b holdBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	if err := c.seen(c.id[0]); err != nil {
		return err
	}
	env, err := c.envelope(c.holdCommand(c.id[0], &b))
	if err != nil {
		return err
	}
	res, err := c.submitEnvelope(env)
	c.s.lanes.answer(c.class)
	if err != nil {
		return c.withAlternatives(err, c.id[0], b.Volunteer)
	}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.private()
	c.out = appendHoldResult(c.out, res)
	return nil
}

// holdCommand makes the command; its id is chance, and so comes from here.
func (c *call) holdCommand(id mission.ID, b *holdBody) mission.HoldSeat {
	seconds := 0
	if b.TTLS != nil {
		seconds = *b.TTLS
	}
	return mission.HoldSeat{Hold: c.s.engine.NewID("h-"), Mission: id, Volunteer: b.Volunteer, Slots: b.Slots,
		Seconds: seconds, Confirm: b.Confirm, Ref: b.Ref, Origin: b.Origin}
}

// withAlternatives adds to the refusal of a full mission, and of a hold that
// came too late, what has a seat.
func (c *call) withAlternatives(err error, id, volunteer mission.ID) error {
	if k := mission.KindOf(err); k != mission.Full && k != mission.HoldExpired {
		return err
	}
	p := &problem{err: mission.AsError(err), alternatives: []byte("[]")}
	if c.busy {
		return p
	}
	r := &c.ranking
	r.begin()
	// The refusal stands whether or not something else was found.
	if c.s.engine.Alternatives(id, volunteer, &r.page) == nil && c.onlySeen(&r.page) == nil {
		c.aside = r.appendItems(c.aside[:0])
		p.alternatives = c.aside
	}
	return p
}

// appendHoldResult appends what every route about one hold answers.
func appendHoldResult(b []byte, res mission.Result) []byte {
	b = append(b, '{')
	if res.Hold != nil {
		b = append(appendHoldFields(b, res.Hold), ',')
	}
	b = append(b, `"occupancy":`...)
	b = mission.Occupancy{Pool: res.Occupancy, FreeSeats: res.Free}.AppendJSON(b)
	return append(appendUint(b, `,"seq":`, res.Seq), '}')
}

// appendHoldFields appends the members of a hold, without braces. Once
// confirmed or released it has no end that anybody waits for, and expires_at
// is null.
func appendHoldFields(b []byte, h *mission.Hold) []byte {
	b = appendString(append(b, `"hold":`...), h.ID)
	b = appendString(append(b, `,"state":`...), h.State)
	b = appendString(append(b, `,"mission":`...), h.Mission)
	slots := h.Slots
	if len(slots) == 1 && slots[0] == "" {
		slots = nil // the one slot of a mission without slots
	}
	b = appendStrings(append(b, `,"slots":`...), slots)
	b = appendStringOrNull(append(b, `,"volunteer":`...), h.Volunteer)
	b = appendStringOrNull(append(b, `,"ref":`...), h.Ref)
	b = appendStringOrNull(append(b, `,"origin":`...), h.Origin)
	b = appendTime(append(b, `,"created_at":`...), h.Created)
	b = append(b, `,"expires_at":`...)
	if h.State == mission.Held || h.State == mission.Expired {
		b = appendTime(b, h.Expires)
	} else {
		b = append(b, "null"...)
	}
	b = appendTime(append(b, `,"changed_at":`...), h.Changed)
	if h.Why != "" {
		b = appendString(append(b, `,"why":`...), h.Why)
	}
	if h.Answer != "" {
		b = appendString(append(b, `,"answer":`...), h.Answer)
		b = appendStringOrNull(append(b, `,"answer_by":`...), h.AnswerBy)
		b = appendStringOrNull(append(b, `,"answer_why":`...), h.AnswerWhy)
		b = appendTime(append(b, `,"answer_at":`...), h.AnswerAt)
	}
	return b
}

// seenHold refuses a hold on a mission that the key does not see.
func (c *call) seenHold(id mission.ID) error {
	if !c.key.limited() {
		return nil
	}
	h, _, err := c.s.engine.Store().Hold(id)
	if err != nil {
		return err
	}
	if _, err := c.mission(h.Mission); err != nil {
		return mission.Errorf(mission.NotFound, "there is no hold %q", id)
	}
	return nil
}

// onHold submits a command about the hold of the path and answers with it.
func (c *call) onHold(command mission.Command) error {
	if err := c.seenHold(c.id[0]); err != nil {
		return err
	}
	res, err := c.submit(command)
	if late := mission.AsError(err); late != nil && late.Hold != nil {
		return c.withAlternatives(err, late.Hold.Mission, late.Hold.Volunteer)
	}
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusOK, res.Seq)
	c.private()
	c.out = appendHoldResult(c.out, res)
	return nil
}

// maybe decodes a body that may be left out.
func (c *call) maybe(v any) error {
	if len(c.body) == 0 {
		return nil
	}
	return c.decode(v)
}

// confirm answers POST /v1/holds/{hold}/confirm. The body may be left out.
// Late is 410, and the platform rolls back.
func (c *call) confirm() error {
	var b struct {
		Ref string `json:"ref"`
	}
	if err := c.maybe(&b); err != nil {
		return err
	}
	if err := faulty(checkFree(nil, "/ref", b.Ref)); err != nil {
		return err
	}
	return c.onHold(mission.ConfirmSeat{Hold: c.id[0], Ref: b.Ref})
}

// release answers POST /v1/holds/{hold}/release. Giving a confirmed seat back
// is a release too.
func (c *call) release() error {
	var b struct {
		Why string `json:"why"`
	}
	if err := c.maybe(&b); err != nil {
		return err
	}
	if err := faulty(checkFree(nil, "/why", b.Why)); err != nil {
		return err
	}
	return c.onHold(mission.ReleaseSeat{Hold: c.id[0], Why: b.Why})
}

// extend answers POST /v1/holds/{hold}/extend; without a body the hold lasts
// as long again as the policy's holds do.
func (c *call) extend() error {
	var b struct {
		TTLS *int `json:"ttl_s"`
	}
	if err := c.maybe(&b); err != nil {
		return err
	}
	if err := faulty(checkSeconds(b.TTLS)); err != nil {
		return err
	}
	seconds := 0
	if b.TTLS != nil {
		seconds = *b.TTLS
	} else if p, err := c.s.engine.Policy(""); err == nil {
		seconds = p.Seats.HoldS
	}
	return c.onHold(mission.ExtendSeat{Hold: c.id[0], Seconds: seconds})
}

// answers are the words that POST /v1/holds/{hold}/answer takes.
var answers = []string{mission.AnswerInProgress, mission.AnswerAccepted, mission.AnswerRefused, mission.AnswerWithdrawn,
	mission.AnswerAttended, mission.AnswerAbsent}

// answer answers POST /v1/holds/{hold}/answer. refused and withdrawn free the
// seat; only a refusal keeps the person from coming back.
func (c *call) answer() error {
	var b struct {
		Answer string         `json:"answer"`
		By     string         `json:"by"`
		Why    string         `json:"why"`
		At     mission.Moment `json:"at"`
	}
	if err := c.decode(&b); err != nil {
		return err
	}
	fields := checkFree(checkFree(nil, "/by", b.By), "/why", b.Why)
	if !slices.Contains(answers, b.Answer) {
		fields = append(fields, mission.FieldError{Pointer: "/answer", Detail: "is not one of " + joinWords(answers)})
	}
	at, err := c.instant("/at", b.At)
	if err != nil {
		return err
	}
	if err := faulty(fields); err != nil {
		return err
	}
	return c.onHold(mission.AnswerSeat{Hold: c.id[0], Answer: b.Answer, By: b.By, Why: b.Why, At: at})
}

// instant reads a time as Unix seconds, a bare date as its first instant at
// Paris; 0 for none.
func (c *call) instant(pointer string, m mission.Moment) (int64, error) {
	t, err := m.First(c.s.engine.Zones().Location("Europe/Paris"))
	if err != nil {
		return 0, invalid(pointer, err.Error())
	}
	if t.IsZero() {
		return 0, nil
	}
	return t.Unix(), nil
}

// getHold answers GET /v1/holds/{hold}. It is found for thirty days after it
// ended.
func (c *call) getHold() error {
	if err := c.seenHold(c.id[0]); err != nil {
		return err
	}
	h, occupancy, err := c.s.engine.Store().Hold(c.id[0])
	if err != nil {
		return err
	}
	c.private()
	c.out = appendHoldFields(append(c.out, '{'), &h)
	c.out = occupancy.AppendJSON(append(c.out, `,"occupancy":`...))
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}
