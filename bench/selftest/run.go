package selftest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"renfort/bench"
	"renfort/bench/result"
	"renfort/bench/world"
	"renfort/mission"
)

// Config says how thoroughly the bench is tried.
type Config struct {
	Pairs int  // pairs of runs of the same server
	Quick bool // shorter runs; for smoke
	Seed  uint64
	Now   func() time.Time
	// Step is told what is tried next, from several goroutines; nil: nobody is.
	Step func(what string)
}

// ErrConfig is what Validate returns.
var ErrConfig = errors.New("selftest: configuration")

// Validate refuses what would try nothing.
func (c *Config) Validate() error {
	if c.Pairs < 1 || c.Pairs > 10_000 {
		return fmt.Errorf("%w: %d pairs; it must be from 1 to 10,000", ErrConfig, c.Pairs)
	}
	return nil
}

// The world of the control: so few missions that a brute force is quick and
// that the best are full within a second.
const (
	worldMissions   = 300
	worldVolunteers = 200
)

// tries is how often a trial is made where the machine was too busy for its
// times to mean anything.
const tries = 3

// lanes is how many trials go on beside each other, of those whose faults do
// not show in times.
const lanes = 6

// Outcome is what a selftest came to.
type Outcome struct {
	Control *result.Control
	Key     string // of the build that was tried, for Keep
	// Missed is what was judged, and was not as it should be; Unjudged is what
	// shows in times, and the machine was too busy for them to mean anything. The
	// Control has passed where both are empty.
	Missed, Unjudged []string
}

// Run has the bench measure the control, fault after fault, and then the same
// server against itself. It gives an error only where it could not: what is
// not reported is in the Outcome.
func Run(ctx context.Context, c Config) (*Outcome, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	o := &Outcome{Control: &result.Control{At: c.Now().UTC().Format(time.RFC3339)}}
	all := trials()
	ends := make([]end, len(all))
	var working sync.WaitGroup
	free := make(chan struct{}, lanes)
	for i := range all {
		if !all[i].alone {
			working.Go(func() {
				free <- struct{}{}
				ends[i] = c.try(ctx, &all[i])
				<-free
			})
		}
	}
	working.Wait()
	for i := range all {
		if all[i].alone {
			ends[i] = c.try(ctx, &all[i])
		}
	}
	for i := range ends {
		if ends[i].err != nil {
			return o, fmt.Errorf("selftest: %s: %w", all[i].name, ends[i].err)
		}
		o.add(&ends[i])
		o.Key = ends[i].key
	}
	err := c.pairs(ctx, o)
	o.Control.Passed = len(o.Missed)+len(o.Unjudged) == 0
	return o, err
}

// end is what came of a trial.
type end struct {
	fault    result.Fault
	unjudged bool
	key      string // of the build
	err      error
}

// add keeps what came of a trial.
func (o *Outcome) add(e *end) {
	o.Control.Faults = append(o.Control.Faults, e.fault)
	switch {
	case e.unjudged:
		o.Unjudged = append(o.Unjudged, e.fault.Name)
	case !e.fault.Reported:
		o.Missed = append(o.Missed, e.fault.Name)
	}
}

// step tells what is tried.
func (c *Config) step(what string) {
	if c.Step != nil {
		c.Step(what)
	}
}

// try makes a trial, again where it shows in times and the machine had none.
func (c *Config) try(ctx context.Context, t *trial) (e end) {
	c.step(t.name)
	for range tries {
		r, done, err := c.measure(ctx, t)
		if err != nil {
			e.err = err
			return e
		}
		e.key = Key(r.Build)
		e.fault, e.unjudged = result.Fault{Name: t.name}, false
		e.fault.By, e.fault.Reported = t.shown(r, done)
		why := busy(r)
		if !t.timed || e.fault.Reported && len(r.Void) == 0 || why == "" {
			return e
		}
		e.fault.By, e.fault.Reported, e.unjudged = why+"; "+e.fault.By, false, true
	}
	return e
}

// What a machine may do beside a trial that shows in times.
const (
	othersMax = 0.2 // of its processors
	lagMax    = 5 * time.Millisecond
)

// busy says why the times of a run mean nothing; "" if they do.
func busy(r *result.Result) string {
	if len(r.Void) > 0 {
		return "void: " + r.Void[0]
	}
	if others := r.Machine.Steal.OthersShare; others > othersMax {
		return fmt.Sprintf("others had %.0f %% of the processors", 100*others)
	}
	for i := range r.Runs {
		for j := range r.Runs[i].Phases {
			if lag := time.Duration(r.Runs[i].Phases[j].Lag.At(99)) * time.Microsecond; lag > lagMax {
				return fmt.Sprintf("the generator's own p99 lag was %v", lag)
			}
		}
	}
	return ""
}

// scenario is mixed, in which everything is done a little; in full the seats
// are tried by the tens of thousands that alex decides.
func (c *Config) scenario(f Fault) string {
	if f == Oversold && !c.Quick {
		return bench.Alex
	}
	return bench.Mixed
}

// measure runs a scenario against a fresh server with the fault.
func (c *Config) measure(ctx context.Context, t *trial) (r *result.Result, done int64, err error) {
	s, err := Listen(t.fault, c.Now)
	if err != nil {
		return nil, 0, err
	}
	defer s.Close()
	if err := s.Fill(worldMissions, worldVolunteers, c.Seed); err != nil {
		return nil, 0, err
	}
	b := bench.Default(c.scenario(t.fault))
	b.Target, b.Rate, b.Clients, b.Timeout, b.Seed = s.Target, t.rate, t.clients, t.patience, c.Seed
	b.Warmup, b.Missions, b.Volunteers, b.LagBound, b.Samples = 0, 0, worldVolunteers, t.lagBound, t.samples
	b.RunID = "selftest"
	b.Command = "renfort bench selftest"
	seconds := t.seconds[0]
	if c.Quick {
		seconds = t.seconds[1]
	}
	b.Duration = time.Duration(seconds * float64(time.Second))
	if t.fault == Ranking {
		s.Arm()
	}
	r, err = bench.Run(ctx, b, bench.Shower{})
	return r, s.Done(), err
}

// Fill puts a world's first missions and volunteers into the server.
func (s *Server) Fill(missions, volunteers int, seed uint64) error {
	c := world.Default()
	c.Missions, c.Volunteers, c.Seed, c.At = missions, volunteers, seed, s.now().UTC().Truncate(time.Hour)
	w, err := world.New(c)
	if err != nil {
		return fmt.Errorf("selftest: %w", err)
	}
	s.state.filled = s.now().UTC().Truncate(time.Second)
	for i := range missions {
		m := w.Mission(i)
		raw, err := mission.Encode(&m)
		if err != nil {
			return fmt.Errorf("selftest: %w", err)
		}
		r, err := s.state.readMission(raw, "")
		if err != nil {
			return fmt.Errorf("selftest: %w", err)
		}
		s.state.putMission(r, s.now())
	}
	for i := range volunteers {
		v := w.Volunteer(i)
		raw, err := mission.Encode(&v)
		if err != nil {
			return fmt.Errorf("selftest: %w", err)
		}
		if _, _, _, err := s.state.putVolunteer(raw, "", s.now()); err != nil {
			return fmt.Errorf("selftest: %w", err)
		}
	}
	return nil
}
