package bench

import (
	"context"
	"fmt"
	"time"

	"renfort/bench/result"
)

// How the knee is searched: rates double until one does not meet the promise,
// and then the gap is halved until it is a twentieth. A rate that fails is tried
// once more, and again where the generator was late.
const (
	kneeFrom     = 500.0 // a second
	kneeMost     = 200_000.0
	kneeGap      = 0.05
	kneeAttempts = 3
	settle       = 500 * time.Millisecond // between steps: queues empty
)

// findKnee searches the highest rate of a load that meets the promise, in steps
// of a length.
func (p *play) findKnee(ctx context.Context, span time.Duration) error {
	if err := p.warm(ctx, p.config.Of, kneeFrom); err != nil {
		return err
	}
	from := kneeFrom
	if p.config.Rate > 0 {
		from = p.config.Rate
	}
	p.knee = &result.Knee{SLO: p.config.SLO.String()}
	best, err := searchKnee(from, func(rate float64) (result.Step, error) { return p.step(ctx, stepName(rate), rate, span) })
	p.knee.RatePerS, p.knee.GoodPerS = best.RatePerS, best.GoodPerS
	p.countLast(stepName(best.RatePerS))
	return err
}

// searchKnee asks try for rates until the gap between the best that met the
// promise, which it gives, and the least that did not is small.
func searchKnee(from float64, try func(rate float64) (result.Step, error)) (best result.Step, err error) {
	high := 0.0 // the least that did not
	for rate := from; ; {
		step, err := try(rate)
		if err != nil {
			return best, err
		}
		if step.Met {
			best = step
		} else {
			high = rate
		}
		low := best.RatePerS
		switch {
		case high > 0 && high-low <= kneeGap*high:
			return best, nil
		case high == 0 && rate >= kneeMost:
			return best, fmt.Errorf("bench: %.0f/s still met the promise: no knee was found", rate)
		case high == 0:
			rate *= 2
		case low == 0 && high < 1:
			return best, fmt.Errorf("bench: not even %.1f/s met the promise", high)
		case low == 0:
			rate = high / 2
		default:
			rate = (low + high) / 2
		}
	}
}

// keepKnee keeps up what the search found for as long as the phases that are laid
// beside it, and a gap less each time until that meets the promise too: goodput
// at a rate that short steps met by luck is no measure of what is left of it.
func (p *play) keepKnee(ctx context.Context) (kept result.Phase, err error) {
	best, err := stepDown(p.knee.RatePerS, func(rate float64) (result.Step, error) { return p.step(ctx, atKnee, rate, p.config.Duration) })
	if err != nil {
		return kept, err
	}
	p.knee.RatePerS, p.knee.GoodPerS = best.RatePerS, best.GoodPerS
	return p.run.Phases[p.countLast(atKnee)], nil
}

// stepDown asks try for a rate, and for a gap less each time, until one meets
// the promise. At a quarter of the first it gives up: something else is wrong.
func stepDown(from float64, try func(rate float64) (result.Step, error)) (step result.Step, err error) {
	for rate := from; rate >= from/4; rate *= 1 - kneeGap {
		if step, err = try(rate); err != nil || step.Met {
			return step, err
		}
	}
	return step, fmt.Errorf("bench: %.0f/s met the promise for some seconds, and not a quarter of it for longer: there is no knee to overload", from)
}

// countLast has only the last phase of a name stand in sums, and gives its place:
// of the attempts at a knee the one that met the promise. -1 where none has it.
func (p *play) countLast(name string) (last int) {
	last = -1
	for i := range p.run.Phases {
		if p.run.Phases[i].Counted = false; p.run.Phases[i].Name == name {
			last = i
		}
	}
	if last >= 0 {
		p.run.Phases[last].Counted = true
	}
	return last
}

// stepName names the phase of a rate.
func stepName(rate float64) string { return fmt.Sprintf("%.0f/s", rate) }

// step tries one rate, again where the generator was late or where the rate
// failed: what a busy neighbour does once must not pass for the knee, and a
// knee that is only sometimes met fails twice. Where the generator is late each
// time the rate counts as failed, and its Void says that the knee may be higher.
func (p *play) step(ctx context.Context, name string, rate float64, span time.Duration) (step result.Step, err error) {
	failed := 0
	for range kneeAttempts {
		phase, err := p.phase(name, true, p.config.Of, rate, span)
		if err != nil {
			return step, err
		}
		done, err := p.send(ctx, phase)
		if err != nil {
			return step, err
		}
		step = p.judge(rate, span, &done[0])
		p.knee.Steps = append(p.knee.Steps, step)
		if err := sleep(ctx, settle); err != nil {
			return step, err
		}
		if step.Void == "" && !step.Met {
			failed++
		}
		if step.Void == "" && (step.Met || failed == 2) {
			break
		}
	}
	return step, nil
}

// judge says whether a phase met the promise.
func (p *play) judge(rate float64, span time.Duration, phase *result.Phase) result.Step {
	slo := p.config.SLO
	step := result.Step{RatePerS: rate, Seconds: span.Seconds(), GoodPerS: perSecond(good(phase, slo.Within), span)}
	var all result.Histogram
	var sent, failed int64
	for i := range phase.Calls {
		if c := &phase.Calls[i]; !c.Whole {
			all.Add(c.Latency)
			failed += c.Refused + c.Errors + c.Timeouts
			sent += c.OK + c.No + c.Refused + c.Errors + c.Timeouts
		}
	}
	if step.P99 = all.At(slo.Percentile); sent > 0 {
		step.Failed = float64(failed) / float64(sent)
	}
	step.Met = sent > 0 && step.P99 <= slo.Within.Microseconds() && step.Failed <= slo.Errors
	// Latency has the generator's lag in it: a rate that meets the promise
	// does so all the same, one that does not may be the generator's fault.
	if lag := phase.Lag.At(99); lag > p.config.LagBound.Microseconds() && !step.Met {
		step.Void = fmt.Sprintf("its own p99 lag was %d us at %.0f/s", lag, rate)
	}
	return step
}
