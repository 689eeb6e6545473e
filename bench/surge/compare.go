package surge

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"renfort/bench/world"
)

// Report is what a comparison found.
type Report struct {
	Config  Config
	Sizes   []Size
	Seconds float64 // that it took
}

// Size is all arms in the surges of one number of arrivals.
type Size struct {
	Arrivals int
	Seats    Estimate
	Optimum  Estimate
	Shape    []int // arrivals by minute, of the first seed
	Arms     []Outcome
}

// Outcome is one arm in all surges of a size.
type Outcome struct {
	Name   string
	What   string
	Values map[string]Estimate // by the key of a Measure
	// Added is what the arm has more than the arm that it is built on, surge by
	// surge: the same people, so that the interval is narrow.
	Added   map[string]Estimate
	Beside  bool
	Outlook *Outlook  // of arms that tell people their outlook, else nil
	Figures []Figures // by seed
}

// Compare plays every arm in every surge. It is a function of the Config but
// for Seconds. What it is doing it tells progress, which may be nil.
func Compare(ctx context.Context, c Config, progress io.Writer) (*Report, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = io.Discard
	}
	began := time.Now()
	r := &Report{Config: c}
	for _, arrivals := range c.Arrivals {
		s, err := c.size(ctx, arrivals, progress)
		if err != nil {
			return nil, err
		}
		r.Sizes = append(r.Sizes, *s)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// size plays the surges of one number of arrivals.
func (c Config) size(ctx context.Context, arrivals int, progress io.Writer) (*Size, error) {
	arms, err := c.arms()
	if err != nil {
		return nil, err
	}
	s := &Size{Arrivals: arrivals, Arms: make([]Outcome, len(arms))}
	for i, a := range arms {
		s.Arms[i] = Outcome{Name: a.Name, What: a.What, Beside: a.Beside}
	}
	var seats, optimum []float64
	for seed := 1; seed <= c.Seeds; seed++ {
		stage, err := newStage(c.surge(arrivals, seed))
		if err != nil {
			return nil, err
		}
		seats, optimum = append(seats, float64(stage.seats())), append(optimum, float64(stage.optimum))
		if seed == 1 {
			s.Shape = stage.shape()
		}
		for i := range arms {
			began := time.Now()
			f, err := c.runIn(ctx, stage, &arms[i])
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(progress, "%d arrivals, seed %d, %s: %.1f %% of the best possible, %.1f s\n", arrivals, seed, arms[i].Name,
				100*f.Filled, time.Since(began).Seconds())
			s.Arms[i].Figures = append(s.Arms[i].Figures, f)
		}
	}
	s.Seats, s.Optimum = estimate(seats), estimate(optimum)
	s.estimate()
	return s, nil
}

// runIn plays in a folder of its own.
func (c Config) runIn(ctx context.Context, s *stage, a *Arm) (Figures, error) {
	dir, err := os.MkdirTemp(c.Dir, "surge-")
	if err != nil {
		return Figures{}, fmt.Errorf("surge: %w", err)
	}
	defer os.RemoveAll(dir)
	return run(ctx, s, a, dir)
}

// seats gives how many there are.
func (s *stage) seats() (n int) {
	for _, site := range s.surge.Sites {
		n += site.Seats
	}
	return n
}

// shape counts arrivals by minute.
func (s *stage) shape() []int {
	minutes := make([]int, world.SurgeSeconds/60)
	for i := range s.surge.People {
		minutes[s.surge.People[i].Second/60]++
	}
	return minutes
}

// estimate works out means, and what each arm adds to the one it is built on.
func (s *Size) estimate() {
	var base *Outcome
	for i := range s.Arms {
		o := &s.Arms[i]
		o.Outlook = outlook(o.Figures)
		o.Values = map[string]Estimate{}
		for _, m := range Measures() {
			values := valuesOf(&m, o.Figures)
			o.Values[m.Key] = estimate(values)
			if base == nil {
				continue
			}
			if o.Added == nil {
				o.Added = map[string]Estimate{}
			}
			for k, v := range valuesOf(&m, base.Figures) {
				values[k] -= v
			}
			o.Added[m.Key] = estimate(values)
		}
		if !o.Beside {
			base = o
		}
	}
}

func valuesOf(m *Measure, figures []Figures) []float64 {
	values := make([]float64, len(figures))
	for i := range figures {
		values[i] = m.of(&figures[i])
	}
	return values
}
