package surge

// These tests show that means, intervals and inequality are what statistics say,
// and that the agenda keeps the order in which things were added.

import (
	"math"
	"slices"
	"testing"
)

func TestEstimate(t *testing.T) {
	f := func(values []float64, mean, half float64) {
		t.Helper()
		if got := estimate(values); math.Abs(got.Mean-mean) > 1e-9 || math.Abs(got.Half-half) > 1e-3 {
			t.Errorf("estimate(%v) = %+v, want %v ± %v", values, got, mean, half)
		}
	}
	f([]float64{3}, 3, 0)
	f([]float64{1, 1, 1}, 1, 0)
	f([]float64{1, 3}, 2, 12.706)
	f([]float64{2, 4, 4, 4, 5, 5, 7, 9}, 5, 2.365*math.Sqrt(32./7/8))
	f(slices.Repeat([]float64{0, 2}, 50), 1, 1.96*math.Sqrt(100./99/100))
}

func TestGini(t *testing.T) {
	f := func(shares []float64, want float64) {
		t.Helper()
		if got := gini(slices.Clone(shares)); math.Abs(got-want) > 1e-9 {
			t.Errorf("gini(%v) = %v, want %v", shares, got, want)
		}
	}
	f(nil, 0)
	f([]float64{0, 0}, 0)
	f([]float64{1, 1, 1}, 0)
	f([]float64{0, 0, 0, 1}, 0.75)
	f([]float64{3, 1}, 0.25)
}

// Two sure forecasts, one wrong, and two of one half: (0+1+1/4+1/4)/4.
func TestBrier(t *testing.T) {
	var r Reliability
	if r.Brier() != 0 || r.Base() != 0 {
		t.Errorf("of nobody: %v and %v", r.Brier(), r.Base())
	}
	r.add(1, true)
	r.add(1, false)
	r.add(0.5, true)
	r.add(0.5, false)
	if got := r.Brier(); got != 0.375 || r.Base() != 0.25 || r[9].People != 2 || r[5].Seated != 1 {
		t.Errorf("got %v, base %v, %+v", got, r.Base(), r)
	}
}

func TestAgenda(t *testing.T) {
	var a agenda
	a.add(5, clicks, 1)
	a.add(2, arrives, 2)
	a.add(5, sends, 3)
	if s := a.next(); s != 2 || !slices.Equal(a.take(s), []event{{2, arrives}}) || a.len() != 2 {
		t.Fatalf("the first second is %d, %d left", s, a.len())
	}
	a.add(9, gives, 4)
	if s := a.next(); s != 5 || !slices.Equal(a.take(s), []event{{1, clicks}, {3, sends}}) {
		t.Fatalf("the second second is %d", s)
	}
	if s := a.next(); s != 9 || len(a.take(s)) != 1 || a.len() != 0 {
		t.Fatalf("the third second is %d, %d left", s, a.len())
	}
}
