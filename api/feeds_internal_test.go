package api

// What tests of package api_test reach of polls.

import (
	"context"
	"fmt"
	"time"
)

// Poller is one feed's, without its loop.
type Poller struct{ p *poller }

// PollerOf makes one.
func (s *Service) PollerOf(f Feed) Poller { return Poller{newPollers(s, []Feed{f})[0]} }

// Poll polls once.
func (p Poller) Poll() (time.Duration, error) {
	after, err := p.p.poll(context.Background())
	if err != nil {
		err = withoutURL(err)
	}
	return after, err
}

// Next is how long to wait after a poll.
func (p Poller) Next(err error, after time.Duration) time.Duration { return p.p.next(err, after) }

// Tally is what metrics would tell.
func (p Poller) Tally() string {
	t := &p.p.tally
	return fmt.Sprintf("polls %d unmodified %d failed %d stored %d", t.polls, t.unmodified, t.failed, t.last.Stored)
}
