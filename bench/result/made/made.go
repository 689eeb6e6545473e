// Package made answers: what would the bench have measured? It makes up results
// of a service whose latencies are known, on a machine that is as noisy as one
// likes, so that tests know what a comparison, a table or a page must say of
// them. Nothing of it is ever shown to anybody as measured.
package made

import (
	"fmt"
	"math"
	"math/rand/v2"

	"renfort/bench/result"
)

// Config says what is made up. The zero value of each field is the plain case:
// no noise, no faults.
type Config struct {
	Seed     uint64
	Repeats  int     // how many runs
	Seconds  int     // of each
	RatePerS int     // of each call, open loop
	Calls    []Call  // none: recommend and hold
	Slow     float64 // all latencies times this; 0 is 1

	RunNoise    float64 // standard deviation of the logarithm of what a whole run is slower
	SecondNoise float64 // the same of a second, an AR(1) process
	SecondStays float64 // how much of it stays to the next second, below 1
	StallsPerS  float64 // stalls of the machine, of 20 to 120 ms
	Burst       *Burst  // a neighbour who takes the processor
	ErrorShare  float64
}

// Call is a kind of request whose latencies are log-normal.
type Call struct {
	Name     string
	MedianUS float64
	Sigma    float64 // of the logarithm
	NoShare  float64 // answers that say no
}

// Burst slows some seconds of one run.
type Burst struct {
	Run, From, To int // seconds
	Factor        float64
}

func (c *Config) calls() []Call {
	if len(c.Calls) > 0 {
		return c.Calls
	}
	return []Call{{"recommend", 400, 0.35, 0}, {"hold", 900, 0.5, 0.02}}
}

// Result makes one up: the same Config makes the same.
func Result(c Config) *result.Result {
	r := shell(&c)
	dice := rand.New(rand.NewPCG(c.Seed, 7))
	for i := range c.Repeats {
		r.Runs = append(r.Runs, c.run(i, dice))
	}
	return r
}

// shell is all but the runs.
func shell(c *Config) *result.Result {
	return &result.Result{
		Format: result.FormatVersion, Scenario: "mixed", Seed: 7, RunID: "made-7", Began: "2026-11-22T10:00:00Z", Shards: 1,
		Command:  fmt.Sprintf("renfort bench mixed --rate %d --duration %ds --repeats %d --seed 7", c.RatePerS*len(c.calls()), c.Seconds, c.Repeats),
		Settings: map[string]string{"rate": fmt.Sprint(c.RatePerS * len(c.calls())), "duration": fmt.Sprintf("%ds", c.Seconds), "repeats": fmt.Sprint(c.Repeats)},
		Build:    result.Build{Commit: "1a41380", Go: "go1.26.0"},
		Machine: result.Machine{CPU: "made-up processor", Cores: 2, MemoryBytes: 24 << 30, Kernel: "6.1.0", Pinning: "generator on core 1, service on core 0",
			Steal: result.Steal{StolenShare: 0.004, OthersShare: 0.01}, Load1AtStart: 0.3},
		Service: result.Service{Target: "a service of its own", Own: true, Build: result.Build{Commit: "1a41380", Go: "go1.26.0"}, Flags: []string{"--cache=1GiB"},
			Env: map[string]string{"GOGC": "200"}, Missions: 100_000, Volunteers: 700_000, FileSystem: "ext4", Durable: true,
			SyncUS: &result.Summary{Count: 200, Mean: 98, Min: 75, P50: 92, P90: 120, P99: 140, P999: 300, P9999: 300, Max: 300}},
		Selftest: &result.Control{At: "2026-11-22T09:00:00Z", Passed: true, Same: 98, Pairs: 100, Faults: []result.Fault{
			{Name: "a stall of 200 ms every 5 s", Reported: true, By: "p99 and max by the second"},
			{Name: "one seat oversold in 10,000", Reported: true, By: "check: no seat is given twice"}}},
	}
}

// run makes up one repeat with one phase.
func (c *Config) run(i int, dice *rand.Rand) result.Run {
	slow := math.Exp(c.RunNoise * dice.NormFloat64())
	if c.Slow > 0 {
		slow *= c.Slow
	}
	factors := c.factors(i, slow, dice)
	phase := result.Phase{Name: "steady", Counted: true, StartUS: 0, LengthUS: int64(c.Seconds) * 1e6, OfferedPerS: float64(c.RatePerS * len(c.calls())),
		Arrivals: fmt.Sprintf("Poisson, %d/s", c.RatePerS*len(c.calls()))}
	stalls := c.stalls(dice)
	for _, call := range c.calls() {
		phase.Calls = append(phase.Calls, c.call(call, factors, stalls, dice))
	}
	for range 1 + c.RatePerS {
		phase.Lag.Record(int64(20 * math.Exp(0.5*dice.NormFloat64())))
	}
	used := float64(c.Seconds*c.RatePerS) * 90e-6 * slow
	phase.Server = result.Used{CPUSeconds: used, CPUPerCallUS: used * 1e6 / float64(max(c.Seconds*c.RatePerS*len(c.calls()), 1)), Syncs: int64(40 * c.Seconds), GCs: int64(c.Seconds / 4), GCPauseMaxUS: 180, CacheHitShare: 0.4}
	run := result.Run{Phases: []result.Phase{phase}, Checks: []result.Check{
		{Name: "answers are what an oracle says", When: "before", OK: true, Looked: 500},
		{Name: "no seat is given twice", When: "after", OK: true, Looked: 12_000},
		{Name: "nothing acknowledged is lost", When: "after", OK: true, Looked: 25_000}}}
	for s := range c.Seconds {
		run.Resources = append(run.Resources, result.Resource{AtUS: int64(s+1) * 1e6, CPU: 0.6 + 0.05*dice.NormFloat64(), AnonBytes: 620<<20 + int64(s)<<16, FileBytes: 900<<20 + int64(s)<<20, Threads: 14, Files: 80})
	}
	run.Fills = fills(c.Seconds)
	return run
}

// fills fills two missions, the one sooner than the other.
func fills(seconds int) []result.Fill {
	first, all := result.Fill{Mission: "m-50", Title: "Soupe populaire, Alès", Seats: 50}, result.Fill{Title: "", Seats: 4000}
	for s := range seconds {
		at := int64(s+1) * 1e6
		first.Points = append(first.Points, result.Filled{AtUS: at, Taken: min(50, 4*s)})
		all.Points = append(all.Points, result.Filled{AtUS: at, Taken: int(4000 * (1 - math.Exp(-float64(s)/8)))})
	}
	return []result.Fill{all, first}
}

// factors gives how slow each second of a run is.
func (c *Config) factors(run int, slow float64, dice *rand.Rand) []float64 {
	noise, fresh := c.SecondNoise*dice.NormFloat64(), c.SecondNoise*math.Sqrt(1-c.SecondStays*c.SecondStays)
	factors := make([]float64, c.Seconds)
	for s := range factors {
		factors[s] = slow * math.Exp(noise)
		noise = c.SecondStays*noise + fresh*dice.NormFloat64()
		if b := c.Burst; b != nil && b.Run == run && s >= b.From && s < b.To {
			factors[s] *= b.Factor
		}
	}
	return factors
}

// stall is a time in which nothing is answered.
type stall struct{ from, to float64 } // microseconds

func (c *Config) stalls(dice *rand.Rand) (stalls []stall) {
	for s := range c.Seconds {
		if dice.Float64() < c.StallsPerS {
			from := (float64(s) + dice.Float64()) * 1e6
			stalls = append(stalls, stall{from, from + 20_000 + dice.Float64()*100_000})
		}
	}
	return stalls
}

// call makes up the requests of one kind, second by second.
func (c *Config) call(k Call, factors []float64, stalls []stall, dice *rand.Rand) result.Call {
	made := result.Call{Name: k.Name, Codes: map[string]int64{}}
	for s, factor := range factors {
		w := result.Window{Second: s, Latency: result.Coarse()}
		for range c.RatePerS {
			due := (float64(s) + dice.Float64()) * 1e6
			service := k.MedianUS * factor * math.Exp(k.Sigma*dice.NormFloat64())
			waited := 0.0
			for _, st := range stalls {
				if due >= st.from && due < st.to {
					waited = st.to - due
				}
			}
			us := int64(waited + service)
			made.Latency.Record(us)
			made.ServiceTime.Record(int64(service))
			w.Latency.Record(us)
			switch {
			case dice.Float64() < c.ErrorShare:
				made.Errors, w.Failed = made.Errors+1, w.Failed+1
				made.Codes["500"]++
			case dice.Float64() < k.NoShare:
				made.No, w.Done = made.No+1, w.Done+1
				made.Codes["409"]++
			default:
				made.OK, w.Done = made.OK+1, w.Done+1
				made.Codes["200"]++
				made.Bytes += 4_000
			}
		}
		made.Windows = append(made.Windows, w)
	}
	return made
}
