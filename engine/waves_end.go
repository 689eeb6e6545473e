package engine

import (
	"context"

	"renfort/matcher"
	"renfort/mission"
)

// endWave tells everybody who is silent that nobody is needed any more, each
// with the next best mission. Repeated, it tells those who were not told yet.
func (e *Engine) endWave(ctx context.Context, w *waveNow) error {
	var silent []*mission.Ask
	for i := range w.asks {
		if w.asks[i].Silent() {
			silent = append(silent, &w.asks[i])
		}
	}
	if err := e.tell(ctx, w, silent, w.State); err != nil {
		return err
	}
	e.waves.close(w.ID)
	return nil
}

// standDownOutside tells people who were asked for a crisis and are, since its
// area was changed, not in it any more.
func (e *Engine) standDownOutside(ctx context.Context, w *waveNow) error {
	if w.crisis == nil {
		return nil
	}
	var outside []*mission.Ask
	for i := range w.asks {
		a := &w.asks[i]
		o, ok := w.snap.VolunteerOrdinal(a.Volunteer)
		if a.Silent() && ok && (w.crisis.excludes(a.Ordinal) || !w.crisis.admits(a.Ordinal, o)) {
			outside = append(outside, a)
		}
	}
	return e.tell(ctx, w, outside, "moved")
}

// tell stands people down.
func (e *Engine) tell(ctx context.Context, w *waveNow, people []*mission.Ask, why string) error {
	for len(people) > 0 {
		n := min(len(people), mission.AsksMax)
		c := mission.StandDown{Wave: w.ID, Why: why, Told: make([]mission.Told, n)}
		for i, a := range people[:n] {
			c.Told[i] = mission.Told{Volunteer: a.Volunteer, Next: e.nextBest(w, a.Volunteer)}
		}
		people = people[n:]
		if _, err := e.Submit(ctx, mission.Envelope{Command: c}); err != nil {
			return err
		}
	}
	return nil
}

// nextBest gives the best mission for somebody beside the wave's, "" for none.
func (e *Engine) nextBest(w *waveNow, volunteer mission.ID) mission.ID {
	r := matcher.Request{Volunteer: volunteer, Limit: 1}
	for i := range w.Targets {
		r.Exclude = append(r.Exclude, w.Targets[i].Mission)
	}
	var page matcher.Page
	if err := e.Recommend(&r, &page); err != nil || len(page.Items) == 0 {
		return ""
	}
	return page.Items[0].ID
}
