package store

import (
	"context"
	"sync"
	"sync/atomic"

	"renfort/mission"
)

// reply is what a command is answered with.
type reply struct {
	result mission.Result
	err    error
}

// request is a command on its way to the writer.
type request struct {
	*prepared
	ctx   context.Context
	reply chan reply // holds one, so that the writer never waits
}

// queues are the ways to the writer, each bounded.
type queues struct {
	mu          sync.RWMutex // guards closed: nothing is queued after it is set
	closed      bool
	first       chan *request // what must get through: before all else
	interactive chan *request
	bulk        chan *request
	quit        chan struct{}
	broken      chan struct{} // wakes a writer that waits, holds one
	replies     sync.Pool     // of chan reply, empty ones

	wanted atomic.Int64  // how many waiting requests wake a writer that gathers, 0: none does
	enough chan struct{} // wakes it, holds one
}

func (q *queues) init() {
	q.first = make(chan *request, QueueFirstMax)
	q.interactive = make(chan *request, QueueInteractiveMax)
	q.bulk = make(chan *request, QueueBulkMax)
	q.quit = make(chan struct{})
	q.broken = make(chan struct{}, 1)
	q.enough = make(chan struct{}, 1)
	q.replies.New = func() any { return make(chan reply, 1) }
}

// close refuses what comes from now on; it says whether that is new.
func (q *queues) close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.closed = true
	close(q.quit)
	return true
}

// unavailable says that a command may or may not have been done.
func unavailable(format string, args ...any) error {
	e := mission.Errorf(mission.Unavailable, format, args...)
	e.RetryS = RetrySeconds
	return e
}

// errClosed answers whoever comes after Close.
func errClosed() error { return unavailable("the store is closed") }

// Submit applies a command and blocks until it is durable or refused. Every
// error is a *mission.Error: Overloaded when the command's queue is full,
// Unavailable when the outcome is unknown (ctx was done first, or a commit
// failed) or the store is closed; repeat it then with the same key.
func (s *Store) Submit(ctx context.Context, e mission.Envelope) (mission.Result, error) {
	q, err := s.request(ctx, e)
	if err != nil {
		return mission.Result{}, err
	}
	if err := s.enqueue(q, false); err != nil {
		return mission.Result{}, err
	}
	return s.await(q)
}

// request prepares a command on the caller's time.
func (s *Store) request(ctx context.Context, e mission.Envelope) (*request, error) {
	p, err := prepare(e)
	if err != nil {
		if mission.AsError(err) == nil {
			err = mission.Errorf(mission.Invalid, "%s", err)
		}
		return nil, err
	}
	return &request{prepared: p, ctx: ctx, reply: s.queues.replies.Get().(chan reply)}, nil
}

// enqueue puts a request into its queue. A full one refuses, or makes the
// caller wait where they said so.
func (s *Store) enqueue(r *request, wait bool) error {
	q := &s.queues
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.closed {
		return errClosed()
	}
	if f := s.failure.Load(); f != nil {
		return f.refusal()
	}
	to := q.interactive
	if r.First {
		to = q.first
	} else if r.Bulk {
		to = q.bulk
	}
	select {
	case to <- r:
		q.wake(r)
		return nil
	default:
	}
	if !wait {
		e := mission.Errorf(mission.Overloaded, "%d commands are queued already", cap(to))
		e.RetryS = RetrySeconds
		return e
	}
	select {
	case to <- r:
		q.wake(r)
		return nil
	case <-r.ctx.Done():
		return unavailable("given up while it waited for its turn: %s", r.ctx.Err())
	}
}

// await waits for a queued request's reply.
func (s *Store) await(r *request) (mission.Result, error) {
	select {
	case a := <-r.reply:
		s.queues.replies.Put(r.reply)
		return a.result, a.err
	case <-r.ctx.Done():
		// The writer may still answer: the channel is left to it.
		return mission.Result{}, unavailable("given up while it was under way: %s", r.ctx.Err())
	}
}

// SubmitAll applies many commands, in their order where they are of one
// queue, and keeps enough of them in flight for commits to be shared. It
// waits where a queue is full. [i] of each answer belongs to es[i].
func (s *Store) SubmitAll(ctx context.Context, es []mission.Envelope) ([]mission.Result, []error) {
	results, errs := make([]mission.Result, len(es)), make([]error, len(es))
	flight := make([]*request, len(es))
	settle := func(i int) {
		if flight[i] != nil {
			results[i], errs[i] = s.await(flight[i])
		}
	}
	for i, e := range es {
		if i >= bulkInFlight {
			settle(i - bulkInFlight)
		}
		q, err := s.request(ctx, e)
		if err == nil {
			err = s.enqueue(q, true)
		}
		if errs[i] = err; err == nil {
			flight[i] = q
		}
	}
	for i := max(0, len(es)-bulkInFlight); i < len(es); i++ {
		settle(i)
	}
	return results, errs
}

// fill adds what the queues have to a batch, up to its bounds.
func (q *queues) fill(batch []*request) []*request {
	bytes := 0
	for _, r := range batch {
		bytes += r.bytes
	}
	take := func(from chan *request, most int) {
		for n := 0; n < most && len(batch) < BatchCommandsMax && bytes < BatchBytesMax; n++ {
			select {
			case r := <-from:
				batch = append(batch, r)
				bytes += r.bytes
			default:
				return
			}
		}
	}
	take(q.first, BatchCommandsMax)
	take(q.interactive, BatchCommandsMax)
	take(q.bulk, BatchBulkMax)
	return batch
}
