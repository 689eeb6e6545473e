package api_test

// API Engagement's reading routes: what they answer, as goldens; that lists,
// circles, pages and counts are right, by doing it again by hand; and that keys,
// errors and the several forms of a list are as their callers know them.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"renfort/api"
	"renfort/geo"
)

// v0Missions are the missions of the goldens, a line each.
const v0Missions = `{"id":"v0p:1","publisher":"v0p","title":"Aide aux devoirs","description":"Avec des collégiens, le mercredi.","organization":{"id":"v0p:o9","name":"École ouverte","networks":["Réseau"]},"domains":["education","culture"],"activities":["soutien-scolaire","animation-loisirs"],"locations":[{"lat":43.7,"lon":7.26,"label":"1 rue X","city":"Nice","postal_code":"06000","department":"06"},{"lat":45.76,"lon":4.85,"city":"Lyon","department":"69"}],"starts_at":"2026-12-01","seats":5,"min_age":16,"tags":["t"],"skills":["patience"],"near_transit":true,"url":"https://example.org/1","published_at":"2026-11-20T08:00:00Z","attributes":{"snu":true,"type":"benevolat","schedule":"2 heures par semaine","organizationRNA":"W1"},"data":{"publisherName":"Partenaire","tasks":["a","b"]}}
{"id":"v0p:2","publisher":"v0p","title":"Lire à distance","remote":"full","domains":["culture"],"published_at":"2026-11-19T08:00:00Z","attributes":{"type":"volontariat"}}
{"id":"v0q:3","publisher":"v0q","title":"Ramassage","organization":{"id":"o3","name":"Mer propre"},"domains":["environnement"],"locations":[{"lat":43.71,"lon":7.4,"city":"Villefranche","department":"06"}],"seats":3,"starts_at":"2027-01-10","published_at":"2026-11-18T08:00:00Z"}
{"id":"v0q:4","publisher":"v0q","title":"Aux Pays-Bas","locations":[{"lat":52.37,"lon":4.89,"city":"Amsterdam","country":"NL"}],"seats":1,"published_at":"2026-11-17T08:00:00Z"}
{"id":"v0q:5","publisher":"v0q","title":"Brouillon","state":"draft","remote":"full"}
{"id":"v0q:6","publisher":"v0q","title":"En pause","state":"paused","remote":"full","seats":4}`

func openV0(t testing.TB, change func(*api.Config), key ...string) *live {
	l := openService(t, change)
	l.must(200, "POST", "/v1/missions/bulk", v0Missions, key...)
	return l
}

func TestV0Golden(t *testing.T) {
	l := openV0(t, nil)
	files := map[string]*strings.Builder{"v0": {}}
	covered := map[string]bool{}
	for _, s := range []step{
		{path: "/v0/mission", status: 200, what: "newest first"},
		{path: "/v0/mission?publisher=v0p&limit=1&skip=1", status: 200},
		{path: "/v0/mission/search?lat=43.7&lon=7.3&distance=30km&domain=education&domain=environnement&limit=1", status: 200, what: "nearest first, counts over the whole result"},
		{path: "/v0/mission/v0q:3", status: 200},
		{path: "/v0/mission/v0q:6", status: 200, what: "not open: no place is left"},
		{path: "/v0/mission/v0q:5", status: 404, what: "a draft is not public"},
		{path: "/v0/mission?distance=far&lat=1&lon=2", status: 400},
		{path: "/v0/mission?limit=10001", status: 400},
	} {
		s.method = "GET"
		a := l.must(s.status, s.method, s.path, "")
		transcribe(files["v0"], s, a)
		covered[v0PatternOf(s.path)] = true
	}
	for _, r := range api.V0Routes() {
		if !covered[r.Pattern] {
			t.Errorf("no golden for %s", r.Pattern)
		}
	}
	compareGoldens(t, files)
}

func v0PatternOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if strings.HasPrefix(path, "/v0/mission/") && path != "/v0/mission/search" {
		return "/v0/mission/{id}"
	}
	return path
}

// v0Answer is an answer of any of the routes.
type v0Answer struct {
	OK     bool
	Total  int
	Data   []v0Record
	Hits   []v0Record
	Facets map[string][]struct {
		Key      string
		DocCount int `json:"doc_count"`
	}
}

type v0Record struct {
	ID       string `json:"_id"`
	Places   *int
	Distance *float64 `json:"_distance"`
}

func (l *live) v0(path string, headers ...string) (a v0Answer) {
	l.t.Helper()
	got := l.must(200, "GET", path, "", headers...)
	if err := json.Unmarshal(got.body, &a); err != nil || !a.OK {
		l.t.Fatalf("GET %s: %v in %.300s", path, err, got.body)
	}
	return a
}

func idsOf(list []v0Record) (ids []string) {
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

// What each parameter chooses, by the missions above.
func TestV0Parameters(t *testing.T) {
	l := openV0(t, nil)
	for _, c := range []struct{ query, want string }{
		{"", "v0p:1 v0p:2 v0q:3 v0q:4"},
		{"publisher=v0q", "v0q:3 v0q:4"},
		{"publisher=v0q&publisher=v0p&limit=2", "v0p:1 v0p:2"},
		{"publisher=v0q,v0p&size=1", "v0p:1"},
		{`publisher=["v0q"]&from=1`, "v0q:4"},
		{"publisher[]=v0q", "v0q:3 v0q:4"},
		{"domain=culture-loisirs", "v0p:1 v0p:2"},
		{"domain=culture", "v0p:1 v0p:2"},
		{"domain=autre", ""},
		{"domain=autre,environnement", "v0q:3"},
		{"activity=animation", "v0p:1"},
		{"city=Nice,Villefranche", "v0p:1 v0q:3"},
		{"clientId=1,3", "v0p:1 v0q:3"},
		{"clientId=1&publisher=v0q", ""},
		{"country=NL", "v0q:4"},
		{"country=FR", "v0p:1 v0q:3"},
		{"departmentName=Rhône", "v0p:1"},
		{"departmentName=06", "v0p:1 v0q:3"},
		{"keywords=collegiens", "v0p:1"},
		{"text=collegiens", "v0p:1"},
		{"openToMinors=yes", "v0p:1"},
		{"openToMinors=no", "v0p:2 v0q:3 v0q:4"},
		{"organizationRNA=W1", "v0p:1"},
		{"remote=full", "v0p:2"},
		{"remote=some", ""},
		{"snu=true", "v0p:1"},
		{"snu=false", "v0p:1 v0p:2 v0q:3 v0q:4"},
		{"startAt=gt:2026-12-05", "v0q:3"},
		{"startAt=gt:2026-11-01&startAt=lt:2026-12-05T00:00:00Z", "v0p:1"},
		{"createdAt=gt:2026-11-21T19:59:59.000Z", "v0p:1 v0p:2 v0q:3 v0q:4"},
		{"createdAt=lt:2026-11-21", ""},
		{"type=benevolat", "v0p:1 v0q:3 v0q:4"},
		{"type=volontariat", "v0p:2"},
		{"lat=43.7&lon=7.3&distance=5km", "v0p:1"},
		{"lat=43.7&lon=7.3", "v0p:1 v0q:3"},
		{"lat=43.7&lon=7.3&distance=0", "v0p:1 v0q:3"},
		{"lat=43.7&lon=7.3&distance=3200m", ""},
		{"lat=43.7&lon=7.3&remote=full,no", "v0p:1 v0q:3 v0p:2"},
		{"colour=red", "v0p:1 v0p:2 v0q:3 v0q:4"},
		{"skip=4", ""},
		{"limit=0", ""},
	} {
		if got := strings.Join(idsOf(l.v0("/v0/mission?"+escaped(c.query)).Data), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.query, got, c.want)
		}
		if got := strings.Join(idsOf(l.v0("/v0/mission/search?"+escaped(c.query)).Hits), " "); got != c.want {
			t.Errorf("search %s: got %q, want %q", c.query, got, c.want)
		}
	}
	for _, q := range []string{"lat=1", "lat=x&lon=2", "lat=91&lon=2", "lat=1&lon=2&distance=-1", "limit=-1", "skip=1.5", "openToMinors=perhaps",
		"startAt=2026-11-22", "createdAt=gt:soon", "keywords=" + strings.Repeat("x", 3000)} {
		a := l.must(400, "GET", "/v0/mission?"+q, "")
		if v := a.json(t); v["ok"] != false || v["code"] != "INVALID_QUERY" || v["message"] == "" {
			t.Errorf("%s: %s", q, a.body)
		}
	}
}

// escaped escapes the values of a query that is written to be read.
func escaped(q string) string {
	return strings.NewReplacer("ô", "%C3%B4", `"`, "%22", "[", "%5B", "]", "%5D", " ", "+").Replace(q)
}

// A key may come as apikey or bare, and shows its publishers alone; refusals are
// in the shape that these callers read.
func TestV0Keys(t *testing.T) {
	l := openService(t, func(c *api.Config) {
		withKeys(t, map[string][]string{"all": {"write"}}, nil, 0)(c)
		withKeys(t, map[string][]string{"one": {"search"}}, []string{"v0p"}, 0)(c)
		withKeys(t, map[string][]string{"none": {"recommend"}}, nil, 0)(c)
	})
	l.must(200, "POST", "/v1/missions/bulk", v0Missions, "x-api-key", l.key("all"))
	one := l.key("one")
	for _, headers := range [][]string{{"apikey", one}, {"x-api-key", one}, {"Authorization", one}, {"Authorization", "Bearer " + one}} {
		if got := strings.Join(idsOf(l.v0("/v0/mission", headers...).Data), " "); got != "v0p:1 v0p:2" {
			t.Errorf("%s: got %s", headers[0], got)
		}
	}
	if got := strings.Join(idsOf(l.v0("/v0/mission/search?publisher=v0p,v0q", "apikey", one).Hits), " "); got != "v0p:1 v0p:2" {
		t.Errorf("of two publishers, one seen: %s", got)
	}
	for _, c := range []struct {
		status     int
		code, path string
		headers    []string
	}{
		{401, "UNAUTHORIZED", "/v0/mission", nil},
		{401, "UNAUTHORIZED", "/v0/mission", []string{"apikey", "x"}},
		{403, "FORBIDDEN", "/v0/mission", []string{"apikey", l.key("none")}},
		{403, "FORBIDDEN", "/v0/mission?publisher=v0q", []string{"apikey", one}},
		{404, "NOT_FOUND", "/v0/mission/v0q:3", []string{"apikey", one}},
		{404, "NOT_FOUND", "/v0/other", []string{"apikey", one}},
	} {
		a := l.must(c.status, "GET", c.path, "", c.headers...)
		if v := a.json(t); v["ok"] != false || v["code"] != c.code || v["message"] == "" || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: got %s, want %s", c.path, a.body, c.code)
		}
	}
	if a := l.do("GET", "/v1/search", "", "apikey", one); a.status != 401 {
		t.Errorf("the contract's own routes take apikey: %d", a.status)
	}
}

// A circle is a circle, nearest first; pages together are the list; counts are
// of the list: by brute force over missions all around a point.
func TestV0Circle(t *testing.T) {
	const seed, n = 7, 700
	r := rand.New(rand.NewPCG(seed, 0))
	l := openService(t, nil)
	at := geo.Point{Lat: 46.5, Lon: 2.5}
	var lines strings.Builder
	type near struct {
		id string
		km float64
	}
	var within []near
	domains := map[string]int{}
	words := []string{"sante", "sport", "education"}
	for i := range n {
		id, best := fmt.Sprintf("p:%d", i), math.Inf(1)
		var places []string
		for range 1 + r.IntN(3) {
			p := geo.Point{Lat: at.Lat + r.Float64()*2 - 1, Lon: at.Lon + r.Float64()*2 - 1}
			places = append(places, fmt.Sprintf(`{"lat":%v,"lon":%v}`, p.Lat, p.Lon))
			best = min(best, at.DistanceKm(p))
		}
		domain := words[r.IntN(len(words))]
		if best <= 60 {
			within = append(within, near{id, best})
			domains[domain]++
		}
		fmt.Fprintf(&lines, `{"id":%q,"title":"x","domains":[%q],"locations":[%s]}`+"\n", id, domain, strings.Join(places, ","))
	}
	l.must(200, "POST", "/v1/missions/bulk", lines.String())
	slices.SortFunc(within, func(a, b near) int { return cmp.Compare(a.km, b.km) })
	circle := "lat=46.5&lon=2.5&distance=60km"
	all := l.v0("/v0/mission/search?limit=10000&" + circle)
	if len(within) < 300 || all.Total != len(within) || len(all.Hits) != len(within) {
		t.Fatalf("seed %d: %d within by hand; total %d, %d hits", seed, len(within), all.Total, len(all.Hits))
	}
	for i, h := range all.Hits {
		if h.ID != within[i].id || h.Distance == nil || math.Abs(*h.Distance-within[i].km) > 0.0011 {
			t.Fatalf("seed %d, hit %d: %+v, want %+v", seed, i, h, within[i])
		}
	}
	for _, f := range all.Facets["domains"] {
		if domains[f.Key] != f.DocCount {
			t.Errorf("seed %d: %d of %s, want %d", seed, f.DocCount, f.Key, domains[f.Key])
		}
	}
	for _, step := range []int{7, 90, 260} {
		var paged []string
		for skip := 0; skip < len(within); skip += step {
			paged = append(paged, idsOf(l.v0(fmt.Sprintf("/v0/mission?%s&limit=%d&skip=%d", circle, step, skip)).Data)...)
		}
		if !slices.Equal(paged, idsOf(all.Hits)) {
			t.Errorf("seed %d: pages of %d together are not the list", seed, step)
		}
	}
	if res, err := l.client.Get("http://renfort/v0/mission?limit=10000"); err != nil || res.Body.Close() != nil {
		t.Errorf("hanging up half-way: %v", err) // and the service shuts down at the end
	}
	if a := l.must(200, "HEAD", "/v0/mission?limit=10000", ""); len(a.body) > 0 || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD of a long list: %v %.100s", a.header, a.body)
	}
	if jumped := l.v0("/v0/mission?" + circle + "&limit=3&skip=301"); !slices.Equal(idsOf(jumped.Data), idsOf(all.Hits[301:304])) || jumped.Total != len(within) {
		t.Errorf("seed %d: a page from the middle is not that of the list", seed)
	}
}

// The places of an answer move with every seat.
func TestV0PlacesAreLive(t *testing.T) {
	l := openV0(t, nil)
	places := func() int {
		for _, r := range l.v0("/v0/mission?publisher=v0q").Data {
			if r.ID == "v0q:3" && r.Places != nil {
				return *r.Places
			}
		}
		return -1
	}
	if got := places(); got != 3 {
		t.Fatalf("%d places, want 3", got)
	}
	for i := range 3 {
		l.must(201, "POST", "/v1/missions/v0q:3/holds", fmt.Sprintf(`{"volunteer":"v%d"}`, i))
		if got, want := places(), 2-i; got != want && !(i == 2 && got == -1) {
			t.Errorf("%d places after %d holds, want %d", got, i+1, want)
		}
	}
	if a := l.must(200, "GET", "/v0/mission/v0q:3", "").json(t)["data"].(map[string]any); a["places"] != 0.0 {
		t.Errorf("%v places of a full mission, want 0", a["places"])
	}
}

// What is asked for in a list may be given in any of four forms.
func TestV0ListForms(t *testing.T) {
	l := openV0(t, nil)
	want := idsOf(l.v0("/v0/mission?city=Nice&city=Villefranche").Data)
	for _, q := range []string{"city=Nice,Villefranche", "city[]=Nice&city[]=Villefranche", `city=["Nice","Villefranche"]`, "city=+Nice+,,Villefranche,"} {
		if got := idsOf(l.v0("/v0/mission?" + escaped(q)).Data); !slices.Equal(got, want) || len(got) != 2 {
			t.Errorf("%s: got %v, want %v", q, got, want)
		}
	}
	if q := url.QueryEscape(`["Nice"`); len(l.v0("/v0/mission?city="+q).Data) != 0 {
		t.Error("a broken list chose something")
	}
}

// Whatever stands in a query, the answer is a list or a refusal in this door's
// shape.
func TestV0OddQueries(t *testing.T) {
	const seed = 11
	r := rand.New(rand.NewPCG(seed, 0))
	l := openV0(t, nil)
	names := []string{"activity", "city[]", "clientId", "country", "createdAt", "departmentName", "distance", "domain", "keywords", "limit", "lat", "lon",
		"openToMinors", "organizationRNA", "publisher", "remote", "skip", "snu", "startAt", "type", "from", "size", "text", "x", ""}
	values := []string{"", "0", "-1", "1e999", "NaN", "gt:", "lt:2026-01-01", "[", `["a","b"]`, `[1]`, "null", ",,", "50km", "km", "é", "\x00", "full", "FR", "v0p", "sante", "\"x", "-x", "10000", strings.Repeat("a,", 600)}
	for i := range 300 {
		var q []string
		for range r.IntN(6) {
			q = append(q, url.QueryEscape(names[r.IntN(len(names))])+"="+url.QueryEscape(values[r.IntN(len(values))]))
		}
		path := []string{"/v0/mission", "/v0/mission/search"}[r.IntN(2)] + "?" + strings.Join(q, "&")
		a := l.do("GET", path, "")
		if ok := a.json(t)["ok"]; ok != (a.status == 200) || a.status != 200 && a.status != 400 {
			t.Fatalf("seed %d, query %d: %s: %d %.300s", seed, i, path, a.status, a.body)
		}
	}
}
