package api_test

// The door that speaks Algolia's wire format, as its clients meet it before any
// record is looked at: keys in every place where clients put them, secured
// keys, pages of other origins, packed bodies, and refusals in its own shape.

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"renfort/api"
	"renfort/engine"
	"renfort/mission"
)

// front expects a refusal in Algolia's shape.
func (l *live) front(status int, message, method, path, body string, headers ...string) {
	l.t.Helper()
	a := l.do(method, path, body, headers...)
	var got struct {
		Message string
		Status  int
	}
	if err := jsonInto(a.body, &got); err != nil || a.status != status || got.Status != status || !strings.Contains(got.Message, message) {
		l.t.Errorf("%s %s %.200s: got %d %s, want %d %q", method, path, body, a.status, a.body, status, message)
	}
	if kind := a.header.Get("Content-Type"); kind != "application/json" {
		l.t.Errorf("%s %s: a refusal of type %q", method, path, kind)
	}
	if (status == 429 || status == 503) && a.header.Get("Retry-After") == "" {
		l.t.Errorf("%s %s: %d without Retry-After", method, path, status)
	}
}

// secureKey is what generateSecuredApiKey of the clients makes.
func secureKey(parent, params string) string {
	h := hmac.New(sha256.New, []byte(parent))
	h.Write([]byte(params))
	return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(h.Sum(nil)) + params))
}

func TestAlgoliaKeys(t *testing.T) {
	l := openService(t, withKeys(t, map[string][]string{"page": {"search"}, "back": {"write"}}, nil, 0))
	back, page := []string{"X-Algolia-API-Key", l.key("back"), "X-Algolia-Application-Id", "ANY"}, []string{"x-algolia-api-key", l.key("page")}
	l.published(l.must(200, "PUT", "/1/indexes/terms/a", `{"name":"x"}`, back...).json(t)["taskID"], back...)
	l.must(200, "POST", "/1/indexes/terms/query", `{}`, page...)
	l.must(200, "POST", "/1/indexes/terms/query", `{}`, back...)
	l.must(200, "POST", "/1/indexes/*/queries?x-algolia-agent=a&x-algolia-application-id=ANY&x-algolia-api-key="+l.key("page"), `{"requests":[{"indexName":"terms"}]}`, "Content-Type", "text/plain")
	l.must(200, "POST", "/1/indexes/terms/query", `{"apiKey":"`+l.key("page")+`"}`)
	l.must(200, "GET", "/1/indexes/terms/a", "", "Authorization", "Bearer "+l.key("page"))
	const invalid, notAllowed = "Invalid Application-ID or API key", "Method not allowed with this API key"
	l.front(403, invalid, "POST", "/1/indexes/terms/query", `{}`)
	l.front(403, invalid, "POST", "/1/indexes/terms/query", `{"apiKey":"nonsense"}`)
	l.front(403, invalid, "POST", "/1/indexes/terms/query", `{}`, "X-Algolia-API-Key", "nonsense")
	l.front(403, invalid, "PUT", "/1/indexes/terms/a", `{"apiKey":"`+l.key("back")+`"}`) // for searches only
	l.front(403, notAllowed, "PUT", "/1/indexes/terms/a", `{}`, page...)
	l.front(403, notAllowed, "GET", "/1/keys", "", page...)
	if a := l.must(200, "GET", "/1/keys/"+l.key("page"), "", page...).json(t); a["description"] != "page" || fmt.Sprint(a["acl"]) != "[search]" {
		t.Errorf("of its own key a caller is told %v", a)
	}
	l.front(404, "Key does not exist", "GET", "/1/keys/"+l.key("back"), "", page...)
}

func TestAlgoliaSecuredKeys(t *testing.T) {
	l := openService(t, withKeys(t, map[string][]string{"page": {"search"}, "both": {"search", "write"}}, nil, 0))
	both := []string{"X-Algolia-API-Key", l.key("both")}
	for _, id := range []string{"a", "b"} {
		l.must(200, "PUT", "/1/indexes/terms/"+id, `{"kind":"`+id+`"}`, both...)
	}
	task := l.must(200, "PUT", "/1/indexes/other/c", `{"kind":"c"}`, both...).json(t)["taskID"]
	l.published(task, both...)
	with := func(params string) []string { return []string{"X-Algolia-API-Key", secureKey(l.key("page"), params)} }
	ids := func(params, body string) string {
		t.Helper()
		var got struct{ Hits []struct{ ObjectID string } }
		if err := jsonInto(l.must(200, "POST", "/1/indexes/terms/query", body, with(params)...).body, &got); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(got.Hits)
	}
	for range 2 { // the second time it is remembered
		if got := ids("filters=kind%3Aa", `{}`); got != "[{a}]" {
			t.Errorf("a key for kind:a finds %s", got)
		}
	}
	if got := ids("filters=kind%3Aa", `{"filters":"kind:b"}`); got != "[]" {
		t.Errorf("a key for kind:a finds %s of kind:b", got)
	}
	if got := ids("validUntil=99999999999&restrictIndices=te*&userToken=7", `{"hitsPerPage":1}`); len(got) != len("[{a}]") {
		t.Errorf("found %s", got)
	}
	const query, notAllowed = "/1/indexes/terms/query", "Method not allowed with this API key"
	l.front(400, `"validUntil" parameter expired (less than current date)`, "POST", query, `{}`, with("validUntil=1000000000")...)
	l.front(403, "Index not allowed with this API key", "POST", query, `{}`, with("restrictIndices=other,dev_*")...)
	l.front(403, "Index not allowed with this API key", "POST", "/1/indexes/*/queries", `{"requests":[{"indexName":"other"},{"indexName":"terms"}]}`, with("restrictIndices=other")...)
	l.front(403, notAllowed, "POST", query, `{}`, with("restrictSources=192.0.2.0/24")...)
	l.front(403, notAllowed, "PUT", "/1/indexes/terms/a", `{}`, with("filters=a")...)
	l.front(403, notAllowed, "GET", "/1/indexes/terms/b", "", with("filters=kind%3Aa")...) // it would go round the filters
	l.must(200, "GET", "/1/indexes/terms/b", "", with("restrictIndices=terms")...)
	const invalid = "Invalid Application-ID or API key"
	l.front(403, invalid, "POST", query, `{}`, "X-Algolia-API-Key", secureKey(l.key("both"), "filters=a")) // a key that may write is no parent
	l.front(403, invalid, "POST", query, `{}`, "X-Algolia-API-Key", secureKey(secureKey(l.key("page"), "filters=a"), "filters=b"))
	l.front(403, invalid, "POST", query, `{}`, "X-Algolia-API-Key", secureKey("nobody's", "filters=a"))
}

// published waits until a task is.
func (l *live) published(task any, headers ...string) {
	l.t.Helper()
	path := fmt.Sprintf("/1/indexes/any/task/%.0f", task)
	for range 10_000 {
		if l.must(200, "GET", path, "", headers...).json(l.t)["status"] == "published" {
			return
		}
	}
	l.t.Fatalf("task %v is never published", task)
}

func TestAlgoliaPagesOfOtherOrigins(t *testing.T) {
	origin := []string{"Origin", "https://page.example.org", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-algolia-api-key"}
	l := openService(t, nil)
	a := l.must(204, "OPTIONS", "/1/indexes/*/queries", "", origin...)
	if h := a.header; h.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "X-Algolia-API-Key") || h.Get("Access-Control-Max-Age") != "86400" {
		t.Errorf("a preflight of a search: %v", h)
	}
	if h := l.do("POST", "/1/indexes/none/query", `{}`, origin...).header; h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Timing-Allow-Origin") != "*" {
		t.Errorf("a refused search: %v", h)
	}
	for _, path := range []string{"/1/indexes/terms/batch", "/v1/search"} {
		if h := l.must(204, "OPTIONS", path, "", origin...).header; h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a preflight of %s: %v", path, h)
		}
	}
	l = openService(t, func(c *api.Config) { c.CORSOrigins = []string{"https://page.example.org"} })
	if h := l.must(204, "OPTIONS", "/1/indexes/terms/batch", "", origin...).header; h.Get("Access-Control-Allow-Origin") != "https://page.example.org" {
		t.Errorf("a configured origin: %v", h)
	}
	origin[1] = "https://evil.example.org"
	if h := l.must(204, "OPTIONS", "/1/indexes/*/queries", "", origin...).header; h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin than those configured: %v", h)
	}
}

func packed(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAlgoliaBodies(t *testing.T) {
	l := openService(t, nil)
	const batch = "/1/indexes/terms/batch"
	a := l.must(200, "POST", batch, packed(t, `{"requests":[{"action":"addObject","body":{"objectID":"a"}}]}`), "Content-Encoding", "gzip").json(t)
	if fmt.Sprint(a["objectIDs"]) != "[a]" {
		t.Errorf("a packed batch: %v", a)
	}
	l.published(a["taskID"])
	for _, kind := range []string{"application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", ""} {
		l.must(200, "POST", "/1/indexes/terms/query", `{"params":"query=&hitsPerPage=1"}`, "Content-Type", kind)
	}
	l.front(400, "not gzip", "POST", batch, "{}", "Content-Encoding", "gzip")
	l.front(400, "not whole gzip", "POST", batch, packed(t, strings.Repeat("x", 1000))[:20], "Content-Encoding", "gzip")
	l.front(400, "Content-Encoding", "POST", batch, "{}", "Content-Encoding", "br")
	// One byte too many, of members that are packed once.
	bomb := strings.Repeat(packed(t, strings.Repeat(" ", 1<<20)), mission.BulkBytesMax>>20) + packed(t, " ")
	l.front(413, "unpacks to over", "POST", batch, bomb, "Content-Encoding", "gzip")
	l.front(413, "unpacks to over", "POST", "/1/indexes/terms/query", packed(t, strings.Repeat(" ", mission.BodyBytesMax+1)), "Content-Encoding", "gzip")
	l.front(413, "over", "POST", "/1/indexes/terms/query", strings.Repeat(" ", mission.BodyBytesMax+1))
	if got := string(l.get("/metrics").body); !strings.Contains(got, "renfort_algolia_body_bytes 0\n") {
		t.Error("bytes of bodies are held after their requests")
	}
	for _, body := range []string{"[1]", "{", "null", "x", `{"query":"a"} {}`, strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), "{\"a\":\"\xff\"}"} {
		l.front(400, "", "POST", "/1/indexes/terms/query", body)
	}
}

func TestAlgoliaRefusals(t *testing.T) {
	l := openService(t, nil)
	l.front(404, "Index none does not exist", "POST", "/1/indexes/none/query", `{}`)
	l.front(404, "Index none does not exist", "GET", "/1/indexes/none/settings", "")
	l.front(404, "Index none does not exist", "GET", "/1/indexes/none/a", "")
	l.must(200, "PUT", "/1/indexes/terms/a", `{"n":1}`)
	l.published(l.must(200, "PUT", "/1/indexes/terms/a", `{"n":2}`).json(t)["taskID"])
	l.front(404, "ObjectID does not exist", "GET", "/1/indexes/terms/b", "")
	l.front(404, "there is no such path", "POST", "/1/indexes/terms/a/b/c", "")
	l.front(404, "/v1/recommendations", "POST", "/1/indexes/*/recommendations", `{}`)
	l.front(405, "takes", "PATCH", "/1/indexes/terms/a", `{}`)
	l.front(400, "filters", "POST", "/1/indexes/terms/query", `{"filters":"a AND"}`)
	l.front(400, "rules are not kept", "PUT", "/1/indexes/terms/rules/r", `{"objectID":"r"}`)
	l.front(400, "renfort keys new", "POST", "/1/keys", `{"acl":["search"]}`)
	l.front(400, "not logged", "GET", "/1/logs", "")
	l.front(400, "taskID", "GET", "/1/indexes/terms/task/x", "")
	l.front(400, "position 1", "POST", "/1/indexes/terms/batch", `{"requests":[{"action":"deleteObject","body":{"objectID":"a"}},{"action":"fly","body":{}}]}`)
	l.front(400, "Too many queries", "POST", "/1/indexes/*/queries", `{"requests":[`+strings.TrimSuffix(strings.Repeat(`{"indexName":"terms"},`, 51), ",")+`]}`)
	l.service.Crowd(1 << 20)
	l.front(503, "under way", "POST", "/1/indexes/terms/query", `{}`)
	l.service.Crowd(-1 << 20)
	if got := l.must(200, "GET", "/1/indexes/terms/a", "").json(t)["n"]; got != 2.0 {
		t.Errorf("what was refused changed n to %v", got)
	}
	slow := openService(t, withKeys(t, map[string][]string{"slow": {"search"}}, nil, 0.001))
	key := []string{"X-Algolia-API-Key", slow.key("slow")}
	slow.front(404, "", "POST", "/1/indexes/terms/query", `{}`, key...)
	slow.front(429, "rate", "POST", "/1/indexes/terms/query", `{}`, key...)
}

// Keys for some publishers may use what is nobody's, and indexes of missions
// only of theirs.
func TestAlgoliaPublishers(t *testing.T) {
	l := openMissionIndex(t, func(c *api.Config) {
		withKeys(t, map[string][]string{"all": {"search", "write"}}, nil, 0)(c)
		withKeys(t, map[string][]string{"far": {"search", "write"}}, []string{"far"}, 0)(c)
	})
	all, far := []string{"X-Algolia-API-Key", l.key("all")}, []string{"X-Algolia-API-Key", l.key("far")}
	l.must(200, "PUT", "/1/indexes/missions/settings", `{"replicas":["by_date"]}`, all...)
	l.published(l.must(200, "PUT", "/1/indexes/terms/a", `{}`, far...).json(t)["taskID"], all...)
	const notAllowed = "Index not allowed with this API key"
	l.front(403, notAllowed, "PUT", "/1/indexes/missions/a", `{}`, far...)
	l.front(403, notAllowed, "POST", "/1/indexes/missions/query", `{}`, far...)
	l.front(403, notAllowed, "POST", "/1/indexes/by_date/query", `{}`, far...)
	l.front(403, notAllowed, "POST", "/1/indexes/terms/operation", `{"operation":"move","destination":"missions"}`, far...)
	l.front(403, notAllowed, "POST", "/1/indexes/*/batch", `{"requests":[{"action":"clear","indexName":"terms"},{"action":"clear","indexName":"missions"}]}`, far...)
	l.must(200, "GET", "/1/indexes/terms/a", "", far...)
	for who, want := range map[string]string{"all": "[by_date missions terms]", "far": "[terms]"} {
		var names []string
		for _, item := range l.must(200, "GET", "/1/indexes", "", "X-Algolia-API-Key", l.key(who)).json(t)["items"].([]any) {
			names = append(names, item.(map[string]any)["name"].(string))
		}
		if fmt.Sprint(names) != want {
			t.Errorf("%s sees the indexes %v, want %s", who, names, want)
		}
	}
}

// openMissionIndex serves a fresh engine whose index "missions" is one of
// missions.
func openMissionIndex(t *testing.T, change func(*api.Config)) *live {
	t.Helper()
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, Clock: start, MissionIndexes: []string{"missions"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	if err := e.TickAt(start()); err != nil {
		t.Fatal(err)
	}
	return serveEngine(t, e, change)
}

// A space is a plus in the paths of one client and %20 in those of others.
func TestAlgoliaNames(t *testing.T) {
	l := openService(t, nil)
	for path, id := range map[string]string{"App%5CModels%5CMission%3A%3A6581": `App\Models\Mission::6581`, "a+b": "a b", "a%20b": "a b", "a%2Bb": "a+b", "ApiEngagement%2Fx": "ApiEngagement/x"} {
		a := l.must(200, "PUT", "/1/indexes/my+index/"+path, `{"n":1}`).json(t)
		if a["objectID"] != id {
			t.Errorf("PUT %s stored %q, want %q", path, a["objectID"], id)
		}
	}
	l.front(400, "path", "PUT", "/1/indexes/terms/"+strings.Repeat("x", mission.ObjectIDBytesMax+1), `{}`)
	l.front(400, "indexName", "PUT", "/1/indexes/"+strings.Repeat("x", mission.ObjectIndexBytesMax+1)+"/a", `{}`)
	l.front(400, "indexName", "PUT", "/1/indexes/%2A/a", `{}`)
	l.front(400, "", "GET", "/1/indexes/terms?"+url.QueryEscape("page")+"=x", "")
}

// What pages ask for in vain is counted by its name, if Algolia knows it, and
// strangers' names make no labels.
func TestAlgoliaIgnoredParametersAreCounted(t *testing.T) {
	l := openService(t, nil)
	l.published(l.must(200, "PUT", "/1/indexes/terms/a", `{"n":1}`).json(t)["taskID"])
	l.must(200, "POST", "/1/indexes/terms/query?x-algolia-agent=test", `{"analytics":true,"ruleContexts":["a"],"colour":"red","params":"analytics=false&apiKey=secret&taste=sweet"}`)
	l.must(200, "POST", "/1/indexes/*/queries", `{"requests":[{"indexName":"terms","type":"default","analytics":false}],"strategy":"none"}`)
	metrics := string(l.get("/metrics").body)
	for _, want := range []string{
		`renfort_algolia_ignored_parameters_total{name="analytics"} 3`, `renfort_algolia_ignored_parameters_total{name="ruleContexts"} 1`,
		`renfort_algolia_ignored_parameters_total{name="other"} 2`, `renfort_algolia_searches_total{kind="searches"} 2`,
		`renfort_algolia_actions_total 1`, `renfort_algolia_indexes 1`, `renfort_algolia_records 1`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s in the metrics", want)
		}
	}
	if strings.Contains(metrics, "colour") || strings.Contains(metrics, "secret") {
		t.Error("a stranger's word is in the metrics")
	}
}

// A walk goes on as it began for a client that sends nothing but the cursor.
func TestAlgoliaBrowseByCursorAlone(t *testing.T) {
	l := openService(t, nil)
	var requests []string
	for i := range 10 {
		requests = append(requests, fmt.Sprintf(`{"action":"addObject","body":{"objectID":"%d","even":%t}}`, i, i%2 == 0))
	}
	l.published(l.must(200, "POST", "/1/indexes/terms/batch", `{"requests":[`+strings.Join(requests, ",")+`]}`).json(t)["taskID"])
	met := ""
	body := `{"filters":"even:true","hitsPerPage":2,"attributesToRetrieve":["objectID"]}`
	for range 10 {
		page := l.must(200, "POST", "/1/indexes/terms/browse", body).json(t)
		for _, hit := range page["hits"].([]any) {
			met += fmt.Sprint(hit.(map[string]any)["objectID"], " ")
			if _, more := hit.(map[string]any)["even"]; more {
				t.Errorf("got %v, want the id alone as was asked at first", hit)
			}
		}
		cursor, more := page["cursor"]
		if !more {
			break
		}
		body = fmt.Sprintf(`{"cursor":%q}`, cursor)
	}
	if met != "0 2 4 6 8 " {
		t.Errorf("got %q, want the even ones, each once", met)
	}
	l.front(400, "cursor", "POST", "/1/indexes/terms/browse", `{"cursor":"nonsense"}`)
}
