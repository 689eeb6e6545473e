package main

// Webhooks through kill -9: the service is killed several times while missions
// and seats change and a receiver fails now and then. At the end every event of
// the log has been taken by the receiver, what was sent again has the id of
// before, and each mission's events came in the order of the log.

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// hookSecret signs what the tests' receivers get: what a platform would keep.
const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// hookTypes are what the webhook of the test is subscribed to.
const hookTypes = "mission.*,seat.*"

// receipt is one message as it arrived.
type receipt struct {
	id    string // of the message
	event string // of the event in it
	about string // the mission
}

// hookReceiver is a platform's door, which fails now and then. Safe for
// concurrent use.
type hookReceiver struct {
	*httptest.Server
	t     testing.TB
	mu    sync.Mutex
	came  []receipt         // everything, in the order of arrival
	tries map[string]int    // by message id
	taken map[string]string // message id by event, of what was answered 2xx
}

func newHookReceiver(t testing.TB) *hookReceiver {
	r := &hookReceiver{t: t, tries: map[string]int{}, taken: map[string]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.receive))
	t.Cleanup(func() { r.CloseClientConnections(); r.Close() })
	return r
}

// receive takes a message, or fails as its id and the number of the try say:
// by an answer, by hanging up, or by hanging up after it took the message.
func (r *hookReceiver) receive(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // the sender was killed in the middle
	}
	id := q.Header.Get("webhook-id")
	if got, want := q.Header.Get("webhook-signature"), signed(id, q.Header.Get("webhook-timestamp"), body); got != want {
		r.t.Errorf("%s: signature %s, want %s", id, got, want)
	}
	var m struct{ Data struct{ ID, Mission string } }
	if err := json.Unmarshal(body, &m); err != nil || m.Data.ID == "" {
		r.t.Errorf("%s: %v in %s", id, err, beginning(body))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came = append(r.came, receipt{id, m.Data.ID, m.Data.Mission})
	r.tries[id]++
	h := fnv.New32a()
	h.Write([]byte(id))
	chance := h.Sum32() % 400
	switch {
	case chance == 0 && r.tries[id] <= 2, chance < 5 && r.tries[id] == 1:
		w.WriteHeader(http.StatusServiceUnavailable)
	case chance < 8 && r.tries[id] == 1:
		panic(http.ErrAbortHandler)
	case chance < 11 && r.tries[id] == 1:
		r.taken[m.Data.ID] = id
		panic(http.ErrAbortHandler)
	default:
		r.taken[m.Data.ID] = id
	}
}

// signed is the signature that a platform expects, by the words of Standard
// Webhooks and not by our code.
func signed(id, timestamp string, body []byte) string {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(hookSecret, "whsec_"))
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", id, timestamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// count gives how many events were taken.
func (r *hookReceiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.taken)
}

// loggedEvent is one event of the log.
type loggedEvent struct{ ID, Mission, Type string }

// logged gives the events of some types that the log has.
func logged(s *server, types string) (all []loggedEvent) {
	s.t.Helper()
	r := s.ask("GET", "/v1/events?since=0&follow=false&types="+types, "")
	for line := range strings.SplitSeq(string(r.body), "\n") {
		if data, isData := strings.CutPrefix(line, "data: "); isData {
			var e loggedEvent
			decodeInto(s.t, []byte(data), &e)
			all = append(all, e)
		}
	}
	return all
}

func TestWebhookKilledUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("long: kills and restarts")
	}
	t.Parallel() // it mostly waits, and shares nothing
	t.Logf("seed %d", seed)
	dir := t.TempDir()
	r := newHookReceiver(t)
	s := serve(t, dir, "--webhook-allow-private")
	s.must(201, "PUT", "/v1/webhooks/platform", fmt.Sprintf(`{"url":%q,"types":["mission.*","seat.*"],"secret":%q}`, r.URL, hookSecret), nil)
	var missions []string
	for i := range 40 {
		missions = append(missions, fmt.Sprintf("hook-%d", i))
		s.must(201, "PUT", "/v1/missions/"+missions[i], fmt.Sprintf(`{"title":"Aide","remote":"full","seats":%d}`, 3+i), nil)
	}
	l, recorded := newLedger(), uint64(0)
	for round := range *kills {
		acked, taken := l.acked.Load()+150, r.count()+60
		stop := make(chan struct{})
		running := l.load(s, missions, seed+uint64(round), 4, stop)
		running.Go(func() { resize(s, missions, round, stop) })
		eventually(t, fmt.Sprintf("%d acknowledged writes", acked), func() bool { return l.acked.Load() >= acked })
		eventually(t, fmt.Sprintf("%d messages", taken), func() bool { return r.count() >= taken })
		if round%2 == 1 { // also where nothing is written any more, and some of what was sent is recorded
			close(stop)
			eventually(t, "a recorded delivery", func() bool { return recordedOf(s) > recorded })
			recorded = recordedOf(s)
		}
		s.kill()
		running.Wait()
		s = serve(t, dir, "--webhook-allow-private")
	}
	want := logged(s, hookTypes)
	eventually(t, fmt.Sprintf("all %d events", len(want)), func() bool { return r.count() >= len(want) })
	r.verify(want)
	s.kill()
	mustRun(t, "check", dir)
}

// recordedOf gives the seq of the newest event of which the service has
// recorded that it was delivered.
func recordedOf(s *server) uint64 {
	s.t.Helper()
	var page struct {
		Deliveries []struct {
			Seq uint64 `json:"last_seq"`
		}
	}
	s.must(200, "GET", "/v1/webhooks/platform/deliveries?state=delivered&limit=1", "", &page)
	if len(page.Deliveries) == 0 {
		return 0
	}
	return page.Deliveries[0].Seq
}

// resize changes the seats of missions until stop is closed or the service is
// gone.
func resize(s *server, missions []string, round int, stop <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		id := missions[i%len(missions)]
		if s.ask("PUT", "/v1/missions/"+id, fmt.Sprintf(`{"title":"Aide %d","remote":"full","seats":%d}`, i, 60+round+i%7)).status == 0 {
			return
		}
	}
}

// verify holds what came against the log.
func (r *hookReceiver) verify(want []loggedEvent) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	place := map[string]int{} // of an event in the log
	for i, e := range want {
		place[e.ID] = i
		if r.taken[e.ID] == "" {
			r.t.Errorf("event %s, %s of %s, never arrived", e.ID, e.Type, e.Mission)
		}
	}
	ids, events, last := map[string]string{}, map[string]string{}, map[string]int{}
	again := 0
	for _, c := range r.came {
		at, known := place[c.event]
		if !known {
			r.t.Errorf("%s brought event %s, which the log does not have", c.id, c.event)
		}
		if ids[c.event] == "" && events[c.id] == "" { // for the first time
			if before, some := last[c.about]; some && at < before {
				r.t.Errorf("mission %s: event %s came after %s", c.about, c.event, want[before].ID)
			}
			ids[c.event], events[c.id], last[c.about] = c.id, c.event, at
			continue
		}
		if again++; ids[c.event] != c.id || events[c.id] != c.event {
			r.t.Errorf("event %s came as %s and as %s", c.event, ids[c.event], c.id)
		}
	}
	if again == 0 || len(want) == 0 {
		r.t.Errorf("%d events and %d repeats: too light to tell", len(want), again)
	}
	r.t.Logf("%d events, %d messages, %d of them repeats, over %d kills", len(want), len(r.came), again, *kills)
}
