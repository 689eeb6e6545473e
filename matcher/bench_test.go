package matcher_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"renfort/bench/world"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// benchAt is the log time of the benchmarks' worlds.
var benchAt = time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)

// france is an index of n missions of the world, and requests weighted by
// people.
type france struct {
	world    *world.World
	intake   *mission.Intake
	index    *index.Index
	matcher  *matcher.Matcher
	requests []*matcher.Request
}

func mustFrance(tb testing.TB, n, requests int) *france {
	tb.Helper()
	w, err := world.New(world.Config{Missions: n, Volunteers: 1, Seed: 1, At: benchAt})
	if err != nil {
		tb.Fatal(err)
	}
	zones := new(mission.Zones)
	taxonomy, places := mission.DefaultTaxonomy(), gazetteer.Default()
	intake := mission.NewIntake(taxonomy, places, zones)
	x := index.New(index.Options{Policy: mission.DefaultPolicy(), Taxonomy: taxonomy, Places: places, Zones: zones, Standing: matcher.Standing})
	for i := range n {
		m := w.Mission(i)
		if err := intake.Mission(&m); err != nil {
			tb.Fatal(err)
		}
		x.Load(&mission.Change{Seq: uint64(i + 1), Kind: mission.MissionPut, MissionID: m.ID, MissionOrdinal: mission.Ordinal(i),
			Mission: &m, Seats: seatsOf(&m, mission.Ordinal(i))})
	}
	x.Apply([]mission.Change{{Seq: uint64(n + 1), At: benchAt.Unix(), Kind: mission.Ticked}})
	f := &france{world: w, intake: intake, index: x, matcher: matcher.New(zones)}
	rng := rand.New(rand.NewPCG(1, 2))
	for range requests {
		p := w.Profile(rng)
		if err := intake.Profile(&p, benchAt); err != nil {
			tb.Fatal(err)
		}
		f.requests = append(f.requests, &matcher.Request{Profile: &p, Limit: 20, Seed: fmt.Sprint(rng.Uint64())})
	}
	return f
}

// seatsOf gives the seats of a mission as a platform in use has them: created
// within two months, filling at its own rate, some of them full.
func seatsOf(m *mission.Mission, o mission.Ordinal) *mission.Seats {
	rng := rand.New(rand.NewPCG(7, uint64(o)))
	age := rng.Float64() * 60
	s := &mission.Seats{Ordinal: o, State: m.State, Booking: m.Booking, Starts: m.Times.Starts, Ends: m.Times.Ends,
		ApplyBefore: m.Times.ApplyBefore, MinAge: m.MinimumAge(), MaxAge: m.MaximumAge(), Created: benchAt.Unix() - int64(age*86400)}
	total := mission.SeatsUnknown
	if m.Seats != nil {
		total = *m.Seats
	}
	pool := mission.Pool{Total: total}
	for day := int64(0); day < int64(age); day++ {
		if rng.Float64() < 0.3*rng.ExpFloat64() && (total == mission.SeatsUnknown || pool.Taken() < total) {
			pool.Confirmed++
			s.LastTaken = max(s.LastTaken, benchAt.Unix()-day*86400)
			s.Fills.Add(benchAt.Unix()/86400-day, 1)
		}
	}
	s.Pools = []mission.Pool{pool}
	s.Slots = []mission.SlotTerms{{Days: m.Times.Days}}
	for i, t := range m.Times.Slots {
		if i == 0 {
			s.Slots = nil
		}
		s.Slots = append(s.Slots, mission.SlotTerms{ID: m.Slots[i].ID, Starts: t.Starts, Ends: t.Ends, Days: t.Days})
	}
	return s
}

// BenchmarkTop20 is the exact best 20 of n missions with the default policy
// and the rules of the page, requests weighted by people, 85 % of them with
// preferences, on one core. The shelves and scales of the cells are stocked
// before: in service that is done once between two renewals of bounds.
func BenchmarkTop20(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("missions=%d", n), func(b *testing.B) {
			f := mustFrance(b, n, 4096)
			for range 5 {
				f.ask(b, f.requests)
			}
			f.measure(b, f.requests)
		})
	}
}

// BenchmarkTop20Cold is the same without shelves: nobody asked from the cell
// since the bounds were renewed.
func BenchmarkTop20Cold(b *testing.B) {
	f := mustFrance(b, 100_000, 1<<16)
	f.measure(b, f.requests)
}

// BenchmarkTop20Brute is the same by looking at every mission, which is what a
// policy that is not in force costs.
func BenchmarkTop20Brute(b *testing.B) {
	f := mustFrance(b, 100_000, 256)
	named := mission.DefaultPolicy()
	for _, r := range f.requests {
		r.Policy = named // equal, but not the one whose bounds are kept
	}
	f.measure(b, f.requests)
}

// ask answers every request once.
func (f *france) ask(b *testing.B, requests []*matcher.Request) {
	b.Helper()
	page := new(matcher.Page)
	for _, r := range requests {
		if err := f.matcher.Recommend(f.index.Snapshot(), r, page); err != nil {
			b.Fatal(err)
		}
	}
}

// measure answers the requests over and over.
func (f *france) measure(b *testing.B, requests []*matcher.Request) {
	b.Helper()
	s, page := f.index.Snapshot(), new(matcher.Page)
	scored, found := 0, 0
	runtime.GC() // what making the world left behind is not to be measured
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := f.matcher.Recommend(s, requests[i%len(requests)], page); err != nil {
			b.Fatal(err)
		}
		scored += page.Considered
		found += len(page.Items)
	}
	b.ReportMetric(float64(scored)/float64(b.N), "scored/op")
	b.ReportMetric(float64(found)/float64(b.N), "items/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
