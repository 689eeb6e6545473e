package result_test

// A comparison on a noisy machine: the same service against itself shows no
// difference, and a slower one is found. Runs are made up, so the truth is
// known.

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"renfort/bench/result"
	"renfort/bench/result/made"
)

// pairs is how many comparisons the two main claims are tried in, pairsFew the
// others, and all with -short; all but one in twenty must be right. The race
// detector gets a few: there is nothing concurrent in them, and it takes ten
// times as long.
const (
	pairs     = 100
	pairsFew  = 20
	pairsRace = 2
)

// right is how many of so many must be right.
func right(of int) int { return of * 95 / 100 }

// noisy makes the settings of one result on a shared machine: runs differ by
// 3 %, seconds by 8 % and hang together, it stalls now and then, and in every
// second result a neighbour doubles all latencies for a while in one run.
func noisy(dice *rand.Rand, repeats, seconds int) made.Config {
	c := made.Config{Seed: dice.Uint64(), Repeats: repeats, Seconds: seconds, RatePerS: 120, RunNoise: 0.03, SecondNoise: 0.08, SecondStays: 0.7, StallsPerS: 0.1}
	if dice.IntN(2) == 0 {
		from := dice.IntN(seconds)
		c.Burst = &made.Burst{Run: dice.IntN(repeats), From: from, To: from + max(seconds/5, 2), Factor: 2}
	}
	return c
}

// wild is a machine on which nobody should measure.
func wild(dice *rand.Rand, repeats, seconds int) made.Config {
	c := noisy(dice, repeats, seconds)
	c.RunNoise, c.SecondNoise, c.SecondStays, c.StallsPerS = 0.15, 0.3, 0.8, 0.3
	return c
}

// tryPairs compares pairs of results of one service and one that is so much
// slower, and counts verdicts.
func tryPairs(seed uint64, of int, slow float64, config func(*rand.Rand) made.Config) (map[result.Verdict]int, int) {
	dice := rand.New(rand.NewPCG(seed, 1))
	verdicts := map[result.Verdict]int{}
	if testing.Short() {
		of = min(of, pairsFew)
	}
	if raceEnabled {
		of = pairsRace
	}
	for range of {
		a, b := config(dice), config(dice)
		b.Slow = slow
		c := result.Compare(made.Result(a), made.Result(b))
		verdicts[c.Verdict]++
	}
	return verdicts, of
}

func TestCompareSame(t *testing.T) {
	t.Parallel()
	const seed = 11
	got, of := tryPairs(seed, pairs, 1, func(dice *rand.Rand) made.Config { return noisy(dice, 5, 10) })
	if got[result.NoDifference] < right(of) {
		t.Errorf("seed %d: the same service, five repeats: got %v, want no difference in %d of %d", seed, got, right(of), of)
	}
}

// Where one cannot know, no difference is told either.
func TestCompareSameAlarms(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(*rand.Rand) made.Config{
		"a wild machine": func(dice *rand.Rand) made.Config { return wild(dice, 5, 10) },
		"one long run":   func(dice *rand.Rand) made.Config { return noisy(dice, 1, 60) },
	} {
		const seed = 12
		if got, of := tryPairs(seed, pairsFew, 1, config); got[result.Worse]+got[result.Better] > of-right(of) {
			t.Errorf("seed %d: the same service, %s: got %v, want a difference in at most %d of %d", seed, name, got, of-right(of), of)
		}
	}
}

func TestCompareSlower(t *testing.T) {
	t.Parallel()
	const seed = 13
	got, of := tryPairs(seed, pairs, 1.2, func(dice *rand.Rand) made.Config { return noisy(dice, 5, 10) })
	if got[result.Worse] < right(of) {
		t.Errorf("seed %d: 20 %% slower: got %v, want worse in %d of %d", seed, got, right(of), of)
	}
	if got, of = tryPairs(seed, pairsFew, 0.8, func(dice *rand.Rand) made.Config { return noisy(dice, 5, 10) }); got[result.Better] < right(of) {
		t.Errorf("seed %d: 20 %% faster: got %v, want better in %d of %d", seed, got, right(of), of)
	}
	// In one run of a minute one often cannot tell; what must not be is to
	// say that there is none.
	if got, of = tryPairs(seed, pairsFew, 1.2, func(dice *rand.Rand) made.Config { return noisy(dice, 1, 60) }); got[result.NoDifference]+got[result.Better] > of-right(of) {
		t.Errorf("seed %d: 20 %% slower, one long run: got %v, want no wrong verdict in %d of %d", seed, got, right(of), of)
	}
}

// What is not latency is seen too: errors, refusals, processor time; and each
// alone makes B worse.
func TestCompareLines(t *testing.T) {
	same := made.Config{Seed: 1, Repeats: 5, Seconds: 10, RatePerS: 100, RunNoise: 0.01}
	for metric, change := range map[string]func(r *result.Result){
		"errors": func(r *result.Result) {
			for i := range r.Runs {
				c := &r.Runs[i].Phases[0].Calls[0]
				c.OK, c.Errors = c.OK-10, 10
			}
		},
		"refused": func(r *result.Result) {
			for i := range r.Runs {
				c := &r.Runs[i].Phases[0].Calls[0]
				c.OK, c.Refused = c.OK-35, 35
			}
		},
		"cpu per call": func(r *result.Result) {
			for i := range r.Runs {
				r.Runs[i].Phases[0].Server.CPUPerCallUS *= 1.3
			}
		},
	} {
		a, b := made.Result(same), made.Result(same)
		change(b)
		c := result.Compare(a, b)
		if c.Verdict != result.Worse {
			t.Errorf("%s: got %s, %s", metric, c.Verdict, c.Counts())
		}
		for _, l := range c.Lines {
			if l.Verdict == result.Worse && l.Metric != metric {
				t.Errorf("%s: %s is worse too: %+v", metric, l.Metric, l)
			}
		}
		if back := result.Compare(b, a); back.Verdict != result.Better {
			t.Errorf("%s, the other way round: got %s, %s", metric, back.Verdict, back.Counts())
		}
	}
}

// What is too short to be compared is said to be.
func TestCompareShort(t *testing.T) {
	r := made.Result(made.Config{Seed: 1, Repeats: 1, Seconds: 15, RatePerS: 100})
	c := result.Compare(r, r)
	if c.Verdict != result.CannotTell || c.Count(result.CannotTell) != len(c.Lines) || c.Lines[0].Why != "too short" {
		t.Errorf("15 s: got %s, %+v", c.Verdict, c.Lines[0])
	}
	if c := result.Compare(&result.Result{}, r); c.Verdict != result.CannotTell || len(c.Lines) != 0 {
		t.Errorf("nothing in common: got %s, %d lines", c.Verdict, len(c.Lines))
	}
}

func TestCompareText(t *testing.T) {
	config := made.Config{Seed: 4, Repeats: 5, Seconds: 10, RatePerS: 100, RunNoise: 0.02, SecondNoise: 0.05}
	a := made.Result(config)
	config.Seed, config.Slow = 5, 1.3
	b := made.Result(config)
	b.Service.Flags, b.Machine.Steal.StolenShare = nil, 0.04
	a.Knee, b.Knee = &result.Knee{RatePerS: 40_000}, &result.Knee{RatePerS: 31_000}
	c := result.Compare(a, b)
	var out bytes.Buffer
	if err := c.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.txt", out.String())
}

// Results are refused that are void or not of the same thing; the build of
// the service and its flags may differ: they are what is compared.
func TestApart(t *testing.T) {
	config := made.Config{Seed: 1, Repeats: 1, Seconds: 1, RatePerS: 10}
	a := made.Result(config)
	for says, change := range map[string]func(r *result.Result){
		"":                          func(r *result.Result) { r.Service.Build.Commit, r.Service.Flags = "x", nil },
		"B: it lagged":              func(r *result.Result) { r.Void = []string{"it lagged"} },
		"B: check failed":           func(r *result.Result) { r.Runs[0].Checks[0].OK = false },
		"scenario: mixed and burst": func(r *result.Result) { r.Scenario = "burst" },
		`setting rate "20" and "7"`: func(r *result.Result) { r.Settings["rate"] = "7" },
		"cores: 2 and 8":            func(r *result.Result) { r.Machine.Cores = 8 },
		"missions: 100000 and 5":    func(r *result.Result) { r.Service.Missions = 5 },
		"durable: true and false":   func(r *result.Result) { r.Service.Durable = false },
		"injected sync: 0 and 5":    func(r *result.Result) { r.Service.InjectedSyncMS = 5 },
		"shards: 1 and 2":           func(r *result.Result) { r.Shards = 2 },
	} {
		b := made.Result(config)
		change(b)
		got := result.Apart(a, b)
		if says == "" && len(got) > 0 || says != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, says) }) {
			t.Errorf("got %q, want %q", got, says)
		}
	}
}
