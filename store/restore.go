package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// metaPageBytes is what a meta page of bbolt's has, its header included.
const metaPageBytes = pageHeaderBytes + metaSumBytes + 8

func journalOf(path string) string { return filepath.Join(filepath.Dir(path), JournalName) }

// restore has the data file go back to the journal's base: both of bbolt's meta
// pages become the base's, whose own pages nobody has touched since. Done twice it
// is the same. A journal of another file, or of an older copy of it, is not
// believed.
func (f *file) restore(path string) error {
	raw, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: there is a journal and no data file", ErrDamaged)
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer raw.Close()
	base := f.journal.from()
	var before [2][]byte
	err = locked(raw, func() error {
		if err := f.journal.still(); err != nil {
			return err
		}
		before, err = swapMeta(raw, &base, [2][]byte{base.meta, base.meta})
		return err
	})
	if err != nil {
		return err
	}
	err = isBase(path, &base)
	if errors.Is(err, ErrDamaged) {
		err = errors.Join(err, locked(raw, func() error {
			_, err := swapMeta(raw, &base, before)
			return err
		}))
	}
	return err // what is written is synced with what the journal has after the base
}

// locked does something to the data file while no other process has it open.
func locked(raw *os.File, do func() error) error {
	if err := lock(raw); err != nil {
		return err
	}
	return errors.Join(do(), unlock(raw))
}

// swapMeta writes both meta pages and gives what they were.
func swapMeta(raw *os.File, base *base, to [2][]byte) (before [2][]byte, err error) {
	for i := range before {
		before[i] = make([]byte, metaPageBytes)
		if _, err := raw.ReadAt(before[i], int64(i)*base.page); err != nil {
			return before, fmt.Errorf("%w: it is shorter than its meta pages: %w", ErrDamaged, err)
		}
	}
	for i := range before {
		page := append([]byte(nil), to[i]...)
		binary.LittleEndian.PutUint64(page, uint64(i)) // the page's number
		if _, err := raw.WriteAt(page, int64(i)*base.page); err != nil {
			return before, fmt.Errorf("store: %w", err)
		}
	}
	return before, nil
}

// isBase says whether the data file, gone back, is the base.
func isBase(path string, base *base) error {
	db, err := openReadOnly(path)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) error {
		if err := checkFormat(tx); err != nil {
			return err
		}
		b := tx.Bucket([]byte(bucketNames[metaBucket]))
		if b == nil {
			return fmt.Errorf("%w: its journal is of another file", ErrDamaged)
		}
		m, err := decodeMeta(b.Get(stateKey))
		if err != nil || m.seq != base.seq || m.hash != base.hash {
			return fmt.Errorf("%w: its journal is of another file", ErrDamaged)
		}
		return nil
	})
}

// settled gives a data file that has everything: the one at path, or, where a crash
// left its journal, a copy that has taken that. forget removes the copy.
func settled(path string) (whole string, forget func(), err error) {
	forget = func() {}
	if _, err := os.Stat(journalOf(path)); err != nil {
		return path, forget, nil
	}
	if err := idle(path); err != nil {
		return "", forget, err
	}
	temp, err := os.MkdirTemp("", "renfort-check-")
	if err != nil {
		return "", forget, fmt.Errorf("store: %w", err)
	}
	forget = func() { _ = os.RemoveAll(temp) } // a copy of ours
	for _, name := range Files() {
		if err := copyFile(filepath.Join(filepath.Dir(path), name), filepath.Join(temp, name)); err != nil {
			return "", forget, fmt.Errorf("store: %w", err)
		}
	}
	whole = filepath.Join(temp, FileName)
	o := Options{NoSync: true}
	o.fill()
	f, _, err := openFile(whole, &o)
	if err != nil {
		if f != nil {
			f.drop()
		}
		return "", forget, err
	}
	return whole, forget, f.close(true)
}

// idle says whether no process has the data file open.
func idle(path string) error {
	raw, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer raw.Close()
	return locked(raw, func() error { return nil })
}

// Files are the names of what a store keeps in its directory. They belong together:
// the second is there while a store is open, and after a crash.
func Files() []string { return []string{FileName, JournalName} }

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// lock waits for the lock that bbolt takes, which another process may have.
func lock(f *os.File) error {
	for began := time.Now(); ; time.Sleep(lockWait / 4) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("store: %w", os.NewSyscallError("flock", err))
		case time.Since(began) > lockWait:
			return fmt.Errorf("%w: another process has the data file open", ErrInUse)
		}
	}
}

func unlock(f *os.File) error {
	return os.NewSyscallError("flock", syscall.Flock(int(f.Fd()), syscall.LOCK_UN))
}
