package store

import (
	"slices"
	"time"

	"renfort/mission"
)

// write is the one goroutine that changes the file: it turns what is queued
// into frames of the journal until the store is closed and the queues are empty.
func (s *Store) write() {
	defer close(s.done)
	var batch []*request
	for {
		if s.failure.Load() != nil && !s.repair(s.recoverEvery) {
			return
		}
		var more bool
		if batch, more = s.queues.next(batch[:0], s.pace); !more {
			return
		}
		if len(batch) == 0 {
			continue // a reader, or what runs beside, has met a failure
		}
		s.run(batch)
		clear(batch)
		s.options.Pause()
		s.settleDue()
		s.options.Pause()
	}
}

// run applies a batch and answers it. Nobody is answered, not even those who were
// refused, before it is durable: their refusals may rest on what it did.
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
	s.options.Pause()
	if len(changes) > 0 {
		s.options.Committed(changes)
	}
	s.pace.waiting = len(s.queues.interactive)
	for i, r := range batch {
		r.reply <- replies[i]
	}
}

// pauseCommands is how many commands are applied between two pauses.
const pauseCommands = 32

// commitBatch applies a batch in the transaction under way and makes it durable.
// An error means that the outcome of all of it is unknown.
func (s *Store) commitBatch(batch []*request, replies []reply) ([]mission.Change, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	began := time.Now()
	r, err := s.begin()
	if err != nil {
		return nil, err
	}
	before := r.meta.seq
	r.sweepMax = s.sweep
	r.changes = make([]mission.Change, 0, len(batch)+len(batch)/4)
	for i, q := range batch {
		if err := q.ctx.Err(); err != nil {
			replies[i].err = unavailable("given up while it was queued: %s", err)
			continue
		}
		replies[i].result, replies[i].err = r.apply(q.prepared)
		if i%pauseCommands == pauseCommands-1 {
			s.options.Pause()
		}
	}
	s.meters.count(replies)
	if r.meta.seq == before {
		s.pace = pace{}
		return nil, nil // nothing changed: nothing to sync
	}
	r.flush()
	written := time.Now()
	if err := s.commit(func() error { return s.agree(r) }); err != nil {
		s.undo(r)
		return nil, err
	}
	r.agreed, r.commands = len(r.ops), r.commands+len(batch)
	for b := range bucketCount {
		if r.into&(1<<b) != 0 {
			s.written[b].Store(r.meta.seq)
		}
	}
	r.into = 0
	s.meters.synced(time.Since(written))
	s.pace = pace{answered: interactive(batch), commit: time.Since(began)}
	s.live.Store(&committed{meta: r.meta, policy: r.policy, policies: r.policies, taxonomy: r.taxonomy})
	return r.changes, nil
}

// agreeAtOnce is what commit is outside tests.
func agreeAtOnce(agree func() error) error { return agree() }

// interactive counts the requests that came by the interactive queue.
func interactive(batch []*request) (n int) {
	for _, r := range batch {
		if !r.First && !r.Bulk {
			n++
		}
	}
	return n
}
