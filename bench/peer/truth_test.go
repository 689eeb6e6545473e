package peer

// What a comparison rests on: questions that find something and have nothing on
// the edge of their circle, and a check that sees every wrong answer.

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

const testSeed = 3

func mustCorpus(t *testing.T, missions int) (*corpus, []query) {
	t.Helper()
	k, err := newCorpus(&Config{Missions: missions, Seed: testSeed, Addresses: AddressesAll})
	if err != nil {
		t.Fatal(err)
	}
	queries, err := k.queries(6, testSeed)
	if err != nil {
		t.Fatal(err)
	}
	return k, queries
}

// Some mission has all words of a question, and no address lies where a
// radius ends.
func TestQuestionsFindSomething(t *testing.T) {
	k, queries := mustCorpus(t, 400)
	var texts []string
	for i := range k.rows {
		d, err := k.document(i)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.ToLower(d.Title+"\n"+d.Text))
	}
	for _, q := range queries {
		words := strings.Fields(q.Words)
		if !slices.ContainsFunc(texts, func(text string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		}) {
			t.Errorf("seed %d: no mission has the words %q of %s", testSeed, q.Words, q.Kind)
		}
		for i := range k.rows {
			for _, p := range k.rows[i].points {
				if off := q.at.DistanceKm(p) - q.Meters/1000; q.Meters > 0 && math.Abs(off) < edgeKm {
					t.Errorf("seed %d: mission %d lies %g km from the edge of %+v", testSeed, i, off, q)
				}
			}
		}
	}
}

// The truth is no different from itself, and every change to it is seen.
func TestWrongAnswersAreSeen(t *testing.T) {
	k, queries := mustCorpus(t, 400)
	for _, q := range queries {
		if q.Words != "" {
			continue
		}
		want := k.truth(&q)
		if why := k.differ(&q, &want, &want); why != "" {
			t.Errorf("%+v: the truth differs from itself: %s", q, why)
		}
		for name, change := range map[string]func(*answer){
			"total":           func(a *answer) { a.Total++ },
			"a hit less":      func(a *answer) { a.Missions = a.Missions[1:]; a.Total-- },
			"no such mission": func(a *answer) { a.Missions[0] = len(k.rows) },
			"order":           func(a *answer) { slices.Reverse(a.Missions) },
			"a facet value":   func(a *answer) { a.Facets[facetDomain]["sport"]++ },
			"no facet":        func(a *answer) { delete(a.Facets, facetDomain) },
		} {
			sameKeys := k.rows[want.Missions[0]].key(&q) == k.rows[want.Missions[len(want.Missions)-1]].key(&q)
			if strings.Contains(name, "facet") && len(q.Facets) == 0 || name == "order" && sameKeys {
				continue
			}
			got := answer{want.Total, slices.Clone(want.Missions), map[string]map[string]int{}}
			for facet, values := range want.Facets {
				got.Facets[facet] = maps.Clone(values)
			}
			change(&got)
			if why := k.differ(&q, &got, &want); why == "" {
				t.Errorf("seed %d: a wrong %s of %+v is not seen", testSeed, name, q)
			}
		}
	}
}

// A hit that does not meet the filters of a question with words is seen.
func TestStraysAreSeen(t *testing.T) {
	k, _ := mustCorpus(t, 50)
	q := query{Words: "aide", Domains: k.rows[0].domains, Limit: hitsMax}
	other := slices.IndexFunc(k.rows, func(r row) bool { return !meets(r.domains, q.Domains) })
	for _, c := range []struct {
		got  answer
		says string
	}{
		{answer{Total: 1, Missions: []int{0}}, ""},
		{answer{Total: 2, Missions: []int{0, other}}, "does not meet"},
		{answer{Total: 2, Missions: []int{0}}, "1 hits of 2"},
		{answer{Total: 1, Missions: []int{-1}}, "mission -1"},
	} {
		if why := k.stray(&q, &c.got); c.says == "" && why != "" || !strings.Contains(why, c.says) {
			t.Errorf("%+v: got %q, want %q", c.got, why, c.says)
		}
	}
}

func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		a, b []int
		want float64
	}{
		{nil, nil, 1}, {nil, []int{1}, 0}, {[]int{1, 2}, []int{2, 1}, 1}, {[]int{1, 1}, []int{1, 2}, 0.5}, {[]int{1, 2, 3, 4}, []int{4}, 0.25},
	} {
		if got := overlap(c.a, c.b); got != c.want {
			t.Errorf("overlap of %v and %v: got %g, want %g", c.a, c.b, got, c.want)
		}
	}
}
