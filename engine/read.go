package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// watch wakes those who wait for a Seq.
type watch struct {
	waiting atomic.Int64
	mu      sync.Mutex
	moved   chan struct{} // closed at the next commit
}

// tell wakes everybody; it costs one load while nobody waits.
func (w *watch) tell() {
	if w.waiting.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.moved)
	w.moved = make(chan struct{})
}

func (w *watch) next() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.moved
}

// Await returns once reads see a Seq. It answers Stale after WaitSecondsMax,
// or when ctx is done.
func (e *Engine) Await(ctx context.Context, seq uint64) error {
	return await(ctx, &e.watch, e.Seq, seq)
}

// await waits until what is watched is at a Seq.
func await(ctx context.Context, w *watch, at func() uint64, seq uint64) error {
	if at() >= seq {
		return nil
	}
	w.waiting.Add(1)
	defer w.waiting.Add(-1)
	late := time.NewTimer(mission.WaitSecondsMax * time.Second)
	defer late.Stop()
	for {
		moved := w.next()
		if at() >= seq {
			return nil
		}
		select {
		case <-moved:
		case <-late.C:
			return stale(at(), seq)
		case <-ctx.Done():
			return stale(at(), seq)
		}
	}
}

func stale(have, want uint64) error {
	err := mission.Errorf(mission.Stale, "reads are at seq %d; %d was not reached in time", have, want)
	err.RetryS = 1
	return err
}

// Policy gives the policy of a name, as default/1; "" is the one in force. It
// answers NotFound for one that was never in force, or too long ago.
func (e *Engine) Policy(name string) (*mission.Policy, error) {
	p := e.index.Snapshot().Policy
	if name == "" || name == p.Key() {
		return p, nil
	}
	if p, ok := e.store.PolicyNamed(name); ok {
		return p, nil
	}
	return nil, mission.Errorf(mission.NotFound, "no policy %q was ever in force", name)
}

// Recommend fills the page with the best missions for the request. The page is
// reused; on the plain path nothing is allocated.
func (e *Engine) Recommend(r *matcher.Request, page *matcher.Page) error {
	return e.matcher.Recommend(e.index.Snapshot(), r, page)
}

// Similar fills the page with missions like one: what somebody would be shown
// who chose its domains and activities and lives there. It answers NotFound.
func (e *Engine) Similar(id mission.ID, limit int, page *matcher.Page) error {
	return e.Recommend(&matcher.Request{Like: id, Limit: limit}, page)
}

// alternativesAsked is how many missions are looked at for one alternative:
// those of which nobody knows whether they have a seat are passed over.
const alternativesAsked = 4

// Alternatives fills the page with missions in place of a full one, each with
// a seat that can be held here for the volunteer, who may be one without a
// record: the mission then says what they like, and where they are.
func (e *Engine) Alternatives(id, volunteer mission.ID, page *matcher.Page) error {
	s := e.index.Snapshot()
	r := matcher.Request{Volunteer: volunteer, Exclude: []mission.ID{id}, Seed: volunteer, Limit: alternativesAsked * mission.AlternativesMax}
	if row, ok := s.Volunteer(volunteer); !ok || row.Cell == 0 {
		r.Volunteer, r.Like = "", id
		for _, o := range s.Past(nil, volunteer) {
			r.Exclude = append(r.Exclude, s.Texts.At(o).ID)
		}
	}
	if err := e.matcher.Recommend(s, &r, page); err != nil {
		return err
	}
	page.Items = slices.DeleteFunc(page.Items, func(i matcher.Item) bool {
		return i.Free <= 0 || !s.Missions.At(uint32(i.Ordinal)).Has(index.Here)
	})
	page.Items = page.Items[:min(len(page.Items), mission.AlternativesMax)]
	return nil
}

// Profile gives a stored volunteer. It answers NotFound.
func (e *Engine) Profile(id mission.ID) (*mission.Volunteer, error) {
	view, err := e.store.Volunteer(id)
	if err != nil {
		return nil, err
	}
	return view.Volunteer, nil
}
