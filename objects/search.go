package objects

import (
	"iter"
)

// request is one query on one snapshot.
type request struct {
	snap    *Snapshot
	q       *Query
	s       *Settings
	live    *Live
	liveAt  map[string]int // live attributes by name
	words   *wordQuery
	asked   *wordQuery // words before any were taken away
	where   area
	scratch *scratch
	found   []partFound // found[i] is what part i has
	total   int
}

// partFound is what matches in one part.
type partFound struct {
	part *part
	set  docSet
	docs []uint32 // set as a list, ascending; nil until listed
	kept docSet   // with distinct: those of set that are shown of their groups; else nil

	words *wordsMatch // nil where there are no words
	key   matchKey    // of words in the part's cache, zero where it is not kept
}

// start makes a request ready. finish must be called.
func (s *Snapshot) start(q *Query, live *Live) *request {
	if live == nil {
		live = &Live{}
	}
	r := &request{snap: s, q: q, s: s.settings, live: live, scratch: s.pool.take()}
	if len(live.Attributes) > 0 {
		r.liveAt = make(map[string]int, len(live.Attributes))
		for i, a := range live.Attributes {
			r.liveAt[a.Name] = i
		}
	}
	r.words = parseWords(q.Words, r.s, q, s.synonyms)
	r.asked = r.words
	r.where = r.area()
	return r
}

func (r *request) finish() {
	for i := range r.found {
		r.scratch.giveBack(r.found[i].set)
		if r.found[i].docs != nil {
			r.scratch.docs = append(r.scratch.docs, r.found[i].docs)
		}
		r.leaveMatch(&r.found[i])
	}
	r.snap.pool.giveBack(r.scratch)
}

// match finds what matches in all parts. Where no record has the words, those
// are tried that the settings say for it.
func (r *request) match() {
	r.matchFilters()
	if r.words.any() {
		return
	}
	all := make([]docSet, len(r.found))
	for i := range r.found {
		all[i] = r.scratch.copyOf(r.found[i].set)
	}
	for r.matchWords(); r.total == 0; r.matchWords() {
		fewer, ok := r.words.relaxed()
		if !ok {
			break
		}
		r.words = fewer
		for i := range r.found {
			copy(r.found[i].set, all[i])
		}
	}
	for _, set := range all {
		r.scratch.giveBack(set)
	}
}

// matchFilters finds what is there and meets the filter and the place.
func (r *request) matchFilters() {
	r.found, r.total = make([]partFound, len(r.snap.parts)), 0
	for i, p := range r.snap.parts {
		m := r.scratch.set(len(p.docs))
		p.here(m)
		if r.where.key != nil {
			m.and(r.where.set(p.segment))
		}
		if f := r.q.Filter; f != nil {
			r.narrow(p, f, m)
		}
		r.found[i] = partFound{part: p, set: m}
		r.total += m.count()
	}
}

// list makes the lists of what was found.
func (r *request) list() {
	for i := range r.found {
		if f := &r.found[i]; f.docs == nil {
			f.docs = f.set.appendTo(r.scratch.list())
		}
	}
}

// Search answers a query. Live may be nil where records have nothing from
// elsewhere; so may it be for the other methods.
func (s *Snapshot) Search(q *Query, live *Live) (*Result, error) {
	r := s.start(q, live)
	defer r.finish()
	r.match()
	res := r.result()
	names := r.facetNames(q.Facets)
	if len(names) > 0 || res.window() > 0 {
		r.list()
	}
	ranked := r.rank(res)
	for _, name := range names {
		res.Facets = append(res.Facets, r.facet(name))
	}
	w := r.newHitWriter()
	for _, c := range ranked {
		res.IDs = append(res.IDs, c.object().ID)
		res.Hits = append(res.Hits, w.write(c))
	}
	return res, nil
}

// result is the answer but for facets and hits.
func (r *request) result() *Result {
	q := r.q
	res := &Result{
		Total: r.total, Words: q.Words, Parsed: r.asked.parsed(), Removed: r.removed(),
		At: r.where.at, AutomaticRadiusM: r.where.chosenM,
		Page: q.Page, PerPage: q.PerPage, Offset: q.Offset, Length: q.Length,
	}
	if r.where.at != nil {
		res.RadiusM = q.RadiusM
	}
	if q.PerPage < 0 {
		res.PerPage = r.s.PerPage
	}
	if res.OffsetAsked = q.Length >= 0 || q.Offset > 0; res.OffsetAsked {
		if q.Length < 0 {
			res.Length = res.PerPage
		}
		res.Page, res.PerPage = 0, res.Length
	} else {
		res.Length = res.PerPage
		res.Offset = min(res.Page, r.total+1) * res.PerPage
	}
	r.paginate(res)
	return res
}

// paginate says how far pages reach, once Total is known.
func (r *request) paginate(res *Result) {
	res.Limit = min(res.Total, r.s.PaginationMax)
	res.Pages = 0
	if res.PerPage > 0 {
		res.Pages = (res.Limit + res.PerPage - 1) / res.PerPage
	}
}

// window is up to which place of the order hits are wanted, 0 for none.
func (res *Result) window() int {
	if res.Length <= 0 || res.Offset < 0 || res.Offset >= res.Limit {
		return 0
	}
	return min(res.Limit, res.Offset+res.Length)
}

// Matching walks the ids of what matches, in their order.
func (s *Snapshot) Matching(q *Query, live *Live) iter.Seq[string] {
	return func(yield func(string) bool) {
		r := s.start(q, live)
		defer r.finish()
		r.match()
		for c := range r.byID("") {
			if !yield(c.object().ID) {
				return
			}
		}
	}
}
