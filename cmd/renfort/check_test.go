package main

// What looks at a data directory changes no byte of it, and says what is wrong
// with it; what is damaged or newer is not served; copies are the same state.

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"renfort/store"
)

// sums gives the names, sizes, times and sums of all files in a directory.
func sums(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		sum := sha256.Sum256(data)
		b.WriteString(strings.Join([]string{path, info.Mode().String(), info.ModTime().String(), string(sum[:])}, " ") + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// filled makes a data directory with a world and some seats in it.
func filled(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, missions := settled(t, dir, 300)
	l := newLedger()
	running := l.load(s, missions, seed, 4, nil)
	eventually(t, "acknowledged writes", func() bool { return l.acked.Load() >= 100 })
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	running.Wait()
	return dir
}

var stateHash = regexp.MustCompile(`seq \d+, state hash [0-9a-f]{16}`)

func TestCheckChangesNoByte(t *testing.T) {
	dir := filled(t)
	before := sums(t, dir)
	for _, args := range [][]string{{"check", dir}, {"check", "--no-index", dir}} {
		o := mustRun(t, args...)
		if !strings.Contains(o.stdout, "in order") || !strings.Contains(o.stdout, "300 missions") || !stateHash.MatchString(o.stdout) {
			t.Errorf("%v says %q", args, o.stdout)
		}
	}
	if after := sums(t, dir); after != before {
		t.Errorf("it changed\n%s\nto\n%s", before, after)
	}
}

// A directory without data, one whose file is something else, one that was
// cut off and one of a later format: each is refused, and stays as it is.
func TestUnusableDirectories(t *testing.T) {
	good, err := os.ReadFile(filepath.Join(filled(t), store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	newer := bytes.Clone(good)
	// The format is one byte behind its key in the meta bucket's leaf; every
	// copy of the page gets a later one.
	n, now := 0, append([]byte("format"), store.Format)
	for at := bytes.Index(newer, now); at >= 0; at = bytes.Index(newer, now) {
		newer[at+len("format")] = store.Format + 1
		n++
	}
	if n == 0 {
		t.Fatal("the format is not where this test looks for it")
	}
	f := func(name string, data []byte, says string) {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, store.FileName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		before := sums(t, dir)
		for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0", "--data", dir}, {"check", dir}} {
			o := renfort(t, args...)
			if o.code != exitFailed || !strings.Contains(o.stdout+o.stderr, says) {
				t.Errorf("%s: %s: exit code %d, %q, %q; want %q", name, args[0], o.code, o.stdout, o.stderr, says)
			}
		}
		if after := sums(t, dir); after != before {
			t.Errorf("%s: it changed", name)
		}
	}
	f("newer", newer, "newer version")
	f("something else", []byte(strings.Repeat("no data file ", 10_000)), "damaged")
	f("cut off", good[:20*4096], "damaged") // the file is longer than what is in it
	if o := renfort(t, "check", t.TempDir()); o.code != exitFailed {
		t.Errorf("no data at all: exit code %d, %q", o.code, o.stderr)
	}
}

// What backup copied and restore placed is the same state, and nothing is
// ever written over.
func TestBackupAndRestore(t *testing.T) {
	dir := filled(t)
	s := serve(t, dir)
	copied, restored := filepath.Join(t.TempDir(), "copy"), filepath.Join(t.TempDir(), "data")
	b := mustRun(t, "backup", "--from", s.url, "--out", copied)
	r := mustRun(t, "restore", "--from", copied, "--data", restored)
	if want := stateHash.FindString(b.stdout); want == "" || stateHash.FindString(r.stdout) != want {
		t.Errorf("backup says %q, restore %q", b.stdout, r.stdout)
	}
	if o := renfort(t, "backup", "--from", s.url, "--out", copied); o.code != exitFailed || !strings.Contains(o.stderr, "there already") {
		t.Errorf("backup over a file: exit code %d, %q", o.code, o.stderr)
	}
	if o := renfort(t, "restore", "--from", copied, "--data", restored); o.code != exitFailed || !strings.Contains(o.stderr, "already") {
		t.Errorf("restore over data: exit code %d, %q", o.code, o.stderr)
	}
	again := serve(t, restored)
	if got, _ := counts(again); got != 300 {
		t.Errorf("the restored directory has %d missions, want 300", got)
	}
	bad := mustWrite(t, "bad", "not a copy")
	empty := filepath.Join(t.TempDir(), "data")
	if o := renfort(t, "restore", "--from", bad, "--data", empty); o.code != exitFailed {
		t.Errorf("restore of something else: exit code %d, %q", o.code, o.stdout)
	}
	if left, _ := os.ReadDir(empty); len(left) > 0 {
		t.Errorf("a restore that failed leaves %v", left)
	}
}
