package objects

import "renfort/geo"

// NoMission is the mission of a record that has none.
const NoMission = ^uint32(0)

// Object is one record. It is immutable once it was given to an index.
type Object struct {
	ID      string
	JSON    []byte // an object, compact, with its objectID
	Mission uint32 // the ordinal of the mission that it describes, or NoMission
}

// LiveAttribute is an attribute whose value is not the record's own.
type LiveAttribute struct {
	Name string // dotted, as in "places_left"
	Bool bool   // answered and counted as true and false; compared as 1 and 0
}

// Live tells what records of missions have from elsewhere, at one instant. The
// zero value is for indexes whose records have nothing. Its functions are
// called by many goroutines at once.
type Live struct {
	Attributes []LiveAttribute
	// Value gives attribute i of a mission; ok is false where the record's own
	// value stands.
	Value func(i int, mission uint32) (v float64, ok bool)
	// Score writes the score of each mission, at a point if at is not nil: the
	// greater the better, 0 for one that is not open to anybody.
	Score func(missions []uint32, at *geo.Point, scores []float32)
	// Explain gives what Score multiplied for one mission, as a JSON object.
	Explain func(mission uint32, at *geo.Point) []byte
}
