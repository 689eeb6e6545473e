package objects

import "sync"

// scratch is the memory that one query works in. It is used again by the next.
type scratch struct {
	sets    []docSet // free ones, of any length
	key     []byte
	counts  []uint32 // zero between uses
	hit     []uint32 // values counted
	docs    [][]uint32
	matches []*wordsMatch
}

// scratchPool hands out scratches. It is safe for concurrent use.
type scratchPool struct{ pool sync.Pool }

func (p *scratchPool) take() *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{}
}

func (p *scratchPool) giveBack(s *scratch) { p.pool.Put(s) }

// set is a set whose bits are anything.
func (s *scratch) set(docs int) docSet {
	words := (docs + 63) / 64
	for i := len(s.sets) - 1; i >= 0; i-- {
		if free := s.sets[i]; cap(free) >= words {
			s.sets[i] = s.sets[len(s.sets)-1]
			s.sets = s.sets[:len(s.sets)-1]
			return free[:words]
		}
	}
	return make(docSet, words)
}

func (s *scratch) emptySet(docs int) docSet {
	set := s.set(docs)
	set.clear()
	return set
}

func (s *scratch) copyOf(m docSet) docSet {
	set := s.set(len(m) * 64)
	copy(set, m)
	return set
}

func (s *scratch) giveBack(set docSet) { s.sets = append(s.sets, set) }

// list is an empty list of documents.
func (s *scratch) list() []uint32 {
	if n := len(s.docs); n > 0 {
		list := s.docs[n-1][:0]
		s.docs = s.docs[:n-1]
		return list
	}
	return nil
}

// zeroes are so many counts of 0. Who counts sets them to 0 again.
func (s *scratch) zeroes(n int) []uint32 {
	if len(s.counts) < n {
		s.counts = make([]uint32, n+n/2)
	}
	return s.counts[:n]
}

// match is room for what words find in a segment.
func (s *scratch) match() *wordsMatch {
	if n := len(s.matches); n > 0 {
		m := s.matches[n-1]
		s.matches = s.matches[:n-1]
		return m
	}
	return &wordsMatch{}
}
