package waves_test

// These tests play a few waves with every arm and show that no seat is taken
// twice and nobody asked twice (Compare fails if so), that the counts agree
// with one another, that a wave fills even where acceptance is mistaken
// threefold, that the same seed gives the same report, that a season keeps to
// the budgets, and that the page explains itself without anything from outside.

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"renfort/bench/waves"
)

// small is a comparison that takes about a second.
func small() waves.Config {
	return waves.Config{Seeds: 3, FirstSeed: 5001, People: 3000, Seats: []int{20}, Targets: []int{1, 10}, Truths: []float64{0.04, 0.12, 0.25},
		Channels: []string{"push"}, Knowledge: []string{waves.KnownEach}}
}

func mustCompare(t *testing.T, c waves.Config) *waves.Report {
	t.Helper()
	r, err := waves.Compare(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Seconds = 0
	return r
}

func TestEveryWaveFills(t *testing.T) {
	r := mustCompare(t, small())
	if len(r.Settings) != 6 {
		t.Fatalf("%d settings, want 6", len(r.Settings))
	}
	for _, s := range r.Settings {
		for _, o := range s.Arms {
			for i, f := range o.Figures {
				if f.Filled > f.Seats || f.Full != (f.Filled == f.Seats) || f.Filled+f.TurnedAway > f.Asked || f.Asked > 3000 || f.Asked == 0 {
					t.Errorf("%s, %s, seed %d: %+v", s.Scenario, o.Name, 5001+i, f)
				}
				if last := f.Curve[len(f.Curve)-1]; last > f.Filled || f.Full && f.Seconds < 3600 && last != f.Filled {
					t.Errorf("%s, %s, seed %d: the curve ends at %d, %d were filled", s.Scenario, o.Name, 5001+i, last, f.Filled)
				}
			}
			if renfort := o.Name == "calm" || o.Name == "normal" || o.Name == "urgent" || o.Name == "vital"; renfort && o.Full < 1 {
				t.Errorf("%s, %s: %.2f of the plays filled", s.Scenario, o.Name, o.Full)
			}
		}
	}
}

// The hastier the dial, the sooner and the dearer, in one setting of many seeds.
func TestTheDialTrades(t *testing.T) {
	c := small()
	c.Seeds, c.Targets, c.Truths, c.Arms = 8, []int{1}, []float64{0.12}, []string{"calm", "urgent", "vital"}
	arms := mustCompare(t, c).Settings[0].Arms
	for i := 1; i < len(arms); i++ {
		if a, b := arms[i-1], arms[i]; a.P50 <= b.P50 || a.Asked >= b.Asked || a.TurnedAway >= b.TurnedAway {
			t.Errorf("%s: %d s, %.1f asked, %.2f away; %s: %d s, %.1f asked, %.2f away", a.Name, a.P50, a.Asked, a.TurnedAway, b.Name, b.P50, b.Asked, b.TurnedAway)
		}
	}
}

func TestSameSeedSameReport(t *testing.T) {
	c := small()
	c.Seeds, c.Truths, c.Channels = 2, []float64{0.12}, []string{"push", "email"}
	c.Arms = []string{"five", "urgent"}
	if a, b := mustCompare(t, c), mustCompare(t, c); !reflect.DeepEqual(a, b) {
		t.Errorf("two comparisons of the same seeds differ:\n%+v\n%+v", a, b)
	}
}

func TestSeasonKeepsToBudgets(t *testing.T) {
	if testing.Short() {
		t.Skip("plays 180 waves")
	}
	if raceEnabled {
		t.Skip("one goroutine, and long under the race detector: .ci/run runs it without")
	}
	c := small()
	c.Seeds, c.Targets, c.Truths, c.Season, c.Arms = 1, []int{1}, []float64{0.12}, true, []string{"calm"}
	seasons := mustCompare(t, c).Seasons
	for i, f := range seasons {
		if budgets := i > 0; budgets && (f.OverBudget != 0 || f.MostInMonth > 2) {
			t.Errorf("%s: %d people over budget, at most %d in a month", f.Name, f.OverBudget, f.MostInMonth)
		}
		if last := len(f.Shares) - 1; last != 99 || f.Shares[last] < .999999 {
			t.Errorf("%s: shares %v", f.Name, f.Shares)
		}
	}
	if first, last := seasons[0].Busiest, seasons[len(seasons)-1].Busiest; last > 0.3 || first < 0.6 {
		t.Errorf("of the asks, %.3f to the busiest without budgets, %.3f with all that Renfort does; want at most 0.3", first, last)
	}
	if seasons[0].OverBudget == 0 {
		t.Error("without budgets nobody was asked too often: the season shows nothing")
	}
}

func TestReportExplainsItself(t *testing.T) {
	c := small()
	c.Seeds, c.Truths = 2, []float64{0.12}
	r := mustCompare(t, c)
	var page, table, data bytes.Buffer
	for _, err := range []error{r.WriteHTML(&page), r.Write(&table), r.WriteJSON(&data)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range waves.Arms() {
		if !strings.Contains(page.String(), a.Name) || !strings.Contains(page.String(), a.French) || !strings.Contains(table.String(), a.Name) {
			t.Errorf("the page or the table lacks %s", a.Name)
		}
	}
	if outside := regexp.MustCompile(`(?i)(src|href)=|url\(|@import|https?:`).FindString(page.String()); outside != "" {
		t.Errorf("the page needs something from outside: %s", outside)
	}
	if strings.Contains(page.String(), "NaN") || strings.Contains(page.String(), "Inf") {
		t.Error("the page has a number that is none")
	}
	var back waves.Report
	if err := json.Unmarshal(data.Bytes(), &back); err != nil || len(back.Settings) != len(r.Settings) || back.Settings[0].Arms[3].Asked != r.Settings[0].Arms[3].Asked {
		t.Errorf("what was written as JSON reads otherwise: %v", err)
	}
}

func TestConfigRefusesNonsense(t *testing.T) {
	f := func(want string, change func(*waves.Config)) {
		t.Helper()
		c := waves.Default()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	f("0 seeds", func(c *waves.Config) { c.Seeds = 0 })
	f("0 people", func(c *waves.Config) { c.People = 0 })
	f("25 seats cannot be divided among 10", func(c *waves.Config) { c.Seats = []int{25} })
	f("0 targets", func(c *waves.Config) { c.Targets = []int{0} })
	f("a chance of 1", func(c *waves.Config) { c.Truths = []float64{1} })
	f("a list", func(c *waves.Config) { c.Channels = nil })
	f(`no channel "pigeon"`, func(c *waves.Config) { c.Channels = []string{"pigeon"} })
	f(`no knowledge "all"`, func(c *waves.Config) { c.Knowledge = []string{"all"} })
	f(`no arm "fastest"`, func(c *waves.Config) { c.Arms = []string{"fastest"} })
}

func TestCompareStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := waves.Compare(ctx, small(), nil); err == nil {
		t.Error("a comparison that was told to stop went on to its end")
	}
}
