package matcher

import (
	"renfort/index"
	"renfort/mission"
)

// Sort is an order of hits.
type Sort uint8

// The orders. Ties are broken by hash of the mission, then id.
const (
	ByRelevance Sort = iota // text times the ranking of missions
	ByDistance              // nearest first, those without a distance last; needs a point
	ByUrgency               // vital, urgent, normal, calm; in each by relevance
	ByNewest                // last published first
	ByStart                 // first to start first, those that do not say last
	BySeats                 // most free seats first, those that do not say last
)

// SearchRequest asks for the missions that match words and a filter.
type SearchRequest struct {
	Query     string          // words, "phrases" and -words; "" for all
	Prefix    bool            // the last word may be the beginning of one
	Filter    *mission.Filter // has passed Intake.Filter; nil for none
	Sort      Sort
	Facets    []string // names of the contract: domain, activity, …, attr.NAME
	FacetMost int      // values of a facet, those that count most; 0 for a thousand
	Limit     int      // 0 to SearchMax; 0 counts only
	Cursor    string   // of an earlier page, "" for the first
	Seed      string   // breaks ties, "" for none
	NoCache   bool     // leave the cache of text matches alone
	Joint     bool     // facets count what is found, their own filter kept

	// Only is one more condition, by ordinal; nil for none. OnlyName tells it
	// from others where a cursor continues the list.
	Only     func(s *index.Snapshot, o uint32) bool
	OnlyName string

	// Match is what the words matched on an earlier page, so that the next one
	// continues the same list; nil to ask the text index.
	Match *index.TextMatch
}

// SearchPage is what a search is answered. Slices are reused when a page is
// given again, those in Facets too; what they point to belongs to the snapshot and is immutable.
type SearchPage struct {
	Hits       []Hit
	Total      int
	Facets     []Facet
	Cursor     string // "" at the end
	ByKey      bool   // the cursor's list is gone: continued by its key on what there is now
	GivenUp    []string
	DidYouMean string
	Policy     string
	Seq        uint64
	At         int64
	Match      *index.TextMatch // what the words matched; nil without words
}

// Hit is one mission found.
type Hit struct {
	Ordinal  mission.Ordinal
	ID       mission.ID
	Score    float64
	Km       float64 // true distance to the nearest matching address; negative: none
	Free     int     // negative: nobody knows
	Mission  []byte  // summary, JSON
	Location []byte  // that address, JSON; nil without one
}

// Facet is the values of one field and how many missions have each, most
// first.
type Facet struct {
	Name   string
	Values []FacetValue
}

// FacetValue is one value of a facet, as a filter names it.
type FacetValue struct {
	Value string
	Label string // what people call it; "" where the value says it
	Count int
}

// FacetValuesMax is how many values of a facet are given, most first.
const FacetValuesMax = 1_000
