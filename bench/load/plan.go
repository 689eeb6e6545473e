package load

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Plan is everything that will be sent, decided beforehand.
type Plan struct {
	Target         string // http://host:port
	Key            string // "" for none; sent as a bearer token
	Kinds          []Kind // of requests, at most 255
	Phases         []Phase
	Headers        map[string]string
	Timeout        time.Duration // of each request, from when it is due
	NewConnections bool          // one for each request, instead of keeping them
	StartAt        time.Time     // zero: now
	// Progress is told twice a second how it goes, from a goroutine of its own;
	// nil: nobody is.
	Progress func(Progress)
	// Raw is given every sample of a counted phase, after the phase; nil:
	// nobody is.
	Raw func(phase string, kind string, s *Sample)
}

// Kind is a sort of request.
type Kind struct {
	Name string
	No   []int // statuses that are right answers, and say no
}

// Phase is streams of arrivals beside each other.
type Phase struct {
	Name    string
	Counted bool
	Streams []Stream
	// Before and After run outside of the measured time; nil: nothing does. An
	// error ends the run.
	Before, After func() error
	// Until ends the phase early, for a search that has seen enough; nil: never.
	Until <-chan struct{}
}

// Stream is one sort of arrivals, on connections of their own, so that those
// who wait for a slow answer keep nobody else's.
type Stream struct {
	Name     string
	Arrivals Arrivals
	Clients  int // connections
	// Do is what the n-th arrival does. It runs on the client's goroutine, and
	// several at once on several clients.
	Do func(c *Client, n int)
}

// Progress is how a run goes.
type Progress struct {
	Phase         string
	Counted       bool
	Elapsed, Span time.Duration // Span 0: unknown
	Due           int64         // arrivals of the phase
	Arrived       int64
	Counts        [outcomes]int64 // of requests, by outcome
	MeanUS        float64         // latency of the last half second's answers
}

// Sent gives how many requests were answered or given up.
func (p *Progress) Sent() (n int64) {
	for _, c := range p.Counts {
		n += c
	}
	return n
}

// ErrPlan is wrapped by every error of Validate.
var ErrPlan = errors.New("load: plan")

// Validate refuses what cannot be sent.
func (p *Plan) Validate() error {
	u, err := url.Parse(p.Target)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" && u.Path != "/":
		return fmt.Errorf("%w: the target %q is not of the form http://host:port", ErrPlan, p.Target)
	case len(p.Kinds) == 0 || len(p.Kinds) > 255:
		return fmt.Errorf("%w: %d kinds of requests", ErrPlan, len(p.Kinds))
	case p.Timeout <= 0:
		return fmt.Errorf("%w: a timeout of %v", ErrPlan, p.Timeout)
	case len(p.Phases) == 0:
		return fmt.Errorf("%w: no phases", ErrPlan)
	}
	for i := range p.Phases {
		for j := range p.Phases[i].Streams {
			if s := &p.Phases[i].Streams[j]; s.Clients < 1 || s.Do == nil || s.Arrivals.Len() == 0 {
				return fmt.Errorf("%w: phase %q, stream %q: %d clients and %d arrivals", ErrPlan, p.Phases[i].Name, s.Name, s.Clients, s.Arrivals.Len())
			}
		}
	}
	return nil
}
