package result

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteText writes the comparison as a terminal shows it: a line for each
// figure, what a reader has to know, and the verdict.
func (c *Comparison) WriteText(w io.Writer) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "phase, call\tfigure\tA\tB\tchange\t95 % interval\tverdict")
	for i := range c.Lines {
		l := &c.Lines[i]
		change, interval := "–", "–"
		if l.Why == "" || l.Low != l.High {
			change, interval = l.Percent(l.Change), l.Percent(l.Low)+" to "+l.Percent(l.High)
		}
		verdict := string(l.Verdict)
		if l.Why != "" {
			verdict += ": " + l.Why
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", lineName(l.Phase, l.Call), l.Metric, l.Value(l.A), l.Value(l.B), change, interval, verdict)
	}
	t.Flush()
	fmt.Fprintf(&b, "Figures are medians of %s. A difference is told from 5 %% of throughput, 10 %% of times (25 %% of p99.9),\n0.1 %% of errors and 1 %% of refusals on, if chance does not explain it over all lines.\n", c.Unit)
	for _, note := range c.Notes {
		fmt.Fprintln(&b, "note:", note)
	}
	fmt.Fprintf(&b, "%s: %s\n", c.Verdict, c.Counts())
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("result: write comparison: %w", err)
	}
	return nil
}

// Counts says how many lines have which verdict.
func (c *Comparison) Counts() string {
	return fmt.Sprintf("of %d figures B is worse in %d, better in %d, the same in %d; of %d one cannot tell",
		len(c.Lines), c.Count(Worse), c.Count(Better), c.Count(NoDifference), c.Count(CannotTell))
}

// Value writes a value of the line with its unit; a dash for none.
func (l *Line) Value(v float64) string {
	switch {
	case l.Why != "" && l.A == 0 && l.B == 0:
		return "–"
	case l.Unit == "share":
		return fmt.Sprintf("%.2f %%", 100*v)
	case l.Unit == "/s":
		return rate(v) + "/s"
	}
	return Duration(int64(v + 0.5))
}

// Percent writes a change of the line; of shares in points of a hundred.
func (l *Line) Percent(change float64) string {
	if l.Unit == "share" {
		return fmt.Sprintf("%+.2f pt", 100*change)
	}
	return fmt.Sprintf("%+.1f %%", 100*change)
}
