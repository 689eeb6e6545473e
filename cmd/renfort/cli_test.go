package main

// The command line: every subcommand explains itself, what is not understood
// is refused with 2, and flags come from the command line, the environment and
// a file, in that order.

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHelpEverywhere(t *testing.T) {
	for _, command := range []string{"", "serve", "demo", "world", "import", "check", "backup", "restore", "keys", "keys new", "bench", "bench peers", "bench world", "version"} {
		args := append(strings.Fields(command), "--help")
		o := renfort(t, args...)
		if o.code != 0 || !strings.Contains(o.stdout, "Usage: renfort") || o.stderr != "" {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, o.code, o.stdout, o.stderr)
		}
	}
}

func TestBadCommandLines(t *testing.T) {
	unknown := mustWrite(t, "config.json", `{"adr":"127.0.0.1:0"}`)
	double := mustWrite(t, "config.json", `{"addr":"127.0.0.1:0","addr":"127.0.0.1:1"}`)
	empty := mustWrite(t, "keys", "# nobody\n")
	cases := []struct {
		args []string
		code int
		says string
	}{
		{nil, 2, "expected one of"},
		{[]string{"dance"}, 2, "dance"},
		{[]string{"serve"}, 2, "--data"},
		{[]string{"serve", "--data", "d", "--adr", "x"}, 2, "--adr"},
		{[]string{"serve", "--data", "d", "--policy", "/nowhere"}, 2, "/nowhere"},
		{[]string{"serve", "--data", "d", "--config", unknown}, 2, "adr"},
		{[]string{"serve", "--data", "d", "--config", double}, 2, "twice"},
		{[]string{"serve", "--data", t.TempDir(), "--addr", "0.0.0.0:0"}, 1, "keys"},
		{[]string{"serve", "--data", t.TempDir(), "--addr", "nonsense"}, 1, "host:port"},
		{[]string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--keys", empty}, 1, "no keys"},
		{[]string{"serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--policy", unknown}, 1, "adr"},
		{[]string{"world", "--missions", "-1", "--volunteers", "1", "--out", t.TempDir()}, 2, "-1"},
		{[]string{"world", "--missions", "1", "--volunteers", "1", "--at", "noon", "--out", t.TempDir()}, 2, "noon"},
		{[]string{"import", "--to", "ftp://x", unknown}, 2, "ftp://x"},
		{[]string{"import", "--to", "http://127.0.0.1:1", "--kind", "cats", unknown}, 2, "cats"},
		{[]string{"import", "--to", "http://127.0.0.1:1", "--from-line", "3", unknown, double}, 2, "--from-line"},
		{[]string{"check", "/nowhere"}, 2, "/nowhere"},
		{[]string{"keys", "new", "--name", "a", "--scopes", "everything"}, 2, "everything"},
	}
	for _, c := range cases {
		o := renfort(t, c.args...)
		if o.code != c.code || !strings.Contains(o.stderr, c.says) || o.stdout != "" {
			t.Errorf("renfort %v: got exit code %d, %q, %q; want %d and %q", c.args, o.code, o.stdout, o.stderr, c.code, c.says)
		}
	}
}

// The command line goes before the environment, and that before the file.
func TestFlagsFromEnvironmentAndFile(t *testing.T) {
	config := mustWrite(t, "config.json", `{"missions":3,"volunteers":1,"seed":7,"addr":"127.0.0.1:9"}`)
	f := func(want string, env []string, args ...string) {
		t.Helper()
		for _, e := range env {
			name, value, _ := strings.Cut(e, "=")
			t.Setenv(name, value)
		}
		var stdout, stderr bytes.Buffer
		args = append([]string{"world", "--out", t.TempDir()}, args...)
		if err := run(context.Background(), args, &stdout, &stderr); err != nil {
			t.Errorf("%v %v: %v", env, args, err)
		}
		if !strings.HasPrefix(stdout.String(), want) {
			t.Errorf("%v %v: got %q, want %q", env, args, &stdout, want)
		}
	}
	f("3 missions", nil, "--config", config)
	f("2 missions", nil, "--config", config, "--missions", "2")
	f("4 missions", []string{"RENFORT_MISSIONS=4"}, "--config", config)
	f("2 missions", []string{"RENFORT_MISSIONS=4"}, "--config", config, "--missions", "2")
	f("4 missions", []string{"RENFORT_CONFIG=" + config})
}

// The same seed and time make the same bytes, whatever the present is.
func TestWorldIsDeterministic(t *testing.T) {
	read := func(seed string) string {
		dir := t.TempDir()
		mustRun(t, "world", "--missions", "50", "--volunteers", "70", "--seed", seed, "--at", "2026-11-21T18:00:00Z", "--out", dir)
		var all []byte
		for _, name := range []string{"missions.ndjson", "volunteers.ndjson"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b...)
		}
		return string(all)
	}
	one, again, other := read("1"), read("1"), read("2")
	if n := strings.Count(one, "\n"); n != 120 || one != again || one == other {
		t.Errorf("%d lines, the same seed is the same: %v, another is another: %v", n, one == again, one != other)
	}
}

func TestVersionNamesTheDependencies(t *testing.T) {
	o := mustRun(t, "version")
	for _, want := range []string{"renfort ", "commit ", "go ", "go.etcd.io/bbolt", "github.com/valyala/fasthttp"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("got %q, want %q in it", o.stdout, want)
		}
	}
}

// A usage error says so through any wrapping, and only then is the code 2.
func TestExitCode(t *testing.T) {
	f := func(err error, want int) {
		t.Helper()
		var stderr bytes.Buffer
		if got := exitCode(err, &stderr); got != want || (stderr.Len() == 0) != (err == nil) {
			t.Errorf("%v: got %d and %q, want %d", err, got, &stderr, want)
		}
	}
	f(nil, 0)
	f(errors.New("broken"), exitFailed)
	f(errors.Join(errors.New("x"), &usageError{errors.New("no such flag")}), exitUsage)
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -123: "-123", -1234: "-1,234"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
