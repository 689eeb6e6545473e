package api

import (
	"bytes"
	"io"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// pathFeed is where partners' feeds come in and go out.
const pathFeed = "/v1/feeds/api-engagement"

// feedRoutes are the contract's section Feeds, as far as it is about API
// Engagement's own format.
func feedRoutes() []*route {
	return []*route{
		{method: "POST", pattern: pathFeed, scopes: needWrite, class: classBulk, body: bodyFeed, query: []string{"publisher", "places", "prune", "booking"}, handle: (*call).postFeed,
			doc: routeDoc{tag: "Feeds", summary: "Take in a partner's missions from API Engagement's XML or v0 JSON, as they are read; what is repaired and refused is reported mission by mission", body: "Feed", answers: ok("FeedReport")}},
		{method: "GET", pattern: pathFeed, scopes: needSearch, class: classBulk, reads: true, query: []string{"publisher"}, handle: (*call).getFeed,
			doc: routeDoc{tag: "Feeds", summary: "The open missions as such a feed, streamed: every address, and places are the seats left. What the format has no element for stands in <renfort> as JSON, by which the same comes back with places=left", answers: ok("*"), tags: true}},
	}
}

// feedBodyDoc is what OpenAPI says of a feed's body.
func feedBodyDoc() object {
	text := object{"schema": object{"type": "string", "description": "At most 200 MB, unpacked; plain, or gzip with or without Content-Encoding"}}
	return object{"required": true, "content": object{"application/xml": text, typeJSON: text, typeLines: text}}
}

// feedOptions say whose feed it is and what becomes of it.
type feedOptions struct {
	publisher string
	left      bool   // places are seats left, not the total
	prune     string // pruneNo, pruneCareful or pruneForce
	booking   string // of missions that do not say, "" for the default
}

// What becomes of missions that a feed no longer names.
const (
	pruneNo      = ""
	pruneCareful = "true"
	pruneForce   = "force"
)

// readFeedOptions reads the query.
func (c *call) readFeedOptions() (o feedOptions, err error) {
	o.publisher = c.text("publisher")
	if o.publisher == "" && c.key.limited() && len(c.key.publishers) == 1 {
		o.publisher = c.key.publishers[0]
	}
	if err := mission.CheckID("/publisher", o.publisher); err != nil {
		return o, err
	}
	if err := c.ownPublisher(&o.publisher); err != nil {
		return o, err
	}
	places, err := c.one("places", "left", "total")
	if err != nil {
		return o, err
	}
	o.left = places == "left"
	if o.prune, err = c.one("prune", pruneCareful, pruneForce, "false"); err != nil {
		return o, err
	}
	if o.prune == "false" {
		o.prune = pruneNo
	}
	o.booking, err = c.one("booking", mission.BookingHere, mission.BookingElsewhere)
	return o, err
}

// postFeed answers POST /v1/feeds/api-engagement. What was read before a feed
// broke is stored, and the report says where it broke; where nothing could be
// read the request is refused.
func (c *call) postFeed() error {
	o, err := c.readFeedOptions()
	if err != nil {
		return err
	}
	key := append([]byte(nil), c.ctx.Request.Header.Peek(headerIdempotency)...)
	if len(key) > mission.IdempotencyMax || !cleanBytes(key) {
		return mission.Errorf(mission.Invalid, "%s is not 1 to %d bytes without control characters", headerIdempotency, mission.IdempotencyMax)
	}
	body, err := c.feedBody()
	if err != nil {
		return err
	}
	f := newFeedIntake(c.s, c.key, o)
	if len(key) > 0 {
		f.scoped = func(id mission.ID) string { return c.scoped(append(append(bytes.Clone(key), 0), id...)) }
	}
	ctx, cancel := c.context()
	defer cancel()
	err = f.take(ctx, body)
	c.read = body.ended
	if err != nil {
		return err
	}
	report, err := mission.Encode(&f.report)
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusOK, f.report.Seq)
	if e := f.report.refusal(); e != nil {
		return &problem{err: e, report: report}
	}
	c.out = append(c.out, report...)
	return nil
}

// checkFeedEncoding lets gzip through, which the reader unpacks under its limit
// whether the header tells of it or not.
func (c *call) checkFeedEncoding() error {
	if string(c.ctx.Request.Header.ContentEncoding()) == "gzip" {
		return nil
	}
	return c.checkEncoding()
}

// feedBody gives the body as it comes.
func (c *call) feedBody() (*wholeBody, error) {
	length := c.ctx.Request.Header.ContentLength()
	if length > mission.FeedBytesMax {
		return nil, tooLarge(mission.FeedBytesMax)
	}
	b := &wholeBody{from: c.ctx.RequestBodyStream(), left: length}
	if b.from == nil {
		b.from = bytes.NewReader(c.ctx.Request.Body())
	}
	return b, nil
}

// wholeBody tells a body that was cut off from one that ended: fasthttp gives
// a plain EOF for both.
type wholeBody struct {
	from  io.Reader
	left  int // of what Content-Length promised; negative where it did not
	ended bool
}

// Read implements io.Reader.
func (b *wholeBody) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left >= 0 {
		b.left -= n
	}
	if err == io.EOF {
		b.ended = true
		if b.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	return n, err
}
