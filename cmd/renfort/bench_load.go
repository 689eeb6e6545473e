package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"renfort/bench"
	"renfort/bench/result"
)

// loadFlags are the flags of every scenario that loads a service. What is left
// out is the scenario's own.
type loadFlags struct {
	Target      string         `placeholder:"URL" help:"The service to load. Left out: one of its own, on one core, in a temporary folder, removed at the end."`
	Key         string         `env:"RENFORT_KEY" placeholder:"KEY" help:"With the scopes search, recommend, write and crisis."`
	Rate        *float64       `placeholder:"R" help:"Arrivals each second."`
	Duration    *time.Duration `placeholder:"D" help:"Of what is measured, as 30s."`
	Warmup      *time.Duration `placeholder:"D" help:"Before it, not counted."`
	Clients     *int           `placeholder:"N" help:"Connections of each stream."`
	Connections string         `default:"keep" enum:"keep,new" help:"Whether a connection is kept for the next request: keep or new. Default: ${default}."`
	Cache       string         `default:"on" enum:"on,off" help:"Whether search may use its match cache: on or off. Default: ${default}."`
	Timeout     *time.Duration `placeholder:"D" help:"Of a request, from when it was due."`
	SLO         string         `name:"slo" default:"p99=10ms,errors=0.1%" placeholder:"SLO" help:"What is promised. Default: ${default}."`
	Seed        uint64         `default:"1" placeholder:"S" help:"The same seed, the same world, people and moments. Default: ${default}."`
	Missions    *int           `placeholder:"N" help:"How many missions to load; with --target, beside those that are there, and none by default."`
	Volunteers  *int           `placeholder:"N" help:"How many volunteers to load; the same."`
	Repeats     int            `default:"1" placeholder:"N" help:"How often, each time from the same beginning. Default: ${default}."`
	LagBound    *time.Duration `placeholder:"D" help:"How late the generator's p99 may be before a run is void."`
	StartAt     string         `placeholder:"TIME" help:"When to begin, as 2026-11-22T20:00:00Z: shards on several machines begin together."`
	Shard       string         `placeholder:"I/N" help:"Send this part of the arrivals; bench merge puts the results together. Needs --run-id and --target."`
	RunID       string         `placeholder:"ID" help:"Of what is written, up to 16 small letters and digits. Left out: made of the time."`
	Pin         bool           `default:"true" negatable:"" help:"A core for the generator, the others for a service of its own. Default: yes."`
	SyncMS      float64        `name:"sync-ms" placeholder:"MS" help:"Sleep so long in each sync of a service of its own; needs strace."`
	Samples     int            `default:"100" placeholder:"N" help:"How many rankings to lay beside a brute force, before and after. Default: ${default}."`
	Ledger      string         `type:"path" placeholder:"FILE" help:"Every acknowledged write, for bench verify."`
	Record      string         `type:"path" placeholder:"FILE" help:"One answer in a hundred, for bench verify."`
	Raw         string         `type:"path" placeholder:"FILE.csv.gz" help:"Every request: when it was due, sent and done, and what came of it."`
	Report      string         `type:"path" placeholder:"FILE.html" help:"A page with plots."`
	JSON        string         `name:"json" type:"path" placeholder:"FILE" help:"Everything that was measured."`
	HGRM        string         `name:"hgrm" type:"path" placeholder:"FILE" help:"Histograms of latency as HdrHistogram prints them, one file for each call: FILE-CALL.hgrm."`
	AllowVoid   bool           `help:"Exit with 0 also where the machine spoilt the figures, but not where an answer was wrong: for tests of the bench itself."`
	Dir         string         `type:"existingdir" placeholder:"DIR" help:"Where a service of its own keeps its data: the disk that is measured. Default: the system's temporary folder."`
}

type (
	eveningCommand struct {
		loadFlags
		People *int `placeholder:"N" help:"How many sign up. Default: 25000."`
		Spread bool `help:"In the shape of an evening over --duration, instead of as fast as it goes."`
		AtOnce bool `help:"Sign-up and hold in one request."`
	}
	alexCommand struct {
		loadFlags
		People *int `placeholder:"N" help:"How many come, all at once. Default: 5000."`
	}
	burstCommand     struct{ loadFlags }
	recommendCommand struct{ loadFlags }
	searchCommand    struct{ loadFlags }
	mixedCommand     struct{ loadFlags }
	kneeCommand      struct {
		loadFlags
		Of string `default:"mixed" placeholder:"LOAD" help:"Of which load: mixed, recommend, search, signup or seats. Default: ${default}."`
	}
	overloadCommand struct {
		loadFlags
		Of string `default:"mixed" placeholder:"LOAD" help:"Of which load: mixed, recommend, search, signup or seats. Default: ${default}."`
	}
	soakCommand struct{ loadFlags }
)

func (c *eveningCommand) Run(p *process) error {
	return c.run(p, bench.Evening, func(b *bench.Config) {
		set(&b.People, c.People)
		b.Eager, b.AtOnce = !c.Spread, c.AtOnce
		if c.Spread && c.Duration == nil {
			b.Duration = time.Hour
		}
	})
}

func (c *alexCommand) Run(p *process) error {
	return c.run(p, bench.Alex, func(b *bench.Config) { set(&b.People, c.People) })
}

func (c *burstCommand) Run(p *process) error     { return c.run(p, bench.Burst, nil) }
func (c *recommendCommand) Run(p *process) error { return c.run(p, bench.Recommend, nil) }
func (c *searchCommand) Run(p *process) error    { return c.run(p, bench.Search, nil) }
func (c *mixedCommand) Run(p *process) error     { return c.run(p, bench.Mixed, nil) }
func (c *soakCommand) Run(p *process) error      { return c.run(p, bench.Soak, nil) }

func (c *kneeCommand) Run(p *process) error {
	return c.run(p, bench.Knee, func(b *bench.Config) { b.Of = c.Of })
}

func (c *overloadCommand) Run(p *process) error {
	return c.run(p, bench.Overload, func(b *bench.Config) { b.Of = c.Of })
}

// set replaces a default by what was given.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

// config makes the bench's configuration of the flags.
func (c *loadFlags) config(scenario string) (b bench.Config, err error) {
	b = bench.Default(scenario)
	if b.Target, b.Key = c.Target, c.Key; b.Target != "" {
		b.Missions, b.Volunteers = 0, 0
	}
	if b.Binary, err = os.Executable(); err != nil {
		return b, fmt.Errorf("bench: %w", err)
	}
	set(&b.Rate, c.Rate)
	set(&b.Duration, c.Duration)
	set(&b.Warmup, c.Warmup)
	set(&b.Clients, c.Clients)
	set(&b.Timeout, c.Timeout)
	set(&b.Missions, c.Missions)
	set(&b.Volunteers, c.Volunteers)
	set(&b.LagBound, c.LagBound)
	b.NewConnections, b.CacheOff, b.Seed, b.Repeats, b.RunID, b.Pin, b.SyncMS = c.Connections == "new", c.Cache == "off", c.Seed, c.Repeats, c.RunID, c.Pin, c.SyncMS
	b.Samples, b.Ledger, b.Record, b.Raw, b.Dir, b.Command = c.Samples, c.Ledger, c.Record, c.Raw, c.Dir, "renfort "+strings.Join(os.Args[1:], " ")
	if b.SLO, err = bench.ParseSLO(c.SLO); err != nil {
		return b, err
	}
	if c.StartAt != "" {
		if b.StartAt, err = time.Parse(time.RFC3339, c.StartAt); err != nil {
			return b, fmt.Errorf("bench: --start-at: %w", err)
		}
	}
	if c.Shard != "" {
		i, n, found := strings.Cut(c.Shard, "/")
		var errs [2]error
		b.ShardIndex, errs[0] = strconv.Atoi(i)
		b.Shards, errs[1] = strconv.Atoi(n)
		if !found || errors.Join(errs[:]...) != nil {
			return b, fmt.Errorf("bench: --shard %q is not of the form 2/4", c.Shard)
		}
	}
	return b, b.Validate()
}

// run carries a scenario out, and writes and shows what came of it. It fails
// where an answer was wrong or the run is void: such figures mean nothing.
func (c *loadFlags) run(p *process, scenario string, change func(*bench.Config)) error {
	flags := *c
	b, err := flags.config(scenario)
	if change != nil && err == nil {
		change(&b)
		err = b.Validate()
	}
	if err != nil {
		return &usageError{err}
	}
	bar := newBenchBar(p.stderr)
	r, err := bench.Run(p.ctx, b, bench.Shower{Step: bar.step, Progress: bar.progress})
	bar.clear()
	if r == nil {
		return err
	}
	quote(r)
	err = errors.Join(err, c.write(r), result.WriteText(p.stdout, r))
	bad := r.Faults()
	if c.AllowVoid {
		bad = slices.DeleteFunc(bad, func(why string) bool { return slices.Contains(r.Void, why) })
	}
	if err == nil && len(bad) > 0 {
		err = fmt.Errorf("bench: these figures must not be used: %s", strings.Join(bad, "; "))
	}
	return err
}

// write writes the files that were asked for.
func (c *loadFlags) write(r *result.Result) error {
	var errs []error
	if c.JSON != "" {
		errs = append(errs, result.WriteFile(c.JSON, r))
	}
	errs = append(errs, writePage(c.Report, r))
	if c.HGRM != "" {
		for _, s := range r.Sums() {
			name := "all"
			if s.Call.Name != "" {
				name = strings.NewReplacer(" ", "-", ",", "", "/", "-").Replace(s.Phase + "-" + s.Call.Name)
			}
			path := strings.TrimSuffix(c.HGRM, filepath.Ext(c.HGRM)) + "-" + name + ".hgrm"
			errs = append(errs, writeReport(path, s.Call.Latency.WriteHGRM))
		}
	}
	return errors.Join(errs...)
}
