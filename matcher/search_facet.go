package matcher

import (
	"math"
	"math/bits"
	"slices"
	"strings"

	"renfort/index"
)

// tally is a facet that is counted.
type tally struct {
	name      string
	field     index.Field
	attribute string // of index.Attribute
}

// tally counts every facet of the request over what passes all but the facet's
// own filter.
func (x *search) tally(page *SearchPage) {
	for i := range x.tallies {
		t := &x.tallies[i]
		f := page.facet(t.name)
		set := x.found
		if slices.ContainsFunc(x.kept, func(k int) bool { return x.fields[k].field == t.field && x.fields[k].attribute == t.attribute }) {
			x.other = x.other.sized(len(x.base))
			set = x.other
			x.pass(set, t.field, t.attribute)
			if x.match != nil {
				set.and(x.text)
			}
			x.agree(set, t.field)
		}
		f.Values = x.count(f.Values, t, set)
		f.Values = f.Values[:min(len(f.Values), x.most)]
	}
}

// facet adds a facet to the page, in the memory of an earlier one.
func (p *SearchPage) facet(name string) *Facet {
	if n := len(p.Facets); n < cap(p.Facets) {
		p.Facets = p.Facets[:n+1]
	} else {
		p.Facets = append(p.Facets, Facet{})
	}
	f := &p.Facets[len(p.Facets)-1]
	f.Name, f.Values = name, f.Values[:0]
	return f
}

// count gives the values of a field in a set, most first; with a prefix, those
// of which a word begins with it.
func (x *search) count(dst []FacetValue, t *tally, set ordinals) []FacetValue {
	switch t.field {
	case index.SlotPart:
		return x.countParts(dst, set)
	case index.Minors:
		return x.countMinors(dst, set)
	}
	f := &x.columns.Fields[t.field]
	view := f.Table.View()
	x.byValue, x.bySet = grown(x.byValue, len(view.Values)), grown(x.bySet, len(view.Sets))
	n := set.count()
	switch {
	case t.field.OfAddress() && x.places.asks(t.field) > 0:
		x.countAddresses(f, &view, t.field, set)
	case f.Bits != nil && len(f.Bits)*len(set)/bitsPerHit < n:
		for v := 1; v < len(f.Bits); v++ {
			x.addValue(uint32(v), uint32(set.meets(f.Bits[v])))
		}
	default:
		x.countSets(f, &view, set, n)
	}
	return x.give(dst, t, f, &view)
}

// bitsPerHit is how many words of bits are counted in the time in which one
// hit's set is looked up.
const bitsPerHit = 2

// grown gives counts for n numbers, all 0.
func grown(counts []uint32, n int) []uint32 {
	if len(counts) < n {
		return make([]uint32, n+n/4)
	}
	return counts
}

// countSets counts sets, then the values in them. Few missions touch few sets,
// which are noted; many touch most, which are all looked at, in their order.
func (x *search) countSets(f *index.Facet, view *index.FacetView, set ordinals, hits int) {
	counts, sets := x.bySet, f.Sets
	few := hits < len(view.Sets)/4
	for k, w := range set {
		if w == 0 {
			continue
		}
		row := sets.Chunk(uint32(k))
		for ; w != 0; w &= w - 1 {
			n := row[bits.TrailingZeros64(w)&63]
			if few && counts[n] == 0 {
				x.touched = append(x.touched, n)
			}
			counts[n]++
		}
	}
	if few {
		for _, n := range x.touched {
			x.addSet(view, n, counts[n])
			counts[n] = 0
		}
		x.touched = x.touched[:0]
		return
	}
	for n, c := range counts[:len(view.Sets)] {
		if c > 0 {
			x.addSet(view, uint32(n), c)
			counts[n] = 0
		}
	}
}

// addSet counts the values of a set.
func (x *search) addSet(view *index.FacetView, n, count uint32) {
	if v := view.Only[n]; v != 0 {
		x.addValue(v, count)
		return
	}
	values := view.Sets[n]
	for _, v := range values {
		x.addValue(v, count)
	}
	x.unspell(view, values, count)
}

// addValue counts a value, and notes it at its first time.
func (x *search) addValue(v, count uint32) {
	if x.byValue[v] == 0 && count > 0 {
		x.counted = append(x.counted, v)
	}
	x.byValue[v] += count
}

// unspell takes back what a mission with several spellings of one value counts
// too often: only the first counts for the value, all of them as spellings.
func (x *search) unspell(view *index.FacetView, values []uint32, count uint32) {
	for i := 1; i < len(values); i++ {
		if same := view.Same[values[i]]; same == view.Same[values[i-1]] {
			x.bySame = grown(x.bySame, len(view.Values))
			x.bySame[same] += count
		}
	}
}

// countAddresses counts the values of the addresses that pass the rest of what
// is asked of places.
func (x *search) countAddresses(f *index.Facet, view *index.FacetView, field index.Field, set ordinals) {
	x.seen = append(x.seen[:0], set...)
	for k := range x.seen {
		x.seen[k] &^= *x.columns.Several.At(uint32(k))
	}
	x.countSets(f, view, x.seen, x.seen.count())
	for k := range set {
		for w := set[k] & *x.columns.Several.At(uint32(k)); w != 0; w &= w - 1 {
			o := uint32(k<<6 + bits.TrailingZeros64(w))
			span := x.snapshot.Missions.At(o).Addresses
			x.values = x.values[:0]
			for a := span.First; a < span.First+span.Len; a++ {
				if v := x.columns.Places.At(a).Value(field); v != 0 && !contains(x.values, v) && x.passes(a, field) {
					x.values = append(x.values, v)
				}
			}
			slices.SortFunc(x.values, func(a, b uint32) int { return int(view.Same[a]) - int(view.Same[b]) })
			for _, v := range x.values {
				x.addValue(v, 1)
			}
			x.unspell(view, x.values, 1)
		}
	}
}

// give writes what was counted, and makes the counts 0 again.
func (x *search) give(dst []FacetValue, t *tally, f *index.Facet, view *index.FacetView) []FacetValue {
	ranks := f.Table.Ranks(view)
	if t.field == index.City {
		x.spell(view, ranks)
	}
	x.keys, x.chosen = x.keys[:0], grown(x.chosen, len(view.Values))
	own := t.attribute + "="
	for _, v := range x.counted {
		c := x.byValue[v]
		x.byValue[v] = 0
		if c == 0 || t.field == index.Attribute && !strings.HasPrefix(view.Values[v], own) || x.prefix != "" && !x.begins(t, view, v) {
			continue
		}
		x.keys = append(x.keys, uint64(c)<<32|uint64(math.MaxUint32-ranks[v]))
		x.chosen[ranks[v]] = v
	}
	x.counted = x.counted[:0]
	for _, key := range greatest(x.keys, x.most) {
		v := x.chosen[math.MaxUint32-uint32(key)]
		value := FacetValue{Value: view.Values[v], Label: x.snapshot.FacetLabel(t.field, view, v), Count: int(key >> 32)}
		if t.field == index.Attribute {
			value.Value = value.Value[len(own):]
		}
		dst = append(dst, value)
	}
	return dst
}

// spell adds up the spellings of each value under the one that most have.
func (x *search) spell(view *index.FacetView, ranks []uint32) {
	x.bySame, x.chosen = grown(x.bySame, len(view.Values)), grown(x.chosen, len(view.Values))
	best, counts := x.chosen, x.byValue // best[same]: the spelling
	for _, v := range x.counted {
		best[view.Same[v]] = v
	}
	for _, v := range x.counted {
		if b := &best[view.Same[v]]; counts[v] > counts[*b] || counts[v] == counts[*b] && ranks[v] < ranks[*b] {
			*b = v
		}
	}
	for _, v := range x.counted {
		if b := best[view.Same[v]]; b != v {
			counts[b], counts[v] = counts[b]+counts[v], 0
		}
	}
	for _, v := range x.counted {
		if same := view.Same[v]; counts[v] > 0 {
			counts[v] -= x.bySame[same]
			x.bySame[same] = 0
		}
	}
}

// begins says whether a word of a value or its label begins with the prefix.
func (x *search) begins(t *tally, view *index.FacetView, v uint32) bool {
	value := view.Values[v]
	if t.field == index.Attribute {
		value = value[len(t.attribute)+1:]
	}
	return index.BeginsWord(value, x.prefix) || index.BeginsWord(x.snapshot.FacetLabel(t.field, view, v), x.prefix)
}

// greatest gives the n greatest keys, greatest first, in their own memory.
func greatest(keys []uint64, n int) []uint64 {
	if len(keys) > n {
		partition(keys, n)
		keys = keys[:n]
	}
	slices.SortFunc(keys, func(a, b uint64) int {
		if a > b {
			return -1
		}
		return 1
	})
	return keys
}

// partition brings the n greatest of different keys to the front.
func partition(keys []uint64, n int) {
	for lo, hi := 0, len(keys); hi-lo > 1; {
		pivot, i, j := keys[lo+(hi-lo)/2], lo, hi-1
		for i <= j {
			for keys[i] > pivot {
				i++
			}
			for keys[j] < pivot {
				j--
			}
			if i <= j {
				keys[i], keys[j] = keys[j], keys[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			hi = j + 1
		case n >= i:
			lo = i
		default:
			return
		}
	}
}

// countParts counts the parts of the day.
func (x *search) countParts(dst []FacetValue, set ordinals) []FacetValue {
	var counts [4]int
	now := uint32(max(x.snapshot.At, 1))
	for k := range set {
		for w := set[k] & *x.columns.Slotted.At(uint32(k)); w != 0; w &= w - 1 {
			parts := partsAt(x.columns.PartsUntil.At(uint32(k<<6+bits.TrailingZeros64(w))), now)
			for ; parts != 0; parts &= parts - 1 {
				counts[bits.TrailingZeros8(parts)]++
			}
		}
	}
	for i, name := range index.SlotParts() {
		dst = x.appendCount(dst, name, counts[i])
	}
	return mostFirst(dst)
}

// countMinors counts who may come under the age of 18.
func (x *search) countMinors(dst []FacetValue, set ordinals) []FacetValue {
	yes := set.meets(x.columns.Minors)
	dst = x.appendCount(dst, "true", yes)
	return mostFirst(x.appendCount(dst, "false", set.count()-yes))
}

func (x *search) appendCount(dst []FacetValue, value string, n int) []FacetValue {
	if n == 0 || x.prefix != "" && !index.BeginsWord(value, x.prefix) {
		return dst
	}
	return append(dst, FacetValue{Value: value, Count: n})
}

func mostFirst(values []FacetValue) []FacetValue {
	slices.SortFunc(values, func(a, b FacetValue) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Value, b.Value)
	})
	return values
}

// FacetSearch gives the values of one facet of which a word begins with prefix,
// accents and case apart, most first, at most limit of them, as Search counts
// them for the request, whose own facets and page play no part. Labels count
// too. It answers Invalid to a field that is no facet.
func (m *Matcher) FacetSearch(s *index.Snapshot, t *index.TextReader, r *SearchRequest, field, prefix string, limit int) ([]FacetValue, error) {
	if limit < 1 || limit > FacetValuesMax {
		return nil, invalidRequest("/limit", "%d is not from 1 to %d", limit, FacetValuesMax)
	}
	one := *r
	one.Facets, one.Limit, one.Cursor = []string{field}, 0, ""
	if one.Sort == ByDistance {
		one.Sort = ByRelevance // nothing is put in order
	}
	x := m.searcher(s, &one)
	defer m.release(x)
	if err := x.compile(m.zones); err != nil {
		return nil, err
	}
	x.sieve()
	if err := x.matchWords(t); err != nil {
		return nil, err
	}
	x.prefix, x.most = index.FoldBeginning(prefix), limit
	var page SearchPage
	x.tally(&page)
	return page.Facets[0].Values, nil
}
