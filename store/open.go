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
	s := &Store{path: filepath.Join(dir, FileName), options: o, commit: commitTx, recoverEvery: reopenSeconds * time.Second,
		sweep: sweepLimits{SweepHoldsMax, SweepKeysMax, mission.ObjectSweepMax}, done: make(chan struct{}), scratch: newScratch()}
	db, live, err := openFile(s.path, &s.options)
	if err != nil {
		return nil, err
	}
	s.db = db
	s.live.Store(live)
	s.queues.init()
	go s.write()
	return s, nil
}

// Close lets the writer finish what is queued, refuses what comes after, and
// closes the file once nobody reads it. A second Close does nothing.
func (s *Store) Close() error {
	if !s.queues.close() {
		return nil
	}
	<-s.done
	s.lasting.Lock()
	defer s.lasting.Unlock()
	s.handle.Lock()
	defer s.handle.Unlock()
	if s.db == nil {
		return nil
	}
	err := s.db.Close()
	s.db = nil
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// openFile opens a data file for writing and reads what every batch needs. A
// file that is there is looked through first, without changing it: bbolt
// takes the process down on pages that do not hang together.
func openFile(path string, o *Options) (*bbolt.DB, *committed, error) {
	info, err := os.Stat(path)
	fresh := errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
	if !fresh {
		if err := verifyFile(path); err != nil {
			return nil, nil, err
		}
	}
	db, err := bbolt.Open(path, o.Mode, &bbolt.Options{Timeout: lockWait, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
		InitialMmapSize: o.MapBytes, NoSync: o.NoSync, NoGrowSync: o.NoSync, NoStatistics: true})
	if err != nil {
		return nil, nil, refused(err)
	}
	db.AllocSize = allocBytes
	live, err := readOrInit(db, o)
	if err == nil && fresh {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		_ = db.Close() // err is what went wrong
		return nil, nil, err
	}
	return db, live, nil
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
