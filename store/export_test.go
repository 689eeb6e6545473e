package store

import (
	"context"
	"os"
	"time"

	"renfort/mission"
)

// InsteadOfCommit makes the store commit by f, which may call commit or not.
// Set it before the command that it is for.
func (s *Store) InsteadOfCommit(f func(commit func() error) error) { s.commit = f }

// SyncBy has files synced by f. Set it before the first command.
func (s *Store) SyncBy(f func(*os.File) error) { s.file.sync, s.file.journal.sync = f, f }

// Bases is how many bases the journal has had.
func (s *Store) Bases() uint64 { return s.file.journal.from().count }

// Settled is the seq that the data file has.
func (s *Store) Settled() uint64 { return s.settled.Load() }

// RecoverEvery sets how often a failed store tries to recover.
func (s *Store) RecoverEvery(d time.Duration) { s.recoverEvery = d }

// LimitFile makes commits fail that would let the file grow beyond so many
// bytes, as on a full disk; 0 takes the limit away.
func (s *Store) LimitFile(bytes int) { s.file.db.MaxSize = bytes }

// Path gives the data file's.
func (s *Store) Path() string { return s.path }

// SweepHolds bounds how many holds one Tick ends of each kind.
func (s *Store) SweepHolds(n int) { s.sweep.holds = n }

// SweepObjects bounds how many records without an index one Tick removes.
func (s *Store) SweepObjects(n int) { s.sweep.objects = n }

// Queued is how many commands wait in the queue before all others.
func (s *Store) Queued() int { return len(s.queues.first) }

// Gather gives how many requests a batch has, and the time that the writer took
// to collect it, where the last one answered so many after such a commit, so
// many had come before, so many of the answered are back already, and others
// come when arrivals say.
func Gather(answered int, commit time.Duration, waiting, back int, arrivals []time.Duration) (batch int, took time.Duration) {
	var q queues
	q.init()
	add := func() {
		r := &request{prepared: &prepared{}, ctx: context.Background()}
		q.interactive <- r
		q.wake(r)
	}
	for range waiting + back {
		add()
	}
	began := time.Now()
	go func() {
		for _, at := range arrivals {
			time.Sleep(at - time.Since(began))
			add()
		}
	}()
	all, _ := q.next(nil, pace{answered: answered, waiting: waiting, commit: commit})
	return len(all), time.Since(began)
}

// InTurn is a Taker that does nothing before its turn.
func InTurn(take func(mission.Change)) Taker { return inTurn(take) }
