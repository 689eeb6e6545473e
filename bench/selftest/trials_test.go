package selftest

// Who judges a trial must not be easily content: each judge is given a result
// that shows its fault and several that do not.

import (
	"strings"
	"testing"
	"time"

	"renfort/bench/result"
)

// resulting makes a result of one call and some checks.
func resulting(c result.Call, checks ...result.Check) *result.Result {
	return &result.Result{Runs: []result.Run{{Phases: []result.Phase{{Counted: true, Calls: []result.Call{c}}}, Checks: checks}}}
}

// filled gives a histogram of n values.
func filled(n int, us int64) (h result.Histogram) {
	for range n {
		h.Record(us)
	}
	return h
}

// second is a window with one value.
func second(n int, us int64) result.Window {
	return result.Window{Second: n, Latency: filled(1, us)}
}

// stalling is a call with a slow tail and slow seconds, of eleven.
func stalling(service int64, slow ...int) result.Call {
	c := result.Call{Name: "recommend", OK: 100, Latency: filled(90, 1_000), ServiceTime: filled(100, service)}
	c.Latency.Add(filled(10, 190_000))
	for n := range 11 {
		c.Windows = append(c.Windows, second(n, 1_000))
	}
	for _, n := range slow {
		c.Windows[n] = second(n, 199_000)
	}
	return c
}

func TestJudges(t *testing.T) {
	passed := make([]result.Check, checksMin)
	for i := range passed {
		passed[i] = result.Check{Name: "all is well", OK: true, Looked: 1}
	}
	failed := func(name string) result.Check { return result.Check{Name: name, Detail: "1 wrong"} }
	thousand := func(change func(*result.Call)) result.Call {
		c := result.Call{Name: "recommend", OK: 990, Codes: map[string]int64{}, Latency: filled(990, 1_000)}
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		shown func(*result.Result, int64) (string, bool)
		r     *result.Result
		done  int64
		want  bool
	}{
		"all is well":           {quiet, resulting(result.Call{OK: 10}, passed...), 0, true},
		"a false alarm":         {quiet, resulting(result.Call{OK: 10}, append(passed, failed(checkSeats))...), 0, false},
		"a check is gone":       {quiet, resulting(result.Call{OK: 10}, passed[1:]...), 0, false},
		"an error from nowhere": {quiet, resulting(result.Call{OK: 10, Errors: 1}, passed...), 0, false},

		"the check":         {byCheck(checkSeats), resulting(result.Call{}, failed(checkSeats)), 1, true},
		"no check":          {byCheck(checkSeats), resulting(result.Call{}, passed...), 1, false},
		"another check too": {byCheck(checkSeats), resulting(result.Call{}, failed(checkSeats), failed(checkStale)), 1, false},

		"errors":               {errorsCounted, resulting(thousand(func(c *result.Call) { c.Errors, c.Codes["500"] = 10, 10 })), 10, true},
		"half of the errors":   {errorsCounted, resulting(thousand(func(c *result.Call) { c.Errors, c.Codes["500"] = 10, 10 })), 20, false},
		"more errors":          {errorsCounted, resulting(thousand(func(c *result.Call) { c.Errors, c.Codes["500"] = 11, 11 })), 10, false},
		"other errors":         {errorsCounted, resulting(thousand(func(c *result.Call) { c.Errors, c.Codes["404"] = 10, 10 })), 10, false},
		"breaks":               {breaksCounted, resulting(thousand(func(c *result.Call) { c.Errors, c.Codes["connection_closed"] = 10, 10 })), 10, true},
		"breaks taken for OK":  {breaksCounted, resulting(thousand(func(c *result.Call) { c.OK += 10 })), 10, false},
		"timeouts":             {timeoutsCounted, resulting(thousand(func(c *result.Call) { c.Timeouts = 10; c.Latency.Record(patience.Microseconds()) })), 10, true},
		"timeouts in no sum":   {timeoutsCounted, resulting(thousand(func(c *result.Call) { c.Timeouts = 10 })), 10, false},
		"timeouts as 1 in 100": {timeoutsCounted, resulting(thousand(func(c *result.Call) { c.Timeouts = 100; c.Latency.Record(patience.Microseconds()) })), 100, false},

		"stalls":                          {stalled, resulting(stalling(1_000, 0, 5, 10)), 1, true},
		"stalls in the wrong seconds":     {stalled, resulting(stalling(1_000, 0, 4, 10)), 1, false},
		"a stall too few":                 {stalled, resulting(stalling(1_000, 0, 5)), 1, false},
		"stalls that a closed loop sees":  {stalled, resulting(stalling(190_000, 0, 5, 10)), 1, false},
		"stalls, and nobody has measured": {stalled, resulting(result.Call{Name: "recommend"}), 1, false},

		"drift":    {drifted, resulting(result.Call{Name: "recommend", Windows: []result.Window{second(0, 1_000), second(1, 9_000)}}), 1, true},
		"no drift": {drifted, resulting(result.Call{Name: "recommend", Windows: []result.Window{second(0, 1_000), second(1, 1_500)}}), 1, false},

		"void":               {late, &result.Result{Void: []string{"the generator was late"}}, 1, true},
		"void for something": {late, &result.Result{Void: []string{"the hypervisor took 9 %"}}, 1, false},
		"not void":           {late, &result.Result{}, 1, false},
	} {
		if by, got := c.shown(c.r, c.done); got != c.want {
			t.Errorf("%s: got %v, want %v: %s", name, got, c.want, by)
		}
	}
}

// Every fault is tried, and the server without one.
func TestTrials(t *testing.T) {
	tried := map[Fault]bool{}
	for _, x := range trials() {
		tried[x.fault] = true
	}
	for _, f := range []Fault{None, Stall, Errors, Oversold, LostHold, LostPut, Stale, Ranking, Dropped, Cut, Drift, Lagging} {
		if !tried[f] {
			t.Errorf("%q is not tried", f)
		}
	}
}

// What one run kept a later one quotes, and only of the same commit.
func TestLast(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if c, err := Last("abc"); c != nil || err != nil {
		t.Fatalf("got %+v and %v before any was kept", c, err)
	}
	o := &Outcome{Control: &result.Control{At: "2026-11-22T12:00:00Z", Same: 98, Pairs: 100, Passed: true}}
	o.add(&end{fault: result.Fault{Name: string(Stall), Reported: true, By: strings.Repeat("so ", 100)}})
	o.add(&end{fault: result.Fault{Name: string(Cut)}})
	o.add(&end{fault: result.Fault{Name: string(Drift)}, unjudged: true})
	if err := Keep("abc", o.Control); err != nil {
		t.Fatal(err)
	}
	c, err := Last("abc")
	if err != nil || c.Same != 98 || len(c.Faults) != 3 || len(c.Faults[0].By) != 300 {
		t.Errorf("got %+v and %v, want what was kept", c, err)
	}
	if other, err := Last("abd"); other != nil || err != nil {
		t.Errorf("got %+v and %v of another commit", other, err)
	}
	if key := Key(result.Build{Commit: "abc", Modified: true}); key != "" {
		t.Errorf("a build with changes has the key %q of its commit", key)
	}
	if err := Keep("", o.Control); err != nil {
		t.Fatal(err)
	}
	if c, err := Last(""); c == nil || err != nil {
		t.Errorf("got %+v and %v of this binary, want what was kept", c, err)
	}
	var table strings.Builder
	if err := Write(&table, o); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"missed: " + string(Cut), "not judged, the machine is too busy to time anything: " + string(Drift), "98 of 100"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, table.String())
		}
	}
}

// Configurations that try nothing are refused.
func TestValidate(t *testing.T) {
	for _, pairs := range []int{-1, 0, 10_001} {
		if (&Config{Pairs: pairs, Now: time.Now}).Validate() == nil {
			t.Errorf("%d pairs were not refused", pairs)
		}
	}
}
