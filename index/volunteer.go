package index

import (
	"renfort/geo"
	"renfort/mission"
)

// Volunteer is a volunteer's row.
type Volunteer struct {
	Cell       geo.Cell // level 13, 0 for nobody knows where
	Domains    uint64
	Activities mission.ActivityMask
	Skills     Span // of the term arena, ascending
	Publisher  uint32
	RadiusKm   float64 // 0 for none
	BirthYear  uint16  // 0 for unknown
	Days       mission.DayMask
	Remote     uint8 // WantsAlso, WantsNone or WantsOnly
	Adult      uint8 // 0 unknown, 1 no, 2 yes
	Channel    uint8 // 0 none, 1 push, 2 sms, 3 email
	Consent    uint8 // bit 0 alerts, bit 1 crisis
	Exists     bool
}

// What a volunteer thinks of remote missions, as a number.
const (
	WantsAlso uint8 = iota
	WantsNone
	WantsOnly
)

// AgeFits says what mission.Volunteer.AgeFits says.
func (v *Volunteer) AgeFits(year, least, most int) bool {
	known := mission.Volunteer{BirthYear: int(v.BirthYear)}
	if v.Adult != 0 {
		adult := v.Adult == 2
		known.Adult = &adult
	}
	return known.AgeFits(year, least, most)
}

// Wants gives a volunteer's word on remote missions as a number.
func Wants(remote string) uint8 {
	switch remote {
	case mission.RemoteNo:
		return WantsNone
	case mission.RemoteOnly:
		return WantsOnly
	}
	return WantsAlso
}

func channelOf(name string) uint8 {
	switch name {
	case "push":
		return 1
	case "sms":
		return 2
	case "email":
		return 3
	}
	return 0
}

// putVolunteer writes a volunteer's row from their record.
func (x *Index) putVolunteer(c *mission.Change) {
	v, o := c.Volunteer, uint32(c.VolunteerOrdinal)
	row := x.volunteers.edit(o)
	before := row.Cell
	*row = Volunteer{Exists: true, Domains: x.taxonomy.DomainMask(v.Domains), Activities: x.taxonomy.ActivityMask(v.Activities),
		Publisher: x.dictionary.enter(Publisher, v.Publisher), RadiusKm: v.Reach(), BirthYear: uint16(v.BirthYear),
		Days: v.Days(), Remote: Wants(v.Remote), Channel: channelOf(v.Channel)}
	if v.Adult != nil {
		row.Adult = 1
		if *v.Adult {
			row.Adult = 2
		}
	}
	if v.Consent.Alerts {
		row.Consent |= 1
	}
	if v.Consent.Crisis {
		row.Consent |= 2
	}
	row.Skills = x.terms.add(x.enterAll(Skill, v.Skills))
	if p, ok := v.Position(); ok {
		row.Cell = geo.CellAt(p, mission.VolunteerLevel)
	}
	if row.Cell != 0 && row.Cell != before {
		x.post(x.dictionary.enter(VolunteerCell, row.Cell.Parent(mission.ScaleLevel).Token()), o)
	}
	*x.volunteerIDs.edit(o) = v.ID
	x.volunteerRows = max(x.volunteerRows, o+1)
	x.people.setNumber(v.ID, c.Seq, o+1)
}

func (x *Index) eraseVolunteer(c *mission.Change) {
	if o, ok := x.people.ordinal(c.VolunteerID); ok {
		*x.volunteers.edit(o) = Volunteer{}
		*x.volunteerIDs.edit(o) = ""
	}
	x.people.forget(c.VolunteerID)
}

// Volunteer gives the row of a stored volunteer. ok is false for one that
// this snapshot does not have.
func (s *Snapshot) Volunteer(id mission.ID) (row *Volunteer, ok bool) {
	o, ok := s.people.ordinal(id)
	if !ok || o >= s.VolunteerRows {
		return nil, false
	}
	row = s.Volunteers.At(o)
	return row, row.Exists
}

// Past appends to dst the missions that are not for a person any more: where
// they sit or wait, were refused, or waved it away.
func (s *Snapshot) Past(dst []uint32, volunteer mission.ID) []uint32 {
	return s.people.past(dst, volunteer, s.Seq)
}

// VolunteersIn gives the ordinals of volunteers who are or were in a cell of
// mission.ScaleLevel, in no order, with repeats: look at the rows.
func (s *Snapshot) VolunteersIn(c geo.Cell) []uint32 {
	n, ok := s.Dictionary.Number(VolunteerCell, c.Token())
	if !ok || n >= s.Postings.Rows() {
		return nil
	}
	return *s.Postings.At(n)
}
