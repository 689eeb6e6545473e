package result

import (
	"slices"
)

// Tells says whether there are values enough for a percentile to be another
// thing than the largest value: at least one beyond it.
func (h Histogram) Tells(percentile float64) bool {
	return float64(h.Count())*(100-percentile) >= 99.999 // 100, but for the rounding of 99.99
}

// Due gives how many requests were due and sent.
func (c *Call) Due() int64 { return c.Answered() + c.Failed() }

// Good gives how many were answered rightly: OK and No.
func (c *Call) Good() int64 { return c.OK + c.No }

// Answered gives how many got an answer that the service means: OK, No and
// Refused.
func (c *Call) Answered() int64 { return c.Good() + c.Refused }

// Failed gives errors and timeouts.
func (c *Call) Failed() int64 { return c.Errors + c.Timeouts }

// Seconds gives the phase's length.
func (p *Phase) Seconds() float64 { return float64(p.LengthUS) / 1e6 }

// add adds another's counts and distributions; windows are left alone.
func (c *Call) add(other *Call) {
	c.OK += other.OK
	c.No += other.No
	c.Refused += other.Refused
	c.Errors += other.Errors
	c.Timeouts += other.Timeouts
	c.Bytes += other.Bytes
	c.Degraded += other.Degraded
	if c.Codes == nil {
		c.Codes = map[string]int64{}
	}
	for code, n := range other.Codes {
		c.Codes[code] += n
	}
	c.Latency.Add(other.Latency)
	c.ServiceTime.Add(other.ServiceTime)
	c.Refusal.Add(other.Refusal)
}

// Sum is one kind of call in one phase, over all repeats.
type Sum struct {
	Phase   string
	Call    Call      // Name "" for all kinds of request together; without windows
	Seconds float64   // of all repeats together
	Offered float64   // per second, of this kind; 0 where it went as fast as it goes
	Repeats []Call    // Repeats[i] is of run i; without windows
	Lengths []float64 // Lengths[i] is of run i, in seconds
}

// GoodPerS gives how many were answered rightly, each second.
func (s *Sum) GoodPerS() float64 { return perSecond(s.Call.Good(), s.Seconds) }

func perSecond(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}

// Sums gives what came of every kind of call in every phase that counts, in
// the order in which they were met; where a phase has several kinds of
// request, they are followed by all together.
func (r *Result) Sums() (sums []Sum) {
	for _, phase := range r.phases() {
		var names []string
		requests := 0
		for _, c := range r.calls(phase) {
			if slices.Contains(names, c.Name) {
				continue
			}
			names = append(names, c.Name)
			if !c.Whole {
				requests++
			}
		}
		for _, name := range names {
			sums = append(sums, r.sum(phase, name))
		}
		if requests > 1 {
			sums = append(sums, r.sum(phase, ""))
		}
	}
	return sums
}

// phases gives the names of the phases that count.
func (r *Result) phases() (names []string) {
	for i := range r.Runs {
		for _, p := range r.Runs[i].Phases {
			if p.Counted && !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// calls gives the calls of a phase, run by run.
func (r *Result) calls(phase string) (calls []*Call) {
	for i := range r.Runs {
		for _, p := range r.Runs[i].Phases {
			for c := range p.Calls {
				if p.Counted && p.Name == phase {
					calls = append(calls, &p.Calls[c])
				}
			}
		}
	}
	return calls
}

// sum adds up one kind of call, or all requests for "".
func (r *Result) sum(phase, name string) Sum {
	s := Sum{Phase: phase, Call: Call{Name: name}}
	open := true
	for i := range r.Runs {
		repeat, length := Call{Name: name}, 0.0
		for _, p := range r.Runs[i].Phases {
			if !p.Counted || p.Name != phase {
				continue
			}
			length += p.Seconds()
			open = open && p.OfferedPerS > 0
			for c := range p.Calls {
				if call := &p.Calls[c]; call.Name == name || name == "" && !call.Whole {
					repeat.add(call)
					s.Call.Whole = call.Whole
				}
			}
		}
		if length > 0 {
			s.Repeats, s.Lengths = append(s.Repeats, repeat), append(s.Lengths, length)
			s.Seconds += length
			s.Call.add(&repeat)
		}
	}
	if open {
		s.Offered = perSecond(s.Call.Due(), s.Seconds)
	}
	return s
}

// Lag gives the generator's lag over all phases that count, how many requests
// waited for a free connection, and how many were due and never sent.
func (r *Result) Lag() (lag Histogram, starved, unsent int64) {
	for i := range r.Runs {
		for _, p := range r.Runs[i].Phases {
			if p.Counted {
				lag.Add(p.Lag)
				starved += p.Starved
				unsent += p.Unsent
			}
		}
	}
	return lag, starved, unsent
}

// Checks gives the checks of all runs; of those with one name and time there
// is one, that holds if all do.
func (r *Result) Checks() (all []Check) {
	for i := range r.Runs {
		all = joinChecks(all, r.Runs[i].Checks)
	}
	return all
}

// joinChecks adds checks to those there are.
func joinChecks(all, more []Check) []Check {
	for _, c := range more {
		i := slices.IndexFunc(all, func(a Check) bool { return a.Name == c.Name && a.When == c.When })
		if i < 0 {
			all = append(all, c)
			continue
		}
		a := &all[i]
		a.OK, a.Looked = a.OK && c.OK, a.Looked+c.Looked
		if c.Detail != "" && a.Detail != "" && a.Detail != c.Detail {
			a.Detail += "; "
		}
		if a.Detail != c.Detail {
			a.Detail += c.Detail
		}
	}
	return all
}

// Faults gives why the figures must not be used, in words: what voids them,
// checks that failed, looked at nothing or are not there, and a control that
// did not pass.
// None: they may, as far as a control that was never run lets one know.
func (r *Result) Faults() (faults []string) {
	faults = slices.Clone(r.Void)
	checks := r.Checks()
	if len(r.Runs) == 0 {
		faults = append(faults, "nothing was measured")
	} else if len(checks) == 0 {
		faults = append(faults, "nothing was checked")
	}
	for _, c := range checks {
		switch {
		case !c.OK:
			faults = append(faults, "check failed: "+c.Name+" ("+c.When+"): "+c.Detail)
		case c.Looked == 0:
			faults = append(faults, "check looked at nothing: "+c.Name+" ("+c.When+")")
		}
	}
	if r.Selftest != nil && !r.Selftest.Passed {
		faults = append(faults, "the negative control failed: this bench misses faults on this machine")
	}
	return faults
}
