package mission_test

// A mission that is read without reflection is what Decode would have read; whatever
// Decode would refuse is left to it. That those of a usual world are read so is
// tested in bench/world.

import (
	"strings"
	"testing"

	"renfort/mission"
)

// allOfAMission has every member.
const allOfAMission = `{"id":"w:1","publisher":"w","revision":3,"title":"Aide à l'école","description":"Deux \"heures\"\nle \u00e9t\u00e9 \ud83d\ude00",` +
	`"organization":{"id":"o-1","name":"Les amis de l'été","networks":["croix-rouge"]},"domains":["education"],"activities":["distribution"],` +
	`"tags":["forêt"],"group":"g","audiences":["jeunes"],"skills":["psc1",{"id":"permis_b","required":true},{}],"requirements":["gants"],` +
	`"accessibility":["wheelchair"],"near_transit":true,"remote":"possible","locations":[{"id":"l","lat":48.85,"lon":-2.35,"label":"École",` +
	`"city":"Évry","postal_code":"91000","department":"91","insee":"91228","country":"FR","precision":"city"},{}],"starts_at":"2026-11-22",` +
	`"ends_at":"2026-11-22T08:00:00+01:00","apply_before":"2026-11-20","date_type":"once","slots":[{"id":"s","starts_at":"2026-11-22",` +
	`"ends_at":"2026-11-23","date":"2026-11-22","part":"morning","seats":4,"location":"l"},{"id":"t","seats":null}],"commitment":{"hours":2.5,"per":"week"},` +
	`"seats":null,"booking":"here","urgency":"urgent","requested_urgency":"vital","min_age":16,"max_age":99,"state":"open","url":"https://a.fr/?q=é",` +
	`"published_at":"2026-11-01","attributes":{"pays":"Côte d'Ivoire","n":-1.5,"yes":true,"no":false},"data":{"a":[1,null,{"b":"}]\""}], "c" : 1e3}}`

func TestScanMission(t *testing.T) {
	f := func(data string, read bool) {
		t.Helper()
		if got := mustReadAlike(t, []byte(data), mission.ScanMission); got != read {
			t.Errorf("%q: read %v, want %v", data, got, read)
		}
	}
	f(allOfAMission, true)
	f(`{}`, true)
	f(` { "title" : "" , "domains" : [ ] , "skills" : [ ] , "slots":[],"locations":[],"attributes":{},"data":[ ],"organization":{},"commitment":{} } `, true)
	f(`{"seats":12,"data":"text"}`, true)
	for _, data := range []string{
		``, `null`, `[]`, `{"title":"a`, `{"title":"a\"}`, `{"title":"\x"}`, `{"title":"\ud800"}`, "{\"title\":\"\xff\"}", "{\"title\":\"a\nb\"}", `{"title":1}`,
		`{"title":null}`, `{"title":"a","title":"b"}`, `{"name":"x"}`, `{"seats":-1}`, `{"seats":1.5}`, `{"seats":nul}`, `{"skills":[null]}`, `{"skills":[1]}`,
		`{"skills":[{"name":"x"}]}`, `{"locations":[{"street":"x"}]}`, `{"locations":{}}`, `{"organization":null}`, `{"attributes":{"a":{}}}`, `{"attributes":{"a":null}}`,
		`{"attributes":{"a":1,"a":2}}`, `{"data":1}`, `{"data":null}`, `{"data":[}`, `{"data":{"a":1,"a":2}}`, `{"data":[1,]}`, `{"data":]}`, `{"data":"a}`, `{"data":[nul]}`,
		`{"data":` + strings.Repeat("[", mission.NestingMax) + strings.Repeat("]", mission.NestingMax) + `}`, `{"commitment":{"hours":1e2}}`, `{"near_transit":1}`, `{}x`,
	} {
		f(data, false)
	}
}

func FuzzScanMission(f *testing.F) {
	f.Add([]byte(allOfAMission))
	f.Add([]byte(`{"data":{"a":[1,null,{"b":"}]\""}]},"skills":[{"id":"a"}],"title":"\u00e9\\"}`))
	f.Fuzz(func(t *testing.T, data []byte) { mustReadAlike(t, data, mission.ScanMission) })
}
