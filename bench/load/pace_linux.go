package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// sharpen has the kernel wake this thread within a microsecond of its time
// instead of within 50; where that is refused naps are a little longer.
func sharpen() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1000, 0, 0, 0) }

// nap sleeps on the kernel's clock; what a signal cuts short is slept again by
// the caller.
func nap(d time.Duration) {
	t := unix.NsecToTimespec(d.Nanoseconds())
	_ = unix.Nanosleep(&t, nil)
}
