package limit_test

import (
	"slices"
	"testing"

	"renfort/api/limit"
)

const answered = "writes that are answered after their commits"

// flood is what becomes of so many times what can be served of a class, which comes
// out of silence.
func flood(t *testing.T, name string, of limit.Class, costNs, onNs int64, times float64, until int64) tally {
	t.Helper()
	m := newToy(costs(80_000))
	m.costNs[of], m.onNs[of], m.answers = costNs, onNs, name == answered
	var perS [classes]float64
	perS[of] = times * 1e9 / float64(costNs+onNs)
	m.run(rngOf(t), load{until: until, perS: perS})
	return m.tally(0, until, of)
}

// Who is refused is told before more than a few others are served, from the beginning
// of a flood on: of those who were in line before it was noticed nearly all are
// served, if late.
func TestRefusalsAreSoon(t *testing.T) {
	f := func(name string, of limit.Class, costNs, onNs int64, times float64) {
		t.Helper()
		got := flood(t, name, of, costNs, onNs, times, 12*seconds)
		t.Logf("%s, %.1f times: %d refused, p99 %.2f ms; %d taken, p99 %.1f ms", name, times, got.refused, got.refusedP99Ms, got.taken, got.takenP99Ms)
		if got.refused < 10_000 || got.refusedP99Ms > 1 || got.takenP99Ms > 150 {
			t.Errorf("%s, %.1f times: want 1 ms for refusals, and 150 ms for who is served", name, times)
		}
	}
	if raceEnabled { // .ci/run has all without the detector
		f("pages", pages, 80_000, 0, 1.5)
		f("writes that go on", holds, 60_000, 100_000, 2)
		return
	}
	for _, times := range []float64{1.5, 2} {
		f(answered, holds, 30_000, 25_000, times)
		f("pages", pages, 80_000, 0, times)
		f("searches", searches, 300_000, 0, times)
		f("writes that go on", holds, 60_000, 100_000, times)
	}
	f(answered, holds, 30_000, 25_000, 4)
	f("pages", pages, 80_000, 0, 4)
	f("writes that go on", holds, 60_000, 100_000, 4)
}

// Where the line is too long when a flood is noticed, who came last is refused, and
// those who have waited for long are served.
func TestLongWaitersAreServed(t *testing.T) {
	f := func(name string, of limit.Class, costNs, onNs int64, times float64) {
		t.Helper()
		got := flood(t, name, of, costNs, onNs, times, 3*seconds)
		longest := float64(slices.Max(got.refusedWaits)) / 1e6
		t.Logf("%s, %.1f times: at most %.1f ms until a refusal", name, times, longest)
		if longest > 20 {
			t.Errorf("%s, %.1f times: somebody waited for %.1f ms and was refused", name, times, longest)
		}
	}
	for _, times := range []float64{1.5, 2} {
		f("searches", searches, 300_000, 0, times)
		f("writes that go on", holds, 60_000, 100_000, times)
		f(answered, holds, 30_000, 25_000, times)
	}
}

// Holds in crises that were in line when a flood of them was noticed are served, though
// that takes longer than others may wait.
func TestCrisesInLineAreServed(t *testing.T) {
	m := newToy(costs(80_000))
	m.run(rngOf(t), load{until: seconds, perS: [classes]float64{crises: 4 * 1e9 / float64(m.costNs[crises])}})
	served, longest := 0, int64(0)
	for _, e := range m.told {
		if came := e.at - e.wait; came < 60e6 && e.refused {
			t.Fatalf("one that came after %.1f ms was refused after %.1f", float64(came)/1e6, float64(e.wait)/1e6)
		} else if came < 60e6 {
			served, longest = served+1, max(longest, e.wait)
		}
	}
	if t.Logf("%d of the first 60 ms were served, the last after %.1f ms", served, float64(longest)/1e6); longest < 100e6 {
		t.Errorf("nobody waited for long; this shows nothing")
	}
}

// Where writes gather behind slow commits, who is refused for it is told at once, before
// they wait in line, though the core has time for all of them; and the commits are full
// all the same.
func TestRefusalsForCommitsAreSoon(t *testing.T) {
	m := newToy(costs(80_000))
	m.costNs[holds], m.onNs[holds], m.answers, m.commit, m.most = 30_000, 25_000, true, 60e6, 512
	m.run(rngOf(t), load{until: 6 * seconds, perS: [classes]float64{holds: 17_000}})
	got := m.tally(seconds, 6*seconds, holds)
	longest := float64(slices.Max(append(got.refusedWaits, 0))) / 1e6
	t.Logf("%d refused, p99 %.2f ms, at most %.1f; %d taken", got.refused, got.refusedP99Ms, longest, got.taken)
	if got.refused < 1_000 || got.refusedP99Ms > 1 || longest > 5 {
		t.Error("want 1 ms at p99, and 5 ms at most")
	}
	if could := int(5*seconds/m.commit) * m.most; got.taken < could*9/10 {
		t.Errorf("%d could be taken", could)
	}
}
