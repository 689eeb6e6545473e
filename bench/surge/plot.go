package surge

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// The measures of the plots, in pixels.
const (
	plotWidth  = 900
	labelWidth = 120
	valueWidth = 130
	rowHeight  = 24
	courseHigh = 240
	squareSize = 300
)

// svg is a plot in the making. What is written to it are numbers and names of
// arms, which need no escaping.
type svg struct{ strings.Builder }

func newSVG(width, height int) *svg {
	s := &svg{}
	s.add(`<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img">`, width, height, width, height)
	return s
}

func (s *svg) add(format string, args ...any) { fmt.Fprintf(&s.Builder, format, args...) }

func (s *svg) done() template.HTML {
	s.add("</svg>")
	return template.HTML(s.String())
}

func (s *svg) text(x, y float64, class, anchor, words string) {
	s.add(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`, x, y, class, anchor, words)
}

func (s *svg) bar(x, y, width, height float64, colour string) {
	s.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="var(--%s)"/>`, x, y, width, height, colour)
}

// whisker draws an interval across a bar.
func (s *svg) whisker(from, to, y float64) {
	s.add(`<path d="M%.1f %.1fH%.1fM%.1f %.1fv6M%.1f %.1fv6" stroke="var(--ink)" fill="none"/>`, from, y, to, from, y-3, to, y-3)
}

// colour tells whose arm it is: of the systems of the day, ours, or beside.
func (o *Outcome) colour() string {
	switch {
	case o.Name == "distance" || o.Name == "relevance":
		return "theirs"
	case o.Beside:
		return "beside"
	}
	return "ours"
}

// rows begins a plot with a row for each arm and gives the middle of each.
func (s *Size) rows(heading int) (*svg, func(i int) float64) {
	p := newSVG(plotWidth, heading+rowHeight*len(s.Arms)+4)
	middle := func(i int) float64 { return float64(heading) + rowHeight*(float64(i)+.5) }
	for i := range s.Arms {
		p.text(labelWidth-8, middle(i)+4, "", "end", s.Arms[i].Name)
	}
	return p, middle
}

// plotFilled draws the share filled, from 50 % on: below it lies nothing.
func (s *Size) plotFilled() template.HTML {
	least := 0.5
	for i := range s.Arms {
		if s.Arms[i].Values["filled"].Mean < 0.55 {
			least = 0
		}
	}
	p, middle := s.rows(18)
	scale := (plotWidth - labelWidth - valueWidth) / (1 - least)
	at := func(v float64) float64 { return labelWidth + max(0, v-least)*scale }
	for v := least; v < 1.01; v += 0.1 {
		p.text(at(v), 12, "soft", "middle", fmt.Sprintf("%.0f %%", 100*v))
		p.add(`<path d="M%.1f 18V%.1f" stroke="var(--line)"/>`, at(v), middle(len(s.Arms)-1)+12)
	}
	for i := range s.Arms {
		o := &s.Arms[i]
		e, y := o.Values["filled"], middle(i)
		p.bar(labelWidth, y-8, at(e.Mean)-labelWidth, 16, o.colour())
		p.whisker(at(e.Mean-e.Half), at(e.Mean+e.Half), y)
		p.text(plotWidth-4, y+4, "", "end", fmt.Sprintf("%.1f ± %.1f %%", 100*e.Mean, 100*e.Half))
	}
	return p.done()
}

// plotRefused draws the three refusals beside one another.
func (s *Size) plotRefused() template.HTML {
	kinds := [...]struct{ key, head string }{{"refused_form", "form · formulaire"}, {"refused_click", "click · clic"}, {"refused_link", "link · lien"}}
	p, middle := s.rows(18)
	const third = (plotWidth - labelWidth) / 3.0
	for k, kind := range kinds {
		left := labelWidth + float64(k)*third
		p.text(left, 12, "soft", "start", kind.head)
		for i := range s.Arms {
			e, y := s.Arms[i].Values[kind.key], middle(i)
			p.bar(left, y-8, e.Mean*(third-110), 16, s.Arms[i].colour())
			p.text(left+e.Mean*(third-110)+5, y+4, "", "start", fmt.Sprintf("%.1f %%", 100*e.Mean))
		}
	}
	return p.done()
}

// plotAdded draws what each arm has over the one that it is built on.
func (s *Size) plotAdded() template.HTML {
	most := 0.01
	for i := range s.Arms {
		if e, ok := s.Arms[i].Added["filled"]; ok {
			most = max(most, e.Mean+e.Half, e.Half-e.Mean)
		}
	}
	p, middle := s.rows(4)
	const width = plotWidth - labelWidth - valueWidth
	at := func(v float64) float64 { return labelWidth + width/3 + v/most*width*2/3 }
	p.add(`<path d="M%.1f 4V%.1f" stroke="var(--grey)"/>`, at(0), middle(len(s.Arms)-1)+12)
	for i := range s.Arms {
		e, ok := s.Arms[i].Added["filled"]
		if !ok {
			continue
		}
		y, from, to := middle(i), at(max(min(0, e.Mean), -most/2)), at(max(0, e.Mean))
		p.bar(from, y-8, to-from, 16, s.Arms[i].colour())
		p.whisker(max(at(e.Mean-e.Half), labelWidth), at(e.Mean+e.Half), y)
		p.text(plotWidth-4, y+4, "", "end", fmt.Sprintf("%+.2f ± %.2f", 100*e.Mean, 100*e.Half))
	}
	return p.done()
}

// plotCourse draws arrivals by minute and the people seated since the
// beginning, of the first arm and the last that does not stand beside.
func (s *Size) plotCourse() template.HTML {
	const bottom, left, right = courseHigh - 20, 60, plotWidth - valueWidth
	first, last := &s.Arms[0], &s.Arms[0]
	for i := range s.Arms {
		if !s.Arms[i].Beside {
			last = &s.Arms[i]
		}
	}
	minutes, seated, busiest := len(first.Figures[0].Curve), 1, 1
	for _, o := range [...]*Outcome{first, last} {
		seated = max(seated, o.Figures[0].Fills)
	}
	for _, n := range s.Shape {
		busiest = max(busiest, n)
	}
	p := newSVG(plotWidth, courseHigh)
	x := func(minute int) float64 { return left + float64(minute)*(right-left)/float64(minutes) }
	for m, n := range s.Shape {
		high := float64(n) / float64(busiest) * (bottom - 20) / 2
		p.bar(x(m), bottom-high, x(1)-x(0)-1, high, "line")
	}
	for m := 0; m <= minutes; m += 15 {
		p.text(x(m), courseHigh-4, "soft", "middle", fmt.Sprintf("%d min", m))
	}
	p.text(left-6, 24, "soft", "end", spaced(float64(seated)))
	for k, o := range [...]*Outcome{first, last} {
		n := 0
		p.add(`<path fill="none" stroke-width="2" stroke="var(--%s)" d="M%d %d`, [...]string{"theirs", "ours"}[k], left, bottom)
		for m, more := range o.Figures[0].Curve {
			n += more
			p.add("L%.1f %.1f", x(m+1), bottom-float64(n)/float64(seated)*(bottom-20))
		}
		p.add(`"/>`)
		p.text(right+6, bottom-float64(n)/float64(seated)*(bottom-20)+4+14*float64(1-k), "", "start", o.Name)
	}
	return p.done()
}

// plot draws what came against what was told, a point for each tenth, the
// larger the more people; who tells the truth is on the diagonal.
func (v *Verdict) plot() template.HTML {
	const left, bottom, size = 60, squareSize - 30, squareSize - 50
	p := newSVG(plotWidth, squareSize)
	x := func(share float64) float64 { return left + share*size }
	y := func(share float64) float64 { return bottom - share*size }
	p.add(`<path d="M%.1f %.1fV%.1fH%.1fM%.1f %.1fL%.1f %.1f" stroke="var(--line)" fill="none"/>`, x(0), y(1), y(0), x(1), x(0), y(0), x(1), y(1))
	for _, share := range [...]float64{0, 0.5, 1} {
		p.text(x(share), bottom+16, "soft", "middle", fmt.Sprintf("%.0f %%", 100*share))
		p.text(left-6, y(share)+4, "soft", "end", fmt.Sprintf("%.0f %%", 100*share))
	}
	row := 0
	for _, b := range v.ByTenth {
		if b.People == 0 {
			continue
		}
		told, came := b.Told/float64(b.People), ratio(b.Seated, b.People)
		p.add(`<circle cx="%.1f" cy="%.1f" r="%.1f" fill="var(--ours)"/>`, x(told), y(came), 2+8*math.Sqrt(ratio(b.People, v.People)))
		p.text(left+size+40, 24+18*float64(row), "", "start", fmt.Sprintf("%.1f %% → %.1f %% (%s)", 100*told, 100*came, spaced(float64(b.People))))
		row++
	}
	return p.done()
}
