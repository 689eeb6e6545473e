package record

import (
	_ "embed" // the default mapping
	"strings"
	"time"

	"renfort/mission"
)

//go:embed mapping.json
var mappingJSON []byte

// Path says where in a record a value stands: names of members, from outside
// in, with dots between. A list on the way means each of its entries.
type Path string

// Mapping says where in a record the parts of a mission stand. A list of Paths
// is tried in order. It is immutable once Decode or Default has made it, and
// then safe for concurrent use.
type Mapping struct {
	Name     string `json:"name"`
	Version  int    `json:"version"`
	Note     string `json:"note,omitzero"` // where it comes from
	TimeZone string `json:"time_zone"`     // of times that do not tell theirs

	IDs          []IDRule     `json:"ids"`
	Title        []Path       `json:"title"`                // the first that is not blank
	Description  []Path       `json:"description,omitzero"` // all that are there, one after the other
	URL          URLRule      `json:"url,omitzero"`
	Organization Organization `json:"organization,omitzero"`
	Domains      [][]Path     `json:"domains,omitzero"` // of each list, the first that is there
	Activities   [][]Path     `json:"activities,omitzero"`
	Group        GroupRule    `json:"group,omitzero"`
	Tags         ListRule     `json:"tags,omitzero"`
	Audiences    ListRule     `json:"audiences,omitzero"`
	Skills       ListRule     `json:"skills,omitzero"`
	Requirements ListRule     `json:"requirements,omitzero"`

	Remote           []WordRule `json:"remote,omitzero"` // the first that holds, here and below
	Booking          []WordRule `json:"booking,omitzero"`
	RequestedUrgency []WordRule `json:"requested_urgency,omitzero"`
	DateType         []WordRule `json:"date_type,omitzero"`
	State            []WordRule `json:"state,omitzero"`
	MinAge           []AgeRule  `json:"min_age,omitzero"`

	Seats       SeatsRule      `json:"seats,omitzero"`
	Places      PlaceRule      `json:"places,omitzero"` // the record's list of addresses
	Place       PlaceRule      `json:"place,omitzero"`  // what the record says of its one place
	StartsAt    []Path         `json:"starts_at,omitzero"`
	EndsAt      []Path         `json:"ends_at,omitzero"`
	ApplyBefore []Path         `json:"apply_before,omitzero"`
	PublishedAt []Path         `json:"published_at,omitzero"`
	Dates       DatesRule      `json:"dates,omitzero"`
	Commitment  CommitmentRule `json:"commitment,omitzero"`

	Attributes map[string]Path `json:"attributes,omitzero"` // scalars, by the mission's name for them
	Data       map[string]Path `json:"data,omitzero"`       // anything, kept as it came

	LiveFields map[Path]LiveValue `json:"live,omitzero"`

	wanted *node
	zone   *time.Location
	live   []LiveField
}

// IDRule tells the records of one publisher by their objectID. Object has one
// wildcard, "*" for any text and "#" for digits; what it stands for follows
// "publisher:" in the mission's id.
type IDRule struct {
	Object    string `json:"object"`
	Publisher string `json:"publisher"`
}

// URLRule gives a mission's address: a member, or else a template whose
// {paths} are filled in. A template that lacks one gives nothing.
type URLRule struct {
	From     []Path `json:"from,omitzero"`
	Template string `json:"template,omitzero"`
}

// Organization says who offers the mission. Its id is "publisher:id".
type Organization struct {
	ID       []Path   `json:"id,omitzero"`
	Name     []Path   `json:"name,omitzero"`
	Networks [][]Path `json:"networks,omitzero"`
}

// GroupRule gives what missions that are the same need share.
type GroupRule struct {
	From   []Path `json:"from,omitzero"`
	Prefix string `json:"prefix,omitzero"`
}

// ListRule gives a list of words, those under Words replaced.
type ListRule struct {
	From  [][]Path          `json:"from,omitzero"`
	Words map[string]string `json:"words,omitzero"`
}

// WordRule gives Then where the value at Path, or one of its list, is one of
// Is: strings, numbers, true, false.
type WordRule struct {
	Path Path   `json:"path"`
	Is   []any  `json:"is"`
	Then string `json:"then"`
}

// AgeRule gives an age as a WordRule gives a word.
type AgeRule struct {
	Path Path  `json:"path"`
	Is   []any `json:"is"`
	Then int   `json:"then"`
}

// SeatsRule gives the seats there are, those left on the platform's own side,
// and, where neither is a number, whether any is left.
type SeatsRule struct {
	Total []Path `json:"total,omitzero"`
	Left  []Path `json:"left,omitzero"`
	Has   []Path `json:"has,omitzero"`
}

// PlaceRule gives places: in each entry of a list, or of the record itself,
// whose Points are one {lat, lng} or a list of them.
type PlaceRule struct {
	Each       Path   `json:"each,omitzero"`
	Points     Path   `json:"points,omitzero"`
	ID         []Path `json:"id,omitzero"`
	Lat        []Path `json:"lat,omitzero"`
	Lon        []Path `json:"lon,omitzero"`
	Label      []Path `json:"label,omitzero"`
	City       []Path `json:"city,omitzero"`
	PostalCode []Path `json:"postal_code,omitzero"`
	Department []Path `json:"department,omitzero"`
	INSEE      []Path `json:"insee,omitzero"`
	Country    []Path `json:"country,omitzero"`
}

// DatesRule gives slots: one for each day of a list, or for each part of it
// that the entry names. A slot's id is its day, or "day-part".
type DatesRule struct {
	Each  Path              `json:"each,omitzero"`
	Date  []Path            `json:"date,omitzero"`
	Parts Path              `json:"parts,omitzero"`
	Words map[string]string `json:"words,omitzero"` // the parts' names
}

// CommitmentRule gives hours and what they are per: a number of hours or a
// named duration, per a named period or in total; else the hours of a year.
type CommitmentRule struct {
	Hours        []Path             `json:"hours,omitzero"`
	Duration     []Path             `json:"duration,omitzero"`
	Durations    map[string]float64 `json:"durations,omitzero"`
	Period       []Path             `json:"period,omitzero"`
	Periods      map[string]string  `json:"periods,omitzero"`
	HoursPerYear []Path             `json:"hours_per_year,omitzero"`
}

// LiveValue is what a member means that Renfort knows better than the record.
type LiveValue string

// The live values.
const (
	LiveSeatsLeft    LiveValue = "seats_left"     // a number; where nobody knows, as the record has it
	LiveHasSeatsLeft LiveValue = "has_seats_left" // true where a seat is free or nobody knows
	LiveOver         LiveValue = "over"           // true once the mission's dates are past
)

// LiveField is a member of a record that is answered live.
type LiveField struct {
	Name  string // with dots
	Value LiveValue
}

// Live gives the members that are live, by name.
func (m *Mapping) Live() []LiveField { return m.live }

// Default gives the mapping that Renfort ships.
func Default() *Mapping {
	m, err := Decode(mappingJSON)
	if err != nil {
		panic("record: the embedded mapping: " + err.Error())
	}
	return m
}

// MissionID gives the mission that a record is of, by its objectID; ok is
// false where no rule knows it.
func (m *Mapping) MissionID(objectID string) (id mission.ID, ok bool) {
	id, _, ok = m.identify(objectID)
	return id, ok
}

func (m *Mapping) identify(objectID string) (id mission.ID, publisher string, ok bool) {
	for _, r := range m.IDs {
		rest, ok := r.match(objectID)
		if !ok {
			continue
		}
		id = r.Publisher + ":" + rest
		return id, r.Publisher, mission.CheckID("/objectID", id) == nil
	}
	return "", "", false
}

// match gives what the wildcard stands for.
func (r IDRule) match(objectID string) (rest string, ok bool) {
	at := strings.IndexAny(r.Object, "*#")
	rest, ok = strings.CutPrefix(objectID, r.Object[:at])
	if !ok {
		return "", false
	}
	if rest, ok = strings.CutSuffix(rest, r.Object[at+1:]); !ok || rest == "" {
		return "", false
	}
	return rest, r.Object[at] == '*' || strings.Trim(rest, "0123456789") == ""
}
