package peer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// The most that an answer over HTTP may take.
const answerMax = 30 * time.Second

// caller is one client's connection over HTTP, kept alive.
type caller struct {
	client   *fasthttp.HostClient
	request  fasthttp.Request
	response fasthttp.Response
}

func newCaller(addr string) *caller {
	c := &caller{client: &fasthttp.HostClient{Addr: addr, MaxConns: 1, ReadTimeout: answerMax, WriteTimeout: answerMax, NoDefaultUserAgentHeader: true,
		ReadBufferSize: 64 << 10}}
	c.request.Header.SetHost(addr)
	return c
}

// post sends a body and takes the whole answer, which is good until the next.
func (c *caller) post(path string, body []byte) (status int, answer []byte, err error) {
	c.request.Header.SetMethod(fasthttp.MethodPost)
	c.request.Header.SetContentType("application/json")
	c.request.SetBodyRaw(body)
	return c.do(path)
}

func (c *caller) get(path string) (status int, answer []byte, err error) {
	c.request.Reset()
	c.request.Header.SetMethod(fasthttp.MethodGet)
	return c.do(path)
}

func (c *caller) do(path string) (int, []byte, error) {
	c.request.SetRequestURI(path)
	c.request.Header.SetHost(c.client.Addr)
	if err := c.client.Do(&c.request, &c.response); err != nil {
		return 0, nil, fmt.Errorf("%s: %w", path, err)
	}
	return c.response.StatusCode(), c.response.Body(), nil
}

func (c *caller) close() error {
	c.client.CloseIdleConnections()
	return nil
}

// listener is a server on a free port of the loopback interface.
type listener struct {
	addr string
	stop func() error
	done chan error
}

// serveOn has serve answer on a free port until close.
func serveOn(serve func(net.Listener) error, stop func() error) (*listener, error) {
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	l := &listener{addr: at.Addr().String(), stop: stop, done: make(chan error, 1)}
	go func() { l.done <- serve(at) }()
	return l, nil
}

func (l *listener) close() error { return errors.Join(l.stop(), <-l.done) }

// wishBody is what a wish is over HTTP.
func wishBody(w *wish) ([]byte, error) {
	var body struct {
		Profile struct {
			Domains  []string           `json:"domains,omitempty"`
			Location map[string]float64 `json:"location"`
			Remote   string             `json:"remote"`
		} `json:"profile"`
		Limit int `json:"limit"`
	}
	body.Profile.Domains, body.Profile.Location = w.Domains, map[string]float64{"lat": w.Lat, "lon": w.Lon}
	body.Profile.Remote, body.Limit = "no", hitsMax
	return json.Marshal(&body)
}
