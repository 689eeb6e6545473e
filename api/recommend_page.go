package api

import (
	"math/rand/v2"

	"renfort/matcher"
	"renfort/mission"
)

// appendPage appends the members of an answer, without its braces. What a
// stored volunteer is recommended counts as shown.
func (r *ranking) appendPage(b []byte, c *call) []byte {
	id := newPageID(r.page.At)
	if r.request.Volunteer != "" {
		c.note(r, id)
	}
	b = r.appendItems(append(b, `"recommendations":`...))
	b = append(b, `,"recommendation_id":"`...)
	b = append(append(b, id[:]...), '"')
	b = r.appendFoot(b)
	b = appendUint(b, `,"took_us":`, c.tookUs())
	if c.degraded {
		b = append(b, `,"degraded":true`...)
	}
	return b
}

// newPageID makes the id of a page: log time, so that ids rise, and chance.
func newPageID(at int64) (id pageID) {
	b := append(id[:0], "r-"...)
	b = appendHex(b, uint64(at), 8)
	appendHex(b, rand.Uint64(), 16)
	return id
}

// appendHex appends the lowest digits of v in hexadecimal, leading zeros
// included, so that ids sort as numbers do.
func appendHex(b []byte, v uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, hexDigits[v>>(4*i)&15])
	}
	return b
}

// note keeps a page to be remembered: a digest's with the digest, which can
// wait for the store, any other's with the service.
func (c *call) note(r *ranking, id pageID) {
	if c.digest != nil {
		c.digest.note(r, id)
		return
	}
	if c.busy { // a command for each costs as much as the page
		c.s.shown.drop()
		return
	}
	c.s.shown.add(r.request.Volunteer, id, &r.page)
}

// appendFoot appends what a page says of itself.
func (r *ranking) appendFoot(b []byte) []byte {
	p := &r.page
	b = appendString(append(b, `,"policy":`...), p.Policy)
	b = appendUint(b, `,"seq":`, p.Seq)
	b = appendTime(append(b, `,"at":`...), p.At)
	b = append(b, `,"widened":`...)
	if p.Widened.ToKm > 0 {
		b = appendKm(append(b, `{"asked_km":`...), p.Widened.AskedKm)
		b = append(appendKm(append(b, `,"to_km":`...), p.Widened.ToKm), '}')
	} else {
		b = append(b, "null"...)
	}
	return appendUint(b, `,"considered":`, uint64(p.Considered))
}

// appendItems appends the missions of the page as a list, which a full
// mission's alternatives are as well.
func (r *ranking) appendItems(b []byte) []byte {
	r.fetch()
	b = append(b, '[')
	for i := range r.page.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendItem(b, &r.page.Items[i])
	}
	return append(b, ']')
}

// fetch looks at what the page is about to copy. Missions lie far apart in
// memory: the processor fetches them all at once, not each when it is copied.
func (r *ranking) fetch() {
	for i := range r.page.Items {
		it := &r.page.Items[i]
		r.fetched += touch(it.ID) + touch(it.Location) + touch(it.Mission)
	}
}

// lineBytes is what a processor fetches of memory at once.
const lineBytes = 64

// touch reads a byte of every line of b.
func touch[T ~string | ~[]byte](b T) (sum uint64) {
	for at := 0; at < len(b); at += lineBytes {
		sum += uint64(b[at])
	}
	return sum
}

// appendItem appends one mission of a page; its summary and address are JSON
// already.
func appendItem(b []byte, it *matcher.Item) []byte {
	b = appendScored(b, it.ID, it.Score, it.Km, it.Location, it.Free, it.Mission)
	if it.Reasons != nil {
		// Explanations are asked for by people, not by crowds.
		if reasons, err := mission.Encode(it.Reasons); err == nil {
			b = append(append(b, `,"reasons":`...), reasons...)
		}
	}
	return append(b, '}')
}

// appendScored appends what every list of missions says of one, but for the
// closing brace.
func appendScored(b []byte, id mission.ID, score, km float64, location []byte, free int, summary []byte) []byte {
	b = appendString(append(b, `{"id":`...), id)
	b = appendNumber(append(b, `,"score":`...), score)
	b = appendKmOrNull(append(b, `,"distance_km":`...), km)
	b = appendRaw(append(b, `,"location":`...), location)
	if free < 0 {
		b = append(b, `,"seats_free":null`...)
	} else {
		b = appendUint(b, `,"seats_free":`, uint64(free))
	}
	return appendRaw(append(b, `,"mission":`...), summary)
}

// appendRaw appends what is JSON already, null for nothing.
func appendRaw(b, raw []byte) []byte {
	if len(raw) == 0 {
		return append(b, "null"...)
	}
	return append(b, raw...)
}
