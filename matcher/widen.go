package matcher

import (
	"math"

	"renfort/geo"
	"renfort/index"
)

// widen sets the reach to the least whole number of kilometres that holds as
// many missions at places as asked for, if the radius holds fewer and there
// are any beyond it.
func (q *query) widen(page *Page) bool {
	most := q.policy.Distance.MaxKm
	if q.asked >= most || q.wants == index.WantsOnly || q.filter.Never() {
		return false
	}
	n := neighbours{q: q, at: q.at, rank: q.request.Limit, most: most, found: q.near[:0]}
	n.find()
	q.near = n.found
	if len(n.found) == 0 || geo.Km(n.found[len(n.found)-1].chord2) <= q.asked {
		return false // nothing beyond the radius
	}
	if n.km() <= q.asked {
		return false
	}
	page.Widened = Widened{AskedKm: q.asked, ToKm: min(math.Ceil(n.km()), most)}
	q.setReach(page.Widened.ToKm)
	return true
}

// scarce guesses that the radius holds fewer missions than asked for, where at
// the last Tick even the scale_rank-th nearest was farther. A right guess saves
// a search within the radius.
func (q *query) scarce() bool {
	if !q.placed || q.asked == 0 || q.request.Limit < q.policy.Distance.ScaleRank {
		return false
	}
	return q.nearestKm-q.at.DistanceKm(index.ScaleCell(q.at).CenterVec()) > q.asked
}

// enough says that the radius holds as many missions at places as asked for,
// as far as that can be told without a search.
func (q *query) enough() bool {
	limit, n := q.request.Limit, 0
	for i := range q.found {
		if c := &q.found[i]; !c.remote && c.km <= q.asked {
			n++
		}
	}
	if n >= limit || q.shelf == nil {
		return n >= limit
	}
	n = 0
	reach := geo.Chord2(q.asked)
	for i := range q.shelf.Rows {
		e := &q.shelf.Rows[i].Entry
		if q.at.Chord2(e.Vec) > reach || e.Traits&index.Several != 0 || !q.ageFits(e.MinAge, e.MaxAge) || !q.admits(e) {
			continue
		}
		if l := q.snapshot.Stands.At(e.Ordinal); l.Standing == 0 || l.Generation != q.shelf.Rows[i].Generation {
			continue
		}
		if n++; n >= limit {
			return true
		}
	}
	return false
}
