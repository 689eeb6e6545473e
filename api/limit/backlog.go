package limit

import "sync/atomic"

const (
	// backlogCrowd and backlogNanos are writes that have gathered: more of
	// them than some hundred callers have in flight, and too many for the
	// wanted time.
	backlogCrowd = 512
	backlogNanos = 40e6
	// backlogLeast is what may always be in flight: so many that share one
	// commit lose little by it.
	backlogLeast = 256
	// backlogWaitNanos is the wait that the tight state allows the lowest class of
	// writes there, beside what the disk takes: refusing them makes it no faster.
	backlogWaitNanos = 15e6
	// backlogSyncs is how many syncs a write may wait for beside that: one that is under
	// way when it comes, its own, and as long again for the work of both, so that a
	// slow disk leaves the core half of its time at least.
	backlogSyncs = 4
	// windowNanos is how long is counted to learn how much is finished in a
	// time, beside windowSyncs syncs; a window with fewer than few in flight at
	// either end, and nobody who found it full before that, says how much is asked
	// for instead, and is left out.
	windowNanos = 20e6
	windowSyncs = 4
)

// Backlog counts the writes in flight, and learns how many of them are finished in a
// given time. The zero value is ready. Safe for concurrent use.
type Backlog struct {
	inFlight atomic.Int64
	done     atomic.Uint64
	perS     atomic.Int64 // finished in a second, as last learnt; 0: not yet
	sync     atomic.Int64 // ns that the disk takes for a commit

	windowAt   atomic.Int64
	windowDone atomic.Uint64
	windowFull atomic.Bool
	found      atomic.Bool // full, since the last look
}

// Enter counts a write in, and says whether too many have gathered: whoever comes
// then is to be refused while there are too many for their class (Full), until
// nothing had to be refused for a while (Limiter.Tighten). sync is how long the disk
// takes for a commit, in ns.
func (b *Backlog) Enter(now, sync int64) (gathered bool) {
	n := b.inFlight.Add(1)
	b.sync.Store(sync)
	b.learn(now, n)
	return n > backlogCrowd && n > b.within(backlogNanos)
}

// Full says that a class finds too many in flight: it may find a quarter more for each
// rank above the lowest class of writes, 0.
func (b *Backlog) Full(rank int) bool {
	most := max(b.within(backlogWaitNanos), backlogLeast)
	full := b.inFlight.Load() >= most+most*int64(rank)/4
	if full {
		b.found.Store(true)
	}
	return full
}

// Leave counts a write out.
func (b *Backlog) Leave() {
	b.done.Add(1)
	b.inFlight.Add(-1)
}

// within is how many are finished in a time and what the disk takes beside it.
func (b *Backlog) within(nanos int64) int64 {
	return b.perS.Load() * (nanos + backlogSyncs*b.sync.Load()) / 1e9
}

// learn ends a window if it is over, and begins the next.
func (b *Backlog) learn(now, n int64) {
	at := b.windowAt.Load()
	if now-at < windowNanos+windowSyncs*b.sync.Load() || !b.windowAt.CompareAndSwap(at, now) {
		return
	}
	done := b.done.Load()
	finished := done - b.windowDone.Swap(done)
	full := b.found.Swap(false) || n > few
	if b.windowFull.Swap(full) && full {
		perS, known := int64(float64(finished)*1e9/float64(now-at)), b.perS.Load()
		if known == 0 {
			known = perS
		}
		b.perS.Store(known + (perS-known)/4)
	}
}

// InFlight is how many are under way.
func (b *Backlog) InFlight() int64 { return b.inFlight.Load() }

// PerSecond is how many are finished in a second while there is enough to do;
// 0 where that is not known yet.
func (b *Backlog) PerSecond() int64 { return b.perS.Load() }
