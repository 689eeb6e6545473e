package api_test

// What the contract promises beside shapes: conditions, repeats, walks,
// encodings, origins, and an orderly end.

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"renfort/api"
	"renfort/mission"
)

func TestETags(t *testing.T) {
	l := openService(t, nil)
	made := l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":2`), "If-None-Match", "*")
	tag := made.header.Get("ETag")
	l.refused("precondition_failed", "PUT", "/v1/missions/m", niceMission("m", ""), "If-None-Match", "*")
	if a := l.must(200, "GET", "/v1/missions/m", ""); a.header.Get("ETag") != tag {
		t.Errorf("PUT gave %s, GET gives %s", tag, a.header.Get("ETag"))
	}
	if a := l.must(304, "GET", "/v1/missions/m", "", "If-None-Match", `"x", W/`+tag); len(a.body) != 0 {
		t.Errorf("304 with %s", a.body)
	}
	l.must(201, "POST", "/v1/missions/m/holds", `{"volunteer":"v"}`)
	moved := l.must(200, "GET", "/v1/missions/m", "", "If-None-Match", tag).header.Get("ETag")
	if moved == tag {
		t.Error("a hold did not move the ETag")
	}
	// A hold does not stand in the way of a write of the record.
	a := l.must(200, "PUT", "/v1/missions/m", niceMission("m", `,"seats":3`), "If-Match", tag)
	l.refused("precondition_failed", "PUT", "/v1/missions/m", niceMission("m", `,"seats":4`), "If-Match", tag)
	l.refused("precondition_failed", "PATCH", "/v1/missions/m", `{"title":"y"}`, "If-Match", tag)
	l.must(200, "PATCH", "/v1/missions/m", `{"title":"y"}`, "If-Match", a.header.Get("ETag"))
	l.must(200, "PUT", "/v1/missions/m", niceMission("m", `,"seats":4`), "If-Match", "*")
	l.refused("precondition_failed", "PUT", "/v1/missions/new", niceMission("new", ""), "If-Match", "*")
	l.refused("precondition_failed", "PUT", "/v1/missions/m", niceMission("m", ""), "If-Match", `garbage`)
	l.refused("precondition_failed", "DELETE", "/v1/missions/m", "", "If-Match", tag)
	v := l.must(201, "PUT", "/v1/volunteers/v", `{}`)
	l.must(304, "GET", "/v1/volunteers/v", "", "If-None-Match", v.header.Get("ETag"))
	l.must(201, "PUT", "/v1/organizations/o", `{"name":"x"}`)
	o := l.must(200, "GET", "/v1/organizations/o", "")
	l.must(304, "GET", "/v1/organizations/o", "", "If-None-Match", o.header.Get("ETag"))
	l.must(200, "PUT", "/v1/organizations/o", `{"name":"y"}`, "If-Match", o.header.Get("ETag"))
}

func TestIdempotencyKeys(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":1`))
	f := func(want int, method, path, body string) string {
		t.Helper()
		return string(l.must(want, method, path, body, "Idempotency-Key", "k").body)
	}
	first := f(201, "POST", "/v1/missions/m/holds", `{"volunteer":"v"}`)
	var h struct{ Hold string }
	if err := json.Unmarshal([]byte(first), &h); err != nil {
		t.Fatal(err)
	}
	l.must(200, "POST", "/v1/holds/"+h.Hold+"/release", "")
	if again := f(201, "POST", "/v1/missions/m/holds", `{"volunteer":"v"}`); again != first {
		t.Errorf("the repeat answers %s, the first was %s", again, first)
	}
	// The same words at another route or with another query are another key.
	f(201, "PUT", "/v1/volunteers/v", `{}`)
	made := l.must(201, "PUT", "/v1/missions/n", niceMission("n", ""), "Idempotency-Key", "n", "If-None-Match", "*")
	again := l.must(201, "PUT", "/v1/missions/n", niceMission("n", ""), "Idempotency-Key", "n", "If-None-Match", "*")
	if string(made.body) != string(again.body) {
		t.Errorf("the repeat answers %s, the first was %s", again.body, made.body)
	}
	l.refused("idempotency_mismatch", "PUT", "/v1/missions/n?seats=at_least_taken", niceMission("n", ""), "Idempotency-Key", "n")
	l.refused("invalid", "PUT", "/v1/missions/n", niceMission("n", ""), "Idempotency-Key", strings.Repeat("x", 256))
	lines := niceLine("a") + niceLine("b")
	one := l.must(200, "POST", "/v1/missions/bulk", lines, "Idempotency-Key", "b").body
	two := l.must(200, "POST", "/v1/missions/bulk", lines, "Idempotency-Key", "b").body
	if string(one) != string(two) {
		t.Errorf("bulk: %s, then %s", one, two)
	}
	signup := `{"volunteer":{"id":"s","postal_code":"06000"},"hold":{"first":true}}`
	type held struct{ Hold *struct{ Hold string } }
	var x, y held
	json.Unmarshal(l.must(201, "POST", "/v1/signups", signup, "Idempotency-Key", "s").body, &x)
	json.Unmarshal(l.must(201, "POST", "/v1/signups", signup, "Idempotency-Key", "s").body, &y)
	if x.Hold == nil || y.Hold == nil || *x.Hold != *y.Hold {
		t.Errorf("a repeated signup holds %+v, then %+v", x.Hold, y.Hold)
	}
}

// A sign-up in one commit answers what one in two does: an idempotency key
// makes it two.
func TestSignupAtOnce(t *testing.T) {
	type answer struct {
		Hold            *struct{ Mission, State string }
		Recommendations json.RawMessage
		Items           json.RawMessage
	}
	pages := [2]answer{}
	for i, headers := range [][]string{nil, {"Idempotency-Key", "k"}} {
		l := openService(t, nil)
		l.must(200, "POST", "/v1/missions/bulk", niceLine("a")+niceLine("b")+niceLine("c"))
		signup := `{"volunteer":{"id":"s","postal_code":"06000","birth_year":1990,"domains":["sante"],"remote":"also"},"hold":{"first":true}}`
		got := l.must(201, "POST", "/v1/signups", signup, headers...)
		if err := json.Unmarshal(got.body, &pages[i]); err != nil {
			t.Fatal(err)
		}
		if pages[i].Hold == nil || pages[i].Hold.State != "held" {
			t.Fatalf("headers %v: no seat is held: %s", headers, got.body)
		}
		seats := l.must(200, "GET", "/v1/seats?state=held", "").json(t)
		if n := len(seats["seats"].([]any)); n != 1 {
			t.Errorf("headers %v: %d seats are held, want 1", headers, n)
		}
		l.must(200, "GET", "/v1/volunteers/s", "")
		// Somebody known already takes the other way, and gets what is left.
		l.must(200, "POST", "/v1/signups", signup, headers[:0]...)
	}
	if pages[0].Hold.Mission != pages[1].Hold.Mission || string(pages[0].Recommendations) != string(pages[1].Recommendations) || string(pages[0].Items) != string(pages[1].Items) {
		t.Errorf("in one commit\n%+v\nin two\n%+v", pages[0], pages[1])
	}
}

// A seat that was taken a moment ago, of which the data file does not know yet, is
// not lost on who comes next: they get the one in the other slot.
func TestSignupAfterAHold(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"slots":[{"id":"s1","seats":1},{"id":"s2","seats":1}]`))
	l.must(200, "GET", "/v1/missions/m", "") // the data file has it
	l.must(201, "POST", "/v1/missions/m/holds", `{"volunteer":"first","slots":["s1"]}`)
	for i, want := range []string{`"s2"`, ""} {
		var got struct {
			Hold *struct{ Slots json.RawMessage }
		}
		body := fmt.Sprintf(`{"volunteer":{"id":"later-%d","postal_code":"06000"},"hold":{"first":true}}`, i)
		if err := json.Unmarshal(l.must(201, "POST", "/v1/signups", body).body, &got); err != nil {
			t.Fatal(err)
		}
		if (got.Hold != nil) != (want != "") || got.Hold != nil && !strings.Contains(string(got.Hold.Slots), want) {
			t.Errorf("sign-up %d: got %+v, want a seat in %s", i, got.Hold, want)
		}
	}
}

func niceLine(id string) string {
	return strings.ReplaceAll(niceMission(id, `,"seats":3`), "\n", " ") + "\n"
}

func TestWalksMeetEverythingOnce(t *testing.T) {
	l := openService(t, nil)
	var missions, volunteers strings.Builder
	for i := range 257 {
		missions.WriteString(niceLine(fmt.Sprintf("m%03d", i)))
		fmt.Fprintf(&volunteers, `{"id":"v%03d","revision":%d}`+"\n", i, i+1)
	}
	l.must(200, "POST", "/v1/missions/bulk", missions.String())
	l.must(200, "POST", "/v1/volunteers/bulk", volunteers.String())
	for i := range 30 {
		l.must(201, "POST", fmt.Sprintf("/v1/missions/m%03d/holds", i), `{"volunteer":"w`+fmt.Sprint(i)+`"}`)
	}
	for path, want := range map[string]int{"/v1/missions?limit=50": 257, "/v1/volunteers?limit=100": 257, "/v1/seats?limit=7": 30, "/v1/seats?state=held&limit=30": 30, "/v1/missions?limit=10&publisher=none": 0} {
		list := strings.TrimPrefix(path[:strings.IndexByte(path, '?')], "/v1/")
		seen, cursor := map[string]bool{}, ""
		for {
			page := l.must(200, "GET", path+"&cursor="+cursor, "").json(t)
			for _, it := range page[list].([]any) {
				record := it.(map[string]any)
				id := fmt.Sprint(record["id"], record["hold"])
				if seen[id] {
					t.Fatalf("%s: %s twice", path, id)
				}
				seen[id] = true
			}
			next, more := page["cursor"].(string)
			if !more {
				break
			}
			cursor = next
		}
		if len(seen) != want {
			t.Errorf("%s: met %d, want %d", path, len(seen), want)
		}
	}
	cursor := l.must(200, "GET", "/v1/missions?limit=1", "").json(t)["cursor"].(string)
	l.refused("invalid", "GET", "/v1/missions?state=open&cursor="+cursor, "")
	l.refused("invalid", "GET", "/v1/volunteers?cursor="+cursor, "")
}

func TestCompression(t *testing.T) {
	l := openService(t, nil)
	plain := l.get("/openapi.json").body
	f := func(accept, want string, open func(io.Reader) io.Reader) {
		t.Helper()
		a := l.get("/openapi.json", "Accept-Encoding", accept)
		if a.header.Get("Content-Encoding") != want || !strings.Contains(a.header.Get("Vary"), "Accept-Encoding") {
			t.Fatalf("%s: encoded as %q, Vary %q", accept, a.header.Get("Content-Encoding"), a.header.Get("Vary"))
		}
		got, err := io.ReadAll(open(strings.NewReader(string(a.body))))
		if err != nil || string(got) != string(plain) {
			t.Errorf("%s: %d bytes, %v, want %d", accept, len(got), err, len(plain))
		}
	}
	same := func(r io.Reader) io.Reader { return r }
	f("gzip", "gzip", func(r io.Reader) io.Reader {
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		return z
	})
	f("gzip, zstd", "zstd", func(r io.Reader) io.Reader {
		z, err := zstd.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		return z
	})
	f("br", "", same)
	f("gzip;q=0", "", same)
	if a := l.get("/healthz", "Accept-Encoding", "gzip"); a.header.Get("Content-Encoding") != "" {
		t.Error("a short answer was compressed")
	}
}

func TestCORS(t *testing.T) {
	l := openService(t, func(c *api.Config) { c.CORSOrigins = []string{"https://app.example.org"} })
	a := l.get("/healthz", "Origin", "https://app.example.org")
	if a.header.Get("Access-Control-Allow-Origin") != "https://app.example.org" || !strings.Contains(a.header.Get("Access-Control-Expose-Headers"), "X-Renfort-Seq") {
		t.Errorf("%v", a.header)
	}
	if a := l.get("/healthz", "Origin", "https://evil.example.org"); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin got %v", a.header)
	}
	a = l.must(204, "OPTIONS", "/v1/missions/m", "", "Origin", "https://app.example.org", "Access-Control-Request-Method", "PUT")
	if !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), "PUT") || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Errorf("preflight: %v", a.header)
	}
}

func TestHead(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", ""))
	a := l.do("HEAD", "/v1/missions/m", "")
	if a.status != 200 || len(a.body) != 0 || a.header.Get("ETag") == "" {
		t.Errorf("HEAD: %d %q %v", a.status, a.body, a.header)
	}
}

func TestIDsOfEveryKind(t *testing.T) {
	l := openService(t, nil)
	for path, id := range map[string]string{"a%2Fb": "a/b", "bulk": "bulk", "get": "get", "%C3%A9t%C3%A9": "été", "a+b": "a+b", "a%20b%3F%23": "a b?#", "..": ".."} {
		if path == ".." {
			continue // clients resolve it themselves
		}
		if got := l.must(201, "PUT", "/v1/missions/"+path, `{"title":"x","remote":"full"}`).json(t)["id"]; got != id {
			t.Errorf("PUT %s stored %q", path, got)
		}
		if got := l.must(200, "GET", "/v1/missions/"+path, "").json(t)["id"]; got != id {
			t.Errorf("GET %s gave %q", path, got)
		}
	}
}

func TestBulkLines(t *testing.T) {
	l := openService(t, nil)
	long := `{"id":"long","title":"x","remote":"full","description":"` + strings.Repeat("x", mission.BodyBytesMax) + `"}` + "\n"
	body := niceLine("a") + "\r\n   \n" + long + "rubbish\n" + strings.TrimSpace(niceLine("b"))
	got := l.must(200, "POST", "/v1/missions/bulk", body).json(t)
	errors := got["errors"].([]any)
	if got["received"] != 4.0 || got["stored"] != 2.0 || got["rejected"] != 2.0 || len(errors) != 2 {
		t.Fatalf("%v", got)
	}
	if e := errors[0].(map[string]any); e["line"] != 4.0 || e["code"] != "too_large" {
		t.Errorf("the long line: %v", e)
	}
	if e := errors[1].(map[string]any); e["line"] != 5.0 || e["code"] != "invalid" {
		t.Errorf("the bad line: %v", e)
	}
	if empty := l.must(200, "POST", "/v1/missions/bulk", "\n\n").json(t); empty["received"] != 0.0 {
		t.Errorf("%v", empty)
	}
	// Several batches, and a mission put twice in one body: the last stands.
	var many strings.Builder
	for i := range 3000 {
		many.WriteString(niceLine(fmt.Sprint("n", i%2500)))
	}
	got = l.must(200, "POST", "/v1/missions/bulk", many.String()).json(t)
	if got["stored"] != 3000.0 || got["rejected"] != 0.0 {
		t.Errorf("stored %v, rejected %v", got["stored"], got["rejected"])
	}
}

func TestSeatsAtLeastTaken(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":3`))
	for _, v := range []string{"a", "b"} {
		l.must(201, "POST", "/v1/missions/m/holds", `{"volunteer":"`+v+`","confirm":true}`)
	}
	l.refused("conflict", "PUT", "/v1/missions/m", niceMission("m", `,"seats":1`))
	got := l.must(200, "PUT", "/v1/missions/m?seats=at_least_taken", niceMission("m", `,"seats":1,"group":"g"`)).json(t)
	if got["seats_kept"] != true || got["group"] != "g" || got["occupancy"].(map[string]any)["total"] != 2.0 {
		t.Errorf("%v", got)
	}
}

func TestMinSeqThatIsThere(t *testing.T) {
	l := openService(t, nil)
	seq := l.must(201, "PUT", "/v1/missions/m", niceMission("m", "")).header.Get("X-Renfort-Seq")
	l.must(200, "GET", "/v1/missions/m?min_seq="+seq, "")
	l.must(200, "POST", "/v1/recommendations", `{"profile":{},"min_seq":`+seq+`}`)
	l.must(200, "GET", "/v1/recommendations?min_seq="+seq, "")
}

// Many clients hold and confirm while the service is told to end: every
// request that was begun is answered, and what was answered is there.
func TestShutdownUnderLoad(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":100000`))
	const clients = 16
	var answered [clients]int
	var ended, begun sync.WaitGroup
	begun.Add(clients)
	for i := range clients {
		ended.Go(func() {
			for n := 0; ; n++ {
				body := fmt.Sprintf(`{"volunteer":"v%d-%d","confirm":true}`, i, n)
				res, err := l.client.Post("http://renfort/v1/missions/m/holds", "application/json", strings.NewReader(body))
				if n == 3 {
					begun.Done()
				}
				if err != nil {
					return // the listener is closed, or the connection was idle
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusCreated {
					t.Errorf("a request that was begun was answered %d, %v", res.StatusCode, err)
				}
				res.Body.Close()
				answered[i]++
			}
		})
	}
	begun.Wait()
	if err := l.service.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	ended.Wait()
	if err := <-l.served; err != nil {
		t.Error(err)
	}
	l.client = nil
	total := 0
	for _, n := range answered {
		total += n
	}
	view, err := l.engine.Store().Mission("m")
	if err != nil {
		t.Fatal(err)
	}
	if got := view.Seats.Totals().Confirmed; got < total {
		t.Errorf("%d seats are there, %d were answered", got, total)
	}
}

func TestBackupIsAStore(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", ""))
	a := l.must(200, "POST", "/v1/backup", "")
	if len(a.body) < 4096 || a.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%d bytes of %s", len(a.body), a.header.Get("Content-Type"))
	}
}

func TestMetrics(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", ""))
	l.refused("not_found", "GET", "/v1/missions/none", "")
	l.must(200, "POST", "/v1/recommendations/bulk", `{"profile":{}}`)
	l.must(200, "POST", "/v1/backup", "")
	text := string(l.get("/metrics").body)
	for _, want := range []string{
		`renfort_requests_total{method="PUT",route="/v1/missions/{id}",status="201"} 1`,
		`renfort_requests_total{method="GET",route="/v1/missions/{id}",status="404"} 1`,
		`renfort_refusals_total{code="not_found"} 1`,
		`renfort_request_seconds_count{method="PUT",route="/v1/missions/{id}"} 1`,
		"renfort_store_commit_seconds_count", "renfort_seq", "renfort_in_flight 1\n", "renfort_missions 1", "renfort_volunteers 0",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
}

// What a stored volunteer is recommended counts as shown, once the service has
// told the store: at the latest when it ends.
func TestRecommendedCountsAsShown(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", ""))
	for _, v := range []string{"a", "b"} {
		l.must(201, "PUT", "/v1/volunteers/"+v, `{"postal_code":"06000"}`)
	}
	page := l.must(200, "POST", "/v1/recommendations", `{"volunteer":"a"}`).json(t)
	l.must(200, "POST", "/v1/recommendations", `{"profile":{}}`)
	l.must(200, "POST", "/v1/recommendations/bulk", `{"volunteer":"b"}`)
	l.stop()
	for _, v := range []string{"a", "b"} {
		x, err := l.engine.Store().Export(v)
		if err != nil || len(x.Feedback) != 1 || x.Feedback[0].Type != "shown" || x.Feedback[0].Missions[0] != "m" {
			t.Fatalf("%s: %+v, %v", v, x.Feedback, err)
		}
		if v == "a" && x.Feedback[0].RecommendationID != page["recommendation_id"] {
			t.Errorf("shown by %q, the page was %v", x.Feedback[0].RecommendationID, page["recommendation_id"])
		}
	}
}

// A body of unknown length is read as it comes, and bounded all the same.
func TestChunkedBodies(t *testing.T) {
	l := openService(t, nil)
	f := func(method, path string, body io.Reader, want int) {
		t.Helper()
		req, err := http.NewRequest(method, "http://renfort"+path, io.MultiReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := l.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if text, _ := io.ReadAll(res.Body); res.StatusCode != want {
			t.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
		}
	}
	f("PUT", "/v1/missions/m", strings.NewReader(niceMission("m", "")), 201)
	f("POST", "/v1/missions/bulk", strings.NewReader(niceLine("n")), 200)
	f("PUT", "/v1/missions/m", io.LimitReader(blanks{}, 10<<20), 413)
	l.must(200, "GET", "/v1/missions/n", "")
}

// Logs name nobody and no place, whatever comes in.
func TestLogsNameNobody(t *testing.T) {
	var log bytes.Buffer
	l := openService(t, func(c *api.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	kept := map[string]string{}
	for _, s := range session() {
		l.do(s.method, substitute(s.path, kept), substitute(s.body, kept), s.headers...)
	}
	if err := l.engine.Close(); err != nil {
		t.Fatal(err)
	}
	l.do("PUT", "/v1/volunteers/person-1", `{"location":{"lat":43.123,"lon":7.456}}`)
	l.do("POST", "/v1/recommendations", `{"volunteer":"person-1"}`)
	l.do("GET", "/v1/volunteers/person-1", "")
	l.stop()
	// A line begins with its time, whose seconds may look like a latitude.
	said := regexp.MustCompile(`time=\S+`).ReplaceAllString(log.String(), "")
	for _, private := range []string{"person-1", "v20", "43.", "7.26", "participation"} {
		if strings.Contains(said, private) {
			t.Errorf("the log has %q: %s", private, log.String())
		}
	}
}
