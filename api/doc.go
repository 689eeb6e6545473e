// Package api answers: how does one ask over HTTP?
//
// It is the contract on fasthttp: a table of routes (routes.go), each with
// the scopes it needs, the class it is refused in under load, and what its
// document says; one table of failures (problem.go); and a handler per route
// that decodes, asks the engine, and writes JSON. Nothing is decided here
// about seats or ranking.
//
// # The way of a request
//
// call.run goes from cheap to dear: the route, the key and its rate, its turn
// in the line of its class, parameters, the body under its limit, min_seq;
// then the handler. What any of them refuses becomes problem+json in one
// place, and what the handler wrote leaves in another.
//
// # Under load
//
// What is refused, and when, is api/limit's to say; lanes.go gives it the
// classes and its place in the way of a request. Before anything is refused,
// and while something is, answers leave out facets, highlights and
// explanations (degraded), and pages are not remembered as shown. A refusal of
// the limiter is made in advance and costs less than half a microsecond beside
// the connection.
//
// # Memory
//
// Calls are pooled with all their buffers, and an answer's buffer changes
// hands with fasthttp's instead of being copied. Everything a handler reads
// from its request dies with it, so that what goes into a command is copied:
// path parameters when they are decoded, bodies by the JSON reader. The hot
// path, a recommendation, decodes and encodes by hand; what it is not sure of
// it leaves to the strict reader.
//
// # Where the contract is silent
//
//   - A query parameter without a value counts as left out, as forms send it;
//     one given twice is refused.
//   - In GET /v1/recommendations lat, lon, near, radius_km, domain and activity
//     are the profile's; every other name of a search is a filter.
//   - A box is south, west, north, east; a polygon's corners are lat, lon.
//   - A key for some publishers finds nothing of others (404), may not replace
//     what is theirs (403), and needs not name its own where it has one.
//   - Writes answer with the record as it was stored.
//   - 503 unavailable says that the outcome of a write is not known; 500
//     internal is a fault of ours. Both are beyond the contract's list.
//   - A search takes prefix=true for what is asked while one types, and says
//     with a cursor whether it continued the same list (continued). relaxed
//     names the words that were given up. A radius or the order distance
//     without a point is refused. Under load counts and highlights are left
//     out first.
//   - q has at most 400 characters, and nothing in it is an error: wildcards
//     and unbalanced quotes are signs like others.
//   - A field of /v1/facets that cannot be counted is not found (404).
//   - Highlights are HTML, and what was written is escaped in them.
//   - What completes answers nothing typed with nothing. Missions are suggested
//     only if they match all that was typed; while words cannot be searched the
//     rest is answered without them, as degraded.
//   - A bulk answer lists at most 10,000 refused lines, and counts all.
//   - What stored volunteers are recommended is remembered as shown once a
//     second, for at most a thousand people; a digest's without that bound.
package api
