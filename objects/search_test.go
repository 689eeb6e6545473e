package objects

import (
	"encoding/json"
	"slices"
	"testing"

	"renfort/geo"
)

// TestPage shows that one page of the platform is what its records say.
func TestPage(t *testing.T) {
	x := New(franceSettings(), nil)
	x.Reset(slices.Values(france(500, 3)))
	q := pageQueries("", geo.Point{Lat: 48.85, Lon: 2.35})[0]
	q.ExplainRanking = true
	res, err := x.Snapshot().Search(q, franceLive())
	if err != nil || res.Total == 0 || len(res.Hits) == 0 || len(res.Facets) != 12 {
		t.Fatalf("got %+v, %v: want hits and 12 facets", res, err)
	}
	last := -1.0
	for i, hit := range res.Hits {
		var h struct {
			ObjectID   string
			Places     float64                       `json:"places_left"`
			Has        bool                          `json:"has_places_left"`
			Ranking    struct{ GeoDistance float64 } `json:"_rankingInfo"`
			Highlights map[string]any                `json:"_highlightResult"`
		}
		if err := json.Unmarshal(hit, &h); err != nil {
			t.Fatalf("hit %d is no JSON: %v\n%s", i, err, hit)
		}
		o, _ := x.Snapshot().Object(h.ObjectID)
		if want := float64(o.Mission % 40); h.Places != want || h.Has != (want > 0) {
			t.Errorf("hit %s has %v places, %v: want %v", h.ObjectID, h.Places, h.Has, want)
		}
		if d := h.Ranking.GeoDistance; d < last || d > 35_000 {
			t.Errorf("hit %s is %v m away, behind one of %v m", h.ObjectID, d, last)
		} else {
			last = d
		}
		if h.Highlights["name"] == nil || h.Highlights["structure"] == nil {
			t.Errorf("hit %s has no highlights of its name: %v", h.ObjectID, h.Highlights)
		}
	}
}
