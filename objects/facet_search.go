package objects

import "slices"

// Facet looks for values of a facet among the records that match the query.
func (s *Snapshot) Facet(q *Query, f FacetQuery, live *Live) (*FacetHits, error) {
	r := s.start(q, live)
	defer r.finish()
	r.match()
	r.list()
	values := r.tally(f.Facet).values
	look := &Query{Typos: q.Typos, OneTypoFrom: q.OneTypoFrom, TwoTyposFrom: q.TwoTyposFrom, PrefixOf: "prefixAll"}
	words := parseWords(f.Words, s.settings, look, nil)
	if !words.any() {
		values = slices.DeleteFunc(values, func(v FacetValue) bool {
			_, ok := words.accepts(v.Value)
			return !ok
		})
	}
	most := f.Most
	if most <= 0 {
		most = FacetHitsDefault
	}
	pre, post := firstOf(q.PreTag, r.s.PreTag, "<em>"), firstOf(q.PostTag, r.s.PostTag, "</em>")
	out := &FacetHits{Hits: []FacetHit{}, Exhaustive: true}
	for _, v := range greatest(values, min(most, FacetHitsMax)) {
		marked, _ := words.mark(v.Value, attributeRank{}, pre, post)
		out.Hits = append(out.Hits, FacetHit{Value: v.Value, Highlighted: marked, Count: v.Count})
	}
	return out, nil
}
