package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// errDamaged is what reading a segment that is not in order comes to.
var errDamaged = errors.New("index: text: the index is damaged")

// TextReader is an immutable view of a text index. It is safe for concurrent
// use and need not be closed: what it holds of Bleve goes when nobody has it
// any more.
type TextReader struct {
	*textView
	seq uint64
}

// Seq gives the text watermark of this view.
func (r *TextReader) Seq() uint64 { return r.seq }

// Docs gives the number of missions that have words.
func (r *TextReader) Docs() int { return r.docs }

// textView is what the readers between two batches share.
type textView struct {
	version  uint64 // of the words: another one after each batch
	segments []viewSegment
	home     []uint16 // home[o]: number of the segment in which ordinal o is live
	live     []uint64 // set of the ordinals that are anywhere
	docs     int      // how many
	lists    *textCache[listKey, *postings]
	nearby   *textCache[listKey, []dictTerm]
	matches  *textCache[matchKey, *TextMatch]
	scratch  *scratches
	damaged  func(error)
}

// nowhere is the home of an ordinal without a document.
const nowhere = ^uint16(0)

// viewSegment is one of Bleve's segments, as it stands in a view.
type viewSegment struct {
	*textSegment
	bleve   segment.Segment
	deleted uint64 // documents of it that are not live any more
}

// textSegment is what we keep of a segment for as long as it exists.
type textSegment struct {
	id       uint64   // among all that this process opened
	ordinals []uint32 // ordinals[n] of the document that it numbers n
	rows     uint32   // all of them are below
}

// newView makes the view of what is indexed now. Segments that the view before
// had are not read again. Where no words changed, matches stay good.
func (g *generation) newView(words bool) (v *textView, err error) {
	reader, err := g.bleve.Reader()
	if err != nil {
		return nil, err
	}
	snapshot, ok := reader.(*scorch.IndexSnapshot)
	if !ok || snapshot == nil {
		return nil, fmt.Errorf("index: text: %T is no snapshot", reader)
	}
	if words {
		g.text.versions++
	}
	v = &textView{version: g.text.versions, lists: g.text.lists, nearby: g.text.nearby, matches: g.text.matches,
		scratch: &g.text.scratch, damaged: g.damage}
	runtime.AddCleanup(v, func(s *scorch.IndexSnapshot) { s.Close() }, snapshot) // there is nobody to tell an error
	err = guarded(func() error { return v.fill(g, snapshot) })
	return v, err
}

// moved says whether Bleve has other segments than the last view.
func (g *generation) moved() bool {
	reader, err := g.bleve.Reader()
	if err != nil {
		return false // the next batch fails as well, and says so
	}
	defer reader.Close()
	s, ok := reader.(*scorch.IndexSnapshot)
	return ok && s != nil && !slices.EqualFunc(s.Segments(), g.view.segments, func(a *scorch.SegmentSnapshot, b viewSegment) bool {
		return g.opened<<40|a.Id() == b.id
	})
}

// fill reads which document is where.
func (v *textView) fill(g *generation, snapshot *scorch.IndexSnapshot) error {
	known := map[uint64]*textSegment{}
	for _, s := range snapshot.Segments() {
		id := g.opened<<40 | s.Id()
		t := g.segments[id]
		if t == nil {
			t = &textSegment{id: id}
			if err := t.read(s); err != nil {
				return err
			}
		}
		known[id] = t
		one := viewSegment{textSegment: t, bleve: s.Segment()}
		if d := s.Deleted(); d != nil {
			one.deleted = d.GetCardinality()
		}
		v.segments = append(v.segments, one)
		v.docs += len(t.ordinals) - int(one.deleted)
	}
	if len(v.segments) >= int(nowhere) {
		return fmt.Errorf("index: text: %d segments are more than can be told apart", len(v.segments))
	}
	g.segments = known
	v.settle(snapshot)
	return nil
}

// settle gives every live ordinal its home.
func (v *textView) settle(snapshot *scorch.IndexSnapshot) {
	rows := uint32(0)
	for i := range v.segments {
		rows = max(rows, v.segments[i].rows)
	}
	v.home, v.live = make([]uint16, rows), make([]uint64, (rows+63)/64)
	for o := range v.home {
		v.home[o] = nowhere
	}
	for i, s := range snapshot.Segments() {
		ordinals, deleted := v.segments[i].ordinals, s.Deleted()
		for n, o := range ordinals {
			if deleted == nil || !deleted.ContainsInt(n) {
				v.home[o] = uint16(i)
				v.live[o>>6] |= 1 << (o & 63)
			}
		}
	}
}

// read reads the names of the segment's documents.
func (t *textSegment) read(s *scorch.SegmentSnapshot) error {
	t.ordinals = make([]uint32, s.Segment().Count())
	for n := range t.ordinals {
		id, err := s.DocID(uint64(n))
		if err != nil {
			return fmt.Errorf("index: text: document %d of a segment: %w", n, err)
		}
		if len(id) != 4 {
			return fmt.Errorf("%w: a document is called %x", errDamaged, id)
		}
		t.ordinals[n] = binary.BigEndian.Uint32(id)
		t.rows = max(t.rows, t.ordinals[n]+1)
	}
	return nil
}

// guarded runs what reads mapped files: a panic of the library, and a page
// that is not there any more, become errors.
func guarded(read func() error) (err error) {
	faults := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(faults)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return read()
}
