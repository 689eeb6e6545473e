package objects_test

// What is answered of a record, by example.

import (
	"errors"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/mission"
	"renfort/objects"
)

const walk = `{"objectID":"w","name":"Marche <b>lente</b>","o":{"a":1,"b":{"c":"Nice","d":[1,"x"]}},"list":[{"x":1,"y":"un"},{"y":"deux"}],"ok":true,"none":null,"places":3}`

func TestRetrieve(t *testing.T) {
	f := func(attributes, never []string, want string) {
		t.Helper()
		if got := string(objects.Retrieve([]byte(walk), attributes, never, nil, objects.NoMission)); got != want {
			t.Errorf("%v without %v:\ngot  %s\nwant %s", attributes, never, got, want)
		}
	}
	f(nil, nil, walk)
	f([]string{"*"}, nil, walk)
	f([]string{}, nil, `{"objectID":"w"}`)
	f([]string{"ok", "none", "nothing"}, nil, `{"objectID":"w","ok":true,"none":null}`)
	f([]string{"o.b.c"}, nil, `{"objectID":"w","o":{"b":{"c":"Nice"}}}`)
	f([]string{"o"}, []string{"o.b"}, `{"objectID":"w","o":{"a":1}}`)
	f([]string{"list.x"}, nil, `{"objectID":"w","list":[{"x":1},{}]}`)
	f([]string{"*", "-o", "-list", "-name"}, []string{"ok", "objectID"}, `{"objectID":"w","none":null,"places":3}`)
	f([]string{"o.b", "-o.b.d"}, nil, `{"objectID":"w","o":{"b":{"c":"Nice"}}}`)
}

func TestRetrieveLive(t *testing.T) {
	live := &objects.Live{
		Attributes: []objects.LiveAttribute{{Name: "places"}, {Name: "o.ok", Bool: true}, {Name: "new.deep"}},
		Value:      func(i int, _ uint32) (float64, bool) { return float64(i), i < 3 },
	}
	f := func(attributes []string, mission uint32, want string) {
		t.Helper()
		if got := string(objects.Retrieve([]byte(walk), attributes, nil, live, mission)); got != want {
			t.Errorf("%v of mission %d:\ngot  %s\nwant %s", attributes, mission, got, want)
		}
	}
	f([]string{"places", "new", "o.ok", "o.a"}, 7, `{"objectID":"w","o":{"a":1,"ok":true},"places":0,"new":{"deep":2}}`)
	f([]string{"places"}, objects.NoMission, `{"objectID":"w","places":3}`)
	f([]string{"new"}, 7, `{"objectID":"w","new":{"deep":2}}`)
}

// mustSearch is the answer of an index of these records.
func mustSearch(t *testing.T, s *objects.Settings, q *objects.Query, live *objects.Live, records ...string) *objects.Result {
	t.Helper()
	x := objects.New(s, nil)
	for i, r := range records {
		id := strings.Split(strings.Split(r, `"objectID":"`)[1], `"`)[0]
		x.Apply([]objects.Object{{ID: id, JSON: []byte(r), Mission: uint32(i)}}, nil)
	}
	res, err := x.Snapshot().Search(q, live)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestHighlight(t *testing.T) {
	f := func(words string, change func(s *objects.Settings, q *objects.Query), want string) {
		t.Helper()
		s, q := objects.DefaultSettings(false), objects.NewQuery()
		q.Words, q.Retrieve = words, []string{}
		change(s, q)
		res := mustSearch(t, s, q, nil, walk)
		if len(res.Hits) != 1 || string(res.Hits[0]) != want {
			t.Errorf("%q:\ngot  %s\nwant %s", words, res.Hits, want)
		}
	}
	f("", func(s *objects.Settings, q *objects.Query) { q.Highlight = []string{} }, `{"objectID":"w"}`)
	f("", func(s *objects.Settings, q *objects.Query) { q.Highlight = []string{"name", "ok", "o.b"} },
		`{"objectID":"w","_highlightResult":{"name":{"value":"Marche <b>lente</b>","matchLevel":"none","matchedWords":[]},"o":{"b":{"c":{"value":"Nice","matchLevel":"none","matchedWords":[]},"d":[{"value":"1","matchLevel":"none","matchedWords":[]},{"value":"x","matchLevel":"none","matchedWords":[]}]}}}}`)
	f("nic", func(s *objects.Settings, q *objects.Query) {
		q.Highlight, s.Unretrievable = []string{"o", "list.y", "none"}, []string{"o.a", "o.b.d"}
	}, `{"objectID":"w","_highlightResult":{"o":{"b":{"c":{"value":"<em>Nic</em>e","matchLevel":"full","fullyHighlighted":false,"matchedWords":["nic"]}}},"list":[{"y":{"value":"un","matchLevel":"none","matchedWords":[]}},{"y":{"value":"deux","matchLevel":"none","matchedWords":[]}}]}}`)
	f("deux", func(s *objects.Settings, q *objects.Query) {
		q.Highlight, s.RestrictHighlight, q.PreTag, q.PostTag = []string{"list"}, true, "[", "]"
	}, `{"objectID":"w","_highlightResult":{"list":[{"y":{"value":"[deux]","matchLevel":"full","fullyHighlighted":true,"matchedWords":["deux"]}}]}}`)
	f("lente", func(s *objects.Settings, q *objects.Query) { q.Highlight, q.Snippet = []string{}, []string{"name:1"} },
		`{"objectID":"w","_snippetResult":{"name":{"value":"…<em>lente</em>…","matchLevel":"full"}}}`)
}

func TestRankingInfo(t *testing.T) {
	s, q := objects.DefaultSettings(true), objects.NewQuery()
	q.Highlight, q.Retrieve, q.ExplainRanking = []string{}, []string{}, true
	q.At, q.RadiusM = &geo.Point{Lat: 43.7, Lon: 7.26}, -1
	q.PrecisionM = []objects.Band{{FromM: 0, StepM: 1000}}
	live := &objects.Live{
		Score: func(missions []uint32, at *geo.Point, scores []float32) {
			for i, m := range missions {
				scores[i] = float32(m) / 2
			}
		},
		Explain: func(mission uint32, _ *geo.Point) []byte { return []byte(`{"seats":1}`) },
	}
	res := mustSearch(t, s, q, live,
		`{"objectID":"a","_geoloc":{"lat":43.71,"lng":7.26}}`,
		`{"objectID":"b","_geoloc":[{"lat":48,"lng":2},{"lat":"43.72","lng":"7.26"}]}`)
	want := `{"objectID":"b","_rankingInfo":{"nbTypos":0,"firstMatchedWord":0,"proximityDistance":0,"userScore":0,"geoDistance":2000,"geoPrecision":1000,"nbExactWords":0,"words":0,"filters":0,"matchedGeoLocation":{"lat":43.72,"lng":7.26,"distance":2223},"renfort":{"score":0.5,"explain":{"seats":1}}}}`
	if len(res.Hits) != 2 || string(res.Hits[0]) != want {
		t.Errorf("got  %s\nwant %s first", res.Hits, want)
	}
}

func TestFacetSearch(t *testing.T) {
	s := objects.DefaultSettings(false)
	x := objects.New(s, nil)
	for _, r := range []string{
		`{"objectID":"1","city":["Nice","Paris"],"n":1}`, `{"objectID":"2","city":"Niort","n":1}`,
		`{"objectID":"3","city":"Saint-Étienne","n":2}`, `{"objectID":"4","city":"Nice","n":2}`,
	} {
		x.Apply([]objects.Object{{ID: r[13:14], JSON: []byte(r), Mission: objects.NoMission}}, nil)
	}
	f := func(words string, filter *objects.Filter, want string) {
		t.Helper()
		q := objects.NewQuery()
		q.Filter = filter
		got, err := x.Snapshot().Facet(q, objects.FacetQuery{Facet: "city", Words: words}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, h := range got.Hits {
			parts = append(parts, h.Highlighted+strings.Repeat("+", h.Count))
		}
		if strings.Join(parts, " ") != want {
			t.Errorf("%q: got %v, want %s", words, parts, want)
		}
	}
	f("ni", nil, "<em>Ni</em>ce++ <em>Ni</em>ort+")
	f("", nil, "Nice++ Niort+ Paris+ Saint-Étienne+")
	f("etienne", nil, "Saint-<em>Étienne</em>+")
	f("pari", &objects.Filter{Op: objects.OpEqual, Attribute: "n", Value: "2"}, "")
}

func TestBrowseRefusesForeignCursors(t *testing.T) {
	x := objects.New(objects.DefaultSettings(false), nil)
	for _, cursor := range []string{"x", "AAAA", "bzF4eHh4", strings.Repeat("A", 100), "é"} {
		_, err := x.Snapshot().Browse(objects.NewQuery(), nil, cursor)
		var e *mission.Error
		if !errors.As(err, &e) || e.Kind != mission.Invalid {
			t.Errorf("cursor %q: got %v, want mission.Invalid", cursor, err)
		}
	}
}

func TestRemovedWords(t *testing.T) {
	f := func(whenNone, want string) {
		t.Helper()
		s, q := objects.DefaultSettings(false), objects.NewQuery()
		q.Words, q.WhenNone = "marche avignon", whenNone
		if res := mustSearch(t, s, q, nil, walk); res.Removed != want || (res.Total == 1) != (whenNone != "none") {
			t.Errorf("%s: got %d records, removed %q, want %q", whenNone, res.Total, res.Removed, want)
		}
	}
	f("none", "")
	f("lastWords", "marche <em>avignon</em>")
	f("allOptional", "")
}
