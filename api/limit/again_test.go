package limit_test

import "testing"

// Of a flood of writes that go on after their commits about as many are served as
// could be, and the others are told at once: how long the line takes includes what
// those in it do later.
func TestWritersWhoGoOnAreToldAtOnce(t *testing.T) {
	f := func(onNs int64, times float64) {
		t.Helper()
		m := newToy(costs(80_000))
		m.onNs[holds] = onNs
		each := float64(m.costNs[holds] + onNs)
		m.run(rngOf(t), load{until: 12 * seconds, perS: [classes]float64{holds: times * 1e9 / each}})
		got := m.tally(seconds, 12*seconds, holds)
		possible := 1e9/each - times*1e9/each*float64(refusalNs+readNs)/each
		if perS := float64(got.taken) / 11; perS < 0.9*possible {
			t.Errorf("%d ns after the commit, %.1f times: took %.0f a second, %.0f were possible", onNs, times, perS, possible)
		}
		if got.refusedP99Ms > 6 || got.takenP99Ms > 25 {
			t.Errorf("%d ns after the commit, %.1f times: p99 %.1f ms refused and %.1f ms taken, want 6 and 25", onNs, times, got.refusedP99Ms, got.takenP99Ms)
		}
	}
	for _, onNs := range []int64{50_000, 100_000, 200_000} {
		if f(onNs, 1.5); raceEnabled {
			break // .ci/run has the others without the detector
		}
		f(onNs, 2)
		f(onNs, 4)
	}
}
