package api

import (
	"io"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/api/limit"
)

// NewKeyFrom is NewKey with chance of the test's own.
func NewKeyFrom(chance io.Reader, name string, scopes, publishers []string, rate float64) (key, line string, err error) {
	return newKey(chance, name, scopes, publishers, rate)
}

// Crowd pretends that n more requests are under way.
func (s *Service) Crowd(n int) { s.lanes.inFlight.Add(int64(n)) }

// Jam makes the service one whose queue stands still: requests have come for
// some seconds and nothing has begun. What comes next would wait for longer
// than any class may.
func (s *Service) Jam() {
	s.lanes.shut()
	l := limit.New(limit.Options{Classes: int(classes), Shed: int(classCrisis), Never: int(classResolve), Loose: roundLoose, Tight: roundPerCore, Send: func() bool { return true }})
	l.Close()
	now := int64(time.Second)
	for ; !l.State().Tight; now += int64(100 * time.Microsecond) {
		l.Enter(now, limit.Class(classRecommend))
	}
	s.lanes.limiter, s.lanes.epoch = l, time.Now().Add(-time.Duration(now))
}

// InFlightLimits gives the bounds of the classes, lowest first.
func (s *Service) InFlightLimits() []int64 { return s.lanes.most[:] }

// Document is the OpenAPI document of the table of routes.
func Document() []byte { return openAPI() }

// Codes lists every code of the one table.
func Codes() (codes []string) {
	for _, p := range problems {
		codes = append(codes, p.code)
	}
	return codes
}

// Route is what tests need to know of a line of the table.
type Route struct {
	Method, Pattern string
	Lines, Body     bool // takes NDJSON; takes JSON that may not be left out
	Reads, Open     bool // takes min_seq; needs no key
	All             bool // not for keys limited to some publishers
	Class           int
	Scopes          []string // each a set that suffices
}

// Routes lists the lines of the table that are spoken to in the contract's own
// way. What speaks as another service does is tested by itself.
func Routes() []Route { return routesOf(shapeProblem) }

// AlgoliaRoutes lists those that speak as Algolia does.
func AlgoliaRoutes() []Route { return routesOf(shapeAlgolia) }

// V0Routes lists those that speak as API Engagement does.
func V0Routes() []Route { return routesOf(shapeV0) }

func routesOf(s shape) (routes []Route) {
	for _, r := range table() {
		if r.shape != s {
			continue
		}
		out := Route{Method: r.method, Pattern: r.pattern, Lines: r.body == bodyLines, Body: r.body == bodyJSON,
			Reads: r.reads, Open: len(r.scopes) == 0, All: r.all, Class: int(r.class)}
		for _, s := range r.scopes {
			out.Scopes = append(out.Scopes, s.words())
		}
		routes = append(routes, out)
	}
	return routes
}

// Handle answers one request without a connection.
func (s *Service) Handle(ctx *fasthttp.RequestCtx) { s.handle(ctx) }
