package api

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"runtime/debug"

	"renfort/mission"
)

// recommendBulk answers POST /v1/recommendations/bulk: a request a line, a
// page a line, in order; a line that is refused is answered by its error. The
// requests are read before the first page is sent, because a client that
// sends all before it reads would wait for us while we wait for it.
func (c *call) recommendBulk() error {
	if err := c.readWhole(mission.BulkBytesMax); err != nil {
		return err
	}
	requests := c.body
	if held := c.s.digesting.Add(int64(len(requests))); held > digestBytesMax {
		c.s.digesting.Add(-int64(len(requests)))
		return mission.Errorf(mission.Overloaded, "digests hold %d bytes of requests; at most %d", held, digestBytesMax)
	}
	c.body, c.handed = nil, true // the stream outlives the call
	// What the stream needs is copied: the call goes on to another request.
	d := &digest{call: call{s: c.s, key: c.key, route: c.route, began: c.began, deadline: c.deadline, busy: c.busy},
		from: newLines(bytes.NewReader(requests), mission.BulkBytesMax, -1)}
	d.call.digest, d.bytes = d, int64(len(requests))
	c.bodied = true
	c.private()
	c.ctx.Response.Header.SetContentType(typeLines)
	c.ctx.SetBodyStreamWriter(d.write)
	return nil
}

// digestBytesMax is how many bytes of requests all digests may hold at once:
// one may have 64 MB, and there may be many.
const digestBytesMax = 1 << 30

// digest writes the pages of a bulk recommendation.
type digest struct {
	call  call // a call of its own, without a fasthttp request
	from  *lines
	bytes int64              // of the requests
	seen  []mission.Feedback // pages that the store has yet to hear of
}

// note keeps a page to be remembered. A digest is not in a hurry: it waits
// for the store, and forgets nothing.
func (d *digest) note(r *ranking, id pageID) {
	if len(r.page.Items) == 0 {
		return
	}
	missions := make([]mission.ID, len(r.page.Items))
	for i := range r.page.Items {
		missions[i] = r.page.Items[i].ID
	}
	d.seen = append(d.seen, mission.Feedback{Type: "shown", Volunteer: r.request.Volunteer, RecommendationID: string(id[:]), Missions: missions})
	if len(d.seen) == shownBatch {
		d.remember()
	}
}

// remember gives the store what was noted.
func (d *digest) remember() {
	if len(d.seen) > 0 {
		d.call.s.rememberAll(d.seen)
		d.seen = nil // the command keeps the old one
	}
}

// write sends a line for each line until the end, or until nobody reads.
func (d *digest) write(w *bufio.Writer) {
	defer d.call.s.lanes.leave(d.call.route.class)
	defer d.call.s.digesting.Add(-d.bytes)
	defer d.remember()
	c := &d.call
	for {
		line, err := d.from.next()
		if err == io.EOF {
			return
		}
		c.out = c.out[:0]
		if err == errLongLine {
			err = tooLarge(mission.BodyBytesMax)
		} else if err == nil {
			err = d.guarded(line)
		}
		if err != nil {
			c.out = appendLineError(c.out[:0], bulkLine{number: d.from.number}, c.lineError(err))
		}
		if _, err := w.Write(append(c.out, '\n')); err != nil {
			return
		}
	}
}

// guarded is page for a goroutine that nobody else looks after: a fault in
// one line is that line's answer, and not the end of the process.
func (d *digest) guarded(line []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.call.s.log.Error("a line panicked", "route", d.call.pattern(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = mission.Errorf(mission.Unknown, "the line met a fault inside; it is in the log")
		}
	}()
	return d.page(line)
}

// page answers one line as the single route would, with the line's number and
// the volunteer.
func (d *digest) page(line []byte) error {
	c := &d.call
	c.degraded = false
	r := &c.ranking
	if err := r.read(c.s, c.key, line); err != nil {
		return err
	}
	if r.minSeq > 0 {
		if err := c.awaitSeq(r.minSeq); err != nil {
			return err
		}
	}
	if err := c.rank(); err != nil {
		return err
	}
	c.out = appendUint(c.out, `{"line":`, uint64(d.from.number))
	c.out = appendStringOrNull(append(c.out, `,"volunteer":`...), r.request.Volunteer)
	c.out = append(r.appendPage(append(c.out, ','), c), '}')
	return nil
}
