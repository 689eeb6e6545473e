package api_test

// Events and webhooks where the rest of the service meets them: what an import
// tells, what a key for one publisher may have sent, and what becomes of
// deliveries that are dead or whose webhook is deleted.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"renfort/api"
	"renfort/engine"
	"renfort/mission"
)

// Seats given before Renfort are no news: an import makes no event of any
// type, not even where it fills a mission. What happens to such a seat later
// does.
func TestImportTellsNothing(t *testing.T) {
	l := openService(t, nil)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":2`))
	before := l.engine.Seq()
	l.must(200, "POST", "/v1/seats/bulk?import=true", `{"mission":"m","volunteer":"v1","ref":"p:1","answer":"accepted"}`+"\n"+
		`{"mission":"m","volunteer":"v2"}`+"\n"+`{"mission":"m","volunteer":"v3","state":"released"}`+"\n")
	if got := l.engine.Seq(); got != before+3 {
		t.Fatalf("got seq %d after three imports, want %d", got, before+3)
	}
	hold := l.must(200, "GET", "/v1/seats?volunteer=v2", "").json(t)["seats"].([]any)[0].(map[string]any)["hold"].(string)
	l.must(200, "POST", "/v1/holds/"+hold+"/release", "")
	address, _ := openTCP(t, l.engine, nil)
	s := listen(t, address+fmt.Sprintf("/v1/events?since=%d&follow=false", before))
	if first := s.mustNext("seat.released"); first.data["volunteer"] != "v2" {
		t.Errorf("got %v, want the release of v2", first.data)
	}
	s.mustNext(mission.MissionReopened.String())
	if more, ok := s.next(); ok {
		t.Errorf("got %s %v besides", more.kind, more.data)
	}
	l.refused("invalid", "PUT", "/v1/webhooks/w", `{"url":"https://example.org/","types":["seat.imported"]}`)
}

// door is a platform's receiver, which answers as it is told.
type door struct {
	*httptest.Server
	status atomic.Int32
	came   chan posted
}

// posted is one message that came.
type posted struct {
	id   string
	data struct{ Type, Mission, Publisher, Volunteer string }
}

func openDoor(t *testing.T, status int) *door {
	d := &door{came: make(chan posted, 1_000)}
	d.status.Store(int32(status))
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		var body struct{ Data json.RawMessage }
		p := posted{id: q.Header.Get("webhook-id")}
		if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
			t.Error(err)
		} else if err := json.Unmarshal(body.Data, &p.data); err != nil {
			t.Error(err)
		}
		w.WriteHeader(int(d.status.Load()))
		d.came <- p
	}))
	t.Cleanup(func() { d.CloseClientConnections(); d.Close() })
	return d
}

// next gives the next message.
func (d *door) next(t *testing.T) posted {
	t.Helper()
	select {
	case p := <-d.came:
		return p
	case <-time.After(30 * time.Second):
		t.Fatal("no message came")
	}
	return posted{}
}

// openWorld is openService with doors that may be on this machine, and the
// clock of the world, which tries are timed by.
func openWorld(t *testing.T, keys func(*api.Config)) *live {
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, NoText: true, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return serveEngine(t, e, func(c *api.Config) {
		c.WebhookAllowPrivate = true
		if keys != nil {
			keys(c)
		}
	})
}

// delivery waits for a delivery in a state.
func (l *live) delivery(webhook, state string, headers ...string) map[string]any {
	l.t.Helper()
	for late := time.Now().Add(30 * time.Second); time.Now().Before(late); {
		all := l.must(200, "GET", "/v1/webhooks/"+webhook+"/deliveries?state="+state, "", headers...).json(l.t)["deliveries"].([]any)
		for _, d := range all {
			if d := d.(map[string]any); d["tries"] != 0.0 {
				return d
			}
		}
		wait, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		_ = l.engine.AwaitAfter(wait, l.engine.Seq())
		cancel()
	}
	l.t.Fatalf("no delivery of %s is %s", webhook, state)
	return nil
}

// hold takes a seat.
func (l *live) hold(m, volunteer string, headers ...string) {
	l.t.Helper()
	l.must(201, "POST", "/v1/missions/"+m+"/holds", `{"volunteer":"`+volunteer+`"}`, headers...)
}

// A receiver that is gone stops the webhook and leaves a dead delivery; when it
// is back, the webhook is let on and the delivery sent again, under its id.
// What is not dead, or not known, is not sent again.
func TestRetryDead(t *testing.T) {
	t.Parallel() // it mostly waits
	l, d := openWorld(t, nil), openDoor(t, 410)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":9`))
	hook := `{"url":"` + d.URL + `","types":["seat.held"]}`
	l.must(201, "PUT", "/v1/webhooks/w", hook)
	l.hold("m", "v1")
	first := d.next(t)
	dead := l.delivery("w", "dead")
	retry := "/v1/webhooks/w/deliveries/" + dead["id"].(string) + "/retry"
	if got := l.must(200, "GET", "/v1/webhooks/w", "").json(t); got["disabled"] != true {
		t.Errorf("after 410: got %v, want it disabled", got)
	}
	d.status.Store(204)
	l.must(200, "PUT", "/v1/webhooks/w", hook)
	if got := l.must(200, "POST", retry, "").json(t); got["state"] != "pending" || got["tries"] != 0.0 || got["id"] != dead["id"] {
		t.Errorf("retried: got %v", got)
	}
	if again := d.next(t); again.id != first.id || again.data != first.data {
		t.Errorf("sent again: got %+v, want %+v", again, first)
	}
	if done := l.delivery("w", "delivered"); done["id"] != dead["id"] || done["tries"] != 1.0 || done["status"] != 204.0 {
		t.Errorf("recorded: got %v", done)
	}
	l.refused("conflict", "POST", retry, "")
	l.refused("not_found", "POST", "/v1/webhooks/w/deliveries/9999-1/retry", "")
	l.refused("not_found", "POST", "/v1/webhooks/none/deliveries/9999-1/retry", "")
	l.hold("m", "v2")
	if next := d.next(t); next.data.Volunteer != "v2" {
		t.Errorf("afterwards: got %+v, want the hold of v2", next)
	}
}

// A webhook that is deleted takes what was pending with it, and another one of
// the same id, made at once, gets what happens from then on and nothing older.
func TestDeletePending(t *testing.T) {
	t.Parallel() // it mostly waits
	l, refusing, well := openWorld(t, nil), openDoor(t, 503), openDoor(t, 204)
	l.must(201, "PUT", "/v1/missions/m", niceMission("m", `,"seats":50`))
	l.must(201, "PUT", "/v1/webhooks/w", `{"url":"`+refusing.URL+`","types":["seat.held"]}`)
	for i := range 5 {
		l.hold("m", fmt.Sprint("v", i))
	}
	refusing.next(t)
	pending := l.delivery("w", "pending")
	l.refused("conflict", "POST", "/v1/webhooks/w/deliveries/"+pending["id"].(string)+"/retry", "")
	l.must(204, "DELETE", "/v1/webhooks/w", "")
	l.refused("not_found", "GET", "/v1/webhooks/w/deliveries", "")
	l.must(201, "PUT", "/v1/webhooks/w", `{"url":"`+well.URL+`","types":["seat.held"]}`)
	for i := 5; i < 10; i++ { // while the sender may still be about the first
		l.hold("m", fmt.Sprint("v", i))
	}
	for i := 5; i < 10; i++ {
		if got := well.next(t); got.data.Volunteer != fmt.Sprint("v", i) {
			t.Errorf("got %+v, want the hold of v%d", got, i)
		}
	}
	l.delivery("w", "delivered")
	if left := l.must(200, "GET", "/v1/webhooks/w/deliveries?state=pending", "").json(t)["deliveries"].([]any); len(left) != 0 {
		t.Errorf("still pending: %v", left)
	}
}

// A key for one publisher has that one's events sent, and sees that one's
// webhooks; a key for everybody has all.
func TestWebhooksArePublishers(t *testing.T) {
	l, own, every := openWorld(t, func(c *api.Config) {
		withKeys(t, map[string][]string{"all": {"write", "admin"}}, nil, 0)(c)
		withKeys(t, map[string][]string{"jva": {"write"}}, []string{"jva"}, 0)(c)
		withKeys(t, map[string][]string{"both": {"write"}}, []string{"jva", "far"}, 0)(c)
	}), openDoor(t, 204), openDoor(t, 204)
	all, jva, both := []string{"x-api-key", l.key("all")}, []string{"x-api-key", l.key("jva")}, []string{"x-api-key", l.key("both")}
	for _, m := range []string{"far", "jva"} {
		l.must(201, "PUT", "/v1/missions/"+m, `{"title":"Aide","publisher":"`+m+`","remote":"full","seats":9}`, all...)
	}
	if got := l.must(201, "PUT", "/v1/webhooks/own", `{"url":"`+own.URL+`","types":["seat.held"]}`, jva...).json(t); got["publisher"] != "jva" || got["secret"] == nil {
		t.Errorf("got %v, want a webhook of jva's and its secret", got)
	}
	l.must(201, "PUT", "/v1/webhooks/every", `{"url":"`+every.URL+`","types":["seat.held"]}`, all...)
	l.refused("forbidden", "PUT", "/v1/webhooks/theirs", `{"url":"`+own.URL+`","types":["*"],"publisher":"far"}`, jva...)
	l.refused("forbidden", "PUT", "/v1/webhooks/which", `{"url":"`+own.URL+`","types":["*"]}`, both...)
	l.refused("conflict", "PUT", "/v1/webhooks/every", `{"url":"`+own.URL+`","types":["*"]}`, jva...)
	for _, path := range []string{"", "/deliveries"} {
		l.refused("not_found", "GET", "/v1/webhooks/every"+path, "", jva...)
	}
	l.refused("not_found", "DELETE", "/v1/webhooks/every", "", jva...)
	if n := len(l.must(200, "GET", "/v1/webhooks", "", jva...).json(t)["webhooks"].([]any)); n != 1 {
		t.Errorf("the key sees %d webhooks, want its own", n)
	}
	for i, m := range []string{"far", "jva", "far", "jva"} {
		l.hold(m, fmt.Sprint("v", i), all...)
	}
	for range 4 {
		every.next(t)
	}
	for _, volunteer := range []string{"v1", "v3"} {
		if got := own.next(t); got.data.Publisher != "jva" || got.data.Volunteer != volunteer {
			t.Errorf("got %+v, want the hold of %s", got, volunteer)
		}
	}
	done := l.delivery("every", "delivered", all...)["id"].(string)
	l.refused("not_found", "POST", "/v1/webhooks/every/deliveries/"+done+"/retry", "", jva...)
	l.refused("conflict", "POST", "/v1/webhooks/every/deliveries/"+done+"/retry", "", all...)
	if len(own.came) > 0 {
		t.Errorf("another's came: %+v", <-own.came)
	}
}
