package index_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"renfort/bench/world"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// benchMissions is how many missions the benchmarks' France has.
const benchMissions = 100_000

// benchFrance is the changes that make it, made once.
var benchFrance = sync.OnceValues(func() ([]mission.Change, error) {
	puts, err := drawFrance()
	cs := make([]mission.Change, benchMissions)
	for o := range cs {
		if err == nil {
			cs[o], err = puts(o)
		}
	}
	return cs, err
})

// drawFrance gives what puts the mission of a number, made anew each time.
func drawFrance() (puts func(o int) (mission.Change, error), err error) {
	config := world.Config{Missions: benchMissions, Seed: 1, At: world.Default().At}
	w, err := world.New(config)
	if err != nil {
		return nil, err
	}
	intake := mission.NewIntake(mission.DefaultTaxonomy(), gazetteer.Default(), new(mission.Zones))
	return func(o int) (mission.Change, error) {
		m := w.Mission(o)
		if err := intake.Mission(&m); err != nil {
			return mission.Change{}, err
		}
		seats := &mission.Seats{Ordinal: mission.Ordinal(o), State: m.State, Booking: m.Booking, Starts: m.Times.Starts, Ends: m.Times.Ends,
			ApplyBefore: m.Times.ApplyBefore, Created: config.At.Unix() - int64(o%20)*43200, Slots: []mission.SlotTerms{{Days: m.Times.Days}}, Pools: []mission.Pool{{Total: mission.SeatsUnknown}}}
		if m.Seats != nil {
			seats.Pools[0].Total = *m.Seats
		}
		for i, t := range m.Times.Slots {
			seats.Slots = append(seats.Slots[:i], mission.SlotTerms{ID: m.Slots[i].ID, Starts: t.Starts, Ends: t.Ends, Days: t.Days})
		}
		return mission.Change{Seq: uint64(o + 1), Kind: mission.MissionPut, MissionID: m.ID, MissionOrdinal: mission.Ordinal(o), Mission: &m, Seats: seats}, nil
	}, nil
}

// bencher is an index of that France, and seat changes to it.
type bencher struct {
	*index.Index
	*rand.Rand
	puts []mission.Change
	seq  uint64
	now  int64
}

func openBench(b *testing.B) *bencher {
	b.Helper()
	puts, err := benchFrance()
	if err != nil {
		b.Fatal(err)
	}
	x := &bencher{Rand: rand.New(rand.NewPCG(1, 1)), puts: puts, now: world.Default().At.Unix(), seq: benchMissions}
	x.Index = index.New(index.Options{Policy: mission.DefaultPolicy(), Taxonomy: mission.DefaultTaxonomy(), Places: gazetteer.Default(),
		Zones: new(mission.Zones), Standing: matcher.Standing})
	for o := range puts {
		x.Load(&puts[o])
	}
	x.Apply([]mission.Change{x.tick(0)})
	return x
}

func (x *bencher) tick(seconds int64) mission.Change {
	x.seq++
	x.now += seconds
	return mission.Change{Seq: x.seq, Kind: mission.Ticked, At: x.now}
}

// seats draws n seat changes of a commit: what is held of a mission is drawn.
func (x *bencher) seats(n int) []mission.Change {
	cs := make([]mission.Change, n)
	for i := range cs {
		x.seq++
		put := &x.puts[x.IntN(len(x.puts))]
		s := *put.Seats
		s.Pools = []mission.Pool{s.Pools[0]}
		if total := s.Pools[0].Total; total > 0 {
			s.Pools[0].Held = x.IntN(total + 1)
		}
		s.LastTaken = x.now
		cs[i] = mission.Change{Seq: x.seq, Kind: mission.SeatHeld, MissionID: put.MissionID, MissionOrdinal: put.MissionOrdinal, Seats: &s}
	}
	return cs
}

// BenchmarkApply is a commit of 64 seat changes among 100,000 missions.
func BenchmarkApply(b *testing.B) {
	x := openBench(b)
	b.ReportAllocs()
	for b.Loop() {
		x.Apply(x.seats(64))
	}
	b.ReportMetric(float64(len(x.Snapshot().Fresh)), "fresh")
}

// BenchmarkTick is a Tick of 100,000 missions: with nothing changed since the
// last, with 1,000 seats changed, and the first of a minute.
func BenchmarkTick(b *testing.B) {
	run := func(name string, seats int, seconds int64) {
		b.Run(name, func(b *testing.B) {
			x := openBench(b)
			b.ReportAllocs()
			for b.Loop() {
				if seats > 0 {
					b.StopTimer()
					x.Apply(x.seats(seats))
					b.StartTimer()
				}
				x.Apply([]mission.Change{x.tick(seconds)}) // 0 seconds: within the minute
			}
			if got := len(x.Snapshot().Fresh); got != 0 {
				b.Errorf("got %d fresh missions after a Tick, want none", got)
			}
		})
	}
	run("changes=0", 0, 0)
	run("changes=1000", 1000, 0)
	run("minute", 0, 60)
}

// BenchmarkBuild is a start: 100,000 missions loaded, and their first Tick.
func BenchmarkBuild(b *testing.B) {
	openBench(b) // the missions themselves are made once
	b.ReportAllocs()
	for b.Loop() {
		if x := openBench(b); x.Snapshot().Exists != benchMissions {
			b.Fatalf("got %d missions, want %d", x.Snapshot().Exists, benchMissions)
		}
	}
}

// BenchmarkSurge is a second of a surge beside 700,000 volunteers: 100 commits of
// 20 people who sign up and 20 seats, then a Tick. Beside its time it gives the
// longest commit and the longest Tick, which everybody waits for.
func BenchmarkSurge(b *testing.B) {
	x := openBench(b)
	var people uint32
	somebodyNew := func() mission.Change {
		x.seq++
		people++
		v := somebody(fmt.Sprint("p", people), x.Rand)
		return mission.Change{Seq: x.seq, Kind: mission.VolunteerPut, VolunteerID: v.ID, VolunteerOrdinal: mission.Ordinal(people), Volunteer: v}
	}
	for range 700_000 {
		c := somebodyNew()
		x.Load(&c)
	}
	x.Apply([]mission.Change{x.tick(1)})
	var longest, longestTick time.Duration
	for b.Loop() {
		for range 100 {
			b.StopTimer()
			cs := x.seats(20)
			for range 20 {
				cs = append(cs, somebodyNew())
			}
			b.StartTimer()
			began := time.Now()
			x.Apply(cs)
			longest = max(longest, time.Since(began))
		}
		began := time.Now()
		x.Apply([]mission.Change{x.tick(1)})
		longestTick = max(longestTick, time.Since(began))
	}
	b.ReportMetric(longest.Seconds()*1e3, "longest-commit-ms")
	b.ReportMetric(longestTick.Seconds()*1e3, "longest-tick-ms")
}
