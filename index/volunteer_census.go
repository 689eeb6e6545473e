package index

import (
	"slices"
	"sync"

	"renfort/geo"
)

// residents are the two censuses and who has moved since. A move has the number
// of its epoch, which ends when those who moved in it are frozen, to be taken into
// a census: a row of a census is alive as long as its volunteer has not moved again.
//
// A census is taken in pieces, a few at each commit, because the writer waits for
// them: of some 300,000 people the large one took a tenth of a second. Meanwhile the
// frozen are found among the moved, and in the old censuses nobody is alive who
// is among them.
type residents struct {
	census    [2]*Census // the large one, seldom taken, and the small one
	where     column[uint32]
	epoch     uint32
	moved     []uint32 // the frozen first
	frozen    int
	again     []uint32 // of the frozen, who moved again
	taking    *taking  // nil where none is under way
	gathering gathering
}

// move says that a volunteer's row is not what the censuses say.
func (r *residents) move(o uint32) {
	since := r.where.edit(o)
	if r.epoch == 0 {
		r.epoch = 1 // 0 is for who never moved
	}
	switch {
	case *since == r.epoch:
	case r.frozen > 0 && *since == r.epoch-1:
		r.again = append(r.again, o)
	default:
		r.moved = append(r.moved, o)
	}
	*since = r.epoch
}

const (
	// movedMost is how many may have moved before a Tick begins a census: every
	// request looks at each of them.
	movedMost = 256
	// takeLeast and takeEach are how many rows are taken at a commit, and for each
	// of its changes: by the sizes at which they join, somebody new has some
	// twenty rows copied for them where there are 700,000.
	takeLeast = 512
	takeEach  = 32
	// takePart is how many are taken between two pauses.
	takePart = 2048
	// gatherRows is what it costs to make somebody's row anew, in rows copied.
	gatherRows = 4
	// gatheringMost is how many rows' memory is kept for the next taking.
	gatheringMost = 1 << 16
)

// tick begins to take those who moved into the small census, and that into the
// large one when it is an eighth of it.
func (r *residents) tick(x *Index) {
	if r.taking != nil || len(r.moved) <= movedMost {
		return
	}
	r.frozen = len(r.moved)
	r.epoch++
	r.taking = &taking{}
}

// takeFirst takes the first census, that of a start, at once: nobody waits for a commit
// yet. It does so beside whatever is done with missions, which it has no part in,
// until wait.
func (r *residents) takeFirst(x *Index) (wait func()) {
	var beside sync.WaitGroup
	if r.census[0] == nil && r.taking != nil {
		beside.Go(func() {
			for r.taking != nil {
				r.step(x, len(r.moved))
			}
		})
	}
	return beside.Wait
}

// work goes on with the census that is taken, if there is one, after so many changes.
func (r *residents) work(x *Index, changes int) {
	for rows := takeLeast + takeEach*changes; rows > 0 && r.taking != nil; rows -= takePart {
		r.step(x, min(rows, takePart))
		x.pause()
	}
}

// step takes so many rows more.
func (r *residents) step(x *Index, rows int) {
	t := r.taking
	for rows > 0 && !t.step(r, x, &rows) {
	}
	if !t.done {
		return
	}
	if r.census[1] = t.to; t.large {
		r.census = [2]*Census{t.to, nil}
	}
	if cap(r.gathering.rows) > gatheringMost { // as after a start
		r.gathering = gathering{}
	}
	r.moved = append(slices.Clone(r.moved[r.frozen:]), r.again...)
	r.frozen, r.again, r.taking = 0, nil, nil
}

// many says whether a small census of so many is to join the large one.
func (r *residents) many(rows int) bool {
	return rows >= mergeLeast && (r.census[0] == nil || rows >= len(r.census[0].Rows)/mergeShare)
}

// taking is a census under way: the frozen are gathered, put in order and settled,
// then joined with the small census, and that with the large one where it is time.
type taking struct {
	gathered int
	sorting  sorting
	settled  int
	vec      geo.Vec // of the home that was settled last
	joining  *joining
	joined   int // how many old censuses are in
	drawing  *drawing
	to       *Census
	large    bool
	done     bool
}

// step does a part of what is next, which costs some of rows; it says whether
// all is done.
func (t *taking) step(r *residents, x *Index, rows *int) (done bool) {
	switch {
	case t.gathered < r.frozen:
		t.gather(r, x, rows)
	case !t.sorting.done():
		*rows = t.sorting.step(*rows)
	case t.to == nil || t.settled < len(r.gathering.settlers):
		t.settle(r, rows)
	case t.drawing != nil:
		*rows = t.drawing.step(*rows)
		t.done = t.drawing.done()
	case t.joining != nil:
		if *rows = t.joining.step(&r.where, *rows); t.joining.done() {
			t.to, t.joining = t.joining.to, nil
			t.joined++
		}
	case t.joined == 0 && r.census[1] != nil:
		t.joining = join(r.census[1], t.to)
	case t.joined < 2 && !t.large && r.many(len(t.to.Rows)):
		t.large = true
		if r.census[0] != nil {
			t.joining = join(r.census[0], t.to)
		}
	default:
		t.drawing = draw(t.to)
	}
	return t.done
}

// gathering is the memory of who is gathered, which one taking after the other
// uses: what is new has to be fetched from the system, page by page.
type gathering struct {
	rows     []Resident // as they were gathered
	settlers []settler
	spare    []settler
}

// gather makes the rows of the frozen as they are now, and sorts them some at a
// time. Whoever moved after they were frozen is dead in it.
func (t *taking) gather(r *residents, x *Index, rows *int) {
	g := &r.gathering
	if t.gathered == 0 {
		g.rows, g.settlers = slices.Grow(g.rows[:0], r.frozen), slices.Grow(g.settlers[:0], r.frozen)
	}
	for ; *rows > 0 && t.gathered < r.frozen; *rows -= gatherRows {
		o := r.moved[t.gathered]
		t.gathered++
		if v := x.volunteers.at(o); v.Exists {
			g.settlers = append(g.settlers, settler{v.Cell, o, uint32(len(g.rows))})
			g.rows = append(g.rows, residentOf(o, v, x.asks.of(o), x.people.id(*x.volunteerIDs.at(o)), x.terms.Runs, r.epoch-1))
		}
	}
	if t.gathered == r.frozen {
		g.spare = slices.Grow(g.spare[:0], len(g.settlers))[:len(g.settlers)]
		t.sorting = sorting{from: g.settlers, to: g.spare}
	}
}

// settle writes the gathered to a census, in order.
func (t *taking) settle(r *residents, rows *int) {
	g, settlers := &r.gathering, t.sorting.from
	if t.to == nil {
		homes := 0
		for i := range settlers {
			if i == 0 || settlers[i].cell != settlers[i-1].cell {
				homes++
			}
		}
		t.to = &Census{Rows: make([]Resident, 0, len(settlers)), Homes: make([]Home, 0, homes)}
	}
	for ; *rows > 0 && t.settled < len(settlers); *rows-- {
		s := settlers[t.settled]
		if s.cell != 0 && (t.settled == 0 || settlers[t.settled-1].cell != s.cell) {
			t.vec = s.cell.CenterVec()
		}
		t.to.add(s.cell, t.vec, &g.rows[s.at])
		t.settled++
	}
}

// joining is two censuses on their way into one, without the dead.
type joining struct {
	from [2]walk
	to   *Census
}

func join(a, b *Census) *joining {
	return &joining{from: [2]walk{{census: a}, {census: b}}, to: &Census{
		Rows:  make([]Resident, 0, len(a.Rows)+len(b.Rows)),
		Homes: make([]Home, 0, max(len(a.Homes), len(b.Homes))+min(len(a.Homes), len(b.Homes))/2),
	}}
}

// step takes so many rows, and gives how many it had no use for.
func (j *joining) step(where *column[uint32], rows int) (left int) {
	for ; rows > 0 && !j.done(); rows-- {
		w := &j.from[0]
		if w.over() || !j.from[1].over() && j.from[1].before(w) {
			w = &j.from[1]
		}
		home, row := w.next()
		if *where.at(row.Ordinal) == row.since {
			j.to.add(home.Cell, home.Vec, row)
		}
	}
	return rows
}

func (j *joining) done() bool { return j.from[0].over() && j.from[1].over() }

// walk is a place in a census.
type walk struct {
	census    *Census
	home, row int
}

func (w *walk) over() bool { return w.row == len(w.census.Rows) }

// before is the order of a census: by home, in a home by ordinal.
func (w *walk) before(v *walk) bool {
	a, b := w.census.Homes[w.home].Cell, v.census.Homes[v.home].Cell
	return a < b || a == b && w.census.Rows[w.row].Ordinal < v.census.Rows[v.row].Ordinal
}

// next gives the row there with its home, and goes on.
func (w *walk) next() (*Home, *Resident) {
	h, r := &w.census.Homes[w.home], &w.census.Rows[w.row]
	if w.row++; uint32(w.row) == h.First+h.Len {
		w.home++
	}
	return h, r
}
