package main

// The independent verifier against the real binary: what people did over HTTP
// is found as they wrote it down, and what they did not do is missed.

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"renfort/bench/verify"
)

// diarist writes down what it sends to a service and what came of it.
type diarist struct {
	s              *server
	ledger, record *verify.Writer
	n              uint64
}

// write sends a write between its two lines.
func (d *diarist) write(e verify.Entry, body string) (answer struct {
	Hold, State, Mission string
	ExpiresAt            string `json:"expires_at"`
	Seq                  uint64
}) {
	d.s.t.Helper()
	d.n++
	e.Run, e.N, e.At = "t", d.n, time.Now()
	d.note(d.ledger.Intent(&e))
	r := d.s.ask(e.Method, e.Path, body)
	e.Status = r.status
	if r.status >= 400 && r.status < 500 {
		d.note(d.ledger.Refused(&e))
		return answer
	}
	if err := json.Unmarshal(r.body, &answer); err != nil || r.status > 299 {
		d.s.t.Fatalf("%s %s: got %d %v %s", e.Method, e.Path, r.status, err, beginning(r.body))
	}
	e.Seq, e.Hold, e.State, e.Expires = answer.Seq, answer.Hold, answer.State, answer.ExpiresAt
	d.note(d.ledger.Acknowledged(&e))
	return answer
}

func (d *diarist) note(err error) {
	d.s.t.Helper()
	if err != nil {
		d.s.t.Fatal(err)
	}
}

// page asks for recommendations, records the answer and gives the missions.
func (d *diarist) page(body string) (ids []string) {
	d.s.t.Helper()
	r := d.s.ask("POST", "/v1/recommendations", body)
	var page struct{ Recommendations []struct{ ID string } }
	if err := json.Unmarshal(r.body, &page); err != nil || r.status != 200 {
		d.s.t.Fatalf("%s: got %d %v %s", body, r.status, err, beginning(r.body))
	}
	d.n++
	d.note(d.record.Answer(&verify.Answer{Run: "t", N: d.n, At: time.Now(), Kind: verify.KindRecommendation, Method: "POST",
		Path: "/v1/recommendations", Request: []byte(body), Status: 200, Body: r.body}))
	for _, item := range page.Recommendations {
		ids = append(ids, item.ID)
	}
	return ids
}

// tick gives the time of the service's last Tick.
func (d *diarist) tick() string {
	d.s.t.Helper()
	var page struct{ At string }
	d.s.must(200, "GET", "/v1/recommendations?limit=1", "", &page)
	return page.At
}

// live has people sign up, look and take seats.
func (d *diarist) live(people int) {
	codes := []string{"06000", "75011", "48000", "97400", "67000"}
	for i := range people {
		id := fmt.Sprintf("t-%d", i)
		d.write(verify.Entry{Op: verify.OpVolunteerPut, Method: "PUT", Path: "/v1/volunteers/" + id, Volunteer: id},
			fmt.Sprintf(`{"postal_code":%q,"domains":["solidarite-insertion"],"availability":["weekend"]}`, codes[i%len(codes)]))
		ids := d.page(fmt.Sprintf(`{"volunteer":%q,"explain":true}`, id))
		d.page(fmt.Sprintf(`{"profile":{"postal_code":%q,"remote":"no"},"limit":5,"explain":true}`, codes[i%len(codes)]))
		if len(ids) == 0 {
			continue
		}
		mission := ids[i%len(ids)]
		hold := d.write(verify.Entry{Op: verify.OpHold, Method: "POST", Path: "/v1/missions/" + mission + "/holds", Mission: mission, Volunteer: id},
			fmt.Sprintf(`{"volunteer":%q}`, id))
		steps := []string{verify.OpConfirm, verify.OpRelease}[:i%3]
		for _, step := range steps {
			if hold.Hold != "" {
				d.write(verify.Entry{Op: step, Method: "POST", Path: "/v1/holds/" + hold.Hold + "/" + step, Hold: hold.Hold, Mission: mission, Volunteer: id}, "{}")
			}
		}
	}
}

func TestBenchVerify(t *testing.T) {
	missions, _ := makeWorld(t, 400, 0)
	s := serve(t, t.TempDir())
	mustRun(t, "import", "--to", s.url, missions)
	dir := t.TempDir()
	ledger, record := filepath.Join(dir, "ledger"), filepath.Join(dir, "record")
	d := &diarist{s: s}
	var err error
	d.ledger, err = verify.NewLedger(ledger)
	d.note(err)
	d.record, err = verify.NewRecord(record)
	d.note(err)
	// Scales of distance are measured at a Tick: one that has seen the missions.
	at := d.tick()
	eventually(t, "a Tick", func() bool { return d.tick() != at })
	d.live(30)
	// A mission of one seat, seen before it is taken.
	s.must(201, "PUT", "/v1/missions/last", `{"title":"La dernière place","seats":1,"urgency":"normal","locations":[{"postal_code":"48000"}]}`, nil)
	seen := d.page(`{"profile":{"postal_code":"48000"},"explain":true}`)
	if !slices.Contains(seen, "last") {
		t.Fatalf("got %v, want the mission called last", seen)
	}
	hold := d.write(verify.Entry{Op: verify.OpHold, Method: "POST", Path: "/v1/missions/last/holds", Mission: "last", Volunteer: "t-last"}, `{"volunteer":"t-last","confirm":true}`)
	d.note(d.ledger.Close())
	d.note(d.record.Close())

	o := mustRun(t, "bench", "verify", "--ledger", ledger, "--record", record, "--target", s.url)
	if !strings.Contains(o.stdout, "RIGHT: ") || o.stderr != "" {
		t.Errorf("got %s%s", o.stdout, o.stderr)
	}
	mustMiss := func(what, file string, bend func(line string) string, words ...string) {
		t.Helper()
		bent := []string{"--ledger", ledger, "--record", record}
		bent[slices.Index(bent, file)] = bendLast(t, file, bend)
		o := renfort(t, append([]string{"bench", "verify", "--target", s.url}, bent...)...)
		for _, w := range append(words, "WRONG: ") {
			if o.code != exitFailed || !strings.Contains(o.stdout, w) {
				t.Errorf("%s: got exit code %d, want 1 and %q in\n%s%s", what, o.code, w, o.stdout, o.stderr)
			}
		}
	}
	mustMiss("a write that never happened", ledger, func(line string) string {
		return line + "\n" + strings.ReplaceAll(strings.Replace(line, fmt.Sprintf(`"n":%d`, d.n), `"n":9999`, 1), hold.Hold, "h-never")
	}, "hold h-never of t-last on last was acknowledged")
	mustMiss("a wrong score", record, func(line string) string {
		return strings.Replace(line, `"score":`, `"score":1`, 1)
	}, "its reasons multiply to")
	mustMiss("stale seats", record, func(line string) string {
		return strings.ReplaceAll(line, `"policy":"default/1","seq":`, `"policy":"default/1","seq":9`) // long after the hold
	}, "mission last is shown with 1 seats free; of its 1 seats 1 were taken for sure")
	if o := renfort(t, "bench", "verify", "--target", s.url); o.code != exitUsage {
		t.Errorf("without a file: got exit code %d, want %d", o.code, exitUsage)
	}
}

// bendLast copies a file with its last line changed.
func bendLast(t *testing.T, file string, bend func(line string) string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.TrimRight(string(text), "\n")
	at := strings.LastIndexByte(body, '\n') + 1
	return mustWrite(t, "bent", body[:at]+bend(body[at:])+"\n")
}
