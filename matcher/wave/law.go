package wave

import (
	"math"

	"renfort/mission"
)

// Law says how people asked by one channel accept: with Scale times the chance
// they were given beforehand, and after a lognormal delay. It is immutable.
type Law struct {
	Scale float64
	Mu    float64 // mean of the logarithm of the delay in seconds
	Sigma float64 // its standard deviation
}

// acceptMax bounds what any factor makes of a chance: nobody is certain.
const acceptMax = 0.95

// Weights of what was assumed, in acceptances. They were chosen with bench/waves
// on seeds 1 to 60; the README's figures are of others.
const (
	// waveScaleWeight is how many expected acceptances it takes for the wave's own
	// answers to count as much as what was believed of their number. 6 runs after
	// chance in the first minute (calm: 0.26 turned away per seat instead of
	// 0.18), 30 believes a wrong prior too long (urgent, three times fewer accept
	// than believed: 13.5 minutes instead of 10.6).
	waveScaleWeight = 15
	// waveDelayWeight is the same for the delays, whose law differs less from
	// wave to wave than willingness does. From 30 to 100 little changes.
	waveDelayWeight = 30
	// platformWeight is the same for the counts of all waves, which are many.
	platformWeight = 20
)

// Chance gives the chance that somebody accepts at all.
func (l *Law) Chance(accept float64) float64 { return min(l.Scale*accept, acceptMax) }

// By gives the share of acceptors who have answered after some seconds; 0 for
// none.
func (l *Law) By(seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return normal((math.Log(seconds) - l.Mu) / l.Sigma)
}

// Within gives the chance that somebody who has been silent for so many
// seconds accepts in the next horizon seconds.
func (l *Law) Within(accept, silent, horizon float64) float64 {
	p, past := l.Chance(accept), l.By(silent)
	return p * (l.By(silent+horizon) - past) / (1 - p*past)
}

// normal is the distribution function of the standard normal law.
func normal(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// tally is what is known of some asks by one channel.
type tally struct {
	accepted  float64
	sum, sum2 float64 // of the logarithms of the acceptors' delays, and of their squares
	// exposed[i] is how many acceptances were expected, had everybody had all the
	// time in the world, of people who had as long as mission.DelayBucket i to
	// answer; logs[i] is the sum of the logarithms of their times by weight.
	exposed, logs [mission.DelayBuckets]float64
}

// seen says whether there is anything to learn from.
func (t *tally) seen() bool { return t.accepted > 0 || t.exposed != [mission.DelayBuckets]float64{} }

// expose counts somebody who had so many seconds to answer.
func (t *tally) expose(accept, seconds float64) {
	if seconds < 1 {
		return // nobody answers in no time
	}
	i := mission.DelayBucket(int64(seconds))
	t.exposed[i] += accept
	t.logs[i] += accept * math.Log(seconds)
}

// accept counts an acceptance after so many seconds.
func (t *tally) accept(seconds float64) {
	x := math.Log(max(seconds, 1))
	t.accepted++
	t.sum += x
	t.sum2 += x * x
}

// The fit of a law stops when a round moves it by less than fitTolerance, or
// after fitRounds: what is then left is far below what chance leaves open.
const (
	fitTolerance = 1e-3
	fitRounds    = 60
)

// refine bends a law by a tally. The scale is the mean of a Gamma law, whose
// prior stands for scaleWeight expected acceptances and whose exposure is how
// many should have accepted by now. The delays are a lognormal law, whose prior
// stands for delayWeight acceptors. Quick acceptors are seen first, so that
// their mean alone would be too short: each round adds the acceptors who are
// still to come, with the delays that the law of the round before gives to
// those later than their time (expectation and maximisation).
func refine(prior Law, scaleWeight, delayWeight float64, t *tally) Law {
	l := prior
	for range fitRounds {
		due := 0.0 // acceptances that the prior's scale expects by now
		n, sum, sum2 := delayWeight+t.accepted, delayWeight*prior.Mu+t.sum, delayWeight*(prior.Mu*prior.Mu+prior.Sigma*prior.Sigma)+t.sum2
		for i, weight := range t.exposed {
			if weight == 0 {
				continue
			}
			a := (t.logs[i]/weight - l.Mu) / l.Sigma
			late := normal(-a)
			due += prior.Scale * weight * (1 - late)
			if late < 1e-9 {
				continue
			}
			// The moments of a normal law cut off below a.
			hazard := math.Exp(-a*a/2) / math.Sqrt(2*math.Pi) / late
			mean := l.Mu + l.Sigma*hazard
			coming := l.Scale * weight * late
			n, sum, sum2 = n+coming, sum+coming*mean, sum2+coming*(mean*mean+l.Sigma*l.Sigma*(1+a*hazard-hazard*hazard))
		}
		mu := sum / n
		next := Law{prior.Scale * (scaleWeight + t.accepted) / (scaleWeight + due), mu, math.Sqrt(max(sum2/n-mu*mu, 0.01))}
		moved := max(math.Abs(next.Mu-l.Mu), math.Abs(next.Sigma-l.Sigma), math.Abs(next.Scale/l.Scale-1))
		if l = next; moved < fitTolerance {
			break
		}
	}
	return l
}

// platform gives the law of a channel by the policy and the counts of all
// waves.
func platform(prior *Prior, c Channel, counts *mission.LawCounts) Law {
	l := Law{1, math.Log(max(prior.MedianSeconds[c], 1)), max(prior.Sigma, 0.1)}
	var t tally
	for i, n := range counts.Delays {
		x := (float64(i) + 0.5) / 2 * math.Ln2
		t.accepted, t.sum, t.sum2 = t.accepted+float64(n), t.sum+float64(n)*x, t.sum2+float64(n)*x*x
	}
	// Of those who answered, the last class, nobody knows how long they could
	// have taken: they are spread like the times of those who did not.
	silent := 0.0
	for _, n := range counts.Waited[:mission.DelayBuckets-1] {
		silent += float64(n)
	}
	each := prior.Accept[c] * (1 + float64(counts.Waited[mission.DelayBuckets-1])/max(silent, 1e-9))
	for i, n := range counts.Waited[:mission.DelayBuckets-1] {
		t.exposed[i] = float64(n) * each
		t.logs[i] = t.exposed[i] * (float64(i) + 0.5) / 2 * math.Ln2
	}
	if !t.seen() {
		return l
	}
	return refine(l, platformWeight, platformWeight, &t)
}
