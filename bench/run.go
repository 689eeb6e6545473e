package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"renfort/bench/load"
	"renfort/bench/machine"
	"renfort/bench/result"
)

// Shower is told how a run goes. Its functions may be nil.
type Shower struct {
	Step     func(what string)   // a new part begins
	Progress func(load.Progress) // twice a second while something is sent
}

func (s Shower) step(format string, args ...any) {
	if s.Step != nil {
		s.Step(fmt.Sprintf(format, args...))
	}
}

// runner carries out a Config.
type runner struct {
	config  Config
	show    Shower
	result  *result.Result
	cores   []int  // of a service of its own; nil: any
	base    string // the filled data of a service of its own
	scratch string
	raw     *raw // nil: nobody wants samples
}

// Run carries a scenario out, all repeats of it. What it gives is whole where
// the error is nil; a run that is not to be believed says so by Void, a run
// whose answers were wrong by its checks. It is for one call at a time: it pins
// this process to its cores while it runs.
func Run(ctx context.Context, c Config, show Shower) (*result.Result, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.RunID == "" {
		c.RunID = strconv.FormatInt(time.Now().Unix(), 36)
	}
	r := &runner{config: c, show: show}
	r.describe()
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	defer r.clean()
	if c.Raw != "" {
		var err error
		if r.raw, err = newRaw(c.Raw); err != nil {
			return nil, err
		}
	}
	undo := r.pin()
	defer undo()
	for i := range c.Repeats {
		if c.Repeats > 1 {
			show.step("repeat %d of %d", i+1, c.Repeats)
		}
		if err := r.repeat(ctx, i); err != nil {
			return r.result, err
		}
	}
	r.conclude()
	if r.raw != nil {
		return r.result, r.raw.close()
	}
	return r.result, nil
}

// describe writes down what is known before anything runs.
func (r *runner) describe() {
	c := &r.config
	r.result = &result.Result{Format: result.FormatVersion, Scenario: c.Scenario, Command: c.Command, Seed: c.Seed, RunID: c.RunID,
		Began: time.Now().UTC().Format(time.RFC3339), Build: Built(), Machine: machine.Describe(), Shards: 1, Settings: c.settings()}
	r.result.Service = result.Service{Target: c.Target, Own: c.Target == "", InjectedSyncMS: c.SyncMS, Env: map[string]string{}}
	for _, name := range []string{"GOGC", "GOMEMLIMIT", "GOMAXPROCS"} {
		if v := os.Getenv(name); v != "" {
			r.result.Service.Env[name] = v
		}
	}
}

// settings are the choices that make two runs comparable.
func (c *Config) settings() map[string]string {
	s := map[string]string{
		"rate": fmt.Sprint(c.Rate), "duration": c.Duration.String(), "warmup": c.Warmup.String(), "clients": fmt.Sprint(c.Clients), "timeout": c.Timeout.String(),
		"missions": fmt.Sprint(c.Missions), "volunteers": fmt.Sprint(c.Volunteers), "connections": "keep", "cache": "on", "slo": c.SLO.String(),
		"pinned": fmt.Sprint(c.Pin), "sync_ms": fmt.Sprint(c.SyncMS), "people": fmt.Sprint(c.People), "eager": fmt.Sprint(c.Eager), "at_once": fmt.Sprint(c.AtOnce), "of": c.Of,
	}
	if c.NewConnections {
		s["connections"] = "new"
	}
	if c.CacheOff {
		s["cache"] = "off"
	}
	return s
}

// prepare makes and fills the service of its own, once for all repeats.
func (r *runner) prepare(ctx context.Context) (err error) {
	c := &r.config
	if c.Target != "" {
		if c.Missions > 0 {
			r.show.step("filling %s with %d missions and %d volunteers", c.Target, c.Missions, c.Volunteers)
			return newService(c.Target, c.Key).load(ctx, c, "bench-"+c.RunID+"-")
		}
		return nil
	}
	if r.scratch, err = os.MkdirTemp(c.Dir, "renfort-bench-"); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if c.Pin {
		var mine []int
		if mine, r.cores, err = machine.Split(); err != nil || len(mine) == 0 {
			r.cores, err = nil, nil
			r.result.Notes = append(r.result.Notes, "one core alone: generator and service share it")
		}
		r.result.Machine.Pinning = machine.Pinned(mine, r.cores)
	}
	r.base = filepath.Join(r.scratch, "base")
	r.show.step("filling a service with %d missions and %d volunteers", c.Missions, c.Volunteers)
	filling := *c
	filling.SyncMS = 0
	s, err := start(ctx, &filling, r.base, nil)
	if err != nil {
		return errors.Join(err, r.clean())
	}
	// Ticks tell log time; they are a second or so behind the clock.
	c.filled[0] = time.Now().Add(-3 * time.Second)
	err = s.load(ctx, c, "")
	c.filled[1] = time.Now().Add(time.Second)
	return errors.Join(err, s.stop())
}

// clean removes what a service of its own left.
func (r *runner) clean() error {
	if r.scratch == "" {
		return nil
	}
	return os.RemoveAll(r.scratch)
}

// pin gives this process its cores, and gives what undoes that.
func (r *runner) pin() (undo func()) {
	if r.cores == nil {
		return func() {}
	}
	mine, _, err := machine.Split()
	if err == nil {
		err = machine.PinSelf(mine)
	}
	if err != nil {
		r.result.Notes = append(r.result.Notes, "the generator was not pinned: "+err.Error())
		return func() {}
	}
	// As many threads as cores: of two on one core one waits for the other's
	// slice of milliseconds.
	before := runtime.GOMAXPROCS(len(mine))
	all := append(append([]int{}, mine...), r.cores...)
	return func() {
		runtime.GOMAXPROCS(before)
		_ = machine.PinSelf(all) // where it was let before
	}
}

// repeat is one run: a fresh service, the checks before, the scenario, the
// checks after.
func (r *runner) repeat(ctx context.Context, n int) error {
	c := r.config
	if c.Repeats > 1 {
		c.RunID += "r" + strconv.Itoa(n)
	}
	s, err := r.open(ctx, &c)
	if err != nil {
		return err
	}
	p := &play{config: &c, service: s, acks: newAcks(), run: &result.Run{}, began: time.Now(), show: r.show.Progress}
	if c.Shards > 1 {
		p.run.Shard = fmt.Sprintf("%d/%d", c.ShardIndex, c.Shards)
	}
	if r.raw != nil {
		p.raw = func(phase, kind string, s *load.Sample) { r.raw.add(n, phase, kind, s) }
	}
	p.meter = &meter{service: s, began: p.began}
	err = r.through(ctx, p)
	r.result.Runs = append(r.result.Runs, *p.run)
	r.result.Goals = append(r.result.Goals, p.goals...)
	if p.knee != nil {
		r.result.Knee = p.knee
	}
	if s.own != nil {
		err = errors.Join(err, s.stop())
	}
	return err
}

// open gives the service that a repeat measures.
func (r *runner) open(ctx context.Context, c *Config) (*service, error) {
	if c.Target != "" {
		return newService(c.Target, c.Key), nil
	}
	work := filepath.Join(r.scratch, "work")
	if err := copyDir(r.base, work); err != nil {
		return nil, err
	}
	s, err := start(ctx, c, work, r.cores)
	if err != nil {
		return nil, err
	}
	r.result.Service.Flags = s.own.flags[:3] // the folder is temporary
	r.result.Service.Build = Built()
	if r.result.Service.SyncUS == nil {
		r.disk(work)
	}
	return s, s.untilIndexed(ctx)
}

// disk measures what no durable figure can be better than.
func (r *runner) disk(dir string) {
	v := &r.result.Service
	var err error
	if v.FileSystem, v.Durable, err = machine.FileSystem(dir); err != nil {
		r.result.Missing = append(r.result.Missing, "file system: "+err.Error())
	}
	const syncs = 200
	if sum, err := machine.SyncTimes(dir, syncs); err != nil {
		r.result.Missing = append(r.result.Missing, "sync time: "+err.Error())
	} else {
		v.SyncUS = &sum
	}
}

// through takes a play from its first check to its last.
func (r *runner) through(ctx context.Context, p *play) (err error) {
	if err := p.meet(ctx); err != nil {
		return err
	}
	r.result.Service.Missions, r.result.Service.Volunteers = len(p.catalogue.missions), p.config.Volunteers
	if p.config.Samples > 0 {
		r.show.step("comparing %d rankings with a brute force", p.config.Samples)
	}
	first, err := p.compareRankings(ctx, p.catalogue, before)
	p.run.Checks = append(p.run.Checks, first...)
	if err != nil {
		return err
	}
	if err := p.openLedger(); err != nil {
		return err
	}
	r.show.step("%s", p.config.Scenario)
	var pids []int
	if p.service.own != nil {
		pids = append(pids, p.service.own.pid)
	}
	watch := machine.Begin(pids...)
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); p.meter.watch(watching) }()
	err = p.scenario(ctx)
	stop()
	<-watched
	r.result.Machine.Steal = worse(r.result.Machine.Steal, watch.End())
	p.run.Resources, p.run.Fills = p.meter.resources, p.acks.fills(p.catalogue)
	if err = errors.Join(err, p.closeLedger()); err != nil {
		return err
	}
	r.show.step("counting what is there")
	last, err := p.verify(ctx)
	p.run.Checks = append(p.run.Checks, last...)
	return err
}

// meet gets to know the missions and makes those who come.
func (p *play) meet(ctx context.Context) (err error) {
	if p.catalogue, err = readCatalogue(ctx, p.service); err != nil {
		return err
	}
	if len(p.catalogue.missions) == 0 {
		return fmt.Errorf("bench: %s has no missions: say how many to load by --missions", p.service.base)
	}
	if len(p.catalogue.bookable) == 0 {
		return fmt.Errorf("bench: none of the %d missions of %s has a seat to hold", len(p.catalogue.missions), p.service.base)
	}
	if p.people, err = newPeople(p.config, profilesMax); err != nil {
		return err
	}
	const questions = 5_000
	p.questions = p.ask(questions)
	return nil
}

// worse keeps the worse of two repeats.
func worse(a, b result.Steal) result.Steal {
	return result.Steal{StolenShare: max(a.StolenShare, b.StolenShare), ThrottledUS: max(a.ThrottledUS, b.ThrottledUS), OthersShare: max(a.OthersShare, b.OthersShare)}
}

// stolenMax is the share of the machine that may be missing before a run is
// void.
const stolenMax = 0.05

// conclude says why a run must not be believed.
func (r *runner) conclude() {
	v := r.result
	for i := range v.Runs {
		for j := range v.Runs[i].Phases {
			p := &v.Runs[i].Phases[j]
			if lag := time.Duration(p.Lag.At(99)) * time.Microsecond; p.Counted && lag > r.config.LagBound && r.config.Scenario != Knee {
				v.Void = append(v.Void, fmt.Sprintf("the generator was late: in %q its own p99 lag was %v, and %v is allowed", p.Name, lag, r.config.LagBound))
			}
			if p.Unsent > 0 {
				v.Void = append(v.Void, fmt.Sprintf("%d arrivals of %q were never sent", p.Unsent, p.Name))
			}
		}
	}
	if s := v.Machine.Steal; s.StolenShare > stolenMax {
		v.Void = append(v.Void, fmt.Sprintf("the hypervisor took %.1f %% of the processor time", s.StolenShare*100))
	}
	if s := v.Machine.Steal; s.OthersShare > stolenMax {
		v.Notes = append(v.Notes, fmt.Sprintf("other processes used %.1f %% of the processor time", s.OthersShare*100))
	}
	if v.Service.Own && !v.Service.Durable {
		v.Notes = append(v.Notes, "the data is on "+v.Service.FileSystem+": nothing here is durable")
	}
	if r.config.Shards > 1 {
		v.Missing = append(v.Missing, "rankings after, full missions offered, and people whom nobody was told of: other shards write at the same time; bench verify looks at them once all have ended")
	}
	if !v.Service.Own {
		v.Missing = append(v.Missing, "the service's file system, sync time, processor time and memory: it is not our own")
	}
}
