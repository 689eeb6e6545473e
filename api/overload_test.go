package api_test

// Goal: in a full house what must get through does, the rest is told so in the
// shape that its caller knows, and a refusal is cheap. Method: a service whose
// queue stands still, and one with as many requests under way as a class may
// have.

import (
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"renfort/api"
)

func TestFullHouse(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", `,"seats":5`))
	l.must(201, "PUT", "/v1/volunteers/v1", `{"id":"v1","postal_code":"06000"}`)
	hold := l.must(201, "POST", "/v1/missions/m1/holds", `{"volunteer":"v1"}`).json(t)["hold"].(string)
	l.service.Jam()
	for _, refused := range []struct{ method, path, body string }{
		{"POST", "/v1/recommendations", `{"volunteer":"v1"}`},
		{"GET", "/v1/search?q=colis", ""},
		{"GET", "/v1/missions/m1", ""},
		{"PUT", "/v1/missions/m2", niceMission("m2", "")},
		{"POST", "/v1/missions/bulk", niceMission("m2", "")},
		{"POST", "/v1/missions/m1/holds", `{"volunteer":"v1"}`},
	} {
		a := l.refused("overloaded", refused.method, refused.path, refused.body)
		if a.status != 503 || a.header.Get("Retry-After") != "1" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: %d %v", refused.method, refused.path, a.status, a.header)
		}
	}
	l.must(200, "POST", "/v1/holds/"+hold+"/confirm", `{"ref":"r1"}`)
	l.must(200, "POST", "/v1/missions/m1/recall", `{"to":["confirmed"],"why":"danger"}`)
	l.must(200, "POST", "/v1/outbound/pause", "")
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json"} {
		l.must(200, "GET", path, "")
	}
	metrics := string(l.must(200, "GET", "/metrics", "").body)
	for _, want := range []string{"renfort_overload_tight 1\n", "renfort_overload_busy 1\n", `renfort_overload_total{class="recommend"} 1`, `renfort_refusals_total{code="overloaded"} 6`, "renfort_in_flight 1\n"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics have no %s", want)
		}
	}
}

func TestFullHouseOfOtherShapes(t *testing.T) {
	l := openService(t, nil)
	l.service.Jam()
	f := func(path, want string) {
		t.Helper()
		a := l.do("GET", path, "")
		if a.status != 503 || a.header.Get("Retry-After") != "1" || a.header.Get("Content-Type") != "application/json" || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %v %s", path, a.status, a.header, a.body)
		}
	}
	f("/1/indexes/terms/a", `"status":503`)
	f("/v0/mission", `{"ok":false,"code":"OVERLOADED"`)
}

// A hold on an urgent mission of a running crisis is taken where others are
// refused; one that is only urgent, or only in the area, is not.
func TestHoldsInACrisisGoBefore(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/crises/vesubie", `{"name":"Vésubie",`+valley+`,"domains":["solidarite-insertion"],"from":"2026-11-20","until":"2026-12-24"}`)
	l.must(201, "PUT", "/v1/missions/urgent", niceMission("urgent", `,"urgency":"urgent"`))
	l.must(201, "PUT", "/v1/missions/calm", niceMission("calm", ""))
	l.must(201, "PUT", "/v1/missions/far", strings.NewReplacer("43.70", "48.85", "7.26", "2.35", `"06"`, `"75"`, "Nice", "Paris").Replace(niceMission("far", `,"urgency":"vital"`)))
	l.must(201, "PUT", "/v1/volunteers/v1", `{"id":"v1","postal_code":"06000"}`)
	limits := l.service.InFlightLimits()
	var most int64
	for _, r := range api.Routes() {
		if r.Pattern == "/v1/missions/{id}/holds" {
			most = limits[r.Class]
		}
	}
	l.service.Crowd(int(most))
	defer l.service.Crowd(-int(most))
	for _, id := range []string{"calm", "far", "none"} {
		l.refused("overloaded", "POST", "/v1/missions/"+id+"/holds", `{"volunteer":"v1"}`)
	}
	l.must(201, "POST", "/v1/missions/urgent/holds", `{"volunteer":"v1"}`)
	l.must(200, "POST", "/v1/missions/%75rgent/holds", `{"volunteer":"v1"}`)
}

// What is refused in a full house costs no more memory than what is taken.
func TestRefusalsHardlyAllocate(t *testing.T) {
	l := openService(t, nil)
	l.service.Jam()
	var ctx fasthttp.RequestCtx
	post(&ctx, 7)
	allocs := testing.AllocsPerRun(200, func() {
		ctx.Response.Reset()
		l.service.Handle(&ctx)
	})
	if ctx.Response.StatusCode() != 503 {
		t.Fatalf("%d %s", ctx.Response.StatusCode(), ctx.Response.Body())
	}
	if allocs > 2 && !raceEnabled {
		t.Errorf("%v allocations, want at most 2", allocs)
	}
}

// BenchmarkRefusal is what a request costs that is refused, but for the
// connection.
func BenchmarkRefusal(b *testing.B) {
	l := openService(b, nil)
	l.service.Jam()
	var ctx fasthttp.RequestCtx
	post(&ctx, 7)
	b.ReportAllocs()
	for b.Loop() {
		ctx.Response.Reset()
		l.service.Handle(&ctx)
	}
	if ctx.Response.StatusCode() != 503 {
		b.Fatalf("%d %s", ctx.Response.StatusCode(), ctx.Response.Body())
	}
}

// Under load a page is given and not remembered as shown: that would cost as
// much again.
func TestBusyPagesAreNotRemembered(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", ""))
	l.must(201, "PUT", "/v1/volunteers/v1", `{"id":"v1","postal_code":"06000"}`)
	var most int64
	for _, r := range api.Routes() {
		if r.Pattern == "/v1/recommendations" {
			most = l.service.InFlightLimits()[r.Class]
		}
	}
	dropped := func(want string) {
		t.Helper()
		l.must(200, "POST", "/v1/recommendations", `{"volunteer":"v1"}`)
		if metrics := string(l.must(200, "GET", "/metrics", "").body); !strings.Contains(metrics, "renfort_shown_dropped_total "+want+"\n") {
			t.Errorf("metrics do not say that %s pages were dropped", want)
		}
	}
	dropped("0")
	l.service.Crowd(int(most) * 7 / 8)
	defer l.service.Crowd(-int(most) * 7 / 8)
	dropped("1")
}
