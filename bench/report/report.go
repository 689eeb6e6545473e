package report

import (
	_ "embed" // the page
	"errors"
	"fmt"
	"html/template"
	"io"
	"sync"

	"renfort/bench/result"
)

//go:embed report.html
var reportHTML string

var reportPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Parse(reportHTML))
})

// page is what the template shows.
type page struct {
	Title    words
	Verdict  words
	Banner   []words // why the figures must not be used
	Tiles    []tiles // of each result
	Columns  int     // how many figures stand side by side, where it is wide
	Sections []section
}

// tiles are the figures on top, of one result.
type tiles struct {
	Name  words // "" where there is but one result
	Tiles []tile
}

// tile is one figure with its name.
type tile struct {
	Name, Value words
	Bad         bool
}

// section is a part of the page.
type section struct {
	ID      string
	Title   words
	Text    words
	Legend  []key
	Figures []figure
	Kinds   []figure // of each kind of call, folded where there are many
	Tables  []table
	Listed  []words
}

// kindsOpen is up to how many figures of kinds of call are shown unfolded.
const kindsOpen = 4

// Open says whether they are.
func (s *section) Open() bool { return len(s.Kinds) <= kindsOpen }

// key is one entry of a legend: a class of the style sheet, and what it means.
type key struct {
	Class string
	Name  words
}

// Swatch draws what the class looks like in a plot.
func (k key) Swatch() template.HTML {
	shape := `<path class="line %s" d="M0 7H30"/>`
	switch k.Class {
	case "done", "done aside", "refused", "failed", "warm", "interval":
		shape = `<rect class="%s" x="4" y="1" width="22" height="12"/>`
	case "good":
		shape = `<circle class="%s" cx="15" cy="7" r="5"/>`
	case "bad":
		shape = `<path class="%s" d="M10 2l10 10m0 -10l-10 10"/>`
	case "void":
		shape = `<rect class="%s" x="10.5" y="2.5" width="9" height="9"/>`
	}
	return template.HTML(`<svg viewBox="0 0 30 14" aria-hidden="true">` + fmt.Sprintf(shape, k.Class) + `</svg>`)
}

// figure is a plot with its caption, and its values as a table; without a plot
// it keeps the place of a result that has none.
type figure struct {
	Caption words
	Plot    template.HTML
	Table   *table
}

// table is rows of cells; the first cell of each heads its row.
type table struct {
	Caption words
	Heads   []words
	Rows    [][]words
	Prose   bool // cells are texts and not figures
}

func (t *table) add(cells ...words) { t.Rows = append(t.Rows, cells) }

// WriteHTML writes one page that explains itself, in English and French, and
// needs nothing else. Two results and more are shown side by side, and two are
// compared, the first with the second. No result is an error; results are not
// changed.
func WriteHTML(w io.Writer, results ...*result.Result) error {
	if len(results) == 0 {
		return errors.New("report: no results")
	}
	v := newView(results)
	p := page{Title: v.title(), Verdict: v.verdict(), Banner: v.banner(), Columns: max(len(results), 2), Tiles: v.tiles()}
	for _, build := range [...]func() section{v.goals, v.compared, v.throughput, v.latency, v.percentiles, v.knee, v.repeats, v.calls, v.checks,
		v.fills, v.resources, v.generator, v.control, v.circumstances, v.remarks, limits} {
		if s := build(); len(s.Figures)+len(s.Tables)+len(s.Listed) > 0 {
			p.Sections = append(p.Sections, s)
		}
	}
	if err := reportPage().Execute(w, &p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// view is the results and what their plots have in common, so that they can be
// laid beside one another.
type view struct {
	results []*result.Result
	names   []string // of the results; "" where there is but one
	sums    [][]result.Sum
	times   scale
}

func newView(results []*result.Result) *view {
	v := &view{results: results}
	low, high := 1e9, 1.0
	for i, r := range results {
		name := ""
		if len(results) > 1 {
			name = string(rune('A'+i)) + " · " + r.Began
			if r.Service.Build.Commit != "" {
				name = string(rune('A'+i)) + " · " + short(r.Service.Build.Commit)
			}
		}
		v.names, v.sums = append(v.names, name), append(v.sums, r.Sums())
		for _, s := range v.sums[i] {
			if h := s.Call.Latency; h.Count() > 0 {
				low, high = min(low, float64(h.At(5))), max(high, float64(h.Max()))
			}
			if h := s.Call.ServiceTime; h.Count() > 0 {
				low = min(low, float64(h.At(5)))
			}
		}
	}
	v.times = decades(min(low, high), high)
	return v
}

// short gives the beginning of a commit.
func short(commit string) string { return commit[:min(len(commit), 10)] }

// of names what a figure shows: of which result, where there are several.
func (v *view) of(i int, what words) words {
	if v.names[i] == "" {
		return what
	}
	return words{v.names[i] + ": " + what.English, v.names[i] + " : " + what.French}
}
