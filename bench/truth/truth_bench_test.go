package truth_test

import (
	"testing"
	"time"

	"renfort/bench/truth"
	"renfort/bench/world"
)

// Goal: 200 samples of 20,000 missions take seconds. "same" is the next answer
// of one second, "second" the first of another.
func BenchmarkCompare(b *testing.B) {
	w, err := world.New(world.Default())
	if err != nil {
		b.Fatal(err)
	}
	all := make([]truth.Mission, 20_000)
	for i := range all {
		all[i].Mission = w.Mission(i)
		all[i].Occupancy.Total, all[i].Occupancy.Free = all[i].Seats, all[i].Seats
	}
	of, err := truth.New(all, truth.Rules{At: began(), Since: began(), Until: began()})
	if err != nil {
		b.Fatal(err)
	}
	k := newAsker(b, 1, len(all))
	run := func(name string, step time.Duration) {
		b.Run(name, func(b *testing.B) {
			at, wrong := began(), 0
			for b.Loop() {
				b.StopTimer()
				q := truth.Request{Profile: k.world.Profile(k.Rand)}
				answer := []byte(`{"recommendations":[],"policy":"default/1","at":"` + at.Format(time.RFC3339) + `"}`)
				b.StartTimer()
				wrong += len(of.Differ(q, answer))
				at = at.Add(step)
			}
			if wrong == 0 {
				b.Error("empty pages are right everywhere")
			}
		})
	}
	run("same", 0)
	run("second", time.Second)
}
