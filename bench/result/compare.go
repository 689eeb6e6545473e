package result

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Verdict is what a comparison comes to.
type Verdict string

// The verdicts. A difference is told only if it is large enough to matter and
// chance does not explain it.
const (
	Better       Verdict = "better"
	Worse        Verdict = "worse"
	NoDifference Verdict = "no difference"
	CannotTell   Verdict = "cannot tell"
)

// Comparison is how B differs from A.
type Comparison struct {
	Verdict Verdict // worse if a line is, else better if a line is; else no difference if throughput and p50 of all requests can tell
	Lines   []Line
	Unit    string // what was compared: repeats, or blocks of seconds
	Notes   []string
}

// Line is one figure of one kind of call in one phase.
type Line struct {
	Phase, Call string // Call "" for all requests
	Metric      string
	Unit        string  // "/s", "µs" or "share"
	A, B        float64 // medians over the units
	Change      float64 // B/A - 1; of shares B - A
	Low, High   float64 // 95 % interval of Change, of this line alone
	P           float64 // chance of so large a difference in any line, if there were none
	Verdict     Verdict
	Why         string // why one cannot tell, else ""
}

// What it takes to tell a difference.
const (
	repeatsMin    = 5  // with so many repeats on both sides they are the units
	blocksWanted  = 10 // else each side is cut into so many blocks of seconds,
	blockSeconds  = 5  // of at least so many: seconds hang together
	unitsMin      = 4
	beyondMin     = 10   // values that must lie beyond a percentile in every unit
	chanceRepeat  = 0.02 // of a false alarm in any line
	chanceBlock   = 0.01 // of the same: what is a second's is not the next one's alone
	outsideRepeat = 0.05 // how often the truth lies outside a line's interval,
	outsideBlock  = 0.01 // where seconds hanging together make it seem narrower than it is
	wideTimes     = 2.5  // an interval wider than so many practical differences tells nothing
	labellings    = 2000
)

// metric is a figure that is compared.
type metric struct {
	name, unit string
	up         bool    // more is better
	practical  float64 // the least change that matters
	floor      float64 // and the least in its unit, for those that are times
	steady     float64 // standard deviation below which units are never believed to lie
	value      func(c *Call, seconds, cpu float64) (v float64, ok bool)
}

// metrics are what is compared, each with the least change that matters: of
// throughput 5 %, of times 10 % and some microseconds, for what happens once
// in a thousand 25 %, of errors a thousandth of all requests, of refusals a
// hundredth.
func metrics() []metric {
	quantile := func(p float64) func(c *Call, _, _ float64) (float64, bool) {
		return func(c *Call, _, _ float64) (float64, bool) {
			return float64(max(c.Latency.At(p), 1)), float64(c.Latency.Count())*(100-p)/100 >= beyondMin
		}
	}
	share := func(of func(c *Call) int64) func(c *Call, _, _ float64) (float64, bool) {
		return func(c *Call, _, _ float64) (float64, bool) {
			return float64(of(c)) / float64(max(c.Due(), 1)), c.Due() > 0
		}
	}
	return []metric{
		{"throughput", "/s", true, 0.05, 0, 0.01, func(c *Call, seconds, _ float64) (float64, bool) {
			return max(perSecond(c.Good(), seconds), 1e-3), c.Due() >= beyondMin
		}},
		{"p50", "µs", false, 0.10, 10, 0.01, quantile(50)},
		{"p99", "µs", false, 0.10, 50, 0.01, quantile(99)},
		{"p99.9", "µs", false, 0.25, 100, 0.01, quantile(99.9)},
		{"errors", "share", false, 0.001, 0, 0.00025, share((*Call).Failed)},
		{"refused", "share", false, 0.01, 0, 0.0025, share(func(c *Call) int64 { return c.Refused })},
		{"cpu per call", "µs", false, 0.10, 1, 0.01, func(_ *Call, _, cpu float64) (float64, bool) { return max(cpu, 1e-3), cpu > 0 }},
	}
}

// Compare says how B differs from A, line by line. Its units are repeats
// where both have at least five; else blocks of seconds, which cannot tell a
// difference between two runs from one between two services. Chance is judged
// by giving the units to A and B at random, in all lines alike, and looking at
// the largest difference of any line each time (Westfall and Young): however
// many lines there are and however they hang together, a false alarm in any
// of them is as rare as one is wanted to be. It does not ask whether the two
// may be compared: see Apart.
func Compare(a, b *Result) Comparison {
	c := Comparison{Unit: "repeats", Notes: notes(a, b)}
	chance, outside := chanceRepeat, outsideRepeat
	repeats := len(a.Runs) >= repeatsMin && len(b.Runs) >= repeatsMin
	if !repeats {
		c.Unit, chance, outside = "blocks of seconds", chanceBlock, outsideBlock
		c.Notes = append(c.Notes, fmt.Sprintf("fewer than %d repeats: what differs between two runs of the same service is taken for a difference", repeatsMin))
	}
	var trials []trial
	for _, s := range both(a, b) {
		left, right, stratum := s[0], s[1], s[0].Phase
		if repeats {
			stratum = "" // a repeat goes to one side with all its phases
		} else {
			left, right = a.blocks(stratum, s[0].Call.Name), b.blocks(stratum, s[1].Call.Name)
		}
		for _, m := range metrics() {
			if m.name != "cpu per call" || s[0].Call.Name == "" && repeats {
				trials = append(trials, m.try(stratum, left, right, cpuPerCall(a, s[0].Phase), cpuPerCall(b, s[0].Phase)))
			}
		}
	}
	largest := shuffle(trials)
	for i := range trials {
		c.Lines = append(c.Lines, trials[i].line(largest, chance, outside))
	}
	c.Verdict = c.verdict()
	return c
}

// both gives the sums that A and B have in common; where a phase has one kind
// of request, that is named as all.
func both(a, b *Result) (pairs [][2]Sum) {
	others := b.compared()
	for _, s := range a.compared() {
		i := slices.IndexFunc(others, func(o Sum) bool { return o.Phase == s.Phase && o.Call.Name == s.Call.Name })
		if i >= 0 {
			pairs = append(pairs, [2]Sum{s, others[i]})
		}
	}
	return pairs
}

// compared gives the sums, of each phase all requests first.
func (r *Result) compared() []Sum {
	sums := r.Sums()
	for i := range sums {
		s := &sums[i]
		alone := !slices.ContainsFunc(sums, func(o Sum) bool { return o.Phase == s.Phase && !o.Call.Whole && o.Call.Name != s.Call.Name })
		if !s.Call.Whole && alone {
			s.Call.Name = ""
		}
	}
	order := r.phases()
	slices.SortStableFunc(sums, func(a, b Sum) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Phase), slices.Index(order, b.Phase)), cmp.Compare(len(a.Call.Name), 0)-cmp.Compare(len(b.Call.Name), 0))
	})
	return sums
}

// cpuPerCall gives what the service used for a call in each repeat.
func cpuPerCall(r *Result, phase string) (us []float64) {
	for i := range r.Runs {
		for _, p := range r.Runs[i].Phases {
			if p.Counted && p.Name == phase {
				us = append(us, p.Server.CPUPerCallUS)
			}
		}
	}
	return us
}

// blocks gives a kind of call cut into blocks of whole seconds, as if they
// were repeats.
func (r *Result) blocks(phase, name string) Sum {
	s := Sum{Phase: phase, Call: Call{Name: name}}
	perRun := (blocksWanted + len(r.Runs) - 1) / max(len(r.Runs), 1)
	for i := range r.Runs {
		for _, p := range r.Runs[i].Phases {
			seconds := int(p.LengthUS / 1e6)
			if !p.Counted || p.Name != phase {
				continue
			}
			n := min(perRun, seconds/blockSeconds)
			for k := range n {
				block, from, to := Call{Name: name, Latency: Coarse()}, k*seconds/n, (k+1)*seconds/n
				for c := range p.Calls {
					if call := &p.Calls[c]; call.Name == name || name == "" && !call.Whole {
						block.addWindows(call.Windows, from, to)
					}
				}
				s.Repeats, s.Lengths = append(s.Repeats, block), append(s.Lengths, float64(to-from))
			}
		}
	}
	return s
}

// addWindows adds the windows of some seconds.
func (c *Call) addWindows(windows []Window, from, to int) {
	for _, w := range windows {
		if w.Second >= from && w.Second < to {
			c.OK += w.Done
			c.Refused += w.Refused
			c.Errors += w.Failed
			c.Latency.Add(w.Latency)
		}
	}
}

// verdict sums up the lines. That there is no difference is said only where
// one would have been seen in what all requests take and get.
func (c *Comparison) verdict() Verdict {
	switch {
	case c.Count(Worse) > 0:
		return Worse
	case c.Count(Better) > 0:
		return Better
	case len(c.Lines) == 0:
		return CannotTell
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Call == "" && (l.Metric == "throughput" || l.Metric == "p50") && l.Verdict == CannotTell {
			return CannotTell
		}
	}
	return NoDifference
}

// Count gives how many lines have a verdict.
func (c *Comparison) Count(v Verdict) (n int) {
	for i := range c.Lines {
		if c.Lines[i].Verdict == v {
			n++
		}
	}
	return n
}

// Apart gives why two results must not be compared: faults in one of them, or
// that they are not of the same scenario, settings, data and machine. None:
// they may be.
func Apart(a, b *Result) (reasons []string) {
	for name, r := range map[string]*Result{"A": a, "B": b} {
		for _, fault := range r.Faults() {
			reasons = append(reasons, name+": "+fault)
		}
	}
	slices.Sort(reasons)
	differ := func(what string, a, b any) {
		if a != b {
			reasons = append(reasons, fmt.Sprintf("%s: %v and %v", what, a, b))
		}
	}
	differ("scenario", a.Scenario, b.Scenario)
	differ("seed", a.Seed, b.Seed)
	reasons = append(reasons, settingsApart(a.Settings, b.Settings)...)
	differ("shards", max(a.Shards, 1), max(b.Shards, 1))
	differ("processor", a.Machine.CPU, b.Machine.CPU)
	differ("cores", a.Machine.Cores, b.Machine.Cores)
	differ("memory", a.Machine.MemoryBytes>>30, b.Machine.MemoryBytes>>30) // what the kernel keeps differs from start to start
	differ("pinning", a.Machine.Pinning, b.Machine.Pinning)
	differ("missions", a.Service.Missions, b.Service.Missions)
	differ("volunteers", a.Service.Volunteers, b.Service.Volunteers)
	differ("file system", a.Service.FileSystem, b.Service.FileSystem)
	differ("durable", a.Service.Durable, b.Service.Durable)
	differ("injected sync", a.Service.InjectedSyncMS, b.Service.InjectedSyncMS)
	return reasons
}

// busyShare is how much of the machine others may have before it is said.
const busyShare = 0.02

// notes gives what a reader of a comparison has to know.
func notes(a, b *Result) (notes []string) {
	for _, r := range [...]struct {
		name string
		r    *Result
	}{{"A", a}, {"B", b}} {
		if s := r.r.Machine.Steal; s.StolenShare+max(s.OthersShare, 0) > busyShare {
			notes = append(notes, fmt.Sprintf("%s had not the machine for itself: %.1f %% stolen, %.1f %% of others", r.name, 100*s.StolenShare, 100*max(s.OthersShare, 0)))
		}
	}
	for _, p := range a.phases() {
		if !slices.Contains(b.phases(), p) {
			notes = append(notes, "only A has a phase "+p)
		}
	}
	for _, p := range b.phases() {
		if !slices.Contains(a.phases(), p) {
			notes = append(notes, "only B has a phase "+p)
		}
	}
	if f, g := strings.Join(a.Service.Flags, " "), strings.Join(b.Service.Flags, " "); f != g {
		notes = append(notes, fmt.Sprintf("flags of the service: A %q, B %q", f, g))
	}
	if a.Knee != nil && b.Knee != nil {
		notes = append(notes, fmt.Sprintf("knee: A %s/s, B %s/s (%+.1f %%), each searched once: no verdict", rate(a.Knee.RatePerS), rate(b.Knee.RatePerS), 100*(b.Knee.RatePerS/math.Max(a.Knee.RatePerS, 1e-9)-1)))
	}
	return notes
}
