package selftest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/bench/load"
	"renfort/bench/result"
)

// How pairs are measured: a side is so many repeats, each a fraction of a
// second at a rate; those of both sides come in an order that is drawn, so that
// what changes on the machine meanwhile is nobody's.
const (
	pairRepeats = 5
	pairSeconds = 0.08
	pairRate    = 3_000
	pairClients = 64
)

// differentMax is in how many of pairs of runs of the same server a difference
// may be seen: one in twenty, and in a few pairs one.
func differentMax(pairs int) int { return max(1, pairs/20) }

// pairs lays the same server beside itself, and beside a slower one.
func (c *Config) pairs(ctx context.Context, o *Outcome) error {
	slowers := max(2, c.Pairs/20)
	told, err := c.lay(ctx, Slower, slowers)
	if err != nil {
		return err
	}
	e := &end{fault: result.Fault{Name: string(Slower), Reported: told[result.Worse] == slowers, By: fmt.Sprintf("the comparison of %d pairs: %s", slowers, verdicts(told))}}
	e.unjudged = !e.fault.Reported && told[result.Worse]+told[result.CannotTell] == slowers
	o.add(e)
	if told, err = c.lay(ctx, None, c.Pairs); err != nil {
		return err
	}
	o.Control.Pairs, o.Control.Same = c.Pairs, told[result.NoDifference]
	different := told[result.Better] + told[result.Worse]
	switch name := "the same server against itself: " + verdicts(told); {
	case different > differentMax(c.Pairs):
		o.Missed = append(o.Missed, name)
	case c.Pairs-o.Control.Same > differentMax(c.Pairs):
		o.Unjudged = append(o.Unjudged, name)
	}
	return nil
}

// verdicts lists how often each was given.
func verdicts(told map[result.Verdict]int) string {
	var all []string
	for _, v := range []result.Verdict{result.NoDifference, result.CannotTell, result.Better, result.Worse} {
		if n := told[v]; n > 0 {
			all = append(all, fmt.Sprintf("%s in %d", v, n))
		}
	}
	return strings.Join(all, ", ")
}

// lay lays a server beside itself, so often, the second side with a fault, and
// counts the verdicts.
func (c *Config) lay(ctx context.Context, fault Fault, pairs int) (map[result.Verdict]int, error) {
	s, err := Listen(fault, c.Now)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	told := map[result.Verdict]int{}
	for i := range pairs {
		if i%10 == 0 {
			c.step(fmt.Sprintf("a server against itself, %s: pair %d of %d", cmp.Or(string(fault), "no fault"), i+1, pairs))
		}
		a, b, err := c.pair(ctx, s, i)
		if err != nil {
			return nil, err
		}
		told[result.Compare(a, b).Verdict]++
	}
	return told, nil
}

// pair measures both sides; the fault is B's. The same people come at the same
// moments each time, as to any two runs of the bench with the same seed.
func (c *Config) pair(ctx context.Context, s *Server, n int) (a, b *result.Result, err error) {
	arrivals := load.Poisson(pairRate, time.Duration(pairSeconds*float64(time.Second)), c.Seed)
	order := rand.New(rand.NewPCG(c.Seed, uint64(n))).Perm(2 * pairRepeats) // the even ones are A's
	plan := &load.Plan{Target: s.Target, Kinds: []load.Kind{{Name: "ask"}}, Timeout: patience}
	for _, k := range order {
		plan.Phases = append(plan.Phases, load.Phase{Name: "ask", Counted: true, Streams: []load.Stream{{Name: "ask", Arrivals: arrivals, Clients: pairClients,
			Do: func(c *load.Client, _ int) { c.Send(0, "GET", pacePath, nil) }}},
			Before: func() error {
				if s.Disarm(); k%2 == 1 {
					s.Arm()
				}
				return nil
			}})
	}
	phases, err := load.Run(ctx, plan)
	if err != nil {
		return nil, nil, fmt.Errorf("selftest: pair %d: %w", n+1, err)
	}
	sides := [2]*result.Result{{Format: result.FormatVersion, Scenario: "selftest"}, {Format: result.FormatVersion, Scenario: "selftest"}}
	for i, k := range order {
		sides[k%2].Runs = append(sides[k%2].Runs, result.Run{Phases: phases[i : i+1]})
	}
	return sides[0], sides[1], nil
}

// pacePath is no call of the contract: its answer takes as long as the server
// draws.
const pacePath = "/pace"

// The times that are drawn: lognormal, as those of services are.
const (
	paceMedian = 5 * time.Millisecond
	paceSigma  = 0.3
)

// pace answers after a while.
func (s *Server) pace(ctx *fasthttp.RequestCtx, _ string) error {
	while := time.Duration(float64(paceMedian) * math.Exp(paceSigma*rand.NormFloat64()))
	if s.mischief.fault == Slower && s.mischief.armed.Load() != 0 {
		while += while / slowerShare
	}
	time.Sleep(while)
	return s.write(ctx, 200, 0, []byte(`{}`))
}
