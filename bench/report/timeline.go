package report

import (
	"cmp"
	"math"
	"slices"

	"renfort/bench/result"
)

// bucketsMax is how many points a plot over time has at most; of a longer run
// several seconds are one.
const bucketsMax = 240

// bucket is what came of some seconds.
type bucket struct {
	from, to              float64 // seconds, all repeats one after another
	phase                 *result.Phase
	done, refused, failed float64 // per second
	latency               result.Histogram
}

// timeline is what came of one kind of call, or of all requests, over time.
type timeline struct {
	buckets []bucket
	ends    []float64 // of the repeats
}

// second is one window in the time of the page.
type second struct {
	at, to  float64 // to is earlier than a second later where the phase ended
	phase   *result.Phase
	windows []*result.Window
}

// seconds lays the windows of all repeats one after another.
func seconds(r *result.Result, call string) (all []second, ends []float64) {
	end := 0.0
	for i := range r.Runs {
		begin := end
		for k := range r.Runs[i].Phases {
			p := &r.Runs[i].Phases[k]
			at := begin + runSeconds(&r.Runs[i], p.StartUS)
			bySecond := map[int]*second{}
			for c := range p.Calls {
				if p.Calls[c].Name != call && (call != "" || p.Calls[c].Whole) {
					continue
				}
				for w := range p.Calls[c].Windows {
					window := &p.Calls[c].Windows[w]
					if bySecond[window.Second] == nil {
						from := at + float64(window.Second)
						bySecond[window.Second] = &second{at: from, to: max(min(from+1, at+p.Seconds()), from+0.001), phase: p}
					}
					s := bySecond[window.Second]
					s.windows = append(s.windows, window)
				}
			}
			for _, s := range bySecond {
				all = append(all, *s)
			}
			end = max(end, at+p.Seconds())
		}
		ends = append(ends, end)
	}
	slices.SortFunc(all, func(a, b second) int { return cmp.Compare(a.at, b.at) })
	return all, ends
}

// runSeconds gives a moment of a run in seconds since its first phase: what
// comes before, the loading of the world, is not shown.
func runSeconds(r *result.Run, us int64) float64 {
	if len(r.Phases) == 0 {
		return float64(us) / 1e6
	}
	return float64(us-r.Phases[0].StartUS) / 1e6
}

// over gives the timeline of a call.
func over(r *result.Result, call string) timeline {
	all, ends := seconds(r, call)
	t := timeline{ends: ends}
	if len(all) == 0 {
		return t
	}
	wide := math.Ceil((ends[len(ends)-1] + 1) / bucketsMax)
	for _, s := range all {
		last := len(t.buckets) - 1
		full := last >= 0 && s.at >= t.buckets[last].from+wide-1e-6 && s.to-s.at > 0.5 // a rest of a second is not worth a point
		if last < 0 || full || t.buckets[last].phase != s.phase {
			t.buckets = append(t.buckets, bucket{from: s.at, phase: s.phase, latency: result.Coarse()})
			last++
		}
		b := &t.buckets[last]
		b.to = s.to
		for _, w := range s.windows {
			b.done += float64(w.Done)
			b.refused += float64(w.Refused)
			b.failed += float64(w.Failed)
			b.latency.Add(w.Latency)
		}
	}
	for i := range t.buckets {
		b := &t.buckets[i]
		long := b.to - b.from
		b.done, b.refused, b.failed = b.done/long, b.refused/long, b.failed/long
	}
	return t
}

// end gives the last moment.
func (t *timeline) end() float64 {
	if len(t.ends) == 0 {
		return 1
	}
	return max(t.ends[len(t.ends)-1], 1)
}

// busiest gives the most that came or was offered in a second.
func (t *timeline) busiest() (most float64) {
	for i := range t.buckets {
		b := &t.buckets[i]
		most = max(most, b.done+b.refused+b.failed, b.phase.OfferedPerS)
	}
	return most
}

// column gives a percentile of each bucket, at its middle; not a number where
// nothing was answered, and between two repeats, which are not one line.
func (t *timeline) column(percentile float64) (at, us []float64) {
	ends := t.ends
	for i := range t.buckets {
		b := &t.buckets[i]
		for len(ends) > 0 && b.from >= ends[0]-1e-9 {
			at, us, ends = append(at, ends[0]), append(us, math.NaN()), ends[1:]
		}
		value := math.NaN()
		if b.latency.Count() > 0 {
			value = float64(b.latency.At(percentile))
		}
		at, us = append(at, (b.from+b.to)/2), append(us, value)
	}
	return at, us
}
