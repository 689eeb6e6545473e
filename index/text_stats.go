package index

import (
	"io/fs"
	"path/filepath"
	"sync/atomic"
)

// TextStats is how large a text index is and what it did since it was opened.
type TextStats struct {
	Docs        int    // live documents of the view that serves
	Segments    int    // of that view
	Seq         uint64 // text watermark, 0 while nothing serves
	Pending     int    // documents that wait to be indexed
	Building    bool   // a rebuild is under way
	BytesDisk   int64
	BytesMemory int64  // lists, matches and columns of ours; not Bleve's own
	Indexed     uint64 // documents
	Unchanged   uint64 // documents left alone because their words were the same
	Failures    uint64
	FailedWhy   string // the last failure
	MatchHits   uint64 // of the cache of whole matches
	MatchMisses uint64
	ListHits    uint64 // of the cache of decoded lists
	ListMisses  uint64
}

// textCounts is what is counted as it happens.
type textCounts struct {
	indexed, unchanged, failures atomic.Uint64
	why                          atomic.Pointer[string]
}

func (c *textCounts) failed(err error) {
	why := err.Error()
	c.why.Store(&why)
	c.failures.Add(1)
}

// Stats counts. It looks at the sizes of some dozens of files.
func (t *TextIndex) Stats() TextStats {
	s := TextStats{Seq: t.Seq(), BytesMemory: int64(t.lists.size() + t.nearby.size() + t.matches.size()),
		Indexed: t.counts.indexed.Load(), Unchanged: t.counts.unchanged.Load(), Failures: t.counts.failures.Load(),
		MatchHits: t.matches.hits.Load(), MatchMisses: t.matches.misses.Load(),
		ListHits: t.lists.hits.Load(), ListMisses: t.lists.misses.Load()}
	if why := t.counts.why.Load(); why != nil {
		s.FailedWhy = *why
	}
	if r := t.reader.Load(); r != nil {
		s.Docs, s.Segments = r.docs, len(r.segments)
		s.BytesMemory += int64(2*len(r.home) + 8*len(r.live) + 8*len(r.home)) // and the hashes
		for i := range r.segments {
			s.BytesMemory += int64(4 * len(r.segments[i].ordinals))
		}
	}
	t.mu.Lock()
	s.Building = t.building != nil
	for _, g := range []*generation{t.serving, t.building} {
		if g != nil {
			s.Pending += len(g.queue.entries)
		}
	}
	t.mu.Unlock()
	// Files come and go meanwhile: what cannot be looked at does not count.
	filepath.WalkDir(t.dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if info, err := e.Info(); err == nil {
				s.BytesDisk += info.Size()
			}
		}
		return nil
	})
	return s
}
