package matcher_test

import (
	"math"
	"testing"

	"renfort/geo"
	"renfort/matcher"
	"renfort/mission"
)

// Scores are those of a search without words, at a point and from anywhere, and
// the reasons of each multiply to it.
func TestScores(t *testing.T) {
	o := openOracle(t, 11, terrains()[4])
	s := o.index.Snapshot()
	for _, at := range []*geo.Point{nil, {Lat: 48.85, Lon: 2.35}, {Lat: 44.1, Lon: 7.3}} {
		page := new(matcher.SearchPage)
		if err := o.matcher.Search(s, nil, &matcher.SearchRequest{Limit: mission.SearchMax, Filter: &mission.Filter{Point: at}}, page); err != nil {
			t.Fatal(err)
		}
		if len(page.Hits) == 0 {
			t.Fatal("nothing was found: the test shows nothing")
		}
		for i := range page.Hits {
			hit := &page.Hits[i]
			scores := make([]float32, 1)
			o.matcher.Scores(s, at, []uint32{uint32(hit.Ordinal)}, scores)
			if want := float32(hit.Score); scores[0] != want {
				t.Fatalf("at %v: mission %s: got %v, want %v as a search has it", at, hit.ID, scores[0], want)
			}
			score, reasons := o.matcher.ScoreReasons(s, at, uint32(hit.Ordinal), i%2 == 0)
			product := 1.0
			for _, r := range reasons {
				product *= math.Pow(r.Value, r.Weight)
			}
			if math.Abs(product-hit.Score) > 1e-6 || score != hit.Score {
				t.Fatalf("at %v: mission %s: the reasons %+v multiply to %v, and the score is %v and %v", at, hit.ID, reasons, product, score, hit.Score)
			}
		}
	}
}

// A mission that is not to be had scores 0, and there are no reasons.
func TestScoresOfWhatIsNotToBeHad(t *testing.T) {
	o := openOracle(t, 12, terrains()[4])
	s := o.index.Snapshot()
	checked := 0
	for n := range s.Rows {
		if s.Stands.At(n).Standing > 0 {
			continue
		}
		checked++
		scores := []float32{1}
		o.matcher.Scores(s, nil, []uint32{n}, scores)
		if score, reasons := o.matcher.ScoreReasons(s, nil, n, false); scores[0] != 0 || score != 0 || reasons != nil {
			t.Fatalf("ordinal %d: got %v and %v with %v, want 0 and no reasons", n, scores[0], score, reasons)
		}
	}
	if checked == 0 {
		t.Fatal("every mission was to be had: the test shows nothing")
	}
}
