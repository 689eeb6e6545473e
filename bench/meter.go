package bench

import (
	"context"
	"time"

	"renfort/bench/machine"
	"renfort/bench/result"
)

// meter looks at what a service uses. Where the service is not our own, what
// cannot be known from here is -1.
type meter struct {
	service *service
	began   time.Time

	cpu     float64
	metrics map[string]float64

	resources []result.Resource // watch writes them
}

// mark begins a phase.
func (m *meter) mark(ctx context.Context) {
	m.cpu, m.metrics = m.cpuSeconds(), m.service.metrics(ctx)
}

// cpuSeconds is what the service has used; -1: unknown.
func (m *meter) cpuSeconds() float64 {
	if m.service.own == nil {
		return -1
	}
	p, err := machine.Look(m.service.own.pid)
	if err != nil {
		return -1
	}
	return p.CPUSeconds
}

// used gives what was used since mark.
func (m *meter) used(ctx context.Context) result.Used {
	u := result.Used{CPUSeconds: -1, CPUPerCallUS: -1, Syncs: -1, GCs: -1, GCPauseMaxUS: -1, CacheHitShare: -1}
	if now := m.cpuSeconds(); now >= 0 && m.cpu >= 0 {
		u.CPUSeconds = now - m.cpu
	}
	after := m.service.metrics(ctx)
	since := func(name string) (float64, bool) {
		now, known := after[name]
		return now - m.metrics[name], known && m.metrics != nil
	}
	if n, known := since("renfort_store_commit_seconds_count"); known {
		u.Syncs = int64(n)
	}
	if n, known := since("go_gc_duration_seconds_count"); known {
		u.GCs = int64(n)
	}
	if v, known := after[`go_gc_duration_seconds{quantile="1"}`]; known {
		u.GCPauseMaxUS = int64(v * 1e6)
	}
	hits, known := since(`renfort_text_cache_hits_total{cache="matches"}`)
	misses, _ := since(`renfort_text_cache_misses_total{cache="matches"}`)
	if known && hits+misses > 0 {
		u.CacheHitShare = hits / (hits + misses)
	}
	return u
}

// watchEvery is how often a service's process is looked at.
const watchEvery = time.Second

// watch looks every second until ctx is done.
func (m *meter) watch(ctx context.Context) {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	before, at := m.cpuSeconds(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if m.service.own == nil {
			continue
		}
		p, err := machine.Look(m.service.own.pid)
		if err != nil {
			continue
		}
		bytes, _ := machine.FolderBytes(m.service.own.dir) // 0 where it cannot be read
		now := time.Now()
		m.resources = append(m.resources, result.Resource{AtUS: now.Sub(m.began).Microseconds(), CPU: (p.CPUSeconds - before) / now.Sub(at).Seconds(),
			AnonBytes: p.AnonBytes, FileBytes: bytes, Threads: p.Threads, Files: p.Files})
		before, at = p.CPUSeconds, now
	}
}
