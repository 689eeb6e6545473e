package objects

import (
	"cmp"
	"math"
	"slices"
)

// facetValuesMax is the most values that a facet is answered with.
const facetValuesMax = 1000

// facetValuesDefault is how many those are where nobody says.
const facetValuesDefault = 100

// facetNames are the facets that are counted: those asked for, in the order in
// which they were, "*" being all that the settings declare.
func (r *request) facetNames(asked []string) (names []string) {
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range asked {
		if name != "*" {
			add(name)
			continue
		}
		for _, f := range r.s.Faceting {
			if !f.FilterOnly {
				add(f.Name)
			}
		}
	}
	return names
}

// tally counts the values of one facet over several segments.
type tally struct {
	values []FacetValue
	at     map[string]int // in values; nil while all are of one segment
	stats  FacetStats
	n      int // numbers counted
}

// facet counts one facet over all that was found.
func (r *request) facet(name string) FacetCounts {
	t := r.tally(name)
	most := r.q.PerFacet
	if most <= 0 {
		most = r.s.PerFacet
	}
	if most <= 0 {
		most = facetValuesDefault
	}
	out := FacetCounts{Name: name, Values: greatest(t.values, min(most, facetValuesMax))}
	if order := r.q.SortFacet; order == "alpha" || order == "" && r.s.SortFacet == "alpha" {
		slices.SortFunc(out.Values, func(a, b FacetValue) int { return cmp.Compare(a.Value, b.Value) })
	}
	if t.n > 0 {
		t.stats.Avg = t.stats.Sum / float64(t.n)
		out.Stats = &t.stats
	}
	return out
}

func (r *request) tally(name string) *tally {
	t := &tally{stats: FacetStats{Min: math.Inf(1), Max: math.Inf(-1)}}
	live, isLive := r.liveAt[name]
	after := slices.ContainsFunc(r.s.Faceting, func(f Faceting) bool { return f.Name == name && f.AfterDistinct })
	for i := range r.found {
		f := &r.found[i]
		if after && f.kept != nil {
			f = &partFound{part: f.part, set: f.kept, docs: f.kept.appendTo(nil)}
		}
		docs := f.docs
		if len(docs) == 0 {
			continue
		}
		if isLive {
			docs = r.tallyLive(t, live, f)
		}
		if c := f.part.column(name); c != nil && len(docs) > 0 {
			r.tallyColumn(t, c, docs, f.set)
		}
		if isLive {
			r.scratch.docs = append(r.scratch.docs, docs)
		}
	}
	return t
}

// tallyLive counts what missions have from elsewhere, and gives the documents
// whose own values count.
func (r *request) tallyLive(t *tally, i int, f *partFound) (own []uint32) {
	own = r.scratch.list()
	counts := make(map[float64]int)
	for _, doc := range f.docs {
		if v, ok := r.liveValue(i, f.part.docs[doc].Mission); ok {
			counts[v]++
		} else {
			own = append(own, doc)
		}
	}
	isBool := r.live.Attributes[i].Bool
	for v, n := range counts {
		t.add(liveText(v, isBool), n)
		if !isBool {
			t.number(v, n)
		}
	}
	return own
}

// liveText is a live value as JSON writes it.
func liveText(v float64, isBool bool) string {
	switch {
	case isBool && v != 0:
		return "true"
	case isBool:
		return "false"
	}
	return string(writeNumber(nil, v))
}

// tallyColumn counts the values of a column, once for each document.
func (r *request) tallyColumn(t *tally, c *valueColumn, docs []uint32, set docSet) {
	counts, hit := r.scratch.zeroes(len(c.texts)), r.scratch.hit[:0]
	count := func(v uint32) {
		if counts[v] == 0 {
			hit = append(hit, v)
		}
		counts[v]++
	}
	switch {
	case c.sameText != nil:
		c.countTexts(docs, count)
	case c.one != nil:
		for _, doc := range docs {
			if v := c.one[doc]; v != gone {
				if counts[v] == 0 {
					hit = append(hit, v)
				}
				counts[v]++
			}
		}
	case c.docs == nil:
		for _, doc := range docs {
			for _, v := range c.values[c.starts[doc]:c.starts[doc+1]] {
				count(v)
			}
		}
	case len(docs)*16 < len(c.docs):
		for _, doc := range docs {
			for _, v := range c.of(doc) {
				count(v)
			}
		}
	default:
		for i, doc := range c.docs {
			if set.has(doc) {
				for _, v := range c.values[c.starts[i]:c.starts[i+1]] {
					count(v)
				}
			}
		}
	}
	t.take(c, counts, hit)
	if c.sameText != nil {
		c.countNumbers(docs, t)
	}
	r.scratch.hit = hit
}

// countTexts counts values that are written alike as one.
func (c *valueColumn) countTexts(docs []uint32, count func(v uint32)) {
	for _, doc := range docs {
		values := c.of(doc)
		for i, v := range values {
			twin := func(w uint32) bool { return c.sameText[w] == c.sameText[v] }
			if !slices.ContainsFunc(values[:i], twin) {
				count(c.sameText[v])
			}
		}
	}
}

// countNumbers counts the numbers of a column where not each has a count.
func (c *valueColumn) countNumbers(docs []uint32, t *tally) {
	for _, doc := range docs {
		for _, v := range c.of(doc) {
			if c.kind(v) == kindNumber {
				t.number(c.numbers[v], 1)
			}
		}
	}
}

// take adds the counts of one column and sets them to 0.
func (t *tally) take(c *valueColumn, counts, hit []uint32) {
	if t.at == nil && len(t.values) > 0 {
		t.at = make(map[string]int, len(t.values)+len(hit))
		for i, v := range t.values {
			t.at[v.Value] = i
		}
	}
	t.values = slices.Grow(t.values, len(hit))
	for _, v := range hit {
		n := int(counts[v])
		counts[v] = 0
		if c.kind(v) == kindNumber && c.sameText == nil {
			t.number(c.numbers[v], n)
		}
		if t.at == nil {
			t.values = append(t.values, FacetValue{c.texts[v], n})
		} else {
			t.add(c.texts[v], n)
		}
	}
}

func (t *tally) add(text string, n int) {
	if t.at == nil {
		t.at = make(map[string]int)
		for i, v := range t.values {
			t.at[v.Value] = i
		}
	}
	if i, ok := t.at[text]; ok {
		t.values[i].Count += n
		return
	}
	t.at[text] = len(t.values)
	t.values = append(t.values, FacetValue{text, n})
}

func (t *tally) number(v float64, n int) {
	t.stats.Min, t.stats.Max = min(t.stats.Min, v), max(t.stats.Max, v)
	t.stats.Sum += v * float64(n)
	t.n += n
}

// byCount is the order of a facet's values.
func byCount(a, b FacetValue) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
}

// greatest are the first most of the values, sorted. It changes their order.
func greatest(values []FacetValue, most int) []FacetValue {
	most = max(most, 0)
	best, last := values[:0], FacetValue{}
	for _, v := range values {
		if last.Count > 0 && byCount(v, last) > 0 {
			continue // others are before it, enough of them
		}
		if best = append(best, v); len(best) >= 2*most+64 {
			slices.SortFunc(best, byCount)
			best = best[:most]
			if most > 0 {
				last = best[most-1]
			}
		}
	}
	slices.SortFunc(best, byCount)
	return best[:min(most, len(best))]
}
