package result

// FormatVersion is of the JSON; a reader refuses a newer one.
const FormatVersion = 1

// Result is what one command of the bench measured. Its zero value is empty
// and valid; it is safe for concurrent reads.
type Result struct {
	Format   int               `json:"format"`
	Scenario string            `json:"scenario"`
	Command  string            `json:"command"` // as it can be typed again
	Settings map[string]string `json:"settings"`
	Seed     uint64            `json:"seed"`
	RunID    string            `json:"run_id"`       // what this run wrote bears it in its ids
	Began    string            `json:"began"`        // RFC 3339
	Build    Build             `json:"build"`        // of the generator
	Machine  Machine           `json:"machine"`      // of the generator
	Service  Service           `json:"service"`      // what was measured
	Runs     []Run             `json:"runs"`         // repeats, in their order
	Knee     *Knee             `json:"knee"`         // of knee and overload; else nil
	Goals    []Goal            `json:"goals"`        // what the design wants, beside what came
	Selftest *Control          `json:"selftest"`     // the last negative control of this binary on this machine
	Void     []string          `json:"void"`         // why the figures must not be used; empty: they may
	Notes    []string          `json:"notes"`        // what a reader has to know
	Shards   int               `json:"shards"`       // how many files were merged; 1 for one
	Missing  []string          `json:"not_measured"` // what was asked for and could not be measured, with the reason
}

// Build is what a binary was made of.
type Build struct {
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"` // the tree had changes that are not in the commit
	Go       string `json:"go"`
}

// Machine is what the generator ran on.
type Machine struct {
	CPU          string  `json:"cpu"`
	Cores        int     `json:"cores"`
	MemoryBytes  int64   `json:"memory_bytes"`
	Kernel       string  `json:"kernel"`
	Pinning      string  `json:"pinning"` // which cores the generator and the service had; "" if the kernel chose
	Steal        Steal   `json:"steal"`   // over all runs
	Load1AtStart float64 `json:"load1_at_start"`
}

// Steal is the time that a machine wanted to work and could not.
type Steal struct {
	StolenShare float64 `json:"stolen_share"` // of all cores' time, by the hypervisor
	ThrottledUS int64   `json:"throttled_us"` // by a quota of the control group
	OthersShare float64 `json:"others_share"` // of all cores' time, by processes that are neither generator nor service; -1: unknown
}

// Service is what was measured, as far as one can know it from here.
type Service struct {
	Target         string            `json:"target"`
	Own            bool              `json:"own"`   // started by the bench, ended at its end
	Build          Build             `json:"build"` // empty where the target does not tell
	Flags          []string          `json:"flags"` // of the process, where it is our own
	Env            map[string]string `json:"env"`   // GOGC, GOMEMLIMIT, GOMAXPROCS, where set
	Missions       int               `json:"missions"`
	Volunteers     int               `json:"volunteers"`
	FileSystem     string            `json:"file_system"`      // of its data, "" unknown
	Durable        bool              `json:"durable"`          // false on tmpfs, or where nobody knows
	SyncUS         *Summary          `json:"sync_us"`          // of writing 4 kB and fdatasync there, measured beside; nil unknown
	InjectedSyncMS float64           `json:"injected_sync_ms"` // added to each sync on purpose
}

// Run is one repeat.
type Run struct {
	Phases    []Phase    `json:"phases"`
	Checks    []Check    `json:"checks"`    // before and after
	Resources []Resource `json:"resources"` // of the service, each second
	Fills     []Fill     `json:"fills"`     // how missions filled
	Shard     string     `json:"shard"`     // "2/4", or ""
}

// Phase is a part of a run: a warm-up, a step of the search for the knee, the
// time after an overload.
type Phase struct {
	Name        string    `json:"name"`
	Counted     bool      `json:"counted"`  // false for warm-ups: kept, and in no sum
	StartUS     int64     `json:"start_us"` // since the run began
	LengthUS    int64     `json:"length_us"`
	Arrivals    string    `json:"arrivals"`      // in words: "Poisson, 4,000/s"
	OfferedPerS float64   `json:"offered_per_s"` // requests that were due; 0: as fast as it goes
	Calls       []Call    `json:"calls"`
	Lag         Histogram `json:"lag"`     // of the generator: sent, less due or the moment a connection was free
	Starved     int64     `json:"starved"` // requests that waited for a free connection: raise --clients
	Unsent      int64     `json:"unsent"`  // arrivals that were due, and the run was ended before
	Server      Used      `json:"server"`  // what the service used in this phase
}

// Call is one kind of request, in one phase.
type Call struct {
	Whole       bool             `json:"whole"`        // not a request: all requests of a person, from when they were due
	Name        string           `json:"name"`         // as in bench/README.md
	OK          int64            `json:"ok"`           // answered as it should be
	No          int64            `json:"no"`           // a right answer that says no: full, expired, already taken
	Refused     int64            `json:"refused"`      // 429 and 503: the service protects itself
	Errors      int64            `json:"errors"`       // any other answer, and broken connections
	Timeouts    int64            `json:"timeouts"`     // no answer in time; its histogram is at the timeout, never dropped
	Codes       map[string]int64 `json:"codes"`        // by status, or by the kind of failure
	Bytes       int64            `json:"bytes"`        // bodies of OK and No
	Degraded    int64            `json:"degraded"`     // of OK: answered with less than was asked for, and said so
	Latency     Histogram        `json:"latency"`      // of all that were answered OK or No, and of errors and timeouts
	ServiceTime Histogram        `json:"service_time"` // of the same
	Refusal     Histogram        `json:"refusal"`      // latency of refusals
	Windows     []Window         `json:"windows"`      // by the second in which it was due
}

// Window is one second of a call.
type Window struct {
	Second  int       `json:"second"` // since the phase began
	Done    int64     `json:"done"`   // OK and No
	Refused int64     `json:"refused"`
	Failed  int64     `json:"failed"`  // errors and timeouts
	Latency Histogram `json:"latency"` // of two digits: see Coarse
}

// Used is what a process used; -1 where nobody can tell.
type Used struct {
	CPUSeconds    float64 `json:"cpu_s"`
	CPUPerCallUS  float64 `json:"cpu_per_call_us"`
	Syncs         int64   `json:"syncs"`
	GCs           int64   `json:"gcs"`
	GCPauseMaxUS  int64   `json:"gc_pause_max_us"` // of those in the phase, as far as the service tells
	CacheHitShare float64 `json:"cache_hit_share"` // of the search's match cache
}

// Resource is one second of the service.
type Resource struct {
	AtUS      int64   `json:"at_us"` // since the run began
	CPU       float64 `json:"cpu"`   // cores used since the one before
	AnonBytes int64   `json:"anon_bytes"`
	FileBytes int64   `json:"file_bytes"` // of its data on disk
	Threads   int     `json:"threads"`
	Files     int     `json:"files"` // open descriptors, connections among them
}

// Check is something that must be true, and whether it is.
type Check struct {
	Name   string `json:"name"`
	When   string `json:"when"` // before, during or after
	OK     bool   `json:"ok"`
	Looked int64  `json:"looked"` // how many things were looked at: none is a failure
	Detail string `json:"detail"` // what was wrong, the first few
}

// Fill is how a mission, or all of them, filled.
type Fill struct {
	Mission string   `json:"mission"` // "" for all
	Title   string   `json:"title"`
	Seats   int      `json:"seats"`
	Points  []Filled `json:"points"`
}

// Filled is how many seats were taken at a time.
type Filled struct {
	AtUS  int64 `json:"at_us"` // since the run began
	Taken int   `json:"taken"` // held or confirmed, here
}

// Knee is the highest rate that meets a promise, and how it was found.
type Knee struct {
	SLO      string  `json:"slo"` // p99=10ms,errors=0.1%
	RatePerS float64 `json:"rate_per_s"`
	GoodPerS float64 `json:"good_per_s"` // answered within the promise, at that rate
	Steps    []Step  `json:"steps"`
}

// Step is one rate that was tried.
type Step struct {
	RatePerS float64 `json:"rate_per_s"`
	Seconds  float64 `json:"seconds"` // for so long; 0 in older results
	GoodPerS float64 `json:"good_per_s"`
	P99      int64   `json:"p99"`
	Failed   float64 `json:"failed_share"` // errors, timeouts and refusals
	Met      bool    `json:"met"`
	Void     string  `json:"void"` // the generator was not good enough; "" if it was
}

// Goal is a figure that the design wants, and whether it was reached. It fails
// no run: a slower machine is not a fault.
type Goal struct {
	Name   string `json:"name"`
	Wanted string `json:"wanted"`
	Got    string `json:"got"`
	Met    bool   `json:"met"`
}

// Control is what a negative control found: faults that were put in on
// purpose, and whether the bench reported them.
type Control struct {
	At     string  `json:"at"`
	Passed bool    `json:"passed"`
	Faults []Fault `json:"faults"`
	Same   int     `json:"same"` // of Pairs of runs of the same server, in so many no difference was seen
	Pairs  int     `json:"pairs"`
}

// Fault is one of them.
type Fault struct {
	Name     string `json:"name"`
	Reported bool   `json:"reported"`
	By       string `json:"by"` // which check or figure showed it
}
