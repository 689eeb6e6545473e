package geo

import (
	"fmt"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s2"
)

// CellLevelMax is the level of the smallest cells, about a centimetre wide.
// Level 13 is about 1 km wide, level 10 about 8 km, level 0 a sixth of the
// globe.
const CellLevelMax = 30

// Cell names a square of the sphere: an S2 cell id. Cells of one level do not
// overlap; a cell contains four of the next level; ids follow a curve, so that
// the leaves inside a cell are the ids from RangeMin to RangeMax. The zero
// Cell is no cell.
type Cell uint64

// CellAt is the cell of that level (0 to CellLevelMax, others are clamped) in
// which p lies; no cell (0) for a point that is not Valid.
func CellAt(p Point, level int) Cell { return LeafCell(p).Parent(level) }

// LeafCell is the smallest cell in which p lies; no cell (0) for a point that
// is not Valid.
func LeafCell(p Point) Cell {
	if !p.Valid() {
		return 0
	}
	return Cell(s2.CellIDFromLatLng(s2.LatLngFromDegrees(p.Lat, p.Lon)))
}

// CellOf is CellAt for a unit vector, without the way through degrees; on the
// edge of a cell the two may differ.
func CellOf(v Vec, level int) Cell {
	return Cell(s2.CellFromPoint(s2.Point{Vector: r3.Vector{X: v.X, Y: v.Y, Z: v.Z}}).ID()).Parent(level)
}

// ParseCell reads what Token wrote. Anything that does not name a cell is an
// error.
func ParseCell(token string) (Cell, error) {
	c := Cell(s2.CellIDFromToken(token))
	if !c.Valid() || c.Token() != token {
		return 0, fmt.Errorf("geo: %q is not the token of a cell", token)
	}
	return c, nil
}

// Token is a short, URL-safe name that sorts like the cell: 1 to 16
// hexadecimal digits, "X" for no cell.
func (c Cell) Token() string { return c.id().ToToken() }

// String is Token.
func (c Cell) String() string { return c.Token() }

// Valid says whether c is a cell. The other methods, but Token and Parent, ask
// for one and mean nothing without it.
func (c Cell) Valid() bool { return c.id().IsValid() }

// Level is the depth of c: 0 for the six largest cells to CellLevelMax.
func (c Cell) Level() int { return c.id().Level() }

// Parent is the cell of that level that contains c; c itself where the level
// is not above c's own; no cell (0) for no cell.
func (c Cell) Parent(level int) Cell {
	if !c.Valid() || level >= c.Level() {
		return c
	}
	return Cell(c.id().Parent(max(level, 0)))
}

// Center is the middle of c.
func (c Cell) Center() Point { return c.CenterVec().Point() }

// CenterVec is the middle of c as a unit vector.
func (c Cell) CenterVec() Vec { return vecOf(c.id().Point()) }

// Contains says whether d is c or lies inside it.
func (c Cell) Contains(d Cell) bool { return c.id().Contains(d.id()) }

// RangeMin is the first leaf inside c.
func (c Cell) RangeMin() Cell { return Cell(c.id().RangeMin()) }

// RangeMax is the last leaf inside c.
func (c Cell) RangeMax() Cell { return Cell(c.id().RangeMax()) }

func (c Cell) id() s2.CellID { return s2.CellID(c) }

// vecOf is S2's point as ours; both are unit vectors on the same axes.
func vecOf(p s2.Point) Vec { return Vec{X: p.X, Y: p.Y, Z: p.Z} }
