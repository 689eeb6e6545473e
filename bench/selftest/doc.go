// Package selftest answers: would the bench notice?
//
// It serves the part of the contract that the scenarios use from memory, does
// one known thing wrong, has the bench measure it as it measures any service,
// and requires that the figure or the check which is there for it says so. The
// same server without a fault must pass every check, and against itself be no
// different: a bench that always cries is as useless as one that never does.
//
// Server and generator share a process and its memory, so the figures of the
// control say nothing about either's speed.
package selftest
