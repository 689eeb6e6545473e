package matcher

import (
	"cmp"
	"slices"
	"time"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

func yearOf(at int64) int { return time.Unix(at, 0).UTC().Year() }

// search fills the list with the k best.
func (q *reverse) search(k int) {
	q.list.begin(k, q.snapshot)
	q.heap, q.scored = q.heap[:0], 0
	if q.sieve.never || q.request.Publishers != nil && len(q.publishers) == 0 {
		return
	}
	for _, o := range q.snapshot.Moved {
		if o < q.snapshot.VolunteerRows && q.snapshot.Volunteers.At(o).Exists {
			row := []index.Resident{q.snapshot.Resident(o)}
			q.visitAt(isMoved, row, q.snapshot.Volunteers.At(o).Cell)
		}
	}
	for i, c := range q.snapshot.Census {
		switch {
		case c == nil:
		case !q.placed:
			q.visit(i, c.Rows, nil)
		default:
			if q.afar {
				q.visit(i, c.Nowhere(), nil)
			}
			if len(c.Quarters) > 0 {
				q.push(i, 0)
			}
		}
	}
	q.descend()
}

// isMoved stands for the census of rows that are in none.
const isMoved = -1

// visitAt looks at the residents of one cell.
func (q *reverse) visitAt(census int, rows []index.Resident, cell geo.Cell) {
	if !q.placed || cell == 0 {
		q.visit(census, rows, nil)
		return
	}
	w := q.from(cell.CenterVec())
	q.visit(census, rows, &w)
}

// descend looks at quarters best first, until none can beat the floor.
func (q *reverse) descend() {
	for len(q.heap) > 0 {
		top := q.heap.pop()
		if top.bound < q.list.floor {
			return
		}
		c := q.snapshot.Census[top.tree]
		n := &c.Quarters[top.node]
		for i := n.First; i < n.First+uint32(n.Len); i++ {
			if !n.Leaf {
				q.push(int(top.tree), i)
				continue
			}
			h := &c.Homes[i]
			if w := q.from(h.Vec); q.afar || w.km <= q.most {
				q.visit(int(top.tree), c.Rows[h.First:h.First+h.Len], &w)
			}
		}
	}
}

// push adds a quarter to the heap if somebody in it can beat the floor.
func (q *reverse) push(census int, node uint32) {
	n := &q.snapshot.Census[census].Quarters[node]
	distance := q.distanceBound(n)
	if bound := distance * q.standingBound(n) * boundSlack; bound >= q.list.floor && bound > 0 {
		q.heap.push(cell{bound: bound, distance: distance, node: node, tree: uint32(census)})
	}
}

// distanceBound bounds the distance factor in a quarter from above; it is 0 if
// all of it is out of reach.
func (q *reverse) distanceBound(n *index.Quarter) (most float64) {
	if q.afar {
		most = q.remoteD
	}
	for i := range q.sites {
		s := &q.sites[i]
		km := n.MinKm(s.vec)
		if km > q.most || n.ReachKm != 0 && km > float64(n.ReachKm) && km > s.passKm {
			continue
		}
		most = max(most, q.decay.bound((km-q.policy.Distance.FreeKm)*s.reciprok*(1-1e-9)))
	}
	return most
}

// standingBound gives the most that anybody in a quarter brings beside
// distance.
func (q *reverse) standingBound(n *index.Quarter) float64 {
	held := 0
	if n.Skills&q.skillBits != 0 {
		held = len(q.asked)
	}
	affinity := q.affinity[byOther][held]
	switch {
	case n.Open:
		affinity = 1
	case n.Activities&q.folded != 0:
		affinity = q.affinity[byActivity][held]
	case n.Domains&q.domains != 0:
		affinity = q.affinity[byDomain][held]
	case n.Domains&q.adjacent != 0:
		affinity = q.affinity[byAdjacent][held]
	}
	if q.days != 0 && n.Days&q.days == 0 {
		affinity *= q.noneFits
	}
	return affinity * q.acceptUp[n.Channels] * q.fatigue[n.Asks]
}

// visit looks at residents of one home, or at those of whom no distance plays
// a part where w is nil. Cheap before dear: what the row itself tells comes
// before what is far away in memory.
func (q *reverse) visit(census int, rows []index.Resident, w *reached) {
	x := &q.sieve
	for i := range rows {
		r := &rows[i]
		if !q.born[r.Born] || !x.agreed(r.Consent()) || r.Skills&q.required != q.required || x.narrow && !x.passes(r) {
			continue
		}
		factor, remote, ok := q.wayFor(r, w)
		if !ok {
			continue
		}
		kind, held := q.kindUp(r)
		most := q.product(r, kind, held, factor)
		q.scored++
		if most < q.list.floor {
			continue
		}
		if census == isMoved || q.snapshot.Lives(r) {
			q.consider(r, w, remote, factor)
		} else {
			q.scored--
		}
	}
}

// wayFor gives the factor by which somebody would come: to the nearest address,
// or from home where that is better. ok is false if they would not.
func (q *reverse) wayFor(r *index.Resident, w *reached) (factor float64, remote, ok bool) {
	wish := r.Wish()
	if w != nil && wish != index.WantsOnly && w.km <= q.most &&
		(r.ReachKm == 0 || w.km <= float64(r.ReachKm) || w.km <= q.sites[w.site].passKm) {
		factor, ok = w.factor, true
	}
	if !q.afar || wish == index.WantsNone {
		return factor, false, ok
	}
	if !q.placed {
		return 1, true, true
	}
	if !ok || q.remoteD > factor {
		return q.remoteD, true, true
	}
	return factor, false, ok
}

// kindUp gives the row of affinity that a resident has at most, and how many
// of the skills asked. Both are exact but for what the row folds.
func (q *reverse) kindUp(r *index.Resident) (kind, held int) {
	if r.Skills&q.skillBits != 0 {
		held = len(q.asked)
	}
	switch {
	case !r.Prefers():
		return noWish, 0
	case r.Activities&q.folded != 0:
		return byActivity, held
	case r.Domains&q.domains != 0:
		return byDomain, held
	case r.Domains&q.adjacent != 0:
		return byAdjacent, held
	}
	return byOther, held
}

// noWish stands for the row of affinity of who chose nothing.
const noWish = -1

// product is the one place where factors become a score.
func (q *reverse) product(r *index.Resident, kind, held int, factor float64) float64 {
	p := factor
	if kind != noWish {
		p *= q.affinity[kind][held]
	}
	if !q.fits(r) {
		p *= q.noneFits
	}
	return cut(p * q.accept[r.Channel()] * q.fatigue[r.Asks()])
}

// fits says whether somebody can come when they are needed.
func (q *reverse) fits(r *index.Resident) bool {
	return q.days == 0 || r.Days == 0 || q.days&r.Days != 0
}

// consider scores somebody whose row may beat the floor by all that is known
// of them.
func (q *reverse) consider(r *index.Resident, w *reached, remote bool, factor float64) {
	if q.request.Publishers != nil && !slices.Contains(q.publishers, r.Publisher) {
		q.scored--
		return
	}
	v := q.snapshot.Volunteers.At(r.Ordinal)
	if !q.settles(v, r) {
		q.scored--
		return
	}
	if w != nil && !remote && v.RadiusKm > 0 && w.km > max(v.RadiusKm, q.sites[w.site].passKm) {
		if !q.afar || r.Wish() == index.WantsNone { // the row's reach is rounded up
			q.scored--
			return
		}
		factor, remote = q.remoteD, true
	}
	kind, held := q.kindOf(v, r)
	score := q.product(r, kind, held, factor)
	if score < q.list.floor {
		return
	}
	c := volunteer{score: score, order: uint64(r.LastAsked)<<32 | mix(uint64(r.Tie)<<32^q.tie)>>32, ordinal: r.Ordinal, remote: remote}
	if q.request.Exclude != nil && q.request.Exclude(r.Ordinal) {
		return
	}
	q.list.offer(c)
}

// settles says whether somebody is eligible whose row may be.
func (q *reverse) settles(v *index.Volunteer, r *index.Resident) bool {
	s := q.snapshot
	if q.required != 0 && !holdsAll(s.SkillsOf(v), q.asked[:q.mission.Required]) || q.sieve.narrow && !q.sieve.settles(s, v) {
		return false
	}
	return !q.request.Askable || q.askable(r)
}

// askable says whether a wave may ask somebody now.
func (q *reverse) askable(r *index.Resident) bool {
	if r.Stopped() || chargedOf(q.snapshot, r) >= q.budget || r.Channel() == 0 {
		return false
	}
	return r.LastAsked == 0 || int64(q.snapshot.AskedOf(r.Ordinal).Silent) <= q.restSince
}

// chargedOf gives what somebody's budget has been charged with, where the row
// does not say all from the row of Asked.
func chargedOf(s *index.Snapshot, r *index.Resident) uint8 {
	if n := r.Charged(); n < index.ChargedMost {
		return n
	}
	return s.AskedOf(r.Ordinal).Charged
}

// kindOf is kindUp by the whole record.
func (q *reverse) kindOf(v *index.Volunteer, r *index.Resident) (kind, held int) {
	kind, held = q.kindUp(r)
	if kind == noWish {
		return kind, 0
	}
	if held > 0 {
		skills := q.snapshot.SkillsOf(v)
		held = 0
		for _, n := range q.asked {
			if slices.Contains(skills, n) {
				held++
			}
		}
	}
	if kind == byActivity && !q.exact && !v.Activities.Meets(&q.mission.Activities) {
		switch {
		case r.Domains&q.domains != 0:
			kind = byDomain
		case r.Domains&q.adjacent != 0:
			kind = byAdjacent
		default:
			kind = byOther
		}
	}
	return kind, held
}

// volunteer is a candidate that was scored.
type volunteer struct {
	score   float64
	order   uint64 // when they were last asked, then the draw of the tie
	ordinal uint32
	remote  bool
}

// shortlist keeps the k best of those offered. It takes up to twice as many
// and then parts the better half from the rest: that costs a constant for each,
// where a heap of thousands costs its depth.
type shortlist struct {
	snapshot *index.Snapshot
	k        int
	items    []volunteer
	floor    float64 // a score below it cannot get in
	last     volunteer
	full     bool // somebody may have been left out
}

func (l *shortlist) begin(k int, s *index.Snapshot) {
	l.snapshot, l.k, l.items, l.floor, l.full = s, k, l.items[:0], 0, false
}

// compare is the order of answers: by score, then who was least recently
// asked, then by the draw of the tie, then by id.
func (l *shortlist) compare(a, b *volunteer) int {
	switch {
	case a.score != b.score:
		return cmp.Compare(b.score, a.score)
	case a.order != b.order:
		return cmp.Compare(a.order, b.order)
	}
	return cmp.Compare(l.snapshot.VolunteerID(a.ordinal), l.snapshot.VolunteerID(b.ordinal))
}

func (l *shortlist) offer(c volunteer) {
	if l.full && l.compare(&c, &l.last) > 0 {
		return
	}
	if l.items = append(l.items, c); len(l.items) >= 2*l.k {
		l.halve()
	}
}

// halve keeps the k best, in no order, and raises the floor.
func (l *shortlist) halve() {
	if len(l.items) < l.k {
		return
	}
	lo, hi := 0, len(l.items)-1
	for lo < hi { // the k-th best is between lo and hi
		pivot := l.items[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for l.compare(&l.items[i], &pivot) < 0 {
				i++
			}
			for l.compare(&pivot, &l.items[j]) < 0 {
				j--
			}
			if i <= j {
				l.items[i], l.items[j] = l.items[j], l.items[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case l.k-1 <= j:
			hi = j
		case l.k-1 >= i:
			lo = i
		default:
			lo = hi
		}
	}
	l.full = true
	l.last, l.items = l.items[l.k-1], l.items[:l.k]
	l.floor = l.last.score
}

// best gives what was kept, best first.
func (l *shortlist) best() []volunteer {
	if len(l.items) > l.k {
		l.halve()
	}
	slices.SortFunc(l.items, func(a, b volunteer) int { return l.compare(&a, &b) })
	return l.items
}

// write fills in the best who are not in the mission yet. It says whether there
// are as many as were asked for.
func (q *reverse) write(out *Candidates) bool {
	out.Items = out.Items[:0]
	for _, v := range q.list.best() {
		id := q.snapshot.VolunteerID(v.ordinal)
		if id == "" || q.snapshot.Barred(v.ordinal, id, q.ordinal) {
			continue // erased since, or in the mission
		}
		out.Items = append(out.Items, q.candidate(&v, id))
		if len(out.Items) == q.request.Limit {
			return true
		}
	}
	return false
}

// candidate tells of one volunteer.
func (q *reverse) candidate(v *volunteer, id mission.ID) Candidate {
	row := q.snapshot.Volunteers.At(v.ordinal)
	c := Candidate{Ordinal: mission.Ordinal(v.ordinal), ID: id, Score: v.score, Km: -1, Accept: q.accept[row.Channel], Channel: index.ChannelName(row.Channel)}
	if q.placed && row.Cell != 0 && !v.remote {
		c.Km = WholeKm(q.from(row.Cell.CenterVec()).km)
	}
	if q.request.Explain {
		c.Reasons = q.explain(v, row, c.Km)
	}
	return c
}
