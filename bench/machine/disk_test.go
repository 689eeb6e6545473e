package machine_test

import (
	"os"
	"path/filepath"
	"testing"

	"renfort/bench/machine"
)

// Syncs are counted one by one, and nothing is left behind.
func TestSyncTimes(t *testing.T) {
	dir := t.TempDir()
	s, err := machine.SyncTimes(dir, 20)
	if err != nil || s.Count != 20 || s.Max < s.P50 {
		t.Errorf("got %+v, %v", s, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for _, n := range []int{0, -1, 1 << 30} {
		if _, err := machine.SyncTimes(dir, n); err == nil {
			t.Errorf("%d syncs: got no error", n)
		}
	}
	if _, err := machine.SyncTimes(filepath.Join(dir, "none"), 1); err == nil {
		t.Error("a folder that is not there: got no error")
	}
}

func TestFolderBytes(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int{"a": 1000, "below/b": 234, "below/empty": 0} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := machine.FolderBytes(dir); err != nil || got != 1234 {
		t.Errorf("got %d, %v; want 1234", got, err)
	}
	if _, err := machine.FolderBytes(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there: got no error")
	}
}

func TestPinned(t *testing.T) {
	f := func(generator, service []int, want string) {
		t.Helper()
		if got := machine.Pinned(generator, service); got != want {
			t.Errorf("%v, %v: got %q, want %q", generator, service, got, want)
		}
	}
	f([]int{1}, []int{0, 2}, "generator on core 1, service on cores 0,2")
	f(nil, []int{0}, "service on core 0")
	f(nil, nil, "")
}
