package api

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// readBody reads a JSON body whole, under its limit. NDJSON is left to its
// handler, which reads it line by line.
func (c *call) readBody() error {
	switch c.route.body {
	case bodyLines:
		return c.checkEncoding()
	case bodyFront:
		return c.readFront()
	case bodyFeed:
		return c.checkFeedEncoding()
	case bodyNone:
		if c.route.shape == shapeAlgolia {
			return nil // some clients send {} with everything
		}
		// A body where none is wanted is read and refused, not ignored: its
		// sender thinks that it does something.
		if err := c.readWhole(mission.BodyBytesMax); err != nil {
			return err
		}
		if len(c.body) > 0 {
			return invalid("", "this route takes no body")
		}
		return nil
	}
	if err := c.checkEncoding(); err != nil {
		return err
	}
	if err := c.readWhole(mission.BodyBytesMax); err != nil {
		return err
	}
	if len(c.body) == 0 && c.route.body == bodyJSON {
		return invalid("", "a JSON body is required")
	}
	return nil
}

// checkEncoding refuses a compressed body: what it would unpack to is not
// known, and limits are on what is read.
func (c *call) checkEncoding() error {
	if e := c.ctx.Request.Header.ContentEncoding(); len(e) > 0 && string(e) != "identity" {
		return mission.Errorf(mission.Unsupported, "a request body with Content-Encoding is not read; send it plain")
	}
	return nil
}

// tooLarge is the refusal of a body, with the limit that it broke.
func tooLarge(limit int) error {
	return mission.Errorf(mission.TooLarge, "the body is over %d bytes", limit)
}

// readWhole reads the body into c.body; one over the limit is refused. The
// limit holds for bodies of unknown length too, which end where it is
// reached.
func (c *call) readWhole(limit int) error {
	length := c.ctx.Request.Header.ContentLength()
	if length > limit {
		return tooLarge(limit)
	}
	stream := c.ctx.RequestBodyStream()
	if stream == nil {
		c.read = true
		c.body = append(c.body[:0], c.ctx.Request.Body()...)
		return nil
	}
	c.body = c.body[:0]
	for {
		c.body = slices.Grow(c.body, bodyStepBytes)
		n, err := stream.Read(c.body[len(c.body):cap(c.body)])
		c.body = c.body[:len(c.body)+n]
		if len(c.body) > limit {
			return tooLarge(limit)
		}
		if err == io.EOF {
			c.read = true
			break
		}
		if err != nil {
			return cutOff()
		}
	}
	// fasthttp gives a plain EOF where the sender hung up half-way.
	if length > 0 && len(c.body) < length {
		return cutOff()
	}
	return nil
}

// bodyStepBytes is by how much the buffer of a body grows at least.
const bodyStepBytes = 4 << 10

// cutOff is the refusal of a body whose sender stopped half-way. Nothing of
// it is stored, except the lines of a bulk that came whole.
func cutOff() error { return invalid("", "the body ended before its length") }

// drainBytesMax is how much of an unread body is read and thrown away, so
// that its sender comes to read the answer. Beyond it the connection closes.
const drainBytesMax = mission.FeedBytesMax + mission.BulkBytesMax

// drain reads what a handler did not, for the sake of the next request. A
// client that is still sending does not read; closing at once would reset
// what it was to be told.
func (c *call) drain() {
	if c.read {
		return
	}
	stream := c.ctx.RequestBodyStream()
	if stream == nil {
		return
	}
	if c.ctx.Request.Header.ContentLength() <= drainBytesMax {
		c.unread = io.LimitedReader{R: stream, N: drainBytesMax}
		n, err := io.Copy(io.Discard, &c.unread)
		if c.unread.R = nil; err == nil && n < drainBytesMax {
			return
		}
	}
	c.ctx.SetConnectionClose()
}

// decode reads the body as one object, strictly.
func (c *call) decode(v any) error { return decodeObject(c.body, v) }

// decodeObject is mission.Decode for what must be an object: null is nothing
// that somebody meant to store.
func decodeObject(data []byte, v any) error {
	if d := mission.SkipSpace(data); len(d) > 0 && d[0] != '{' {
		if err := mission.Decode(data, new(jsontext.Value)); err != nil {
			return err
		}
		return invalid("", "is not an object")
	}
	return mission.Decode(data, v)
}

// compressBytesMin is the size from which compression is worth its time.
const compressBytesMin = 1 << 10

// compress encodes the answer as the client accepts it: zstd before gzip.
// Short answers are not worth it, and streams are sent as they are.
func (c *call) compress() {
	if len(c.out) < compressBytesMin {
		return
	}
	h := &c.ctx.Response.Header
	h.Add(fasthttp.HeaderVary, fasthttp.HeaderAcceptEncoding)
	accepted := c.ctx.Request.Header.Peek(fasthttp.HeaderAcceptEncoding)
	if len(accepted) == 0 || len(h.ContentEncoding()) > 0 {
		return
	}
	switch {
	case accepts(accepted, "zstd"):
		c.out = fasthttp.AppendZstdBytesLevel(nil, c.out, fasthttp.CompressZstdBestSpeed)
		h.SetContentEncoding("zstd")
	case accepts(accepted, "gzip"):
		c.out = fasthttp.AppendGzipBytesLevel(nil, c.out, fasthttp.CompressBestSpeed)
		h.SetContentEncoding("gzip")
	}
}

// accepts reads one coding of Accept-Encoding; its weight counts as yes or,
// at 0, no.
func accepts(header []byte, coding string) bool {
	for len(header) > 0 {
		var item []byte
		item, header, _ = bytes.Cut(header, []byte{','})
		name, weight, _ := strings.Cut(string(item), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			_, q, _ := strings.Cut(weight, "q=")
			q = strings.TrimSpace(q)
			return q == "" || strings.Trim(q, "0.") != ""
		}
	}
	return false
}

// joinWords lists words for people.
func joinWords(words []string) string { return strings.Join(words, ", ") }

// scopeChoice says in words which scopes suffice, for refusals and for the
// document.
func scopeChoice(sets []scope) string {
	var words []string
	for _, s := range sets {
		words = append(words, s.words())
	}
	return strings.Join(words, ", or ")
}

// checkFree refuses a free string of a request over the limit of letters or
// with control characters.
func checkFree(fields []mission.FieldError, pointer, s string) []mission.FieldError {
	switch {
	case utf8.RuneCountInString(s) > mission.WordLettersMax:
		return append(fields, fault(pointer, "has over %d characters", mission.WordLettersMax))
	case !cleanBytes([]byte(s)):
		return append(fields, mission.FieldError{Pointer: pointer, Detail: "has a control character or is not UTF-8"})
	}
	return fields
}
