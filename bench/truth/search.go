package truth

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"renfort/geo"
	"renfort/mission"
)

// Search is GET /v1/search without words, as far as truth is told: by the same
// filters as a Request, of missions that are to be had.
type Search struct {
	Filter mission.Filter
	Sort   string   // "" is relevance
	Facets []string // domain, activity, department, urgency, remote
	Limit  int      // 0: 20

	// At is the log time of the answer, which does not tell it; zero: Rules.At.
	// What is scored moves by the minute: ask between two recommendations, whose
	// answers say `at`, of one minute.
	At time.Time
}

// searchDefault is how many hits a page has.
const searchDefault = 20

// Found is what a search should be answered.
type Found struct {
	Hits   []Hit
	Total  int
	Facets map[string]map[string]int // by name and value
}

// Hit is one mission that is found.
type Hit struct {
	ID mission.ID
	Km float64 // to the nearest address that meets the filter; -1: none

	score       bounds
	key         bounds   // what it is ordered by, the greatest first
	departments []string // of the addresses that meet the filter
}

// ReadSearch reads the query of GET /v1/search, what comes behind the ?. Words,
// cursors and filters that are not judged here are an error.
func ReadSearch(query string) (q Search, err error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return q, fmt.Errorf("truth: search: %w", err)
	}
	var at mission.Place
	fields := filterFields(&q.Filter, &at)
	fields["sort"], fields["limit"], fields["facets"] = &q.Sort, &q.Limit, &q.Facets
	for name := range values {
		value := values.Get(name)
		switch into := fields[name].(type) {
		case *string:
			*into = value
		case *[]string:
			*into = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
		case *int:
			*into, err = strconv.Atoi(value)
		case *float64:
			*into, err = strconv.ParseFloat(value, 64)
		case **float64:
			*into = new(float64)
			**into, err = strconv.ParseFloat(value, 64)
		default:
			err = fmt.Errorf("is not judged here")
		}
		if err != nil {
			return q, fmt.Errorf("truth: search: %q: %w", name, err)
		}
	}
	return q, placeFilter(&q.Filter, &at)
}

// seek is a search at a moment, made ready.
type seek struct {
	*moment
	search Search
	filter sieve
	from   geo.Vec
	nearKm float64
}

// Search gives what a search should be answered: its hits in order, equals by
// id.
func (t *Truth) Search(q Search) (Found, error) {
	x, err := t.seek(q)
	if err != nil {
		return Found{}, err
	}
	all := x.hits()
	f := Found{Total: len(all), Facets: map[string]map[string]int{}}
	for _, name := range q.Facets {
		f.Facets[name] = x.facet(name)
	}
	slices.SortFunc(all, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.key.least+b.key.most, a.key.least+a.key.most), cmp.Compare(a.ID, b.ID))
	})
	f.Hits = all[:min(len(all), x.search.Limit)]
	return f, nil
}

func (t *Truth) seek(q Search) (*seek, error) {
	filter, err := t.sieve(&q.Filter)
	if err != nil {
		return nil, err
	}
	q.Limit, q.Sort = cmp.Or(q.Limit, searchDefault), cmp.Or(q.Sort, "relevance")
	if q.At.IsZero() {
		q.At = t.rules.At
	}
	known := []string{"domain", "activity", "department", "urgency", "remote"}
	if i := slices.IndexFunc(q.Facets, func(name string) bool { return !slices.Contains(known, name) }); i >= 0 {
		return nil, fmt.Errorf("truth: search: the facet %q is not judged here", q.Facets[i])
	}
	if !slices.Contains([]string{"relevance", "distance", "urgency", "newest", "starts_at", "seats"}, q.Sort) {
		return nil, fmt.Errorf("truth: search: there is no order %q", q.Sort)
	}
	x := &seek{moment: t.momentAt(q.At.Unix()), search: q, filter: filter}
	if p := filter.Point; p != nil {
		x.from, x.nearKm = p.Vec(), x.scaleAt(geo.CellAt(*p, mission.ScaleLevel))
	}
	return x, nil
}

// places looks at a mission's addresses, one field's part of the filter left
// out: how far the nearest is that meets it, infinite without a point, and the
// departments of all that do.
func (x *seek) places(r *row, but string) (nearestKm float64, some bool, departments []string) {
	nearestKm = math.Inf(1)
	if !r.Placed() {
		return nearestKm, false, nil
	}
	for k := range r.sites {
		s := &r.sites[k]
		if but != "department" && len(x.filter.Departments) > 0 && !slices.Contains(x.filter.Departments, s.Department) {
			continue
		}
		if x.filter.Point != nil {
			far := km(x.from, s.at)
			if x.filter.RadiusKm > 0 && far > x.filter.RadiusKm {
				continue
			}
			nearestKm = min(nearestKm, far)
		}
		if some = true; !slices.Contains(departments, s.Department) {
			departments = append(departments, s.Department)
		}
	}
	return nearestKm, some, departments
}

// finds says whether a mission is found, one field's part of the filter left
// out: what is done from afar passes a radius alone.
func (x *seek) finds(i int, but string) (h Hit, ok bool) {
	r := &x.rows[i]
	if x.stands[i].barred != "" || !x.filter.passes(r, but) {
		return h, false
	}
	nearest, some, departments := x.places(r, but)
	if chooses := len(x.filter.Departments) > 0 && but != "department"; !some && (chooses || x.filter.RadiusKm > 0 && r.Mission.Remote != mission.RemoteFull) {
		return h, false
	}
	h = Hit{ID: r.ID, Km: -1, departments: departments}
	if some && x.filter.Point != nil {
		h.Km = nearest
	}
	return h, true
}

// hits gives all that is found, in no order.
func (x *seek) hits() (all []Hit) {
	for i := range x.rows {
		if h, ok := x.finds(i, ""); ok {
			x.score(i, &h)
			x.place(i, &h)
			all = append(all, h)
		}
	}
	return all
}

// score finds what a hit is worth: what the mission brings, times the distance.
// The weight is in the exponent: thousands of kilometres away the factor before
// it is less than a float64 can tell.
func (x *seek) score(i int, h *Hit) {
	p, factor := x.rules.Policy, 1.0
	if w := p.Weights.Distance; x.filter.Point != nil {
		factor = 0
		if h.Km >= 0 {
			factor = math.Exp(-w * math.Max(0, h.Km-p.Distance.FreeKm) / x.scale(i, x.nearKm))
		}
		if h.Km < 0 || x.rows[i].Mission.Remote == mission.RemotePossible && len(x.filter.Departments) == 0 && x.filter.RadiusKm == 0 {
			factor = math.Max(factor, power(p.Distance.Remote, w))
		}
	}
	h.score = bounds{factor * x.stands[i].all.least, factor * x.stands[i].all.most}
}

// place finds what a hit is ordered by.
func (x *seek) place(i int, h *Hit) {
	r := &x.rows[i]
	switch x.search.Sort {
	case "relevance":
		h.key = h.score
	case "distance":
		if h.key = exactly(math.Inf(-1)); h.Km >= 0 {
			h.key = exactly(-h.Km)
		}
	case "urgency":
		class := float64(slices.Index([]string{mission.UrgencyCalm, mission.UrgencyNormal, mission.UrgencyUrgent, mission.UrgencyVital}, r.Urgency))
		h.key = bounds{class + h.score.least/(1+h.score.least), class + h.score.most/(1+h.score.most)}
	case "newest":
		if h.key = exactly(float64(r.Times.Published)); r.Times.Published == 0 {
			h.key = bounds{float64(unix(x.rules.Since)), float64(x.at)}
		}
	case "starts_at":
		if h.key = exactly(-float64(r.Times.Starts)); r.Times.Starts == 0 {
			h.key = exactly(math.Inf(-1))
		}
	case "seats":
		h.key = exactly(float64(x.stands[i].free)) // -1 where nobody knows
	}
}

// facet counts the values of a field, its own part of the filter left out.
func (x *seek) facet(name string) map[string]int {
	counts := map[string]int{}
	for i := range x.rows {
		h, ok := x.finds(i, name)
		if !ok {
			continue
		}
		r := &x.rows[i]
		values := map[string][]string{"domain": r.Domains, "activity": r.Activities, "department": h.departments,
			"urgency": {r.Urgency}, "remote": {r.Mission.Remote}}[name]
		for k, v := range values {
			if v != "" && !slices.Contains(values[:k], v) {
				counts[v]++
			}
		}
	}
	return counts
}

// toldHits is an answer of GET /v1/search.
type toldHits struct {
	Hits   []toldItem `json:"hits"`
	Total  *int       `json:"total"`
	Facets map[string][]struct {
		Value string `json:"value"`
		Count int    `json:"count"`
	} `json:"facets"`
	Cursor   *string `json:"cursor"`
	Degraded bool    `json:"degraded"`
}

// DifferSearch compares the body of the first page of a search with the truth
// at Search.At: each difference is a line in plain words, none if the answer is
// right. Safe for concurrent use.
func (t *Truth) DifferSearch(q Search, answer []byte) []string {
	var got toldHits
	if err := json.Unmarshal(answer, &got); err != nil || got.Total == nil {
		return []string{fmt.Sprintf("the answer cannot be read: %v", err)}
	}
	x, err := t.seek(q)
	if err != nil {
		return []string{err.Error()}
	}
	c := searchComparison{seek: x, got: &got}
	all := x.hits()
	if *got.Total != len(all) {
		c.report("the total is %d, not %d", *got.Total, len(all))
	}
	if (got.Cursor == nil) != (len(all) <= x.search.Limit) {
		c.report("a cursor is there: %v, of %d hits", got.Cursor != nil, len(all))
	}
	if want := min(x.search.Limit, len(all)); len(got.Hits) != want {
		c.report("the page has %d hits, not %d", len(got.Hits), want)
	}
	c.compareHits(all)
	if !got.Degraded { // facets are left out under load, and that is said
		c.compareFacets()
	}
	return c.differences
}

// searchComparison is one answer being compared.
type searchComparison struct {
	*seek
	got         *toldHits
	differences []string
}

func (c *searchComparison) report(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
}

// compareHits compares the page with all that is found.
func (c *searchComparison) compareHits(all []Hit) {
	byID := make(map[mission.ID]*Hit, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	var last *Hit
	for k := range c.got.Hits {
		it := &c.got.Hits[k]
		h := byID[it.ID]
		if h == nil {
			c.report("place %d: %s should not be there, or comes twice", k+1, it.ID)
			continue
		}
		delete(byID, it.ID)
		c.compareHit(it, h)
		if last != nil && h.key.least > c.above(last.key.most) {
			c.report("place %d: %s comes before %s, which is better", k, last.ID, h.ID)
		}
		last = h
	}
	if last == nil {
		return
	}
	for i := range all {
		if h := &all[i]; byID[h.ID] != nil && h.key.least > c.above(last.key.most) {
			c.report("%s is missing: it is better than %s, the last of the page", h.ID, last.ID)
		}
	}
}

// above gives what a key must be above to be surely better than one.
func (x *seek) above(key float64) float64 {
	switch x.search.Sort {
	case "relevance":
		return key*(1+tolerance) + nothing
	case "distance", "urgency":
		return key + tolerance
	}
	return key
}

// compareHit compares one hit, and orders it by its score if that is possible.
func (c *searchComparison) compareHit(it *toldItem, h *Hit) {
	i := c.byID[it.ID]
	if (it.DistanceKm == nil) != (h.Km < 0) || it.DistanceKm != nil && math.Abs(*it.DistanceKm-h.Km) > 1e-3 {
		c.report("%s is %s km away, not %.3f", it.ID, number(it.DistanceKm), h.Km)
	}
	if free := c.stands[i].free; c.rows[i].sure && ((it.SeatsFree == nil) != (free < 0) || it.SeatsFree != nil && *it.SeatsFree != free) {
		c.report("%s has %s free seats, not %d", it.ID, number(it.SeatsFree), free)
	}
	if !h.score.has(it.Score) {
		c.report("%s scores %.9g, not %s", it.ID, it.Score, h.score)
		return
	}
	h.score = exactly(it.Score)
	c.place(i, h)
}

// facetMost is how many values a facet has at most.
const facetMost = 1000

// compareFacets compares the counts, and that no value is left out.
func (c *searchComparison) compareFacets() {
	for _, name := range c.search.Facets {
		got, ok := c.got.Facets[name]
		if !ok {
			c.report("there is no facet %s", name)
			continue
		}
		want := c.facet(name)
		if len(got) != min(len(want), facetMost) {
			c.report("the facet %s has %d values, not %d", name, len(got), min(len(want), facetMost))
		}
		for k, v := range got {
			if want[v.Value] != v.Count {
				c.report("the facet %s has %d of %s, not %d", name, v.Count, v.Value, want[v.Value])
			}
			if k > 0 && got[k-1].Count < v.Count {
				c.report("the facet %s has %s before %s, of which there are more", name, got[k-1].Value, v.Value)
			}
		}
	}
}
