package outbox

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"renfort/engine"
	"renfort/mission"
)

// How deliveries are tried.
const (
	// inFlightMax is how many messages of one webhook are under way at once:
	// with mission.WebhooksMax it bounds all of them, and a webhook that hangs
	// takes nothing from another.
	inFlightMax = 8
	// heldMax is how many messages of one webhook may wait; beyond it the log
	// is read on when some have gone.
	heldMax = 10_000
	// readyMax is how many of those that could leave at once are taken from
	// the log ahead of time.
	readyMax = 512
	// retryMin and retryMax bound the time between two tries; it doubles, and
	// chance takes a part of it, so that a receiver that comes back is not met
	// by everything at once.
	retryMin = 5 * time.Second
	retryMax = 6 * time.Hour
	// giveUpAfter is the age at which an event is not tried again: before the
	// log forgets it.
	giveUpAfter = (mission.LogHours - 1) * time.Hour
	// recordEvery is how often the store hears how deliveries fared.
	recordEvery = time.Second
	// progressEvery is how often the store hears that a webhook has come on
	// where nothing was for it.
	progressEvery = time.Minute
	// turn is how often the sender looks at what is due, and at what is paused.
	turn = 200 * time.Millisecond
)

// SenderOptions say how a Sender sends.
type SenderOptions struct {
	// AllowPrivate lets webhooks point to addresses inside, and to http.
	AllowPrivate bool
	// Clock is what tries are timed by, nil for time.Now; Random gives a share
	// from 0 to 1, nil for chance.
	Clock  func() time.Time
	Random func() float64
}

// Sender delivers events to webhooks, at least once: how far each has come and
// what is pending are in the store. Run it in one goroutine; Retry is safe for
// concurrent use.
type Sender struct {
	engine  *engine.Engine
	feed    *Feed
	options SenderOptions
	client  *http.Client
	results chan result
	retries chan retry
	hooks   map[mission.ID]*hook

	delivered, failed, dead, waiting atomic.Int64
}

// SenderStats counts since the process began.
type SenderStats struct {
	Delivered, Failed, Dead int64 // messages, tries, messages
	Waiting                 int64 // messages that are to be sent now
}

// Stats gives counts. It is safe for concurrent use.
func (s *Sender) Stats() SenderStats {
	return SenderStats{s.delivered.Load(), s.failed.Load(), s.dead.Load(), s.waiting.Load()}
}

// result is what came of a try.
type result struct {
	hook   *hook
	lane   *lane
	answer answer
	paused bool // it was taken back because what goes out was paused
}

// retry asks for a dead delivery to be sent again.
type retry struct {
	webhook, delivery mission.ID
}

// NewSender makes a sender of an engine's events.
func NewSender(e *engine.Engine, f *Feed, o SenderOptions) *Sender {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return &Sender{engine: e, feed: f, options: o, client: newClient(o.AllowPrivate), results: make(chan result, inFlightMax*mission.WebhooksMax),
		retries: make(chan retry, 100), hooks: map[mission.ID]*hook{}}
}

// Retry makes the sender take up a delivery that the store has as pending
// again. One that is not taken up now is at the next start.
func (s *Sender) Retry(webhook, delivery mission.ID) {
	select {
	case s.retries <- retry{webhook, delivery}:
	default:
	}
}

// Run sends until ctx is done, and then writes down how far it came.
func (s *Sender) Run(ctx context.Context) {
	clock := time.NewTicker(turn)
	defer clock.Stop()
	leave := func() {}
	defer func() { leave() }()
	var looked, recorded time.Time
	for ctx.Err() == nil {
		now := time.Now()
		if now.Sub(looked) >= recordEvery {
			looked = now
			had := len(s.hooks) > 0
			s.look()
			if has := len(s.hooks) > 0; has && !had {
				leave = s.feed.Follow()
			} else if had && !has {
				leave()
				leave = func() {}
			}
		}
		held := 0
		for _, h := range s.hooks {
			h.fill()
			h.dispatch(ctx)
			held += h.held
		}
		s.waiting.Store(int64(held))
		if now.Sub(recorded) >= recordEvery {
			recorded = now
			s.record(ctx)
		}
		s.wait(ctx, clock.C)
	}
	s.drain()
	late, cancel := context.WithTimeout(context.Background(), recordEvery)
	defer cancel()
	s.record(late)
}

// wait takes in what happens until the next turn.
func (s *Sender) wait(ctx context.Context, clock <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-clock:
	case r := <-s.results:
		s.settle(r)
		for {
			select {
			case r := <-s.results:
				s.settle(r)
				continue
			default:
			}
			return
		}
	case r := <-s.retries:
		if h := s.hooks[r.webhook]; h != nil {
			h.takeUp(r.delivery)
		}
	}
}

// drain waits for the tries under way, which end with their context.
func (s *Sender) drain() {
	for _, h := range s.hooks {
		for h.inFlight > 0 {
			s.settle(<-s.results)
		}
	}
}

// settle takes in what came of a try.
func (s *Sender) settle(r result) {
	r.hook.inFlight--
	r.hook.settle(r)
}

// look compares the webhooks with those of the store: new ones are loaded with
// what is pending, those that are gone are let go.
func (s *Sender) look() {
	all, err := s.engine.Store().Webhooks()
	if err != nil {
		return // the next look may do better
	}
	there := map[mission.ID]bool{}
	for i := range all {
		w := &all[i]
		there[w.ID] = true
		h := s.hooks[w.ID]
		if h != nil && h.since != w.Since {
			h = nil // deleted and made anew meanwhile
		}
		if h == nil {
			if h, err = s.load(w); err != nil {
				continue
			}
			s.hooks[w.ID] = h
		}
		h.be(w)
	}
	for id := range s.hooks {
		if !there[id] && s.hooks[id].inFlight == 0 {
			delete(s.hooks, id)
		} else if !there[id] {
			s.hooks[id].disabled = true
		}
	}
}

// record writes down what is new, in commands of at most mission.RecordedMax.
// What could not be written stays to be written.
func (s *Sender) record(ctx context.Context) {
	for {
		c := mission.RecordDeliveries{Since: map[mission.ID]uint64{}}
		var hooks []*hook
		for _, h := range s.hooks {
			if d, p, ok := h.report(mission.RecordedMax - len(c.Deliveries)); ok {
				c.Deliveries, c.Through = append(c.Deliveries, d...), append(c.Through, p...)
				c.Since[h.id] = h.since
				hooks = append(hooks, h)
			}
		}
		if len(hooks) == 0 {
			return
		}
		wait, cancel := context.WithTimeout(ctx, tryMax)
		_, err := s.engine.Submit(wait, mission.Envelope{Command: c})
		cancel()
		for _, h := range hooks {
			h.reported(err == nil)
		}
		if err != nil {
			return
		}
	}
}
