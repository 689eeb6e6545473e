package report_test

// The page stands alone, is well formed whatever is in a result, and says in
// red what must not be used.

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"renfort/bench/report"
	"renfort/bench/result"
	"renfort/bench/result/made"
)

// pages is where the pages of the tests are left, to be looked at.
var pages = flag.String("pages", "", "a folder to leave the pages of the tests in")

// write writes the page of results; of results there are it cannot fail.
func write(results ...*result.Result) string {
	var b bytes.Buffer
	if err := report.WriteHTML(&b, results...); err != nil {
		return err.Error()
	}
	return b.String()
}

// leave leaves a page where it can be looked at.
func leave(t *testing.T, name, html string) {
	t.Helper()
	if *pages == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*pages, name+".html"), []byte(html), 0o644); err != nil {
		t.Fatal(err)
	}
}

// good is a plain result, with every kind of thing that a page shows.
func good() *result.Result {
	r := made.Result(made.Config{Seed: 1, Repeats: 5, Seconds: 20, RatePerS: 200, RunNoise: 0.03, SecondNoise: 0.1, SecondStays: 0.7, StallsPerS: 0.05, ErrorShare: 0.0005})
	for i := range r.Runs {
		p := &r.Runs[i].Phases[0]
		warm := *p
		warm.Name, warm.Counted, warm.LengthUS = "warm-up", false, 3e6
		warm.Calls = nil
		for _, c := range p.Calls {
			c.Windows = c.Windows[:3]
			warm.Calls = append(warm.Calls, c)
		}
		p.StartUS = 3e6
		r.Runs[i].Phases = []result.Phase{warm, *p}
		for k := range 6 { // a neighbour's hand on the door
			w := &r.Runs[i].Phases[1].Calls[1].Windows[8+k]
			w.Refused, w.Done = w.Done/4, w.Done-w.Done/4
		}
	}
	r.Notes = []string{"generator and service share the machine, one core each"}
	r.Missing = []string{"sync count: the kernel does not tell"}
	r.Goals = []result.Goal{{Name: "p99 of recommendations", Wanted: "under 50 ms", Got: "1.2 ms", Met: true}, {Name: "recommendations a second", Wanted: "400", Got: "399", Met: false}}
	return r
}

// kneed is the result of a search for the knee.
func kneed() *result.Result {
	r := made.Result(made.Config{Seed: 2, Repeats: 1, Seconds: 30, RatePerS: 300, SecondNoise: 0.1})
	r.Scenario, r.Knee = "knee", &result.Knee{SLO: "p99=10ms,errors=0.1%", RatePerS: 41_000, GoodPerS: 40_800}
	r.Knee.Steps = []result.Step{{RatePerS: 10_000, GoodPerS: 10_000, P99: 900, Met: true}, {RatePerS: 20_000, GoodPerS: 19_990, P99: 1_400, Met: true}, {RatePerS: 40_000, GoodPerS: 39_900, P99: 5_200, Met: true},
		{RatePerS: 80_000, GoodPerS: 33_000, P99: 900_000, Failed: 0.4}, {RatePerS: 60_000, GoodPerS: 38_000, P99: 120_000, Failed: 0.02, Void: "its own p99 lag was 3 ms"}, {RatePerS: 50_000, GoodPerS: 39_000, P99: 31_000},
		{RatePerS: 41_000, GoodPerS: 40_800, P99: 8_700, Met: true}}
	return r
}

// hostile has markup wherever a text can be.
func hostile() *result.Result {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>&'` + "\u202e]]>"
	r := made.Result(made.Config{Seed: 3, Repeats: 2, Seconds: 3, RatePerS: 20})
	r.Scenario, r.Command, r.RunID, r.Began = evil, evil, evil, evil
	r.Void, r.Notes, r.Missing = []string{evil}, []string{evil}, []string{evil}
	r.Settings[evil] = evil
	r.Service.Target, r.Service.Own, r.Service.Build.Commit, r.Service.Flags, r.Service.FileSystem = evil, false, evil, []string{evil}, evil
	r.Service.Env[evil] = evil
	r.Machine.CPU, r.Machine.Pinning, r.Machine.Kernel = evil, evil, evil
	r.Selftest.Faults = []result.Fault{{Name: evil, By: evil}}
	r.Goals = []result.Goal{{Name: evil, Wanted: evil, Got: evil}}
	r.Knee = &result.Knee{SLO: evil + "p99=10ms", RatePerS: 5, Steps: []result.Step{{RatePerS: 5, Void: evil}}}
	for i := range r.Runs {
		p := &r.Runs[i].Phases[0]
		p.Name, p.Arrivals = evil, evil
		p.Calls[0].Name, p.Calls[0].Codes = evil, map[string]int64{evil: 1}
		r.Runs[i].Checks[0].Name, r.Runs[i].Checks[0].When, r.Runs[i].Checks[0].Detail = evil, evil, evil
		r.Runs[i].Fills[1].Title = evil
	}
	return r
}

// all are the pages that every test looks at, made once.
func all(t *testing.T) map[string]string {
	t.Helper()
	made := allPages()
	for name, html := range made {
		leave(t, name, html)
	}
	return made
}

var allPages = sync.OnceValue(func() map[string]string {
	slower := good()
	slower.Service.Build.Commit = "9e44a72"
	b := made.Result(made.Config{Seed: 9, Repeats: 5, Seconds: 20, RatePerS: 200, RunNoise: 0.03, SecondNoise: 0.1, SecondStays: 0.7, Slow: 1.25})
	return map[string]string{
		"good":    write(good()),
		"knee":    write(kneed()),
		"hostile": write(hostile()),
		"two":     write(slower, b),
		"three":   write(good(), hostile(), kneed()),
		"empty":   write(&result.Result{}),
	}
})

// Nothing is fetched: no address, no file beside it, no style from elsewhere.
func TestAlone(t *testing.T) {
	// One by one, each with a beginning that is looked for as such: all in one
	// expression take seconds.
	fetches := []*regexp.Regexp{}
	for _, what := range []string{`https?:`, `src\s*=`, `@import`, `<link`, `<iframe`, `<object`, `<embed`, `url\([^#]`, `href="[^#]`, `xlink`, `fetch\(`, `xmlhttp`} {
		fetches = append(fetches, regexp.MustCompile(what))
	}
	for name, html := range all(t) {
		if name == "hostile" || name == "three" {
			html = strings.ReplaceAll(html, "&lt;img src=x", "") // as a text
		}
		html = strings.ToLower(html)
		for _, what := range fetches {
			if found := what.FindString(html); found != "" {
				t.Errorf("%s: found %q", name, found)
			}
		}
	}
}

// Texts stay texts: of markup in names nothing is left, and there is one
// script, which is the page's own.
func TestHostile(t *testing.T) {
	for name, html := range all(t) {
		if got := strings.Count(html, "<script"); got != 1 {
			t.Errorf("%s: got %d scripts, want one", name, got)
		}
		if strings.ContainsRune(html, '\u202e') {
			t.Errorf("%s: a name turns the direction of what follows", name)
		}
		if strings.Contains(html, "<img") || strings.Contains(html, `"">`) {
			t.Errorf("%s: markup in a name was taken for markup", name)
		}
	}
}

// Every element that is opened is closed, in its order; ids are there once.
func TestWellFormed(t *testing.T) {
	void := regexp.MustCompile(`<(meta|input|br|col)\b[^>]*>`)
	bare := regexp.MustCompile(` (checked)([ />])`)
	id := regexp.MustCompile(` id="([^"]*)"`)
	for name, html := range all(t) {
		seen := map[string]bool{}
		for _, found := range id.FindAllStringSubmatch(html, -1) {
			if seen[found[1]] {
				t.Errorf("%s: id %s is there twice", name, found[1])
			}
			seen[found[1]] = true
		}
		html = strings.TrimPrefix(html, "<!doctype html>\n")
		html = void.ReplaceAllStringFunc(html, func(tag string) string { return strings.TrimSuffix(tag, ">") + "/>" })
		html = bare.ReplaceAllString(html, ` $1="$1"$2`)
		d := xml.NewDecoder(strings.NewReader(html))
		d.Entity = xml.HTMLEntity
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				line, column := d.InputPos()
				t.Errorf("%s: line %d, column %d: %v", name, line, column, err)
				break
			}
		}
	}
}

// What must not be used is said in a banner, and what may be is not.
func TestBanner(t *testing.T) {
	const banner = `role="alert"`
	if strings.Contains(all(t)["good"], banner) {
		t.Error("a good result has a banner")
	}
	for says, change := range map[string]func(r *result.Result){
		"the generator was late":           func(r *result.Result) { r.Void = []string{"the generator was late"} },
		"check failed: no seat":            func(r *result.Result) { r.Runs[2].Checks[1].OK = false },
		"The negative control was not run": func(r *result.Result) { r.Selftest = nil },
		"the negative control failed":      func(r *result.Result) { r.Selftest.Passed = false },
	} {
		r := good()
		change(r)
		if html := write(r); !strings.Contains(html, banner) || !strings.Contains(html, says) {
			t.Errorf("got no banner that says %q", says)
		}
	}
	seat := good()
	seat.Runs[2].Checks[1].OK = false
	if html := write(seat); !strings.Contains(html, `class="wrong"`) {
		t.Error("a seat given twice: got no red figure")
	}
}

// The page says what was measured, in both languages.
func TestSays(t *testing.T) {
	r := good()
	html := all(t)["good"]
	s := r.Sums()[2]
	for _, want := range []string{
		fmt.Sprintf("The service answered %.0f requests a second", s.GoodPerS()), fmt.Sprintf("Le service a répondu à %.0f requêtes par seconde", s.GoodPerS()),
		result.Quantile(s.Call.Latency, 99.9), strings.Replace(result.Quantile(s.Call.Latency, 99.9), ".", ",", 1),
		"renfort bench mixed --rate 400 --duration 20s", "generator on core 1", "sync count: the kernel does not tell",
		"recommend", "200 × ", "✓ yes", "Soupe populaire, Alès", "no difference in 98", "<title>steady, ",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if html := all(t)["knee"]; !strings.Contains(html, "Up to 41,000 requests a second") || !strings.Contains(html, `class="void"`) {
		t.Error("the knee is not told")
	}
	if html := all(t)["two"]; !strings.Contains(html, "B is worse than A") || !strings.Contains(html, "▼ worse") {
		t.Error("that B is worse is not told")
	}
	if err := report.WriteHTML(io.Discard); err == nil {
		t.Error("no results: got no error")
	}
}
