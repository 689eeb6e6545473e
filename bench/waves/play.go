package waves

import (
	"fmt"
	"math"
	"slices"

	"renfort/matcher/wave"
	"renfort/mission"
)

// playSeconds is when a play ends that did not fill.
const playSeconds = 6 * 3600

// began is when every play begins, Unix seconds; any moment would do.
const began = 1_600_000_000

// ledger counts the seats of a wave. It is the seam to the engine, whose
// reducer does the same.
type ledger struct {
	total, taken []int // by target
}

// take seats somebody; false where no seat is left.
func (l *ledger) take(t int) bool {
	if l.taken[t] == l.total[t] {
		return false
	}
	l.taken[t]++
	return true
}

// free gives the seats left of a target.
func (l *ledger) free(t int) int { return l.total[t] - l.taken[t] }

// play is one arm in one scenario with one crowd.
type play struct {
	arm      *Arm
	crowd    *crowd
	setting  Scenario
	channel  wave.Channel
	state    wave.State
	nearest  []wave.Target // the same pools, nearest first
	asked    []bool
	dealt    []bool // by deal, to be asked
	seats    ledger
	coming   [][]int32 // coming[k]: asks whose receipt or answer comes in the k-th step
	told     []telling // by ask
	left     int       // people not asked
	oversold bool      // somebody accepted for whom there was no seat
	result   Figures
}

// telling is what will be heard of an ask: a receipt, then perhaps an answer.
type telling struct {
	receipt, answer int64 // Unix seconds, 0: none
	accepts         bool
}

// Figures are the counts of one play.
type Figures struct {
	Seconds int64 // until the last seat was filled; playSeconds if it was not
	Full    bool
	Seats   int
	Filled  int
	Asked   int
	// TurnedAway are people who had been asked, would have accepted, and were
	// told before they did that the mission is full.
	TurnedAway  int
	LastSeconds int64 // when the last of Filled was
	Curve       []int `json:"-"` // seats filled by the end of each minute, up to an hour
}

// curveMinutes is how much of a play its curve shows.
const curveMinutes = 60

// run plays. It fails if a promise is broken: somebody asked twice, a seat too
// many.
func run(a *Arm, s Scenario, c *crowd, prior wave.Prior, laws wave.Counts) (*play, error) {
	p := newPlay(a, s, c, prior, laws)
	for k := range p.coming {
		p.state.Now = began + int64(k)*wave.StepSeconds
		if p.hear(k); p.oversold {
			return nil, fmt.Errorf("waves: %s: an acceptance found no seat", a.Name)
		}
		if p.full() {
			break
		}
		if p.left > 0 && int64(k)*wave.StepSeconds%a.everySeconds == 0 {
			if err := p.write(a.ask(p)); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// newPlay sets the scene.
func newPlay(a *Arm, s Scenario, c *crowd, prior wave.Prior, laws wave.Counts) *play {
	p := &play{arm: a, crowd: c, setting: s, channel: wave.ChannelOf(s.Channel), asked: make([]bool, len(c.luck)), dealt: make([]bool, len(c.luck)), left: len(c.luck),
		coming: make([][]int32, playSeconds/wave.StepSeconds)}
	p.state = wave.State{Dial: a.Dial, Receipts: true, Prior: prior, Laws: laws}
	for t := range s.Targets {
		p.state.Targets = append(p.state.Targets, wave.Target{Need: s.Seats / s.Targets, Pool: p.pool(t, c.best[t])})
		if a.Dial == "" {
			p.nearest = append(p.nearest, wave.Target{Pool: p.pool(t, c.near[t])})
		}
		p.seats.total, p.seats.taken = append(p.seats.total, s.Seats/s.Targets), append(p.seats.taken, 0)
	}
	p.result = Figures{Seconds: playSeconds, Seats: s.Seats, Curve: make([]int, curveMinutes)}
	return p
}

// pool gives everybody in an order.
func (p *play) pool(t int, order []int) []wave.Candidate {
	list := make([]wave.Candidate, len(order))
	for i, v := range order {
		accept := p.state.Prior.Accept[p.channel]
		if p.setting.Knowledge == KnownEach {
			accept = min(accept*p.crowd.known[t][v], chanceMax)
		}
		list[i] = wave.Candidate{Person: wave.Person(v), Score: p.crowd.known[t][v], Accept: accept, Channel: p.channel}
	}
	return list
}

// write sends asks: what will be heard of them is known from the crowd.
func (p *play) write(asks []wave.Choice) error {
	for _, v := range asks {
		if p.asked[v.Person] {
			return fmt.Errorf("waves: %s asks person %d twice", p.arm.Name, v.Person)
		}
		p.asked[v.Person] = true
		p.left--
		i := int32(len(p.state.Asks))
		p.state.Asks = append(p.state.Asks, wave.Ask{Person: v.Person, Target: v.Target, Accept: v.Accept, Channel: v.Channel, Asked: p.state.Now})
		p.told = append(p.told, p.telling(&v))
		p.result.Asked++
		p.expect(i)
	}
	return nil
}

// telling works out what will be heard of somebody who is asked now.
func (p *play) telling(v *wave.Choice) telling {
	c, n := p.crowd, int(v.Person)
	if c.lost[n] {
		return telling{}
	}
	t := telling{receipt: p.state.Now + c.lag[n], accepts: c.accepts(v.Target, n, p.setting.Truth)}
	if t.accepts || c.says[n] {
		delay := p.state.Prior.MedianSeconds[p.channel] * math.Exp(p.state.Prior.Sigma*c.delay[n])
		t.answer = t.receipt + 1 + int64(min(delay, 1e9))
	}
	return t
}

// expect notes in which step something will be heard of an ask, if before the
// end.
func (p *play) expect(i int32) {
	t := &p.told[i]
	at := t.receipt
	if p.state.Asks[i].Delivered != 0 {
		at = t.answer
	}
	if k := (at - began + wave.StepSeconds - 1) / wave.StepSeconds; at != 0 && k < int64(len(p.coming)) {
		p.coming[k] = append(p.coming[k], i)
	}
}

// hear lets happen what comes up to the k-th step, in the order of time.
func (p *play) hear(k int) {
	for n := 0; n < len(p.coming[k]); n++ { // a receipt may add an answer in the same step
		i := p.coming[k][n]
		if a := &p.state.Asks[i]; a.Delivered == 0 {
			a.Delivered = p.told[i].receipt
			p.expect(i)
		}
	}
	answers := slices.DeleteFunc(slices.Clone(p.coming[k]), func(i int32) bool {
		t := &p.told[i]
		return t.answer == 0 || t.answer > p.state.Now || p.state.Asks[i].Answer != wave.Silent
	})
	slices.SortStableFunc(answers, func(i, j int32) int { return int(p.told[i].answer - p.told[j].answer) })
	for n, i := range answers {
		if n == 0 || answers[n-1] != i {
			p.answer(i)
		}
	}
}

// answer takes what somebody says.
func (p *play) answer(i int32) {
	a, t := &p.state.Asks[i], &p.told[i]
	if a.Answer != wave.Silent {
		return
	}
	a.Answered, a.Answer = t.answer, wave.Declined
	if !t.accepts {
		return
	}
	a.Answer = wave.Accepted
	if !p.seats.take(a.Target) {
		p.oversold = true // everybody silent was told when the last seat was taken
		return
	}
	p.result.Filled++
	p.result.LastSeconds = t.answer - began
	for m := (t.answer - began) / 60; m < curveMinutes; m++ {
		p.result.Curve[m]++
	}
	free := p.seats.free(a.Target)
	p.state.Targets[a.Target].Need = free
	if free == 0 {
		p.standDown(a.Target, t.answer)
	}
	if p.full() {
		p.result.Full, p.result.Seconds = true, t.answer-began
	}
}

// standDown tells everybody who is silent that a mission is full. Those who
// would have accepted are turned away.
func (p *play) standDown(target int, now int64) {
	for i := range p.state.Asks {
		a := &p.state.Asks[i]
		if a.Target != target || a.Answer != wave.Silent {
			continue
		}
		a.Answer, a.Answered = wave.StoodDown, now
		if p.told[i].accepts {
			p.result.TurnedAway++
		}
	}
}

// full says whether no seat is left.
func (p *play) full() bool { return p.result.Filled == p.setting.Seats }

// policyPrior is the default policy's, with one chance for all channels, so
// that they differ in delay alone.
func policyPrior() wave.Prior {
	prior := wave.PriorOf(&mission.DefaultPolicy().Reverse)
	for c := range prior.Accept {
		prior.Accept[c] = prior.Accept[wave.Push]
	}
	return prior
}
