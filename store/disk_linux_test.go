package store

import (
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
)

// Who is ready to run does so while a file is synced, on one processor too: the
// runtime would leave it to the sync, most often until that has ended.
func TestOthersRunDuringASync(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range 50 {
		if _, err := f.WriteAt([]byte{byte(i)}, int64(i)); err != nil {
			t.Fatal(err)
		}
		var ran atomic.Bool
		go ran.Store(true)
		if err := syncData(f); err != nil {
			t.Fatal(err)
		}
		if !ran.Load() {
			t.Fatalf("sync %d: nobody else has run", i)
		}
	}
}

// A sync that fails says why.
func TestASyncThatFails(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := syncData(w); err == nil {
		t.Error("a pipe was synced")
	}
}
