package api

import (
	"errors"
	"io"
	"slices"

	"renfort/mission"
	"renfort/store"
)

const (
	pathReconcile = "/v1/reconcile/"
	// reconcileFactor is how much memory a body's ids may take: they are kept,
	// and found by a table.
	reconcileFactor = 2
)

// reconcileRoutes tell a platform with a database of its own where the two
// differ.
func reconcileRoutes() []*route {
	const tail = ": those that are not here, those that are only here, and those that are behind here"
	against := func(kind, line string, handle func(*call) error) *route {
		return &route{method: "POST", pattern: pathReconcile + kind, scopes: needWrite, class: classBulk, body: bodyLines, query: []string{"publisher"}, handle: handle,
			doc: routeDoc{tag: "Reconciliation", summary: "Hold a platform's " + kind + " against those here" + tail, body: line, answers: ok("Reconciled")}}
	}
	return []*route{
		against("missions", "ReconcileLine", (*call).reconcileMissions),
		against("volunteers", "ReconcileLine", (*call).reconcileVolunteers),
		against("seats", "ReconcileSeatLine", (*call).reconcileSeats),
	}
}

// reconcileLine is one record that the platform has.
type reconcileLine struct {
	ID       string `json:"id"`
	Ref      string `json:"ref"`   // of a seat, in place of its id
	State    string `json:"state"` // of a seat; "" for one that is taken
	Revision int64  `json:"revision"`
}

// check refuses a line that names nothing, or not what is reconciled.
func (l *reconcileLine) check(seats bool) error {
	switch {
	case !seats && (l.Ref != "" || l.State != ""):
		return invalid("", "has ref or state, which only seats have")
	case (l.ID == "") == (l.Ref == "") && seats:
		return invalid("", "needs either id or ref")
	case l.State != "" && !slices.Contains(holdStates, l.State):
		return invalid("/state", "is not one of "+joinWords(holdStates))
	case l.Revision < 0 || l.Revision > mission.RevisionMax:
		return faulty([]mission.FieldError{fault("/revision", "is %d; it must be from 0 to %d", l.Revision, int64(mission.RevisionMax))})
	case l.Ref != "":
		if fields := checkFree(nil, "/ref", l.Ref); fields != nil {
			return faulty(fields)
		}
		return nil
	}
	return mission.CheckID("/id", l.ID)
}

// reconciliation is one comparison: what was sent, and who may see what.
type reconciliation struct {
	s       *Service
	key     *grant
	only    []string // publishers whose records may be extra, empty for all
	sent    sentIDs
	lines   int
	seq     uint64 // that the comparison began at
	here    int
	seats   bool
	holders map[mission.ID]string // publishers of missions, those not there ""
}

// reconcile reads what was sent, whole: what is extra is known only then. A
// line that cannot be read refuses the request, because without it the rest
// would not be true; its number, from 1, begins the pointer.
func (c *call) reconcile(seats bool, walk func(r *reconciliation, p *parts) error) error {
	only, err := c.publishersFor(splitList(c.value("publisher")))
	if err != nil {
		return err
	}
	lines, err := c.lines(mission.BulkBytesMax)
	if err != nil {
		return err
	}
	reserved := int64(lines.length)
	if lines.length < 0 {
		reserved = mission.BulkBytesMax
	}
	reserved *= reconcileFactor
	if held := c.s.digesting.Add(reserved); held > digestBytesMax {
		c.s.digesting.Add(-reserved)
		return mission.Errorf(mission.Overloaded, "requests hold %d bytes; at most %d", held, digestBytesMax)
	}
	r := &reconciliation{s: c.s, key: c.key, only: only, seq: c.s.engine.Seq(), seats: seats, holders: map[mission.ID]string{}}
	if err := r.read(c, lines); err != nil {
		c.s.digesting.Add(-reserved)
		return err
	}
	c.private()
	c.answerInParts(typeJSON, func(p *parts) error {
		defer r.s.digesting.Add(-reserved)
		return r.answer(p, walk)
	})
	return nil
}

// read takes in all lines.
func (r *reconciliation) read(c *call, lines *lines) error {
	for {
		text, err := lines.next()
		if err == io.EOF {
			c.read = true
			return nil
		}
		if errors.Is(err, errLongLine) {
			err = tooLarge(mission.BodyBytesMax)
		}
		var l reconcileLine
		if err == nil {
			err = decodeObject(text, &l)
		}
		if err == nil {
			err = l.check(r.seats)
		}
		if err == nil && lines.number%bulkLinesMax == 0 {
			err = c.late()
		}
		if e := mission.AsError(err); e != nil && e.Kind == mission.Invalid {
			return moved(err, indexPointer(lines.number))
		}
		if err != nil {
			return err
		}
		r.lines++
		r.sent.add(&l)
	}
}

// answer writes the three lists: what is extra as it is met, the others when
// all is known.
func (r *reconciliation) answer(p *parts, walk func(r *reconciliation, p *parts) error) error {
	p.b = append(p.b, `{"extra":[`...)
	if err := walk(r, p); err != nil {
		return err
	}
	for _, list := range []struct {
		name string
		has  func(e *sentID) bool
	}{{"missing", func(e *sentID) bool { return !e.seen }}, {"older", func(e *sentID) bool { return e.seen && !e.fits }}} {
		p.b = append(appendString(append(p.b, `],`...), list.name), `:[`...)
		if err := r.list(p, list.has); err != nil {
			return err
		}
	}
	p.b = appendUint(append(p.b, ']'), `,"received":`, uint64(r.lines))
	p.b = appendUint(p.b, `,"here":`, uint64(r.here))
	p.b = append(appendUint(p.b, `,"seq":`, r.seq), '}')
	return p.flush()
}

// list writes the ids of what was sent that a condition holds of, as they were
// sent.
func (r *reconciliation) list(p *parts, has func(e *sentID) bool) error {
	first := true
	for i := range r.sent.entries {
		e := &r.sent.entries[i]
		if !has(e) {
			continue
		}
		if !first {
			p.b = append(p.b, ',')
		}
		first = false
		p.b = appendString(p.b, r.sent.name(e))
		if err := p.full(); err != nil {
			return err
		}
	}
	return nil
}

// extra writes one id that was not sent.
func (r *reconciliation) extra(p *parts, id mission.ID, first *bool) error {
	if !*first {
		p.b = append(p.b, ',')
	}
	*first = false
	p.b = appendString(p.b, id)
	return p.full()
}

// meets notes a record that is here; it says whether it was sent.
func (r *reconciliation) meets(kind byte, name string, fits func(e *sentID) bool) bool {
	e := r.sent.find(kind, name)
	if e == nil {
		return false
	}
	e.seen = true
	e.fits = e.fits || fits(e)
	return true
}

// counts says whether a publisher's records may be extra.
func (r *reconciliation) counts(publisher string) bool {
	return len(r.only) == 0 || slices.Contains(r.only, publisher)
}

// reconcileMissions answers POST /v1/reconcile/missions.
func (c *call) reconcileMissions() error {
	return c.reconcile(false, func(r *reconciliation, p *parts) error {
		first := true
		return walkAll(func(cursor string) (string, error) {
			page, next, err := r.s.engine.Store().WalkMissions(cursor, mission.WalkMax, store.MissionFilter{Publishers: r.visible()})
			for i := range page {
				if err := r.record(p, page[i].ID, page[i].Publisher, page[i].Revision, &first); err != nil {
					return "", err
				}
			}
			return next, err
		})
	})
}

// reconcileVolunteers answers POST /v1/reconcile/volunteers.
func (c *call) reconcileVolunteers() error {
	return c.reconcile(false, func(r *reconciliation, p *parts) error {
		first := true
		return walkAll(func(cursor string) (string, error) {
			page, next, err := r.s.engine.Store().WalkVolunteers(cursor, mission.WalkMax)
			for i := range page {
				if !r.key.sees(page[i].Publisher) {
					continue
				}
				if err := r.record(p, page[i].ID, page[i].Publisher, page[i].Revision, &first); err != nil {
					return "", err
				}
			}
			return next, err
		})
	})
}

// visible gives the publishers that the key sees, nil for all.
func (r *reconciliation) visible() []string {
	if r.key.limited() {
		return r.key.publishers
	}
	return nil
}

// record compares one mission or volunteer that is here.
func (r *reconciliation) record(p *parts, id mission.ID, publisher string, revision int64, first *bool) error {
	r.here++
	if r.meets(byID, id, func(e *sentID) bool { return revision >= e.revision }) || !r.counts(publisher) {
		return nil
	}
	return r.extra(p, id, first)
}

// walkAll calls page until there is no next one.
func walkAll(page func(cursor string) (next string, err error)) error {
	cursor := ""
	for {
		next, err := page(cursor)
		if err != nil || next == "" {
			return err
		}
		cursor = next
	}
}

// reconcileSeats answers POST /v1/reconcile/seats. A seat is known by its hold
// or by the platform's ref, which several holds may have, one after the other:
// one of them that is as was sent is enough. What was sent without a state is
// taken on the platform's side; here it must be held or confirmed. Only seats
// that are taken are extra.
func (c *call) reconcileSeats() error {
	return c.reconcile(true, func(r *reconciliation, p *parts) error {
		first := true
		return walkAll(func(cursor string) (string, error) {
			page, next, err := r.s.engine.Store().Holds(store.HoldFilter{Cursor: cursor, Limit: mission.WalkMax})
			for i := range page {
				if err := r.seat(p, &page[i], &first); err != nil {
					return "", err
				}
			}
			return next, err
		})
	})
}

// seat compares one hold that is here.
func (r *reconciliation) seat(p *parts, h *mission.Hold, first *bool) error {
	publisher, known := r.publisherOf(h.Mission)
	if r.key.limited() && (!known || !r.key.sees(publisher)) {
		return nil
	}
	taken := h.State == mission.Held || h.State == mission.Confirmed
	if taken {
		r.here++
	}
	fits := func(e *sentID) bool {
		return (e.state == "" && taken || e.state == h.State) && int64(h.ChangedSeq) >= e.revision
	}
	sent := r.meets(byID, h.ID, fits)
	if h.Ref != "" {
		sent = r.meets(byRef, h.Ref, fits) || sent
	}
	if sent || !taken || !r.counts(publisher) {
		return nil
	}
	return r.extra(p, h.ID, first)
}

// publisherOf gives a mission's publisher; known is false for a mission that is
// gone.
func (r *reconciliation) publisherOf(id mission.ID) (publisher string, known bool) {
	if !r.key.limited() && len(r.only) == 0 {
		return "", true // nobody asks
	}
	publisher, met := r.holders[id]
	if !met {
		if v, err := r.s.engine.Store().Mission(id); err == nil {
			publisher = v.Publisher
		}
		r.holders[id] = publisher
	}
	return publisher, publisher != ""
}
