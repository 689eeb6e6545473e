// Package peer answers: how long do other engines take for the same work?
//
// It gives the missions of one made-up France to Renfort and to what somebody
// would use instead, asks all of them the same, compares what they say with a
// brute force, and only then times them, in turn, so that what else the machine
// does hits all alike. There are plain Bleve as its documentation shows it,
// Lucene 8 in a process of its own (lucene/*.java), PostgreSQL 15 with PostGIS
// (postgres/), Redis 7 (redis/), and a static answer of the same bytes as the
// roof over what HTTP allows; and, where a laboratory has them, Typesense,
// Meilisearch and Elasticsearch (remote/). Those three were never run against
// this package, only fakes of what their documentation says.
//
// # Search
//
// Every engine has the title of a mission, and in one more field all of its
// words: title, organisation, labels of domains and activities, tags, skills,
// places, description. All words must match; a match in the title counts
// threefold (Renfort has its own weights). All but Renfort stem by their own
// French analyzers, so that what words find differs a little: how much is
// reported, as the share of missions and of titles that the first ten have in
// common with Renfort's by words alone: many missions of one association are
// worded alike, and any of them may come first. Without words everything must be equal: totals, the
// counts of every facet value (each facet leaves out its own filter: Lucene by
// DrillSideways, Bleve by one more search per filtered facet, PostgreSQL in one
// statement) and the order. What is not equal is counted and told.
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
// Most look at one value of a place, so missions have their first address
// alone unless Config.Addresses says otherwise, which leaves all but Lucene and
// the roof out. Bleve also measures by an ellipsoid: its radius is scaled to what the
// others' sphere has there. No address lies within 20 cm of a radius, where
// engines round differently.
//
// # Recommendations
//
// The best 20 missions for somebody at a place who chose some domains or none:
// affinity, distance, urgency, quality and congestion by the default policy, of
// missions that have a seat and ask for no skill. Left out on all sides, because
// SQL and scripts cannot say it in any sensible length: the rules of the page,
// activities, skills, times, age, radius, missions done from afar, several
// addresses and several slots. Half of the missions have given seats before.
// Scores are those of the whole formula; pages are held place by place against
// a brute force of this package, and equal means within 1e-6 of its scores.
//
// The others do not work urgency out when asked: a job of every minute writes
// what a mission stands at into its row (postgres/refresh.sql; for Redis the
// loader does), as one would do. Renfort does so with every seat. All keep the
// scale of distance of a cell once it was asked for. PostgreSQL and Redis
// answer with numbers and scores; Renfort over HTTP with the whole page.
//
// # Seats
//
// Clients ask for seats of sixteen missions at random, a quarter more than
// there are, each with a person of their own, and wait for the answer. What
// they were told, what the engine keeps, and what there was are compared after
// every round: one seat too many is told. PostgreSQL syncs every commit, Redis
// every script (and, as a second line, once a second). A refusal of Renfort's
// carries alternatives, which the others do not look for.
//
// # Limits
//
// Clients are closed loops in this process, on the cores that the engines
// have too: their latencies say how engines compare, not what a crowd that does
// not wait would see. Renfort and the roof share the process with the clients;
// PostgreSQL and Redis have their own; Lucene's clients are threads beside it,
// as Renfort's are where it is not asked over HTTP.
package peer
