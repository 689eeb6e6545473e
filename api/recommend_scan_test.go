package api

// A profile that is read without reflection is what mission.Decode would have
// read; whatever Decode would refuse is left to it.

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renfort/bench/world"
	"renfort/mission"
)

// mustReadAlike sets the two readers of a body against one another, and says
// whether the quick one read it.
func mustReadAlike(t *testing.T, body []byte) (read bool) {
	t.Helper()
	var got mission.Volunteer
	limit, ok := scanProfile(body, &got)
	if !ok {
		return false
	}
	var want recommendBody
	if err := decodeObject(body, &want); err != nil {
		t.Fatalf("%q was read, and Decode says %v", body, err)
	}
	wanted := mission.RecommendDefault
	if want.Limit != nil {
		wanted = *want.Limit
	}
	if diff := cmp.Diff(want.Profile, &got); diff != "" || limit != wanted {
		t.Fatalf("%q: limit %d, want %d; profile (-want +got):\n%s", body, limit, wanted, diff)
	}
	if rest := (recommendBody{Profile: want.Profile, recommendOptions: recommendOptions{Limit: want.Limit}}); !reflect.DeepEqual(rest, want) {
		t.Fatalf("%q says more than was read: %+v", body, want)
	}
	return true
}

func TestScanProfile(t *testing.T) {
	f := func(body string, read bool) {
		t.Helper()
		if got := mustReadAlike(t, []byte(body)); got != read {
			t.Errorf("%q: read %v, want %v", body, got, read)
		}
	}
	f(`{"profile":{}}`, true)
	f(` { "profile" : { "location" : { "lat" : -43.70 , "lon" : 7 } , "domains" : [ ] } , "limit" : 5 } `, true)
	f(`{"limit":20,"profile":{"adult":false,"radius_km":0.5,"birth_year":1980,"domains":["a","b","c","d","e"],"remote":"","insee":"2A004"}}`, true)
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `{"limit":5}`, `{"profile":null}`, `{"profile":{}`, `{"profile":{}} {}`, `{"profile":{},}`, `{,"profile":{}}`,
		`{"profile":{},"profile":{}}`, `{"profile":{"insee":"1","insee":"1"}}`, `{"profile":{"insee":1}}`, `{"profile":{"insee":null}}`,
		`{"profile":{"insee":"é"}}`, `{"profile":{"insee":"\u0041"}}`, `{"profile":{"nickname":"x"}}`, `{"profile":{"Insee":"1"}}`,
		`{"profile":{"domains":["a",]}}`, `{"profile":{"domains":["a" "b"]}}`, `{"profile":{"domains":["a"}}`, `{"profile":{"domains":null}}`,
		`{"profile":{"birth_year":01980}}`, `{"profile":{"birth_year":19800}}`, `{"profile":{"birth_year":1980.0}}`, `{"profile":{"birth_year":-1}}`,
		`{"profile":{"radius_km":1e1}}`, `{"profile":{"radius_km":1.}}`, `{"profile":{"radius_km":.5}}`, `{"profile":{"radius_km":- 5}}`, `{"profile":{"radius_km":00}}`,
		`{"profile":{"location":{"lat":1,"lat":2}}}`, `{"profile":{"location":{"alt":1}}}`, `{"profile":{"location":{"lat":"1"}}}`,
		`{"profile":{"adult":truex}}`, `{"profile":{"adult":null}}`, `{"profile":{},"limit":0}`, `{"profile":{},"limit":1000}`, `{"profile":{},"limit":5,"limit":6}`, `{"profile":{},"explain":true}`, `{"volunteer":"v1"}`,
	} {
		f(body, false)
	}
}

func TestUsualProfilesAreScanned(t *testing.T) {
	const seed = 1
	w, err := world.New(world.Config{Missions: 1, Volunteers: 2000, Seed: seed, At: time.Unix(1_800_000_000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		v := w.Volunteer(i)
		v.ID, v.Revision, v.Publisher, v.Channel, v.Consent = "", 0, "", "", mission.Consent{}
		profile, err := mission.Encode(&v)
		if err != nil {
			t.Fatal(err)
		}
		body := append(append([]byte(`{"profile":`), profile...), `,"limit":20}`...)
		if !mustReadAlike(t, body) {
			t.Fatalf("seed %d: %q was not read", seed, body)
		}
	}
}

func FuzzScanProfile(f *testing.F) {
	f.Add([]byte(`{"profile":{"location":{"lat":-43.70,"lon":7},"domains":["a","b"],"birth_year":1980},"limit":20}`))
	f.Add([]byte(`{"limit":5,"profile":{"radius_km":0.5,"insee":"2A004","postal_code":"20000","skills":[]}}`))
	f.Fuzz(func(t *testing.T, body []byte) { mustReadAlike(t, body) })
}
