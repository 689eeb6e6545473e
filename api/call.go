package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strconv"
	"time"
	"unsafe"

	"github.com/cespare/xxhash/v2"
	"github.com/valyala/fasthttp"

	"renfort/api/algolia"
	"renfort/index"
	"renfort/mission"
)

// call is one request on its way through. Calls are pooled: nothing of one
// may be kept by a handler that has returned, nor by a command.
type call struct {
	s        *Service
	ctx      *fasthttp.RequestCtx
	route    *route
	class    class  // the route's, or the one that it was raised to
	key      *grant // nil where no keys are configured
	began    time.Time
	deadline time.Time
	id       [pathParamsMax]string // decoded path parameters, strings of their own
	query    []param
	unquoted []byte // what query points into
	body     []byte
	out      []byte           // the answer's body
	aside    []byte           // what goes into it later
	busy     bool             // there is enough to do to leave extras out
	degraded bool             // something was left out
	bodied   bool             // the response has its body already, most often a stream
	read     bool             // the body was read to its end
	handed   bool             // a stream goes on and leaves the lane at its own end
	fronted  bool             // a front end's body was read
	held     int64            // bytes of it that are counted in the service's fronts
	unread   io.LimitedReader // of the body, while it is drained
	// restricted is what a secured key allows; nil for any other.
	restricted *algolia.Restrictions
	sent       []byte // the key as a front end sent it
	ranking    ranking
	searching  searching
	digest     *digest // that the call writes a line of, nil for a request of its own
}

const (
	headerKey         = "x-api-key"
	headerKeyV0       = "apikey"
	headerIdempotency = "Idempotency-Key"
	headerSeq         = "X-Renfort-Seq"
	headerTimeout     = "X-Request-Timeout"
	typeJSON          = "application/json"
	typeProblem       = "application/problem+json"
	typeLines         = "application/x-ndjson"
)

// begin readies a pooled call for a request.
func (c *call) begin(s *Service, ctx *fasthttp.RequestCtx) {
	c.s, c.ctx, c.route, c.key = s, ctx, nil, nil
	c.began = time.Now()
	c.deadline = c.began.Add(s.config.WorkTimeout)
	c.id = [pathParamsMax]string{}
	c.query, c.unquoted, c.body, c.out = c.query[:0], c.unquoted[:0], c.body[:0], c.out[:0]
	c.busy, c.degraded, c.bodied, c.read, c.handed = false, false, false, false, false
	c.fronted, c.held, c.restricted, c.sent = false, 0, nil, nil
}

// keptBytesMax is the most of one buffer that a pooled call keeps.
const keptBytesMax = 256 << 10

// end lets go of the request, and of buffers that one big request grew.
func (c *call) end() {
	c.ctx, c.route, c.key, c.restricted, c.sent = nil, nil, nil, nil, nil
	if c.held > 0 {
		c.s.fronts.Add(-c.held)
	}
	if cap(c.body) > keptBytesMax {
		c.body = nil
	}
	if cap(c.out) > keptBytesMax {
		c.out = nil
	}
	c.ranking.end()
	c.searching.end()
}

// run does everything between the request and its answer but writing it. The
// order is from cheap to dear: who asks and how much is under way is settled
// before a body is read.
func (c *call) run() error {
	f := c.s.tree.find(c.method(), c.ctx.URI().PathOriginal())
	c.route = f.route
	c.cors()
	if f.route == nil {
		return c.noRoute(f.allow)
	}
	if err := c.authorize(); err != nil {
		return err
	}
	c.class = c.classOf(f.params[0])
	busy, err := c.s.lanes.enter(c.class, c.began)
	if err != nil {
		return err
	}
	defer func() {
		if !c.handed {
			c.s.lanes.leave(c.class)
		}
	}()
	c.busy = busy
	if err := c.readParams(f.params); err != nil {
		return err
	}
	if err := c.readTimeout(); err != nil {
		return err
	}
	if err := c.readBody(); err != nil {
		return err
	}
	if err := c.await(); err != nil {
		return err
	}
	return c.route.handle(c)
}

// classOf gives the route's; a hold on an urgent mission of a running crisis is
// raised. segment names the mission as the path has it, encoded.
func (c *call) classOf(segment []byte) class {
	if c.route.class != classHold || segment == nil {
		return c.route.class
	}
	var room [mission.IDBytesMax]byte // on the stack: what is refused makes no garbage
	id, ok := appendUnescaped(room[:0], segment, false)
	if !ok || len(id) > len(room) {
		return classHold // and soon refused as what it is
	}
	s := c.s.engine.Snapshot()
	o, ok := s.Mission(unsafe.String(unsafe.SliceData(id), len(id))) // kept by nobody
	if !ok {
		return classHold
	}
	if m := s.Missions.At(o); m.Crises == 0 || m.Urgency < index.Urgent {
		return classHold
	}
	return classCrisis
}

// method is the request's; HEAD is a GET whose body fasthttp leaves out.
func (c *call) method() string {
	if c.ctx.IsHead() {
		return fasthttp.MethodGet
	}
	// Method's bytes die with the request and the look-up keeps nothing.
	m := c.ctx.Method()
	return unsafe.String(unsafe.SliceData(m), len(m))
}

// noRoute answers a path that has no route for the method: OPTIONS with what
// it has, the rest with a refusal.
func (c *call) noRoute(allow []string) error {
	if len(allow) == 0 {
		return mission.Errorf(mission.NotFound, "there is no such path; GET /openapi.json lists them")
	}
	for _, m := range allow {
		c.ctx.Response.Header.Add(fasthttp.HeaderAllow, m)
		if m == fasthttp.MethodGet {
			c.ctx.Response.Header.Add(fasthttp.HeaderAllow, fasthttp.MethodHead)
		}
	}
	c.ctx.Response.Header.Add(fasthttp.HeaderAllow, fasthttp.MethodOptions)
	if c.ctx.IsOptions() {
		c.status(fasthttp.StatusNoContent)
		return nil
	}
	return mission.Errorf(mission.MethodNotAllowed, "this path takes %s", joinWords(allow))
}

// authorize finds the key and checks its scopes and rate. Unknown keys are
// told apart from missing ones, and from keys that may not: each has another
// remedy.
func (c *call) authorize() error {
	if c.s.grants == nil || len(c.route.scopes) == 0 {
		return nil
	}
	if c.route.shape == shapeAlgolia {
		return c.authorizeFront()
	}
	sent := c.sentKey()
	if len(sent) == 0 {
		c.ctx.Response.Header.Set(fasthttp.HeaderWWWAuthenticate, `Bearer realm="renfort"`)
		return mission.Errorf(mission.Unauthorized, "send a key as Authorization: Bearer or x-api-key")
	}
	if c.key = grantOf(c.s.grants, sent); c.key == nil {
		c.ctx.Response.Header.Set(fasthttp.HeaderWWWAuthenticate, `Bearer realm="renfort", error="invalid_token"`)
		return mission.Errorf(mission.Unauthorized, "the key is not known here")
	}
	if err := c.spend(); err != nil {
		return err
	}
	if !c.key.holds(c.route.scopes) {
		return mission.Errorf(mission.Forbidden, "this needs a key with the scope %s", scopeChoice(c.route.scopes))
	}
	if c.route.all && c.key.limited() {
		return mission.Errorf(mission.Forbidden, "this concerns every publisher; the key is for some")
	}
	return nil
}

// sentKey gives the key of the request, from either of the two headers; empty
// for none. Bearer goes first. API Engagement's callers send theirs as apikey,
// or bare.
func (c *call) sentKey() []byte {
	const bearer = "Bearer "
	h := c.ctx.Request.Header.Peek(fasthttp.HeaderAuthorization)
	if len(h) > len(bearer) && bytes.EqualFold(h[:len(bearer)], []byte(bearer)) {
		return bytes.TrimSpace(h[len(bearer):])
	}
	key := c.ctx.Request.Header.Peek(headerKey)
	if c.route.shape == shapeV0 && len(key) == 0 {
		if key = c.ctx.Request.Header.Peek(headerKeyV0); len(key) == 0 {
			key = bytes.TrimSpace(h)
		}
	}
	return key
}

// spend takes one request from the key's rate.
func (c *call) spend() error {
	b := c.key.bucket
	if b == nil {
		return nil
	}
	remaining, wait, ok := b.take(c.began)
	seconds := int((wait + time.Second - 1) / time.Second)
	h := &c.ctx.Response.Header
	h.Set("RateLimit-Policy", b.policy)
	h.Set("RateLimit", `"key";r=`+strconv.Itoa(remaining)+`;t=`+strconv.Itoa(max(seconds, 1)))
	if ok {
		return nil
	}
	e := mission.Errorf(mission.RateLimited, "the rate of this key is used up")
	e.RetryS = max(seconds, 1)
	return e
}

// readParams decodes the path's and the query's parameters.
func (c *call) readParams(segments [pathParamsMax][]byte) error {
	for i, s := range segments {
		if s == nil {
			break
		}
		// The id goes into commands: it must be memory of its own.
		// Algolia's clients write a space as a plus in a path too, and a plus
		// never as itself.
		text, ok := appendUnescaped(nil, s, c.route.shape == shapeAlgolia)
		id := string(text)
		if !ok {
			return invalid("", "the path is not well percent-encoded")
		}
		if err := c.route.checkID(id); err != nil {
			return err
		}
		c.id[i] = id
	}
	var err error
	if c.query, c.unquoted, err = parseQuery(c.query, c.unquoted, c.ctx.URI().QueryString(), c.route.shape == shapeV0); err != nil {
		return err
	}
	for i := range c.query {
		if !c.route.knows(c.query[i].name) {
			return invalid(pointerTo(string(c.query[i].name)), "is no query parameter of this route")
		}
	}
	return nil
}

// timeoutMsMax is the longest that X-Request-Timeout may ask for.
const timeoutMsMax = 600_000

// readTimeout takes over X-Request-Timeout; without it the service's own
// holds. fasthttp has no deadline for handlers.
func (c *call) readTimeout() error {
	if b := c.route.body; b == bodyLines || b == bodyFeed || b == bodyFront && c.route.class == classBulk {
		c.deadline = c.began.Add(c.s.config.BulkTimeout)
	}
	h := c.ctx.Request.Header.Peek(headerTimeout)
	if len(h) == 0 {
		return nil
	}
	ms, err := strconv.Atoi(string(h))
	if err != nil || ms < 1 || ms > timeoutMsMax {
		return mission.Errorf(mission.Invalid, "%s is not milliseconds from 1 to %d", headerTimeout, timeoutMsMax)
	}
	c.deadline = c.began.Add(time.Duration(ms) * time.Millisecond)
	return nil
}

// late refuses to begin what could not be answered in time.
func (c *call) late() error {
	if time.Now().Before(c.deadline) {
		return nil
	}
	return mission.Errorf(mission.Unavailable, "the time that the request allows has passed; nothing was done")
}

// context gives one with the call's deadline.
func (c *call) context() (context.Context, context.CancelFunc) {
	return context.WithDeadline(context.Background(), c.deadline)
}

// await makes a read with min_seq wait for that write.
func (c *call) await() error {
	v := c.value("min_seq")
	if v == nil || !c.route.reads {
		return nil
	}
	seq, err := strconv.ParseUint(string(v), 10, 64)
	if err != nil {
		return invalid("/min_seq", "must be a whole number, from 0")
	}
	return c.awaitSeq(seq)
}

// awaitSeq waits until reads see a seq. The usual case, that they do, costs
// one comparison.
func (c *call) awaitSeq(seq uint64) error {
	if seq <= c.s.engine.Seq() {
		return nil
	}
	ctx, cancel := c.context()
	defer cancel()
	err := c.s.engine.Await(ctx, seq)
	if errors.Is(err, context.DeadlineExceeded) {
		return mission.Errorf(mission.Stale, "%d was not reached in the time that the request allows", seq)
	}
	return err
}

// status sets the status of an answer.
func (c *call) status(status int) { c.ctx.SetStatusCode(status) }

// header sets a header of the answer.
func (c *call) header(name, value string) { c.ctx.Response.Header.Set(name, value) }

// wrote ends the answer to a write: its seq goes into the header as well.
func (c *call) wrote(status int, seq uint64) {
	c.status(status)
	var digits [20]byte
	c.ctx.Response.Header.SetBytesV(headerSeq, strconv.AppendUint(digits[:0], seq, 10))
}

// tookUs is the time since the request was read, in microseconds.
func (c *call) tookUs() uint64 { return uint64(time.Since(c.began) / time.Microsecond) }

// appendSeqTook appends what every read ends with.
func (c *call) appendSeqTook(b []byte, seq uint64) []byte {
	b = appendUint(b, `,"seq":`, seq)
	b = appendUint(b, `,"took_us":`, c.tookUs())
	if c.degraded {
		b = append(b, `,"degraded":true`...)
	}
	return b
}

// envelope wraps a command with the caller's idempotency key. The query
// belongs to what was sent: the same body with force is another wish.
func (c *call) envelope(command mission.Command) (mission.Envelope, error) {
	env := mission.Envelope{Command: command}
	key := c.ctx.Request.Header.Peek(headerIdempotency)
	if len(key) == 0 {
		return env, nil
	}
	if len(key) > mission.IdempotencyMax || !cleanBytes(key) {
		return env, mission.Errorf(mission.Invalid, "%s is not 1 to %d bytes without control characters", headerIdempotency, mission.IdempotencyMax)
	}
	env.Key = c.scoped(key)
	env.Body = xxhash.Sum64(append(append([]byte(nil), c.ctx.URI().QueryString()...), c.body...))
	return env, nil
}

// scoped makes a caller's key that of this caller, route and path. Two
// callers, or two routes, may use the same words.
func (c *call) scoped(key []byte) string {
	d := sha256.New()
	for _, part := range []string{c.key.id(), c.route.method, c.route.pattern, c.id[0], c.id[1]} {
		d.Write([]byte(part)) // a hash's Write never fails
		d.Write([]byte{0})
	}
	d.Write(key)
	return string(d.Sum(nil)[:16])
}

// submit gives a command to the engine.
func (c *call) submit(command mission.Command) (mission.Result, error) {
	env, err := c.envelope(command)
	if err != nil {
		return mission.Result{}, err
	}
	res, err := c.submitEnvelope(env)
	c.s.lanes.answer(c.class)
	return res, err
}

// submitEnvelope is submit for a command that is wrapped already. When the
// deadline passes the command may still be applied, which is why the answer
// to that is "unavailable" and not a refusal. Who goes on does so in turn: that is
// the caller's to see to.
func (c *call) submitEnvelope(env mission.Envelope) (mission.Result, error) {
	if err := c.late(); err != nil {
		return mission.Result{}, err
	}
	ctx, cancel := c.context()
	defer cancel()
	return c.s.engine.Submit(ctx, env)
}

// submitAll is submitEnvelope for commands that are to wait for one commit.
func (c *call) submitAll(envs ...mission.Envelope) ([]mission.Result, []error, error) {
	if err := c.late(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := c.context()
	defer cancel()
	results, errs := c.s.engine.SubmitAll(ctx, envs)
	return results, errs, nil
}
