package objects

// The words of an index. What core needs of them, in the order of a search:
//
//	q := parseWords(text, settings, query, synonyms)   once a query
//	w.match(q, attributes, m)                          once a segment; m is scratch
//	m.docs                                             what matches, for totals and facets
//	m.rank(among, visit)                               ranks, of those alone that compete
//	q.mark, q.snippet                                  once a hit that is shown
//
// and where nothing matches in any segment, q.relaxed() is tried next.

const (
	// positionMax is the position of the last word of an attribute that is
	// told apart: what stands behind it is found there.
	positionMax = 1<<15 - 1
	// queryWordsMax is how many words of a query count: the rest is not
	// looked for.
	queryWordsMax = 32
	// proximityMax is how far apart words can be; those of two attributes, or
	// of two entries of an array, always are.
	proximityMax = 8
	// proximityWordsMax is how many words at the beginning of a query count
	// for how near they are to each other.
	proximityWordsMax = 10
	// positionsRanked is how many positions of an attribute the attribute
	// criterion tells apart.
	positionsRanked = 1000
)

// attributeRank says how words in one attribute of a segment count, by the
// settings and the query of this moment.
type attributeRank struct {
	Rank      int16 // 0 is the best; below 0: no words are looked for in it
	Unordered bool  // the position inside does not count
	NoTypos   bool
	NoPrefix  bool
	NoExact   bool // a word in it is never exact
}

// wordRank is what Algolia's criteria know of one record that matches.
type wordRank struct {
	Typos     uint8  // less is better; a typo in the first letter counts twice
	Words     uint8  // of the query that were found; more is better
	Exact     uint8  // of those, without typo or prefix; more is better
	Proximity uint16 // less is better; the sum of how far each word is from the next, 1 to 8 each
	Attribute uint32 // less is better: Rank of the attribute times 1,000 plus the position in it (0 to 999)
}

// matchLevel says how much of a query one value holds.
type matchLevel uint8

const (
	matchNone matchLevel = iota
	matchPartial
	matchFull
)

// String is the level as Algolia writes it.
func (l matchLevel) String() string {
	switch l {
	case matchFull:
		return "full"
	case matchPartial:
		return "partial"
	}
	return "none"
}

// markInfo says what was marked in one value.
type markInfo struct {
	Level matchLevel
	Words []string // of the query, folded, in its order; nil where none matched
	Fully bool     // every word of the value is marked
}
