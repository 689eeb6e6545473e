package main

import (
	"context"
	"runtime"
	"runtime/metrics"
	"time"
)

// After a collection what was garbage is swept in the background, for some tens
// of milliseconds of a core where there is much. The runtime's sweeper gives way
// after each few spans, but its scheduler looks for something else to run before
// it looks at the network, and finds the sweeper: with one processor nobody reads
// the connections then but the runtime's watch, each 10 ms. So the network is
// polled from here meanwhile. bench/NOTES.md has the figures.
const (
	// sweepPollFor is for how long after a collection, longer than a sweep beside a
	// flood was seen to take, and sweepPollEvery how often.
	sweepPollFor   = time.Second
	sweepPollEvery = 300 * time.Microsecond
	// sweepLookEvery is how often a collection is looked for.
	sweepLookEvery = 5 * time.Millisecond
)

// pollSweeps has the network polled after each collection until ctx is done. It
// returns at once where there is more than one processor: another one polls.
func pollSweeps(ctx context.Context) {
	if runtime.GOMAXPROCS(0) > 1 {
		return
	}
	w := sweepWatch{in: []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}}
	look := time.NewTimer(0)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-look.C:
			look.Reset(w.look(now))
		}
	}
}

// sweepWatch knows of the last collection.
type sweepWatch struct {
	in    []metrics.Sample
	seen  uint64
	until time.Time
}

// look polls the network if a sweep may be under way, and says when to look next.
func (w *sweepWatch) look(now time.Time) time.Duration {
	metrics.Read(w.in)
	if n := w.in[0].Value.Uint64(); n != w.seen {
		w.seen, w.until = n, now.Add(sweepPollFor)
	}
	if now.Before(w.until) {
		pollNetwork()
		return sweepPollEvery
	}
	return sweepLookEvery
}

// pollNetwork makes everybody ready whose connection is. The runtime does so
// whenever it starts the world again, and for an empty stack of everybody it
// stops and starts it and does nothing else: some microseconds.
func pollNetwork() { runtime.Stack(nil, true) }
