package machine

import "renfort/bench/result"

// Watch observes the machine between Begin and End. It is not safe for
// concurrent use.
type Watch struct {
	pids  []int
	began sight
	err   error // why nothing is known
}

// sight is what can be read at one instant.
type sight struct {
	ticks     ticks
	ours      float64 // seconds of processor time of this process and those named
	throttled int64   // microseconds
}

// ticksPerSecond is of /proc/stat, whatever the kernel's own rate.
const ticksPerSecond = 100

// Begin starts a watch. Whoever is named counts as ours, like this process:
// the service that is measured. Children of ours are others unless named.
func Begin(pids ...int) *Watch {
	w := &Watch{pids: pids}
	w.began, w.err = look(pids)
	return w
}

// End tells what happened since Begin; it may be called several times. Where
// this system does not tell, or a process named has ended, OthersShare is -1
// and the rest is what is known, else 0.
//
// Interrupts belong to nobody: they are in no share, because loopback traffic
// is mostly interrupts and it is ours. The kernel counts in hundredths of a
// second; over less than a second or so shares are rough.
func (w *Watch) End() result.Steal {
	now, err := look(w.pids)
	all := now.ticks.all - w.began.ticks.all
	if w.began.ticks.all == 0 || all <= 0 {
		return result.Steal{OthersShare: -1}
	}
	s := result.Steal{
		StolenShare: float64(max(0, now.ticks.stolen-w.began.ticks.stolen)) / float64(all),
		ThrottledUS: max(0, now.throttled-w.began.throttled),
		OthersShare: -1,
	}
	if err == nil && w.err == nil {
		worked := float64(now.ticks.worked-w.began.ticks.worked) - (now.ours-w.began.ours)*ticksPerSecond
		s.OthersShare = min(1, max(0, worked/float64(all)))
	}
	return s
}
