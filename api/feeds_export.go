package api

import (
	"bufio"
	"compress/gzip"
	"io"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/valyala/fasthttp"

	"renfort/feed"
	"renfort/mission"
	"renfort/store"
)

// exportPage is how many missions are read from the store at a time.
const exportPage = 200

// getFeed answers GET /v1/feeds/api-engagement: the open missions that the key
// sees, as a feed. It is streamed in the order in which the missions were first
// put; what is written meanwhile may be in it or not, and changes the ETag
// either way. Where it fails half-way the connection is cut, so that nobody
// takes half a feed for a whole one.
func (c *call) getFeed() error {
	publishers, err := c.publishersFor(splitList(c.value("publisher")))
	if err != nil {
		return err
	}
	tag := c.feedTag(publishers)
	same := c.unchanged(tag)
	if c.header(fasthttp.HeaderETag, "W/"+tag); same {
		return nil
	}
	c.header(fasthttp.HeaderVary, fasthttp.HeaderAcceptEncoding)
	c.ctx.Response.Header.SetContentType("application/xml; charset=utf-8")
	packed := accepts(c.ctx.Request.Header.Peek(fasthttp.HeaderAcceptEncoding), "gzip")
	if packed {
		c.header(fasthttp.HeaderContentEncoding, "gzip")
	}
	if c.ctx.IsHead() {
		return nil
	}
	if err := c.late(); err != nil {
		return err
	}
	from, to := io.Pipe()
	b := &backupStream{PipeReader: from}
	c.handed, c.bodied = true, true
	service, class := c.s, c.route.class // the call goes on to another request
	b.writing.Go(func() {
		err := service.writeFeed(to, publishers, packed)
		service.lanes.leave(class) // before the client hears that it is over
		to.CloseWithError(err)
	})
	c.ctx.SetBodyStream(b, -1)
	return nil
}

// feedTag moves with every command; that is more often than the feed does, and
// never less often. It is weak: packed or plain, the feed is the same.
func (c *call) feedTag(publishers []string) string {
	sum := xxhash.Sum64String(strings.Join(publishers, "\x01"))
	return `"` + strconv.FormatUint(c.s.engine.Seq(), 10) + "-" + strconv.FormatUint(sum&0xffffffff, 16) + `"`
}

// writeFeed writes all of a feed.
func (s *Service) writeFeed(to io.Writer, publishers []string, packed bool) error {
	if packed {
		z, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
		if err != nil {
			return err
		}
		if err := s.writeFeed(z, publishers, false); err != nil {
			return err
		}
		return z.Close()
	}
	buffered := bufio.NewWriterSize(to, writeBufferBytes)
	w := feed.NewWriter(buffered, s.engine.Intake(), s.engine.Zones())
	filter := store.MissionFilter{Publishers: publishers, States: []string{mission.StateOpen}}
	for cursor := ""; ; {
		page, next, err := s.engine.Store().WalkMissions(cursor, exportPage, filter)
		if err != nil {
			return err
		}
		for i := range page {
			m := new(mission.Mission)
			if err := mission.Decode(page[i].JSON, m); err != nil {
				return err
			}
			if err := w.Write(m, &page[i].Seats); err != nil {
				return err
			}
		}
		if next == "" {
			break
		}
		cursor = next
	}
	if err := w.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}
