package api

import (
	"bytes"
	"net"
	"strings"

	"renfort/mission"
	"renfort/outbox"
)

// pathEvents is the stream of events.
const pathEvents = "/v1/events"

// needEvents is who may follow what happens.
var needEvents = []scope{scopeWrite, scopeCrisis, scopeAdmin}

// eventRoutes are those of the events.
func eventRoutes() []*route {
	return []*route{
		{method: "GET", pattern: pathEvents, scopes: needEvents, class: classRead, query: []string{"types", "since", "follow"}, handle: (*call).events,
			doc: routeDoc{tag: "Events", summary: "What happens, as server-sent events; Last-Event-ID or since resumes from the log", answers: ok("*")}},
	}
}

// typeEvents is the media type of server-sent events.
const typeEvents = "text/event-stream"

// events answers GET /v1/events. The connection leaves fasthttp: a stream is
// one goroutine and a connection, and its memory is that of what it has to
// say while it says it.
func (c *call) events() error {
	st := &stream{s: c.s, follow: true}
	var err error
	if st.types, err = c.eventTypes(); err != nil {
		return err
	}
	if st.at, err = c.resumeAt(); err != nil {
		return err
	}
	if c.value("follow") != nil {
		if st.follow, err = c.flag("follow"); err != nil {
			return err
		}
	}
	if c.key.limited() {
		st.publishers = c.key.publishers
	}
	st.until = c.s.engine.Seq()
	if len(c.ctx.Request.Header.Peek(headerTimeout)) > 0 {
		st.deadline = c.deadline
	}
	c.private()
	c.header("X-Accel-Buffering", "no") // proxies that keep answers back would keep news back
	c.ctx.Response.Header.SetContentType(typeEvents)
	c.bodied = true
	if c.ctx.IsHead() {
		return nil
	}
	if c.s.streams.count() >= streamsMax {
		return mission.Errorf(mission.Overloaded, "%d streams are open already", streamsMax)
	}
	// The length is that of the connection, which ends with the stream.
	c.ctx.Response.Header.SetContentLength(-2)
	c.ctx.Response.Header.SetConnectionClose()
	st.head = bytes.Clone(c.ctx.Response.Header.Header())
	c.ctx.HijackSetNoResponse(true)
	streams := c.s.streams // the call belongs to another request by then
	c.ctx.Hijack(func(conn net.Conn) {
		// The server keeps its hands off what it has handed over, so that
		// its buffers are free while the stream lasts.
		conn = conn.(interface{ UnsafeConn() net.Conn }).UnsafeConn()
		if !streams.start(st, conn) {
			conn.Close()
		}
	})
	return nil
}

// eventTypes reads the parameter types; a word that means no event is refused
// by name.
func (c *call) eventTypes() (outbox.Types, error) {
	var words []string
	if v := c.text("types"); v != "" {
		words = strings.Split(v, ",")
	}
	if len(words) > mission.RequestListMax {
		return outbox.Types{}, outOf("/types", 1, mission.RequestListMax)
	}
	t, _, err := outbox.ParseTypes(words)
	if err != nil {
		return t, invalid("/types", err.Error())
	}
	return t, nil
}

// resumeAt reads from where to go on: Last-Event-ID, which a browser sends
// when it comes back, goes before since, which stays in its address. Without
// either it is now.
func (c *call) resumeAt() (outbox.Position, error) {
	if id := string(c.ctx.Request.Header.Peek("Last-Event-ID")); id != "" {
		p, ok := outbox.ParsePosition(id)
		if !ok {
			return p, mission.Errorf(mission.Invalid, "Last-Event-ID is no id of an event: a seq, or a seq and a number as in 12.3")
		}
		return p, nil
	}
	since := c.text("since")
	if since == "" {
		return outbox.After(c.s.engine.Seq()), nil
	}
	p, ok := outbox.ParsePosition(since)
	if !ok {
		return p, invalid("/since", "is no id of an event: a seq, or a seq and a number as in 12.3")
	}
	return p, nil
}
