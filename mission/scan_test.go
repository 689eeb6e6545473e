package mission_test

// A volunteer who is read without reflection is who Decode would have read;
// whatever Decode would refuse is left to it. Profiles are tested where they come
// in, in package api; that those of a usual world are read so, in bench/world.

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/mission"
)

// mustReadAlike sets a quick reader against Decode, and says whether it read it.
func mustReadAlike[T any](t *testing.T, data []byte, scan func([]byte, *T) bool) (read bool) {
	t.Helper()
	var got, want T
	if !scan(data, &got) {
		return false
	}
	if err := mission.Decode(data, &want); err != nil {
		t.Fatalf("%q was read, and Decode says %v", data, err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(mission.Skill{})); diff != "" {
		t.Fatalf("%q (-want +got):\n%s", data, diff)
	}
	return true
}

func TestScanVolunteer(t *testing.T) {
	f := func(data string, read bool) {
		t.Helper()
		if got := mustReadAlike(t, []byte(data), mission.ScanVolunteer); got != read {
			t.Errorf("%q: read %v, want %v", data, got, read)
		}
	}
	f(`{}`, true)
	f(`{"id":"v-1","publisher":"p","revision":7,"cell":"12cd","consent":{"alerts":true,"crisis":false},"channel":"sms"}`, true)
	f(`{"id":"v-1","consent":{},"revision":0,"domains":["a"],"adult":true,"birth_year":1990,"location":{"lat":1.5}}`, true)
	f(`{"revision":999999999999999999}`, true)
	for _, data := range []string{
		``, `null`, `[]`, `{"id":"é"}`, `{"id":1}`, `{"id":null}`, `{"id":"a","id":"b"}`, `{"name":"x"}`, `{"revision":-1}`, `{"revision":1.0}`,
		`{"revision":1000000000000000000}`, `{"revision":"1"}`, `{"consent":true}`, `{"consent":{"alerts":1}}`, `{"consent":{"alerts":true,"alerts":true}}`,
		`{"consent":{"mail":true}}`, `{"consent":null}`, `{"channel":"sms"}x`, `{"channel":"s\u006ds"}`,
	} {
		f(data, false)
	}
}

func FuzzScanVolunteer(f *testing.F) {
	f.Add([]byte(`{"id":"v-1","publisher":"p","revision":7,"cell":"12cd","radius_km":20.5,"consent":{"alerts":true,"crisis":false},"channel":"sms"}`))
	f.Add([]byte(`{"domains":["a","b"],"adult":false,"birth_year":1980,"location":{"lat":-43.70,"lon":7}}`))
	f.Fuzz(func(t *testing.T, data []byte) { mustReadAlike(t, data, mission.ScanVolunteer) })
}
