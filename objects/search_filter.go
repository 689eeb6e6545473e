package objects

import (
	"encoding/binary"
	"math"
	"strings"
)

// narrow leaves in m what matches a filter. Conditions on live attributes are
// asked last, and only of what the others have left.
func (r *request) narrow(p *part, f *Filter, m docSet) {
	switch f.Op {
	case OpAnd:
		for _, k := range f.Kids {
			if !r.isLive(k) {
				r.narrow(p, k, m)
			}
		}
		for _, k := range f.Kids {
			if r.isLive(k) {
				r.narrow(p, k, m)
			}
		}
	case OpOr:
		r.narrowToAny(p, f.Kids, m)
	case OpNot:
		with := r.scratch.copyOf(m)
		for _, k := range f.Kids {
			r.narrow(p, k, with)
		}
		m.andNot(with)
		r.scratch.giveBack(with)
	default:
		r.narrowToLeaf(p, f, m)
	}
}

func (r *request) narrowToAny(p *part, kids []*Filter, m docSet) {
	found := r.scratch.emptySet(len(p.docs))
	for _, k := range kids {
		one := r.scratch.copyOf(m)
		r.narrow(p, k, one)
		found.or(one)
		r.scratch.giveBack(one)
	}
	m.and(found)
	r.scratch.giveBack(found)
}

func (r *request) narrowToLeaf(p *part, f *Filter, m docSet) {
	set := r.leafSet(p.segment, f)
	i, live := r.liveAt[f.Attribute]
	if !live {
		m.and(set)
		return
	}
	holds := liveCondition(f, r.live.Attributes[i].Bool)
	m.keep(func(doc uint32) bool {
		if v, ok := r.liveValue(i, p.docs[doc].Mission); ok {
			return holds(v)
		}
		return set.has(doc)
	})
}

// isLive says whether a filter asks for a live attribute.
func (r *request) isLive(f *Filter) bool {
	if len(r.liveAt) == 0 {
		return false
	}
	for _, k := range f.Kids {
		if r.isLive(k) {
			return true
		}
	}
	_, live := r.liveAt[f.Attribute]
	return live && f.Op >= OpEqual
}

// liveValue is live attribute i of a mission; false where the record's own
// value stands.
func (r *request) liveValue(i int, mission uint32) (float64, bool) {
	if mission == NoMission || r.live.Value == nil {
		return 0, false
	}
	return r.live.Value(i, mission)
}

// liveCondition is a condition on one number, or on a boolean, which is 1 or 0.
func liveCondition(f *Filter, isBool bool) func(v float64) bool {
	if f.Op != OpEqual {
		return f.holds
	}
	want, ok := 0.0, true
	switch lower := strings.ToLower(f.Value); {
	case isBool && lower == "true":
		want = 1
	case isBool && lower == "false":
	default:
		want, ok = numberOf([]byte(f.Value))
	}
	return func(v float64) bool { return ok && v == want }
}

// holds says whether a number meets OpCompare or OpRange. NaN never does.
func (f *Filter) holds(v float64) bool {
	if f.Op == OpRange {
		return v >= f.Number && v <= f.To
	}
	switch f.Compare {
	case Less:
		return v < f.Number
	case LessEqual:
		return v <= f.Number
	case Equal:
		return v == f.Number
	case NotEqual:
		return v != f.Number && !math.IsNaN(v)
	case GreaterEqual:
		return v >= f.Number
	case Greater:
		return v > f.Number
	}
	return false
}

// leafSet is the documents of a segment whose own values meet a condition.
func (r *request) leafSet(s *segment, f *Filter) docSet {
	key := append(r.scratch.key[:0], 'f', byte(f.Op), byte(f.Compare))
	key = binary.AppendUvarint(key, uint64(len(f.Attribute)))
	key = append(key, f.Attribute...)
	if f.Op == OpEqual {
		key = append(key, f.Value...)
	} else {
		key = binary.BigEndian.AppendUint64(key, math.Float64bits(f.Number))
		key = binary.BigEndian.AppendUint64(key, math.Float64bits(f.To))
	}
	r.scratch.key = key
	return s.cache.set(key, len(s.docs), func(into docSet) { s.fillLeaf(f, into) })
}

func (s *segment) fillLeaf(f *Filter, into docSet) {
	if f.Attribute == IDAttribute {
		// Alone among strings, ids are told apart by the cases of letters.
		if f.Op == OpEqual {
			if doc, ok := s.find(f.Value); ok {
				into.set(doc)
			}
		}
		return
	}
	c := s.column(f.Attribute)
	if c == nil {
		return
	}
	chosen := make([]bool, len(c.texts))
	if f.Op == OpEqual {
		values := c.equal(f.Value)
		if len(values) == 0 {
			return
		}
		for _, v := range values {
			chosen[v] = true
		}
	} else {
		for v, n := range c.numbers {
			chosen[v] = f.holds(n)
		}
	}
	c.having(chosen, into)
}

// scores adds to sums[i] what a filter says of document docs[i] for the
// criterion "filters": the score of a condition that is met; of several that
// are asked together the sum; of several one of which is enough the greatest,
// or the sum as well where the query wants it so.
func (r *request) scores(p *part, f *Filter, docs []uint32, sums []int32) {
	switch {
	case f.Op == OpAnd, f.Op == OpOr && r.q.SumScores:
		for _, k := range f.Kids {
			r.scores(p, k, docs, sums)
		}
	case f.Op == OpOr:
		best, one := make([]int32, len(docs)), make([]int32, len(docs))
		for _, k := range f.Kids {
			clear(one)
			r.scores(p, k, docs, one)
			for i, v := range one {
				best[i] = max(best[i], v)
			}
		}
		for i, v := range best {
			sums[i] += v
		}
	default:
		m := r.scratch.emptySet(len(p.docs))
		for _, doc := range docs {
			m.set(doc)
		}
		r.narrow(p, f, m)
		for i, doc := range docs {
			if m.has(doc) {
				sums[i] += int32(f.Score)
			}
		}
		r.scratch.giveBack(m)
	}
}

// scoring are the filters that the criterion "filters" asks: the optional
// ones, and the query's own where its scores are not all alike.
func (r *request) scoring() []*Filter {
	if f := r.q.Filter; f != nil && (r.q.SumScores || f.uneven()) {
		return append([]*Filter{f}, r.q.Optional...)
	}
	return r.q.Optional
}

// uneven says whether a condition has another score than 1.
func (f *Filter) uneven() bool {
	for _, k := range f.Kids {
		if k.uneven() {
			return true
		}
	}
	return f.Op != OpAnd && f.Op != OpOr && f.Score > 1
}
