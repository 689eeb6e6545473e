// These tests hold caps to their promises by brute force: what is bounded is
// inside, the bounds of distances are never crossed, and caps are close.
package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"renfort/geo"
)

// crowd is some points within about km of one place.
func crowd(r *rand.Rand, n int, km float64) []geo.Vec {
	v, points := anywhere(r), make([]geo.Vec, n)
	for i := range points {
		points[i] = around(r, v, km)
	}
	return points
}

// TestCapOf bounds random crowds, metres to thousands of kilometres wide:
// every point is inside, and for each place the bounds of the distance hold.
func TestCapOf(t *testing.T) {
	r := newRand()
	for range 3_000 {
		points := crowd(r, 1+r.IntN(40), math.Pow(10, 6*r.Float64()-2))
		c := geo.CapOf(points)
		from := anywhere(r)
		if r.IntN(2) == 0 {
			from = around(r, c.Center, 3*c.RadiusKm)
		}
		if r.IntN(10) == 0 { // towards the antipode, where rounding is worst
			from = geo.Vec{X: -c.Center.X, Y: -c.Center.Y, Z: -c.Center.Z}
		}
		low, high := c.MinKm(from), c.MaxKm(from)
		for _, p := range points {
			if !c.Contains(p) {
				t.Fatalf("seed %d: the cap %+v of %d points misses %v", seed, c, len(points), p)
			}
			if km := from.DistanceKm(p); km < low || km > high || exactKm(from, p) < low {
				t.Fatalf("seed %d: %v is %v km from %v, outside [%v, %v] of cap %+v", seed, from, km, p, low, high, c)
			}
		}
	}
}

// TestCapOfIsClose compares with the least cap of all, which is that of two or
// three of the points: at most a tenth wider, and half a metre.
func TestCapOfIsClose(t *testing.T) {
	r := newRand()
	for range 300 {
		points := crowd(r, 2+r.IntN(8), math.Pow(10, 4*r.Float64()-1))
		got, least := geo.CapOf(points).RadiusKm, leastRadiusKm(points)
		if got > least*1.1+0.0005 {
			t.Fatalf("seed %d: cap of %v: radius %v km, but %v km is possible", seed, points, got, least)
		}
	}
}

// leastRadiusKm tries the circles through all pairs and triples of points.
func leastRadiusKm(points []geo.Vec) float64 {
	least := math.Inf(1)
	try := func(x, y, z float64) {
		n := math.Sqrt(x*x + y*y + z*z)
		if n == 0 {
			return
		}
		for _, sign := range []float64{1, -1} {
			center, radius := geo.Vec{X: sign * x / n, Y: sign * y / n, Z: sign * z / n}, 0.0
			for _, p := range points {
				radius = max(radius, exactKm(center, p))
			}
			least = min(least, radius)
		}
	}
	for i, a := range points {
		for j, b := range points[:i] {
			try(a.X+b.X, a.Y+b.Y, a.Z+b.Z)
			for _, c := range points[:j] {
				u, w := geo.Vec{X: a.X - c.X, Y: a.Y - c.Y, Z: a.Z - c.Z}, geo.Vec{X: b.X - c.X, Y: b.Y - c.Y, Z: b.Z - c.Z}
				try(u.Y*w.Z-u.Z*w.Y, u.Z*w.X-u.X*w.Z, u.X*w.Y-u.Y*w.X)
			}
		}
	}
	return least
}

// TestCapContains shows that what Contains accepts keeps to the bounds too,
// not only the points that a cap was made of.
func TestCapContains(t *testing.T) {
	r := newRand()
	inside := 0
	for range 100_000 {
		c := geo.Cap{Center: anywhere(r), RadiusKm: math.Pow(10, 6*r.Float64()-3)}
		p, from := around(r, c.Center, 1.5*c.RadiusKm), around(r, c.Center, 4*c.RadiusKm)
		if !c.Contains(p) {
			continue
		}
		inside++
		if km := from.DistanceKm(p); km < c.MinKm(from) || km > c.MaxKm(from) {
			t.Fatalf("seed %d: %v is %v km from %v, outside [%v, %v] of %+v", seed, from, km, p, c.MinKm(from), c.MaxKm(from), c)
		}
	}
	if inside < 10_000 {
		t.Errorf("seed %d: only %d points were inside: the test tests little", seed, inside)
	}
}

func TestCapEmptyAndFull(t *testing.T) {
	v, empty := geo.Point{Lat: 48, Lon: 2}.Vec(), geo.CapOf(nil)
	if !empty.IsEmpty() || empty.Contains(empty.Center) || !math.IsInf(empty.MinKm(v), 1) || empty.MaxKm(v) != 0 {
		t.Errorf("the cap of no points: %+v, MinKm %v, MaxKm %v", empty, empty.MinKm(v), empty.MaxKm(v))
	}
	full := geo.FullCap()
	if full.IsEmpty() || !full.Contains(v) || full.MinKm(v) != 0 || full.MaxKm(v) != geo.HalfTurnKm {
		t.Errorf("the full cap: %+v, MinKm %v, MaxKm %v", full, full.MinKm(v), full.MaxKm(v))
	}
	one := geo.CapOf([]geo.Vec{v, v, v})
	if one.RadiusKm > 1e-6 || !one.Contains(v) || one.MinKm(v) != 0 {
		t.Errorf("the cap of one point: %+v", one)
	}
	antipodes := geo.CapOf([]geo.Vec{{X: 1}, {X: -1}, {Y: 1}})
	for _, p := range []geo.Vec{{X: 1}, {X: -1}, {Y: 1}} {
		if !antipodes.Contains(p) {
			t.Errorf("the cap of antipodes, %+v, misses %v", antipodes, p)
		}
	}
}

// TestCellCap fills cells of all levels with random leaves: each is in the
// cap, and the cap is at most as wide as a cell's diagonal asks for.
func TestCellCap(t *testing.T) {
	r := newRand()
	for range 2_000 {
		c := geo.CellAt(anywhere(r).Point(), r.IntN(25))
		bound := geo.CellCap(c)
		span := uint64(c.RangeMax() - c.RangeMin())
		far := 0.0
		for range 20 {
			leaf := geo.Cell(uint64(c.RangeMin())+r.Uint64N(span+1)) | 1
			if !bound.Contains(leaf.CenterVec()) {
				t.Fatalf("seed %d: the cap of cell %v misses leaf %v", seed, c, leaf)
			}
			far = max(far, exactKm(bound.Center, leaf.CenterVec()))
		}
		for _, corner := range []geo.Cell{c.RangeMin(), c.RangeMax()} {
			if !bound.Contains(corner.CenterVec()) {
				t.Fatalf("seed %d: the cap of cell %v misses its corner leaf %v", seed, c, corner)
			}
			far = max(far, exactKm(bound.Center, corner.CenterVec()))
		}
		if bound.RadiusKm > 1.5*far+1e-4 {
			t.Fatalf("seed %d: the cap of cell %v has %v km, but nothing of it is beyond %v km", seed, c, bound.RadiusKm, far)
		}
	}
}

// TestCapUnion joins random caps: the union has what either has, and is no
// wider than from far side to far side.
func TestCapUnion(t *testing.T) {
	r := newRand()
	for range 20_000 {
		c := geo.Cap{Center: anywhere(r), RadiusKm: math.Pow(10, 5*r.Float64()-1)}
		d := geo.Cap{Center: around(r, c.Center, 8000), RadiusKm: math.Pow(10, 5*r.Float64()-1)}
		u := c.Union(d)
		for _, part := range []geo.Cap{c, d} {
			if p := around(r, part.Center, part.RadiusKm); part.Contains(p) && !u.Contains(p) {
				t.Fatalf("seed %d: the union %+v of %+v and %+v misses %v", seed, u, c, d, p)
			}
		}
		across := max(c.RadiusKm, d.RadiusKm, (c.Center.DistanceKm(d.Center)+c.RadiusKm+d.RadiusKm)/2)
		if u.RadiusKm > across*1.2+0.001 {
			t.Fatalf("seed %d: the union of %+v and %+v has radius %v km, %v would do", seed, c, d, u.RadiusKm, across)
		}
	}
	some := geo.Cap{Center: geo.Vec{Z: 1}, RadiusKm: 3}
	if got := geo.EmptyCap().Union(some); got != some {
		t.Errorf("empty and some: got %+v, want %+v", got, some)
	}
	if got := some.Union(geo.EmptyCap()); got != some {
		t.Errorf("some and empty: got %+v, want %+v", got, some)
	}
}
