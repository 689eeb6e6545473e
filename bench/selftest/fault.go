package selftest

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Fault is something that the control server does wrong on purpose; the name
// is what people read.
type Fault string

// The faults.
const (
	None     Fault = ""
	Stall    Fault = "everything stands still for 200 ms every 5 s"
	Errors   Fault = "1 % of the answers are errors"
	Oversold Fault = "one seat in 10,000 is given out twice"
	LostHold Fault = "one acknowledged seat is lost"
	LostPut  Fault = "one acknowledged volunteer is lost"
	Stale    Fault = "full missions are recommended"
	Ranking  Fault = "two of a page change places, in 1 % of the pages"
	Dropped  Fault = "1 % of the answers never come"
	Cut      Fault = "1 % of the answers break off"
	Drift    Fault = "answers take longer from second to second"
	Slower   Fault = "every answer takes half as long again"
	Lagging  Fault = "the generator has no processor"
)

// How faults are dosed.
const (
	stallFirst  = 700 * time.Millisecond // after the fault was armed
	stallEvery  = 5 * time.Second
	stallLength = 200 * time.Millisecond
	slowerShare = 2  // one such part longer
	driftShare  = 50 // of the time since it was armed is added to an answer: 20 ms each second
)

// dose says at which occasions a fault is done: at the first-th, and at every
// every-th after it; 0 for never again.
type dose struct{ first, every int64 }

// doses are those of the faults that have occasions: requests, pages, or
// seats given. The rare ones come early, so that a short run has one.
func doses(f Fault) dose {
	return map[Fault]dose{
		Errors:   {50, 100},
		Dropped:  {50, 100},
		Cut:      {50, 100},
		Ranking:  {2, 100},
		Oversold: {1, 10_000},
		LostHold: {10, 0},
		LostPut:  {20, 0},
		Stale:    {1, 1},
	}[f]
}

// mischief is one fault and how often it was done. It does nothing until it is
// armed: worlds are loaded without faults. Safe for concurrent use.
type mischief struct {
	fault     Fault
	armed     atomic.Int64 // when, Unix nanoseconds; 0: it is not
	occasions atomic.Int64
	done      atomic.Int64
}

// arm lets the fault happen from a moment on; again changes nothing.
func (m *mischief) arm(now time.Time) {
	if m.armed.CompareAndSwap(0, now.UnixNano()) && m.fault == Lagging {
		m.burn()
	}
}

// disarm ends it.
func (m *mischief) disarm() { m.armed.Store(0) }

// burn takes the processors away from the generator, until it is disarmed.
func (m *mischief) burn() {
	for range 4 * runtime.GOMAXPROCS(0) {
		go func() {
			for m.armed.Load() != 0 {
				m.done.Add(1)
			}
		}()
	}
}

// strikes says whether this occasion is one at which the fault is done.
func (m *mischief) strikes(f Fault) bool {
	if m.fault != f || m.armed.Load() == 0 {
		return false
	}
	d := doses(f)
	late := m.occasions.Add(1) - d.first
	if late < 0 || late > 0 && (d.every == 0 || late%d.every != 0) {
		return false
	}
	m.done.Add(1)
	return true
}

// again has the fault done at the next occasion: what was done was undone.
func (m *mischief) again() { m.occasions.Store(doses(m.fault).first - 1) }

// delay gives how long an answer waits at a moment.
func (m *mischief) delay(now time.Time) time.Duration {
	armed := m.armed.Load()
	if armed == 0 || m.fault != Stall && m.fault != Drift {
		return 0
	}
	since := time.Duration(now.UnixNano() - armed)
	if m.fault == Drift {
		m.done.Add(1)
		return since / driftShare
	}
	if into := (since - stallFirst) % stallEvery; since >= stallFirst && into < stallLength {
		m.done.Add(1)
		return stallLength - into
	}
	return 0
}
