package api_test

// Every route of the door against every kind of refusal that it can meet.

import (
	"slices"
	"strings"
	"testing"

	"renfort/api"
	"renfort/mission"
)

func TestAlgoliaScopesOfEveryRoute(t *testing.T) {
	scopes := map[string][]string{}
	for _, s := range []string{"search", "recommend", "write", "crisis", "admin"} {
		scopes[s] = []string{s}
	}
	l := openService(t, withKeys(t, scopes, nil, 0))
	for _, r := range api.AlgoliaRoutes() {
		l.front(403, "Invalid Application-ID or API key", r.Method, pathOf(r), "")
		for name := range scopes {
			a := l.do(r.Method, pathOf(r), "", "X-Algolia-API-Key", l.key(name))
			if refused := strings.Contains(string(a.body), "Method not allowed"); refused == slices.Contains(r.Scopes, name) {
				t.Errorf("%s %s with the scope %s: %d %s", r.Method, r.Pattern, name, a.status, a.body)
			}
		}
	}
}

func TestAlgoliaEveryRouteIsBounded(t *testing.T) {
	l := openService(t, nil)
	limits := l.service.InFlightLimits()
	for _, r := range api.AlgoliaRoutes() {
		l.service.Crowd(int(limits[r.Class]))
		l.front(503, "under way", r.Method, pathOf(r), "")
		l.service.Crowd(-int(limits[r.Class]))
		if r.Method == "GET" || testing.Short() && strings.HasSuffix(r.Pattern, "batch") {
			continue
		}
		n := int64(mission.BodyBytesMax + 1)
		if r.Pattern == "/1/indexes/{index}/batch" || r.Pattern == "/1/indexes/*/batch" {
			n = mission.BulkBytesMax + 1
		}
		if a := l.sendBytes(r, n); a.status != 413 || !strings.Contains(string(a.body), `"status":413`) {
			t.Errorf("%s %s: %d bytes gave %d %s", r.Method, r.Pattern, n, a.status, a.body)
		}
	}
}

// The answers to requests for several are held against the document too: its
// paths have a star in them.
func TestAlgoliaAnswersAreDocumented(t *testing.T) {
	l := openService(t, nil)
	for _, r := range api.AlgoliaRoutes() {
		if got := patternAmong(api.AlgoliaRoutes(), r.Method, pathOf(r)); got != r.Method+" "+r.Pattern && !strings.Contains(pathOf(r), "nothing-1/nothing-1") {
			t.Errorf("%s leads to %s", pathOf(r), got)
		}
		if !l.documented(r.Method, pathOf(r)) {
			t.Errorf("%s %s is not found in the document", r.Method, r.Pattern)
		}
	}
}
