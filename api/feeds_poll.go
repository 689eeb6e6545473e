package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"renfort/mission"
)

// Feed is a partner's feed that the service fetches by itself.
type Feed struct {
	URL       string        // http or https
	Every     time.Duration // between two polls, at least FeedEveryMin
	Publisher string        // "": the URL's host
	Places    string        // total or left; "": total
	Prune     string        // true, force or false; "": false
	Booking   string        // here or elsewhere; "": here
}

// How often a feed may be asked for, and what else bounds a poll.
const (
	FeedEveryMin      = time.Second
	FeedEveryDefault  = 15 * time.Minute
	feedsMax          = 100
	feedRetryMin      = time.Minute      // after the first failure, unless it is polled more often
	feedRetryMax      = 15 * time.Minute // after many, unless it is polled less often
	feedRedirectsMax  = 5
	feedHeaderTimeout = 30 * time.Second
	feedsAtOnce       = 2 // polls of different feeds
	feedFaultsLogged  = 5
)

// publisher is whose missions the feed has.
func (f *Feed) publisher() string {
	if f.Publisher != "" {
		return f.Publisher
	}
	u, err := url.Parse(f.URL)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// validate refuses what could not be polled.
func (f *Feed) validate() error {
	u, err := url.Parse(f.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("the feed %q is not at an http(s) address", f.URL)
	case f.Every < FeedEveryMin:
		return fmt.Errorf("the feed %q cannot be polled every %v; at least %v", f.URL, f.Every, FeedEveryMin)
	}
	if err := mission.CheckID("/publisher", f.publisher()); err != nil {
		return fmt.Errorf("the feed %q: %w", f.URL, err)
	}
	for _, w := range [...]struct{ name, word, known string }{{"places", f.Places, " total left "}, {"prune", f.Prune, " true force false "}, {"booking", f.Booking, " here elsewhere "}} {
		if w.word != "" && !strings.Contains(w.known, " "+w.word+" ") {
			return fmt.Errorf("the feed %q: %s is one of%sand not %q", f.URL, w.name, w.known, w.word)
		}
	}
	return nil
}

// poller fetches one feed again and again. What it knows of the last time is in
// memory only: after a restart the feed is read once more, and is unchanged.
type poller struct {
	s       *Service
	feed    Feed
	options feedOptions
	name    string // in logs and metrics: without what may be secret in the URL
	client  *http.Client
	key     *grant // nil where no keys are configured: then everything is allowed

	tag, modified string // of the last feed that was taken whole
	failures      int    // in a row

	mu    sync.Mutex
	tally feedTally
}

// feedTally is what metrics tell of a feed.
type feedTally struct {
	polls, unmodified, failed uint64
	success                   int64 // Unix seconds, 0 for never
	last                      feedReport
}

// newPollers makes the pollers of a configuration.
func newPollers(s *Service, feeds []Feed) (all []*poller) {
	names := map[string]int{}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = feedHeaderTimeout
	var key *grant
	if s.grants != nil {
		// A partner's feed does not decide what is urgent.
		key = &grant{name: "feed", scopes: scopeWrite}
	}
	for _, f := range feeds {
		p := &poller{s: s, feed: f, key: key, options: feedOptions{publisher: f.publisher(), left: f.Places == "left", prune: f.Prune, booking: f.Booking}}
		if p.options.prune == "false" {
			p.options.prune = pruneNo
		}
		if u, err := url.Parse(f.URL); err == nil {
			p.name = u.Host + u.Path
		}
		if names[p.name]++; names[p.name] > 1 {
			p.name += "#" + strconv.Itoa(names[p.name])
		}
		p.client = &http.Client{Transport: transport, CheckRedirect: checkRedirect}
		all = append(all, p)
	}
	return all
}

// checkRedirect follows few redirects, and none that gives encryption up.
func checkRedirect(to *http.Request, via []*http.Request) error {
	switch {
	case len(via) > feedRedirectsMax:
		return fmt.Errorf("over %d redirects", feedRedirectsMax)
	case to.URL.Scheme != "https" && (to.URL.Scheme != "http" || via[0].URL.Scheme == "https"):
		return errors.New("a redirect from https leads elsewhere")
	}
	return nil
}

// run polls until ctx is done, one poll after the other. turns bounds those of
// all feeds together.
func (p *poller) run(ctx context.Context, turns chan struct{}) {
	wait := time.Duration(0)
	for {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		select {
		case <-ctx.Done():
			return
		case turns <- struct{}{}:
		}
		after, err := p.poll(ctx)
		<-turns
		if ctx.Err() != nil {
			return
		}
		wait = p.next(err, after)
	}
}

// next is how long to wait, with a tenth more or less so that feeds do not
// march in step. Failures are repeated sooner, then ever later.
func (p *poller) next(err error, after time.Duration) time.Duration {
	wait := p.feed.Every
	if err == nil {
		p.failures = 0
	} else {
		p.failures++
		wait = min(p.feed.Every, feedRetryMin) << min(p.failures-1, 20)
		if most := max(p.feed.Every, feedRetryMax); wait > most || wait <= 0 {
			wait = most
		}
		wait = max(wait, after)
	}
	return wait - wait/10 + time.Duration(rand.Int64N(int64(wait/5)+1))
}

// poll fetches the feed once and stores what is new. after is how long the
// server asks to be left alone.
func (p *poller) poll(ctx context.Context) (after time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.s.config.BulkTimeout)
	defer cancel()
	if _, err = p.s.lanes.enter(classBulk, time.Now()); err == nil {
		after, err = p.fetch(ctx)
		p.s.lanes.leave(classBulk)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.polls++
	if err != nil {
		p.tally.failed++
		if !errors.Is(err, context.Canceled) {
			p.s.log.Warn("a feed was not taken", "feed", p.name, "publisher", p.options.publisher, "error", withoutURL(err).Error())
		}
		return after, err
	}
	p.tally.success = time.Now().Unix()
	return 0, nil
}

// withoutURL takes the address out of a client's error: it may hold a key.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// fetch asks for the feed, unless it is the one that was taken last.
func (p *poller) fetch(ctx context.Context) (after time.Duration, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, p.feed.URL, nil)
	if err != nil {
		return 0, err
	}
	q.Header.Set("User-Agent", "renfort")
	q.Header.Set("Accept", "application/xml, text/xml, application/json;q=0.9, */*;q=0.5")
	q.Header.Set("Accept-Encoding", "gzip") // the reader unpacks it under its limit
	if p.tag != "" {
		q.Header.Set("If-None-Match", p.tag)
	}
	if p.modified != "" {
		q.Header.Set("If-Modified-Since", p.modified)
	}
	answer, err := p.client.Do(q)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return 0, p.take(ctx, answer)
	case http.StatusNotModified:
		p.mu.Lock()
		p.tally.unmodified++
		p.mu.Unlock()
		return 0, nil
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		after = min(time.Duration(max(seconds, 0))*time.Second, time.Hour)
	}
	io.Copy(io.Discard, io.LimitReader(answer.Body, prefetchBytesMax)) // so that the connection can be used again
	return after, fmt.Errorf("api: the feed's server answered %d", answer.StatusCode)
}

// take stores a feed that was fetched. Only one that was taken whole is
// remembered: another is asked for again.
func (p *poller) take(ctx context.Context, answer *http.Response) error {
	f := newFeedIntake(p.s, p.key, p.options)
	if err := f.take(ctx, answer.Body); err != nil {
		return err
	}
	r := &f.report
	p.mu.Lock()
	p.tally.last = *r
	p.tally.last.Errors, p.tally.last.Repairs, p.tally.last.SeatsKept = nil, nil, nil
	p.mu.Unlock()
	p.tag, p.modified = "", ""
	if r.Complete && r.refusal() == nil {
		p.tag, p.modified = answer.Header.Get("ETag"), answer.Header.Get("Last-Modified")
	}
	p.s.log.Info("a feed was taken", "feed", p.name, "publisher", r.Publisher, "complete", r.Complete, "received", r.Received,
		"stored", r.Stored, "unchanged", r.Unchanged, "rejected", r.Rejected, "repaired", r.Repaired, "pruned", r.Pruned, "paused", r.Paused, "seq", r.Seq)
	for _, e := range r.Errors[:min(len(r.Errors), feedFaultsLogged)] {
		p.s.log.Warn("a feed has a fault", "feed", p.name, "record", e.Index, "line", e.Line, "code", e.Code, "detail", e.Detail)
	}
	switch {
	case !r.Complete:
		return errors.New("api: the feed breaks off; what came before is stored")
	case r.refusal() != nil:
		return r.refusal()
	}
	return nil
}

// runFeeds polls all feeds until ctx is done.
func (s *Service) runFeeds(ctx context.Context) {
	turns := make(chan struct{}, feedsAtOnce)
	for _, p := range s.pollers {
		s.working.Go(func() { p.run(ctx, turns) })
	}
}

// feeds tells what became of polls.
func (k *stateCollector) feeds(send func(kind prometheus.ValueType, name, help string, v float64, labels ...string)) {
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	for _, p := range k.s.pollers {
		p.mu.Lock()
		t := p.tally
		p.mu.Unlock()
		send(counter, "renfort_feed_polls_total", "Polls of a feed.", float64(t.polls), "feed", p.name)
		send(counter, "renfort_feed_unmodified_total", "Polls that found the feed as it was.", float64(t.unmodified), "feed", p.name)
		send(counter, "renfort_feed_failures_total", "Polls that failed, or found a feed that breaks off or leaves out too much.", float64(t.failed), "feed", p.name)
		send(gauge, "renfort_feed_success_timestamp_seconds", "When a poll last went well, 0 for never.", float64(t.success), "feed", p.name)
		send(gauge, "renfort_feed_received", "Records in the feed last taken.", float64(t.last.Received), "feed", p.name)
		send(gauge, "renfort_feed_stored", "Of these, those that were new.", float64(t.last.Stored), "feed", p.name)
		send(gauge, "renfort_feed_rejected", "Of these, those that were refused.", float64(t.last.Rejected), "feed", p.name)
		send(gauge, "renfort_feed_repaired", "Of these, those that were repaired.", float64(t.last.Repaired), "feed", p.name)
		send(gauge, "renfort_feed_pruned", "Missions closed or paused because it left them out.", float64(t.last.Pruned+t.last.Paused), "feed", p.name)
	}
}
