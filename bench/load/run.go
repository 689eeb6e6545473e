package load

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"renfort/bench/result"
)

// running is a run under way.
type running struct {
	plan   *Plan
	counts [outcomes]atomic.Int64
	// Latency sums of what was answered, for the mean that progress shows.
	latencyUS, answered atomic.Int64
	arrived             atomic.Int64
}

// count counts a sample for progress.
func (r *running) count(s *Sample) {
	r.counts[s.Outcome].Add(1)
	if s.Outcome <= No {
		r.latencyUS.Add((s.Done - s.Due).Microseconds())
		r.answered.Add(1)
	}
}

// recount moves one from an outcome to another.
func (r *running) recount(from, to Outcome) {
	r.counts[from].Add(-1)
	r.counts[to].Add(1)
}

// Run sends the plan and gives what came of each phase, in their order. It
// ends early where ctx does, and then gives ctx's error beside the phases that
// were over; requests of the phase that was under way are counted as unsent.
func Run(ctx context.Context, plan *Plan) ([]result.Phase, error) {
	if err := plan.Validate(); err != nil {
		return nil, err
	}
	r := &running{plan: plan}
	unhurry()
	crews := map[string][]*Client{} // by stream: connections live through phases
	defer hangUp(crews)
	if err := sleepUntil(ctx, plan.StartAt); err != nil {
		return nil, err
	}
	began := time.Now()
	var phases []result.Phase
	for i := range plan.Phases {
		p := &plan.Phases[i]
		if p.Before != nil {
			if err := p.Before(); err != nil {
				return phases, fmt.Errorf("load: before %s: %w", p.Name, err)
			}
		}
		done := r.phase(ctx, p, crews, began)
		phases = append(phases, done)
		if p.After != nil {
			if err := p.After(); err != nil {
				return phases, fmt.Errorf("load: after %s: %w", p.Name, err)
			}
		}
		if err := ctx.Err(); err != nil {
			return phases, err
		}
	}
	return phases, nil
}

// hangUp closes the connections that are left.
func hangUp(crews map[string][]*Client) {
	for _, crew := range crews {
		for _, c := range crew {
			c.hangUp()
		}
	}
}

// sleepUntil waits for a moment; a zero one is now.
func sleepUntil(ctx context.Context, at time.Time) error {
	if at.IsZero() {
		return ctx.Err()
	}
	select {
	case <-time.After(time.Until(at)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// phase sends one phase. What the phases before left is collected first, so
// that it is not in the middle of this one.
func (r *running) phase(ctx context.Context, p *Phase, crews map[string][]*Client, began time.Time) result.Phase {
	runtime.GC()
	defer quiet()()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if p.Until != nil {
		go func() {
			select {
			case <-p.Until:
				stop()
			case <-ctx.Done():
			}
		}()
	}
	var queues []*queue
	var working sync.WaitGroup
	kept := []*samples{}
	start := time.Now().Add(r.hire(p, crews))
	for i := range p.Streams {
		s := &p.Streams[i]
		q := newQueue(s.Arrivals)
		queues = append(queues, q)
		for _, c := range crews[s.Name][:s.Clients] {
			c.kept, c.began, c.eager, c.last, c.free = &samples{}, start, s.Arrivals.Eager > 0, nil, 0
			kept = append(kept, c.kept)
			working.Go(func() { q.serve(ctx, c, s.Do) })
		}
	}
	told := r.tell(ctx, p, start)
	pace(ctx, start, queues)
	working.Wait()
	length := time.Since(start)
	stop()
	<-told
	return r.tally(p, queues, kept, start.Sub(began), length)
}

// How long a phase waits before its first moment: until its goroutines stand
// ready, and where connections were opened until the service has taken them in.
const (
	readyAfter  = 2 * time.Millisecond
	openedAfter = 250 * time.Millisecond
)

// hire sees to it that every stream of a phase has its clients, and each of
// them a connection. It says how long to wait before the phase begins.
func (r *running) hire(p *Phase, crews map[string][]*Client) (wait time.Duration) {
	wait = readyAfter
	for i := range p.Streams {
		s := &p.Streams[i]
		for len(crews[s.Name]) < s.Clients {
			crews[s.Name] = append(crews[s.Name], newClient(r, len(crews[s.Name])))
		}
		for _, c := range crews[s.Name][:s.Clients] {
			if c.ready() {
				wait = openedAfter
			}
		}
	}
	return wait
}

// quietBytes is what the generator may allocate until it collects while it
// sends: some gigabytes, some millions of requests.
const quietBytes = 4 << 30

// quiet has the collector wait until a phase is over: on one core it would
// make the generator late. It gives what undoes that.
func quiet() (undo func()) {
	percent := debug.SetGCPercent(-1)
	limit := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(limit, quietBytes))
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// queue is a stream's arrivals that are due and not taken yet.
type queue struct {
	arrivals Arrivals
	due      chan int32 // has room for all: the pacer never waits
	next     atomic.Int64
	taken    atomic.Int64
}

func newQueue(a Arrivals) *queue {
	return &queue{arrivals: a, due: make(chan int32, len(a.At))}
}

// serve runs the flows of those who arrive, one after the other.
func (q *queue) serve(ctx context.Context, c *Client, do func(*Client, int)) {
	if c.eager {
		for k := q.next.Add(1) - 1; k < int64(q.arrivals.Eager) && ctx.Err() == nil; k = q.next.Add(1) - 1 {
			q.taken.Add(1)
			c.run.arrived.Add(1)
			c.arrive(c.now())
			do(c, q.arrivals.number(int(k)))
		}
		return
	}
	for k := range q.due {
		if ctx.Err() != nil {
			continue // unsent
		}
		q.taken.Add(1)
		c.run.arrived.Add(1)
		c.arrive(q.arrivals.At[k])
		do(c, q.arrivals.number(int(k)))
		c.free = c.now()
	}
}

// progressEvery is how often progress is told.
const progressEvery = 500 * time.Millisecond

// tell tells progress until ctx is done; the channel is closed after that.
func (r *running) tell(ctx context.Context, p *Phase, start time.Time) <-chan struct{} {
	told := make(chan struct{})
	if r.plan.Progress == nil {
		close(told)
		return told
	}
	report := Progress{Phase: p.Name, Counted: p.Counted}
	for i := range p.Streams {
		report.Due += int64(p.Streams[i].Arrivals.Len())
		report.Span = max(report.Span, p.Streams[i].Arrivals.Span)
	}
	before, arrived := r.totals(), r.arrived.Load()
	go func() {
		defer close(told)
		every := time.NewTicker(progressEvery)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
			case <-every.C:
			}
			report.Elapsed, report.Arrived = time.Since(start), r.arrived.Load()-arrived
			for i, n := range r.totals() {
				report.Counts[i] = n - before[i]
			}
			if n := r.answered.Swap(0); n > 0 {
				report.MeanUS = float64(r.latencyUS.Swap(0)) / float64(n)
			}
			r.plan.Progress(report)
			if ctx.Err() != nil {
				return
			}
		}
	}()
	return told
}

// totals reads the counts.
func (r *running) totals() (all [outcomes]int64) {
	for i := range all {
		all[i] = r.counts[i].Load()
	}
	return all
}
