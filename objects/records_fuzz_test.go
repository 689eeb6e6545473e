package objects_test

import (
	"encoding/json"
	"slices"
	"testing"

	"renfort/geo"
	"renfort/objects"
)

// FuzzRecords puts anything as a record: nothing panics, and what is valid JSON
// comes back the same.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{walk, `{`, `{"a":`, `{"a":[`, `[]`, ``, `{"a":"\u00`, `{"_geoloc":[{"lat":"x"},{"lat":1,"lng":2}]}`, `{"a":1e999,"a":-0,"b":{"":{"":[[[]]]}}}`, "{\"a\":\"\xff\"}", `{"a" 1}`, `{"a":tru}`, `null`, `{"_geoloc":{"lat":[{`} {
		f.Add([]byte(seed), "a")
	}
	f.Fuzz(func(t *testing.T, record []byte, words string) {
		s := objects.DefaultSettings(false)
		s.Faceting = []objects.Faceting{{Name: "a"}, {Name: "b.c"}}
		x := objects.New(s, nil)
		original := slices.Clone(record)
		x.Apply([]objects.Object{{ID: "one", JSON: record, Mission: 1}, {ID: "two", JSON: []byte(walk), Mission: 2}}, nil)
		for range 9 { // and again, so that segments are merged
			x.Apply([]objects.Object{{ID: "two", JSON: []byte(walk), Mission: 2}}, nil)
		}
		q := objects.NewQuery()
		q.Facets, q.At, q.RadiusM, q.ExplainRanking = []string{"*", "o.a"}, &geo.Point{}, -1, true
		q.Snippet = []string{"*"}
		live := &objects.Live{Attributes: []objects.LiveAttribute{{Name: "a.b"}}, Value: func(int, uint32) (float64, bool) { return 1, true }}
		for _, words := range []string{"", words} {
			for _, at := range []*geo.Point{nil, {}} {
				q.Words, q.At = words, at
				if _, err := x.Snapshot().Search(q, live); err != nil {
					t.Fatal(err)
				}
			}
		}
		if string(record) != string(original) {
			t.Fatalf("the record was changed:\ngot  %q\nwant %q", record, original)
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(record, &fields) != nil || fields == nil {
			return
		}
		if got := objects.Retrieve(record, []string{"*", "-nothing"}, nil, live, 1); !json.Valid(got) {
			t.Fatalf("record %q becomes %q", record, got)
		}
	})
}
