package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"renfort/bench/result"
)

// clock writes seconds on an axis.
func clock(v float64) words { return number(fmt.Sprintf("%g", v)) }

// secondsLabel names the axis.
func secondsLabel(t *timeline) words {
	if len(t.ends) > 1 {
		return words{"seconds, repeats one after another", "secondes, répétitions à la suite"}
	}
	return words{"seconds", "secondes"}
}

// overTime begins a plot over time: warm-ups are grey, repeats are divided.
func overTime(label words, t *timeline, y scale, yTick func(float64) words) *plot {
	p := newPlot(label, scale{to: t.end()}, y)
	for i := range t.buckets {
		if b := &t.buckets[i]; !b.phase.Counted {
			p.band("warm", b.from, b.to, y.from, y.to)
		}
	}
	p.axes(secondsLabel(t), clock, yTick)
	for i, end := range t.ends {
		if len(t.ends) > 1 {
			p.add(`<path class="repeat" d="M%.1f %dV%d"/>`, p.px(end), plotTop, plotBottom)
			p.text(p.px(end)-3, plotTop+2, "soft", "end", same(fmt.Sprint(i+1)))
		}
	}
	return p
}

// plotLatency draws p50, p99 and the largest latency of each second.
func plotLatency(label words, t *timeline, y scale) template.HTML {
	p := overTime(label, t, y, timeTick)
	for _, line := range [...]struct {
		class      string
		percentile float64
	}{{"max", 100}, {"p99", 99}, {"p50", 50}} {
		at, us := t.column(line.percentile)
		p.line(line.class, at, us)
	}
	for i := range t.buckets {
		b := &t.buckets[i]
		p.tell(b.from, b.to, fmt.Sprintf("%s, %.0f s: p50 %s, p99 %s, max %s", b.phase.Name, b.from, result.Duration(b.latency.At(50)), result.Duration(b.latency.At(99)), result.Duration(b.latency.Max())))
	}
	return p.done()
}

// plotThroughput stacks what was answered, refused and failed, and lays the
// line of what was planned over it.
func plotThroughput(label words, t *timeline, most float64) template.HTML {
	p := overTime(label, t, linear(most), rateTick)
	var at, offered []float64
	for i := range t.buckets {
		b := &t.buckets[i]
		class := "done"
		if !b.phase.Counted {
			class = "done aside"
		}
		p.band(class, b.from, b.to, 0, b.done)
		p.band("refused", b.from, b.to, b.done, b.done+b.refused)
		p.band("failed", b.from, b.to, b.done+b.refused, b.done+b.refused+b.failed)
		planned := b.phase.OfferedPerS
		if planned <= 0 {
			planned = math.NaN()
		}
		at, offered = append(at, b.from, b.to), append(offered, planned, planned)
	}
	p.line("offered", at, offered)
	for i := range t.buckets {
		b := &t.buckets[i]
		p.tell(b.from, b.to, fmt.Sprintf("%s, %.0f s: answered %.0f/s, refused %.0f/s, failed %.0f/s", b.phase.Name, b.from, b.done, b.refused, b.failed))
	}
	return p.done()
}

func rateTick(v float64) words {
	if v >= 10_000 {
		return number(fmt.Sprintf("%g", v/1000) + "k")
	}
	return number(fmt.Sprintf("%g", v))
}

// track is one thing of the service's resources over time.
type track struct {
	label words
	value func(r *result.Resource) float64
	write func(v float64) words
}

// unit gives what ticks are multiples of: of bytes a power of 1,024.
func (t *track) unit(most float64) float64 {
	for _, unit := range [...]float64{1 << 30, 1 << 20, 1 << 10} {
		if most >= 2*unit {
			return unit
		}
	}
	return 1
}

// tracks are those that are drawn.
func tracks() []track {
	return []track{
		{words{"Processor, cores in use", "Processeur, cœurs occupés"}, func(r *result.Resource) float64 { return r.CPU }, func(v float64) words { return number(fmt.Sprintf("%.3g", v)) }},
		{words{"Memory of its own (anonymous)", "Mémoire propre (anonyme)"}, func(r *result.Resource) float64 { return float64(r.AnonBytes) }, size},
		{words{"Its file on disk", "Son fichier sur disque"}, func(r *result.Resource) float64 { return float64(r.FileBytes) }, size},
	}
}

// sampled is a resource in the time of the page.
type sampled struct {
	at float64
	*result.Resource
}

// resources gives those of all repeats, thinned to what a plot can show, with
// the ends of the repeats.
func resources(r *result.Result) (all []sampled, ends []float64) {
	begin := 0.0
	for i := range r.Runs {
		end := begin
		for k := range r.Runs[i].Phases {
			p := &r.Runs[i].Phases[k]
			end = max(end, begin+runSeconds(&r.Runs[i], p.StartUS)+p.Seconds())
		}
		for k := range r.Runs[i].Resources {
			s := &r.Runs[i].Resources[k]
			if at := begin + runSeconds(&r.Runs[i], s.AtUS); at >= begin && at <= end+1 {
				all = append(all, sampled{at, s})
			}
		}
		begin, ends = end, append(ends, end)
	}
	every := 1 + len(all)/(2*bucketsMax)
	thin := all[:0]
	for i, s := range all {
		if i%every == 0 {
			thin = append(thin, s)
		}
	}
	return thin, ends
}

// plotTrack draws one resource.
func plotTrack(t *track, all []sampled, ends []float64, most float64) template.HTML {
	y := linear(most)
	if y.unit = t.unit(most); y.unit > 1 {
		y.to = most * 1.1
	}
	p := overTime(t.label, &timeline{ends: ends}, y, t.write)
	var at, values []float64
	for i, s := range all {
		if i > 0 && slices.ContainsFunc(ends, func(end float64) bool { return all[i-1].at < end && s.at >= end }) {
			at, values = append(at, s.at), append(values, math.NaN()) // another process
		}
		at, values = append(at, s.at), append(values, t.value(s.Resource))
	}
	p.line("p50", at, values)
	for i, s := range all {
		to := s.at + 1
		if i+1 < len(all) {
			to = max(all[i+1].at, s.at)
		}
		p.tell(s.at, to, fmt.Sprintf("%.0f s: %s", s.at, t.write(t.value(s.Resource)).English))
	}
	return p.done()
}

// fillsMax is how many missions a plot of fill curves shows.
const fillsMax = 6

// plotFills draws how missions filled in one repeat, each in the share of its
// own most; the first is all of them together.
func plotFills(label words, run *result.Run, fills []result.Fill) template.HTML {
	end := 1.0
	for _, f := range fills {
		for _, point := range f.Points {
			end = max(end, runSeconds(run, point.AtUS))
		}
	}
	p := newPlot(label, scale{to: end}, scale{to: 1.05})
	p.axes(words{"seconds", "secondes"}, clock, func(v float64) words { return number(fmt.Sprintf("%.0f %%", 100*v)) })
	for i, f := range fills {
		most := float64(fillMost(&f))
		var at, share []float64
		for _, point := range f.Points {
			at, share = append(at, max(runSeconds(run, point.AtUS), 0)), append(share, float64(point.Taken)/most)
		}
		p.line(fmt.Sprintf("fill fill%d", i%fillsMax), at, share)
		for k := range at {
			if k > 0 {
				p.add(`<circle class="dot" cx="%.1f" cy="%.1f" r="7"><title>%s</title></circle>`, p.px(at[k]), p.py(share[k]), escape(fmt.Sprintf("%s, %.0f s: %s of %.0f", fillName(&f).English, at[k], result.Thousands(int64(f.Points[k].Taken)), most)))
			}
		}
	}
	return p.done()
}

// fillMost is what a curve is drawn against: the seats there are, or where
// nobody knows them the most that were taken.
func fillMost(f *result.Fill) int {
	most := max(f.Seats, 1)
	for _, p := range f.Points {
		most = max(most, p.Taken)
	}
	return most
}

func fillName(f *result.Fill) words {
	switch {
	case f.Mission == "":
		return words{"all missions", "toutes les missions"}
	case f.Title != "":
		return same(f.Title)
	}
	return same(f.Mission)
}
