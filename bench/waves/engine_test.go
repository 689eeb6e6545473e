package waves_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"renfort/bench/waves"
)

// TestEngineAgrees shows that waves of the real engine do as the simulation
// says: the same people, known by their distance alone, are asked by both. The
// engine steps at each answer besides every ten seconds, and rounds people's
// places to cells, so that no play is the same; the means must be, within 15 % of the
// time (six calm plays end with six people who took long), 3 % of those asked, and 5 % and 0.05 of those turned away.
func TestEngineAgrees(t *testing.T) {
	c := waves.Config{Seeds: 6, FirstSeed: 5001, People: 1500, Seats: []int{20}, Targets: []int{1}, Truths: []float64{0.04, 0.12},
		Channels: []string{"push"}, Knowledge: []string{waves.KnownFlat}, Arms: []string{"calm", "urgent"}}
	if testing.Short() || raceEnabled {
		c.Seeds, c.Truths = 3, c.Truths[1:]
	}
	all, err := waves.PlayEngine(context.Background(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// The time until full, in seconds, and people per seat, of each play's mean.
	means := func(figures []waves.Figures) (seconds, asked, away float64) {
		seats := 0
		for _, f := range figures {
			seconds, asked, away, seats = seconds+float64(f.Seconds), asked+float64(f.Asked), away+float64(f.TurnedAway), seats+f.Seats
		}
		return seconds / float64(len(figures)), asked / float64(seats), away / float64(seats)
	}
	for _, a := range all {
		seconds, asked, away := means(a.Simulated.Figures)
		gotSeconds, gotAsked, gotAway := means(a.Engine.Figures)
		t.Logf("%s, %s: %.0f s, %.2f asked, %.2f away; engine %.0f s, %.2f, %.2f", a.Scenario, a.Engine.Name, seconds, asked, away, gotSeconds, gotAsked, gotAway)
		if math.Abs(gotSeconds-seconds) > seconds*0.15 || math.Abs(gotAsked-asked) > asked*0.03 || math.Abs(gotAway-away) > 0.05+away*0.05 || a.Engine.Full != 1 {
			t.Errorf("%s, %s: the engine took %.0f s, asked %.2f, turned away %.2f per seat; simulated %.0f, %.2f, %.2f ; full %.2f",
				a.Scenario, a.Engine.Name, gotSeconds, gotAsked, gotAway, seconds, asked, away, a.Engine.Full)
		}
	}
	var table strings.Builder
	if err := waves.WriteAgreements(&table, all); err != nil || strings.Count(table.String(), "engine") != len(all) {
		t.Errorf("got the table %q, %v", table.String(), err)
	}
}

// What the engine cannot know beforehand is not played over it.
func TestEngineRefuses(t *testing.T) {
	for _, c := range []waves.Config{small(), {Seeds: 1, People: 10, Seats: []int{2}, Targets: []int{2}, Truths: []float64{0.1}, Channels: []string{"push"}, Knowledge: []string{waves.KnownFlat}}} {
		if _, err := waves.PlayEngine(context.Background(), c, t.TempDir()); err == nil {
			t.Errorf("%+v: got no error", c)
		}
	}
}
