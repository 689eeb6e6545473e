package result_test

// Sums over repeats and phases, faults, medians with their intervals.

import (
	"math"
	"math/rand/v2"
	"testing"

	"renfort/bench/result"
	"renfort/bench/result/made"
)

func TestSums(t *testing.T) {
	r := made.Result(made.Config{Seed: 1, Repeats: 3, Seconds: 4, RatePerS: 50})
	r.Runs[0].Phases = append(r.Runs[0].Phases, result.Phase{Name: "warm-up", Calls: []result.Call{{Name: "hold", OK: 9}}})
	r.Runs[1].Phases[0].Calls = append(r.Runs[1].Phases[0].Calls, result.Call{Name: "person", Whole: true, OK: 40})
	sums := r.Sums()
	if len(sums) != 4 || !sums[2].Call.Whole || sums[2].Call.OK != 40 || sums[3].Call.Whole {
		t.Fatalf("got %d sums, want recommend, hold, person (whole) and all requests of one phase: %+v", len(sums), sums)
	}
	sums = append(sums[:2], sums[3])
	for i, want := range []struct {
		name string
		due  int64
	}{{"recommend", 600}, {"hold", 600}, {"", 1200}} {
		s := &sums[i]
		if s.Phase != "steady" || s.Call.Name != want.name || s.Call.Due() != want.due || s.Seconds != 12 || len(s.Repeats) != 3 {
			t.Errorf("sum %d: got phase %q, call %q, %d due in %v s of %d repeats; want steady, %q, %d in 12 of 3", i, s.Phase, s.Call.Name, s.Call.Due(), s.Seconds, len(s.Repeats), want.name, want.due)
		}
		if got, want := s.Offered, float64(want.due)/12; got != want {
			t.Errorf("sum %d: got %v offered, want %v", i, got, want)
		}
		if got := s.Call.Latency.Count(); got != want.due {
			t.Errorf("sum %d: got %d latencies, want %d", i, got, want.due)
		}
	}
}

// Faults are what voids, failed checks, checks that saw nothing, and a control
// that failed.
func TestFaults(t *testing.T) {
	r := made.Result(made.Config{Seed: 1, Repeats: 2, Seconds: 1, RatePerS: 5})
	if got := r.Faults(); len(got) != 0 {
		t.Fatalf("got %q, want none", got)
	}
	r.Void = []string{"the generator lagged"}
	r.Runs[1].Checks[1].OK, r.Runs[1].Checks[1].Detail = false, "m1: 51 of 50"
	for i := range r.Runs {
		r.Runs[i].Checks[2].Looked = 0
	}
	r.Selftest.Passed = false
	got := r.Faults()
	want := []string{"the generator lagged", "check failed: no seat is given twice (after): m1: 51 of 50",
		"check looked at nothing: nothing acknowledged is lost (after)", "the negative control failed: this bench misses faults on this machine"}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("fault %d: got %q, want %q", i, got[i], want[i])
		}
	}

	for says, r := range map[string]*result.Result{"nothing was measured": {}, "nothing was checked": {Runs: make([]result.Run, 1)}} {
		if got := r.Faults(); len(got) != 1 || got[0] != says {
			t.Errorf("got %q, want %q", got, says)
		}
	}
}

// A percentile is told where a value in so many lies beyond it.
func TestTells(t *testing.T) {
	var h result.Histogram
	for range 9_999 {
		h.Record(5)
	}
	if h.Tells(99.99) || !h.Tells(99.9) {
		t.Error("9,999 values: want p99.9 and no p99.99")
	}
	if h.Record(5); !h.Tells(99.99) {
		t.Error("10,000 values: want p99.99")
	}
}

// The interval of a median holds it as often as it says.
func TestMiddle(t *testing.T) {
	f := func(n int, least, most float64) {
		t.Helper()
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(n - i)
		}
		m := result.MiddleOf(values)
		if m.Least != least || m.Most != most || m.Median != float64(n+1)/2 {
			t.Errorf("1 to %d: got %+v, want median %v from %v to %v", n, m, float64(n+1)/2, least, most)
		}
	}
	f(1, 1, 1)
	f(3, 1, 3)
	f(5, 1, 5)
	f(6, 1, 6)
	f(8, 1, 8)
	f(9, 2, 8)
	f(20, 6, 15)
	if got := result.MiddleOf(nil); got != (result.Middle{}) {
		t.Errorf("of none: got %+v", got)
	}
	const seed, tries = 3, 20_000
	dice := rand.New(rand.NewPCG(seed, 1))
	for _, n := range []int{3, 5, 9, 15} {
		inside, said := 0, 0.0
		for range tries {
			values := make([]float64, n)
			for i := range values {
				values[i] = math.Exp(dice.NormFloat64()) // whose median is 1
			}
			m := result.MiddleOf(values)
			said = m.Confidence
			if m.Least <= 1 && 1 <= m.Most {
				inside++
			}
		}
		if got := float64(inside) / tries; math.Abs(got-said) > 0.01 {
			t.Errorf("seed %d: %d repeats: the interval holds the median in %.3f, says %.3f", seed, n, got, said)
		}
	}
}
