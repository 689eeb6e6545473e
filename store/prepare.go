package store

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"renfort/mission"
)

// prepare works out of a command, before the order and on the caller's time,
// what does not depend on state: its record as JSON, and the refusals of what
// keys and records cannot hold. The doors have validated more than this.
func prepare(e mission.Envelope) (*prepared, error) {
	p := &prepared{Envelope: e, bytes: 512}
	if len(e.Key) > 0 {
		p.key = hidden(e.Key)
	}
	var err error
	switch c := e.Command.(type) {
	case mission.PutMission:
		err = first(p.mission(c.Mission), checkLeft(c.Left))
	case mission.PutVolunteer:
		err = p.record("/id", c.Volunteer.ID, c.Volunteer)
	case mission.PutOrganization:
		if err = p.record("/id", c.Organization.ID, c.Organization); !contains(orgStates, c.Organization.State) {
			err = invalid("/state", fmt.Sprintf("%q is not one of active, suspended", c.Organization.State))
		}
	case mission.PutPolicy:
		p.json, err = mission.Encode(c.Policy)
	case mission.PutTaxonomy:
		p.json, err = mission.Encode(c.Taxonomy)
	case mission.DeleteMission:
		err = mission.CheckID("/id", c.ID)
	case mission.EraseVolunteer:
		err = mission.CheckID("/id", c.ID)
	case mission.SetElsewhere:
		err = checkElsewhere(c)
	case mission.GiveFeedback:
		err = p.feedback(c.Feedback)
	case mission.Tick:
		if c.At < 0 || c.At > logTimeMax {
			err = invalid("/at", fmt.Sprintf("is %d; it must be from 0 to %d", c.At, int64(logTimeMax)))
		}
	case mission.PutAlert:
		err = first(mission.CheckID("/volunteer", c.Alert.Volunteer), p.record("/id", c.Alert.ID, c.Alert))
	case mission.RaiseAlerts:
		if p.bytes += 128 * len(c.Raised); len(c.Raised) > mission.AsksMax {
			err = invalid("/raised", fmt.Sprintf("has %d entries; at most %d", len(c.Raised), mission.AsksMax))
		}
	case mission.DeleteAlert:
		err = mission.CheckID("/id", c.ID)
	case nil:
		err = mission.Errorf(mission.Invalid, "no command")
	default:
		if err = first(p.crisis(c), p.webhook(c), p.objects(c)); err == nil {
			err = p.seat(c)
		}
	}
	p.bytes += 2 * len(p.json)
	return p, err
}

// logTimeMax is the end of the year 9999: log time never goes back, so that
// what cannot be a time must not become it.
const logTimeMax = 253_402_300_799

// record checks an id and encodes what it names.
func (p *prepared) record(pointer string, id mission.ID, noun any) error {
	if err := mission.CheckID(pointer, id); err != nil {
		return err
	}
	text, err := mission.Encode(noun)
	if err != nil {
		return mission.Errorf(mission.Invalid, "the record cannot be written as JSON: %s", err)
	}
	p.json = text
	return nil
}

func (p *prepared) mission(m *mission.Mission) error {
	if o := m.Organization; o != nil && (o.Name != "" || o.Networks != nil) {
		p.org = &mission.Organization{ID: o.ID, Name: o.Name, Networks: o.Networks}
	}
	if id := m.OrganizationID(); id != "" {
		if err := mission.CheckID("/organization/id", id); err != nil {
			return err
		}
	}
	if !contains(missionStates, m.State) || !contains(bookings, m.Booking) {
		return invalid("/state", fmt.Sprintf("%q with booking %q is no state of a mission", m.State, m.Booking))
	}
	for i, s := range m.Slots {
		if err := mission.CheckID(fmt.Sprintf("/slots/%d/id", i), s.ID); err != nil {
			return err
		}
	}
	return p.record("/id", m.ID, m)
}

func checkLeft(left *int) error {
	if left != nil && (*left < 0 || *left > mission.SeatsMax) {
		return invalid("/left", fmt.Sprintf("is %d; it must be from 0 to %d", *left, mission.SeatsMax))
	}
	return nil
}

func checkElsewhere(c mission.SetElsewhere) error {
	if (c.Taken == nil) == (c.Add == nil) {
		return invalid("", "one of taken and add is required, and not both")
	}
	return mission.CheckID("/mission", c.Mission)
}

func (p *prepared) feedback(all []mission.Feedback) error {
	for i, f := range all {
		at := fmt.Sprintf("/%d", i)
		if !contains(feedbackTypes, f.Type) {
			return invalid(at+"/type", fmt.Sprintf("%q is not one of shown, opened, dismissed, applied", f.Type))
		}
		if err := mission.CheckID(at+"/volunteer", f.Volunteer); err != nil {
			return err
		}
		if err := checkFree(at+"/recommendation_id", f.RecommendationID); err != nil {
			return err
		}
		for j, m := range f.Missions {
			if mission.CheckID("", m) != nil { // where it stands is worked out for a wrong one alone: a page shows twenty
				return mission.CheckID(fmt.Sprintf("/%d/missions/%d", i, j), m)
			}
		}
		p.bytes += 64 * len(f.Missions)
	}
	return nil
}

// seat checks the commands on seats.
func (p *prepared) seat(c mission.Command) error {
	switch c := c.(type) {
	case mission.HoldSeat:
		return first(checkNewHold(c.Hold), mission.CheckID("/mission", c.Mission), mission.CheckID("/volunteer", c.Volunteer),
			checkFree("/ref", c.Ref), checkSeconds(c.Seconds), checkOrigin(c.Origin))
	case mission.ConfirmSeat:
		return first(mission.CheckID("/hold", c.Hold), checkFree("/ref", c.Ref))
	case mission.ReleaseSeat:
		return first(mission.CheckID("/hold", c.Hold), checkFree("/why", c.Why))
	case mission.ExtendSeat:
		return first(mission.CheckID("/hold", c.Hold), checkSeconds(c.Seconds))
	case mission.AnswerSeat:
		return first(mission.CheckID("/hold", c.Hold), checkAnswer(c.Answer, true), checkFree("/by", c.By), checkFree("/why", c.Why))
	case mission.ImportSeat:
		return first(checkNewHold(c.Hold), mission.CheckID("/mission", c.Mission), mission.CheckID("/volunteer", c.Volunteer),
			checkAnswer(c.Answer, false), checkImportState(c.State), checkFree("/ref", c.Ref))
	case mission.JoinWaiting:
		if !c.Clock.OK() {
			return invalid("/clock", "is none that a place can have")
		}
		return first(mission.CheckID("/mission", c.Mission), mission.CheckID("/volunteer", c.Volunteer), checkFree("/slot", c.Slot))
	case mission.LeaveWaiting:
		return first(mission.CheckID("/mission", c.Mission), mission.CheckID("/volunteer", c.Volunteer))
	}
	return p.wave(c)
}

// checkNewHold checks the id of a hold that is to be made. Ids of offers are the
// reducer's own.
func checkNewHold(id mission.ID) error {
	if strings.HasPrefix(id, offerPrefix) {
		return invalid("/hold", fmt.Sprintf("begins with %q, as offers alone do", offerPrefix))
	}
	return mission.CheckID("/hold", id)
}

func checkOrigin(o string) error {
	if o != "" && o != mission.OriginHold && o != mission.OriginLink {
		return invalid("/origin", fmt.Sprintf("%q is not one of hold, link", o))
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func contains(words []string, w string) bool {
	for _, known := range words {
		if w == known {
			return true
		}
	}
	return false
}

func checkSeconds(s int) error {
	if s != 0 && (s < mission.HoldSecondsMin || s > mission.HoldSecondsMax) {
		return invalid("/ttl_s", fmt.Sprintf("is %d; it must be from %d to %d", s, mission.HoldSecondsMin, mission.HoldSecondsMax))
	}
	return nil
}

func checkAnswer(a string, required bool) error {
	if !contains(answers, a) || (required && a == "") {
		return invalid("/answer", fmt.Sprintf("%q is not one of in_progress, accepted, refused, withdrawn, attended, absent", a))
	}
	return nil
}

func checkImportState(s string) error {
	if s != "" && s != mission.Confirmed && s != mission.Released {
		return invalid("/state", fmt.Sprintf("%q is not one of confirmed, released", s))
	}
	return nil
}

// checkFree checks a free string that may be empty: what ends a key may not be
// in it.
func checkFree(pointer, s string) error {
	if s == "" {
		return nil
	}
	if utf8.RuneCountInString(s) > mission.WordLettersMax || !utf8.ValidString(s) {
		return invalid(pointer, fmt.Sprintf("is not UTF-8 of at most %d characters", mission.WordLettersMax))
	}
	for _, c := range s {
		if unicode.IsControl(c) {
			return invalid(pointer, "has a control character")
		}
	}
	return nil
}
