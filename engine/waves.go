package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"renfort/matcher/wave"
	"renfort/mission"
)

// waves are those that have something left to do: to ask, or to tell people
// that nobody is needed any more. Everything that counts is in the store, so
// that a wave goes on where it was after any crash.
type waves struct {
	mu   sync.Mutex
	open map[mission.ID]*openWave // guarded by mu
	wake chan struct{}            // one is due at once

	stepping sync.Mutex // one step at a time
}

// openWave is what the engine remembers of a wave beside its record.
type openWave struct {
	due int64 // log time of the next step, 0 for at once
	// left are people whom the reducer would not ask, though the index thought
	// that they may be, and until when they are not proposed again.
	left map[mission.ID]int64
}

// leftSeconds is how long somebody whom the reducer left out is not proposed
// again.
const leftSeconds = 600

// begin readies the list.
func (w *waves) begin() { w.open, w.wake = map[mission.ID]*openWave{}, make(chan struct{}, 1) }

// follow keeps the list of open waves in step with what happens. An answer
// makes its wave's next step due at once: a seat may be gone, or the wave full.
func (w *waves) follow(changes []mission.Change) {
	for i := range changes {
		switch c := &changes[i]; c.Kind {
		case mission.WaveOpened, mission.WaveChanged, mission.WaveFilled, mission.WaveAnswered:
			w.touch(c.Wave.ID)
		}
	}
}

// touch makes a wave's next step due at once.
func (w *waves) touch(id mission.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[id] == nil {
		w.open[id] = &openWave{left: map[mission.ID]int64{}}
	}
	w.open[id].due = 0
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// dueAt gives the waves whose step is due, and puts their next one off.
func (w *waves) dueAt(now int64) (ids []mission.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, o := range w.open {
		if o.due <= now {
			o.due = now + wave.StepSeconds
			ids = append(ids, id)
		}
	}
	return ids
}

// close forgets a wave that has nothing left to do.
func (w *waves) close(id mission.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, id)
}

// leave notes whom the reducer would not ask.
func (w *waves) leave(id mission.ID, people []mission.ID, now int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if o := w.open[id]; o != nil {
		for _, v := range people {
			o.left[v] = now + leftSeconds
		}
	}
}

// leftOut gives the people of a wave who are not proposed for now.
func (w *waves) leftOut(id mission.ID, now int64) map[mission.ID]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[mission.ID]bool{}
	if o := w.open[id]; o != nil {
		for v, until := range o.left {
			if until > now {
				out[v] = true
			} else {
				delete(o.left, v)
			}
		}
	}
	return out
}

// openWaves finds the waves that have something left to do.
func (e *Engine) openWaves() error {
	after := ""
	for {
		page, err := e.store.Waves(after, mission.WalkMax)
		if err != nil {
			return fmt.Errorf("waves: %w", err)
		}
		for _, w := range page {
			if !w.Over() || w.Counts.Silent > 0 {
				e.waves.touch(w.ID)
			}
			after = w.ID
		}
		if len(page) < mission.WalkMax {
			return nil
		}
	}
}

// OpenWaves counts the waves that have something left to do.
func (e *Engine) OpenWaves() int {
	e.waves.mu.Lock()
	defer e.waves.mu.Unlock()
	return len(e.waves.open)
}

// wakeWait is how long a step that is due at once waits for others: answers come
// in crowds, and a step reads the whole wave.
const wakeWait = 250 * time.Millisecond

// stepWavesEverySecond takes the steps of waves that are due. One that fails is
// taken again at its next time.
func (e *Engine) stepWavesEverySecond(ctx context.Context) {
	t := time.NewTicker(TickSeconds * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-e.waves.wake:
			select {
			case <-ctx.Done():
				return
			case <-time.After(wakeWait):
			}
		}
		_ = e.StepWaves(ctx)
	}
}

// StepWaves takes the step of every wave that is due at log time: it asks whom
// wave.Step names, ends waves that are full, and tells those who are silent.
// The engine calls it by itself unless Ticks are manual. The first error is
// returned after all waves had their turn.
func (e *Engine) StepWaves(ctx context.Context) error {
	e.waves.stepping.Lock()
	defer e.waves.stepping.Unlock()
	var first error
	for _, id := range e.waves.dueAt(e.store.Now()) {
		if err := e.stepWave(ctx, id); err != nil && first == nil {
			first = fmt.Errorf("engine: wave %s: %w", id, err)
		}
	}
	return first
}
