package load_test

// What is due is sent, what comes of it is counted apart, and latency is from
// when it was due.

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"renfort/bench/load"
	"renfort/bench/result"
)

// run sends streams to a handler and gives the one phase.
func run(t *testing.T, handler http.HandlerFunc, change func(*load.Plan), streams ...load.Stream) result.Phase {
	t.Helper()
	s := httptest.NewServer(handler)
	defer s.Close()
	plan := &load.Plan{Target: s.URL, Kinds: []load.Kind{{Name: "ask"}, {Name: "take", No: []int{409}}, {Name: "whole"}}, Timeout: 5 * time.Second,
		Phases: []load.Phase{{Name: "one", Counted: true, Streams: streams}}}
	if change != nil {
		change(plan)
	}
	phases, err := load.Run(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	return phases[0]
}

// callOf finds a call of a phase.
func callOf(t *testing.T, p result.Phase, name string) result.Call {
	t.Helper()
	for _, c := range p.Calls {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no call %q in %d", name, len(p.Calls))
	return result.Call{}
}

// Every kind of answer is counted where it belongs, and none is lost.
func TestOutcomes(t *testing.T) {
	statuses := []int{200, 201, 409, 429, 503, 500, 404}
	var mu sync.Mutex
	seen := map[string]int{}
	p := run(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.URL.Path]++
		mu.Unlock()
		n, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(statuses[n%len(statuses)])
	}, nil, load.Stream{Name: "s", Clients: 4, Arrivals: load.Poisson(2000, 350*time.Millisecond, 1), Do: func(c *load.Client, n int) {
		if a := c.Send(1, "POST", "/"+strconv.Itoa(n), []byte("{}")); a.Status != statuses[n%len(statuses)] {
			t.Errorf("request %d: got status %d, want %d", n, a.Status, statuses[n%len(statuses)])
		}
	}})
	total := load.Poisson(2000, 350*time.Millisecond, 1).Len()
	want := map[int]int64{}
	for n := range total {
		want[statuses[n%len(statuses)]]++
	}
	c := callOf(t, p, "take")
	if len(seen) != total || c.OK != want[200]+want[201] || c.No != want[409] || c.Refused != want[429]+want[503] || c.Errors != want[500]+want[404] || c.Timeouts != 0 {
		t.Errorf("got %d paths and %+v, want %d arrivals: %v", len(seen), c.Codes, total, want)
	}
	if c.Latency.Count()+c.Refusal.Count() != int64(total) || p.Lag.Count() != int64(total) {
		t.Errorf("got %d and %d latencies and %d lags, want %d", c.Latency.Count(), c.Refusal.Count(), p.Lag.Count(), total)
	}
}

// A server that stands still for a while: what was due meanwhile has waited,
// which the service time alone does not tell.
func TestCoordinatedOmission(t *testing.T) {
	var once sync.Once
	p := run(t, func(http.ResponseWriter, *http.Request) {
		once.Do(func() { time.Sleep(200 * time.Millisecond) })
	}, nil, load.Stream{Name: "s", Clients: 1, Arrivals: load.Constant(500, 400*time.Millisecond), Do: func(c *load.Client, _ int) { c.Send(0, "GET", "/", nil) }})
	c := callOf(t, p, "ask")
	if late, slow := c.Latency.At(75), c.ServiceTime.At(75); c.OK != 200 || late < 10_000 || slow > late/2 || p.Starved < 50 {
		t.Errorf("got %d answers, a quarter later than %d us and slower than %d us, %d starved; want 200, of which many waited", c.OK, late, slow, p.Starved)
	}
}

// Who waits too long has given up, sent or not, and is counted.
func TestTimeouts(t *testing.T) {
	hang := make(chan struct{})
	var asked atomic.Int64
	p := run(t, func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}, func(p *load.Plan) { p.Timeout = 50 * time.Millisecond }, load.Stream{Name: "s", Clients: 2, Arrivals: load.Burst(10, time.Millisecond),
		Do: func(c *load.Client, _ int) { c.Send(0, "GET", "/", nil) }})
	close(hang)
	if c := callOf(t, p, "ask"); c.Timeouts != 10 || c.Latency.At(0.1) < 49_000 || c.Codes["timeout"] != asked.Load() || c.Codes["timeout"]+c.Codes["timeout_unsent"] != 10 {
		t.Errorf("got %d timeouts, %v, latency %+v; want 10 from 50 ms on, of which %d were sent", c.Timeouts, c.Codes, c.Latency.Summary(), asked.Load())
	}
}

// A flow of two requests: the second is due when the first is answered, and the
// whole is from when its arrival was due.
func TestFlow(t *testing.T) {
	p := run(t, func(http.ResponseWriter, *http.Request) { time.Sleep(5 * time.Millisecond) }, nil,
		load.Stream{Name: "s", Clients: 8, Arrivals: load.Eager(20), Do: func(c *load.Client, _ int) {
			c.Send(0, "GET", "/", nil)
			if c.Send(1, "POST", "/", []byte("{}")); c.Number == 0 {
				c.Wrong()
			}
			c.Whole(2, load.OK)
		}})
	ask, take, whole := callOf(t, p, "ask"), callOf(t, p, "take"), callOf(t, p, "whole")
	if ask.OK != 20 || take.OK+take.Errors != 20 || take.Errors == 0 || whole.OK != 20 || !whole.Whole {
		t.Errorf("got %d, %d and %d, %d", ask.OK, take.OK, take.Errors, whole.OK)
	}
	if w := whole.Latency.At(1); w < ask.Latency.At(1)+take.Latency.At(1)-100 {
		t.Errorf("got a whole of %d us, of %d and %d", w, ask.Latency.At(1), take.Latency.At(1))
	}
}

// A run that is ended says what was not sent.
func TestEnded(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stop() }))
	defer s.Close()
	phases, err := load.Run(ctx, &load.Plan{Target: s.URL, Kinds: []load.Kind{{Name: "ask"}}, Timeout: time.Second, Phases: []load.Phase{
		{Name: "one", Streams: []load.Stream{{Name: "s", Clients: 1, Arrivals: load.Constant(100, time.Hour), Do: func(c *load.Client, _ int) { c.Send(0, "GET", "/", nil) }}}},
	}})
	if err == nil || len(phases) != 1 || phases[0].Unsent < 359_000 {
		t.Errorf("got %v, %d phases; want the context's error and most of 360,000 unsent", err, len(phases))
	}
}

func TestRefusedPlans(t *testing.T) {
	good := func() *load.Plan {
		return &load.Plan{Target: "http://127.0.0.1:1", Kinds: []load.Kind{{}}, Timeout: 1, Phases: []load.Phase{{Streams: []load.Stream{{Clients: 1, Arrivals: load.Eager(1), Do: func(*load.Client, int) {}}}}}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*load.Plan){
		"target":   func(p *load.Plan) { p.Target = "127.0.0.1:1" },
		"kinds":    func(p *load.Plan) { p.Kinds = nil },
		"timeout":  func(p *load.Plan) { p.Timeout = 0 },
		"phases":   func(p *load.Plan) { p.Phases = nil },
		"clients":  func(p *load.Plan) { p.Phases[0].Streams[0].Clients = 0 },
		"arrivals": func(p *load.Plan) { p.Phases[0].Streams[0].Arrivals = load.Eager(0) },
	} {
		p := good()
		if spoil(p); p.Validate() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}
