package objects

import (
	"hash/fnv"
	"slices"
)

// bestHeap holds the best candidates of so far, the worst of them on top.
type bestHeap struct {
	list []*candidate
	most int
}

// best are the best so many of all that was found, in no order.
func (k *ranker) best(most int) *bestHeap {
	h := &bestHeap{most: most}
	spare := &candidate{req: k.req, keys: make([]key, len(k.criteria))}
	for i := range k.req.found {
		if len(k.req.found[i].docs) == 0 {
			continue
		}
		k.enter(i)
		for index, doc := range k.docs {
			spare.found, spare.index, spare.doc, spare.tie = i, index, doc, k.tie(doc)
			if len(h.list) == most {
				if !k.beats(spare, h.list[0]) {
					continue
				}
				spare, h.list[0] = h.list[0], spare
				h.sink(k)
				continue
			}
			k.fill(spare, 0)
			h.list = append(h.list, spare)
			h.rise(k)
			spare = &candidate{req: k.req, keys: make([]key, len(k.criteria))}
		}
	}
	return h
}

// fill gives a candidate its keys from criterion c on.
func (k *ranker) fill(c *candidate, from int) {
	for i := from; i < len(k.criteria); i++ {
		c.keys[i] = k.key(i, c.index)
	}
}

// beats says whether a new candidate is before another, and gives it all of
// its keys if so. Keys are asked for only as far as they decide.
func (k *ranker) beats(c, other *candidate) bool {
	for i := range k.criteria {
		c.keys[i] = k.key(i, c.index)
		if d := k.criteria[i].compare(c.keys[i], other.keys[i]); d != 0 {
			if d < 0 {
				k.fill(c, i+1)
			}
			return d < 0
		}
	}
	return tieOrder(c, other) < 0
}

// tie is the place of a document among those that are even: none, or by the
// seed of the query.
func (k *ranker) tie(doc uint32) uint64 {
	if k.req.q.Ties == "" {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(k.req.q.Ties))
	h.Write([]byte{0})
	h.Write([]byte(k.part.docs[doc].ID))
	return h.Sum64()
}

// rise moves the last candidate to its place.
func (h *bestHeap) rise(k *ranker) {
	for i := len(h.list) - 1; i > 0; {
		up := (i - 1) / 2
		if k.order(h.list[i], h.list[up]) <= 0 {
			return
		}
		h.list[i], h.list[up] = h.list[up], h.list[i]
		i = up
	}
}

// sink moves the candidate on top to its place.
func (h *bestHeap) sink(k *ranker) {
	for i := 0; ; {
		worst := i
		for kid := 2*i + 1; kid <= 2*i+2 && kid < len(h.list); kid++ {
			if k.order(h.list[kid], h.list[worst]) > 0 {
				worst = kid
			}
		}
		if worst == i {
			return
		}
		h.list[i], h.list[worst] = h.list[worst], h.list[i]
		i = worst
	}
}

// distinct is the page where records that have the same value of an attribute
// are one group, of which at most each are shown, the best ones. Groups are in
// the order of their best records, and a page counts groups, as Total does
// from here on. A record without the attribute is a group of its own.
func (k *ranker) distinct(res *Result, by string, each int) []*candidate {
	k.req.list()
	all := k.best(k.req.total + 1).list
	slices.SortFunc(all, k.order)
	for i := range k.req.found {
		k.req.found[i].kept = newDocSet(len(k.req.found[i].part.docs))
	}
	var groups [][]*candidate
	known := make(map[string]int)
	for _, c := range all {
		name, ok := c.value(by)
		at, there := known[name]
		if !ok || !there {
			if ok {
				known[name] = len(groups)
			}
			groups = append(groups, []*candidate{c})
			k.req.found[c.found].kept.set(c.doc)
			continue
		}
		if c.group = len(groups[at]); c.group < each {
			groups[at] = append(groups[at], c)
			k.req.found[c.found].kept.set(c.doc)
		}
	}
	res.Total = len(groups)
	k.req.paginate(res)
	var page []*candidate
	for i := res.Offset; i < res.window(); i++ {
		page = append(page, groups[i]...)
	}
	return page
}

// value is the first value of an attribute, as JSON writes it.
func (c *candidate) value(name string) (string, bool) {
	if i, live := c.req.liveAt[name]; live {
		if v, ok := c.req.liveValue(i, c.object().Mission); ok {
			return liveText(v, c.req.live.Attributes[i].Bool), true
		}
	}
	column := c.part().column(name)
	if column == nil {
		return "", false
	}
	values := column.of(c.doc)
	if len(values) == 0 {
		return "", false
	}
	return column.texts[values[0]], true
}
