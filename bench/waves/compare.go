package waves

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Report is what a comparison found.
type Report struct {
	Config   Config
	Settings []Setting
	Seasons  []SeasonFigures
	Seconds  float64 // that it took
}

// Setting is all arms in one scenario.
type Setting struct {
	Scenario
	Arms []Outcome
}

// Outcome is one arm in all plays of a scenario.
type Outcome struct {
	Name, What, French string
	// P50 and P90 are the seconds until the last seat was filled, by nearest
	// rank; 0 where so many plays did not fill within Hours.
	P50, P90   int64
	Filled     float64   // seats filled, of all
	Full       float64   // plays in which all were
	Asked      float64   // per seat, mean
	TurnedAway float64   // per seat, mean
	Curve      []float64 // mean share of seats filled by the end of each minute
	Figures    []Figures // by seed
}

// Hours is how long a play lasts that does not fill.
const Hours = playSeconds / 3600

// Compare plays every arm in every scenario with every seed. It is a function
// of the Config but for Seconds. What it is doing it tells progress, which may
// be nil.
func Compare(ctx context.Context, c Config, progress io.Writer) (*Report, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = io.Discard
	}
	start := time.Now()
	r := &Report{Config: c}
	for _, targets := range c.Targets {
		crowds := make([]*crowd, c.Seeds)
		for i := range crowds {
			crowds[i] = newCrowd(c.People, targets, uint64(c.FirstSeed+i))
		}
		for _, s := range c.scenarios() {
			if s.Targets != targets {
				continue
			}
			set, err := c.setting(ctx, s, crowds)
			if err != nil {
				return nil, err
			}
			r.Settings = append(r.Settings, *set)
			fmt.Fprintf(progress, "%s: %.0f s so far\n", s, time.Since(start).Seconds())
		}
	}
	if c.Season {
		var err error
		if r.Seasons, err = seasons(ctx, uint64(c.FirstSeed)); err != nil {
			return nil, err
		}
	}
	r.Seconds = time.Since(start).Seconds()
	return r, nil
}

// String names a scenario for people.
func (s Scenario) String() string {
	return fmt.Sprintf("%d seats in %d missions, %.0f %% accept, by %s, people known: %s", s.Seats, s.Targets, 100*s.Truth, s.Channel, s.Knowledge)
}

// arms gives those asked for, in their own order.
func (c Config) arms() []Arm {
	return slices.DeleteFunc(Arms(), func(a Arm) bool { return len(c.Arms) > 0 && !slices.Contains(c.Arms, a.Name) })
}

// setting plays all arms in one scenario.
func (c Config) setting(ctx context.Context, s Scenario, crowds []*crowd) (*Setting, error) {
	set := &Setting{Scenario: s}
	for _, a := range c.arms() {
		figures, err := playAll(ctx, &a, s, crowds)
		if err != nil {
			return nil, err
		}
		set.Arms = append(set.Arms, outcome(&a, figures))
	}
	return set, nil
}

// playAll plays one arm with all crowds, on all cores.
func playAll(ctx context.Context, a *Arm, s Scenario, crowds []*crowd) ([]Figures, error) {
	figures, errs := make([]Figures, len(crowds)), make([]error, len(crowds))
	prior, slots := policyPrior(), make(chan struct{}, runtime.GOMAXPROCS(0))
	laws, err := learn(a, s, len(crowds[0].luck))
	if err != nil {
		return nil, err
	}
	var group sync.WaitGroup
	for i, crowd := range crowds {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] != nil {
				return
			}
			var p *play
			if p, errs[i] = run(a, s, crowd, prior, laws); errs[i] == nil {
				figures[i] = p.result
			}
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("waves: play %d of %s: %w", i, s, err)
		}
	}
	return figures, nil
}

// outcome sums plays up.
func outcome(a *Arm, figures []Figures) Outcome {
	o := Outcome{Name: a.Name, What: a.What, French: a.French, Curve: make([]float64, curveMinutes), Figures: figures}
	var seconds []int64
	n := float64(len(figures))
	for i := range figures {
		f := &figures[i]
		seats := float64(f.Seats)
		o.Filled += float64(f.Filled) / seats / n
		o.Asked += float64(f.Asked) / seats / n
		o.TurnedAway += float64(f.TurnedAway) / seats / n
		for m, filled := range f.Curve {
			o.Curve[m] += float64(filled) / seats / n
		}
		if f.Full {
			seconds = append(seconds, f.Seconds)
		}
	}
	o.Full = float64(len(seconds)) / n
	slices.Sort(seconds)
	rank := func(share float64) int64 {
		if at := int(math.Ceil(share*n)) - 1; at < len(seconds) {
			return seconds[at]
		}
		return 0
	}
	o.P50, o.P90 = rank(.5), rank(.9)
	return o
}
