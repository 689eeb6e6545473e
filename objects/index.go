package objects

import (
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// segmentsMax is how many segments a snapshot has at most. Each costs a query
// a little; fewer would have the writer merge more often.
const segmentsMax = 8

// Index is the records of one index, ready to be searched. Apply, Reset and
// Configure are for one goroutine at a time; Snapshot is for all.
type Index struct {
	now  atomic.Pointer[Snapshot]
	pool *scratchPool
}

// New makes an index without records. The settings and the synonyms are read
// only from then on.
func New(s *Settings, synonyms []Synonym) *Index {
	x := &Index{pool: &scratchPool{}}
	x.now.Store(newSnapshot(x.pool, s, synonyms, nil))
	return x
}

// Snapshot is the index at this instant.
func (x *Index) Snapshot() *Snapshot { return x.now.Load() }

// Configure exchanges settings and synonyms. They decide at the time of the
// query, so nothing is rebuilt.
func (x *Index) Configure(s *Settings, synonyms []Synonym) {
	x.now.Store(newSnapshot(x.pool, s, synonyms, x.now.Load().parts))
}

// Apply takes one batch: afterwards a new Snapshot has all of it. A later put
// of an id replaces an earlier one, also within the batch; deletes come after
// the puts, and those of unknown ids do nothing. The objects' JSON is kept and
// must not be changed.
func (x *Index) Apply(puts []Object, deletes []string) {
	now := x.now.Load()
	puts, deletes = lastOfEach(puts, deletes)
	parts := make([]*part, 0, len(now.parts)+1)
	for _, p := range now.parts {
		if p = p.without(puts, deletes); p.live > 0 {
			parts = append(parts, p)
		}
	}
	if len(puts) > 0 {
		s := buildSegment(puts, now.settings)
		parts = append(parts, &part{segment: s, live: len(puts)})
	}
	x.now.Store(now.with(x.pool, settle(parts)))
}

// Reset leaves the index with these records and no others.
func (x *Index) Reset(all iter.Seq[Object]) {
	now := x.now.Load()
	puts, _ := lastOfEach(slices.Collect(all), nil)
	x.now.Store(now.with(x.pool, buildParts(puts, now.settings)))
}

// shareLeast is how many records are worth a goroutine that builds.
const shareLeast = 4_096

// buildParts makes segments of records, one on each core and no more than half
// of what a snapshot has, so that the next writes need not merge them.
func buildParts(puts []Object, s *Settings) []*part {
	if len(puts) == 0 {
		return nil
	}
	parts := make([]*part, min(runtime.GOMAXPROCS(0), segmentsMax/2, max(len(puts)/shareLeast, 1)))
	var building sync.WaitGroup
	for i := range parts {
		share := puts[i*len(puts)/len(parts) : (i+1)*len(puts)/len(parts)]
		building.Go(func() {
			parts[i] = &part{segment: buildSegment(share, s), live: len(share)}
		})
	}
	building.Wait()
	return parts
}

// lastOfEach are the puts that stand at the end of a batch, in a slice of its
// own, and the ids that are not there afterwards.
func lastOfEach(puts []Object, deletes []string) (stay []Object, leave []string) {
	last := make(map[string]int, len(puts))
	for i := range puts {
		last[puts[i].ID] = i
	}
	for _, id := range deletes {
		delete(last, id)
	}
	stay = make([]Object, 0, len(last))
	for i := range puts {
		if at, ok := last[puts[i].ID]; ok && at == i {
			stay = append(stay, puts[i])
		}
	}
	return stay, deletes
}

// without is the part less what is put anew and what is deleted. The part
// itself stays as it is for those who read it.
func (p *part) without(puts []Object, deletes []string) *part {
	q := &part{segment: p.segment, dead: p.dead, live: p.live}
	kill := func(id string) {
		doc, ok := q.find(id)
		if !ok {
			return
		}
		if q.live == p.live { // the first one
			q.dead = slices.Clone(p.dead)
			if q.dead == nil {
				q.dead = newDocSet(len(p.docs))
			}
		}
		q.dead.set(doc)
		q.live--
	}
	for i := range puts {
		kill(puts[i].ID)
	}
	for _, id := range deletes {
		kill(id)
	}
	if q.live == p.live {
		return p
	}
	return q
}

// settle merges parts where there are too many, and makes those anew whose
// documents are mostly gone. Small ones are merged first and as many as are
// together no greater than the next, so that a record is merged a few times
// in its life and not with every batch.
func settle(parts []*part) []*part {
	for i, p := range parts {
		if p.live*2 < len(p.docs) {
			parts[i] = merged(p)
		}
	}
	if len(parts) <= segmentsMax {
		return parts
	}
	slices.SortStableFunc(parts, func(a, b *part) int { return a.live - b.live })
	n, sum := 2, parts[0].live+parts[1].live
	for n < len(parts) && parts[n].live <= sum {
		sum += parts[n].live
		n++
	}
	return append([]*part{merged(parts[:n]...)}, parts[n:]...)
}

func merged(parts ...*part) *part {
	s := mergeSegments(parts)
	return &part{segment: s, live: len(s.docs)}
}
