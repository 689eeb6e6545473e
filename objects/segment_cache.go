package objects

import "sync"

// cacheSets is how many sets of documents a segment remembers.
const cacheSets = 128

// segmentCache remembers which documents meet a condition, so that the
// queries of one page, and of the next visitor, do not ask twice. The sets are
// of all documents of the segment, also those that are gone, and read only.
type segmentCache struct {
	mu   sync.Mutex
	sets map[string]*cachedSet
	ring []string // keys, in the order in which hands go round
	hand int
}

type cachedSet struct {
	docs docSet
	used bool // since the hand came by
}

// set is the set of a key, made by fill where it is not remembered.
func (c *segmentCache) set(key []byte, docs int, fill func(docSet)) docSet {
	c.mu.Lock()
	if known := c.sets[string(key)]; known != nil {
		known.used = true
		c.mu.Unlock()
		return known.docs
	}
	c.mu.Unlock()
	s := newDocSet(docs)
	fill(s) // outside of the lock: twice at worst
	c.keep(string(key), s)
	return s
}

// keep remembers a set, and forgets one that was not used for a while where
// there are too many.
func (c *segmentCache) keep(key string, s docSet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sets == nil {
		c.sets = make(map[string]*cachedSet)
	}
	if c.sets[key] != nil {
		return
	}
	c.sets[key] = &cachedSet{docs: s}
	if len(c.ring) < cacheSets {
		c.ring = append(c.ring, key)
		return
	}
	for ; ; c.hand++ {
		c.hand %= len(c.ring)
		if old := c.sets[c.ring[c.hand]]; !old.used {
			break
		} else {
			old.used = false
		}
	}
	delete(c.sets, c.ring[c.hand])
	c.ring[c.hand] = key
	c.hand++
}
