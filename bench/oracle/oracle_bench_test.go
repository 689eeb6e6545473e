package oracle_test

import (
	"math/rand/v2"
	"testing"

	"renfort/bench/oracle"
	"renfort/bench/world"
)

// BenchmarkSeat60k seats the largest surge that is compared: 60,000 arrivals on
// 2,000 missions; and a crowd of the same size in which everybody has 30
// missions to choose from.
func BenchmarkSeat60k(b *testing.B) {
	c := world.DefaultSurge()
	c.Arrivals = 60_000
	w, err := world.NewSurge(c)
	if err != nil {
		b.Fatal(err)
	}
	surge := oracle.Graph{Crowd: len(w.People)}
	for _, s := range w.Sites {
		surge.Seats = append(surge.Seats, s.Seats)
	}
	surge.First, surge.People = w.Fans()
	dense := draw(rand.New(rand.NewPCG(1, 1)), 2_000, 60_000, 30./2_000)
	copy(dense.Seats, surge.Seats)
	for name, g := range map[string]oracle.Graph{"surge": surge, "dense": dense} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if s := oracle.Seat(g); s.Seated != s.Bound {
					b.Fatalf("seated %d, bound %d", s.Seated, s.Bound)
				}
			}
			b.ReportMetric(float64(len(g.People)), "interests")
		})
	}
}
