package load_test

// Arrivals have the rate and the shape that they are named for, and shards add
// up to the whole.

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"renfort/bench/load"
)

func TestArrivals(t *testing.T) {
	const span = 100 * time.Second
	evening := []int{1, 2, 4, 2, 1}
	for _, c := range []struct {
		name   string
		a      load.Arrivals
		n      int     // how many
		spread float64 // of their number
		first  float64 // share in the first half
	}{
		{"constant", load.Constant(123, span), 12_300, 0, 0.5},
		{"Poisson", load.Poisson(123, span, 7), 12_300, 4 * math.Sqrt(12_300), 0.5},
		{"burst", load.Burst(500, span), 500, 0, 1},
		{"ramp up", load.Ramp(0, 200, span), 10_000, 2, 0.25},
		{"ramp down", load.Ramp(200, 0, span), 10_000, 2, 0.75},
		{"curve", load.Curve(evening, 10_000, span, 7), 10_000, 0, 0.5},
	} {
		if d := math.Abs(float64(c.a.Len() - c.n)); d > c.spread {
			t.Errorf("%s: got %d arrivals, want %d", c.name, c.a.Len(), c.n)
		}
		if !slices.IsSorted(c.a.At) || c.a.At[0] < 0 || c.a.At[c.a.Len()-1] > span {
			t.Errorf("%s: not in order, or not within %v: from %v to %v", c.name, span, c.a.At[0], c.a.At[c.a.Len()-1])
		}
		half, _ := slices.BinarySearch(c.a.At, span/2)
		if got := float64(half) / float64(c.a.Len()); math.Abs(got-c.first) > 0.02 {
			t.Errorf("%s: %.3f of them are in the first half, want %.3f", c.name, got, c.first)
		}
		var parts []time.Duration
		for i := range 3 {
			parts = append(parts, c.a.Shard(i+1, 3).At...)
		}
		if slices.Sort(parts); !slices.Equal(parts, c.a.At) {
			t.Errorf("%s: three shards are not the whole", c.name)
		}
	}
}

// Independent arrivals: as many gaps are longer than the mean as an
// exponential law has, and another seed draws others.
func TestPoissonGaps(t *testing.T) {
	a := load.Poisson(1000, 50*time.Second, 11)
	long := 0
	for i := 1; i < a.Len(); i++ {
		if a.At[i]-a.At[i-1] > time.Millisecond {
			long++
		}
	}
	if got := float64(long) / float64(a.Len()); math.Abs(got-math.Exp(-1)) > 0.01 {
		t.Errorf("%.3f of the gaps are longer than the mean, want %.3f", got, math.Exp(-1))
	}
	if slices.Equal(a.At, load.Poisson(1000, 50*time.Second, 12).At) || !slices.Equal(a.At, load.Poisson(1000, 50*time.Second, 11).At) {
		t.Error("the seed does not decide")
	}
}

func TestEagerShards(t *testing.T) {
	for _, n := range []int{1, 5, 6, 7} {
		sum, parts := 0, ""
		for i := range 3 {
			sum += load.Eager(n).Shard(i+1, 3).Len()
			parts += fmt.Sprint(load.Eager(n).Shard(i+1, 3).Len(), " ")
		}
		if sum != n {
			t.Errorf("%d in three shards: %s", n, parts)
		}
	}
}
