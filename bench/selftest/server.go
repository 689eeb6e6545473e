package selftest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// Server is the control: the part of the contract that the scenarios use, from
// memory, with one fault. Nothing of it is durable.
type Server struct {
	Target string // http://127.0.0.1:port

	mischief mischief
	state    *state
	came     atomic.Bool // the crowd
	now      func() time.Time
	http     *fasthttp.Server
	closed   chan struct{} // answers that never come wait for it
}

// Listen serves on a free port of the loopback until Close. The fault happens
// once Arm was called.
func Listen(fault Fault, now func() time.Time) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	s := &Server{Target: "http://" + l.Addr().String(), now: now, closed: make(chan struct{})}
	s.mischief.fault = fault
	s.state = newState(&s.mischief)
	s.http = &fasthttp.Server{Handler: s.answer, Name: "renfort-control", MaxRequestBodySize: mission.BulkBytesMax, ReadBufferSize: mission.HeaderBytesMax,
		CloseOnShutdown: true}
	go func() { _ = s.http.Serve(l) }() // until Close
	return s, nil
}

// Arm lets the fault happen from now on; Disarm ends it.
func (s *Server) Arm() { s.mischief.arm(s.now()) }

// Disarm ends the fault; what it did stays done.
func (s *Server) Disarm() { s.mischief.disarm() }

// Done gives how often the fault was done.
func (s *Server) Done() int64 { return s.mischief.done.Load() }

// closeWait is how long Close waits for who is connected. A client may have
// opened a connection that it never used, and the server would wait for its
// first request for ever.
const closeWait = 200 * time.Millisecond

// Close ends the server; a connection that is left has nobody to answer it.
func (s *Server) Close() error {
	s.Disarm()
	close(s.closed)
	ctx, stop := context.WithTimeout(context.Background(), closeWait)
	defer stop()
	if err := s.http.ShutdownWithContext(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("selftest: %w", err)
	}
	return nil
}

// answer answers a request, unless the fault says otherwise. Answers are spoilt
// for the crowd alone: who looks afterwards would wait for minutes.
func (s *Server) answer(ctx *fasthttp.RequestCtx) {
	if d := s.mischief.delay(s.now()); d > 0 {
		time.Sleep(d)
	}
	switch crowd := ctx.IsPost() || bytes.HasPrefix(ctx.Path(), []byte("/v1/search")); {
	case crowd && s.mischief.strikes(Errors):
		s.problem(ctx, 500, "internal")
	case crowd && s.mischief.strikes(Dropped):
		ctx.HijackSetNoResponse(true)
		ctx.Hijack(func(net.Conn) { <-s.closed })
	case crowd && s.mischief.strikes(Cut):
		ctx.HijackSetNoResponse(true)
		ctx.Hijack(func(c net.Conn) { // a failure to write breaks off as well
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"recommendations\":[{\"id\":"))
		})
	default:
		s.route(ctx)
	}
}

// route finds what is asked for: the path's parts, with the method in front.
func (s *Server) route(ctx *fasthttp.RequestCtx) {
	part := strings.Split(strings.Trim(string(ctx.Path()), "/"), "/")
	id := ""
	if len(part) > 2 {
		id = part[2]
	}
	what := string(ctx.Method()) + " /" + strings.Join(part[:min(2, len(part))], "/")
	switch {
	case len(part) > 2 && (id == "bulk" || id == "get"):
		what += "/" + id
	case len(part) > 2:
		what += "/*"
	}
	if len(part) > 3 {
		what += "/" + part[3]
	}
	do := s.routes(what)
	if do == nil {
		s.problem(ctx, 404, "not_found")
		return
	}
	if err := do(ctx, id); err != nil {
		s.failed(ctx, err)
	}
}

// routes gives what answers a method and path; nil for nothing. The fault
// begins with the crowd, which signs up and takes seats, and ends when somebody
// walks the seats to count them.
func (s *Server) routes(what string) func(*fasthttp.RequestCtx, string) error {
	switch what {
	case "POST /v1/missions/*/holds", "POST /v1/signups":
		if s.mischief.fault != Ranking && !s.came.Swap(true) { // who comes late does not begin it again
			s.Arm()
		}
	case "GET /v1/seats":
		if s.mischief.fault != Ranking {
			s.Disarm()
		}
	}
	switch what {
	case "PUT /v1/missions/*":
		return s.putMission
	case "PUT /v1/volunteers/*":
		return s.putVolunteer
	case "GET /v1/missions/*":
		return s.getMission
	case "GET /v1/volunteers/*":
		return s.getVolunteer
	case "DELETE /v1/missions/*":
		return s.deleteMission
	case "DELETE /v1/volunteers/*":
		return s.deleteVolunteer
	case "POST /v1/missions/bulk":
		return s.bulkMissions
	case "POST /v1/volunteers/bulk":
		return s.bulkVolunteers
	case "GET /v1/missions":
		return s.walkMissions
	case "GET /v1/volunteers":
		return s.walkVolunteers
	case "GET /v1/seats":
		return s.walkSeats
	case "GET /v1/missions/*/seats":
		return s.missionSeats
	case "POST /v1/missions/*/holds":
		return s.takeSeat
	case "GET /v1/holds/*":
		return s.getHold
	case "POST /v1/holds/*/confirm":
		return s.confirm
	case "POST /v1/holds/*/release":
		return s.release
	case "PUT /v1/crises/*":
		return s.putCrisis
	case "DELETE /v1/crises/*":
		return s.deleteCrisis
	case "GET /v1/crises":
		return s.listCrises
	case "GET /v1/organizations/*":
		return s.getOrganization
	case "GET /v1/search":
		return s.search
	case "POST /v1/recommendations":
		return s.recommend
	case "POST /v1/signups":
		return s.signup
	}
	return s.about(what)
}

// about gives what answers questions about the server itself.
func (s *Server) about(what string) func(*fasthttp.RequestCtx, string) error {
	constant := func(contentType string, body func() []byte) func(*fasthttp.RequestCtx, string) error {
		return func(ctx *fasthttp.RequestCtx, _ string) error {
			ctx.SetContentType(contentType)
			ctx.SetBody(body())
			return nil
		}
	}
	text := func(t string) func() []byte { return func() []byte { return []byte(t) } }
	switch what {
	case "GET /healthz":
		return constant("application/json", text(`{"status":"ok"}`))
	case "GET /readyz":
		return constant("application/json", text(`{"status":"ready","words":"ready"}`))
	case "GET /metrics":
		return constant("text/plain; version=0.0.4", text("renfort_control 1\n"))
	case "GET /v1/policy":
		return constant("application/json", func() []byte { return mustJSON(map[string]any{"policy": s.state.policy, "history": []any{}}) })
	case "GET /v1/taxonomy":
		return constant("application/json", func() []byte { return mustJSON(map[string]any{"taxonomy": mission.DefaultTaxonomy()}) })
	case "GET " + pacePath:
		return s.pace
	case "GET /v1/stats":
		return constant("application/json", s.state.stats)
	}
	return nil
}

// mustJSON encodes what cannot fail to be encoded.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("selftest: %v", err))
	}
	return b
}

// write answers with JSON and, of a write, its seq.
func (s *Server) write(ctx *fasthttp.RequestCtx, status int, seq uint64, body []byte) error {
	ctx.SetStatusCode(status)
	ctx.SetContentType("application/json")
	if seq > 0 {
		ctx.Response.Header.Set("X-Renfort-Seq", strconv.FormatUint(seq, 10))
	}
	ctx.SetBody(body)
	return nil
}

// Error implements error.
func (r refusal) Error() string { return string(r) }

// failed answers with what went wrong.
func (s *Server) failed(ctx *fasthttp.RequestCtx, err error) {
	var r refusal
	if errors.As(err, &r) {
		s.problem(ctx, r.status(), string(r))
		return
	}
	ctx.SetStatusCode(400)
	ctx.SetContentType("application/problem+json")
	ctx.SetBody(mustJSON(map[string]any{"type": "about:blank", "title": "The request is not valid", "status": 400, "code": "invalid", "detail": err.Error()}))
}

// problem answers with a code of the contract.
func (s *Server) problem(ctx *fasthttp.RequestCtx, status int, code string) {
	body := map[string]any{"type": "about:blank", "title": code, "status": status, "code": code, "detail": code}
	if code == string(missionFull) {
		body["alternatives"], body["waiting"] = []any{}, 0
	}
	ctx.SetStatusCode(status)
	ctx.SetContentType("application/problem+json")
	ctx.SetBody(mustJSON(body))
}

// lines gives the lines of a body that are not empty.
func lines(body []byte) (all [][]byte) {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			all = append(all, line)
		}
	}
	return all
}
