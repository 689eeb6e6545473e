// Package geo answers: where is it, how far, which cell, and is it inside?
//
// Everything happens on a sphere of EarthRadiusKm. A Point is what people
// send (degrees); a Vec is what the engine compares (three floats, no
// trigonometry); a Cell names a square of the sphere; a Cap bounds a group of
// places by a centre and a radius; an Area is what a person draws.
//
// The ladder of cost, cheap first: Chord2 (three multiplications), Km and
// Cap.MinKm (one square root and a short polynomial), Point.Vec (sines).
//
// # Rounding
//
// Near its centre a Vec is exact to about a nanometre, and so are distances,
// except towards the antipode: there the squared chord is flat, and distances
// are exact to about half a metre. The bounds of Cap allow for that: MinKm is
// never above the distance that DistanceKm gives, MaxKm never below.
//
// All types are plain values, all functions are pure, and all of them are
// safe for concurrent use. This package imports nothing of ours, and is the
// only one that imports S2.
package geo
