package outbox_test

// Webhooks against receivers of all kinds: what arrives, in what order, signed
// how; what a receiver that hangs, redirects, floods or points inward does to
// it; and that nothing is lost over a crash.

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"renfort/engine"
	"renfort/mission"
	"renfort/outbox"
)

// TestSign holds the signature against the example of the Standard Webhooks
// specification.
func TestSign(t *testing.T) {
	key, err := outbox.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := outbox.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, wrong := range []string{"", "secret", "whsec_", "whsec_c2hvcnQ=", "whsec_###", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"} {
		if _, err := outbox.ParseSecret(wrong); err == nil {
			t.Errorf("%q is taken for a secret", wrong)
		}
	}
}

func TestOutward(t *testing.T) {
	for address, want := range map[string]bool{"93.184.216.34": true, "2606:2800:220:1:248:1893:25c8:1946": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false,
		"255.255.255.255": false, "224.0.0.1": false, "::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "::127.0.0.1": false} {
		if got := outbox.Outward(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
}

// receiver is a server that remembers what it was sent.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []sent
	answer func(w http.ResponseWriter, s sent) // nil: 204
	moved  chan struct{}
}

type sent struct {
	id   string
	gone <-chan struct{} // closed when the sender hangs up
	body struct {
		Type string         `json:"type"`
		Data map[string]any `json:"data"`
	}
}

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func newReceiver(t *testing.T, answer func(http.ResponseWriter, sent)) *receiver {
	r := &receiver{answer: answer, moved: make(chan struct{}, 10_000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		h := hmac.New(sha256.New, key)
		fmt.Fprintf(h, "%s.%s.%s", req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp"), body)
		if want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)); req.Header.Get("webhook-signature") != want {
			t.Errorf("signature %s, want %s", req.Header.Get("webhook-signature"), want)
		}
		s := sent{id: req.Header.Get("webhook-id"), gone: req.Context().Done()}
		if err := json.Unmarshal(body, &s.body); err != nil {
			t.Errorf("body %s: %v", body, err)
		}
		r.mu.Lock()
		r.got = append(r.got, s)
		answer := r.answer
		r.mu.Unlock()
		if answer == nil {
			w.WriteHeader(204)
		} else {
			answer(w, s)
		}
		select {
		case r.moved <- struct{}{}:
		default: // whoever waits looks at what has come
		}
	}))
	t.Cleanup(func() { r.CloseClientConnections(); r.Close() })
	return r
}

// wait waits until n messages have come, and gives them.
func (r *receiver) wait(t *testing.T, n int) []sent {
	t.Helper()
	return r.waitFor(t, "", n)
}

// waitFor is wait for messages of a type, "" for any.
func (r *receiver) waitFor(t *testing.T, kind string, n int) []sent {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		r.mu.Lock()
		var got []sent
		for _, s := range r.got {
			if kind == "" || s.body.Type == kind {
				got = append(got, s)
			}
		}
		r.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-r.moved:
		case <-late:
			t.Fatalf("got %d messages, want %d", len(got), n)
		}
	}
}

// live is an engine with a sender before it.
type live struct {
	t      *testing.T
	dir    string
	engine *engine.Engine
	stop   func()
	sender *outbox.Sender
	inward bool // allowed
	count  int
}

func start() time.Time { return time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC) }

func open(t *testing.T, allow bool) *live {
	l := &live{t: t, dir: t.TempDir(), inward: allow}
	l.begin()
	t.Cleanup(func() { l.stop() })
	return l
}

func (l *live) begin() {
	l.t.Helper()
	e, err := engine.Open(engine.Options{Dir: l.dir, ManualTicks: true, Clock: start, NoText: true, NoSync: true})
	if err != nil {
		l.t.Fatal(err)
	}
	l.engine = e
	f := outbox.NewFeed(e)
	began := time.Now()
	clock := func() time.Time { return start().Add(time.Since(began)) }
	l.sender = outbox.NewSender(e, f, outbox.SenderOptions{AllowPrivate: l.inward, Clock: clock, Random: func() float64 { return 0.01 }})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f.Run(ctx) })
	running.Go(func() { l.sender.Run(ctx) })
	l.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		if err := e.Close(); err != nil {
			l.t.Error(err)
		}
	})
}

func (l *live) do(c mission.Command) mission.Result {
	l.t.Helper()
	res, err := l.engine.Submit(context.Background(), mission.Envelope{Command: c})
	if err != nil {
		l.t.Fatalf("%s: %v", c.Name(), err)
	}
	return res
}

func (l *live) mission(id string) {
	l.t.Helper()
	seats := 1000
	m := &mission.Mission{ID: id, Publisher: "jva", Title: "Aide", Remote: mission.RemoteFull, Seats: &seats}
	if err := l.engine.Intake().Mission(m); err != nil {
		l.t.Fatal(err)
	}
	l.do(mission.PutMission{Mission: m})
}

func (l *live) hold(m string) {
	l.t.Helper()
	l.count++
	l.do(mission.HoldSeat{Hold: fmt.Sprintf("h%d", l.count), Mission: m, Volunteer: fmt.Sprintf("v%d", l.count)})
}

func (l *live) hook(id, url string, types ...string) {
	l.t.Helper()
	l.do(mission.PutWebhook{Webhook: &mission.Webhook{ID: id, URL: url, Types: types, Secret: secret}})
}

// recorded waits until the store has a delivery of a state that was tried.
func (l *live) recorded(webhook, state string) mission.Delivery {
	l.t.Helper()
	for late := time.Now().Add(30 * time.Second); ; {
		page, _, err := l.engine.Store().Deliveries(webhook, state, "", 100)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, d := range page {
			if d.Tries > 0 {
				return d
			}
		}
		if time.Now().After(late) {
			l.t.Fatalf("no delivery of %s is %s", webhook, state)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		_ = l.engine.AwaitAfter(ctx, l.engine.Seq())
		cancel()
	}
}

// TestDeliverInOrder has two missions, of which one's first message fails a
// few times: its others wait for it, the other mission's do not.
func TestDeliverInOrder(t *testing.T) {
	fails := 3
	r := newReceiver(t, nil)
	r.answer = func(w http.ResponseWriter, s sent) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if s.body.Data["mission"] == "bad" && fails > 0 {
			fails--
			w.WriteHeader(500)
			return
		}
		w.WriteHeader(200)
	}
	l := open(t, true)
	l.mission("bad")
	l.mission("good")
	l.hook("w", r.URL, "seat.*")
	for range 5 {
		l.hold("bad")
		l.hold("good")
	}
	last, seen, repeated := map[string]float64{}, map[string]int{}, 0
	for _, s := range r.wait(t, 13) {
		m, seq := s.body.Data["mission"].(string), s.body.Data["seq"].(float64)
		if seen[s.id]++; seen[s.id] > 1 {
			repeated++
		}
		if s.body.Type != "seat.held" || seq < last[m] {
			t.Errorf("%s of %s: seq %v after %v", s.body.Type, m, seq, last[m])
		}
		last[m] = seq
	}
	if len(seen) != 10 || repeated != 3 {
		t.Errorf("%d messages, %d repeats; want 10 and 3", len(seen), repeated)
	}
	if d := l.recorded("w", mission.DeliveryDone); d.Status != 200 || d.Tries < 1 {
		t.Errorf("recorded: %+v", d)
	}
}

// TestBadReceivers has a redirect, a flood, a wall that points inward and one
// that is gone, beside one that is well.
func TestBadReceivers(t *testing.T) {
	well := newReceiver(t, nil)
	elsewhere := newReceiver(t, nil)
	redirect := newReceiver(t, func(w http.ResponseWriter, _ sent) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(307)
	})
	flood := newReceiver(t, func(w http.ResponseWriter, _ sent) {
		for range 10 << 4 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	gone := newReceiver(t, func(w http.ResponseWriter, _ sent) { w.WriteHeader(410) })
	release := make(chan struct{})
	defer close(release)
	hang := newReceiver(t, func(http.ResponseWriter, sent) { <-release })
	l := open(t, true)
	l.mission("m")
	for id, r := range map[string]*receiver{"well": well, "redirect": redirect, "flood": flood, "gone": gone, "hang": hang} {
		l.hook(id, r.URL, "seat.held")
	}
	for range 3 {
		l.hold("m")
	}
	well.wait(t, 3)
	if d := l.recorded("redirect", mission.DeliveryPending); d.Status != 307 || !strings.Contains(d.Error, "redirects are not followed") {
		t.Errorf("redirected: %+v", d)
	}
	if d := l.recorded("flood", mission.DeliveryDone); d.Status != 200 {
		t.Errorf("flooded: %+v", d)
	}
	if d := l.recorded("gone", mission.DeliveryDead); d.Status != 410 {
		t.Errorf("gone: %+v", d)
	}
	if w, err := l.engine.Store().Webhook("gone"); err != nil || !w.Disabled {
		t.Errorf("a webhook that is gone: %+v, %v", w.Disabled, err)
	}
	elsewhere.mu.Lock()
	defer elsewhere.mu.Unlock()
	if len(elsewhere.got) > 0 {
		t.Errorf("a redirect was followed")
	}
}

// TestInward keeps from connecting to addresses inside, also where a name
// leads there.
func TestInward(t *testing.T) {
	r := newReceiver(t, nil)
	l := open(t, false)
	l.mission("m")
	l.hook("ip", r.URL, "*")
	l.hook("name", strings.Replace(r.URL, "127.0.0.1", "localhost", 1), "*")
	l.hold("m")
	for _, id := range []string{"ip", "name"} {
		if d := l.recorded(id, mission.DeliveryPending); d.Status != 0 || !strings.Contains(d.Error, "points inward") {
			t.Errorf("%s: %+v", id, d)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.got) > 0 {
		t.Error("something arrived")
	}
}

// TestOverACrash closes the engine while a receiver refuses everything, and
// opens it again: all of it arrives, in order, under the ids of before.
func TestOverACrash(t *testing.T) {
	refuse := true
	r := newReceiver(t, nil)
	r.answer = func(w http.ResponseWriter, _ sent) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if refuse {
			w.WriteHeader(503)
		}
	}
	l := open(t, true)
	l.mission("m")
	l.hook("w", r.URL, "seat.held")
	for range 20 {
		l.hold("m")
	}
	first := r.wait(t, 2)[0].id
	l.recorded("w", mission.DeliveryPending)
	l.stop()
	r.mu.Lock()
	refuse, r.got = false, nil
	r.mu.Unlock()
	l.begin()
	l.hold("m")
	got := r.wait(t, 21)
	if got[0].id != first {
		t.Errorf("the first is %s, and was %s", got[0].id, first)
	}
	if got[1].id == first {
		got = got[1:] // it was on its way at the end, and nobody was left to hear the answer
	}
	seen := map[string]bool{}
	for i, s := range got {
		if seen[s.id] || i > 0 && s.body.Data["seq"].(float64) <= got[i-1].body.Data["seq"].(float64) {
			t.Errorf("message %d: %s is repeated or out of order", i, s.id)
		}
		seen[s.id] = true
	}
}

// TestPause holds back what reaches out to people, and nothing else.
func TestPause(t *testing.T) {
	r := newReceiver(t, nil)
	l := open(t, true)
	l.mission("m")
	l.mission("other")
	l.do(mission.SetElsewhere{Mission: "m", Taken: new(999)})
	l.hold("m")
	l.do(mission.JoinWaiting{Mission: "m", Volunteer: "w1"})
	l.hook("w", r.URL, "seat.offered", "seat.held")
	// The two are of one batch: the offer is written, and paused before it
	// can leave.
	_, errs := l.engine.SubmitAll(context.Background(), []mission.Envelope{{Command: mission.ReleaseSeat{Hold: "h1"}}, {Command: mission.SetOutbound{Paused: true}}})
	if errs[0] != nil || errs[1] != nil {
		t.Fatal(errs)
	}
	l.hold("other")
	if got := r.wait(t, 1); got[0].body.Type != "seat.held" {
		t.Errorf("while paused: %s", got[0].body.Type)
	}
	l.hold("other")
	for _, s := range r.wait(t, 2) {
		if s.body.Type == "seat.offered" {
			t.Error("an offer left while what goes out was paused")
		}
	}
	l.do(mission.SetOutbound{})
	if got := r.wait(t, 3); got[2].body.Type != "seat.offered" {
		t.Errorf("after it: %s", got[2].body.Type)
	}
}
