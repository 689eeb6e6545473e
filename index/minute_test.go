package index_test

import (
	"fmt"
	"testing"

	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

// rising is a toy standing that the test moves from one minute to the next: 1,
// times by[o] for what is asked of by id.
type rising struct {
	all  float64
	some map[int64]float64 // by the second of creation, which tells missions apart here
}

func (r *rising) standing(_ *mission.Policy, _ *index.Climate, _ *index.Mission, l *index.Live, _ *index.Org) float64 {
	if by := r.some[l.Created]; by > 0 {
		return r.all * by
	}
	return r.all
}

// Goal: bounds, and the shelves stocked by them, outlive minutes in which
// missions move little; they are renewed where more missions outgrow theirs
// than queries can look at one by one, where many have filled, and after ten
// minutes. They hold at every step.
func TestBoundsOutliveMinutes(t *testing.T) {
	const missions = 400
	for _, f := range []struct {
		name  string
		move  func(r *rising, minute int)
		fill  int // missions that fill in the first minute
		fresh int // after the first minute
		kept  int // minutes
	}{
		{"nothing moves", func(*rising, int) {}, 0, 0, 9},
		{"all rise by a thousandth in all", func(r *rising, minute int) { r.all = 1 + 0.0001*float64(minute) }, 0, 0, 9},
		{"all rise by a half a percent each minute", func(r *rising, minute int) { r.all = 1 + 0.005*float64(minute) }, 0, 0, 2},
		{"all sink", func(r *rising, minute int) { r.all = 1 - 0.01*float64(minute) }, 0, 0, 9},
		{"sixteen double", func(r *rising, minute int) {
			for o := range int64(16) {
				r.some[start-o] = 2
			}
		}, 0, 16, 9},
		{"seventeen double", func(r *rising, minute int) {
			for o := range int64(17) {
				r.some[start-o] = 2
			}
		}, 0, 0, 0},
		{"a few fill", func(*rising, int) {}, missions / 40, 0, 9},
		{"many fill", func(*rising, int) {}, missions / 20, 0, 0},
	} {
		r := &rising{all: 1, some: map[int64]float64{}}
		s := newState(1)
		x := index.New(index.Options{Policy: s.policy, Taxonomy: s.taxonomy, Places: gazetteer.Default(), Zones: s.zones, Standing: r.standing})
		for o := range missions {
			s.missions = append(s.missions, &record{&mission.Mission{ID: fmt.Sprint("m", o), Remote: "full", Urgency: "normal"},
				&mission.Seats{Ordinal: mission.Ordinal(o), State: mission.StateOpen, Slots: []mission.SlotTerms{{}}, Created: start - int64(o), Pools: []mission.Pool{{Total: 1}}}})
			x.Apply([]mission.Change{s.tell(s.change(mission.MissionPut), o, s.missions[o].m)})
		}
		x.Apply([]mission.Change{s.tick(60)})
		trees, kept := x.Snapshot().Trees, 0
		for o := range f.fill {
			x.Apply([]mission.Change{s.seats(mission.SeatsChanged, o, func(s *mission.Seats) { s.Pools[0].Confirmed = 1 })})
		}
		for minute := 1; minute <= 10; minute++ {
			f.move(r, minute)
			x.Apply([]mission.Change{s.tick(60)})
			now := x.Snapshot()
			checkTrees(t, 1, now)
			if minute == 1 && len(now.Fresh) != f.fresh {
				t.Errorf("%s: %d missions in no bound after a minute, want %d", f.name, len(now.Fresh), f.fresh)
			}
			if now.Trees[0] != trees[0] {
				break
			}
			kept++
		}
		if kept != f.kept {
			t.Errorf("%s: bounds were kept for %d minutes, want %d", f.name, kept, f.kept)
		}
	}
}
