package load

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// Client is one connection of a stream and who sits behind it. It is for the
// flow that it was given to, on that flow's goroutine alone.
type Client struct {
	Number int // from 0, in its stream

	run    *running
	host   *fasthttp.HostClient
	q      fasthttp.Request
	a      fasthttp.Response
	kept   *samples
	began  time.Time     // of the phase
	due    time.Duration // of the next request
	came   time.Duration // when the arrival was due
	free   time.Duration // since when the connection was
	first  bool          // the next request is the arrival's first
	eager  bool
	last   *Sample
	prefix string // scheme and host

	spare   net.Conn // opened beforehand, for the next request that needs one
	spareAt time.Time
	open    atomic.Int32 // connections, the spare among them
}

// Answer is what came back. Body lives until the client's next request.
type Answer struct {
	Outcome Outcome
	Status  int // 0: none
	Body    []byte
	header  *fasthttp.ResponseHeader
}

// Header gives a header of the answer, "" where there is none.
func (a *Answer) Header(name string) string {
	if a.header == nil {
		return ""
	}
	return string(a.header.Peek(name))
}

// answerBytesMax is the longest answer that is read.
const answerBytesMax = 64 << 20

// newClient makes a client that connects when it has to.
func newClient(r *running, number int) *Client {
	u, _ := url.Parse(r.plan.Target) // validated
	c := &Client{Number: number, run: r, prefix: u.Scheme + "://" + u.Host}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	}
	c.host = &fasthttp.HostClient{
		Addr: address, IsTLS: u.Scheme == "https", TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Hostname()},
		MaxConns: 1, MaxIdleConnDuration: 30 * time.Second, MaxResponseBodySize: answerBytesMax,
		ReadBufferSize: 16 << 10, WriteBufferSize: 8 << 10,
		Dial:                     c.dial,
		NoDefaultUserAgentHeader: true, DisableHeaderNamesNormalizing: false, DisablePathNormalizing: true,
		// What was sent once is sent once: a repeat would hide a failure.
		MaxIdemponentCallAttempts: 1,
		RetryIfErr:                func(*fasthttp.Request, int, error) (bool, bool) { return false, false },
	}
	return c
}

// spareFor is how long a connection may wait for its first request: services
// close those on which nobody asks.
const spareFor = 5 * time.Second

// ready opens a connection if none is there, so that the first request after a
// pause does not wait for one. Where that fails the request will tell.
func (c *Client) ready() (opened bool) {
	if c.open.Load() > 0 || c.run.plan.NewConnections {
		return false
	}
	conn, err := c.connect(c.host.Addr)
	if err != nil {
		return false
	}
	c.spare, c.spareAt = conn, time.Now()
	return true
}

// dial is how the host's client gets a connection.
func (c *Client) dial(address string) (net.Conn, error) {
	if conn := c.spare; conn != nil {
		c.spare = nil
		if time.Since(c.spareAt) < spareFor {
			return conn, nil
		}
		_ = conn.Close() // nothing was asked on it
	}
	return c.connect(address)
}

func (c *Client) connect(address string) (net.Conn, error) {
	conn, err := fasthttp.Dial(address)
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	return &counted{Conn: conn, open: &c.open}, nil
}

// counted is a connection that is counted until it is closed.
type counted struct {
	net.Conn
	open   *atomic.Int32
	closed sync.Once
}

// Close closes the connection.
func (c *counted) Close() error {
	c.closed.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// hangUp closes the connections that are left.
func (c *Client) hangUp() {
	c.host.CloseIdleConnections()
	if c.spare != nil {
		_ = c.spare.Close() // nothing was asked on it
	}
}

// arrive begins the flow of an arrival.
func (c *Client) arrive(due time.Duration) {
	c.came, c.due, c.first = due, due, true
}

// now is the time since the phase began.
func (c *Client) now() time.Duration { return time.Since(c.began) }

// Send sends a request and waits for its answer. path begins with a slash;
// body may be nil, and is not changed. Whatever happens is kept as a sample and
// is told by the answer's outcome, never as an error.
func (c *Client) Send(kind int, method, path string, body []byte) Answer {
	sent := c.now()
	if c.eager && c.first {
		c.due, c.came = sent, sent
	}
	s := Sample{Kind: uint8(kind), Due: c.due, Sent: sent, First: c.first}
	if c.first {
		s.Starved = c.free > c.due+starvedAfter
		s.lag = sent - max(c.due, c.free)
	}
	c.first = false
	if sent >= c.due+c.run.plan.Timeout {
		s.Done, s.Outcome, s.Fault = sent, TimedOut, faultUnsent
		c.keep(s)
		return Answer{Outcome: TimedOut}
	}
	c.prepare(method, path, body)
	err := c.host.DoDeadline(&c.q, &c.a, c.began.Add(c.due+c.run.plan.Timeout))
	s.Done = c.now()
	answer := c.judge(&s, err)
	c.keep(s)
	return answer
}

// starvedAfter is how long a request waits for a connection before it counts
// as starved.
const starvedAfter = time.Millisecond

// prepare fills in the request.
func (c *Client) prepare(method, path string, body []byte) {
	c.q.Reset() // or a GET keeps the length of the body before
	c.q.Header.SetMethod(method)
	c.q.SetRequestURI(c.prefix + path)
	c.q.SetBodyRaw(body)
	if body != nil {
		c.q.Header.SetContentType("application/json")
	}
	if c.run.plan.Key != "" {
		c.q.Header.Set("Authorization", "Bearer "+c.run.plan.Key)
	}
	for name, value := range c.run.plan.Headers {
		c.q.Header.Set(name, value)
	}
	if c.run.plan.NewConnections {
		c.q.SetConnectionClose()
	}
}

// judge says what came of a request.
func (c *Client) judge(s *Sample, err error) Answer {
	if err != nil {
		s.Outcome, s.Fault = faultOf(err)
		return Answer{Outcome: s.Outcome}
	}
	status, body := c.a.StatusCode(), c.a.Body()
	s.Status, s.Bytes = uint16(status), uint32(len(body))
	switch {
	case status >= 200 && status < 300:
		s.Outcome = OK
	case status == 429 || status == 503:
		s.Outcome = Refused
	case slices.Contains(c.run.plan.Kinds[s.Kind].No, status):
		s.Outcome = No
	default:
		s.Outcome = Failed
	}
	return Answer{Outcome: s.Outcome, Status: status, Body: body, header: &c.a.Header}
}

// faultOf tells errors of a connection apart.
func faultOf(err error) (Outcome, fault) {
	var dial *net.OpError
	switch {
	case errors.Is(err, fasthttp.ErrTimeout), errors.Is(err, fasthttp.ErrDialTimeout):
		return TimedOut, faultTimeout
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &dial) && dial.Op == "dial":
		return Failed, faultConnect
	case errors.As(err, &dial) && dial.Timeout():
		return TimedOut, faultTimeout
	}
	return Failed, faultClosed
}

// keep keeps a sample; what follows in the flow is due at once.
func (c *Client) keep(s Sample) {
	c.last = c.kept.add(s)
	c.due = s.Done
	c.run.count(&s)
}

// Wrong says that the last answer was not what it should have been: it counts
// as an error instead.
func (c *Client) Wrong() {
	if c.last != nil && c.last.Outcome != Failed {
		c.run.recount(c.last.Outcome, Failed)
		c.last.Outcome, c.last.Fault = Failed, faultAnswer
	}
}

// Degraded says that the last answer left out what was asked for.
func (c *Client) Degraded() {
	if c.last != nil {
		c.last.Degraded = true
	}
}

// Whole keeps a sample of the flow so far, from when its arrival was due.
func (c *Client) Whole(kind int, outcome Outcome) {
	now := c.now()
	c.kept.add(Sample{Kind: uint8(kind), Due: c.came, Sent: c.came, Done: now, Outcome: outcome, Sum: true})
}

// Due gives when the arrival was due, since its phase began.
func (c *Client) Due() time.Duration { return c.came }
