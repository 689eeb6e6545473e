// Package api answers: how does one ask over HTTP?
//
// It is the contract on fasthttp: a table of routes (routes.go), each with
// the scopes it needs, the class it is refused in under load, and what its
// document says; one table of failures (problem.go); and a handler per route
// that decodes, asks the engine, and writes JSON. Nothing is decided here
// about seats or ranking.
//
// The hot path, a recommendation, decodes and encodes by hand into memory
// that is kept for the next request. Everything a fasthttp handler reads from
// its request dies with the handler, so what goes into a command is copied.
package api
