package objects

import "math/bits"

// setAll writes a set of the records 0 to docs-1.
func setAll(set []uint64, docs int) {
	for i := range set {
		set[i] = ^uint64(0)
	}
	if rest := docs % 64; rest != 0 {
		set[len(set)-1] = 1<<rest - 1
	}
}

// countSet is how many records a set holds.
func countSet(set []uint64) (n int) {
	for _, word := range set {
		n += bits.OnesCount64(word)
	}
	return n
}
