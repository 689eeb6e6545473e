package objects

import (
	"iter"
	"sync/atomic"
)

// Index is the records of one index, ready to be searched. Apply, Reset and
// Configure are for one goroutine at a time; Snapshot is for all.
type Index struct {
	now atomic.Pointer[Snapshot]
}

// New makes an index without records. The settings and the synonyms are read
// only from then on.
func New(s *Settings, synonyms []Synonym) *Index {
	x := &Index{}
	x.now.Store(newSnapshot(s, synonyms))
	return x
}

// Apply takes one batch: afterwards a new Snapshot has all of it. A later put
// of an id replaces an earlier one, also within the batch; deletes come after
// the puts, and those of unknown ids do nothing. The objects' JSON is kept and
// must not be changed.
func (x *Index) Apply(puts []Object, deletes []string) {}

// Reset leaves the index with these records and no others.
func (x *Index) Reset(all iter.Seq[Object]) {}

// Configure exchanges settings and synonyms. They decide at the time of the
// query, so nothing is rebuilt.
func (x *Index) Configure(s *Settings, synonyms []Synonym) {
	x.now.Store(newSnapshot(s, synonyms))
}

// Snapshot is the index at this instant.
func (x *Index) Snapshot() *Snapshot { return x.now.Load() }
