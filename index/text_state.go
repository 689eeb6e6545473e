package index

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"

	segment "github.com/blevesearch/scorch_segment_api/v2"
	"golang.org/x/sync/errgroup"
)

// hashesAtOnce is how many documents' hashes one goroutine reads in one go.
const hashesAtOnce = 4096

// readState verifies the files of a generation and reads its watermark and the
// hashes of its documents.
func (g *generation) readState() error {
	reader, err := g.bleve.Reader()
	if err != nil {
		return err
	}
	defer reader.Close()
	raw, err := reader.GetInternal([]byte(seqKey))
	if err != nil {
		return err
	}
	if g.flushed = len(raw) == 8; g.flushed {
		g.seq = binary.BigEndian.Uint64(raw)
	}
	sums, hashes := onAllCores(), onAllCores()
	for i := range g.view.segments {
		if p, ok := g.view.segments[i].bleve.(segment.PersistedSegment); ok {
			sums.Go(func() error { return verifySum(p.Path()) })
		}
	}
	if err := sums.Wait(); err != nil {
		return err
	}
	g.hashes = make([]uint64, len(g.view.home))
	for i := range g.view.segments {
		for first := 0; first < len(g.view.segments[i].ordinals); first += hashesAtOnce {
			hashes.Go(func() error { return guarded(func() error { return g.readHashes(i, first) }) })
		}
	}
	return hashes.Wait()
}

func onAllCores() *errgroup.Group {
	g := new(errgroup.Group)
	g.SetLimit(runtime.GOMAXPROCS(0))
	return g
}

// readHashes reads those of a segment's documents from first on.
func (g *generation) readHashes(number, first int) error {
	s := &g.view.segments[number]
	for n := first; n < min(first+hashesAtOnce, len(s.ordinals)); n++ {
		o := s.ordinals[n]
		if g.view.home[o] != uint16(number) {
			continue
		}
		hash, _, _, err := readRecord(s.bleve, uint64(n))
		if err != nil {
			return err
		}
		g.hashes[o] = hash
	}
	return nil
}

// verifySum compares a segment's file with the sum that it ends with, which
// Bleve writes and does not read.
func verifySum(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < 4 {
		return fmt.Errorf("%w: %s is cut off", errDamaged, path)
	}
	h := crc32.NewIEEE()
	if _, err := io.CopyN(h, f, info.Size()-4); err != nil {
		return err
	}
	var want [4]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return err
	}
	if got := h.Sum32(); got != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("%w: %s has another sum", errDamaged, path)
	}
	return nil
}
