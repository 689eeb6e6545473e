package peer

// Engines elsewhere are spoken to as their documentation says: fakes of their
// APIs refuse what those would, hold what they are given, and answer one
// question by the brute force. None of this was run against the real ones.

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// fake is one of those engines: routes by method and path, and what was asked.
type fake struct {
	t       *testing.T
	index   string
	stored  map[string]map[string]any // documents by id
	asked   []map[string]any          // searches
	dropped bool
	answer  func(question map[string]any) any
}

// records reads lines of JSON.
func records(t *testing.T, body io.Reader) (all []map[string]any) {
	for from := json.NewDecoder(body); from.More(); {
		var r map[string]any
		if err := from.Decode(&r); err != nil {
			t.Errorf("not lines of JSON: %v", err)
			return all
		}
		all = append(all, r)
	}
	return all
}

// reply writes JSON.
func reply(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

// typesense routes as typesense.org/docs says: the key in its header, a schema
// with a name, an import of lines answered line by line, searches in one request.
func (f *fake) typesense(mux *http.ServeMux) {
	mux.HandleFunc("GET /debug", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{"version": "27.1"}) })
	mux.HandleFunc("POST /collections", func(w http.ResponseWriter, r *http.Request) {
		var schema struct {
			Name   string
			Fields []struct{ Name, Type string }
		}
		if err := json.NewDecoder(r.Body).Decode(&schema); err != nil || schema.Name == "" || len(schema.Fields) == 0 {
			reply(w, 400, map[string]any{"message": "no schema"})
			return
		}
		f.index = schema.Name
		reply(w, 201, schema)
	})
	mux.HandleFunc("POST /collections/{index}/documents/import", func(w http.ResponseWriter, r *http.Request) {
		for _, d := range records(f.t, r.Body) {
			id, _ := d["id"].(string)
			at, placed := d["at"].([]any)
			f.stored[id] = d
			fmt.Fprintf(w, `{"success":%v}`+"\n", id != "" && (!placed || len(at) == 2))
		}
	})
	mux.HandleFunc("POST /multi_search", func(w http.ResponseWriter, r *http.Request) { f.search(w, r, "searches", "collection") })
	mux.HandleFunc("DELETE /collections/{index}", func(w http.ResponseWriter, _ *http.Request) { f.dropped = true; reply(w, 200, nil) })
}

// meilisearch routes as meilisearch.com/docs says: every write is a task.
func (f *fake) meilisearch(mux *http.ServeMux) {
	task := func(w http.ResponseWriter) { reply(w, 202, map[string]any{"taskUid": 3, "status": "enqueued"}) }
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{"pkgVersion": "1.12.0"}) })
	mux.HandleFunc("GET /tasks/3", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, map[string]any{"uid": 3, "status": "succeeded"})
	})
	mux.HandleFunc("POST /indexes", func(w http.ResponseWriter, r *http.Request) {
		var index struct{ UID, PrimaryKey string }
		if err := json.NewDecoder(r.Body).Decode(&index); err != nil || index.PrimaryKey != "n" {
			f.t.Errorf("index: got %+v, %v", index, err)
		}
		f.index = index.UID
		task(w)
	})
	mux.HandleFunc("PATCH /indexes/{index}/settings", func(w http.ResponseWriter, r *http.Request) {
		var settings struct{ FilterableAttributes, SortableAttributes []string }
		if err := json.NewDecoder(r.Body).Decode(&settings); err != nil || !slices.Contains(settings.FilterableAttributes, "_geo") || !slices.Contains(settings.SortableAttributes, "published") {
			f.t.Errorf("settings: got %+v, %v", settings, err)
		}
		task(w)
	})
	mux.HandleFunc("POST /indexes/{index}/documents", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/x-ndjson" {
			reply(w, 415, map[string]any{"code": "invalid_content_type"})
			return
		}
		for _, d := range records(f.t, r.Body) {
			if at, ok := d["_geo"].(map[string]any); ok && (at["lat"] == nil || at["lng"] == nil) {
				f.t.Errorf("a place without lat and lng: %v", d)
			}
			f.stored[fmt.Sprint(d["n"])] = d
		}
		task(w)
	})
	mux.HandleFunc("POST /multi-search", func(w http.ResponseWriter, r *http.Request) { f.search(w, r, "queries", "indexUid") })
	mux.HandleFunc("DELETE /indexes/{index}", func(w http.ResponseWriter, _ *http.Request) { f.dropped = true; task(w) })
}

// elasticsearch routes as elastic.co/guide says: pairs of lines in bulk.
func (f *fake) elasticsearch(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, map[string]any{"version": map[string]any{"number": "8.15.0"}})
	})
	mux.HandleFunc("PUT /{index}", func(w http.ResponseWriter, r *http.Request) {
		var made struct {
			Mappings struct{ Properties map[string]any }
		}
		if err := json.NewDecoder(r.Body).Decode(&made); err != nil || made.Mappings.Properties["at"] == nil {
			f.t.Errorf("index: got %+v, %v", made, err)
		}
		f.index = r.PathValue("index")
		reply(w, 200, map[string]any{"acknowledged": true})
	})
	mux.HandleFunc("POST /{index}/_bulk", func(w http.ResponseWriter, r *http.Request) {
		lines := records(f.t, r.Body)
		for i := 0; i+1 < len(lines); i += 2 {
			action, ok := lines[i]["index"].(map[string]any)
			if !ok || action["_id"] == nil {
				f.t.Errorf("no action: %v", lines[i])
				break
			}
			f.stored[action["_id"].(string)] = lines[i+1]
		}
		reply(w, 200, map[string]any{"errors": false, "items": []any{}})
	})
	for _, path := range []string{"_forcemerge", "_refresh"} {
		mux.HandleFunc("POST /{index}/"+path, func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{}) })
	}
	mux.HandleFunc("POST /{index}/_search", func(w http.ResponseWriter, r *http.Request) {
		var q map[string]any
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q["track_total_hits"] != true {
			reply(w, 400, map[string]any{"error": "no query, or no exact total"})
			return
		}
		f.asked = append(f.asked, q)
		reply(w, 200, f.answer(q))
	})
	mux.HandleFunc("DELETE /{index}", func(w http.ResponseWriter, _ *http.Request) { f.dropped = true; reply(w, 200, nil) })
}

// search answers several searches in one request.
func (f *fake) search(w http.ResponseWriter, r *http.Request, list, index string) {
	var body map[string][]map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		reply(w, 400, map[string]any{"message": err.Error()})
		return
	}
	results := []any{}
	for _, q := range body[list] {
		if q[index] != f.index {
			f.t.Errorf("asked the index %v, want %s", q[index], f.index)
		}
		f.asked = append(f.asked, q)
		results = append(results, f.answer(q))
	}
	reply(w, 200, map[string]any{"results": results})
}

// remoteQuestion is one question with everything in it.
func remoteQuestion() query {
	return query{Kind: "all", Words: "aide", Lat: 48.85, Lon: 2.35, Meters: 10_000, Domains: []string{"sport"}, Departments: []string{"75", "2A"},
		Remotes: []string{"no"}, Facets: facets(), Sort: sortScore, Limit: 20}
}

// mustSpeak loads a small corpus into a fake, asks one question, and gives the
// fake and what came back.
func mustSpeak(t *testing.T, name string, routes func(*fake, *http.ServeMux), header, key string, answered func(map[string]any) any) (*fake, answer) {
	t.Helper()
	f := &fake{t: t, stored: map[string]map[string]any{}, answer: answered}
	mux := http.NewServeMux()
	routes(f, mux)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(header) != key {
			t.Errorf("%s %s: header %s is %q, want %q", r.Method, r.URL, header, r.Header.Get(header), key)
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	k, _ := mustCorpus(t, 50)
	p, err := newRemote(t.Context(), name+"=http://:secret@"+strings.TrimPrefix(server.URL, "http://"), k, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	q := remoteQuestion()
	a, err := p.ask(&q)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.close(); err != nil || !f.dropped {
		t.Errorf("closed with %v; the index is dropped: %v", err, f.dropped)
	}
	if len(f.stored) != 50 || f.stored["7"]["title"] != k.rows[7].title {
		t.Errorf("got %d documents, the 7th %v, want 50 and %q", len(f.stored), f.stored["7"], k.rows[7].title)
	}
	return f, a
}

// mustHave checks that a question as it was sent says each of the texts.
func mustHave(t *testing.T, asked any, texts ...string) {
	t.Helper()
	sent, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if !strings.Contains(string(sent), text) {
			t.Errorf("asked %s, want it to say %s", sent, text)
		}
	}
}

// mustBeAnswer checks what every fake answers.
func mustBeAnswer(t *testing.T, a answer) {
	t.Helper()
	if a.Total != 2 || !slices.Equal(a.Missions, []int{7, 3}) || a.Facets["domain"]["sport"] != 2 || a.Facets["department"]["75"] != 1 {
		t.Errorf("got %+v, want 2 missions, 7 and 3, and their facets", a)
	}
}

func TestTypesense(t *testing.T) {
	f, a := mustSpeak(t, Typesense, (*fake).typesense, "X-Typesense-Api-Key", "secret", func(q map[string]any) any {
		hit := func(n int) any { return map[string]any{"document": map[string]any{"n": n}} }
		facet := func(name, value string, n int) any {
			return map[string]any{"field_name": name, "counts": []any{map[string]any{"value": value, "count": n}}}
		}
		counts := facet("domain", "sport", 2)
		if q["facet_by"] == "department" {
			counts = facet("department", "75", 1)
		}
		found := map[string]any{"found": 2, "hits": []any{hit(7), hit(3)}, "facet_counts": []any{}}
		if q["facet_by"] != nil {
			found["facet_counts"] = []any{counts}
		}
		return found
	})
	mustBeAnswer(t, a)
	if len(f.asked) != 3 {
		t.Fatalf("%d searches, want one and one more for each facet that has a filter", len(f.asked))
	}
	mustHave(t, f.asked[0]["filter_by"], "(at:(48.85, 2.35, 10 km) || remote:=full)", "domain:=[`sport`]", "department:=[`75`,`2A`]", "remote:=[`no`]")
	mustHave(t, f.asked[0], `"prefix":false`, `"drop_tokens_threshold":0`, `"num_typos":0`, `"q":"aide"`)
	if by := f.asked[1]["filter_by"].(string); strings.Contains(by, "domain:=") || !strings.Contains(by, "department:=") {
		t.Errorf("the facet of domains is counted with %s", by)
	}
}

func TestMeilisearch(t *testing.T) {
	f, a := mustSpeak(t, Meilisearch, (*fake).meilisearch, "Authorization", "Bearer secret", func(q map[string]any) any {
		found := map[string]any{"hits": []any{map[string]any{"n": 7}, map[string]any{"n": 3}}, "totalHits": 2}
		if facets, ok := q["facets"].([]any); ok {
			found["facetDistribution"] = map[string]any{facets[0].(string): map[string]any{"sport": 2, "75": 1}}
		}
		return found
	})
	mustBeAnswer(t, a)
	if len(f.asked) != 3 {
		t.Fatalf("%d searches, want one and one more for each facet that has a filter", len(f.asked))
	}
	mustHave(t, f.asked[0], `["_geoRadius(48.85, 2.35, 10000)","remote = full"]`, `domain IN [\"sport\"]`, `department IN [\"75\", \"2A\"]`,
		`"matchingStrategy":"all"`, `"hitsPerPage":20`, `"page":1`)
	if sent := fmt.Sprint(f.asked[2]["filter"]); strings.Contains(sent, "department IN") || !strings.Contains(sent, "domain IN") {
		t.Errorf("the facet of departments is counted with %s", sent)
	}
}

func TestElasticsearch(t *testing.T) {
	f, a := mustSpeak(t, Elasticsearch, (*fake).elasticsearch, "Authorization", "ApiKey secret", func(map[string]any) any {
		bucket := func(key string, n int) any {
			return map[string]any{"values": map[string]any{"buckets": []any{map[string]any{"key": key, "doc_count": n}}}}
		}
		return map[string]any{"hits": map[string]any{"total": map[string]any{"value": 2}, "hits": []any{map[string]any{"_id": "7"}, map[string]any{"_id": "3"}}},
			"aggregations": map[string]any{"domain": bucket("sport", 2), "department": bucket("75", 1)}}
	})
	mustBeAnswer(t, a)
	if len(f.asked) != 1 {
		t.Fatalf("%d searches, want one", len(f.asked))
	}
	q := f.asked[0]
	mustHave(t, q["query"], `"geo_distance":{"at":{"lat":48.85,"lon":2.35},"distance":"10000m"}`, `"operator":"and"`, `"term":{"remote":"full"}`)
	mustHave(t, q["post_filter"], `{"terms":{"domain":["sport"]}}`, `{"terms":{"department":["75","2A"]}}`)
	aggregations := q["aggs"].(map[string]any)
	mustHave(t, aggregations["domain"], `"filter":[{"terms":{"department":["75","2A"]}}]`, `"field":"domain"`)
	mustHave(t, aggregations["department"], `"filter":[{"terms":{"domain":["sport"]}}]`)
}

// Distances and days order what has no words, in every language.
func TestRemoteOrders(t *testing.T) {
	near, newest := remoteQuestion(), remoteQuestion()
	near.Words, near.Sort, newest.Words, newest.Sort = "", sortDistance, "", sortNewest
	l := &link{index: "i"}
	mustHave(t, typesenseSearch(l, &near, "", 20, nil), `"sort_by":"at(48.85, 2.35):asc"`, `"q":"*"`)
	mustHave(t, typesenseSearch(l, &newest, "", 20, nil), `"sort_by":"published:desc"`)
	mustHave(t, meiliSearch(l, &near, "", 20, nil), `"sort":["_geoPoint(48.85, 2.35):asc"]`)
	mustHave(t, meiliSearch(l, &newest, "", 20, nil), `"sort":["published:desc"]`)
	mustHave(t, elasticSearch(&near), `"_geo_distance":{"at":{"lat":48.85,"lon":2.35},"order":"asc","unit":"m"}`)
	mustHave(t, elasticSearch(&newest), `"sort":[{"published":"desc"}]`)
}

// What is no address of these engines is refused, and no key is told.
func TestParseURL(t *testing.T) {
	for _, flag := range []string{"", "typesense", "solr=http://localhost", "typesense=ftp://localhost", "meilisearch=http://", "typesense=http://:k%zz@h"} {
		if _, _, err := parseURL(flag); err == nil || strings.Contains(err.Error(), "k%zz") {
			t.Errorf("%q: got error %v, want one without a key", flag, err)
		}
	}
	d, u, err := parseURL("elasticsearch=https://me:secret@lab.example:9200/")
	if err != nil {
		t.Fatal(err)
	}
	if l := newLink(d, u, 1); strings.Contains(l.base.String(), "secret") || l.user != "me" || l.key != "secret" || l.base.String() != "https://lab.example:9200" {
		t.Errorf("got %+v, want the key apart", l)
	}
}

// An engine that fails says what it said.
func TestRemoteFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, 403, "no such key") }))
	defer server.Close()
	k, _ := mustCorpus(t, 50)
	for _, d := range dialects() {
		if _, err := newRemote(t.Context(), d.name()+"="+server.URL, k, nil, 1); err == nil || !strings.Contains(err.Error(), "no such key") || !strings.Contains(err.Error(), d.name()) {
			t.Errorf("%s: got error %v, want what the engine said", d.name(), err)
		}
	}
}
