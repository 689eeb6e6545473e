package matcher_test

import (
	"math/rand/v2"
	"testing"

	"renfort/geo"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// searchMissions is how many missions the benchmarks of the search have.
const searchMissions = 50_000

// wordsMatched draws what words may match: a share of all missions.
func wordsMatched(rng *rand.Rand, share float64) *index.TextMatch {
	m := &index.TextMatch{Seq: 1}
	for o := range uint32(searchMissions) {
		if rng.Float64() < share {
			m.Ordinals, m.Scores = append(m.Ordinals, o), append(m.Scores, float32(rng.Float64()*rng.Float64()))
		}
	}
	return m
}

// BenchmarkSearch is one search of the best 20 with the exact total, on one
// core, 50,000 missions. Points are where people live. Words are drawn matches
// of 4 % of the missions: what the text index takes comes on top.
func BenchmarkSearch(b *testing.B) {
	f := mustFrance(b, searchMissions, 512)
	rng := rand.New(rand.NewPCG(3, 4))
	matches := make([]*index.TextMatch, 16)
	for i := range matches {
		matches[i] = wordsMatched(rng, 0.04)
	}
	domains := []string{"solidarite-insertion", "education", "sante", "environnement"}
	point := func(i int, r *matcher.SearchRequest) {
		p, _ := f.requests[i%512].Profile.Position()
		r.Filter.Point = &p
	}
	circle := func(i int, r *matcher.SearchRequest) { point(i, r); r.Filter.RadiusKm = 10 }
	words := func(i int, r *matcher.SearchRequest) { r.Query, r.Match = "aide", matches[i%len(matches)] }
	domain := func(i int, r *matcher.SearchRequest) { r.Filter.Domains = domains[i%4 : i%4+1] }
	two := func(_ int, r *matcher.SearchRequest) { r.Facets = []string{"domain", "department"} }
	many := func(_ int, r *matcher.SearchRequest) {
		r.Facets = []string{"domain", "activity", "department", "region", "city", "postal_code", "organization", "publisher", "remote", "urgency", "slot_part"}
	}
	type shape func(i int, r *matcher.SearchRequest)
	for _, bench := range []struct {
		name  string
		parts []shape
	}{
		{"all", nil},
		{"geo 10 km", []shape{circle}},
		{"geo 10 km, nearest", []shape{circle, func(_ int, r *matcher.SearchRequest) { r.Sort = matcher.ByDistance }}},
		{"point", []shape{point}},
		{"point, nearest", []shape{point, func(_ int, r *matcher.SearchRequest) { r.Sort = matcher.ByDistance }}},
		{"newest", []shape{func(_ int, r *matcher.SearchRequest) { r.Sort = matcher.ByNewest }}},
		{"domain", []shape{domain}},
		{"department", []shape{func(i int, r *matcher.SearchRequest) { r.Filter.Departments = []string{"75", "33"}[i%2 : i%2+1] }}},
		{"dates", []shape{func(_ int, r *matcher.SearchRequest) { r.Filter.From, r.Filter.Until = "2026-11-22", "2026-12-10" }}},
		{"box 1 degree", []shape{func(i int, r *matcher.SearchRequest) {
			p, _ := f.requests[i%512].Profile.Position()
			r.Filter.BBox = &geo.BBox{South: p.Lat - .5, North: p.Lat + .5, West: p.Lon - .5, East: p.Lon + .5}
		}}},
		{"box of France", []shape{func(_ int, r *matcher.SearchRequest) {
			r.Filter.BBox = &geo.BBox{South: 41, North: 52, West: -6, East: 10}
		}}},
		{"2 facets", []shape{two}},
		{"domain, 2 facets", []shape{domain, two}},
		{"words", []shape{words}},
		{"words, 2 facets", []shape{words, two}},
		{"words, domain, 2 facets", []shape{words, domain, two}},
		{"words, geo 10 km, domain, 2 facets", []shape{words, circle, domain, two}},
		{"geo 10 km, domain, 2 facets", []shape{circle, domain, two}},
		{"geo 10 km, 11 facets", []shape{circle, many}},
		{"11 facets", []shape{many}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			requests := make([]*matcher.SearchRequest, 512)
			for i := range requests {
				requests[i] = &matcher.SearchRequest{Filter: new(mission.Filter), Limit: 20}
				for _, part := range bench.parts {
					part(i, requests[i])
				}
			}
			f.search(b, requests)
		})
	}
}

// search answers the requests over and over.
func (f *france) search(b *testing.B, requests []*matcher.SearchRequest) {
	b.Helper()
	s, page := f.index.Snapshot(), new(matcher.SearchPage)
	for _, r := range requests { // scales of distance are measured once between two Ticks
		if err := f.matcher.Search(s, nil, r, page); err != nil {
			b.Fatal(err)
		}
	}
	total := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := f.matcher.Search(s, nil, requests[i%len(requests)], page); err != nil {
			b.Fatal(err)
		}
		total += page.Total
	}
	b.ReportMetric(float64(total)/float64(b.N), "found/op")
}
