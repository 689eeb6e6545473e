package api_test

// Streams of events that may not go on: what reaches out to people waits while
// all that goes out is paused, and a client that does not read is cut off and
// loses nothing.

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"renfort/engine"
	"renfort/mission"
)

// askPaused has a wave ask two people, and all that goes out paused before
// anybody can have heard of it.
func askPaused(t *testing.T, e *engine.Engine) {
	t.Helper()
	ask := mission.AskWave{Wave: "w1"}
	for _, id := range []string{"a1", "a2"} {
		v := &mission.Volunteer{ID: id, BirthYear: 1990, PostalCode: "06000", Consent: mission.Consent{Alerts: true}, Channel: "push"}
		if err := e.Intake().Volunteer(v, start()); err != nil {
			t.Fatal(err)
		}
		submit(t, e, mission.PutVolunteer{Volunteer: v})
		ask.Asks = append(ask.Asks, mission.Ask{Mission: "m1", Volunteer: id, Channel: "push", DistanceKm: 3})
	}
	submit(t, e, mission.OpenWave{Wave: &mission.Wave{ID: "w1", Targets: []mission.Target{{Mission: "m1"}}, Dial: mission.DialUrgent}})
	_, errs := e.SubmitAll(context.Background(), []mission.Envelope{{Command: ask}, {Command: mission.SetOutbound{Paused: true}}})
	if errs[0] != nil || errs[1] != nil {
		t.Fatal(errs)
	}
}

func TestEventsPause(t *testing.T) {
	e := openQuick(t)
	address, _ := openTCP(t, e, nil)
	putSeats(t, e, "m1", "jva", 10)
	askPaused(t, e)
	about := address + "/v1/events?since=0&types=wave.ask,seat.held,wave.opened"
	came, plain := make(chan said, 10), listen(t, address+"/v1/events?since=0&types=seat.held")
	waits := listen(t, about)
	waits.mustNext("wave.opened")
	go func() {
		defer close(came)
		for s, ok := waits.next(); ok; s, ok = waits.next() {
			came <- s
		}
	}()
	for i := range 5 { // what asks nobody leaves
		submit(t, e, mission.HoldSeat{Hold: fmt.Sprint("h", i), Mission: "m1", Volunteer: fmt.Sprint("v", i)})
		plain.mustNext("seat.held")
	}
	// Who polls gets what may leave, and an end.
	polled := listen(t, about+"&follow=false")
	polled.mustNext("wave.opened")
	if s, ok := polled.next(); ok {
		t.Errorf("while paused a poll got %s %v", s.kind, s.data)
	}
	select {
	case s := <-came:
		t.Errorf("while paused: %s %v", s.kind, s.data)
	default:
	}
	submit(t, e, mission.SetOutbound{})
	for _, want := range []string{"a1", "a2", "v0", "v1"} {
		if s := <-came; s.data["volunteer"] != want {
			t.Errorf("after it: got %s %v, want %s", s.kind, s.data, want)
		}
	}
	rest := listen(t, about+"&follow=false", "Last-Event-ID", polled.last)
	ask := rest.mustNext("wave.ask").data
	if part := ask["ask"].(map[string]any); ask["wave"] != "w1" || ask["mission"] != "m1" || ask["volunteer"] != "a1" || part["channel"] != "push" || part["distance_km"] != 3.0 {
		t.Errorf("the next poll got %v", ask)
	}
}

// TestEventsSlow has a client that does not read: it is cut off, the others
// are not, and when it comes back it gets the rest, each event once.
func TestEventsSlow(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("long: whoever is slow has five seconds; .ci/run runs it without the race detector")
	}
	e := openQuick(t)
	address, _ := openTCP(t, e, nil)
	putSeats(t, e, "m1", "jva", 1_000_000)
	from := e.Seq()
	small := &net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}}
	conn, err := small.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /v1/events?types=seat.*&since=%d HTTP/1.1\r\nHost: x\r\n\r\n", from)
	const many = 20_000 // some 8,000 are on their way in buffers when it is cut off
	holdAndRelease(t, e, many)
	seen := map[string]bool{}
	l := listen(t, address+fmt.Sprintf("/v1/events?types=seat.*&since=%d", from))
	for range many {
		s, ok := l.next()
		if !ok || seen[s.id] {
			t.Fatalf("beside it: got %v %v after %d events", s, ok, len(seen))
		}
		seen[s.id] = true
	}
	for cut := []byte("\nrenfort_event_streams_cut_total 1\n"); !bytes.Contains(scrape(t, address), cut); {
		wait, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		_ = e.AwaitAfter(wait, e.Seq()) // nothing comes: a pause between two looks
		cancel()
	}
	got := listenOn(t, conn)
	for s, ok := got.next(); ok; s, ok = got.next() {
		delete(seen, s.id)
	}
	if len(seen) == 0 || got.last == "" {
		t.Fatalf("it was cut off after everything, at %q", got.last)
	}
	t.Logf("cut off with %d of %d events to go", len(seen), many)
	again := listen(t, address+"/v1/events?types=seat.*", "Last-Event-ID", got.last)
	for left := len(seen); left > 0; left-- {
		if s, ok := again.next(); !ok || !seen[s.id] {
			t.Fatalf("back after %s: got %v %v, which it had or never happened", got.last, s, ok)
		} else {
			delete(seen, s.id)
		}
	}
}

// scrape reads the metrics.
func scrape(t *testing.T, address string) []byte {
	t.Helper()
	res, err := http.Get(address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
