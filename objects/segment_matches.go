package objects

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// matchesMax is how many matches of words a segment remembers.
const matchesMax = 8

// matchCache remembers what the words of the last queries found in a segment:
// the queries of one page have the same. A match is worked with by one query
// at a time, so it is taken out and given back.
type matchCache struct {
	mu   sync.Mutex
	kept []*keptMatch // that was given back last is the last
}

type keptMatch struct {
	match *wordsMatch
	key   matchKey
}

// matchKey is what a match depends on.
type matchKey struct {
	settings *Settings
	synonyms *synonymTable
	words    string // and how they are asked for
}

// take is the match of a key, which nobody else has then; nil where there is
// none.
func (c *matchCache) take(key matchKey) *wordsMatch {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, k := range c.kept {
		if k.key == key {
			c.kept = append(c.kept[:i], c.kept[i+1:]...)
			return k.match
		}
	}
	return nil
}

// giveBack keeps a match, and is the one that is forgotten for it, or nil.
func (c *matchCache) giveBack(key matchKey, m *wordsMatch) (spare *wordsMatch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.kept {
		if k.key == key {
			return m
		}
	}
	if len(c.kept) == matchesMax {
		spare = c.kept[0].match
		c.kept = append(c.kept[:0], c.kept[1:]...)
	}
	c.kept = append(c.kept, &keptMatch{m, key})
	return spare
}

// matchKey is the key of the request's words; false where what they find
// depends on the filters too.
func (r *request) matchKey() (matchKey, bool) {
	if r.words.limitsTypos() {
		return matchKey{}, false
	}
	q := r.q
	key := fmt.Appendf(nil, "%d %d %d %d %t ", q.OneTypoFrom, q.TwoTyposFrom, r.words.relax, len(q.OptionalWords), q.NoSynonyms)
	if q.Advanced != nil {
		key = strconv.AppendBool(key, *q.Advanced)
	}
	for _, s := range slices.Concat([]string{q.Words, q.Typos, q.PrefixOf, q.WhenNone}, q.OptionalWords, q.RestrictTo) {
		key = binary.AppendUvarint(key, uint64(len(s)))
		key = append(key, s...)
	}
	return matchKey{r.s, r.snap.synonyms, string(key)}, true
}
