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

// findKnee searches the highest rate of a load that meets the promise.
func (p *play) findKnee(ctx context.Context) error { return p.searchKnee(ctx, p.config.Duration) }

// searchKnee is findKnee with steps of a length.
func (p *play) searchKnee(ctx context.Context, span time.Duration) error {
	if err := p.warm(ctx, p.config.Of, kneeFrom); err != nil {
		return err
	}
	p.knee = &result.Knee{SLO: p.config.SLO.String()}
	low, high := 0.0, 0.0 // the best that met it and the least that did not
	rate := kneeFrom
	if p.config.Rate > 0 {
		rate = p.config.Rate
	}
	defer func() { p.countKnee(low) }()
	for {
		step, err := p.step(ctx, rate, span)
		if err != nil {
			return err
		}
		switch {
		case step.Met:
			low, p.knee.RatePerS, p.knee.GoodPerS = rate, rate, step.GoodPerS
		default:
			high = rate
		}
		switch {
		case high > 0 && high-low <= kneeGap*high:
			return nil
		case high == 0 && rate >= kneeMost:
			return fmt.Errorf("bench: %.0f/s still met the promise: no knee was found", rate)
		case high == 0:
			rate *= 2
		case low == 0 && high < 1:
			return fmt.Errorf("bench: not even %.1f/s met %s", high, p.config.SLO)
		case low == 0:
			rate = high / 2
		default:
			rate = (low + high) / 2
		}
	}
}

// countKnee has only what was sent at the knee stand in sums: the last attempt
// at it, which is the one that met the promise.
func (p *play) countKnee(rate float64) {
	last := -1
	for i := range p.run.Phases {
		if p.run.Phases[i].Counted = false; p.run.Phases[i].Name == stepName(rate) {
			last = i
		}
	}
	if last >= 0 {
		p.run.Phases[last].Counted = true
	}
}

// stepName names the phase of a rate.
func stepName(rate float64) string { return fmt.Sprintf("%.0f/s", rate) }

// step tries one rate, again where the generator was late or where the rate
// failed: what a busy neighbour does once must not pass for the knee, and a
// knee that is only sometimes met fails twice. Where the generator is late each
// time the rate counts as failed, and its Void says that the knee may be higher.
func (p *play) step(ctx context.Context, rate float64, span time.Duration) (step result.Step, err error) {
	failed := 0
	for range kneeAttempts {
		phase, err := p.phase(stepName(rate), true, p.config.Of, rate, span)
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
	step := result.Step{RatePerS: rate, GoodPerS: perSecond(good(phase, slo.Within), span)}
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
