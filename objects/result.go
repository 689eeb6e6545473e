package objects

import "renfort/geo"

// Result is what one search answers.
type Result struct {
	// Hits are the records of the page, each a complete JSON object: the
	// attributes asked for, objectID, and _highlightResult, _snippetResult,
	// _rankingInfo and _distinctSeqID where they belong.
	Hits  [][]byte
	IDs   []string // IDs[i] is the objectID of Hits[i]
	Total int      // records (with distinct: groups of them) that match; always exact
	Limit int      // Total, at most the settings' PaginationMax: what pages reach

	Page        int // as asked, from 0; 0 where an offset was asked for
	PerPage     int // hits a page
	Pages       int // pages that can be reached
	Offset      int // first hit's place in the list
	Length      int // as asked
	OffsetAsked bool

	Facets []FacetCounts // in the order asked for; "*" is in the order of the settings

	Words  string // the words as asked
	Parsed string // the words as they were understood: lower case, no accents
	// Removed is the words as asked, with what WhenNone took away marked up;
	// "" where nothing was taken away.
	Removed string

	At               *geo.Point // the point that distances were measured from, nil for none
	RadiusM          float64    // that was asked for; 0 for none, -1 for "all"
	AutomaticRadiusM int        // chosen from the density, 0 where it was not
}

// FacetCounts are the values of one facet over the whole result, counted
// exactly.
type FacetCounts struct {
	Name string
	// Values are sorted by count, greatest first, then by value; with
	// SortFacet "alpha" the values kept are those with the greatest counts and
	// are sorted by value.
	Values []FacetValue
	Stats  *FacetStats // of the numbers, nil where the result has none
}

// FacetValue is one value and the records that have it. Value is written as
// JSON writes it, without quotes.
type FacetValue struct {
	Value string
	Count int
}

// FacetStats are of all the numbers of a facet, each record's each value once.
type FacetStats struct{ Min, Max, Avg, Sum float64 }

// FacetQuery looks for values of one facet.
type FacetQuery struct {
	Facet string // dotted name
	Words string // as typed: each a prefix of one of the value's words, or a typo away; "" for all
	Most  int    // hits, at most FacetHitsMax; 0 for FacetHitsDefault
}

// Bounds of FacetQuery.Most.
const (
	FacetHitsDefault = 10
	FacetHitsMax     = 100
)

// FacetHits are the values of a facet that match.
type FacetHits struct {
	Hits       []FacetHit // greatest count first, then by value
	Exhaustive bool       // the counts are exact, which they always are
}

// FacetHit is one of them.
type FacetHit struct {
	Value       string
	Highlighted string // with what matched between the query's tags
	Count       int
}

// BrowsePage is a part of everything that matches, in the index's own order.
type BrowsePage struct {
	Result
	Cursor string // of the next page, "" after the last one
}
