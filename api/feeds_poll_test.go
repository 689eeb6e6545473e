package api_test

// Polls of a feed against a server of the test: what has not changed is not
// read again, what fails is asked for again, later and later, and nothing goes
// on after the end.

import (
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"renfort/api"
	"renfort/engine"
)

// partner serves a feed that the test changes.
type partner struct {
	mu     sync.Mutex
	body   string
	tag    string
	status int
	packed bool
	seen   []string // If-None-Match and If-Modified-Since of each request
	asked  chan struct{}
}

func (p *partner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, r.Header.Get("If-None-Match")+" "+r.Header.Get("If-Modified-Since"))
	defer func() {
		select {
		case p.asked <- struct{}{}:
		default:
		}
	}()
	switch {
	case p.status != 0:
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(p.status)
	case p.tag != "" && r.Header.Get("If-None-Match") == p.tag:
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("ETag", p.tag)
		w.Header().Set("Last-Modified", "Sat, 21 Nov 2026 18:00:00 GMT")
		if !p.packed {
			fmt.Fprint(w, p.body)
			return
		}
		z := gzip.NewWriter(w)
		fmt.Fprint(z, p.body)
		z.Close() // where the client is gone nobody reads it
	}
}

func (p *partner) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// openPartner serves a partner; loops are stopped before the service is.
func openPartner(t *testing.T) (*partner, string) {
	p := &partner{asked: make(chan struct{}, 1)}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return p, s.URL + "/feed.xml?key=secret"
}

func TestPollsOfAFeed(t *testing.T) {
	p, url := openPartner(t)
	p.body, p.tag, p.packed = feedOf(numbered(1, 10)...), `"1"`, true
	l := openService(t, nil)
	poller := l.service.PollerOf(api.Feed{URL: url, Every: 15 * time.Minute, Publisher: "p", Prune: "true"})
	f := func(what string, ok bool, after time.Duration, metric string) {
		t.Helper()
		got, err := poller.Poll()
		if (err == nil) != ok || got != after {
			t.Errorf("%s: %v, after %v; want ok %v, after %v", what, err, got, ok, after)
		}
		if tally := poller.Tally(); tally != metric {
			t.Errorf("%s: %s; want %s", what, tally, metric)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the URL's key: %v", what, err)
		}
	}
	f("the first", true, 0, "polls 1 unmodified 0 failed 0 stored 10")
	f("unchanged", true, 0, "polls 2 unmodified 1 failed 0 stored 10")
	p.set(func() { p.status = 503 })
	f("busy", false, 2*time.Minute, "polls 3 unmodified 1 failed 1 stored 10")
	p.set(func() { p.status, p.tag, p.body = 0, `"2"`, feedOf(numbered(1, 4)...) })
	f("leaves out too much", false, 0, "polls 4 unmodified 1 failed 2 stored 0")
	f("and is not forgotten", false, 0, "polls 5 unmodified 1 failed 3 stored 0")
	p.set(func() { p.body = strings.TrimSuffix(feedOf(numbered(1, 11)...), "</source>\n") })
	f("breaks off", false, 0, "polls 6 unmodified 1 failed 4 stored 1")
	p.set(func() { p.tag, p.body = `"3"`, "<html><p>Erreur</html>" })
	f("no feed", false, 0, "polls 7 unmodified 1 failed 5 stored 1")
	p.set(func() { p.body = feedOf(numbered(1, 12)...) })
	f("whole again", true, 0, "polls 8 unmodified 1 failed 5 stored 1")
	f("unchanged again", true, 0, "polls 9 unmodified 2 failed 5 stored 1")
	want := []string{" ", `"1" Sat, 21 Nov 2026 18:00:00 GMT`, `"1" Sat, 21 Nov 2026 18:00:00 GMT`, `"1" Sat, 21 Nov 2026 18:00:00 GMT`, " ", " ", " ", " ", `"3" Sat, 21 Nov 2026 18:00:00 GMT`}
	if got := fmt.Sprintf("%q", p.seen); got != fmt.Sprintf("%q", want) {
		t.Errorf("asked with %s\nwant %q", got, want)
	}
}

// Where keys are configured, a partner's feed does not decide what is urgent.
func TestPolledFeedMakesNothingUrgent(t *testing.T) {
	p, url := openPartner(t)
	p.body = feedOf(feedMission("1", "<priority>yes</priority>"))
	l := openService(t, withKeys(t, map[string][]string{"reader": {"search"}}, nil, 0))
	if _, err := l.service.PollerOf(api.Feed{URL: url, Every: time.Minute, Publisher: "p"}).Poll(); err != nil {
		t.Fatal(err)
	}
	m := l.must(200, "GET", "/v1/missions/p:1", "", "x-api-key", l.key("reader")).json(t)
	l.same(counts(m, "urgency", "requested_urgency"), "urgency normal requested_urgency urgent")
}

// What fails is asked for sooner than what is regular, then ever later.
func TestPollsBackOff(t *testing.T) {
	l := openService(t, nil)
	poller := l.service.PollerOf(api.Feed{URL: "http://127.0.0.1:1/", Every: 15 * time.Minute})
	near := func(got, want time.Duration) {
		t.Helper()
		if got < want*9/10 || got > want*11/10 {
			t.Errorf("it waits %v, want %v or a tenth more or less", got, want)
		}
	}
	failed := fmt.Errorf("no")
	near(poller.Next(nil, 0), 15*time.Minute)
	for _, m := range []time.Duration{1, 2, 4, 8, 15, 15} {
		near(poller.Next(failed, 0), m*time.Minute)
	}
	near(poller.Next(failed, time.Hour), time.Hour)
	near(poller.Next(nil, 0), 15*time.Minute)
	near(poller.Next(failed, 0), time.Minute)
	for range 100 {
		poller.Next(failed, 0)
	}
	near(poller.Next(failed, 0), 15*time.Minute)
}

// The service polls by itself from its start, and metrics tell.
func TestServicePolls(t *testing.T) {
	p, url := openPartner(t)
	p.body = feedOf(numbered(1, 3)...)
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, Clock: start})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	before := e.Seq()
	l := serveEngine(t, e, func(c *api.Config) { c.Feeds = []api.Feed{{URL: url, Every: time.Hour}} })
	select {
	case <-p.asked:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody asks for the feed")
	}
	late, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := l.engine.Await(late, before+3); err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "?key=secret")
	if metrics := string(l.get("/metrics").body); !strings.Contains(metrics, `renfort_feed_polls_total{feed="`+name+`"}`) {
		t.Errorf("no metrics of %s in\n%s", name, metrics)
	}
	l.must(200, "GET", "/v1/missions/127.0.0.1:2", "")
}

func TestFeedsOfAConfiguration(t *testing.T) {
	for text, f := range map[string]api.Feed{
		"not at an http(s)": {URL: "file:///etc/passwd", Every: time.Minute},
		"polled every":      {URL: "http://x.org/", Every: time.Millisecond},
		"places is one of":  {URL: "http://x.org/", Every: time.Minute, Places: "all"},
		"/publisher":        {URL: "http://x.org/", Every: time.Minute, Publisher: strings.Repeat("x", 200)},
	} {
		c := api.Default()
		c.Feeds = []api.Feed{f}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, want %q", f, err, text)
		}
	}
}
