package api

import (
	"fmt"
	"io"
	"runtime/debug"

	"renfort/mission"
)

// parts is an answer that is sent as it is made, in bounded memory.
type parts struct {
	b  []byte // not sent yet
	to *io.PipeWriter
}

// partBytes is about how much is sent at a time.
const partBytes = 64 << 10

// full sends what there is once it is enough. It fails once nobody reads any
// more.
func (p *parts) full() error {
	if len(p.b) < partBytes {
		return nil
	}
	return p.flush()
}

// flush sends what there is. It fails once nobody reads any more.
func (p *parts) flush() error {
	_, err := p.to.Write(p.b)
	p.b = p.b[:0]
	return err
}

// answerInParts sends what make writes, after the handler has returned. Where
// make fails half-way the connection is cut, so that nobody takes a part for
// the whole. make must not touch the call, which goes on to another request.
func (c *call) answerInParts(kind string, make func(p *parts) error) {
	c.ctx.Response.Header.SetContentType(kind)
	if c.ctx.IsHead() {
		// fasthttp ends even a stream that it does not send, which the client
		// would take for the beginning of the next answer.
		c.out = c.out[:0]
		return
	}
	from, to := io.Pipe()
	b := &backupStream{PipeReader: from}
	b.writing.Add(1)
	c.handed, c.bodied = true, true
	service, class, pattern := c.s, c.route.class, c.pattern()
	go func() {
		defer b.writing.Done()
		err := service.guardedParts(pattern, &parts{to: to}, make)
		service.lanes.leave(class) // before the client hears that it is over
		to.CloseWithError(err)
	}()
	c.ctx.SetBodyStream(b, -1)
}

// guardedParts turns a panic into an error: nobody else looks after the
// goroutine.
func (s *Service) guardedParts(pattern string, p *parts, make func(p *parts) error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s.log.Error("an answer panicked", "route", pattern, "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
			err = mission.Errorf(mission.Unknown, "the answer met a fault inside; it is in the log")
		}
	}()
	return make(p)
}
