// Package engine answers: what is live?
//
// It joins store, index and matcher: a command goes in at Submit, becomes
// durable in the store, shows in the index, and only then is answered; a
// reader takes a snapshot and is never held up.
package engine
