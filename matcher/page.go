package matcher

import (
	"math"
	"sync"
	"unsafe"

	"renfort/index"
	"renfort/mission"
)

// Matcher ranks. Safe for concurrent use; it keeps nothing but scratch.
type Matcher struct {
	zones    *mission.Zones
	pool     sync.Pool
	searches sync.Pool
	reverses sync.Pool
}

// New makes a Matcher.
func New(zones *mission.Zones) *Matcher {
	steps := newDecay()
	return &Matcher{zones: zones, pool: sync.Pool{New: func() any { return &query{decay: steps} }}}
}

// Recommend fills the page with the best missions of s for the request. It
// answers NotFound for a volunteer that s does not have. Nothing found is an
// empty page.
func (m *Matcher) Recommend(s *index.Snapshot, r *Request, page *Page) error {
	q := m.pool.Get().(*query)
	defer m.pool.Put(q)
	*page = Page{Items: page.Items[:0], Policy: "", Seq: s.Seq, At: s.At}
	if err := q.compile(s, r, m.zones); err != nil {
		return err
	}
	page.Policy = s.PolicyKey
	if !q.inForce {
		page.Policy = q.policy.Key()
	}
	q.widen(page)
	q.arrange(page)
	page.Considered = q.scored
	q.request, q.filter, q.snapshot = nil, nil, nil
	return nil
}

// arrange searches, applies the rules of the page and writes the items.
func (q *query) arrange(page *Page) {
	limit, d := q.request.Limit, &q.policy.Diversity
	k, full := limit+1, limit+1 // one more than can be shown: what is not full left nothing out
	if most := q.remoteCap(); most < limit {
		full = min(full, most+max(limit-d.Window, 0)+3) // more has no room on most pages
	}
	for ; ; k, full = q.best[0].next(), q.best[1].next() {
		q.scored = 0
		q.search(k, full, 0)
		if q.choose(limit) {
			q.serve(limit)
			q.write(page, limit)
			return
		}
	}
}

// choose puts the candidates into the order of the page. It fails if one that
// a collector left out might have had a place.
func (q *query) choose(limit int) bool {
	q.rank()
	q.fetchShown(limit)
	window := min(q.policy.Diversity.Window, limit, len(q.order))
	counts := q.emptyCaps()
	for place := range window {
		i, remote := place, counts.remote > 0
		for i < len(q.order) && !counts.allow(q.ranked(i)) {
			i++
		}
		if i == len(q.order) {
			if q.best[0].full() || remote && q.best[1].full() {
				return false
			}
			i, remote = place, true // none is left that breaks no cap: caps fall away
		}
		if !q.surely(q.ranked(i), remote) {
			return false
		}
		counts.add(q.ranked(i))
		moveTo(q.order, i, place)
	}
	for i := window; i < min(limit, len(q.order)); i++ {
		if !q.surely(q.ranked(i), true) {
			return false
		}
	}
	return len(q.order) >= limit || !q.best[0].full() && !q.best[1].full()
}

// surely says that nothing a collector left out comes before c: what it left
// out comes after the worst it kept.
func (q *query) surely(c *candidate, remote bool) bool {
	if b := &q.best[0]; b.full() && before(b.worst(), c, q.snapshot) {
		return false
	}
	if b := &q.best[1]; remote && b.full() && before(b.worst(), c, q.snapshot) {
		return false
	}
	return !remote || c.score >= q.best[0].floor // those done from afar below it were not looked for
}

// rank puts what both collectors kept into one order, best first.
func (q *query) rank() {
	q.order = q.order[:0]
	here, afar := &q.best[0], &q.best[1]
	for i, k := 0, 0; i < len(here.order) || k < len(afar.order); {
		if k == len(afar.order) || i < len(here.order) && before(here.ranked(i), afar.ranked(k), q.snapshot) {
			q.order = append(q.order, here.ranked(i))
			i++
		} else {
			q.order = append(q.order, afar.ranked(k))
			k++
		}
	}
}

// fetchShown has the processor fetch what write will read of those who are likely to
// be shown, while they are put into their places: it is far apart in memory.
func (q *query) fetchShown(limit int) {
	q.lines = q.lines[:0]
	for _, c := range q.order[:min(limit, len(q.order))] {
		q.lines = append(q.lines, unsafe.Pointer(q.snapshot.Texts.At(c.ordinal)), unsafe.Pointer(q.snapshot.Live.At(c.ordinal)))
	}
	prefetch(q.lines)
}

// ranked gives the i-th in order.
func (q *query) ranked(i int) *candidate { return q.order[i] }

// moveTo moves the item at i forward to place, keeping the others' order.
func moveTo(order []*candidate, i, place int) {
	c := order[i]
	copy(order[place+1:i+1], order[place:i])
	order[place] = c
}

// remoteCap gives how many missions done from afar the window takes.
func (q *query) remoteCap() int {
	d := &q.policy.Diversity
	asked := q.wants == index.WantsOnly || q.request.Filter != nil && len(q.request.Filter.Remote) > 0
	if asked || d.RemoteShare >= 1 {
		return math.MaxInt
	}
	return int(d.RemoteShare * float64(d.Window))
}

// caps counts what the window has.
type caps struct {
	policy *mission.DiversityPolicy
	remote int // missions done from afar still allowed
	orgs   [mission.RecommendMax]uint32
	groups [mission.RecommendMax]uint32
	n      int
}

// emptyCaps gives the query's caps with nothing counted.
func (q *query) emptyCaps() *caps {
	q.caps.policy, q.caps.remote, q.caps.n = &q.policy.Diversity, q.remoteCap(), 0
	return &q.caps
}

func (c *caps) allow(x *candidate) bool {
	return !(x.remote && c.remote <= 0) &&
		!over(c.orgs[:c.n], x.org, c.policy.PerOrganization) && !over(c.groups[:c.n], x.group, c.policy.PerGroup)
}

// over says whether one more of id would break a cap; 0 is no id and no cap.
func over(taken []uint32, id uint32, most int) bool {
	if id == 0 || most == 0 {
		return false
	}
	n := 0
	for _, t := range taken {
		if t == id {
			n++
		}
	}
	return n >= most
}

func (c *caps) add(x *candidate) {
	c.orgs[c.n], c.groups[c.n] = x.org, x.group
	c.n++
	if x.remote {
		c.remote--
	}
}

// serve gives the last place of the window to the best mission that nobody
// took for long, if the window has none: within unserved_scale times the
// distance scale, at unserved_min_share of the score it displaces, and
// breaking no cap.
func (q *query) serve(limit int) {
	d := &q.policy.Diversity
	w := d.Window
	if d.Unserved == 0 || d.UnservedDays == 0 || w == 0 || w > limit || len(q.order) < w {
		return
	}
	counts := q.emptyCaps()
	for i := range w {
		c := q.ranked(i)
		if c.nobody {
			return
		}
		if i < w-1 {
			counts.add(c)
		}
	}
	least := q.ranked(w-1).score * d.UnservedMinShare
	for i := w; i < len(q.order); i++ { // most often it was found already
		if c := q.ranked(i); counts.allows(q, c) && q.surely(c, counts.remote > 0) {
			if c.score >= least {
				moveTo(q.order, i, w-1)
			}
			return
		}
	}
	u, ok := q.unserved(counts, least)
	if !ok {
		return
	}
	for i := w; i < len(q.order); i++ {
		if q.ranked(i).ordinal == u.ordinal {
			moveTo(q.order, i, w-1)
			return
		}
	}
	q.served = u
	q.order = append(q.order, &q.served)
	moveTo(q.order, len(q.order)-1, w-1)
}

// unserved searches for the best mission that nobody took, from a score up.
func (q *query) unserved(counts *caps, least float64) (u candidate, ok bool) {
	scored := q.scored
	q.best, q.spare = q.spare, q.best
	q.only = counts
	q.search(1, 1, least)
	for i := range q.best {
		for k := range q.best[i].items {
			if c := &q.best[i].items[k]; !ok || before(c, &u, q.snapshot) {
				u, ok = *c, true
			}
		}
	}
	q.best, q.spare = q.spare, q.best
	q.only, q.scored = nil, scored
	return u, ok
}

// allows says whether x may have the place of a mission that nobody took.
func (c *caps) allows(q *query, x *candidate) bool {
	return x.nobody && c.allow(x) && (x.km < 0 || x.km <= q.policy.Diversity.UnservedScale*q.scaleOf(q.snapshot.Missions.At(x.ordinal)))
}

// servesKm gives how far missions of a class that nobody took may be to have
// their place: of crises, at most.
func (q *query) servesKm(class uint8) float64 {
	return q.policy.Diversity.UnservedScale * q.scaleKm[class]
}

// fetchPlaces has the processor fetch the addresses that write shows of missions with
// several.
func (q *query) fetchPlaces(limit int) {
	q.lines = q.lines[:0]
	for _, c := range q.order[:min(limit, len(q.order))] {
		if c.address != index.NoAddress && q.snapshot.Texts.At(c.ordinal).Shown == nil {
			q.lines = append(q.lines, unsafe.Pointer(q.snapshot.Shown.At(c.address)))
		}
	}
	prefetch(q.lines)
}

// write fills the page's items.
func (q *query) write(page *Page, limit int) {
	s := q.snapshot
	q.fetchPlaces(limit)
	for _, c := range q.order[:min(limit, len(q.order))] {
		text, l := s.Texts.At(c.ordinal), s.Live.At(c.ordinal)
		page.Items = append(page.Items, Item{})
		item := &page.Items[len(page.Items)-1]
		item.Ordinal, item.ID, item.Score, item.Km, item.Free, item.Mission = mission.Ordinal(c.ordinal), text.ID, c.score, c.km, -1, text.Summary
		if l.Known() {
			item.Free = int(l.Free)
		}
		switch {
		case c.address == index.NoAddress:
		case text.Shown != nil:
			item.Location = text.Shown
		default:
			item.Location = *s.Shown.At(q.shownAddress(c))
		}
		if q.request.Explain {
			item.Reasons = q.explain(c)
		}
	}
}

// shownAddress gives the address that an item shows: the nearest, or the first
// that meets the filter where nobody knows what is near.
func (q *query) shownAddress(c *candidate) uint32 {
	a := c.address
	if q.placed {
		return a
	}
	m := q.snapshot.Missions.At(c.ordinal)
	for a = m.Addresses.First; q.choosy && !q.filter.Address(q.snapshot.Addresses.At(a)); a++ {
	}
	return a
}
