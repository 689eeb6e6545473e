package mission

import "renfort/geo"

// Volunteer is somebody who may help: an opaque id and what they told about
// where, when and what for; no name, mail or phone. A Volunteer that has been
// handed to the engine is immutable.
type Volunteer struct {
	ID           ID       `json:"id,omitzero"`
	Publisher    string   `json:"publisher,omitzero"`
	Revision     int64    `json:"revision,omitzero"`
	Location     *Place   `json:"location,omitzero"` // dropped by Intake for a record, kept for a profile
	PostalCode   string   `json:"postal_code,omitzero"`
	INSEE        string   `json:"insee,omitzero"`
	Cell         string   `json:"cell,omitzero"` // S2 token, level 13: all that is kept of a point
	RadiusKm     float64  `json:"radius_km,omitzero"`
	Mobility     string   `json:"mobility,omitzero"`
	Domains      []string `json:"domains,omitzero"`
	Activities   []string `json:"activities,omitzero"`
	Skills       []string `json:"skills,omitzero"`
	Equipment    []string `json:"equipment,omitzero"`
	Languages    []string `json:"languages,omitzero"`
	BirthYear    int      `json:"birth_year,omitzero"` // 0: unknown
	Adult        *bool    `json:"adult,omitzero"`
	Availability []string `json:"availability,omitzero"`
	Remote       string   `json:"remote,omitzero"` // no, also, only; "" is also
	Consent      Consent  `json:"consent,omitzero"`
	Channel      string   `json:"channel,omitzero"`
}

// Place is a point as a caller sends it.
type Place struct {
	Lat *float64 `json:"lat"`
	Lon *float64 `json:"lon"`
}

// Consent is what a volunteer agreed to be written to for.
type Consent struct {
	Alerts bool `json:"alerts"`
	Crisis bool `json:"crisis"`
}

// What a volunteer thinks of remote missions.
const (
	RemoteAlso = "also"
	RemoteOnly = "only"
)

// Position gives where the volunteer is, as exactly as is known: the point of
// a profile, else the centre of the stored cell. ok is false without either.
func (v *Volunteer) Position() (p geo.Point, ok bool) {
	if v.Location != nil && v.Location.Lat != nil && v.Location.Lon != nil {
		return geo.Point{Lat: *v.Location.Lat, Lon: *v.Location.Lon}, true
	}
	if v.Cell == "" {
		return geo.Point{}, false
	}
	c, err := geo.ParseCell(v.Cell)
	if err != nil {
		return geo.Point{}, false
	}
	return c.Center(), true
}

// Vec gives Position as a vector: of a cell exactly the one that stands for it.
func (v *Volunteer) Vec() (at geo.Vec, ok bool) {
	if v.Location == nil || v.Location.Lat == nil || v.Location.Lon == nil {
		if c, err := geo.ParseCell(v.Cell); err == nil {
			return c.CenterVec(), true
		}
	}
	p, ok := v.Position()
	return p.Vec(), ok
}

// MobilityKm gives how far somebody goes by a means; 0 for an unknown one.
func MobilityKm(mobility string) float64 {
	switch mobility {
	case "foot":
		return 5
	case "bike":
		return 10
	case "transit":
		return 20
	case "car":
		return 30
	}
	return 0
}

// Reach gives the volunteer's radius in km: what they said, else what their
// mobility allows, else 0 for none.
func (v *Volunteer) Reach() float64 {
	if v.RadiusKm > 0 {
		return v.RadiusKm
	}
	return MobilityKm(v.Mobility)
}

// Age gives the youngest age that what is known allows in a year; known is
// false where nothing is. A birthday is taken to be still to come.
func (v *Volunteer) Age(year int) (age int, known bool) {
	switch {
	case v.BirthYear > 0:
		return year - v.BirthYear - 1, true
	case v.Adult != nil && *v.Adult:
		return AgeDefault, true
	case v.Adult != nil:
		return AgeMin, true
	}
	return 0, false
}

// AgeFits says whether the volunteer's age allows a mission for min to max.
// Somebody of unknown age fits: the platform has asked them.
func (v *Volunteer) AgeFits(year, min, max int) bool {
	age, known := v.Age(year)
	if !known {
		return true
	}
	// "adult" says nothing about how old.
	return age >= min && (v.BirthYear == 0 || age <= max)
}

// Days gives the volunteer's availability as a set; 0 is unknown.
func (v *Volunteer) Days() DayMask {
	var d DayMask
	for _, a := range v.Availability {
		for i, n := range AvailabilityNames() {
			if a == n {
				d |= 1 << i
			}
		}
	}
	return d
}

// Organization is who publishes or runs missions.
type Organization struct {
	ID       ID       `json:"id"`
	Name     string   `json:"name,omitzero"`
	Networks []string `json:"networks,omitzero"`
	State    string   `json:"state,omitzero"` // active (the default) or suspended
}

// The states of an organisation; a suspended one's missions are hidden.
const (
	OrgActive    = "active"
	OrgSuspended = "suspended"
)

// Record is an organisation's answering record: how many signups it answered
// and how many it left, as counts.
type Record struct {
	Answered int64 `json:"answered"`
	Ignored  int64 `json:"ignored"`
}
