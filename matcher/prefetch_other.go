//go:build !amd64

package matcher

import "unsafe"

// prefetch reads a byte of each line, so short a loop that many reads are under way
// together: Go knows of no other way.
func prefetch(lines []unsafe.Pointer) (sum byte) {
	for _, at := range lines {
		sum += *(*byte)(at)
	}
	return sum
}

// prefetchRun is prefetch for lines that lie one behind the other.
func prefetchRun(at unsafe.Pointer, lines int) (sum byte) {
	for i := range lines {
		sum += *(*byte)(unsafe.Add(at, i*64))
	}
	return sum
}
