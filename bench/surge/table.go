package surge

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// shownInTable are the measures of the table on a terminal.
var shownInTable = [...]struct{ key, head string }{
	{"filled", "filled"}, {"refused_form", "after form"}, {"refused_click", "at click"}, {"refused_link", "by link"},
	{"oversold", "oversold"}, {"served", "served"}, {"rural", "rural"}, {"urban", "urban"}, {"pressing", "urgent"}, {"gini", "gini"},
	{"relevance_lost", "rel. lost"}, {"idle_hours", "idle h"},
}

// Write prints a table for each size.
func (r *Report) Write(w io.Writer) error {
	measures := map[string]Measure{}
	for _, m := range Measures() {
		measures[m.Key] = m
	}
	for i := range r.Sizes {
		s := &r.Sizes[i]
		fmt.Fprintf(w, "%d arrivals, %d missions, %.0f seats, at best %.0f filled; mean of %d seeds, ± 95 %%\n", s.Arrivals, r.Config.Missions,
			s.Seats.Mean, s.Optimum.Mean, r.Config.Seeds)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprint(t, "arm")
		for _, c := range shownInTable {
			fmt.Fprint(t, "\t", c.head)
		}
		fmt.Fprintln(t, "\tadds to filled")
		for k := range s.Arms {
			o := &s.Arms[k]
			fmt.Fprint(t, o.Name)
			for _, c := range shownInTable {
				m := measures[c.key]
				fmt.Fprint(t, "\t", m.write(o.Values[c.key]))
			}
			added := ""
			if e, ok := o.Added["filled"]; ok {
				added = fmt.Sprintf("%+.1f ± %.1f", 100*e.Mean, 100*e.Half)
			}
			fmt.Fprint(t, "\t", added, "\n")
		}
		if err := t.Flush(); err != nil {
			return fmt.Errorf("surge: %w", err)
		}
		for k := range s.Arms {
			if o := s.Arms[k].Outlook; o != nil {
				fmt.Fprintf(w, "outlook of %s, told at the signup:\n", s.Arms[k].Name)
				o.Free.write(w, "with nothing held")
				o.Held.write(w, "with a seat held")
			}
		}
		fmt.Fprintln(w)
	}
	return nil
}

// write gives an estimate as people read it.
func (m *Measure) write(e Estimate) string {
	switch m.unit {
	case percent:
		return fmt.Sprintf("%.1f ± %.1f %%", 100*e.Mean, 100*e.Half)
	case ratioOfOne:
		return fmt.Sprintf("%.3f ± %.3f", e.Mean, e.Half)
	}
	return fmt.Sprintf("%.0f ± %.0f", e.Mean, e.Half)
}

// WriteJSON writes everything, seed by seed.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("surge: %w", err)
	}
	return nil
}

// write prints how good a kind of forecast was, and what came of each tenth.
func (v *Verdict) write(w io.Writer, what string) {
	fmt.Fprintf(w, "  %s: %d people, %.1f %% seated, Brier score %.4f ± %.4f, of the base rate %.4f ± %.4f\n", what, v.People, 100*v.Seated,
		v.Brier.Mean, v.Brier.Half, v.Base.Mean, v.Base.Half)
	for _, b := range v.ByTenth {
		if b.People > 0 {
			fmt.Fprintf(w, "    told %4.1f %%, seated %4.1f %%, %d people\n", 100*b.Told/float64(b.People), 100*ratio(b.Seated, b.People), b.People)
		}
	}
}
