package store

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// file is an open data file with its journal. What is agreed is written into
// the journal and synced before anybody is answered; the data file takes it
// later, many batches in one transaction, and is synced later still, beside the
// writer. A read transaction at the base keeps bbolt from using the base's
// pages for anything else, so that it can be gone back to.
type file struct {
	db      *bbolt.DB
	raw     *os.File // the data file, for what bbolt has no door for
	journal *journal
	sync    syncer // nothing where nothing is to be durable
	mapped  int64  // bytes that bbolt maps at least

	length   atomic.Int64 // in use, by the last transaction
	allotted int64        // so much of it has its place on the disk
	noAllot  bool
	fresh    bool      // there was none
	whole    bool      // it has all that the journal had, though perhaps not on the disk
	pin      *bbolt.Tx // at the base
	doubtful bool      // a sync of it failed
	rebasing sync.WaitGroup
	beside   atomic.Bool // a base is being made beside the writer
}

const (
	// settleCommands and settleAfter are how much is agreed, and how long ago it
	// may be, before the data file takes it where no reader wants it earlier: the
	// more, the fewer pages are written twice, and the longer the writer is gone.
	settleCommands = 512
	settleAfter    = time.Second
	// ringBytes is the journal's; ringBytesTest where nothing is synced.
	ringBytes     = 32 << 20
	ringBytesTest = 1 << 20
	// A part of the ring: what settles at once, what makes a new base.
	settleParts = 8
	baseParts   = 4
	// allotLeast is how much room the file has beyond its end before anything is
	// agreed, so that what is agreed can be settled on a disk that is full then.
	allotLeast = allocBytes / 4
	// mapLeast is how much of the map must be left for bbolt not to map the file
	// anew, whatever one transaction adds.
	mapLeast = 512 << 20
)

// begin gives the transaction under way, or begins one.
func (s *Store) begin() (*reducer, error) {
	if s.open != nil {
		return s.open, nil
	}
	if f := s.failure.Load(); f != nil {
		return nil, errors.New(f.why)
	}
	if err := s.file.allot(); err != nil {
		return nil, err
	}
	tx, err := s.file.db.Begin(true)
	if err != nil {
		return nil, err
	}
	s.open, s.openedAt = newReducer(tx, s.live.Load(), s.scratch), time.Now()
	return s.open, nil
}

// allot sees that the disk has room for what is settled next.
func (f *file) allot() error {
	length := f.length.Load()
	if f.noAllot || f.allotted-length >= allotLeast {
		return nil
	}
	var err error
	for _, more := range [...]int64{allocBytes, allotLeast} { // where there is little left, little is taken
		to := length + more
		if err = allot(f.raw, f.allotted, to); err == nil {
			f.allotted = to
			return nil
		}
	}
	return fmt.Errorf("store: room for the data file: %w", err)
}

// settle sees that readers of the data file find what was agreed before in some
// buckets, or, where none is named, in all.
func (s *Store) settle(of []bucketID) error {
	need := s.Seq()
	if len(of) > 0 {
		need = 0
	}
	for _, b := range of {
		need = max(need, s.written[b].Load())
	}
	if s.settled.Load() >= need {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	s.settleOpen()
	if f := s.failure.Load(); f != nil && s.settled.Load() < need {
		return f.refusal()
	}
	return nil
}

// settleDue settles where there is much of it, or it is old.
func (s *Store) settleDue() {
	s.writing.Lock()
	defer s.writing.Unlock()
	if r := s.open; r != nil && (r.commands >= settleCommands || int64(len(r.ops)) >= s.file.journal.size/settleParts || time.Since(s.openedAt) >= settleAfter) {
		s.settleOpen()
	}
}

// settleOpen commits the transaction under way, all of which was agreed, to the
// data file. s.writing is held.
func (s *Store) settleOpen() {
	r := s.open
	if r == nil {
		return
	}
	f := s.file
	var err error
	if f.mapped-f.length.Load() < mapLeast {
		err = s.baseAtOnce(r)
	} else if err = s.commitOpen(); err == nil && f.journal.used() >= f.journal.size/baseParts {
		err = s.baseBeside(r.meta)
	}
	if err != nil {
		s.fail(err)
	}
}

// commitOpen ends the transaction under way. s.writing is held.
func (s *Store) commitOpen() error {
	r := s.open
	s.open = nil
	err := r.tx.Commit()
	s.scratch.reuse(r)
	if err != nil {
		return err
	}
	s.settled.Store(r.meta.seq)
	return s.file.measure()
}

// measure learns how much of the file is in use.
func (f *file) measure() error {
	return f.db.View(func(tx *bbolt.Tx) error {
		f.length.Store(tx.Size())
		return nil
	})
}

// undo takes back what r did and was not agreed: the data file gets what had been
// agreed before in the same transaction, so that readers find what was answered.
// s.writing is held.
func (s *Store) undo(r *reducer) {
	if s.open != nil {
		_ = r.tx.Rollback()
		s.open = nil
		s.scratch.reuse(r)
	}
	s.file.rebasing.Wait()
	if s.settled.Load() >= s.Seq() || s.file.pin == nil { // without a pin the base's pages would be used
		return
	}
	agreed := r.ops[:r.agreed]
	if err := s.file.db.Update(func(tx *bbolt.Tx) error { return redo(tx, agreed) }); err == nil {
		s.settled.Store(s.Seq()) // else settle refuses until recovery
	}
}

// redo writes what a frame has.
func redo(tx *bbolt.Tx, ops []byte) error {
	return eachOp(ops, func(b bucketID, removed bool, key, value []byte) error {
		bucket := tx.Bucket([]byte(bucketNames[b]))
		if bucket == nil {
			return errFrame()
		}
		if removed {
			return bucket.Delete(key)
		}
		return bucket.Put(key, value)
	})
}

// agree makes what the open transaction did since begun durable. One that is too
// large for a frame is settled and made a base at once. s.writing is held.
func (s *Store) agree(r *reducer) error {
	f := s.file
	err := f.journal.append(r.ops[r.agreed:])
	if errors.Is(err, errNoRoom) {
		f.rebasing.Wait()
		err = f.journal.append(r.ops[r.agreed:])
	}
	if errors.Is(err, errNoRoom) {
		err = s.baseAtOnce(r)
	}
	return err
}

// baseAtOnce commits the transaction under way and makes that the base before
// anything else is committed. So nothing needs the old base's pages meanwhile: it
// is let go first, for bbolt, where it has to map the file anew, waits for all who
// read. s.writing is held.
func (s *Store) baseAtOnce(r *reducer) error {
	s.file.rebasing.Wait()
	s.file.unpin()
	if err := s.commitOpen(); err != nil {
		return err
	}
	return s.file.baseNow(r.meta)
}

// point is a state that is to become the base.
type point struct {
	base
	pin *bbolt.Tx
}

// point takes the last commit. Nothing is committed meanwhile.
func (f *file) point(m meta) (*point, error) {
	tx, err := f.db.Begin(false)
	if err != nil {
		return nil, err
	}
	p := &point{pin: tx, base: base{count: f.journal.from().count + 1, format: Format, page: int64(f.db.Info().PageSize), seq: m.seq, hash: m.hash,
		at: f.journal.at, next: f.journal.next}}
	if p.meta, err = f.metaOf(uint64(tx.ID()), p.page); err == nil {
		err = f.lengthen(tx.Size())
	}
	if err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	return p, nil
}

// lengthen sees that the file is at least so long: bbolt counts pages that it took
// and gave back in one transaction, and does not write them.
func (f *file) lengthen(bytes int64) error {
	info, err := f.raw.Stat()
	if err == nil && info.Size() < bytes {
		err = f.raw.Truncate(bytes)
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// metaOf gives the meta page of a transaction, one of the last two.
func (f *file) metaOf(txid uint64, page int64) ([]byte, error) {
	for i := range int64(2) {
		b := make([]byte, metaPageBytes)
		if _, err := f.raw.ReadAt(b, i*page); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		if m, ok := parseMeta(b[pageHeaderBytes:]); ok && m.txid == txid {
			return b, nil
		}
	}
	return nil, fmt.Errorf("store: bbolt has no meta page of transaction %d", txid)
}

// rebase makes a point the base: the data file is synced as a whole, then the
// journal says so. Where a sync failed no later one is believed: the system may
// have forgotten what it could not write. Recovery writes it again.
func (f *file) rebase(p *point) error {
	var err error
	if f.doubtful {
		err = errors.New("store: a sync of the data file failed before")
	} else if err = f.sync(f.raw); err != nil {
		f.doubtful = true
	} else {
		err = f.journal.rebase(&p.base)
	}
	if err != nil {
		_ = p.pin.Rollback()
		return err
	}
	f.unpin()
	f.pin = p.pin
	return nil
}

// baseNow makes the last commit the base before it returns.
func (f *file) baseNow(m meta) error {
	f.rebasing.Wait()
	p, err := f.point(m)
	if err != nil {
		return err
	}
	return f.rebase(p)
}

// baseBeside makes the last commit the base while the writer goes on, unless it
// does so already.
func (s *Store) baseBeside(m meta) error {
	f := s.file
	if !f.beside.CompareAndSwap(false, true) {
		return nil
	}
	p, err := f.point(m)
	if err != nil {
		f.beside.Store(false)
		return err
	}
	f.rebasing.Add(1)
	go func() {
		defer f.rebasing.Done()
		if err := f.rebase(p); err != nil {
			s.fail(err)
		}
		f.beside.Store(false)
	}()
	return nil
}

// unpin lets go of the base's pages.
func (f *file) unpin() {
	if f.pin != nil {
		_ = f.pin.Rollback() // of a read: nothing can fail
		f.pin = nil
	}
}
