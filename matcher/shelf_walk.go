package matcher

import (
	"math"
	"math/bits"
	"unsafe"

	"renfort/index"
)

// shelfWalk is a look at a shelf: the rows of each kind apart, so that nobody
// has to look at what others like. Kinds are the rows of affinity; with skills
// that somebody has, those of missions that ask for some come behind.
type shelfWalk struct {
	shelf  *index.Shelf
	kinds  int
	remote bool
	tastes index.Tastes
	words  [][2 * kinds]uint64 // words[b][k]: the rows 64b to 64b+63 of kind k
	at     [2 * kinds]kindWalk
	picked [2][pickFirst]picked // what is looked at, and what comes next
}

// How many rows are looked at together: as many as a page has at first, then few,
// since every one of them may raise the floor for those that follow.
const (
	pickFirst = 24
	pickNext  = 8
)

// picked is an entry to be looked at, its mission's row, and its affinity and bound
// at most.
type picked struct {
	entry    *index.Entry
	stand    *index.Stand
	affinity float64
	bound    float64
}

// kindWalk is how far the rows of one kind were looked at.
type kindWalk struct {
	affinity float64 // at most, to its weight
	bound    float64 // of the row, negative where no other can beat the floor
	row      int
	block    int
	word     uint64 // rows of the block that come after
	ended    bool   // there are no other rows
}

// takeFrom looks at a shelf's entries until none can beat the floor. It says
// whether that is true of what is not on the shelf as well.
func (q *query) takeFrom(s *index.Shelf, remote bool) (done bool) {
	w, from, floor := q.beginWalk(s, remote), q.afar(), q.best.floor(remote)
	n := q.pick(w, &w.picked[0], floor, pickFirst)
	for turn := 0; n > 0; turn ^= 1 {
		now := w.picked[turn][:n]
		n = q.pick(w, &w.picked[turn^1], floor, pickNext) // fetched while these are looked at
		for i := range now {
			if p := &now[i]; p.bound >= floor {
				q.takeRow(p.entry, p.stand, p.affinity, remote, &from)
			}
		}
		floor = q.best.floor(remote)
	}
	rest := 0.0 // of the kinds that were looked at to their end
	for k := range w.kinds {
		if c := &w.at[k]; c.ended {
			rest = max(rest, s.Rest*c.affinity)
		}
	}
	if done = rest == 0 || rest < floor; !done {
		for i := range s.Rows { // the trees have them too
			q.mark(s.Rows[i].Ordinal)
		}
		q.stamping, q.twice = true, true
	}
	return done
}

// pick takes the next rows, best first, has the processor fetch them, and says how
// many there were: they are far apart in memory.
func (q *query) pick(w *shelfWalk, into *[pickFirst]picked, floor float64, most int) (n int) {
	lines := q.lines[:0]
	for n < most {
		best := 0
		for k := 1; k < w.kinds; k++ {
			if w.at[k].bound > w.at[best].bound {
				best = k
			}
		}
		next := &w.at[best]
		if next.bound < floor || next.bound < 0 {
			break
		}
		row := &w.shelf.Rows[next.row]
		p := &into[n]
		*p = picked{w.shelf.Entry(row), q.snapshot.Stands.At(row.Ordinal), next.affinity, next.bound}
		lines = append(lines, unsafe.Pointer(p.entry), unsafe.Pointer(p.stand))
		n++
		q.advance(best, floor)
	}
	prefetch(lines)
	q.lines = lines
	return n
}

// tastes gives what the person would share with missions.
func (q *query) tastes() index.Tastes {
	t := index.Tastes{Activities: q.folded, Domains: q.domains, Adjacent: q.adjacent, Young: math.MaxUint8}
	if q.ageKnown {
		t.Young = uint8(min(max(q.age, 0), math.MaxUint8))
		if q.ageExact {
			t.Old = t.Young
		}
	}
	return t
}

// takeRow looks at one row of a shelf.
func (q *query) takeRow(e *index.Entry, stand *index.Stand, affinity float64, remote bool, from *way) {
	if stand.Standing == 0 || stand.Generation != e.Generation {
		return
	}
	if remote {
		if q.mayAfar(e.Remote) && stand.Standing*affinity >= q.best.floor(true) {
			q.considerWay(e, stand, from)
		}
		return
	}
	if len(q.skills) > 0 {
		affinity = q.affinityBound(e)
	}
	if w, ok := q.wayNear(e, e.Class(), stand.Standing*affinity); ok {
		q.considerWay(e, stand, &w)
	}
}

// beginWalk stands before the first row of each kind.
func (q *query) beginWalk(s *index.Shelf, remote bool) *shelfWalk {
	w := &q.walk
	w.shelf, w.words, w.kinds, w.remote, w.tastes = s, w.words[:0], 1, remote, q.tastes()
	afar := boundSlack * q.raise
	if remote {
		afar = boundSlack
		if q.placed {
			afar *= q.remoteD
		}
	}
	w.at[0] = kindWalk{affinity: afar}
	if q.prefers {
		w.kinds = kinds
		if len(q.skills) > 0 {
			w.kinds = 2 * kinds
		}
		for k := range w.kinds {
			affinity := q.affinity[k%kinds]
			if k >= kinds {
				affinity = q.affinityUp[k%kinds]
			}
			w.at[k] = kindWalk{affinity: affinity * afar}
		}
	}
	floor := q.best.floor(remote)
	for k := range w.kinds {
		w.at[k].block = -1
		q.advance(k, floor)
	}
	return w
}

// advance moves to the next row of a kind, unless none can beat the floor.
func (q *query) advance(k int, floor float64) {
	w := &q.walk
	c, s := &w.at[k], w.shelf
	for c.word == 0 {
		c.block++
		first := c.block * 64
		if c.ended = first >= len(s.Rows); c.ended || float64(s.Rows[first].Bound)*c.affinity < floor {
			c.bound = -1
			return
		}
		if c.block == len(w.words) {
			fetchBlock(s, c.block+1)
			w.words = append(w.words, q.sortRows(c.block))
		}
		c.word = w.words[c.block][k]
	}
	c.row = c.block*index.BlockRows + bits.TrailingZeros64(c.word)
	c.word &= c.word - 1
	c.bound = float64(s.Rows[c.row].Bound) * c.affinity
}

// sortRows gives the rows of a block of the shelf by kind.
func (q *query) sortRows(block int) (words [2 * kinds]uint64) {
	w := &q.walk
	t := w.shelf.Traits(block, &w.tastes)
	rest := t.All
	if q.around && !w.remote {
		rest &= t.Far // the others that are near enough are known
	}
	if w.kinds == 1 {
		words[0] = rest
		return words
	}
	for k, of := range [kinds]uint64{byActivity: t.Activity, byDomain: t.Domain, byAdjacent: t.Adjacent, byOther: t.All} {
		words[k] = of & rest
		rest &^= of
		if w.kinds > kinds {
			words[k+kinds] = words[k] & t.Skills
			words[k] &^= t.Skills
		}
	}
	return words
}

// fetchBlock has the processor fetch a block of a shelf.
func fetchBlock(s *index.Shelf, block int) {
	const line = 64
	if block*index.BlockRows < len(s.Rows) {
		rows, traits := s.Block(block)
		prefetchRun(unsafe.Pointer(&traits[0]), (len(traits)*8+line-1)/line)
		prefetchRun(unsafe.Pointer(&rows[0]), (len(rows)*int(unsafe.Sizeof(rows[0]))+line-1)/line)
	}
}
