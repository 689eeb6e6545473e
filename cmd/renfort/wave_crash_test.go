package main

// A wave through kill -9 at its steps: strace ends the service at the n-th sync
// after the wave was opened, whichever command that belongs to. Started again,
// the wave goes on by itself: nobody is asked twice, nobody whom a caller saw
// asked is forgotten, the seats are filled and no more, and everybody is told.
// All syncs, one by one, by hand:
//
//	go test ./cmd/renfort -run WaveKilled -wave-steps 40 -timeout 1h -v

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

var waveSteps = flag.Int("wave-steps", 0, "at how many syncs, one after the other, a wave is killed; 0: at some of the first thirty")

const (
	waveSeats  = 4
	wavePeople = 60
)

// killAtSync has strace kill a service at its n-th sync from now on.
func killAtSync(t *testing.T, s *server, n int) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: no sync can be named")
	}
	cmd := exec.Command(strace, "-f", "-p", strconv.Itoa(s.cmd.Process.Pid), "-o", os.DevNull,
		"-e", "trace=fdatasync", "-e", fmt.Sprintf("inject=fdatasync:signal=SIGKILL:when=%d", n))
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	lines, text := bufio.NewScanner(said), ""
	for lines.Scan() {
		if text += lines.Text() + "\n"; strings.Contains(text, " attached") {
			return
		}
	}
	t.Skipf("strace cannot trace here: %s", text)
}

// waveCaller is a platform that passes answers on and remembers whom it saw
// asked.
type waveCaller struct {
	wave string
	saw  map[string]bool
}

// answer lets every third person accept whom the wave has asked; ok is false
// once the service is gone.
func (w *waveCaller) answer(s *server) (state string, ok bool) {
	var page struct {
		Asks []struct{ Volunteer, Answer string }
	}
	r := s.ask("GET", "/v1/waves/"+w.wave+"/asks?limit=1000", "")
	if r.status != 200 {
		return "", false
	}
	decodeInto(s.t, r.body, &page)
	for _, a := range page.Asks {
		w.saw[a.Volunteer] = true
		var n int
		if fmt.Sscanf(a.Volunteer, "w%d", &n); n%3 == 0 && a.Answer == "" {
			if s.ask("POST", "/v1/waves/"+w.wave+"/answers", `{"volunteer":"`+a.Volunteer+`","answer":"accept"}`).status == 0 {
				return "", false
			}
		}
	}
	var wave struct{ State string }
	if r = s.ask("GET", "/v1/waves/"+w.wave, ""); r.status != 200 {
		return "", false
	}
	decodeInto(s.t, r.body, &wave)
	return wave.State, true
}

func TestWaveKilledAtItsSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("long: kills and restarts")
	}
	t.Parallel() // it mostly waits, and shares nothing
	steps := []int{1, 2, 3, 4, 6, 8, 11, 14, 17, 21}
	if raceEnabled {
		steps = []int{1, 3, 6, 11} // what is killed has no detector: .ci/run kills it at all without
	}
	if *waveSteps > 0 {
		steps = nil
		for n := range *waveSteps {
			steps = append(steps, n+1)
		}
	}
	killed := 0
	for _, n := range steps {
		if killWave(t, n) {
			killed++
		}
	}
	if killed < len(steps)/2 {
		t.Errorf("the service was killed in %d of %d runs: the syncs are not those of the wave", killed, len(steps))
	}
	t.Logf("killed in %d of %d runs", killed, len(steps))
}

// killWave runs one wave with a kill at the n-th sync, and says whether it came
// to that.
func killWave(t *testing.T, n int) (killed bool) {
	t.Helper()
	dir := t.TempDir()
	s := serve(t, dir)
	s.must(201, "PUT", "/v1/missions/flood", fmt.Sprintf(`{"title":"Nettoyer après la crue","urgency":"vital","seats":%d,"locations":[{"lat":43.70,"lon":7.26}]}`, waveSeats), nil)
	people := ""
	for i := range wavePeople {
		people += fmt.Sprintf(`{"id":"w%d","location":{"lat":43.71,"lon":7.25},"birth_year":1990,"consent":{"alerts":true,"crisis":true},"channel":"push"}`+"\n", i)
	}
	s.must(200, "POST", "/v1/volunteers/bulk", people, nil)
	killAtSync(t, s, n)
	w := &waveCaller{saw: map[string]bool{}}
	opened := s.ask("POST", "/v1/waves", `{"mission":"flood","dial":"vital"}`)
	if opened.status == 0 { // killed while it was being opened: it is there or not
		s.kill()
		s = serve(t, dir)
		killed = true
		var all struct{ Waves []struct{ Wave string } }
		if s.must(200, "GET", "/v1/waves", "", &all); len(all.Waves) == 0 {
			s.must(201, "POST", "/v1/waves", `{"mission":"flood","dial":"vital"}`, &all)
			s.must(200, "GET", "/v1/waves", "", &all)
		}
		w.wave = all.Waves[0].Wave
	} else {
		var wave struct{ Wave string }
		decodeInto(t, opened.body, &wave)
		w.wave = wave.Wave
	}
	state := ""
	eventually(t, fmt.Sprintf("a full wave after a kill at sync %d", n), func() bool {
		var ok bool
		if state, ok = w.answer(s); !ok {
			s.kill()
			s = serve(t, dir)
			killed = true
		}
		return state == "full"
	})
	w.verify(t, s, n)
	s.kill()
	mustRun(t, "check", dir)
	return killed
}

// verify wants everybody asked once and told, the seats filled and no more.
func (w *waveCaller) verify(t *testing.T, s *server, n int) {
	t.Helper()
	eventually(t, "everybody told", func() bool {
		var wave struct{ Silent, Accepted int }
		s.must(200, "GET", "/v1/waves/"+w.wave, "", &wave)
		return wave.Silent == 0 && wave.Accepted == waveSeats
	})
	var seats struct{ Confirmed, Free, Over int }
	if s.must(200, "GET", "/v1/missions/flood/seats", "", &seats); seats.Confirmed != waveSeats || seats.Free != 0 || seats.Over != 0 {
		t.Errorf("sync %d: got %+v, want %d confirmed", n, seats, waveSeats)
	}
	times := map[string]int{}
	events := s.ask("GET", "/v1/events?types=wave.ask&since=0&follow=false", "")
	for _, line := range strings.Split(string(events.body), "\n") {
		if data, isData := strings.CutPrefix(line, "data: "); isData {
			var e struct{ Volunteer string }
			decodeInto(t, []byte(data), &e)
			times[e.Volunteer]++
		}
	}
	if len(times) < waveSeats {
		t.Errorf("sync %d: the events tell of %d asks: %s", n, len(times), beginning(events.body))
	}
	for v, asked := range times {
		if asked != 1 {
			t.Errorf("sync %d: %s was asked %d times", n, v, asked)
		}
	}
	for v := range w.saw {
		if times[v] == 0 {
			t.Errorf("sync %d: %s was seen asked, and is forgotten", n, v)
		}
	}
}

// decodeInto reads an answer.
func decodeInto(t testing.TB, body []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatalf("%v in %s", err, beginning(body))
	}
}
