package index

import (
	"time"

	"renfort/geo"
	"renfort/mission"
)

// Span is a run of an arena.
type Span struct {
	First uint32
	Len   uint32
}

// Flags of a mission that its record sets.
const (
	Exists      uint8 = 1 << iota // not deleted
	Once                          // happens once
	Here                          // signups are taken here
	AsksSkills                    // asks for skills
	NeedsSkills                   // and some of them are required
	Placed                        // has addresses that count
)

// Ways of a mission, as a number.
const (
	RemoteNo uint8 = iota
	RemotePossible
	RemoteFull
	RemoteLocal
)

// Classes of urgency, as a number.
const (
	Calm uint8 = iota
	Normal
	Urgent
	Vital
	InCrisis // not an urgency: the reach of a crisis is the mission's, whatever its urgency
	Classes  // how many classes of reach there are
)

// Mission is the part of a mission's row that its record sets.
type Mission struct {
	Domains    uint64
	Activities mission.ActivityMask
	Starts     int64 // Unix seconds, 0 for none
	Ends       int64
	Apply      int64
	Published  int64
	Addresses  Span   // of the address column
	Terms      Span   // of the term arena: ascending
	Skills     Span   // of the term arena: the required ones first
	Slots      Span   // of the slot arena
	Required   uint16 // how many of Skills are required
	Org        uint32 // number of the organisation, 0 for none
	Publisher  uint32 // term
	Market     uint32 // number of the group of domain and department
	HoursWeek  float32
	SkillBits  uint32 // bit n%32 for each of Skills
	Crises     uint32 // number of the set of running crises that it is in, 0 for none
	MinAge     uint8  // a crisis's too
	OwnMinAge  uint8
	MaxAge     uint8
	Remote     uint8
	Urgency    uint8
	Class      uint8 // of how far it reaches: its urgency, or InCrisis
	Flags      uint8
}

// Has says whether a flag is set.
func (m *Mission) Has(flag uint8) bool { return m.Flags&flag != 0 }

// Stand is the part of a mission's row that every score reads: less than a
// line of the processor's cache.
type Stand struct {
	Standing   float64 // urgency, quality and congestion to their weights; 0: not to be had now
	Tie        uint64  // hash of the id, breaks ties
	Generation uint32  // grows when the addresses change: older cell entries are dead
	Org        uint32  // number of the organisation, 0 for none
	Group      uint32  // term, 0 for none
	Days       mission.DayMask
	Unserved   bool // nobody took a seat for as long as the policy's unserved_days
}

// Live is the part of a mission's row that seats and time move.
type Live struct {
	Total     int32 // seats, mission.SeatsUnknown where nobody knows
	Elsewhere int32
	Held      int32
	Confirmed int32
	Free      int32 // mission.SeatsMax where the total is unknown
	Fills     uint32
	Created   int64 // Unix seconds
	LastTaken int64 // 0 for never
	Due       int64 // the next slot with a seat starts, 0 for none
	Open      bool  // state open
}

// Known says whether the number of seats is.
func (l *Live) Known() bool { return l.Total != mission.SeatsUnknown }

// Fill gives the share of seats taken; 0 where nobody knows how many there
// are. While a seat is free it is never more than all but one, even if a slot
// beside it was overbooked elsewhere.
func (l *Live) Fill() float64 {
	if l.Total <= 0 {
		return 0
	}
	taken := min(l.Elsewhere+l.Held+l.Confirmed, l.Total)
	if l.Free > 0 {
		taken = min(taken, l.Total-1)
	}
	return float64(taken) / float64(l.Total)
}

// Text is what of a mission is shown as it is: one line of the processor's cache,
// and the bytes beside one another.
type Text struct {
	ID      mission.ID
	Summary []byte // JSON of the answer's "mission"
	Shown   []byte // JSON of its address, where it has just one
}

// Address is one place of one mission. Addresses are never moved: a mission
// whose places change gets new ones, and a new Generation.
type Address struct {
	Vec     geo.Vec
	Terms   Span // of the term arena: ascending
	Ordinal uint32
}

// Org is what ranking knows of an organisation.
type Org struct {
	Answered  int64
	Ignored   int64
	Suspended bool
}

// Slot is what a filter knows of a mission's slot.
type Slot struct {
	Starts int64
	Ends   int64
	Parts  uint8 // bits of SlotParts
}

// SlotParts are the parts of a day that a filter may name; [i] for bit i.
func SlotParts() [4]string { return [4]string{"morning", "afternoon", "evening", "day"} }

// partsOf gives the parts of the day that a slot touches.
func partsOf(t mission.SlotTimes, loc *time.Location) (parts uint8) {
	if t.Starts == 0 {
		return 0
	}
	from, to := time.Unix(t.Starts, 0).In(loc), time.Unix(max(t.Ends, t.Starts+1), 0).In(loc)
	for day := from; !dayAt(day, 0).After(to) && parts&7 != 7; day = dayAt(day, 0).AddDate(0, 0, 1) {
		for i, hours := range [...][2]int{{0, 12}, {12, 18}, {18, 24}} {
			if from.Before(dayAt(day, hours[1])) && dayAt(day, hours[0]).Before(to) {
				parts |= 1 << i
			}
		}
	}
	if parts&3 == 3 {
		parts |= 8 // the whole day
	}
	return parts
}

// dayAt gives an hour of the day of t, on its place's clock.
func dayAt(t time.Time, hour int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, hour, 0, 0, 0, t.Location())
}
