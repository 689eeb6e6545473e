package main

// The figure that only the real binary can give: a start with 100,000 missions
// and 700,000 volunteers. It runs when asked for:
//
//	go test ./cmd/renfort -run TestStart -start -v
//
// Nothing is asserted about time; what is there is counted.

import (
	"encoding/json"
	"flag"
	"testing"
	"time"

	"renfort/bench/machine"
)

var start = flag.Bool("start", false, "measure a start with 100,000 missions and 700,000 volunteers")

func TestStart(t *testing.T) {
	if !*start {
		t.Skip("a measurement: ask for it with -start")
	}
	dir := t.TempDir()
	m, v := makeWorld(t, 100_000, 700_000)
	s := serve(t, dir)
	began := time.Now()
	mustRun(t, "import", "--to", s.url, m, v)
	syncs, err := machine.SyncTimes(dir, 200)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("imported in %.1f s; a sync of 4 kB takes %d us here", time.Since(began).Seconds(), syncs.P50)
	for range 3 {
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		s = serve(t, dir)
		s.must(200, "GET", "/readyz", "", nil)
		took := time.Since(began)
		used, err := machine.Look(s.cmd.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("ready %.2f s after the process was started, %.2f s of processor time, with %d MB of anonymous memory", took.Seconds(), used.CPUSeconds, used.AnonBytes>>20)
	}
	var stats struct{ Missions, Volunteers json.Number }
	s.must(200, "GET", "/v1/stats", "", &stats)
	if stats.Missions != "100000" || stats.Volunteers != "700000" {
		t.Errorf("got %s missions and %s volunteers", stats.Missions, stats.Volunteers)
	}
}
