package matcher_test

import (
	"fmt"
	"slices"
	"testing"

	"renfort/matcher"
	"renfort/mission"
)

// Goal: a mission meets exactly the alerts whose filters, searched for, find
// it; those without a place are around their volunteer wherever they go.
//
// Method: in the worlds of the search's oracle, alerts with drawn filters are
// put, replaced and deleted while everything changes. Each is searched for,
// by the matcher and by the toy, and held against all missions.
func TestPercolateOracle(t *testing.T) {
	rounds := 60
	if testing.Short() || raceEnabled {
		rounds = 15
	}
	for i, terrain := range terrains() {
		t.Run(terrain.name, func(t *testing.T) {
			t.Parallel()
			o := openOracle(t, *oracleSeed+300+uint64(i), terrain)
			x := &percolateOracle{oracle: o, percolator: matcher.NewPercolator(o.t.zones), alerts: map[mission.ID]*mission.Alert{}}
			for range max(2, rounds*terrain.requests/100) {
				cs := o.changes(o.policies)
				o.apply(cs)
				for i := range cs {
					if cs[i].VolunteerID != "" {
						x.percolator.Moved(o.index.Snapshot(), cs[i].VolunteerID)
					}
				}
				x.change()
				x.check(t)
			}
			if t.Logf("%d alerts met, %d followed", x.met, x.followed); x.met < 100 {
				t.Errorf("seed %d: only %d met", o.seed, x.met)
			}
		})
	}
}

type percolateOracle struct {
	*oracle
	percolator    *matcher.Percolator
	alerts        map[mission.ID]*mission.Alert
	met, followed int
}

// change puts and deletes some alerts.
func (x *percolateOracle) change() {
	people := x.t.volunteerIDs()
	for range 12 {
		id := fmt.Sprint("a", x.IntN(60))
		if len(people) == 0 || x.chance(0.2) {
			delete(x.alerts, id)
			x.percolator.Delete(id)
			continue
		}
		a := &mission.Alert{ID: id, Volunteer: pick(x.maker, people...), Filter: *x.search(0).Filter}
		if f := &a.Filter; f.RadiusKm == 0 {
			f.Point = nil // a point alone is refused
		} else if f.Point == nil {
			f.RadiusKm = 0
		}
		a.Filter.Closed = false
		x.alerts[id] = a
		x.percolator.Put(x.index.Snapshot(), a)
	}
}

// check searches for every alert.
func (x *percolateOracle) check(t *testing.T) {
	t.Helper()
	s := x.index.Snapshot()
	got := map[mission.ID][]mission.ID{}
	for o := range s.Rows + 2 {
		for _, met := range x.percolator.Match(s, mission.Ordinal(o), nil) {
			if a := x.alerts[met.Alert]; a == nil || a.Volunteer != met.Volunteer {
				t.Fatalf("seed %d: mission ordinal %d meets %+v, and alert is %+v", x.seed, o, met, a)
			}
			got[met.Alert] = append(got[met.Alert], s.Texts.At(o).ID)
		}
	}
	for id, a := range x.alerts {
		r := &matcher.SearchRequest{Filter: x.effective(a), Limit: mission.SearchMax}
		var want, toy []mission.ID
		page := new(matcher.SearchPage)
		for more := true; more; more = page.Cursor != "" {
			r.Cursor = page.Cursor
			if err := x.matcher.Search(s, nil, r, page); err != nil {
				t.Fatal(err)
			}
			for i := range page.Hits {
				want = append(want, page.Hits[i].ID)
			}
		}
		for _, m := range x.t.seek(&matcher.SearchRequest{Filter: r.Filter}).list() {
			toy = append(toy, m.m.ID)
		}
		slices.Sort(want)
		slices.Sort(toy)
		slices.Sort(got[id])
		if !slices.Equal(got[id], want) || !slices.Equal(got[id], toy) {
			t.Fatalf("seed %d: alert %s with %s of %s: got %v, want %v, the toy %v", x.seed, id, wordsOf(&a.Filter), a.Volunteer, got[id], want, toy)
		}
		x.met += len(want)
	}
}

// effective is the search that an alert stands for.
func (x *percolateOracle) effective(a *mission.Alert) *mission.Filter {
	f := a.Filter
	v := x.t.volunteers[a.Volunteer]
	if !a.Follows() || v == nil {
		return &f
	}
	if at, ok := v.Position(); ok {
		x.followed++
		f.Point, f.RadiusKm = &at, v.Reach()
		if f.RadiusKm == 0 {
			f.RadiusKm = mission.AlertKm
		}
	}
	return &f
}
