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

// TestPagination shows how far pages and offsets reach, and that an index
// without records answers.
func TestPagination(t *testing.T) {
	s := franceSettings()
	s.PaginationMax, s.PerPage = 50, 20
	x := New(s, nil)
	f := func(change func(q *Query), total, pages int, hits int) {
		t.Helper()
		q := NewQuery()
		q.Facets = []string{"*"}
		change(q)
		res, err := x.Snapshot().Search(q, nil)
		if err != nil || res.Total != total || res.Pages != pages || len(res.Hits) != hits || len(res.IDs) != hits {
			t.Errorf("%+v: got %d found, %d pages, %d hits, %v; want %d, %d, %d", *q, res.Total, res.Pages, len(res.Hits), err, total, pages, hits)
		}
	}
	f(func(q *Query) {}, 0, 0, 0)
	f(func(q *Query) { q.Words, q.At = "aide", &geo.Point{} }, 0, 0, 0)
	x.Apply(france(70, 1), nil)
	f(func(q *Query) {}, 70, 3, 20)
	f(func(q *Query) { q.Page = 2 }, 70, 3, 10)
	f(func(q *Query) { q.Page = 3 }, 70, 3, 0)
	f(func(q *Query) { q.Page = 1 << 60 }, 70, 3, 0)
	f(func(q *Query) { q.PerPage = 0 }, 70, 0, 0)
	f(func(q *Query) { q.PerPage = 70 }, 70, 1, 50)
	f(func(q *Query) { q.Offset, q.Length = 45, 10 }, 70, 5, 5)
	f(func(q *Query) { q.Offset = 10 }, 70, 3, 20)
	f(func(q *Query) { q.Length = 0 }, 70, 0, 0)
	var all []string
	for id := range x.Snapshot().Matching(NewQuery(), nil) {
		all = append(all, id)
	}
	x.Apply(nil, all)
	f(func(q *Query) { q.Facets = nil }, 0, 0, 0)
	if n, b := x.Snapshot().Len(), x.Snapshot().Bytes(); n != 0 || b != 0 {
		t.Errorf("%d records of %d bytes are left", n, b)
	}
}
