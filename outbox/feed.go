package outbox

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"renfort/engine"
)

const (
	// pageCommands is how many commands a page covers. Pages begin at its
	// multiples, so that all who come back after a cut share them.
	pageCommands = 256
	// cacheBytesMax bounds the whole pages that are kept for those who are
	// behind; the newest page is there besides.
	cacheBytesMax = 32 << 20
	// publishEvery is the least time between two looks at the log.
	publishEvery = 100 * time.Millisecond
)

// Page is the events of some commands that follow each other. It is immutable.
type Page struct {
	Events []Event
	First  uint64 // the first command that it covers
	Next   uint64 // the first that it does not
	bytes  int
	kinds  Types // of Events
}

// Has says whether the page may have events of some kinds.
func (p *Page) Has(t Types) bool { return p.kinds.meets(t) }

// Lost says that commands somebody wants are not in the log any more, or were
// never: a position of another life of the store.
type Lost struct {
	Oldest uint64 // the first seq that is there
	Next   uint64 // where to go on
}

// Error implements error.
func (l *Lost) Error() string {
	return fmt.Sprintf("outbox: the log begins at seq %d and goes on at %d", l.Oldest, l.Next)
}

// Feed is the tail of the log, decoded once for everybody who follows it. All
// methods are safe for concurrent use.
type Feed struct {
	engine    *engine.Engine
	followers atomic.Int64
	begin     chan struct{} // has one where a first follower came

	// tail is the newest page, not yet whole; nil until somebody follows.
	tail atomic.Pointer[Page]

	loading sync.Mutex // held while the log is read for those who are behind

	mu    sync.Mutex
	moved chan struct{}    // closed when tail is replaced
	whole map[uint64]*Page // by First
	order []uint64         // of whole, the longest unused first
	bytes int              // of whole
}

// NewFeed makes a feed of an engine's log. Run it to make it move.
func NewFeed(e *engine.Engine) *Feed {
	return &Feed{engine: e, begin: make(chan struct{}, 1), moved: make(chan struct{}), whole: map[uint64]*Page{}}
}

// Run follows the log while anybody follows the feed, until ctx is done.
func (f *Feed) Run(ctx context.Context) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		if f.followers.Load() == 0 {
			select {
			case <-f.begin:
			case <-ctx.Done():
				return
			}
		}
		if err := f.advance(); err == nil {
			wait, stop := context.WithTimeout(ctx, time.Second)
			_ = f.engine.AwaitAfter(wait, f.tail.Load().Next-1)
			stop()
		}
		pause.Reset(publishEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
	}
}

// Follow counts somebody in until they call leave.
func (f *Feed) Follow() (leave func()) {
	if f.followers.Add(1) == 1 {
		select {
		case f.begin <- struct{}{}:
		default:
		}
	}
	return func() { f.followers.Add(-1) }
}

// Followers gives how many follow.
func (f *Feed) Followers() int { return int(f.followers.Load()) }

// pageOf gives where the page with a command begins.
func pageOf(seq uint64) uint64 { return seq - seq%pageCommands }

// end is the first command of the page after p.
func (p *Page) end() uint64 { return pageOf(p.First) + pageCommands }

// advance brings the tail up to what can be read now. A failure of the store
// leaves it as it was: the next look may do better.
func (f *Feed) advance() error {
	now := f.engine.Seq()
	p := f.tail.Load()
	if p == nil || p.Next+pageCommands < pageOf(now) {
		p = &Page{First: pageOf(now), Next: pageOf(now)} // nobody followed for a while
	}
	for p.Next <= now {
		if p.Next == p.end() {
			f.keep(p)
			p = &Page{First: p.Next, Next: p.Next}
		}
		var err error
		if p, err = f.extend(p, min(p.end()-1, now)); err != nil {
			return err
		}
		f.publish(p)
	}
	return nil
}

// extend gives the page with the commands up to through added to it.
func (f *Feed) extend(p *Page, through uint64) (*Page, error) {
	all, oldest, _, err := f.engine.Store().Happenings(max(p.Next, 1)-1, through, told)
	if err != nil {
		return nil, err
	}
	next := &Page{Events: p.Events, First: p.First, Next: through + 1, bytes: p.bytes, kinds: p.kinds}
	if oldest == 0 {
		oldest = through + 1
	}
	if oldest > p.Next { // the log was trimmed: what the page begins with is gone
		next.First, next.Events = min(oldest, next.Next), nil
	}
	for i := range all {
		e, err := render(&all[i])
		if err != nil {
			return nil, err
		}
		next.Events = append(next.Events, e)
		next.bytes += len(e.block)
		next.kinds.bits |= 1 << e.Kind
	}
	return next, nil
}

// publish shows a new tail and wakes those who wait for it.
func (f *Feed) publish(p *Page) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tail.Store(p)
	close(f.moved)
	f.moved = make(chan struct{})
}

// Moved gives a channel that is closed when there is something new.
func (f *Feed) Moved() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.moved
}

// keep remembers a whole page for those who are behind, and forgets the
// longest unused ones beyond cacheBytesMax.
func (f *Feed) keep(p *Page) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := pageOf(p.First)
	if f.whole[first] != nil {
		return
	}
	f.whole[first] = p
	f.order = append(f.order, first)
	f.bytes += p.bytes
	for f.bytes > cacheBytesMax && len(f.order) > 1 {
		f.bytes -= f.whole[f.order[0]].bytes
		delete(f.whole, f.order[0])
		f.order = f.order[1:]
	}
}

// kept gives the whole page that begins at first, nil if it is not there.
func (f *Feed) kept(first uint64) *Page {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.whole[first]
	if p != nil {
		i := slices.Index(f.order, first)
		f.order = append(slices.Delete(f.order, i, i+1), first)
	}
	return p
}

// Page gives the page with the first command of which somebody at a position
// may not have seen everything. There may be none yet: then it is nil, and
// moved is closed when it is worth asking again. The error is a *Lost where
// that command is not in the log. Whoever asks follows.
func (f *Feed) Page(at Position) (p *Page, moved <-chan struct{}, err error) {
	want := at.Seq
	if at.N == whole {
		want++
	}
	moved = f.Moved() // before the tail, or a change between the two is missed
	tail := f.tail.Load()
	switch {
	case at.Seq > f.engine.Seq():
		return nil, moved, &Lost{Oldest: f.oldest(), Next: f.engine.Seq() + 1}
	case tail == nil || want >= tail.Next:
		return nil, moved, nil
	case want >= tail.First:
		return tail, moved, nil
	}
	p, err = f.behind(want)
	return p, moved, err
}

// oldest gives the first seq that the log still has.
func (f *Feed) oldest() uint64 { return f.engine.Store().Stats().LogOldest }

// behind gives the page with a command that the tail does not have any more.
// One page is read at a time: whoever waits for it finds it kept.
func (f *Feed) behind(want uint64) (*Page, error) {
	first := pageOf(want)
	p := f.kept(first)
	if p == nil {
		f.loading.Lock()
		defer f.loading.Unlock()
		if p = f.kept(first); p == nil {
			var err error
			if p, err = f.extend(&Page{First: first, Next: first}, min(first+pageCommands-1, f.engine.Seq())); err != nil {
				return nil, err
			}
			if p.Next == p.end() {
				f.keep(p)
			}
		}
	}
	if max(want, 1) < p.First {
		return nil, &Lost{Oldest: f.oldest(), Next: max(f.oldest(), p.First)}
	}
	return p, nil
}
