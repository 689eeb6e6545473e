package mission_test

import (
	"math"
	"testing"

	"renfort/mission"
)

// Classes of delays rise with the delay, and two make an octave.
func TestDelayBucket(t *testing.T) {
	for _, c := range []struct {
		seconds int64
		want    int
	}{{-5, 0}, {0, 0}, {1, 0}, {2, 2}, {3, 3}, {4, 4}, {5, 4}, {6, 5}, {240, 15}, {3600, 23}, {1 << 15, 30}, {1 << 16, 31}, {math.MaxInt64, 31}} {
		if got := mission.DelayBucket(c.seconds); got != c.want {
			t.Errorf("%d s: got %d, want %d", c.seconds, got, c.want)
		}
	}
	for s := int64(2); s < 1<<17; s++ {
		want := min(int(math.Floor(2*math.Log2(float64(s)))), mission.DelayBuckets-1)
		if got := mission.DelayBucket(s); got != want || got < mission.DelayBucket(s-1) {
			t.Fatalf("%d s: got %d, want %d and no less than for a second less", s, got, want)
		}
	}
}

// Every ask is counted once, by what became of it.
func TestWaveCounts(t *testing.T) {
	var got mission.WaveCounts
	for _, a := range []mission.Ask{{}, {Delivery: mission.DeliveryFailed}, {Answer: mission.AskAccepted, Hold: "h", Delivery: mission.DeliveryDelivered},
		{Answer: mission.AskAccepted}, {Answer: mission.AskDeclined}, {Answer: mission.AskStopped}, {Answer: mission.AskStoodDown}} {
		got.Count(&a, 1)
		if a.Charged() != (a.Answer == "" || a.Answer == mission.AskStoodDown) || a.Silent() != (a.Answer == "") {
			t.Errorf("%+v: charged %v, silent %v", a, a.Charged(), a.Silent())
		}
	}
	want := mission.WaveCounts{Asked: 7, Delivered: 1, Failed: 1, Accepted: 1, TurnedAway: 1, Declined: 2, StoodDown: 1, Silent: 2}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got.Count(&mission.Ask{Answer: mission.AskDeclined}, -2); got.Asked != 5 || got.Declined != 0 {
		t.Errorf("two taken back: got %+v", got)
	}
}

// A crisis is on from its beginning until its end, unless it is paused.
func TestCrisisRunsAt(t *testing.T) {
	c := mission.Crisis{Starts: 10, Ends: 20}
	for now, want := range map[int64]bool{9: false, 10: true, 19: true, 20: false} {
		if got := c.RunsAt(now); got != want {
			t.Errorf("at %d: got %v, want %v", now, got, want)
		}
	}
	if c.Paused = true; c.RunsAt(15) {
		t.Error("a paused crisis is on")
	}
	if open := (&mission.Crisis{}); !open.RunsAt(0) || !open.RunsAt(1<<40) {
		t.Error("a crisis without times is not on")
	}
}
