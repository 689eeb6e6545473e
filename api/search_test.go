package api_test

// Search and what completes: what is answered stands in the goldens of the
// session, what is refused here.

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"renfort/api"
)

// sessionSearch is the part of the session that looks round. min_seq waits
// for the words of what was written before.
func sessionSearch() []step {
	all := `"q":"distribution","lat":43.7,"lon":7.26,"radius_km":30,"facets":["domain","department","attr.zone","tag"],"highlight":true`
	return []step{
		{golden: "places", method: "GET", path: "/v1/places?q=saint-et&limit=2", status: 200},
		{golden: "places", method: "GET", path: "/v1/places?q=St%20%C3%89tienne&limit=1", status: 200, what: "the same, spelled otherwise"},
		{golden: "places", method: "GET", path: "/v1/places?q=0600&limit=1", status: 200, what: "a postal code"},
		{golden: "places", method: "GET", path: "/v1/places?q=Gen%C3%A8ve", status: 200, what: "over the border"},
		{golden: "places", method: "GET", path: "/v1/places", status: 200, what: "nothing typed yet"},
		{golden: "search", method: "GET", path: "/v1/search?min_seq=16", status: 200, what: "everything that can be had"},
		{golden: "search", method: "POST", path: "/v1/search?min_seq=16", status: 200, body: `{` + all + `}`},
		{golden: "search", method: "GET", path: "/v1/search?q=colis&near=Nice&sort=distance&limit=1", status: 200, keep: "next", what: "a page of one"},
		{golden: "search", method: "GET", path: "/v1/search?q=colis&near=Nice&sort=distance&limit=1&cursor=${next}", status: 200},
		{golden: "search", method: "GET", path: "/v1/search?q=maraude+licorne&highlight=true", status: 200, what: "nothing matches all words"},
		{golden: "search", method: "GET", path: "/v1/search?q=mar&prefix=true&skill=psc1", status: 200, what: "while one types"},
		{golden: "search", method: "GET", path: "/v1/search?publisher=far&facets=publisher,remote", status: 200, what: "a field's counts leave its own filter out"},
		{golden: "facets", method: "GET", path: "/v1/facets/city?q=n", status: 200},
		{golden: "facets", method: "GET", path: "/v1/facets/domain?q=solid&remote=no&limit=1", status: 200},
		{golden: "facets", method: "GET", path: "/v1/facets/colour", status: 404},
		{golden: "suggest", method: "GET", path: "/v1/suggest?q=dist&lat=43.7&lon=7.26&limit=2", status: 200},
		{golden: "suggest", method: "GET", path: "/v1/suggest?q=Sec", status: 200, what: "an organisation"},
		{golden: "suggest", method: "GET", path: "/v1/suggest?q=", status: 200, what: "nothing typed yet"},
	}
}

// searchFaults are wrong bodies of a search.
func searchFaults() []fault {
	return []fault{
		{"an unknown field", `{"colour":"red"}`, "/colour"},
		{"words that are none", `{"q":1}`, "/q"},
		{"more words than anybody types", `{"q":"` + strings.Repeat("é", 401) + `"}`, "/q"},
		{"a control character", `{"q":"a\u0000"}`, "/q"},
		{"limit 0", `{"limit":0}`, "/limit"},
		{"limit 251", `{"limit":251}`, "/limit"},
		{"half a limit", `{"limit":1.5}`, "/limit"},
		{"an unknown order", `{"sort":"price"}`, "/sort"},
		{"distance from nowhere", `{"sort":"distance"}`, "/sort"},
		{"a radius round nothing", `{"radius_km":10}`, "/radius_km"},
		{"a radius round the world", `{"lat":1,"lon":1,"radius_km":20001}`, "/radius_km"},
		{"an unknown facet", `{"facets":["domain","colour"]}`, "/facets/1"},
		{"an attribute without a name", `{"facets":"attr."}`, "/facets/0"},
		{"too many facets", `{"facets":[` + strings.TrimSuffix(strings.Repeat(`"domain",`, 33), ",") + `]}`, "/facets"},
		{"half a point", `{"lat":1}`, ""},
		{"a latitude over 90", `{"lat":91,"lon":1}`, "/lat"},
		{"an unknown domain", `{"domain":["sporz"]}`, "/domain/0"},
		{"a polygon that crosses itself", `{"polygon":[[43,7],[44,8],[43,8],[44,7]]}`, "/polygon"},
		{"a polygon of two corners", `{"polygon":[[1,1],[2,2]]}`, "/polygon"},
		{"a box upside down", `{"bbox":[44,7,43,8]}`, "/bbox"},
		{"a cursor from elsewhere", `{"cursor":"AAAA"}`, "/cursor"},
		{"a cursor that is none", `{"cursor":"é' or 1=1"}`, "/cursor"},
		{"a commune that is none", `{"near":"Atlantis"}`, "/near"},
		{"a date that cannot be", `{"from":"2026-02-30"}`, "/from"},
		{"a yes that is none", `{"highlight":"yes"}`, "/highlight"},
		{"half a seq", `{"min_seq":-1}`, "/min_seq"},
	}
}

// mustPointTo expects a GET to be refused with a pointer.
func (l *live) mustPointTo(path, pointer string) {
	l.t.Helper()
	a := l.refused("invalid", "GET", path, "")
	if !strings.Contains(string(a.body), fmt.Sprintf(`"pointer":%q`, pointer)) {
		l.t.Errorf("GET %s: want a pointer to %s in %s", path, pointer, a.body)
	}
}

// Bad input of what completes and searches by GET.
func TestBadSearches(t *testing.T) {
	l := openService(t, nil)
	for _, path := range []string{"/v1/places", "/v1/suggest", "/v1/facets/city", "/v1/search"} {
		l.mustPointTo(path+"?q="+strings.Repeat("a", 10_000), "/q")
		l.mustPointTo(path+"?q=a%00", "/q")
		l.mustPointTo(path+"?q=a%ff", "/q")
		l.mustPointTo(path+"?q=a&q=b", "/q")
		l.mustPointTo(path+"?limit=0", "/limit")
		l.mustPointTo(path+"?limit=1001", "/limit")
		l.mustPointTo(path+"?colour=red", "/colour")
		l.refused("invalid", "GET", path+"?lat=91&lon=1", "")
		l.refused("invalid", "GET", path+"?lat=1", "")
	}
	l.mustPointTo("/v1/search?sort=price", "/sort")
	l.mustPointTo("/v1/search?sort=distance", "/sort")
	l.mustPointTo("/v1/search?radius_km=10", "/radius_km")
	l.mustPointTo("/v1/search?facets=domain,colour", "/facets/1")
	l.mustPointTo("/v1/search?highlight=yes", "/highlight")
	l.mustPointTo("/v1/search?prefix=2", "/prefix")
	l.mustPointTo("/v1/search?cursor=AAAA", "/cursor")
	l.mustPointTo("/v1/search?polygon=1,2,3", "/polygon")
	l.mustPointTo("/v1/search?domain=sporz", "/domain/0")
	l.mustPointTo("/v1/search?near=Atlantis", "/near")
	l.mustPointTo("/v1/facets/city?cursor=AAAA", "/cursor")
	l.mustPointTo("/v1/facets/city?sort=newest", "/sort")
	l.mustPointTo("/v1/suggest?q=a&limit=21", "/limit")
	l.mustPointTo("/v1/places?q=a&limit=101", "/limit")
	l.refused("not_found", "GET", "/v1/facets/min_seq", "")
}

// Words that are none, or strange, are searched as well as they can be.
func TestStrangeWordsAreAnswered(t *testing.T) {
	l := openService(t, nil)
	seq := l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", "")).header.Get("X-Renfort-Seq")
	for _, q := range []string{`"`, `"""`, `«`, `-`, `--`, `- -`, `*`, `***`, `de la le`, `"de la`, `-colis`, `'`, `(a OR b)`, `+`, `~`, `a AND`, `\`, `%`, `𝒳`, "é", strings.Repeat("a ", 200),
		strings.Repeat("é", 400), strings.Repeat(`"`, 400), strings.Repeat(`-a `, 133)} {
		for _, path := range []string{"/v1/search?highlight=true&min_seq=" + seq + "&q=", "/v1/search?prefix=true&q=", "/v1/suggest?lat=1&lon=1&q=", "/v1/facets/city?q=", "/v1/places?q="} {
			l.must(200, "GET", path+url.QueryEscape(q), "")
		}
		body, err := json.Marshal(map[string]any{"q": q, "highlight": true})
		if err != nil {
			t.Fatal(err)
		}
		l.must(200, "POST", "/v1/search", string(body))
	}
	l.must(200, "GET", "/v1/search?lat=43.7&lon=7.26&radius_km=20000", "")
	l.must(200, "GET", "/v1/search?bbox=-90,-180,90,180", "")
	l.must(200, "GET", "/v1/search?bbox=-20,170,20,-170", "") // over the date line
}

// A key for some publishers finds and counts nothing of others.
func TestSearchSeesItsPublishers(t *testing.T) {
	scopes := map[string][]string{"some": {"search", "write"}}
	l := openService(t, func(c *api.Config) {
		withKeys(t, scopes, []string{"jva"}, 0)(c)
		withKeys(t, map[string][]string{"all": {"search", "write"}}, nil, 0)(c)
	})
	all, some := "Bearer "+l.key("all"), "Bearer "+l.key("some")
	l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", ""), "Authorization", all)
	other := strings.Replace(niceMission("m2", ""), `"publisher":"jva"`, `"publisher":"far"`, 1)
	seq := l.must(201, "PUT", "/v1/missions/m2", other, "Authorization", all).header.Get("X-Renfort-Seq")
	f := func(key, path string, want ...string) {
		t.Helper()
		a := l.must(200, "GET", path, "", "Authorization", key)
		for _, w := range want {
			if !strings.Contains(string(a.body), w) {
				t.Errorf("GET %s: no %s in %s", path, w, a.body)
			}
		}
		if key == some && strings.Contains(string(a.body), "far") || key == some && strings.Contains(string(a.body), `"m2"`) {
			t.Errorf("GET %s: tells of another publisher: %s", path, a.body)
		}
	}
	search := "/v1/search?q=colis&facets=publisher,city&min_seq=" + seq
	f(all, search, `"total":2`, `{"value":"far"`, `"m2"`)
	f(some, search, `"total":1`, `{"value":"jva"`, `"m1"`)
	f(some, "/v1/facets/publisher", `{"value":"jva"`)
	f(some, "/v1/facets/city", `"count":1}`)
	f(all, "/v1/facets/city", `"count":2}`)
	f(some, "/v1/suggest?q=coli", `"m1"`)
	f(all, "/v1/suggest?q=coli", `"m1"`, `"m2"`)
	l.refused("forbidden", "GET", "/v1/search?publisher=far", "", "Authorization", some)
}

// Under load counts and highlights go first, and the answer says so.
func TestBusySearchLeavesExtrasOut(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", ""))
	most := 0
	for _, r := range api.Routes() {
		if r.Pattern == "/v1/search" {
			most = int(l.service.InFlightLimits()[r.Class])
		}
	}
	path := "/v1/search?facets=domain&highlight=true"
	calm := string(l.must(200, "GET", path, "").body)
	l.service.Crowd(most * 7 / 8)
	busy := string(l.must(200, "GET", path, "").body)
	l.service.Crowd(-most * 7 / 8)
	if strings.Contains(calm, `"degraded"`) || !strings.Contains(calm, `"highlight"`) || !strings.Contains(calm, `"facets":{"domain":[{`) {
		t.Errorf("calm: %s", calm)
	}
	if !strings.Contains(busy, `"degraded":true`) || strings.Contains(busy, `"highlight"`) || !strings.Contains(busy, `"facets":{}`) || !strings.Contains(busy, `"id":"m1"`) {
		t.Errorf("busy: %s", busy)
	}
}

// Whoever asks for no cache is answered anew: nothing is taken from what an
// earlier question found, and nothing left for a later one.
func TestSearchWithoutCache(t *testing.T) {
	l := openService(t, nil)
	seq := l.must(201, "PUT", "/v1/missions/m1", `{"title":"Maraude du soir","remote":"full"}`).header.Get("X-Renfort-Seq")
	looks := func(headers ...string) (hits uint64) {
		before := l.engine.TextStats()
		if a := l.must(200, "GET", "/v1/search?q=maraude&min_seq="+seq, "", headers...); !strings.Contains(string(a.body), `"total":1`) {
			t.Errorf("got %s", a.body)
		}
		after := l.engine.TextStats()
		if len(headers) > 0 && after.MatchMisses+after.MatchHits != before.MatchMisses+before.MatchHits {
			t.Errorf("the cache was looked at: %+v, then %+v", before, after)
		}
		return after.MatchHits - before.MatchHits
	}
	looks("Cache-Control", "no-cache")
	if looks() != 0 {
		t.Error("the first question was kept, and was not to be")
	}
	if looks() == 0 {
		t.Error("the second question was not kept")
	}
	looks("Cache-Control", "max-age=0, no-cache")
}
