package objects

import (
	"sync"

	"renfort/geo"
)

// Snapshot is one instant of an index. It is immutable, and safe for
// concurrent use.
type Snapshot struct {
	settings *Settings
	synonyms *synonymTable
	parts    []*part
	live     int
	pool     *scratchPool
	around   *aroundCache
}

func newSnapshot(pool *scratchPool, s *Settings, synonyms []Synonym, parts []*part) *Snapshot {
	base := &Snapshot{settings: s, synonyms: newSynonymTable(synonyms, s.Separators)}
	return base.with(pool, parts)
}

// with is a snapshot with these parts and the same settings.
func (s *Snapshot) with(pool *scratchPool, parts []*part) *Snapshot {
	next := &Snapshot{settings: s.settings, synonyms: s.synonyms, parts: parts, pool: pool, around: &aroundCache{}}
	for _, p := range parts {
		next.live += p.live
	}
	return next
}

// Len is the number of records.
func (s *Snapshot) Len() int { return s.live }

// Bytes is about how much memory the records take with their columns and
// words, those not counted that are gone and not yet merged away.
func (s *Snapshot) Bytes() (n int64) {
	for _, p := range s.parts {
		n += p.size * int64(p.live) / int64(len(p.docs))
	}
	return n
}

// Settings are those of the index. They are read only.
func (s *Snapshot) Settings() *Settings { return s.settings }

// Object is the record of that id.
func (s *Snapshot) Object(id string) (*Object, bool) {
	for _, p := range s.parts {
		if doc, ok := p.find(id); ok {
			return &p.docs[doc], true
		}
	}
	return nil, false
}

// aroundCache remembers the radius that was chosen around a point, as the
// queries of one page have the same.
type aroundCache struct {
	mu    sync.Mutex
	known map[geo.Point]float64
}

// aroundMax is how many points an aroundCache remembers: enough for those who
// search at once.
const aroundMax = 256

// radius is what choose says of a point, asked once.
func (c *aroundCache) radius(at geo.Point, choose func() float64) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.known[at]; ok {
		return r
	}
	if c.known == nil || len(c.known) >= aroundMax {
		c.known = make(map[geo.Point]float64)
	}
	r := choose()
	c.known[at] = r
	return r
}
