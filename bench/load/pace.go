package load

import (
	"context"
	"runtime"
	"time"
)

// pace hands every arrival out when it is due, in the order of all streams,
// and closes the queues. It has a thread of its own: Go's timers wake up to a
// millisecond late on an idle processor.
func pace(ctx context.Context, start time.Time, queues []*queue) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	sharpen()
	next := make([]int, len(queues))
	for ctx.Err() == nil {
		first := -1
		for i, q := range queues {
			if next[i] < len(q.arrivals.At) && (first < 0 || q.arrivals.At[next[i]] < queues[first].arrivals.At[next[first]]) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		q := queues[first]
		waitUntil(ctx, start.Add(q.arrivals.At[next[first]]))
		q.due <- int32(next[first])
		next[first]++
	}
	for _, q := range queues {
		close(q.due)
	}
}

// napMax is the longest sleep in one piece, so that a run can be ended.
const napMax = 100 * time.Millisecond

// waitUntil sleeps until a moment, or not at all if it has passed.
func waitUntil(ctx context.Context, at time.Time) {
	for left := time.Until(at); left > 0 && ctx.Err() == nil; left = time.Until(at) {
		nap(min(left, napMax))
	}
}
