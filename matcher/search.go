package matcher

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// FacetsMax is how many facets one search may ask for.
const FacetsMax = 32

// search is a SearchRequest made ready for one snapshot, with the scratch to
// answer it. It is reused, and for one goroutine.
type search struct {
	q        *query // its scales of distance, its heap and its table of decay
	snapshot *index.Snapshot
	columns  *index.Facets
	request  *SearchRequest
	filter   *mission.Filter
	at       geo.Vec
	placed   bool  // a point is given
	from     int64 // Unix seconds, 0 for none
	until    int64
	afar     float64 // distance factor of what is done from afar, to its weight

	fields  []fieldFilter
	places  placeFilter
	kept    []int // of fields: those that are counted too
	tallies []tally
	prefix  string // facet values begin with it, "" for all
	most    int    // facet values at most

	base  ordinals // passes all but words and kept fields
	text  ordinals // matches the words
	open  ordinals // passes all but words
	found ordinals // passes all
	other ordinals // passes all but one field
	seen  ordinals
	words index.Words
	match *index.TextMatch // nil without words

	best   collector
	after  candidate // of the cursor
	cursor cursor
	tie    uint64

	marks   []bool
	values  []uint32
	bySet   []uint32 // counts, all 0 between facets
	byValue []uint32
	bySame  []uint32
	touched []uint32 // sets counted
	counted []uint32 // values counted
	chosen  []uint32
	keys    []uint64
	bounds  []float32 // of what matches words
	floors  []float32 // the greatest of them, a heap with the least on top
	nodes   []uint32
}

// Search fills the page with the missions of s that match the request, in its
// order. t has the words; nil answers Unavailable to a request with words. A
// request that makes no sense is answered Invalid. Nothing found is an empty
// page.
func (m *Matcher) Search(s *index.Snapshot, t *index.TextReader, r *SearchRequest, page *SearchPage) error {
	x := m.searcher(s, r)
	defer m.release(x)
	*page = SearchPage{Hits: page.Hits[:0], Facets: page.Facets[:0], Policy: s.PolicyKey, Seq: s.Seq, At: s.At}
	if err := x.compile(m.zones); err != nil {
		return err
	}
	x.sieve()
	if err := x.matchWords(t); err != nil {
		return err
	}
	if x.match != nil {
		page.Match, page.GivenUp, page.DidYouMean = x.match, x.match.GivenUp, x.match.DidYouMean
	}
	page.Total = x.found.count()
	if r.Limit > 0 {
		page.ByKey = r.Cursor != "" && !x.cursor.continues(s, x.match)
		x.rank(page.Total)
		x.write(page)
	}
	x.tally(page)
	return nil
}

// searcher gives a search its scratch.
func (m *Matcher) searcher(s *index.Snapshot, r *SearchRequest) *search {
	x, _ := m.searches.Get().(*search)
	if x == nil {
		x = new(search)
	}
	x.q = m.pool.Get().(*query)
	x.snapshot, x.columns, x.request, x.filter = s, s.Facets, r, r.Filter
	if x.filter == nil {
		x.filter = new(mission.Filter)
	}
	return x
}

// release lets go of the snapshot and keeps the scratch for the next search.
func (m *Matcher) release(x *search) {
	x.q.snapshot, x.q.policy = nil, nil
	m.pool.Put(x.q)
	x.q, x.snapshot, x.columns, x.request, x.filter, x.match = nil, nil, nil, nil, nil, nil
	m.searches.Put(x)
}

// compile checks the request and makes it ready.
func (x *search) compile(zones *mission.Zones) error {
	r, f := x.request, x.filter
	x.placed = f.Point != nil
	switch {
	case r.Limit < 0 || r.Limit > mission.SearchMax:
		return invalidRequest("/limit", "%d is not from 0 to %d", r.Limit, mission.SearchMax)
	case f.RadiusKm > 0 && !x.placed:
		return invalidRequest("/radius_km", "needs a point: lat and lon, or near")
	case r.Sort == ByDistance && !x.placed:
		return invalidRequest("/sort", "distance needs a point: lat and lon, or near")
	case r.Sort > BySeats:
		return invalidRequest("/sort", "%d is no order", r.Sort)
	}
	if x.placed {
		x.at = f.Point.Vec()
	}
	x.tie = xxhash.Sum64String(firstOf(r.Seed, "0"))
	x.match = nil
	if err := x.takeFacets(); err != nil {
		return err
	}
	x.takeFilter(zones)
	return x.takeCursor()
}

// invalidRequest says what is wrong with one field of a request.
func invalidRequest(pointer, format string, args ...any) error {
	err := mission.Errorf(mission.Invalid, "the search is not valid")
	err.Fields = []mission.FieldError{{Pointer: pointer, Detail: mission.Errorf(mission.Invalid, format, args...).Detail}}
	return err
}

// takeFacets reads what is to be counted.
func (x *search) takeFacets() error {
	x.tallies, x.prefix, x.most = x.tallies[:0], "", FacetValuesMax
	if n := x.request.FacetMost; n < 0 || n > FacetValuesMax {
		return invalidRequest("/facet_most", "%d is not from 0 to %d", n, FacetValuesMax)
	} else if n > 0 {
		x.most = n
	}
	if n := len(x.request.Facets); n > FacetsMax {
		return invalidRequest("/facets", "has %d names; at most %d", n, FacetsMax)
	}
	for _, name := range x.request.Facets {
		field, attribute, ok := index.FacetField(name)
		if !ok {
			return invalidRequest("/facets", "%q is no facet", name)
		}
		x.tallies = append(x.tallies, tally{name: name, field: field, attribute: attribute})
	}
	return nil
}

// counts says whether a field is a facet of the request.
func (x *search) counts(f index.Field, attribute string) bool {
	return slices.ContainsFunc(x.tallies, func(t tally) bool { return t.field == f && t.attribute == attribute })
}

// sieve finds what passes all filters, words apart: base, and the fields that
// are counted, each by itself.
func (x *search) sieve() {
	s := x.snapshot
	n := int(s.Rows+63) / 64
	for _, set := range [...]*ordinals{&x.base, &x.open, &x.found, &x.text} {
		*set = set.sized(n)
	}
	if x.filter.Closed {
		x.base.copyColumn(x.columns.Shown)
		x.dropSuspended()
	} else {
		x.base.copyColumn(s.Available)
	}
	x.kept = x.kept[:0]
	for i := range x.fields {
		f := &x.fields[i]
		f.bits = f.bits.sized(n)
		x.fill(f)
		if !x.request.Joint && x.counts(f.field, f.attribute) {
			x.kept = append(x.kept, i)
		} else {
			x.base.and(f.bits)
		}
	}
	x.sievePlaces()
	x.sieveTimes()
	x.sieveOnly()
	x.pass(x.open, index.NoField, "")
}

// pass gives into set what passes all but words and one field.
func (x *search) pass(set ordinals, but index.Field, attribute string) {
	copy(set, x.base)
	for _, i := range x.kept {
		if f := &x.fields[i]; f.field != but || f.attribute != attribute {
			set.and(f.bits)
		}
	}
}

// dropSuspended takes out the missions of organisations that are suspended.
func (x *search) dropSuspended() {
	if x.snapshot.Suspended == 0 {
		return
	}
	orgs := x.snapshot.Orgs
	x.values = x.values[:0]
	for n := range min(orgs.Rows(), uint32(len(x.columns.Fields[index.Organization].Table.View().Values))) {
		if orgs.At(n).Suspended {
			x.values = append(x.values, n)
		}
	}
	if len(x.values) == 0 {
		return
	}
	f := &x.columns.Fields[index.Organization]
	x.marks = f.Table.Having(x.marks, x.values)
	x.other = x.other.sized(len(x.base))
	scanSets(x.other, f.Sets, x.marks)
	clear(x.marks)
	x.base.without(x.other)
}

// matchWords keeps what matches the words, the closest where nothing matches
// all of them.
func (x *search) matchWords(t *index.TextReader) error {
	x.match = x.request.Match
	if x.match == nil {
		if x.words = index.ParseWords(x.request.Query, x.request.Prefix); len(x.words.Clauses)+len(x.words.Not) == 0 {
			x.found = append(x.found[:0], x.open...)
			x.agree(x.found, index.NoField)
			return nil
		}
		if t == nil {
			return mission.Errorf(mission.Unavailable, "words cannot be searched now")
		}
		var err error
		if x.match, err = t.Match(&x.words, x.request.NoCache); err != nil {
			return err
		}
	}
	if x.take(x.match) || x.request.Match != nil || len(x.words.Clauses) < 2 {
		return nil
	}
	return x.relax(t)
}

// take makes the match that of the search; it says whether anything passes.
func (x *search) take(match *index.TextMatch) bool {
	x.match = match
	x.takeText()
	x.found = append(x.found[:0], x.open...)
	x.found.and(x.text)
	x.agree(x.found, index.NoField)
	return slices.ContainsFunc(x.found, func(w uint64) bool { return w != 0 })
}

// takeText makes the match a set. The text index may be ahead of the snapshot.
func (x *search) takeText() {
	if bits := x.match.Bits; bits != nil {
		n := min(len(bits), len(x.text))
		clear(x.text[copy(x.text, bits[:n]):])
		return // what is ahead is in no set that this one meets
	}
	clear(x.text)
	for _, o := range x.match.Ordinals {
		if o < x.snapshot.Rows {
			x.text.add(o)
		}
	}
}

// relax gives up the words that the closest missions lack. What is left is
// asked as if nothing else had been typed, so that facets are counted over all
// that match it.
func (x *search) relax(t *index.TextReader) error {
	x.agree(x.open, index.NoField)
	none := x.match
	closest, err := t.Closest(&x.words, func(o uint32) bool { return o < x.snapshot.Rows && x.open.has(o) })
	if err != nil || len(closest.Ordinals) == 0 {
		return err
	}
	rest := index.Words{Not: x.words.Not}
	for _, c := range x.words.Clauses {
		if !slices.Contains(closest.GivenUp, c.Typed) {
			rest.Clauses = append(rest.Clauses, c)
		}
	}
	match := *closest
	if all, err := t.Match(&rest, x.request.NoCache); err != nil {
		return err
	} else if x.take(all) {
		match = *all
		match.GivenUp = closest.GivenUp
	}
	match.DidYouMean = firstOf(none.DidYouMean, closest.DidYouMean)
	x.take(&match)
	return nil
}

// textOf gives the text score of a mission that matches, to its weight; 1
// without words.
func (x *search) textOf(o uint32) float64 {
	if x.match == nil {
		return 1
	}
	i, ok := slices.BinarySearch(x.match.Ordinals, o)
	if !ok {
		return 0
	}
	return x.raise(x.match.Scores[i])
}

func (x *search) raise(score float32) float64 {
	return power(float64(score), x.snapshot.Policy.Weights.Text)
}

// write fills the page's hits, and its cursor where there are more.
func (x *search) write(page *SearchPage) {
	n := len(x.best.order)
	if n > x.request.Limit {
		n = x.request.Limit
		page.Cursor = x.cursorAfter(x.best.ranked(n - 1))
	}
	for i := range n {
		page.Hits = append(page.Hits, x.hit(x.best.ranked(i).ordinal))
	}
}

// hit gives what is shown of a mission.
func (x *search) hit(o uint32) Hit {
	s := x.snapshot
	text, l, w := s.Texts.At(o), s.Live.At(o), x.wayTo(o)
	h := Hit{Ordinal: mission.Ordinal(o), ID: text.ID, Score: x.score(o, x.textOf(o), &w), Km: w.km, Free: -1, Mission: text.Summary}
	if l.Known() {
		h.Free = int(l.Free)
	}
	if w.address != index.NoAddress {
		h.Location = *s.Shown.At(w.address)
	}
	return h
}

// noKey is what sorts last.
const noKey = -math.MaxFloat64
