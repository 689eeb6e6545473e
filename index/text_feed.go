package index

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	bleve "github.com/blevesearch/bleve_index_api"
)

// TextFetch gives the documents of ordinals as they are now: docs[i] belongs
// to ordinals[i] and is nil where there is no such mission any more.
type TextFetch func(ordinals []uint32) (docs []*TextDoc, err error)

// The batches. A small one is searchable soon; while a generation is built
// nobody waits for its documents, and larger ones make less work.
const (
	textBatchDocsMax  = 256
	textBuildDocsMax  = 2_000
	textBatchBytesMax = 8 << 20 // of text; one document more may go over it

	textPause    = 20 * time.Millisecond // between two batches: each makes a segment, to be merged
	textRetry    = time.Second           // after a failure
	batchTimeout = time.Minute           // Bleve hangs, where its own goroutines have died
)

// textQueue is the ordinals that wait to be indexed, oldest first, each once.
type textQueue struct {
	entries []queued
	waiting []uint64 // set of the ordinals in entries
}

// queued is an ordinal and the seq with which it came to wait.
type queued struct {
	seq     uint64
	ordinal uint32
}

func (q *textQueue) push(seq uint64, o uint32) {
	for int(o>>6) >= len(q.waiting) {
		q.waiting = append(q.waiting, 0)
	}
	if bit := uint64(1) << (o & 63); q.waiting[o>>6]&bit == 0 {
		q.waiting[o>>6] |= bit
		q.entries = append(q.entries, queued{seq, o})
	}
}

// take removes the oldest n.
func (q *textQueue) take(n int) []queued {
	n = min(n, len(q.entries))
	taken := q.entries[:n:n]
	for _, e := range taken {
		q.waiting[e.ordinal>>6] &^= 1 << (e.ordinal & 63)
	}
	q.entries = q.entries[n:]
	return taken
}

// putBack puts what could not be indexed before the rest. What came to wait
// again meanwhile is in it twice then, which does no harm.
func (q *textQueue) putBack(taken []queued) {
	for _, e := range taken {
		q.waiting[e.ordinal>>6] |= 1 << (e.ordinal & 63)
	}
	q.entries = append(taken, q.entries...)
}

// watermark gives up to where everything is indexed that was told.
func (q *textQueue) watermark(marked uint64) uint64 {
	if len(q.entries) == 0 {
		return marked
	}
	return q.entries[0].seq - 1
}

// Saw tells, before Run, the hash of a mission's words as the state has it.
func (t *TextIndex) Saw(o uint32, hash uint64) {
	for _, g := range t.generations() {
		if g.hash(o) != hash {
			g.stale(o)
		}
		for int(o>>6) >= len(g.seen) {
			g.seen = append(g.seen, 0)
		}
		g.seen[o>>6] |= 1 << (o & 63)
	}
}

func (g *generation) stale(o uint32) {
	g.text.mu.Lock()
	g.queue.push(1, o) // the first seq there is: the watermark stays below
	g.text.mu.Unlock()
}

// Loaded says that Saw was told all missions as of seq. Where nothing is to be
// done, words can be searched when it returns.
func (t *TextIndex) Loaded(seq uint64) error {
	t.working.Lock()
	defer t.working.Unlock()
	for _, g := range t.generations() {
		for o := range g.hashes {
			if g.hashes[o] != 0 && (o>>6 >= len(g.seen) || g.seen[o>>6]&(1<<(o&63)) == 0) {
				g.stale(uint32(o))
			}
		}
		g.seen = nil
	}
	t.mu.Lock()
	t.marked = seq
	for _, g := range []*generation{t.serving, t.building} {
		if g != nil {
			g.seq = g.queue.watermark(seq) // and not what it says: the store may be an older copy
		}
	}
	done := t.building != nil && len(t.building.queue.entries) == 0
	serving := t.serving
	t.mu.Unlock()
	if serving != nil {
		if err := t.publish(serving, true); err != nil {
			return nil // noted: Run builds it anew
		}
	}
	if done {
		return t.finish(context.Background())
	}
	return nil
}

// generations gives those that are fed.
func (t *TextIndex) generations() (all []*generation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range []*generation{t.serving, t.building} {
		if g != nil {
			all = append(all, g)
		}
	}
	return all
}

// Mark notes that up to seq the words of these ordinals may have changed, and
// no others. It never waits for the index.
func (t *TextIndex) Mark(seq uint64, ordinals ...uint32) {
	t.mu.Lock()
	t.marked = max(t.marked, seq)
	for _, g := range []*generation{t.serving, t.building} {
		if g != nil {
			for _, o := range ordinals {
				g.queue.push(seq, o)
			}
		}
	}
	t.mu.Unlock()
	if len(ordinals) > 0 {
		t.Poke()
	}
}

// Poke makes Run look at once whether the watermark can move. Commits without
// words do not wake it: there are thousands in a second, and who waits for a
// watermark pokes.
func (t *TextIndex) Poke() {
	select {
	case t.wake <- struct{}{}:
	default: // it is awake
	}
}

// Run indexes what is marked until ctx is done. What fails is tried again.
func (t *TextIndex) Run(ctx context.Context, fetch TextFetch) {
	for ctx.Err() == nil {
		left, err := t.Step(ctx, fetch)
		pause := textPause
		switch {
		case err != nil:
			t.counts.failed(err)
			pause = textRetry
		case left == 0:
			select {
			case <-t.wake:
			case <-ctx.Done():
			}
			continue
		case left > textBatchDocsMax:
			pause = 0 // a large batch makes up for its segment
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// Step does one piece of work: a batch for the generation that serves, and one
// for the one being built. left is how many documents wait after it, or 1 at
// least while something else is left to do.
func (t *TextIndex) Step(ctx context.Context, fetch TextFetch) (left int, err error) {
	t.working.Lock()
	defer t.working.Unlock()
	if err := t.replaceBroken(); err != nil {
		return 1, err
	}
	if g := t.serving; g != nil {
		if err := t.feed(ctx, g, textBatchDocsMax, fetch); err != nil {
			return 1, err
		}
	}
	if g := t.building; g != nil {
		if err := t.feed(ctx, g, textBuildDocsMax, fetch); err != nil {
			return 1, err
		}
		if t.waiting(g) == 0 {
			if err := t.finish(ctx); err != nil {
				return 1, err
			}
		}
	}
	for _, g := range t.generations() {
		left += t.waiting(g)
		if g.broken.Load() != nil {
			left++
		}
	}
	return left, nil
}

func (t *TextIndex) waiting(g *generation) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(g.queue.entries)
}

// replaceBroken begins anew what turned out to be damaged.
func (t *TextIndex) replaceBroken() error {
	s, b := t.serving, t.building
	if s != nil && s.broken.Load() != nil {
		t.mu.Lock()
		t.serving = nil
		t.mu.Unlock()
		t.reader.Store(nil)
		t.discard(s)
	}
	if b != nil && b.broken.Load() != nil {
		t.mu.Lock()
		t.building = nil
		t.mu.Unlock()
		t.discard(b)
	}
	if t.serving != nil && t.serving.format == textFormat() || t.building != nil {
		return nil
	}
	return t.rebuild()
}

// Rebuild begins a new generation, which takes the place of the one that
// serves as soon as it is complete. Run does the work. One that is under way
// goes on.
func (t *TextIndex) Rebuild() error {
	t.working.Lock()
	defer t.working.Unlock()
	return t.rebuild()
}

func (t *TextIndex) rebuild() error {
	if t.building != nil {
		return nil
	}
	if err := t.begin(); err != nil {
		return err
	}
	t.mu.Lock()
	for o := range t.options.Rows() {
		t.building.queue.push(1, o)
	}
	t.mu.Unlock()
	t.Poke()
	return nil
}

// feed indexes one batch of what waits for a generation.
func (t *TextIndex) feed(ctx context.Context, g *generation, docsMax int, fetch TextFetch) error {
	t.mu.Lock()
	taken := g.queue.take(docsMax)
	seq := g.queue.watermark(t.marked)
	t.mu.Unlock()
	var err error
	changed := false
	if len(taken) > 0 {
		changed, err = t.index(ctx, g, taken, seq, fetch)
	}
	t.mu.Lock()
	if err != nil {
		g.queue.putBack(taken)
	} else {
		g.seq = max(g.seq, seq)
	}
	t.mu.Unlock()
	if err != nil {
		return err
	}
	switch {
	case g != t.serving:
		return nil
	case changed || g.moved():
		return t.publish(g, changed)
	}
	t.advance(g)
	return nil
}

// index brings a generation's documents up to what they are now.
func (t *TextIndex) index(ctx context.Context, g *generation, taken []queued, seq uint64, fetch TextFetch) (changed bool, err error) {
	ordinals := make([]uint32, len(taken))
	for i, e := range taken {
		ordinals[i] = e.ordinal
	}
	for len(ordinals) > 0 {
		docs, err := fetch(ordinals)
		if err != nil {
			return changed, fmt.Errorf("index: text: fetch: %w", err)
		}
		b := bleve.NewBatch()
		hashes := map[uint32]uint64{}
		n := g.prepare(b, ordinals, docs, hashes, t.cutters())
		if len(ordinals) == n { // the last of them: all up to seq is in
			b.SetInternal([]byte(seqKey), binary.BigEndian.AppendUint64(nil, seq))
		}
		if len(hashes) > 0 {
			if err := g.batch(ctx, b); err != nil {
				return changed, err
			}
			for o, hash := range hashes {
				g.setHash(o, hash)
			}
			changed = true
		}
		t.counts.indexed.Add(uint64(len(hashes)))
		t.counts.unchanged.Add(uint64(n - len(hashes)))
		ordinals = ordinals[n:]
	}
	return changed, nil
}

// cutters gives how many goroutines may read words: all cores while nobody can
// search for words anyway, else one, so that who does is not held up.
func (t *TextIndex) cutters() int {
	if t.serving == nil {
		return runtime.GOMAXPROCS(0)
	}
	return 1
}

// prepare fills a batch with what changed among the first documents, up to its
// limit of bytes, and says how many it has looked at.
func (g *generation) prepare(b *bleve.Batch, ordinals []uint32, docs []*TextDoc, hashes map[uint32]uint64, cutters int) (n int) {
	var changed []*TextDoc
	for size := 0; n < len(docs) && size < textBatchBytesMax; n++ {
		o, d := ordinals[n], docs[n]
		switch had := g.hash(o); {
		case d == nil && had != 0:
			b.Delete(textID(o))
			hashes[o] = 0
		case d != nil && d.Hash() != had:
			changed = append(changed, d)
			hashes[o] = d.Hash()
			size += d.bytes()
		}
	}
	cut := make([]*document.Document, len(changed))
	var next atomic.Int64
	var running sync.WaitGroup
	for range min(cutters, len(changed)) {
		running.Go(func() {
			var c cutter
			for i := int(next.Add(1)) - 1; i < len(changed); i = int(next.Add(1)) - 1 {
				var fault error
				if cut[i], fault = c.cut(changed[i]); fault != nil {
					g.text.counts.failed(fault)
				}
			}
		})
	}
	running.Wait()
	for _, doc := range cut {
		b.Update(doc)
	}
	return n
}

func (d *TextDoc) bytes() (n int) {
	for f := range d.Values {
		for _, v := range d.Values[f] {
			n += len(v)
		}
	}
	return n
}

// batch gives Bleve a batch. It returns when it can be searched, which is
// before it is on disk; but not while too much is not.
func (g *generation) batch(ctx context.Context, b *bleve.Batch) error {
	late := time.NewTimer(batchTimeout)
	defer late.Stop()
	select {
	case g.behind <- struct{}{}:
	case <-late.C:
		return errors.New("index: text: nothing is written to disk")
	case <-ctx.Done():
		return ctx.Err()
	}
	b.SetPersistedCallback(func(err error) {
		if err != nil {
			g.text.counts.failed(err)
		}
		<-g.behind
	})
	done := make(chan error, 1)
	go func() { done <- guarded(func() error { return g.bleve.Batch(b) }) }()
	select {
	case err := <-done:
		if err != nil {
			err = fmt.Errorf("index: text: batch: %w", err)
			g.damage(err)
		}
		return err
	case <-late.C:
		err := errors.New("index: text: a batch hangs")
		g.damage(err)
		return err
	}
}

// finish makes the generation that was built the one that serves.
func (t *TextIndex) finish(ctx context.Context) error {
	g, old := t.building, t.serving
	if err := g.flush(ctx); err != nil {
		return err
	}
	v, err := g.newView(true)
	if err != nil {
		g.damage(err)
		return err
	}
	g.view = v
	if err := writeDurably(filepath.Join(t.dir, currentFile), strconv.FormatUint(g.number, 10)+"\n"); err != nil {
		return err
	}
	t.mu.Lock()
	g.seq = g.queue.watermark(t.marked)
	t.serving, t.building = g, nil
	t.reader.Store(&TextReader{v, g.seq})
	t.mu.Unlock()
	t.options.Published()
	if old != nil {
		t.discard(old)
	}
	return nil
}
