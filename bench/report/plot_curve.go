package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"renfort/bench/result"
)

// nines is the axis of percentiles: each tick leaves a tenth of what the one
// before leaves.
const ninesMost = 4.3

// atNines gives the percentile that leaves one in 10^n.
func atNines(n float64) float64 { return 100 * (1 - math.Pow(10, -n)) }

func ninesTick(n float64) words {
	if n == 0 {
		return number("0 %")
	}
	return number(strconv.FormatFloat(atNines(n), 'g', 6, 64) + " %")
}

// plotPercentiles draws latency, from when a request was due, and service
// time, from when it was sent: between the two is what a generator would hide
// that waits for an answer before it sends the next request.
func plotPercentiles(label words, c *result.Call, y scale) template.HTML {
	p := newPlot(label, scale{to: ninesMost}, y)
	p.axes(words{"percentile", "centile"}, ninesTick, timeTick)
	const steps = 80
	var at, latency, service []float64
	for i := 1; i <= steps; i++ {
		n := ninesMost * float64(i) / steps
		if !c.Latency.Tells(atNines(n)) {
			break
		}
		at = append(at, n)
		latency = append(latency, float64(max(c.Latency.At(atNines(n)), 1)))
		service = append(service, float64(max(c.ServiceTime.At(atNines(n)), 1)))
	}
	p.line("service", at, service)
	p.line("p99", at, latency)
	for i, n := range at {
		p.tell(n-ninesMost/steps/2, n+ninesMost/steps/2, fmt.Sprintf("%.5g %%: %s since due, %s since sent", atNines(n), result.Duration(int64(latency[i])), result.Duration(int64(service[i]))))
	}
	return p.done()
}

// promise gives the latency of an SLO in microseconds; 0 if it names none.
func promise(slo string) float64 {
	for part := range strings.SplitSeq(slo, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if d, err := time.ParseDuration(value); err == nil && strings.HasPrefix(name, "p") {
			return float64(d.Microseconds())
		}
	}
	return 0
}

// kindOf names the mark of a step.
func kindOf(s *result.Step) string {
	switch {
	case s.Void != "":
		return "void"
	case s.Met:
		return "good"
	}
	return "bad"
}

func tellStep(s *result.Step) string {
	verdict := map[string]string{"good": "promise met", "bad": "promise broken", "void": "void"}[kindOf(s)]
	return fmt.Sprintf("%s/s: p99 %s, %s/s within the promise, %.2f %% failed or refused: %s", rate(s.RatePerS).English, result.Duration(s.P99), rate(s.GoodPerS).English, 100*s.Failed, verdict)
}

// plotKneeLatency draws the rates that were tried against their p99, and the
// line of what is promised.
func plotKneeLatency(label words, k *result.Knee, most float64) template.HTML {
	slo := promise(k.SLO)
	low, high := max(slo, 1), max(slo, 10)
	for _, s := range k.Steps {
		low, high = min(low, float64(max(s.P99, 1))), max(high, float64(s.P99))
	}
	p := newPlot(label, linear(most), decades(low, high))
	p.axes(offeredLabel(), rateTick, timeTick)
	if slo > 0 {
		p.add(`<path class="line promise" d="M%d %.1fH%d"/>`, plotLeft, p.py(slo), plotRight)
		p.text(plotLeft+6, p.py(slo)-5, "", "start", same(k.SLO))
	}
	p.knee(k, func(s *result.Step) float64 { return float64(s.P99) })
	return p.done()
}

func offeredLabel() words { return words{"offered per second", "demandées par seconde"} }

// knee marks the steps and the knee itself.
func (p *plot) knee(k *result.Knee, y func(s *result.Step) float64) {
	if k.RatePerS > 0 {
		p.add(`<path class="repeat" d="M%.1f %dV%d"/>`, p.px(k.RatePerS), plotTop, plotBottom)
		p.text(p.px(k.RatePerS)-4, plotTop+2, "", "end", rate(k.RatePerS).per())
	}
	for i := range k.Steps {
		s := &k.Steps[i]
		p.mark(kindOf(s), s.RatePerS, y(s), tellStep(s))
	}
}

// per adds "each second".
func (w words) per() words { return words{w.English + "/s", w.French + "/s"} }

// plotKneeGoodput draws what was answered within the promise against what was
// offered; who answers everything is on the diagonal.
func plotKneeGoodput(label words, k *result.Knee, most float64) template.HTML {
	p := newPlot(label, linear(most), linear(most))
	p.axes(offeredLabel(), rateTick, rateTick)
	p.add(`<path class="line offered" d="M%.1f %.1fL%.1f %.1f"/>`, p.px(0), p.py(0), p.px(most), p.py(most))
	p.knee(k, func(s *result.Step) float64 { return s.GoodPerS })
	return p.done()
}

// decades gives a logarithmic scale of whole powers of ten.
func decades(low, high float64) scale {
	from := math.Pow(10, math.Floor(math.Log10(max(low, 1))+1e-9))
	to := math.Pow(10, math.Ceil(math.Log10(max(high, 10))-1e-9))
	return scale{from: from, to: max(to, from*10), log: true}
}

// plotRepeats draws a value for each repeat, their median and its interval.
func plotRepeats(label words, values []float64, write func(v float64) words) template.HTML {
	m := result.MiddleOf(values)
	low, high := m.Least, m.Most
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	room := max((high-low)*0.3, high*0.02, 1e-6)
	p := newPlot(label, scale{to: float64(len(values)) + 1}, scale{from: max(low-room, 0), to: high + room})
	p.axes(words{"repeat", "répétition"}, func(v float64) words {
		if v != math.Trunc(v) || v < 1 || int(v) > len(values) {
			return same("")
		}
		return same(fmt.Sprint(v))
	}, write)
	p.band("interval", 0.3, float64(len(values))+0.7, m.Least, m.Most)
	p.add(`<path class="line p50" d="M%.1f %.1fH%.1f"/>`, p.px(0.3), p.py(m.Median), p.px(float64(len(values))+0.7))
	for i, v := range values {
		p.mark("good", float64(i+1), v, write(v).English)
	}
	return p.done()
}

// lagEdges are where the bars of the generator's lag end, in microseconds.
func lagEdges() []int64 {
	return []int64{10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000}
}

// lagBars gives how many requests were late by more than the edge before and
// at most this one; the last bar has no end.
func lagBars(lag result.Histogram) (counts []int64) {
	before := int64(0)
	for _, edge := range lagEdges() {
		n := lag.CountTo(edge)
		counts, before = append(counts, n-before), n
	}
	return append(counts, lag.Count()-before)
}

// plotLag draws them.
func plotLag(label words, lag result.Histogram, most float64) template.HTML {
	counts := lagBars(lag)
	p := newPlot(label, scale{to: float64(len(counts))}, linear(most))
	p.axes(words{"late by at most", "retard au plus"}, func(v float64) words {
		if i := int(v); v == math.Trunc(v) && i > 0 && i <= len(lagEdges()) {
			return duration(lagEdges()[i-1])
		}
		return same("")
	}, func(v float64) words { return number(fmt.Sprintf("%.0f %%", 100*v)) })
	for i, n := range counts {
		part := float64(n) / float64(max(lag.Count(), 1))
		p.band("done", float64(i)+0.06, float64(i)+0.94, 0, part)
		p.tell(float64(i), float64(i+1), lagName(i).English+": "+share(n, lag.Count()).English)
	}
	return p.done()
}

// lagName says what a bar is.
func lagName(i int) words {
	edges := lagEdges()
	if i == len(edges) {
		return words{"more than %1", "plus de %1"}.fill(duration(edges[i-1]))
	}
	return words{"at most %1", "au plus %1"}.fill(duration(edges[i]))
}
