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
	stall   int64            // ns for which the core is gone at the beginning
}

// entry is one place of the queue: a request, or a probe.
type entry struct {
	at     int64
	class  limit.Class
	probe  bool
	caller bool
}

// told is what became of one request.
type told struct {
	at, wait int64
	class    limit.Class
	refused  bool
	spare    bool
}

// toy is one core that takes what is queued in order, whatever it is: a
// request that is taken costs its class, one that is refused a little. The
// clock is its own.
type toy struct {
	limiter *limit.Limiter
	costNs  [classes]int64
	now     int64
	queue   []entry
	told    []told

	// shaky, where it is there, makes costs vary around their mean, and takes
	// the core away for 1 to 8 ms twenty times a second.
	shaky   *rand.Rand
	goneAt  int64
	goneFor int64 // in all
}

const refusalNs = 5_000

func newToy(costNs [classes]int64) *toy {
	m := &toy{costNs: costNs, now: 1}
	m.limiter = limit.New(limit.Options{Classes: int(classes), Shed: int(crises), Never: int(confirmations), Send: func() bool {
		m.queue = append(m.queue, entry{at: m.now, probe: true})
		return true
	}})
	return m
}

// run plays loads, one after the other.
func (m *toy) run(rng *rand.Rand, loads ...load) {
	var next [classes]float64
	for _, l := range loads {
		if l.stall > 0 { // while a probe is out
			for m.limiter.Enter(m.now, confirmations); !slices.ContainsFunc(m.queue, func(e entry) bool { return e.probe }); m.now += 100_000 {
				m.limiter.Enter(m.now, confirmations)
			}
			m.now += l.stall
		}
		for c := range classes {
			next[c] = float64(m.now-l.stall) + gap(rng, l.perS[c])
		}
		waiting := 0
		for _, e := range m.queue {
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
	if len(m.queue) == 0 {
		soonest := min(slices.Min(next[:]), float64(l.until))
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

// serve takes the first of the queue.
func (m *toy) serve(l load) {
	if len(m.queue) == 0 {
		return
	}
	e := m.queue[0]
	m.queue = m.queue[1:]
	if e.probe {
		m.now += 1_000
		m.limiter.Returned(m.now)
		return
	}
	t := told{at: m.now, wait: m.now - e.at, class: e.class}
	cost := m.cost(e.class)
	switch m.limiter.Enter(m.now, e.class) {
	case limit.Refuse:
		t.refused, cost = true, refusalNs
	case limit.Spare:
		t.spare = true
	}
	m.now += cost
	m.told = append(m.told, t)
	if e.caller && m.now < l.until {
		m.queue = append(m.queue, entry{at: m.now, class: e.class, caller: true})
	}
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
