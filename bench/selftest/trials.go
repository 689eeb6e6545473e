package selftest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"renfort/bench/result"
)

// trial is a fault and what must show it.
type trial struct {
	fault    Fault
	name     string
	seconds  [2]float64 // how long the crowd comes: in full, and quick
	rate     float64
	clients  int
	samples  int           // of rankings; 0: none, which saves waiting for quiet
	patience time.Duration // with an answer
	timed    bool          // the fault shows in times: on a busy machine it need not
	alone    bool          // nothing else may go on
	lagBound time.Duration
	// shown looks for the fault in the result, and gives where it shows.
	shown func(r *result.Result, done int64) (by string, ok bool)
}

// The names that the bench gives its checks.
const (
	checkStale    = "no full mission was offered"
	checkOversold = "no seat was given twice"
	checkSeats    = "no acknowledged seat was lost"
	checkPeople   = "no acknowledged sign-up was lost"
	checkRankings = "rankings"
)

// trials are all faults, the server without one first.
func trials() []trial {
	crowd := func(f Fault, name string, shown func(*result.Result, int64) (string, bool)) trial {
		return trial{fault: f, name: name, seconds: [2]float64{3, 1.2}, rate: 400, clients: 64, samples: 100, patience: 10 * time.Second, lagBound: 10 * time.Millisecond, shown: shown}
	}
	all := []trial{
		crowd(None, "no fault", quiet),
		crowd(Stall, string(Stall), stalled),
		crowd(Errors, string(Errors), errorsCounted),
		crowd(Dropped, string(Dropped), timeoutsCounted),
		crowd(Cut, string(Cut), breaksCounted),
		crowd(Oversold, string(Oversold), byCheck(checkOversold)),
		crowd(LostHold, string(LostHold), byCheck(checkSeats, checkStale)), // a lost seat is free again, and offered
		crowd(LostPut, string(LostPut), byCheck(checkPeople)),
		crowd(Stale, string(Stale), byCheck(checkStale)),
		crowd(Ranking, string(Ranking), byCheck(checkRankings)),
		crowd(Drift, string(Drift), drifted),
		crowd(Lagging, string(Lagging), late),
	}
	for i := range all {
		switch t := &all[i]; t.fault {
		case Stall: // with few connections most of those who come meanwhile wait unsent
			t.seconds, t.rate, t.clients = [2]float64{11, 2}, 800, 4
			t.samples, t.timed, t.alone, t.lagBound = 0, true, true, 50*time.Millisecond
		case Drift:
			t.seconds[1] = 2
			t.samples, t.timed, t.alone, t.lagBound = 0, true, true, 50*time.Millisecond
		case Lagging:
			t.samples, t.lagBound, t.alone = 0, 5*time.Millisecond, true
		case Stale, Oversold: // one page in a hundred is looked at, and few missions fill
			t.rate, t.alone = 1_000, t.fault == Oversold // which floods the server
		case Errors, Cut:
			t.samples = 0
		case Dropped:
			t.samples, t.patience, t.timed, t.lagBound = 0, patience, true, patience
		}
	}
	return all
}

// patience is how long the crowd waits for answers that never come.
const patience = time.Second

// sum adds up the requests of all counted phases.
func sum(r *result.Result) (all result.Call, requests int64) {
	all.Codes = map[string]int64{}
	for i := range r.Runs {
		for j := range r.Runs[i].Phases {
			p := &r.Runs[i].Phases[j]
			for k := range p.Calls {
				c := &p.Calls[k]
				if c.Whole || !p.Counted {
					continue
				}
				all.OK, all.No, all.Refused, all.Errors, all.Timeouts = all.OK+c.OK, all.No+c.No, all.Refused+c.Refused, all.Errors+c.Errors, all.Timeouts+c.Timeouts
				all.Latency.Add(c.Latency)
				for code, n := range c.Codes {
					all.Codes[code] += n
				}
			}
		}
	}
	return all, all.OK + all.No + all.Refused + all.Errors + all.Timeouts
}

// failures gives the checks that failed.
func failures(r *result.Result) (failed []result.Check, looked int) {
	for i := range r.Runs {
		for _, c := range r.Runs[i].Checks {
			looked++
			if !c.OK {
				failed = append(failed, c)
			}
		}
	}
	return failed, looked
}

// checksMin is how many checks a run makes at least: with fewer, something is
// not looked at any more.
const checksMin = 7

// quiet requires that nothing is reported where nothing is wrong.
func quiet(r *result.Result, _ int64) (string, bool) {
	failed, looked := failures(r)
	all, requests := sum(r)
	switch {
	case len(failed) > 0:
		return fmt.Sprintf("a false alarm: %q: %s", failed[0].Name, failed[0].Detail), false
	case looked < checksMin:
		return fmt.Sprintf("only %d checks were made", looked), false
	case all.Errors+all.Timeouts+all.Refused > 0:
		return fmt.Sprintf("%d of %d requests failed: %v", all.Errors+all.Timeouts+all.Refused, requests, all.Codes), false
	}
	by := fmt.Sprintf("all %d checks passed, %d requests without an error", looked, requests)
	if len(r.Void) > 0 { // true on a busy machine, and no alarm about the server
		by += "; void: " + r.Void[0]
	}
	return by, true
}

// byCheck requires that a check fails, and no other but those that see what
// comes of the same fault.
func byCheck(name string, besides ...string) func(*result.Result, int64) (string, bool) {
	return func(r *result.Result, done int64) (string, bool) {
		failed, _ := failures(r)
		var by string
		for _, c := range failed {
			if slices.Contains(besides, c.Name) {
				continue
			}
			if !strings.Contains(c.Name, name) {
				return fmt.Sprintf("another check failed: %q: %s", c.Name, c.Detail), false
			}
			by = fmt.Sprintf("%q: %s", c.Name, c.Detail)
		}
		if by == "" {
			return fmt.Sprintf("no check failed; the fault was done %d times", done), false
		}
		return by, true
	}
}

// counted requires that failures are counted where they belong, each of them:
// what the server did to those who only looked at it is no request.
func counted(what string, n, requests, done int64) (string, bool) {
	const lookers = 4
	share := float64(n) / float64(max(requests, 1))
	by := fmt.Sprintf("%s: %d of %d requests, %.2f %%; %d were made", what, n, requests, 100*share, done)
	return by, share > 0.005 && share < 0.015 && n <= done && n >= done-lookers
}

func errorsCounted(r *result.Result, done int64) (string, bool) {
	all, requests := sum(r)
	return counted("errors with status 500", min(all.Codes["500"], all.Errors), requests, done)
}

func timeoutsCounted(r *result.Result, done int64) (string, bool) {
	all, requests := sum(r)
	by, ok := counted("timeouts", all.Timeouts, requests, done)
	if worst := time.Duration(all.Latency.Max()) * time.Microsecond; worst < patience {
		return fmt.Sprintf("%s, but the longest latency is %v", by, worst), false
	}
	return by, ok
}

func breaksCounted(r *result.Result, done int64) (string, bool) {
	all, requests := sum(r)
	return counted("errors without an answer", min(all.Codes["connection_closed"], all.Errors), requests, done)
}

// call finds a kind of request in the only counted phase.
func call(r *result.Result, name string) *result.Call {
	for i := range r.Runs {
		for j := range r.Runs[i].Phases {
			p := &r.Runs[i].Phases[j]
			k := slices.IndexFunc(p.Calls, func(c result.Call) bool { return c.Name == name })
			if p.Counted && k >= 0 {
				return &p.Calls[k]
			}
		}
	}
	return &result.Call{}
}

// stalled requires that the tail of the latency shows the stall, that the
// service time of the same requests, by which a closed loop goes, does not,
// and that the seconds tell how often it is.
func stalled(r *result.Result, _ int64) (string, bool) {
	c := call(r, "recommend")
	p99, service := c.Latency.At(99), c.ServiceTime.At(99)
	var slow []int
	for _, w := range c.Windows {
		if w.Latency.Max() >= 150_000 {
			slow = append(slow, w.Second)
		}
	}
	by := fmt.Sprintf("p99 is %d ms (%d ms from when it was sent), over 150 ms in the seconds %v of %d", p99/1000, service/1000, slow, len(c.Windows))
	for i := 1; i < len(slow); i++ {
		if slow[i]-slow[i-1] != 5 {
			return by + ": not every fifth", false
		}
	}
	return by, p99 >= 100_000 && service < p99/2 && len(slow) == (len(c.Windows)+4)/5
}

// drifted requires that latency over time shows that it grows.
func drifted(r *result.Result, _ int64) (string, bool) {
	w := call(r, "recommend").Windows
	if len(w) < 2 {
		return "there is but one second", false
	}
	first, last := w[0].Latency.At(50), w[len(w)-1].Latency.At(50)
	return fmt.Sprintf("the median is %.1f ms in the first second and %.1f ms in the last", float64(first)/1000, float64(last)/1000), last > 2*first
}

// late requires that the run declares itself void.
func late(r *result.Result, _ int64) (string, bool) {
	for _, why := range r.Void {
		if strings.Contains(why, "generator") {
			return "void: " + why, true
		}
	}
	return "the run is not void", false
}
