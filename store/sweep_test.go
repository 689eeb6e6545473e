package store_test

// A Tick ends what is due, each hold exactly once, at a cost that does not grow
// with how many holds there are.

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"renfort/mission"
	"renfort/store"
)

// holdMany holds all seats of missions with 50 each, as many of which end with
// each second from the 60th on as a Tick ends.
func holdMany(t testing.TB, s *store.Store, n int) {
	t.Helper()
	const seats = 50
	missions := n / seats
	putMany(t, s, missions, func(i int) mission.Command {
		return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), seats)}
	})
	putMany(t, s, n, func(i int) mission.Command {
		return mission.HoldSeat{Hold: holdID(uint64(i)), Mission: fmt.Sprintf("m%d", i*7919%missions), Volunteer: fmt.Sprintf("v%d", i),
			Seconds: 60 + i/store.SweepHoldsMax}
	})
}

// All that is due at once is swept over several Ticks, in the order of (end,
// id), each hold once; seats given back go to those who wait.
func TestSweepOnce(t *testing.T) {
	ended, offered := map[mission.ID]int{}, 0
	var order []string
	committed := func(changes []mission.Change) {
		for _, c := range changes {
			switch c.Kind {
			case mission.SeatExpired:
				ended[c.Hold.ID]++
				order = append(order, fmt.Sprint(c.Hold.Expires, c.Hold.ID))
			case mission.SeatOffered:
				offered++
			}
		}
	}
	s := openStore(t, t.TempDir(), store.Options{NoSync: true, MapBytes: 1 << 26, Committed: committed})
	mustDo(t, s, mission.Tick{At: benchNow})
	const n = 5*store.SweepHoldsMax + 500
	holdMany(t, s, n)
	full := someMission("full", 1)
	mustDo(t, s, mission.PutMission{Mission: full})
	mustDo(t, s, mission.HoldSeat{Hold: holdID(n), Mission: "full", Volunteer: "v", Seconds: 60})
	mustDo(t, s, mission.JoinWaiting{Mission: "full", Volunteer: "w"})
	swept := 0
	for i := range 10 {
		res := mustDo(t, s, mission.Tick{At: benchNow + 3_600 + int64(i)})
		swept += res.Swept
		if want := min(store.SweepHoldsMax, n+1-(swept-res.Swept)); res.Swept != want {
			t.Errorf("tick %d: got %d swept, want %d", i, res.Swept, want)
		}
	}
	if swept != n+1 || len(ended) != n+1 || offered != 1 {
		t.Errorf("got %d swept, %d different, %d offers; want %d and 1", swept, len(ended), offered, n+1)
	}
	for id, times := range ended {
		if times != 1 {
			t.Errorf("hold %s ended %d times", id, times)
		}
	}
	for i := 1; i < len(order); i++ {
		if order[i] <= order[i-1] {
			t.Fatalf("%s ended after %s", order[i], order[i-1])
		}
	}
}

// BenchmarkSweep is a Tick that ends as many holds as it may among 100,000 live
// ones, and with RENFORT_LOAD=full among 300,000 and a million; and one that
// finds nothing due. Run it with -benchtime 1x: it takes the median of 20 Ticks.
func BenchmarkSweep(b *testing.B) {
	sizes := []int{100_000}
	if os.Getenv("RENFORT_LOAD") == "full" {
		sizes = append(sizes, 300_000, 1_000_000)
	}
	for _, n := range sizes {
		b.Run(fmt.Sprint("live=", n), func(b *testing.B) {
			s := openBench(b, store.Options{NoSync: true})
			holdMany(b, s, n)
			b.ReportMetric(tickMillis(b, s, benchNow+30, 0), "ms/idle")
			tickMillis(b, s, benchNow+60, store.SweepHoldsMax) // pages are read for the first time
			b.ReportMetric(tickMillis(b, s, benchNow+80, store.SweepHoldsMax), "ms/sweep")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// tickMillis gives the median time of 20 Ticks, each of which must end so many
// holds.
func tickMillis(t testing.TB, s *store.Store, from int64, ends int) float64 {
	t.Helper()
	var took []time.Duration
	for i := range int64(20) {
		began := time.Now()
		if res := mustDo(t, s, mission.Tick{At: from + i}); res.Swept != ends {
			t.Fatalf("got %d swept, want %d", res.Swept, ends)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return float64(took[len(took)/2].Microseconds()) / 1000
}
