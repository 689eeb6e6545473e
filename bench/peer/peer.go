package peer

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// peer is an engine that has the missions and knows the questions.
type peer interface {
	name() string
	cost() Cost
	// answers gives one answer for every question, in their order.
	answers() ([]answer, error)
	// time asks questions from to to-1 twice, and gives the microseconds that
	// each took the second time.
	time(from, to int) ([]float64, error)
	close() error
}

// Cost is what it takes an engine to have the missions.
type Cost struct {
	Seconds     float64 // until the last of them is found
	MemoryBytes int64   // of live objects on its heap, where it tells; files it maps are not among them
	AnonBytes   int64   // memory of its process that is no file, at the end; of what shares this one: what indexing added
	DiskBytes   int64
}

// askAll asks every question once.
func askAll(queries []query, ask func(*query) (answer, error)) ([]answer, error) {
	all := make([]answer, len(queries))
	for i := range queries {
		a, err := ask(&queries[i])
		if err != nil {
			return nil, err
		}
		all[i] = a
	}
	return all, nil
}

// timeAll asks every question once to warm, and once more to time.
func timeAll(queries []query, ask func(*query) error) ([]float64, error) {
	micros := make([]float64, len(queries))
	for range 2 {
		for i := range queries {
			began := time.Now()
			if err := ask(&queries[i]); err != nil {
				return nil, err
			}
			micros[i] = float64(time.Since(began).Nanoseconds()) / 1e3
		}
	}
	return micros, nil
}

// heapBytes gives the bytes of live objects of this process.
func heapBytes() int64 {
	for range 2 { // what the first frees by finalizers, the second collects
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// diskBytes adds up the files of a folder.
func diskBytes(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if os.IsNotExist(err) {
			return nil // merged away meanwhile
		}
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
