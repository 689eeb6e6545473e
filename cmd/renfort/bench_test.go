package main

// Benchmarks as commands: they print tables, and say what they need.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBenchPeers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "peers")
	args := []string{"bench", "peers", "--missions", "200", "--queries", "1", "--rounds", "1", "--peers", "bleve,roof", "--seconds", "0.02", "--holds", "100", "--out", dir}
	o := renfort(t, args...)
	if o.code != 0 || !strings.Contains(o.stdout, "words+filters+facets") || !strings.Contains(o.stdout, "recommend: roof") || !strings.Contains(o.stdout, "lines of Go") {
		t.Fatalf("got exit code %d, %q, %q; want tables", o.code, o.stdout, o.stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "report.json")); err != nil {
		t.Error(err)
	}
	if o := renfort(t, args...); o.code != exitFailed || !strings.Contains(o.stderr, "not empty") {
		t.Errorf("into the same folder: got exit code %d, %q; want %d and that it is not empty", o.code, o.stderr, exitFailed)
	}
}

func TestBenchPeersRefused(t *testing.T) {
	binary(t)                     // while go is to be found
	t.Setenv("PATH", t.TempDir()) // no Java
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"--peers lucene", exitFailed, "apt-get install default-jdk-headless liblucene8-java"},
		{"--peers grep", exitUsage, "grep"},
		{"--peer solr=http://localhost", exitUsage, "elasticsearch=URL"},
		{"--peers redis", exitFailed, "apt-get install redis-server"},
		{"--addresses all", exitUsage, "one address"},
		{"--missions 0", exitUsage, "0 missions"},
	} {
		o := renfort(t, append([]string{"bench", "peers"}, strings.Fields(c.args)...)...)
		if o.code != c.code || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("%s: got exit code %d, %q, %q; want %d and %q", c.args, o.code, o.stdout, o.stderr, c.code, c.says)
		}
	}
}

func TestBenchWorld(t *testing.T) {
	dir := t.TempDir()
	page, data := filepath.Join(dir, "report.html"), filepath.Join(dir, "report.json")
	o := renfort(t, "bench", "world", "--seeds", "1", "--arrivals", "300,400", "--missions", "30", "--arms", "distance,page", "--report", page, "--json", data)
	if o.code != 0 || !strings.Contains(o.stdout, "400 arrivals, 30 missions") || !strings.Contains(o.stderr, "seed 1, page") {
		t.Fatalf("got exit code %d, %q, %q; want a table for each size", o.code, o.stdout, o.stderr)
	}
	for name, has := range map[string]string{page: "<svg", data: `"Filled"`} {
		if written, err := os.ReadFile(name); err != nil || !strings.Contains(string(written), has) {
			t.Errorf("%s lacks %s: %v", name, has, err)
		}
	}
	for _, args := range []string{"--arms fastest", "--seeds 0", "--arrivals 0", "--missions 0"} {
		o := renfort(t, append([]string{"bench", "world"}, strings.Fields(args)...)...)
		if o.code != exitUsage || o.stdout != "" {
			t.Errorf("%s: got exit code %d, %q, %q; want %d", args, o.code, o.stdout, o.stderr, exitUsage)
		}
	}
}

// A scenario over the real binary: figures, files, and answers that were
// checked. Whether the generator was on time is the machine's business here.
func TestBenchMixed(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	o := renfort(t, "bench", "mixed", "--missions", "300", "--volunteers", "100", "--rate", "100", "--duration", "1s", "--warmup", "200ms", "--clients", "16", "--samples", "5",
		"--allow-void", "--json", file("r.json"), "--hgrm", file("r.hgrm"), "--raw", file("r.csv.gz"), "--ledger", file("ledger"), "--record", file("record"), "--dir", dir)
	if o.code != 0 || !strings.Contains(o.stdout, "mixed, recommend") {
		t.Fatalf("got exit code %d, %q, %q; want a table", o.code, o.stdout, o.stderr)
	}
	for name, has := range map[string]string{"r.json": `"no seat was given twice","when":"after","ok":true`, "r-mixed-recommend.hgrm": "Percentile", "ledger": `"op":"signup"`} {
		if written, err := os.ReadFile(file(name)); err != nil || !strings.Contains(string(written), has) {
			t.Errorf("%s lacks %s: %v", name, has, err)
		}
	}
	left, err := filepath.Glob(file("renfort-bench-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v was left: %v", left, err)
	}
}

func TestBenchRefused(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"mixed --rate 0", "arrivals each second"},
		{"knee --of everything", "no load"},
		{"evening --people 0", "0 people"},
		{"burst --shard 2", "2/4"},
		{"recommend --slo fast", "p99=10ms"},
		{"search --start-at noon", "start-at"},
		{"soak --connections some", "connections"},
	} {
		o := renfort(t, append([]string{"bench"}, strings.Fields(c.args)...)...)
		if o.code != exitUsage || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("%s: got exit code %d, %q, %q; want %d and %q", c.args, o.code, o.stdout, o.stderr, exitUsage, c.says)
		}
	}
}
