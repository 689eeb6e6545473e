package bench

import (
	"context"
	"fmt"
	"time"

	"renfort/bench/result"
)

// What the design wants at twice the knee: section 11 and 12.
const (
	keptOfRecommend = 0.5 // of the knee's goodput
	keptOfOthers    = 0.9
	servedWithin    = 3     // times the promise, at its percentile
	refusedWithin   = 5_000 // us, p99
	backWithin      = 2     // seconds after the load fell
)

// The phases of an overload.
const (
	atKnee    = "at the knee"
	twiceKnee = "twice the knee"
	afterKnee = "after, at half the knee"
)

// kneeStep is how long the search for an overload's knee tries a rate at most.
const kneeStep = 5 * time.Second

// overload looks at a load at its knee, at twice the knee, and after.
func (p *play) overload(ctx context.Context) error {
	knee, rate, err := p.kneeOf(ctx)
	if err != nil {
		return err
	}
	twice, err := p.one(ctx, twiceKnee, 2*rate)
	if err != nil {
		return err
	}
	after, err := p.one(ctx, afterKnee, rate/2)
	if err != nil {
		return err
	}
	p.goals = p.overloadGoals(&knee, &twice, &after)
	return nil
}

// kneeOf gives the phase at the knee and its rate. The knee is searched, unless a
// rate is given: then it is there, whatever came of it.
func (p *play) kneeOf(ctx context.Context) (knee result.Phase, rate float64, err error) {
	if rate = p.config.Rate; rate > 0 {
		if err := p.warm(ctx, p.config.Of, rate/2); err != nil {
			return knee, rate, err
		}
		knee, err = p.one(ctx, atKnee, rate)
		return knee, rate, err
	}
	if err := p.findKnee(ctx, min(p.config.Duration, kneeStep)); err != nil {
		return knee, rate, err
	}
	knee, err = p.keepKnee(ctx)
	return knee, p.knee.RatePerS, err
}

// one sends one phase of the load, at a rate.
func (p *play) one(ctx context.Context, name string, rate float64) (done result.Phase, err error) {
	phase, err := p.phase(name, true, p.config.Of, rate, p.config.Duration)
	if err != nil {
		return done, err
	}
	phases, err := p.send(ctx, phase)
	if err != nil {
		return done, err
	}
	return phases[0], nil
}

// overloadGoals lays what came beside what the design wants.
func (p *play) overloadGoals(knee, twice, after *result.Phase) (goals []result.Goal) {
	within := servedWithin * p.config.SLO.Within
	for i := range knee.Calls {
		c := &knee.Calls[i]
		other := callOf(twice, c.Name)
		if c.Whole || other == nil {
			continue
		}
		share := keptOfOthers
		switch c.Name {
		case kinds()[kindRecommend].Name:
			share = keptOfRecommend
		case kinds()[kindCrisisHold].Name, kinds()[kindCrisisConfirm].Name, kinds()[kindConfirm].Name, kinds()[kindRelease].Name:
			// All that came must be served. How many confirm and release depends on how
			// many seats were left.
			sent := other.OK + other.No + other.Refused + other.Errors + other.Timeouts
			kept := float64(good(twice, within, c.Name)) / float64(max(1, sent))
			goals = append(goals, result.Goal{Name: c.Name + ": served, of all that came", Wanted: "99 %", Got: percent(kept), Met: kept >= 0.99})
			continue
		}
		if before := good(knee, within, c.Name); before > 0 {
			kept := float64(good(twice, within, c.Name)) / float64(before)
			goals = append(goals, result.Goal{Name: c.Name + ": goodput at twice the knee, of the knee's", Wanted: percent(share), Got: percent(kept), Met: kept >= share})
		}
	}
	var served, refused result.Histogram
	for i := range twice.Calls {
		if c := &twice.Calls[i]; !c.Whole {
			served.Add(c.Latency)
			refused.Add(c.Refusal)
		}
	}
	late := time.Duration(served.At(p.config.SLO.Percentile)) * time.Microsecond
	goals = append(goals, result.Goal{Name: "what is served at twice the knee, p" + fmt.Sprint(p.config.SLO.Percentile), Wanted: "within " + within.String(), Got: late.String(), Met: late <= within})
	if refused.Count() > 0 {
		quick := time.Duration(refused.At(99)) * time.Microsecond
		goals = append(goals, result.Goal{Name: "refusals, p99", Wanted: "under 5ms", Got: quick.String(), Met: quick.Microseconds() < refusedWithin})
	}
	back, missed := p.backAfter(after)
	got := fmt.Sprintf("%d s", back)
	if missed > 0 {
		got += fmt.Sprintf(", %d later seconds missed it", missed)
	}
	return append(goals, result.Goal{Name: "back to what is promised after the load fell", Wanted: fmt.Sprintf("within %d s", backWithin), Got: got, Met: back <= backWithin})
}

// backFor is how many seconds in a row must meet the promise until a service is
// back: later ones that miss it do so at this load anyway, and are counted.
const backFor = 3

// backAfter gives the second from which on backFor of them, or all that are
// left, met the promise, and how many missed it after that.
func (p *play) backAfter(after *result.Phase) (back, missed int) {
	bad := p.badSeconds(after)
	good := 0
	for second := range bad {
		switch {
		case bad[second] && good < backFor:
			back, good = second+1, 0
		case bad[second]:
			missed++
		default:
			good++
		}
	}
	return back, missed
}

// badSeconds tells the seconds of a phase in which a call missed the promise.
func (p *play) badSeconds(phase *result.Phase) (bad []bool) {
	for i := range phase.Calls {
		c := &phase.Calls[i]
		for j := range c.Windows {
			w := &c.Windows[j]
			for len(bad) <= w.Second {
				bad = append(bad, false)
			}
			answered := w.Done + w.Refused + w.Failed
			missed := w.Latency.At(p.config.SLO.Percentile) > p.config.SLO.Within.Microseconds() ||
				float64(w.Refused+w.Failed) > max(p.config.SLO.Errors*float64(answered), 1)
			// Of fewer than a hundred the slowest is no percentile.
			if !c.Whole && missed && answered >= 100 {
				bad[w.Second] = true
			}
		}
	}
	return bad
}

// callOf finds a call of a phase; nil where nobody made it.
func callOf(phase *result.Phase, name string) *result.Call {
	for i := range phase.Calls {
		if phase.Calls[i].Name == name {
			return &phase.Calls[i]
		}
	}
	return nil
}

// percent writes a share for people.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", share*100) }
