package index

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	bleve "github.com/blevesearch/bleve_index_api"
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
