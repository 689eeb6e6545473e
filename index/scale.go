package index

import (
	"sync"

	"renfort/geo"
	"renfort/mission"
)

// Scales remembers, between two Ticks, how far the n-th nearest mission is
// from the cells that were asked for. Safe for concurrent use.
type Scales struct {
	Base *Snapshot // as it was at the Tick: what a scale is measured on
	Rank int       // the n
	Name uint64    // no others of the index have it
	km   sync.Map  // geo.Cell of mission.ScaleLevel -> float64
}

// Km gives the distance at the cell's centre, measured once.
func (s *Scales) Km(c geo.Cell, measure func(base *Snapshot, at geo.Vec, rank int) float64) float64 {
	if km, ok := s.km.Load(c); ok {
		return km.(float64)
	}
	km := measure(s.Base, c.CenterVec(), s.Rank)
	s.km.Store(c, km)
	return km
}

// ScaleCell gives the cell at whose centre a place's scale is taken.
func ScaleCell(v geo.Vec) geo.Cell { return geo.CellOf(v, mission.ScaleLevel) }
