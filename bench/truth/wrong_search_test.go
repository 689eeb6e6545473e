package truth_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"renfort/bench/truth"
)

// Goal: a search whose answer is made wrong on purpose is told, and how.
//
// Method: right answers are spoilt one at a time, as those of recommendations.

// hits are an answer of a search that can be spoilt.
type hits map[string]any

func (h hits) all() []any { return h["hits"].([]any) }

func (h hits) hit(i int) map[string]any { return h.all()[i].(map[string]any) }

// facet gives the value of a facet that most have.
func (h hits) facet(name string) map[string]any {
	return h["facets"].(map[string]any)[name].([]any)[0].(map[string]any)
}

// searchSpoils are ways to be wrong, and a word of what is then said.
func searchSpoils() map[string]func(hits) (says string) {
	return map[string]func(hits) string{
		"two swapped": func(h hits) string {
			for i := range h.all()[1:] {
				if a, b := h.hit(i)["score"].(float64), h.hit(i + 1)["score"].(float64); a > b*(1+1e-5) {
					h.all()[i], h.all()[i+1] = h.all()[i+1], h.all()[i]
					return "which is better"
				}
			}
			return ""
		},
		"one dropped": func(h hits) string {
			h["hits"] = slices.Delete(h.all(), 3, 4)
			return "is missing"
		},
		"one twice": func(h hits) string {
			h.all()[3] = h.all()[2]
			return "twice"
		},
		"a total too high": func(h hits) string {
			h["total"] = h["total"].(float64) + 1
			return "the total is"
		},
		"a count too low": func(h hits) string {
			v := h.facet("domain")
			v["count"] = v["count"].(float64) - 1
			return "the facet domain has"
		},
		"a value too few": func(h hits) string {
			f := h["facets"].(map[string]any)
			f["department"] = f["department"].([]any)[1:]
			return "the facet department has"
		},
		"no facet": func(h hits) string {
			delete(h["facets"].(map[string]any), "activity")
			return "there is no facet activity"
		},
		"a score off by a thousandth": func(h hits) string {
			h.hit(4)["score"] = h.hit(4)["score"].(float64) * 1.001
			return "scores"
		},
		"no cursor": func(h hits) string {
			h["cursor"] = nil
			return "cursor"
		},
		"a seat too many": func(h hits) string {
			h.hit(0)["seats_free"] = 77_777
			return "free seats"
		},
	}
}

func TestWrongSearch(t *testing.T) {
	l := openLive(t, 1000, *truthSeed)
	of := l.truth(fresh)
	for _, query := range []string{"facets=domain,activity,department&limit=20", "facets=domain,activity,department&limit=20&lat=48.85&lon=2.35&radius_km=100&domain=sante,education,sport"} {
		q, err := truth.ReadSearch(query)
		if err != nil {
			t.Fatal(err)
		}
		answer := l.do("GET", "/v1/search?"+query, "")
		if d := of.DifferSearch(q, answer); len(d) > 0 {
			t.Fatalf("seed %d: %s: a right answer differs: %q\n%s", *truthSeed, query, d, answer)
		}
		for _, name := range slices.Sorted(maps.Keys(searchSpoils())) {
			var h hits
			if err := json.Unmarshal(answer, &h); err != nil {
				t.Fatal(err)
			}
			if len(h.all()) < 20 {
				t.Fatalf("seed %d: %s: %d hits are too few to spoil", *truthSeed, query, len(h.all()))
			}
			says := searchSpoils()[name](h)
			if d := of.DifferSearch(q, []byte(bodyOf(t, h))); !strings.Contains(strings.Join(d, "\n"), says) {
				t.Errorf("seed %d: %s: %s: got %q, want %q among it", *truthSeed, query, name, d, says)
			}
		}
	}
	q := truth.Search{At: l.now.Add(400 * 24 * time.Hour)} // by then much has ended
	if d := of.DifferSearch(q, l.do("GET", "/v1/search", "")); len(d) == 0 {
		t.Error("the answer of another year: got no difference")
	}
}

// Goal: Search and Recommend give what a service answers, and what cannot be
// judged is an error.
func TestSearch(t *testing.T) {
	l := openLive(t, 1000, *truthSeed)
	of := l.truth(fresh)
	found, err := of.Search(truth.Search{Facets: []string{"domain"}, Limit: 250})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Total int
		Hits  []struct{ ID string }
	}
	if err := json.Unmarshal(l.do("GET", "/v1/search?limit=250&sort=relevance", ""), &got); err != nil {
		t.Fatal(err)
	}
	if got.Total != found.Total || len(found.Hits) != 250 || len(found.Facets["domain"]) == 0 {
		t.Errorf("got %d hits of %d and facets %v, want %d of %d", len(found.Hits), found.Total, found.Facets, len(got.Hits), got.Total)
	}
	var first struct{ Recommendations []struct{ ID string } }
	body := `{"profile":{"postal_code":"44000","domains":["sport"]},"limit":1}`
	if err := json.Unmarshal(l.do("POST", "/v1/recommendations", body), &first); err != nil {
		t.Fatal(err)
	}
	q, _, err := truth.ReadRequest([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	page, err := of.Recommend(q)
	if err != nil || !page.Exact || len(page.Items) != 1 || page.Items[0].ID != first.Recommendations[0].ID {
		t.Errorf("got %+v, %v; want %v, exact", page, err, first)
	}
	for _, query := range []string{"q=x", "tag=a", "cursor=x", "limit=x", "lat=1", "%"} {
		if _, err := truth.ReadSearch(query); err == nil {
			t.Errorf("%s: got no error", query)
		}
	}
	for _, q := range []truth.Search{{Facets: []string{"tag"}}, {Sort: "luck"}} {
		if _, err := of.Search(q); err == nil {
			t.Errorf("%+v: got no error", q)
		}
	}
}
