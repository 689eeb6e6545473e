package wave_test

// These tests set the refit against people invented by a known law: acceptance
// and delays are found again from answers that are cut off early, by the wave's
// own asks and by the platform's whole numbers; and against a toy: the posterior
// of a silent person, counted out one by one.

import (
	"math"
	"math/rand/v2"
	"testing"

	"renfort/matcher/wave"
	"renfort/mission"
)

// A person who is silent is one of many equal ones: of those who have not
// answered by tau, the share that answers by tau + H is counted.
func TestSilenceAgainstCounting(t *testing.T) {
	l := wave.Law{Scale: 1, Mu: math.Log(240), Sigma: 1.1}
	const people = 400_000
	r := rand.New(rand.NewPCG(7, 7))
	for _, c := range []struct{ p, tau, horizon float64 }{{.12, 0, 360}, {.12, 300, 360}, {.5, 600, 1800}, {.9, 1000, 100}} {
		silent, soon := 0, 0
		for range people {
			at := math.Inf(1)
			if r.Float64() < c.p {
				at = math.Exp(l.Mu + l.Sigma*r.NormFloat64())
			}
			if at > c.tau {
				silent++
				if at <= c.tau+c.horizon {
					soon++
				}
			}
		}
		want := float64(soon) / float64(silent)
		if got := l.Within(c.p, c.tau, c.horizon); math.Abs(got-want) > 5*math.Sqrt(want/float64(silent)) {
			t.Errorf("p %v, silent for %v s, horizon %v s: got %.4f, counted %.4f (seed 7)", c.p, c.tau, c.horizon, got, want)
		}
	}
}

// answersOf is a wave whose people accept with chance p after a lognormal delay
// and were asked at various times of the last so many seconds.
func answersOf(people int, p, median, sigma float64, within int, seed uint64) *wave.State {
	r := rand.New(rand.NewPCG(seed, 9))
	s := &wave.State{Now: 1_000_000, Prior: prior(), Targets: []wave.Target{{Need: 1}}}
	for i := range people {
		a := wave.Ask{Person: wave.Person(i), Accept: .12, Asked: s.Now - 1 - int64(r.IntN(within))}
		if at := a.Asked + int64(median*math.Exp(sigma*r.NormFloat64())); r.Float64() < p && at <= s.Now {
			a.Answer, a.Answered = wave.Accepted, at
		}
		s.Asks = append(s.Asks, a)
	}
	return s
}

func TestTheLawIsFoundAgain(t *testing.T) {
	for _, c := range []struct {
		p, median, sigma float64
		within           int
	}{{.12, 240, 1.1, 900}, {.04, 240, 1.1, 900}, {.36, 240, 1.1, 600}, {.12, 600, 1.1, 3600}, {.24, 120, .8, 600}} {
		l := wave.Step(answersOf(20_000, c.p, c.median, c.sigma, c.within, 3)).Laws[wave.Push]
		if got := .12 * l.Scale; math.Abs(got/c.p-1) > .12 {
			t.Errorf("%+v: acceptance %.3f (seed 3)", c, got)
		}
		if got := math.Exp(l.Mu); math.Abs(got/c.median-1) > .2 || math.Abs(l.Sigma/c.sigma-1) > .12 {
			t.Errorf("%+v: median %.0f s, sigma %.2f (seed 3)", c, got, l.Sigma)
		}
	}
}

// With few answers the prior stands, and with none it is not moved by silence
// that means nothing yet.
func TestThePriorStands(t *testing.T) {
	s := answersOf(300, 0, 240, 1.1, 2, 5) // asked a second ago
	if l := wave.Step(s).Laws[wave.Push]; math.Abs(l.Scale-1) > .01 || math.Abs(math.Exp(l.Mu)/240-1) > .01 {
		t.Errorf("nothing could be heard yet, and the law is %+v", l)
	}
	s = answersOf(300, 0, 240, 1.1, 3600, 5) // nobody accepts
	if l := wave.Step(s).Laws[wave.Push]; l.Scale > .5 {
		t.Errorf("nobody of 300 accepts, and the scale is %.2f", l.Scale)
	}
}

// The platform's counts, as the reducer makes them of waves that end at a
// moment of their own.
func TestThePlatformLearns(t *testing.T) {
	for _, p := range []float64{.04, .12, .3} {
		var laws wave.Counts
		l, r := &laws[wave.Push], rand.New(rand.NewPCG(11, 11))
		for range 60 {
			ends := 120 + r.Float64()*1800
			for range 200 {
				delay := 240 * math.Exp(1.1*r.NormFloat64())
				if r.Float64() < p && delay < ends {
					l.Accepted++
					l.Delays[mission.DelayBucket(int64(delay))]++
					l.Waited[mission.DelayBuckets-1]++
				} else {
					l.Waited[mission.DelayBucket(int64(ends))]++
				}
			}
		}
		got := wave.Step(&wave.State{Now: 1, Prior: prior(), Laws: laws}).Laws[wave.Push]
		if math.Abs(.12*got.Scale/p-1) > .15 || math.Abs(math.Exp(got.Mu)/240-1) > .2 {
			t.Errorf("acceptance %v: %+v (seed 11)", p, got)
		}
	}
}
