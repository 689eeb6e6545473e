package surge_test

// These tests play tiny surges with every arm, over the engine itself, and show
// that nothing is oversold, nobody is counted twice, nobody beats hindsight,
// holds leave nobody at a form for nothing, and the same seed gives the same
// report; and that the page explains itself without anything from outside.

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"renfort/bench/surge"
)

// tiny is a comparison of all arms that takes a second or two.
func tiny(t *testing.T) surge.Config {
	t.Helper()
	arrivals := 500
	if raceEnabled {
		arrivals = 120 // .ci/run has them all come without the detector
	}
	return surge.Config{Seeds: 1, Arrivals: []int{arrivals}, Missions: 40, Dir: t.TempDir()}
}

func mustCompare(t *testing.T, c surge.Config) *surge.Report {
	t.Helper()
	r, err := surge.Compare(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Seconds, r.Config.Dir = 0, ""
	return r
}

func TestTinySurges(t *testing.T) {
	r := mustCompare(t, tiny(t))
	parts := map[string]surge.Arm{}
	for _, a := range surge.Arms() {
		parts[a.Name] = a
	}
	s := &r.Sizes[0]
	if len(s.Arms) != len(parts) {
		t.Fatalf("%d arms, want %d", len(s.Arms), len(parts))
	}
	for _, o := range s.Arms {
		for seed, f := range o.Figures {
			if f.Oversold != 0 || f.Fills > f.Optimum || f.Served > f.Servable || f.Served > f.Fills || f.Fills == 0 {
				t.Errorf("%s, seed %d: %+v", o.Name, seed+1, f)
			}
			if sum := sumOf(f.Curve); sum != f.Fills {
				t.Errorf("%s, seed %d: %d people seated by the minute, %d in all", o.Name, seed+1, sum, f.Fills)
			}
			if parts[o.Name].Holds && f.RefusedForm != 0 {
				t.Errorf("%s, seed %d: %.3f of the forms were for nothing, in spite of holds", o.Name, seed+1, f.RefusedForm)
			}
			for _, share := range [...]float64{f.Filled, f.Refused, f.RefusedClick, f.RefusedLink, f.Rural, f.Urban, f.Pressing, f.Gini} {
				if share < 0 || share > 1 {
					t.Errorf("%s, seed %d: a share of %v in %+v", o.Name, seed+1, share, f)
				}
			}
		}
	}
}

func TestSameSeedSameReport(t *testing.T) {
	var reports []*surge.Report
	for range 2 {
		c := tiny(t)
		c.Seeds, c.Arms = 1, []string{"distance", "perturbed", surge.Arms()[len(surge.Arms())-1].Name}
		reports = append(reports, mustCompare(t, c))
	}
	if !reflect.DeepEqual(reports[0], reports[1]) {
		t.Errorf("two comparisons of the same seed differ:\n%+v\n%+v", reports[0], reports[1])
	}
}

func sumOf(list []int) (sum int) {
	for _, n := range list {
		sum += n
	}
	return sum
}

// What an older view costs and what holds prevent shows where seats are scarce.
func TestScarceSeats(t *testing.T) {
	c := tiny(t)
	c.Arrivals, c.Missions, c.Arms = []int{3_000}, 30, []string{"relevance", "holds"}
	s := mustCompare(t, c).Sizes[0]
	stale, held := s.Arms[0], s.Arms[1]
	if stale.Values["refused_form"].Mean == 0 || held.Values["refused_form"].Mean != 0 {
		t.Errorf("refused after the form: %v with an old view, want some; %v with holds, want none", stale.Values["refused_form"], held.Values["refused_form"])
	}
}

func TestReportExplainsItself(t *testing.T) {
	c := tiny(t)
	c.Seeds, c.Arms = 2, []string{"distance", "holds", "perturbed"}
	r := mustCompare(t, c)
	var page, table, data bytes.Buffer
	for _, err := range []error{r.WriteHTML(&page), r.Write(&table), r.WriteJSON(&data)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range r.Sizes[0].Arms {
		for what, text := range map[string]string{"page": page.String(), "table": table.String()} {
			if !strings.Contains(text, o.Name) {
				t.Errorf("the %s lacks arm %s", what, o.Name)
			}
		}
	}
	if outside := regexp.MustCompile(`(?i)(src|href)=|url\(|@import|https?:`).FindString(page.String()); outside != "" {
		t.Errorf("the page needs something from outside: %s", outside)
	}
	for _, m := range surge.Measures() {
		if !strings.Contains(page.String(), m.English) || !strings.Contains(page.String(), m.French) {
			t.Errorf("the page lacks %q or %q", m.English, m.French)
		}
	}
	if strings.Contains(page.String(), "NaN") || strings.Contains(page.String(), "Inf") {
		t.Error("the page has a number that is none")
	}
	var back surge.Report
	if err := json.Unmarshal(data.Bytes(), &back); err != nil || !reflect.DeepEqual(back.Sizes, r.Sizes) {
		t.Errorf("what was written as JSON reads otherwise: %v", err)
	}
}

// What people are told when they sign up is worth more than the share of all
// who get a seat, counts everybody once, and is near what comes.
func TestOutlookBeatsTheBaseRate(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine, and long under the race detector: .ci/run runs it without")
	}
	c := tiny(t)
	c.Seeds, c.Arrivals, c.Missions, c.Arms = 2, []int{3_000}, 300, []string{"waiting", "page"}
	arms := mustCompare(t, c).Sizes[0].Arms
	if arms[0].Outlook != nil {
		t.Errorf("arm %s tells nobody anything, got %+v", arms[0].Name, arms[0].Outlook)
	}
	free, held := &arms[1].Outlook.Free, &arms[1].Outlook.Held
	if free.Brier.Mean >= free.Base.Mean || free.People < 1_000 || held.People < 200 {
		t.Errorf("told with nothing held: Brier score %.4f, want less than the base rate's %.4f; %d and %d people", free.Brier.Mean, free.Base.Mean, free.People, held.People)
	}
	for _, v := range [...]*surge.Verdict{free, held} {
		people, told, seated := 0, 0.0, 0.0
		for i, b := range v.ByTenth {
			people, told, seated = people+b.People, told+b.Told, seated+float64(b.Seated)
			if b.Seated > b.People || b.Told < float64(i*b.People)/10-1e-9 || b.Told > float64((i+1)*b.People)/10+1e-9 {
				t.Errorf("tenth %d: %+v", i, b)
			}
		}
		if n := float64(people); people != v.People || math.Abs(told-seated)/n > 0.06 || math.Abs(seated/n-v.Seated) > 1e-9 {
			t.Errorf("%d people in tenths, %d in all; told %.3f, seated %.3f, %.3f", people, v.People, told/n, seated/n, v.Seated)
		}
	}
}

func TestConfigRefusesNonsense(t *testing.T) {
	f := func(want string, change func(*surge.Config)) {
		t.Helper()
		c := surge.Default()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	f("0 seeds", func(c *surge.Config) { c.Seeds = 0 })
	f("no number of arrivals", func(c *surge.Config) { c.Arrivals = nil })
	f(`no arm "fastest"`, func(c *surge.Config) { c.Arms = []string{"fastest"} })
}

func TestCompareStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := surge.Compare(ctx, tiny(t), nil); err == nil {
		t.Error("a comparison that was told to stop went on to its end")
	}
}
