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
package objects
