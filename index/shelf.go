package index

import (
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"renfort/geo"
	"renfort/mission"
)

// ShelfLevel is the level of the cells that have shelves: some 4 km wide.
const ShelfLevel = 11

// The bounds of what shelves cost: a shelf is stocked once its cell was asked
// for so often that it pays, and no more than shelvesMost are kept.
const (
	shelfAsks   = 4
	shelvesMost = 8192
	slotsLen    = 2 * shelvesMost // of the table of slots, which is never full
)

// ShelfRow is an entry on a shelf: where it is, and what tells whether to look.
// There are thousands of shelves with the same missions on them, so the entry
// itself is read where all read it, and stays in the processor's cache.
type ShelfRow struct {
	Ordinal uint32
	place   uint32  // tree and entry: entryBits of it are the latter
	Bound   float32 // standing times distance at most, for anybody in the cell
}

// entryBits is how many bits of a place tell the entry of a tree.
const entryBits = 28

// RowOf gives the row of an entry of a tree.
func RowOf(tree, entry, ordinal uint32, bound float32) ShelfRow {
	return ShelfRow{ordinal, tree<<entryBits | entry, bound}
}

// Shelf is the entries that can score best for people in one cell, or from
// anywhere, best bound first. It is immutable.
type Shelf struct {
	Trees   []*Tree // where its entries are
	Rows    []ShelfRow
	Rest    float64          // a row's bound for everything that is not on the shelf
	ScaleKm [Classes]float64 // by class: the distance scales that it holds for, or shorter ones
	Center  geo.Vec          // of the cell
	// Near is the entries nearest to the cell's centre, nearest first: all
	// those within NearKm of it.
	Near    []Entry
	NearKms []float32 // NearKms[i]: Near[i] is no nearer to the centre
	NearKm  float64
	// Scales and RankKm say how far the Rank-th nearest is from here.
	Scales uint64 // their Name: they themselves would keep the whole of an old snapshot
	RankKm float64

	traits     []uint64 // by block, a bit for each row: domains, activities, skills, reach, then by leastAges and mostAges
	domains    int      // how many there are
	activities int
	leastAges  []uint8 // those that its rows have: of each, the traits tell which have it
	mostAges   []uint8
}

// Entry gives the entry of a row.
func (s *Shelf) Entry(r *ShelfRow) *Entry {
	return &s.Trees[r.place>>entryBits].Entries[r.place&(1<<entryBits-1)]
}

// BlockRows is how many rows of a shelf are told together.
const BlockRows = 64

// ShelfTraits says of a block's rows, a bit each, which of them share something
// with somebody.
type ShelfTraits struct {
	Activity uint64 // one of the activities
	Domain   uint64 // one of the domains
	Adjacent uint64 // one of the domains beside
	Skills   uint64 // asks for skills
	Far      uint64 // reaches farther than ordinary missions
	All      uint64 // there is a row, for people of that age
}

// Tastes are what somebody would share with missions, and the ages that theirs
// must admit: Young at least, Old at most.
type Tastes struct {
	Activities, Domains, Adjacent uint64
	Young, Old                    uint8
}

// maskBits is how many domains, or folded activities, there can be.
const maskBits = 64

// Sort makes the shelf's rows ready to be looked up by what they are about.
func (s *Shelf) Sort(t *mission.Taxonomy) {
	s.domains, s.activities = min(len(t.Domains), maskBits), min(len(t.Activities), maskBits)
	for i := range s.Rows {
		e := s.Entry(&s.Rows[i])
		s.leastAges, s.mostAges = withAge(s.leastAges, e.MinAge), withAge(s.mostAges, e.MaxAge)
	}
	stride := s.stride()
	s.traits = make([]uint64, (len(s.Rows)+BlockRows-1)/BlockRows*stride)
	for i := range s.Rows {
		e := s.Entry(&s.Rows[i])
		block, bit := s.traits[i/BlockRows*stride:(i/BlockRows+1)*stride], uint64(1)<<(i%BlockRows)
		for rest := e.Domains; rest != 0; rest &= rest - 1 {
			block[bits.TrailingZeros64(rest)] |= bit
		}
		block = block[s.domains:]
		for rest := e.Activities; rest != 0; rest &= rest - 1 {
			block[bits.TrailingZeros64(rest)] |= bit
		}
		block = block[s.activities:]
		if e.Traits&AsksOfSkills != 0 {
			block[0] |= bit
		}
		if e.Class() > Normal {
			block[1] |= bit
		}
		block[2+slices.Index(s.leastAges, e.MinAge)] |= bit
		block[2+len(s.leastAges)+slices.Index(s.mostAges, e.MaxAge)] |= bit
	}
}

// stride is how many words of traits there are for a block.
func (s *Shelf) stride() int {
	return s.domains + s.activities + 2 + len(s.leastAges) + len(s.mostAges)
}

func withAge(ages []uint8, age uint8) []uint8 {
	if slices.Contains(ages, age) {
		return ages
	}
	return append(ages, age)
}

// Block gives the rows of a block, and what Traits reads of it.
func (s *Shelf) Block(block int) (rows []ShelfRow, traits []uint64) {
	stride := s.stride()
	return s.Rows[block*BlockRows : min((block+1)*BlockRows, len(s.Rows))], s.traits[block*stride : (block+1)*stride]
}

// Traits looks at the rows of a block.
func (s *Shelf) Traits(block int, who *Tastes) (t ShelfTraits) {
	stride := s.stride()
	b := s.traits[block*stride : (block+1)*stride]
	for rest := who.Domains; rest != 0; rest &= rest - 1 {
		t.Domain |= b[bits.TrailingZeros64(rest)]
	}
	for rest := who.Adjacent; rest != 0; rest &= rest - 1 {
		t.Adjacent |= b[bits.TrailingZeros64(rest)]
	}
	b = b[s.domains:]
	for rest := who.Activities; rest != 0; rest &= rest - 1 {
		t.Activity |= b[bits.TrailingZeros64(rest)]
	}
	b = b[s.activities:]
	t.Skills, t.Far = b[0], b[1]
	t.All = s.ageFits(b[2:], who)
	return t
}

// ageFits gives the rows of a block that admit the ages.
func (s *Shelf) ageFits(b []uint64, who *Tastes) uint64 {
	young, old := uint64(0), uint64(0)
	for i, age := range s.leastAges {
		if age <= who.Young {
			young |= b[i]
		}
	}
	for i, age := range s.mostAges {
		if age >= who.Old {
			old |= b[len(s.leastAges)+i]
		}
	}
	return young & old
}

// Shelves are the shelves of one state of the trees: they go with it. What is
// in the snapshot's Fresh is not on them. Safe for concurrent use.
type Shelves struct {
	Trees   []*Tree
	touched []atomic.Uint64 // bit o%64 of touched[o/64]: the row of ordinal o changed since
	stands  []treeStands    // stands[i] of Trees[i]
	// Risen are the missions that shelves from before the last renewal of bounds
	// do not answer for.
	Risen []uint32
	*shelfRoom
}

// shelfRoom is where shelves stand.
type shelfRoom struct {
	count  atomic.Int64
	missed atomic.Int64                        // how often a shelf from before had to do
	slots  [slotsLen]atomic.Pointer[ShelfSlot] // by hash of the cell, the next free place where that is taken
	afar   sync.Once
	remote *Shelf
}

// treeStands is the rows of a tree's entries, in their order.
type treeStands struct {
	once sync.Once
	rows []Stand
}

// newShelves gives the empty shelves of the trees of s. Those of the bounds
// before, which may be nil, serve until there are new ones: for all but the
// missions risen.
func newShelves(s *Snapshot, before *Shelves, risen []uint32) *Shelves {
	none := &Shelves{Trees: s.Trees, Risen: risen, shelfRoom: new(shelfRoom)}
	if before != nil {
		none.inherit(before.shelfRoom)
	}
	return none.again(s)
}

// inherit makes places for the shelves of another room. Nobody else knows r yet.
func (r *shelfRoom) inherit(from *shelfRoom) {
	for i := range from.slots {
		old := from.slots[i].Load()
		if old == nil {
			continue
		}
		if shelf := old.shelf.Load(); shelf != nil {
			at := slotOf(old.cell)
			for r.slots[at].Load() != nil {
				at = (at + 1) % slotsLen
			}
			slot := &ShelfSlot{cell: old.cell}
			slot.before.Store(shelf)
			r.slots[at].Store(slot)
			r.count.Add(1)
		}
	}
}

// again gives the same shelves for a snapshot in which every mission was stood
// anew within the bounds of the same trees.
func (s *Shelves) again(next *Snapshot) *Shelves {
	return &Shelves{Trees: s.Trees, touched: make([]atomic.Uint64, (next.Rows+63)/64), stands: make([]treeStands, len(s.Trees)), Risen: s.Risen, shelfRoom: s.shelfRoom}
}

// Touched says that a mission's row may have changed since there are these
// shelves. A snapshot from before the change may be told so too.
func (s *Shelves) Touched(o uint32) bool {
	return int(o/64) >= len(s.touched) || s.touched[o/64].Load()&(1<<(o%64)) != 0
}

// touch is called before the snapshot that has the change is published.
func (s *Shelves) touch(o uint32) {
	if int(o/64) < len(s.touched) {
		s.touched[o/64].Or(1 << (o % 64))
	}
}

// Stands gives the rows of the entries of Trees[i], as a snapshot with these
// shelves has them: those touched are to be read in the asker's own.
func (s *Shelves) Stands(i uint32, from *Snapshot) []Stand {
	t := &s.stands[i]
	t.once.Do(func() {
		t.rows = make([]Stand, len(s.Trees[i].Entries))
		for k := range t.rows {
			t.rows[k] = *from.Stands.At(s.Trees[i].Entries[k].Ordinal)
		}
	})
	return t.rows
}

// Afar gives the shelf of what can be done from anywhere. It is stocked when it
// is first asked for; who asks meanwhile waits.
func (s *Shelves) Afar(stock func() *Shelf) *Shelf {
	s.afar.Do(func() { s.remote = stock() })
	return s.remote
}

// ShelfSlot is the place of one shelf.
type ShelfSlot struct {
	shelf  atomic.Pointer[Shelf]
	before atomic.Pointer[Shelf] // from before the last renewal of bounds, until there is a new one
	cell   geo.Cell
	asked  atomic.Uint32
	busy   atomic.Bool
}

// slotHash spreads cells over the table: the odd number next to 2^64 divided
// by the golden ratio.
const slotHash = 0x9e3779b97f4a7c15

// slotOf gives where the place of a cell is first looked for.
func slotOf(c geo.Cell) uint64 { return uint64(c) * slotHash >> 32 % slotsLen }

// Slot gives the place of a cell's shelf, nil if there are too many.
func (s *Shelves) Slot(c geo.Cell) *ShelfSlot {
	for i := slotOf(c); ; i = (i + 1) % slotsLen {
		slot := s.slots[i].Load()
		if slot == nil {
			if s.count.Load() >= shelvesMost {
				return nil
			}
			slot = &ShelfSlot{cell: c}
			if s.slots[i].CompareAndSwap(nil, slot) {
				s.count.Add(1)
			} else {
				slot = s.slots[i].Load() // somebody took the place, perhaps for this cell
			}
		}
		if slot.cell == c {
			return slot
		}
	}
}

// Peek gives the shelf that is there, nil for none.
func (s *ShelfSlot) Peek() *Shelf { return s.shelf.Load() }

// ShelfRaise is how much higher than its own the bounds of a shelf from before
// the last renewal must be taken.
const ShelfRaise = 1.03

// missesAStock is how often shelves from before must have done for each that is
// stocked anew: a renewal empties thousands at once, and to stock them all in
// its first second would be all that is done in it.
const missesAStock = 16

// Take gives the shelf of a slot if it holds for the scales, else nil; it then
// stocks the shelf if it pays and nobody else does so already. old says that it
// is one from before the last renewal: its bounds are to be raised by
// ShelfRaise, and it does not answer for the Risen.
func (r *shelfRoom) Take(s *ShelfSlot, scaleKm *[Classes]float64, stock func() *Shelf) (shelf *Shelf, old bool) {
	if shelf = s.shelf.Load(); shelf != nil && shelf.holds(scaleKm) {
		return shelf, false
	}
	before := s.before.Load()
	if before != nil && !before.holds(scaleKm) {
		before = nil
	}
	if !r.mayStock(s, before != nil) || !s.busy.CompareAndSwap(false, true) {
		return before, before != nil
	}
	defer s.busy.Store(false)
	shelf = stock()
	s.shelf.Store(shelf)
	s.before.Store(nil)
	return shelf, false
}

// mayStock says whether it is a slot's turn to be stocked.
func (r *shelfRoom) mayStock(s *ShelfSlot, before bool) bool {
	if before {
		return r.missed.Add(1)%missesAStock == 0
	}
	return s.asked.Add(1) >= shelfAsks
}

func (s *Shelf) holds(scaleKm *[Classes]float64) bool {
	for i, km := range scaleKm {
		if km > s.ScaleKm[i] {
			return false
		}
	}
	return true
}
