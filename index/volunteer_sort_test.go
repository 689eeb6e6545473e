package index

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"renfort/geo"
)

// Goal: settlers that are sorted in pieces are in the order in which one sort puts
// them, however many they are and in whatever pieces.
func TestSettlersSortedInPiecesAreSorted(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, n := range []int{0, 1, sortRun - 1, sortRun, sortRun + 1, 2 * sortRun, 2*sortRun + 1, 3*sortRun + 7, 4 * sortRun, 7 * sortRun, rng.IntN(20_000)} {
		from := make([]settler, n)
		for i := range from {
			from[i] = settler{geo.Cell(rng.IntN(n/2 + 1)), uint32(i), uint32(i)}
		}
		rng.Shuffle(n, func(i, j int) { from[i], from[j] = from[j], from[i] })
		want := slices.Clone(from)
		slices.SortFunc(want, settler.compare)
		s := sorting{from: from, to: make([]settler, n)}
		for steps := 0; !s.done(); steps++ {
			if s.step(1 + rng.IntN(3*sortRun)); steps > 100*n {
				t.Fatalf("seed %d: %d settlers: no end", seed, n)
			}
		}
		if !slices.Equal(s.from, want) {
			t.Errorf("seed %d: %d settlers are not in order", seed, n)
		}
	}
}
