package main

// How a service is set up: keys, rules of ranking from files, TLS that is not
// there.

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// A service with keys answers only who has one.
func TestServeWithKeys(t *testing.T) {
	made := mustRun(t, "keys", "new", "--name", "site", "--scopes", "write,search", "--rate", "1000")
	var key string
	for line := range strings.Lines(made.stderr) {
		if strings.HasPrefix(line, "rk_") {
			key = strings.TrimSpace(line)
		}
	}
	s := serve(t, t.TempDir(), "--keys", mustWrite(t, "keys", made.stdout))
	s.must(401, "GET", "/v1/missions?limit=1", "", nil)
	file := mustWrite(t, "m.ndjson", `{"id":"a","title":"x","remote":"full"}`+"\n")
	if o := renfort(t, "import", "--to", s.url, file); o.code != exitFailed || !strings.Contains(o.stderr, "unauthorized") {
		t.Errorf("without a key: exit code %d, %q", o.code, o.stderr)
	}
	mustRun(t, "import", "--to", s.url, "--key", key, file)
	q, err := http.NewRequest("GET", s.url+"/v1/missions/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("X-Api-Key", key)
	a, err := s.client.Do(q)
	if err != nil || a.StatusCode != 200 {
		t.Fatalf("with the key: got %v %v", a, err)
	}
	a.Body.Close()
	if o := renfort(t, "backup", "--from", s.url, "--key", key, "--out", t.TempDir()+"/copy"); o.code != exitFailed || !strings.Contains(o.stderr, "forbidden") {
		t.Errorf("backup without the scope: exit code %d, %q", o.code, o.stderr)
	}
}

// A policy file is the first policy of a new store; for one that exists it is
// put in force where it differs, and only then.
func TestServeWithPolicy(t *testing.T) {
	policy := func(version int) string {
		return mustWrite(t, "policy.json", fmt.Sprintf(`{"name":"local","version":%d,"weights":{"urgency":0.5}}`, version))
	}
	dir := t.TempDir()
	f := func(args []string, want string, history int) {
		t.Helper()
		s := serve(t, dir, args...)
		var got struct {
			Policy struct {
				Name    string
				Version int
			}
			History []any
		}
		s.must(200, "GET", "/v1/policy", "", &got)
		if key := fmt.Sprintf("%s/%d", got.Policy.Name, got.Policy.Version); key != want || len(got.History) != history {
			t.Errorf("%v: got %s after %d in its history, want %s after %d", args, key, len(got.History), want, history)
		}
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
	}
	f([]string{"--policy", policy(1)}, "local/1", 1)
	f([]string{"--policy", policy(1)}, "local/1", 1)
	f([]string{"--policy", policy(2)}, "local/2", 2)
	f(nil, "local/2", 2)
}

// A busy address is refused before the data is touched.
func TestServeOnABusyAddress(t *testing.T) {
	s := serve(t, t.TempDir())
	o := finish(t, exec.Command(binary(t), "serve", "--addr", strings.TrimPrefix(s.url, "http://"), "--data", t.TempDir()))
	if o.code != exitFailed || !strings.Contains(o.stderr, "in use") {
		t.Errorf("exit code %d, %q", o.code, o.stderr)
	}
}
