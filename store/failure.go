package store

import (
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// failure is why writes are refused. bbolt may have committed although it
// said not, so that nothing more is decided until the file was closed, opened
// and read again, and has taken a commit.
type failure struct{ why string }

func (f *failure) refusal() error {
	return unavailable("the last commit failed (%s): the outcome of what was under way is unknown", f.why)
}

func (s *Store) fail(err error) *failure {
	f := &failure{why: err.Error()}
	s.failure.Store(f)
	return f
}

// repair refuses what is queued and tries to recover, once every so often. It
// gives false when the store was closed meanwhile.
func (s *Store) repair(every time.Duration) bool {
	timer := time.NewTimer(every)
	defer timer.Stop()
	for s.failure.Load() != nil {
		refuse := func(r *request) { r.reply <- reply{err: s.failure.Load().refusal()} }
		select {
		case r := <-s.queues.interactive:
			refuse(r)
		case r := <-s.queues.bulk:
			refuse(r)
		case <-s.queues.quit:
			for _, r := range s.queues.fill(nil) {
				refuse(r)
			}
			return false
		case <-timer.C:
			began := time.Now()
			s.recover()
			// A large file takes long to read: most of the time is for readers.
			timer.Reset(max(every, 4*time.Since(began)))
		}
	}
	return true
}

// recover reads the file anew, and tells what turned out to have been
// committed before writing goes on.
func (s *Store) recover() {
	changes, err := s.reopen()
	if err != nil {
		s.fail(err)
		return
	}
	if len(changes) > 0 {
		s.options.Committed(changes)
	}
	s.failure.Store(nil)
}

// errReading is why reopen does nothing while a backup or the like reads.
var errReading = errors.New("store: the file is being read, and cannot be opened anew before that ends")

// reopen closes the file, opens and reads it again, and sees whether it takes
// commits. It gives the changes that were committed without our knowing.
func (s *Store) reopen() ([]mission.Change, error) {
	if !s.lasting.TryLock() {
		return nil, errReading
	}
	defer s.lasting.Unlock()
	s.handle.Lock()
	defer s.handle.Unlock()
	if s.db != nil {
		_ = s.db.Close() // whatever it says, the file is opened anew
		s.db = nil
	}
	db, live, err := openFile(s.path, &s.options)
	if err != nil {
		return nil, err
	}
	s.db = db
	changes, err := unknown(db, s.live.Load(), live)
	if err == nil {
		err = s.probe(db)
	}
	if err != nil {
		return nil, err
	}
	s.live.Store(live)
	return changes, nil
}

// probe commits twice: once for each of bbolt's two meta pages, so that
// neither is left as the failed sync may have left it.
func (s *Store) probe(db *bbolt.DB) error {
	for range 2 {
		tx, err := db.Begin(true)
		if err != nil {
			return err
		}
		n := tx.Bucket([]byte(bucketNames[metaBucket]))
		must(n.Put(probeKey, fmt.Appendf(nil, "%d", tx.ID())))
		if err := s.commit(tx); err != nil {
			_ = tx.Rollback()
			return err
		}
	}
	return nil
}

// unknown gives the changes of commands that were committed without our
// knowing: from the log, with the state that is there now.
func unknown(db *bbolt.DB, known, found *committed) (changes []mission.Change, err error) {
	if found.meta.seq < known.meta.seq {
		return nil, fmt.Errorf("store: the file went back from seq %d to %d", known.meta.seq, found.meta.seq)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		v := snapshot{tx}
		for seq := known.meta.seq + 1; seq <= found.meta.seq; seq++ {
			logged, err := decodeLog(seq, v.bucket(logBucket).Get(seqKey(seq)))
			if err != nil {
				return fmt.Errorf("store: log of seq %d: %w", seq, err)
			}
			for i := range logged {
				if err := v.complete(&logged[i], found); err != nil {
					return err
				}
			}
			changes = append(changes, logged...)
		}
		changes, err = v.objectsAnew(changes, &found.meta)
		return err
	})
	return changes, err
}
