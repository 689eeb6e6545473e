package waves

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
)

//go:embed report.html
var reportHTML string

var reportPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Parse(reportHTML))
})

// pageSetting is what the page shows of a Setting.
type pageSetting struct {
	Scenario
	Percent     string
	Bars, Curve template.HTML
	Rows        [][]string
}

// WriteHTML writes one page that explains itself, in English and French, and
// needs nothing else: plots are SVG within it.
func (r *Report) WriteHTML(w io.Writer) error {
	page := struct {
		Config   Config
		Settings []pageSetting
		Arms     []Arm
		Hours    int
		Seasons  []SeasonFigures
		Waves    int
		Days     int
		People   int
		Lorenz   template.HTML
		Rows     [][]string
		Seconds  string
	}{r.Config, nil, r.Config.arms(), Hours, r.Seasons, seasonWaves, seasonWaves * seasonGapDays, seasonPeople, plotSeasons(r.Seasons), nil, fmt.Sprintf("%.0f", r.Seconds)}
	for i := range r.Settings {
		s := &r.Settings[i]
		p := pageSetting{Scenario: s.Scenario, Percent: fmt.Sprintf("%.0f", 100*s.Truth), Bars: s.plotBars(), Curve: s.plotCurve()}
		for k := range s.Arms {
			o := &s.Arms[k]
			p.Rows = append(p.Rows, []string{o.Name, minutes(o.P50), minutes(o.P90), fmt.Sprintf("%.2f", o.Asked), fmt.Sprintf("%.2f", o.TurnedAway),
				fmt.Sprintf("%.1f %%", 100*o.Filled), fmt.Sprintf("%.1f %%", 100*o.Full)})
		}
		page.Settings = append(page.Settings, p)
	}
	for _, f := range r.Seasons {
		page.Rows = append(page.Rows, []string{f.Name, fmt.Sprint(f.Seats), fmt.Sprint(f.Filled), fmt.Sprint(f.Asks), fmt.Sprint(f.Asked),
			fmt.Sprintf("%.1f %%", 100*f.Busiest), fmt.Sprint(f.MostInMonth), fmt.Sprint(f.OverBudget)})
	}
	if err := reportPage().Execute(w, &page); err != nil {
		return fmt.Errorf("waves: report: %w", err)
	}
	return nil
}

// The measures of the plots, in pixels.
const (
	plotWidth = 900
	labelWide = 90
	rowHigh   = 24
	curveHigh = 220
)

// svg is a plot in the making. What is written to it are numbers and names of
// arms, which need no escaping.
type svg struct{ strings.Builder }

func newSVG(high int) *svg {
	s := &svg{}
	s.add(`<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img">`, plotWidth, high, plotWidth, high)
	return s
}

func (s *svg) add(format string, args ...any) { fmt.Fprintf(&s.Builder, format, args...) }

func (s *svg) text(x, y float64, class, anchor, words string) {
	s.add(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`, x, y, class, anchor, words)
}

func (s *svg) done() template.HTML {
	s.add("</svg>")
	return template.HTML(s.String())
}

// colour tells whose arm it is.
func (o *Outcome) colour() string {
	switch o.Name {
	case "everybody", "five", "fixed":
		return "theirs"
	}
	return "ours"
}

// plotBars draws minutes, people asked and people turned away beside one
// another.
func (s *Setting) plotBars() template.HTML {
	kinds := [...]struct {
		head string
		of   func(o *Outcome) float64
		text string
	}{
		{"minutes, 9 of 10 · 9 sur 10", func(o *Outcome) float64 {
			if o.P90 == 0 {
				return playSeconds / 60
			}
			return float64(o.P90) / 60
		}, "%.1f"},
		{"asked per seat · sollicités par place", func(o *Outcome) float64 { return o.Asked }, "%.1f"},
		{"turned away per seat · renvoyés par place", func(o *Outcome) float64 { return o.TurnedAway }, "%.2f"},
	}
	p := newSVG(18 + rowHigh*len(s.Arms) + 4)
	const third = (plotWidth - labelWide) / 3.0
	for k, kind := range kinds {
		left, most := labelWide+float64(k)*third, 0.01
		p.text(left, 12, "soft", "start", kind.head)
		for i := range s.Arms {
			most = max(most, kind.of(&s.Arms[i]))
		}
		for i := range s.Arms {
			o := &s.Arms[i]
			y, v := 18+rowHigh*(float64(i)+.5), kind.of(o)
			if k == 0 {
				p.text(labelWide-8, y+4, "", "end", o.Name)
			}
			text := fmt.Sprintf(kind.text, v)
			if k == 0 && o.P90 == 0 {
				text = minutes(0)
			}
			p.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="16" fill="var(--%s)"/>`, left, y-8, v/most*(third-70), o.colour())
			p.text(left+v/most*(third-70)+5, y+4, "", "start", text)
		}
	}
	return p.done()
}

// plotCurve draws the mean share of seats filled, minute by minute.
func (s *Setting) plotCurve() template.HTML {
	const left, right, bottom = labelWide, plotWidth - labelWide, curveHigh - 20
	p := newSVG(curveHigh)
	for m := 0; m <= curveMinutes; m += 10 {
		p.text(left+float64(m)*(right-left)/curveMinutes, curveHigh-4, "soft", "middle", fmt.Sprintf("%d min", m))
	}
	p.text(left-6, 16, "soft", "end", "100 %")
	p.add(`<path d="M%d 12H%d" stroke="var(--line)"/>`, left, right)
	for i := range s.Arms {
		o := &s.Arms[i]
		p.add(`<path fill="none" stroke-width="2" stroke="var(--%s)" stroke-dasharray="%d %d" d="M%d %d`, o.colour(), 3+4*i, i, left, bottom)
		half, reached := 0, false
		for m, share := range o.Curve {
			p.add("L%.1f %.1f", left+float64(m+1)*(right-left)/curveMinutes, bottom-share*(bottom-12))
			if share < .5 {
				half = m + 1
			} else {
				reached = true
			}
		}
		p.add(`"/>`)
		if reached {
			p.text(left+float64(half+1)*(right-left)/curveMinutes+4, bottom-(.12+.11*float64(i))*(bottom-12), "soft", "start", o.Name)
		} else {
			p.text(right+6, bottom-o.Curve[curveMinutes-1]*(bottom-12)+4, "soft", "start", o.Name)
		}
	}
	return p.done()
}

// plotSeasons draws which share of the asks went to which share of the people.
func plotSeasons(list []SeasonFigures) template.HTML {
	const left, right, bottom = labelWide, plotWidth - labelWide, curveHigh - 20
	p := newSVG(curveHigh)
	for v := 0; v <= 100; v += 20 {
		p.text(left+float64(v)*(right-left)/100, curveHigh-4, "soft", "middle", fmt.Sprintf("%d %%", v))
	}
	for i := range list {
		colour := "theirs"
		if list[i].Name == "renfort" {
			colour = "ours"
		}
		p.add(`<path fill="none" stroke-width="2" stroke="var(--%s)" stroke-dasharray="%d %d" d="M%d %d`, colour, 3+6*i, 2-i, left, bottom)
		for n, share := range list[i].Shares {
			p.add("L%.1f %.1f", left+float64(n+1)*(right-left)/100, bottom-share*(bottom-12))
		}
		p.add(`"/>`)
		p.text(left-6, 24+14*float64(i), "soft", "end", list[i].Name)
	}
	p.add(`<path d="M%.1f 12V%d" stroke="var(--grey)"/>`, left+busiest*(right-left), bottom)
	return p.done()
}
