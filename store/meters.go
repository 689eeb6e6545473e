package store

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// meters count what the writer does. It alone writes them.
type meters struct {
	batches, commands, refused, replayed, failures atomic.Uint64
	syncs, syncNanos, syncMaxNano                  atomic.Uint64
	syncHist                                       [SyncBuckets]atomic.Uint64
	syncLeast                                      atomic.Int64 // of the last leastOf that are whole

	least time.Duration // of those since
	some  int           // how many these are
}

// leastOf is of how many syncs the least is told: enough that one of them had its core
// when the disk was done.
const leastOf = 16

func (m *meters) count(replies []reply) {
	m.batches.Add(1)
	m.commands.Add(uint64(len(replies)))
	for i := range replies {
		if replies[i].err != nil {
			m.refused.Add(1)
		}
		if replies[i].result.Replayed {
			m.replayed.Add(1)
		}
	}
}

// synced counts one batch made durable: the writing of its frame and the sync.
func (m *meters) synced(d time.Duration) {
	m.syncs.Add(1)
	m.syncNanos.Add(uint64(d))
	m.syncMaxNano.Store(max(m.syncMaxNano.Load(), uint64(d)))
	m.syncHist[min(bits.Len64(uint64(d)/16_000), SyncBuckets-1)].Add(1)
	if m.some == 0 || d < m.least {
		m.least = d
	}
	if m.some++; m.some == leastOf {
		m.syncLeast.Store(int64(m.least))
		m.some = 0
	}
}

// SyncTime is how long the disk takes to make a batch durable: the least of the last few
// times, for in the others somebody may have had the core. 0: not known yet.
func (s *Store) SyncTime() time.Duration { return time.Duration(s.meters.syncLeast.Load()) }

// Stats gives counts and sizes as they are now.
func (s *Store) Stats() Stats {
	m, live := &s.meters, s.live.Load()
	st := Stats{
		Batches: m.batches.Load(), Commands: m.commands.Load(), Refused: m.refused.Load(), Replayed: m.replayed.Load(), Failures: m.failures.Load(),
		Syncs: m.syncs.Load(), SyncNanos: m.syncNanos.Load(), SyncMaxNano: m.syncMaxNano.Load(),
		QueueInteractive: len(s.queues.interactive), QueueBulk: len(s.queues.bulk),
		LogEntries: live.meta.logEntries, LogBytes: live.meta.logBytes, LogOldest: live.meta.logOldest,
		Seq: live.meta.seq, Now: live.meta.now,
	}
	for i := range st.SyncHist {
		st.SyncHist[i] = m.syncHist[i].Load()
	}
	if f := s.failure.Load(); f != nil {
		st.Failed, st.FailedWhy = true, f.why
	}
	s.handle.RLock()
	defer s.handle.RUnlock()
	if s.file != nil {
		st.FileBytes = s.file.length.Load()
	}
	return st
}
