package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"renfort/engine"
	"renfort/matcher"
	"renfort/mission"
)

// mustSearch answers a search.
func mustSearch(t *testing.T, e *engine.Engine, r *matcher.SearchRequest) *matcher.SearchPage {
	t.Helper()
	page := new(matcher.SearchPage)
	if err := e.Search(r, page); err != nil {
		t.Fatalf("search %+v: %v", r, err)
	}
	return page
}

func idsOf(page *matcher.SearchPage) (ids []string) {
	for i := range page.Hits {
		ids = append(ids, page.Hits[i].ID)
	}
	return ids
}

// Words, filter, total and facets of a live engine; nothing matches both words,
// so the closest answers and says what was given up.
func TestSearchLive(t *testing.T) {
	e := mustOpen(t, t.TempDir())
	defer e.Close()
	mustPutWords(t, e, &mission.Mission{ID: "m1", Title: "Distribution de repas", Domains: []string{"solidarite-insertion"}})
	mustPutWords(t, e, &mission.Mission{ID: "m2", Title: "Distribution de colis", Domains: []string{"solidarite-insertion"}})
	mustPutWords(t, e, &mission.Mission{ID: "m3", Title: "Lecture aux enfants", Domains: []string{"education"}})
	if err := e.AwaitText(context.Background(), e.Seq()); err != nil {
		t.Fatal(err)
	}
	page := mustSearch(t, e, &matcher.SearchRequest{Query: "distribution", Limit: 10, Facets: []string{"domain"},
		Filter: &mission.Filter{Domains: []string{"education"}}})
	if page.Total != 0 || len(page.Facets[0].Values) != 1 || page.Facets[0].Values[0].Count != 2 || page.Facets[0].Values[0].Label == "" {
		t.Errorf("distribution in education: got %+v, want none, and 2 of the other domain by its label", page)
	}
	page = mustSearch(t, e, &matcher.SearchRequest{Query: "distribution colis", Limit: 10})
	if !slices.Equal(idsOf(page), []string{"m2"}) || page.GivenUp != nil {
		t.Errorf("distribution colis: got %v, gave up %v", idsOf(page), page.GivenUp)
	}
	page = mustSearch(t, e, &matcher.SearchRequest{Query: "lecture voiture", Limit: 10, Facets: []string{"domain"}})
	if !slices.Equal(idsOf(page), []string{"m3"}) || !slices.Equal(page.GivenUp, []string{"voiture"}) || len(page.Facets[0].Values) != 1 {
		t.Errorf("lecture voiture: got %v, gave up %v, facets %v", idsOf(page), page.GivenUp, page.Facets)
	}
	page = mustSearch(t, e, &matcher.SearchRequest{Query: " -- ", Limit: 10})
	if page.Total != 3 {
		t.Errorf("signs alone: got %d, want all 3", page.Total)
	}
	values, err := e.FacetSearch(&matcher.SearchRequest{}, "domain", "solid", 10)
	if err != nil || len(values) != 1 || values[0].Count != 2 {
		t.Errorf("values of domain: got %v, %v", values, err)
	}
}

// A cursor continues the list it was given for, whatever is written meanwhile;
// once that list is too old it goes on by its key, and says so.
func TestCursorKeepsItsList(t *testing.T) {
	now := at
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), Clock: func() time.Time { return now }, ManualTicks: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for i := range 10 {
		mustPut(t, e, fmt.Sprint("m", i), 5)
	}
	if err := e.AwaitText(context.Background(), e.Seq()); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "colis"} {
		whole := idsOf(mustSearch(t, e, &matcher.SearchRequest{Query: query, Limit: 100}))
		r := &matcher.SearchRequest{Query: query, Limit: 4}
		page := mustSearch(t, e, r)
		got := idsOf(page)
		mustSubmit(t, e, mission.DeleteMission{ID: whole[5], Force: true})
		mustPut(t, e, "new", 5)
		for page.Cursor != "" {
			r.Cursor = page.Cursor
			if page = mustSearch(t, e, r); page.ByKey || page.Total != len(whole) {
				t.Errorf("%q: by key %v, total %d; want the list of %d", query, page.ByKey, page.Total, len(whole))
			}
			got = append(got, idsOf(page)...)
		}
		if !slices.Equal(got, whole) {
			t.Errorf("%q: got %v page by page, want %v", query, got, whole)
		}
		if now = now.Add(2 * time.Minute); e.TickAt(now) != nil {
			t.Fatal("no tick")
		}
		if page = mustSearch(t, e, r); !page.ByKey {
			t.Errorf("%q: a list of two minutes ago is continued as if it were kept", query)
		}
		mustPut(t, e, whole[5], 5)
		mustSubmit(t, e, mission.DeleteMission{ID: "new", Force: true})
		if err := e.AwaitText(context.Background(), e.Seq()); err != nil {
			t.Fatal(err)
		}
	}
}
