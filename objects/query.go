package objects

import "renfort/geo"

// Query is what one search asks. The zero value of a field means that it was
// not said, and then the index's settings decide; see NewQuery for those whose
// zero means something.
type Query struct {
	Words     string
	Page      int // from 0
	PerPage   int // hits a page; -1 for what the settings say
	Offset    int // Offset and Length go before Page and PerPage where Length is not -1 or Offset above 0
	Length    int // -1: not said, as many as a page has
	Filter    *Filter
	Optional  []*Filter // what matches goes first, by the sum of their scores; none of them hides anything
	SumScores bool      // an OR counts the scores of all kids that match, else only the highest

	Facets    []string // names; "*" for all that the settings declare
	PerFacet  int      // values a facet, 0: the settings'
	SortFacet string   // "count" or "alpha", "": the settings'

	At         *geo.Point
	RadiusM    float64   // 0: none said, chosen from the density around; -1: "all"
	MinRadiusM float64   // at least this, where RadiusM is 0
	PrecisionM []Band    // nil: every metre counts
	Boxes      []Box     // inside one of these
	Polygons   []Polygon // or one of these; both given: polygons are not looked at

	Retrieve        []string // attributes, nil: the settings'; "*" all, "-name" not this one
	Highlight       []string // nil: the settings'
	Snippet         []string // "name" or "name:words"; nil: the settings'
	PreTag, PostTag string   // "" the settings'
	Ellipsis        *string
	RestrictTo      []string // searchable attributes
	Typos           string   // "true", "false", "min", "strict"; "" the settings'
	OneTypoFrom     int      // letters; 0: the settings'
	TwoTyposFrom    int
	PrefixOf        string // "prefixLast", "prefixAll", "prefixNone"; "" the settings'
	WhenNone        string // removeWordsIfNoResults; "" the settings'
	Advanced        *bool  // "a phrase" and -word
	OptionalWords   []string
	NoSynonyms      bool
	Ranking         []string
	CustomRanking   []string
	Distinct        *int
	ExplainRanking  bool   // _rankingInfo
	Ties            string // seed; the same query with the same seed gives the same order
}

// NewQuery gives a query that says nothing.
func NewQuery() *Query { return &Query{PerPage: -1, Length: -1} }

// Band is a stretch of distances that begins at FromM, in which every StepM
// metres rank alike.
type Band struct{ FromM, StepM float64 }

// Box is two opposite corners of a rectangle on the map.
type Box struct{ A, B geo.Point }

// Polygon is an outline of at least three points, closed by itself.
type Polygon []geo.Point

// Settings say how an index is searched. DecodeSettings makes them of what a
// platform sent; the text itself is kept and answered as it came.
type Settings struct {
	Searchable        []Searchable // nil: every attribute, in the order of the record
	Faceting          []Faceting
	Ranking           []string // nil: the default, see DefaultRanking
	CustomRanking     []string // "asc(name)", "desc(name)"
	Replicas          []string // as written: "name" or "virtual(name)"
	PerPage           int      // 20
	Retrieve          []string
	Unretrievable     []string
	PaginationMax     int // hits that pages reach, 1,000
	PerFacet          int // 100
	SortFacet         string
	Highlight         []string // nil: all searchable attributes
	Snippet           []string
	PreTag, PostTag   string
	Ellipsis          string
	RestrictHighlight bool
	Typos             string
	OneTypoFrom       int      // 4
	TwoTyposFrom      int      // 8
	NoTyposOn         []string // attributes
	NoTyposWords      []string
	NoPrefixOn        []string // attributes
	PrefixOf          string
	WhenNone          string
	Advanced          bool
	DistinctBy        string // attributeForDistinct
	Distinct          int
	Separators        string // letters that are words of their own
	MinProximity      int
	ExactOnSingle     string
	NoExactOn         []string // attributes in which no word is exact
	OptionalWords     []string
}

// Searchable is one attribute that words are looked for in. Those of one Rank
// are as good as each other.
type Searchable struct {
	Name      string
	Rank      int
	Unordered bool // where in the attribute a word stands does not count
}

// Faceting is one attribute that the settings declare for filters and facets.
type Faceting struct {
	Name       string
	Searchable bool // its values may be searched
	FilterOnly bool // it is not counted by "*"

	AfterDistinct bool // counted after records of one group were made one
}

// FilterOp says what a node of a Filter does.
type FilterOp uint8

const (
	OpAnd     FilterOp = iota // all kids; none: everything
	OpOr                      // one of the kids; none: nothing
	OpNot                     // not its one kid
	OpEqual                   // the attribute has the value: see Filter.Value
	OpCompare                 // one of the attribute's numbers compares
	OpRange                   // one of the attribute's numbers is from Number to To, both included
)

// Comparison is how OpCompare compares.
type Comparison uint8

const (
	Less         Comparison = iota // <
	LessEqual                      // <=
	Equal                          // =
	NotEqual                       // !=
	GreaterEqual                   // >=
	Greater                        // >
)

// Filter is a tree of conditions. It is immutable.
type Filter struct {
	Op        FilterOp
	Kids      []*Filter
	Attribute string // dotted
	// Value is what OpEqual looks for: a string as it was pushed, "true" and
	// "false" for booleans (which are also 1 and 0), a number as it is
	// written. Letters' cases are not told apart.
	Value   string
	Compare Comparison
	Number  float64
	To      float64
	// Score is what a record that passes counts for in the criterion
	// "filters"; 1 if none was said. AND and OR have none: an AND counts the
	// sum of its kids', an OR that of the best one (see Query.SumScores).
	Score int
}
