package limit

import "sync/atomic"

// whole is a share of one, in the units that requests are dealt with.
const whole = 1 << 16

// The share's gains: at a wait of twice the target it grows by a whole in
// followNanos, and a wait that grows by a target adds damping at once. Found
// with the model of the tests: requests of 10 us to 1 ms, at 1.1 to 8 times
// what one core does.
const (
	followNanos = 100e6
	damping     = 0.12
	errorMax    = 6.0 // targets
	// meanNanos smooths the share for the question whether it is needed: a
	// spike of the wait is not.
	meanNanos = 200e6
	// negligible is a share that a wait's own ups and downs make.
	negligible = 0.03
)

// share is how much of what is asked for is refused. Guarded by its owner.
type share struct {
	refused float64             // from 0 to 1
	mean    float64             // of it, over about meanNanos
	asked   [ClassesMax]float64 // of each class, old ones fading
	seen    [ClassesMax]uint32  // deal.asked as it was last read
}

// follow moves the share by what the wait is and how it has changed.
func (s *share) follow(since, wait, before int64) {
	off := min(float64(wait-targetNanos)/targetNanos, errorMax)
	moved := min(max(float64(wait-before)/targetNanos, -errorMax), errorMax)
	s.refused += off*float64(since)/followNanos + damping*moved
	s.refused = min(max(s.refused, 0), 1)
	s.mean += (s.refused - s.mean) * float64(since) / meanNanos
}

// slight says that the share is none.
func (s *share) slight() bool { return s.refused < negligible }

// faded is what is kept of the older demand at each deal.
const faded = 0.9

// deal shares the refusals out over the classes, lowest first.
func (s *share) deal(d *deal, shed int) {
	total := 0.0
	for c := range shed {
		n := d.asked[c].Load()
		s.asked[c] = s.asked[c]*faded + float64(n-s.seen[c])
		s.seen[c] = n
		total += s.asked[c]
	}
	left := s.refused * total
	if s.slight() {
		left = 0
	}
	for c := range shed {
		part := 0.0
		switch {
		case s.refused >= 1 || left >= s.asked[c] && left > 0:
			part = 1
		case left > 0:
			part = left / s.asked[c]
		}
		left = max(left-s.asked[c], 0)
		d.refused[c].Store(uint32(part * whole))
	}
}

// deal is what share has dealt out, for requests to read without a lock.
type deal struct {
	asked   [ClassesMax]atomic.Uint32 // requests of each class
	refused [ClassesMax]atomic.Uint32 // of whole
	carried [ClassesMax]atomic.Uint32 // what is owed of a refusal, in its low bits
}

// open begins with nothing refused.
func (d *deal) open() {
	for c := range d.refused {
		d.refused[c].Store(0)
	}
}

// refuses takes a request's turn. Refusals come evenly: every third, say, and
// not by chance.
func (d *deal) refuses(c Class) bool {
	d.asked[c].Add(1)
	part := d.refused[c].Load()
	if part == 0 {
		return false
	}
	after := d.carried[c].Add(part)
	return after/whole != (after-part)/whole
}
