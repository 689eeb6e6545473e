package api

// What a search is asked with, from bytes: nothing panics, and what is
// refused is refused as invalid with a place.

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// readSearch reads a query string as GET does.
func (r *searching) readSearch(raw []byte) error {
	r.begin()
	params, _, err := parseQuery(nil, nil, raw, false)
	for i := range params {
		var known bool
		if err == nil {
			known, err = r.param(&params[i])
		}
		if err == nil && !known {
			_, err = r.filter.param(string(params[i].name), params[i].value)
		}
	}
	return err
}

// mustBeInvalid fails on an error that a caller could not act on.
func mustBeInvalid(t *testing.T, input []byte, err error) {
	t.Helper()
	if e := mission.AsError(err); err != nil && (e == nil || e.Kind != mission.Invalid && e.Kind != mission.TooLarge) {
		t.Errorf("%q: %v is not an invalid request", input, err)
	}
}

func FuzzSearchQuery(f *testing.F) {
	f.Add([]byte("q=l%27%C3%A9t%C3%A9&lat=43.7&lon=7.26&radius_km=10&facets=domain,attr.x&sort=distance&highlight=1&limit=250"))
	f.Add([]byte(`q="a+-b&bbox=1,2,3,4&near=Nice&open=false&attr.=1`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r searching
		err := r.readSearch(raw)
		if err == nil {
			err = checkTyped(r.request.Query)
		}
		if err == nil {
			err = r.completeFacets()
		}
		mustBeInvalid(t, raw, err)
	})
}

func FuzzSearchBody(f *testing.F) {
	f.Add([]byte(`{"q":"été","facets":["domain","attr.x"],"polygon":[[43,7],{"lat":44,"lon":7},[44,8]],"limit":3,"min_seq":1}`))
	f.Add([]byte(`{"facets":"domain","sort":null,"attr.a":[1,"b",true],"bbox":{"south":1}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var members map[string]jsontext.Value
		err := decodeObject(body, &members)
		var r searching
		r.begin()
		for name, value := range members {
			if err == nil {
				err = r.take(name, value)
			}
		}
		if err == nil {
			err = r.completeFacets()
		}
		mustBeInvalid(t, body, err)
	})
}

// A word that is only begun completes to no mission before its third letter.
func TestCompletable(t *testing.T) {
	f := func(typed, want string) {
		t.Helper()
		if got := completable(typed); got != want {
			t.Errorf("completable(%q) = %q, want %q", typed, got, want)
		}
	}
	f("", "")
	f("d", "")
	f("di", "")
	f("dis", "dis")
	f("aide d", "aide ")
	f("cv ", "cv ")
	f("l’é", "l’")
	f("l'e\u0301te", "l'e\u0301te")
	f("«", "«")
}
