// These tests hold cells to their promises: a point is in its cell at every
// level, cells nest, tokens come back.
package geo_test

import (
	"math"
	"testing"

	"renfort/geo"
)

// TestCellOfPoint checks random points at all levels: the cell has the level,
// lies in its parents and in the range of leaves, and its cap has the point.
func TestCellOfPoint(t *testing.T) {
	r := newRand()
	for range 2_000 {
		p := anywhere(r).Point()
		leaf := geo.LeafCell(p)
		for level := 0; level <= geo.CellLevelMax; level++ {
			c := geo.CellAt(p, level)
			switch {
			case !c.Valid() || c.Level() != level:
				t.Fatalf("seed %d: CellAt(%v, %d) = %v, level %d", seed, p, level, c, c.Level())
			case !c.Contains(leaf) || leaf < c.RangeMin() || leaf > c.RangeMax():
				t.Fatalf("seed %d: cell %v does not contain the leaf %v of its point %v", seed, c, leaf, p)
			case leaf.Parent(level) != c:
				t.Fatalf("seed %d: parent %d of %v is %v, want %v", seed, level, leaf, leaf.Parent(level), c)
			case !geo.CellCap(c).Contains(p.Vec()):
				t.Fatalf("seed %d: the cap of %v does not contain its point %v", seed, c, p)
			case geo.CellAt(c.Center(), level) != c:
				t.Fatalf("seed %d: the centre of %v is in %v", seed, c, geo.CellAt(c.Center(), level))
			}
		}
	}
}

// TestCellContains compares Contains with the points: a cell contains another
// exactly if it is the other's parent.
func TestCellContains(t *testing.T) {
	r := newRand()
	for range 20_000 {
		v := anywhere(r)
		c := geo.CellAt(v.Point(), r.IntN(20))
		d := geo.CellAt(around(r, v, 300).Point(), r.IntN(20))
		want := d.Level() >= c.Level() && d.Parent(c.Level()) == c
		if got := c.Contains(d); got != want {
			t.Fatalf("seed %d: %v contains %v: got %v, want %v", seed, c, d, got, want)
		}
	}
}

func TestCellEdges(t *testing.T) {
	p := geo.Point{Lat: 44.52, Lon: 3.5}
	if got := geo.CellAt(geo.Point{Lat: math.NaN()}, 10); got != 0 || got.Valid() {
		t.Errorf("the cell of a point that is not valid: got %v, want none", got)
	}
	if got, want := geo.CellAt(p, 99), geo.LeafCell(p); got != want {
		t.Errorf("level 99: got %v, want the leaf %v", got, want)
	}
	if got, want := geo.CellAt(p, -1), geo.CellAt(p, 0); got != want {
		t.Errorf("level -1: got %v, want %v", got, want)
	}
	c := geo.CellAt(p, 10)
	if got := c.Parent(13); got != c {
		t.Errorf("a deeper parent of %v: got %v, want itself", c, got)
	}
	if got := geo.Cell(0).Parent(3); got != 0 {
		t.Errorf("parent of no cell: got %v, want none", got)
	}
}

func TestParseCell(t *testing.T) {
	for _, token := range []string{"", "X", "x", "0", "47e66", "47e66f", "12ad3zz", "47E66F", "47e66f000", "ffffffffffffffff", "00000000000000001", " 47e"} {
		if c, err := geo.ParseCell(token); err == nil && c.Token() != token {
			t.Errorf("ParseCell(%q) = %v, whose token is %q", token, c, c.Token())
		}
	}
	for _, token := range []string{"", "X", "0", "12ad3zz", "47E66F", "ffffffffffffffff"} {
		if c, err := geo.ParseCell(token); err == nil {
			t.Errorf("ParseCell(%q): got %v, want an error", token, c)
		}
	}
}

// FuzzParseCell feeds tokens: what is accepted is a cell, and writes itself as
// it was read.
func FuzzParseCell(f *testing.F) {
	for _, token := range []string{"47e66f", "1", "X", "", "12acb", "47e66fffffffffff", "0000000000000001"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		c, err := geo.ParseCell(token)
		if err != nil {
			return
		}
		if !c.Valid() || c.Token() != token {
			t.Errorf("ParseCell(%q) = %v (valid %v)", token, c, c.Valid())
		}
	})
}
