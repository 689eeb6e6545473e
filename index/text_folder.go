package index

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
	"github.com/cespare/xxhash/v2"
)

// A text folder has one numbered folder for each generation, and a file that
// names the one that serves. A generation is begun empty, filled, and only
// when it is complete does the name move to it; what is left over of others is
// removed at the next start, but for one that was being filled: it goes on.
//
// textLayout is how generations are laid out: of another one nothing can be
// read. What the words are cut into is told by a fingerprint: with another one
// a generation serves until a new one is complete.
const (
	textLayout  = 1 // 1: first
	currentFile = "CURRENT"
	formatFile  = "format"
)

// generation is one Bleve index. Its methods are for one goroutine at a time,
// but for damage.
type generation struct {
	text     *TextIndex
	number   uint64
	path     string
	format   string
	opened   uint64 // number among all that this process opened
	bleve    bleve.Index
	workers  *bleve.AnalysisQueue
	segments map[uint64]*textSegment
	view     *textView // the last that was made
	hashes   []uint64  // hashes[o] of ordinal o's words, 0 for no document
	seen     []uint64  // set of the ordinals that Saw was told of
	queue    textQueue // guarded by text.mu
	seq      uint64    // watermark; guarded by text.mu
	flushed  bool      // a watermark was on disk when it was opened, be it 0
	broken   atomic.Pointer[error]
	behind   chan struct{} // holds one for each batch that is not on disk
}

// persistBehindMax is how many batches may wait for the disk: it bounds the
// memory of a build that is faster than it.
const persistBehindMax = 8

// persistNap is how long batches gather in memory before they go to the disk as
// one: fewer come in it than may wait. Each file is merged with others later, and
// where words change all the time files of one batch took half a core. What a
// crash loses of it is told again by the state.
const persistNap = 100 * time.Millisecond

// textFormat gives the format of what is indexed now. A specimen of all that
// matters is cut, so that a change of how words are read shows by itself.
func textFormat() string {
	h := xxhash.New()
	specimen := StripHTML("<p>L’été, aux Œuvres d'Aujourd'hui : aide-soignant(e)s &amp; bénévoles, 18-25 ans, E.H.P.A.D. de St-Étienne ; travaux, chevaux, nationales, JeVeuxAider</p>")
	for _, token := range Tokenize(nil, specimen) {
		fmt.Fprint(h, token.Exact, "\x00", token.Stem, "\x00", token.Position, "\n")
	}
	for n := range 12 {
		w := weigh(&[TextFields]int{n, 3, 2, 1, 40 * n})
		fmt.Fprint(h, w.impact(&termCount{uint8(n & 1), 1, 0, 0, uint8(n)}), "\n")
	}
	return fmt.Sprintf("renfort text %d %016x\n", textLayout, h.Sum64())
}

func sameLayout(format string) bool {
	return strings.HasPrefix(format, fmt.Sprintf("renfort text %d ", textLayout))
}

// openFolders opens what can serve and what was being built, and removes the
// rest.
func (t *TextIndex) openFolders() error {
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return fmt.Errorf("index: text: %w", err)
	}
	current, _ := os.ReadFile(filepath.Join(t.dir, currentFile)) // none: nothing serves
	var numbers []uint64
	for _, e := range entries {
		if n, err := strconv.ParseUint(e.Name(), 10, 31); err == nil && e.IsDir() {
			numbers = append(numbers, n)
		}
	}
	serving, _ := strconv.ParseUint(strings.TrimSpace(string(current)), 10, 31)
	t.last = serving
	for _, n := range numbers {
		t.last = max(t.last, n)
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	wanted := textFormat()
	for _, n := range numbers {
		g, err := t.openGeneration(n, n == serving)
		switch {
		case err != nil:
			t.counts.failed(err)
			os.RemoveAll(t.generationPath(n)) // what stays is removed at the next start
		case n == serving:
			t.serving = g
		case g.format == wanted && t.building == nil:
			t.building = g
		default:
			t.discard(g)
		}
	}
	if t.serving != nil && t.serving.format == wanted && t.building != nil {
		t.discard(t.building)
		t.building = nil
	}
	if t.building == nil && (t.serving == nil || t.serving.format != wanted) {
		return t.begin()
	}
	return nil
}

func (t *TextIndex) generationPath(n uint64) string {
	return filepath.Join(t.dir, strconv.FormatUint(n, 10))
}

// begin begins an empty generation.
func (t *TextIndex) begin() error {
	t.last++ // never a number that CURRENT may still name
	n := t.last
	if err := os.Mkdir(t.generationPath(n), 0o700); err != nil {
		return fmt.Errorf("index: text: %w", err)
	}
	if err := writeDurably(filepath.Join(t.generationPath(n), formatFile), textFormat()); err != nil {
		return err
	}
	g, err := t.openGeneration(n, false)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.building = g
	t.mu.Unlock()
	return nil
}

// openGeneration opens one folder and reads what it has. One that was complete
// once has a watermark: where its files cannot be read, Bleve opens as empty.
func (t *TextIndex) openGeneration(n uint64, complete bool) (*generation, error) {
	t.opened++
	g := &generation{text: t, number: n, opened: t.opened, path: t.generationPath(n), segments: map[uint64]*textSegment{},
		behind: make(chan struct{}, persistBehindMax)}
	format, err := os.ReadFile(filepath.Join(g.path, formatFile))
	if err != nil {
		return nil, fmt.Errorf("index: text: %w", err)
	}
	if g.format = string(format); !sameLayout(g.format) {
		return nil, fmt.Errorf("index: text: %s is of another format", g.path)
	}
	g.workers = bleve.NewAnalysisQueue(1)
	if g.bleve, err = openBleve(g.path, false, g.workers); err != nil {
		g.workers.Close()
		return nil, err
	}
	if g.view, err = g.newView(true); err == nil {
		err = guarded(g.readState)
	}
	if err == nil && complete && !g.flushed {
		err = fmt.Errorf("%w: %s has no watermark", errDamaged, g.path)
	}
	if err != nil {
		g.abandon()
		return nil, err
	}
	return g, nil
}

// openBleve opens Bleve's own files. It has no log: what was not persisted is
// gone after a crash, and its watermark with it.
func openBleve(path string, readOnly bool, workers *bleve.AnalysisQueue) (x bleve.Index, err error) {
	config := map[string]any{
		"path": path, "read_only": readOnly,
		"unsafe_batch":           true, // a batch is searchable before it is on disk
		"scorchPersisterOptions": map[string]any{"PersisterNapTimeMSec": persistNap.Milliseconds(), "PersisterNapUnderNumFiles": 1_000},
		"bolt_timeout":           "1s", // another process has it open
		"scorchMergePlanOptions": map[string]any{
			"MaxSegmentsPerTier": 4, "SegmentsPerMergeTask": 4, "TierGrowth": 10.0, // every question looks into every segment
			"MaxSegmentSize": 10_000_000, "FloorSegmentSize": 2_000, "ReclaimDeletesWeight": 2.0,
		},
	}
	err = guarded(func() error {
		if err := verifyRoot(path); err != nil {
			return err
		}
		x, err = scorch.NewScorch(scorch.Name, config, workers)
		if err != nil {
			return err
		}
		return x.Open()
	})
	if err != nil {
		return nil, fmt.Errorf("index: text: open %s: %w", path, err)
	}
	return x, nil
}

// What a batch stores beside its documents.
const seqKey = "seq"

func (g *generation) setHash(o uint32, hash uint64) {
	for int(o) >= len(g.hashes) {
		g.hashes = append(g.hashes, 0)
	}
	g.hashes[o] = hash
}

func (g *generation) hash(o uint32) uint64 {
	if int(o) < len(g.hashes) {
		return g.hashes[o]
	}
	return 0
}

// damage notes that the generation cannot be read or written. The next step of
// Run replaces it. Safe for concurrent use.
func (g *generation) damage(err error) {
	if g.broken.CompareAndSwap(nil, &err) {
		g.text.counts.failed(err)
		g.text.Poke()
	}
}

// closeSecondsMax is how long a generation may take to end.
const closeSecondsMax = 5

// flush writes the watermark, and waits until everything is on disk.
func (g *generation) flush(ctx context.Context) error {
	b := bleve.NewBatch()
	b.SetInternal([]byte(seqKey), binary.BigEndian.AppendUint64(nil, g.seq))
	if err := g.batch(ctx, b); err != nil {
		return err
	}
	for waited := range persistBehindMax {
		select {
		case g.behind <- struct{}{}:
		case <-ctx.Done():
			g.free(waited)
			return ctx.Err()
		}
	}
	g.free(persistBehindMax)
	return nil
}

// free gives back places of behind.
func (g *generation) free(places int) {
	for range places {
		<-g.behind
	}
}

// close waits for what is not on disk, but not for long: the next start
// indexes again what was lost.
func (g *generation) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeSecondsMax*time.Second)
	defer cancel()
	if g.broken.Load() == nil {
		if err := g.flush(ctx); err != nil {
			return errors.Join(err, g.abandon())
		}
	}
	return g.abandon()
}

// abandon closes without waiting. A library that hangs is left behind.
func (g *generation) abandon() error {
	closed := make(chan error, 1)
	g.workers.Close()
	go func() { closed <- guarded(g.bleve.Close) }()
	select {
	case err := <-closed:
		return err
	case <-time.After(closeSecondsMax * time.Second):
		return fmt.Errorf("index: text: %s did not close", g.path)
	}
}

// discard closes a generation and removes its folder.
func (t *TextIndex) discard(g *generation) {
	err := errors.Join(g.abandon(), os.RemoveAll(g.path))
	if err != nil {
		t.counts.failed(err) // what stays is removed at the next start
	}
}

// writeDurably writes a small file so that it is there after a power cut, or
// is what it was.
func writeDurably(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return fmt.Errorf("index: text: %w", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("index: text: write %s: %w", path, err)
	}
	return nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
