package index

import (
	"sync"
	"sync/atomic"

	"renfort/geo"
)

// ShelfLevel is the level of the cells that have shelves: some 4 km wide.
const ShelfLevel = 11

// The bounds of what shelves cost: a shelf is stocked once its cell was asked
// for so often that it pays, and no more than shelvesMost are kept.
const (
	shelfAsks   = 4
	shelvesMost = 4096
)

// ShelfRow is an entry on a shelf with its mission's row beside it, so that
// nothing else in memory is to be read for most.
type ShelfRow struct {
	Entry
	Stand Stand // as it was; of a mission that was touched since, the snapshot's counts
}

// TailRow is an entry that few people have to look at, without its mission's
// row.
type TailRow struct {
	Entry
	Standing   float32 // at most
	Bound      float32 // as Bounds
	Generation uint32
}

// Shelf is the entries at places that can score best for people in one cell,
// best bound first. It is immutable.
type Shelf struct {
	Rows    []ShelfRow
	Bounds  []float32        // Bounds[i]: standing times distance of Rows[i] at most, for anybody in the cell
	Tail    []TailRow        // what follows Rows
	Rest    float64          // the same bound for everything that is not on the shelf
	ScaleKm [Classes]float64 // by class: the distance scales that it holds for, or shorter ones
	// Near is the entries nearest to the cell's centre, nearest first: all
	// those within NearKm of it.
	Near   []ShelfRow
	NearKm float64
}

// Shelves are the shelves of one state of the trees: they go with it. What is
// in the snapshot's Fresh is not on them. Safe for concurrent use.
type Shelves struct {
	Trees   []*Tree
	touched []atomic.Uint64 // bit o%64 of touched[o/64]: the row of ordinal o changed since
	stands  []treeStands    // stands[i] of Trees[i]
	count   atomic.Int64
	byCell  sync.Map // geo.Cell -> *ShelfSlot
}

// treeStands is the rows of a tree's entries, in their order.
type treeStands struct {
	once sync.Once
	rows []Stand
}

// newShelves gives the empty shelves of the trees of s.
func newShelves(s *Snapshot) *Shelves {
	return &Shelves{Trees: s.Trees, touched: make([]atomic.Uint64, (s.Rows+63)/64), stands: make([]treeStands, len(s.Trees))}
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

// ShelfSlot is the place of one shelf.
type ShelfSlot struct {
	asked atomic.Uint32
	shelf atomic.Pointer[Shelf]
	busy  atomic.Bool
}

// Slot gives the place of a cell's shelf, nil if there are too many.
func (s *Shelves) Slot(c geo.Cell) *ShelfSlot {
	if slot, ok := s.byCell.Load(c); ok {
		return slot.(*ShelfSlot)
	}
	if s.count.Load() >= shelvesMost {
		return nil
	}
	slot, had := s.byCell.LoadOrStore(c, new(ShelfSlot))
	if !had {
		s.count.Add(1)
	}
	return slot.(*ShelfSlot)
}

// Take gives the shelf if it holds for the scales, else nil; it then stocks
// the shelf if it pays and nobody else does so already.
func (s *ShelfSlot) Take(scaleKm *[Classes]float64, stock func() *Shelf) *Shelf {
	shelf := s.shelf.Load()
	if shelf != nil && shelf.holds(scaleKm) {
		return shelf
	}
	if s.asked.Add(1) < shelfAsks || !s.busy.CompareAndSwap(false, true) {
		return nil
	}
	defer s.busy.Store(false)
	shelf = stock()
	s.shelf.Store(shelf)
	return shelf
}

func (s *Shelf) holds(scaleKm *[Classes]float64) bool {
	for i, km := range scaleKm {
		if km > s.ScaleKm[i] {
			return false
		}
	}
	return true
}
