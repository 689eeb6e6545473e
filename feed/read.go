package feed

import (
	"errors"
	"fmt"
	"io"
	"unicode"

	"renfort/mission"
)

// The limits of a feed, beside mission.FeedBytesMax.
const (
	RecordBytesMax = mission.BodyBytesMax // one record
	RecordsMax     = 1_000_000            // records in a feed
)

// Options say whose feed it is and how it is to be read.
type Options struct {
	// Publisher is whose missions these are. Ids are "publisher:clientId".
	Publisher string
	// Intake gives the taxonomy and the gazetteer that names, codes and points
	// are looked up in.
	Intake *mission.Intake
	// Zones are the time zones in which dates without one are read.
	Zones *mission.Zones
	// Booking is who takes signups where a record does not say: "" leaves it to
	// Intake's default, which is here.
	Booking string
}

// Draft is one record of a feed.
type Draft struct {
	// Mission is what the record says, for Intake to judge; nil where nothing
	// could be made of it, and then Refusal says why. Seats are the record's
	// places.
	Mission  *mission.Mission
	ClientID string // "" where the record has none
	Index    int    // of the record, from 1
	Line     int    // where it begins, from 1
	Places   int    // what the record says of seats, also where slots have their own
	Bytes    int    // how long it is, about
	Repairs  []Repair
	Refusal  *mission.Error
}

// Repair is one thing that was read otherwise than it was written.
type Repair struct {
	Field  string `json:"field"`  // the record's name for it
	Code   string `json:"code"`   // a stable word: see the constants
	Detail string `json:"detail"` // what was there, and what was made of it
}

// The codes of repairs.
const (
	Swapped    = "swapped"    // latitude and longitude were exchanged
	Outside    = "outside"    // the point is not where the address says; kept
	Padded     = "padded"     // a code lacked its zero
	Rewritten  = "rewritten"  // another spelling of a known value
	Unknown    = "unknown"    // no known value: left out
	Unreadable = "unreadable" // no date, number, address or point: left out
	Cut        = "cut"        // over a limit
	Cleaned    = "cleaned"    // control characters or markup were taken out
	Placed     = "placed"     // put where the commune is
	Missing    = "missing"    // something else stands in for it
	LeftOut    = "left_out"   // there was no room for it
	Repeated   = "repeated"   // the clientId came before in the feed; the later stands
	Encoding   = "encoding"   // bytes that were not UTF-8
)

// Broken is why reading ended before the feed did. What came before stands.
type Broken struct {
	Line  int // from 1
	Index int // of the record, from 1
	Err   *mission.Error
}

// Error implements error.
func (b *Broken) Error() string {
	return fmt.Sprintf("feed: line %d, record %d: %v", b.Line, b.Index, b.Err)
}

// Unwrap gives what is wrong.
func (b *Broken) Unwrap() error { return b.Err }

// source reads records of one format.
type source interface {
	// next gives the next record and the line it begins at; io.EOF after the
	// last. A record that cannot be kept has an error in its place and does not
	// end the reading: refused.
	next() (r *record, refused, err error)
	// at is where the record that next gave began, and how long it was.
	at() (line, bytes int)
}

// Reader reads a feed record by record. It is for one goroutine.
type Reader struct {
	options Options
	text    *scrubber
	from    source
	words   *vocabulary
	index   int
	told    int // bytes told of that were not UTF-8
	err     error
}

// NewReader reads the beginning of a feed and tells its format: XML, or JSON as
// a list, as an object with a list called data or hits, or as a record a line.
// What is neither is refused as Invalid. An empty body is a feed without
// records.
func NewReader(r io.Reader, o Options) (*Reader, error) {
	from, err := open(r)
	if err != nil {
		return nil, err
	}
	for {
		c, err := from.ReadByte()
		if err == io.EOF {
			return nil, mission.Errorf(mission.Invalid, "the feed is empty: not even a root element, which a feed without missions has")
		}
		if err != nil {
			return nil, err
		}
		if unicode.IsSpace(rune(c)) {
			continue
		}
		from.UnreadByte() // it was just read
		f := &Reader{options: o, text: &scrubber{from: from, xml: c == '<'}, words: newVocabulary(o.Intake)}
		switch c {
		case '<':
			f.from = newXML(f.text)
		case '[', '{':
			f.from = newJSON(f.text)
		default:
			return nil, mission.Errorf(mission.Invalid, "this is neither XML nor JSON: it begins with %q", c)
		}
		return f, nil
	}
}

// Next gives the next record, io.EOF after the last of a whole feed, and a
// *Broken where the rest cannot be read. It gives the same again after either.
func (f *Reader) Next() (*Draft, error) {
	if f.err != nil {
		return nil, f.err
	}
	rec, refused, err := f.from.next()
	line, bytes := f.from.at()
	if err == io.EOF {
		f.err = io.EOF
		return nil, f.err
	}
	f.index++
	if err == nil && f.index > RecordsMax {
		err = mission.Errorf(mission.TooLarge, "the feed has over %d records", RecordsMax)
	}
	if err != nil {
		f.err = &Broken{Line: line, Index: f.index, Err: asError(err)}
		return nil, f.err
	}
	d := &Draft{Index: f.index, Line: line, Bytes: bytes}
	b := &builder{Draft: d, options: &f.options, words: f.words, record: rec}
	if n := f.text.foreign - f.told; n > 0 {
		f.told = f.text.foreign
		b.note("", Encoding, "%d bytes up to here are not UTF-8 and were read as Windows-1252", n)
	}
	b.build(refused)
	return d, nil
}

// asError gives the failure of a format's reader in our words.
func asError(err error) *mission.Error {
	if e := mission.AsError(err); e != nil {
		return e
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return mission.Errorf(mission.Invalid, "the feed ends before it is complete")
	}
	return mission.Errorf(mission.Invalid, "%v", err)
}
