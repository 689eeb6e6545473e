package mission

import (
	"encoding/json"

	"renfort/geo"
)

// ID is the platform's name for a mission, volunteer, organisation or hold:
// 1 to 128 bytes of UTF-8 without control characters.
type ID = string

// Ordinal is the dense number that the reducer gives a mission or a volunteer
// at its first PUT. It is never reused and the same on every node.
type Ordinal uint32

// Where a mission is done.
const (
	RemoteNo       = "no"       // at a place
	RemotePossible = "possible" // at a place, or from anywhere
	RemoteFull     = "full"     // from anywhere
	RemoteLocal    = "local"    // from home, near the place
)

// The states of a mission. Only an open one is shown and grants seats.
const (
	StateDraft     = "draft"
	StateOpen      = "open"
	StatePaused    = "paused"
	StateClosed    = "closed"
	StateCancelled = "cancelled"
)

// The urgencies, least first.
const (
	UrgencyCalm   = "calm"
	UrgencyNormal = "normal"
	UrgencyUrgent = "urgent"
	UrgencyVital  = "vital"
)

// Who takes the signups.
const (
	BookingHere      = "here"
	BookingElsewhere = "elsewhere"
)

// The kinds of dates.
const (
	DateOnce      = "once"
	DateRecurring = "recurring"
)

// Mission is something to be done, as a platform describes it. Zero values
// stand for "left out"; Intake.Mission fills the defaults in. A Mission that
// has been handed to the engine is immutable.
type Mission struct {
	ID               ID              `json:"id"`
	Publisher        string          `json:"publisher,omitzero"`
	Revision         int64           `json:"revision,omitzero"`
	Title            string          `json:"title"`
	Description      string          `json:"description,omitzero"`
	Organization     *OrgRef         `json:"organization,omitzero"`
	Domains          []string        `json:"domains,omitzero"` // first is primary
	Activities       []string        `json:"activities,omitzero"`
	Tags             []string        `json:"tags,omitzero"`
	Group            string          `json:"group,omitzero"`
	Audiences        []string        `json:"audiences,omitzero"`
	Skills           []Skill         `json:"skills,omitzero"`
	Requirements     []string        `json:"requirements,omitzero"`
	Accessibility    []string        `json:"accessibility,omitzero"`
	NearTransit      bool            `json:"near_transit,omitzero"`
	Remote           string          `json:"remote,omitzero"`
	Locations        []Location      `json:"locations,omitzero"`
	StartsAt         Moment          `json:"starts_at,omitzero"`
	EndsAt           Moment          `json:"ends_at,omitzero"`
	ApplyBefore      Moment          `json:"apply_before,omitzero"`
	DateType         string          `json:"date_type,omitzero"`
	Slots            []Slot          `json:"slots,omitzero"`
	Commitment       *Commitment     `json:"commitment,omitzero"`
	Seats            *int            `json:"seats"` // nil: nobody knows
	Booking          string          `json:"booking,omitzero"`
	Urgency          string          `json:"urgency,omitzero"`
	RequestedUrgency string          `json:"requested_urgency,omitzero"` // asked for without the right to
	MinAge           *int            `json:"min_age,omitzero"`
	MaxAge           *int            `json:"max_age,omitzero"`
	State            string          `json:"state,omitzero"`
	URL              string          `json:"url,omitzero"`
	PublishedAt      Moment          `json:"published_at,omitzero"`
	Attributes       map[string]any  `json:"attributes,omitzero"` // scalars
	Data             json.RawMessage `json:"data,omitzero"`

	Times Times `json:"-"` // set by Intake.Mission
}

// OrgRef names an organisation, or carries it: a name or networks given here
// create or update the organisation of that id.
type OrgRef struct {
	ID       ID       `json:"id,omitzero"`
	Name     string   `json:"name,omitzero"`
	Networks []string `json:"networks,omitzero"`
}

// Location is one address of a mission. Lat and Lon come together or not at
// all; without them the gazetteer places it by INSEE or postal code, and
// Precision says how well.
type Location struct {
	ID         string   `json:"id,omitzero"`
	Lat        *float64 `json:"lat,omitzero"`
	Lon        *float64 `json:"lon,omitzero"`
	Label      string   `json:"label,omitzero"`
	City       string   `json:"city,omitzero"`
	PostalCode string   `json:"postal_code,omitzero"`
	Department string   `json:"department,omitzero"`
	INSEE      string   `json:"insee,omitzero"`
	Country    string   `json:"country,omitzero"`
	Precision  string   `json:"precision,omitzero"`
}

// Point gives the coordinates; ok is false where there are none.
func (l *Location) Point() (p geo.Point, ok bool) {
	if l.Lat == nil || l.Lon == nil {
		return geo.Point{}, false
	}
	return geo.Point{Lat: *l.Lat, Lon: *l.Lon}, true
}

// Slot is one time at which a mission needs people. Date and Part are a
// shorthand that Intake turns into StartsAt and EndsAt.
type Slot struct {
	ID       string `json:"id"`
	StartsAt Moment `json:"starts_at,omitzero"`
	EndsAt   Moment `json:"ends_at,omitzero"`
	Date     string `json:"date,omitzero"`
	Part     string `json:"part,omitzero"`
	Seats    *int   `json:"seats,omitzero"` // nil: shares the mission's
	Location string `json:"location,omitzero"`
}

// Commitment is what is asked of a volunteer's time.
type Commitment struct {
	Hours float64 `json:"hours"`
	Per   string  `json:"per"` // day, week, month, year or total
}

// HoursPerWeek gives the commitment as hours a week; a total counts as one
// week's.
func (c *Commitment) HoursPerWeek() float64 {
	switch c.Per {
	case "day":
		return c.Hours * 7
	case "month":
		return c.Hours * 12 / 52
	case "year":
		return c.Hours / 52
	}
	return c.Hours
}

// Times are a mission's dates as instants: Unix seconds, 0 where there is
// none. Slots[i] belongs to Mission.Slots[i].
type Times struct {
	Zone        string
	Starts      int64
	Ends        int64
	ApplyBefore int64
	Published   int64
	Days        DayMask // of a mission without slots that happens once
	Slots       []SlotTimes
}

// SlotTimes are a slot's instants and the availability it asks for.
type SlotTimes struct {
	Starts, Ends int64
	Days         DayMask
}

// DayMask is a set of the times people are available at. 0 means unknown.
type DayMask uint8

// The times people are available at.
const (
	Weekday DayMask = 1 << iota // Monday to Friday, before 18:00
	Evening                     // any day, from 18:00
	Weekend                     // Saturday and Sunday, before 18:00
	Holiday                     // public holidays in France
	Now                         // within a day
)

// AvailabilityNames are the words of the contract, [i] for bit i.
func AvailabilityNames() [5]string {
	return [5]string{"weekday", "evening", "weekend", "holiday", "now"}
}

// MinimumAge gives the age from which one may come.
func (m *Mission) MinimumAge() int {
	if m.MinAge == nil {
		return AgeDefault
	}
	return *m.MinAge
}

// MaximumAge gives the last age at which one may come.
func (m *Mission) MaximumAge() int {
	if m.MaxAge == nil {
		return AgeMax
	}
	return *m.MaxAge
}

// Placed says whether the mission has an address.
func (m *Mission) Placed() bool { return len(m.Locations) > 0 && m.Remote != RemoteFull }

// OrganizationID gives the id of the mission's organisation, "" if none.
func (m *Mission) OrganizationID() ID {
	if m.Organization == nil {
		return ""
	}
	return m.Organization.ID
}
