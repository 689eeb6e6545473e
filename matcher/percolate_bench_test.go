package matcher_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/matcher"
	"renfort/mission"
)

// percolateAlerts is how many alerts the benchmark keeps.
const percolateAlerts = 300_000

// drawAlert draws what people save: most a circle around where they live and a
// domain or two, some their department, a box, a city, an activity alone or
// nothing but a domain.
func drawAlert(rng *rand.Rand, i int, home geo.Point) *mission.Alert {
	a := &mission.Alert{ID: fmt.Sprint("a", i), Volunteer: fmt.Sprint("v", i/2)}
	f, t := &a.Filter, mission.DefaultTaxonomy()
	circle := func() { f.Point, f.RadiusKm = &home, []float64{5, 10, 10, 20, 20, 30, 50}[rng.IntN(7)] }
	switch n := rng.IntN(100); {
	case n < 75:
		circle()
	case n < 87:
		f.Departments = []string{[]string{"75", "13", "69", "59", "33", "06", "48", "35", "974"}[rng.IntN(9)]}
	case n < 92:
		f.BBox = &geo.BBox{South: home.Lat - .2, North: home.Lat + .2, West: home.Lon - .3, East: home.Lon + .3}
	case n < 97:
		f.Cities = []string{[]string{"Paris", "Lyon", "Marseille", "Nice", "Rennes"}[rng.IntN(5)]}
	}
	for range []int{0, 1, 1, 1, 2}[rng.IntN(5)] {
		f.Domains = append(f.Domains, t.Domains[rng.IntN(len(t.Domains))].ID)
	}
	if n := rng.IntN(10); n < 2 || f.Point == nil && f.BBox == nil && len(f.Departments)+len(f.Cities)+len(f.Domains) == 0 {
		f.Activities = []string{t.Activities[rng.IntN(len(t.Activities))].ID}
	} else if n == 2 {
		f.Minors = true
	}
	return a
}

// BenchmarkPercolate is what one new mission costs beside 300,000 alerts, on
// one core, and beside it the same by asking every alert. Both have found the
// same before.
func BenchmarkPercolate(b *testing.B) {
	f := mustFrance(b, 20_000, 4096)
	s, rng := f.index.Snapshot(), rand.New(rand.NewPCG(9, 9))
	p := matcher.NewPercolator(new(mission.Zones))
	for i := range percolateAlerts {
		home, ok := f.requests[rng.IntN(len(f.requests))].Profile.Position()
		if !ok {
			home = geo.Point{Lat: 48.85, Lon: 2.35}
		}
		p.Put(s, drawAlert(rng, i, home))
	}
	compare := func(x, y matcher.Met) int { return strings.Compare(x.Alert, y.Alert) }
	for range 30 {
		o := mission.Ordinal(rng.IntN(int(s.Rows)))
		got, want := p.Match(s, o, nil), p.MatchEach(s, o)
		slices.SortFunc(got, compare)
		slices.SortFunc(want, compare)
		if !slices.Equal(got, want) {
			b.Fatalf("mission ordinal %d: got %d alerts, want %d", o, len(got), len(want))
		}
	}
	met, found := 0, make([]matcher.Met, 0, percolateAlerts)
	measure := func(b *testing.B, match func(mission.Ordinal) []matcher.Met) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			met += len(match(mission.Ordinal(n * 7919 % int(s.Rows))))
			n++
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "missions/s")
		b.ReportMetric(float64(met)/float64(b.N), "met/op")
		met = 0
	}
	b.Run("cells", func(b *testing.B) {
		measure(b, func(o mission.Ordinal) []matcher.Met { return p.Match(s, o, found[:0]) })
	})
	b.Run("each", func(b *testing.B) {
		measure(b, func(o mission.Ordinal) []matcher.Met { return p.MatchEach(s, o) })
	})
}
