package engine

import (
	"context"
	"slices"

	"renfort/index"
	"renfort/matcher/wave"
	"renfort/mission"
	"renfort/store"
)

// waveNow is a wave as a step finds it, all of one moment or newer.
type waveNow struct {
	*store.WaveView
	asks   []mission.Ask
	state  wave.State
	crisis *waveCrisis // nil for none, or one that is not on
	snap   *index.Snapshot
	asked  map[uint32]bool // by ordinal
	gone   int             // targets that take nobody any more, however many seats are free
	left   map[mission.ID]bool
}

// readWave reads what a step needs to know, without the pools.
func (e *Engine) readWave(id mission.ID) (*waveNow, error) {
	view, err := e.store.Wave(id)
	if err != nil {
		return nil, err
	}
	w := &waveNow{WaveView: view, snap: e.index.Snapshot(), asked: map[uint32]bool{}}
	if w.asks, err = e.store.Asks(id, "", 0); err != nil {
		return nil, err
	}
	if w.crisis, err = e.crisisOf(w); err != nil {
		return nil, err
	}
	return w, e.complete(w)
}

// complete makes the state of the wave's step: what is asked, what is needed,
// and what all waves have seen.
func (e *Engine) complete(w *waveNow) error {
	laws, err := e.store.Laws()
	if err != nil {
		return err
	}
	policy := &e.store.Policy().Reverse
	w.state = wave.State{Now: e.store.Now(), Dial: w.Dial, Receipts: w.Receipts, AskedMax: w.AskedMax, Prior: wave.PriorOf(policy)}
	for i := range w.asks {
		if l, known := laws[w.asks[i].Channel]; known {
			discount(&l, &w.asks[i])
			laws[w.asks[i].Channel] = l
		}
	}
	for word, l := range laws {
		w.state.Laws[wave.ChannelOf(word)] = l
	}
	accepted := make([]int, len(w.Targets))
	for i := range w.asks {
		a := &w.asks[i]
		o, ok := w.snap.VolunteerOrdinal(a.Volunteer)
		if !ok {
			continue // erased since
		}
		w.asked[o] = true
		target := slices.IndexFunc(w.Targets, func(t mission.Target) bool { return t.Mission == a.Mission })
		w.state.Asks = append(w.state.Asks, wave.Ask{Person: wave.Person(o), Target: target, Accept: float64(a.PAccept) / 1000,
			Channel: wave.ChannelOf(a.Channel), Asked: a.At, Delivered: a.Delivered, Failed: a.Delivery == mission.DeliveryFailed,
			Answer: wave.AnswerOf(a.Answer), Answered: a.Answered})
		if a.Hold != "" && target >= 0 && e.sits(a.Hold) {
			accepted[target]++
		}
	}
	for i := range w.Targets {
		w.state.Targets = append(w.state.Targets, wave.Target{Need: e.needed(w, &w.Targets[i], accepted[i])})
	}
	return nil
}

// discount takes a wave's own ask out of what all waves have seen: its step
// learns from it by itself, and one answer must not teach twice.
func discount(l *mission.LawCounts, a *mission.Ask) {
	from := a.At
	if a.Delivered != 0 {
		from = a.Delivered
	}
	less(&l.Asked)
	switch delay := mission.DelayBucket(a.Answered - from); a.Answer {
	case mission.AskAccepted:
		less(&l.Accepted)
		less(&l.Delays[delay])
		less(&l.Waited[mission.DelayBuckets-1])
	case mission.AskDeclined, mission.AskStopped:
		less(&l.Declined)
		less(&l.Waited[mission.DelayBuckets-1])
	case mission.AskStoodDown:
		if a.Delivery != mission.DeliveryFailed {
			less(&l.Waited[delay])
		}
	}
}

// less takes one from a count that has it.
func less[T uint32 | uint64](n *T) { *n -= min(*n, 1) }

// sits says whether a hold still has its seat.
func (e *Engine) sits(hold mission.ID) bool {
	h, _, err := e.store.Hold(hold)
	return err == nil && h.Live()
}

// needed gives the seats that a target still lacks: those that are free, and
// no more than the wave was to fill. A mission that takes nobody, is gone or
// has left the crisis needs none.
func (e *Engine) needed(w *waveNow, t *mission.Target, accepted int) int {
	view, err := e.store.Mission(t.Mission)
	if err != nil || t.Closed || view.Seats.Ordinal != t.Ordinal || view.Seats.State != mission.StateOpen {
		w.gone++
		return 0
	}
	s, now := &view.Seats, e.store.Now()
	if s.Ends != 0 && s.Ends < now || s.ApplyBefore != 0 && s.ApplyBefore < now || w.crisis.excludes(t.Ordinal) {
		w.gone++
		return 0
	}
	free := freeIn(s, t.Slots)
	if t.Seats == 0 {
		return free
	}
	return max(0, min(free, t.Seats-accepted))
}

// freeIn gives the seats that are free in all of the slots named, or in the
// first pool.
func freeIn(s *mission.Seats, slots []string) int {
	free := mission.SeatsMax
	if len(slots) == 0 && len(s.Pools) > 0 {
		free = s.Pools[0].Free()
	}
	for _, id := range slots {
		for _, t := range s.Slots {
			if t.ID == id {
				free = min(free, s.Pools[t.Pool].Free())
			}
		}
	}
	return free
}

// stepRounds is how often a step goes on at once because the reducer left out
// people whom it was to ask.
const stepRounds = 8

// stepWave takes one step of one wave.
func (e *Engine) stepWave(ctx context.Context, id mission.ID) error {
	for range stepRounds {
		w, err := e.readWave(id)
		if mission.KindOf(err) == mission.NotFound {
			e.waves.close(id)
			return nil
		}
		if err != nil {
			return err
		}
		if w.Over() {
			return e.endWave(ctx, w)
		}
		if err := e.standDownOutside(ctx, w); err != nil {
			return err
		}
		if w.State == mission.WavePaused || e.OutboundPaused() {
			return nil
		}
		again, err := e.askNext(ctx, w)
		if err != nil || !again {
			return err
		}
	}
	return nil
}

// askNext asks whom wave.Step names; again says that some were left out, so
// that others may be asked in their place at once.
func (e *Engine) askNext(ctx context.Context, w *waveNow) (again bool, err error) {
	w.left = e.waves.leftOut(w.ID, w.state.Now)
	people, err := e.pools(w)
	if err != nil {
		return false, err
	}
	plan := wave.Step(&w.state)
	if state := stateAfter(w, &plan); state != w.State {
		if _, err := e.Submit(ctx, mission.Envelope{Command: mission.SetWave{Wave: w.ID, State: state}}); err != nil {
			return false, err
		}
		if plan.Full {
			return true, nil // and who is silent is told at once
		}
	}
	for len(plan.Asks) > 0 {
		n := min(len(plan.Asks), mission.AsksMax)
		c := mission.AskWave{Wave: w.ID, Asks: make([]mission.Ask, n)}
		for i, choice := range plan.Asks[:n] {
			c.Asks[i] = people[choice.Person].ask(w, choice.Target)
		}
		plan.Asks = plan.Asks[n:]
		res, err := e.Submit(ctx, mission.Envelope{Command: c})
		if err != nil {
			return false, err
		}
		e.waves.leave(w.ID, res.Left, w.state.Now)
		again = again || len(res.Left) > 0
	}
	return again, nil
}

// stateAfter gives the state that a plan puts a wave into.
func stateAfter(w *waveNow, plan *wave.Plan) string {
	switch {
	case plan.Full && w.gone == len(w.Targets):
		return mission.WaveStopped // recalled, paused, closed or over: there is nothing to fill
	case plan.Full:
		return mission.WaveFull
	case plan.Stalled:
		return mission.WaveStalled
	case plan.Exhausted && len(plan.Asks) == 0:
		return mission.WaveExhausted
	}
	return mission.WaveRunning
}
