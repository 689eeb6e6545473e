// Package truth answers: what should have been answered?
//
// It is the oracle of the benchmark: it reads what anybody may read of a
// running service, looks at every mission there is, and says which page a
// request should have got. It shares no code with index, matcher, store or
// engine; of the nouns (mission, geo) it uses what turns a record as written
// into instants, days and points: Intake, cells, polygons and the gazetteer.
//
// # What is derived
//
// From GET /v1/missions (records with their occupancy), /v1/policy,
// /v1/taxonomy, /v1/crises, /v1/organizations/{id} and the answer's own `at`:
// who may be shown a mission and by which way, affinity, distance with the
// scale of the asking place and of crises, availability, quality, congestion,
// the reach and its widening, the rules of the page and the order. Which of
// two missions of equal score comes first is a draw that public data do not
// tell: any order of equals is right.
//
// # What is not public, and what is made of it
//
// Urgency holds p_miss, which looks at the past: when each mission was first
// written, and how many of its seats, and of its market's, were confirmed here
// in 14 days. Rules and Seating bound these; each p_miss, and so each score, is
// then an interval. The interval is a point, and the truth exact, in a service
// that was loaded within the present minute, or of which Seating and Rules tell
// everything; it is narrow (1e-4 of a score) in one loaded minutes ago.
//
//   - A score must lie in its interval.
//   - Where the interval is wider than the tolerance and the answer explains
//     itself, its p_miss is given, not derived: it must lie in p_miss's interval,
//     and the score must then be exact. The Verdict counts such missions.
//   - A mission on the page is ordered by the score that the answer gives it,
//     now known to be possible. One that is not on the page is ordered by the
//     least it may have: it is missed only if it is surely better.
//   - Whether nobody took a mission for long is known, but for missions that
//     somebody may have held and let go (Rules.Lapsed): these may have the place
//     of the unserved, and need not.
//
// A service answers from what its last Tick counted: markets and the median of
// fills at the first Tick of the minute (Rules.Moved says how to deal with it),
// the scales of distance at the last Tick. Ask two seconds after the last write.
//
// # Searches
//
// Search and DifferSearch do the same for GET /v1/search without words: the
// total, the counts of facets (each with its own filter left out), the order by
// any sort, distances and scores. Text scores are not public.
//
// # What it does not know
//
// How many missions were scored (`considered`), words for people, the filters
// beside place, domain, activity, department, urgency and remote. A request
// with another one is an error, never a guess. Who asks as a stored volunteer
// is not shown what they hold, refused or waved away: the caller names these in
// Exclude.
package truth
