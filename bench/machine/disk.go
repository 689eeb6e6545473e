package machine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"renfort/bench/result"
)

// What SyncTimes writes: pages of 4 kB, somewhere in a file of 16 MB that is
// there already, as a database file that does not grow is written.
const (
	syncPageBytes = 4096
	syncFilePages = 4096
	syncTimesMax  = 100_000
)

// SyncTimes measures, n times, writing 4 kB into a file in this folder and
// waiting until the disk has it (fdatasync; fsync where there is none), in
// microseconds. The file is a temporary one of 16 MB, written whole beforehand
// and removed after; the time to make it is not counted.
func SyncTimes(dir string, n int) (s result.Summary, err error) {
	if n < 1 || n > syncTimesMax {
		return s, fmt.Errorf("machine: %d syncs; it must be from 1 to %d", n, syncTimesMax)
	}
	f, err := os.CreateTemp(dir, "renfort-sync-*")
	if err != nil {
		return s, fmt.Errorf("machine: measure syncs: %w", err)
	}
	defer func() {
		if e := errors.Join(f.Close(), os.Remove(f.Name())); e != nil {
			err = errors.Join(err, fmt.Errorf("machine: measure syncs: %w", e))
		}
	}()
	h, err := timeSyncs(f, n)
	if err != nil {
		return s, fmt.Errorf("machine: measure syncs: %w", err)
	}
	return h.Summary(), nil
}

// timeSyncs fills the file, then overwrites pages of it.
func timeSyncs(f *os.File, n int) (h result.Histogram, err error) {
	page := make([]byte, syncPageBytes)
	for range syncFilePages {
		if _, err := f.Write(page); err != nil {
			return h, err
		}
	}
	if err := f.Sync(); err != nil {
		return h, err
	}
	places := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		page[0] = byte(i) // so that it is not the same page again
		at := places.IntN(syncFilePages) * syncPageBytes
		began := time.Now()
		if _, err := f.WriteAt(page, int64(at)); err != nil {
			return h, err
		}
		if err := datasync(f); err != nil {
			return h, err
		}
		h.Record(time.Since(began).Microseconds())
	}
	return h, nil
}
