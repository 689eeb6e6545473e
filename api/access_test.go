package api_test

// Keys: scopes route by route, publishers, rates; and what nobody needs a key
// for.

import (
	"slices"
	"strings"
	"testing"

	"renfort/api"
)

// withKeys configures keys: scopes by name, and for all of them publishers
// and a rate.
func withKeys(t testing.TB, scopes map[string][]string, publishers []string, rate float64) func(*api.Config) {
	t.Helper()
	return func(c *api.Config) {
		var lines strings.Builder
		for name, s := range scopes {
			_, line, err := api.NewKeyFrom(seedOf(name), name, s, publishers, rate)
			if err != nil {
				t.Fatal(err)
			}
			lines.WriteString(line + "\n")
		}
		keys, err := api.ReadKeys(strings.NewReader(lines.String()))
		if err != nil {
			t.Fatal(err)
		}
		c.Keys = append(c.Keys, keys...)
	}
}

func (l *live) key(name string) string {
	key, _, err := api.NewKeyFrom(seedOf(name), name, []string{"admin"}, nil, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	return key
}

// seedOf makes the randomness of a test's key of its name.
func seedOf(name string) *strings.Reader { return strings.NewReader(strings.Repeat(name+"-", 30)) }

func TestScopesOfEveryRoute(t *testing.T) {
	all := []string{"search", "recommend", "write", "crisis", "admin"}
	scopes := map[string][]string{"both": {"write", "recommend"}}
	for _, s := range all {
		scopes[s] = []string{s}
	}
	l := openService(t, withKeys(t, scopes, nil, 0))
	for _, r := range api.Routes() {
		path := pathOf(r) + requiredQuery(r)
		if a := l.do(r.Method, path, ""); (a.code() == "unauthorized") == r.Open {
			t.Errorf("%s %s without a key: %d %s", r.Method, path, a.status, a.body)
		}
		if r.Open {
			continue
		}
		l.refused("unauthorized", r.Method, path, "", "Authorization", "Bearer nonsense")
		for name, have := range scopes {
			suffices := slices.ContainsFunc(r.Scopes, func(set string) bool {
				for _, s := range strings.Split(set, " and ") {
					if !slices.Contains(have, s) {
						return false
					}
				}
				return true
			})
			a := l.do(r.Method, path, "", "Authorization", "Bearer "+l.key(name))
			if (a.code() == "forbidden") == suffices {
				t.Errorf("%s %s with the scopes %v: %d %s", r.Method, path, have, a.status, a.code())
			}
		}
	}
}

func TestPublishers(t *testing.T) {
	l := openService(t, func(c *api.Config) {
		withKeys(t, map[string][]string{"all": {"search", "recommend", "write", "crisis", "admin"}}, nil, 0)(c)
		withKeys(t, map[string][]string{"far": {"search", "recommend", "write", "admin"}}, []string{"far"}, 0)(c)
	})
	all, far := []string{"x-api-key", l.key("all")}, []string{"x-api-key", l.key("far")}
	l.must(201, "PUT", "/v1/missions/jva:1", niceMission("jva:1", `,"seats":1`), all...)
	l.must(201, "PUT", "/v1/volunteers/v1", `{"publisher":"jva","postal_code":"06000"}`, all...)
	hold := l.must(201, "POST", "/v1/missions/jva:1/holds", `{"volunteer":"v1"}`, all...).json(t)["hold"].(string)

	l.refused("forbidden", "PUT", "/v1/missions/x", niceMission("x", ""), far...)
	l.refused("forbidden", "PUT", "/v1/missions/jva:1", `{"title":"mine now","remote":"full"}`, far...)
	l.refused("forbidden", "PUT", "/v1/volunteers/v1", `{}`, far...)
	for _, path := range []string{"/v1/missions/jva:1", "/v1/missions/jva:1/seats", "/v1/missions/jva:1/similar", "/v1/volunteers/v1", "/v1/volunteers/v1/export", "/v1/holds/" + hold} {
		l.refused("not_found", "GET", path, "", far...)
	}
	l.refused("not_found", "POST", "/v1/missions/jva:1/holds", `{"volunteer":"w"}`, far...)
	l.refused("not_found", "POST", "/v1/missions/jva:1/elsewhere", `{"taken":1}`, far...)
	l.refused("not_found", "DELETE", "/v1/missions/jva:1", "", far...)
	l.refused("not_found", "DELETE", "/v1/volunteers/v1", "", far...)
	l.refused("not_found", "PATCH", "/v1/missions/jva:1", `{"title":"x"}`, far...)
	l.refused("not_found", "POST", "/v1/holds/"+hold+"/release", "", far...)
	l.refused("not_found", "POST", "/v1/recommendations", `{"volunteer":"v1"}`, far...)
	l.refused("forbidden", "GET", "/v1/missions?publisher=jva", "", far...)
	l.refused("forbidden", "POST", "/v1/recommendations", `{"profile":{},"filters":{"publisher":"jva"}}`, far...)

	// What is left out is the one publisher's; and that is all there is.
	a := l.must(201, "PUT", "/v1/missions/far:1", `{"title":"mine","remote":"full"}`, far...)
	if a.json(t)["publisher"] != "far" {
		t.Errorf("stored as %s", a.body)
	}
	for path, list := range map[string]string{"/v1/missions": "missions", "/v1/volunteers": "volunteers", "/v1/seats": "seats", "/v1/recommendations": "recommendations"} {
		for _, it := range l.must(200, "GET", path, "", far...).json(t)[list].([]any) {
			if id := it.(map[string]any)["id"]; id != "far:1" {
				t.Errorf("GET %s shows %v", path, id)
			}
		}
	}
	got := l.must(200, "POST", "/v1/missions/get", `{"ids":["jva:1","far:1"]}`, far...).json(t)
	if len(got["missions"].([]any)) != 1 || len(got["missing"].([]any)) != 1 {
		t.Errorf("missions/get: %v", got)
	}
	lines := l.must(200, "POST", "/v1/missions/bulk", `{"id":"jva:1","_delete":true}`+"\n"+`{"id":"jva:1","title":"x","remote":"full"}`, far...).json(t)
	if lines["rejected"] != 2.0 {
		t.Errorf("bulk: %v", lines)
	}
	for _, r := range api.Routes() {
		if r.All {
			l.refused("forbidden", r.Method, pathOf(r), "", far...)
		}
	}
}

func TestUrgencyNeedsCrisis(t *testing.T) {
	l := openService(t, withKeys(t, map[string][]string{"writer": {"write"}, "crisis": {"write", "crisis"}}, nil, 0))
	writer, crisis := []string{"x-api-key", l.key("writer")}, []string{"x-api-key", l.key("crisis")}
	a := l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"urgency":"vital"`), writer...).json(t)
	if a["urgency"] != "normal" || a["requested_urgency"] != "vital" {
		t.Errorf("asked for without the right: %v, %v", a["urgency"], a["requested_urgency"])
	}
	a = l.must(200, "PATCH", "/v1/missions/m", `{"urgency":"urgent"}`, crisis...).json(t)
	if a["urgency"] != "urgent" || a["requested_urgency"] != nil {
		t.Errorf("asked for with the right: %v, %v", a["urgency"], a["requested_urgency"])
	}
	a = l.must(200, "PATCH", "/v1/missions/m", `{"title":"y"}`, writer...).json(t)
	if a["urgency"] != "urgent" {
		t.Errorf("a patch of the title changed the urgency to %v", a["urgency"])
	}
}

func TestRates(t *testing.T) {
	l := openService(t, withKeys(t, map[string][]string{"slow": {"search"}}, nil, 0.001))
	a := l.must(200, "GET", "/v1/missions", "", "x-api-key", l.key("slow"))
	if a.header.Get("RateLimit") != `"key";r=0;t=1` || a.header.Get("RateLimit-Policy") != `"key";q=1;w=1` {
		t.Errorf("RateLimit %q, policy %q", a.header.Get("RateLimit"), a.header.Get("RateLimit-Policy"))
	}
	a = l.refused("rate_limited", "GET", "/v1/missions", "", "x-api-key", l.key("slow"))
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	l.must(200, "GET", "/healthz", "")
}
