package objects

import (
	"math"
	"slices"
	"strings"

	"renfort/geo"
)

// criterionKind is what a criterion of the ranking compares.
type criterionKind uint8

const (
	byTypo criterionKind = iota
	byGeo
	byWords
	byFilters
	byProximity
	byAttribute
	byExact
	byValue   // asc(name), desc(name)
	byRenfort // the score that a mission has elsewhere
)

// criterion is one of a sequence; each decides where those before it are even.
type criterion struct {
	kind criterionKind
	name string // byValue
	desc bool
	live int // byValue: the live attribute, -1 for none
}

// key is what a record has by one criterion; the lesser is before the greater.
// Where an attribute has a string, text is it.
type key struct {
	number float64
	text   string
}

// stringsAt is the number of strings: they stand behind all numbers. What has
// no value is behind both, at the infinite.
const stringsAt = math.MaxFloat64

// candidate is a record that may be on the page.
type candidate struct {
	req   *request
	found int // of req.found
	index int // of the document in that one's docs
	doc   uint32
	tie   uint64 // by Query.Ties
	group int    // of distinct records: which of its group it is, from 0
	keys  []key
}

func (c *candidate) part() *part     { return c.req.found[c.found].part }
func (c *candidate) object() *Object { return &c.part().docs[c.doc] }

// criteria reads the ranking: the query's, else the settings', else Algolia's.
func (r *request) criteria() (list []criterion) {
	ranking := r.q.Ranking
	if ranking == nil {
		ranking = r.s.Ranking
	}
	if ranking == nil {
		ranking = []string{"typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom"}
	}
	custom := r.q.CustomRanking
	if custom == nil {
		custom = r.s.CustomRanking
	}
	for _, name := range ranking {
		if name != "custom" {
			list = r.criterion(list, name)
			continue
		}
		for _, name := range custom {
			list = r.criterion(list, name)
		}
	}
	return list
}

// criterion adds one that tells records of this query apart.
func (r *request) criterion(list []criterion, name string) []criterion {
	words := !r.words.any()
	add := func(kind criterionKind, tells bool) []criterion {
		if tells {
			list = append(list, criterion{kind: kind, live: -1})
		}
		return list
	}
	switch name {
	case "typo":
		return add(byTypo, words)
	case "geo":
		return add(byGeo, r.where.at != nil)
	case "words":
		return add(byWords, words)
	case "filters":
		return add(byFilters, len(r.scoring()) > 0)
	case "proximity":
		return add(byProximity, words)
	case "attribute":
		return add(byAttribute, words)
	case "exact":
		return add(byExact, words)
	case "renfort":
		return add(byRenfort, r.live.Score != nil)
	}
	order, attribute, ok := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	if !ok || order != "asc" && order != "desc" {
		return list
	}
	c := criterion{kind: byValue, name: attribute, desc: order == "desc", live: -1}
	if i, ok := r.liveAt[attribute]; ok {
		c.live = i
	}
	return append(list, c)
}

// ranker compares what one part found.
type ranker struct {
	req      *request
	criteria []criterion

	// Of the part at hand. Slices are by the index in docs, nil where no
	// criterion asks.
	found   int
	part    *part
	docs    []uint32
	columns []*valueColumn // by criterion
	words   []wordRank
	filters []int32
	scores  []float32
}

// enter makes the ranker ready for a part.
func (k *ranker) enter(found int) {
	r, f := k.req, &k.req.found[found]
	k.found, k.part, k.docs = found, f.part, f.docs
	k.columns = k.columns[:0]
	k.words, k.filters, k.scores = nil, nil, nil
	for i := range k.criteria {
		c := &k.criteria[i]
		k.columns = append(k.columns, nil)
		switch c.kind {
		case byValue:
			k.columns[i] = f.part.column(c.name)
		case byFilters:
			k.filters = r.filterScores(f)
		case byRenfort:
			k.scores = r.liveScores(f)
		case byGeo:
		default:
			if k.words == nil {
				k.words = r.wordRanks(found)
			}
		}
	}
}

// filterScores are the scores of optional filters of all that was found.
func (r *request) filterScores(f *partFound) []int32 {
	sums := make([]int32, len(f.docs))
	for _, o := range r.scoring() {
		r.scores(f.part, o, f.docs, sums)
	}
	return sums
}

// liveScores are the scores of the missions of all that was found, -1 where
// there is none.
func (r *request) liveScores(f *partFound) []float32 {
	scores := make([]float32, len(f.docs))
	missions, at := make([]uint32, 0, len(f.docs)), make([]int, 0, len(f.docs))
	for i, doc := range f.docs {
		if m := f.part.docs[doc].Mission; m != NoMission {
			missions, at = append(missions, m), append(at, i)
		} else {
			scores[i] = -1
		}
	}
	if len(missions) == 0 {
		return scores
	}
	theirs := make([]float32, len(missions))
	r.live.Score(missions, r.where.at, theirs)
	for i, score := range theirs {
		scores[at[i]] = score
	}
	return scores
}

// key is what the document of that index has by criterion c.
func (k *ranker) key(c, index int) key {
	switch by := &k.criteria[c]; by.kind {
	case byTypo:
		return key{number: float64(k.words[index].Typos)}
	case byGeo:
		chord2, _, ok := k.part.places.nearest(k.docs[index], k.req.where.from)
		if !ok {
			return key{number: math.Inf(1)}
		}
		return key{number: k.req.where.ranked(geo.Km(chord2) * 1000)}
	case byWords:
		return key{number: -float64(k.words[index].Words)}
	case byFilters:
		return key{number: -float64(k.filters[index])}
	case byProximity:
		return key{number: float64(k.words[index].Proximity)}
	case byAttribute:
		return key{number: float64(k.words[index].Attribute)}
	case byExact:
		return key{number: -float64(k.words[index].Exact)}
	case byRenfort:
		return key{number: -float64(k.scores[index])}
	default:
		return k.valueKey(by, k.columns[c], k.docs[index])
	}
}

// valueKey is an attribute of a document: of several values the one that comes
// first in the order asked for.
func (k *ranker) valueKey(by *criterion, c *valueColumn, doc uint32) key {
	if by.live >= 0 {
		if v, ok := k.req.liveValue(by.live, k.part.docs[doc].Mission); ok {
			if by.desc {
				v = -v
			}
			return key{number: v}
		}
	}
	best := key{number: math.Inf(1)}
	if c == nil {
		return best
	}
	for _, v := range c.of(doc) {
		one := key{number: stringsAt, text: c.texts[v]}
		if c.kind(v) != kindString {
			one = key{number: c.numbers[v]}
			if by.desc {
				one.number = -one.number
			}
		}
		if by.compare(one, best) < 0 {
			best = one
		}
	}
	return best
}

// compare is negative if a is before b.
func (c *criterion) compare(a, b key) int {
	switch {
	case a.number < b.number:
		return -1
	case a.number > b.number:
		return 1
	case c.desc:
		return strings.Compare(b.text, a.text)
	}
	return strings.Compare(a.text, b.text)
}

// rank is the page: the hits from Offset on, best first.
func (r *request) rank(res *Result) []*candidate {
	by := r.s.DistinctBy
	each := r.s.Distinct
	if r.q.Distinct != nil {
		each = *r.q.Distinct
	}
	k := &ranker{req: r, criteria: r.criteria()}
	if by != "" && each > 0 {
		return k.distinct(res, by, each)
	}
	window := res.window()
	if window == 0 {
		return nil
	}
	h := k.best(window)
	slices.SortFunc(h.list, k.order)
	return h.list[min(res.Offset, len(h.list)):]
}

// order compares two candidates; no two are even.
func (k *ranker) order(a, b *candidate) int {
	for i := range k.criteria {
		if c := k.criteria[i].compare(a.keys[i], b.keys[i]); c != 0 {
			return c
		}
	}
	return tieOrder(a, b)
}

func tieOrder(a, b *candidate) int {
	switch {
	case a.tie < b.tie:
		return -1
	case a.tie > b.tie:
		return 1
	case a.found == b.found:
		return int(a.part().place[a.doc]) - int(b.part().place[b.doc])
	}
	return strings.Compare(a.object().ID, b.object().ID)
}
