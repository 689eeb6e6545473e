//go:build !linux

package load

import "time"

// sleeper sleeps as exactly as Go's timers do.
type sleeper struct{}

func newSleeper() *sleeper { return &sleeper{} }

func (*sleeper) nap(d time.Duration) { time.Sleep(d) }

func (*sleeper) close() {}

// unhurry has nothing to do here.
func unhurry() {}
