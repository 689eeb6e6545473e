package api_test

// Bad input at every route that takes any: each is refused precisely, with a
// pointer, nothing is stored and nothing that was there is lost.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"renfort/api"
)

// garbage is what no route takes, whatever it is for.
func garbage() map[string]string {
	return map[string]string{
		"half an object":    `{"id":"x",`,
		"no JSON":           `hello`,
		"two values":        `{} {}`,
		"a list":            `[]`,
		"a word":            `"x"`,
		"a number":          `1`,
		"null":              `null`,
		"an unknown field":  `{"colour":"red"}`,
		"a field twice":     `{"id":"x","id":"x"}`,
		"NaN":               `{"id":NaN}`,
		"an endless number": `{"revision":1e999}`,
		"deep nesting":      strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40),
		"deep lists":        strings.Repeat("[", 10_000),
		"invalid UTF-8":     "{\"id\":\"\xff\xfe\"}",
		"a broken escape":   `{"id":"\ud800"}`,
		"a control byte":    "{\"id\":\"a\x00b\"}",
		"a wrong type":      `{"id":{"a":1}}`,
		"a byte order mark": "\xef\xbb\xbf{}",
		"a trailing comma":  `{"id":"x",}`,
		"single quotes":     `{'id':'x'}`,
		"a comment":         `{/*x*/"id":"x"}`,
	}
}

// fault is one wrong field of an otherwise right body.
type fault struct{ what, body, pointer string }

func missionFaults() []fault {
	f := func(what, members, pointer string) fault {
		return fault{what, `{"id":"m9","title":"x","locations":[{"lat":43.7,"lon":7.26}]` + members + `}`, pointer}
	}
	place := func(what, location, pointer string) fault {
		return fault{what, `{"id":"m9","title":"x","locations":[` + location + `]}`, pointer}
	}
	return []fault{
		{"no title", `{"id":"m9","remote":"full"}`, "/title"},
		{"no place", `{"id":"m9","title":"x"}`, "/locations"},
		{"a control character in the title", `{"id":"m9","title":"a\u0007b","remote":"full"}`, "/title"},
		{"a control character in the id", `{"id":"m\u0001","title":"x","remote":"full"}`, "/id"},
		{"a long title", `{"id":"m9","remote":"full","title":"` + strings.Repeat("é", 501) + `"}`, "/title"},
		place("a latitude over 90", `{"lat":91,"lon":7}`, "/locations/0/lat"),
		place("a longitude over 180", `{"lat":43,"lon":181}`, "/locations/0/lon"),
		place("null island", `{"lat":0,"lon":0}`, "/locations/0"),
		place("half a point", `{"lat":43.7}`, "/locations/0"),
		place("swapped", `{"lat":7.26,"lon":43.7,"department":"06"}`, "/locations/0"),
		place("a postal code that is none", `{"postal_code":"00000"}`, "/locations/0/postal_code"),
		place("a latitude in words", `{"lat":"43.7","lon":7}`, "/locations/0/lat"),
		f("a date that cannot be", `,"starts_at":"2026-02-30"`, "/starts_at"),
		f("no date at all", `,"ends_at":"soon"`, "/ends_at"),
		f("the end before the start", `,"starts_at":"2026-11-22","ends_at":"2026-11-21"`, "/ends_at"),
		f("seats below zero", `,"seats":-1`, "/seats"),
		f("half a seat", `,"seats":1.5`, "/seats"),
		f("too many seats", `,"seats":1000001`, "/seats"),
		f("a slot twice", `,"slots":[{"id":"s"},{"id":"s"}]`, "/slots/1/id"),
		f("a slot's seats below zero", `,"slots":[{"id":"s","seats":-2}]`, "/slots/0/seats"),
		f("an unknown domain", `,"domains":["sante","sporz"]`, "/domains/1"),
		f("an unknown urgency", `,"urgency":"now"`, "/urgency"),
		f("min_age over 120", `,"min_age":121`, "/min_age"),
		f("a script for a URL", `,"url":"javascript:alert(1)"`, "/url"),
		f("an attribute that is a list", `,"attributes":{"a":[1]}`, "/attributes/a"),
		f("an unknown field inside", `,"commitment":{"hours":1,"per":"week","x":1}`, "/commitment/x"),
		f("a revision below zero", `,"revision":-1`, "/revision"),
		f("too many tags", `,"tags":[`+strings.TrimSuffix(strings.Repeat(`"x",`, 33), ",")+`]`, "/tags"),
	}
}

func volunteerFaults() []fault {
	f := func(what, members, pointer string) fault { return fault{what, `{"id":"v9"` + members + `}`, pointer} }
	return []fault{
		{"a mail address", `{"id":"jean@example.org"}`, "/id"},
		{"a phone number", `{"id":"0612345678"}`, "/id"},
		{"a name", `{"id":"Jean Dupont"}`, "/id"},
		f("a postal code that is none", `,"postal_code":"99999"`, "/postal_code"),
		f("a code of the wrong length", `,"postal_code":"6000"`, "/postal_code"),
		f("a commune that is none", `,"insee":"99999"`, "/insee"),
		f("half a point", `,"location":{"lat":1}`, "/location"),
		f("a latitude over 90", `,"location":{"lat":90.1,"lon":1}`, "/location/lat"),
		f("born in 1899", `,"birth_year":1899`, "/birth_year"),
		f("a child", `,"birth_year":2012`, "/birth_year"),
		f("a radius round the world", `,"radius_km":20001`, "/radius_km"),
		f("an unknown time", `,"availability":["night"]`, "/availability/0"),
		f("a name for a field", `,"name":"Jean"`, "/name"),
		f("a mail address for a skill", `,"skills":["a@b.org"]`, "/skills/0"),
	}
}

func recommendFaults() []fault {
	return []fault{
		{"neither", `{}`, ""},
		{"both", `{"volunteer":"v1","profile":{}}`, ""},
		{"limit 0", `{"volunteer":"v1","limit":0}`, "/limit"},
		{"limit 101", `{"volunteer":"v1","limit":101}`, "/limit"},
		{"limit in words", `{"volunteer":"v1","limit":"20"}`, "/limit"},
		{"an unknown filter", `{"volunteer":"v1","filters":{"colour":"red"}}`, "/filters/colour"},
		{"an unknown domain", `{"volunteer":"v1","filters":{"domain":"sporz"}}`, "/filters/domain/0"},
		{"half a point", `{"volunteer":"v1","filters":{"lat":1}}`, "/filters"},
		{"a latitude over 90", `{"profile":{"location":{"lat":91,"lon":0}}}`, "/profile/location/lat"},
		{"a profile with an id", `{"profile":{"id":"v1"}}`, "/profile/id"},
		{"an unknown language", `{"volunteer":"v1","lang":"de"}`, "/lang"},
		{"a list for a seed", `{"volunteer":"v1","seed":[1]}`, "/seed"},
		{"a date that cannot be", `{"volunteer":"v1","filters":{"from":"2026-13-01"}}`, "/filters/from"},
		{"a polygon of two corners", `{"volunteer":"v1","filters":{"polygon":[[1,1],[2,2]]}}`, "/filters/polygon"},
		{"an empty id to leave out", `{"volunteer":"v1","exclude":[""]}`, "/exclude/0"},
	}
}

// faultsOf gives the wrong bodies of a route; "" for a pointer is the whole.
func faultsOf(pattern string) []fault {
	switch pattern {
	case "PUT /v1/missions/{id}":
		return append(missionFaults(), fault{"another id", `{"id":"other","title":"x","remote":"full"}`, "/id"})
	case "POST /v1/missions/bulk":
		return append(missionFaults(), fault{"no id", `{"title":"x","remote":"full"}`, "/id"}, fault{"a deletion of nothing", `{"_delete":true}`, "/id"},
			fault{"a deletion that is none", `{"id":"m1","_delete":1}`, "/_delete"})
	case "PUT /v1/volunteers/{id}", "POST /v1/volunteers/bulk":
		return volunteerFaults()
	case "POST /v1/recommendations", "POST /v1/recommendations/bulk":
		return recommendFaults()
	case "PATCH /v1/missions/{id}":
		return []fault{{"a wrong type", `{"title":1}`, "/title"}, {"nothing left", `{"title":null}`, "/title"}, {"another id", `{"id":"x"}`, "/id"},
			{"seats below zero", `{"seats":-1}`, "/seats"}, {"an unknown field", `{"colour":1}`, "/colour"}, {"a date that cannot be", `{"ends_at":"2026-99-01"}`, "/ends_at"}}
	case "POST /v1/missions/{id}/elsewhere":
		return []fault{{"neither", `{}`, ""}, {"both", `{"taken":1,"add":1}`, ""}, {"below zero", `{"taken":-1}`, "/taken"},
			{"too many", `{"taken":1000001}`, "/taken"}, {"a control character", `{"add":1,"why":"\u0000"}`, "/why"}}
	case "POST /v1/missions/{id}/holds":
		return []fault{{"nobody", `{}`, "/volunteer"}, {"a mail address", `{"volunteer":"a@b.org"}`, "/volunteer"}, {"too short", `{"volunteer":"v","ttl_s":29}`, "/ttl_s"},
			{"too long", `{"volunteer":"v","ttl_s":3601}`, "/ttl_s"}, {"a slot twice", `{"volunteer":"v","slots":["a","a"]}`, "/slots/1"},
			{"a slot that is none", `{"volunteer":"v","slots":["none"]}`, "/slots/0"}, {"a control character", `{"volunteer":"v\u0001"}`, "/volunteer"}, {"a long ref", `{"volunteer":"v","ref":"` + strings.Repeat("x", 501) + `"}`, "/ref"},
			{"an origin of the reducer's", `{"volunteer":"v","origin":"offer"}`, "/origin"}}
	case "POST /v1/missions/{id}/waiting":
		return []fault{{"nobody", `{}`, "/volunteer"}, {"a mail address", `{"volunteer":"a@b.org"}`, "/volunteer"}, {"a slot that is none", `{"volunteer":"v","slot":"none"}`, "/slot"},
			{"a control character", `{"volunteer":"v","slot":"\u0001"}`, "/slot"}, {"a list of slots", `{"volunteer":"v","slot":["a"]}`, "/slot"}}
	case "POST /v1/missions/get":
		return []fault{{"none", `{"ids":[]}`, "/ids"}, {"an empty id", `{"ids":["a",""]}`, "/ids/1"}, {"an unknown field", `{"ids":["a"],"fields":["colour"]}`, "/fields/0"},
			{"too many", `{"ids":[` + strings.TrimSuffix(strings.Repeat(`"x",`, 1001), ",") + `]}`, "/ids"}}
	case "PUT /v1/webhooks/{id}":
		const types = `,"types":["seat.*"]`
		return []fault{{"nothing", `{}`, "/url"}, {"no types", `{"url":"https://example.org/","types":[]}`, "/types"}, {"an unknown type", `{"url":"https://example.org/","types":["seat.held","tick"]}`, "/types/1"},
			{"no https", `{"url":"http://example.org/"` + types + `}`, "/url"}, {"no address", `{"url":"example"` + types + `}`, "/url"}, {"a user", `{"url":"https://a:b@example.org/"` + types + `}`, "/url"},
			{"inward", `{"url":"https://127.0.0.1/"` + types + `}`, "/url"}, {"inward in other words", `{"url":"https://[::ffff:10.0.0.1]/"` + types + `}`, "/url"},
			{"a short secret", `{"url":"https://example.org/"` + types + `,"secret":"whsec_YQ=="}`, "/secret"}, {"another id", `{"id":"x","url":"https://example.org/"` + types + `}`, "/id"}}
	case "PUT /v1/organizations/{id}":
		return []fault{{"another id", `{"id":"x"}`, "/id"}, {"an unknown state", `{"state":"asleep"}`, "/state"}}
	case "PATCH /v1/organizations/{id}":
		return []fault{{"an unknown state", `{"state":"asleep"}`, "/state"}}
	case "POST /v1/feedback":
		return []fault{{"an unknown type", `{"type":"liked","volunteer":"v","missions":["m"]}`, "/type"}, {"no missions", `{"type":"shown","volunteer":"v"}`, "/missions"}, {"nobody", `{"type":"shown","missions":["m"]}`, "/volunteer"}}
	case "POST /v1/seats/bulk":
		return []fault{{"no mission", `{"volunteer":"v"}`, "/mission"}, {"nobody", `{"mission":"m1"}`, "/volunteer"}, {"an unknown state", `{"mission":"m1","volunteer":"v","state":"held"}`, "/state"},
			{"a date that cannot be", `{"mission":"m1","volunteer":"v","at":"2026-02-30"}`, "/at"}, {"a slot that is none", `{"mission":"m1","volunteer":"v","slots":["none"]}`, "/slots/0"}}
	case "POST /v1/signups":
		return []fault{{"nobody", `{}`, "/volunteer"}, {"a child", `{"volunteer":{"id":"v","birth_year":2015}}`, "/volunteer/birth_year"}, {"limit 0", `{"volunteer":{"id":"v"},"recommend":{"limit":0}}`, "/recommend/limit"},
			{"an unknown filter", `{"volunteer":{"id":"v"},"recommend":{"filters":{"x":1}}}`, "/recommend/filters/x"}, {"too short", `{"volunteer":{"id":"v"},"hold":{"first":true,"ttl_s":1}}`, "/hold/ttl_s"}}
	case "POST /v1/waves", "PATCH /v1/waves/{id}", "POST /v1/waves/{id}/answers", "POST /v1/waves/{id}/deliveries":
		return waveFaults()[pattern]
	case "POST /v1/missions/{id}/candidates":
		return candidatesFaults()
	case "POST /v1/volunteers/count":
		return countFaults()
	case "POST /v1/search":
		return searchFaults()
	case "PUT /v1/policy":
		return []fault{{"no name", `{"version":2}`, "/name"}, {"a negative weight", `{"name":"a","version":2,"weights":{"distance":-1}}`, "/weights/distance"}, {"a scale of zero", `{"name":"a","version":2,"distance":{"scale_min_km":0}}`, "/distance/scale_min_km"}}
	case "PUT /v1/taxonomy":
		return []fault{{"no domains", `{"name":"a","version":2}`, "/domains"}, {"a domain twice", `{"name":"a","version":2,"domains":[{"id":"x","label":"X"},{"id":"x","label":"Y"}]}`, "/domains/1/id"}}
	}
	if faults := holdFaults(pattern); faults != nil {
		return faults
	}
	if faults := reconcileFaults(pattern); faults != nil {
		return faults
	}
	return faultsOfCrises(pattern)
}

// holdFaults are those of the routes about one hold.
func holdFaults(pattern string) []fault {
	switch pattern {
	case "POST /v1/holds/{hold}/answer":
		return []fault{{"no answer", `{}`, "/answer"}, {"an unknown answer", `{"answer":"maybe"}`, "/answer"}, {"a date that cannot be", `{"answer":"accepted","at":"2026-02-30"}`, "/at"}}
	case "POST /v1/holds/{hold}/extend":
		return []fault{{"too long", `{"ttl_s":3601}`, "/ttl_s"}}
	case "POST /v1/holds/{hold}/confirm":
		return []fault{{"a control character", `{"ref":"\u0001"}`, "/ref"}}
	case "POST /v1/holds/{hold}/release":
		return []fault{{"a control character", `{"why":"\u0001"}`, "/why"}}
	}
	return nil
}

func TestBadInputAtEveryRoute(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", `,"seats":5`))
	l.must(201, "PUT", "/v1/volunteers/v1", `{"postal_code":"06000"}`)
	l.must(201, "PUT", "/v1/organizations/o9", `{"name":"x"}`)
	hold := l.must(201, "POST", "/v1/missions/m1/holds", `{"volunteer":"v1"}`).json(t)["hold"].(string)
	before := l.state("m1")
	for _, r := range api.Routes() {
		pattern := r.Method + " " + r.Pattern
		faults := faultsOf(pattern)
		if !r.Body && !r.Lines && faults == nil {
			continue
		}
		if faults == nil {
			t.Errorf("no wrong bodies for %s", pattern)
		}
		path := strings.NewReplacer("/missions/{id}", "/missions/m1", "/volunteers/{id}", "/volunteers/v9", "/organizations/{id}", "/organizations/o9", "/crises/{id}", "/crises/c9", "{hold}", hold).Replace(r.Pattern)
		if pattern == "PUT /v1/missions/{id}" {
			path = "/v1/missions/m9"
		}
		for _, f := range faults {
			if f.what == "a control character in the id" && !r.Lines {
				continue // it is another than the path's before it is looked at
			}
			l.mustPoint(r, path, f)
		}
		for what, body := range garbage() {
			l.mustPoint(r, path, fault{what, body, "*"})
		}
	}
	if after := l.state("m1"); after != before {
		t.Errorf("something was stored or lost: before %s, after %s", before, after)
	}
}

// state is what must not change: the store's seq and hash, and a mission.
func (l *live) state(id string) string {
	s := l.engine.Store()
	return fmt.Sprint(s.Seq(), s.Hash(), string(l.get("/v1/missions/" + id + "/seats").body[:80]))
}

// mustPoint sends a wrong body and expects a refusal that points to it.
func (l *live) mustPoint(r api.Route, path string, f fault) {
	l.t.Helper()
	body := f.body
	if r.Lines {
		body = strings.ReplaceAll(body, "\n", " ") + "\n"
	}
	if strings.HasPrefix(path, "/v1/volunteers/v9") {
		body = strings.Replace(body, `"id":"v9"`, `"id":"v9"`, 1)
	}
	a := l.do(r.Method, path+requiredQuery(r), body)
	var p struct {
		Code     string
		Rejected int
		Errors   []struct {
			Pointer *string
			Code    string
			Errors  []struct{ Pointer *string }
		}
	}
	text := a.body
	if r.Pattern == "/v1/recommendations/bulk" {
		text = []byte(`{"rejected":1,"errors":[` + strings.TrimSpace(string(a.body)) + `]}`)
	}
	if err := json.Unmarshal(text, &p); err != nil {
		l.t.Fatalf("%s %s, %s: %d %s: %v", r.Method, path, f.what, a.status, a.body, err)
	}
	var pointers []string
	if r.Lines && len(p.Errors) == 1 && p.Errors[0].Errors != nil {
		p.Code = p.Errors[0].Code
		for _, e := range p.Errors[0].Errors {
			pointers = append(pointers, *e.Pointer)
		}
	} else {
		for _, e := range p.Errors {
			if e.Pointer != nil {
				pointers = append(pointers, *e.Pointer)
			}
		}
	}
	if want := 400; !r.Lines && a.status != want || p.Code != "invalid" || len(pointers) == 0 {
		l.t.Errorf("%s %s, %s: got %d %.300s, want invalid with a pointer", r.Method, path, f.what, a.status, a.body)
		return
	}
	for _, got := range pointers {
		if f.pointer == "*" || got == f.pointer {
			return
		}
	}
	l.t.Errorf("%s %s, %s: points to %q, want %q: %.300s", r.Method, path, f.what, pointers, f.pointer, a.body)
}

func TestBadQueries(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m1", niceMission("m1", ""))
	f := func(path, pointer string) {
		t.Helper()
		a := l.refused("invalid", "GET", path, "")
		if !strings.Contains(string(a.body), fmt.Sprintf(`"pointer":%q`, pointer)) {
			t.Errorf("GET %s: want a pointer to %s in %s", path, pointer, a.body)
		}
	}
	r := "/v1/recommendations?"
	f(r+"lat=91&lon=0", "/lat")
	f(r+"lat=43.7", "")
	f(r+"lat=x&lon=1", "/lat")
	f(r+"lat=NaN&lon=1", "/lat")
	f(r+"lat=1e999&lon=1", "/lat")
	f(r+"lat=0x1p3&lon=1", "/lat")
	f(r+"lat=0&lon=0", "")
	f(r+"domain=sante,sporz", "/domain/1")
	f(r+"activity=sporz", "/activity/0")
	f(r+"radius_km=-1", "/radius_km")
	f(r+"limit=0", "/limit")
	f(r+"limit=101", "/limit")
	f(r+"limit=ten", "/limit")
	f(r+"explain=yes", "/explain")
	f(r+"near=Atlantis", "/near")
	f(r+"near=Nice&lat=1&lon=1", "/near")
	f(r+"bbox=1,2,3", "/bbox")
	f(r+"remote=perhaps", "/remote/0")
	f(r+"from=2026-02-30", "/from")
	f(r+"lang=de", "/lang")
	f(r+"lat=1&lat=2&lon=1", "/lat")
	f(r+"open=maybe", "/open")
	f(r+"max_hours_per_week=many", "/max_hours_per_week")
	f("/v1/missions?limit=1001", "/limit")
	f("/v1/missions?limit=0", "/limit")
	f("/v1/missions?state=asleep", "/state")
	f("/v1/missions?cursor=AAAA", "/cursor")
	f("/v1/volunteers?cursor=AAAA", "/cursor")
	f("/v1/seats?cursor=AAAA", "/cursor")
	f("/v1/seats?state=asleep", "/state")
	f("/v1/seats?changed_since=yesterday", "/changed_since")
	f("/v1/missions/m1/similar?limit=0", "/limit")
	f("/v1/missions/a%00b", "/id")
	f("/v1/missions/"+strings.Repeat("x", 129), "/id")
}
