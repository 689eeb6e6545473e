package store_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"renfort/mission"
	"renfort/store"
)

// someMission is a mission as the doors hand it over.
func someMission(id string, seats int) *mission.Mission {
	lat, lon := 43.7, 7.26
	return &mission.Mission{ID: id, Publisher: "jva", Title: "Distribution de colis alimentaires",
		Description:  "Préparer et distribuer des colis aux familles du quartier, avec l'équipe du samedi.",
		Organization: &mission.OrgRef{ID: "o" + id[len(id)-1:]},
		Domains:      []string{"solidarite-insertion"}, Activities: []string{"distribution"}, Remote: mission.RemoteNo,
		Locations: []mission.Location{{ID: "l1", Lat: &lat, Lon: &lon, City: "Nice", PostalCode: "06000", Department: "06"}},
		Seats:     &seats, Booking: mission.BookingHere, Urgency: mission.UrgencyNormal, State: mission.StateOpen}
}

func someVolunteer(id string) *mission.Volunteer {
	return &mission.Volunteer{ID: id, Publisher: "jva", PostalCode: "06000", Cell: "12cdd0c", Domains: []string{"solidarite-insertion"},
		Skills: []string{"psc1"}, Languages: []string{"fr"}, BirthYear: 1990, Availability: []string{"evening", "weekend"}, Channel: "push",
		Consent: mission.Consent{Alerts: true}}
}

const benchNow = 1_795_000_000

func openBench(b *testing.B, o store.Options) *store.Store {
	b.Helper()
	s, err := store.Open(b.TempDir(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	mustDo(b, s, mission.Tick{At: benchNow})
	return s
}

func mustDo(t testing.TB, s *store.Store, c mission.Command) mission.Result {
	t.Helper()
	res, err := s.Submit(context.Background(), mission.Envelope{Command: c})
	if err != nil {
		t.Fatalf("%s: %v", c.Name(), err)
	}
	return res
}

func putMany(t testing.TB, s *store.Store, n int, make func(i int) mission.Command) {
	t.Helper()
	for from := 0; from < n; from += 10_000 {
		var es []mission.Envelope
		for i := from; i < min(from+10_000, n); i++ {
			es = append(es, mission.Envelope{Command: make(i), Bulk: true})
		}
		_, errs := s.SubmitAll(context.Background(), es)
		for i, err := range errs {
			if err != nil {
				t.Fatalf("command %d: %v", from+i, err)
			}
		}
	}
}

// holdID makes a hold's id from a number instead of chance.
func holdID(n uint64) mission.ID {
	return store.HoldID(benchNow, uint32(n), n*0x9E3779B97F4A7C15)
}

// BenchmarkHoldConfirm64 is 64 goroutines that hold and confirm seats on
// 20,000 missions, each command durable; commands/s counts both.
func BenchmarkHoldConfirm64(b *testing.B) {
	s := openBench(b, store.Options{})
	const missions = 20_000
	putMany(b, s, missions, func(i int) mission.Command {
		return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), 1_000)}
	})
	before := s.Stats()
	b.ReportAllocs()
	b.ResetTimer()
	together(b, 64, uint64(b.N), func(n uint64) error {
		h := holdID(n)
		hold := mission.HoldSeat{Hold: h, Mission: fmt.Sprintf("m%d", n*7919%missions), Volunteer: fmt.Sprintf("v%d", n*2654435761%1_000_003)}
		if _, err := s.Submit(context.Background(), mission.Envelope{Command: hold}); err != nil {
			return err
		}
		_, err := s.Submit(context.Background(), mission.Envelope{Command: mission.ConfirmSeat{Hold: h}})
		return err
	})
	reportCommits(b, s, before)
}

// BenchmarkPutMissionBulk puts missions through the bulk queue, as an import does.
func BenchmarkPutMissionBulk(b *testing.B) {
	s := openBench(b, store.Options{})
	b.ReportAllocs()
	b.ResetTimer()
	putMany(b, s, b.N, func(i int) mission.Command {
		return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), 10)}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "missions/s")
}

// BenchmarkLoad streams the state: 10,000 missions and 70,000 volunteers, ten
// times as many with RENFORT_LOAD=full.
func BenchmarkLoad(b *testing.B) {
	missions, volunteers := 10_000, 70_000
	if os.Getenv("RENFORT_LOAD") == "full" {
		missions, volunteers = 100_000, 700_000
	}
	s := openBench(b, store.Options{})
	putMany(b, s, missions, func(i int) mission.Command {
		return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), 10)}
	})
	putMany(b, s, volunteers, func(i int) mission.Command {
		return mission.PutVolunteer{Volunteer: someVolunteer(fmt.Sprintf("v%d", i))}
	})
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		ms, vs := 0, 0
		if _, _, err := s.Load(store.InTurn(func(mission.Change) { ms++ }), store.InTurn(func(mission.Change) { vs++ }), nil); err != nil {
			b.Fatal(err)
		}
		if ms != missions || vs != volunteers {
			b.Fatalf("got %d missions and %d volunteers, want %d and %d", ms, vs, missions, volunteers)
		}
	}
}

// BenchmarkEvening64 is an evening: 64 goroutines sign volunteers up, hold a
// seat on one of 100,000 missions and confirm it, three durable commands each.
func BenchmarkEvening64(b *testing.B) {
	s := openBench(b, store.Options{})
	const missions = 100_000
	putMany(b, s, missions, func(i int) mission.Command {
		return mission.PutMission{Mission: someMission(fmt.Sprintf("m%d", i), 1_000)}
	})
	before := s.Stats()
	b.ResetTimer()
	together(b, 64, uint64(b.N), func(n uint64) error {
		v, h := fmt.Sprintf("volunteer-%d", n), holdID(n)
		for _, c := range [...]mission.Command{
			mission.PutVolunteer{Volunteer: someVolunteer(v)},
			mission.HoldSeat{Hold: h, Mission: fmt.Sprintf("m%d", n*7919%missions), Volunteer: v},
			mission.ConfirmSeat{Hold: h},
		} {
			if _, err := s.Submit(context.Background(), mission.Envelope{Command: c}); err != nil {
				return err
			}
		}
		return nil
	})
	reportCommits(b, s, before)
}

// together runs do for 1 to n on so many goroutines.
func together(t testing.TB, goroutines int, n uint64, do func(n uint64) error) {
	t.Helper()
	var next atomic.Uint64
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := next.Add(1); i <= n; i = next.Add(1) {
				if err := do(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// reportCommits reports what the writer did since before.
func reportCommits(b *testing.B, s *store.Store, before store.Stats) {
	b.StopTimer()
	st := s.Stats()
	commands, syncs := float64(st.Commands-before.Commands), float64(st.Syncs-before.Syncs)
	b.ReportMetric(commands/b.Elapsed().Seconds(), "commands/s")
	b.ReportMetric(float64(st.SyncNanos-before.SyncNanos)/syncs/1000, "µs/commit")
	b.ReportMetric(commands/float64(st.Batches-before.Batches), "commands/batch")
	b.ReportMetric(0, "ns/op") // an op is several commands
}
