package api

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"renfort/outbox"
)

const (
	// streamsMax bounds the streams of events open at once.
	streamsMax = 4_096
	// heartbeatEvery is the longest that a stream is silent: proxies cut what
	// is silent for longer, and a client that is gone is noticed.
	heartbeatEvery = 15 * time.Second
	// slowMax is the longest that one write may take. Whoever is slower is cut
	// off, and resumes from the log.
	slowMax = 5 * time.Second
	// writeSlice is how often a write that does not get on looks whether it
	// still should.
	writeSlice = 500 * time.Millisecond
	// streamBufferBytes is about how much leaves in one write.
	streamBufferBytes = 32 << 10
	// retryMs is how soon a browser comes back.
	retryMs = 2_000
)

// streams are the streams of events that are open. Safe for concurrent use.
type streams struct {
	ctx     context.Context // done when streams must end
	end     context.CancelFunc
	buffers sync.Pool // of *[]byte

	mu     sync.Mutex
	open   int
	closed bool
	last   sync.WaitGroup
	cut    uint64 // streams cut off for slowness
	sent   uint64 // events
}

func newStreams() *streams {
	s := &streams{}
	s.ctx, s.end = context.WithCancel(context.Background())
	s.buffers.New = func() any { b := make([]byte, 0, streamBufferBytes+4<<10); return &b }
	return s
}

// count gives how many are open.
func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// counts gives how many are open, how many events those that have ended were
// sent, and how many were cut off.
func (s *streams) counts() (open int, sent, cut uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.sent, s.cut
}

// start runs a stream on a connection that is its own from then on; false
// where no stream may begin any more.
func (s *streams) start(st *stream, conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open++
	s.last.Add(1)
	st.conn = conn
	go func() {
		defer s.last.Done()
		err := st.run(s.ctx)
		conn.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
		s.sent += st.sent
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.cut++
		}
	}()
	return true
}

// close ends all streams; it returns when they have ended.
func (s *streams) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end()
	s.last.Wait()
}

// stream is one client that follows the events.
type stream struct {
	s          *Service
	conn       net.Conn
	head       []byte // of the answer
	at         outbox.Position
	types      outbox.Types
	publishers []string // nil: all
	follow     bool
	until      uint64    // where a stream that does not follow ends
	held       bool      // what comes next waits for what goes out to be resumed
	deadline   time.Time // zero for none
	sent       uint64
}

// run writes until the client, the service or the stream's deadline ends it.
func (st *stream) run(ctx context.Context) error {
	if !st.deadline.IsZero() {
		late, cancel := context.WithDeadline(ctx, st.deadline)
		defer cancel()
		ctx = late
	}
	defer st.s.feed.Follow()()
	beat := time.NewTimer(heartbeatEvery)
	defer beat.Stop()
	// The id alone is no event and is remembered all the same: whoever is cut
	// off before the first event comes back to here.
	if err := st.write(append(st.head, "retry: "+strconv.Itoa(retryMs)+"\nid: "+st.at.String()+"\n\n"...)); err != nil {
		return err
	}
	st.head = nil
	for {
		wait, err := st.step()
		if err != nil || !st.follow && (st.at.Seq >= st.until || st.held) {
			return err // whoever polls asks again for what is held back
		}
		if wait == nil {
			beat.Reset(heartbeatEvery)
			continue
		}
		select {
		case <-wait:
		case <-beat.C:
			beat.Reset(heartbeatEvery)
			if err := st.write([]byte(":\nid: " + st.at.String() + "\n\n")); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// step writes what there is, up to a buffer of it. Where there is nothing, or
// nothing that may leave now, it gives what to wait for.
func (st *stream) step() (wait <-chan struct{}, err error) {
	page, moved, err := st.s.feed.Page(st.at)
	var lost *outbox.Lost
	if errors.As(err, &lost) {
		st.at = outbox.After(lost.Next - 1)
		return nil, st.write([]byte("id: " + st.at.String() + "\nevent: lost\ndata: {\"type\":\"lost\",\"oldest\":" +
			strconv.FormatUint(lost.Oldest, 10) + ",\"next\":" + strconv.FormatUint(lost.Next, 10) + "}\n\n"))
	}
	if err != nil || page == nil {
		return moved, err
	}
	if !page.Has(st.types) {
		st.at = outbox.After(page.Next - 1)
		return nil, nil
	}
	buffer := st.s.streams.buffers.Get().(*[]byte)
	defer st.s.streams.buffers.Put(buffer)
	b, at := st.fill((*buffer)[:0], page)
	if cap(b) <= 2*streamBufferBytes {
		*buffer = b[:0]
	}
	if err := st.write(b); err != nil {
		return nil, err
	}
	st.at = at
	if st.held {
		return moved, nil
	}
	return nil, nil
}

// fill collects the events of a page for the stream, as far as a buffer goes,
// and says where that ends. The stream is held where what comes next may not
// leave while what goes out is paused.
func (st *stream) fill(b []byte, page *outbox.Page) (_ []byte, at outbox.Position) {
	at, st.held = st.at, false
	first := firstAfter(page, st.at)
	for i := first; i < len(page.Events); i++ {
		e := &page.Events[i]
		if !st.types.Has(e.Kind) || !e.Of(st.publishers) {
			continue
		}
		if e.Gated() && st.s.engine.OutboundPaused() {
			st.held = true
			return b, at
		}
		b = e.AppendTo(b)
		st.sent++
		at = e.Position()
		if len(b) >= streamBufferBytes {
			return b, at
		}
	}
	return b, outbox.After(page.Next - 1)
}

// firstAfter gives the index of a page's first event after a position.
func firstAfter(page *outbox.Page, at outbox.Position) int {
	i, j := 0, len(page.Events)
	for i < j {
		if m := (i + j) / 2; at.Before(&page.Events[m]) {
			j = m
		} else {
			i = m + 1
		}
	}
	return i
}

// write sends all of b, or fails where that takes over slowMax, where the
// service ends, or where what goes out is paused meanwhile: the client comes
// back for the rest.
func (st *stream) write(b []byte) error {
	began := time.Now()
	for len(b) > 0 {
		if err := st.conn.SetWriteDeadline(time.Now().Add(writeSlice)); err != nil {
			return err
		}
		n, err := st.conn.Write(b)
		b = b[n:]
		if err != nil && (!errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) > slowMax || st.s.engine.OutboundPaused() || st.s.streams.ctx.Err() != nil) {
			return err
		}
	}
	return nil
}
