package api_test

// What a page of the platform costs at Algolia's door, all of ours counted: the
// search and its three companions without one of the lists' refinements, in one
// request, over an index of 20,000 records that are missions:
//
//	go test -run xxx -bench AlgoliaPage -cpu 1 ./api/

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/api"
	"renfort/engine"
)

// platformRecord is a record as the platform pushes it, made up.
func platformRecord(r *rand.Rand, i int) string {
	pick := func(list string) string {
		words := strings.Split(list, "|")
		return words[r.IntN(len(words))]
	}
	lat, lon := 43.2+7*r.Float64(), -1.5+8*r.Float64()
	if i%3 == 0 { // cities are where people are
		lat, lon = 48.85+r.NormFloat64()/10, 2.35+r.NormFloat64()/10
	}
	return fmt.Sprintf(`{"objectID":"App\\Models\\Mission::%d","id":%d,"name":"%s %s","state":"Validée","department":"%02d","department_name":"%02d - Ici","type":"%s","participations_max":%d,"places_left":%d,"has_places_left":true,"structure":{"id":%d,"name":"Association %d","reseaux":[{"id":%d,"name":"Réseau %d"}]},"domaines":["%s"],"activities":[{"id":1,"name":"%s"}],"publics_beneficiaires":["%s"],"publics_volontaires":["%s"],"tags":["%s"],"commitment__duration":"%s","is_priority":%v,"is_outdated":false,"is_registration_open":true,"provider":"reserve_civique","template_title":"%s","score":%d,"description":"Une équipe accueille et accompagne des personnes chaque semaine, avec des bénévoles qui connaissent le quartier et ses habitants.","_geoloc":[{"lat":%.4f,"lng":%.4f}]}`,
		i, i, pick("Distribution|Collecte|Accompagnement|Lecture|Maraude|Visite"), pick("alimentaire|de vêtements|scolaire|aux aînés|du soir|à domicile"),
		i%95+1, i%95+1, pick("Mission en présentiel|Mission en présentiel|Mission à distance"), 1+r.IntN(50), 1+r.IntN(20), i%4000, i%4000, i%40, i%40,
		pick("Santé pour tous|Sport pour tous|Solidarité et insertion|Environnement|Éducation pour tous|Culture"), pick("Distribution|Collecte de produits|Lecture|Soutien scolaire|Visites"),
		pick("Tous publics|Personnes âgées|Jeunes"), pick("Tous|Mineurs|Majeurs"), pick("Canicule|Hiver|Rentrée|Aucun"), pick("1_hour|2_hours|half_day|day"), r.IntN(10) == 0,
		pick("Je distribue|J'accompagne|Je lis|Je visite"), r.IntN(100), lat, lon)
}

// mustPlatform gives a service whose index "missions" has so many records.
func mustPlatform(tb testing.TB, n int) *api.Service {
	tb.Helper()
	e, err := engine.Open(engine.Options{Dir: tb.TempDir(), NoSync: true, ManualTicks: true, Clock: start, MissionIndexes: []string{"missions"}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { e.Close() })
	if err := e.TickAt(start()); err != nil {
		tb.Fatal(err)
	}
	s := api.New(e, api.Default())
	send(tb, s, "PUT", "/1/indexes/missions/settings", `{"searchableAttributes":["name","structure.name","activities.name","tags","template_title","unordered(description)"],"attributesForFaceting":["domaines","activities.name","department_name","type","searchable(structure.name)","structure.reseaux.name","publics_beneficiaires","publics_volontaires","tags","commitment__duration","is_priority","has_places_left"],"customRanking":["desc(score)"]}`)
	r := rand.New(rand.NewPCG(1, 1))
	var task []byte
	for from := 0; from < n; from += 5000 {
		var b strings.Builder
		b.WriteString(`{"requests":[`)
		for i := from; i < min(n, from+5000); i++ {
			if i > from {
				b.WriteByte(',')
			}
			b.WriteString(`{"action":"updateObject","body":` + platformRecord(r, i) + `}`)
		}
		task = send(tb, s, "POST", "/1/indexes/missions/batch", b.String()+"]}")
	}
	id := strings.TrimPrefix(strings.SplitN(string(task), ",", 2)[0], `{"taskID":`)
	for !strings.Contains(string(send(tb, s, "GET", "/1/task/"+id, "")), `"published"`) {
		time.Sleep(10 * time.Millisecond)
	}
	// Renfort's own words of the missions follow behind; they are not what is
	// measured.
	for e.AwaitText(tb.Context(), e.Seq()) != nil {
		if tb.Context().Err() != nil {
			tb.Fatal("the words of the missions did not follow")
		}
	}
	return s
}

// send is a request without a connection.
func send(tb testing.TB, s *api.Service, method, path, body string) []byte {
	tb.Helper()
	var ctx fasthttp.RequestCtx
	ctx.Request.Header.SetMethod(method)
	ctx.Request.SetRequestURI(path)
	ctx.Request.SetBodyString(body)
	s.Handle(&ctx)
	if ctx.Response.StatusCode() >= 300 {
		tb.Fatalf("%s %s: %d %s", method, path, ctx.Response.StatusCode(), ctx.Response.Body())
	}
	return ctx.Response.Body()
}

// pageRequest is what instantsearch.js sends for a page with three refined
// lists.
func pageRequest(words string, lat, lon float64) string {
	lists := []string{`["domaines:Santé pour tous","domaines:Sport pour tous","domaines:Solidarité et insertion"]`, `["type:Mission en présentiel"]`, `["publics_volontaires:Tous"]`}
	names := []string{"", "domaines", "type", "publics_volontaires"}
	var b strings.Builder
	for i, name := range names {
		facets, hits, refined := `["*"]`, "18", slices.Clone(lists)
		if name != "" {
			facets, hits = name, "0"
			refined = slices.Delete(refined, i-1, i)
		}
		v := url.Values{"query": {words}, "facets": {facets}, "hitsPerPage": {hits}, "facetFilters": {"[" + strings.Join(refined, ",") + "]"},
			"aroundLatLng": {fmt.Sprintf("%.4f,%.4f", lat, lon)}, "aroundRadius": {"35000"}, "maxValuesPerFacet": {"100"}, "page": {"0"}, "highlightPreTag": {"__ais-highlight__"}, "highlightPostTag": {"__/ais-highlight__"}}
		fmt.Fprintf(&b, `,{"indexName":"missions","params":%q}`, v.Encode())
	}
	return `{"requests":[` + b.String()[1:] + `]}`
}

func BenchmarkAlgoliaPage(b *testing.B) {
	s := mustPlatform(b, 20_000)
	for _, words := range []string{"", "alimentaire", "distribution alimentaire"} {
		b.Run("words="+strings.ReplaceAll(words, " ", "+"), func(b *testing.B) {
			var took []time.Duration
			var bytes int
			b.ReportAllocs()
			for i := range b.N {
				body := pageRequest(words, 48.85+float64(i%512)/10_000, 2.35)
				began := time.Now()
				bytes = len(send(b, s, "POST", "/1/indexes/*/queries", body))
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(bytes), "answer-B")
		})
	}
}
