package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"renfort/api"
)

// sessionReverse looks for people for missions of every kind. It comes last in
// the session, with missions and people of its own.
func sessionReverse() []step {
	at := func(id, more string) string {
		return `{"id":"` + id + `","publisher":"rev","title":"Déblayer","domains":["solidarite-insertion"],"locations":[{"lat":44.07,"lon":7.26}]` + more + `}`
	}
	people := ""
	for i, more := range []string{
		`"postal_code":"06450","domains":["solidarite-insertion"],"channel":"push","birth_year":1980`,
		`"postal_code":"06000","channel":"sms","birth_year":1990,"radius_km":20`,
		`"postal_code":"06000","channel":"email","adult":true,"skills":["psc1"],"equipment":["4x4"],"languages":["fr"],"availability":["now"]`,
		`"postal_code":"06000","channel":"push"`,
		`"channel":"push","adult":true,"remote":"also"`,
	} {
		people += fmt.Sprintf(`{"id":"r%d","publisher":"rev","consent":{"alerts":true,"crisis":true},%s}`, i, more) + "\n"
	}
	const path = "/v1/missions/rev:1/candidates"
	return []step{
		{golden: "candidates", method: "PUT", path: "/v1/policy", status: 200, what: "the default, under another version", body: `{"name":"default","version":9}`},
		{golden: "candidates", method: "PUT", path: "/v1/missions/rev:1", status: 201, body: at("rev:1", `,"seats":5,"urgency":"vital"`)},
		{golden: "candidates", method: "PUT", path: "/v1/missions/rev:2", status: 201, body: `{"publisher":"rev","title":"Répondre","remote":"full"}`},
		{golden: "candidates", method: "PUT", path: "/v1/missions/rev:3", status: 201, body: at("rev:3", `,"state":"cancelled"`)},
		{golden: "candidates", method: "POST", path: "/v1/volunteers/bulk", status: 200, body: people},
		{golden: "candidates", method: "POST", path: path, status: 200, what: "those of unknown age and of no place are not asked", body: `{"explain":true}`},
		{golden: "candidates", method: "POST", path: path, status: 200, what: "as near as Nice is not", body: `{"radius_km":30,"limit":1,"explain":true,"lang":"en","unknown_age":true}`},
		{golden: "candidates", method: "POST", path: path, status: 200, what: "filters", body: `{"filters":{"skills":["psc1"],"equipment":["4x4"],"languages":["fr","ar"],"adult":true,"available":"now"}}`},
		{golden: "candidates", method: "POST", path: "/v1/missions/rev:2/candidates", status: 200, what: "from home: no distance plays a part", body: `{"radius_km":30}`},
		{golden: "candidates", method: "POST", path: "/v1/missions/rev:1/holds", status: 201, what: "who has a seat is not found again", body: `{"volunteer":"r0","confirm":true}`},
		{golden: "candidates", method: "POST", path: path, status: 200, body: `{"askable":true,"crisis":true}`},
		{golden: "candidates", method: "POST", path: "/v1/missions/rev:3/candidates", status: 409, what: "cancelled", body: `{}`},
		{golden: "candidates", method: "POST", path: "/v1/missions/none/candidates", status: 404, body: `{}`},
		{golden: "volunteers_count", method: "POST", path: "/v1/volunteers/count", status: 200, what: "few", body: `{"area":{"departments":["06"]},"filters":{"equipment":["4x4"]},"by":["department"]}`},
		{golden: "volunteers_count", method: "POST", path: "/v1/volunteers/bulk", status: 200, body: manyPeople()},
		{golden: "volunteers_count", method: "POST", path: "/v1/volunteers/count", status: 200, what: "three departments, one of them small", body: `{"area":{"departments":["59","62","80"]},"by":["department","channel","skill"]}`},
		{golden: "volunteers_count", method: "POST", path: "/v1/volunteers/count", status: 200, what: "a circle and a commune", body: `{"area":{"center":{"lat":50.63,"lon":3.06},"radius_km":15,"communes":["62041"]},"by":["department"]}`},
	}
}

// manyPeople are 30 in Lille, 20 in Arras and 5 in Amiens; 28 of them have a
// skill.
func manyPeople() string {
	b := new(strings.Builder)
	for i := range 55 {
		code, channel, skills := "59000", "push", ""
		if i >= 30 {
			code = "62000"
		}
		if i >= 50 {
			code = "80000"
		}
		if i%2 == 0 {
			channel, skills = "sms", `,"skills":["psc1"]`
		}
		fmt.Fprintf(b, `{"id":"n%d","postal_code":"%s","channel":"%s","consent":{"alerts":%v}%s}`+"\n", i, code, channel, i%3 != 0, skills)
	}
	return b.String()
}

// filterFaults are wrong filters of volunteers.
func filterFaults() []fault {
	f := func(what, filters, pointer string) fault {
		return fault{what, `{"filters":` + filters + `}`, pointer}
	}
	return []fault{
		f("filters that are a list", `[]`, "/filters"),
		f("an unknown filter", `{"colour":"red"}`, "/filters/colour"),
		f("an unknown domain", `{"domains":["sporz"]}`, "/filters/domains/0"),
		f("an unknown time", `{"availability":["night"]}`, "/filters/availability/0"),
		f("a time in numbers", `{"available":7}`, "/filters/available"),
		f("the time twice", `{"available":"now","availability":["now"]}`, "/filters/available"),
		f("an unknown channel", `{"channels":["fax"]}`, "/filters/channels/0"),
		f("min_age over 120", `{"min_age":121}`, "/filters/min_age"),
		f("an unknown consent", `{"consent":"all"}`, "/filters/consent"),
	}
}

func candidatesFaults() []fault {
	return append(filterFaults(),
		fault{"limit 0", `{"limit":0}`, "/limit"},
		fault{"limit 10001", `{"limit":10001}`, "/limit"},
		fault{"no radius", `{"radius_km":0}`, "/radius_km"},
		fault{"a radius round the world", `{"radius_km":20001}`, "/radius_km"},
		fault{"an unknown language", `{"lang":"de"}`, "/lang"},
		fault{"an unknown member", `{"near":"Nice"}`, "/near"})
}

func countFaults() []fault {
	f := func(what, area, pointer string) fault { return fault{what, `{"area":` + area + `}`, pointer} }
	return append(filterFaults(),
		f("an empty area", `{}`, "/area"),
		f("half a circle", `{"radius_km":5}`, "/area"),
		f("a polygon that crosses itself", `{"polygon":[[43,7],[44,8],[44,7],[43,8]]}`, "/area/polygon"),
		f("a polygon of two corners", `{"polygon":[[43,7],[44,8]]}`, "/area/polygon"),
		f("a department that is none", `{"departments":["06","99"]}`, "/area/departments/1"),
		f("a commune that is none", `{"communes":["99999"]}`, "/area/communes/0"),
		fault{"an unknown field", `{"by":["age"]}`, "/by/0"},
		fault{"a field twice", `{"by":["skill","skill"]}`, "/by/1"})
}

// A key for one publisher finds and counts that publisher's people only, and
// without the scope nobody.
func TestCandidatesByKey(t *testing.T) {
	l := openService(t, func(c *api.Config) {
		for name, k := range map[string]api.Key{"all": {Scopes: []string{"admin", "write"}}, "a": {Scopes: []string{"crisis"}, Publishers: []string{"a"}}, "write": {Scopes: []string{"write"}}} {
			hash := sha256.Sum256([]byte("secret-" + name))
			k.Name, k.Hash = name, hex.EncodeToString(hash[:])
			c.Keys = append(c.Keys, k)
		}
	})
	ask := func(key, method, path, body string) answer {
		return l.do(method, path, body, "Authorization", "Bearer secret-"+key)
	}
	want := func(a answer, status int, substring string) {
		t.Helper()
		if a.status != status || !bytes.Contains(a.body, []byte(substring)) {
			t.Errorf("got %d %s, want %d and %s", a.status, a.body, status, substring)
		}
	}
	for _, id := range []string{"a", "b"} {
		want(ask("all", "PUT", "/v1/missions/"+id, strings.Replace(niceMission(id, `,"seats":5`), `"jva"`, `"`+id+`"`, 1)), 201, "")
		for i := range 15 {
			want(ask("all", "PUT", fmt.Sprintf("/v1/volunteers/%s%d", id, i), `{"publisher":"`+id+`","postal_code":"06000","adult":true,"channel":"push","consent":{"alerts":true}}`), 201, "")
		}
	}
	if a := ask("a", "POST", "/v1/missions/a/candidates", `{"limit":100}`); a.status != 200 || bytes.Count(a.body, []byte(`"volunteer":"a`)) != 15 || bytes.Contains(a.body, []byte(`"volunteer":"b`)) {
		t.Errorf("got %d %s, want the 15 of publisher a", a.status, a.body)
	}
	want(ask("a", "POST", "/v1/missions/b/candidates", `{}`), 404, "not_found")
	want(ask("a", "POST", "/v1/volunteers/count", `{}`), 200, `"total":15,"reachable_now":15,"at_rest":"<11"`)
	want(ask("all", "POST", "/v1/volunteers/count", `{}`), 200, `"total":30`)
	want(ask("write", "POST", "/v1/missions/b/candidates", `{}`), 403, "forbidden")
	want(ask("write", "POST", "/v1/volunteers/count", `{}`), 403, "forbidden")
}
