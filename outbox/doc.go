// Package outbox answers: what leaves the house, and did it arrive?
//
// An event is a change of the store's log as a platform sees it: an id, a kind
// and JSON with what it needs. A Feed reads the log once for everybody who
// follows it; streams of the api and webhooks take from the same pages. What
// is older than the log (a day) is gone and said to be.
//
// Nothing here is touched by the writer of the store, and nobody's slowness
// reaches it: a Feed reads what is committed, at most ten times a second.
package outbox
