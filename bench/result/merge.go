package result

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ErrDifferent is returned for results that do not belong together.
var ErrDifferent = errors.New("result: these are not of one run")

// placeSettings say where something is written or which part this is, and
// nothing about what is measured.
func placeSettings() []string {
	return []string{"shard", "json", "report", "hgrm", "ledger", "record", "target", "key"}
}

// Merge puts the shards of one run together: counts and distributions are
// added, and the load that was offered too. Scenario, seed, settings, run and
// phases must be the same, or ErrDifferent says what is not. What a process of
// the service used is taken from the shard that knows. The result is void if a
// shard is, or is missing. Shards are not changed.
func Merge(shards ...*Result) (*Result, error) {
	if len(shards) == 0 {
		return nil, errors.New("result: merge: no results")
	}
	first := shards[0]
	for _, s := range shards[1:] {
		if err := mustBelong(first, s); err != nil {
			return nil, err
		}
	}
	missing, err := mustBeAll(shards)
	if err != nil {
		return nil, err
	}
	merged := *first
	merged.Settings = maps.Clone(first.Settings)
	delete(merged.Settings, "shard")
	merged.Runs, merged.Shards = nil, 0
	for i := range first.Runs {
		runs := make([]*Run, len(shards))
		for k, s := range shards {
			runs[k] = &s.Runs[i]
		}
		run, err := mergeRuns(runs)
		if err != nil {
			return nil, fmt.Errorf("%w: run %d: %s", ErrDifferent, i+1, err)
		}
		merged.Runs = append(merged.Runs, run)
	}
	for _, s := range shards {
		merged.Shards += max(s.Shards, 1)
		merged.Began = min(merged.Began, s.Began)
		merged.Machine.Steal = worseSteal(merged.Machine.Steal, s.Machine.Steal)
		merged.Selftest = worseControl(merged.Selftest, s.Selftest)
	}
	merged.Void = append(sayings(shards, func(r *Result) []string { return r.Void }), missing...)
	merged.Notes = append(sayings(shards, func(r *Result) []string { return r.Notes }), machines(shards)...)
	merged.Missing = sayings(shards, func(r *Result) []string { return r.Missing })
	return &merged, nil
}

// mustBelong says what differs between two shards of one run.
func mustBelong(a, b *Result) error {
	differ := func(what string, a, b any) error {
		return fmt.Errorf("%w: %s %v and %v", ErrDifferent, what, a, b)
	}
	switch {
	case a.Scenario != b.Scenario:
		return differ("scenario", a.Scenario, b.Scenario)
	case a.RunID != b.RunID:
		return differ("run", a.RunID, b.RunID)
	case a.Seed != b.Seed:
		return differ("seed", a.Seed, b.Seed)
	case a.Build != b.Build:
		return differ("generator", a.Build, b.Build)
	case len(a.Runs) != len(b.Runs):
		return differ("repeats", len(a.Runs), len(b.Runs))
	case a.Knee != nil || b.Knee != nil:
		return fmt.Errorf("%w: each shard has searched a knee of its own", ErrDifferent)
	}
	if d := settingsApart(a.Settings, b.Settings); len(d) > 0 {
		return fmt.Errorf("%w: %s", ErrDifferent, strings.Join(d, ", "))
	}
	return nil
}

// settingsApart says which settings differ that have a say in what is measured.
func settingsApart(a, b map[string]string) (apart []string) {
	names := maps.Clone(a)
	if names == nil {
		names = map[string]string{}
	}
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a[name] != b[name] && !slices.Contains(placeSettings(), name) {
			apart = append(apart, fmt.Sprintf("setting %s %q and %q", name, a[name], b[name]))
		}
	}
	return apart
}

// mustBeAll refuses the same shard twice, and gives those that are missing as
// reasons why the whole is void: without them there was more load than is
// counted.
func mustBeAll(shards []*Result) (missing []string, err error) {
	seen, of := map[int]bool{}, 0
	for _, s := range shards {
		if len(s.Runs) == 0 || s.Runs[0].Shard == "" {
			continue
		}
		var i, n int
		if _, err := fmt.Sscanf(s.Runs[0].Shard, "%d/%d", &i, &n); err != nil {
			return nil, fmt.Errorf("result: merge: shard %q: %w", s.Runs[0].Shard, err)
		}
		if of != 0 && of != n {
			return nil, fmt.Errorf("%w: one of %d shards and one of %d", ErrDifferent, of, n)
		}
		if seen[i] {
			return nil, fmt.Errorf("result: merge: shard %d/%d is there twice", i, n)
		}
		seen[i], of = true, n
	}
	for i := 1; i <= of; i++ {
		if !seen[i] {
			missing = append(missing, fmt.Sprintf("shard %d/%d is missing", i, of))
		}
	}
	return missing, nil
}

// mergeRuns puts one repeat together.
func mergeRuns(runs []*Run) (Run, error) {
	merged := Run{Resources: runs[0].Resources}
	for _, r := range runs {
		if len(r.Phases) != len(runs[0].Phases) {
			return Run{}, fmt.Errorf("%d phases and %d", len(runs[0].Phases), len(r.Phases))
		}
		merged.Checks = joinChecks(merged.Checks, r.Checks)
		merged.Fills = joinFills(merged.Fills, r.Fills)
		if len(r.Resources) > len(merged.Resources) {
			merged.Resources = r.Resources
		}
	}
	for i := range runs[0].Phases {
		phases := make([]*Phase, len(runs))
		for k, r := range runs {
			phases[k] = &r.Phases[i]
		}
		phase, err := mergePhases(phases)
		if err != nil {
			return Run{}, err
		}
		merged.Phases = append(merged.Phases, phase)
	}
	return merged, nil
}

// mergePhases puts one phase together.
func mergePhases(phases []*Phase) (Phase, error) {
	first := phases[0]
	merged := Phase{Name: first.Name, Counted: first.Counted, StartUS: first.StartUS, Server: first.Server}
	var arrivals []string
	for _, p := range phases {
		if p.Name != first.Name || p.Counted != first.Counted {
			return Phase{}, fmt.Errorf("phase %q and %q", first.Name, p.Name)
		}
		merged.LengthUS = max(merged.LengthUS, p.LengthUS)
		merged.OfferedPerS += p.OfferedPerS
		merged.Lag.Add(p.Lag)
		merged.Starved += p.Starved
		merged.Unsent += p.Unsent
		if p.Server.CPUSeconds > merged.Server.CPUSeconds {
			merged.Server = p.Server
		}
		if !slices.Contains(arrivals, p.Arrivals) {
			arrivals = append(arrivals, p.Arrivals)
		}
		merged.Calls = joinCalls(merged.Calls, p.Calls)
	}
	merged.Arrivals = fmt.Sprintf("%d shards, each %s", len(phases), strings.Join(arrivals, " or "))
	merged.Server.perCall(merged.Calls)
	return merged, nil
}

// perCall divides what was used among all that were answered: a shard knows
// only its own.
func (u *Used) perCall(calls []Call) {
	var answered int64
	for i := range calls {
		if !calls[i].Whole {
			answered += calls[i].Answered()
		}
	}
	if u.CPUSeconds > 0 && answered > 0 {
		u.CPUPerCallUS = u.CPUSeconds * 1e6 / float64(answered)
	}
}

// joinCalls adds the calls of a shard to those there are.
func joinCalls(all, more []Call) []Call {
	for k := range more {
		i := slices.IndexFunc(all, func(c Call) bool { return c.Name == more[k].Name })
		if i < 0 {
			i, all = len(all), append(all, Call{Name: more[k].Name, Whole: more[k].Whole})
		}
		all[i].add(&more[k])
		all[i].Windows = joinWindows(all[i].Windows, more[k].Windows)
	}
	return all
}

// joinWindows adds windows second by second.
func joinWindows(all, more []Window) []Window {
	bySecond := map[int]Window{}
	for _, w := range all {
		bySecond[w.Second] = w
	}
	for _, w := range more {
		have, ok := bySecond[w.Second]
		if !ok {
			have = Window{Second: w.Second}
		}
		whole := Window{w.Second, have.Done + w.Done, have.Refused + w.Refused, have.Failed + w.Failed, Coarse()}
		whole.Latency.Add(have.Latency) // into a new one: those of shards are not changed
		whole.Latency.Add(w.Latency)
		bySecond[w.Second] = whole
	}
	joined := make([]Window, 0, len(bySecond))
	for _, second := range slices.Sorted(maps.Keys(bySecond)) {
		joined = append(joined, bySecond[second])
	}
	return joined
}

// joinFills keeps of each mission what was looked at most often: all shards
// look at the same seats.
func joinFills(all, more []Fill) []Fill {
	for _, f := range more {
		i := slices.IndexFunc(all, func(a Fill) bool { return a.Mission == f.Mission })
		switch {
		case i < 0:
			all = append(all, f)
		case len(f.Points) > len(all[i].Points):
			all[i] = f
		}
	}
	return all
}

// sayings gives what all shards say once, and what only some say with the
// shard's name before it.
func sayings(shards []*Result, of func(*Result) []string) (all []string) {
	for k, s := range shards {
		for _, words := range of(s) {
			everywhere := !slices.ContainsFunc(shards, func(o *Result) bool { return !slices.Contains(of(o), words) })
			if !everywhere {
				words = shardName(s, k) + ": " + words
			}
			if !slices.Contains(all, words) {
				all = append(all, words)
			}
		}
	}
	return all
}

func shardName(r *Result, k int) string {
	if len(r.Runs) > 0 && r.Runs[0].Shard != "" {
		return "shard " + r.Runs[0].Shard
	}
	return fmt.Sprintf("file %d", k+1)
}

// machines notes where shards ran on unlike machines.
func machines(shards []*Result) (notes []string) {
	a := &shards[0].Machine
	for k, s := range shards[1:] {
		if b := &s.Machine; a.CPU != b.CPU || a.Cores != b.Cores || a.MemoryBytes != b.MemoryBytes || a.Kernel != b.Kernel {
			notes = append(notes, fmt.Sprintf("%s ran on another machine: %s, %d cores, %s", shardName(s, k+1), b.CPU, b.Cores, b.Kernel))
		}
	}
	return notes
}

// worseSteal takes the worse of each.
func worseSteal(a, b Steal) Steal {
	s := Steal{max(a.StolenShare, b.StolenShare), max(a.ThrottledUS, b.ThrottledUS), max(a.OthersShare, b.OthersShare)}
	if a.OthersShare < 0 || b.OthersShare < 0 {
		s.OthersShare = -1
	}
	return s
}

// worseControl takes the one that did not pass, or was not run.
func worseControl(a, b *Control) *Control {
	if a == nil || b == nil {
		return nil
	}
	if !b.Passed {
		return b
	}
	return a
}
