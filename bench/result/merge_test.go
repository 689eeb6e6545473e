package result_test

// Shards put together are the run that they are shards of; what does not
// belong together is refused, and said.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"renfort/bench/result"
	"renfort/bench/result/made"
)

// shards makes n shards of one run.
func shards(n int) (all []*result.Result) {
	for i := range n {
		r := made.Result(made.Config{Seed: uint64(10 + i), Repeats: 2, Seconds: 3, RatePerS: 40})
		for k := range r.Runs {
			r.Runs[k].Shard = fmt.Sprintf("%d/%d", i+1, n)
		}
		r.Settings["shard"] = r.Runs[0].Shard
		all = append(all, r)
	}
	return all
}

func TestMerge(t *testing.T) {
	parts := shards(3)
	for _, p := range parts[1:] { // only the first is where the service is
		for k := range p.Runs {
			p.Runs[k].Resources, p.Runs[k].Phases[0].Server = nil, result.Used{CPUSeconds: -1, CPUPerCallUS: -1}
		}
	}
	parts[1].Notes = []string{"a slow network"}
	before := text(t, parts[0])
	m, err := result.Merge(parts...)
	if err != nil {
		t.Fatal(err)
	}
	if after := text(t, parts[0]); after != before {
		t.Errorf("merging changed a shard: got %s, want %s", after, before)
	}
	if m.Shards != 3 || len(m.Runs) != 2 || len(m.Void) != 0 || m.Settings["shard"] != "" || !slices.Equal(m.Notes, []string{"shard 2/3: a slow network"}) {
		t.Errorf("got %d shards, %d runs, void %q, settings %v, notes %q", m.Shards, len(m.Runs), m.Void, m.Settings, m.Notes)
	}
	mustSum(t, m, parts)
	mustWindow(t, m, parts)
	p := &m.Runs[0].Phases[0]
	server := parts[0].Runs[0].Phases[0].Server
	if p.OfferedPerS != 240 || p.Server.CPUSeconds != server.CPUSeconds || p.Server.CPUPerCallUS >= server.CPUPerCallUS {
		t.Errorf("got %v/s offered and %+v used; want 240 and %v s for three times the calls", p.OfferedPerS, p.Server, server.CPUSeconds)
	}
	if got, want := len(m.Runs[1].Resources), len(parts[0].Runs[1].Resources); got != want {
		t.Errorf("got %d resources, want %d", got, want)
	}
	if c := m.Runs[0].Checks[1]; len(m.Runs[0].Checks) != 3 || c.Looked != 36_000 || !c.OK {
		t.Errorf("got checks %+v, want three, all seen by each", m.Runs[0].Checks)
	}
}

// mustSum says whether counts and distributions are those of all parts.
func mustSum(t *testing.T, m *result.Result, parts []*result.Result) {
	t.Helper()
	var want result.Histogram
	var ok int64
	for _, p := range parts {
		for _, r := range p.Runs {
			want.Add(r.Phases[0].Calls[0].Latency)
			ok += r.Phases[0].Calls[0].OK
		}
	}
	s := m.Sums()[0]
	if s.Call.OK != ok || s.Call.Codes["200"] != ok || s.Call.Latency.Summary() != want.Summary() || s.Seconds != 6 {
		t.Errorf("got %d OK, %v, %+v in %v s; want %d, %+v, 6", s.Call.OK, s.Call.Codes, s.Call.Latency.Summary(), s.Seconds, ok, want.Summary())
	}
}

// mustWindow says whether a second is that of all parts.
func mustWindow(t *testing.T, m *result.Result, parts []*result.Result) {
	t.Helper()
	all, done := result.Coarse(), int64(0)
	for _, p := range parts {
		w := p.Runs[1].Phases[0].Calls[1].Windows[2]
		all.Add(w.Latency)
		done += w.Done
	}
	got := m.Runs[1].Phases[0].Calls[1].Windows[2]
	if got.Done != done || got.Latency.Summary() != all.Summary() {
		t.Errorf("got %d done, %+v; want %d, %+v", got.Done, got.Latency.Summary(), done, all.Summary())
	}
}

// A void shard and one that is missing void the whole.
func TestMergeVoid(t *testing.T) {
	parts := shards(3)
	parts[0].Void = []string{"it lagged"}
	parts[1].Selftest = nil
	m, err := result.Merge(parts[0], parts[1])
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"shard 1/3: it lagged", "shard 3/3 is missing"}; !slices.Equal(m.Void, want) || m.Selftest != nil {
		t.Errorf("got %q, %v; want %q and no control", m.Void, m.Selftest, want)
	}
}

func TestMergeRefused(t *testing.T) {
	for says, change := range map[string]func(r *result.Result){
		"scenario mixed and burst":           func(r *result.Result) { r.Scenario = "burst" },
		"seed 7 and 8":                       func(r *result.Result) { r.Seed = 8 },
		"run made-7 and x":                   func(r *result.Result) { r.RunID = "x" },
		`setting rate "80" and "90"`:         func(r *result.Result) { r.Settings["rate"] = "90" },
		`setting cache "" and "off"`:         func(r *result.Result) { r.Settings["cache"] = "off" },
		"repeats 2 and 1":                    func(r *result.Result) { r.Runs = r.Runs[:1] },
		`run 2: phase "steady" and "after"`:  func(r *result.Result) { r.Runs[1].Phases[0].Name = "after" },
		"run 1: 1 phases and 0":              func(r *result.Result) { r.Runs[0].Phases = nil },
		"one of 2 shards and one of 3":       func(r *result.Result) { r.Runs[0].Shard = "2/3" },
		"knee":                               func(r *result.Result) { r.Knee = &result.Knee{} },
		"generator {1a41380 false go1.26.0}": func(r *result.Result) { r.Build.Modified = true },
	} {
		parts := shards(2)
		change(parts[1])
		if _, err := result.Merge(parts...); !errors.Is(err, result.ErrDifferent) || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want that it differs in %q", err, says)
		}
	}
	if _, err := result.Merge(shards(2)[0], shards(2)[0]); err == nil || !strings.Contains(err.Error(), "1/2 is there twice") {
		t.Errorf("twice the same: got %v", err)
	}
	if _, err := result.Merge(); err == nil {
		t.Error("none: got no error")
	}
}
