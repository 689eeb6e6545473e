package matcher

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"renfort/index"
	"renfort/mission"
)

// cursor is where a page ended: the last hit's place in the order, and the list
// that it is a place in.
type cursor struct {
	key     float64
	tie     uint64
	ordinal uint32
	seq     uint64 // of the snapshot
	text    uint64 // watermark of the match, 0 without words
	request uint64 // hash of all of the request that makes the list
}

// cursorFormat is the first byte of a cursor. 1: first.
const cursorFormat = 1

// cursorBytes is how long a cursor is before it is written in letters, its
// checksum included.
const cursorBytes = 1 + 8 + 8 + 4 + 8 + 8 + 8 + 4

// encode writes the cursor in URL-safe letters.
func (c *cursor) encode() string {
	b := append(make([]byte, 0, cursorBytes), cursorFormat)
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(c.key))
	b = binary.BigEndian.AppendUint64(b, c.tie)
	b = binary.BigEndian.AppendUint32(b, c.ordinal)
	b = binary.BigEndian.AppendUint64(b, c.seq)
	b = binary.BigEndian.AppendUint64(b, c.text)
	b = binary.BigEndian.AppendUint64(b, c.request)
	b = binary.BigEndian.AppendUint32(b, uint32(xxhash.Sum64(b)))
	return base64.RawURLEncoding.EncodeToString(b)
}

// decodeCursor reads what encode wrote, and refuses everything else. The
// checksum tells accidents; it is no signature, and a cursor that somebody made
// up does no harm.
func decodeCursor(s string) (c cursor, err error) {
	wrong := invalidRequest("/cursor", "is not one that an earlier page gave")
	if len(s) != base64.RawURLEncoding.EncodedLen(cursorBytes) {
		return c, wrong
	}
	b, bad := base64.RawURLEncoding.Strict().DecodeString(s)
	if bad != nil || len(b) != cursorBytes || b[0] != cursorFormat ||
		binary.BigEndian.Uint32(b[cursorBytes-4:]) != uint32(xxhash.Sum64(b[:cursorBytes-4])) {
		return c, wrong
	}
	c = cursor{key: math.Float64frombits(binary.BigEndian.Uint64(b[1:])), tie: binary.BigEndian.Uint64(b[9:]), ordinal: binary.BigEndian.Uint32(b[17:]),
		seq: binary.BigEndian.Uint64(b[21:]), text: binary.BigEndian.Uint64(b[29:]), request: binary.BigEndian.Uint64(b[37:])}
	if math.IsNaN(c.key) || math.IsInf(c.key, 1) {
		return cursor{}, wrong
	}
	return c, nil
}

// ListName names the list of hits that a cursor continues.
type ListName struct {
	Seq  uint64 // of the snapshot
	Text uint64 // watermark of what the words matched, 0 without words
	List uint64 // SearchRequest.List of the request
}

// CursorList reads which list a cursor continues. It answers Invalid to what no
// page gave.
func CursorList(s string) (ListName, error) {
	c, err := decodeCursor(s)
	return ListName{c.seq, c.text, c.request}, err
}

// continues says whether the list of the cursor is the one that is read now.
func (c *cursor) continues(s *index.Snapshot, match *index.TextMatch) bool {
	return c.seq == s.Seq && c.text == watermark(match)
}

func watermark(match *index.TextMatch) uint64 {
	if match == nil {
		return 0
	}
	return match.Seq
}

// takeCursor reads the request's cursor. One of another request is refused.
func (x *search) takeCursor() (err error) {
	x.cursor, x.after = cursor{}, candidate{}
	if x.request.Cursor == "" {
		return nil
	}
	if x.cursor, err = decodeCursor(x.request.Cursor); err != nil {
		return err
	}
	if x.cursor.request != x.request.List() {
		return invalidRequest("/cursor", "belongs to another search: words, filters, order and seed must stay the same")
	}
	x.after = candidate{score: x.cursor.key, tie: x.cursor.tie, ordinal: x.cursor.ordinal}
	if x.after.ordinal >= x.snapshot.Rows {
		x.after.ordinal = 0 // read for its id alone, where all else is equal
	}
	return nil
}

// cursorAfter gives the cursor of a page that ends with a hit.
func (x *search) cursorAfter(last *candidate) string {
	c := cursor{key: last.score, tie: last.tie, ordinal: last.ordinal, seq: x.snapshot.Seq, text: watermark(x.match), request: x.request.List()}
	return c.encode()
}

// List is a hash of all of a request that makes its list of hits: words,
// filter, the other condition's name, order and seed, and not facets, limit or
// cursor.
func (r *SearchRequest) List() uint64 {
	h := listHash{b: make([]byte, 0, 512)}
	h.text(r.Query, r.Seed)
	h.flag(r.Prefix)
	h.b = append(h.b, byte(r.Sort))
	f := r.Filter
	if f == nil {
		f = new(mission.Filter)
	}
	if h.flag(f.Point != nil); f.Point != nil {
		h.number(f.Point.Lat, f.Point.Lon)
	}
	h.number(f.RadiusKm, f.MaxHoursPerWeek)
	if h.flag(f.BBox != nil); f.BBox != nil {
		h.number(f.BBox.South, f.BBox.West, f.BBox.North, f.BBox.East)
	}
	if h.flag(f.Polygon != nil); f.Polygon != nil {
		for _, ring := range f.Polygon.Rings() {
			h.number(float64(len(ring)))
			for _, p := range ring {
				h.number(p.Lat, p.Lon)
			}
		}
	}
	for _, l := range [...][]string{f.Domains, f.Activities, f.Departments, f.Regions, f.Cities, f.PostalCodes, f.Organizations, f.Networks,
		f.Publishers, f.Tags, f.Audiences, f.Skills, f.Remote, f.Urgencies, f.DateTypes, f.SlotParts} {
		h.list(l)
	}
	h.number(float64(len(f.Attributes)))
	for _, name := range slices.Sorted(maps.Keys(f.Attributes)) {
		h.text(name)
		h.list(f.Attributes[name])
	}
	h.text(string(f.From), string(f.Until))
	h.flag(f.Minors)
	h.flag(f.Closed)
	h.text(r.OnlyName)
	return xxhash.Sum64(h.b)
}

// listHash writes values so that no two lists of them write the same.
type listHash struct{ b []byte }

func (h *listHash) text(values ...string) {
	for _, v := range values {
		h.b = append(binary.AppendUvarint(h.b, uint64(len(v))), v...)
	}
}

func (h *listHash) list(values []string) {
	h.b = binary.AppendUvarint(h.b, uint64(len(values)))
	h.text(values...)
}

func (h *listHash) number(values ...float64) {
	for _, v := range values {
		h.b = binary.BigEndian.AppendUint64(h.b, math.Float64bits(v))
	}
}

func (h *listHash) flag(on bool) {
	if on {
		h.b = append(h.b, 1)
	} else {
		h.b = append(h.b, 0)
	}
}
