package api_test

// Every route against every kind of refusal that it can meet, and every code
// of the one table at least once.

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"renfort/api"
	"renfort/mission"
)

// pathOf fills a pattern with ids that name nothing.
func pathOf(r api.Route) string {
	return regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(r.Pattern, "nothing-1")
}

// requiredQuery is what a route is not asked without.
func requiredQuery(r api.Route) string {
	if r.Pattern == "/v1/seats/bulk" {
		return "?import=true"
	}
	if r.Pattern == "/v1/feeds/api-engagement" && r.Method == "POST" {
		return "?publisher=jva"
	}
	if r.Pattern == "/v1/events" {
		return "?follow=false" // else it lasts
	}
	return ""
}

func joined(path, query string) string {
	if strings.Contains(path, "?") {
		return path + "&" + query
	}
	return path + "?" + query
}

func TestEveryRouteRefusesOtherMethods(t *testing.T) {
	l := openService(t, nil)
	byPath := map[string][]string{}
	for _, r := range api.Routes() {
		byPath[pathOf(r)] = append(byPath[pathOf(r)], r.Method)
	}
	for path, have := range byPath {
		for _, method := range []string{"GET", "PUT", "POST", "PATCH", "DELETE"} {
			if slices.Contains(have, method) || path == "/v1/missions/get" || path == "/v1/volunteers/count" || strings.HasSuffix(path, "/bulk") {
				continue
			}
			a := l.refused("method_not_allowed", method, path, "")
			if a.status != 405 || a.header.Get("Allow") == "" {
				t.Errorf("%s %s: %d, Allow %q", method, path, a.status, a.header.Values("Allow"))
			}
		}
		if a := l.do("OPTIONS", path, ""); a.status != 204 || !strings.Contains(strings.Join(a.header.Values("Allow"), ","), have[0]) {
			t.Errorf("OPTIONS %s: %d, %v", path, a.status, a.header.Values("Allow"))
		}
	}
	l.refused("not_found", "GET", "/v1/nothing", "")
}

func TestEveryRouteRefusesUnknownQueryParameters(t *testing.T) {
	l := openService(t, nil)
	for _, r := range api.Routes() {
		a := l.refused("invalid", r.Method, pathOf(r)+"?colour=red", "")
		if !strings.Contains(string(a.body), `"pointer":"/colour"`) {
			t.Errorf("%s %s: no pointer in %s", r.Method, r.Pattern, a.body)
		}
		l.refused("invalid", r.Method, pathOf(r)+"?%zz=1", "")
	}
}

func TestEveryReadWaitsForASeqInVain(t *testing.T) {
	l := openService(t, nil)
	for _, r := range api.Routes() {
		if !r.Reads {
			continue
		}
		body := ""
		if r.Body {
			body = "{}"
		}
		a := l.refused("stale", r.Method, joined(pathOf(r), "min_seq=999999"), body, "X-Request-Timeout", "20")
		if a.status != 503 || a.header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %d, Retry-After %q", r.Method, r.Pattern, a.status, a.header.Get("Retry-After"))
		}
		l.refused("invalid", r.Method, joined(pathOf(r), "min_seq=-1"), body)
	}
}

func TestEveryRouteUnderOverload(t *testing.T) {
	l := openService(t, nil)
	limits := l.service.InFlightLimits()
	l.service.Crowd(63)
	for _, r := range api.Routes() {
		if a := l.do(r.Method, pathOf(r)+requiredQuery(r), ""); a.code() == "overloaded" {
			t.Errorf("%s %s: overloaded with 64 in flight", r.Method, r.Pattern)
		}
	}
	l.service.Crowd(-63)
	for _, r := range api.Routes() {
		n := int(limits[r.Class])
		if n > 1<<20 {
			continue // health is never refused
		}
		l.service.Crowd(n)
		a := l.refused("overloaded", r.Method, pathOf(r), "")
		if a.status != 503 || a.header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %d, Retry-After %q", r.Method, r.Pattern, a.status, a.header.Get("Retry-After"))
		}
		l.service.Crowd(-n)
	}
	for i := 1; i < len(limits); i++ {
		if limits[i] <= limits[i-1] {
			t.Errorf("class %d is refused before class %d", i, i-1)
		}
	}
}

// zeros is a body of n bytes that are no JSON.
func (l *live) sendBytes(r api.Route, n int64) answer {
	l.t.Helper()
	req, err := http.NewRequest(r.Method, "http://renfort"+pathOf(r)+requiredQuery(r), io.LimitReader(blanks{}, n))
	if err != nil {
		l.t.Fatal(err)
	}
	req.ContentLength = n
	res, err := l.client.Do(req)
	if err != nil {
		l.t.Fatalf("%s %s with %d bytes: %v", r.Method, r.Pattern, n, err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		l.t.Fatal(err)
	}
	return a
}

type blanks struct{}

// blank is copied, and not written byte by byte: that is what the race
// detector makes dear.
var blank = strings.Repeat(" ", 32<<10)

func (blanks) Read(p []byte) (int, error) { return copy(p, blank), nil }

func TestEveryRouteRefusesTooMuch(t *testing.T) {
	l := openService(t, nil)
	seq, hash := l.engine.Store().Seq(), l.engine.Store().Hash()
	for _, r := range api.Routes() {
		if r.Method == "GET" {
			continue
		}
		n := int64(10 << 20)
		if r.Lines {
			if (testing.Short() || raceEnabled) && r.Pattern != "/v1/missions/bulk" {
				continue
			}
			n = mission.BulkBytesMax + 1
		}
		if r.Pattern == "/v1/feeds/api-engagement" {
			n = mission.FeedBytesMax + 1
		}
		a := l.sendBytes(r, n)
		if a.status != 413 || a.code() != "too_large" || !regexp.MustCompile(`over \d+ bytes`).Match(a.body) {
			t.Errorf("%s %s: %d bytes gave %d %s", r.Method, r.Pattern, n, a.status, a.body)
		}
	}
	a := l.do("GET", "/healthz", "", "X-Long", strings.Repeat("x", mission.HeaderBytesMax))
	if a.status != 431 || a.code() != "too_large" {
		t.Errorf("a long header: %d %s", a.status, a.body)
	}
	if l.engine.Store().Seq() != seq || l.engine.Store().Hash() != hash {
		t.Error("something was stored")
	}
}

func TestEveryRouteRefusesEncodedBodies(t *testing.T) {
	l := openService(t, nil)
	for _, r := range api.Routes() {
		if r.Body || r.Lines {
			l.refused("unsupported", r.Method, pathOf(r)+requiredQuery(r), "x", "Content-Encoding", "gzip")
		}
	}
}

func TestEveryRouteOnWhatIsNotThere(t *testing.T) {
	l := openService(t, nil)
	bodies := map[string]string{
		"PATCH /v1/missions/{id}":                            `{"title":"x"}`,
		"PATCH /v1/organizations/{id}":                       `{"name":"x"}`,
		"POST /v1/missions/{id}/elsewhere":                   `{"taken":1}`,
		"POST /v1/missions/{id}/holds":                       `{"volunteer":"v1"}`,
		"POST /v1/missions/{id}/candidates":                  `{}`,
		"POST /v1/holds/{hold}/answer":                       `{"answer":"accepted"}`,
		"POST /v1/missions/{id}/waiting":                     `{"volunteer":"v1"}`,
		"GET /v1/missions/{id}/waiting":                      "",
		"GET /v1/volunteers/{id}/export":                     "",
		"POST /v1/holds/{hold}/confirm":                      "",
		"GET /v1/missions/{id}/similar":                      "",
		"GET /v1/missions/{id}/seats":                        "",
		"DELETE /v1/missions/{id}":                           "",
		"DELETE /v1/volunteers/{id}":                         "",
		"POST /v1/holds/{hold}/release":                      "",
		"POST /v1/holds/{hold}/extend":                       "",
		"GET /v1/holds/{hold}":                               "",
		"GET /v1/missions/{id}":                              "",
		"GET /v1/organizations/{id}":                         "",
		"GET /v1/volunteers/{id}":                            "",
		"GET /v1/alerts/{id}":                                "",
		"GET /v1/webhooks/{id}":                              "",
		"DELETE /v1/webhooks/{id}":                           "",
		"GET /v1/webhooks/{id}/deliveries":                   "",
		"POST /v1/webhooks/{id}/deliveries/{delivery}/retry": "",
		"DELETE /v1/alerts/{id}":                             "",
		"GET /v1/facets/{field}":                             "",
		"GET /v1/crises/{id}":                                "",
		"DELETE /v1/crises/{id}":                             "",
		"POST /v1/crises/{id}/pause":                         "",
		"POST /v1/crises/{id}/resume":                        "",
		"POST /v1/missions/{id}/recall":                      `{"to":["held"],"why":"danger"}`,
		"DELETE /v1/missions/{id}/waiting/{volunteer}":       "",
		"GET /v1/waves/{id}":                                 "",
		"GET /v1/waves/{id}/asks":                            "",
		"PATCH /v1/waves/{id}":                               `{"state":"paused"}`,
		"POST /v1/waves/{id}/answers":                        `{"volunteer":"v1","answer":"accept"}`,
	}
	for _, r := range api.Routes() {
		name := r.Method + " " + r.Pattern
		body, named := bodies[name]
		if strings.Contains(r.Pattern, "{") && r.Method != "PUT" && !r.Lines && !named { // lines are refused one by one
			t.Errorf("no case for %s", name)
		}
		if named {
			l.refused("not_found", r.Method, pathOf(r), body)
		}
	}
	l.refused("not_found", "POST", "/v1/recommendations", `{"volunteer":"nobody"}`)
	l.refused("not_found", "POST", "/v1/recommendations", `{"profile":{},"policy":"none/1"}`)
}

// codes collects the codes that came up.
type codes struct {
	*live
	seen map[string]bool
}

// f expects a refusal by its code and status.
func (c codes) f(code string, status int, method, path, body string, headers ...string) answer {
	c.t.Helper()
	a := c.refused(code, method, path, body, headers...)
	if a.status != status {
		c.t.Errorf("%s %s: status %d, want %d", method, path, a.status, status)
	}
	if (a.status == 429 || a.status == 503) && a.header.Get("Retry-After") == "" {
		c.t.Errorf("%s %s: %d without Retry-After", method, path, a.status)
	}
	c.seen[a.code()] = true
	return a
}

// Every code of the table, each by its shortest way.
func TestEveryCode(t *testing.T) {
	seen := map[string]bool{"internal": true} // a fault of our own cannot be asked for
	refusedSeats(codes{openService(t, nil), seen})
	refusedRequests(codes{openService(t, nil), seen})
	refusedFeeds(codes{openService(t, nil), seen})
	strict := codes{openService(t, withKeys(t, map[string][]string{"reader": {"search"}}, nil, 0.001)), seen}
	strict.f("unauthorized", 401, "GET", "/v1/missions", "")
	strict.f("forbidden", 403, "PUT", "/v1/missions/m1", `{}`, "x-api-key", strict.key("reader"))
	strict.f("rate_limited", 429, "GET", "/v1/missions", "", "x-api-key", strict.key("reader"))
	closed := codes{openService(t, nil), seen}
	if err := closed.engine.Close(); err != nil {
		t.Fatal(err)
	}
	closed.f("unavailable", 503, "PUT", "/v1/volunteers/v1", `{}`)
	for _, code := range api.Codes() {
		if !seen[code] {
			t.Errorf("the code %s never came up", code)
		}
	}
}

// refusedSeats meets the refusals that depend on seats.
func refusedSeats(c codes) {
	c.must(201, "PUT", "/v1/missions/m1", niceMission("m1", `,"seats":1,"min_age":18`))
	c.must(201, "PUT", "/v1/volunteers/young", `{"birth_year":2009}`)
	held := c.must(201, "POST", "/v1/missions/m1/holds", `{"volunteer":"v1"}`).json(c.t)["hold"].(string)
	full := c.f("mission_full", 409, "POST", "/v1/missions/m1/holds", `{"volunteer":"v2"}`).json(c.t)
	if full["alternatives"] == nil || full["waiting"] == nil {
		c.t.Errorf("a full mission tells %v", full)
	}
	cut := c.f("conflict", 409, "PUT", "/v1/missions/m1", niceMission("m1", `,"seats":0`)).json(c.t)
	if cut["taken"] != 1.0 || cut["minimum"] != 1.0 {
		c.t.Errorf("a cut below what is taken tells %v", cut)
	}
	c.f("has_seats", 409, "DELETE", "/v1/missions/m1", "")
	c.f("not_eligible", 409, "POST", "/v1/missions/m1/holds", `{"volunteer":"young"}`)
	c.must(200, "POST", "/v1/holds/"+held+"/release", "")
	c.f("already_resolved", 409, "POST", "/v1/holds/"+held+"/confirm", "")
	c.must(201, "PUT", "/v1/missions/far", `{"title":"x","remote":"full","booking":"elsewhere","url":"https://example.org"}`)
	if a := c.f("book_elsewhere", 409, "POST", "/v1/missions/far/holds", `{"volunteer":"v1"}`); a.json(c.t)["url"] != "https://example.org" {
		c.t.Errorf("no address in %s", a.body)
	}
	late := c.must(201, "POST", "/v1/missions/m1/holds", `{"volunteer":"v3","ttl_s":30}`).json(c.t)["hold"].(string)
	for i := range 3 {
		c.must(201, "PUT", fmt.Sprintf("/v1/missions/n%d", i), niceMission(fmt.Sprint("n", i), `,"seats":5`))
		c.must(201, "POST", fmt.Sprintf("/v1/missions/n%d/holds", i), `{"volunteer":"greedy"}`)
	}
	c.f("too_many_holds", 429, "POST", "/v1/missions/m1/holds", `{"volunteer":"greedy"}`)
	if err := c.engine.TickAt(start().Add(time.Minute)); err != nil {
		c.t.Fatal(err)
	}
	if a := c.f("hold_expired", 410, "POST", "/v1/holds/"+late+"/confirm", "").json(c.t); len(a["alternatives"].([]any)) == 0 {
		c.t.Errorf("a hold that has ended tells %v", a)
	}
}

// refusedRequests meets the refusals that depend on the request.
func refusedRequests(c codes) {
	c.must(201, "PUT", "/v1/missions/m1", niceMission("m1", ""))
	c.f("precondition_failed", 412, "PUT", "/v1/missions/m1", niceMission("m1", ""), "If-Match", `"12345-1"`)
	c.must(200, "PUT", "/v1/missions/m1", niceMission("m1", `,"seats":2`), "Idempotency-Key", "k1")
	c.f("idempotency_mismatch", 422, "PUT", "/v1/missions/m1", niceMission("m1", `,"seats":3`), "Idempotency-Key", "k1")
	c.f("invalid", 400, "POST", "/v1/missions/m1/holds", `{}`)
	c.f("not_found", 404, "GET", "/v1/missions/nothing", "")
	c.f("method_not_allowed", 405, "PATCH", "/v1/policy", "")
	c.f("unsupported", 501, "PUT", "/v1/missions/m1", "x", "Content-Encoding", "gzip")
	c.f("stale", 503, "GET", "/v1/missions/m1?min_seq=999999", "", "X-Request-Timeout", "10")
	c.f("too_large", 413, "PUT", "/v1/missions/m1", strings.Repeat(" ", mission.BodyBytesMax+1))
	c.service.Crowd(1 << 30)
	c.f("overloaded", 503, "GET", "/v1/missions/m1", "")
	c.service.Crowd(-1 << 30)
}
