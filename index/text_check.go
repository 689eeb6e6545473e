package index

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	bleve "github.com/blevesearch/bleve_index_api"
	"go.etcd.io/bbolt"
)

// TextReport is what a text folder holds that nobody has open.
type TextReport struct {
	Hashes []uint64 // Hashes[o] of ordinal o's words, 0 for no document
	Seq    uint64   // everything committed up to it is in
	Older  bool     // words are read otherwise by now: the next start builds it anew
}

// CheckText reads the index that serves in a text folder, every file's sum and
// every document's hash, and changes no byte. It answers os.ErrNotExist where
// there is none.
func CheckText(dir string) (r TextReport, err error) {
	current, err := os.ReadFile(filepath.Join(dir, currentFile))
	if err != nil {
		return r, fmt.Errorf("index: text: %w", err)
	}
	path := filepath.Join(dir, strings.TrimSpace(string(current)))
	format, err := os.ReadFile(filepath.Join(path, formatFile))
	if err != nil {
		return r, fmt.Errorf("index: text: %w", err)
	}
	if r.Older = string(format) != textFormat(); !sameLayout(string(format)) {
		return r, nil
	}
	g := &generation{text: &TextIndex{dir: dir}, path: path, segments: map[uint64]*textSegment{}, workers: bleve.NewAnalysisQueue(1)}
	if g.bleve, err = openBleve(path, true, g.workers); err != nil {
		g.workers.Close()
		return r, err
	}
	defer g.abandon()
	if g.view, err = g.newView(true); err == nil {
		err = guarded(g.readState)
	}
	if err == nil && !g.flushed {
		err = fmt.Errorf("%w: %s has no watermark", errDamaged, path)
	}
	r.Hashes, r.Seq = g.hashes, g.seq
	return r, err
}

// rootFile is where Bleve says which segments there are, and what became of them.
const rootFile = "root.bolt"

// verifyRoot refuses a root that is shorter than it says: where only its free pages
// are gone it can be read whole, and whoever writes to it hangs or takes the process
// down. A folder without one is new.
func verifyRoot(path string) error {
	path = filepath.Join(path, rootFile)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("index: text: %w", err)
	}
	root, err := bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return fmt.Errorf("index: text: open %s: %w", path, err)
	}
	defer root.Close()
	return root.View(func(tx *bbolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("%w: %s has %d bytes of %d", errDamaged, path, info.Size(), tx.Size())
		}
		return nil
	})
}
