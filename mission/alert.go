package mission

// Alert is a saved search of somebody who wants to hear of missions that fit.
// One that has been handed to the engine is immutable.
type Alert struct {
	ID        ID     `json:"id,omitzero"`
	Volunteer ID     `json:"volunteer"`
	Publisher string `json:"publisher,omitzero"` // the volunteer's
	Filter    Filter `json:"filter"`
	Sent      []byte `json:"sent,omitzero"` // the filters as they came, JSON, to be read back
	Raised    int64  `json:"raised,omitzero"`
}
