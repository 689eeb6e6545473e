package index

import (
	"sync"
	"sync/atomic"
)

// textCache keeps what is dear to compute in bounded memory. What was not
// asked for since the hand came by last goes first (CLOCK: a hit costs a look
// and one flag, and takes no lock that others wait for). Safe for concurrent
// use; values are shared and immutable.
type textCache[K comparable, V any] struct {
	mu       sync.RWMutex
	entries  map[K]*cached[K, V]
	ring     []*cached[K, V] // in no order; the hand goes round
	hand     int
	bytes    int
	bytesMax int

	hits, misses atomic.Uint64
}

type cached[K comparable, V any] struct {
	key   K
	value V
	bytes int
	used  atomic.Bool
}

func newTextCache[K comparable, V any](bytesMax int) *textCache[K, V] {
	return &textCache[K, V]{entries: map[K]*cached[K, V]{}, bytesMax: bytesMax}
}

// look gives what is kept for a key.
func (c *textCache[K, V]) look(key K) (value V, ok bool) {
	c.mu.RLock()
	e := c.entries[key]
	c.mu.RUnlock()
	if e == nil {
		c.misses.Add(1)
		return value, false
	}
	c.hits.Add(1)
	if !e.used.Load() {
		e.used.Store(true)
	}
	return e.value, true
}

// keep remembers a value that takes so many bytes. One that is a large part of
// all there is room for is not kept: it would empty the rest.
func (c *textCache[K, V]) keep(key K, value V, bytes int) {
	if bytes > c.bytesMax/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != nil {
		return // somebody else was as quick
	}
	e := &cached[K, V]{key: key, value: value, bytes: bytes}
	c.entries[key] = e
	c.ring = append(c.ring, e)
	c.bytes += bytes
	for c.bytes > c.bytesMax {
		c.evict()
	}
}

// evict drops the next that was not used since the hand came by.
func (c *textCache[K, V]) evict() {
	for {
		if c.hand >= len(c.ring) {
			c.hand = 0
		}
		e := c.ring[c.hand]
		if e.used.Swap(false) {
			c.hand++
			continue
		}
		c.drop(c.hand)
		return
	}
}

func (c *textCache[K, V]) drop(i int) {
	e, last := c.ring[i], len(c.ring)-1
	delete(c.entries, e.key)
	c.bytes -= e.bytes
	c.ring[i] = c.ring[last]
	c.ring[last] = nil
	c.ring = c.ring[:last]
}

// size gives the bytes in use.
func (c *textCache[K, V]) size() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.bytes
}
