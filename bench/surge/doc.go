// Package surge answers: how well are people spread over missions when far more
// of them arrive than on any other day?
//
// It plays the hours of bench/world's surges against the engine itself, in
// simulated time: the store, the reducer, the index and the ranking are the
// ones that serve, opened in a temporary folder without syncs. Every way of
// showing missions (an Arm) meets the same people with the same interests;
// what it fills is set against the best possible in hindsight (bench/oracle).
// Time moves in seconds: all that people do in one is submitted together, what
// they then see is ranked after it.
//
// Counts are kept here, from what the engine answered to each person, and are
// compared with the engine's own at the end.
package surge
