package truth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"renfort/api"
	"renfort/bench/truth"
	"renfort/bench/world"
	"renfort/engine"
	"renfort/mission"
)

// live is a service with a world in it, spoken to as any caller does.
type live struct {
	t      testing.TB
	engine *engine.Engine
	url    string
	now    time.Time // log time: it moves when the test says so
}

// began is the log time at which services begin.
func began() time.Time { return world.Default().At }

// openLive serves a world of some missions.
func openLive(t testing.TB, missions int, seed uint64) *live {
	t.Helper()
	e, err := engine.Open(engine.Options{Dir: t.TempDir(), ManualTicks: true, Clock: began, NoSync: true, NoText: true}) // truth knows no words
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := api.Default()
	config.ShownEvery = time.Hour
	service := api.New(e, config)
	served := make(chan error, 1)
	go func() { served <- service.Serve(listener) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		service.Shutdown(context.Background())
		if err := <-served; err != nil {
			t.Error(err)
		}
		e.Close()
	})
	l := &live{t: t, engine: e, url: "http://" + listener.Addr().String(), now: began()}
	l.load(missions, seed)
	return l
}

// load writes a world's missions and moves log time by a second.
func (l *live) load(missions int, seed uint64) {
	l.t.Helper()
	c := world.Default()
	c.Missions, c.Seed = missions, seed
	w, err := world.New(c)
	if err != nil {
		l.t.Fatal(err)
	}
	var lines bytes.Buffer
	if err := w.WriteMissions(&lines); err != nil {
		l.t.Fatal(err)
	}
	l.do("POST", "/v1/missions/bulk", lines.String())
	l.wait(time.Second)
}

// wait moves log time.
func (l *live) wait(d time.Duration) {
	l.t.Helper()
	l.now = l.now.Add(d)
	if err := l.engine.TickAt(l.now); err != nil {
		l.t.Fatal(err)
	}
}

// try sends a request and gives the status too.
func (l *live) try(method, path, body string) (int, []byte) {
	l.t.Helper()
	req, err := http.NewRequest(method, l.url+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	if strings.Contains(path, "bulk") {
		req.Header.Set("Content-Type", "application/x-ndjson")
	} else if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return res.StatusCode, b
}

// do sends a request that must succeed.
func (l *live) do(method, path, body string) []byte {
	l.t.Helper()
	status, b := l.try(method, path, body)
	if status >= 300 {
		l.t.Fatalf("%s %s: %d %s\nsent %.500s", method, path, status, b, body)
	}
	return b
}

// walk reads all missions.
func (l *live) walk() (all []truth.Mission) {
	l.t.Helper()
	for cursor := ""; ; {
		page, next, err := truth.ReadMissions(l.do("GET", "/v1/missions?limit=1000&cursor="+cursor, ""))
		if err != nil {
			l.t.Fatal(err)
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			return all
		}
	}
}

// rules reads what is public of the rules; the past is the test's to tell.
func (l *live) rules(missions []truth.Mission) truth.Rules {
	l.t.Helper()
	r := truth.Rules{At: l.now, Organizations: map[mission.ID]truth.Organization{}}
	var err error
	must := func(e error) {
		if e != nil {
			l.t.Fatal(e)
		}
	}
	r.Policy, err = truth.ReadPolicy(l.do("GET", "/v1/policy", ""))
	must(err)
	r.Taxonomy, err = truth.ReadTaxonomy(l.do("GET", "/v1/taxonomy", ""))
	must(err)
	r.Crises, err = truth.ReadCrises(l.do("GET", "/v1/crises", ""))
	must(err)
	for i := range missions {
		id := missions[i].OrganizationID()
		if _, ok := r.Organizations[id]; ok || id == "" {
			continue
		}
		o, err := truth.ReadOrganization(l.do("GET", "/v1/organizations/"+id, ""))
		must(err)
		r.Organizations[id] = *o
	}
	return r
}

// truth takes the truth of the service as it stands; past tells what is not
// public. Of missions whose slots are not known one by one, it asks.
func (l *live) truth(past func(*truth.Rules)) *truth.Truth {
	l.t.Helper()
	missions := l.walk()
	r := l.rules(missions)
	past(&r)
	t, err := truth.New(missions, r)
	if err != nil {
		l.t.Fatal(err)
	}
	if len(t.Unsure()) == 0 {
		return t
	}
	unsure := map[mission.ID]bool{}
	for _, id := range t.Unsure() {
		unsure[id] = true
	}
	for i := range missions {
		if !unsure[missions[i].ID] {
			continue
		}
		if missions[i].Seating, err = truth.ReadSeating(l.do("GET", "/v1/missions/"+missions[i].ID+"/seats", "")); err != nil {
			l.t.Fatal(err)
		}
	}
	if t, err = truth.New(missions, r); err != nil || len(t.Unsure()) > 0 {
		l.t.Fatalf("asked for their seats: %v, still unsure: %v", err, t.Unsure())
	}
	return t
}

// bodyOf writes a JSON body.
func bodyOf(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// id writes the number of a mission of the world as its id.
func id(i int) string { return fmt.Sprintf("w:%06d", i) }
