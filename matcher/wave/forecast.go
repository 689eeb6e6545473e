package wave

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Outlook is what a wave will probably come to, from State.Now on: medians of
// invented courses.
type Outlook struct {
	Asked      int     // in all, those asked before included
	Seconds    int64   // until it is full; where it is not, until nobody more is expected
	TurnedAway int     // who would have accepted, had a seat been left
	Empty      int     // seats that stay empty
	Fills      float64 // share of courses in which all seats are filled
}

// Bounds of a forecast: an odd number of courses, each of at most so many steps
// and so many seconds.
const (
	forecastCourses     = 11
	forecastSteps       = 720
	forecastSecondsMost = 48 * 3600
)

// Forecast plays Step against invented answers, which follow the laws that are
// in force, and gives the medians of some courses. The same state and seed give
// the same outlook. It costs a few tens of milliseconds for some hundred seats.
func Forecast(s *State, seed uint64) Outlook {
	var asked, away, empty, filled [forecastCourses]int
	var seconds [forecastCourses]int64
	for i := range forecastCourses {
		c := newCourse(s, rand.New(rand.NewPCG(seed, uint64(i))))
		c.play()
		asked[i], away[i], empty[i], seconds[i] = len(c.s.Asks), c.turnedAway, c.empty(), c.s.Now-s.Now
		if empty[i] == 0 {
			filled[0]++
		}
	}
	for _, list := range [...][]int{asked[:], away[:], empty[:]} {
		slices.Sort(list)
	}
	slices.Sort(seconds[:])
	const middle = forecastCourses / 2
	return Outlook{asked[middle], seconds[middle], away[middle], empty[middle], float64(filled[0]) / forecastCourses}
}

// course is one invented future of a wave.
type course struct {
	s          State
	r          *rand.Rand
	laws       [Channels]Law // that the invented people follow
	answers    []answer      // to come, soonest first
	turnedAway int
}

// answer is an acceptance to come.
type answer struct {
	at  int64
	ask int // index in State.Asks
}

// newCourse begins at a state, of which it changes nothing.
func newCourse(s *State, r *rand.Rand) *course {
	c := &course{s: *s, r: r, laws: s.laws()}
	c.s.Asks, c.s.Targets = slices.Clone(s.Asks), slices.Clone(s.Targets)
	for i := range c.s.Asks {
		if c.s.Asks[i].Answer == Silent && !c.s.Asks[i].Failed {
			c.decide(i)
		}
	}
	c.sort()
	return c
}

// decide draws whether and when somebody silent accepts.
func (c *course) decide(i int) {
	a := &c.s.Asks[i]
	from := a.Asked
	if a.Delivered != 0 {
		from = a.Delivered
	} else if c.s.Receipts {
		a.Delivered = c.s.Now // one that is on its way arrives
		from = c.s.Now
	}
	l := &c.laws[a.Channel]
	p, past := l.Chance(a.Accept), l.By(float64(c.s.Now-from))
	if c.r.Float64() >= p*(1-past)/(1-p*past) {
		return
	}
	delay := l.quantile(past + (1-past)*c.r.Float64())
	c.answers = append(c.answers, answer{max(c.s.Now+1, from+int64(min(delay, forecastSecondsMost))), i})
}

// quantile gives the delay below which a share of the acceptors stay.
func (l *Law) quantile(share float64) float64 {
	return math.Exp(l.Mu + l.Sigma*math.Sqrt2*math.Erfinv(2*min(share, 1-1e-12)-1))
}

func (c *course) sort() {
	slices.SortFunc(c.answers, func(x, y answer) int { return int(min(max(x.at-y.at, -1), 1)) })
}

// empty counts the seats that nobody took yet.
func (c *course) empty() (n int) {
	for i := range c.s.Targets {
		n += max(c.s.Targets[i].Need, 0)
	}
	return n
}

// play steps until the wave is full or nobody more is expected. Steps are wider
// than in life where the dial's horizon is.
func (c *course) play() {
	step := max(int64(StepSeconds), int64(DialOf(c.s.Dial).HorizonSeconds/60))
	last := c.s.Now + forecastSecondsMost
	for range forecastSteps {
		plan := Step(&c.s)
		for _, v := range plan.Asks {
			c.s.Asks = append(c.s.Asks, Ask{Person: v.Person, Target: v.Target, Accept: v.Accept, Channel: v.Channel, Asked: c.s.Now})
			c.decide(len(c.s.Asks) - 1)
		}
		if len(plan.Asks) > 0 {
			c.sort()
		}
		next := c.s.Now + step
		if plan.Exhausted && len(plan.Asks) == 0 { // nothing happens before the next answer, or morning
			wake := plan.Next
			if len(c.answers) > 0 && (wake == 0 || c.answers[0].at < wake) {
				wake = c.answers[0].at
			}
			if wake == 0 {
				break
			}
			next = max(next, wake)
		}
		if c.until(min(next, last)); c.empty() == 0 || c.s.Now >= last {
			break
		}
	}
	if c.empty() == 0 {
		c.turnedAway += len(c.answers)
	}
}

// until lets time pass: those whose moment has come accept, and take a seat
// where there is one.
func (c *course) until(now int64) {
	n := 0
	for ; n < len(c.answers) && c.answers[n].at <= now && c.empty() > 0; n++ {
		a := &c.s.Asks[c.answers[n].ask]
		a.Answer, a.Answered, c.s.Now = Accepted, c.answers[n].at, c.answers[n].at
		if t := &c.s.Targets[a.Target]; t.Need > 0 {
			t.Need--
		} else {
			c.turnedAway++
		}
	}
	if c.answers = c.answers[n:]; c.empty() > 0 {
		c.s.Now = now
	}
}
