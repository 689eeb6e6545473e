package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// newsMax bounds what waits to be looked at. What comes while it is full is
// read again from the change log.
const newsMax = 1 << 16

// throughEvery is how far, in Seqs, what was looked at may run ahead of what is
// written down of it while nothing is raised: a start looks at that again.
const throughEvery = 8_192

// alertRetry is how long a command that could not be stored waits.
const alertRetry = 200 * time.Millisecond

// alerts follows the changes and tells people of missions that they saved a
// search for. All but the queue and the counts is the follower's alone.
//
// It reads from the change log where it starts, and where it fell behind; and
// from the queue that each commit fills once it has caught up. Nothing is told
// twice or forgotten by a crash: how far it has come is written with what it
// raises.
type alerts struct {
	percolator *matcher.Percolator
	budgets    map[mission.ID]budget
	stored     uint64 // up to which Seq it is written down that all was looked at
	met        []matcher.Met
	raises     []mission.Raise
	past       []uint32

	mu     sync.Mutex
	queue  []news
	behind bool   // the queue is not whole: read the log
	seen   uint64 // the last Seq of a commit
	wake   chan struct{}

	looked atomic.Uint64 // all up to this Seq has been looked at
	watch  watch
	counts struct{ alerts, met, raised, budget, barred, refused atomic.Uint64 }
}

// budget is how many alerts somebody may still be told of; where it is none,
// not before a log time.
type budget struct {
	left  int
	again int64
}

// news is a change that concerns alerts.
type news struct {
	kind    mission.ChangeKind
	seq     uint64
	ordinal mission.Ordinal
	id      mission.ID // of the mission, alert or volunteer
}

// AlertStats counts what alerts do since the start.
type AlertStats struct {
	Alerts  uint64 // kept now
	Met     uint64 // pairs of an alert and a mission that is news and fits
	Raised  uint64 // told
	Budget  uint64 // not told: no budget left, or they said stop
	Barred  uint64 // not told: no consent, too young or old, in already, refused there or waved it away
	Refused uint64 // not told: the reducer found that they may not be
	Behind  uint64 // Seqs that have not been looked at
}

// AlertStats gives the counts.
func (e *Engine) AlertStats() AlertStats {
	c := &e.alerts.counts
	s := AlertStats{Alerts: c.alerts.Load(), Met: c.met.Load(), Raised: c.raised.Load(), Budget: c.budget.Load(), Barred: c.barred.Load(), Refused: c.refused.Load()}
	s.Behind = max(e.Seq(), e.alerts.looked.Load()) - e.alerts.looked.Load()
	return s
}

// AwaitAlerts returns once everything up to a Seq has been looked at for
// alerts, and those it raises are written. It answers Stale after
// WaitSecondsMax, or when ctx is done.
func (e *Engine) AwaitAlerts(ctx context.Context, seq uint64) error {
	return await(ctx, &e.alerts.watch, e.alerts.looked.Load, seq)
}

// openAlerts readies the queue, before the first commit.
func (e *Engine) openAlerts() {
	a := &e.alerts
	a.percolator, a.budgets = matcher.NewPercolator(e.zones), map[mission.ID]budget{}
	a.wake, a.watch.moved, a.behind = make(chan struct{}, 1), make(chan struct{}), true
}

// markAlerts notes what of a commit concerns alerts. It never waits.
func (e *Engine) markAlerts(changes []mission.Change) {
	a := &e.alerts
	a.mu.Lock()
	for i := range changes {
		c := &changes[i]
		a.seen = max(a.seen, c.Seq)
		n, ok := newsOf(c)
		switch {
		case !ok || a.behind:
		case len(a.queue) == newsMax:
			a.behind = true
		default:
			a.queue = append(a.queue, n)
		}
	}
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// newsOf tells what of a change concerns alerts.
func newsOf(c *mission.Change) (n news, ok bool) {
	n = news{kind: c.Kind, seq: c.Seq, ordinal: c.MissionOrdinal}
	switch c.Kind {
	case mission.MissionPut, mission.MissionReopened:
		n.id = c.MissionID
		return n, c.Kind == mission.MissionReopened || c.Why != ""
	case mission.AlertPut, mission.AlertDeleted:
		n.id = c.Alert.ID
		return n, true
	case mission.VolunteerPut:
		n.id = c.VolunteerID
		return n, true
	case mission.WaveAnswered: // is not charged any more
		if c.Ask != nil {
			n.id = c.Ask.Volunteer
		}
		return n, true
	}
	return n, c.Kind == mission.PolicyPut
}

// followAlerts looks at what happens until ctx is done.
func (e *Engine) followAlerts(ctx context.Context) {
	a := &e.alerts
	if !e.loadAlerts() {
		return
	}
	for ctx.Err() == nil {
		batch, through, ok := e.nextNews(ctx)
		if !ok {
			continue
		}
		if !e.lookAtNews(ctx, batch, through) {
			break
		}
		a.looked.Store(through)
		a.watch.tell()
	}
	if at := a.looked.Load(); a.percolator.Len() > 0 && at > a.stored {
		// A start then has nothing to look at again.
		_, _ = e.store.Submit(context.Background(), mission.Envelope{Command: mission.RaiseAlerts{Through: at}})
	}
}

// loadAlerts reads the alerts, and from where to go on.
func (e *Engine) loadAlerts() (ok bool) {
	a := &e.alerts
	s := e.Snapshot()
	from := s.Seq
	if err := e.store.Alerts(func(alert *mission.Alert) { a.percolator.Put(s, alert) }); err != nil {
		return false // the store is being closed, or its file is damaged: Check says where
	}
	through, err := e.store.AlertsThrough()
	if err != nil {
		return false
	}
	a.stored = through
	if a.percolator.Len() > 0 {
		from = through
	}
	a.looked.Store(from) // only now: somebody may be waiting for it
	a.counts.alerts.Store(uint64(a.percolator.Len()))
	return true
}

// nextNews waits for something to look at. ok is false when to try again.
func (e *Engine) nextNews(ctx context.Context) (batch []news, through uint64, ok bool) {
	a := &e.alerts
	a.mu.Lock()
	behind, seen := a.behind, a.seen
	if !behind {
		batch, a.queue, through = a.queue, nil, a.seen
	}
	a.mu.Unlock()
	switch {
	case behind:
		return e.readNews(ctx, seen)
	case through > a.looked.Load():
		return batch, through, true
	}
	select {
	case <-a.wake:
	case <-ctx.Done():
	}
	return nil, 0, false
}

// readNews reads the change log, and leaves it for the queue once both meet.
// seen is a Seq that was committed before.
func (e *Engine) readNews(ctx context.Context, seen uint64) (batch []news, through uint64, ok bool) {
	a := &e.alerts
	through = a.looked.Load()
	shown := e.Seq() // what was committed a moment ago is not in the index yet
	changes, _, err := e.store.Changes(through, 0)
	if err != nil {
		e.pauseAlerts(ctx)
		return nil, 0, false
	}
	for i := range changes {
		if changes[i].Seq > shown {
			break
		}
		through = changes[i].Seq
		if n, ok := newsOf(&changes[i]); ok {
			batch = append(batch, n)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(changes) == 0 {
		through = max(through, seen) // the log has been trimmed
	}
	if a.seen <= through {
		a.behind, a.queue = false, nil
	}
	return batch, through, true
}

// lookAtNews looks at what happened, in its order, and writes down what is
// raised. It gives false when ctx was done before all was.
func (e *Engine) lookAtNews(ctx context.Context, batch []news, through uint64) bool {
	a := &e.alerts
	for _, n := range batch {
		switch n.kind {
		case mission.AlertPut:
			if v, err := e.store.Alert(n.id); err == nil {
				a.percolator.Put(e.Snapshot(), v.Alert)
			}
		case mission.AlertDeleted:
			a.percolator.Delete(n.id)
		case mission.VolunteerPut:
			a.percolator.Moved(e.Snapshot(), n.id)
			delete(a.budgets, n.id)
		case mission.WaveAnswered:
			delete(a.budgets, n.id)
		case mission.PolicyPut:
			clear(a.budgets)
		default:
			if !e.lookAtMission(ctx, n) {
				return false
			}
		}
	}
	a.counts.alerts.Store(uint64(a.percolator.Len()))
	if len(a.raises) > 0 || a.percolator.Len() > 0 && through > a.stored+throughEvery {
		return e.raise(ctx, through)
	}
	return true
}

// lookAtMission proposes a mission that is news to those who may be told.
func (e *Engine) lookAtMission(ctx context.Context, n news) bool {
	a, s := &e.alerts, e.Snapshot()
	a.met = a.percolator.Match(s, n.ordinal, a.met[:0])
	a.counts.met.Add(uint64(len(a.met)))
	for i := range a.met {
		if !e.mayHear(s, &a.met[i], n.ordinal) {
			continue
		}
		if a.raises = append(a.raises, mission.Raise{Alert: a.met[i].Alert, Mission: n.id}); len(a.raises) == mission.AsksMax && !e.raise(ctx, 0) {
			return false
		}
	}
	return ctx.Err() == nil
}

// mayHear says whether somebody may be told of a mission, as far as can be
// seen without the reducer: they consented, have budget left, and it is for
// them. In a flood the budget answers for most.
func (e *Engine) mayHear(s *index.Snapshot, met *matcher.Met, o mission.Ordinal) bool {
	a := &e.alerts
	left, known := a.budgets[met.Volunteer]
	if !known || left.left == 0 && s.At >= left.again {
		n, again, err := e.store.AlertsLeft(met.Volunteer)
		if err != nil {
			n, again = 1, 0 // the reducer knows
		}
		left = budget{n, again}
		a.budgets[met.Volunteer] = left
	}
	if left.left <= 0 {
		a.counts.budget.Add(1)
		return false
	}
	v, ok := s.Volunteer(met.Volunteer)
	row := s.Missions.At(uint32(o))
	if !ok || v.Consent&1 == 0 || !v.AgeFits(time.Unix(s.At, 0).UTC().Year(), int(row.MinAge), int(row.MaxAge)) {
		a.counts.barred.Add(1)
		return false
	}
	a.past = s.Past(a.past[:0], met.Volunteer)
	if slices.Contains(a.past, uint32(o)) {
		a.counts.barred.Add(1)
		return false
	}
	left.left--
	a.budgets[met.Volunteer] = left
	return true
}

// raise writes down what is proposed, and that all was looked at up to a Seq,
// 0 for not yet. While what goes out is paused it waits. It gives false when
// ctx was done before.
func (e *Engine) raise(ctx context.Context, through uint64) bool {
	a := &e.alerts
	for ctx.Err() == nil {
		if len(a.raises) > 0 && e.OutboundPaused() {
			select {
			case <-a.wake:
			case <-ctx.Done():
			}
			continue
		}
		res, err := e.store.Submit(ctx, mission.Envelope{Command: mission.RaiseAlerts{Raised: a.raises, Through: through}, Bulk: true})
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				e.pauseAlerts(ctx)
			}
			continue
		}
		e.raised(uint64(res.Asked), through)
		return true
	}
	return false
}

// raised takes note of what the reducer made of a proposal.
func (e *Engine) raised(n, through uint64) {
	a := &e.alerts
	a.stored = max(a.stored, through)
	a.counts.raised.Add(n)
	a.counts.refused.Add(uint64(len(a.raises)) - n)
	for _, r := range a.raises {
		if v, ok := a.percolator.Volunteer(r.Alert); ok {
			delete(a.budgets, v) // it is read anew: not all may have been told
		}
	}
	a.raises = a.raises[:0]
}

// pauseAlerts waits a little, after a failure.
func (e *Engine) pauseAlerts(ctx context.Context) {
	t := time.NewTimer(alertRetry)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
