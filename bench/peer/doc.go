// Package peer answers: how long do other engines take for the same work?
//
// It gives the missions of one made-up France to Renfort, to plain Bleve as
// its documentation shows it, and to Lucene 8 in a process of its own
// (lucene/*.java), asks all of them the same questions, compares what they say
// with each other and with a brute force, and only then times them: one
// question at a time, kind by kind and engine by engine in turn, so that what
// else the machine does hits all alike.
//
// # What is made the same
//
// Every engine has the title of a mission, and in one more field all of its
// words: title, organisation, labels of domains and activities, tags, skills,
// places, description. All words must match; a match in the title counts
// threefold (Renfort has its own weights). Bleve and Lucene stem by their own
// French analyzers, so that what words find differs a little: how much is
// reported, as the share of missions and of titles that the first ten have in
// common with Renfort's by words alone: many missions of one association are
// worded alike, and any of them may come first. Without words everything must be equal: totals, the
// counts of every facet value (each facet leaves out its own filter: Lucene by
// DrillSideways, Bleve by one more search per filtered facet) and the order.
//
// Questions without words are ordered by distance where they have a place, else
// by the day of publication, questions with words by score, which in Renfort
// is the words' score times the ranking by seats, urgency and distance.
//
// Filters ask for domain, department and remote. Filters of dates are left
// out, and open=false is asked of Renfort, because the others know nothing of
// seats. Missions that can be done from anywhere pass every radius, and lie
// nowhere. Questions with a place have no filter by department: that one address
// must meet both cannot be said in the flat fields of the others. For the same
// reason they ask for no facet of departments where missions have all their
// addresses: Renfort counts those of the addresses within the radius.
//
// Bleve's distance query looks at one value of a field, so missions have their
// first address alone unless Config.Addresses says otherwise, which leaves
// Bleve out. It also measures by an ellipsoid: its radius is scaled to what the
// others' sphere has there. No address lies within 20 cm of a radius, where
// engines round differently.
package peer
