package mission_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"renfort/mission"
)

// TestDefaultTaxonomy wants the ten domains and 38 activities of the French
// public platform, found by id, alias, number and name.
func TestDefaultTaxonomy(t *testing.T) {
	tax := mission.DefaultTaxonomy()
	if len(tax.Domains) != 10 || len(tax.Activities) != 38 {
		t.Fatalf("got %d domains and %d activities, want 10 and 38", len(tax.Domains), len(tax.Activities))
	}
	numbers := map[string]string{"1": "sante", "2": "prevention-protection", "3": "culture", "4": "sport", "6": "cooperation-internationale",
		"7": "solidarite-insertion", "8": "memoire-citoyennete", "9": "education", "10": "environnement", "11": "benevolat-competences"}
	for number, id := range numbers {
		byNumber, ok := tax.Domain(number)
		byID, ok2 := tax.Domain(id)
		if !ok || !ok2 || byNumber != byID {
			t.Errorf("domain %s: got %d, %v; %s: got %d, %v; want the same", number, byNumber, ok, id, byID, ok2)
		}
	}
	for i, d := range tax.Domains {
		for _, name := range append(d.Aliases, d.ID, d.Label, strings.ToUpper(d.ID), " "+d.ID+" ") {
			if got, ok := tax.Domain(name); !ok || got != i {
				t.Errorf("domain %q: got %d, %v, want %d", name, got, ok, i)
			}
		}
		if d.Reason == "" && len(d.Adjacent) > 0 {
			t.Errorf("domain %s has neighbours and no reason", d.ID)
		}
	}
	for i, a := range tax.Activities {
		for _, name := range append(a.Aliases, a.ID) {
			if got, ok := tax.Activity(name); !ok || got != i {
				t.Errorf("activity %q: got %d, %v, want %d", name, got, ok, i)
			}
		}
		if len(a.Domains) == 0 || a.Label == "" {
			t.Errorf("activity %s: got domains %v, label %q", a.ID, a.Domains, a.Label)
		}
	}
	for _, slug := range []string{"vivre-ensemble", "humanitaire", "culture-loisirs", "emploi"} {
		if _, ok := tax.Domain(slug); !ok {
			t.Errorf("the slug %q of API Engagement is not known", slug)
		}
	}
	if _, ok := tax.Domain("5"); ok {
		t.Error("domain 5 was retired, and is known")
	}
}

// TestAdjacency counts both ways, whichever side names it, and never names
// the domain itself.
func TestAdjacency(t *testing.T) {
	tax := mission.DefaultTaxonomy()
	for i, d := range tax.Domains {
		for _, name := range d.Adjacent {
			j, _ := tax.Domain(name)
			if tax.Adjacent(1<<i)&(1<<j) == 0 || tax.Adjacent(1<<j)&(1<<i) == 0 {
				t.Errorf("%s and %s: want each next to the other", d.ID, name)
			}
		}
		if tax.Adjacent(1<<i)&(1<<i) != 0 {
			t.Errorf("%s is next to itself", d.ID)
		}
	}
	for i := range tax.Domains {
		for j := range tax.Domains {
			if (tax.Adjacent(1<<i)>>j)&1 != (tax.Adjacent(1<<j)>>i)&1 {
				t.Errorf("%s is next to %s one way only", tax.Domains[i].ID, tax.Domains[j].ID)
			}
		}
	}
	sante, sport := tax.DomainMask([]string{"sante"}), tax.DomainMask([]string{"sport", "no such"})
	if got := tax.Adjacent(sante | sport); got != (tax.Adjacent(sante)|tax.Adjacent(sport))&^(sante|sport) {
		t.Errorf("of two: got %b", got)
	}
	if got := tax.Adjacent(1 << 63); got != 0 {
		t.Errorf("of a bit without domain: got %b, want 0", got)
	}
}

// TestNearest suggests the id that is most like a misspelling of it or of its
// label.
func TestNearest(t *testing.T) {
	tax := mission.DefaultTaxonomy()
	for name, want := range map[string]string{"sant": "sante", "Sport pour touss": "sport", "educaton": "education", "Environment": "environnement"} {
		if got := tax.NearestDomain(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if got := tax.NearestActivity("Distributions"); got != "distribution" {
		t.Errorf("got %q, want distribution", got)
	}
}

// TestActivityMask sets and meets every bit.
func TestActivityMask(t *testing.T) {
	var none mission.ActivityMask
	for i := range mission.ActivitiesMax {
		var one, other mission.ActivityMask
		one.Set(i)
		other.Set((i + 1) % mission.ActivitiesMax)
		if one.Empty() || !one.Meets(&one) || one.Meets(&other) || one.Meets(&none) {
			t.Errorf("bit %d: empty %v, meets itself %v, the next %v, nothing %v", i, one.Empty(), one.Meets(&one), one.Meets(&other), one.Meets(&none))
		}
	}
	tax := mission.DefaultTaxonomy()
	mask, i := tax.ActivityMask([]string{"28", "no such"}), 0
	if at, ok := tax.Activity("distribution"); ok {
		i = at
	}
	var want mission.ActivityMask
	if want.Set(i); mask != want || !none.Empty() {
		t.Errorf("got %v, want %v", mask, want)
	}
}

// taxonomyOf makes a taxonomy of so many domains, activities and aliases of
// the first domain.
func taxonomyOf(t *testing.T, domains, activities, aliases int) []byte {
	t.Helper()
	tax := mission.Taxonomy{Name: "big", Version: 1}
	for i := range domains {
		tax.Domains = append(tax.Domains, mission.Domain{ID: fmt.Sprint("d", i), Label: "D"})
	}
	for i := range activities {
		tax.Activities = append(tax.Activities, mission.Activity{ID: fmt.Sprint("a", i), Label: "A", Domains: []string{"d0"}})
	}
	if domains > 0 {
		tax.Domains[0].Aliases = words(aliases)
	}
	data, err := json.Marshal(tax)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestTaxonomyLimits accepts the limits and refuses one above.
func TestTaxonomyLimits(t *testing.T) {
	f := func(what string, domains, activities, aliases int, pointer, want string) {
		t.Helper()
		_, err := mission.DecodeTaxonomy(taxonomyOf(t, domains, activities, aliases))
		if pointer == "" {
			wantValid(t, what, err)
		} else {
			wantInvalid(t, what, err, pointer, want)
		}
	}
	f("all limits", mission.DomainsMax, mission.ActivitiesMax, mission.AliasesMax, "", "")
	f("DomainsMax", mission.DomainsMax+1, 0, 0, "/domains", "1 to 64")
	f("no domain", 0, 0, 0, "/domains", "1 to 64")
	f("ActivitiesMax", 1, mission.ActivitiesMax+1, 0, "/activities", "at most 256")
	f("AliasesMax", 1, 0, mission.AliasesMax+1, "/domains/0/aliases", "at most 16")
}

// TestTaxonomyRefuses is what a taxonomy may not be.
func TestTaxonomyRefuses(t *testing.T) {
	f := func(body, pointer, want string) {
		t.Helper()
		_, err := mission.DecodeTaxonomy([]byte(body))
		wantInvalid(t, body, err, pointer, want)
	}
	f(`{"domains":[{"id":"a","label":"A"}]}`, "/name", "required")
	f(`{"name":"x","domains":[{"id":"a","label":"A"}]}`, "/version", "required")
	head := `{"name":"x","version":1,`
	f(head+`"domains":[{"id":"a","label":"A"},{"id":"A","label":"B"}]}`, "/domains/1/id", "taken")
	f(head+`"domains":[{"id":"a","label":"A"},{"id":"b","label":"B","aliases":["a"]}]}`, "/domains/1/aliases/0", "taken")
	f(head+`"domains":[{"id":"a","label":""}]}`, "/domains/0/label", "required")
	f(head+`"domains":[{"id":"","label":"A"}]}`, "/domains/0/id", "required")
	f(head+`"domains":[{"id":"a","label":"A","adjacent":["b"]}]}`, "/domains/0/adjacent/0", "no domain here")
	f(head+`"domains":[{"id":"a","label":"A"}],"activities":[{"id":"x","label":"X","domains":["b"]}]}`, "/activities/0/domains/0", "no domain here")
	f(head+`"domains":[{"id":"a","label":"A","colour":"red"}]}`, "/domains/0/colour", "not known here")
	f(`{"taxonomy":{}}`, "/taxonomy", "not known here")
}
