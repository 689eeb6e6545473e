package store

// SyncBuckets is how many buckets the histogram of commit times has.
const SyncBuckets = 16

// Stats are counts since Open, and the sizes of now.
type Stats struct {
	Batches  uint64
	Commands uint64 // applied, refused ones included
	Refused  uint64
	Replayed uint64 // answered from an idempotency key
	Failures uint64 // commits that failed

	// Batches made durable: how many, how long in all and at most, and how many
	// took at most 2^i * 16 us, [i] for bucket i; the last has the rest.
	Syncs       uint64
	SyncNanos   uint64
	SyncMaxNano uint64
	SyncHist    [SyncBuckets]uint64

	QueueInteractive int
	QueueBulk        int
	Failed           bool   // writes are refused
	FailedWhy        string // the commit's error

	FileBytes  int64
	LogEntries uint64
	LogBytes   uint64
	LogOldest  uint64 // Seq of the oldest command in the log, 0 if it is empty
	Seq        uint64
	Now        int64
}

// Report is what Check found.
type Report struct {
	Problems []string // empty: all is well; at most ProblemsMax
	More     int      // problems beyond those listed

	Seq           uint64
	Now           int64
	Hash          uint64
	Missions      int
	Volunteers    int
	Organizations int
	Holds         int
	LiveHolds     int
	Waiting       int // places in waiting lists
	ObjectIndexes int
	Objects       int // free records, those that Ticks are to remove included
	LogEntries    int
	FileBytes     int64
}

// ProblemsMax is how many problems a Report lists.
const ProblemsMax = 100
