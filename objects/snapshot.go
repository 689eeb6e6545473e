package objects

import (
	"iter"

	"renfort/mission"
)

// Snapshot is one instant of an index. It is immutable, and safe for
// concurrent use.
type Snapshot struct {
	settings *Settings
	synonyms []Synonym
}

func newSnapshot(s *Settings, synonyms []Synonym) *Snapshot {
	return &Snapshot{settings: s, synonyms: synonyms}
}

// Len is the number of records.
func (s *Snapshot) Len() int { return 0 }

// Bytes is about how much memory the records and their columns take.
func (s *Snapshot) Bytes() int64 { return 0 }

// Settings are those of the index. They are read only.
func (s *Snapshot) Settings() *Settings { return s.settings }

// Object is the record of that id.
func (s *Snapshot) Object(id string) (*Object, bool) { return nil, false }

// Search answers a query. Live may be nil where records have nothing from
// elsewhere; so may it be for the other methods.
func (s *Snapshot) Search(q *Query, live *Live) (*Result, error) { return nil, notYet() }

// Facet looks for values of a facet among the records that match the query.
func (s *Snapshot) Facet(q *Query, f FacetQuery, live *Live) (*FacetHits, error) {
	return nil, notYet()
}

// Browse answers a page of everything that matches, in the order of the ids:
// what is there all the time is met exactly once, whatever is written between
// the pages. The first cursor is "". One that no page answered is refused as
// mission.Invalid.
func (s *Snapshot) Browse(q *Query, live *Live, cursor string) (*BrowsePage, error) {
	return nil, notYet()
}

// Matching walks the ids of what matches, in their order.
func (s *Snapshot) Matching(q *Query, live *Live) iter.Seq[string] {
	return func(func(string) bool) {}
}

// Retrieve is a record with its live values, and of its attributes those that
// are asked for: nil or "*" for all, "-name" for all but that, dotted names
// for parts; never the unretrievable ones, always objectID. The mission is the
// record's, live may be nil.
func Retrieve(record []byte, attributes, unretrievable []string, live *Live, missionOrdinal uint32) []byte {
	return record
}

func notYet() error {
	return mission.Errorf(mission.Unsupported, "the search over free records is not there yet")
}
