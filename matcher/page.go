package matcher

import (
	"math"
	"sync"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// Matcher ranks. Safe for concurrent use; it keeps nothing but scratch.
type Matcher struct {
	zones *mission.Zones
	pool  sync.Pool
}

// New makes a Matcher.
func New(zones *mission.Zones) *Matcher {
	return &Matcher{zones: zones, pool: sync.Pool{New: func() any { return new(query) }}}
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
	page.Policy = q.policy.Key()
	q.arrange(page)
	if q.placed && q.asked > 0 {
		q.widen(page)
	}
	page.Considered = q.scored
	q.request, q.filter = nil, nil
	return nil
}

// pageSlack is how many candidates beyond the page are kept for the caps to
// choose among, before a search is done again with twice as many.
const pageSlack = 8

// arrange searches, applies the rules of the page and writes the items.
func (q *query) arrange(page *Page) {
	limit := q.request.Limit
	for k := limit + pageSlack; ; k *= 2 {
		q.scored = 0
		q.search(k, 0)
		more := q.best[0].full() || q.best[1].full()
		if q.choose(limit, more) {
			q.write(page, limit)
			return
		}
	}
}

// choose puts the candidates into the order of the page. It fails if a cap
// could only be kept by a candidate that a collector left out.
func (q *query) choose(limit int, more bool) bool {
	q.order = append(append(q.order[:0], q.best[0].items...), q.best[1].items...)
	order := q.order
	sortBest(order, q.snapshot)
	d := &q.policy.Diversity
	window := min(d.Window, limit, len(order))
	counts := caps{policy: d, remote: q.remoteCap()}
	for place := range window {
		i := place
		for i < len(order) && !counts.allow(&order[i]) {
			i++
		}
		if i == len(order) && more || i < len(order) && q.best.lost(&order[i], q.snapshot) {
			return false
		}
		if i == len(order) {
			i = place // none is left that breaks no cap: caps fall away
		}
		counts.add(&order[i])
		moveTo(order, i, place)
	}
	q.serve(limit)
	return true
}

// moveTo moves the item at i forward to place, keeping the others' order.
func moveTo(items []candidate, i, place int) {
	c := items[i]
	copy(items[place+1:i+1], items[place:i])
	items[place] = c
}

// remoteCap gives how many full remote missions the window takes.
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
	remote int // full remote missions still allowed
	orgs   [mission.RecommendMax]uint32
	groups [mission.RecommendMax]uint32
	n      int
}

func (c *caps) allow(x *candidate) bool {
	return !(x.full && c.remote <= 0) &&
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
	if x.full {
		c.remote--
	}
}

// serve gives the last place of the window to the best mission that nobody
// took for long, if the window has none: within unserved_scale times the
// distance scale, at unserved_min_share of the score it displaces, and
// breaking no cap.
func (q *query) serve(limit int) {
	d, order := &q.policy.Diversity, q.order
	w := d.Window
	if d.Unserved == 0 || d.UnservedDays == 0 || w == 0 || w > limit || len(order) < w {
		return
	}
	counts := caps{policy: d, remote: q.remoteCap()}
	for i := range w {
		if order[i].nobody {
			return
		}
		if i < w-1 {
			counts.add(&order[i])
		}
	}
	u, ok := q.unserved(&counts, order[w-1].score*d.UnservedMinShare)
	if !ok {
		return
	}
	for i := w; i < len(order); i++ {
		if order[i].ordinal == u.ordinal {
			moveTo(order, i, w-1)
			return
		}
	}
	q.order = append(order, u)
	moveTo(q.order, len(order), w-1)
}

// unserved searches for the best mission that nobody took, from a score up.
func (q *query) unserved(counts *caps, least float64) (u candidate, ok bool) {
	kept, scored := q.best, q.scored
	q.best[0].items, q.best[1].items = nil, nil
	q.only = counts
	q.search(1, least)
	for i := range q.best {
		for k := range q.best[i].items {
			if c := &q.best[i].items[k]; !ok || before(c, &u, q.snapshot) {
				u, ok = *c, true
			}
		}
	}
	q.only, q.best, q.scored = nil, kept, scored
	return u, ok
}

// allows says whether c may have the place of a mission that nobody took.
func (c *caps) allows(q *query, x *candidate) bool {
	if !x.nobody || !c.allow(x) {
		return false
	}
	class := q.snapshot.Missions.At(x.ordinal).Urgency
	return x.km < 0 || x.km <= c.policy.UnservedScale*q.scaleKm[class]
}

// write fills the page's items.
func (q *query) write(page *Page, limit int) {
	for i := range q.order[:min(limit, len(q.order))] {
		c := &q.order[i]
		text, l := q.snapshot.Texts.At(c.ordinal), q.snapshot.Live.At(c.ordinal)
		item := Item{Ordinal: mission.Ordinal(c.ordinal), ID: text.ID, Score: c.score, Km: c.km, Free: -1, Mission: text.Summary}
		if l.Known() {
			item.Free = int(l.Free)
		}
		if c.address != index.NoAddress {
			item.Location = *q.snapshot.Shown.At(q.shownAddress(c))
		}
		if q.request.Explain {
			item.Reasons = q.explain(c)
		}
		page.Items = append(page.Items, item)
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

// widen looks again, within the least whole number of kilometres that holds as
// many missions at places as asked for, if the radius holds fewer.
func (q *query) widen(page *Page) {
	most := q.policy.Distance.MaxKm
	if q.asked >= most || q.wants == index.WantsOnly || q.filter.Never() || q.placesWithin(q.asked) >= q.request.Limit {
		return
	}
	n := neighbours{q: q, at: q.at, rank: q.request.Limit, most: most}
	n.find()
	if len(n.found) == 0 || geo.Km(n.found[len(n.found)-1].chord2) <= q.asked {
		return // nothing beyond the radius
	}
	page.Widened = Widened{AskedKm: q.asked, ToKm: min(math.Ceil(n.km()), most)}
	q.setReach(page.Widened.ToKm)
	page.Items = page.Items[:0]
	q.arrange(page)
}

// placesWithin counts the missions at places within km among those found: all
// there are, or more than enough of them.
func (q *query) placesWithin(km float64) (n int) {
	for i := range q.order {
		if c := &q.order[i]; !c.remote && c.km <= km {
			n++
		}
	}
	return n
}
