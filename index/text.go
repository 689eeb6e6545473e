package index

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"renfort/mission"
)

// TextOptions say how a text index is opened.
type TextOptions struct {
	// Rows gives the number below which all ordinals are: a rebuild asks for
	// each of them.
	Rows func() uint32
	// Published is called after a newer view can be read; nil for nobody. It
	// must not block.
	Published func()
}

// The room that decoded lists and whole matches may take. Lists of 50,000
// missions are about 25 MB when every word has been asked for.
const (
	textListBytesMax  = 64 << 20
	textNearBytesMax  = 4 << 20
	textMatchBytesMax = 32 << 20
)

// TextIndex is the words of all missions, on Bleve, in a folder of its own. It
// is derived from the store and disposable: what is missing, damaged or of
// another format is built anew beside it while the old one, if it can be read,
// goes on serving. All methods are safe for concurrent use.
type TextIndex struct {
	dir     string
	options TextOptions

	lists   *textCache[listKey, *postings]
	nearby  *textCache[listKey, []dictTerm]
	matches *textCache[matchKey, *TextMatch]
	scratch scratches
	reader  atomic.Pointer[TextReader] // nil while nothing serves
	counts  textCounts
	wake    chan struct{} // has room for one

	working  sync.Mutex // held while generations are worked on; guards what follows
	versions uint64     // of words
	opened   uint64     // generations, since the process began
	last     uint64     // the highest number that a folder had

	mu       sync.Mutex  // guards what follows, and the queues
	serving  *generation // nil while there is none
	building *generation // that is to take its place, nil for none
	marked   uint64      // the newest seq that was told
}

// OpenText opens the text index in dir, which is made if it is not there. What
// the folder has may be behind or ahead of the state: the caller tells every
// mission to Saw and then calls Loaded.
func OpenText(dir string, o TextOptions) (*TextIndex, error) {
	if o.Published == nil {
		o.Published = func() {}
	}
	t := &TextIndex{dir: dir, options: o, wake: make(chan struct{}, 1),
		lists:   newTextCache[listKey, *postings](textListBytesMax),
		nearby:  newTextCache[listKey, []dictTerm](textNearBytesMax),
		matches: newTextCache[matchKey, *TextMatch](textMatchBytesMax)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("index: text: %w", err)
	}
	return t, t.openFolders()
}

// Reader gives the newest view. It answers Unavailable while there is none.
func (t *TextIndex) Reader() (*TextReader, error) {
	if r := t.reader.Load(); r != nil {
		return r, nil
	}
	return nil, t.Ready()
}

// textRetrySeconds is when a question should be asked again that came before
// the first build was done.
const textRetrySeconds = 2

// Ready says whether words can be searched: nil, or Unavailable with RetryS
// while the first build is under way.
func (t *TextIndex) Ready() error {
	if t.reader.Load() != nil {
		return nil
	}
	err := mission.Errorf(mission.Unavailable, "the text index is being built; everything but words can be searched")
	err.RetryS = textRetrySeconds
	return err
}

// Seq gives the text watermark: what reads with words see. It is 0 while there
// is no view.
func (t *TextIndex) Seq() uint64 {
	if r := t.reader.Load(); r != nil {
		return r.seq
	}
	return 0
}

// publish makes what a generation has indexed the view of readers. Where no
// words changed, segments were merged.
func (t *TextIndex) publish(g *generation, words bool) error {
	v, err := g.newView(words)
	if err != nil {
		g.damage(err)
		return err
	}
	g.view = v
	t.show(g)
	return nil
}

// advance tells readers a watermark that moved without any words.
func (t *TextIndex) advance(g *generation) {
	if r := t.reader.Load(); r == nil || r.seq != g.seq {
		t.show(g)
	}
}

// show gives readers the newest view of a generation, if it serves.
func (t *TextIndex) show(g *generation) {
	t.mu.Lock()
	serves := g == t.serving && g.broken.Load() == nil
	if serves {
		t.reader.Store(&TextReader{g.view, g.seq})
	}
	t.mu.Unlock()
	if serves {
		t.options.Published()
	}
}

// Close ends the index. Run must have returned. Readers stay good. A second
// call does nothing.
func (t *TextIndex) Close() error {
	t.working.Lock()
	defer t.working.Unlock()
	t.mu.Lock()
	all := []*generation{t.serving, t.building}
	t.serving, t.building = nil, nil
	t.mu.Unlock()
	var errs []error
	for _, g := range all {
		if g != nil {
			errs = append(errs, g.close())
		}
	}
	return errors.Join(errs...)
}
