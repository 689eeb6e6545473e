package main

// The demo starts, and answers the requests that it tells people to paste.

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var pasted = regexp.MustCompile(`(?m)^ +(curl .*)$`)

func TestDemoAnswersWhatItInvites(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to paste into")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	temp := t.TempDir()
	cmd := exec.Command(binary(t), "demo", "--addr", "127.0.0.1:0", "--missions", "3000", "--volunteers", "500")
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	s := launch(t, cmd, "Ctrl-C")
	requests := pasted.FindAllStringSubmatch(s.said, -1)
	if len(requests) != 12 {
		t.Fatalf("%d requests to paste, want 3 places, a hold, the statistics, 6 searches and a wave:\n%s", len(requests), s.said)
	}
	for i, r := range requests {
		o := finish(t, exec.Command(shell, "-c", r[1]+" -sS --fail-with-body"))
		var answer struct {
			Recommendations []struct {
				ID      string
				Reasons []struct{ Text string }
			}
			Hold, State string
			Missions    int
			Hits        []struct{ ID string }
			Wave        string
		}
		if err := json.Unmarshal([]byte(o.stdout), &answer); o.code != 0 || err != nil {
			t.Errorf("%s\nexit code %d, %v: %s%s", r[1], o.code, err, beginning([]byte(o.stdout)), o.stderr)
			continue
		}
		switch {
		case i < 3 && (len(answer.Recommendations) != 3 || len(answer.Recommendations[0].Reasons) == 0):
			t.Errorf("%s\nrecommends %+v", r[1], answer.Recommendations)
		case i == 3 && (answer.Hold == "" || answer.State != "held"):
			t.Errorf("%s\nanswers %s", r[1], beginning([]byte(o.stdout)))
		case i == 4 && answer.Missions != 3000:
			t.Errorf("%s\ncounts %d missions, want 3000", r[1], answer.Missions)
		case i == 11 && (answer.Wave == "" || answer.State != "running"):
			t.Errorf("%s\nanswers %s", r[1], beginning([]byte(o.stdout)))
		case i > 4 && i < 11 && len(answer.Hits) == 0:
			t.Errorf("%s\nfinds nothing", r[1])
		}
	}
	if err := s.stop(); err != nil {
		t.Errorf("it ended with %v\n%s", err, s.stderr)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("its temporary data is left behind: %v", left)
	}
}

// With a directory of its own the world is there the next time, with what
// happened in it.
func TestDemoKeepsItsDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	demo := func(missions string) *server {
		return launch(t, exec.Command(binary(t), "demo", "--addr", "127.0.0.1:0", "--missions", missions, "--volunteers", "0", "--data", dir), "Ctrl-C")
	}
	s := demo("500")
	hold := regexp.MustCompile(`/v1/missions/([^/]+)/holds`).FindStringSubmatch(s.said)
	if hold == nil {
		t.Fatalf("no seat to hold:\n%s", s.said)
	}
	s.must(201, "POST", "/v1/missions/"+hold[1]+"/holds", `{"volunteer":"v-1"}`, nil)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s = demo("700")
	var m struct{ Occupancy struct{ Held int } }
	s.must(200, "GET", "/v1/missions/"+hold[1], "", &m)
	if missions, _ := counts(s); missions != 500 || m.Occupancy.Held != 1 || !strings.Contains(s.stderr.String(), "already") {
		t.Errorf("%d missions, %d held; it said %q", missions, m.Occupancy.Held, s.stderr)
	}
}
