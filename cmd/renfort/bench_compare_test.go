package main

// Comparing and merging as commands: tables on stdout, exit code 1 for a
// regression, 2 for what must not be compared.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"renfort/bench/result"
	"renfort/bench/result/made"
)

// written writes a made-up result to a file and gives its name.
func written(t *testing.T, name string, c made.Config, changes ...func(r *result.Result)) string {
	t.Helper()
	r := made.Result(c)
	for _, change := range changes {
		change(r)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := result.WriteFile(path, r); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBenchCompare(t *testing.T) {
	config := made.Config{Seed: 1, Repeats: 5, Seconds: 5, RatePerS: 50, RunNoise: 0.01}
	a := written(t, "a.json", config)
	config.Seed = 2
	same := written(t, "same.json", config)
	config.Slow = 1.5
	slow := written(t, "slow.json", config)
	void := written(t, "void.json", config, func(r *result.Result) { r.Void = []string{"it lagged"} })
	for _, c := range []struct {
		args         []string
		code         int
		says, errors string
	}{
		{[]string{a, same}, 0, "no difference: of 1", ""},
		{[]string{a, slow}, exitFailed, "worse: of 1", "B is worse than A"},
		{[]string{slow, a}, 0, "better: of 1", ""},
		{[]string{a, void}, exitUsage, "", "B: it lagged"},
		{[]string{"--force", a, void}, exitFailed, "worse: of 1", "compared nevertheless: B: it lagged"},
		{[]string{a, a + "x"}, exitUsage, "", "a.jsonx"},
		{[]string{a}, exitUsage, "", "B.json"},
	} {
		o := renfort(t, append([]string{"bench", "compare"}, c.args...)...)
		if o.code != c.code || !strings.Contains(o.stdout, c.says) || c.says == "" && o.stdout != "" || !strings.Contains(o.stderr, c.errors) {
			t.Errorf("%v: got exit code %d, %q, %q; want %d, %q, %q", c.args, o.code, o.stdout, o.stderr, c.code, c.says, c.errors)
		}
	}
}

// Both commands write a page where one is asked for.
func TestBenchPages(t *testing.T) {
	config := made.Config{Seed: 1, Repeats: 1, Seconds: 2, RatePerS: 20}
	a, page := written(t, "a.json", config), filepath.Join(t.TempDir(), "page.html")
	for says, args := range map[string][]string{
		"these measurements cannot tell": {"compare", a, a, "--report", page},
		"measured: mixed<":               {"merge", a, "--report", page},
	} {
		o := renfort(t, append([]string{"bench"}, args...)...)
		if html, err := os.ReadFile(page); o.code != 0 || err != nil || !strings.Contains(string(html), says) || !strings.Contains(string(html), "<svg") {
			t.Errorf("%v: got exit code %d, %q, %v; want a page that says %q", args, o.code, o.stderr, err, says)
		}
	}
}

func TestBenchMerge(t *testing.T) {
	shard := func(seed uint64, of string) string {
		return written(t, "shard.json", made.Config{Seed: seed, Repeats: 1, Seconds: 2, RatePerS: 50}, func(r *result.Result) { r.Runs[0].Shard = of })
	}
	first, second, out := shard(1, "1/2"), shard(2, "2/2"), filepath.Join(t.TempDir(), "whole.json")
	o := renfort(t, "bench", "merge", first, second, "--json", out)
	if o.code != 0 || !strings.Contains(o.stdout, "2 shards") || !strings.Contains(o.stdout, "steady, all              200") {
		t.Errorf("got exit code %d, %q, %q; want the table of 200 requests/s", o.code, o.stdout, o.stderr)
	}
	if whole, err := result.ReadFile(out); err != nil || whole.Shards != 2 {
		t.Errorf("got %+v, %v; want a file of two shards", whole, err)
	}
	if o := renfort(t, "bench", "merge", first); o.code != exitFailed || !strings.Contains(o.stderr, "shard 2/2 is missing") {
		t.Errorf("one of two: got exit code %d, %q; want %d and what is missing", o.code, o.stderr, exitFailed)
	}
	if o := renfort(t, "bench", "merge", first, first); o.code != exitFailed || !strings.Contains(o.stderr, "twice") {
		t.Errorf("twice the same: got exit code %d, %q", o.code, o.stderr)
	}
}
