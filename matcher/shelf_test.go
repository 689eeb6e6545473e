package matcher_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"renfort/matcher"
	"renfort/mission"
)

// Goal: shelves answer exactly what a look at every mission does, while minutes
// pass, missions fill, empty, come and go, and bounds are renewed: those stocked
// before a renewal too, which serve until there are new ones.
// Method: one world, the same people over and over from few cells, so that
// their shelves are stocked; the toy is the same request under an equal policy
// that is not the one in force, for which nothing is kept.
func TestShelvesAreExact(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine, and long under the race detector: .ci/run runs it without")
	}
	const missions, asking, rounds = 3000, 48, 36
	seed := rand.Uint64()
	rng, w := rand.New(rand.NewPCG(seed, 1)), mustFrance(t, missions, asking)
	at, seq := benchAt.Unix(), uint64(missions+1)
	seats, ids := make([]*mission.Seats, missions), make([]mission.ID, missions)
	for o := range seats {
		m := w.world.Mission(o)
		if err := w.intake.Mission(&m); err != nil {
			t.Fatal(err)
		}
		seats[o], ids[o] = seatsOf(&m, mission.Ordinal(o)), m.ID
	}
	named, page, want, old, renewals := mission.DefaultPolicy(), new(matcher.Page), new(matcher.Page), 0, 0
	for round := range rounds {
		var changes []mission.Change
		tell := func(c mission.Change) {
			seq++
			c.Seq, c.At = seq, at
			changes = append(changes, c)
		}
		for range rng.IntN(2) * rng.IntN(160) { // more than queries look at one by one, at times
			o := rng.IntN(missions)
			s := *seats[o]
			s.Pools = append([]mission.Pool(nil), s.Pools...)
			if p := &s.Pools[0]; p.Total > 0 && p.Free() > 0 {
				p.Confirmed += p.Free()
			} else {
				p.Confirmed = 0
			}
			seats[o] = &s
			tell(mission.Change{Kind: mission.SeatsChanged, MissionID: ids[o], MissionOrdinal: mission.Ordinal(o), Seats: &s})
		}
		at += []int64{1, 60, 60, 61, 600}[rng.IntN(5)]
		tell(mission.Change{Kind: mission.Ticked})
		before := w.index.Snapshot().Trees[0]
		w.index.Apply(changes)
		s := w.index.Snapshot()
		if s.Trees[0] != before {
			renewals++
		}
		for turn := range 3 {
			for i, r := range w.requests {
				if err := w.matcher.Recommend(s, r, page); err != nil {
					t.Fatal(err)
				}
				if w.matcher.TookOldShelf() {
					old++
				}
				if turn > 0 {
					continue // it stocks
				}
				brute := *r
				brute.Policy = named
				if err := w.matcher.Recommend(s, &brute, want); err != nil {
					t.Fatal(err)
				}
				if got, want := fmt.Sprint(shownOf(page)), fmt.Sprint(shownOf(want)); got != want {
					t.Fatalf("seed %d, round %d, request %d:\ngot  %s\nwant %s", seed, round, i, got, want)
				}
			}
		}
	}
	if old < 100 || renewals < 5 {
		t.Errorf("seed %d: %d pages by shelves from before in %d renewals: too few to say anything", seed, old, renewals)
	}
}

// shownOf gives what a page shows and by which score.
func shownOf(p *matcher.Page) (shown []string) {
	for i := range p.Items {
		shown = append(shown, fmt.Sprint(p.Items[i].ID, " ", p.Items[i].Score))
	}
	return shown
}
