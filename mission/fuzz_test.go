package mission_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"renfort/mission"
)

// The fuzz targets read anything, and hold what was accepted to one promise:
// written and read again it is accepted and the same. What is refused must be
// an Invalid error. Corpus beyond the seeds: testdata/fuzz.

// wantRefusal holds an error to its kind.
func wantRefusal(t *testing.T, data []byte, err error) {
	t.Helper()
	if e := mission.AsError(err); e == nil || e.Kind != mission.Invalid || e.Error() == "" {
		t.Errorf("%q: got %#v, want an invalid error", data, err)
	}
}

// wantSame writes v, reads it into fresh and wants both to be written alike.
func wantSame(t *testing.T, v, fresh any) {
	t.Helper()
	first, err := mission.Encode(v)
	if err != nil {
		t.Fatalf("%+v: got %v", v, err)
	}
	if err := mission.Decode(first, fresh); err != nil {
		t.Fatalf("%s: read again: got %v", first, err)
	}
	second, err := mission.Encode(fresh)
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("written again: got %s, %v, want %s", second, err, first)
	}
}

func FuzzMission(f *testing.F) {
	in := mustIntake(f)
	f.Add([]byte(contractMission))
	f.Add([]byte(`{"id":"m1","title":"a","locations":[{"postal_code":"97400"}],"starts_at":"2026-03-29","ends_at":"2026-10-25"}`))
	f.Add([]byte(`{"id":"m1","title":"a","remote":"full","slots":[{"id":"s","date":"2026-11-23","part":"day","seats":3}],"skills":["a",{"id":"b","required":true}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := new(mission.Mission)
		if err := mission.Decode(data, m); err != nil {
			wantRefusal(t, data, err)
			return
		}
		if err := in.Mission(m); err != nil {
			wantRefusal(t, data, err)
			return
		}
		if err := m.Validate(); err != nil {
			t.Errorf("%q: accepted, and then not valid: %v", data, err)
		}
		if len(m.Times.Slots) != len(m.Slots) || m.Times.Zone == "" {
			t.Errorf("%q: got the times %+v for %d slots", data, m.Times, len(m.Slots))
		}
		wantSame(t, m, new(mission.Mission))
		times := m.Times
		if err := in.Mission(m); err != nil || times.Ends != m.Times.Ends || times.Zone != m.Times.Zone {
			t.Errorf("%q: taken in twice: got %v and other times %+v, want %+v", data, err, m.Times, times)
		}
	})
}

func FuzzVolunteer(f *testing.F) {
	in := mustIntake(f)
	f.Add([]byte(`{"id":"v-18273","publisher":"jva","revision":3,"postal_code":"06000","radius_km":20,"mobility":"bike","domains":["7"],"skills":["psc1"],"birth_year":1999,"availability":["evening","weekend"],"remote":"also","consent":{"alerts":true,"crisis":true},"channel":"push"}`))
	f.Add([]byte(`{"id":"v","location":{"lat":43.7,"lon":7.26},"adult":true}`))
	f.Add([]byte(`{"id":"+33612345678","cell":"12cdd1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v := new(mission.Volunteer)
		if err := mission.Decode(data, v); err != nil {
			wantRefusal(t, data, err)
			return
		}
		if err := in.Volunteer(v, today); err != nil {
			wantRefusal(t, data, err)
			return
		}
		if v.Location != nil {
			t.Errorf("%q: a point was kept: %+v", data, v.Location)
		}
		if _, ok := v.Position(); ok != (v.Cell != "") {
			t.Errorf("%q: got position %v of cell %q", data, ok, v.Cell)
		}
		wantSame(t, v, new(mission.Volunteer))
	})
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte(contractPolicy))
	f.Add([]byte(`{"name":"p","version":1,"weights":{"text":0},"reverse":{"quiet_from":"23:59"}}`))
	f.Add([]byte(`{"name":"p","version":1,"weights":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := mission.DecodePolicy(data)
		if err != nil {
			wantRefusal(t, data, err)
			return
		}
		if p.Name == "" || p.Version < 1 {
			t.Errorf("%q: accepted without name or version", data)
		}
		wantSame(t, p, new(mission.Policy))
	})
}

func FuzzTaxonomy(f *testing.F) {
	shipped, err := json.Marshal(mission.DefaultTaxonomy())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(shipped)
	f.Add([]byte(`{"name":"x","version":1,"domains":[{"id":"a","label":"A","adjacent":["b"],"aliases":["1"]},{"id":"b","label":"B"}],"activities":[{"id":"x","label":"X","domains":["1"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tax, err := mission.DecodeTaxonomy(data)
		if err != nil {
			wantRefusal(t, data, err)
			return
		}
		for i, d := range tax.Domains {
			if at, ok := tax.Domain(d.ID); !ok || at != i {
				t.Errorf("%q: domain %q: got %d, %v, want %d", data, d.ID, at, ok, i)
			}
		}
		for i, a := range tax.Activities {
			if at, ok := tax.Activity(a.ID); !ok || at != i {
				t.Errorf("%q: activity %q: got %d, %v, want %d", data, a.ID, at, ok, i)
			}
		}
		wantSame(t, tax, new(mission.Taxonomy))
	})
}
