package api

import (
	"math"
	"strconv"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
	"renfort/store"
)

// signupBody is POST /v1/signups.
type signupBody struct {
	Volunteer *mission.Volunteer `json:"volunteer"`
	Recommend *recommendOptions  `json:"recommend"`
	Hold      *signupHold        `json:"hold"`
}

// signupHold asks for a seat in the first mission of the page.
type signupHold struct {
	First   bool   `json:"first"`
	TTLS    *int   `json:"ttl_s"`
	Confirm bool   `json:"confirm"`
	Ref     string `json:"ref"`
}

// signup answers POST /v1/signups: put the volunteer, recommend, and hold the
// first mission of the page if asked, in one round trip. The page is what the
// volunteer would see with their record just stored, or with the later one
// that is there.
func (c *call) signup() error {
	var b signupBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	v := b.Volunteer
	if err := c.completeVolunteer(v, ""); err != nil {
		return moved(err, "/volunteer")
	}
	c.ranking.begin()
	if err := c.signupOptions(b.Recommend); err != nil {
		return err
	}
	put, err := c.envelope(mission.PutVolunteer{Volunteer: v})
	if err != nil {
		return err
	}
	if b.Hold != nil && b.Hold.First && put.Key == "" && !c.known(v.ID) {
		done, err := c.signupAtOnce(&b, put)
		if done || err != nil {
			return err
		}
	}
	res, err := c.submitEnvelope(put)
	if err != nil {
		return err
	}
	c.ranking.request.Volunteer, c.ranking.request.Profile = v.ID, nil
	c.s.lanes.again(c.class)
	if err := c.rank(); err != nil {
		return err
	}
	if b.Hold == nil || !b.Hold.First {
		return c.signedUp(&b, res, nil)
	}
	held, err := c.holdFirst(&b, 0, holdTries)
	c.s.lanes.answer(c.class)
	if err != nil {
		return err
	}
	return c.signedUp(&b, res, &held)
}

// known says whether there is a record of the volunteer.
func (c *call) known(id mission.ID) bool {
	_, ok := c.s.engine.Snapshot().Volunteer(id)
	return ok
}

// signupAtOnce is for somebody new, whom nobody else knows anything of: the
// page is made of the record that was sent, and the record and the seat wait
// for the same commit. It is not done where somebody was faster with a record
// of that id.
func (c *call) signupAtOnce(b *signupBody, put mission.Envelope) (done bool, err error) {
	c.ranking.request.Profile = b.Volunteer
	if err := c.rank(); err != nil {
		return false, err
	}
	hold, at, ok, err := c.nextHold(b, 0, true)
	if err != nil || !ok {
		return false, err
	}
	results, errs, err := c.submitAll(put, hold)
	c.s.lanes.answer(c.class)
	if err != nil {
		return false, err
	}
	stored := errs[0] == nil && results[0].Outcome != mission.Older
	if !stored && errs[1] == nil {
		// What fails expires by itself.
		_, _ = c.submitEnvelope(mission.Envelope{Command: mission.ReleaseSeat{Hold: results[1].Hold.ID}})
	}
	if !stored {
		return false, errs[0]
	}
	if goesOn(errs[1]) {
		results[1], errs[1] = c.holdFirst(b, at, holdTries) // the same mission may have a seat in another slot
	}
	if errs[1] != nil && mission.KindOf(errs[1]) != mission.TooManyHolds {
		return false, errs[1]
	}
	c.ranking.request.Volunteer = b.Volunteer.ID // who was shown the page
	return true, c.signedUp(b, results[0], &results[1])
}

// check refuses a signup before anything of it is done: the volunteer must
// not be stored where the seat was asked for wrongly.
func (b *signupBody) check() error {
	if b.Volunteer == nil {
		return invalid("/volunteer", "is required")
	}
	if b.Hold == nil {
		return nil
	}
	fields := checkSeconds(b.Hold.TTLS)
	for i := range fields {
		fields[i].Pointer = "/hold" + fields[i].Pointer
	}
	return faulty(checkFree(fields, "/hold/ref", b.Hold.Ref))
}

// signupOptions reads what the page is asked for, before anything is stored.
func (c *call) signupOptions(o *recommendOptions) (err error) {
	r := &c.ranking
	if r.request.Policy, err = c.s.engine.Policy(""); err != nil {
		return err
	}
	if o == nil {
		return r.limits(c.key)
	}
	return moved(r.options(c.s, c.key, o), "/recommend")
}

// signedUp writes the answer; h is the result of the hold, nil where none was
// asked for.
func (c *call) signedUp(b *signupBody, res mission.Result, h *mission.Result) error {
	seq, held := res.Seq, []byte(nil)
	if h != nil {
		held = []byte("null")
		if h.Hold != nil {
			seq, held = h.Seq, appendHoldResult(nil, *h)
		}
	}
	c.wrote(statusOf(res.Outcome), seq)
	c.private()
	c.out = appendString(append(c.out, `{"volunteer":`...), b.Volunteer.ID)
	if res.Outcome == mission.Older {
		c.out = append(c.out, `,"ignored":"older"`...)
	}
	c.out = c.ranking.appendPage(append(c.out, ','), c)
	if held != nil {
		c.out = append(append(c.out, `,"hold":`...), held...)
	}
	c.out = append(c.appendOutlook(append(c.out, `,"outlook":`...), b, h), '}')
	return nil
}

// appendOutlook appends the chance that the person gets a seat of the page
// within 24 hours, and their best position in a waiting list, null where they
// wait nowhere or the key does not see where.
func (c *call) appendOutlook(b []byte, body *signupBody, h *mission.Result) []byte {
	held := h != nil && h.Hold != nil
	snapshot := c.s.engine.Snapshot()
	p := matcher.Outlook(snapshot, &c.ranking.page, held, held && h.Hold.State == mission.Confirmed)
	b = appendNumber(append(b, `{"p_seat_24h":`...), math.Round(p*1000)/1000)
	b = append(b, `,"waiting_rank":`...)
	rank := c.waitingRank(snapshot, body.Volunteer.ID, held)
	if rank == 0 {
		return append(b, `null}`...)
	}
	return append(strconv.AppendInt(b, int64(rank), 10), '}')
}

// waitingRank gives the best place that somebody has in a waiting list, 0 for
// none. Of nearly everybody who signs up the index knows that there is none: they
// are in no mission, or in the one that they have just got.
func (c *call) waitingRank(snapshot *index.Snapshot, id mission.ID, held bool) (rank int) {
	if in := len(snapshot.Past(nil, id)); in == 0 || in == 1 && held {
		return 0
	}
	places, err := c.s.engine.Store().WaitingOf(id)
	if err != nil {
		return 0
	}
	seen := map[mission.ID]bool{}
	for i := range places {
		if w := &places[i]; (rank == 0 || w.Position < rank) && c.seesMission(seen, w.Mission) {
			rank = w.Position
		}
	}
	return rank
}

// holdTries is how many missions of the page with a seat are tried: between
// the look and the hold it may have gone.
const holdTries = 3

// holdFirst gives the hold of the first mission from place at of the page that
// grants one; a Result without a hold where none of so many tries did. A page
// is a view of a moment; in a surge its first mission is everybody's first.
func (c *call) holdFirst(b *signupBody, at, tries int) (mission.Result, error) {
	for ; tries > 0; tries-- {
		env, i, ok, err := c.nextHold(b, at, false)
		if err != nil || !ok {
			return mission.Result{}, err
		}
		res, err := c.submitEnvelope(env)
		if mission.KindOf(err) == mission.TooManyHolds {
			return mission.Result{}, nil // the next would be refused as well
		}
		if !goesOn(err) {
			return res, err
		}
		at = i + 1
	}
	return mission.Result{}, nil
}

// goesOn says whether the next mission of the page may do where one was
// refused so.
func goesOn(err error) bool {
	switch mission.KindOf(err) {
	case mission.Full, mission.NotEligible, mission.BookElsewhere, mission.Invalid, mission.NotFound:
		return true
	}
	return false
}

// nextHold gives the command for a seat of the first mission from place at of
// the page that seems to have one, and the mission's place. lately: what was taken
// a moment ago need not be known.
func (c *call) nextHold(b *signupBody, at int, lately bool) (env mission.Envelope, place int, ok bool, err error) {
	for ; at < len(c.ranking.page.Items); at++ {
		id := c.ranking.page.Items[at].ID
		slots, ok := c.seatFor(id, b.Volunteer.Days(), lately)
		if !ok {
			continue
		}
		env, err := c.envelope(c.holdCommand(id, &holdBody{Volunteer: b.Volunteer.ID, Slots: slots, TTLS: b.Hold.TTLS, Confirm: b.Hold.Confirm, Ref: b.Hold.Ref}))
		if env.Key != "" {
			// Whatever the page is at a repeat, the seat is the first one's.
			env.Key = c.scoped([]byte(env.Key + "hold"))
		}
		return env, at, err == nil, err
	}
	return mission.Envelope{}, at, false, nil
}

// seatFor says whether a mission has a seat that is taken here, and names the
// slot where one must be named: the first with a seat at a time that suits,
// else the first with a seat. Where there is none by what was known a moment ago
// there may be one now.
func (c *call) seatFor(id mission.ID, days mission.DayMask, lately bool) (slots []string, ok bool) {
	if lately {
		view, err := c.s.engine.Store().MissionLately(id)
		if slots, ok = c.slotFor(&view, err, days); ok {
			return slots, ok
		}
	}
	view, err := c.s.engine.Store().Mission(id)
	return c.slotFor(&view, err, days)
}

func (c *call) slotFor(view *store.MissionView, err error, days mission.DayMask) (slots []string, ok bool) {
	if err != nil || view.Seats.Booking == mission.BookingElsewhere {
		return nil, false
	}
	s, now := &view.Seats, c.s.engine.Now().Unix()
	for _, slot := range s.Slots {
		if s.Pools[slot.Pool].Free() == 0 || slot.Ends != 0 && slot.Ends < now {
			continue
		}
		if slot.ID == "" {
			return nil, true
		}
		if suits := days == 0 || slot.Days == 0 || days&slot.Days != 0; suits || slots == nil {
			slots = []string{slot.ID}
			if suits {
				break
			}
		}
	}
	return slots, slots != nil
}
