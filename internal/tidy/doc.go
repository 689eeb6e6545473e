// Package tidy answers: does the tree keep to its own rules?
//
// Its test reads every file of the repository and fails, with place and
// reason, on an import that climbs the ladder, a library that came in by
// another door, a file or function over its length, a package or exported name
// without a comment, a folder called util, an init, a package-level variable
// that can change, words that must not be there, and code that gofmt would
// write otherwise. Each rule is itself tested on a small tree that breaks it.
//
// The rules look at syntax and at names resolved inside one package; they load
// nothing from outside, so that the whole check takes about a second.
package tidy
