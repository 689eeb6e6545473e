package store_test

// Who shares a commit: a lone caller and a few are never kept waiting, a crowd
// that comes back is, and nobody is for those who do not come. Time is a
// bubble's.

import (
	"testing"
	"testing/synctest"
	"time"

	"renfort/store"
)

func TestGather(t *testing.T) {
	const ms = time.Millisecond
	every := func(d time.Duration, n int) (at []time.Duration) {
		for i := range n {
			at = append(at, time.Duration(i+1)*d)
		}
		return at
	}
	f := func(what string, answered int, commit time.Duration, waiting, back int, arrivals []time.Duration, batch int, took time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			gotBatch, gotTook := store.Gather(answered, commit, waiting, back, arrivals)
			if gotBatch != batch || gotTook != took {
				t.Errorf("%s: got %d after %v, want %d after %v", what, gotBatch, gotTook, batch, took)
			}
			time.Sleep(time.Minute) // all have arrived
		})
	}
	f("a lone caller", 1, 8*ms, 1, 0, nil, 1, 0)
	f("a few callers", 7, 8*ms, 3, 0, every(ms, 4), 3, 0)
	f("a crowd comes back", 32, 8*ms, 32, 0, every(ms/10, 32), 64, 32*ms/10)
	f("all of a crowd were answered", 64, 8*ms, 0, 0, every(ms/10, 64), 64, 64*ms/10)
	f("half of them are back before one looks", 64, 8*ms, 0, 32, every(ms/10, 32), 64, 32*ms/10)
	f("nobody comes back", 32, 8*ms, 32, 0, nil, 32, 2*ms)
	f("some come back", 32, 8*ms, 32, 0, every(ms/10, 10), 42, 2*ms)
	f("others come in a steady stream", 16, 8*ms, 16, 0, every(ms*12/25, 100), 20, 2*ms)
	f("nothing was committed", 32, 0, 32, 0, every(ms, 32), 32, 0)
	f("the disk stood still", 32, time.Hour, 32, 0, nil, 32, 5*ms)
}
