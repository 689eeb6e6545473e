package objects

import (
	"encoding/base64"
	"hash/crc32"
	"iter"
	"strings"

	"renfort/mission"
)

// Browse answers a page of everything that matches, in the order of the ids:
// what is there all the time is met exactly once, whatever is written between
// the pages. The first cursor is "". One that no page answered is refused as
// mission.Invalid.
func (s *Snapshot) Browse(q *Query, live *Live, cursor string) (*BrowsePage, error) {
	after, err := parseCursor(cursor)
	if err != nil {
		return nil, err
	}
	r := s.start(q, live)
	defer r.finish()
	r.match()
	page := &BrowsePage{Result: *r.result()}
	page.Offset, page.OffsetAsked = 0, false
	if page.PerPage <= 0 {
		page.PerPage = browseDefault
	}
	w := r.newHitWriter()
	for c := range r.byID(after) {
		if len(page.Hits) >= page.PerPage {
			page.Cursor = newCursor(page.IDs)
			break
		}
		page.IDs = append(page.IDs, c.object().ID)
		page.Hits = append(page.Hits, w.write(c))
	}
	return page, nil
}

// browseDefault is the hits of a page where none are asked for.
const browseDefault = 1000

// cursorMark begins what a cursor says, before it is made opaque.
const cursorMark = "o1"

// newCursor is the cursor behind these ids.
func newCursor(ids []string) string {
	after := cursorMark
	if len(ids) > 0 {
		after += ids[len(ids)-1]
	}
	sum := crc32.ChecksumIEEE([]byte(after))
	return base64.RawURLEncoding.EncodeToString(append([]byte(after), byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)))
}

// parseCursor is the id behind which a page begins, "" for the first one.
func parseCursor(cursor string) (after string, err error) {
	if cursor == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(text) < len(cursorMark)+4 {
		return "", badCursor()
	}
	end := len(text) - 4
	sum := crc32.ChecksumIEEE(text[:end])
	for i, b := range text[end:] {
		if b != byte(sum>>(8*i)) {
			return "", badCursor()
		}
	}
	after, ok := strings.CutPrefix(string(text[:end]), cursorMark)
	if !ok {
		return "", badCursor()
	}
	return after, nil
}

func badCursor() error {
	return mission.Errorf(mission.Invalid, "the cursor is none that a page of this index answered")
}

// byID walks what was found in the order of the ids, behind one.
func (r *request) byID(after string) iter.Seq[*candidate] {
	return func(yield func(*candidate) bool) {
		next := make([]int, len(r.found)) // next[i] is a place in the order of part i
		for i := range r.found {
			p := r.found[i].part
			next[i] = p.from(after)
			if doc, ok := p.segment.find(after); ok && p.place[doc] == uint32(next[i]) && after != "" {
				next[i]++
			}
		}
		for {
			least, id := -1, ""
			for i := range r.found {
				f := &r.found[i]
				for next[i] < len(f.part.order) && !f.set.has(f.part.order[next[i]]) {
					next[i]++
				}
				if next[i] == len(f.part.order) {
					continue
				}
				if at := f.part.docs[f.part.order[next[i]]].ID; least < 0 || at < id {
					least, id = i, at
				}
			}
			if least < 0 {
				return
			}
			doc := r.found[least].part.order[next[least]]
			next[least]++
			if !yield(&candidate{req: r, found: least, doc: doc}) {
				return
			}
		}
	}
}
