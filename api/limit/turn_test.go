package limit_test

// Goal: where something is refused no class takes another's part. Method: the
// model of one core, and rounds by hand.

import (
	"testing"

	"renfort/api/limit"
)

// Whatever is asked of one class, another has its part of what begins, or all
// that it asks for; and those above them what they ask for, soon.
func TestNoFloodTakesAnothersPart(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine, and long under the race detector: .ci/run runs it without")
	}
	parts := partsOf()
	f := func(name string, perS [classes]float64) {
		t.Helper()
		m := newToy(costs(80_000))
		m.run(rngOf(t), load{until: 10 * seconds, perS: perS})
		at := func(c limit.Class) tally { return m.tally(seconds, 10*seconds, c) }
		for c := crises; c <= confirmations; c++ {
			if got := at(c); got.refused > 0 || got.takenP99Ms > 10 {
				t.Errorf("%s: class %d: %d refused, p99 %.1f ms", name, c, got.refused, got.takenP99Ms)
			}
		}
		for c := searches; c <= holds; c++ {
			got := at(c)
			if got.takenP99Ms > 30 || got.refusedP99Ms > 30 {
				t.Errorf("%s: class %d: p99 %.1f ms taken, %.1f ms refused", name, c, got.takenP99Ms, got.refusedP99Ms)
			}
			if perS[c] == 0 || got.takenShare > 0.95 {
				continue
			}
			for d := searches; d <= holds; d++ {
				if other := at(d); float64(got.taken)/parts[c] < 0.9*float64(other.taken)/parts[d] {
					t.Errorf("%s: of class %d %d are taken, %.3f of what came, and %d of class %d", name, c, got.taken, got.takenShare, other.taken, d)
				}
			}
		}
	}
	f("too many pages", [classes]float64{searches: 500, pages: 20_000, holds: 2_000, crises: 2_000, confirmations: 2_000})
	f("too many searches", [classes]float64{searches: 5_000, pages: 3_000, holds: 2_000, crises: 2_000, confirmations: 2_000})
	f("holds alone", [classes]float64{holds: 40_000, crises: 1_000, confirmations: 1_000})
	f("too many holds", [classes]float64{searches: 500, pages: 1_000, holds: 30_000, crises: 2_000, confirmations: 2_000})
	f("too much of all", [classes]float64{searches: 4_000, pages: 16_000, holds: 8_000, crises: 500, confirmations: 1_000})
	f("as much of each", [classes]float64{searches: 6_000, pages: 6_000, holds: 6_000, crises: 500, confirmations: 500})
}

// tightOf gives a limiter that is tight, in which nobody waits, and the time.
func tightOf(parts [limit.ClassesMax]float64) (l *limit.Limiter, now int64) {
	l = limit.New(limit.Options{Classes: int(classes), Shed: int(crises), Never: int(confirmations), Brief: int(classes), Loose: 64, Tight: 10, Parts: parts, Send: func() bool { return true }})
	l.Close()
	for now = seconds; !l.State().Tight; now += 200_000 {
		l.Enter(now, pages)
	}
	for l.State().Ahead > 0 {
		l.Round(now)
	}
	return l, now
}

// Of each round every class that waits has its part, one without a part what is
// left, and those above all before them.
func TestParts(t *testing.T) {
	f := func(parts [limit.ClassesMax]float64, want ...[classes]int) {
		t.Helper()
		l, now := tightOf(parts)
		for v := limit.Spare; v != limit.Wait; { // the round's places
			v, _ = l.Enter(now, confirmations-1)
		}
		l.Round(now)
		var places [classes][]*limit.Place
		for range 10 {
			for c := searches; c <= crises; c++ {
				if v, p := l.Enter(now, c); v == limit.Wait {
					places[c] = append(places[c], p)
				}
			}
		}
		for i := range want {
			l.Round(now)
			var got [classes]int
			for c := range places {
				for len(places[c]) > 0 && places[c][0].Told() {
					if places[c][0].Wait() != limit.Refuse {
						got[c]++
					}
					places[c] = places[c][1:]
				}
			}
			t.Logf("round %d: %v", i, got)
			if got != want[i] {
				t.Errorf("parts %v: in round %d %v began, want %v", parts[:classes], i, got, want[i])
			}
		}
	}
	f(partsOf(), [classes]int{0, 1, 1, 8}, [classes]int{2, 5, 3})
	f([limit.ClassesMax]float64{pages: 5, holds: 3}, [classes]int{0, 2, 0, 8}, [classes]int{0, 6, 4}, [classes]int{6, 0, 4}, [classes]int{1})
}

// A round that nobody asked for is not late: who comes after a while in which
// little came is taken.
func TestRoundNobodyAskedFor(t *testing.T) {
	l, now := tightOf(partsOf())
	l.Round(now)
	for range 100 {
		now += 500_000
		l.Enter(now, confirmations)
	}
	if v, _ := l.Enter(now, pages); v == limit.Refuse {
		t.Errorf("refused, with nobody in line; %+v", l.State())
	}
}
