package api

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// bucket is a token bucket: rate tokens a second, and at most a second's
// worth of them. Safe for concurrent use.
type bucket struct {
	rate   float64
	policy string // the RateLimit-Policy header

	mu     sync.Mutex // guards what follows
	tokens float64
	at     time.Time
}

// newBucket begins full, so that a client that asks rarely never waits. A
// rate under one a second still lets one request through at once.
func newBucket(rate float64) *bucket {
	burst := math.Max(1, math.Ceil(rate))
	return &bucket{rate: rate, tokens: burst,
		policy: `"key";q=` + strconv.FormatFloat(burst, 'f', -1, 64) + `;w=1`}
}

// take spends a token at now. remaining is what is left; where ok is false,
// wait is how long until there is one. A clock that goes back gives nothing
// and takes nothing.
func (b *bucket) take(now time.Time) (remaining int, wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.at.IsZero() && now.After(b.at) {
		b.tokens = math.Min(math.Max(1, math.Ceil(b.rate)), b.tokens+now.Sub(b.at).Seconds()*b.rate)
	}
	if b.at.IsZero() || now.After(b.at) {
		b.at = now
	}
	if b.tokens < 1 {
		return 0, time.Duration((1 - b.tokens) / b.rate * float64(time.Second)), false
	}
	b.tokens--
	return int(b.tokens), 0, true
}
