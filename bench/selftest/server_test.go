package selftest_test

// Without a fault the control is right; with one it is wrong in that alone.

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"renfort/bench/selftest"
)

// control is a server and who speaks to it.
type control struct {
	*selftest.Server
	t *testing.T
}

func listen(t *testing.T, fault selftest.Fault) *control {
	t.Helper()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s, err := selftest.Listen(fault, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &control{s, t}
}

// ask sends a request and gives status and body; 0 where the answer broke off.
func (c *control) ask(method, path, body string) (int, map[string]any) {
	c.t.Helper()
	q, err := http.NewRequestWithContext(c.t.Context(), method, c.Target+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, nil
	}
	defer a.Body.Close()
	data, err := io.ReadAll(a.Body)
	if err != nil {
		return 0, nil
	}
	var answer map[string]any
	if len(data) > 0 {
		if err := json.Unmarshal(data, &answer); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
	return a.StatusCode, answer
}

// must sends a request that has to be answered so.
func (c *control) must(status int, method, path, body string) map[string]any {
	c.t.Helper()
	got, answer := c.ask(method, path, body)
	if got != status {
		c.t.Fatalf("%s %s %s: got %d %v, want %d", method, path, body, got, answer, status)
	}
	return answer
}

const twoSeats = `{"id":"m1","title":"Deux places","locations":[{"lat":48.85,"lon":2.35}],"domains":["sante"],"seats":2}`

// A seat is held, confirmed, given back and refused where there is none, and
// the walks tell the same.
func TestSeats(t *testing.T) {
	c := listen(t, selftest.None)
	c.must(200, "POST", "/v1/missions/bulk", twoSeats+"\n"+`{"id":"m2","title":"Créneaux","locations":[{"lat":48.85,"lon":2.35}],"slots":[{"id":"s1","date":"2026-12-01","part":"day","seats":1},{"id":"s2","date":"2026-12-02","part":"day","seats":1}]}`+"\n")
	first := c.must(201, "POST", "/v1/missions/m1/holds", `{"volunteer":"v1"}`)
	if again := c.must(200, "POST", "/v1/missions/m1/holds", `{"volunteer":"v1"}`); again["hold"] != first["hold"] {
		t.Errorf("got %v and %v for the same seat", first["hold"], again["hold"])
	}
	c.must(200, "POST", fmt.Sprintf("/v1/holds/%v/confirm", first["hold"]), "")
	c.must(201, "POST", "/v1/missions/m1/holds", `{"volunteer":"v2"}`)
	if full := c.must(409, "POST", "/v1/missions/m1/holds", `{"volunteer":"v3"}`); full["code"] != "mission_full" {
		t.Errorf("got %v, want mission_full", full["code"])
	}
	c.must(200, "POST", fmt.Sprintf("/v1/holds/%v/release", first["hold"]), "")
	c.must(409, "POST", fmt.Sprintf("/v1/holds/%v/confirm", first["hold"]), "")
	if o := c.must(200, "GET", "/v1/missions/m1", "")["occupancy"].(map[string]any); o["held"] != 1.0 || o["confirmed"] != 0.0 || o["free"] != 1.0 {
		t.Errorf("got the occupancy %v, want one held and one free", o)
	}
	c.must(201, "POST", "/v1/missions/m2/holds", `{"volunteer":"v1","slots":["s1"]}`)
	c.must(409, "POST", "/v1/missions/m2/holds", `{"volunteer":"v2","slots":["s1"]}`)
	c.must(201, "POST", "/v1/missions/m2/holds", `{"volunteer":"v2","slots":["s2"]}`)
	if seats := c.must(200, "GET", "/v1/seats?limit=1000", "")["seats"].([]any); len(seats) != 4 {
		t.Errorf("got %d seats, want 4: %v", len(seats), seats)
	}
	if page := c.must(200, "GET", "/v1/missions?limit=1", ""); page["cursor"] == nil || len(page["missions"].([]any)) != 1 {
		t.Errorf("got %v, want one mission and a cursor", page)
	}
}

// Full missions are recommended by the fault alone.
func TestStale(t *testing.T) {
	for fault, want := range map[selftest.Fault]int{selftest.None: 0, selftest.Stale: 1} {
		c := listen(t, fault)
		c.Arm()
		c.must(201, "PUT", "/v1/missions/m1", twoSeats)
		for _, v := range []string{"v1", "v2"} {
			c.must(201, "POST", "/v1/missions/m1/holds", fmt.Sprintf(`{"volunteer":%q}`, v))
		}
		page := c.must(200, "POST", "/v1/recommendations", `{"profile":{"domains":["sante"]}}`)["recommendations"].([]any)
		if len(page) != want {
			t.Errorf("%q: got %d recommendations, want %d", fault, len(page), want)
		}
	}
}

// One seat is given out twice, and the mission's own numbers hide it.
func TestOversold(t *testing.T) {
	c := listen(t, selftest.Oversold)
	c.Arm()
	c.must(201, "PUT", "/v1/missions/m1", twoSeats)
	given := 0
	for n := range 20 {
		if status, _ := c.ask("POST", "/v1/missions/m1/holds", fmt.Sprintf(`{"volunteer":"v%d"}`, n)); status == 201 {
			given++
		}
	}
	if o := c.must(200, "GET", "/v1/missions/m1", "")["occupancy"].(map[string]any); given != 3 || o["held"] != 2.0 || c.Done() != 1 {
		t.Errorf("got %d seats and %v, want 3, of which the mission knows 2", given, o)
	}
	c.must(200, "POST", "/v1/holds/h-00000000/release", "") // which hides it, and so it is done again
	for n := range 3 {
		c.ask("POST", "/v1/missions/m1/holds", fmt.Sprintf(`{"volunteer":"w%d"}`, n))
	}
	if seats := c.must(200, "GET", "/v1/seats?state=held", "")["seats"].([]any); len(seats) != 4 || c.Done() != 2 {
		t.Errorf("got %d seats in the walk, done %d times; want 4 and 2", len(seats), c.Done())
	}
}

// What was acknowledged is gone.
func TestLost(t *testing.T) {
	c := listen(t, selftest.LostHold)
	c.Arm()
	c.must(201, "PUT", "/v1/missions/m1", strings.Replace(twoSeats, `"seats":2`, `"seats":50`, 1))
	for n := range 30 {
		h := c.must(201, "POST", "/v1/missions/m1/holds", fmt.Sprintf(`{"volunteer":"v%d"}`, n))
		c.must(200, "POST", fmt.Sprintf("/v1/holds/%v/confirm", h["hold"]), "")
	}
	if seats := c.must(200, "GET", "/v1/seats", "")["seats"].([]any); len(seats) != 29 {
		t.Errorf("got %d seats, want 29 of 30", len(seats))
	}
	p := listen(t, selftest.LostPut)
	p.Arm()
	for n := range 30 {
		p.must(201, "PUT", fmt.Sprintf("/v1/volunteers/v%d", n), `{"domains":["sante"]}`)
	}
	if people := p.must(200, "GET", "/v1/volunteers", "")["volunteers"].([]any); len(people) != 29 {
		t.Errorf("got %d volunteers, want 29 of 30", len(people))
	}
}

// Errors and answers that break off come at their rate.
func TestBroken(t *testing.T) {
	for fault, want := range map[selftest.Fault]int{selftest.Errors: 500, selftest.Cut: 0} {
		c := listen(t, fault)
		c.Arm()
		bad := 0
		for range 200 {
			if status, _ := c.ask("GET", "/v1/search", ""); status == want {
				bad++
			} else if status != 200 {
				t.Errorf("%s: got status %d", fault, status)
			}
		}
		if bad != 2 || c.Done() != 2 {
			t.Errorf("%s: got %d of 200, done %d times; want 2", fault, bad, c.Done())
		}
	}
}
