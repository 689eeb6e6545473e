package api_test

// What searches and completions cost, all of ours counted, and that people
// find what they mean:
//
//	go test -run xxx -bench 'Search|Suggest' ./api/

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/api"
	"renfort/engine"
)

// asked are searches as people type them.
var asked = []string{"distribution repas sans abri lyon", "aide devoirs", "ehpad", "cours de francais", "l'été", "banque allimentaire"}

// ask sends a GET without a connection.
func ask(tb testing.TB, s *api.Service, ctx *fasthttp.RequestCtx, path string) []byte {
	tb.Helper()
	ctx.Request.Reset()
	ctx.Response.Reset()
	ctx.Request.Header.SetMethod("GET")
	ctx.Request.SetRequestURI(path)
	s.Handle(ctx)
	if ctx.Response.StatusCode() != 200 {
		tb.Fatalf("GET %s: %d %s", path, ctx.Response.StatusCode(), ctx.Response.Body())
	}
	return ctx.Response.Body()
}

// mustWords gives a service on a France of so many missions, all words of
// which can be searched.
func mustWords(tb testing.TB, missions int) *api.Service {
	tb.Helper()
	s, _ := mustFranceOn(tb, missions, engine.Options{NoSync: true})
	var ctx fasthttp.RequestCtx
	var st struct{ Seq uint64 }
	if err := json.Unmarshal(ask(tb, s, &ctx, "/v1/stats"), &st); err != nil {
		tb.Fatal(err)
	}
	for {
		ctx.Request.Reset()
		ctx.Response.Reset()
		ctx.Request.Header.SetMethod("GET")
		ctx.Request.SetRequestURI("/v1/search?q=mission&limit=1&min_seq=" + strconv.FormatUint(st.Seq, 10))
		s.Handle(&ctx) // waits some time for the words
		if ctx.Response.StatusCode() == 200 {
			return s
		}
	}
}

// times reports percentiles of what was taken.
func times(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-us")
	b.ReportMetric(float64(took[len(took)-1].Nanoseconds())/1e3, "max-us")
}

// benchPaths asks the paths in turn.
func benchPaths(b *testing.B, s *api.Service, paths []string) {
	var ctx fasthttp.RequestCtx
	for _, p := range paths {
		ask(b, s, &ctx, p) // lists that every search shares are made once
	}
	took := make([]time.Duration, 0, 1024)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		began := time.Now()
		ask(b, s, &ctx, paths[i%len(paths)])
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	times(b, took)
}

// BenchmarkSuggest types words letter by letter, at three places.
func BenchmarkSuggest(b *testing.B) {
	s := mustWords(b, 50_000)
	var paths []string
	for _, q := range append(slices.Clone(asked), "saint-etienne", "croix rouge francaise", "paris", "maraude") {
		letters := []rune(q)
		for n := 1; n <= len(letters); n++ {
			for _, at := range []string{"", "&lat=43.704&lon=7.262", "&lat=48.857&lon=2.352"} {
				paths = append(paths, "/v1/suggest?q="+url.QueryEscape(string(letters[:n]))+at)
			}
		}
	}
	benchPaths(b, s, paths)
}

// BenchmarkSearchHandler searches as people do: words, a place, counts, marks.
func BenchmarkSearchHandler(b *testing.B) {
	s := mustWords(b, 50_000)
	for _, kind := range []struct{ name, more string }{
		{"words", ""}, {"place", "&lat=45.76&lon=4.84&radius_km=20"}, {"facets", "&facets=domain,department"},
		{"highlight", "&highlight=true"}, {"all", "&lat=45.76&lon=4.84&radius_km=20&facets=domain,department&highlight=true"},
	} {
		var paths []string
		for _, q := range asked {
			paths = append(paths, "/v1/search?q="+url.QueryEscape(q)+kind.more)
		}
		b.Run(kind.name, func(b *testing.B) { benchPaths(b, s, paths) })
	}
}

// Who types one of the searches that the demo invites to gets what they meant
// first: a word of the title or the description says so. The made-up France
// has no food bank, so that what "banque allimentaire" finds is not held here.
func TestPeopleFindWhatTheyMean(t *testing.T) {
	missions := 3_000
	if raceEnabled {
		missions = 1_000 // .ci/run indexes all without the detector
	}
	s := mustWords(t, missions)
	var ctx fasthttp.RequestCtx
	f := func(q string, meant ...string) {
		t.Helper()
		var page struct {
			Hits []struct {
				Mission   struct{ Title string }
				Highlight struct{ Title, Description string }
			}
			Total int
		}
		body := ask(t, s, &ctx, "/v1/search?highlight=true&limit=3&q="+url.QueryEscape(q))
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Hits) == 0 {
			t.Errorf("%q: nothing found", q)
			return
		}
		first := strings.ToLower(page.Hits[0].Highlight.Title + " " + page.Hits[0].Highlight.Description)
		for _, word := range meant {
			if !strings.Contains(first, word) {
				t.Errorf("%q: the first of %d is %q, want %q in %s", q, page.Total, page.Hits[0].Mission.Title, word, first)
			}
		}
	}
	f("distribution repas sans abri lyon", "repas")
	f("aide devoirs", "devoirs")
	f("ehpad", "<em>ehpad</em>")
	f("cours de francais", "français")
	f("l'été", "été")
}
