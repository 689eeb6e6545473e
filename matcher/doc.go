// Package matcher answers: in what order, and why?
//
// A score is a product of factors, each to its weight:
//
//	s(v,m) = A^a * D^b * V^v * U^g * Q^q * P^p
//
// affinity, distance, availability; urgency, quality, congestion. The last
// three are the mission's standing, which does not depend on who asks: the
// index keeps it, computed by Standing. Score and reasons come from one code
// path. Scores are cut to 36 bits of mantissa, so that a tie is a tie on every
// machine, whatever its rounding.
//
// The k best are found best-first over the cells of the index, exactly: a cell
// is skipped only if its upper bound cannot beat the floor. A filter that
// leaves few missions, and a policy that is not in force, are scored wholly,
// by the same scorer. Where many ask from one cell, the entries that can score
// best for anybody in it are named on a shelf, and so are the best of what is
// done from anywhere. Bits say which rows of a shelf are about what, so that
// each person looks at rows of their own kinds only, best bound first. The trees answer what the shelves cannot. Shelves
// from before a renewal of bounds serve until there are new ones: their bounds
// raised, and missions that rose by more looked at one by one.
//
// Reverse matching (Candidates) finds the best volunteers for a mission:
//
//	s(m,v) = A^a * D^d * V^v * acceptance * fatigue
//
// with the affinity and availability that the volunteer's own ranking has, and
// distance by the mission's scale. Urgency, quality and congestion are the
// mission's and equal for all, so that they are left out. Fatigue is the policy's
// to the power of how often waves asked them in 30 days. Volunteers lie in
// memory by home, under quarters with bounds; ties go to who was asked least
// recently, then by hash of volunteer and mission, then by id. Somebody whose
// place nobody knows is a candidate only for what is done from anywhere.
//
// A Search is sets of missions as bits: what is to be had, what matches the
// words, what passes each field of the filter, what has an address in the
// circle. Their intersection is the total. A facet is counted over the
// intersection less its own filter. The best of what is left are found as
// above, or by one look at each where the order is another; a cursor is the
// last hit's place in that order.
package matcher
