package api_test

// Every route once and more, as a session of a platform, against goldens that
// a person can read. Run with -update to write them anew.

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/api"
)

var update = flag.Bool("update", false, "write the goldens")

// step is one request of the session. ${name} in path or body is what an
// earlier step kept.
type step struct {
	golden             string // file that it goes into
	method, path, body string
	headers            []string
	keep               string // remember the answer's hold, or cursor, by this name
	status             int
	what               string
	then               func(*live) // between this step and the next
}

// session is what a platform does in a day.
func session() []step {
	return slices.Concat(
		sessionRecords(),
		sessionSearch(),
		sessionSeats(),
		sessionAlerts(),
		sessionReverse(),
		sessionCrises(),
		sessionEvents(),
		sessionWaves(),
		sessionReconcile(),
		sessionFeeds(),
	)
}

func sessionRecords() []step {
	profile := `{"location":{"lat":43.7,"lon":7.26},"domains":["solidarite-insertion"]}`
	return []step{
		{golden: "put_mission", method: "PUT", path: "/v1/missions/jva:1", status: 201, body: niceMission("jva:1", `,"revision":1,"seats":2,"starts_at":"2026-11-22","ends_at":"2026-12-01","url":"https://example.org/1","data":{"slug":"x"},"attributes":{"qpv":true}`)},
		{golden: "put_mission", method: "PUT", path: "/v1/missions/jva:1", status: 200, what: "an older revision", body: niceMission("jva:1", `,"revision":1,"seats":3`)},
		{golden: "put_mission", method: "PUT", path: "/v1/missions/jva:2", status: 201, what: "placed by its postal code, the path's id", body: `{"title":"Maraude","publisher":"jva","locations":[{"postal_code":"06000"}],"slots":[{"id":"s1","date":"2026-11-23","part":"evening","seats":1},{"id":"s2","starts_at":"2026-11-24T08:00:00+01:00","ends_at":"2026-11-24T12:00:00+01:00","seats":2}],"skills":["psc1",{"id":"permis_b","required":true}]}`},
		{golden: "put_mission", method: "PUT", path: "/v1/missions/jva:2", status: 412, what: "another version", body: `{"title":"Maraude","remote":"full"}`, headers: []string{"If-Match", `"999999"`}},
		{golden: "put_mission", method: "PUT", path: "/v1/missions/far:3", status: 201, what: "signups elsewhere", body: `{"title":"Tutorat","publisher":"far","remote":"full","booking":"elsewhere","url":"https://example.org/3","seats":null}`},
		{golden: "patch_mission", method: "PATCH", path: "/v1/missions/jva:1", status: 200, body: `{"title":"Distribution de colis alimentaires","data":null,"attributes":{"qpv":null,"zone":"est"}}`},
		{golden: "get_mission", method: "GET", path: "/v1/missions/jva:1", status: 200},
		{golden: "get_mission", method: "GET", path: "/v1/missions/none", status: 404},
		{golden: "get_missions", method: "POST", path: "/v1/missions/get", status: 200, body: `{"ids":["jva:2","none","far:3"],"fields":["title","occupancy"]}`},
		{golden: "bulk_missions", method: "POST", path: "/v1/missions/bulk", status: 200, body: strings.ReplaceAll(niceMission("jva:4", `,"seats":1`), "\n", " ") + "\n\n{\"id\":\"bad\",\"title\":\"\"}\n{\"id\":\"none\",\"_delete\":true}\nnot json\n" + `{"id":"jva:5","title":"À distance","remote":"full"}` + "\n" + `{"id":"jva:5","_delete":true}`},
		{golden: "elsewhere", method: "POST", path: "/v1/missions/jva:1/elsewhere", status: 200, body: `{"add":1,"why":"walk_in"}`},
		{golden: "elsewhere", method: "POST", path: "/v1/missions/jva:1/elsewhere", status: 200, body: `{"taken":0}`},
		{golden: "walk_missions", method: "GET", path: "/v1/missions?limit=2", status: 200, keep: "cursor"},
		{golden: "walk_missions", method: "GET", path: "/v1/missions?limit=2&cursor=${cursor}", status: 200},
		{golden: "walk_missions", method: "GET", path: "/v1/missions?publisher=far&state=open,paused", status: 200},
		{golden: "organizations", method: "PUT", path: "/v1/organizations/o2", status: 201, body: `{"name":"Croix-Bleue","networks":["n1"]}`},
		{golden: "organizations", method: "PATCH", path: "/v1/organizations/o2", status: 200, body: `{"networks":null,"state":"suspended"}`},
		{golden: "organizations", method: "GET", path: "/v1/organizations/o2", status: 200},
		{golden: "organizations", method: "GET", path: "/v1/organizations/o1", status: 200, what: "one that a mission carried"},
		{golden: "volunteers", method: "PUT", path: "/v1/volunteers/v1", status: 201, body: `{"publisher":"jva","revision":3,"postal_code":"06000","radius_km":20,"mobility":"bike","domains":["solidarite-insertion"],"birth_year":1999,"availability":["evening","weekend"],"consent":{"alerts":true,"crisis":true},"channel":"push"}`},
		{golden: "volunteers", method: "GET", path: "/v1/volunteers/v1", status: 200},
		{golden: "volunteers", method: "POST", path: "/v1/volunteers/bulk", status: 200, body: `{"id":"v2","location":{"lat":43.71,"lon":7.25}}` + "\n" + `{"id":"jean@example.org"}` + "\n" + `{"id":"v3","birth_year":2020}`},
		{golden: "volunteers", method: "GET", path: "/v1/volunteers?limit=10", status: 200},
		{golden: "recommend", method: "POST", path: "/v1/recommendations", status: 200, body: `{"volunteer":"v1"}`},
		{golden: "recommend", method: "POST", path: "/v1/recommendations", status: 200, body: `{"profile":` + profile + `,"limit":2,"explain":true,"filters":{"publisher":"jva"},"seed":7,"policy":"default/1"}`},
		{golden: "recommend", method: "GET", path: "/v1/recommendations?lat=43.70004&lon=7.26&domain=solidarite-insertion,7&radius_km=10&limit=1", status: 200},
		{golden: "recommend", method: "GET", path: "/v1/recommendations?near=Nice&department=06&open=true", status: 200},
		{golden: "recommend_bulk", method: "POST", path: "/v1/recommendations/bulk", status: 200, body: `{"volunteer":"v1","limit":1}` + "\n" + `{"volunteer":"nobody"}` + "\n" + `{"profile":` + profile + `,"limit":1}`},
		{golden: "similar", method: "GET", path: "/v1/missions/jva:1/similar?limit=2", status: 200},
		{golden: "feedback", method: "POST", path: "/v1/feedback", status: 200, body: `{"type":"shown","volunteer":"v1","recommendation_id":"r-1","missions":["jva:1"]}` + "\n" + `{"type":"liked","volunteer":"v1","missions":["jva:1"]}`},
	}
}

func sessionSeats() []step {
	return []step{
		{golden: "hold", method: "POST", path: "/v1/missions/jva:1/holds", status: 201, keep: "h1", body: `{"volunteer":"v1","ttl_s":480,"ref":"participation:1"}`},
		{golden: "hold", method: "POST", path: "/v1/missions/jva:1/holds", status: 200, what: "the same again", body: `{"volunteer":"v1"}`},
		{golden: "hold", method: "POST", path: "/v1/missions/jva:1/holds", status: 201, keep: "h2", body: `{"volunteer":"v2","confirm":true}`},
		{golden: "hold", method: "POST", path: "/v1/missions/jva:1/holds", status: 409, what: "full", body: `{"volunteer":"v9"}`},
		{golden: "hold", method: "POST", path: "/v1/missions/far:3/holds", status: 409, what: "elsewhere", body: `{"volunteer":"v9"}`},
		{golden: "hold", method: "POST", path: "/v1/missions/jva:2/holds", status: 201, keep: "h3", body: `{"volunteer":"v9","slots":["s1"]}`},
		{golden: "resolve", method: "POST", path: "/v1/holds/${h1}/extend", status: 200, body: `{"ttl_s":600}`},
		{golden: "resolve", method: "GET", path: "/v1/holds/${h1}", status: 200},
		{golden: "resolve", method: "POST", path: "/v1/holds/${h1}/confirm", status: 200},
		{golden: "resolve", method: "POST", path: "/v1/holds/${h1}/confirm", status: 200, what: "the same again"},
		{golden: "resolve", method: "POST", path: "/v1/holds/${h1}/answer", status: 200, body: `{"answer":"accepted","by":"o1","at":"2026-11-21T20:00:00Z"}`},
		{golden: "resolve", method: "POST", path: "/v1/holds/${h3}/release", status: 200, body: `{"why":"changed my mind"}`},
		{golden: "resolve", method: "POST", path: "/v1/holds/${h3}/confirm", status: 409, what: "released before"},
		{golden: "seats", method: "GET", path: "/v1/missions/jva:2/seats", status: 200},
		{golden: "seats", method: "GET", path: "/v1/seats?mission=jva:1", status: 200},
		{golden: "seats", method: "POST", path: "/v1/seats/bulk?import=true", status: 200, body: `{"mission":"jva:4","volunteer":"v7","answer":"accepted","ref":"p:7","at":"2026-11-01"}` + "\n" + `{"mission":"jva:4","volunteer":"v8"}` + "\n" + `{"mission":"none","volunteer":"v8"}`},
		{golden: "signup", method: "POST", path: "/v1/signups", status: 201, body: `{"volunteer":{"id":"v20","postal_code":"06000"},"recommend":{"limit":3},"hold":{"first":true}}`},
		{golden: "signup", method: "POST", path: "/v1/signups", status: 200, what: "known, without a hold", body: `{"volunteer":{"id":"v20","postal_code":"06000"}}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:1/waiting", status: 201, what: "full: one waits", body: `{"volunteer":"v1a"}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:1/waiting", status: 201, body: `{"volunteer":"v9"}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:1/waiting", status: 200, what: "the same again", body: `{"volunteer":"v9"}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:1/waiting", status: 200, what: "somebody with a seat there", body: `{"volunteer":"v2"}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:1/holds", status: 409, what: "how many are ahead", body: `{"volunteer":"v12"}`},
		{golden: "waiting", method: "GET", path: "/v1/missions/jva:1/waiting", status: 200},
		{golden: "waiting", method: "POST", path: "/v1/holds/${h2}/release", status: 200, what: "a seat is given back, and on offer at once"},
		{golden: "waiting", method: "GET", path: "/v1/seats?mission=jva:1&state=held", status: 200},
		{golden: "waiting", method: "GET", path: "/v1/missions/jva:1/seats", status: 200},
		{golden: "waiting", method: "GET", path: "/v1/volunteers/v9/export", status: 200},
		{golden: "waiting", method: "POST", path: "/v1/signups", status: 201, what: "the outlook of somebody who waits", body: `{"volunteer":{"id":"v9","postal_code":"06000"},"recommend":{"limit":1}}`},
		{golden: "waiting", method: "DELETE", path: "/v1/missions/jva:1/waiting/v1a", status: 204, what: "who is offered a seat gives it back"},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:1/waiting", status: 200, what: "it is the next one's", body: `{"volunteer":"v9"}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:2/waiting", status: 400, what: "a slot must be named", body: `{"volunteer":"v9"}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/jva:2/waiting", status: 201, what: "a seat is free", body: `{"volunteer":"v2","slot":"s2"}`},
		{golden: "waiting", method: "POST", path: "/v1/missions/far:3/waiting", status: 409, body: `{"volunteer":"v9"}`},
		{golden: "volunteers", method: "GET", path: "/v1/volunteers/v1/export", status: 200},
		{golden: "volunteers", method: "DELETE", path: "/v1/volunteers/v1", status: 204},
		{golden: "volunteers", method: "GET", path: "/v1/volunteers/v1", status: 404},
		{golden: "delete_mission", method: "DELETE", path: "/v1/missions/jva:1", status: 409, what: "live seats"},
		{golden: "delete_mission", method: "DELETE", path: "/v1/missions/jva:1?force=true", status: 204},
		{golden: "policy", method: "PUT", path: "/v1/policy", status: 200, body: `{"name":"near","version":2,"weights":{"distance":2}}`},
		{golden: "policy", method: "GET", path: "/v1/policy", status: 200},
		{golden: "policy", method: "GET", path: "/v1/taxonomy", status: 200},
		{golden: "policy", method: "PUT", path: "/v1/taxonomy", status: 200, body: `{"name":"small","version":2,"domains":[{"id":"sante","label":"Santé"},{"id":"solidarite-insertion","label":"Solidarité"}],"activities":[{"id":"distribution","label":"Distribution"}]}`},
		{golden: "running", method: "GET", path: "/v1/stats", status: 200},
		{golden: "running", method: "GET", path: "/healthz", status: 200},
		{golden: "running", method: "GET", path: "/readyz", status: 200},
		{golden: "running", method: "GET", path: "/", status: 200},
		{golden: "-", method: "GET", path: "/metrics", status: 200},
		{golden: "-", method: "GET", path: "/openapi.json", status: 200},
		{golden: "-", method: "POST", path: "/v1/backup", status: 200},
	}
}

func TestRoutesAgainstGoldens(t *testing.T) {
	l := openService(t, nil)
	kept, files := map[string]string{}, map[string]*strings.Builder{}
	covered := map[string]bool{}
	for _, s := range session() {
		path, body := substitute(s.path, kept), substitute(s.body, kept)
		a := l.do(s.method, path, body, s.headers...)
		if a.status != s.status {
			t.Fatalf("%s %s %s: got %d %s, want %d", s.method, path, body, a.status, a.body, s.status)
		}
		covered[patternOf(s.method, path)] = true
		if s.keep != "" {
			var v struct{ Hold, Cursor, Wave, Plan string }
			json.Unmarshal(a.body, &v) // an empty one shows in the next step
			kept[s.keep] = v.Hold + v.Cursor + v.Wave + v.Plan
		}
		if files[s.golden] == nil {
			files[s.golden] = &strings.Builder{}
		}
		transcribe(files[s.golden], s, a)
		if s.then != nil {
			s.then(l)
		}
	}
	for _, r := range api.Routes() {
		if !covered[r.Method+" "+r.Pattern] {
			t.Errorf("no step for %s %s", r.Method, r.Pattern)
		}
	}
	delete(files, "-") // bytes that change with every run
	compareGoldens(t, files)
}

func substitute(s string, kept map[string]string) string {
	for name, value := range kept {
		s = strings.ReplaceAll(s, "${"+name+"}", value)
	}
	return s
}

// patternOf names the route of a path: the one whose words fit best.
func patternOf(method, path string) string { return patternAmong(api.Routes(), method, path) }

func patternAmong(routes []api.Route, method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	best, words := "", -1
	for _, r := range routes {
		expr := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(strings.ReplaceAll(r.Pattern, "*", `\*`), "[^/]+")
		literal := len(regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(r.Pattern, ""))
		if r.Method == method && regexp.MustCompile("^"+expr+"$").MatchString(path) && literal > words {
			best, words = r.Method+" "+r.Pattern, literal
		}
	}
	return best
}

// volatile are the members that change with every run, and what is written in
// their place.
var volatile = []struct {
	expr *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`"took_us": \d+`), `"took_us": 0`},
	{regexp.MustCompile(`"h-[^"]+"`), `"h-…"`},
	{regexp.MustCompile(`"w-[^"]+"`), `"w-…"`},
	{regexp.MustCompile(`wave \"w-[^"]+\"`), `wave \"w-…\"`},
	{regexp.MustCompile(`"p-[^"]+"`), `"p-…"`},
	{regexp.MustCompile(`/h-[^/"]+`), `/h-…`},
	{regexp.MustCompile(`hold \\"h-[^"]+\\"`), `hold \"h-…\"`},
	{regexp.MustCompile(`(?s)"text": \{[^}]*\}`), `"text": {…}`},             // follows by itself
	{regexp.MustCompile(`"cursor": "A[A-Za-z0-9_-]{60,}"`), `"cursor": "…"`}, // hashes the order of hits
	{regexp.MustCompile(`"o-[0-9a-f]{16}"`), `"o-…"`},
	{regexp.MustCompile(`"r-[0-9a-zA-Z_-]{6,}"`), `"r-…"`},
}

func transcribe(b *strings.Builder, s step, a answer) {
	if s.what != "" {
		fmt.Fprintf(b, "# %s\n", s.what)
	}
	fmt.Fprintf(b, "> %s %s\n", s.method, s.path)
	if s.body != "" {
		fmt.Fprintf(b, "%s\n", s.body)
	}
	fmt.Fprintf(b, "< %d %s\n", a.status, a.header.Get("Content-Type"))
	for _, h := range []string{"ETag", "X-Renfort-Seq", "Cache-Control", "Retry-After"} {
		if v := a.header.Get(h); v != "" {
			fmt.Fprintf(b, "< %s: %s\n", h, v)
		}
	}
	text := string(a.body)
	var pretty bytes.Buffer
	if json.Indent(&pretty, a.body, "", "  ") == nil {
		text = pretty.String()
	} else {
		text = strings.ReplaceAll(text, `"took_us":`, `"took_us": `)
	}
	for _, v := range volatile {
		text = v.expr.ReplaceAllString(text, v.with)
	}
	fmt.Fprintf(b, "%s\n\n", text)
}

func compareGoldens(t *testing.T, files map[string]*strings.Builder) {
	t.Helper()
	for name, b := range files {
		path := filepath.Join("testdata", "golden", name+".txt")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), b.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
}
