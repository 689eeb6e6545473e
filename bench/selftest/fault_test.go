package selftest

// A fault happens when it should, as often as it should, and not before it was
// armed.

import (
	"testing"
	"time"
)

func TestStrikes(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		fault             Fault
		occasions         int
		first, want, last int64
	}{
		{Errors, 1_000, 50, 10, 950},
		{Ranking, 250, 2, 3, 202},
		{LostHold, 1_000, 10, 1, 10},
		{Oversold, 9_000, 1, 1, 1},
		{Oversold, 20_000, 1, 2, 10_001},
		{Stale, 10, 1, 10, 10},
	} {
		m := &mischief{fault: c.fault}
		if m.strikes(c.fault) {
			t.Errorf("%s: it happened before it was armed", c.fault)
		}
		m.arm(now)
		var hits []int64
		for n := range c.occasions {
			if m.strikes(c.fault) {
				hits = append(hits, int64(n)+1)
			}
			if m.strikes(Cut) {
				t.Fatalf("%s: another fault happened", c.fault)
			}
		}
		if int64(len(hits)) != c.want || m.done.Load() != c.want || hits[0] != c.first || hits[len(hits)-1] != c.last {
			t.Errorf("%s in %d occasions: got %d, of which the first %d and the last %d, want %d, %d and %d", c.fault, c.occasions, len(hits), hits[0], hits[len(hits)-1], c.want, c.first, c.last)
		}
		if m.disarm(); m.strikes(c.fault) {
			t.Errorf("%s: it happened after it was disarmed", c.fault)
		}
	}
}

// During a stall everything waits for the same moment, and between stalls
// nothing does.
func TestDelay(t *testing.T) {
	began := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	stall, drift, none := &mischief{fault: Stall}, &mischief{fault: Drift}, &mischief{}
	for _, m := range []*mischief{stall, drift, none} {
		if d := m.delay(began); d != 0 {
			t.Errorf("%s: got a delay of %v before it was armed", m.fault, d)
		}
		m.arm(began)
		m.arm(began.Add(time.Hour)) // changes nothing
	}
	for at, want := range map[time.Duration]time.Duration{
		0: 0, stallFirst - 1: 0, stallFirst: stallLength, stallFirst + 150*time.Millisecond: 50 * time.Millisecond,
		stallFirst + stallLength: 0, 3 * time.Second: 0, stallFirst + 2*stallEvery + time.Millisecond: stallLength - time.Millisecond,
	} {
		if got := stall.delay(began.Add(at)); got != want {
			t.Errorf("stall: got a delay of %v after %v, want %v", got, at, want)
		}
		if got := drift.delay(began.Add(at)); got != at/driftShare {
			t.Errorf("drift: got a delay of %v after %v, want %v", got, at, at/driftShare)
		}
		if got := none.delay(began.Add(at)); got != 0 {
			t.Errorf("no fault: got a delay of %v", got)
		}
	}
}
