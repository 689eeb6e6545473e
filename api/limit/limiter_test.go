package limit_test

// Goal: a core that is asked for more than it can do serves about as much as
// it could, in time, what matters first; and is left alone in every other
// case. Method: a model of one core with a queue in front of it, in its own
// time.

import (
	"math/rand/v2"
	"slices"
	"testing"

	"renfort/api/limit"
)

const seconds = int64(1e9)

// costs are of a page, the rest about as measured.
func costs(pageNs int64) [classes]int64 {
	return [classes]int64{searches: 300_000, pages: pageNs, holds: 60_000, crises: 60_000, confirmations: 30_000}
}

func rngOf(t *testing.T) *rand.Rand {
	seed := uint64(1)
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 2))
}

// A core that is offered more than it can do keeps serving what is left beside
// the refusals, soon, and refuses soon; one that is shaky does so too, later by
// what it is gone.
func TestOverload(t *testing.T) {
	f := func(pageNs int64, times float64, shaky bool, kept, takenMs, refusedMs float64) {
		t.Helper()
		full := 1e9 / float64(pageNs)
		refusals := times * refusalNs / float64(pageNs)
		if refusals >= 1 {
			return // to refuse alone is more than it can do
		}
		m := newToy(costs(pageNs))
		if shaky {
			m.shaky = rngOf(t)
		}
		m.run(rngOf(t), load{until: 12 * seconds, perS: [classes]float64{pages: times * full}})
		got := m.tally(seconds, 12*seconds, pages)
		there := 1 - float64(m.goneFor)/float64(m.now)
		line := float64(readNs+readNs/8) / float64(pageNs) // to join one, and a share of a round
		want := (there - refusals) / (1 + line - refusalNs/float64(pageNs))
		if share := float64(got.taken) / 11 / full; share < kept*want {
			t.Errorf("%d ns, %.1f times: took %.3f of full load, %.3f was possible", pageNs, times, share, want)
		}
		if got.takenP99Ms > takenMs || got.refusedP99Ms > refusedMs {
			t.Errorf("%d ns, %.1f times: p99 %.1f ms taken, %.1f ms refused; want %.0f and %.0f", pageNs, times, got.takenP99Ms, got.refusedP99Ms, takenMs, refusedMs)
		}
	}
	for _, pageNs := range []int64{13_000, 80_000, 300_000} {
		shakyMs := 20.0
		if pageNs < 50_000 {
			shakyMs = 45 // to refuse those who came while it was gone takes as long again
		}
		for _, times := range []float64{1.1, 1.5, 2, 4} {
			if raceEnabled && times*1e9/float64(pageNs) > 5_000 {
				continue // millions of requests of one goroutine: .ci/run has them without the detector
			}
			f(pageNs, times, false, 0.95, 10, 6)
			f(pageNs, times, true, 0.9, shakyMs, 30)
		}
	}
}

// Full load, closed loops and a core that is gone for a while are no overload.
func TestNothingIsRefusedForNothing(t *testing.T) {
	f := func(name string, pageNs int64, loads ...load) {
		t.Helper()
		m := newToy(costs(pageNs))
		m.run(rngOf(t), loads...)
		if got := m.tally(0, m.now, searches, pages, holds); got.refused > 0 || got.taken == 0 {
			t.Errorf("%s: %d taken, %d refused", name, got.taken, got.refused)
		}
	}
	open := func(perS float64) [classes]float64 { return [classes]float64{pages: perS} }
	f("97 %% of full load", 80_000, load{until: 20 * seconds, perS: open(0.97 / 80e-6)})
	f("64 callers, dear", 1_000_000, load{until: 5 * seconds, callers: 64})
	f("64 callers, very dear", 20_000_000, load{until: 20 * seconds, callers: 64})
	f("500 callers", 60_000, load{until: 5 * seconds, callers: 500})
	f("a burst", 80_000, load{until: seconds}, load{until: seconds + seconds/20, perS: open(20_000)}, load{until: 2 * seconds, perS: open(1_000)})
	f("the core is gone", 80_000,
		load{until: seconds, perS: open(6_000)},
		load{until: 2 * seconds, perS: open(6_000), stall: 60e6},
		load{until: 3 * seconds, perS: open(6_000), stall: 60e6})
	f("500 callers, and the core is gone", 13_000,
		load{until: seconds, callers: 500},
		load{until: 2 * seconds, callers: 500, stall: 300e6})
	f("the core is gone for longer, and is soon free again", 80_000,
		load{until: seconds, perS: open(3_000)},
		load{until: 3 * seconds, perS: open(3_000), stall: 150e6})
}

// The line of a lower class that its callers keep short, and that starves since others
// go before, is an overload as well; one that gets what it needs, or none of whose
// classes has a part, is none.
func TestWhoStarvesIsSeen(t *testing.T) {
	f := func(name string, parts [limit.ClassesMax]float64, perS [classes]float64, overload bool) {
		t.Helper()
		m := newToyOf(costs(80_000), parts)
		m.run(rngOf(t), load{until: 10 * seconds, perS: perS, doors: 100})
		got := m.tally(0, 10*seconds, searches)
		if (got.refused > 0) != overload {
			t.Errorf("%s: %d searches refused of %d", name, got.refused, got.refused+got.taken)
		}
		if overload && (got.takenP99Ms > 100 || got.refusedP99Ms > 100) {
			t.Errorf("%s: p99 of searches %.1f ms taken and %.1f ms refused", name, got.takenP99Ms, got.refusedP99Ms)
		}
	}
	f("pages leave little", partsOf(), [classes]float64{searches: 700, pages: 11_500}, true)
	f("pages leave enough", partsOf(), [classes]float64{searches: 700, pages: 9_000}, false)
	f("nobody has a part", [limit.ClassesMax]float64{}, [classes]float64{searches: 700, pages: 11_500}, false)
}

// Where classes have no parts, what is dearer to keep is refused only when all
// below it is; the dearest never.
func TestClassesAreNotInverted(t *testing.T) {
	f := func(name string, perS [classes]float64, check func(at func(limit.Class) tally)) {
		t.Helper()
		m := newToyOf(costs(80_000), [limit.ClassesMax]float64{})
		m.run(rngOf(t), load{until: 10 * seconds, perS: perS})
		at := func(c limit.Class) tally { return m.tally(seconds, 10*seconds, c) }
		for c := crises; c <= confirmations; c++ {
			if got := at(c); got.refused > 0 || got.takenP99Ms > 10 {
				t.Errorf("%s: class %d: %d refused, p99 %.1f ms", name, c, got.refused, got.takenP99Ms)
			}
		}
		check(at)
		for c := searches; c < holds; c++ {
			if below, above := at(c), at(c+1); above.refused > 0 && below.takenShare > above.takenShare+0.02 {
				t.Errorf("%s: %.3f of class %d is taken and %.3f of class %d", name, below.takenShare, c, above.takenShare, c+1)
			}
		}
	}
	f("too many pages", [classes]float64{searches: 500, pages: 20_000, holds: 2_000, crises: 2_000, confirmations: 2_000}, func(at func(limit.Class) tally) {
		if s, p, h := at(searches), at(pages), at(holds); s.takenShare > 0.1 || p.takenShare < 0.3 || h.refused > h.taken/100 {
			t.Errorf("searches %.3f, pages %.3f, holds %.3f taken", s.takenShare, p.takenShare, h.takenShare)
		}
	})
	if raceEnabled {
		return // .ci/run has the others without the detector
	}
	f("too many searches", [classes]float64{searches: 5_000, pages: 3_000, holds: 2_000, crises: 2_000, confirmations: 2_000}, func(at func(limit.Class) tally) {
		if s, p, h := at(searches), at(pages), at(holds); s.takenShare < 0.1 || p.takenShare < 0.98 || h.takenShare < 0.98 {
			t.Errorf("searches %.3f, pages %.3f, holds %.3f taken", s.takenShare, p.takenShare, h.takenShare)
		}
	})
	f("holds alone", [classes]float64{holds: 40_000, crises: 1_000, confirmations: 1_000}, func(at func(limit.Class) tally) {
		if h := at(holds); h.takenShare < 0.25 {
			t.Errorf("holds %.3f taken", h.takenShare)
		}
	})
	f("too many holds", [classes]float64{searches: 500, pages: 1_000, holds: 30_000, crises: 2_000, confirmations: 2_000}, func(at func(limit.Class) tally) {
		if p, h := at(pages), at(holds); p.takenShare > 0.1 || h.takenShare < 0.3 {
			t.Errorf("pages %.3f, holds %.3f taken", p.takenShare, h.takenShare)
		}
	})
}

// Nobody waits in line for ever while dearer ones go before: they are told.
func TestNobodyStarves(t *testing.T) {
	m := newToy(costs(80_000))
	m.run(rngOf(t), load{until: 10 * seconds, perS: [classes]float64{searches: 500, pages: 3_000, holds: 30_000}})
	got := m.tally(seconds, 10*seconds, searches, pages)
	longest := max(slices.Max(append(got.takenWaits, 0)), slices.Max(append(got.refusedWaits, 0)))
	for _, e := range m.inLine {
		longest = max(longest, m.now-e.at)
	}
	if longest > 60e6 || got.taken+got.refused == 0 {
		t.Errorf("somebody waits for %d ms; %d taken, %d refused", longest/1e6, got.taken, got.refused)
	}
}

// A flood of what is not shed is held too, later: confirmations among it are
// never refused, and wait no longer than it may.
func TestFloodOfTheDearest(t *testing.T) {
	m := newToy(costs(80_000))
	m.run(rngOf(t), load{until: 5 * seconds, perS: [classes]float64{pages: 1_000, crises: 40_000, confirmations: 1_000}})
	got, sure := m.tally(seconds, 5*seconds, crises), m.tally(seconds, 5*seconds, confirmations)
	if got.taken < 4*10_000 || got.takenP99Ms > 150 || sure.refused > 0 || sure.takenP99Ms > 150 {
		t.Errorf("holds in crises: %d taken, p99 %.0f ms; confirmations: %d refused, p99 %.0f ms", got.taken, got.takenP99Ms, sure.refused, sure.takenP99Ms)
	}
	if p := m.tally(seconds, 5*seconds, pages); p.taken > p.refused/10 {
		t.Errorf("%d pages of %d are taken before", p.taken, p.taken+p.refused)
	}
}

// When the load falls, nothing is refused after a short while: neither of what
// comes by itself nor of callers who ask again at once.
func TestBackToNormal(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine, and long under the race detector: .ci/run runs it without")
	}
	m := newToy(costs(80_000))
	over := load{until: 10 * seconds, perS: [classes]float64{pages: 25_000}}
	m.run(rngOf(t), over, load{until: 14 * seconds, perS: [classes]float64{pages: 9_000}})
	if got := m.tally(10*seconds, 11*seconds, pages); got.takenShare < 0.9 {
		t.Errorf("in the first second %.3f is taken", got.takenShare)
	}
	if got := m.tally(11*seconds, 14*seconds, pages); got.refused > 0 || m.limiter.State().Tight {
		t.Errorf("after a second %d are refused; %+v", got.refused, m.limiter.State())
	}
	m = newToy(costs(13_000))
	over.perS[pages] = 150_000
	m.run(rngOf(t), over, load{until: 25 * seconds, callers: 400})
	if got := m.tally(18*seconds, 25*seconds, pages); got.refused > 0 {
		t.Errorf("400 callers: %d are still refused after 8 s", got.refused)
	}
}

// After a silence nothing is left of an overload.
func TestSilenceEndsOverload(t *testing.T) {
	m := newToy(costs(80_000))
	m.run(rngOf(t), load{until: 3 * seconds, perS: [classes]float64{pages: 25_000}}, load{until: 6 * seconds}, load{until: 7 * seconds, perS: [classes]float64{searches: 100}})
	if got := m.tally(6*seconds, 7*seconds, searches); got.refused > 0 || got.spared > 0 || got.taken == 0 {
		t.Errorf("%d taken, %d of them with less, %d refused", got.taken, got.spared, got.refused)
	}
}

// A queue that does not move at all is noticed without a round: everything but
// what is never refused is refused, until it moves.
func TestStandstill(t *testing.T) {
	l := limit.New(limit.Options{Classes: int(classes), Shed: int(crises), Never: int(confirmations), Brief: int(holds), Loose: 64, Tight: 8, Send: func() bool { return true }})
	l.Close()
	now := seconds
	for range 2_000 {
		l.Enter(now, pages)
		now += 200_000
	}
	for c := range classes {
		v, _ := l.Enter(now, c)
		if got, want := v == limit.Refuse, c != confirmations; got != want {
			t.Errorf("class %d refused: %v", c, got)
		}
	}
	if s := l.State(); !s.Tight || !s.Busy || s.Refused <= 0 || s.WaitS < 0.3 {
		t.Errorf("state %+v", s)
	}
}

// Where no round can be asked for nothing waits, and nothing is refused; what
// is in line when it opens begins.
func TestOpen(t *testing.T) {
	can := true
	l := limit.New(limit.Options{Classes: 1, Shed: 1, Never: 1, Brief: 1, Loose: 64, Tight: 8, Send: func() bool { return can }})
	take := func(when string) {
		t.Helper()
		for now := seconds; now < 2*seconds; now += 100_000 {
			if v, _ := l.Enter(now, 0); v != limit.Take {
				t.Fatalf("%s: %v at %d", when, v, now)
			}
		}
	}
	take("before Close")
	l.Close()
	var places []*limit.Place
	for len(places) < 100 {
		if v, p := l.Enter(seconds, 0); v == limit.Wait {
			places = append(places, p)
		}
	}
	can = false
	l.Round(seconds) // some begin, and the last of them cannot ask for more
	began := 0
	for _, p := range places {
		if p.Wait() == limit.Take {
			began++
		}
	}
	if began != len(places) {
		t.Errorf("%d of %d in line began", began, len(places))
	}
	take("after it could not be sent")
}

// flooded gives a limiter of which so many pages were asked that it is tight, and
// the time.
func flooded() (l *limit.Limiter, now int64) {
	l = limit.New(limit.Options{Classes: int(classes), Shed: int(crises), Never: int(confirmations), Brief: int(holds), Loose: 64, Tight: 8, Send: func() bool { return true }})
	l.Close()
	for now = seconds; !l.State().Tight; now += 200_000 {
		l.Enter(now, pages)
	}
	return l, now
}

// Who goes on after a commit begins before all others and is not refused.
func TestAgain(t *testing.T) {
	l, now := flooded()
	l.Round(now)
	began := 0
	v, p := l.Again(now, holds)
	for ; v != limit.Wait; v, p = l.Again(now, holds) {
		if began++; v == limit.Refuse || began > 16 {
			t.Fatalf("%d began, then %v", began, v)
		}
	}
	if began != 16 {
		t.Errorf("%d began at once, want twice as many as of pages", began)
	}
	l.Round(now)
	if !p.Told() || p.Wait() == limit.Refuse {
		t.Error("it did not begin in the next round")
	}
}

// Whoever would find too much after their turn is refused before it, where something is
// refused at all, though nothing is in line; others are not, nor who goes on.
func TestFullBehindTheLine(t *testing.T) {
	full := false
	l := limit.New(limit.Options{Classes: int(classes), Shed: int(crises), Never: int(confirmations), Brief: int(holds), Loose: 64, Tight: 8,
		Full: func(c limit.Class) bool { return full && c == holds }, Send: func() bool { return true }})
	l.Close()
	now := seconds
	f := func(when string, c limit.Class, want limit.Verdict) {
		t.Helper()
		if v, _ := l.Enter(now, c); v != want {
			t.Errorf("%s, class %d: %v, want %v", when, c, v, want)
		}
	}
	full = true
	f("loose", holds, limit.Take)
	l.Tighten(now)
	f("tight", holds, limit.Refuse)
	f("tight", pages, limit.Spare)
	f("tight", confirmations, limit.Spare)
	if v, _ := l.Again(now, holds); v != limit.Spare {
		t.Errorf("who goes on: %v", v)
	}
	full = false
	f("no longer full", holds, limit.Spare)
	now += seconds
	l.Round(now)
	f("a second later", holds, limit.Take)
}

// Where something is refused, four times as many writes begin in a round as
// pages, so that they share commits; none while more go on after theirs than a
// round has places for, and no page while a write waits.
func TestWritesBeginTogether(t *testing.T) {
	l, now := flooded()
	for l.State().Ahead > 0 {
		l.Round(now)
	}
	l.Round(now)
	begin := func(c limit.Class) (n int) {
		for {
			v, p := l.Enter(now, c)
			if v == limit.Wait {
				l.Round(now)
				if !p.Told() {
					t.Fatalf("a place of class %d is left over", c)
				}
				p.Wait()
				l.Round(now)
			}
			if v != limit.Spare {
				return n
			}
			n++
		}
	}
	if p, h := begin(pages), begin(holds); p != 8 || h != 32 {
		t.Errorf("in one round %d pages and %d writes began, want 8 and 32", p, h)
	}
	var again []*limit.Place
	for len(again) < 17 {
		if v, p := l.Again(now, holds); v == limit.Wait {
			again = append(again, p)
		}
	}
	v, write := l.Enter(now, holds)
	w, page := l.Enter(now, pages)
	if v != limit.Wait || w != limit.Wait {
		t.Fatalf("a write: %v; a page: %v; want both to wait", v, w)
	}
	if l.Round(now); !again[15].Told() || again[16].Told() || !write.Told() || page.Told() {
		t.Errorf("after a round: told %v, %v, the write %v, the page %v", again[15].Told(), again[16].Told(), write.Told(), page.Told())
	}
	if l.Round(now); !again[16].Told() || !page.Told() {
		t.Error("after two somebody waits still")
	}
}

// In each round as many begin as the batch has places, the dearest first, and
// of one class who came first.
func TestOrder(t *testing.T) {
	l := limit.New(limit.Options{Classes: 3, Shed: 3, Never: 3, Brief: 3, Loose: 4, Tight: 4, Send: func() bool { return true }})
	l.Close()
	for range 4 { // the first round's
		l.Enter(seconds, 0)
	}
	var places [3][]*limit.Place
	for i := range 9 {
		c := limit.Class(i % 3)
		_, p := l.Enter(seconds, c)
		places[c] = append(places[c], p)
	}
	told := func() (of [3]int) {
		for c := range places {
			for len(places[c]) > 0 && places[c][0].Told() {
				places[c][0].Wait()
				places[c] = places[c][1:]
				of[c]++
			}
		}
		return of
	}
	for i, want := range [][3]int{{0, 1, 3}, {2, 2, 0}, {1, 0, 0}} {
		l.Round(seconds)
		if got := told(); got != want {
			t.Errorf("round %d: %v began of the classes, want %v", i, got, want)
		}
	}
}

func TestEnterAllocatesNothing(t *testing.T) {
	l := limit.New(limit.Options{Classes: 1, Shed: 1, Never: 1, Brief: 1, Loose: 2, Tight: 2, Send: func() bool { return true }})
	l.Close()
	now := seconds
	var places []*limit.Place
	if n := testing.AllocsPerRun(1000, func() {
		now += 300_000
		for range 8 {
			if v, p := l.Enter(now, 0); v == limit.Wait {
				places = append(places, p)
			}
		}
		for range 4 {
			l.Round(now)
		}
		for _, p := range places {
			p.Wait()
		}
		places = places[:0]
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkEnter is what every request pays.
func BenchmarkEnter(b *testing.B) {
	l := limit.New(limit.Options{Classes: 1, Shed: 1, Never: 1, Brief: 1, Loose: 64, Tight: 8, Send: func() bool { return true }})
	l.Close()
	now, taken := seconds, 0
	for b.Loop() {
		now += 13_000
		if v, _ := l.Enter(now, 0); v == limit.Take {
			taken++
		}
		if taken%4 == 0 {
			l.Round(now)
		}
	}
	if taken == 0 {
		b.Fatal("nothing was taken")
	}
}
