package waves

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// Write prints a table for each setting, and one for the seasons.
func (r *Report) Write(w io.Writer) error {
	for i := range r.Settings {
		s := &r.Settings[i]
		fmt.Fprintf(w, "%s; %d plays from seed %d on\n", s.Scenario, r.Config.Seeds, r.Config.FirstSeed)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(t, "arm\tfull p50\tp90\tasked/seat\tturned away/seat\tseats filled\tplays full\t")
		for k := range s.Arms {
			o := &s.Arms[k]
			fmt.Fprintf(t, "%s\t%s\t%s\t%.2f\t%.2f\t%.1f %%\t%.1f %%\t\n", o.Name, minutes(o.P50), minutes(o.P90), o.Asked, o.TurnedAway, 100*o.Filled, 100*o.Full)
		}
		if err := t.Flush(); err != nil {
			return fmt.Errorf("waves: %w", err)
		}
		fmt.Fprintln(w)
	}
	if len(r.Seasons) == 0 {
		return nil
	}
	fmt.Fprintf(w, "a season: %d waves in %d days over %d people\n", seasonWaves, seasonWaves*seasonGapDays, seasonPeople)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "way\tseats\tfilled\tasks\tpeople asked\tto the busiest 12 %\tunanswered in 30 days, at most\tpeople over budget\t")
	for i := range r.Seasons {
		f := &r.Seasons[i]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%.1f %%\t%d\t%d\t\n", f.Name, f.Seats, f.Filled, f.Asks, f.Asked, 100*f.Busiest, f.MostInMonth, f.OverBudget)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("waves: %w", err)
	}
	return nil
}

// minutes writes a time to fill, 0 being none within a play.
func minutes(seconds int64) string {
	if seconds == 0 {
		return fmt.Sprintf("> %d h", Hours)
	}
	return fmt.Sprintf("%.1f min", float64(seconds)/60)
}

// WriteJSON writes everything, seed by seed.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("waves: %w", err)
	}
	return nil
}
