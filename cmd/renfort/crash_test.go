package main

// The real binary is killed under load, again and again: every acknowledged
// write is there after the restart, no seat too many, the data directory is in
// order, and the same question is answered the same.

import (
	"encoding/json"
	"flag"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var kills = flag.Int("kills", usualKills(), "how often the service is killed under load")

// usualKills gives fewer under the race detector: what is killed has none, and
// .ci/run kills it more often without.
func usualKills() int {
	if raceEnabled {
		return 2
	}
	return 5
}

// loadClients is how many callers a service has under load.
const loadClients = 16

// seed begins the randomness of load; a failure prints it.
const seed = 20261121

// settled serves a fresh directory with a world and gives its missions that
// take signups by the hour: those without slots of their own.
func settled(t testing.TB, dir string, missions int) (s *server, ids []string) {
	t.Helper()
	m, _ := makeWorld(t, missions, 0)
	s = serve(t, dir)
	mustRun(t, "import", "--to", s.url, m)
	return s, missionsOf(s)
}

// missionsOf lists the missions that can be held without naming a slot.
func missionsOf(s *server) (ids []string) {
	s.t.Helper()
	walk(s, "/v1/missions?limit=1000", "missions", func(m struct {
		ID      string
		Booking string
		Slots   []json.RawMessage
	}) {
		if m.Booking != "elsewhere" && len(m.Slots) < 2 {
			ids = append(ids, m.ID)
		}
	})
	if len(ids) == 0 {
		s.t.Fatal("no mission can be held")
	}
	return ids
}

func TestKilledUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("long: kills and restarts")
	}
	t.Parallel() // it mostly waits, and shares nothing
	t.Logf("seed %d", seed)
	dir := t.TempDir()
	s, missions := settled(t, dir, 2_000)
	l := newLedger()
	// Few missions for many people, so that last seats are fought for.
	crowded := missions[:min(150, len(missions))]
	for round := range *kills {
		aim := l.acked.Load() + 400
		running := l.load(s, crowded, seed+uint64(round), loadClients, nil)
		eventually(t, fmt.Sprintf("%d acknowledged writes", aim), func() bool { return l.acked.Load() >= aim })
		s.kill()
		running.Wait()
		mustRun(t, "check", dir)
		s = serve(t, dir)
		l.verify(t, s)
	}
	if l.rejected.Load() == 0 {
		t.Error("no seat was fought for: the load is too light to tell")
	}
	t.Logf("%d writes acknowledged over %d kills, %d refused because no seat was left", l.acked.Load(), *kills, l.rejected.Load())
	saysTheSame(t, s, dir)
}

// saysTheSame asks, kills, restarts and asks again. Urgency is taken anew
// every minute, so that answers of one minute are compared.
func saysTheSame(t *testing.T, s *server, dir string) {
	t.Helper()
	for range 5 {
		before, minute := pages(s)
		s.kill()
		s = serve(t, dir)
		after, later := pages(s)
		if minute != later {
			continue
		}
		if d := cmp.Diff(before, after); d != "" {
			t.Errorf("after the restart the same question is answered otherwise (-before +after):\n%s", d)
		}
		return
	}
	t.Error("no two answers fell into one minute")
}

// pages asks what is recommended in Lozère, Paris and La Réunion, and the
// minute in which it was.
func pages(s *server) (all []any, minute string) {
	s.t.Helper()
	for _, place := range []string{"48000", "75011", "97400"} {
		var page struct {
			Recommendations []any
			At              string
		}
		s.must(200, "POST", "/v1/recommendations", fmt.Sprintf(
			`{"profile":{"postal_code":%q,"domains":["sante","solidarite-insertion"]},"explain":true,"limit":20}`, place), &page)
		if len(page.Recommendations) == 0 {
			s.t.Errorf("nothing is recommended in %s", place)
		}
		all = append(all, page.Recommendations)
		minute += fmt.Sprintf("%.16s ", page.At)
	}
	return all, minute
}

// SIGTERM under load finishes what is in flight: what was acknowledged is
// kept, and the process ends by itself, with 0.
func TestTerminatedUnderLoad(t *testing.T) {
	dir := t.TempDir()
	s, missions := settled(t, dir, 300)
	l := newLedger()
	running := l.load(s, missions, seed, loadClients, nil)
	eventually(t, "acknowledged writes", func() bool { return l.acked.Load() >= 300 })
	if err := s.stop(); err != nil {
		t.Errorf("it ended with %v\n%s", err, s.stderr)
	}
	running.Wait()
	mustRun(t, "check", dir)
	s = serve(t, dir)
	l.verify(t, s)
}

// A directory that another process serves is refused with the reason.
func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir)
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0", "--data", dir}, {"check", dir}} {
		o := finish(t, exec.Command(binary(t), args...))
		if o.code != exitFailed || !strings.Contains(o.stderr, "in use") {
			t.Errorf("%v: exit code %d, %q", args, o.code, o.stderr)
		}
	}
	s.must(200, "GET", "/readyz", "", nil)
}
