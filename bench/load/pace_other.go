//go:build !linux

package load

import "time"

// sharpen does nothing here.
func sharpen() {}

// nap sleeps as exactly as Go's timers do.
func nap(d time.Duration) { time.Sleep(d) }
