package bench_test

// What would be no measurement is refused before anything starts.

import (
	"errors"
	"strings"
	"testing"
	"time"

	"renfort/bench"
)

func TestParseSLO(t *testing.T) {
	for text, want := range map[string]bench.SLO{
		"p99=10ms,errors=0.1%": {Percentile: 99, Within: 10 * time.Millisecond, Errors: 0.001},
		"p99.9=1s":             {Percentile: 99.9, Within: time.Second, Errors: 0.001},
		"errors=1%, p50=250us": {Percentile: 50, Within: 250 * time.Microsecond, Errors: 0.01},
		"fast":                 {},
		"p101=1ms":             {},
		"p99=-1ms":             {},
		"errors=150%":          {},
		"":                     {},
	} {
		got, err := bench.ParseSLO(text)
		if wrong := want == (bench.SLO{}); wrong != (err != nil) || !wrong && got != want {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, err, want)
		}
		if err == nil {
			if again, err := bench.ParseSLO(got.String()); err != nil || again != got {
				t.Errorf("%q: written as %q, read as %+v, %v", text, got, again, err)
			}
		} else if !errors.Is(err, bench.ErrConfig) {
			t.Errorf("%q: got %v, want an ErrConfig", text, err)
		}
	}
}

func TestDefaultsAreValid(t *testing.T) {
	for _, name := range bench.Scenarios() {
		c := bench.Default(name)
		if c.Binary = "renfort"; c.Validate() != nil {
			t.Errorf("%s: %v", name, c.Validate())
		}
	}
}

func TestRefusedConfigs(t *testing.T) {
	for says, spoil := range map[string]func(*bench.Config){
		"no scenario":      func(c *bench.Config) { c.Scenario = "eveming" },
		"neither a target": func(c *bench.Config) { c.Binary = "" },
		"0 missions":       func(c *bench.Config) { c.Missions = 0 },
		"-1 volunteers":    func(c *bench.Config) { c.Volunteers = -1 },
		"arrivals each":    func(c *bench.Config) { c.Rate = 0 },
		"for 0s":           func(c *bench.Config) { c.Duration = 0 },
		"0 connections":    func(c *bench.Config) { c.Clients = 0 },
		"a timeout of":     func(c *bench.Config) { c.Timeout = 0 },
		"0 repeats":        func(c *bench.Config) { c.Repeats = 0 },
		"shard 3 of 2":     func(c *bench.Config) { c.ShardIndex, c.Shards = 3, 2 },
		"--run-id":         func(c *bench.Config) { c.ShardIndex, c.Shards = 1, 2 },
		"a target that":    func(c *bench.Config) { c.ShardIndex, c.Shards, c.RunID = 1, 2, "r" },
		"slept in each":    func(c *bench.Config) { c.SyncMS = -1 },
		"no load":          func(c *bench.Config) { c.Of = "everything" },
		"run's id":         func(c *bench.Config) { c.RunID = "Evening 1" },
		"cannot be divided": func(c *bench.Config) {
			c.Scenario, c.Shards, c.RunID, c.Target = bench.Soak, 2, "r", "http://127.0.0.1:1"
		},
	} {
		c := bench.Default(bench.Mixed)
		c.Binary = "renfort"
		spoil(&c)
		if err := c.Validate(); !errors.Is(err, bench.ErrConfig) || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
	}
}
