package limit

import "sync"

// Class is how dear a request is to keep, least first.
type Class uint8

// ClassesMax is the most classes there may be.
const ClassesMax = 16

// resumed is the line of requests that were taken before and go on.
const resumed = ClassesMax

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
	// starvedNanos is how long one of more than few may wait while others go before: the
	// line of a lower class need not be long for that.
	starvedNanos = 100e6
	// standNanos is how long a queue must stand: what comes while a neighbour
	// has the core for 30 ms is worked off in that time at two thirds of full
	// load, and what waits until an overload is noticed waits for little more.
	standNanos = 50e6
	// stepNanos is what the clock of work advances at most between two looks
	// at it, beside twice what was begun in between should take.
	stepNanos = 1e6
	// boundNanos is the wait that the tight state allows the lowest class:
	// enough that a core does not run dry. Each class above it may wait
	// boundStep longer.
	boundNanos = 4e6
	boundStep  = 5e5
	// cutBounds: what is in line may wait for so many times more, since who comes
	// is told at once and who has waited is told late.
	cutBounds = 4
	// standerNanos is how long those who are in line when the tight state begins should
	// still wait: they have waited already, and serving them takes no longer than
	// serving those who come, who are told at once. Where it takes longer than was
	// thought they are served still, until they have waited for goneNanos.
	standerNanos = 150e6
	goneNanos    = 250e6
	// stretchNanos is how long those who begin in the tight state should take before
	// those who came meanwhile are read. In less of it fewer writes share a commit,
	// and fewer are served.
	stretchNanos = 3e5
	// lastNanos is what the classes above those that are shed may wait: so much
	// of them alone that all below them is long refused.
	lastNanos = 100e6
	// calmNanos without a refusal end the tight state, and a trial must go well
	// for so long; a backlog is loose again after it too.
	calmNanos = 500e6
	// trialNanos is how long after its beginning the tight state is given up
	// to see whether it is needed; each trial that fails doubles the time, up
	// to trialNanosMax. A trial fails at the first wait of over trialWaitNanos,
	// once it has lasted for graceNanos: those who were refused come all at once.
	trialNanos     = 5e9
	trialNanosMax  = 60e9
	trialWaitNanos = 8e6
	graceNanos     = 20e6
	// eachWeight is how much of what a round tells is believed of how long one
	// request takes, and eachMost how many times what is known it may tell: a
	// round in which the core was gone tells nothing.
	eachWeight = 1.0 / 16
	eachMost   = 4
	// refusedWeight smooths the share of refusals that State tells.
	refusedWeight = 1.0 / 256
)

// Options say what a limiter is for.
type Options struct {
	Classes int // how many there are, at most ClassesMax
	Shed    int // those from this one on are only refused after lastNanos
	Never   int // those from this one on are not refused, and wait in no line
	Brief   int // those from this one on are brief: a write waits for others most of its time
	Loose   int // how many of a kind begin in a round where nothing is refused, at least 2
	Tight   int // and where something is; more of brief ones and of those that go on (kind.times)
	// Parts[c] is how many of class c begin, where something is refused, for
	// Parts[d] of class d if both wait. Those with none begin after those with one;
	// all from Shed on begin before, and have none.
	Parts [ClassesMax]float64
	// Full says that there is too much of what a class waits for after its turn: in
	// the tight state it is refused before it waits for its turn. Nil: there never
	// is. It is called with a lock held, and must not call the limiter.
	Full func(Class) bool
	// Send has Round called once all that has begun and all that has come since
	// is under way, for the next round or the next stretch of this one. It is
	// called with no lock held, and not again before Round was. False: it cannot, and the limiter opens.
	Send func() bool
}

// Limiter decides what is taken, and whose turn it is. Make it with New.
type Limiter struct {
	options Options

	mu      sync.Mutex  // guards what follows
	open    bool        // everything begins at once
	rest    [kinds]part // of the round
	asked   bool        // the next round was asked for, at askedWork
	lines   [ClassesMax + 1]line
	waiting int // in all lines
	turns   turns
	spare   []*Place

	now       int64 // of the last look
	work      int64 // the clock of work
	roundAt   int64 // when the round began, by either clock
	roundWork int64
	askedWork int64
	begun     float64 // in this round, a brief one as a part
	full      bool    // there were some waiting when it began
	each      float64 // ns that one takes that is not brief; 0: not known
	follows   [ClassesMax]follow

	tight     bool
	busy      bool    // extras are left out
	standing  stand   // of a queue to refuse for
	filling   stand   // of half of one, to leave extras out for
	tightAt   int64   // when the tight state began, or was taken up again
	tightWork int64   // when it began, on the clock of work
	refusedAt int64   // when one was refused last
	share     float64 // of what came in the tight state that was refused, smoothed
	trial     bool    // it is given up for a moment, since trialAt
	trialAt   int64
	patience  int64 // until the next trial
}

// New makes a limiter that is open: nothing waits and nothing is refused until
// Close.
func New(o Options) *Limiter {
	if o.Classes < 1 || o.Classes > ClassesMax || o.Shed < 0 || o.Shed > o.Never || o.Never > o.Classes || o.Brief < 0 || o.Loose < 2 || o.Tight < 2 || o.Send == nil {
		panic("limit: options that make no sense")
	}
	for c := 1; c < ClassesMax; c++ {
		if below, part := o.Parts[c-1], o.Parts[c]; below < 0 || part < 0 || part > 0 && c >= o.Shed || part == 0 && below > 0 && c < o.Shed {
			panic("limit: parts that make no sense")
		}
	}
	return &Limiter{options: o, open: true}
}

// Verdict is what is to be done with a request.
type Verdict uint8

const (
	Take   Verdict = iota // it is taken
	Spare                 // it is taken; extras are to be left out
	Refuse                // it is not taken
	Wait                  // its Place will tell
)

// Enter decides on a request that was read at now. Where the verdict is Wait
// there is a place, whose Wait must be called.
func (l *Limiter) Enter(now int64, c Class) (Verdict, *Place) {
	return l.enter(now, int(c), int(c) >= l.options.Never)
}

// Again has a request of a class that was taken, and has waited for something else,
// wait for its turn to go on; it is not refused any more.
func (l *Limiter) Again(now int64, c Class) (Verdict, *Place) {
	l.mu.Lock()
	l.follows[c].on++
	l.mu.Unlock()
	return l.enter(now, resumed, false)
}

// Answer is Again for a request of which all that is left is to answer it: where
// nothing is refused it need not wait, rounds would cost more than they gain.
func (l *Limiter) Answer(now int64, c Class) (Verdict, *Place) {
	l.mu.Lock()
	tight := l.tight
	l.mu.Unlock()
	if !tight {
		return Take, nil
	}
	return l.Again(now, c)
}

func (l *Limiter) enter(now int64, line int, atOnce bool) (Verdict, *Place) {
	l.mu.Lock()
	l.step(now)
	l.look()
	var p *Place
	v, k := Wait, l.kind(line)
	rest := &l.rest[k]
	switch {
	case l.open || atOnce:
		l.count(line)
		v = l.taken()
	case l.tight && l.refuses(line):
		l.refuse()
		v = Refuse
	case l.lines[line].len() == 0 && l.next(line) == line:
		l.count(line)
		rest.left--
		l.charge(line)
		v = l.taken()
	default:
		p = l.place(line)
	}
	ask := !l.open && !l.asked && (p != nil || rest.left <= l.batch(k)/2)
	if ask {
		l.ask()
	}
	l.mu.Unlock()
	if ask {
		l.send()
	}
	return v, p
}

// taken is the verdict on what begins now. l.mu is held.
func (l *Limiter) taken() Verdict {
	l.share -= l.share * refusedWeight
	if l.tight || l.busy {
		return Spare
	}
	return Take
}

// refuse counts a refusal. l.mu is held.
func (l *Limiter) refuse() {
	l.refusedAt = l.now
	l.share += (1 - l.share) * refusedWeight
}

// send asks for the next round.
func (l *Limiter) send() {
	if !l.options.Send() {
		l.Open()
	}
}

// refuses decides in the tight state. l.mu is held.
func (l *Limiter) refuses(line int) bool {
	return line != resumed && (l.waitOf(line) > boundOf(line, l.options.Shed) || l.options.Full != nil && l.options.Full(Class(line)))
}

// boundOf is what a class may wait in the tight state.
func boundOf(line, shed int) float64 {
	if line >= shed {
		return lastNanos
	}
	return boundNanos + boundStep*float64(line)
}

// late is by how much a round that was asked for comes later than it should.
// l.mu is held.
func (l *Limiter) late() float64 {
	if !l.asked {
		return 0
	}
	return max(0, float64(l.work-l.askedWork)-2*max(float64(l.batch(whole)), l.begun)*l.each)
}

// ask notes that the next round is asked for. l.mu is held.
func (l *Limiter) ask() { l.asked, l.askedWork = true, l.work }

// step advances the clock of work. l.mu is held.
func (l *Limiter) step(now int64) {
	if gap := now - l.now; gap > 0 {
		l.work += min(gap, stepNanos+int64(2*l.each*l.begun))
		l.now = now
	}
}

// look judges a round that lasts for so long already that its end need not be
// waited for. l.mu is held.
func (l *Limiter) look() {
	if l.tight {
		if l.waiting == 0 { // else a round will tell
			l.calm()
		}
		return
	}
	if l.waiting > few && l.now-l.roundAt > fewNanos+standNanos {
		l.judge(float64(l.work-l.roundWork), l.waiting)
		if l.tight {
			l.cut()
		}
	}
}

// judge begins the tight state if a queue has stood for long enough. wait is
// that of its last. l.mu is held.
func (l *Limiter) judge(wait float64, ahead int) {
	stood := l.standing.at(l.work, over(wait, ahead, 1))
	l.busy = l.filling.at(l.work, over(wait, ahead, 2)) >= standNanos
	if l.trial && l.now-l.trialAt >= calmNanos {
		l.trial = false // it was not needed any more
	}
	failed := wait > trialWaitNanos // of a trial
	if starved := ahead > few && l.longest() > starvedNanos; !l.tight && (stood >= standNanos || starved && !l.trial || l.trial && (failed || starved) && l.now-l.trialAt >= graceNanos) {
		l.tighten()
	}
}

// longest is how long somebody has waited whose class has a part. l.mu is held.
func (l *Limiter) longest() (waited int64) {
	for k := range l.options.Shed {
		if q := &l.lines[k]; q.len() > 0 && l.options.Parts[k] > 0 {
			waited = max(waited, l.work-q.oldest().since)
		}
	}
	return waited
}

// over gives by how much a wait is beyond that of a queue to refuse for, or of
// a part of such a queue; below zero if it is not.
func over(wait float64, ahead, part int) int64 {
	by := int64(-1)
	if ahead > crowd/part {
		by = int64(wait) - crowdNanos/int64(part)
	}
	if ahead > few {
		by = max(by, int64(wait)-fewNanos/int64(part))
	}
	return by
}

// tighten begins the tight state. After a trial it goes on where it was.
// l.mu is held.
func (l *Limiter) tighten() {
	if l.trial {
		l.patience = min(2*l.patience, trialNanosMax)
	} else {
		l.share, l.patience, l.tightWork = 0, trialNanos, l.work
	}
	l.trial, l.tight, l.tightAt, l.refusedAt = false, true, l.now, l.now
	l.turns = turns{}
}

// Tighten begins the tight state where it is not: there is a queue to refuse for that is
// not in line, as of writes that wait for a commit.
func (l *Limiter) Tighten(now int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.step(now); !l.open && !l.tight {
		l.tighten()
	}
}

// calm ends the tight state where nothing had to be refused for a while, and
// gives it up for a moment where that is to be tried. l.mu is held.
func (l *Limiter) calm() {
	if still := l.now-l.refusedAt >= calmNanos; still || l.now-l.tightAt >= l.patience {
		l.tight = false
		l.trial, l.trialAt = !still, l.now
		l.standing, l.filling = stand{}, stand{}
		l.each, l.full = 0, false // refusals were part of it
	}
}

// Close begins to let requests wait.
func (l *Limiter) Close() {
	l.mu.Lock()
	l.open, l.asked = false, false
	l.fill()
	l.mu.Unlock()
}

// Open has everything begin at once, what is waiting and what comes.
func (l *Limiter) Open() {
	l.mu.Lock()
	l.open, l.tight, l.busy, l.trial = true, false, false, false
	l.begin()
	l.mu.Unlock()
}

// stand is since when a queue has been standing, on the clock of work.
type stand struct {
	since int64
	on    bool
}

// at takes a measure and gives for how long the queue has stood.
func (s *stand) at(work, over int64) int64 {
	if over < 0 {
		s.on = false
		return 0
	}
	if !s.on {
		s.on, s.since = true, work
	}
	return work - s.since
}

// State is what there is to tell of a limiter.
type State struct {
	Tight   bool
	Busy    bool    // extras are left out
	Refused float64 // the share of what comes, from 0 to 1
	WaitS   float64 // of the lowest class
	Ahead   int     // requests in line
}

// State tells how things stand.
func (l *Limiter) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := State{Tight: l.tight, Busy: l.tight || l.busy, WaitS: l.waitOf(0) / 1e9, Ahead: l.waiting}
	if s.Tight {
		s.Refused = l.share
	}
	return s
}
