// Package objects answers: which records match?
//
// Records are free JSON with an id, as front ends push them to a search
// service. An index of them is a list of immutable segments: columns for
// filters and facets, words for queries, points for places. A Snapshot is one
// instant of an index and safe for concurrent use by any number of readers;
// an Index is written to by one goroutine at a time.
//
// What the words of the language mean (filters, facets, ranking, typos,
// highlighting) is what Algolia's documentation says of them, because the
// clients that ask were written for it. What a record has from elsewhere, such
// as the seats that are left at this instant, is passed in with the question
// (Live) and stands in no segment.
//
// Where that documentation leaves a choice, this is ours. Nothing is
// approximate: totals, facets and statistics are of all that matches. Records
// that all criteria leave even are in the order of their ids, so pages neither
// overlap nor leave anything out. The radius that is chosen where none is asked
// for holds the 1,000 records nearest to the point, whatever the query looks
// for. Distances are ranked, and told as geoDistance, in whole metres or
// multiples of the precision. Facets are counted before records of one group
// are made one, but for those declared afterDistinct. Without
// searchableAttributes every attribute is as good as every other, and only
// objectID holds no words.
package objects
