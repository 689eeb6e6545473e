package load

import (
	"context"
	"time"
)

// pace hands every arrival out when it is due, in the order of all streams,
// and closes the queues.
func pace(ctx context.Context, start time.Time, queues []*queue) {
	sleep := newSleeper()
	defer sleep.close()
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
		waitUntil(ctx, sleep, start.Add(q.arrivals.At[next[first]]))
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
func waitUntil(ctx context.Context, sleep *sleeper, at time.Time) {
	for left := time.Until(at); left > 0 && ctx.Err() == nil; left = time.Until(at) {
		sleep.nap(min(left, napMax))
	}
}
