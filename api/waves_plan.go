package api

import (
	"sync"

	"renfort/mission"
)

// planSeconds is how long a preview's plan may be started.
const planSeconds = 600

// plansMax is how many plans are kept; the oldest go first.
const plansMax = 1_000

// plannedWave is a wave that was previewed.
type plannedWave struct {
	wave   *mission.Wave
	digest uint64 // of what it was asked to be
	at     int64  // log time, Unix seconds
}

// plans are the waves that were previewed lately. They are gone after a
// restart: a preview says little about what was before it. The zero value is
// ready. Safe for concurrent use.
type plans struct {
	mu    sync.Mutex
	byID  map[string]plannedWave // guarded by mu
	order []string               // guarded by mu, oldest first
}

// put keeps a plan, and gives its id back.
func (p *plans) put(w plannedWave, id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil {
		p.byID = map[string]plannedWave{}
	}
	p.byID[id] = w
	if p.order = append(p.order, id); len(p.order) > plansMax {
		delete(p.byID, p.order[0])
		p.order = p.order[1:]
	}
	return id
}

// find gives a plan that is not too old.
func (p *plans) find(id string, now int64) (w plannedWave, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok = p.byID[id]
	return w, ok && now-w.at <= planSeconds
}
