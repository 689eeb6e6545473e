package store

import (
	"renfort/mission"
)

// attribute says of a change whose mission and whose volunteer it is about:
// the log keeps it for when their records are gone.
func (r *reducer) attribute(c *mission.Change) {
	switch {
	case c.Kind == mission.FeedbackGiven: // no event
		return
	case c.Publisher != "": // the record is gone already
	case c.Mission != nil:
		c.Publisher = c.Mission.Publisher
	case c.MissionID != "":
		c.Publisher = publisherIn(r.get(missionsBucket, ordinalKey(c.MissionOrdinal)))
	case c.Wave != nil:
		c.Publisher = c.Wave.Publisher
	}
	switch {
	case c.VolunteerPublisher != "":
	case c.Volunteer != nil:
		c.VolunteerPublisher = c.Volunteer.Publisher
	default:
		if who, known := r.person(personIn(c)); known {
			c.VolunteerPublisher = publisherIn(r.get(volunteersBucket, ordinalKey(who.ordinal)))
		}
	}
	if c.VolunteerPublisher == c.Publisher {
		c.VolunteerPublisher = ""
	}
}

// personIn gives whom a change concerns, "" for nobody.
func personIn(c *mission.Change) mission.ID {
	switch {
	case c.VolunteerID != "":
		return c.VolunteerID
	case c.Hold != nil && c.Hold.Volunteer != "":
		return c.Hold.Volunteer
	case c.Waiting != nil:
		return c.Waiting.Volunteer
	case c.Ask != nil:
		return c.Ask.Volunteer
	case c.Alert != nil:
		return c.Alert.Volunteer
	}
	return ""
}

// publisherIn gives the publisher in a mission's or a volunteer's record, which
// begin alike, "" where there is none.
func publisherIn(raw []byte) string {
	if raw == nil {
		return ""
	}
	r := open(raw)
	r.uint()
	r.int()
	r.bytes()
	return r.string()
}
