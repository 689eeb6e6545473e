package index

import (
	"context"

	"renfort/mission"
)

// TextOptions say how a text index is opened.
type TextOptions struct {
	// Published is called after a newer view can be read; nil for nobody. It
	// must not block.
	Published func()
}

// TextFetch gives the documents of ordinals as they are now: docs[i] belongs
// to ordinals[i] and is nil where there is no such mission any more.
type TextFetch func(ordinals []uint32) (docs []*TextDoc, err error)

// TextDoc is the words of one mission by field, as they are indexed.
type TextDoc struct {
	Ordinal uint32
	Values  [TextFields][]string
}

// The fields of a document, dearest first.
const (
	TextTitle = iota
	TextOrganization
	TextLabels
	TextPlace
	TextDescription
	TextFields
)

// TextIndex is the text index of a data directory. It is derived and disposable.
// All methods are safe for concurrent use.
type TextIndex struct{}

// TextReader is an immutable view of a text index. It is safe for concurrent
// use and need not be closed.
type TextReader struct{ seq uint64 }

// TextStats is how large a text index is and what it did since it was opened.
type TextStats struct {
	Docs        int    // live documents
	Segments    int    // of the view that serves
	Seq         uint64 // text watermark
	Pending     int    // documents that wait to be indexed
	Building    bool   // a rebuild is under way
	BytesDisk   int64
	BytesMemory int64 // of what is ours: lists, matches and columns
	Indexed     uint64
	Unchanged   uint64 // documents left alone because their text was the same
	Failures    uint64
	FailedWhy   string // the last failure
	MatchHits   uint64
	MatchMisses uint64
	ListHits    uint64
	ListMisses  uint64
}

// OpenText opens the text index in dir, which is made if it is not there. What
// is missing, damaged or of another format is built anew by Run.
func OpenText(dir string, o TextOptions) (*TextIndex, error) { return new(TextIndex), nil }

// Reader gives the newest view. It answers Unavailable while there is none.
func (t *TextIndex) Reader() (*TextReader, error) { return nil, t.Ready() }

// Ready says whether words can be searched: nil, or Unavailable with RetryS
// while the first build is under way.
func (t *TextIndex) Ready() error {
	err := mission.Errorf(mission.Unavailable, "the text index is being built")
	err.RetryS = 1
	return err
}

// Seq gives the text watermark: what reads with words see. It is 0 while there
// is no view.
func (t *TextIndex) Seq() uint64 { return 0 }

// Mark notes that the texts of these ordinals may have changed up to seq. It
// never blocks on the index.
func (t *TextIndex) Mark(seq uint64, ordinals ...uint32) {}

// Run indexes what is marked until ctx is done.
func (t *TextIndex) Run(ctx context.Context, fetch TextFetch) {}

// Stats counts.
func (t *TextIndex) Stats() TextStats { return TextStats{} }

// Close ends the index. Readers stay good.
func (t *TextIndex) Close() error { return nil }

// Seq gives the text watermark of this view.
func (r *TextReader) Seq() uint64 { return r.seq }

// Match gives the missions that match every clause. The match is shared and
// immutable. It fails only where the index turns out to be damaged.
func (r *TextReader) Match(w *Words, noCache bool) (*TextMatch, error) { return &TextMatch{}, nil }

// Closest gives, of the missions that admit lets pass, those that match the
// most clauses; among as many, the rarer words count. GivenUp names the rest.
func (r *TextReader) Closest(w *Words, admit func(ordinal uint32) bool) (*TextMatch, error) {
	return &TextMatch{}, nil
}
