package mission_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"renfort/mission"
)

// TestDecodeRefuses gives Decode what is not to be read, and holds it to the
// place and to words that do not speak of Go.
func TestDecodeRefuses(t *testing.T) {
	f := func(body, pointer, want string) {
		t.Helper()
		err := mission.Decode([]byte(body), new(mission.Mission))
		wantInvalid(t, body, err, pointer, want)
		for _, ours := range []string{"json:", "jsontext", "Go ", "struct", "float64", "int64", "mission.Mission"} {
			if err != nil && strings.Contains(err.Error(), ours) {
				t.Errorf("%s: got %q, which speaks of %q", body, err, ours)
			}
		}
	}
	f(``, "", "not well-formed JSON")
	f(`{`, "", "not well-formed JSON")
	f(`{"id":"m1",}`, "", "not well-formed JSON")
	f(`{"id":"m1"} {}`, "", "not well-formed JSON")
	f(`{"id":"m1"}x`, "", "not well-formed JSON")
	f(`{"id":"m1","colour":"red"}`, "/colour", "a field that is not known here")
	f(`{"ID":"m1"}`, "/ID", "a field that is not known here")
	f(`{"locations":[{"lat":1,"long":2}]}`, "/locations/0/long", "not known here")
	f(`{"id":"m1","id":"m2"}`, "/id", "given twice")
	f(`{"attributes":{"a":1,"a":2}}`, "/attributes/a", "given twice")
	f(`{"data":{"a":1,"a":2}}`, "/data/a", "given twice")
	f(`{"id":7}`, "/id", "number where a string is wanted")
	f(`{"title":["a"]}`, "/title", "where a string is wanted")
	f(`{"seats":"5"}`, "/seats", "string where a whole number is wanted")
	f(`{"seats":5.5}`, "/seats", "cannot be read")
	f(`{"seats":1e3}`, "/seats", "cannot be read")
	f(`{"seats":99999999999999999999}`, "/seats", "cannot be read")
	f(`{"locations":[{"lat":"43.7"}]}`, "/locations/0/lat", "string where a number is wanted")
	f(`{"locations":[{"lat":1e999}]}`, "/locations/0/lat", "cannot be read")
	f(`{"locations":{"lat":1}}`, "/locations", "object where a list is wanted")
	f(`{"commitment":[1]}`, "/commitment", "where an object is wanted")
	f(`{"near_transit":"yes"}`, "/near_transit", "where true or false is wanted")
	f(`{"tags":["a",1]}`, "/tags/1", "number where a string is wanted")
	f(`{"skills":[{"id":"a","level":3}]}`, "/skills/0/level", "not known here")
	f(`{"skills":[7]}`, "/skills/0", "is neither an id nor an object")
	f(`{"skills":["a",{"id":7}]}`, "/skills/1/id", "number where a string is wanted")
	f(`[{"id":"m1"}]`, "", "where an object is wanted")
	f(`{"seats":NaN}`, "/seats", "not well-formed JSON")
	f(`{"seats":-Infinity}`, "/seats", "not well-formed JSON")
	f(`{"seats":+1}`, "/seats", "not well-formed JSON")
	f(`{"seats":01}`, "", "not well-formed JSON")
	f("{\"title\":\"caf\xe9\"}", "/title", "not well-formed JSON")
	f("{\"title\":\"a\nb\"}", "/title", "not well-formed JSON")
	f(`{"title":"\ud800"}`, "/title", "not well-formed JSON")
}

// TestNesting accepts NestingMax levels and refuses one more, also where the
// brackets are never closed; brackets in strings do not count.
func TestNesting(t *testing.T) {
	nested := func(levels int) []byte {
		n := levels - 1 // the mission is a level itself
		return []byte(`{"data":` + strings.Repeat(`{"a":`, n) + `1` + strings.Repeat(`}`, n) + `}`)
	}
	m := new(mission.Mission)
	wantValid(t, "NestingMax", mission.Decode(nested(mission.NestingMax), m))
	for _, body := range [][]byte{nested(mission.NestingMax + 1), []byte(strings.Repeat("[", 1<<20))} {
		err := mission.Decode(body, m)
		if mission.KindOf(err) != mission.Invalid || !strings.Contains(err.Error(), "more than 32 levels of nesting") {
			t.Errorf("%.40s: got %v, want the refusal of its nesting", body, err)
		}
	}
	wantValid(t, "brackets in a string", mission.Decode([]byte(`{"title":"`+strings.Repeat(`[{\"`, 100)+`"}`), m))
}

// TestDecodeKeeps reads the contract's example and writes it again: not a
// field is lost, and null seats stay null.
func TestDecodeKeeps(t *testing.T) {
	f := func(body string) {
		t.Helper()
		m := new(mission.Mission)
		if err := mission.Decode([]byte(body), m); err != nil {
			t.Errorf("%s: got %v", body, err)
			return
		}
		out, err := mission.Encode(m)
		if err != nil {
			t.Errorf("%s: got %v", body, err)
		}
		var got, want map[string]any
		if json.Unmarshal(out, &got) != nil || json.Unmarshal([]byte(body), &want) != nil {
			t.Fatalf("%s became %s", body, out)
		}
		for k, v := range want {
			g, _ := json.Marshal(got[k])
			w, _ := json.Marshal(v)
			if string(g) != string(w) {
				t.Errorf("%s: got %s, want %s", k, g, w)
			}
		}
	}
	f(contractMission)
	f(`{"id":"m1","title":"a","seats":null}`)
	f(`{"id":"m1","title":"a","group":null,"apply_before":null,"max_age":null,"locations":null,"organization":null}`)
	f(`{"id":"m1","title":"a","skills":["a",{"id":"b","required":true},{"id":"c","required":false}]}`)
}

// contractMission is the example of the contract; "data" and the address are
// not the point.
const contractMission = `{"id":"jva:6581","publisher":"jva","revision":17,"title":"Distribution de colis","description":"Trier\net donner.",
"organization":{"id":"o1","name":"Les Restos","networks":["restos"]},
"domains":["solidarite-insertion"],"activities":["distribution"],"tags":["colis"],"audiences":["seniors"],"skills":[{"id":"permis_b","required":true}],
"requirements":["casier"],"accessibility":["wheelchair"],"near_transit":true,
"remote":"no","locations":[{"id":"l1","lat":43.70,"lon":7.26,"label":"Gare","city":"Nice","postal_code":"06000","department":"06","insee":"06088","country":"FR"}],
"starts_at":"2026-11-22","ends_at":"2026-12-01","date_type":"recurring",
"slots":[{"id":"s1","starts_at":"2026-11-22T08:00:00+01:00","ends_at":"2026-11-22T12:00:00+01:00","seats":20,"location":"l1"},{"id":"s2","date":"2026-11-23","part":"evening","seats":30}],
"commitment":{"hours":4,"per":"week"},"seats":50,"booking":"here","urgency":"urgent","min_age":16,"state":"open","url":"https://example.org/6581",
"published_at":"2026-11-21T18:00:00Z","attributes":{"qpv":true},"data":{"slug":"colis"}}`

// TestKinds shows that a kind survives wrapping, and that other errors have
// none.
func TestKinds(t *testing.T) {
	err := mission.CheckID("/id", "")
	if mission.KindOf(err) != mission.Invalid || mission.AsError(err).Fields[0].Pointer != "/id" {
		t.Errorf("no id: got %v", err)
	}
	if err := mission.CheckID("/id", "jva:6581"); err != nil {
		t.Errorf("an id: got %v", err)
	}
	if mission.KindOf(nil) != mission.Unknown || mission.KindOf(errors.New("other")) != mission.Unknown {
		t.Error("nil and foreign errors: want Unknown")
	}
	if e := mission.Errorf(mission.Full, "mission %q is full", "m1"); mission.KindOf(e) != mission.Full || e.Error() != `mission "m1" is full` {
		t.Errorf("got %v", e)
	}
}
