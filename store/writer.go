package store

import (
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// write is the one goroutine that changes the file: it turns what is queued
// into transactions until the store is closed and the queues are empty.
func (s *Store) write() {
	defer close(s.done)
	var batch []*request
	for {
		if s.failure.Load() != nil && !s.repair(s.recoverEvery) {
			return
		}
		batch = s.queues.next(batch[:0], s.pace)
		if len(batch) == 0 {
			return
		}
		s.run(batch)
		clear(batch)
	}
}

// run applies a batch in one transaction and answers it. Nobody is answered,
// not even those who were refused, before the commit: their refusals may rest
// on what it commits.
func (s *Store) run(batch []*request) {
	replies := slices.Grow(s.replies[:0], len(batch))[:len(batch)]
	s.replies = replies
	defer clear(replies)
	changes, err := s.commitBatch(batch, replies)
	if err != nil {
		s.meters.failures.Add(1)
		f := s.fail(err)
		for _, r := range batch {
			r.reply <- reply{err: f.refusal()}
		}
		return
	}
	if len(changes) > 0 {
		s.options.Committed(changes)
	}
	s.pace.waiting = len(s.queues.interactive)
	for i, r := range batch {
		r.reply <- replies[i]
	}
}

// commitBatch applies a batch and makes it durable. An error means that the
// outcome of all of it is unknown.
func (s *Store) commitBatch(batch []*request, replies []reply) ([]mission.Change, error) {
	tx, err := s.db.Begin(true)
	if err != nil {
		return nil, err
	}
	before := s.live.Load()
	r := newReducer(tx, before, s.scratch)
	defer s.scratch.reuse()
	r.changes = make([]mission.Change, 0, len(batch)+len(batch)/4)
	r.sweepMax = s.sweep
	for i, q := range batch {
		if err := q.ctx.Err(); err != nil {
			replies[i].err = unavailable("given up while it was queued: %s", err)
			continue
		}
		replies[i].result, replies[i].err = r.apply(q.prepared)
	}
	s.meters.count(replies)
	if r.meta.seq == before.meta.seq {
		s.pace = pace{}
		return nil, tx.Rollback() // nothing changed: nothing to sync
	}
	r.flush()
	began := time.Now()
	if err := s.commit(tx); err != nil {
		_ = tx.Rollback() // bbolt has done so, on most of its ways out
		return nil, err
	}
	took := time.Since(began)
	s.meters.synced(took)
	s.pace = pace{answered: interactive(batch), commit: took}
	s.live.Store(&committed{meta: r.meta, policy: r.policy, policies: r.policies, taxonomy: r.taxonomy})
	return r.changes, nil
}

// commitTx is what commit is outside tests.
func commitTx(tx *bbolt.Tx) error { return tx.Commit() }

// interactive counts the requests that came by the interactive queue.
func interactive(batch []*request) (n int) {
	for _, r := range batch {
		if !r.First && !r.Bulk {
			n++
		}
	}
	return n
}
