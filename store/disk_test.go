package store_test

// A disk that loses power: of what was written since a file's last sync any
// sectors may be on it, and any not.

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"renfort/store"
)

// disk knows what of a store's files is surely on it.
type disk struct {
	t      failer
	dir    string
	mu     sync.Mutex
	synced map[string][]byte // by the file's name
}

// failer is a test, or rapid's.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// watch takes an open store's files as synced, and follows it from now on.
func watch(t failer, s *store.Store) *disk {
	d := &disk{t: t, dir: filepath.Dir(s.Path()), synced: map[string][]byte{}}
	for _, name := range []string{store.FileName, store.JournalName} {
		d.synced[name] = d.read(name)
	}
	s.SyncBy(func(f *os.File) error {
		name := filepath.Base(f.Name())
		name = strings.TrimSuffix(name, ".new") // it has got its name since
		d.mu.Lock()
		defer d.mu.Unlock()
		now := d.read(name)
		d.synced[name] = now
		return nil
	})
	return d
}

func (d *disk) read(name string) []byte {
	b, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	return b
}

// sure gives what is surely on the disk.
func (d *disk) sure() map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.synced)
}

// hold gives what is surely on the disk, and lets nothing more be until mu is
// unlocked: the caller reads what else is written meanwhile.
func (d *disk) hold() map[string][]byte {
	d.mu.Lock()
	return maps.Clone(d.synced)
}

// lose gives the files after a loss of power: what was sure, and of what was
// written since each sector with the chance of some tenths.
func (d *disk) lose(sure map[string][]byte, tenths int, rnd *rand.Rand) map[string][]byte {
	const sector = 512
	after := map[string][]byte{}
	for name, old := range sure {
		now := d.read(name)
		b := make([]byte, max(len(old), len(now)))
		copy(b, old)
		for at := 0; at < len(now); at += sector {
			if rnd.IntN(10) < tenths {
				copy(b[at:min(at+sector, len(now))], now[at:])
			}
		}
		after[name] = b
	}
	return after
}

// lay writes files into a directory of their own.
func lay(t failer, dir string, files map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatalf("%v", err)
		}
	}
}
