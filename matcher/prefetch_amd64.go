package matcher

import "unsafe"

// prefetch has the processor fetch lines of memory while it goes on. The sum is of no
// use.
//
//go:noescape
func prefetch(lines []unsafe.Pointer) (sum byte)

// prefetchRun is prefetch for lines that lie one behind the other.
//
//go:noescape
func prefetchRun(at unsafe.Pointer, lines int) (sum byte)
