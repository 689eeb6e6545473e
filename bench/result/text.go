package result

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// WriteText writes the result as a terminal shows it at the end of a run: a
// table of calls, what was checked, the generator's own lag, and whether the
// figures may be used.
func WriteText(w io.Writer, r *Result) error {
	var b bytes.Buffer
	r.textHead(&b)
	r.textCalls(&b)
	r.textRepeats(&b)
	r.textLag(&b)
	r.textServer(&b)
	r.textKnee(&b)
	r.textGoals(&b)
	r.textChecks(&b)
	r.textEnd(&b)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("result: write text: %w", err)
	}
	return nil
}

func (r *Result) textHead(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s · seed %d · run %s · %d repeat(s)", r.Scenario, r.Seed, r.RunID, len(r.Runs))
	if r.Shards > 1 {
		fmt.Fprintf(b, " · %d shards", r.Shards)
	}
	fmt.Fprintf(b, " · %s\n", r.Began)
	durable := "durable"
	if !r.Service.Durable {
		durable = "NOT durable"
	}
	fmt.Fprintf(b, "service %s, %s missions, %s volunteers, %s\n", orDash(r.Service.Build.Commit), Thousands(int64(r.Service.Missions)), Thousands(int64(r.Service.Volunteers)),
		strings.TrimSpace(durable+" "+r.Service.FileSystem))
}

// textCalls writes the table: a line for each call of each phase that counts.
func (r *Result) textCalls(b *bytes.Buffer) {
	fmt.Fprintln(b)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "phase, call\toffered/s\tdone/s\tp50\tp90\tp99\tp99.9\tp99.99\tmax\tno\trefused\terrors\ttimeouts\t")
	sums, widest := r.Sums(), 0
	for _, s := range sums {
		widest = max(widest, utf8.RuneCountInString(lineName(s.Phase, s.Call.Name)))
	}
	for _, s := range sums {
		c, l := &s.Call, s.Call.Latency
		fmt.Fprintf(t, "%-*s\t%s\t%s\t", widest, lineName(s.Phase, c.Name), rate(s.Offered), rate(s.GoodPerS()))
		for _, percentile := range [...]float64{50, 90, 99, 99.9, 99.99} {
			fmt.Fprintf(t, "%s\t", Quantile(l, percentile))
		}
		fmt.Fprintf(t, "%s\t", Duration(l.Max()))
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", Thousands(c.No), Thousands(c.Refused), Thousands(c.Errors), Thousands(c.Timeouts))
	}
	t.Flush()
	fmt.Fprintln(b, "Latency is from when a request was due. No: a right answer that says no.")
}

// lineName names a call of a phase.
func lineName(phase, call string) string {
	if call == "" {
		call = "all"
	}
	return strings.TrimPrefix(phase+", "+call, ", ")
}

// rate writes so many per second; a dash for none.
func rate(v float64) string {
	switch {
	case v <= 0:
		return "–"
	case v < 10:
		return fmt.Sprintf("%.1f", v)
	}
	return Thousands(int64(v + 0.5))
}

// textRepeats writes how far repeats lie apart.
func (r *Result) textRepeats(b *bytes.Buffer) {
	if len(r.Runs) < 2 {
		return
	}
	for _, phase := range r.phases() {
		s := r.sum(phase, "")
		done, p99 := s.Medians()
		fmt.Fprintf(b, "%s: median of %d repeats (least to most): %s (%s to %s) done/s, p99 %s (%s to %s)\n", phase, len(s.Repeats),
			rate(done.Median), rate(done.Least), rate(done.Most),
			Duration(int64(p99.Median)), Duration(int64(p99.Least)), Duration(int64(p99.Most)))
	}
}

func (r *Result) textLag(b *bytes.Buffer) {
	lag, starved, unsent := r.Lag()
	if lag.Count() > 0 {
		fmt.Fprintf(b, "generator's lag: p50 %s, p99 %s, max %s; %s waited for a free connection\n", Duration(lag.At(50)), Duration(lag.At(99)), Duration(lag.Max()), Thousands(starved))
	}
	if unsent > 0 {
		fmt.Fprintf(b, "%s arrivals were due and not sent: the run was ended before\n", Thousands(unsent))
	}
}

// verdict says what came of a step.
func (s *Step) verdict() string {
	switch {
	case s.Void != "":
		return "void: " + s.Void
	case s.Met:
		return "met"
	}
	return "not met"
}

// textServer writes what the service used, phase by phase, where that is known.
func (r *Result) textServer(b *bytes.Buffer) {
	for i := range r.Runs {
		for j := range r.Runs[i].Phases {
			p := &r.Runs[i].Phases[j]
			u := p.Server
			if !p.Counted || u.CPUSeconds < 0 || p.LengthUS == 0 {
				continue
			}
			fmt.Fprintf(b, "service in %s: %.2f cores, %s of processor time a request", p.Name, u.CPUSeconds/p.Seconds(), Duration(int64(u.CPUPerCallUS+0.5)))
			if u.Syncs > 0 {
				fmt.Fprintf(b, ", %s syncs", Thousands(u.Syncs))
			}
			if u.GCs > 0 {
				fmt.Fprintf(b, ", %s collections", Thousands(u.GCs))
			}
			if u.CacheHitShare >= 0 {
				fmt.Fprintf(b, ", %.0f %% of words from the cache", u.CacheHitShare*100)
			}
			fmt.Fprintln(b)
		}
	}
}

func (r *Result) textKnee(b *bytes.Buffer) {
	if k := r.Knee; k != nil {
		fmt.Fprintf(b, "knee: %s/s meet %s (%s/s within it), of %d rates tried\n", rate(k.RatePerS), k.SLO, rate(k.GoodPerS), len(k.Steps))
		for _, s := range k.Steps {
			fmt.Fprintf(b, "  %8s/s: %8s/s within it, p99 %8s, %.2f %% failed: %s\n", rate(s.RatePerS), rate(s.GoodPerS), Duration(s.P99), s.Failed*100, s.verdict())
		}
	}
}

func (r *Result) textChecks(b *bytes.Buffer) {
	checks := r.Checks()
	held, looked := 0, int64(0)
	for _, c := range checks {
		if c.OK && c.Looked > 0 {
			held++
		}
		looked += c.Looked
	}
	fmt.Fprintf(b, "checks: %d of %d hold, %s things looked at\n", held, len(checks), Thousands(looked))
}

// textGoals writes what the design wants, beside what came.
func (r *Result) textGoals(b *bytes.Buffer) {
	for _, g := range r.Goals {
		words := "reached"
		if !g.Met {
			words = "NOT reached"
		}
		fmt.Fprintf(b, "goal: %s: wanted %s, got %s: %s\n", g.Name, g.Wanted, g.Got, words)
	}
}

// textEnd writes the control, what a reader has to know, and the verdict.
func (r *Result) textEnd(b *bytes.Buffer) {
	fmt.Fprintln(b, r.Selftest.Text())
	for _, note := range r.Notes {
		fmt.Fprintln(b, "note:", note)
	}
	for _, missing := range r.Missing {
		fmt.Fprintln(b, "not measured:", missing)
	}
	faults := r.Faults()
	for _, fault := range faults {
		fmt.Fprintln(b, "VOID:", fault)
	}
	switch {
	case len(faults) > 0:
		fmt.Fprintln(b, "These figures must not be used.")
	case r.Selftest == nil:
		fmt.Fprintln(b, "Nothing was found against these figures; whether this bench would have found it, no control has shown.")
	default:
		fmt.Fprintln(b, "Nothing was found against these figures.")
	}
}

// Text says in a line what the negative control found, also of nil.
func (c *Control) Text() string {
	if c == nil {
		return "control: not run on this machine with this binary: see renfort bench selftest"
	}
	reported := 0
	var unseen []string
	for _, f := range c.Faults {
		if f.Reported {
			reported++
		} else {
			unseen = append(unseen, f.Name)
		}
	}
	words := "passed"
	if !c.Passed {
		words = "FAILED"
	}
	if len(unseen) > 0 {
		words += ", not reported: " + strings.Join(unseen, ", ")
	}
	return fmt.Sprintf("control: %s (%s), %d of %d faults reported, no difference in %d of %d pairs of the same server", words, c.At, reported, len(c.Faults), c.Same, c.Pairs)
}

// Quantile writes the value at a percentile; a dash where there are too few
// values to tell.
func Quantile(h Histogram, percentile float64) string {
	if !h.Tells(percentile) {
		return "–"
	}
	return Duration(h.At(percentile))
}

// Thousands writes a whole number with commas.
func Thousands(v int64) string {
	digits := fmt.Sprint(v)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Duration writes microseconds with three digits and a unit; a dash below 0.
func Duration(us int64) string {
	switch v := float64(us); {
	case us < 0:
		return "–"
	case us < 1_000:
		return fmt.Sprintf("%d µs", us)
	case us < 1_000_000:
		return digits(v/1e3) + " ms"
	default:
		return digits(v/1e6) + " s"
	}
}

// digits writes a number from 1 on with three digits, or all before the point.
func digits(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
