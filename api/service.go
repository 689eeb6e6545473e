package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/api/algolia"
	"renfort/engine"
	"renfort/mission"
	"renfort/outbox"
)

// Service answers HTTP requests from an engine. All methods are safe for
// concurrent use.
type Service struct {
	engine   *engine.Engine
	config   Config
	grants   []*grant // nil: no keys, everything is allowed
	tree     *node
	routes   []*route
	lanes    *lanes
	turned   [shapes][]byte // what the limiter refuses with
	meters   *meters
	census   census
	feed     *outbox.Feed
	streams  *streams
	sender   *outbox.Sender
	pollers  []*poller
	shown    shown
	plans    plans
	v0Places v0Places

	digesting atomic.Int64 // bytes of requests that digests hold
	fronts    atomic.Int64 // bytes of big bodies of front ends
	secured   securedKeys
	front     *algolia.Door
	server    *fasthttp.Server
	calls     sync.Pool // of *call
	openAPI   []byte
	working   sync.WaitGroup // what goes on beside the requests
	silent    silent
	log       *slog.Logger
}

// connectionsMax bounds the connections held open at once.
const connectionsMax = 16_384

// New makes a service; config must have passed Validate. It listens nowhere
// until Serve.
func New(e *engine.Engine, config Config) *Service {
	s := &Service{engine: e, config: config, routes: table(), lanes: newLanes(config.InFlightMax, e.Store().SyncTime), turned: turned(), log: config.Log,
		feed: outbox.NewFeed(e), streams: newStreams()}
	s.sender = outbox.NewSender(e, s.feed, outbox.SenderOptions{AllowPrivate: config.WebhookAllowPrivate})
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if len(config.Keys) > 0 {
		s.grants = newGrants(config.Keys)
	}
	s.front = algolia.New(e, rand.Reader)
	s.pollers = newPollers(s, config.Feeds)
	s.tree = newTree(s.routes)
	s.meters = newMeters(s)
	s.openAPI = openAPI()
	s.calls.New = func() any { return new(call) }
	s.server = &fasthttp.Server{
		Name: "renfort", Handler: s.handle, ErrorHandler: s.unreadable, HeaderReceived: s.patience, ConnState: s.silent.watch,
		Logger: discard{}, SecureErrorLogMessage: true,
		ReadTimeout: config.ReadTimeout, WriteTimeout: config.WriteTimeout, IdleTimeout: config.IdleTimeout,
		ReadBufferSize: mission.HeaderBytesMax, WriteBufferSize: writeBufferBytes,
		MaxRequestBodySize: prefetchBytesMax, StreamRequestBody: true,
		Concurrency: connectionsMax, CloseOnShutdown: true, TCPKeepalive: true, KeepHijackedConns: true,
		DisablePreParseMultipartForm: true, NoDefaultContentType: true,
	}
	return s
}

const (
	// writeBufferBytes holds a page of recommendations and its headers, so
	// that it leaves in one write.
	writeBufferBytes = 16 << 10
	// prefetchBytesMax is how much of a body fasthttp reads before the
	// handler; the rest is streamed under the route's own limit.
	prefetchBytesMax = mission.BodyBytesMax
)

// discard drops fasthttp's own messages: they quote requests.
type discard struct{}

// Printf implements fasthttp.Logger.
func (discard) Printf(string, ...any) {}

// Serve answers on a listener until Shutdown, and then gives nil.
func (s *Service) Serve(l net.Listener) error {
	ctx, stop := context.WithCancel(context.Background())
	s.working.Go(func() { s.rememberEvery(ctx, s.config.ShownEvery) })
	s.working.Go(func() { s.feed.Run(ctx) })
	s.working.Go(func() { s.sender.Run(ctx) })
	s.runFeeds(ctx)
	if err := s.lanes.open(); err != nil {
		s.log.Error("overload is only noticed by the count of requests under way", "error", err.Error())
	}
	defer s.lanes.shut()
	defer s.working.Wait()
	defer stop()
	defer s.streams.close()
	if s.config.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(s.config.TLSCert, s.config.TLSKey)
		if err != nil {
			return fmt.Errorf("api: serve: %w", err)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	}
	if err := s.server.Serve(l); err != nil {
		return fmt.Errorf("api: serve: %w", err)
	}
	return nil
}

// shutdownMax is the longest that Shutdown waits for what is in flight.
const shutdownMax = 10 * time.Second

// Shutdown takes no new requests, finishes those in flight, closes idle
// connections, and gives an error if that took longer than ctx or 10 seconds.
func (s *Service) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownMax)
	defer cancel()
	s.streams.close()
	defer time.AfterFunc(silentMax, s.silent.end).Stop()
	if err := s.server.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("api: shut down: %w", err)
	}
	s.working.Wait() // it writes down how far it came: the engine must be open
	return nil
}

// patience gives bulk bodies the time that their size needs.
func (s *Service) patience(h *fasthttp.RequestHeader) (c fasthttp.RequestConfig) {
	path, _, _ := bytes.Cut(h.RequestURI(), []byte{'?'})
	if h.IsPost() && (bytes.HasSuffix(path, []byte("/bulk")) || string(path) == pathFeedback || string(path) == pathBackup || bytes.HasPrefix(path, []byte(pathReconcile)) || string(path) == pathFeed || bytes.HasSuffix(path, []byte("/batch"))) {
		c.ReadTimeout, c.WriteTimeout = s.config.BulkTimeout, s.config.BulkTimeout
	}
	if bytes.HasPrefix(path, []byte("/v0/")) || string(path) == pathFeed {
		c.WriteTimeout = s.config.BulkTimeout
	}
	return c
}

// handle is the fasthttp handler: it runs a call and writes what came of it.
// Nothing of the request may be kept beyond it.
func (s *Service) handle(ctx *fasthttp.RequestCtx) {
	s.silent.asked(ctx)
	c := s.calls.Get().(*call)
	c.begin(s, ctx)
	switch err := c.guarded(); err {
	case nil:
	case errOverloaded:
		c.turnAway()
	default:
		c.refuse(err)
	}
	c.finish()
	c.end()
	s.calls.Put(c)
}

// guarded runs the call and turns a panic of a handler into an answer: one
// request's bug is not everybody's outage. What the reducer asserts panics in
// its own goroutine and is not caught here.
func (c *call) guarded() (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.s.log.Error("a handler panicked", "route", c.pattern(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = mission.Errorf(mission.Unknown, "the request met a fault inside; it is in the log")
		}
	}()
	return c.run()
}

// pattern names the route in logs: never the path, which holds ids.
func (c *call) pattern() string {
	if c.route == nil {
		return "none"
	}
	return c.route.pattern
}

// refuse writes a failure as problem+json, from the one table.
func (c *call) refuse(err error) {
	e := mission.AsError(err)
	switch {
	case e != nil:
	case errors.Is(err, context.DeadlineExceeded):
		e = mission.Errorf(mission.Unavailable, "the time that the request allows has passed; the outcome is unknown: repeat it with the same Idempotency-Key")
	default:
		// What went wrong inside is for the log; it may quote records.
		c.s.log.Error("a request failed", "route", c.pattern(), "error", err.Error())
		e = mission.Errorf(mission.Unknown, "the request met a fault inside; it is in the log")
	}
	var p *problem
	var alternatives, report []byte
	if errors.As(err, &p) {
		alternatives, report = p.alternatives, p.report
	}
	sh := c.shape()
	r := sh.row(e.Kind)
	c.status(r.status)
	c.ctx.Response.Header.SetContentType(typeProblem)
	c.ctx.Response.Header.Set(fasthttp.HeaderCacheControl, "no-store")
	if retryS := max(e.RetryS, r.retryS); retryS > 0 {
		c.ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, strconv.Itoa(retryS))
	}
	c.s.meters.refused(r.code)
	if sh != shapeProblem {
		c.ctx.Response.Header.SetContentType(typeJSON)
		c.out = appendForeign(c.out[:0], sh, e)
		return
	}
	c.out = appendProblem(c.out[:0], e, alternatives)
	if report != nil {
		c.out = append(append(append(c.out[:len(c.out)-1], `,"report":`...), report...), '}')
	}
}

// shape is how this caller is spoken to, known from the path where no route was
// found.
func (c *call) shape() shape {
	switch path := c.ctx.URI().PathOriginal(); {
	case c.route != nil:
		return c.route.shape
	case bytes.HasPrefix(path, []byte("/1/")):
		return shapeAlgolia
	case bytes.HasPrefix(path, []byte("/v0/")):
		return shapeV0
	}
	return shapeProblem
}

// finish hands the answer to fasthttp, counts it and frees the connection of
// what was not read. It is the one place where an answer leaves.
func (c *call) finish() {
	h := &c.ctx.Response.Header
	if !c.bodied {
		if len(c.out) > 0 && len(h.ContentType()) == 0 {
			h.SetContentType(typeJSON)
		}
		c.compress()
		// The buffers change owner: no copy, and the next call reuses
		// what the response had.
		c.out = c.ctx.Response.SwapBody(c.out)
	}
	c.drain()
	c.s.meters.observe(c.route, c.ctx.Response.StatusCode(), time.Since(c.began))
}

// unreadable answers what was no request at all.
func (s *Service) unreadable(ctx *fasthttp.RequestCtx, err error) {
	var small *fasthttp.ErrSmallBuffer
	e := mission.Errorf(mission.Invalid, "this is not a request of HTTP that can be read")
	status := rowOf(mission.Invalid).status
	if errors.As(err, &small) {
		e = mission.Errorf(mission.TooLarge, "the header is over %d bytes", mission.HeaderBytesMax)
		status = fasthttp.StatusRequestHeaderFieldsTooLarge
	}
	ctx.SetStatusCode(status)
	ctx.Response.Header.SetContentType(typeProblem)
	ctx.Response.SetBody(appendProblem(nil, e, nil))
	s.meters.observe(nil, status, 0)
}
