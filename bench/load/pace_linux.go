package load

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// sleeper sleeps on a timer of the kernel that the scheduler polls together
// with the connections: it wakes within microseconds, where Go's own timers
// wake up to a millisecond late on an idle processor, and it takes no thread
// that would share the generator's core with those who send.
type sleeper struct {
	fd    int
	timer *os.File // of fd, for the scheduler; nil: there is none
}

// newSleeper gives a sleeper; where the kernel has no such timer it sleeps as
// exactly as Go does.
func newSleeper() *sleeper {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return &sleeper{}
	}
	return &sleeper{fd: fd, timer: os.NewFile(uintptr(fd), "timer")}
}

// nap sleeps. It may wake early; the caller looks at the clock.
func (s *sleeper) nap(d time.Duration) {
	if s.timer != nil && d > 0 {
		var fired [8]byte
		spec := unix.ItimerSpec{Value: unix.NsecToTimespec(d.Nanoseconds())}
		if unix.TimerfdSettime(s.fd, 0, &spec, nil) == nil {
			if _, err := s.timer.Read(fired[:]); err == nil {
				return
			}
		}
	}
	time.Sleep(d)
}

// close gives the timer back.
func (s *sleeper) close() {
	if s.timer != nil {
		_ = s.timer.Close() // there is nothing to lose in it
	}
}

// unhurry lets the threads of this process wake up to a millisecond late from
// waiting for a time. The scheduler has one that looks round every 20 us, which
// on one core takes a tenth of it and makes those who send late; the sleeper's
// timer and the connections wake as exactly as ever. Where it may not be done
// all stays as it was.
func unhurry() {
	const slackNanos = "1000000"
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, thread := range threads {
		_ = os.WriteFile("/proc/"+thread.Name()+"/timerslack_ns", []byte(slackNanos), 0)
	}
}
