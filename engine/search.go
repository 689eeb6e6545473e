package engine

import (
	"slices"
	"strings"
	"sync"

	"renfort/index"
	"renfort/matcher"
)

// The bounds of what is kept for cursors. A snapshot costs the rows that were
// written since, at most all of them; a match 8 bytes a mission that it has.
const (
	listSnapshotsMax = 16
	listMatchesMax   = 64
	listSeconds      = 60
)

// lists keeps what cursors continue, the newest of it: snapshots, and what
// words matched. The zero value is ready; safe for concurrent use.
type lists struct {
	mu        sync.Mutex
	snapshots []*index.Snapshot // oldest first
	matches   []listMatch       // oldest first
}

// listMatch is what the words of one list matched.
type listMatch struct {
	name  matcher.ListName
	match *index.TextMatch
	at    int64 // log time
}

// keep remembers the list of a page that has a cursor, and forgets what is too
// old at log time now or too much.
func (l *lists) keep(name matcher.ListName, s *index.Snapshot, match *index.TextMatch, now int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	if kept, found := l.search(name); kept == nil {
		l.snapshots = append(dropOldest(l.snapshots, listSnapshotsMax), s)
		l.keepMatch(name, match, now)
	} else if found == nil {
		l.keepMatch(name, match, now)
	}
}

func (l *lists) keepMatch(name matcher.ListName, match *index.TextMatch, now int64) {
	if match != nil {
		l.matches = append(dropOldest(l.matches, listMatchesMax), listMatch{name, match, now})
	}
}

// dropOldest makes room for one more.
func dropOldest[T any](items []T, most int) []T {
	if len(items) < most {
		return items
	}
	copy(items, items[1:])
	return items[:len(items)-1]
}

// forget lets go of what is too old.
func (l *lists) forget(now int64) {
	l.snapshots = slices.DeleteFunc(l.snapshots, func(s *index.Snapshot) bool { return now-s.At > listSeconds })
	l.matches = slices.DeleteFunc(l.matches, func(m listMatch) bool { return now-m.at > listSeconds })
}

// find gives the snapshot of a list, nil if it is gone, and what its words
// matched, nil if that is gone or there are none.
func (l *lists) find(name matcher.ListName, now int64) (*index.Snapshot, *index.TextMatch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	return l.search(name)
}

func (l *lists) search(name matcher.ListName) (s *index.Snapshot, match *index.TextMatch) {
	for _, kept := range l.snapshots {
		if kept.Seq == name.Seq {
			s = kept
		}
	}
	for i := range l.matches {
		if l.matches[i].name == name {
			match = l.matches[i].match
		}
	}
	return s, match
}

// Search fills the page with the missions that match the request. A cursor
// continues the very list that it was given for while that is kept, some
// seconds to a minute; afterwards it goes on by its key on what there is now,
// and the page says so. Words answer Unavailable while the text index is built
// for the first time.
func (e *Engine) Search(r *matcher.SearchRequest, page *matcher.SearchPage) error {
	s := e.index.Snapshot()
	now := s.At
	if r.Cursor != "" {
		name, err := matcher.CursorList(r.Cursor)
		if err != nil {
			return err
		}
		if old, match := e.lists.find(name, now); old != nil && (match != nil || name.Text == 0) {
			again := *r
			again.Match = match
			s, r = old, &again
		}
	}
	words, err := e.words(r)
	if err != nil {
		return err
	}
	if err := e.matcher.Search(s, words, r, page); err != nil || page.Cursor == "" {
		return err
	}
	name := matcher.ListName{Seq: s.Seq, List: r.List()}
	if page.Match != nil {
		name.Text = page.Match.Seq
	}
	e.lists.keep(name, s, page.Match, now)
	return nil
}

// FacetSearch gives the values of one facet of which a word begins with prefix,
// as matcher.FacetSearch says.
func (e *Engine) FacetSearch(r *matcher.SearchRequest, field, prefix string, limit int) ([]matcher.FacetValue, error) {
	words, err := e.words(r)
	if err != nil {
		return nil, err
	}
	return e.matcher.FacetSearch(e.index.Snapshot(), words, r, field, prefix, limit)
}

// words gives the text index's newest view to a request that needs one.
func (e *Engine) words(r *matcher.SearchRequest) (*index.TextReader, error) {
	if r.Match != nil || strings.TrimSpace(r.Query) == "" {
		return nil, nil
	}
	return e.Text()
}
