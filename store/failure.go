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
	select {
	case s.queues.broken <- struct{}{}: // the writer may be waiting for a command
	default:
	}
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
	if err := s.probe(); err != nil {
		return nil, err
	}
	s.handle.Lock()
	defer s.handle.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.open != nil { // all of it is in the journal
		_ = s.open.tx.Rollback()
		s.scratch.reuse(s.open)
		s.open = nil
	}
	if s.file != nil {
		s.file.drop()
		s.file = nil
	}
	f, live, err := openFile(s.path, &s.options)
	if err != nil {
		if s.file = f; f != nil { // it can be read
			s.settled.Store(s.Seq())
		}
		return nil, err
	}
	changes, err := unknown(f.db, s.live.Load(), live)
	if err != nil {
		f.drop()
		return nil, err
	}
	s.take(f, live)
	return changes, nil
}

// probe sees whether the disk takes anything, before the file, which readers can
// use as it is, is closed.
func (s *Store) probe() error {
	f := s.file
	if f == nil {
		return nil
	}
	return s.commit(func() error {
		f.rebasing.Wait()
		if err := f.allot(); err != nil {
			return err
		}
		again := f.journal.from()
		again.count++
		return f.journal.rebase(&again)
	})
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
