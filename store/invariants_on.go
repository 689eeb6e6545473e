//go:build race || invariants

package store

// invariants says whether the dear assertions run: under the race detector,
// and with the tag of that name.
const invariants = true
