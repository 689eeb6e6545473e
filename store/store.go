package store

import (
	"sync"
	"sync/atomic"
	"time"

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
	file    *file // nil while it could not be opened again

	queues  queues
	live    atomic.Pointer[committed]
	failure atomic.Pointer[failure] // nil: writes are taken
	meters  meters

	// writing guards open and what belongs to it, from a batch's first write until
	// it is durable: readers end the transaction under way too.
	writing  sync.Mutex
	open     *reducer                   // of the transaction under way, nil for none
	openedAt time.Time                  // when it began
	settled  atomic.Uint64              // seq of the data file's last commit
	written  [bucketCount]atomic.Uint64 // seq of the last batch that wrote to a bucket

	// The writer's own.
	pace    pace
	scratch *scratch
	replies []reply

	// commit makes a batch durable; tests make it fail as disks do.
	commit       func(agree func() error) error
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
