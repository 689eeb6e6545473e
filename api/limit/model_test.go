package limit_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"renfort/api/limit"
)

// The classes of the model, lowest first; holds in crises are not refused for
// the share, and confirmations not at all.
const (
	searches limit.Class = iota
	pages
	holds
	crises
	confirmations
	classes
)

// load is what comes in a stretch of the model's time.
type load struct {
	until   int64            // ns
	perS    [classes]float64 // requests, decided beforehand
	callers int              // that ask for pages again after each answer, instead
	doors   int              // so many searches are in line at most, others before the door; 0: any
	stall   int64            // ns for which the core is gone at the beginning
}

// entry is a request, in the sockets or in the limiter's lines.
type entry struct {
	at     int64
	class  limit.Class
	caller bool
	on     bool // it comes back from its commit
	place  *limit.Place
}

// told is what became of one request.
type told struct {
	at, wait int64
	class    limit.Class
	refused  bool
	spare    bool
}

// toy is one core that takes what has come in order, as a scheduler does with
// what it polls: each is read, and begins, is refused or waits in line; a round
// that was asked for begins when all of that is done. The clock is its own.
type toy struct {
	limiter *limit.Limiter
	writes  *limit.Backlog // of those that go on after a commit
	costNs  [classes]int64
	onNs    [classes]int64 // what it takes to go on after the commit; 0: nothing does
	answers bool           // all that is left after it is to answer
	commit  int64          // ns that a commit takes
	most    int            // how many share one, where they do; 0: any number
	lastAt  int64          // when the last of these is over
	lastOf  int            // how many share it
	now     int64
	queue   []entry // in the sockets
	inLine  []entry
	commits []entry // each until its own is over
	asked   bool
	told    []told

	// shaky, where it is there, makes costs vary around their mean, and takes
	// the core away for 1 to 8 ms twenty times a second.
	shaky   *rand.Rand
	goneAt  int64
	goneFor int64 // in all
}

const refusalNs = 5_000

// partsOf are those of the model's classes that share.
func partsOf() [limit.ClassesMax]float64 {
	return [limit.ClassesMax]float64{searches: 2, pages: 5, holds: 3}
}

func newToy(costNs [classes]int64) *toy { return newToyOf(costNs, partsOf()) }

// newToyOf makes a model whose classes have other parts.
func newToyOf(costNs [classes]int64, parts [limit.ClassesMax]float64) *toy {
	m := &toy{costNs: costNs, now: 1, writes: &limit.Backlog{}, commit: commitNs}
	send := func() bool {
		m.asked = true
		return true
	}
	full := func(c limit.Class) bool { return c == holds && m.writes.Full(0) }
	m.limiter = limit.New(limit.Options{Classes: int(classes), Shed: int(crises), Never: int(confirmations), Brief: int(holds), Loose: 64, Tight: 8, Parts: parts, Full: full, Send: send})
	m.limiter.Close()
	return m
}

// run plays loads, one after the other.
func (m *toy) run(rng *rand.Rand, loads ...load) {
	var next [classes]float64
	for _, l := range loads {
		m.now += l.stall
		for c := range classes {
			next[c] = float64(m.now-l.stall) + gap(rng, l.perS[c])
		}
		waiting := 0
		for _, e := range append(slices.Clone(m.queue), m.inLine...) {
			if e.caller {
				waiting++
			}
		}
		for ; waiting < l.callers; waiting++ {
			m.queue = append(m.queue, entry{at: m.now, class: pages, caller: true})
		}
		for m.now < l.until {
			m.arrive(rng, &next, l)
			m.serve(l)
		}
	}
}

func gap(rng *rand.Rand, perS float64) float64 {
	if perS == 0 {
		return math.Inf(1)
	}
	return rng.ExpFloat64() / perS * 1e9
}

// arrive queues what has come until now, in order.
func (m *toy) arrive(rng *rand.Rand, next *[classes]float64, l load) {
	first := len(m.queue)
	for c := range classes {
		for next[c] <= float64(m.now) {
			m.queue = append(m.queue, entry{at: int64(next[c]), class: c})
			next[c] += gap(rng, l.perS[c])
		}
	}
	slices.SortStableFunc(m.queue[first:], func(a, b entry) int { return int(a.at - b.at) })
	if len(m.queue) == 0 && !m.asked {
		soonest := min(slices.Min(next[:]), float64(l.until))
		if len(m.commits) > 0 {
			soonest = min(soonest, float64(m.commits[0].at))
		}
		m.now = max(m.now, int64(math.Ceil(soonest)))
	}
}

// cost is what the next request of a class takes.
func (m *toy) cost(c limit.Class) int64 {
	cost := m.costNs[c]
	if m.shaky == nil {
		return cost
	}
	if m.now > m.goneAt {
		away := int64(1e6 + m.shaky.Float64()*7e6)
		m.now, m.goneFor = m.now+away, m.goneFor+away
		m.goneAt = m.now + int64(m.shaky.ExpFloat64()*50e6)
	}
	return int64(float64(cost) * m.shaky.ExpFloat64())
}

// serve does all that has come, and then a round if one was asked for before.
func (m *toy) serve(l load) {
	asked := m.asked
	m.asked = false
	come := m.queue
	m.queue = nil
	inside := 0 // searches in line
	for _, e := range m.inLine {
		if e.class == searches {
			inside++
		}
	}
	for _, e := range come {
		if l.doors > 0 && e.class == searches && inside >= l.doors {
			m.queue = append(m.queue, e)
			continue
		}
		v, p := m.limiter.Enter(m.now, e.class)
		if e.place = p; v == limit.Wait {
			m.inLine = append(m.inLine, e)
			m.now += readNs
			if e.class == searches {
				inside++
			}
			continue
		}
		m.end(l, e, v)
	}
	for len(m.commits) > 0 && m.commits[0].at <= m.now {
		e := m.commits[0]
		m.commits = m.commits[1:]
		again := m.limiter.Again
		if m.answers {
			again = m.limiter.Answer
		}
		v, p := again(m.now, e.class)
		if e.place = p; v == limit.Wait {
			m.inLine = append(m.inLine, e)
			continue
		}
		m.end(l, e, v)
	}
	if asked {
		m.now += readNs
		m.limiter.Round(m.now)
	}
	m.settle(l)
}

// readNs is what it takes to read a request that then waits, or a round's byte.
const readNs = 2_000

// commitNs is how long a write waits for its commit, where nothing else is said.
const commitNs = 2e6

// settle goes on with those in line who were told.
func (m *toy) settle(l load) {
	left, inLine := m.inLine[:0], m.inLine
	for _, e := range inLine {
		if !e.place.Told() {
			left = append(left, e)
			continue
		}
		m.end(l, e, e.place.Wait())
	}
	m.inLine = left
}

// end does what a request was told.
func (m *toy) end(l load, e entry, v limit.Verdict) {
	if e.on {
		m.now += m.onNs[e.class]
		m.writes.Leave()
		return
	}
	t := told{at: m.now, wait: m.now - e.at, class: e.class, refused: v == limit.Refuse, spare: v == limit.Spare}
	cost := int64(refusalNs)
	if !t.refused {
		cost = m.cost(e.class)
	}
	m.now += cost
	m.told = append(m.told, t)
	if !t.refused && m.onNs[e.class] > 0 {
		if m.writes.Enter(m.now, m.commit) {
			m.limiter.Tighten(m.now)
		}
		m.commits = append(m.commits, entry{at: m.committed(), class: e.class, on: true})
	}
	if e.caller && m.now < l.until {
		m.queue = append(m.queue, entry{at: m.now, class: e.class, caller: true})
	}
}

// committed is when the commit of a write that comes now is over.
func (m *toy) committed() int64 {
	if !m.answers {
		return m.now + m.commit
	}
	at := max(((m.now+m.commit)/m.commit+1)*m.commit, m.lastAt) // others share it
	if at == m.lastAt && m.lastOf == m.most && m.most > 0 {
		at += m.commit
	}
	if at > m.lastAt {
		m.lastAt, m.lastOf = at, 0
	}
	m.lastOf++
	return at
}

// tally sums up what was told of some class within some time.
type tally struct {
	taken, spared, refused   int
	takenWaits, refusedWaits []int64
	takenP99Ms, refusedP99Ms float64
	takenShare               float64
}

func (m *toy) tally(from, until int64, of ...limit.Class) (s tally) {
	for _, t := range m.told {
		if t.at < from || t.at >= until || !slices.Contains(of, t.class) {
			continue
		}
		if t.refused {
			s.refused++
			s.refusedWaits = append(s.refusedWaits, t.wait)
		} else {
			if s.taken++; t.spare {
				s.spared++
			}
			s.takenWaits = append(s.takenWaits, t.wait)
		}
	}
	s.takenP99Ms, s.refusedP99Ms = p99Ms(s.takenWaits), p99Ms(s.refusedWaits)
	s.takenShare = float64(s.taken) / float64(max(s.taken+s.refused, 1))
	return s
}

func p99Ms(waits []int64) float64 {
	if len(waits) == 0 {
		return 0
	}
	slices.Sort(waits)
	return float64(waits[len(waits)*99/100]) / 1e6
}
