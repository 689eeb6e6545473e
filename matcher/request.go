package matcher

import "renfort/mission"

// Request asks for the best missions for one volunteer: the stored one named
// by Volunteer, or the Profile, which has passed Intake.Profile, or somebody at the
// first place of the mission Like who chose what it is about and has the skills that
// it asks for; that mission is left out.
type Request struct {
	Volunteer mission.ID
	Profile   *mission.Volunteer
	Like      mission.ID
	Filter    *mission.Filter // has passed Intake.Filter; nil for none
	Exclude   []mission.ID
	Limit     int // 1 to RecommendMax
	Explain   bool
	French    bool   // words of the reasons; else English
	Seed      string // breaks ties; "": the volunteer's id, else "0"
	Policy    *mission.Policy
}

// Page is what a request is answered. The slices are reused when a Page is
// given again; what they point to belongs to the snapshot and is immutable.
type Page struct {
	Items      []Item
	Policy     string // key, as default/1
	Seq        uint64
	At         int64 // log time, Unix seconds
	Widened    Widened
	Considered int // missions scored
}

// Widened says that a radius left too few missions; ToKm is 0 if it did not.
type Widened struct {
	AskedKm float64
	ToKm    float64
}

// Item is one mission of a page.
type Item struct {
	Ordinal  mission.Ordinal
	ID       mission.ID
	Score    float64
	Km       float64 // to the nearest address; negative: no distance plays a part
	Free     int     // seats left; negative: nobody knows
	Mission  []byte  // summary, JSON
	Location []byte  // nearest address, JSON; nil without one
	Reasons  []Reason
}

// Reason is one factor of a score: the product of Value^Weight over all is
// the score.
type Reason struct {
	Factor string         `json:"factor"`
	Value  float64        `json:"value"`
	Weight float64        `json:"weight"`
	Detail map[string]any `json:"detail,omitzero"`
	Text   string         `json:"text,omitzero"`
}
