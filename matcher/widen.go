package matcher

import (
	"math"
	"unsafe"

	"renfort/geo"
	"renfort/index"
)

// spareNeighbours is how many more missions than asked for are looked up, so
// that they are all that a radius of whole kilometres holds.
const spareNeighbours = 12

// widen looks at how many missions at places the radius holds. If they are
// fewer than asked for and there are any beyond it, it sets the reach to the
// least whole number of kilometres that holds as many.
func (q *query) widen(page *Page) {
	most, limit := q.policy.Distance.MaxKm, q.request.Limit
	if !q.placed || q.asked == 0 || q.asked >= most || q.wants == index.WantsOnly || q.filter.Never() || q.shelfHolds(limit) {
		return
	}
	n := neighbours{q: q, at: q.at, rank: limit + spareNeighbours, most: most, enough: limit, enoughKm: q.asked, found: q.near[:0]}
	if q.shelf == nil || !n.findOnShelf(q.shelf) {
		n.find()
	}
	q.near = n.found
	if n.suffices() {
		return
	}
	reach := q.asked
	if len(n.found) > 0 && n.kmOf(len(n.found)) > q.asked {
		reach = most
		if len(n.found) >= limit {
			reach = min(math.Ceil(n.kmOf(limit)), most)
		}
		page.Widened = Widened{AskedKm: q.asked, ToKm: reach}
		q.setReach(reach)
	}
	q.around = reach < n.knownKm || reach == most && n.knownKm >= most
}

// shelfHolds says that the nearest on the shelf of the asking cell are as many
// missions within the radius as asked for.
func (q *query) shelfHolds(limit int) bool {
	shelf := q.shelf
	if shelf == nil {
		return false
	}
	off := q.at.DistanceKm(shelf.Center)
	if len(shelf.Near) < limit || float64(shelf.NearKms[limit-1]) > q.asked+off {
		return false // too few, whoever they are for
	}
	n, reach := 0, geo.Chord2(q.asked)
	q.fetchStands(shelf.Near[:limit])
	for i := range shelf.Near {
		if float64(shelf.NearKms[i]) > q.asked+off {
			return false
		}
		e := &shelf.Near[i]
		if q.at.Chord2(e.Vec) > reach || e.Traits&index.Several != 0 || !q.ageFits(e.MinAge, e.MaxAge) || !q.admits(e) {
			continue
		}
		stand := q.snapshot.Stands.At(e.Ordinal)
		if stand.Standing == 0 || stand.Generation != e.Generation {
			continue
		}
		if n++; n >= limit {
			return true
		}
	}
	return false
}

// fetchStands has the processor fetch what shelfHolds asks of missions: their rows are
// far apart in memory.
func (q *query) fetchStands(entries []index.Entry) {
	q.lines = q.lines[:0]
	for i := range entries {
		q.lines = append(q.lines, unsafe.Pointer(q.snapshot.Stands.At(entries[i].Ordinal)))
	}
	prefetch(q.lines)
}
