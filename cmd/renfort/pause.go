package main

import (
	"runtime"
	"time"
)

// pauseEvery is for how long the store's writer works before others may go on.
const pauseEvery = time.Millisecond

// newPause gives what the store's writer calls between two pieces of its work, nil
// where there is more than one processor. With one nobody reads the connections while
// the writer works, and its goroutine alone being ready, to give way polls
// nothing: so each pauseEvery the network is polled, and whoever is ready goes on
// first. For one goroutine.
func newPause() func() {
	if runtime.GOMAXPROCS(0) > 1 {
		return nil
	}
	last := time.Now()
	return func() {
		if time.Since(last) >= pauseEvery {
			pollNetwork()
			runtime.Gosched()
			last = time.Now()
		}
	}
}
