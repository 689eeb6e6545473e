package engine_test

import (
	"context"
	"fmt"
	"testing"

	"renfort/bench/world"
	"renfort/engine"
	"renfort/mission"
)

// mustEnlist stores volunteers from the first to before the last.
func mustEnlist(b *testing.B, e *engine.Engine, w *world.World, first, last int) {
	b.Helper()
	for ; first < last; first += 1000 {
		var all []mission.Envelope
		for i := first; i < min(first+1000, last); i++ {
			v := w.Volunteer(i)
			v.ID = fmt.Sprint("v", i)
			if err := e.Intake().Volunteer(&v, at); err != nil {
				b.Fatal(err)
			}
			all = append(all, mission.Envelope{Command: mission.PutVolunteer{Volunteer: &v}, Bulk: true})
		}
		_, errs := e.SubmitAll(context.Background(), all)
		for _, err := range errs {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkStats is a count as a scrape asks for it, after 100 people have come
// since the last, among 20,000 missions.
func BenchmarkStats(b *testing.B) {
	for _, people := range []int{100_000, 700_000} {
		b.Run(fmt.Sprint("people=", people), func(b *testing.B) {
			e := openBench(b, b.TempDir(), true)
			defer e.Close()
			mustImport(b, e, 20_000)
			w, err := world.New(world.Config{Missions: 1000, Volunteers: people, Seed: 1, At: at})
			if err != nil {
				b.Fatal(err)
			}
			mustEnlist(b, e, w, 0, people)
			e.Stats()
			b.ReportAllocs()
			next := 0
			for b.Loop() {
				b.StopTimer()
				mustEnlist(b, e, w, next, next+100)
				next = (next + 100) % people
				b.StartTimer()
				if st := e.Stats(); st.Volunteers != people {
					b.Fatalf("%d volunteers, want %d", st.Volunteers, people)
				}
			}
		})
	}
}
