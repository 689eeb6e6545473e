package index

import "sync"

// scratches are what questions work in, kept for the next.
type scratches struct{ pool sync.Pool }

// scratch is the room of one question: sets of ordinals, and scores by
// ordinal.
type scratch struct {
	sets     [][]uint64
	scores   [][]float32
	setsUsed int
	used     int
}

func (s *scratches) take() *scratch {
	if r, ok := s.pool.Get().(*scratch); ok {
		r.setsUsed, r.used = 0, 0
		return r
	}
	return new(scratch)
}

func (s *scratches) give(r *scratch) { s.pool.Put(r) }

// set gives an empty set of so many words.
func (r *scratch) set(words int) []uint64 {
	if r.setsUsed == len(r.sets) {
		r.sets = append(r.sets, nil)
	}
	s := &r.sets[r.setsUsed]
	r.setsUsed++
	if cap(*s) < words {
		*s = make([]uint64, words+words/8)
	}
	*s = (*s)[:words]
	clear(*s)
	return *s
}

// clause gives room for one clause. Its scores are not cleared: those count
// that are in the set.
func (r *scratch) clause(words, rows int) matched {
	if r.used == len(r.scores) {
		r.scores = append(r.scores, nil)
	}
	s := &r.scores[r.used]
	r.used++
	if cap(*s) < rows {
		*s = make([]float32, rows+rows/8)
	}
	*s = (*s)[:rows]
	return matched{bits: r.set(words), scores: *s}
}
