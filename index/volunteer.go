package index

import (
	"slices"

	"renfort/geo"
	"renfort/mission"
)

// Volunteer is a volunteer's row.
type Volunteer struct {
	Cell       geo.Cell // level 13, 0 for nobody knows where
	Domains    uint64
	Activities mission.ActivityMask
	Skills     Span // of the term arena; Equipment follows, then Languages
	Publisher  uint32
	RadiusKm   float64 // 0 for none
	BirthYear  uint16  // 0 for unknown
	Days       mission.DayMask
	Remote     uint8 // WantsAlso, WantsNone or WantsOnly
	Adult      uint8 // 0 unknown, 1 no, 2 yes
	Channel    uint8 // 0 none, 1 push, 2 sms, 3 email
	Consent    uint8 // ConsentAlerts, ConsentCrisis
	Equipment  uint8 // how many terms behind Skills
	Languages  uint8 // how many behind those
	Exists     bool
}

// Bits of consent.
const (
	ConsentAlerts uint8 = 1 << iota
	ConsentCrisis
)

// Channels by number; 0 is none.
const (
	Push uint8 = iota + 1
	SMS
	Email
)

// SkillsOf gives the terms of a volunteer's skills.
func (s *Snapshot) SkillsOf(v *Volunteer) []uint32 {
	return s.Terms.At(v.Skills)
}

// EquipmentOf gives the terms of what a volunteer has.
func (s *Snapshot) EquipmentOf(v *Volunteer) []uint32 {
	return s.Terms.At(v.run())[v.Skills.Len:][:v.Equipment]
}

// LanguagesOf gives the terms of what a volunteer speaks.
func (s *Snapshot) LanguagesOf(v *Volunteer) []uint32 {
	return s.Terms.At(v.run())[v.Skills.Len+uint32(v.Equipment):]
}

// run is where a volunteer's skills, equipment and languages lie, one behind the
// other.
func (v *Volunteer) run() Span {
	return Span{v.Skills.First, v.Skills.Len + uint32(v.Equipment) + uint32(v.Languages)}
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

// Channel gives the number of a channel, 0 for none.
func Channel(name string) uint8 {
	switch name {
	case "push":
		return Push
	case "sms":
		return SMS
	case "email":
		return Email
	}
	return 0
}

// ChannelName is the inverse of Channel, "" for 0.
func ChannelName(channel uint8) string {
	return [...]string{"", "push", "sms", "email"}[channel]
}

// putVolunteer writes a volunteer's row from their record. home is homeOf them, and
// who what people knows by their id, with their number.
func (x *Index) putVolunteer(o uint32, v *mission.Volunteer, home geo.Cell, who person) {
	row := x.volunteers.edit(o)
	before := *row
	*row = Volunteer{Exists: true, Domains: x.taxonomy.DomainMask(v.Domains), Activities: x.taxonomy.ActivityMask(v.Activities),
		Publisher: x.dictionary.enter(Publisher, v.Publisher), RadiusKm: v.Reach(), BirthYear: uint16(v.BirthYear),
		Days: v.Days(), Remote: Wants(v.Remote), Channel: Channel(v.Channel)}
	if v.Adult != nil {
		row.Adult = 1
		if *v.Adult {
			row.Adult = 2
		}
	}
	if v.Consent.Alerts {
		row.Consent |= ConsentAlerts
	}
	if v.Consent.Crisis {
		row.Consent |= ConsentCrisis
	}
	run := slices.Concat(x.enterAll(Skill, v.Skills), x.enterAll(Equipment, v.Equipment), x.enterAll(Language, v.Languages))
	at := before.run()
	if !slices.Equal(run, x.terms.At(at)) {
		at = x.terms.add(run)
	}
	row.Skills = Span{at.First, uint32(len(v.Skills))}
	row.Equipment, row.Languages = uint8(len(v.Equipment)), uint8(len(v.Languages))
	row.Cell = home
	*x.volunteerIDs.edit(o) = who.id
	x.volunteerRows = max(x.volunteerRows, o+1)
	x.note(o, who)
	x.asks.consented(x, o, &before, row)
	x.residents.move(o)
}

// homeOf gives the cell where somebody lives, 0 where they do not say. A record has
// it as it is; only a profile has a point.
func homeOf(v *mission.Volunteer) geo.Cell {
	if v.Location == nil {
		if c, err := geo.ParseCell(v.Cell); err == nil && c.Level() == mission.VolunteerLevel {
			return c
		}
	}
	if p, ok := v.Position(); ok {
		return geo.CellAt(p, mission.VolunteerLevel)
	}
	return 0
}

func (x *Index) eraseVolunteer(c *mission.Change) {
	if o, ok := x.people.ordinal(c.VolunteerID); ok {
		*x.volunteers.edit(o) = Volunteer{}
		*x.volunteerIDs.edit(o) = 0
		x.asks.forget(o)
		x.residents.move(o)
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

// VolunteerOrdinal gives the ordinal of a stored volunteer.
func (s *Snapshot) VolunteerOrdinal(id mission.ID) (o uint32, ok bool) {
	o, ok = s.people.ordinal(id)
	return o, ok && o < s.VolunteerRows && s.Volunteers.At(o).Exists
}

// VolunteerID gives the id of a stored volunteer, which must be below
// VolunteerRows: "" for nobody, and perhaps for somebody who was erased since.
func (s *Snapshot) VolunteerID(o uint32) mission.ID { return s.people.id(*s.volunteerIDs.At(o)) }

// Past appends to dst the missions that are not for a person any more: where
// they sit or wait, were refused, or waved it away.
func (s *Snapshot) Past(dst []uint32, volunteer mission.ID) []uint32 {
	return s.people.past(dst, volunteer, s.Seq)
}

// Barred says whether a mission is not for a volunteer any more, as Past would.
// Of most people nothing is known: they cost one look.
func (s *Snapshot) Barred(volunteer uint32, id mission.ID, ordinal uint32) bool {
	if k := volunteer >> 6; k >= s.involved.Rows() || *s.involved.At(k)&(1<<(volunteer&63)) == 0 {
		return false
	}
	return s.people.barred(id, ordinal, s.Seq)
}

// bar says that a mission is not for a person from seq on.
func (x *Index) bar(volunteer mission.ID, ordinal uint32, mark, seq uint64) {
	who := x.people.involve(volunteer, ordinal, mark, seq)
	if who.number == 0 {
		return
	}
	// A confirmation says again what the hold said: the chunk stays shared.
	o := who.number - 1
	if bit := uint64(1) << (o & 63); !x.involved.has(o>>6) || *x.involved.at(o >> 6)&bit == 0 {
		*x.involved.edit(o >> 6) |= bit
	}
}

// note remembers that somebody was in missions before they had a record. What bar
// has noted since who was found stays.
func (x *Index) note(o uint32, who person) {
	bits := x.involved.edit(o >> 6)
	if who.past != 0 {
		*bits |= 1 << (o & 63)
	}
}
