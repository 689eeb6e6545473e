package wave

import "renfort/mission"

// StepSeconds is how often a wave takes a step.
const StepSeconds = 10

// receiptSeconds is how long a promised receipt may take. Later the message
// counts as lost until it comes after all.
const receiptSeconds = 120

// stalledAsks is how many asks must be without a receipt for a wave to stall:
// a few telephones that are switched off are no reason to stop.
const stalledAsks = 5

// Dial is what a word of the dial means: enough people are asked that the
// acceptances expected within Horizon, Caution standard deviations below the
// mean, fill the seats.
type Dial struct {
	HorizonSeconds float64
	Caution        float64
}

// DialOf gives the meaning of a word; what is not known is normal. The horizon
// of the hasty ones is the time that they promise. The design had urgent at 6
// minutes and 1, vital at 3 and 2, which fill 50 seats in 5.8 and 2.8 minutes in
// nine plays of ten of bench/waves, where 5 and 2 are wanted; with these it is
// 4.8 and 2.0. Calm was at 30 minutes, which turns 0.22 away per seat where 0.2
// are wanted (seeds 201 to 400); with an hour it is 0.20, a minute later, and
// mail, which is read once an hour, is not given up after half of one.
func DialOf(word string) Dial {
	switch word {
	case mission.DialCalm:
		return Dial{60 * 60, 0}
	case mission.DialUrgent:
		return Dial{5 * 60, 1}
	case mission.DialVital:
		return Dial{2 * 60, 1.5}
	}
	return Dial{15 * 60, 0}
}

// Step says whom to ask now. It costs some 100 ns for each ask so far, and some
// 2 ns for each candidate.
func Step(s *State) Plan {
	p := Plan{Targets: make([]Expectation, len(s.Targets)), Laws: s.laws(), Full: true}
	for i := range s.Targets {
		p.Targets[i].Need = max(s.Targets[i].Need, 0)
		p.Full = p.Full && p.Targets[i].Need == 0
	}
	d := DialOf(s.Dial)
	for i := range s.Asks {
		if a := &s.Asks[i]; a.Answer == Silent && a.Target >= 0 && a.Target < len(p.Targets) {
			p.Targets[a.Target].add(s.hope(a, &p.Laws[a.Channel], d.HorizonSeconds))
		}
	}
	if p.Stalled = !p.Full && s.stalled(); p.Full || p.Stalled {
		return p
	}
	c := chooser{s: s, plan: &p, dial: d, asked: askedOf(s)}
	c.choose()
	return p
}

// hope gives the chance that somebody silent accepts within the horizon.
func (s *State) hope(a *Ask, l *Law, horizon float64) float64 {
	switch {
	case a.Failed:
		return 0
	case a.Delivered != 0:
		return l.Within(a.Accept, float64(s.Now-a.Delivered), horizon)
	case !s.Receipts:
		return l.Within(a.Accept, float64(s.Now-a.Asked), horizon)
	case s.Now-a.Asked < receiptSeconds:
		return l.Within(a.Accept, 0, horizon) // on its way
	}
	return 0
}

// reached gives the moment from which somebody could answer, and whether they
// could.
func (s *State) reached(a *Ask) (int64, bool) {
	if a.Delivered != 0 && !a.Failed {
		return a.Delivered, true
	}
	return a.Asked, !a.Failed && (!s.Receipts || a.Answer == Accepted || a.Answer == Declined)
}

// stalled says whether receipts that were promised do not come: none has since
// several messages were sent that ought to have theirs.
func (s *State) stalled() bool {
	if !s.Receipts {
		return false
	}
	last := int64(0) // the last receipt that came
	for i := range s.Asks {
		last = max(last, s.Asks[i].Delivered)
	}
	missing := 0
	for i := range s.Asks {
		a := &s.Asks[i]
		if a.Delivered == 0 && !a.Failed && a.Answer == Silent && a.Asked > last && s.Now-a.Asked >= receiptSeconds {
			missing++
		}
	}
	return missing >= stalledAsks
}

// laws gives the law of each channel by the policy, the platform's counts and
// the wave's own asks.
func (s *State) laws() (laws [Channels]Law) {
	var tallies [Channels]tally
	for i := range s.Asks {
		a := &s.Asks[i]
		from, reached := s.reached(a)
		if !reached {
			continue
		}
		until, t := s.Now, &tallies[a.Channel]
		if a.Answer == StoodDown {
			until = a.Answered
		}
		// Whoever answered counts with the time that they could have taken: that
		// they took less says nothing on how many accept.
		t.expose(a.Accept, float64(until-from))
		if a.Answer == Accepted {
			t.accept(float64(a.Answered - from))
		}
	}
	for c := range laws {
		laws[c] = platform(&s.Prior, Channel(c), &s.Laws[c])
		if t := &tallies[c]; t.seen() {
			laws[c] = refine(laws[c], waveScaleWeight, waveDelayWeight, t)
		}
	}
	return laws
}
