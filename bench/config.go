package bench

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is everything there is to choose about a run. Start from Default.
type Config struct {
	Scenario string
	Target   string // http://host:port; "" starts a service of its own
	Key      string // a bearer token with the scopes that the scenario needs
	Binary   string // of renfort, for a service of its own

	Rate           float64       // arrivals each second
	Duration       time.Duration // of the measured phase
	Warmup         time.Duration // before it, not counted
	People         int           // of evening and alex: how many come
	Eager          bool          // as fast as connections allow, instead of at a rate
	AtOnce         bool          // evening: sign-up and hold in one request
	Clients        int           // connections of each stream
	NewConnections bool          // one for each request
	CacheOff       bool          // ask search to leave its match cache alone
	Timeout        time.Duration // of a request, from when it was due
	Of             string        // knee, overload: the load, one of Loads
	SLO            SLO

	Seed                 uint64
	Missions, Volunteers int // of a service of its own, or loaded into the target; 0 with a target: those that are there
	Repeats              int
	LagBound             time.Duration // of the generator's p99 lag, beyond which a run is void
	StartAt              time.Time     // zero: at once
	ShardIndex, Shards   int           // 1 of 1: the whole
	RunID                string        // in the ids of what is written; shards of one run share it
	Pin                  bool          // a core for the generator, the others for a service of its own
	SyncMS               float64       // slept in each sync of a service of its own (needs strace)
	Samples              int           // rankings that are compared with a brute force

	Ledger, Record, Raw string       // files; "" for none
	Dir                 string       // for a service of its own; "" a temporary folder
	filled              [2]time.Time // between when all missions were written; zero: nobody knows

	Command string // how this run can be asked for again
}

// SLO is what is promised: a latency at a percentile and a share of failures.
type SLO struct {
	Percentile float64
	Within     time.Duration
	Errors     float64 // share of errors, timeouts and refusals
}

// DefaultSLO is 99 % within 10 ms and one failure in a thousand.
func DefaultSLO() SLO { return SLO{Percentile: 99, Within: 10 * time.Millisecond, Errors: 0.001} }

// String writes it as ParseSLO reads it.
func (s SLO) String() string {
	return fmt.Sprintf("p%s=%v,errors=%s%%", strconv.FormatFloat(s.Percentile, 'f', -1, 64), s.Within, strconv.FormatFloat(s.Errors*100, 'g', 6, 64))
}

// ErrConfig is wrapped by every error of Validate and ParseSLO.
var ErrConfig = errors.New("bench: configuration")

// ParseSLO reads p99=10ms,errors=0.1%.
func ParseSLO(text string) (SLO, error) {
	s := DefaultSLO()
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		var err error
		switch {
		case name == "errors":
			s.Errors, err = strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
			s.Errors /= 100
		case strings.HasPrefix(name, "p"):
			if s.Percentile, err = strconv.ParseFloat(name[1:], 64); err == nil {
				s.Within, err = time.ParseDuration(value)
			}
		default:
			err = errors.New("neither pN nor errors")
		}
		if err != nil {
			return s, fmt.Errorf("%w: %q is not of the form p99=10ms,errors=0.1%%: %w", ErrConfig, text, err)
		}
	}
	if !(s.Percentile > 0 && s.Percentile < 100 && s.Within > 0 && s.Errors >= 0 && s.Errors < 1) {
		return s, fmt.Errorf("%w: %q promises nothing that can be kept", ErrConfig, text)
	}
	return s, nil
}

// Default gives a scenario's own values: those of the contract. An unknown
// scenario is refused by Validate.
func Default(scenario string) Config {
	c := Config{Scenario: scenario, Warmup: 3 * time.Second, Duration: 30 * time.Second, Clients: 128, Timeout: 10 * time.Second, Of: LoadMixed,
		SLO: DefaultSLO(), Seed: 1, Missions: 20_000, Volunteers: 100_000, Repeats: 1, LagBound: 2 * time.Millisecond, ShardIndex: 1, Shards: 1, Pin: true, Samples: 100}
	switch scenario {
	case Evening:
		c.People, c.Eager, c.Duration, c.Clients = 25_000, true, 0, 64
	case Alex:
		c.People, c.Duration = 5_000, time.Second
		c.Clients = 512
	case Burst:
		c.Rate, c.Duration = 4_000, 190*time.Second
		c.Clients = 512
	case Recommend:
		c.Rate = 5_000
	case Search:
		c.Rate, c.Missions = 2_000, 50_000
	case Mixed:
		c.Rate = 3_000
	case Knee:
		c.Duration = 5 * time.Second
		c.Clients = 512
	case Overload:
		c.Duration = 30 * time.Second
		c.Clients = 1_024
	case Soak:
		c.Rate, c.Duration = 1_000, time.Hour
	}
	return c
}

// Validate refuses what makes no sense or would be no measurement.
func (c *Config) Validate() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...)
	}
	switch {
	case !slices.Contains(Scenarios(), c.Scenario):
		return fail("%q is no scenario; there are %s", c.Scenario, strings.Join(Scenarios(), ", "))
	case c.Target == "" && c.Binary == "":
		return fail("neither a target nor a binary to start one of")
	case c.Target == "" && (c.Missions < 1 || c.Missions > 10_000_000):
		return fail("%d missions; it must be from 1 to 10,000,000", c.Missions)
	case c.Missions < 0 || c.Volunteers < 0 || c.Volunteers > 10_000_000:
		return fail("%d missions and %d volunteers", c.Missions, c.Volunteers)
	case c.Rate < 0 || c.Rate > 1_000_000 || c.People < 0 || c.People > 10_000_000:
		return fail("%g arrivals each second, %d people", c.Rate, c.People)
	case c.Duration < 0 || c.Duration > 24*time.Hour || c.Warmup < 0 || c.Warmup > time.Hour:
		return fail("for %v after a warm-up of %v; it must be up to a day and an hour", c.Duration, c.Warmup)
	case c.Clients < 1 || c.Clients > 16_000:
		return fail("%d connections; it must be from 1 to 16,000", c.Clients)
	case c.Timeout <= 0 || c.LagBound <= 0:
		return fail("a timeout of %v and a bound of %v on the lag; both must be above 0", c.Timeout, c.LagBound)
	case c.Repeats < 1 || c.Repeats > 1_000:
		return fail("%d repeats; it must be from 1 to 1,000", c.Repeats)
	case c.ShardIndex < 1 || c.ShardIndex > c.Shards || c.Shards > 1_000:
		return fail("shard %d of %d", c.ShardIndex, c.Shards)
	case c.Shards > 1 && c.RunID == "":
		return fail("shards of one run need its --run-id")
	case c.Shards > 1 && c.Target == "":
		return fail("shards need a target that they share")
	case c.SyncMS < 0 || c.SyncMS > 1_000 || c.SyncMS > 0 && c.Target != "":
		return fail("%g ms slept in each sync; it must be up to 1,000, of a service of its own", c.SyncMS)
	case !slices.Contains(Loads(), c.Of):
		return fail("%q is no load; there are %s", c.Of, strings.Join(Loads(), ", "))
	case strings.ContainsFunc(c.RunID, func(r rune) bool { return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z') }) || len(c.RunID) > 16:
		return fail("the run's id %q; it must be of up to 16 small letters and digits", c.RunID)
	}
	return c.validateScenario(fail)
}

// validateScenario refuses what one scenario cannot do.
func (c *Config) validateScenario(fail func(string, ...any) error) error {
	switch {
	case (c.Scenario == Evening || c.Scenario == Alex) && c.People < 1:
		return fail("%d people", c.People)
	case c.Scenario == Evening && !c.Eager && c.Duration <= 0:
		return fail("an evening in its shape needs a duration")
	case c.Scenario != Evening && c.Duration <= 0:
		return fail("for %v", c.Duration)
	case slices.Contains([]string{Burst, Recommend, Search, Mixed, Soak}, c.Scenario) && c.Rate <= 0:
		return fail("%g arrivals each second", c.Rate)
	case c.Shards > 1 && slices.Contains([]string{Knee, Overload, Soak}, c.Scenario):
		return fail("%s looks at its own figures to go on: it cannot be divided", c.Scenario)
	}
	return nil
}
