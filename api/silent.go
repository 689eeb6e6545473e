package api

import (
	"net"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// silent are the connections on which nothing was asked yet, as browsers and
// proxies open them beforehand. The server takes them for busy, and would wait
// at its end until their time to read has passed. The zero value is ready; it
// is safe for concurrent use.
type silent struct {
	mu   sync.Mutex
	open map[net.Conn]struct{}
}

// silentMax is how long a first request may still take to arrive once the
// service is told to end.
const silentMax = 2 * time.Second

// watch notes connections that come and go.
func (s *silent) watch(c net.Conn, state fasthttp.ConnState) {
	if state != fasthttp.StateNew && state != fasthttp.StateClosed {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == fasthttp.StateClosed {
		delete(s.open, c)
		return
	}
	if s.open == nil {
		s.open = map[net.Conn]struct{}{}
	}
	s.open[c] = struct{}{}
}

// asked notes that a connection's first request is there.
func (s *silent) asked(ctx *fasthttp.RequestCtx) {
	if ctx.ConnRequestNum() != 1 {
		return
	}
	s.mu.Lock()
	delete(s.open, ctx.Conn())
	s.mu.Unlock()
}

// end closes them.
func (s *silent) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		_ = c.Close() // nobody was promised anything on it
	}
}
