package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// The measures of a plot, in units of its view box; the page scales it to its
// column.
const (
	plotWidth  = 540
	plotHeight = 260
	plotLeft   = 62
	plotRight  = plotWidth - 14
	plotTop    = 14
	plotBottom = plotHeight - 40
)

// scale lays values along an axis.
type scale struct {
	from, to float64
	log      bool
	unit     float64 // ticks are round multiples of it; 0 is 1
}

// at gives where a value lies, 0 at the beginning and 1 at the end; what is
// beyond is put at the end.
func (s scale) at(v float64) float64 {
	from, to := s.from, s.to
	if s.log {
		v, from, to = math.Log10(max(v, 1e-9)), math.Log10(from), math.Log10(to)
	}
	if to <= from {
		return 0
	}
	return min(max((v-from)/(to-from), 0), 1)
}

// ticks gives where an axis is labelled: at powers of ten, or at four to eight
// round numbers.
func (s scale) ticks() (at []float64) {
	if s.log {
		for v := math.Pow(10, math.Ceil(math.Log10(s.from)-1e-9)); v <= s.to*1.0001; v *= 10 {
			at = append(at, v)
		}
		return at
	}
	if s.to <= s.from {
		return []float64{s.from}
	}
	unit := max(s.unit, 1)
	step := unit * math.Pow(10, math.Floor(math.Log10((s.to-s.from)/unit/4)))
	for _, times := range [...]float64{5, 2} {
		if (s.to-s.from)/(step*times) >= 4 {
			step *= times
			break
		}
	}
	for i := math.Ceil(s.from/step - 1e-9); i*step <= s.to+step*1e-6; i++ {
		at = append(at, i*step+0) // -0 + 0 is 0
	}
	return at
}

// linear is a scale from 0 to a value and a little more.
func linear(to float64) scale { return scale{to: max(to*1.05, 1e-9)} }

// plot is an SVG in the making.
type plot struct {
	strings.Builder
	x, y scale
}

// newPlot begins a plot; label is what a reader who cannot see it is told.
func newPlot(label words, x, y scale) *plot {
	p := &plot{x: x, y: y}
	p.add(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, plotWidth, plotHeight, escape(label.English+" / "+label.French))
	return p
}

func (p *plot) add(format string, args ...any) { fmt.Fprintf(&p.Builder, format, args...) }

func (p *plot) done() template.HTML {
	p.add("</svg>")
	return template.HTML(p.String())
}

// px and py give pixels.
func (p *plot) px(v float64) float64 { return plotLeft + p.x.at(v)*(plotRight-plotLeft) }
func (p *plot) py(v float64) float64 { return plotBottom - p.y.at(v)*(plotBottom-plotTop) }

// text writes words in both languages.
func (p *plot) text(x, y float64, class, anchor string, w words) {
	put := func(language, s string) {
		p.add(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`, x, y, strings.TrimSpace(class+" "+language), anchor, escape(s))
	}
	if w.English == w.French {
		put("", w.English)
		return
	}
	put("en", w.English)
	put("fr", w.French)
}

// axes draws the grid and labels it.
func (p *plot) axes(xLabel words, xTick, yTick func(v float64) words) {
	for _, v := range p.y.ticks() {
		p.add(`<path class="grid" d="M%d %.1fH%d"/>`, plotLeft, p.py(v), plotRight)
		p.text(plotLeft-6, p.py(v)+4.5, "soft", "end", yTick(v))
	}
	for _, v := range p.x.ticks() {
		p.add(`<path class="grid" d="M%.1f %dv4"/>`, p.px(v), plotBottom)
		p.text(p.px(v), plotBottom+18, "soft", "middle", xTick(v))
	}
	p.text(plotRight, plotHeight-4, "soft", "end", xLabel)
}

// line draws points, broken where one is not a number. Classes tell lines
// apart by colour and by dashes.
func (p *plot) line(class string, xs, ys []float64) {
	p.add(`<path class="line %s" d="`, class)
	pen := "M"
	for i := range xs {
		if math.IsNaN(ys[i]) {
			pen = "M"
			continue
		}
		p.add("%s%.1f %.1f", pen, p.px(xs[i]), p.py(ys[i]))
		pen = "L"
	}
	p.add(`"/>`)
}

// band fills the space between two values from one x to another.
func (p *plot) band(class string, from, to, low, high float64) {
	if high <= low {
		return
	}
	p.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.2f" height="%.2f"/>`, class, p.px(from), p.py(high), max(p.px(to)-p.px(from), 0.5)+0.3, max(p.py(low)-p.py(high), 0.5)) // a little wider: no seams
}

// tell says a text where the pointer is between two values.
func (p *plot) tell(from, to float64, text string) {
	p.add(`<rect class="tell" x="%.1f" y="%d" width="%.2f" height="%d"><title>%s</title></rect>`, p.px(from), plotTop, max(p.px(to)-p.px(from), 1), plotBottom-plotTop, escape(text))
}

// mark draws a point; kinds differ in shape.
func (p *plot) mark(kind string, x, y float64, text string) {
	cx, cy := p.px(x), p.py(y)
	title := "<title>" + escape(text) + "</title>"
	switch kind {
	case "good":
		p.add(`<circle class="good" cx="%.1f" cy="%.1f" r="5">%s</circle>`, cx, cy, title)
	case "bad":
		p.add(`<path class="bad" d="M%.1f %.1fl10 10m0 -10l-10 10">%s</path>`, cx-5, cy-5, title)
	default:
		p.add(`<rect class="void" x="%.1f" y="%.1f" width="9" height="9">%s</rect>`, cx-4.5, cy-4.5, title)
	}
}
