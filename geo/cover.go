package geo

import (
	"github.com/golang/geo/r3"
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Cover gives at most about so many cells, none smaller than levelMax, whose
// union contains the cap, edge and rounding included: what CellOf puts into
// none of them or below is not in the cap. They do not overlap. The empty cap
// has no cover. It takes some 25 us.
func (c Cap) Cover(cells, levelMax int) []Cell {
	if c.IsEmpty() {
		return nil
	}
	center := s2.Point{Vector: r3.Vector{X: c.Center.X, Y: c.Center.Y, Z: c.Center.Z}}
	// A point on an edge may be put on its other side: a metre is more than
	// all rounding.
	chord2 := Chord2(widen(c.RadiusKm) + 1e-3)
	coverer := s2.RegionCoverer{MaxLevel: levelMax, MaxCells: cells, LevelMod: 1}
	union := coverer.Covering(s2.CapFromCenterChordAngle(center, s1.ChordAngle(min(chord2, 4))))
	cover := make([]Cell, len(union))
	for i, id := range union {
		cover[i] = Cell(id)
	}
	return cover
}
