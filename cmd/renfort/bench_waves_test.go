package main

// Waves as a command: tables on stdout, files where they are asked for, and
// nonsense refused before anything is played.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBenchWaves(t *testing.T) {
	dir := t.TempDir()
	page, data := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.json")
	o := renfort(t, "bench", "waves", "--seeds", "1", "--people", "500", "--seats", "10", "--truths", "0.12", "--no-season", "--arms", "fixed,urgent", "--report", page, "--json", data)
	if o.code != 0 || !strings.Contains(o.stdout, "10 seats in 10 missions") || !strings.Contains(o.stdout, "urgent") || !strings.Contains(o.stderr, "so far") {
		t.Fatalf("got exit code %d, %q, %q; want a table for each setting", o.code, o.stdout, o.stderr)
	}
	for name, has := range map[string]string{page: "<svg", data: `"TurnedAway"`} {
		if written, err := os.ReadFile(name); err != nil || !strings.Contains(string(written), has) {
			t.Errorf("%s lacks %s: %v", name, has, err)
		}
	}
	if o := renfort(t, "bench", "waves", "--engine", "--seeds", "1", "--people", "300", "--seats", "5", "--truths", "0.12", "--arms", "vital"); o.code != 0 || strings.Count(o.stdout, "vital") != 2 {
		t.Errorf("over the engine: got exit code %d, %q, %q; want a row of the simulation and one of the engine", o.code, o.stdout, o.stderr)
	}
	for _, args := range []string{"--arms fastest", "--seeds 0", "--seats 0", "--truths 2", "--channels pigeon"} {
		o := renfort(t, append([]string{"bench", "waves"}, strings.Fields(args)...)...)
		if o.code != exitUsage || o.stdout != "" {
			t.Errorf("%s: got exit code %d, %q; want %d", args, o.code, o.stdout, exitUsage)
		}
	}
}
