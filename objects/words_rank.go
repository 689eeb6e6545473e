package objects

import (
	"math/bits"
	"slices"
	"sort"
)

// rankRoom is the memory in which ranks are made. Competitor c is the c-th
// record that matches and is among those asked for.
type rankRoom struct {
	compete   []uint64
	before    []uint32 // competitors before word i of compete
	list      []uint32 // record of competitor c
	typos     []uint8  // of edge e for competitor c at c*edges+e, or tooFar
	attribute []uint32
	exact     []uint64 // a bit a word of the query
	places    []uint64 // see place
	of        []uint32 // the competitor of each place
	sorted    []uint64 // places by competitor
	starts    []uint32 // of competitor c in sorted
}

// A place is where something stands that was found for a word of the query: 6
// bits of the word, then 16 of the attribute, 15 of the position, 7 of width.
const (
	placeWidthBits = 7
	placeWordShift = placeWidthBits + 15 + 16
	// placeWindow is more than what can lie between the beginnings of two
	// places that are less than proximityMax apart.
	placeWindow = proximityMax + queryWordsMax
)

// rank visits the records that match and are among a set, in ascending order,
// with their ranks; all that match if among is nil.
func (m *wordsMatch) rank(among []uint64, visit func(doc uint32, r wordRank)) {
	m.choose(among)
	room := &m.ranks
	words := len(m.query.words)
	if words == 0 {
		for _, doc := range room.list {
			visit(doc, wordRank{})
		}
		return
	}
	n := len(room.list)
	room.typos = filled(room.typos, n*len(m.edges), tooFar)
	room.attribute = filled(room.attribute, n, ^uint32(0))
	room.exact = resized(room.exact, n)
	room.places, room.of = room.places[:0], room.of[:0]
	for e, edge := range m.edges {
		for r := edge.from; r < edge.to; r++ {
			m.weigh(e, &m.runs[r])
		}
	}
	if words > 1 {
		room.sort()
	}
	for c, doc := range room.list {
		r := wordRank{Attribute: room.attribute[c], Exact: uint8(bits.OnesCount64(room.exact[c]))}
		r.Words, r.Typos, _ = m.query.way(room.typos[c*len(m.edges) : (c+1)*len(m.edges)])
		if words > 1 {
			r.Proximity = m.proximity(room.sorted[room.starts[c]:room.starts[c+1]])
		}
		visit(doc, r)
	}
}

// filled gives a slice of n times v.
func filled[T any](s []T, n int, v T) []T {
	s = slices.Grow(s[:0], n)[:n]
	for i := range s {
		s[i] = v
	}
	return s
}

// choose numbers the competitors.
func (m *wordsMatch) choose(among []uint64) {
	room := &m.ranks
	room.compete, room.before, room.list = append(room.compete[:0], m.docs...), room.before[:0], room.list[:0]
	for i := range room.compete {
		if among != nil {
			room.compete[i] &= among[i]
		}
		room.before = append(room.before, uint32(len(room.list)))
		for set := room.compete[i]; set != 0; set &= set - 1 {
			room.list = append(room.list, uint32(i*64+bits.TrailingZeros64(set)))
		}
	}
}

// sparse is how many times more occurrences than competitors there are where
// it is quicker to look for the competitors.
const sparse = 16

// weigh counts the occurrences of one run of an edge.
func (m *wordsMatch) weigh(e int, r *run) {
	room := &m.ranks
	docs, at := m.occurrences(r)
	if len(room.list)*sparse < len(docs) {
		for c, doc := range room.list {
			i := sort.Search(len(docs), func(i int) bool { return docs[i] >= doc })
			for docs, at = docs[i:], at[i:]; len(docs) > 0 && docs[0] == doc; docs, at = docs[1:], at[1:] {
				m.count(e, r, uint32(c), at[0])
			}
		}
		return
	}
	for i, doc := range docs {
		set, bit := room.compete[doc/64], uint64(1)<<(doc%64)
		if set&bit != 0 {
			m.count(e, r, room.before[doc/64]+uint32(bits.OnesCount64(set&(bit-1))), at[i])
		}
	}
}

// count takes one occurrence of one competitor.
func (m *wordsMatch) count(e int, r *run, c uint32, at uint16) {
	room, edge := &m.ranks, &m.query.edges[e]
	if typos := &room.typos[int(c)*len(m.edges)+e]; r.typos < *typos {
		*typos = r.typos
	}
	attribute := r.base
	if !r.unordered {
		attribute += min(uint32(at>>1), positionsRanked-1)
	}
	if attribute < room.attribute[c] {
		room.attribute[c] = attribute
	}
	words := len(m.query.words)
	if r.exact && (words > 1 || m.query.exactAlone(at&1 == 1)) {
		room.exact[c] |= (1<<edge.to - 1) &^ (1<<edge.from - 1)
	}
	if words > 1 {
		place := uint64(r.attribute)<<(15+placeWidthBits) | uint64(at>>1)<<placeWidthBits | uint64(r.width)
		for word := edge.from; word < edge.to; word++ {
			room.places = append(room.places, uint64(word)<<placeWordShift|place)
			room.of = append(room.of, c)
		}
	}
}

// exactAlone says whether the one word of a query is exact where it was found
// as it is, by exactOnSingleWordQuery.
func (w *wordQuery) exactAlone(alone bool) bool {
	switch w.single {
	case "none":
		return false
	case "word":
		return len(w.words[0].letters) >= 3
	}
	return alone
}

// way is the best way through the query: that of most words, then of fewest
// typos. typos are those of each edge, tooFar for one that was not found. ok
// is false where no way leads to the end, or none over any word.
func (w *wordQuery) way(typos []uint8) (words, fewest uint8, ok bool) {
	const none = -1
	var best [queryWordsMax + 1]int // words times 65,536 less typos, of each step
	e := 0
	for i := range w.words {
		best[i+1] = none
		if w.words[i].optional {
			best[i+1] = best[i]
		}
		for ; e < len(typos) && w.edges[e].to == i+1; e++ {
			edge := &w.edges[e]
			if typos[e] == tooFar || best[edge.from] == none {
				continue
			}
			best[i+1] = max(best[i+1], best[edge.from]+(edge.to-edge.from)<<16-int(typos[e]))
		}
	}
	end := best[len(w.words)]
	if end <= 0 {
		return 0, 0, false
	}
	words = uint8((end + 0xffff) >> 16)
	return words, uint8(min(int(words)<<16-end, tooFar-1)), true
}

// sort brings the places of a competitor together, in ascending order.
func (r *rankRoom) sort() {
	r.starts = resized(r.starts, len(r.list)+2)
	for _, c := range r.of {
		r.starts[c+2]++
	}
	for c := range r.list {
		r.starts[c+2] += r.starts[c+1]
	}
	r.sorted = slices.Grow(r.sorted[:0], len(r.places))[:len(r.places)]
	for i, c := range r.of { // starts[c+1] goes from the beginning of c to its end
		r.sorted[r.starts[c+1]] = r.places[i]
		r.starts[c+1]++
	}
	for c := range r.list {
		slices.Sort(r.sorted[r.starts[c]:r.starts[c+1]])
	}
}

// proximity sums how far each word of the query is from the next, where they
// are nearest.
func (m *wordsMatch) proximity(places []uint64) (sum uint16) {
	end := func(word int) int {
		for i, p := range places {
			if p>>placeWordShift > uint64(word) {
				return i
			}
		}
		return len(places)
	}
	to := end(0)
	left, rest := places[:to], places[to:]
	for word := 1; word < len(m.query.words); word++ {
		places = rest
		to = end(word)
		right := places[:to]
		sum += uint16(max(nearest(left, right), m.query.proximity))
		left, rest = right, places[to:]
	}
	return sum
}

// nearest is the least distance of a place on the left and one on the right.
func nearest(left, right []uint64) int {
	best, low := proximityMax, 0
	where := func(p uint64) uint64 { return p & (1<<placeWordShift - 1) >> placeWidthBits }
	for _, r := range right {
		for low < len(left) && where(left[low])+placeWindow < where(r) {
			low++
		}
		for i := low; i < len(left) && where(left[i]) <= where(r)+placeWindow; i++ {
			if where(left[i])>>15 == where(r)>>15 {
				best = min(best, distance(left[i], r))
			}
		}
	}
	return best
}

// distance of two places of one attribute: 1 where the second follows the
// first or both are one, and one more for the wrong order.
func distance(left, right uint64) int {
	width := func(p uint64) int { return int(p & (1<<placeWidthBits - 1)) }
	position := func(p uint64) int { return int(p >> placeWidthBits & positionMax) }
	switch l, r := position(left), position(right); {
	case r >= l+width(left):
		return r - (l + width(left) - 1)
	case l >= r+width(right):
		return l - (r + width(right) - 1) + 1
	}
	return 1
}

// typosOf adds the numbers of typos of the records that match and are among a
// set.
func (m *wordsMatch) typosOf(among []uint64, has *typoSet) {
	m.rank(among, func(_ uint32, r wordRank) { has.add(r.Typos) })
}

// keepTypos leaves in docs only records of at most so many typos.
func (m *wordsMatch) keepTypos(most uint8) {
	kept := make([]uint64, len(m.docs))
	m.rank(nil, func(doc uint32, r wordRank) {
		if r.Typos <= most {
			kept[doc/64] |= 1 << (doc % 64)
		}
	})
	copy(m.docs, kept)
}
