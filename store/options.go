package store

import (
	"errors"
	"io/fs"

	"renfort/mission"
)

// Why a store cannot be opened, each wrapped with the reason.
var (
	// ErrInUse is returned when another process has the data file open.
	ErrInUse = errors.New("store: the data directory is in use")
	// ErrNewer is returned for a data file of a later format than ours.
	ErrNewer = errors.New("store: the data file was written by a newer version")
	// ErrDamaged is returned for a data file that is not one of ours, was cut
	// off, or whose pages do not hang together.
	ErrDamaged = errors.New("store: the data file is damaged")
)

// Options say how a store is opened. The zero value is right for a service.
type Options struct {
	// Policy and Taxonomy are the first values of a new store, nil for
	// mission's defaults. A store that exists keeps its own.
	Policy   *mission.Policy
	Taxonomy *mission.Taxonomy

	// Committed is told what happened, in order: by the writer after the
	// commit and before the replies, and after a failure for what turned out
	// to have been committed. It may read, and must not call Submit. nil for
	// nobody.
	Committed func([]mission.Change)

	// Pause is called by the writer between two pieces of its work, so that others
	// may go on; nil for nobody.
	Pause func()

	// Mode is the data file's, 0 for 0600; the journal's is 0600.
	Mode fs.FileMode
	// MapBytes is how much of the file is mapped at once, 0 for 16 GiB. While
	// the file is smaller, no open read makes a commit wait; so it is large,
	// and costs address space alone.
	MapBytes int
	// JournalBytes is how large the journal is that a new store gets, 0 for 32 MiB;
	// with NoSync 1 MiB.
	JournalBytes int
	// NoSync leaves out the sync before a reply. Tests only: nothing is
	// durable then.
	NoSync bool
}

// The queues and batches.
const (
	BatchCommandsMax    = 1_024
	BatchBulkMax        = 256
	BatchBytesMax       = 4 << 20
	QueueFirstMax       = 64 // what must get through
	QueueInteractiveMax = 4_096
	QueueBulkMax        = 1_024
	RetrySeconds        = 1 // after which a refused command may be repeated
	mapBytesDefault     = 16 << 30
	allocBytes          = 64 << 20 // the file grows in such steps
	reopenSeconds       = 1        // between two tries to recover
	bulkInFlight        = 512      // commands of one SubmitAll that are queued at once
	walkExamined        = 50_000   // records that one page of a filtered walk looks at
)

func (o *Options) fill() {
	if o.Policy == nil {
		o.Policy = mission.DefaultPolicy()
	}
	if o.Taxonomy == nil {
		o.Taxonomy = mission.DefaultTaxonomy()
	}
	if o.Pause == nil {
		o.Pause = func() {}
	}
	if o.Committed == nil {
		o.Committed = func([]mission.Change) {}
	}
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	if o.MapBytes == 0 {
		o.MapBytes = mapBytesDefault
	}
	if o.JournalBytes == 0 {
		o.JournalBytes = ringBytes
		if o.NoSync {
			o.JournalBytes = ringBytesTest
		}
	}
}
