package main

// Feeds from the command line: files that are sent, with a report that a
// partner can act on, and feeds that a service fetches by itself.

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"renfort/api"
)

func feedText(from, to int, more string) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<source>\n")
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "<mission><clientId>%d</clientId><title>Mission %d</title><postalCode>6000</postalCode><places>3</places></mission>\n", i, i)
	}
	return b.String() + more + "</source>\n"
}

func TestImportFeed(t *testing.T) {
	s := serve(t, t.TempDir())
	bad := "<mission><clientId>bad</clientId><title>Nulle part</title></mission>\n"
	file := mustWrite(t, "feed.xml", feedText(1, 10, bad))
	o := mustRun(t, "import", "--to", s.url, "--publisher", "p", file)
	for _, want := range []string{file + ":13: bad: invalid: /addresses a place is required", file + `: 1: repaired: postalCode "6000" was read as "06000"`} {
		if !strings.Contains(o.stderr, want) {
			t.Errorf("no %q in %s", want, o.stderr)
		}
	}
	if want := file + ": 11 missions, 10 stored, 1 refused, 10 repaired\n"; o.stdout != want {
		t.Errorf("the summary is %q, want %q", o.stdout, want)
	}
	if o := renfort(t, "import", "--to", s.url, "--publisher", "p", "--strict", mustGzip(t, file)); o.code != exitFailed || !strings.Contains(o.stdout, "10 unchanged") {
		t.Errorf("strict and packed: exit code %d, %q", o.code, o.stdout)
	}
	few := mustWrite(t, "few.xml", feedText(1, 2, ""))
	o = renfort(t, "import", "--to", s.url, "--publisher", "p", "--prune", "true", few)
	if o.code != exitFailed || !strings.Contains(o.stderr, "prune_too_large") || !strings.Contains(o.stderr, "nothing was closed (too_large): the feed leaves out 8 of 10 open missions") {
		t.Errorf("a prune that is too large: exit code %d, %q", o.code, o.stderr)
	}
	o = mustRun(t, "import", "--to", s.url, "--publisher", "p", "--prune", "force", few)
	if !strings.Contains(o.stdout, "2 missions, 0 stored, 2 unchanged, 2 repaired, 8 closed") {
		t.Errorf("a forced prune: %q", o.stdout)
	}
	o = renfort(t, "import", "--to", s.url, "--publisher", "p", mustWrite(t, "cut.xml", strings.TrimSuffix(feedText(1, 3, ""), "</source>\n")))
	if o.code != exitFailed || !strings.Contains(o.stderr, "breaks off") || !strings.Contains(o.stderr, "inside <source>") {
		t.Errorf("a feed that breaks off: exit code %d, %q", o.code, o.stderr)
	}
	if o := renfort(t, "import", "--to", s.url, file); o.code != exitFailed || !strings.Contains(o.stderr, "/publisher is required") {
		t.Errorf("of nobody: exit code %d, %q", o.code, o.stderr)
	}
}

// What is a feed is told by how it begins.
func TestFeedsAreRecognized(t *testing.T) {
	for text, want := range map[string]bool{
		"\xef\xbb\xbf\n <?xml version='1.0'?><source/>": true, "<source></source>": true, `[{"title":"x"}]`: true, "[]": true,
		`{"ok":true,"data":[{"_id":"1"}]}`: true, `{"total":1,"facets":{"a":[1]},"hits" : []}`: true,
		`{"_id":"1","title":"x","clientId":"2"}` + "\n": true, "\xff\xfe<\x00": true,
		`{"id":"a","title":"x","data":{"clientId":"2"}}` + "\n": false, `{"id":"v1","postal_code":"06000"}` + "\n": false, "": false, "\n": false, "{": false,
	} {
		got, err := isFeed(mustWrite(t, "file", text))
		if err != nil || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, err, want)
		}
	}
}

func TestParseFeed(t *testing.T) {
	f := func(text string, want api.Feed) {
		t.Helper()
		if got, err := parseFeed(text); err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", text, got, err, want)
		}
	}
	f("https://x.org/f.xml", api.Feed{URL: "https://x.org/f.xml", Every: 15 * time.Minute})
	f("https://x.org/f?a=1,b=2,every=1h,publisher=p,places=left,prune=true,booking=elsewhere",
		api.Feed{URL: "https://x.org/f?a=1,b=2", Every: time.Hour, Publisher: "p", Places: "left", Prune: "true", Booking: "elsewhere"})
	if _, err := parseFeed("https://x.org/,every=often"); err == nil {
		t.Error("every=often was taken")
	}
	if o := renfort(t, "serve", "--data", t.TempDir(), "--feed", "file:///x,every=1m"); o.code == 0 || !strings.Contains(o.stderr, "not at an http(s) address") {
		t.Errorf("a file: exit code %d, %q", o.code, o.stderr)
	}
}

// A service fetches feeds from its start, and ends while one trickles.
func TestServeFetchesFeeds(t *testing.T) {
	slow := make(chan struct{})
	partner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, feedText(1, 5, ""))
		if r.URL.Path == "/slow" {
			w.(http.Flusher).Flush()
			<-slow
		}
	}))
	t.Cleanup(partner.Close)
	t.Cleanup(func() { close(slow) })
	s := serve(t, t.TempDir(), "--feed", partner.URL+"/feed.xml,every=1h,publisher=p", "--feed", partner.URL+"/slow,publisher=q")
	eventually(t, "the feed's missions are there", func() bool { return s.ask("GET", "/v1/missions/p:5", "").status == 200 })
	if err := s.stop(); err != nil {
		t.Errorf("it did not end: %v", err)
	}
}

func TestImportRealV0File(t *testing.T) {
	const file = "../../../shared/data/fr_jva_records.json"
	if _, err := os.Stat(file); err != nil {
		t.Skip("the shared data is not beside the project")
	}
	s := serve(t, t.TempDir())
	o := mustRun(t, "import", "--to", s.url, "--publisher", "jva", "--places", "left", file)
	if !strings.Contains(o.stdout, "3 missions, 3 stored, 3 repaired") {
		t.Errorf("the summary is %q", o.stdout)
	}
}
