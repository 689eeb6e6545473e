package limit

import "sync/atomic"

const (
	// backlogCrowd and backlogNanos are writes that have gathered: more of
	// them than some hundred callers have in flight, and too many for the
	// wanted time.
	backlogCrowd = 512
	backlogNanos = 40e6
	// backlogLeast is what may always be in flight: so many that share one
	// commit lose little by it, however slow the disk.
	backlogLeast = 256
	// backlogWaitNanos is the wait that the tight state allows the lowest
	// class of writes.
	backlogWaitNanos = 15e6
	// windowNanos is how long is counted to learn how much is finished in a
	// time; a window with fewer than few in flight at either end says how much
	// is asked for instead, and is left out.
	windowNanos = 20e6
)

// Backlog bounds the writes in flight by how many of them are finished in a
// given time. The zero value is ready, and loose: nothing is refused until too
// many have gathered. Then it is tight until nothing had to be refused for
// half a second.
type Backlog struct {
	inFlight atomic.Int64
	done     atomic.Uint64
	perS     atomic.Int64 // finished in a second, as last learnt; 0: not yet
	tight    atomic.Bool
	refused  atomic.Int64 // when one was refused last

	windowAt   atomic.Int64
	windowDone atomic.Uint64
	windowFull atomic.Bool
}

// Enter takes a write in, or refuses it; only what is taken leaves. rank is 0
// for the lowest class of writes, and bound false for what is always taken.
func (b *Backlog) Enter(now int64, rank int, bound bool) bool {
	n := b.inFlight.Add(1)
	if b.learn(now, n); b.tight.Load() {
		if now-b.refused.Load() > calmNanos {
			b.tight.Store(false)
		}
	} else if n > backlogCrowd && n > b.within(backlogNanos) {
		b.refused.Store(now)
		b.tight.Store(true)
	}
	if !bound || !b.tight.Load() || n <= b.most(rank) {
		return true
	}
	b.refused.Store(now)
	b.inFlight.Add(-1)
	return false
}

// Leave counts a write out.
func (b *Backlog) Leave() {
	b.done.Add(1)
	b.inFlight.Add(-1)
}

// most is what a class may find in flight: a quarter more for each above the
// lowest.
func (b *Backlog) most(rank int) int64 {
	most := max(b.within(backlogWaitNanos), backlogLeast)
	return most + most*int64(rank)/4
}

// within is how many are finished in a time.
func (b *Backlog) within(nanos int64) int64 { return b.perS.Load() * nanos / 1e9 }

// learn ends a window if it is over, and begins the next.
func (b *Backlog) learn(now, n int64) {
	at := b.windowAt.Load()
	if now-at < windowNanos || !b.windowAt.CompareAndSwap(at, now) {
		return
	}
	done := b.done.Load()
	finished := done - b.windowDone.Swap(done)
	full := n > few
	if b.windowFull.Swap(full) && full {
		perS, known := int64(float64(finished)*1e9/float64(now-at)), b.perS.Load()
		if known == 0 {
			known = perS
		}
		b.perS.Store(known + (perS-known)/4)
	}
}

// InFlight is how many are under way, and PerSecond how many are finished in a
// second while there is enough to do.
func (b *Backlog) InFlight() int64 { return b.inFlight.Load() }

// PerSecond is how many are finished in a second while there is enough to do;
// 0 where that is not known yet.
func (b *Backlog) PerSecond() int64 { return b.perS.Load() }

// Tight says whether what is beyond the bound is refused.
func (b *Backlog) Tight() bool { return b.tight.Load() }
