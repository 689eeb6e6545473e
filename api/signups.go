package api

import "renfort/mission"

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
	r := &c.ranking
	r.begin()
	r.request.Volunteer = v.ID
	if err := c.signupOptions(b.Recommend); err != nil {
		return err
	}
	res, err := c.submit(mission.PutVolunteer{Volunteer: v})
	if err != nil {
		return err
	}
	if err := c.rank(); err != nil {
		return err
	}
	return c.signedUp(&b, res)
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

// signedUp holds the first mission that can be held and writes the answer.
func (c *call) signedUp(b *signupBody, res mission.Result) error {
	seq, held := res.Seq, []byte(nil)
	if b.Hold != nil && b.Hold.First {
		h, err := c.holdFirst(b)
		if err != nil {
			return err
		}
		held = []byte("null")
		if h.Hold != nil {
			seq, held = h.Seq, appendHoldResult(nil, h)
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
	c.out = append(c.out, `,"outlook":null}`...)
	return nil
}

// holdTries is how many missions of the page with a seat are tried: between
// the look and the hold it may have gone.
const holdTries = 3

// holdFirst gives the hold of the first mission that grants one; a Result
// without a hold where none did. A page is a view of a moment; in a surge its
// first mission is everybody's first.
func (c *call) holdFirst(b *signupBody) (mission.Result, error) {
	tries := 0
	for i := range c.ranking.page.Items {
		id := c.ranking.page.Items[i].ID
		slots, ok := c.seatFor(id, b.Volunteer.Days())
		if !ok {
			continue
		}
		if tries++; tries > holdTries {
			break
		}
		env, err := c.envelope(c.holdCommand(id, &holdBody{Volunteer: b.Volunteer.ID, Slots: slots, TTLS: b.Hold.TTLS, Confirm: b.Hold.Confirm, Ref: b.Hold.Ref}))
		if err != nil {
			return mission.Result{}, err
		}
		if env.Key != "" {
			// Whatever the page is at a repeat, the seat is the first one's.
			env.Key = c.scoped([]byte(env.Key + "hold"))
		}
		res, err := c.submitEnvelope(env)
		switch mission.KindOf(err) {
		case mission.Full, mission.NotEligible, mission.BookElsewhere, mission.Invalid, mission.NotFound:
			continue // the next of the page may do
		case mission.TooManyHolds:
			return mission.Result{}, nil // so may none
		}
		return res, err
	}
	return mission.Result{}, nil
}

// seatFor says whether a mission has a seat that is taken here, and names the
// slot where one must be named: the first with a seat at a time that suits,
// else the first with a seat.
func (c *call) seatFor(id mission.ID, days mission.DayMask) (slots []string, ok bool) {
	view, err := c.s.engine.Store().Mission(id)
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

// unsupported answers routes of the contract that are still to come.
func (c *call) unsupported() error {
	return mission.Errorf(mission.Unsupported, "waiting lists are not there yet")
}
