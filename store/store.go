package store

import (
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// Store is one open data file and the goroutine that writes it. All methods
// are safe for concurrent use.
type Store struct {
	path    string
	options Options

	// handle guards the open file: readers hold it shared for one short look,
	// recovery holds it alone while it closes and opens. lasting is held,
	// before handle, by reads that may take minutes, so that recovery waits
	// for those and not everybody for recovery.
	handle  sync.RWMutex
	lasting sync.RWMutex
	db      *bbolt.DB // nil while it could not be opened again

	queues  queues
	live    atomic.Pointer[committed]
	failure atomic.Pointer[failure] // nil: writes are taken
	meters  meters

	// The writer's own.
	pace    pace
	scratch *scratch
	replies []reply

	// commit is (*bbolt.Tx).Commit; tests make it fail as disks do.
	commit       func(*bbolt.Tx) error
	recoverEvery time.Duration // between two tries to recover
	sweep        sweepLimits   // the constants, outside tests
	done         chan struct{} // closed when the writer has ended
}

// committed is what is known of the last commit without looking at the file.
type committed struct {
	meta     meta
	policy   *mission.Policy
	policies []*mission.Policy // newest first
	taxonomy *mission.Taxonomy
}

// Seq gives the number of the last command that changed something.
func (s *Store) Seq() uint64 { return s.live.Load().meta.seq }

// Now gives log time, Unix seconds; 0 before the first Tick of a new store.
func (s *Store) Now() int64 { return s.live.Load().meta.now }

// Policy gives the policy in force.
func (s *Store) Policy() *mission.Policy { return s.live.Load().policy }

// Taxonomy gives the taxonomy in force.
func (s *Store) Taxonomy() *mission.Taxonomy { return s.live.Load().taxonomy }

// Hash gives the additive hash of the state's records: equal states have
// equal hashes, wherever their batches ended.
func (s *Store) Hash() uint64 { return s.live.Load().meta.hash }

// PolicyHistory gives the policies that can be named, newest first, at most
// mission.HistoryMax; the first is in force. The slice must not be changed.
func (s *Store) PolicyHistory() []*mission.Policy { return s.live.Load().policies }

// PolicyNamed gives the policy of a key as in "default/1".
func (s *Store) PolicyNamed(key string) (*mission.Policy, bool) {
	for _, p := range s.PolicyHistory() {
		if p.Key() == key {
			return p, true
		}
	}
	return nil, false
}
