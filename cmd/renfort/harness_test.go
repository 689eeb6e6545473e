package main

// What the end-to-end tests share: the real binary, built once, and services
// of it that listen on free ports of loopback. A service is ended by the test
// that started it, however that test ends.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything that is waited for may take before a test
// gives up on it; no test asserts how long something takes.
const patience = 90 * time.Second

// built is where TestMain has the binary built, on first use.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.Getenv("RENFORT_TEST_DIR"), "renfort")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "renfort-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Setenv("RENFORT_TEST_DIR", dir)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// binary gives the path of the real binary.
func binary(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// outcome is how a command ended.
type outcome struct {
	stdout, stderr string
	code           int
}

// renfort runs the binary to its end.
func renfort(t testing.TB, args ...string) outcome {
	t.Helper()
	return finish(t, exec.Command(binary(t), args...))
}

// finish runs a command to its end, or ends it where it does not end itself.
func finish(t testing.TB, cmd *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := patience
	if *start || *attempts > 1_000_000 {
		limit *= 20 // what is measured, or fought for, may be large
	}
	late := time.AfterFunc(limit, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	if !late.Stop() {
		t.Errorf("%v did not end by itself", cmd.Args)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// mustRun runs the binary and wants it to succeed.
func mustRun(t testing.TB, args ...string) outcome {
	t.Helper()
	o := renfort(t, args...)
	if o.code != 0 {
		t.Fatalf("renfort %s: exit code %d\n%s%s", strings.Join(args, " "), o.code, o.stdout, o.stderr)
	}
	return o
}

// server is a running binary.
type server struct {
	t      testing.TB
	cmd    *exec.Cmd
	url    string
	said   string // on stdout, up to the address
	client *http.Client
	stderr *locked
	done   chan error // gets how it ended, once
}

// locked is a buffer that a process writes and a test reads.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts a service of a data directory on a free port.
func serve(t testing.TB, dir string, args ...string) *server {
	t.Helper()
	return launch(t, exec.Command(binary(t), append([]string{"serve", "--addr", "127.0.0.1:0", "--data", dir}, args...)...), "")
}

var address = regexp.MustCompile(`https?://[\w.\[\]:]+:\d+`)

// launch starts a command that serves and waits until it says where, and then
// until it says last.
func launch(t testing.TB, cmd *exec.Cmd, last string) *server {
	t.Helper()
	s := &server{t: t, cmd: cmd, stderr: &locked{}, done: make(chan error, 1)}
	cmd.Stderr = s.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	lines := bufio.NewScanner(stdout)
	for s.url == "" || last != "" && !strings.Contains(s.said, last) {
		if !lines.Scan() {
			t.Fatalf("it ended before it served: %v\n%s%s", cmd.Wait(), s.said, s.stderr)
		}
		s.said += lines.Text() + "\n"
		if s.url == "" {
			s.url = address.FindString(lines.Text())
		}
	}
	go func() {
		io.Copy(io.Discard, stdout)
		s.done <- cmd.Wait()
	}()
	s.client = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	return s
}

// kill ends it as a power cut would, as far as a signal can.
func (s *server) kill() {
	if s.done == nil {
		return
	}
	s.cmd.Process.Kill()
	if s.url != "" {
		<-s.done
		s.client.CloseIdleConnections()
	}
	s.done = nil
}

// stop ends it with SIGTERM and gives how it ended.
func (s *server) stop() error {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.done:
		s.done = nil
		s.client.CloseIdleConnections()
		return err
	case <-time.After(patience):
		s.t.Fatalf("it did not end\n%s", s.stderr)
	}
	return nil
}

// reply is one answer; status 0 says that none came.
type reply struct {
	status int
	body   []byte
	err    error
}

// ask sends a request; body may be "".
func (s *server) ask(method, path, body string) reply {
	q, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	a, err := s.client.Do(q)
	if err != nil {
		return reply{err: err}
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		return reply{err: err}
	}
	return reply{status: a.StatusCode, body: b}
}

// must asks, wants a status, and decodes the answer into v unless it is nil.
func (s *server) must(status int, method, path, body string, v any) {
	s.t.Helper()
	r := s.ask(method, path, body)
	if r.status != status {
		s.t.Fatalf("%s %s %s: got %d %v %s, want %d", method, path, body, r.status, r.err, beginning(r.body), status)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal(r.body, v); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, path, err, beginning(r.body))
	}
}

// beginning gives as much of a body as a failure should print.
func beginning(b []byte) []byte { return b[:min(len(b), 500)] }

// eventually waits until something is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	late := time.After(patience)
	for !so() {
		select {
		case <-every.C:
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// mustWrite makes a file in a directory of the test's own.
func mustWrite(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
