package objects_test

// How records came into an index, and in how many segments they lie, changes
// no answer: neither with words nor without, nor page by page.

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"renfort/objects"
)

// prose invents a record with words in it.
func (m toyMaker) prose(i int) objects.Object {
	word := func() string {
		return m.pick("aide", "aides", "courses", "course", "collecte", "collectes", "alimentaire", "jardin", "jardins", "Paris", "Nice", "école", "ecole", "été", "maraude")
	}
	text, _ := json.Marshal(map[string]any{
		"objectID": fmt.Sprint("r", i), "name": word() + " " + word(), "group": word(), "n": m.IntN(4),
		"about": word() + " " + word() + " " + word() + " " + word(), "tags": []string{word(), word()},
	})
	return objects.Object{ID: fmt.Sprint("r", i), JSON: text, Mission: objects.NoMission}
}

func (m toyMaker) wordy() *objects.Query {
	q := objects.NewQuery()
	q.Words = m.pick("aide", "cours", "colecte alimentaire", "jard", "ecole nice", "paris aide", "", "maraude xyz", "\"aide courses\"", "été")
	q.PerPage, q.Facets = 60, []string{"group", "tags", "n"}
	q.Typos = m.pick("", "min", "strict", "false")
	q.WhenNone = m.pick("", "lastWords", "allOptional", "firstWords")
	q.ExplainRanking = true
	if m.IntN(2) == 0 {
		q.Filter = &objects.Filter{Op: objects.OpCompare, Attribute: "n", Compare: objects.Less, Number: float64(m.IntN(4)), Score: 1}
	}
	if m.IntN(3) == 0 {
		q.Ties = m.pick("alice", "bob")
	}
	if m.IntN(3) == 0 {
		distinct := m.IntN(3)
		q.Distinct = &distinct
	}
	return q
}

func TestLayoutDoesNotMatter(t *testing.T) {
	seeds := uint64(12)
	if raceEnabled {
		seeds = 3 // .ci/run has all without the detector
	}
	for seed := range seeds {
		m := toyMaker{rand.New(rand.NewPCG(seed, 9))}
		s := objects.DefaultSettings(false)
		s.Advanced, s.DistinctBy = true, "group"
		s.Searchable = []objects.Searchable{{Name: "name"}, {Name: "about", Rank: 1, Unordered: true}, {Name: "tags", Rank: 2}}
		s.Faceting = []objects.Faceting{{Name: "tags", AfterDistinct: true}}
		s.CustomRanking = []string{"asc(n)"}
		grown, anew := objects.New(s, nil), objects.New(s, nil)
		all := map[string]objects.Object{}
		for range 60 {
			var puts []objects.Object
			for range 1 + m.IntN(6) {
				o := m.prose(m.IntN(200))
				puts, all[o.ID] = append(puts, o), o
			}
			gone := fmt.Sprint("r", m.IntN(200))
			delete(all, gone)
			grown.Apply(puts, []string{gone})
		}
		anew.Reset(func(yield func(objects.Object) bool) {
			for _, o := range all {
				if !yield(o) {
					return
				}
			}
		})
		for range 40 {
			compareLayouts(t, seed, m.wordy(), grown.Snapshot(), anew.Snapshot())
		}
	}
}

func compareLayouts(t *testing.T, seed uint64, q *objects.Query, grown, anew *objects.Snapshot) {
	t.Helper()
	asked, _ := json.Marshal(q)
	a, err := grown.Search(q, nil)
	if err != nil {
		t.Fatalf("seed %d: %s: %v", seed, asked, err)
	}
	b, _ := anew.Search(q, nil)
	if got, want := describe(a), describe(b); got != want {
		t.Fatalf("seed %d: %s:\ngrown %s\nanew  %s", seed, asked, got, want)
	}
	if again, _ := grown.Search(q, nil); describe(again) != describe(a) {
		t.Fatalf("seed %d: %s: the second time\ngot  %s\nwant %s", seed, asked, describe(again), describe(a))
	}
	// The pages, one after the other, are the whole list.
	var paged []string
	page := *q
	for page.PerPage = 7; page.Page*7 < 60; page.Page++ {
		res, _ := grown.Search(&page, nil)
		paged = append(paged, res.IDs...)
	}
	if q.Distinct == nil && !slices.Equal(paged[:min(len(paged), 60)], a.IDs) {
		t.Fatalf("seed %d: %s: pages\ngot  %v\nwant %v", seed, asked, paged, a.IDs)
	}
}

func describe(r *objects.Result) string {
	text := fmt.Sprintln(r.Total, r.Pages, r.Parsed, r.IDs)
	for _, f := range r.Facets {
		text += fmt.Sprintln(f.Name, f.Values)
	}
	for _, h := range r.Hits {
		text += string(h) + "\n"
	}
	return text
}

// TestDistinct groups by brute force what a search without groups finds.
func TestDistinct(t *testing.T) {
	const seed = 5
	m := toyMaker{rand.New(rand.NewPCG(seed, 3))}
	s := objects.DefaultSettings(false)
	s.DistinctBy = "group"
	x := objects.New(s, nil)
	groups := map[string]string{}
	for i := range 150 {
		o := m.prose(i)
		if i%9 == 0 {
			o.JSON = []byte(fmt.Sprintf(`{"objectID":"r%d","name":"aide"}`, i))
		}
		var fields struct{ Group string }
		_ = json.Unmarshal(o.JSON, &fields)
		groups[o.ID] = fields.Group
		x.Apply([]objects.Object{o}, nil)
	}
	q := objects.NewQuery()
	q.Words, q.PerPage = "aide", 1000
	whole, _ := x.Snapshot().Search(q, nil)
	for _, each := range []int{1, 2, 3} {
		var order []string // groups by their first records
		lists := map[string][]string{}
		for _, id := range whole.IDs {
			g := groups[id]
			if g == "" {
				g = id
			}
			if lists[g] == nil {
				order = append(order, g)
			}
			if len(lists[g]) < each {
				lists[g] = append(lists[g], id)
			}
		}
		var want []string
		for _, g := range order[4:9] {
			want = append(want, lists[g]...)
		}
		q := objects.NewQuery()
		q.Words, q.Offset, q.Length, q.Distinct = "aide", 4, 5, &each
		got, _ := x.Snapshot().Search(q, nil)
		if got.Total != len(order) || !slices.Equal(got.IDs, want) {
			t.Errorf("distinct %d: got %d groups, %v; want %d, %v", each, got.Total, got.IDs, len(order), want)
		}
	}
}
