package api

import (
	"context"
	"sync"
	"time"

	"renfort/matcher"
	"renfort/mission"
)

// pageID is a recommendation's id, at its full length.
type pageID [len("r-") + 8 + 16]byte

const (
	// shownMax is how many pages are kept to be remembered at the next flush.
	// In a surge beyond it the pages left over are counted and forgotten:
	// what people were shown must not cost them their seats.
	shownMax = 1_000
	// shownBatch is how many are remembered by one command.
	shownBatch = 250
)

// shown is what stored volunteers were recommended and the store has yet to
// hear. Adding allocates nothing. Safe for concurrent use.
type shown struct {
	mu      sync.Mutex
	pages   []shownPage // guarded by mu, at most shownMax
	dropped uint64      // guarded by mu
}

// shownPage is one page; its ids belong to a snapshot, whose strings are
// immutable.
type shownPage struct {
	volunteer mission.ID
	id        pageID
	missions  [mission.FeedbackMax]mission.ID
	count     int
}

// add notes a page for a stored volunteer.
func (s *shown) add(volunteer mission.ID, id pageID, page *matcher.Page) {
	if len(page.Items) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil {
		s.pages = make([]shownPage, 0, shownMax)
	}
	if len(s.pages) == shownMax {
		s.dropped++
		return
	}
	s.pages = s.pages[:len(s.pages)+1]
	p := &s.pages[len(s.pages)-1]
	p.volunteer, p.id, p.count = volunteer, id, min(len(page.Items), len(p.missions))
	for i := range p.count {
		p.missions[i] = page.Items[i].ID
	}
}

// drop counts a page that is not noted.
func (s *shown) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped++
}

// lost gives how many pages were not noted.
func (s *shown) lost() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// take gives what was noted, as feedback.
func (s *shown) take() (all []mission.Feedback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.pages {
		p := &s.pages[i]
		all = append(all, mission.Feedback{Type: "shown", Volunteer: p.volunteer, RecommendationID: string(p.id[:]),
			Missions: append([]mission.ID(nil), p.missions[:p.count]...)})
	}
	clear(s.pages)
	s.pages = s.pages[:0]
	return all
}

// rememberEvery flushes at each interval until ctx ends, and once after that.
func (s *Service) rememberEvery(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.remember()
		case <-ctx.Done():
			s.remember()
			return
		}
	}
}

// remember gives the store what was noted. A store that refuses writes has
// greater worries than what people were shown.
func (s *Service) remember() {
	all := s.shown.take()
	for len(all) > 0 {
		n := min(len(all), shownBatch)
		s.rememberAll(all[:n])
		all = all[n:]
	}
}

// rememberAll gives the store one batch, in the queue that interactive
// commands overtake.
func (s *Service) rememberAll(batch []mission.Feedback) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.WorkTimeout)
	defer cancel()
	if _, err := s.engine.Submit(ctx, mission.Envelope{Command: mission.GiveFeedback{Feedback: batch}, Bulk: true}); err != nil {
		s.log.Warn("what people were shown is not remembered", "pages", len(batch), "kind", mission.KindOf(err))
	}
}
