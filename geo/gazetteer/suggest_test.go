package gazetteer_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// TestSuggest pins what somebody gets who types, far from anywhere or
// somewhere.
func TestSuggest(t *testing.T) {
	f := func(prefix string, near *geo.Point, want ...string) {
		t.Helper()
		if got := insees(gazetteer.Default().Suggest(prefix, near, len(want))); !slices.Equal(got, want) {
			t.Errorf("Suggest(%q, %v): got %v, want %v", prefix, near, got, want)
		}
	}
	nice, lozere, geneva := &geo.Point{Lat: 43.70, Lon: 7.26}, &geo.Point{Lat: 44.52, Lon: 3.50}, &geo.Point{Lat: 46.2, Lon: 6.15}
	f("etienne", nil, "42218")                         // a saint is as good as his whole name
	f("malo", nil, "35288")                            // before Malons and Malouy, which have fewer people
	f("st mal", nil, "35288")                          // as Complete does
	f("courcouronnes", nil, "91228")                   // the second half
	f("lez roses", nil)                                // no word of any name
	f("roses", nil, "es:Roses", "94038")               // then L'Haÿ-les-Roses
	f("saint-l", nice, "06123")                        // Saint-Laurent-du-Var
	f("par", nice, "75056")                            // much larger, and still Paris
	f("saint-c", lozere, "48140")                      // Saint-Chély-d'Apcher, and not Saint-Cloud
	f("genev", geneva, "ch:Genève")                    // over the border, and not La Genevraye
	f("genev", nil, "91549")                           // Sainte-Geneviève-des-Bois
	f("0600", nice, "06088")                           //
	f("48", lozere, "48095")                           //
	f("9", &geo.Point{Lat: -20.9, Lon: 55.5}, "97411") // Saint-Denis de La Réunion
	f("", nice)
	f("'", nil)
	f("xyzzy", nil)
}

// TestSuggestHoldsAllOfComplete compares, for random beginnings: without a
// point the beginnings of whole names stand in the order of Complete, and no
// place is there twice.
func TestSuggestHoldsAllOfComplete(t *testing.T) {
	const seed = 11
	r := rand.New(rand.NewPCG(seed, 0))
	g, rows := gazetteer.Default(), all()
	beginnings := 200
	if raceEnabled {
		beginnings = 15 // .ci/run compares all without the detector
	}
	for range beginnings {
		name := rows[r.IntN(len(rows))].Name
		letters := []rune(name)
		prefix := string(letters[:1+r.IntN(len(letters))])
		complete, suggest := insees(g.Complete(prefix, gazetteer.CompleteMax)), insees(g.Suggest(prefix, nil, gazetteer.CompleteMax))
		if len(suggest) < len(complete) {
			t.Errorf("seed %d: Suggest(%q) has %d, Complete %d", seed, prefix, len(suggest), len(complete))
		}
		seen := map[geo.Point]string{} // towns abroad may share a name
		for _, c := range g.Suggest(prefix, nil, gazetteer.CompleteMax) {
			if seen[c.Point] == c.Name {
				t.Errorf("seed %d: Suggest(%q) gives %s twice", seed, prefix, c.Name)
			}
			seen[c.Point] = c.Name
		}
		near := insees(g.Suggest(prefix, &geo.Point{Lat: 45, Lon: 3}, gazetteer.CompleteMax))
		if len(near) != len(suggest) {
			t.Errorf("seed %d: Suggest(%q) has %d near a point, %d without", seed, prefix, len(near), len(suggest))
		}
	}
}

// BenchmarkSuggest is the price of a beginning that many names have, and of
// one letter.
func BenchmarkSuggest(b *testing.B) {
	g := gazetteer.Default()
	for _, prefix := range []string{"s", "saint-", "saint-et", "mont"} {
		b.Run(strings.TrimSuffix(prefix, "-"), func(b *testing.B) {
			b.ReportAllocs()
			near := &geo.Point{Lat: 43.7, Lon: 7.26}
			for b.Loop() {
				if len(g.Suggest(prefix, near, 5)) == 0 {
					b.Fatal("nothing found")
				}
			}
		})
	}
}

// BenchmarkFirstSuggest is the price of the first Suggest, on top of that of
// the first name; heap-MB is what stays of it.
func BenchmarkFirstSuggest(b *testing.B) {
	var kept float64
	for b.Loop() {
		b.StopTimer()
		g, err := gazetteer.Load()
		if err != nil {
			b.Fatal(err)
		}
		g.ByName("Mende")
		before := heap()
		b.StartTimer()
		if len(g.Suggest("mende", nil, 1)) == 0 {
			b.Fatal("nothing found")
		}
		b.StopTimer()
		kept = float64(heap()-before) / 1e6
		runtime.KeepAlive(g)
		b.StartTimer()
	}
	b.ReportMetric(kept, "heap-MB")
}
