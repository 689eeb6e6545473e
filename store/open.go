package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"renfort/mission"
)

// lockWait is how long Open waits for another process to let the file go.
const lockWait = 200 * time.Millisecond

// Open opens dir's data file, and makes both where there are none. Log time
// stands still until the first Tick, which whoever runs the store submits
// before it takes holds. Errors wrap ErrInUse, ErrNewer or ErrDamaged where
// that is the reason.
func Open(dir string, o Options) (*Store, error) {
	o.fill()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &Store{path: filepath.Join(dir, FileName), options: o, commit: agreeAtOnce, recoverEvery: reopenSeconds * time.Second,
		sweep: sweepLimits{SweepHoldsMax, SweepKeysMax, mission.ObjectSweepMax}, done: make(chan struct{}), scratch: newScratch()}
	f, live, err := openFile(s.path, &s.options)
	if err != nil {
		if f != nil {
			f.drop()
		}
		return nil, err
	}
	s.take(f, live)
	s.queues.init()
	go s.write()
	return s, nil
}

// take goes on with a file that was just opened.
func (s *Store) take(f *file, live *committed) {
	s.file = f
	s.live.Store(live)
	s.settled.Store(live.meta.seq)
}

// Close lets the writer finish what is queued, refuses what comes after, and
// closes the file once nobody reads it: the data file has everything then, and
// the journal is gone. A second Close does nothing.
func (s *Store) Close() error {
	if !s.queues.close() {
		return nil
	}
	<-s.done
	s.lasting.Lock()
	defer s.lasting.Unlock()
	s.handle.Lock()
	defer s.handle.Unlock()
	if s.file == nil {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	s.settleOpen()
	f := s.file
	s.file = nil
	return f.close(s.failure.Load() == nil)
}

// openFile opens a data file for writing and reads what every batch needs. After
// a crash the file goes back to the journal's base, and takes what was agreed
// since. With an error there may be a file all the same: it can be read, and has
// all that was agreed, but the disk does not take it.
//
// Whatever is committed before the journal has a base of it is one transaction:
// what it frees is not used again before the next one begins.
func openFile(path string, o *Options) (f *file, live *committed, err error) {
	f = &file{sync: syncData}
	if f.noAllot = o.NoSync; o.NoSync {
		f.sync = func(*os.File) error { return nil }
	}
	if f.journal, err = openJournal(journalOf(path), f.sync); err == nil {
		err = f.open(path, o)
	}
	if err != nil {
		f.drop()
		return nil, nil, err
	}
	if live, err = f.begin(path, o); err != nil && !f.whole {
		f.drop()
		return nil, nil, err
	}
	return f, live, err
}

// open opens the data file, gone back to the journal's base if there is one. A file
// that is there is looked through first: bbolt takes the process down on pages that
// do not hang together.
func (f *file) open(path string, o *Options) error {
	info, err := os.Stat(path)
	f.fresh = errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
	if f.journal != nil {
		if err := f.restore(path); err != nil {
			return err
		}
	}
	if !f.fresh {
		if err := verifyFile(path); err != nil {
			return err
		}
	}
	f.db, err = bbolt.Open(path, o.Mode, &bbolt.Options{Timeout: lockWait, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
		InitialMmapSize: o.MapBytes, NoSync: o.NoSync, NoGrowSync: o.NoSync, NoStatistics: true})
	if err != nil {
		return refused(err)
	}
	f.db.AllocSize = allocBytes
	if f.journal != nil { // from here on bbolt's lock keeps others out
		err = f.journal.still()
	} else if _, statErr := os.Stat(journalOf(path)); statErr == nil {
		err = fmt.Errorf("%w: another process has just had it open", ErrInUse)
	}
	if err != nil {
		return err
	}
	if f.raw, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// begin brings the file up to date and gives it a journal with that as its base.
func (f *file) begin(path string, o *Options) (live *committed, err error) {
	if f.journal != nil {
		if err := f.replay(); err != nil {
			return nil, err
		}
	}
	f.db.NoSync, f.db.NoGrowSync = o.NoSync, o.NoSync // there is no journal, or it does not know of this
	if live, err = readOrInit(f.db, o); err != nil {
		return nil, err
	}
	f.db.NoSync, f.db.NoGrowSync = true, true // from now on it is in the journal first
	if f.fresh {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return nil, err
		}
	}
	if f.journal == nil {
		if f.journal, err = createJournal(journalOf(path), int64(o.JournalBytes), f.sync); err != nil {
			return nil, err
		}
	}
	if err := f.measure(); err != nil {
		return nil, err
	}
	f.allotted = f.length.Load() // what is beyond may be a hole
	f.mapped = max(int64(o.MapBytes), f.allotted)
	if err := f.baseNow(live.meta); err != nil {
		return nil, err
	}
	return live, f.journal.name()
}

// replay has the file take what the journal has after its base, and makes that the
// base.
func (f *file) replay() error {
	f.db.NoSync, f.db.NoGrowSync = true, true
	err := f.db.Update(func(tx *bbolt.Tx) error {
		return f.journal.replay(func(ops []byte) error { return redo(tx, ops) })
	})
	if err != nil {
		return err
	}
	f.whole = true
	var m meta
	err = f.db.View(func(tx *bbolt.Tx) error {
		m, err = decodeMeta(snapshot{tx}.get(metaBucket, stateKey))
		return err
	})
	if err != nil {
		return fmt.Errorf("%w: its state record: %w", ErrDamaged, err)
	}
	err = f.baseNow(m)
	f.unpin()
	return err
}

// drop closes everything, as it is.
func (f *file) drop() {
	f.rebasing.Wait()
	f.unpin()
	if f.db != nil {
		_ = f.db.Close() // what is agreed is in the journal
	}
	if f.raw != nil {
		_ = f.raw.Close()
	}
	if f.journal != nil {
		_ = f.journal.file.Close()
	}
}

// close closes the file, and takes the journal away where the file has all of it.
func (f *file) close(whole bool) error {
	defer f.drop()
	if !whole {
		return nil
	}
	f.rebasing.Wait()
	if err := f.sync(f.raw); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	path := f.journal.path
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	f.keepFree()
	return nil
}

// keepFree has the data file say which of its pages are free, so that the next start
// need not look at all of them to know: bbolt's own commit, durable by itself, now
// that no journal has a base whose pages are to be left. Where the disk does not take
// it the file is as good without.
func (f *file) keepFree() {
	f.unpin()
	f.db.NoFreelistSync, f.db.NoSync, f.db.NoGrowSync = false, f.noAllot, f.noAllot
	_ = f.db.Update(func(*bbolt.Tx) error { return nil })
}

// refused puts a reason of ours around bbolt's.
func refused(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("%w: another process has the data file open", ErrInUse)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return fmt.Errorf("store: %w", err)
}

// verifyFile looks through a data file under a shared lock.
func verifyFile(path string) error {
	db, err := openReadOnly(path)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) error { return checkFormat(tx) })
}

// openReadOnly opens a file for looking, if its pages hang together.
func openReadOnly(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0, &bbolt.Options{Timeout: lockWait, ReadOnly: true, NoStatistics: true})
	if err != nil {
		if info, statErr := os.Stat(path); statErr == nil && info.Size() < 4*4096 {
			err = bolterrors.ErrInvalid // too short to be one of ours
		}
		return nil, refused(err)
	}
	if err := checkPages(path); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// checkFormat refuses a file that is not ours or of a later format. One
// without any bucket is new: a crash came before its first commit.
func checkFormat(tx *bbolt.Tx) error {
	b := tx.Bucket([]byte(bucketNames[metaBucket]))
	if b == nil {
		if k, _ := tx.Cursor().First(); k == nil {
			return nil
		}
		return fmt.Errorf("%w: it is a bbolt file without our meta bucket", ErrDamaged)
	}
	f := b.Get(formatKey)
	switch {
	case len(f) != 1 || f[0] == 0:
		return fmt.Errorf("%w: it does not say its format", ErrDamaged)
	case f[0] > Format:
		return fmt.Errorf("%w: its format is %d, and this version knows %d", ErrNewer, f[0], Format)
	}
	return nil
}

// readOrInit reads the state that batches start from, or writes a new file's.
func readOrInit(db *bbolt.DB, o *Options) (live *committed, err error) {
	old := false
	err = db.View(func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bucketNames[metaBucket])) == nil {
			return nil
		}
		old = formatOf(tx) < Format
		live, err = readCommitted(tx)
		return err
	})
	if err == nil && old && live != nil {
		if err = db.Update(upgrade); err != nil {
			err = fmt.Errorf("store: to format %d: %w", Format, err)
		}
	}
	if err != nil || live != nil {
		return live, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		live, err = initialize(tx, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: new file: %w", err)
	}
	return live, nil
}

// upgrade brings a file of an earlier format to this one: what is new in it is
// empty.
func upgrade(tx *bbolt.Tx) error {
	for _, name := range bucketNames {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return tx.Bucket([]byte(bucketNames[metaBucket])).Put(formatKey, []byte{Format})
}

func readCommitted(tx *bbolt.Tx) (*committed, error) {
	b, ok := bucketsOf(tx)
	if !ok {
		return nil, fmt.Errorf("%w: a bucket is missing", ErrDamaged)
	}
	m, err := decodeMeta(b[metaBucket].Get(stateKey))
	if err != nil {
		return nil, fmt.Errorf("%w: its state record: %w", ErrDamaged, err)
	}
	c := &committed{meta: m}
	if c.policies, err = readPolicies(b[policiesBucket]); err != nil || len(c.policies) == 0 {
		return nil, fmt.Errorf("%w: its policies: %w", ErrDamaged, errors.Join(err, errRecord))
	}
	c.policy = c.policies[0]
	if c.taxonomy, err = readTaxonomy(b[taxonomyBucket]); err != nil {
		return nil, fmt.Errorf("%w: its taxonomy: %w", ErrDamaged, err)
	}
	return c, nil
}

// initialize makes the buckets and the first records of a new file.
func initialize(tx *bbolt.Tx, o *Options) (*committed, error) {
	for _, name := range bucketNames {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return nil, err
		}
	}
	policy, err := mission.Encode(o.Policy)
	if err != nil {
		return nil, err
	}
	taxonomy, err := mission.Encode(o.Taxonomy)
	if err != nil {
		return nil, err
	}
	r := newReducer(tx, &committed{}, newScratch())
	must(r.bucket(metaBucket).Put(formatKey, []byte{Format}))
	r.put(policiesBucket, seqKey(0), nil, policy)
	r.put(taxonomyBucket, taxonomyKey, nil, taxonomy)
	r.flush()
	return &committed{meta: r.meta, policy: o.Policy, policies: []*mission.Policy{o.Policy}, taxonomy: o.Taxonomy}, nil
}

// syncDir makes a new file's name durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}
