package load

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"renfort/bench/result"
)

// tally sums a phase up.
func (r *running) tally(p *Phase, queues []*queue, kept []*samples, start, length time.Duration) result.Phase {
	phase := result.Phase{Name: p.Name, Counted: p.Counted, StartUS: start.Microseconds(), LengthUS: length.Microseconds()}
	var words []string
	for i := range p.Streams {
		s := &p.Streams[i]
		words = append(words, s.Name+": "+s.Arrivals.Words)
		phase.OfferedPerS += s.Arrivals.Rate()
	}
	phase.Arrivals = strings.Join(words, "; ")
	t := newTallier(r.plan.Kinds, &phase)
	for _, k := range kept {
		k.each(func(s *Sample) {
			t.add(s)
			if r.plan.Raw != nil && p.Counted {
				r.plan.Raw(p.Name, r.plan.Kinds[s.Kind].Name, s)
			}
		})
	}
	t.finish()
	for _, q := range queues {
		phase.Unsent += int64(q.arrivals.Len()) - q.taken.Load()
	}
	return phase
}

// tallier sums samples up by kind.
type tallier struct {
	phase   *result.Phase
	calls   []result.Call
	windows []map[int]*result.Window
}

func newTallier(kinds []Kind, phase *result.Phase) *tallier {
	t := &tallier{phase: phase, calls: make([]result.Call, len(kinds))}
	for i, k := range kinds {
		t.calls[i] = result.Call{Name: k.Name, Codes: map[string]int64{}}
		t.windows = append(t.windows, map[int]*result.Window{})
	}
	return t
}

// add counts a sample where it belongs.
func (t *tallier) add(s *Sample) {
	call := &t.calls[s.Kind]
	second := int(s.Due / time.Second)
	w := t.windows[s.Kind][second]
	if w == nil {
		w = &result.Window{Second: second, Latency: result.Coarse()}
		t.windows[s.Kind][second] = w
	}
	latency, service := (s.Done - s.Due).Microseconds(), (s.Done - s.Sent).Microseconds()
	t.count(call, w, s)
	switch {
	case s.Outcome == Refused:
		call.Refusal.Record(latency)
	default:
		call.Latency.Record(latency)
		call.ServiceTime.Record(service)
		w.Latency.Record(latency)
	}
	if s.First {
		t.phase.Lag.Record(s.lag.Microseconds())
		if s.Starved {
			t.phase.Starved++
		}
	}
}

// count counts a sample's outcome and code.
func (t *tallier) count(call *result.Call, w *result.Window, s *Sample) {
	switch s.Outcome {
	case OK:
		call.OK++
		w.Done++
	case No:
		call.No++
		w.Done++
	case Refused:
		call.Refused++
		w.Refused++
	case TimedOut:
		call.Timeouts++
		w.Failed++
	default:
		call.Errors++
		w.Failed++
	}
	if s.Outcome <= No {
		call.Bytes += int64(s.Bytes)
	}
	if s.Degraded {
		call.Degraded++
	}
	if s.Sum {
		call.Whole = true
		return
	}
	code := s.Fault.String()
	if s.Fault == faultNone {
		code = strconv.Itoa(int(s.Status))
	}
	call.Codes[code]++
}

// finish puts the calls that were made into the phase, with their windows in
// order.
func (t *tallier) finish() {
	for i := range t.calls {
		call := &t.calls[i]
		for _, w := range t.windows[i] {
			call.Windows = append(call.Windows, *w)
		}
		slices.SortFunc(call.Windows, func(a, b result.Window) int { return a.Second - b.Second })
		if len(call.Windows) > 0 {
			t.phase.Calls = append(t.phase.Calls, *call)
		}
	}
}
