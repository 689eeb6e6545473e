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
	// attributesMax is how many attributes of a segment hold words; those of
	// higher numbers are not added.
	attributesMax = 1 << 16
	// positionMax is the position of the last word of an attribute that is
	// told apart: what stands behind it is found there.
	positionMax = 1<<15 - 1
	// queryWordsMax is how many words of a query count: the rest is not
	// looked for.
	queryWordsMax = 64
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
	Proximity uint16 // less is better; 0 for one word
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

// newWordsBuilder collects the words of a segment. Letters of separators are
// words of their own (Settings.Separators); a change of them takes effect in
// segments that are built after it.
//
//	func newWordsBuilder(separators string) *wordsBuilder
//	func (b *wordsBuilder) add(doc uint32, attribute uint16, value string)  // docs ascend; several values of one attribute and doc are the entries of an array, and follow each other
//	func (b *wordsBuilder) finish(docs int) *wordsIndex                     // of docs 0..docs-1
//
//	func mergeWords(parts []wordsPart) *wordsIndex
//	type wordsPart struct { words *wordsIndex; docs []uint32 /* new number by old one, ascending and above those of earlier parts; gone for those left out */; attributes []uint16 /* new number by old one */ }
//
//	func (w *wordsIndex) bytes() int
//	func (w *wordsIndex) match(q *wordQuery, attributes []attributeRank, m *wordsMatch)   // an attribute beyond the slice is not searched; q.any(): every doc matches, do not ask
//	type wordsMatch struct { docs []uint64 /* bit d of word d/64 */ ... }                  // the zero value is ready; reused, not shared; pool it
//	func (m *wordsMatch) rank(among []uint64, visit func(doc uint32, r wordRank))          // of docs that match and are among; ascending
//	func (m *wordsMatch) typos(among []uint64) (has [typosMax+1]bool), m.keepTypos(has)    // typoTolerance min and strict, see wordQuery.typosKept
//
//	func newSynonymTable(list []Synonym) *synonymTable                                     // nil is no synonyms
//	func parseWords(text string, s *Settings, q *Query, synonyms *synonymTable) *wordQuery // never nil
//	func (q *wordQuery) any() bool                                                         // no words: every record matches, and ranks are zero
//	func (q *wordQuery) relaxed() (*wordQuery, bool)                                       // removeWordsIfNoResults: what to ask next
//	func (q *wordQuery) parsed() string                                                    // "parsed_query"
//	func (q *wordQuery) mark(value string, in attributeRank, pre, post string) (string, markInfo)
//	func (q *wordQuery) snippet(value string, in attributeRank, words int, pre, post, ellipsis string) (string, matchLevel)
//	func (q *wordQuery) accepts(value string) (wordRank, bool)                             // a value of a facet: searchForFacetValues
//	func foldText(s string) string
