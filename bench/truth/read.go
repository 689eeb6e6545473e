package truth

import (
	"encoding/json"
	"fmt"
	"time"

	"renfort/mission"
)

// Mission is a mission as GET /v1/missions answers it.
type Mission struct {
	mission.Mission
	Occupancy Occupancy `json:"occupancy"`
	// Seating is what GET /v1/missions/{id}/seats adds, nil where it was not
	// asked. Truth.Unsure says of which missions it is needed.
	Seating *Seating `json:"-"`
}

// Occupancy is how the seats of a mission or a slot stand. Total and Free are
// nil where nobody knows how many there are.
type Occupancy struct {
	Total     *int `json:"total"`
	Elsewhere int  `json:"elsewhere"`
	Held      int  `json:"held"`
	Confirmed int  `json:"confirmed"`
	Free      *int `json:"free"`
}

// taken gives the seats that are not to be had.
func (o *Occupancy) taken() int { return o.Elsewhere + o.Held + o.Confirmed }

// Seating is a mission's seats slot by slot, and how many were filled.
type Seating struct {
	Slots []struct {
		ID string `json:"id"`
		Occupancy
	} `json:"slots"`
	Filled struct {
		Seats int `json:"seats"` // confirmed here in the last 14 days
	} `json:"filled"`
}

// Organization is what ranking reads of one.
type Organization struct {
	ID          mission.ID `json:"id"`
	State       string     `json:"state"`
	Reliability float64    `json:"reliability"` // under the policy in force
}

// Crisis is one of GET /v1/crises.
type Crisis struct {
	mission.Crisis
	StartsAt *time.Time `json:"starts_at_instant"`
	EndsAt   *time.Time `json:"ends_at_instant"`
}

// Rules are what answers are made by, and what is known of the service's past.
// The zero value of what tells of the past claims nothing but that no seat was
// let go: see each field.
type Rules struct {
	Policy        *mission.Policy   // in force; nil: the default
	Taxonomy      *mission.Taxonomy // nil: the default
	Organizations map[mission.ID]Organization
	Crises        []Crisis
	At            time.Time // log time, for Recommend; Differ takes the answer's

	// Since and Until are between when every mission was written for the first
	// time, in log time. No Since: nobody knows, and Until is not read.
	Since, Until time.Time
	// Moved is when a seat or a mission last moved. Where that is in the minute
	// of an answer, its markets may have been counted before it.
	Moved time.Time
	// Returned is the most confirmed seats that any one mission was given back in
	// 14 days: they count as filled and are in no occupancy. Seating knows better.
	Returned int
	// Lapsed says that seats may have been held and let go, which leaves no trace
	// in an occupancy.
	Lapsed bool
}

// ReadMissions reads a page of GET /v1/missions: its missions and the cursor of
// the next page, "" after the last.
func ReadMissions(page []byte) (missions []Mission, cursor string, err error) {
	var p struct {
		Missions []Mission
		Cursor   string
	}
	if err := json.Unmarshal(page, &p); err != nil {
		return nil, "", fmt.Errorf("truth: missions: %w", err)
	}
	return p.Missions, p.Cursor, nil
}

// ReadSeating reads GET /v1/missions/{id}/seats.
func ReadSeating(body []byte) (*Seating, error) { return readAs[Seating]("seats", body) }

// ReadOrganization reads GET /v1/organizations/{id}.
func ReadOrganization(body []byte) (*Organization, error) {
	return readAs[Organization]("organization", body)
}

// ReadCrises reads GET /v1/crises.
func ReadCrises(body []byte) ([]Crisis, error) {
	p, err := readAs[struct{ Crises []Crisis }]("crises", body)
	if err != nil {
		return nil, err
	}
	return p.Crises, nil
}

// ReadPolicy reads GET /v1/policy.
func ReadPolicy(body []byte) (*mission.Policy, error) {
	p, err := readAs[struct{ Policy json.RawMessage }]("policy", body)
	if err != nil {
		return nil, err
	}
	return mission.DecodePolicy(p.Policy)
}

// ReadTaxonomy reads GET /v1/taxonomy.
func ReadTaxonomy(body []byte) (*mission.Taxonomy, error) {
	p, err := readAs[struct{ Taxonomy json.RawMessage }]("taxonomy", body)
	if err != nil {
		return nil, err
	}
	return mission.DecodeTaxonomy(p.Taxonomy)
}

// readAs reads a body; unknown members are somebody else's.
func readAs[T any](what string, body []byte) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(body, v); err != nil {
		return nil, fmt.Errorf("truth: %s: %w", what, err)
	}
	return v, nil
}
