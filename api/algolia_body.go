package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"

	"renfort/mission"
)

// frontHeldBytesMax bounds what bodies over one megabyte hold together. They
// cannot be read piece by piece: what they hold is one JSON value.
const frontHeldBytesMax = 4 * mission.BulkBytesMax

// frontLimit is the most bytes that a front end's body may have, unpacked.
func (r *route) frontLimit() int {
	if r.class == classBulk {
		return mission.BulkBytesMax
	}
	return mission.BodyBytesMax
}

// readFront reads the body of a front end, once: it may hold the key.
func (c *call) readFront() error {
	if c.fronted {
		return nil
	}
	c.fronted = true
	limit := c.route.frontLimit()
	if err := c.holdFront(limit); err != nil {
		return err
	}
	if err := c.readWhole(limit); err != nil {
		return err
	}
	switch encoding := c.ctx.Request.Header.ContentEncoding(); string(encoding) {
	case "", "identity":
		return nil
	case "gzip":
		return c.unpack(limit)
	}
	return mission.Errorf(mission.Unsupported, "a body with this Content-Encoding is not read; gzip is, and plain")
}

// holdFront counts a big body in before it is read. What is packed, or of
// unknown length, is counted at the most that it may become.
func (c *call) holdFront(limit int) error {
	size := c.ctx.Request.Header.ContentLength()
	if size < 0 || len(c.ctx.Request.Header.ContentEncoding()) > 0 {
		size = limit
	}
	if size <= mission.BodyBytesMax || size > limit {
		return nil // the latter is refused where it is read
	}
	if held := c.s.fronts.Add(int64(size)); held > frontHeldBytesMax {
		c.s.fronts.Add(-int64(size))
		return mission.Errorf(mission.Overloaded, "big bodies hold %d bytes already; send this one again", held-int64(size))
	}
	c.held = int64(size)
	return nil
}

// unpack undoes gzip. It stops at the limit: a few bytes can unpack to any
// number.
func (c *call) unpack(limit int) error {
	z, err := gzip.NewReader(bytes.NewReader(c.body))
	if err != nil {
		return invalid("", "the body is not gzip")
	}
	plain := make([]byte, 0, min(4*len(c.body), limit)+bodyStepBytes)
	for {
		plain = slices.Grow(plain, bodyStepBytes)
		n, err := z.Read(plain[len(plain):cap(plain)])
		plain = plain[:len(plain)+n]
		switch {
		case len(plain) > limit:
			return mission.Errorf(mission.TooLarge, "the body unpacks to over %d bytes", limit)
		case errors.Is(err, io.EOF):
			c.body = plain
			return nil
		case err != nil:
			return invalid("", "the body is not whole gzip")
		}
	}
}
