package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// timerSlack is how much later than it asked the kernel may wake a thread of ours. By
// default that is 50 us. The runtime's watch sleeps 20 at a time while there is work, so
// that it woke each 100 us all day: a twentieth of a core and a switch away from
// whatever ran there. What waits for a time here waits for as long at least.
const timerSlack = 300 * time.Microsecond

// relaxTimers gives the process's threads their slack; those that come take it from who
// makes them. It is Linux's, and to set another thread's takes CAP_SYS_NICE: without
// it timers stay punctual, and systemd's TimerSlackNSec does the same.
func relaxTimers() (relaxed bool) {
	tasks, err := os.ReadDir("/proc/self/task")
	relaxed = err == nil
	for _, task := range tasks {
		slack := filepath.Join("/proc", task.Name(), "timerslack_ns")
		err := os.WriteFile(slack, strconv.AppendInt(nil, int64(timerSlack), 10), 0)
		if errors.Is(err, fs.ErrPermission) { // after any other the thread has ended
			relaxed = false
		}
	}
	return relaxed
}
