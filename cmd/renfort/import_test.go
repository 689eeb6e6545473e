package main

// Import end to end: what goes in comes out, plain and gzip; refused lines are
// named by file and line; a service that is busy or away is waited for; what
// was killed goes on where it was.

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// makeWorld writes a world of files and gives their paths.
func makeWorld(t testing.TB, missions, volunteers int) (missionFile, volunteerFile string) {
	t.Helper()
	dir := t.TempDir()
	mustRun(t, "world", "--missions", fmt.Sprint(missions), "--volunteers", fmt.Sprint(volunteers), "--out", dir)
	return filepath.Join(dir, "missions.ndjson"), filepath.Join(dir, "volunteers.ndjson")
}

// counts asks a service what it has; fewer volunteers than may be told are 0.
func counts(s *server) (missions, volunteers int) {
	s.t.Helper()
	var stats struct {
		Missions   int
		Volunteers any // a number, unless there are few
	}
	s.must(200, "GET", "/v1/stats", "", &stats)
	known, _ := stats.Volunteers.(float64)
	return stats.Missions, int(known)
}

func mustGzip(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return mustWrite(t, filepath.Base(path)+".gz", b.String())
}

func TestImportPlainAndGzip(t *testing.T) {
	m, v := makeWorld(t, 200, 300)
	s := serve(t, t.TempDir())
	o := mustRun(t, "import", "--to", s.url, m, mustGzip(t, v))
	if missions, volunteers := counts(s); missions != 200 || volunteers != 300 {
		t.Errorf("%d missions and %d volunteers came in, want 200 and 300\n%s%s", missions, volunteers, o.stdout, o.stderr)
	}
	if !strings.Contains(o.stdout, "200 missions, 200 stored\n") || !strings.Contains(o.stdout, "300 volunteers, 300 stored\n") {
		t.Errorf("the summary is %q", o.stdout)
	}
	again := mustRun(t, "import", "--to", s.url, m)
	if !strings.Contains(again.stdout, "200 ignored as older") {
		t.Errorf("the same revisions again: %q", again.stdout)
	}
	if left, _ := filepath.Glob(m + ".*"); len(left) > 0 {
		t.Errorf("a finished import leaves %v", left)
	}
}

func TestImportReportsRefusedLines(t *testing.T) {
	file := mustWrite(t, "m.ndjson", strings.Join([]string{
		`{"id":"a","title":"Trier des colis","locations":[{"postal_code":"06000"}]}`,
		``,
		`{"id":"b","title":"Nulle part","locations":[{"lat":0,"lon":0}]}`,
		`{"id":"c"`,
		`{"id":"d","title":"` + strings.Repeat("x", lineBytesMax) + `"}`,
		`{"id":"e","title":"Sans fin de ligne","remote":"full"}`,
	}, "\n"))
	s := serve(t, t.TempDir())
	o := renfort(t, "import", "--to", s.url, file)
	if want := "5 missions, 2 stored, 3 refused\n"; o.code != 0 || !strings.HasSuffix(o.stdout, want) {
		t.Errorf("exit code %d, %q, want %q", o.code, o.stdout, want)
	}
	for _, want := range []string{file + ":3: b: invalid: ", file + ":4: invalid: ", file + ":5: too_large: "} {
		if !strings.Contains(o.stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, o.stderr)
		}
	}
	if n := strings.Count(o.stderr, "\n"); n != 3 {
		t.Errorf("%d lines on stderr, want 3:\n%s", n, o.stderr)
	}
	if o = renfort(t, "import", "--to", s.url, "--strict", file); o.code != exitFailed {
		t.Errorf("--strict: exit code %d, want %d", o.code, exitFailed)
	}
	o = mustRun(t, "import", "--to", s.url, "--from-line", "6", "--kind", "missions", file)
	if !strings.Contains(o.stdout, "1 missions, 1 stored") && !strings.Contains(o.stdout, "1 lines, 1 stored") {
		t.Errorf("from line 6: %q", o.stdout)
	}
	vague := mustWrite(t, "x.ndjson", `{"id":"a"}`+"\n")
	if o = renfort(t, "import", "--to", s.url, vague); o.code != exitFailed || !strings.Contains(o.stderr, "--kind") {
		t.Errorf("a file that does not tell: exit code %d, %q", o.code, o.stderr)
	}
}

// A service that refuses for now is asked again, a chunk at a time; one that
// refuses for good is not.
func TestImportWaitsForABusyService(t *testing.T) {
	t.Parallel() // it mostly waits, and shares nothing
	file := mustWrite(t, "m.ndjson", `{"id":"a","title":"x","remote":"full"}`+"\n")
	answers := []func(http.ResponseWriter){
		func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		func(w http.ResponseWriter) {
			fmt.Fprint(w, `{"received":1,"rejected":1,"errors":[{"line":1,"id":"a","code":"unavailable","detail":"x"}]}`)
		},
		func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
		func(w http.ResponseWriter) { fmt.Fprint(w, `{"received":1,"stored":1,"errors":[]}`) },
		func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"code":"forbidden","detail":"not for you"}`)
		},
	}
	var asked atomic.Int32
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers[asked.Add(1)-1](w)
	}))
	defer service.Close()
	o := mustRun(t, "import", "--to", service.URL, file)
	if asked.Load() != 5 || !strings.Contains(o.stdout, "1 missions, 1 stored\n") {
		t.Errorf("asked %d times, want 5: %s%s", asked.Load(), o.stdout, o.stderr)
	}
	if o = renfort(t, "import", "--to", service.URL, file); o.code != exitFailed || !strings.Contains(o.stderr, "not for you") || asked.Load() != 6 {
		t.Errorf("forbidden: exit code %d after %d requests, %s", o.code, asked.Load(), o.stderr)
	}
}

// gate passes connections on to a service until it has seen so many bytes,
// and then no more: the import behind it stands still.
func gate(t *testing.T, to string, bytes int64) (url string, shut <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	closed := make(chan struct{})
	go func() {
		var passed int64
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", strings.TrimPrefix(to, "http://"))
			if err != nil {
				in.Close()
				continue
			}
			go func() { // answers
				b := make([]byte, 1<<16)
				for n, err := out.Read(b); err == nil; n, err = out.Read(b) {
					in.Write(b[:n])
				}
			}()
			b := make([]byte, 1<<16)
			for n, err := in.Read(b); err == nil && passed < bytes; n, err = in.Read(b) {
				out.Write(b[:n])
				passed += int64(n)
			}
			if passed >= bytes {
				close(closed)
				<-t.Context().Done()
				in.Close()
				out.Close()
				return
			}
		}
	}()
	return "http://" + l.Addr().String(), closed
}

// An import that is killed between two chunks goes on with the second one,
// and counts as if nothing had happened.
func TestImportGoesOnAfterAKill(t *testing.T) {
	m, _ := makeWorld(t, 12_000, 0)
	s := serve(t, t.TempDir())
	url, shut := gate(t, s.url, 6<<20)
	cmd := exec.Command(binary(t), "import", "--to", url, m)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-shut
	cmd.Process.Kill()
	cmd.Wait()
	kept, err := os.ReadFile(m + progressSuffix)
	if err != nil {
		t.Fatal(err)
	}
	// The same file to the same service under its other name: to the gate.
	kept = bytes.Replace(kept, []byte(url), []byte(s.url), 1)
	if err := os.WriteFile(m+progressSuffix, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	o := mustRun(t, "import", "--to", s.url, m)
	if !strings.Contains(o.stderr, "going on from line ") {
		t.Errorf("it began anew:\n%s%s", o.stderr, kept)
	}
	if missions, _ := counts(s); missions != 12_000 || !strings.Contains(o.stdout, "12,000 missions") {
		t.Errorf("%d missions came in, want 12,000\n%s%s", missions, o.stdout, o.stderr)
	}
}

// Lines that delete carry a key: sent again, they are deleted still.
func TestImportDeletes(t *testing.T) {
	s := serve(t, t.TempDir())
	file := mustWrite(t, "m.ndjson", `{"id":"a","title":"x","remote":"full"}`+"\n"+`{"id":"a","_delete":true}`+"\n")
	o := mustRun(t, "import", "--to", s.url, file)
	if missions, _ := counts(s); missions != 0 || !strings.Contains(o.stdout, "1 stored, 1 deleted\n") {
		t.Errorf("%d missions are left: %s%s", missions, o.stdout, o.stderr)
	}
}
