package store

// The time of a sync is the least of those that are whole sixteen: one that waited for
// its core counts for nothing, and a disk that became slow is known soon.

import (
	"testing"
	"time"
)

func TestSyncTime(t *testing.T) {
	s := &Store{}
	sync := func(n int, d time.Duration, want time.Duration) {
		t.Helper()
		for range n {
			s.meters.synced(d)
		}
		if got := s.SyncTime(); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	sync(leastOf-2, 9*time.Millisecond, 0)
	sync(1, time.Millisecond, 0)
	sync(1, 5*time.Millisecond, time.Millisecond)
	sync(leastOf-1, 60*time.Millisecond, time.Millisecond)
	sync(1, 70*time.Millisecond, 60*time.Millisecond)
	sync(leastOf, time.Millisecond, time.Millisecond)
}
