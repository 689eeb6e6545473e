package objects

import (
	"math/bits"
	"slices"
	"sort"
)

// rankRoom is the memory in which ranks are made. Each record that competes has
// a seat: its own number if many compete, else that among those that do.
type rankRoom struct {
	compete   []uint64
	before    []uint32 // competitors before word i of compete
	list      []uint32 // record of each competitor, ascending
	many      bool     // seats are the records' numbers
	typos     []uint8  // of edge e for seat c at c*edges+e, or tooFar
	attribute []uint32 // of seat c
	exact     []uint64 // of seat c, a bit a word of the query
	places    []uint64 // see place; in heaps, of which word i of seat c has number c times the words that count, plus i
	starts    []uint32 // of each heap
	best      [queryWordsMax + 1]int
	seats     []uint32 // of the occurrences of one run
	at        []uint16 // and their positions
}

// A place is where something stands that was found for a word of the query: 16
// bits of the attribute, 15 of the position, 7 of the width.
const (
	placeWidthBits = 7
	// placeWindow is more than what can lie between the beginnings of two
	// places that are less than proximityMax apart.
	placeWindow = proximityMax + queryWordsMax
	// placesUnsorted is how many pairs of places are compared as they come.
	placesUnsorted = 100
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
	seats := len(room.list)
	if room.many = seats*dense > m.index.docs; room.many {
		seats = m.index.docs
	}
	room.typos = filled(room.typos, seats*len(m.edges), tooFar)
	room.attribute = filled(room.attribute, seats, ^uint32(0))
	room.exact = resized(room.exact, seats)
	for e, edge := range m.edges {
		for r := edge.from; r < edge.to; r++ {
			m.weigh(e, &m.runs[r])
		}
	}
	near := min(words, proximityWordsMax)
	if near > 1 {
		m.heap(seats * near)
	}
	for c, doc := range room.list {
		if room.many {
			c = int(doc)
		}
		r := wordRank{Attribute: room.attribute[c], Exact: uint8(bits.OnesCount64(room.exact[c]))}
		r.Words, r.Typos, _ = m.query.way(room.typos[c*len(m.edges):(c+1)*len(m.edges)], &room.best)
		if near > 1 {
			r.Proximity = room.proximity(c*near, near, m.query.proximity)
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

const (
	// sparse is how many times more occurrences than competitors there are
	// where it is quicker to look for the competitors.
	sparse = 16
	// dense is how many times more records than competitors there are where it
	// is slower to number them than to weigh all records.
	dense = 4
)

// seated gives the occurrences of a run that compete, by seat.
func (m *wordsMatch) seated(r *run) (seats []uint32, at []uint16) {
	room := &m.ranks
	docs, at := m.occurrences(r)
	if room.many {
		return docs, at // those that do not compete are weighed for nothing
	}
	room.seats, room.at = room.seats[:0], room.at[:0]
	if len(room.list)*sparse < len(docs) {
		for c, doc := range room.list {
			i := sort.Search(len(docs), func(i int) bool { return docs[i] >= doc })
			for docs, at = docs[i:], at[i:]; len(docs) > 0 && docs[0] == doc; docs, at = docs[1:], at[1:] {
				room.seats, room.at = append(room.seats, uint32(c)), append(room.at, at[0])
			}
		}
		return room.seats, room.at
	}
	for i, doc := range docs {
		if set, bit := room.compete[doc/64], uint64(1)<<(doc%64); set&bit != 0 {
			c := room.before[doc/64] + uint32(bits.OnesCount64(set&(bit-1)))
			room.seats, room.at = append(room.seats, c), append(room.at, at[i])
		}
	}
	return room.seats, room.at
}

// weigh counts the occurrences of one run of an edge.
func (m *wordsMatch) weigh(e int, r *run) {
	room, edges := &m.ranks, len(m.edges)
	seats, at := m.seated(r)
	at = at[:len(seats)]
	typos, attribute, last := room.typos, room.attribute, uint32(positionsRanked-1)
	if r.unordered {
		last = 0
	}
	for i, c := range seats {
		if t := int(c)*edges + e; r.typos < typos[t] {
			typos[t] = r.typos
		}
		if a := r.base + min(uint32(at[i]>>1), last); a < attribute[c] {
			attribute[c] = a
		}
	}
	if !r.exact {
		return
	}
	words, found := len(m.query.words), m.query.edges[e].bits()
	for i, c := range seats {
		if words > 1 || m.query.exactAlone(at[i]&1 == 1) {
			room.exact[c] |= found
		}
	}
}

// heap brings the places together that belong together, of so many heaps.
func (m *wordsMatch) heap(heaps int) {
	room := &m.ranks
	room.starts = resized(room.starts, heaps+2)
	starts := room.starts
	m.heaped(func(heap, _ uint64) { starts[heap+2]++ })
	for heap := range heaps {
		starts[heap+2] += starts[heap+1]
	}
	n := int(starts[heaps+1])
	room.places = slices.Grow(room.places[:0], n)[:n]
	places := room.places
	m.heaped(func(heap, place uint64) { // starts[heap+1] goes from its beginning to its end
		places[starts[heap+1]] = place
		starts[heap+1]++
	})
}

// heaped visits all places.
func (m *wordsMatch) heaped(visit func(heap, place uint64)) {
	near := min(len(m.query.words), proximityWordsMax)
	for e, span := range m.edges {
		edge := &m.query.edges[e]
		for r := span.from; r < span.to; r++ {
			r := &m.runs[r]
			seats, at := m.seated(r)
			at = at[:len(seats)]
			place := uint64(r.attribute)<<(15+placeWidthBits) | uint64(r.width)
			for word := edge.from; word < min(edge.to, near); word++ {
				for i, c := range seats {
					visit(uint64(c)*uint64(near)+uint64(word), place|uint64(at[i]>>1)<<placeWidthBits)
				}
			}
		}
	}
}

// bits has a bit for each word of an edge.
func (e *queryEdge) bits() uint64 { return (1<<e.to - 1) &^ (1<<e.from - 1) }

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
// is false where no way leads to the end, or none over any word. best is room
// for what is known of each step: words times 65,536, less typos; of the first
// it is 0.
func (w *wordQuery) way(typos []uint8, best *[queryWordsMax + 1]int) (words, fewest uint8, ok bool) {
	const none = -1
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

// proximity sums how far each word of a query is from the next, where they are
// nearest; of the seat whose heaps begin with first.
func (r *rankRoom) proximity(first, words, least int) (sum uint16) {
	left := r.places[r.starts[first]:r.starts[first+1]]
	for heap := first + 1; heap < first+words; heap++ {
		right := r.places[r.starts[heap]:r.starts[heap+1]]
		sum += uint16(max(nearest(left, right), least))
		left = right
	}
	return sum
}

// nearest is the least distance of a place on the left and one on the right.
// It may sort them.
func nearest(left, right []uint64) int {
	best, low, window := proximityMax, 0, uint64(1<<62)
	where := func(p uint64) uint64 { return p >> placeWidthBits }
	if len(left)*len(right) > placesUnsorted {
		slices.Sort(left)
		slices.Sort(right)
		window = placeWindow
	}
	for _, r := range right {
		for low < len(left) && where(left[low])+window < where(r) {
			low++
		}
		for i := low; i < len(left) && where(left[i]) <= where(r)+window; i++ {
			if where(left[i])>>15 != where(r)>>15 {
				continue
			}
			if best = min(best, distance(left[i], r)); best == 1 {
				return best // nothing is nearer
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
