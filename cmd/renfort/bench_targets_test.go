package main

// What a run writes into somebody's service can be taken away again, and other
// load tools can read the same requests.

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

func TestBenchClean(t *testing.T) {
	s := serve(t, t.TempDir())
	m, v := makeWorld(t, 200, 50)
	mustRun(t, "import", "--to", s.url, m, v)
	count := func(path, member string) (n int) {
		walk(s, path+"?limit=1000", member, func(struct{}) { n++ })
		return n
	}
	taken := func() (n int) {
		walk(s, "/v1/seats?limit=1000", "seats", func(h struct{ State string }) {
			if h.State == "held" || h.State == "confirmed" {
				n++
			}
		})
		return n
	}
	missions, people := count("/v1/missions", "missions"), count("/v1/volunteers", "volunteers")
	o := renfort(t, "bench", "mixed", "--target", s.url, "--rate", "200", "--duration", "1s", "--warmup", "100ms", "--clients", "8", "--samples", "2", "--run-id", "tidy", "--allow-void")
	if o.code != 0 {
		t.Fatalf("got exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	if taken() == 0 || count("/v1/volunteers", "volunteers") == people || count("/v1/missions", "missions") == missions {
		t.Fatal("the run left nothing: there is nothing to take away")
	}
	if o := renfort(t, "bench", "clean", "--target", s.url, "--run", "tid"); o.code != 0 || taken() == 0 {
		t.Errorf("another run's id took something away: %d, %q", o.code, o.stdout)
	}
	o = renfort(t, "bench", "clean", "--target", s.url, "--run", "tidy")
	if o.code != 0 || taken() != 0 || count("/v1/volunteers", "volunteers") != people || count("/v1/missions", "missions") != missions {
		t.Errorf("got exit code %d, %q, %q; %d seats, %d volunteers of %d and %d missions of %d are left", o.code, o.stdout, o.stderr, taken(), count("/v1/volunteers", "volunteers"), people, count("/v1/missions", "missions"), missions)
	}
}

func TestBenchTargets(t *testing.T) {
	o := renfort(t, "bench", "targets", "--format", "vegeta", "--n", "5", "--key", "k", "--target", "http://host:1/")
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	if o.code != 0 || len(lines) != 5 {
		t.Fatalf("got exit code %d, %d lines, %q", o.code, len(lines), o.stderr)
	}
	for _, line := range lines {
		var target struct {
			Method, URL, Body string
			Header            map[string][]string
		}
		if err := json.Unmarshal([]byte(line), &target); err != nil {
			t.Fatal(err)
		}
		body, err := base64.StdEncoding.DecodeString(target.Body)
		if err != nil || !json.Valid(body) || target.URL != "http://host:1/v1/recommendations" || target.Header["Authorization"][0] != "Bearer k" {
			t.Errorf("got %+v with the body %s, %v", target, body, err)
		}
	}
	dir := t.TempDir()
	if o := renfort(t, "bench", "targets", "--format", "wrk,k6,hey", "--n", "3", "--out", dir); o.code != 0 {
		t.Errorf("got exit code %d, %q", o.code, o.stderr)
	}
	if o := renfort(t, "bench", "targets", "--format", "ab"); o.code != exitUsage || !strings.Contains(o.stderr, "vegeta") {
		t.Errorf("an unknown format: got exit code %d, %q", o.code, o.stderr)
	}
}
