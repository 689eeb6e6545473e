package objects

// wordsMatch is what one query finds in one segment. Its memory is reused by
// the next match; the zero value is ready. It is not safe for concurrent use.
type wordsMatch struct {
	docs []uint64 // record d matches if bit d%64 of docs[d/64] is set

	index      *wordsIndex
	query      *wordQuery
	attributes []attributeRank

	found  []expansion
	runs   []run
	edges  []span // runs of query.edges[e]
	sets   []uint64
	joined occurrences // of sequences of words
	ranks  rankRoom
}

// span is a part of a slice.
type span struct{ from, to int }

// occurrences are records and positions as a wordsIndex has them.
type occurrences struct {
	doc []uint32
	at  []uint16
}

// run is the occurrences of one term in one attribute, which count alike.
type run struct {
	span
	joined    bool   // they are in wordsMatch.joined, not in the index
	base      uint32 // of wordRank.Attribute
	attribute uint16
	unordered bool
	exact     bool
	typos     uint8
	width     uint8 // words of a sequence
}

// occurrences of a run.
func (m *wordsMatch) occurrences(r *run) ([]uint32, []uint16) {
	if r.joined {
		return m.joined.doc[r.from:r.to], m.joined.at[r.from:r.to]
	}
	return m.index.doc[r.from:r.to], m.index.at[r.from:r.to]
}

// match finds the records of a segment that have the words of a query, in
// attributes that are searched: those beyond the slice are not. What it finds
// is in m, until the next match.
func (w *wordsIndex) match(q *wordQuery, attributes []attributeRank, m *wordsMatch) {
	m.index, m.query, m.attributes = w, q, attributes
	m.runs, m.edges = m.runs[:0], m.edges[:0]
	m.joined.doc, m.joined.at = m.joined.doc[:0], m.joined.at[:0]
	size := (w.docs + 63) / 64
	// The steps of the query, one edge, and what any edge has found.
	m.sets = resized(m.sets, size*(len(q.words)+3))
	step := func(i int) []uint64 { return m.sets[i*size : (i+1)*size] }
	edge, union := step(len(q.words)+1), step(len(q.words)+2)
	setAll(step(0), w.docs)
	e := 0
	for i := range q.words { // edges into a step follow those into all before
		if q.words[i].optional {
			copy(step(i+1), step(i))
		}
		for ; e < len(q.edges) && q.edges[e].to == i+1; e++ {
			clear(edge)
			m.look(&q.edges[e], edge)
			from, to := step(q.edges[e].from), step(i+1)
			for k, set := range edge {
				to[k] |= from[k] & set
				union[k] |= set
			}
		}
	}
	m.docs = append(m.docs[:0], step(len(q.words))...)
	if len(q.words) > 0 {
		for k := range m.docs {
			m.docs[k] &= union[k] // not all of them were optional and absent
		}
	}
	m.exclude(edge)
}

// resized gives a cleared slice of n words.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// mark adds the records of a run to a set.
func (m *wordsMatch) mark(r *run, set []uint64) {
	docs, _ := m.occurrences(r)
	for _, doc := range docs {
		set[doc/64] |= 1 << (doc % 64)
	}
}

// exclude takes away the records that have what must not be there.
func (m *wordsMatch) exclude(set []uint64) {
	first := len(m.runs)
	clear(set)
	for _, words := range m.query.negatives {
		m.other(&queryOther{words: words})
	}
	for r := range m.runs[first:] {
		m.mark(&m.runs[first+r], set)
	}
	m.runs = m.runs[:first]
	for k := range set {
		m.docs[k] &^= set[k]
	}
}

// look adds the runs of the next edge, and their records to a set.
func (m *wordsMatch) look(e *queryEdge, set []uint64) {
	first := len(m.runs)
	if e.word != nil {
		m.found = m.index.expand(e.word, m.found[:0])
		for _, x := range m.found {
			m.lists(int(x.term), x.near, 0, x.near.whole == 0)
		}
	}
	for i := range e.others {
		m.other(&e.others[i])
	}
	for r := range m.runs[first:] {
		m.mark(&m.runs[first+r], set)
	}
	m.edges = append(m.edges, span{first, len(m.runs)})
}

// other adds the runs of one sequence of words.
func (m *wordsMatch) other(o *queryOther) {
	if len(o.words) > 1 {
		m.sequence(o)
		return
	}
	if i, ok := m.index.find(o.words[0]); ok {
		m.lists(i, nearness{0, tooFar}, o.typos, o.exact)
	}
	if o.prefix {
		from, to := m.index.beginning(o.words[0])
		for i := from; i < to; i++ {
			if len(m.index.term(i)) > len(o.words[0]) {
				m.lists(i, nearness{tooFar, 0}, o.typos, false)
			}
		}
	}
}

// lists adds the lists of a term in the attributes that are searched.
func (m *wordsMatch) lists(term int, near nearness, more uint8, exact bool) {
	w := m.index
	for l := w.lists[term]; l < w.lists[term+1]; l++ {
		a := m.searched(w.in[l])
		if a == nil {
			continue
		}
		typos := near.in(a)
		if typos == tooFar || a.NoTypos && more > 0 {
			continue
		}
		m.add(run{span: span{int(w.starts[l]), int(w.starts[l+1])}, attribute: w.in[l], typos: typos + more, exact: exact, width: 1}, a)
	}
}

// searched is how an attribute counts, nil if it is not searched.
func (m *wordsMatch) searched(attribute uint16) *attributeRank {
	if int(attribute) >= len(m.attributes) || m.attributes[attribute].Rank < 0 {
		return nil
	}
	return &m.attributes[attribute]
}

func (m *wordsMatch) add(r run, a *attributeRank) {
	r.base, r.unordered = uint32(a.Rank)*positionsRanked, a.Unordered
	r.exact = r.exact && !a.NoExact
	m.runs = append(m.runs, r)
}

// sequence adds the places where words follow each other.
func (m *wordsMatch) sequence(o *queryOther) {
	w := m.index
	terms := make([]int, 0, queryWordsMax)
	for _, word := range o.words {
		i, ok := w.find(word)
		if !ok {
			return
		}
		terms = append(terms, i)
	}
	for l := w.lists[terms[0]]; l < w.lists[terms[0]+1]; l++ {
		a := m.searched(w.in[l])
		if a == nil || a.NoTypos && o.typos > 0 {
			continue
		}
		from := len(m.joined.doc)
		m.follow(terms, l)
		if to := len(m.joined.doc); to > from {
			m.add(run{span: span{from, to}, joined: true, attribute: w.in[l], typos: o.typos, exact: o.exact, width: uint8(len(terms))}, a)
		}
	}
}

// follow writes to joined where the terms follow each other in the attribute
// of list l, which is the first term's.
func (m *wordsMatch) follow(terms []int, l uint32) {
	w := m.index
	var doc [queryWordsMax][]uint32
	var at [queryWordsMax][]uint16
	for k, term := range terms {
		other := w.lists[term]
		for other < w.lists[term+1] && w.in[other] != w.in[l] {
			other++
		}
		if other == w.lists[term+1] {
			return
		}
		doc[k], at[k] = w.doc[w.starts[other]:w.starts[other+1]], w.at[w.starts[other]:w.starts[other+1]]
	}
	var next [queryWordsMax]int
places:
	for i, d := range doc[0] {
		for k := 1; k < len(terms); k++ {
			n, place := next[k], at[0][i]>>1+uint16(k)
			for n < len(doc[k]) && (doc[k][n] < d || doc[k][n] == d && at[k][n]>>1 < place) {
				n++
			}
			if next[k] = n; n == len(doc[k]) {
				return
			}
			if doc[k][n] != d || at[k][n]>>1 != place {
				continue places
			}
		}
		// The one word of its value is a sequence only if it is one of one.
		m.joined.doc, m.joined.at = append(m.joined.doc, d), append(m.joined.at, at[0][i]&^1)
	}
}
