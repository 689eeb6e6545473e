package matcher

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Goal: what bounds e^-x is never below it, and little above, as far as the table goes.
func TestDecayBounds(t *testing.T) {
	d, seed := newDecay(), rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 1))
	check := func(x float64) {
		t.Helper()
		exact, got := math.Exp(-max(x, 0)), d.bound(x)
		if got < exact || x < 32 && got > exact*(1+3.1e-5) {
			t.Fatalf("seed %d: e^-%v is %v, and its bound %v", seed, x, exact, got)
		}
	}
	for i := range decayLen { // the steps and their neighbours
		x := float64(i) / decaySteps
		check(x)
		check(math.Nextafter(x, 0))
		check(math.Nextafter(x, 99))
	}
	for range 100_000 {
		check(rng.Float64()*40 - 1)
	}
	check(math.Inf(1))
	check(math.Inf(-1))
}
