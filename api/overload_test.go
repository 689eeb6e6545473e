package api_test

// Goal: in a full house what must get through does, the rest is told so in the
// shape that its caller knows, and a refusal is cheap. Method: a service whose
// queue stands still, and one with as many requests under way as a class may
// have.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
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

// What is refused in a full house allocates nothing: while the collector marks,
// whoever allocates has to mark as well, and then nobody would be refused soon.
func TestRefusalsAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", ""))
	ask := dial(t, l)
	for _, refused := range []struct{ method, path, body string }{
		{"POST", "/v1/recommendations", `{"volunteer":"v1"}`},
		{"GET", "/v1/search?q=colis", ""},
		{"GET", "/v1/missions/m1", ""},
		{"PUT", "/v1/volunteers/v1", `{"id":"v1","postal_code":"06000"}`},
		{"POST", "/v1/signups", `{"volunteer":{"id":"v1","postal_code":"06000"}}`},
		{"POST", "/v1/missions/m1/holds", `{"volunteer":"v1"}`},
		{"POST", "/v1/missions/a-name-that-is-longer-than-most/holds", `{"volunteer":"v1"}`},
	} {
		request := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: renfort\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", refused.method, refused.path, len(refused.body), refused.body)
		var answer []byte
		allocs := math.Inf(1)
		for n := 0; n < 5 && allocs > 0; n++ { // what runs beside, as a Tick, allocates too
			allocs = min(allocs, testing.AllocsPerRun(300, func() { answer = ask(request) }))
		}
		if !bytes.HasPrefix(answer, []byte("HTTP/1.1 503 ")) || allocs > 0 {
			t.Errorf("%s %s: %v allocations, want none, and a refusal; got %.200s", refused.method, refused.path, allocs, answer)
		}
	}
}

// dial gives what asks a jammed service on one connection, of memory of its own.
func dial(t *testing.T, l *live) func(request []byte) (answer []byte) {
	t.Helper()
	service := api.New(l.engine, api.Default())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- service.Serve(listener) }()
	c, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		if err := errors.Join(service.Shutdown(context.Background()), <-served); err != nil {
			t.Error(err)
		}
	})
	room := make([]byte, 4096)
	ask := func(request []byte) []byte {
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		n, err := c.Read(room) // a refusal is sent in one piece
		if err != nil {
			t.Fatal(err)
		}
		return room[:n]
	}
	ask([]byte("GET /healthz HTTP/1.1\r\nHost: renfort\r\n\r\n"))
	service.Jam()
	return ask
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
