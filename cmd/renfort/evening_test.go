package main

// The two figures that only the real binary can give: an evening of 25,000
// sign-ups over HTTP, each durable, and a start with 100,000 missions and
// 700,000 volunteers. They run when asked for:
//
//	go test ./cmd/renfort -run TestEvening -evening -v
//	go test ./cmd/renfort -run TestStart -start -v
//
// Nothing is asserted about time; what was acknowledged is counted, and seats
// are checked before the figures are printed.

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

var (
	evening = flag.Bool("evening", false, "measure an evening of sign-ups")
	start   = flag.Bool("start", false, "measure a start with 100,000 missions and 700,000 volunteers")
)

const (
	eveningSignups  = 25_000
	eveningClients  = 64
	eveningMissions = 20_000
)

// syncTime gives the median of fdatasync after 4 KB, in the file system of a
// directory: what no durable figure can be better than.
func syncTime(t *testing.T, dir string) time.Duration {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block, took := make([]byte, 4096), make([]time.Duration, 200)
	for i := range took {
		if _, err := f.WriteAt(block, int64(i%16)*4096); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// walker is one client of an evening: a connection, and memory that is used
// again.
type walker struct {
	client  *fasthttp.HostClient
	offers  map[string]offer // what the platform knows of its missions
	q       fasthttp.Request
	a       fasthttp.Response
	body    bytes.Buffer
	took    []time.Duration // of each request
	refused map[string]int  // holds, by code
}

// post sends the walker's body and gives the answer's, which lives until the
// next call.
func (w *walker) post(path string) (status int, body []byte, err error) {
	w.q.Header.SetMethod("POST")
	w.q.SetRequestURI("http://renfort" + path)
	w.q.Header.SetContentType("application/json")
	w.q.SetBodyRaw(w.body.Bytes())
	began := time.Now()
	err = w.client.Do(&w.q, &w.a)
	w.took = append(w.took, time.Since(began))
	return w.a.StatusCode(), w.a.Body(), err
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

// signUp signs one person up and is told what there is to do.
func (w *walker) signUp(person []byte) (holds int, err error) {
	w.body.Reset()
	fmt.Fprintf(&w.body, `{"volunteer":%s,"recommend":{"limit":10}}`, person)
	status, body, err := w.post("/v1/signups")
	if err != nil || status != 201 {
		return 0, fmt.Errorf("sign-up: %d %w %s", status, err, beginning(body))
	}
	return 0, nil
}

// atOnce signs one person up and holds their first mission in one request.
func (w *walker) atOnce(person []byte) (holds int, err error) {
	w.body.Reset()
	fmt.Fprintf(&w.body, `{"volunteer":%s,"recommend":{"limit":10},"hold":{"first":true}}`, person)
	status, body, err := w.post("/v1/signups")
	if err != nil || status != 201 {
		return 0, fmt.Errorf("sign-up: %d %w %s", status, err, beginning(body))
	}
	if bytes.Contains(body, []byte(`"hold":null`)) {
		return 0, nil
	}
	return 1, nil
}

// offer is what a platform knows of a mission that it shows.
type offer struct {
	elsewhere bool     // partners take its signups
	slots     []string // to be named
}

// offersOf reads them from the missions' file.
func offersOf(t *testing.T, file string) map[string]offer {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	offers := map[string]offer{}
	for line := range bytes.Lines(data) {
		var m struct {
			ID, Booking string
			Slots       []struct{ ID string }
		}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		o := offer{elsewhere: m.Booking == mission.BookingElsewhere}
		for _, s := range m.Slots {
			o.slots = append(o.slots, s.ID)
		}
		offers[m.ID] = o
	}
	return offers
}

// stepByStep signs one person up, holds the first mission that has a seat and
// confirms it: three requests, more where somebody was faster.
func (w *walker) stepByStep(person []byte) (holds int, err error) {
	w.body.Reset()
	fmt.Fprintf(&w.body, `{"volunteer":%s,"recommend":{"limit":10}}`, person)
	status, body, err := w.post("/v1/signups")
	if err != nil || status != 201 {
		return 0, fmt.Errorf("sign-up: %d %w %s", status, err, beginning(body))
	}
	volunteer := member(body, "volunteer")
	for _, id := range firstMissions(body) {
		o := w.offers[id]
		if o.elsewhere {
			continue
		}
		w.body.Reset()
		fmt.Fprintf(&w.body, `{"volunteer":%q}`, volunteer)
		if len(o.slots) > 0 {
			w.body.Reset()
			fmt.Fprintf(&w.body, `{"volunteer":%q,"slots":[%q]}`, volunteer, o.slots[0])
		}
		status, body, err = w.post("/v1/missions/" + id + "/holds")
		if err != nil {
			return 0, err
		}
		if status == 409 {
			w.refused[member(body, "code")]++
			continue
		}
		if status != 201 {
			return 0, fmt.Errorf("hold: %d %s", status, beginning(body))
		}
		w.body.Reset()
		status, body, err = w.post("/v1/holds/" + member(body, "hold") + "/confirm")
		if err != nil || status != 200 {
			return 0, fmt.Errorf("confirm: %d %w %s", status, err, beginning(body))
		}
		return 1, nil
	}
	return 0, nil
}

// firstMissions gives the ids of a page, best first.
func firstMissions(body []byte) (ids []string) {
	for part := range bytes.SplitSeq(body, []byte(`{"id":"`)) {
		id, rest, _ := bytes.Cut(part, []byte{'"'})
		if bytes.HasPrefix(rest, []byte(`,"score"`)) {
			ids = append(ids, string(id))
		}
	}
	return ids
}

func TestEvening(t *testing.T) {
	if !*evening {
		t.Skip("a measurement: ask for it with -evening")
	}
	people := newcomers(t, eveningSignups)
	t.Run("signed up", func(t *testing.T) { signUpAll(t, people, (*walker).signUp) })
	t.Run("one request", func(t *testing.T) { signUpAll(t, people, (*walker).atOnce) })
	t.Run("three requests", func(t *testing.T) { signUpAll(t, people, (*walker).stepByStep) })
}

// newcomers are volunteers of a world, whom no service knows.
func newcomers(t *testing.T, n int) (people [][]byte) {
	t.Helper()
	_, file := makeWorld(t, 0, n)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSpace(data), []byte{'\n'})
}

// signUpAll has every person go through, by many clients at once, and prints
// how long it took.
func signUpAll(t *testing.T, people [][]byte, through func(*walker, []byte) (int, error)) {
	dir := t.TempDir()
	m, _ := makeWorld(t, eveningMissions, 0)
	s := serve(t, dir)
	mustRun(t, "import", "--to", s.url, m)
	untilWords(t, s)
	offers := offersOf(t, m)
	client := &fasthttp.HostClient{Addr: strings.TrimPrefix(s.url, "http://"), MaxConns: eveningClients}
	walkers := make([]*walker, eveningClients)
	var next, holds atomic.Int64
	var running sync.WaitGroup
	before := processorSeconds(t, s)
	began := time.Now()
	for i := range walkers {
		w := &walker{client: client, offers: offers, refused: map[string]int{}}
		walkers[i] = w
		running.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(people)); n = next.Add(1) - 1 {
				got, err := through(w, people[n])
				if err != nil {
					t.Error(err)
					return
				}
				holds.Add(int64(got))
			}
		})
	}
	running.Wait()
	took := time.Since(began)
	t.Logf("%.2f s for %d sign-ups by %d clients, %d with a seat; %s", took.Seconds(), len(people), eveningClients, holds.Load(), requestTimes(walkers, took))
	t.Logf("a sync of 4 KB takes %v here; the service used %.2f s of processor time and has %s", syncTime(t, dir), processorSeconds(t, s)-before, anonymous(t, s))
	verifyEvening(t, s, len(people), int(holds.Load()))
}

// untilWords waits until the words of all missions are indexed, as they are in
// a platform on any evening, and the first merges of segments are over.
func untilWords(t *testing.T, s *server) {
	t.Helper()
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(time.Second) {
		var stats struct {
			Text struct{ Pending, Documents int }
		}
		if s.must(200, "GET", "/v1/stats", "", &stats); stats.Text.Pending == 0 && stats.Text.Documents == eveningMissions {
			time.Sleep(2 * time.Second)
			return
		}
	}
	t.Fatal("the words were not indexed within a minute")
}

// verifyEvening counts what is there.
func verifyEvening(t *testing.T, s *server, people, holds int) {
	t.Helper()
	gotPeople, gotHolds := 0, 0
	taken := map[string]*seatsOf{}
	walk(s, "/v1/volunteers?limit=1000", "volunteers", func(struct{ ID string }) { gotPeople++ })
	walk(s, "/v1/seats?limit=1000", "seats", func(h struct{ State, Mission string }) {
		gotHolds++
		o := taken[h.Mission]
		if o == nil {
			o = &seatsOf{}
			taken[h.Mission] = o
		}
		if h.State == "confirmed" {
			o.confirmed++
		} else {
			o.held++
		}
	})
	if gotPeople != people || gotHolds != holds {
		t.Errorf("%d people and %d seats are there, want %d and %d", gotPeople, gotHolds, people, holds)
	}
	verifySeats(t, s, taken)
}

// requestTimes sums up the requests of all walkers.
func requestTimes(walkers []*walker, took time.Duration) string {
	var all []time.Duration
	for _, w := range walkers {
		all = append(all, w.took...)
	}
	slices.SortFunc(all, cmp.Compare)
	at := func(share float64) time.Duration {
		return all[int(share*float64(len(all)-1))].Round(10 * time.Microsecond)
	}
	refused := map[string]int{}
	for _, w := range walkers {
		for code, n := range w.refused {
			refused[code] += n
		}
	}
	return fmt.Sprintf("%d requests, %.0f/s, p50 %v, p99 %v, max %v; holds refused: %v", len(all), float64(len(all))/took.Seconds(), at(0.5), at(0.99), at(1), refused)
}

// processorSeconds gives the processor time that a service has used: where a
// machine is shared it says more than the clock. 0 where nobody tells.
func processorSeconds(t *testing.T, s *server) float64 {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	// Fields are counted from behind the name; the ticks of Linux are 10 ms.
	_, fields, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(fields)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return float64(user+system) / 100
}

// anonymous gives the anonymous memory of a service.
func anonymous(t *testing.T, s *server) string {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return "unknown memory: " + err.Error()
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "RssAnon:"); found {
			return strings.TrimSpace(value) + " of anonymous memory"
		}
	}
	return "unknown memory"
}

func TestStart(t *testing.T) {
	if !*start {
		t.Skip("a measurement: ask for it with -start")
	}
	dir := t.TempDir()
	m, v := makeWorld(t, 100_000, 700_000)
	s := serve(t, dir)
	began := time.Now()
	mustRun(t, "import", "--to", s.url, m, v)
	t.Logf("imported in %.1f s; a sync of 4 KB takes %v here", time.Since(began).Seconds(), syncTime(t, dir))
	for range 3 {
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		s = serve(t, dir)
		s.must(200, "GET", "/readyz", "", nil)
		t.Logf("ready %.2f s after the process was started, %.2f s of processor time, with %s", time.Since(began).Seconds(), processorSeconds(t, s), anonymous(t, s))
	}
	var stats struct{ Missions, Volunteers json.Number }
	s.must(200, "GET", "/v1/stats", "", &stats)
	if stats.Missions != "100000" || stats.Volunteers != "700000" {
		t.Errorf("got %s missions and %s volunteers", stats.Missions, stats.Volunteers)
	}
}
