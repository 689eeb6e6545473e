package objects_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"renfort/mission"
	"renfort/objects"
)

// Whatever comes, the parser does not panic, and what it accepts is the same
// filter once printed and parsed again.
func FuzzParseFilters(f *testing.F) {
	for _, s := range []string{"", "a", `price < 10 AND (category:Book OR NOT category:"Ebook")`, "a:1 TO 5<score=3>", `'it\'s':"\\"`, "((a", "a!=1e-7", "NOT NOT x OR y", "é:日本"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := objects.ParseFilters(s)
		if err != nil {
			mustBeInvalid(t, err)
			return
		}
		mustPrint(t, got)
	})
}

func mustBeInvalid(t *testing.T, err error) {
	t.Helper()
	if mission.KindOf(err) != mission.Invalid {
		t.Fatalf("%v is not invalid", err)
	}
}

func mustPrint(t *testing.T, f *objects.Filter) {
	t.Helper()
	again, err := objects.ParseFilters(f.String())
	if err != nil || !reflect.DeepEqual(again, f) {
		t.Fatalf("%q is printed as %q and parsed as %v, %v", f, f.String(), again, err)
	}
}

// A body and a form are read or refused; filters that were read can be printed.
func FuzzDecodeQuery(f *testing.F) {
	for _, s := range []string{`{}`, `{"query":"a","hitsPerPage":"5","facetFilters":[["a:b","c:-d"]]}`, `{"params":"filters=a&page=1"}`,
		`{"insideBoundingBox":[[1,2,3,400]],"aroundPrecision":[{"from":0,"value":1}]}`, `{"numericFilters":"a>1,(b:1 TO 2,c<3)"}`, `{"distinct":true,"optionalFilters":["a:b<score=2>"]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		q := objects.NewQuery()
		if err := objects.DecodeQuery(body, q, objects.NewExtras(), func(string) {}); err != nil {
			mustBeInvalid(t, err)
			return
		}
		mustHold(t, q)
	})
}

func FuzzDecodeParams(f *testing.F) {
	for _, s := range []string{"query=a&filters=b%20OR%20c", "facetFilters=a:b,(c:d,e:f)", "tagFilters=,(,)", "insidePolygon=[[1,2,3,4,5,6]]", "a=%", "aroundLatLng=1,2&aroundRadius=all"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, form string) {
		q := objects.NewQuery()
		if err := objects.DecodeParams(form, q, objects.NewExtras(), func(string) {}); err != nil {
			mustBeInvalid(t, err)
			return
		}
		mustHold(t, q)
		if err := objects.RestrictQuery(q, nil, form); err != nil {
			mustBeInvalid(t, err) // the terms of both may be too many
		}
	})
}

// mustHold checks what a query that was read promises.
func mustHold(t *testing.T, q *objects.Query) {
	t.Helper()
	if q.PerPage > 1000 || q.Length > 1000 || q.Page < 0 || q.Offset < 0 {
		t.Fatalf("out of bounds: %+v", q)
	}
	if q.At != nil && !q.At.Valid() {
		t.Fatalf("%v is no point", q.At)
	}
	for _, b := range q.Boxes {
		if !b.A.Valid() || !b.B.Valid() {
			t.Fatalf("%v is no box", b)
		}
	}
	for _, f := range append([]*objects.Filter{q.Filter}, q.Optional...) {
		again, err := objects.ParseFilters(f.String())
		// Lists may be nested deeper than the language, and names be empty of
		// all but space: those are refused, none is read as something else.
		if err == nil && f != nil && again.String() != f.String() {
			t.Fatalf("%q is read as %q", f, again)
		}
	}
}

// Settings are read or refused; what was merged is read, and merged again it
// stays.
func FuzzDecodeSettings(f *testing.F) {
	for _, s := range []string{`{}`, `{"searchableAttributes":["a,b","unordered(c)"],"hitsPerPage":null}`, `{"ranking":["asc(a)","renfort"],"replicas":["virtual(x)"]}`,
		`{"attributesForFaceting":["afterDistinct(searchable(a))"],"userData":{"a":[1.50]}}`, `{"slaves":["a"],"replicas":["b"]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		merged, err := objects.MergeSettings(nil, text)
		if err != nil {
			mustBeInvalid(t, err)
			return
		}
		s, err := objects.DecodeSettings(merged, true)
		if err != nil {
			t.Fatalf("%s was merged of %s and is refused: %v", merged, text, err)
		}
		if again, err := objects.MergeSettings(merged, merged); err != nil || string(again) != string(merged) {
			t.Fatalf("%s merged with itself is %s, %v", merged, again, err)
		}
		answer, err := objects.AnswerSettings(merged, true, "")
		if err != nil || !json.Valid(answer) {
			t.Fatalf("%s is answered as %s, %v", merged, answer, err)
		}
		if said, err := objects.DecodeSettings(answer, true); err != nil || !reflect.DeepEqual(said, s) {
			t.Fatalf("%s is answered as %s, which means %+v, %v; want %+v", merged, answer, said, err, s)
		}
	})
}

// An action makes a record that is JSON with its name last, or refuses and
// changes nothing; done twice, a replacement changes nothing.
func FuzzApply(f *testing.F) {
	f.Add("addObject", `{"a":1}`, `{"b":2}`)
	f.Add("partialUpdateObject", `{"n":5,"t":["x"],"objectID":"1"}`, `{"n":{"_operation":"Increment","value":1.5},"t":{"_operation":"AddUnique","value":"y"}}`)
	f.Add("partialUpdateObject", `{"n":5}`, `{"n":{"_operation":"IncrementFrom","value":5},"m":{"_operation":"IncrementSet","value":5}}`)
	f.Add("partialUpdateObjectNoCreate", ``, `{"t":{"_operation":"Remove","value":1}}`)
	f.Add("deleteObject", `{}`, ``)
	f.Fuzz(func(t *testing.T, kind, current, body string) {
		a, err := objects.NewAction(kind, "1", []byte(body))
		if err != nil {
			mustBeInvalid(t, err)
			return
		}
		var there []byte
		if current != "" {
			there = []byte(current)
		}
		next, changed, err := a.Apply(there)
		if err != nil {
			mustBeInvalid(t, err)
			return
		}
		if !changed && string(next) != current {
			t.Fatalf("%s is said to be %s still", next, current)
		}
		if next == nil || !changed {
			return
		}
		if !json.Valid(next) || !strings.HasSuffix(string(next), `"objectID":"1"}`) {
			t.Fatalf("%s %s to %s gives %s", kind, body, current, next)
		}
		if a.Kind != objects.AddObject && a.Kind != objects.UpdateObject {
			return
		}
		if again, changed, err := a.Apply(next); err != nil || changed || string(again) != string(next) {
			t.Fatalf("%s %s to %s again gives %s, %t, %v", kind, body, next, again, changed, err)
		}
	})
}
