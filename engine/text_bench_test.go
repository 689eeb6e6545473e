package engine_test

// When a write can be found by its words, and what words cost a start.

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"renfort/bench/world"
	"renfort/engine"
	"renfort/mission"
)

// mustImport stores the first missions of the made-up France.
func mustImport(b *testing.B, e *engine.Engine, missions int) {
	b.Helper()
	w, err := world.New(world.Config{Missions: missions, Seed: 1, At: at})
	if err != nil {
		b.Fatal(err)
	}
	for first := 0; first < missions; first += 500 {
		var all []mission.Envelope
		for i := first; i < min(first+500, missions); i++ {
			m := w.Mission(i)
			if err := e.Intake().Mission(&m); err != nil {
				b.Fatal(err)
			}
			all = append(all, mission.Envelope{Command: mission.PutMission{Mission: &m}})
		}
		_, errs := e.SubmitAll(context.Background(), all)
		for _, err := range errs {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func openBench(b *testing.B, dir string, noText bool) *engine.Engine {
	b.Helper()
	e, err := engine.Open(engine.Options{Dir: dir, Clock: func() time.Time { return at }, ManualTicks: true, NoText: noText, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// awaitAll waits until everything is indexed.
func awaitAll(b *testing.B, e *engine.Engine) {
	b.Helper()
	for e.AwaitText(context.Background(), e.Seq()) != nil {
	}
}

// BenchmarkWriteToSearchable stores one mission after the other, among 20,000,
// and waits for each until its words can be found.
func BenchmarkWriteToSearchable(b *testing.B) {
	e := openBench(b, b.TempDir(), false)
	defer e.Close()
	mustImport(b, e, 20_000)
	awaitAll(b, e)
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		m := &mission.Mission{ID: "new-" + strconv.Itoa(n%500), Title: "Maraude numéro " + strconv.Itoa(n), Remote: mission.RemoteFull}
		if err := e.Intake().Mission(m); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		r, err := e.Submit(context.Background(), mission.Envelope{Command: mission.PutMission{Mission: m}})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.AwaitText(context.Background(), r.Seq); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(e.TextStats().Segments), "segments")
}

// BenchmarkStart opens 100,000 missions, with words and without: the words are
// on disk, so that their hashes alone are compared.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	e := openBench(b, dir, false)
	mustImport(b, e, 100_000)
	awaitAll(b, e)
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
	for _, noText := range []bool{true, false} {
		b.Run("words="+strconv.FormatBool(!noText), func(b *testing.B) {
			for b.Loop() {
				e := openBench(b, dir, noText)
				b.StopTimer()
				if err := e.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}
