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

// ShelfRow is an entry on a shelf: all that tells most missions, in one line of
// the processor's cache.
type ShelfRow struct {
	Entry
	Standing   float32 // at most
	Generation uint32
}

// Shelf is the entries at places that can score best for people in one cell,
// best bound first. It is immutable.
type Shelf struct {
	Rows    []ShelfRow
	Bounds  []float32  // Bounds[i]: standing times distance of Rows[i] at most, for anybody in the cell
	Rest    float64    // the same for everything that is not on the shelf
	ScaleKm [4]float64 // by class: the distance scales that it holds for, or shorter ones
}

// Shelves are the shelves of one state of the trees: they go with it. What is
// in the snapshot's Fresh is not on them. Safe for concurrent use.
type Shelves struct {
	Trees  []*Tree
	count  atomic.Int64
	byCell sync.Map // geo.Cell -> *ShelfSlot
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
func (s *ShelfSlot) Take(scaleKm *[4]float64, stock func() *Shelf) *Shelf {
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

func (s *Shelf) holds(scaleKm *[4]float64) bool {
	for i, km := range scaleKm {
		if km > s.ScaleKm[i] {
			return false
		}
	}
	return true
}
