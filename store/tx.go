package store

import (
	"bytes"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// reducer applies commands inside one transaction. It reads and writes that
// transaction and its own memory of it, and nothing else.
//
// A command checks first and writes then: when it returns an error it has
// written nothing, and its neighbours are not concerned.
type reducer struct {
	tx       *bbolt.Tx
	opened   buckets // of bucket: those that were needed so far
	meta     meta    // as it will be written
	policy   *mission.Policy
	policies []*mission.Policy // newest first
	taxonomy *mission.Taxonomy
	sweepMax sweepLimits

	cursors [bucketCount]*bbolt.Cursor // of cursor, made when first needed
	seats   map[mission.Ordinal]*cachedSeats
	changes []mission.Change  // of all commands so far
	wrote   bool              // by the command under way
	touched []mission.Ordinal // missions whose waiting lists are to be looked at after it
	moved   []mission.Ordinal // missions whose seats it has written
	arena   []byte            // room for the values and keys of this transaction

	ops      []byte // what was written, for the journal
	into     uint32 // bits of the buckets that the batch wrote to
	agreed   int    // so much of it is durable
	commands int    // that are durable
	*scratch
}

// scratch is memory that one transaction after the other uses.
type scratch struct {
	arena0 []byte                           // the first arena
	seats0 map[mission.Ordinal]*cachedSeats // empty between transactions
	ops0   []byte
	dirty  []mission.Ordinal // whose seats are to be written
}

func newScratch() *scratch {
	return &scratch{arena0: make([]byte, 0, arenaBytes), ops0: make([]byte, 0, arenaBytes), seats0: map[mission.Ordinal]*cachedSeats{}}
}

// opsKept is how large the memory of what was written may be to be used again: few
// transactions write more.
const opsKept = 8 << 20

// reuse makes the memory ready for the transaction after r. bbolt has let go of
// it: what was committed is in the file's map.
func (s *scratch) reuse(r *reducer) {
	if cap(r.ops) <= opsKept {
		s.ops0 = r.ops[:0]
	}
	clear(s.seats0)
	s.dirty = s.dirty[:0]
	if invariants {
		spoil(s.arena0[:cap(s.arena0)])
	}
}

// spoil overwrites memory, so that whoever still reads it notices. It copies
// whole runs: the race detector looks at each write once.
func spoil(b []byte) {
	if len(b) == 0 {
		return
	}
	b[0] = 0xdb
	for n := 1; n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// cachedSeats is a mission's seats while the transaction runs: a hot one
// is decoded once, and written once a batch.
type cachedSeats struct {
	seats *mission.Seats // immutable; nil: deleted
	hash  uint64         // share in meta.hash of what the file has, 0 for nothing
	dirty bool
	inDB  bool
	moved bool           // by the command under way
	was   *mission.Seats // before it, where moved
}

// newReducer starts on a writable transaction, from what the last one left,
// with memory that no other uses.
func newReducer(tx *bbolt.Tx, from *committed, memory *scratch) *reducer {
	return &reducer{tx: tx, meta: from.meta, policy: from.policy, policies: from.policies, taxonomy: from.taxonomy,
		seats: memory.seats0, arena: memory.arena0, ops: memory.ops0, scratch: memory}
}

// bucket gives a bucket of the transaction. Most batches need a few: bbolt makes
// two maps for each that is opened to be written. All are there, readCommitted
// has seen them.
func (r *reducer) bucket(b bucketID) *bbolt.Bucket {
	if r.opened[b] == nil {
		r.opened[b] = r.tx.Bucket([]byte(bucketNames[b]))
		r.opened[b].FillPercent = b.fill()
	}
	return r.opened[b]
}

// must stops the process on what cannot be: a key of ours that is too long, a
// record of ours that cannot be read. Going on would decide seats on a guess.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("store: %v", err))
	}
}

// arenaBytes is how much room the arena takes at once.
const arenaBytes = 256 << 10

// room gives an empty slice with space for at least n bytes that stays valid
// until the transaction ends: bbolt keeps values by reference.
func (r *reducer) room(n int) []byte {
	if cap(r.arena)-len(r.arena) < n {
		r.arena = make([]byte, 0, max(arenaBytes, n))
	}
	return r.arena[len(r.arena):len(r.arena):cap(r.arena)]
}

// keep takes what was written into room out of the arena's free space.
func (r *reducer) keep(b []byte) []byte {
	if free := r.arena[len(r.arena):cap(r.arena)]; len(b) > 0 && len(free) >= len(b) && &free[0] == &b[0] {
		r.arena = r.arena[:len(r.arena)+len(b)]
	}
	return b[:len(b):len(b)]
}

// get gives a record, nil if there is none. It stays valid until the end of
// the transaction.
func (r *reducer) get(b bucketID, key []byte) []byte {
	if found, value := r.cursor(b).Seek(key); bytes.Equal(found, key) {
		return value
	}
	return nil
}

// cursor gives the cursor of a bucket that look-ups and removals share. One that
// is used again has its room for the way down already, which Bucket.Get and
// Bucket.Delete make anew each time.
func (r *reducer) cursor(b bucketID) *bbolt.Cursor {
	if r.cursors[b] == nil {
		r.cursors[b] = r.bucket(b).Cursor()
	}
	return r.cursors[b]
}

// put writes a record or an index value in place of old, nil for none. The
// caller hands old over because it has just decided by it.
func (r *reducer) put(b bucketID, key, old, value []byte) {
	if hashed(b, key) {
		if old != nil {
			r.meta.hash -= recordHash(b, key, old)
		}
		r.meta.hash += recordHash(b, key, value)
	}
	r.wrote = true
	r.write(b, key, value)
}

// write writes an entry that has no part in the hash, or has had it.
func (r *reducer) write(b bucketID, key, value []byte) {
	r.ops, r.into = appendOp(r.ops, b, false, key, value), r.into|1<<b
	must(r.bucket(b).Put(key, value))
}

// remove deletes a record or an index entry whose value is old.
func (r *reducer) remove(b bucketID, key, old []byte) {
	if old != nil && hashed(b, key) {
		r.meta.hash -= recordHash(b, key, old)
	}
	r.wrote = true
	c := r.cursor(b)
	if found, _ := c.Seek(key); bytes.Equal(found, key) {
		r.ops, r.into = appendOp(r.ops, b, true, key, nil), r.into|1<<b
		must(c.Delete())
	}
}

// emit adds a change of the command under way.
func (r *reducer) emit(c mission.Change) {
	c.Seq, c.At = r.seq(), r.meta.now
	r.attribute(&c)
	r.changes = append(r.changes, c)
}

// seq is the number that the command under way gets if it changes anything.
func (r *reducer) seq() uint64 { return r.meta.seq + 1 }

// seatsOf gives the seats of a mission that exists.
func (r *reducer) seatsOf(o mission.Ordinal) *mission.Seats {
	if c := r.seats[o]; c != nil {
		return c.seats
	}
	key := ordinalKey(o)
	raw := r.get(seatsBucket, key)
	if raw == nil {
		return nil
	}
	s, err := decodeSeats(o, raw)
	if err != nil {
		panic(fmt.Sprintf("store: seats of mission ordinal %d: %v", o, err))
	}
	r.seats[o] = &cachedSeats{seats: s, hash: recordHash(seatsBucket, key, raw), inDB: true}
	return s
}

// putSeats replaces the seats of a mission, nil for none. s must not be
// changed afterwards.
func (r *reducer) putSeats(o mission.Ordinal, s *mission.Seats) {
	c := r.seats[o]
	if c == nil {
		c = &cachedSeats{}
		r.seats[o] = c
	}
	if s != nil {
		mustFit(s)
	}
	r.mark(o, c)
	if waits(c.seats) || waits(s) {
		r.touched = append(r.touched, o)
	}
	c.seats, r.wrote = s, true
	r.soil(o, c)
}

// soil has a mission's seats written at the end of the batch.
func (r *reducer) soil(o mission.Ordinal, c *cachedSeats) {
	if !c.dirty {
		c.dirty = true
		r.dirty = append(r.dirty, o)
	}
}

// mustFit stops the process when a pool's parts do not add up: what a user can
// cause is an error before this.
func mustFit(s *mission.Seats) {
	for i, p := range s.Pools {
		if err := p.Fits(); err != nil {
			panic(fmt.Sprintf("store: mission ordinal %d pool %d: %v", s.Ordinal, i, err))
		}
	}
}

// flush writes what a batch still keeps in memory. It comes last.
func (r *reducer) flush() {
	slices.Sort(r.dirty)
	for _, o := range r.dirty {
		r.flushSeats(o, r.seats[o])
	}
	r.dirty = r.dirty[:0]
	r.write(metaBucket, stateKey, r.keep(appendMeta(r.room(metaRoom), &r.meta)))
}

// metaRoom is more than appendMeta needs.
const metaRoom = 128

func (r *reducer) flushSeats(o mission.Ordinal, c *cachedSeats) {
	key := ordinalKey(o)
	if c.inDB {
		r.meta.hash -= c.hash
	}
	c.dirty, c.inDB, c.hash = false, c.seats != nil, 0
	if c.seats == nil {
		r.remove(seatsBucket, key, nil)
		return
	}
	value := r.keep(appendSeats(r.room(256+64*len(c.seats.Slots)), c.seats))
	c.hash = recordHash(seatsBucket, key, value)
	r.meta.hash += c.hash
	r.write(seatsBucket, key, value)
}

// hold gives a hold's record and what the file has of it, nil if there is none.
func (r *reducer) hold(id mission.ID) (*holdRecord, []byte) {
	raw := r.get(holdsBucket, []byte(id))
	if raw == nil {
		return nil, nil
	}
	h, err := decodeHold(id, raw)
	if err != nil {
		panic(fmt.Sprintf("store: hold %q: %v", id, err))
	}
	return h, raw
}

// putHold writes a hold in place of old, whose record is raw (both nil for a
// new one), and moves its index entries.
func (r *reducer) putHold(old *holdRecord, raw []byte, h *holdRecord) {
	r.put(holdsBucket, []byte(h.ID), raw, r.keep(appendHold(r.room(256), h)))
	r.reindex(old, h)
}

// forget removes a hold and its index entries.
func (r *reducer) forget(old *holdRecord, raw []byte) {
	r.remove(holdsBucket, []byte(old.ID), raw)
	r.reindex(old, nil)
}

// reindex removes the entries that only old has and adds those only h has;
// either may be nil.
func (r *reducer) reindex(old, h *holdRecord) {
	var before, after [4]entry
	var nb, na int
	const most = 256                  // longer ones take room of their own
	keys := r.room(2 * most)[:2*most] // and is not kept: bbolt copies keys
	if old != nil {
		before, nb = old.entries(keys[:0:most])
	}
	if h != nil {
		after, na = h.entries(keys[most:most])
	}
	for _, e := range before[:nb] {
		if !hasEntry(after[:na], e) {
			r.remove(e.bucket, e.key, nil)
		}
	}
	for _, e := range after[:na] {
		if !hasEntry(before[:nb], e) {
			r.put(e.bucket, e.key, nil, nil)
		}
	}
}

func hasEntry(all []entry, e entry) bool {
	for _, o := range all {
		if o.bucket == e.bucket && bytes.Equal(o.key, e.key) {
			return true
		}
	}
	return false
}

// under visits the keys that begin with prefix, in order, until visit says
// no. It must not write.
func (r *reducer) under(b bucketID, prefix []byte, visit func(key, value []byte) bool) {
	c := r.cursor(b)
	r.cursors[b] = nil // visit may look things up in the same bucket
	underAt(c, prefix, visit)
	r.cursors[b] = c
}

func under(b *bbolt.Bucket, prefix []byte, visit func(key, value []byte) bool) {
	underAt(b.Cursor(), prefix, visit)
}

// underAt is under with a cursor that is the walk's own while it lasts.
func underAt(c *bbolt.Cursor, prefix []byte, visit func(key, value []byte) bool) {
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if !visit(k, v) {
			return
		}
	}
}
