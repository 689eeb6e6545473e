package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"renfort/bench/load"
	"renfort/bench/result"
)

// play is one repeat of a scenario: the service, those who come, and what was
// acknowledged.
type play struct {
	config    *Config
	service   *service
	catalogue *catalogue
	people    *people
	questions []string
	crisis    string // the vital mission that a load's crisis traffic is about
	acks      *acks
	stale     tried
	ledger    *ledger // nil: none is kept
	meter     *meter
	show      func(load.Progress)
	raw       func(phase, kind string, s *load.Sample) // nil: nobody wants samples

	began       time.Time
	streamsMade uint64
	run         *result.Run
	knee        *result.Knee
	goals       []result.Goal
}

// send sends phases one after the other, and keeps what came of each.
func (p *play) send(ctx context.Context, phases ...load.Phase) ([]result.Phase, error) {
	var used []result.Used
	for i := range phases {
		phases[i].Before = func() error { p.meter.mark(ctx); return nil }
		phases[i].After = func() error { used = append(used, p.meter.used(ctx)); return nil }
	}
	plan := &load.Plan{Target: p.service.base, Key: p.service.key, Kinds: kinds(), Phases: phases, Timeout: p.config.Timeout,
		NewConnections: p.config.NewConnections, Progress: p.show, Raw: p.raw}
	if p.config.CacheOff {
		plan.Headers = map[string]string{"Cache-Control": "no-cache"}
	}
	if len(p.run.Phases) == 0 {
		plan.StartAt = p.config.StartAt
	}
	offset := time.Since(p.began)
	done, err := load.Run(ctx, plan)
	for i := range done {
		done[i].StartUS += offset.Microseconds()
		if i < len(used) {
			done[i].Server = perCall(used[i], &done[i])
		}
	}
	p.run.Phases = append(p.run.Phases, done...)
	return done, err
}

// perCall divides what was used by what was answered.
func perCall(u result.Used, phase *result.Phase) result.Used {
	calls := int64(0)
	for i := range phase.Calls {
		if c := &phase.Calls[i]; !c.Whole {
			calls += c.OK + c.No + c.Refused + c.Errors
		}
	}
	if u.CPUPerCallUS = -1; u.CPUSeconds >= 0 && calls > 0 {
		u.CPUPerCallUS = u.CPUSeconds * 1e6 / float64(calls)
	}
	return u
}

// phase makes a phase of a load at a rate.
func (p *play) phase(name string, counted bool, of string, rate float64, span time.Duration) (load.Phase, error) {
	streams, err := p.streams(of, rate, span)
	return load.Phase{Name: name, Counted: counted, Streams: streams}, err
}

// warm sends a little of a load, uncounted: processor caches, connections, the
// search's caches and the collector's pace are then as in any busy hour.
func (p *play) warm(ctx context.Context, of string, rate float64) error {
	if p.config.Warmup <= 0 {
		return nil
	}
	phase, err := p.phase("warm-up", false, of, rate, p.config.Warmup)
	if err != nil {
		return err
	}
	_, err = p.send(ctx, phase)
	return err
}

// good counts what was answered, well or with no, within a time. Errors may be
// as quick: they are taken off, so that it is never too many.
func good(phase *result.Phase, within time.Duration, names ...string) (n int64) {
	for i := range phase.Calls {
		if c := &phase.Calls[i]; !c.Whole && (len(names) == 0 || slices.Contains(names, c.Name)) {
			n += min(c.OK+c.No, max(0, c.Latency.CountTo(within.Microseconds())-c.Errors))
		}
	}
	return n
}

// perSecond divides by a phase's planned length.
func perSecond(n int64, span time.Duration) float64 {
	if span <= 0 {
		return 0
	}
	return float64(n) / span.Seconds()
}

// prepareCrisis puts the vital mission that crisis traffic is about: in a
// crisis, with more seats than any run takes.
func (p *play) prepareCrisis(ctx context.Context) error {
	p.crisis = p.missionPrefix() + "crisis"
	const seats = 1_000_000
	body := fmt.Appendf(nil, `{"title":"Déblayer après la crue","domains":["prevention-protection"],"locations":[{"lat":44.0,"lon":7.3,"department":"06"}],"seats":%d,"urgency":"vital"}`, seats)
	if err := p.service.json(ctx, "PUT", "/v1/missions/"+p.crisis, body, nil); err != nil {
		return err
	}
	return p.service.json(ctx, "PUT", "/v1/crises/bench-"+p.config.RunID, []byte(`{"name":"Crue du banc d'essai","area":{"center":{"lat":44.0,"lon":7.3},"radius_km":30},"boost":2}`), nil)
}
