package index_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

// Goal: whoever types finds every organisation that has missions by the
// beginning of any word of its name of now, and no other, in the promised
// order. Method: random renames, suspensions, missions and deletions with
// enough of them that words are merged; after each commit random beginnings
// against a walk over the state.
func TestOrganizationsAgainstAll(t *testing.T) {
	words := []string{"Croix", "Rouge", "croix-bleue", "St", "Secours", "Populaire", "d'Été", "l’Œuvre", "de", "Nîmes", "EHPAD", "Station"}
	seed := *seedFlag
	s := newState(seed)
	x := s.open()
	x.Apply(mustPut(s, 40))
	for range 300 {
		var cs []mission.Change
		for range 8 {
			c := s.organization()
			c.Organization.Name = strings.Join(append(s.some(3, words...), words[s.IntN(len(words))]), " ")
			cs = append(cs, c)
		}
		if o := s.IntN(len(s.missions)); s.missions[o] != nil {
			cs = append(cs, s.drop(o)...)
		}
		cs = append(cs, s.put(len(s.missions))...)
		if s.IntN(3) == 0 {
			cs = append(cs, s.tick(1))
		}
		x.Apply(cs)
		word := []rune(words[s.IntN(len(words))])
		typed := string(word[:1+s.IntN(len(word))])
		if s.IntN(3) == 0 {
			typed = string(word) + " " + string([]rune(words[s.IntN(len(words))])[:1])
		}
		got, want := orgIDs(x.Snapshot().Organizations(typed, nil, 100)), s.organizationsOf(typed)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: Organizations(%q): got %v, want %v", seed, typed, got, want)
		}
	}
}

func orgIDs(found []index.NamedOrg) (ids []string) {
	for _, o := range found {
		ids = append(ids, o.ID)
	}
	return ids
}

// organizationsOf is what Organizations promises, by a walk over the state.
func (s *state) organizationsOf(typed string) (ids []string) {
	count := map[mission.ID]int{}
	for _, r := range s.missions {
		if r != nil {
			count[r.m.OrganizationID()]++
		}
	}
	inner := map[mission.ID]bool{}
	for id, c := range s.orgs {
		name := gazetteer.Fold(c.Organization.Name)
		if count[id] == 0 || name == "" || c.Organization.State == mission.OrgSuspended {
			continue
		}
		first, later := false, false
		ways := []string{gazetteer.FoldPrefix(typed)}
		if !strings.HasSuffix(ways[0], " ") { // a last "st" may be all of Saint
			ways = append(ways, gazetteer.Fold(typed))
		}
		for _, begin := range ways {
			first = first || strings.HasPrefix(name+" ", begin)
			words := strings.Split(name, " ")
			for i := range words {
				later = later || strings.HasPrefix(strings.Join(words[i:], " ")+" ", begin) && (i == 0 || !gazetteer.Joining(words[i]))
			}
		}
		if later {
			ids = append(ids, id)
			inner[id] = !first
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		if inner[a] != inner[b] {
			if inner[b] {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(s.orgs[a].Organization.Name, s.orgs[b].Organization.Name), cmp.Compare(a, b))
	})
	return ids
}

// Goal: with a point the committee of one's own town comes first, although
// another has more missions. Method: two of them.
func TestOrganizationsNear(t *testing.T) {
	s := newState(1)
	x := s.open()
	towns := []geo.Point{{Lat: 43.7, Lon: 7.26}, {Lat: 48.39, Lon: -4.49}} // Nice, Brest
	var cs []mission.Change
	for o := range 5 {
		at, id := towns[min(o, 1)], fmt.Sprint("o", min(o, 1)) // one in Nice, four in Brest
		cs = append(cs, s.rename(&mission.OrgRef{ID: id, Name: "Secours " + id}))
		s.put(o)
		r := s.missions[o]
		r.m.Organization = &mission.OrgRef{ID: id}
		r.m.Remote, r.m.Locations = mission.RemoteNo, []mission.Location{{Lat: &at.Lat, Lon: &at.Lon}}
		cs = append(cs, s.tell(s.change(mission.MissionPut), o, r.m))
	}
	x.Apply(append(cs, s.tick(1)))
	if got := orgIDs(x.Snapshot().Organizations("sec", nil, 5)); !slices.Equal(got, []string{"o1", "o0"}) {
		t.Errorf("anywhere: got %v, want the one with more missions first", got)
	}
	got := x.Snapshot().Organizations("sec", &towns[0], 5)
	if ids := orgIDs(got); !slices.Equal(ids, []string{"o0", "o1"}) {
		t.Errorf("in Nice: got %v, want the one of Nice first", ids)
	}
	if len(got) == 2 && (got[0].Km > 1 || got[1].Km < 800) {
		t.Errorf("distances from Nice: %+v", got)
	}
}

// Goal: activities are found by any word of their label, then by an alias.
// Method: pinned beginnings of the default taxonomy.
func TestActivities(t *testing.T) {
	x := newState(1).open()
	f := func(typed string, want ...string) {
		t.Helper()
		var got []string
		for _, a := range x.Snapshot().Activities(typed, 3) {
			got = append(got, x.Snapshot().Taxonomy.Activities[a].ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("Activities(%q): got %v, want %v", typed, got, want)
		}
	}
	f("")
	f("'")
	f("28") // an alias, and nobody's word
	f("xyzzy")
	f("dist", "distribution")
	f("DISTRIBUTION ", "distribution")
	f("scolaire", "soutien-scolaire")
	f("eco", "ecoute-aide-psychologique") // Écoute
	f("brico", "travaux-manuels")         // an alias
	f("gestion ", "gestion-financiere", "gestion-administrative", "gestion-projets")
	if got := x.Snapshot().Activities("a", 0); got != nil {
		t.Errorf("a limit of 0: got %v", got)
	}
}
