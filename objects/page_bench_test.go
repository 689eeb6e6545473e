package objects

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"renfort/geo"
)

// franceSettings are those of the platform's mission index.
func franceSettings() *Settings {
	s := DefaultSettings(false)
	for i, name := range strings.Split("name,structure.name,domaine,activity.name,tags,template_title,city,description", ",") {
		s.Searchable = append(s.Searchable, Searchable{Name: name, Rank: i, Unordered: name == "description"})
	}
	for _, name := range strings.Split("domaines,activities.name,department_name,type,structure.name,structure.reseaux.name,publics_beneficiaires,publics_volontaires,tags,commitment__duration,is_priority,has_places_left", ",") {
		s.Faceting = append(s.Faceting, Faceting{Name: name})
	}
	s.CustomRanking = []string{"desc(score)"}
	return s
}

// franceLive says what missions have at this instant.
func franceLive() *Live {
	return &Live{
		Attributes: []LiveAttribute{{Name: "places_left"}, {Name: "has_places_left", Bool: true}},
		Value: func(i int, mission uint32) (float64, bool) {
			if i == 1 {
				return min(float64(mission%40), 1), true
			}
			return float64(mission % 40), true
		},
	}
}

// pageQueries are the four queries of one page: the hits with all filters, and
// for each facet that is refined its counts without its own filter.
func pageQueries(words string, at geo.Point) []*Query {
	is := func(name, value string) *Filter { return &Filter{Op: OpEqual, Attribute: name, Value: value} }
	any := func(kids ...*Filter) *Filter { return &Filter{Op: OpOr, Kids: kids} }
	domain := any(is("domaines", "Santé pour tous"), is("domaines", "Sport pour tous"), is("domaines", "Solidarité et insertion"))
	kind := any(is("type", "Mission en présentiel"))
	public := any(is("publics_volontaires", "Tous"))
	base := Query{Words: words, PerPage: 18, Length: -1, At: &at, RadiusM: 35_000, Facets: []string{"*"}}
	with := func(perPage int, facet string, filters ...*Filter) *Query {
		q := base
		q.PerPage, q.Filter = perPage, &Filter{Op: OpAnd, Kids: filters}
		if facet != "" {
			q.Facets = []string{facet}
		}
		return &q
	}
	return []*Query{
		with(18, "", domain, kind, public),
		with(0, "domaines", kind, public),
		with(0, "type", domain, public),
		with(1, "publics_volontaires", domain, kind),
	}
}

// BenchmarkPage is the platform's page over 20,000 records: its four queries,
// one after the other, on one core.
func BenchmarkPage(b *testing.B) {
	// Segments remember the words of their last 8 queries. These are more, so
	// that each page looks anew, with a typo or the beginning of a word in some.
	one := strings.Fields("alimentaire jardin lecture musée hôpital téléphone mentro colecte accompagn vêtement plag forêt bibliotheque secour inform aidé")
	three := []string{}
	for i, word := range one {
		three = append(three, word+" "+one[(i+5)%len(one)]+" soli")
	}
	b.Run("words=none/segments=1", func(b *testing.B) { benchPage(b, france(20_000, 1), 0, []string{""}) })
	b.Run("words=one/segments=1", func(b *testing.B) { benchPage(b, france(20_000, 1), 0, one) })
	b.Run("words=three/segments=1", func(b *testing.B) { benchPage(b, france(20_000, 1), 0, three) })
	b.Run("words=none/segments=8", func(b *testing.B) { benchPage(b, france(20_000, 1), 3_000, []string{""}) })
	b.Run("words=one/segments=8", func(b *testing.B) { benchPage(b, france(20_000, 1), 3_000, one) })
}

// BenchmarkAll is a first page that nothing narrows: 20,000 records are
// counted for 12 facets and ranked.
func BenchmarkAll(b *testing.B) {
	x := New(franceSettings(), nil)
	x.Reset(slices.Values(france(20_000, 1)))
	q := NewQuery()
	q.PerPage, q.Facets = 18, []string{"*"}
	live := franceLive()
	for b.Loop() {
		if res, err := x.Snapshot().Search(q, live); err != nil || res.Total != 20_000 {
			b.Fatal(res, err)
		}
	}
}

func benchPage(b *testing.B, records []Object, late int, words []string) {
	x := New(franceSettings(), nil)
	x.Reset(slices.Values(records[late:]))
	for from := 0; from < late; from = 2*from + 1 {
		x.Apply(records[from:min(late, 2*from+1)], nil)
	}
	places := []geo.Point{{Lat: 48.8566, Lon: 2.3522}, {Lat: 45.764, Lon: 4.8357}, {Lat: 43.2965, Lon: 5.3698}, {Lat: 47.2184, Lon: -1.5536}, {Lat: 48.5734, Lon: 7.7521}}
	live := franceLive()
	var took []time.Duration
	hits, total := 0, 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		at := places[i%len(places)]
		at.Lat += float64(i/len(places)%512) / 10_000 // nobody stands where another did
		start := time.Now()
		for j, q := range pageQueries(words[i%len(words)], at) {
			res, err := x.Snapshot().Search(q, live)
			if err != nil {
				b.Fatal(err)
			}
			if j == 0 {
				hits, total = hits+len(res.Hits), total+res.Total
			}
		}
		took = append(took, time.Since(start))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(hits)/float64(b.N), "hits/page")
	b.ReportMetric(float64(total)/float64(b.N), "found/page")
}

// BenchmarkBuild makes an index of 20,000 and of 100,000 records anew.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{20_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			records := france(n, 1)
			size := 0
			for _, o := range records {
				size += len(o.JSON)
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			b.ResetTimer()
			var x *Index
			for range b.N {
				x = New(franceSettings(), nil)
				x.Reset(slices.Values(records))
			}
			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(size)/float64(n), "json-B/record")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "more-B/record")
			b.ReportMetric(float64(x.Snapshot().Bytes())/float64(n), "said-B/record")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/record")
		})
	}
}

// BenchmarkApply writes one record, then a thousand, into 20,000.
func BenchmarkApply(b *testing.B) {
	for _, batch := range []int{1, 1000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			records := france(20_000, 1)
			x := New(franceSettings(), nil)
			x.Reset(slices.Values(records))
			worst := time.Duration(0)
			b.ResetTimer()
			for i := range b.N {
				from := i * batch * 7 % (len(records) - batch)
				start := time.Now()
				x.Apply(records[from:from+batch], nil)
				worst = max(worst, time.Since(start))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*batch), "µs/record")
			b.ReportMetric(float64(worst.Milliseconds()), "worst-ms")
			b.ReportMetric(float64(len(x.Snapshot().parts)), "segments")
		})
	}
}
