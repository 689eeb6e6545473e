package api_test

// What a recommendation of 20 costs in this package and over HTTP, against a
// static answer of the same bytes:
//
//	go test -run xxx -bench . ./api/

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/api"
	"renfort/bench/world"
	"renfort/engine"
	"renfort/mission"
)

const benchVolunteers = 10_000

// mustFrance gives a service on a France of so many missions.
func mustFrance(tb testing.TB, missions int) (*api.Service, *world.World) {
	tb.Helper()
	return mustFranceOn(tb, missions, engine.Options{NoSync: true, NoText: true})
}

// mustFranceOn is mustFrance on an engine opened as told.
func mustFranceOn(tb testing.TB, missions int, o engine.Options) (*api.Service, *world.World) {
	tb.Helper()
	o.Dir, o.ManualTicks, o.Clock = tb.TempDir(), true, start
	e, err := engine.Open(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { e.Close() })
	volunteers := benchVolunteers
	if raceEnabled {
		volunteers = 500 // to load more takes seconds
	}
	w, err := world.New(world.Config{Missions: missions, Volunteers: volunteers, Seed: 1, At: start()})
	if err != nil {
		tb.Fatal(err)
	}
	in := e.Intake()
	var envs []mission.Envelope
	flush := func() {
		_, errs := e.SubmitAll(context.Background(), envs)
		for _, err := range errs {
			if err != nil {
				tb.Fatal(err)
			}
		}
		envs = envs[:0]
	}
	for i := range missions + volunteers {
		if i < missions {
			m := w.Mission(i)
			if err := in.Mission(&m); err != nil {
				tb.Fatal(err)
			}
			envs = append(envs, mission.Envelope{Command: mission.PutMission{Mission: &m}, Bulk: true})
		} else {
			v := w.Volunteer(i - missions)
			v.ID = fmt.Sprint("v", i-missions)
			if err := in.Volunteer(&v, start()); err != nil {
				tb.Fatal(err)
			}
			envs = append(envs, mission.Envelope{Command: mission.PutVolunteer{Volunteer: &v}, Bulk: true})
		}
		if len(envs) == 1000 {
			flush()
		}
	}
	flush()
	if err := e.TickAt(start().Add(time.Second)); err != nil {
		tb.Fatal(err)
	}
	service := api.New(e, api.Default())
	// The scales of distance are computed when they are first asked for.
	var ctx fasthttp.RequestCtx
	for i := range min(missions, volunteers) {
		post(&ctx, i)
		service.Handle(&ctx)
		ctx.Response.Reset()
	}
	return service, w
}

// request is one request of the hot path, ready to be handled.
func post(ctx *fasthttp.RequestCtx, i int) {
	ctx.Request.Header.SetMethod("POST")
	ctx.Request.SetRequestURI("/v1/recommendations")
	ctx.Request.SetBodyString(`{"volunteer":"v` + strconv.Itoa(i%benchVolunteers) + `"}`)
}

// stranger is a request of somebody without a record, as a benchmark's crowd
// sends it.
func stranger(tb testing.TB, body []byte, w *world.World, i int) []byte {
	tb.Helper()
	v := w.Volunteer(i % benchVolunteers)
	v.ID, v.Revision, v.Publisher, v.Channel, v.Consent = "", 0, "", "", mission.Consent{}
	profile, err := mission.Encode(&v)
	if err != nil {
		tb.Error(err)
	}
	return append(append(append(body, `{"profile":`...), profile...), `,"limit":20}`...)
}

func get(ctx *fasthttp.RequestCtx, w *world.World, rng *rand.Rand) {
	p := w.Profile(rng)
	uri := "/v1/recommendations?limit=20"
	if p.Location != nil {
		uri += fmt.Sprintf("&lat=%.3f&lon=%.3f", *p.Location.Lat, *p.Location.Lon)
	}
	if len(p.Domains) > 0 {
		uri += "&domain=" + p.Domains[0]
	}
	ctx.Request.Header.SetMethod("GET")
	ctx.Request.SetRequestURI(uri)
}

// A recommendation of 20 allocates at most twice, everything of ours counted:
// api, engine and matcher.
func TestRecommendationsHardlyAllocate(t *testing.T) {
	missions := 2000
	if raceEnabled {
		missions = 200 // .ci/run counts without the detector
	}
	s, w := mustFrance(t, missions)
	rng := rand.New(rand.NewPCG(1, 1))
	f := func(name string, prepare func(*fasthttp.RequestCtx)) {
		t.Helper()
		var ctx fasthttp.RequestCtx
		prepare(&ctx)
		allocs := testing.AllocsPerRun(200, func() {
			ctx.Response.Reset()
			s.Handle(&ctx)
		})
		if ctx.Response.StatusCode() != 200 {
			t.Fatalf("%s: %d %s", name, ctx.Response.StatusCode(), ctx.Response.Body())
		}
		t.Logf("%s: %v allocations, %d bytes", name, allocs, len(ctx.Response.Body()))
		// The race detector and pools emptied by a collection add some.
		if allocs > 2 && !raceEnabled {
			t.Errorf("%s: %v allocations, want at most 2", name, allocs)
		}
	}
	f("POST", func(ctx *fasthttp.RequestCtx) { post(ctx, 7) })
	f("GET", func(ctx *fasthttp.RequestCtx) { get(ctx, w, rng) })
}

func BenchmarkRecommendHandler(b *testing.B) {
	s, w := mustFrance(b, 100_000)
	rng := rand.New(rand.NewPCG(1, 1))
	for name, prepare := range map[string]func(*fasthttp.RequestCtx, int){
		"post": post,
		"get":  func(ctx *fasthttp.RequestCtx, _ int) { get(ctx, w, rng) },
		"stranger": func(ctx *fasthttp.RequestCtx, i int) {
			post(ctx, i)
			ctx.Request.SetBody(stranger(b, nil, w, i))
		},
	} {
		ctxs := make([]fasthttp.RequestCtx, 1000)
		for i := range ctxs {
			prepare(&ctxs[i], i)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			bytes := 0
			for i := range b.N {
				ctx := &ctxs[i%len(ctxs)]
				s.Handle(ctx)
				if ctx.Response.StatusCode() != 200 {
					b.Fatalf("%d %s", ctx.Response.StatusCode(), ctx.Response.Body())
				}
				bytes += len(ctx.Response.Body())
				ctx.Response.Reset()
			}
			b.ReportMetric(float64(bytes)/float64(b.N), "body-bytes")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// BenchmarkRecommendHTTP runs both in one run, so that their ratio means
// something: each speaks to 64 clients over loopback TCP.
func BenchmarkRecommendHTTP(b *testing.B) {
	s, w := mustFrance(b, 100_000)
	var page []byte
	var ctx fasthttp.RequestCtx
	post(&ctx, 1)
	s.Handle(&ctx)
	page = append(page, ctx.Response.Body()...)
	b.Run("static", func(b *testing.B) {
		server := &fasthttp.Server{Name: "static", Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.Response.Header.SetContentType("application/json")
			ctx.Response.SetBodyRaw(page)
		}}
		loopback(b, server.Serve, server.Shutdown, "/v1/recommendations", recommendation)
	})
	b.Run("renfort", func(b *testing.B) {
		loopback(b, s.Serve, func() error { return s.Shutdown(context.Background()) }, "/v1/recommendations", recommendation)
	})
	b.Run("stranger", func(b *testing.B) {
		bodies := make([][]byte, benchVolunteers)
		for i := range bodies {
			bodies[i] = stranger(b, nil, w, i)
		}
		loopback(b, s.Serve, func() error { return s.Shutdown(context.Background()) }, "/v1/recommendations", func(b []byte, i int64) []byte {
			return append(b, bodies[i%benchVolunteers]...)
		})
	})
}

func recommendation(b []byte, i int64) []byte {
	b = append(b, `{"volunteer":"v`...)
	return append(strconv.AppendInt(b, i%benchVolunteers, 10), `"}`...)
}

// BenchmarkSignupHTTP is a durable signup with its page and a hold, from 64
// clients over loopback TCP. It syncs: print the machine's sync time beside it.
func BenchmarkSignupHTTP(b *testing.B) {
	s, w := mustFranceOn(b, 20_000, engine.Options{})
	loopback(b, s.Serve, func() error { return s.Shutdown(context.Background()) }, "/v1/signups", func(body []byte, i int64) []byte {
		rng := rand.New(rand.NewPCG(1, uint64(i)))
		v := w.Profile(rng)
		v.ID = "signup-" + strconv.FormatInt(int64(b.N), 10) + "-" + strconv.FormatInt(i, 10)
		record, err := mission.Encode(&v)
		if err != nil {
			b.Error(err)
		}
		body = append(append(body, `{"volunteer":`...), record...)
		return append(body, `,"recommend":{"limit":10},"hold":{"first":true}}`...)
	})
}

// loopback sends POSTs to a path from 64 clients; body appends the i-th.
func loopback(b *testing.B, serve func(net.Listener) error, shutdown func() error, path string, body func([]byte, int64) []byte) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- serve(listener) }()
	client := &fasthttp.HostClient{Addr: listener.Addr().String(), MaxConns: 64}
	var next atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		req.Header.SetMethod("POST")
		req.SetRequestURI("http://" + client.Addr + path)
		var buffer []byte
		for pb.Next() {
			buffer = body(buffer[:0], next.Add(1))
			req.SetBodyRaw(buffer)
			if err := client.Do(req, res); err != nil || res.StatusCode() > 201 {
				b.Errorf("%d %v %.500s", res.StatusCode(), err, res.Body())
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	client.CloseIdleConnections()
	if err := shutdown(); err != nil {
		b.Error(err)
	}
	if err := <-served; err != nil {
		b.Error(err)
	}
}
