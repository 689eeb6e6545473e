package player_test

// The player against a service of a few lines: it answers each ask once, as its
// seed says, takes a stream up again where it was cut off, and leaves alone
// those who stay silent.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"renfort/bench/player"
)

// service tells of so many asks, cutting the stream off after each hundred, and
// keeps the answers.
type service struct {
	asks    int
	mu      sync.Mutex
	answers map[string]string // guarded by mu
	twice   int               // guarded by mu
	since   []string          // guarded by mu
	enough  context.CancelFunc
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPost {
		var b struct{ Volunteer, Answer string }
		if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if s.answers[b.Volunteer] != "" {
			s.twice++
		}
		s.answers[b.Volunteer] = b.Answer
		fmt.Fprint(w, "{}")
		return
	}
	last := 0
	fmt.Sscan(r.URL.Query().Get("since"), &last)
	s.since = append(s.since, r.URL.Query().Get("since"))
	if last >= s.asks {
		s.enough()
	}
	for i := last + 1; i <= min(last+100, s.asks); i++ {
		fmt.Fprintf(w, "id: %d\nevent: wave.ask\ndata: {\"id\":\"%d\",\"wave\":\"w-1\",\"volunteer\":\"v%d\"}\n\n", i, i, i)
	}
}

func play(t *testing.T, c player.Config) *service {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s := &service{asks: 300, answers: map[string]string{}, enough: stop}
	server := httptest.NewServer(s)
	defer server.Close()
	c.Target, c.MedianSeconds, c.Sigma, c.Speed = server.URL, 1, 0.1, 1e6
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := player.New(c).Play(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPlayerAnswers(t *testing.T) {
	s := play(t, player.Config{Seed: 1, Accept: 0.3, Decline: 0.2})
	counts := map[string]int{}
	for _, a := range s.answers {
		counts[a]++
	}
	if counts["accept"] < 60 || counts["accept"] > 120 || counts["decline"] < 35 || counts["decline"] > 85 || s.twice != 0 {
		t.Errorf("got %v of 300, %d twice; want some 90 and 60, and nobody twice", counts, s.twice)
	}
	if len(s.since) != 4 || s.since[1] != "100" || s.since[3] != "300" {
		t.Errorf("asked for events since %v, want to go on where the stream was cut off", s.since)
	}
	again := play(t, player.Config{Seed: 1, Accept: 0.3, Decline: 0.2})
	for v, a := range again.answers {
		if s.answers[v] != a {
			t.Errorf("%s answers %q, and %q to the same seed", v, s.answers[v], a)
		}
	}
	if none := play(t, player.Config{Seed: 1}); len(none.answers) != 0 {
		t.Errorf("nobody accepts or declines, and %d answered", len(none.answers))
	}
}

func TestPlayerValidates(t *testing.T) {
	ok := player.Config{Target: "http://127.0.0.1:8080", Accept: 0.12, MedianSeconds: 240, Sigma: 1.1, Speed: 1}
	if err := ok.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*player.Config){
		func(c *player.Config) { c.Target = "127.0.0.1" }, func(c *player.Config) { c.Target = "ftp://x" }, func(c *player.Config) { c.Accept = 1.1 },
		func(c *player.Config) { c.Decline = -1 }, func(c *player.Config) { c.Speed = 0 }, func(c *player.Config) { c.Sigma = 0 },
	} {
		c := ok
		if change(&c); c.Validate() == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
