package engine_test

// Counts of volunteers follow what changes. Each is set against a toy that
// counts everybody anew from the records as they were sent.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/engine"
	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// toyCount counts people by group, and gives how many there are.
func toyCount(people map[string]*mission.Volunteer) (groups map[engine.Group]int, all int) {
	groups = map[engine.Group]int{}
	for _, v := range people {
		department := ""
		if p, ok := v.Position(); ok {
			c, _, _ := gazetteer.Default().Nearest(geo.CellAt(p, mission.ScaleLevel).Center())
			department = c.Department
		}
		for _, d := range v.Domains {
			groups[engine.Group{Department: department, Domain: d}]++
		}
		if len(v.Domains) == 0 {
			groups[engine.Group{Department: department}]++
		}
	}
	return groups, len(people)
}

// randomVolunteer is somebody who may live nowhere and choose nothing.
func randomVolunteer(t *testing.T, e *engine.Engine, rng *rand.Rand, id string) *mission.Volunteer {
	t.Helper()
	v := &mission.Volunteer{ID: id, PostalCode: []string{"", "06000", "48000", "97400", "75011"}[rng.IntN(5)]}
	domains := e.Intake().Taxonomy.Domains
	for range rng.IntN(3) {
		v.Domains = append(v.Domains, domains[rng.IntN(len(domains))].ID)
	}
	if err := e.Intake().Volunteer(v, at); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVolunteersAreCountedAsTheyChange(t *testing.T) {
	const seed, steps, ids = 7, 40, 300 // more than four chunks of rows
	rng := rand.New(rand.NewPCG(seed, 1))
	e := mustOpen(t, t.TempDir())
	defer e.Close()
	mustPut(t, e, "m1", 3)
	people := map[string]*mission.Volunteer{}
	for step := range steps {
		var all []mission.Envelope
		for range rng.IntN(40) {
			id := fmt.Sprint("v", rng.IntN(ids))
			if people[id] != nil && rng.IntN(3) == 0 {
				delete(people, id)
				all = append(all, mission.Envelope{Command: mission.EraseVolunteer{ID: id}})
				continue
			}
			people[id] = randomVolunteer(t, e, rng, id)
			all = append(all, mission.Envelope{Command: mission.PutVolunteer{Volunteer: people[id]}})
		}
		_, errs := e.SubmitAll(context.Background(), all)
		for i, err := range errs {
			if err != nil {
				t.Fatalf("seed %d, step %d: %+v: %v", seed, step, all[i].Command, err)
			}
		}
		st, got := e.Stats(), map[engine.Group]int{}
		for g, counts := range st.Groups {
			if counts.Volunteers > 0 {
				got[g] = counts.Volunteers
			}
		}
		want, number := toyCount(people)
		if diff := cmp.Diff(want, got); diff != "" || st.Volunteers != number || st.Seats.Volunteers != number || st.Missions != 1 {
			t.Fatalf("seed %d, step %d: got %d volunteers, %d missions; want %d and 1; groups (-want +got):\n%s", seed, step, st.Volunteers, st.Missions, number, diff)
		}
	}
}
