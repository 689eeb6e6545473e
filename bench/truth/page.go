package truth

import (
	"cmp"
	"math"
	"slices"

	"renfort/mission"
)

// Page is what a request should be answered.
type Page struct {
	Items   []Item
	Widened *Widened // nil: the radius was not widened
	Exact   bool     // every score is known, not only its bounds
}

// Item is one mission of a page.
type Item struct {
	ID          mission.ID
	Score       float64 // the middle of its bounds
	Least, Most float64
	Km          float64 // to the nearest address; -1: no distance plays a part
}

// Recommend gives the page of a request at Rules.At. Equals come by id: which
// of them comes first in a service is a draw.
func (t *Truth) Recommend(q Request) (Page, error) {
	a, err := t.ask(q, t.rules.At.Unix())
	if err != nil {
		return Page{}, err
	}
	page := Page{Widened: a.widen(), Exact: true}
	for _, f := range a.arrange(a.find(), nil) {
		page.Items = append(page.Items, Item{a.rows[f.i].ID, f.key, f.score.least, f.score.most, f.km})
		page.Exact = page.Exact && f.score.exact()
	}
	return page, nil
}

// even is by how little, as a share, two scores of one answer differ that are
// equal.
const even = 1e-9

// arrange puts missions into the order of the page. Where several are equal,
// the one that told has there comes first; told may be nil.
func (a *ask) arrange(all []found, told []mission.ID) []*found {
	p := pager{ask: a, told: told, used: make([]bool, len(all)), rest: make([]*found, len(all))}
	for i := range all {
		p.rest[i] = &all[i]
	}
	slices.SortFunc(p.rest, func(x, y *found) int {
		if x.key != y.key {
			return cmp.Compare(y.key, x.key)
		}
		return cmp.Compare(a.rows[x.i].ID, a.rows[y.i].ID)
	})
	d := &a.rules.Policy.Diversity
	limit := min(a.request.Limit, len(all))
	for len(p.page) < min(d.Window, limit) {
		k := p.next(p.keepsCaps)
		if k < 0 {
			k = p.next(anybody) // none is left that breaks no cap: caps fall away
		}
		p.take(k)
	}
	if d.Unserved > 0 && d.Window > 0 && d.Window <= limit {
		p.serve()
	}
	for len(p.page) < limit {
		p.take(p.next(anybody))
	}
	return p.page[:limit]
}

// pager fills a page.
type pager struct {
	*ask
	told []mission.ID
	page []*found
	rest []*found // best first
	used []bool   // used[k]: rest[k] has a place
	from int      // all before have one
}

func anybody(*found) bool { return true }

// next gives the best mission without a place that may have the next one: of
// equals, the one that was told there. -1 if there is none.
func (p *pager) next(may func(*found) bool) int {
	for p.from < len(p.rest) && p.used[p.from] {
		p.from++
	}
	best := -1
	for k := p.from; k < len(p.rest); k++ {
		f := p.rest[k]
		if best >= 0 && (f.key < p.rest[best].key*(1-even) || len(p.page) >= len(p.told)) {
			break
		}
		if p.used[k] || !may(f) {
			continue
		}
		if len(p.page) < len(p.told) && p.rows[f.i].ID == p.told[len(p.page)] {
			return k
		}
		if best < 0 {
			best = k
		}
	}
	return best
}

func (p *pager) take(k int) {
	p.used[k] = true
	p.page = append(p.page, p.rest[k])
}

// keepsCaps says whether a mission may stand beside those that have a place.
func (p *pager) keepsCaps(f *found) bool { return p.keepsCapsOf(p.page, f) }

func (p *pager) keepsCapsOf(page []*found, f *found) bool {
	d := &p.rules.Policy.Diversity
	r := &p.rows[f.i]
	organization, group, afar := 0, 0, 0
	for _, other := range page {
		o := &p.rows[other.i]
		if id := o.OrganizationID(); id != "" && id == r.OrganizationID() {
			organization++
		}
		if o.Group != "" && o.Group == r.Group {
			group++
		}
		if other.afar {
			afar++
		}
	}
	asked := p.wants == mission.RemoteOnly || len(p.filter.Remote) > 0 || d.RemoteShare >= 1
	return (d.PerOrganization == 0 || organization < d.PerOrganization) && (d.PerGroup == 0 || group < d.PerGroup) &&
		(!f.afar || asked || float64(afar) < math.Floor(d.RemoteShare*float64(d.Window)))
}

// serve gives the window's last place to the best mission that nobody took for
// long, if the window has none: near enough, good enough, and breaking no cap.
// Whom it displaces comes next. Of missions that perhaps nobody took, those
// stand out that explain what was told.
func (p *pager) serve() {
	d := &p.rules.Policy.Diversity
	last := len(p.page) - 1
	displaced := p.page[last]
	if !p.mayServe(last) {
		return
	}
	best := -1
	for k, f := range p.rest {
		if p.used[k] || f.key < d.UnservedMinShare*displaced.key*(1-tolerance) || best >= 0 && f.key < p.rest[best].key*(1-even) {
			continue
		}
		told := last < len(p.told) && p.told[last] == p.rows[f.i].ID
		if u := p.stands[f.i].unserved; u == no || u == perhaps && !told || f.km >= 0 && f.km > d.UnservedScale*p.scaleOf(f.i) {
			continue
		}
		if (best < 0 || told) && p.keepsCapsOf(p.page[:last], f) {
			best = k
		}
	}
	if best < 0 {
		return
	}
	p.used[best] = true
	p.page = append(p.page[:last], p.rest[best], p.equalOf(displaced, p.page[:last]))
}

// mayServe says whether the window's last place is still to be given to a
// mission that nobody took: the window has none. If such a one was told there and
// may have displaced its equal, that one is put next.
func (p *pager) mayServe(last int) bool {
	f := p.page[last]
	stayed := last < len(p.told) && p.told[last] == p.rows[f.i].ID
	verdict := no // whether the others have one
	for _, other := range p.page[:last] {
		verdict = max(verdict, p.stands[other.i].unserved)
	}
	switch u := p.stands[f.i].unserved; {
	case verdict == yes || u == yes && !stayed:
		return false
	case stayed && u != no: // or it displaced its equal
		if other := p.equalOf(f, p.page[:last]); other != f {
			p.used[slices.Index(p.rest, f)] = true
			p.page = append(p.page, other)
		}
		return false
	}
	return !stayed || verdict == no
}

// equalOf gives, of the missions that might have had a displaced one's place
// just as well, the one that was told in the next.
func (p *pager) equalOf(displaced *found, page []*found) *found {
	next := len(page) + 1
	if next >= len(p.told) || p.rows[displaced.i].ID == p.told[next] {
		return displaced
	}
	for k, f := range p.rest {
		if !p.used[k] && p.rows[f.i].ID == p.told[next] && f.key >= displaced.key*(1-even) && p.keepsCapsOf(page, f) {
			p.used[slices.Index(p.rest, displaced)], p.used[k] = false, true
			p.from = 0
			return f
		}
	}
	return displaced
}
