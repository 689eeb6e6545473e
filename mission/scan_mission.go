package mission

import "bytes"

// ScanMission reads a mission without reflection, as nearly all are written: by
// Encode. ok is false for anything else, which Decode then reads or refuses, and m is
// anything; where it is true, Decode would have read the same.
func ScanMission(data []byte, m *Mission) (ok bool) {
	s := Scan{Rest: data}
	s.Object(func(name []byte) (number int) {
		if number = s.missionWords(name, m); number == UnknownMember {
			number = s.missionRest(name, m)
		}
		return number
	})
	return s.Ended()
}

// missionWords reads what is a text or a list of texts.
func (s *Scan) missionWords(name []byte, m *Mission) (number int) {
	var text *string
	var list *[]string
	switch string(name) {
	case "id":
		number, text = 0, &m.ID
	case "publisher":
		number, text = 1, &m.Publisher
	case "title":
		number, text = 2, &m.Title
	case "description":
		number, text = 3, &m.Description
	case "domains":
		number, list = 4, &m.Domains
	case "activities":
		number, list = 5, &m.Activities
	case "tags":
		number, list = 6, &m.Tags
	case "group":
		number, text = 7, &m.Group
	case "audiences":
		number, list = 8, &m.Audiences
	case "requirements":
		number, list = 9, &m.Requirements
	case "accessibility":
		number, list = 10, &m.Accessibility
	case "remote":
		number, text = 11, &m.Remote
	case "date_type":
		number, text = 12, &m.DateType
	case "booking":
		number, text = 13, &m.Booking
	case "urgency":
		number, text = 14, &m.Urgency
	case "requested_urgency":
		number, text = 15, &m.RequestedUrgency
	case "state":
		number, text = 16, &m.State
	case "url":
		number, text = 17, &m.URL
	default:
		return UnknownMember
	}
	if text != nil {
		*text = s.text()
	} else {
		*list = s.texts()
	}
	return number
}

// missionRest reads everything else.
func (s *Scan) missionRest(name []byte, m *Mission) (number int) {
	switch string(name) {
	case "starts_at":
		m.StartsAt = Moment(s.word())
		return 18
	case "ends_at":
		m.EndsAt = Moment(s.word())
		return 19
	case "apply_before":
		m.ApplyBefore = Moment(s.word())
		return 20
	case "published_at":
		m.PublishedAt = Moment(s.word())
		return 21
	case "revision":
		m.Revision = s.whole()
		return 22
	case "organization":
		m.Organization = s.organization()
		return 23
	case "skills":
		m.Skills = make([]Skill, 0, wordsUsual)
		s.list(func() { m.Skills = append(m.Skills, s.skill()) })
		return 24
	case "locations":
		m.Locations = make([]Location, 0, 1) // most have one
		s.list(func() { m.Locations = append(m.Locations, s.location()) })
		return 25
	case "slots":
		m.Slots = make([]Slot, 0, wordsUsual)
		s.list(func() { m.Slots = append(m.Slots, s.slot()) })
		return 26
	case "commitment":
		m.Commitment = s.commitment()
		return 27
	case "seats":
		m.Seats = s.count()
		return 28
	case "min_age":
		m.MinAge = s.count()
		return 29
	case "max_age":
		m.MaxAge = s.count()
		return 30
	case "near_transit":
		m.NearTransit = s.truth()
		return 31
	case "attributes":
		m.Attributes = s.scalars()
		return 32
	case "data":
		m.Data = s.value()
		return 33
	}
	return UnknownMember
}

func (s *Scan) organization() *OrgRef {
	o := new(OrgRef)
	s.Object(func(name []byte) (number int) {
		switch string(name) {
		case "id":
			o.ID = s.text()
			return 0
		case "name":
			o.Name = s.text()
			return 1
		case "networks":
			o.Networks = s.texts()
			return 2
		}
		return UnknownMember
	})
	return o
}

// skill reads either form.
func (s *Scan) skill() (skill Skill) {
	if s.next() == '"' {
		return Skill{ID: s.text(), plain: true}
	}
	s.Object(func(name []byte) (number int) {
		switch string(name) {
		case "id":
			skill.ID = s.text()
			return 0
		case "required":
			skill.Required = s.truth()
			return 1
		}
		return UnknownMember
	})
	return skill
}

func (s *Scan) location() (l Location) {
	s.Object(func(name []byte) (number int) {
		var text *string
		switch string(name) {
		case "lat":
			at := s.number()
			l.Lat = &at
			return 0
		case "lon":
			at := s.number()
			l.Lon = &at
			return 1
		case "id":
			number, text = 2, &l.ID
		case "label":
			number, text = 3, &l.Label
		case "city":
			number, text = 4, &l.City
		case "postal_code":
			number, text = 5, &l.PostalCode
		case "department":
			number, text = 6, &l.Department
		case "insee":
			number, text = 7, &l.INSEE
		case "country":
			number, text = 8, &l.Country
		case "precision":
			number, text = 9, &l.Precision
		default:
			return UnknownMember
		}
		*text = s.text()
		return number
	})
	return l
}

func (s *Scan) slot() (slot Slot) {
	s.Object(func(name []byte) (number int) {
		switch string(name) {
		case "id":
			slot.ID = s.text()
			return 0
		case "starts_at":
			slot.StartsAt = Moment(s.word())
			return 1
		case "ends_at":
			slot.EndsAt = Moment(s.word())
			return 2
		case "date":
			slot.Date = s.word()
			return 3
		case "part":
			slot.Part = s.word()
			return 4
		case "seats":
			slot.Seats = s.count()
			return 5
		case "location":
			slot.Location = s.text()
			return 6
		}
		return UnknownMember
	})
	return slot
}

func (s *Scan) commitment() *Commitment {
	c := new(Commitment)
	s.Object(func(name []byte) (number int) {
		switch string(name) {
		case "hours":
			c.Hours = s.number()
			return 0
		case "per":
			c.Per = s.word()
			return 1
		}
		return UnknownMember
	})
	return c
}

// scalars reads an object of texts, truths and numbers.
func (s *Scan) scalars() map[string]any {
	all := map[string]any{}
	s.must('{')
	for first := true; !s.Failed && !s.take('}'); first = false {
		if !first {
			s.must(',')
		}
		name := s.text()
		s.must(':')
		if _, twice := all[name]; twice {
			s.Failed = true
		}
		switch s.next() {
		case '"':
			all[name] = s.text()
		case 't', 'f':
			all[name] = s.truth()
		default:
			all[name] = s.number()
		}
	}
	return all
}

// count reads a whole number that is not negative, or null.
func (s *Scan) count() *int {
	if s.next() == 'n' {
		s.null()
		return nil
	}
	n := int(s.whole())
	return &n
}

func (s *Scan) null() {
	rest, ok := bytes.CutPrefix(s.Rest, []byte("null"))
	if s.Rest = rest; !ok {
		s.Failed = true
	}
}
