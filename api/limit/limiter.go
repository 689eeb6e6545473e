package limit

import (
	"sync"
	"sync/atomic"
)

// Class is how dear a request is to keep, least first.
type Class uint8

// ClassesMax is the most classes there may be.
const ClassesMax = 16

const (
	// crowd and crowdNanos are a queue that closed loops of some hundred
	// callers do not make: only requests that nobody waits for before sending
	// the next.
	crowd      = 512
	crowdNanos = 8e6
	// few and fewNanos are one of dear requests: four times what is wanted of
	// an answer, and more callers than are promised never to be refused.
	few      = 64
	fewNanos = 40e6
	// standNanos is how long a queue must stand: what comes while a neighbour
	// has the core for 30 ms is worked off in that time at two thirds of full
	// load, and what waits until an overload is noticed waits for little more.
	standNanos = 50e6
	// stepNanos is what the clock of work advances at most between two
	// requests.
	stepNanos = 1e6
	// targetNanos is the wait that the tight state holds: a refusal is to be
	// told within 5 ms, and a core must not run dry.
	targetNanos = 2e6
	// floorNanos is a wait below which nothing is refused: the core is about
	// to run dry, and had rather serve.
	floorNanos = targetNanos / 4
	// calmNanos is the least that the tight state lasts, and how long a trial
	// must go well; a backlog is loose again after so long without a refusal.
	calmNanos = 500e6
	// trialNanos is how long after its beginning the tight state is given up
	// to see whether it is needed; each trial that fails doubles the time, up
	// to trialNanosMax. A trial fails at the first wait of over trialWaitNanos.
	trialNanos     = 5e9
	trialNanosMax  = 60e9
	trialWaitNanos = 8e6
	// probeNanos is the time between two probes.
	probeNanos = 250e3
	// lastNanos is what the classes above those that are shed may have waited:
	// so much of them alone that all below them is long refused.
	lastNanos = 100e6
	// staleNanos is how long a measured wait says something.
	staleNanos = 20e6
	// goneNanos without a probe's return say that nothing came at all.
	goneNanos = 500e6
)

// Options say what a limiter is for.
type Options struct {
	Classes int // how many there are, at most ClassesMax
	Shed    int // those from this one on are not refused for the share
	Never   int // those from this one on are not refused at all
	// Send puts a probe into the queue; whoever takes it out calls Returned.
	// It is called with no lock held, and never before the last has returned.
	// False: it could not, and nothing will return.
	Send func() bool
}

// Limiter decides what is taken. Make it with New.
type Limiter struct {
	options Options

	begun atomic.Uint64 // requests, refused ones included
	last  atomic.Int64  // when the last was begun
	work  atomic.Int64  // the clock of work

	sent     atomic.Int64 // when the probe that is out was put in; 0: none is
	sentWork atomic.Int64
	sentAt   atomic.Uint64 // begun at that time
	returned atomic.Int64  // when the last came out
	wait     atomic.Int64  // that it measured
	// lastWorked is the same on the clock of work.
	lastWorked atomic.Int64
	ahead      atomic.Int64 // the requests that it stood behind

	tight atomic.Bool
	busy  atomic.Bool
	deal  deal

	mu       sync.Mutex // guards what follows
	standing stand      // of a queue to refuse for
	filling  stand      // of half of one, to leave extras out for
	share    share
	tightAt  int64 // when the tight state began, or was taken up again
	trial    bool  // it is given up for a moment, since trialAt
	trialAt  int64
	patience int64 // until the next trial
}

// New makes a limiter in the loose state.
func New(o Options) *Limiter {
	if o.Classes < 1 || o.Classes > ClassesMax || o.Shed < 0 || o.Shed > o.Never || o.Never > o.Classes || o.Send == nil {
		panic("limit: options that make no sense")
	}
	return &Limiter{options: o}
}

// Verdict is what is to be done with a request.
type Verdict uint8

const (
	Take   Verdict = iota // it is taken
	Spare                 // it is taken; extras are to be left out
	Refuse                // it is not taken
)

// Enter decides on a request that was read at now.
func (l *Limiter) Enter(now int64, c Class) Verdict {
	l.begun.Add(1)
	l.step(now)
	if l.sent.Load() == 0 && now-l.returned.Load() >= probeNanos {
		l.probe(now)
	} else {
		l.look(now)
	}
	if !l.tight.Load() {
		if l.busy.Load() {
			return Spare
		}
		return Take
	}
	if l.refuses(now, c) {
		return Refuse
	}
	return Spare
}

// refuses decides in the tight state.
func (l *Limiter) refuses(now int64, c Class) bool {
	wait := l.worked(now)
	switch {
	case int(c) >= l.options.Never:
		return false
	case int(c) >= l.options.Shed:
		return wait > lastNanos
	}
	turn := l.deal.refuses(c)
	return wait > waitMax(c) || turn && wait > floorNanos
}

// waitMax is what a class that is shed may have waited in the tight state: four
// targets the lowest, and one more for each above it.
func waitMax(c Class) int64 { return targetNanos * (4 + int64(c)) }

// step advances the clock of work. Two requests that step at once may both
// count the same time; it is bounded like any.
func (l *Limiter) step(now int64) {
	if gap := now - l.last.Swap(now); gap > 0 {
		l.work.Add(min(gap, stepNanos))
	}
}

// worked is how long a request that is read at now has waited for our own work,
// as far as is known: what the last probe measured, or how long one has been
// out already. For a core that was gone nobody is refused: those who waited
// for it have waited already.
func (l *Limiter) worked(now int64) int64 {
	wait := int64(0)
	if now-l.returned.Load() < staleNanos {
		wait = l.lastWorked.Load()
	}
	if sent := l.sent.Load(); sent != 0 {
		wait = max(wait, min(now-sent, l.work.Load()-l.sentWork.Load()))
	}
	return wait
}

// probe puts a probe into the queue.
func (l *Limiter) probe(now int64) {
	if !l.sent.CompareAndSwap(0, now) {
		return
	}
	l.sentWork.Store(l.work.Load())
	l.sentAt.Store(l.begun.Load())
	if l.tight.Load() && now-l.returned.Load() > goneNanos {
		l.relax()
	}
	if !l.options.Send() {
		l.sent.Store(0)
	}
}

// Returned takes the measure of a probe that came out of the queue.
func (l *Limiter) Returned(now int64) {
	sent := l.sent.Load()
	if sent == 0 {
		return
	}
	wait, ahead := now-sent, int64(l.begun.Load()-l.sentAt.Load())
	worked := min(wait, l.work.Load()-l.sentWork.Load())
	l.mu.Lock()
	before := l.lastWorked.Load()
	since := now - l.returned.Load()
	l.lastWorked.Store(worked)
	l.wait.Store(wait)
	l.ahead.Store(ahead)
	l.returned.Store(now)
	if l.trial && now-l.trialAt >= calmNanos {
		l.trial = false // it was not needed any more
	}
	l.judge(worked, ahead)
	if l.tight.Load() {
		l.control(now, since, before)
	}
	l.mu.Unlock()
	l.sent.Store(0)
}

// look judges a probe that is out for so long already that its return need not
// be waited for.
func (l *Limiter) look(now int64) {
	sent := l.sent.Load()
	if l.tight.Load() || sent == 0 || now-sent < fewNanos+standNanos {
		return
	}
	worked := min(now-sent, l.work.Load()-l.sentWork.Load())
	if worked < crowdNanos+standNanos || !l.mu.TryLock() {
		return
	}
	if l.sent.Load() == sent {
		l.judge(worked, int64(l.begun.Load()-l.sentAt.Load()))
	}
	l.mu.Unlock()
}

// judge begins the tight state if a queue has stood for long enough. worked is
// the probe's wait on the clock of work. l.mu is held.
func (l *Limiter) judge(worked, ahead int64) {
	work := l.work.Load()
	stood := l.standing.at(work, over(worked, ahead, 1))
	l.busy.Store(l.filling.at(work, over(worked, ahead, 2)) >= standNanos)
	if l.tight.Load() {
		return
	}
	if stood >= standNanos || l.trial && worked > trialWaitNanos {
		l.tighten()
	}
}

// over gives by how much a probe's wait is beyond that of a queue to refuse
// for, or of a part of such a queue; below zero if it is not.
func over(worked, ahead, part int64) int64 {
	by := int64(-1)
	if ahead > crowd/part {
		by = worked - crowdNanos/part
	}
	if ahead > few {
		by = max(by, worked-fewNanos/part)
	}
	return by
}

// tighten begins the tight state. After a trial it goes on where it was.
func (l *Limiter) tighten() {
	now := l.last.Load()
	if l.trial {
		l.patience = min(2*l.patience, trialNanosMax)
	} else {
		l.share, l.patience = share{}, trialNanos
	}
	l.trial, l.tightAt = false, now
	l.deal.open()
	l.share.deal(&l.deal, l.options.Shed)
	l.tight.Store(true)
}

// relax ends the tight state: nothing has come for a while.
func (l *Limiter) relax() {
	l.mu.Lock()
	l.loosen(false)
	l.mu.Unlock()
}

// loosen ends the tight state, or gives it up for a moment. l.mu is held.
func (l *Limiter) loosen(trial bool) {
	l.tight.Store(false)
	l.trial, l.trialAt = trial, l.last.Load()
	l.standing, l.filling = stand{}, stand{}
	if !trial {
		l.share = share{}
	}
}

// control follows the wait in the tight state, that on the clock of work: to
// refuse more does not bring back a core that is gone. l.mu is held.
func (l *Limiter) control(now, since, before int64) {
	l.share.follow(min(since, staleNanos), l.lastWorked.Load(), before)
	l.share.deal(&l.deal, l.options.Shed)
	switch held := now - l.tightAt; {
	case l.share.mean < negligible && held >= calmNanos:
		l.loosen(false)
	case held >= l.patience:
		l.loosen(true)
	}
}

// stand is since when a queue has been standing, on the clock of work.
type stand struct {
	since int64
	on    bool
}

// at takes a measure and gives for how long the queue has stood. A probe that
// was over by more than the time since the last saw it begin earlier.
func (s *stand) at(work, over int64) int64 {
	if over < 0 {
		s.on = false
		return 0
	}
	if !s.on {
		s.on, s.since = true, work-over
	}
	return work - s.since
}

// State is what there is to tell of a limiter.
type State struct {
	Tight   bool
	Busy    bool    // extras are left out
	Refused float64 // the share of what comes, from 0 to 1
	WaitS   float64 // that the last probe measured
	Ahead   int64   // requests that it stood behind
}

// State tells how things stand.
func (l *Limiter) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := State{Tight: l.tight.Load(), WaitS: float64(l.wait.Load()) / 1e9, Ahead: l.ahead.Load()}
	s.Busy = s.Tight || l.busy.Load()
	if s.Tight {
		s.Refused = l.share.refused
	}
	return s
}
