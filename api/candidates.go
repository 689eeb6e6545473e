package api

import (
	"github.com/go-json-experiment/json/jsontext"

	"renfort/matcher"
	"renfort/mission"
	"renfort/store"
)

// reverseRoutes are those that look for people: for a crisis team, not for a
// page that everybody sees.
func reverseRoutes() []*route {
	const tag = "Reverse matching"
	return []*route{
		{method: "POST", pattern: "/v1/missions/{id}/candidates", scopes: needCandidates, class: classRecommend, reads: true, body: bodyJSON, handle: (*call).candidates,
			doc: routeDoc{tag: tag, summary: "The best volunteers for a mission, best first", body: "CandidatesRequest", answers: ok("Candidates")}},
		{method: "POST", pattern: "/v1/volunteers/count", scopes: needCandidates, class: classSearch, reads: true, body: bodyJSON, handle: (*call).countVolunteers,
			doc: routeDoc{tag: tag, summary: "How many volunteers there are, no group under 11", body: "VolunteersCountRequest", answers: ok("VolunteersCount")}},
	}
}

// needCandidates is who may look for people.
var needCandidates = []scope{scopeCrisis, scopeAdmin}

// candidatesBody is POST /v1/missions/{id}/candidates.
type candidatesBody struct {
	Limit      *int           `json:"limit"`
	RadiusKm   *float64       `json:"radius_km"`
	Filters    jsontext.Value `json:"filters"`
	Explain    bool           `json:"explain"`
	Lang       string         `json:"lang"`
	Policy     string         `json:"policy"`
	UnknownAge bool           `json:"unknown_age"`
	Askable    bool           `json:"askable"`
	Crisis     bool           `json:"crisis"`
}

// candidates answers POST /v1/missions/{id}/candidates. A full, paused or
// closed mission has candidates, for whoever plans ahead; one that is cancelled
// or over has none any more. A mission without a place, as one that is done
// wholly from home, has them everywhere, and no distance plays a part.
func (c *call) candidates() error {
	r, err := c.readCandidates()
	if err != nil {
		return err
	}
	v, err := c.mission(c.id[0])
	if err != nil {
		return err
	}
	if err := c.stillNeeds(&v); err != nil {
		return err
	}
	if err := c.late(); err != nil {
		return err
	}
	// Reasons are for people, not for thousands: they are the first to go.
	if c.busy && r.Explain {
		r.Explain, c.degraded = false, true
	}
	var found matcher.Candidates
	if err := c.s.engine.Candidates(r, &found); err != nil {
		return err
	}
	c.private()
	return c.appendCandidates(&found)
}

// stillNeeds refuses a mission for which nobody is to be found.
func (c *call) stillNeeds(v *store.MissionView) error {
	now := c.s.engine.Now().Unix()
	switch {
	case v.Seats.State == mission.StateCancelled:
		return mission.Errorf(mission.Conflict, "the mission is cancelled: nobody is to be asked for it")
	case v.Seats.Ends != 0 && v.Seats.Ends < now:
		return mission.Errorf(mission.Conflict, "the mission is over: nobody is to be asked for it")
	}
	return nil
}

// readCandidates reads the body.
func (c *call) readCandidates() (*matcher.ReverseRequest, error) {
	var b candidatesBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	r := &matcher.ReverseRequest{Mission: c.id[0], Limit: matcher.CandidatesDefault, Explain: b.Explain, French: true, UnknownAge: b.UnknownAge, Askable: b.Askable, Crisis: b.Crisis}
	if c.key.limited() {
		r.Publishers = c.key.publishers
	}
	if b.Limit != nil {
		if r.Limit = *b.Limit; r.Limit < 1 || r.Limit > matcher.CandidatesMax {
			return nil, outOf("/limit", 1, matcher.CandidatesMax)
		}
	}
	if b.RadiusKm != nil {
		if r.RadiusKm = *b.RadiusKm; !(r.RadiusKm > 0 && r.RadiusKm <= mission.RadiusKmMax) {
			return nil, faulty([]mission.FieldError{fault("/radius_km", "must be above 0 and at most %d", mission.RadiusKmMax)})
		}
	}
	switch b.Lang {
	case "", "fr":
	case "en":
		r.French = false
	default:
		return nil, invalid("/lang", "is neither fr nor en")
	}
	var err error
	if b.Policy != "" {
		if r.Policy, err = c.s.engine.Policy(b.Policy); err != nil {
			return nil, err
		}
	}
	r.Filter, err = c.volunteerFilters(b.Filters)
	return r, err
}

// volunteerFilters reads the filters of a request; nil for none. available is
// another word for availability, and may be one time instead of a list.
func (c *call) volunteerFilters(sent jsontext.Value) (*mission.VolunteerFilters, error) {
	if len(sent) == 0 || sent.Kind() == 'n' {
		return nil, nil
	}
	var b struct {
		mission.VolunteerFilters
		Available jsontext.Value `json:"available"`
	}
	if sent.Kind() != '{' {
		return nil, invalid("/filters", "is not an object")
	}
	if err := decodeAt(sent, &b, "/filters"); err != nil {
		return nil, err
	}
	f := &b.VolunteerFilters
	if len(b.Available) > 0 && b.Available.Kind() != 'n' {
		if f.Availability != nil {
			return nil, invalid("/filters/available", "is another word for availability: give one of them")
		}
		if b.Available.Kind() == '"' {
			f.Availability = []string{""}
			if err := decodeAt(b.Available, &f.Availability[0], "/filters/available"); err != nil {
				return nil, err
			}
		} else if err := decodeAt(b.Available, &f.Availability, "/filters/available"); err != nil {
			return nil, err
		}
	}
	return f, c.s.engine.Intake().VolunteerFilters(f)
}

// appendCandidates appends the answer: opaque ids and whole kilometres.
func (c *call) appendCandidates(found *matcher.Candidates) error {
	b := append(c.out, `{"candidates":[`...)
	for i := range found.Items {
		it := &found.Items[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"volunteer":`...), it.ID)
		b = appendNumber(append(b, `,"score":`...), it.Score)
		if it.Km < 0 {
			b = append(b, `,"distance_km":null`...)
		} else {
			b = appendUint(b, `,"distance_km":`, uint64(it.Km))
		}
		b = appendNumber(append(b, `,"p_accept":`...), it.Accept)
		b = appendStringOrNull(append(b, `,"channel":`...), it.Channel)
		if it.Reasons != nil {
			reasons, err := mission.Encode(it.Reasons)
			if err != nil {
				return err
			}
			b = append(append(b, `,"reasons":`...), reasons...)
		}
		b = append(b, '}')
	}
	b = appendUint(b, `],"considered":`, uint64(found.Considered))
	b = appendString(append(b, `,"policy":`...), found.Policy)
	b = appendTime(append(b, `,"at":`...), found.At)
	c.out = append(c.appendSeqTook(b, found.Seq), '}')
	return nil
}
