package matcher_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"

	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// Goal: a search finds, counts and orders what the contract says.
//
// Method: the toy of the other oracle, on nouns alone, answers random requests
// by looking at every mission; words are a drawn match. Each list is walked
// by cursors to its end, on one snapshot and across changes.
var searchRequests = flag.Int("searches", 0, "searches to ask the oracle; 0: 10,000, 250 with -race, 600 with -short")

func TestSearchOracle(t *testing.T) {
	requests := *searchRequests
	if requests == 0 {
		requests = 10_000
		if raceEnabled {
			requests = 250 // .ci/run asks the others without the detector
		}
		if testing.Short() {
			requests = 600
		}
	}
	for i, terrain := range terrains() {
		t.Run(terrain.name, func(t *testing.T) {
			t.Parallel() // worlds share nothing
			o := openOracle(t, *oracleSeed+100+uint64(i), terrain)
			o.flood = i%2 == 0
			for _, p := range o.policies {
				p.Weights.Text = pick(o.maker, 1, 1, 0.5, 0, 2.0)
			}
			x, most := &searchOracle{oracle: o}, 40
			if terrain.missions > 1000 {
				most = 150 // what changes costs the toy most there
			}
			for x.asked < requests*terrain.requests/100 {
				o.apply(o.changes(o.policies))
				for range 1 + o.IntN(most) {
					x.check(t)
				}
			}
			t.Logf("%d searches: %d hits, %d pages, %d empty, %d facet values, %d lists continued by key", x.asked, x.hits, x.pages, x.empty, x.values, x.byKey)
			if x.asked > 300 && (x.empty > x.asked*3/4 || x.byKey == 0 || x.values == 0) {
				t.Errorf("seed %d: the searches drawn do not say much", o.seed)
			}
		})
	}
}

type searchOracle struct {
	*oracle
	asked, hits, pages, empty, values, byKey int
	seqBefore                                uint64
}

// sought is a search as the oracle understands it.
type sought struct {
	*toy
	r      *matcher.SearchRequest
	filter *mission.Filter
	scales map[string]float64
	text   map[mission.Ordinal]float64 // nil without words
	tie    uint64

	candidates []*toyMission // visible, and matching the words
}

// shown is a mission as the oracle expects it.
type shown struct {
	m        *toyMission
	km       float64 // -1: none
	score    float64
	tie      uint64
	possible []int // addresses that may be shown
}

func (k *maker) search(missions int) *matcher.SearchRequest {
	r := &matcher.SearchRequest{Filter: k.filter(), Limit: pick(k, 1, 7, 20, 50, 250), Sort: matcher.Sort(k.IntN(6))}
	f := r.Filter
	f.Closed = k.chance(0.15)
	if k.chance(0.4) {
		p := k.home()
		f.Point, f.RadiusKm = &p, pick(k, 0.0, 0, 0.3, 5, 30, 300, 20_000)
	}
	if f.Point == nil {
		f.RadiusKm = 0
		if r.Sort == matcher.ByDistance {
			r.Sort = matcher.ByRelevance
		}
	}
	if k.chance(0.2) {
		f.Departments, f.Cities = some(k, 2, oracleDeps...), some(k, 1, "ville", "BOURG")
	}
	if k.chance(0.3) {
		r.Seed = fmt.Sprint("seed", k.IntN(100))
	}
	if k.chance(0.35) {
		r.Facets = some(k, 4, facetNames...)
	}
	if k.chance(0.4) {
		share := pick(k, 0.02, 0.3, 0.9)
		r.Query, r.Match = "w", &index.TextMatch{Seq: 1 + k.Uint64N(9)}
		for o := range missions + 3 { // the text index may be ahead
			if k.chance(share) {
				r.Match.Ordinals, r.Match.Scores = append(r.Match.Ordinals, uint32(o)), append(r.Match.Scores, pick(k, 1, 0.5, float32(1-k.Float64())))
			}
		}
	}
	return r
}

var facetNames = []string{"domain", "activity", "department", "region", "city", "postal_code", "organization", "network", "publisher", "tag", "audience",
	"skill", "remote", "urgency", "date_type", "slot_part", "minors", "attr.qpv", "attr.level", "attr.word", "attr.none"}

// check asks one search and walks its list.
func (x *searchOracle) check(t *testing.T) {
	t.Helper()
	x.asked++
	r := x.search(len(x.t.byOrdinal))
	a := x.t.seek(r)
	want := a.list()
	snapshot, page := x.index.Snapshot(), new(matcher.SearchPage)
	x.ask(t, snapshot, r, page)
	if page.Total != len(want) || page.Seq != x.t.seq || page.At != x.t.now || page.Policy != x.t.policy.Key() || page.ByKey {
		x.wrong(t, r, "got total %d, seq %d, at %d, policy %s, by key %v; want %d, %d, %d, %s, false",
			page.Total, page.Seq, page.At, page.Policy, page.ByKey, len(want), x.t.seq, x.t.now, x.t.policy.Key())
	}
	x.checkFacets(t, a, page)
	if len(want) == 0 {
		x.empty++
	}
	if x.chance(0.1) {
		x.checkValues(t, a)
	}
	hits := slices.Clone(page.Hits)
	change := x.chance(0.05) // between two pages
	x.seqBefore = x.t.seq
	next := *r
	for page.Cursor != "" && len(hits) < 10*r.Limit {
		if change && len(hits) > 0 {
			key := a.key(&hits[len(hits)-1])
			x.apply(x.changes(x.policies))
			x.continueByKey(t, &next, page.Cursor, key)
			return
		}
		next.Cursor = page.Cursor
		x.ask(t, snapshot, &next, page)
		if page.ByKey || page.Total != len(want) || len(page.Hits) == 0 {
			x.wrong(t, r, "a later page: by key %v, %d hits, total %d; want %d", page.ByKey, len(page.Hits), page.Total, len(want))
		}
		hits = append(hits, page.Hits...)
	}
	if page.Cursor == "" && len(hits) != len(want) {
		x.wrong(t, r, "walked %d hits, want %d", len(hits), len(want))
	}
	x.checkHits(t, a, hits, want)
	x.checkOrder(t, a, hits)
	if page.Cursor != "" {
		x.checkBest(t, a, hits, want)
	}
}

func (x *searchOracle) ask(t *testing.T, s *index.Snapshot, r *matcher.SearchRequest, page *matcher.SearchPage) {
	t.Helper()
	x.pages++
	if err := x.matcher.Search(s, nil, r, page); err != nil {
		x.wrong(t, r, "got error %v", err)
	}
	if len(page.Hits) > r.Limit {
		x.wrong(t, r, "got %d hits, asked for %d", len(page.Hits), r.Limit)
	}
}

// continueByKey continues a list on a later snapshot: everything that comes
// after the last hit's key comes, and nothing before it.
func (x *searchOracle) continueByKey(t *testing.T, r *matcher.SearchRequest, cursor string, last float64) {
	t.Helper()
	x.byKey++
	a := x.t.seek(r)
	page, got := new(matcher.SearchPage), []matcher.Hit{}
	r.Cursor = cursor
	for first := true; ; first = false {
		x.ask(t, x.index.Snapshot(), r, page)
		if page.ByKey != first && x.index.Snapshot().Seq != x.seqBefore {
			x.wrong(t, r, "by key: got %v on the first page after a change: %v", page.ByKey, first)
		}
		got = append(got, page.Hits...)
		if r.Cursor = page.Cursor; r.Cursor == "" {
			break
		}
	}
	x.checkOrder(t, a, got)
	came, slack := map[mission.Ordinal]bool{}, 1e-9*math.Max(1, math.Abs(last))
	for i := range got {
		if came[got[i].Ordinal] || a.key(&got[i]) > last+slack {
			x.wrong(t, r, "by key: %s (%v) came after %v, or twice", got[i].ID, a.key(&got[i]), last)
		}
		came[got[i].Ordinal] = true
	}
	for _, w := range a.list() {
		h := matcher.Hit{Ordinal: w.m.ordinal, Score: w.score, Km: w.km}
		if key := a.key(&h); key < last-slack && !came[w.m.ordinal] {
			x.wrong(t, r, "by key: %s (%v) did not come after %v", w.m.ID, key, last)
		}
	}
}

// checkHits compares each hit with what the oracle expects.
func (x *searchOracle) checkHits(t *testing.T, a *sought, hits []matcher.Hit, want []*shown) {
	t.Helper()
	x.hits += len(hits)
	byOrdinal := map[mission.Ordinal]*shown{}
	for _, w := range want {
		byOrdinal[w.m.ordinal] = w
	}
	for i := range hits {
		h := &hits[i]
		w := byOrdinal[h.Ordinal]
		if w == nil {
			x.wrong(t, a.r, "%s is not for this search, or came twice", h.ID)
		}
		delete(byOrdinal, h.Ordinal)
		free, endless := x.t.seatsLeft(w.m.seats)
		if _, known := toyTotal(w.m.seats); !known || endless {
			free = -1
		}
		if h.ID != w.m.ID || h.Free != free || math.Abs(h.Km-w.km) > 1e-6 || !near(h.Score, w.score, 1e-9) && w.score > 1e-300 { // below it floats lose digits
			x.wrong(t, a.r, "got %s: %d free, %v km, score %v; want %s: %d, %v, %v", h.ID, h.Free, h.Km, h.Score, w.m.ID, free, w.km, w.score)
		}
		if i%4 == 0 { // reading JSON is most of the work
			x.checkPlace(t, a, h, w)
		}
	}
}

func (x *searchOracle) checkPlace(t *testing.T, a *sought, h *matcher.Hit, w *shown) {
	t.Helper()
	if len(w.possible) == 0 {
		if h.Location != nil {
			x.wrong(t, a.r, "%s: got the place %s, want none", h.ID, h.Location)
		}
		return
	}
	var l mission.Location
	if err := json.Unmarshal(h.Location, &l); err != nil {
		x.wrong(t, a.r, "%s: place %q: %v", h.ID, h.Location, err)
	}
	if !slices.ContainsFunc(w.possible, func(i int) bool { return w.m.Locations[i].ID == l.ID }) {
		x.wrong(t, a.r, "%s: got the place %s, want one of %v", h.ID, h.Location, w.possible)
	}
}

// checkOrder: hits stand in their order, equal ones in that of the draw.
func (x *searchOracle) checkOrder(t *testing.T, a *sought, hits []matcher.Hit) {
	t.Helper()
	for i := 1; i < len(hits); i++ {
		p, q := a.key(&hits[i-1]), a.key(&hits[i])
		slack := 0.0
		if a.r.Sort == matcher.ByUrgency {
			slack = 1e-9
		}
		if p < q-slack || p == q && slack == 0 && a.draw(hits[i-1].ID) > a.draw(hits[i].ID) {
			x.wrong(t, a.r, "order: %s (%v, %x) before %s (%v, %x)", hits[i-1].ID, p, a.draw(hits[i-1].ID), hits[i].ID, q, a.draw(hits[i].ID))
		}
	}
}

// checkBest: what was left for later pages comes after what was shown.
func (x *searchOracle) checkBest(t *testing.T, a *sought, hits []matcher.Hit, want []*shown) {
	t.Helper()
	on := map[mission.Ordinal]bool{}
	for i := range hits {
		on[hits[i].Ordinal] = true
	}
	last := a.key(&hits[len(hits)-1])
	for _, w := range want {
		h := matcher.Hit{Ordinal: w.m.ordinal, Score: w.score, Km: w.km}
		if key := a.key(&h); !on[w.m.ordinal] && key > last+1e-9*math.Max(1, math.Abs(last)) {
			x.wrong(t, a.r, "%s (%v) was left out, the last is %s (%v)", w.m.ID, key, hits[len(hits)-1].ID, last)
		}
	}
}

func (a *sought) draw(id mission.ID) uint64 { return mixed(a.tie ^ xxhash.Sum64String(id)) }

// key gives what a hit is ordered by, the greatest first.
func (a *sought) key(h *matcher.Hit) float64 {
	m := a.byOrdinal[h.Ordinal]
	switch a.r.Sort {
	case matcher.ByRelevance:
		return h.Score
	case matcher.ByDistance:
		if h.Km < 0 {
			return math.Inf(-1)
		}
		return -h.Km
	case matcher.ByUrgency:
		return float64(slices.Index([]string{"calm", "normal", "urgent", "vital"}, m.Urgency)) + h.Score/(1+h.Score)
	case matcher.ByNewest:
		if m.Times.Published != 0 {
			return float64(m.Times.Published)
		}
		return float64(m.seats.Created)
	case matcher.ByStart:
		if m.seats.Starts == 0 {
			return math.Inf(-1)
		}
		return -float64(m.seats.Starts)
	}
	if _, known := toyTotal(m.seats); !known {
		return -1
	}
	free, _ := a.seatsLeft(m.seats)
	return float64(free)
}

func (x *searchOracle) wrong(t *testing.T, r *matcher.SearchRequest, format string, args ...any) {
	t.Helper()
	short := *r
	short.Match = nil
	t.Fatalf("-seed %d, search %d of %q: %s\nrequest %+v\nfilter %s", *oracleSeed, x.asked, x.name, fmt.Sprintf(format, args...), short, wordsOf(r.Filter))
}
