package wave_test

// These tests show what a step promises: enough people by the rule and no more,
// nobody twice, more seats never fewer asks, quiet hours and limits kept,
// failed messages not counted on, and a stall where receipts do not come. Random
// states print their seed.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"renfort/matcher/wave"
	"renfort/mission"
)

// prior is the default policy's.
func prior() wave.Prior {
	return wave.Prior{Accept: [wave.Channels]float64{.12, .12, .06}, MedianSeconds: [wave.Channels]float64{240, 480, 3600}, Sigma: 1.1}
}

// pool makes n people from first on, each a little worse than the one before.
func pool(first, n int, score float64) []wave.Candidate {
	list := make([]wave.Candidate, n)
	for i := range list {
		list[i] = wave.Candidate{Person: wave.Person(first + i), Score: score * math.Pow(.999, float64(i)), Accept: .12}
	}
	return list
}

// tell writes asks down, as the caller does after they are durable.
func tell(s *wave.State, p wave.Plan) {
	for _, c := range p.Asks {
		s.Asks = append(s.Asks, wave.Ask{Person: c.Person, Target: c.Target, Accept: c.Accept, Channel: c.Channel, Asked: s.Now})
	}
}

// one is a wave with one target of so many seats and 3,000 people.
func one(dial string, need int) *wave.State {
	return &wave.State{Now: 1_000_000, Dial: dial, Prior: prior(), Targets: []wave.Target{{Need: need, Pool: pool(1, 3000, 1)}}}
}

func TestEnoughByTheRuleAndNoMore(t *testing.T) {
	for _, dial := range []string{mission.DialCalm, mission.DialNormal, mission.DialUrgent, mission.DialVital} {
		for _, need := range []int{1, 10, 50} {
			s := one(dial, need)
			p := wave.Step(s)
			d := wave.DialOf(dial)
			by := func(n int) float64 { // acceptances that n people leave missing
				q := .12 * p.Laws[wave.Push].By(d.HorizonSeconds)
				return float64(need) - float64(n)*q + d.Caution*math.Sqrt(float64(n)*q*(1-q))
			}
			if n := len(p.Asks); by(n) > 1e-9 || by(n-1) <= 0 {
				t.Errorf("%s, %d seats: %d asked leave %.3f missing, one fewer %.3f", dial, need, n, by(n), by(n-1))
			}
			if tell(s, p); len(wave.Step(s).Asks) != 0 {
				t.Errorf("%s, %d seats: the same step after its asks were written down asks again", dial, need)
			}
		}
	}
}

func TestNobodyWhereNobodyIsNeeded(t *testing.T) {
	s := one(mission.DialVital, 0)
	if p := wave.Step(s); !p.Full || len(p.Asks) != 0 {
		t.Errorf("no seat left: got %v full, %d asks", p.Full, len(p.Asks))
	}
}

func TestQuietPeopleWait(t *testing.T) {
	s := one(mission.DialCalm, 100)
	for i := range s.Targets[0].Pool {
		s.Targets[0].Pool[i].From = s.Now + 3600 + int64(i)
	}
	s.Targets[0].Pool[7].From = s.Now
	p := wave.Step(s)
	if len(p.Asks) != 1 || p.Asks[0].Person != s.Targets[0].Pool[7].Person || !p.Exhausted || p.Next != s.Now+3600 {
		t.Errorf("got %d asks, exhausted %v, next %d; want the one who may be asked, and the first hour", len(p.Asks), p.Exhausted, p.Next)
	}
}

func TestLimitOfAsks(t *testing.T) {
	s := one(mission.DialUrgent, 50)
	s.AskedMax = 30
	p := wave.Step(s)
	if tell(s, p); len(s.Asks) != 30 || !p.Exhausted {
		t.Errorf("%d asked and exhausted %v with a limit of 30", len(s.Asks), p.Exhausted)
	}
	if p := wave.Step(s); len(p.Asks) != 0 {
		t.Errorf("%d more beyond the limit", len(p.Asks))
	}
}

func TestReceipts(t *testing.T) {
	s := one(mission.DialUrgent, 10)
	s.Receipts = true
	tell(s, wave.Step(s))
	first := len(s.Asks)
	s.Now += 60
	if p := wave.Step(s); len(p.Asks) != 0 || p.Stalled {
		t.Errorf("after a minute without receipts: %d asks, stalled %v; want to wait", len(p.Asks), p.Stalled)
	}
	s.Now += 60
	if p := wave.Step(s); len(p.Asks) != 0 || !p.Stalled {
		t.Errorf("after two minutes: %d asks, stalled %v; want a stall", len(p.Asks), p.Stalled)
	}
	for i := range s.Asks {
		s.Asks[i].Delivered, s.Asks[i].Failed = s.Now, i%2 == 0
		if s.Asks[i].Failed {
			s.Asks[i].Delivered = 0
		}
	}
	p := wave.Step(s)
	if p.Stalled || len(p.Asks) < first/3 {
		t.Errorf("half of %d messages failed: %d asks, stalled %v; want about as many as failed", first, len(p.Asks), p.Stalled)
	}
}

// A valley with ten missions: the same people fit all of them, and the nearest
// most. The last must not be left empty.
func TestTenTargetsShareOnePool(t *testing.T) {
	s := &wave.State{Now: 1000, Dial: mission.DialNormal, Prior: prior()}
	for i := range 10 {
		s.Targets = append(s.Targets, wave.Target{Need: 5, Pool: pool(1, 200, 1/float64(1+i))}) // 200 people are too few
	}
	p := wave.Step(s)
	asked := map[wave.Person]bool{}
	for _, c := range p.Asks {
		if asked[c.Person] {
			t.Fatalf("person %d is asked twice", c.Person)
		}
		asked[c.Person] = true
	}
	if len(asked) != 200 || !p.Exhausted {
		t.Errorf("%d of 200 asked, exhausted %v", len(asked), p.Exhausted)
	}
	first, last := p.Targets[0], p.Targets[9]
	if last.Mean < first.Mean/4 || last.Mean == 0 {
		t.Errorf("the farthest expects %.2f of %d, the nearest %.2f", last.Mean, last.Need, first.Mean)
	}
}

// random makes a state in the midst of things.
func random(r *rand.Rand) *wave.State {
	s := &wave.State{Now: 100_000, Prior: prior(), Receipts: r.IntN(2) == 0}
	s.Dial = []string{mission.DialCalm, mission.DialNormal, mission.DialUrgent, mission.DialVital}[r.IntN(4)]
	for range 1 + r.IntN(4) {
		list := pool(0, 600, .1+r.Float64())
		r.Shuffle(len(list), func(i, j int) { list[i].Person, list[j].Person = list[j].Person, list[i].Person })
		for i := range list {
			list[i].Accept, list[i].Channel = .3*r.Float64(), wave.Channel(r.IntN(int(wave.Channels)))
			if r.IntN(5) == 0 {
				list[i].From = s.Now + int64(r.IntN(100)) - 50
			}
		}
		s.Targets = append(s.Targets, wave.Target{Need: r.IntN(12), Pool: list})
	}
	for i := range r.IntN(200) {
		a := wave.Ask{Person: wave.Person(i), Target: r.IntN(len(s.Targets)), Accept: .3 * r.Float64(), Channel: wave.Channel(r.IntN(3)),
			Asked: s.Now - 1 - int64(r.IntN(4000)), Failed: r.IntN(20) == 0, Answer: wave.Answer(max(0, r.IntN(8)-4))}
		if s.Receipts && !a.Failed {
			a.Delivered = min(a.Asked+int64(r.IntN(60)), s.Now)
		}
		if a.Answer != wave.Silent {
			a.Answered = s.Now - int64(r.IntN(int(s.Now-a.Asked)))
		}
		s.Asks = append(s.Asks, a)
	}
	return s
}

func TestRandomStates(t *testing.T) {
	for seed := range uint64(300) {
		s := random(rand.New(rand.NewPCG(seed, 1)))
		p := wave.Step(s)
		if why := broken(s, &p); why != "" {
			t.Fatalf("seed %d: %s", seed, why)
		}
		if again := wave.Step(s); fmt.Sprint(again) != fmt.Sprint(p) {
			t.Fatalf("seed %d: the same state, another plan", seed)
		}
		more := *s
		more.Targets = slices.Clone(s.Targets)
		for i := range more.Targets {
			more.Targets[i].Need += 3
		}
		if q := wave.Step(&more); len(q.Asks) < len(p.Asks) {
			t.Fatalf("seed %d: %d asks, but %d with more seats", seed, len(p.Asks), len(q.Asks))
		}
	}
}

// broken says which promise a plan breaks, "" for none.
func broken(s *wave.State, p *wave.Plan) string {
	asked := map[wave.Person]bool{}
	for _, a := range s.Asks {
		asked[a.Person] = true
	}
	for _, c := range p.Asks {
		if asked[c.Person] {
			return fmt.Sprintf("person %d is asked twice", c.Person)
		}
		if c.From > s.Now || !slices.Contains(s.Targets[c.Target].Pool, c.Candidate) {
			return fmt.Sprintf("%+v is not in the pool, or not yet", c)
		}
		asked[c.Person] = true
	}
	for i := range p.Targets {
		if e := &p.Targets[i]; e.Short(wave.DialOf(s.Dial).Caution) > 0 && !p.Exhausted && !p.Stalled {
			return fmt.Sprintf("target %d lacks people, and nobody says so: %+v", i, *e)
		}
	}
	for c, l := range p.Laws {
		for _, accept := range []float64{0, .01, .12, .9, 1} {
			for _, silent := range []float64{0, 1, 100, 1e4, 1e8} {
				if q := l.Within(accept, silent, 360); !(q >= 0 && q <= l.Chance(accept)) {
					return fmt.Sprintf("channel %d, law %+v: q = %v of a chance of %v after %v s", c, l, q, l.Chance(accept), silent)
				}
			}
		}
	}
	return ""
}

func BenchmarkStep(b *testing.B) {
	for _, asks := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("asks=%d", asks), func(b *testing.B) {
			s := one(mission.DialUrgent, asks/20) // about as many as are still expected
			s.Targets[0].Pool = pool(1, 20_000, 1)
			for i := range asks {
				s.Asks = append(s.Asks, wave.Ask{Person: wave.Person(i + 1), Accept: .12, Asked: s.Now - int64(i%600)})
				if i%20 == 0 {
					s.Asks[i].Answer, s.Asks[i].Answered = wave.Accepted, s.Now-int64(i%600)/2
				}
			}
			b.ReportAllocs()
			named := 0
			for b.Loop() {
				p := wave.Step(s)
				named += len(p.Asks)
			}
			b.ReportMetric(float64(named)/float64(b.N), "asks/step")
		})
	}
}
