package bench

// A knee is found within a twentieth wherever it is, and what only short steps
// met is stepped down from; a service that keeps no rate has none.

import (
	"errors"
	"testing"

	"renfort/bench/result"
)

// upTo is a service that keeps its promise up to a rate, and counts the rates
// that it was asked for.
func upTo(most float64, tried *[]float64) func(rate float64) (result.Step, error) {
	return func(rate float64) (result.Step, error) {
		*tried = append(*tried, rate)
		return result.Step{RatePerS: rate, GoodPerS: min(rate, most), Met: rate <= most}, nil
	}
}

func TestSearchKnee(t *testing.T) {
	for _, from := range []float64{kneeFrom, 7_000} {
		for _, most := range []float64{1, 37, 499, 500, 501, 6_400, 123_456} {
			var tried []float64
			best, err := searchKnee(from, upTo(most, &tried))
			if err != nil || best.RatePerS > most || best.RatePerS < most*(1-kneeGap) || best.GoodPerS != best.RatePerS {
				t.Errorf("%v/s, from %v: got %+v and %v after %v", most, from, best, err, tried)
			}
			if len(tried) > 24 {
				t.Errorf("%v/s, from %v: %d rates tried", most, from, len(tried))
			}
		}
	}
	for name, most := range map[string]float64{"nothing": 0, "everything": 1e9} {
		var tried []float64
		if best, err := searchKnee(kneeFrom, upTo(most, &tried)); err == nil {
			t.Errorf("a service that keeps %s: got %+v and no error", name, best)
		}
	}
}

func TestStepDown(t *testing.T) {
	for _, c := range []struct {
		most  float64
		tries int
	}{{20_000, 1}, {10_000, 1}, {9_999, 2}, {9_025, 3}, {9_000, 4}, {2_600, 28}} {
		var tried []float64
		step, err := stepDown(10_000, upTo(c.most, &tried))
		if err != nil || !step.Met || step.RatePerS > c.most || step.RatePerS < min(c.most, 10_000)*(1-kneeGap) {
			t.Errorf("%v/s: got %+v and %v", c.most, step, err)
		}
		if len(tried) != c.tries || tried[0] != 10_000 {
			t.Errorf("%v/s: tried %v, want %d rates", c.most, tried, c.tries)
		}
	}
	var tried []float64
	if step, err := stepDown(10_000, upTo(2_000, &tried)); err == nil {
		t.Errorf("a service that keeps less than a quarter: got %+v and no error", step)
	}
	broken := errors.New("no connection")
	if _, err := stepDown(10_000, func(float64) (result.Step, error) { return result.Step{}, broken }); !errors.Is(err, broken) {
		t.Errorf("a try that failed: got %v", err)
	}
}

func TestCountLast(t *testing.T) {
	p := &play{run: &result.Run{Phases: []result.Phase{{Name: "warm-up"}, {Name: "500/s", Counted: true}, {Name: atKnee, Counted: true}, {Name: atKnee, Counted: true}}}}
	for _, c := range []struct {
		name string
		last int
	}{{"500/s", 1}, {atKnee, 3}, {"nobody's", -1}} {
		if got := p.countLast(c.name); got != c.last {
			t.Errorf("%s: got %d, want %d", c.name, got, c.last)
		}
		for i, phase := range p.run.Phases {
			if phase.Counted != (i == c.last) {
				t.Errorf("%s: phase %d counted: %v", c.name, i, phase.Counted)
			}
		}
	}
}
