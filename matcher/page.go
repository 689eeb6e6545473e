package matcher

import (
	"math"
	"sync"

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
	if q.placed && q.asked > 0 {
		page.Widened = q.widen()
	}
	q.arrange(page)
	page.Considered = q.scored
	q.request, q.filter = nil, nil
	return nil
}

// pageSlack is how many candidates beyond the page are kept for the caps to
// choose among, before a search is done again with twice as many.
const pageSlack = 12

// arrange searches, applies the rules of the page and writes the items.
func (q *query) arrange(page *Page) {
	limit := q.request.Limit
	for k := limit + pageSlack; ; k *= 2 {
		q.search(k, 0)
		found := q.best.sorted(q.snapshot)
		order, ok := q.choose(found, limit, q.best.full())
		if ok {
			q.write(page, order, limit)
			return
		}
	}
}

// choose puts candidates, best first, into the order of the page. It fails if
// a cap could only be kept by a candidate that the collector left out.
func (q *query) choose(found []candidate, limit int, more bool) (order []candidate, ok bool) {
	d := &q.policy.Diversity
	window := min(d.Window, limit, len(found))
	counts := caps{policy: d, remote: q.remoteCap()}
	for place := 0; place < window; place++ {
		i := place
		for i < len(found) && !counts.allow(&found[i]) {
			i++
		}
		if i == len(found) {
			if more {
				return nil, false
			}
			i = place // none is left that breaks no cap: caps fall away
		}
		counts.add(&found[i])
		moveTo(found, i, place)
	}
	return q.serve(found, limit), true
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
func (q *query) serve(found []candidate, limit int) []candidate {
	d := &q.policy.Diversity
	w := d.Window
	if d.Unserved == 0 || d.UnservedDays == 0 || w == 0 || w > limit || len(found) < w {
		return found
	}
	counts := caps{policy: d, remote: q.remoteCap()}
	for i := range w {
		if found[i].nobody {
			return found
		}
		if i < w-1 {
			counts.add(&found[i])
		}
	}
	u, ok := q.unserved(&counts, found[w-1].score*d.UnservedMinShare)
	if !ok {
		return found
	}
	for i := w; i < len(found); i++ {
		if found[i].ordinal == u.ordinal {
			moveTo(found, i, w-1)
			return found
		}
	}
	found = append(found, u)
	moveTo(found, len(found)-1, w-1)
	return found
}

// unserved searches for the best mission that nobody took, from a score up.
func (q *query) unserved(counts *caps, least float64) (best candidate, ok bool) {
	kept := q.best.items
	scored := q.scored
	q.best.items = nil
	q.only = func(q *query, c *candidate) bool {
		class := q.snapshot.Missions.At(c.ordinal).Urgency
		return c.nobody && counts.allow(c) && (c.km < 0 || c.km <= q.policy.Diversity.UnservedScale*q.scaleKm[class])
	}
	q.search(1, least)
	if len(q.best.items) > 0 {
		best, ok = q.best.items[0], true
	}
	q.only, q.best.items, q.scored = nil, kept, scored
	return best, ok
}

// write fills the page's items.
func (q *query) write(page *Page, order []candidate, limit int) {
	for i := range order[:min(limit, len(order))] {
		c := &order[i]
		text, l := q.snapshot.Texts.At(c.ordinal), q.snapshot.Live.At(c.ordinal)
		item := Item{Ordinal: mission.Ordinal(c.ordinal), ID: text.ID, Score: c.score, Km: c.km, Free: -1, Mission: text.Summary}
		if l.Known() {
			item.Free = int(l.Free)
		}
		if c.address != index.NoAddress {
			item.Location = *q.snapshot.Shown.At(c.address)
		}
		if q.request.Explain {
			item.Reasons = q.explain(c)
		}
		page.Items = append(page.Items, item)
	}
}

// widen sets the reach to the least whole number of kilometres within which
// there are as many missions at places as asked for, if the radius has fewer.
func (q *query) widen() Widened {
	most := q.policy.Distance.MaxKm
	if q.asked >= most || q.wants == index.WantsOnly || q.filter.Never() {
		return Widened{}
	}
	q.begin()
	n := neighbours{q: q, at: q.at, rank: q.request.Limit, most: most}
	n.only = func(o uint32, m *index.Mission) bool { return q.admits(o, m) }
	n.find()
	enough := n.km()
	if enough <= q.asked || len(n.chords) == 0 {
		return Widened{}
	}
	to := min(math.Ceil(enough), most)
	q.setReach(to)
	return Widened{AskedKm: q.asked, ToKm: to}
}
