package main

// A crowd fights for few seats over HTTP while the service is killed: no
// mission ever has more people seated than seats, as its callers count them
// and as the service does. By hand, for ten million attempts:
//
//	go test ./cmd/renfort -run Contention -attempts 10000000 -kills 100 -timeout 3h -v

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

var attempts = flag.Int64("attempts", 20_000, "attempts to get a seat by a crowd")

const (
	crowdClients  = 64
	crowdMissions = 24
	crowdSeatsMax = 5
	// holdS is the least that a hold may last; a caller lets go of one before,
	// so that what callers count is never more than what is taken.
	holdS    = 30
	letGoS   = 15
	keptMost = 3 // seats that one caller has at a time
	// checkEvery kills the whole file is checked: with millions of holds that
	// takes a minute.
	checkEvery = 5
)

// crowd is what callers know between them.
type crowd struct {
	t        *testing.T
	total    [crowdMissions]int64
	taken    [crowdMissions]atomic.Int64 // seats that somebody was told are theirs
	attempts atomic.Int64
	granted  atomic.Int64
	mu       sync.Mutex
	seats    map[string]int // confirmed and acknowledged: hold -> mission
}

// ownSeat is one that a caller has.
type ownSeat struct {
	hold      string
	mission   int
	confirmed bool
	until     time.Time // of a hold: let go of by then
}

func TestContention(t *testing.T) {
	if testing.Short() {
		t.Skip("long: kills and restarts")
	}
	t.Logf("seed %d", seed)
	dir := t.TempDir()
	s := serve(t, dir)
	c := &crowd{t: t, seats: map[string]int{}}
	for m := range crowdMissions {
		c.total[m] = int64(m%crowdSeatsMax + 1)
		s.must(201, "PUT", fmt.Sprintf("/v1/missions/c%d", m), fmt.Sprintf(
			`{"title":"Tenir un stand","seats":%d,"locations":[{"lat":48.85,"lon":2.35}]}`, c.total[m]), nil)
	}
	for round := range *kills {
		aim := *attempts * int64(round+1) / int64(*kills)
		running := c.fight(s, seed+uint64(round))
		for c.attempts.Load() < aim && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		s.kill()
		running.Wait()
		if round%checkEvery == checkEvery-1 || round == *kills-1 {
			mustRun(t, "check", dir)
		}
		t.Logf("kill %d: %d attempts, %d got a seat", round+1, c.attempts.Load(), c.granted.Load())
		s = serve(t, dir)
		c.verify(s)
		if t.Failed() {
			return
		}
	}
	if c.granted.Load() == 0 || c.granted.Load() == c.attempts.Load() {
		t.Errorf("%d of %d attempts got a seat: nothing was fought for", c.granted.Load(), c.attempts.Load())
	}
	t.Logf("%d attempts by %d clients over %d kills, %d got a seat", c.attempts.Load(), crowdClients, *kills, c.granted.Load())
}

// fight sends holds, confirmations and releases until the service is gone.
func (c *crowd) fight(s *server, seed uint64) *sync.WaitGroup {
	client := &fasthttp.HostClient{Addr: strings.TrimPrefix(s.url, "http://"), MaxConns: crowdClients, MaxIdemponentCallAttempts: 1}
	running := new(sync.WaitGroup)
	for i := range crowdClients {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		running.Go(func() {
			var mine []ownSeat
			for ok := true; ok; {
				mine, ok = c.step(client, rng, mine)
			}
		})
	}
	return running
}

// step is one request of one caller; ok is false once the service is gone.
func (c *crowd) step(client *fasthttp.HostClient, rng *rand.Rand, mine []ownSeat) (left []ownSeat, ok bool) {
	if len(mine) == 0 || len(mine) < keptMost && rng.IntN(2) == 0 {
		return c.hold(client, rng, mine)
	}
	i := rng.IntN(len(mine))
	h := mine[i]
	switch {
	case !h.confirmed && time.Now().After(h.until):
		c.taken[h.mission].Add(-1)
	case !h.confirmed && rng.IntN(3) == 0:
		status, _, err := post(client, "/v1/holds/"+h.hold+"/confirm", "")
		if mine[i].confirmed = status == 200; mine[i].confirmed {
			c.mu.Lock()
			c.seats[h.hold] = h.mission
			c.mu.Unlock()
		} else if err == nil {
			c.t.Errorf("confirming %s: %d", h.hold, status)
		}
		return mine, err == nil
	default:
		// Counted as free before it is: never more than are taken.
		c.taken[h.mission].Add(-1)
		c.mu.Lock()
		delete(c.seats, h.hold)
		c.mu.Unlock()
		if status, _, err := post(client, "/v1/holds/"+h.hold+"/release", ""); err != nil {
			return mine, false
		} else if status != 200 {
			c.t.Errorf("releasing %s: %d", h.hold, status)
		}
	}
	return append(mine[:i], mine[i+1:]...), true
}

// hold tries to get a seat.
func (c *crowd) hold(client *fasthttp.HostClient, rng *rand.Rand, mine []ownSeat) ([]ownSeat, bool) {
	m, n := rng.IntN(crowdMissions), c.attempts.Add(1)
	until := time.Now().Add(letGoS * time.Second)
	status, body, err := post(client, fmt.Sprintf("/v1/missions/c%d/holds", m), fmt.Sprintf(`{"volunteer":"p%d","ttl_s":%d}`, n, holdS))
	switch {
	case err != nil:
		return mine, false
	case status == 409:
		return mine, true
	case status != 201:
		c.t.Errorf("a hold on c%d: %d %s", m, status, body)
		return mine, false
	}
	c.granted.Add(1)
	if taken := c.taken[m].Add(1); taken > c.total[m] {
		c.t.Errorf("mission c%d of %d seats has given out %d", m, c.total[m], taken)
	}
	return append(mine, ownSeat{hold: member(body, "hold"), mission: m, until: until}), true
}

func post(client *fasthttp.HostClient, path, body string) (status int, answer []byte, err error) {
	q, a := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(q)
	defer fasthttp.ReleaseResponse(a)
	q.Header.SetMethod("POST")
	q.SetRequestURI("http://renfort" + path)
	if body != "" {
		q.Header.SetContentType("application/json")
		q.SetBodyString(body)
	}
	if err = client.DoTimeout(q, a, 20*time.Second); err != nil {
		return 0, nil, err // the status of an answer that never came is 200
	}
	return a.StatusCode(), append([]byte(nil), a.Body()...), nil
}

// verify asks a service after a restart who is seated, and lets everybody go,
// those too of whom no answer told.
func (c *crowd) verify(s *server) {
	c.t.Helper()
	var perMission [crowdMissions]int64
	there := map[string]bool{}
	walk(s, "/v1/seats?limit=1000", "seats", func(h struct{ Hold, State, Mission string }) {
		if h.State != "held" && h.State != "confirmed" {
			return
		}
		var m int
		fmt.Sscanf(h.Mission, "c%d", &m)
		perMission[m]++
		there[h.Hold] = h.State == "confirmed"
	})
	for m, n := range perMission {
		if n > c.total[m] {
			c.t.Errorf("after a restart mission c%d of %d seats has %d people", m, c.total[m], n)
		}
	}
	for hold, m := range c.seats {
		if !there[hold] {
			c.t.Errorf("the confirmed seat %s of c%d, which was acknowledged, is gone", hold, m)
		}
	}
	for hold := range there {
		if r := s.ask("POST", "/v1/holds/"+hold+"/release", ""); r.status != 200 && r.status != 410 {
			c.t.Errorf("letting %s go: %d %s", hold, r.status, r.body)
		}
	}
	clear(c.seats)
	for m := range c.taken {
		c.taken[m].Store(0)
	}
}

// member finds a member's string value without reading the rest.
func member(body []byte, name string) string {
	_, rest, found := bytes.Cut(body, []byte(`"`+name+`":"`))
	if !found {
		return ""
	}
	value, _, _ := bytes.Cut(rest, []byte{'"'})
	return string(value)
}
