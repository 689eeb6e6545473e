package objects

// Synonym is words that find each other, as Algolia writes them.
type Synonym struct {
	ObjectID string   `json:"objectID"`
	Type     string   `json:"type"` // "synonym" (each finds all) or "oneWaySynonym" (Input finds the others)
	Input    string   `json:"input,omitempty"`
	Synonyms []string `json:"synonyms"`
}
