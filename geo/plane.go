package geo

import (
	"math"
	"math/big"
)

// This file is exact geometry in the plane of latitude and longitude.

// orientationErr bounds the rounding of the float determinant in orientation,
// as a share of its two products (Shewchuk's bound for this predicate).
const orientationErr = 3.3306690738754716e-16

// orientation is 1 if the way from a over b to c turns left (counterclockwise,
// longitude to the right and latitude up), -1 if right, 0 if the three are in
// line. It is exact: where floats cannot tell, it computes with fractions.
func orientation(a, b, c Point) int {
	l := (b.Lon - a.Lon) * (c.Lat - a.Lat)
	r := (b.Lat - a.Lat) * (c.Lon - a.Lon)
	if det := l - r; math.Abs(det) > orientationErr*(math.Abs(l)+math.Abs(r)) {
		if det > 0 {
			return 1
		}
		return -1
	}
	return exactOrientation(a, b, c)
}

func exactOrientation(a, b, c Point) int {
	minus := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	l, r := minus(b.Lon, a.Lon), minus(b.Lat, a.Lat)
	l.Mul(l, minus(c.Lat, a.Lat))
	r.Mul(r, minus(c.Lon, a.Lon))
	return l.Cmp(r)
}

// apart says that the boxes around the segments ab and cd have no point in
// common, which is quick, and true of most pairs.
func apart(a, b, c, d Point) bool {
	return max(a.Lat, b.Lat) < min(c.Lat, d.Lat) || max(c.Lat, d.Lat) < min(a.Lat, b.Lat) ||
		max(a.Lon, b.Lon) < min(c.Lon, d.Lon) || max(c.Lon, d.Lon) < min(a.Lon, b.Lon)
}

// segmentsCross says whether ab and cd run across each other in a point that
// is an end of neither.
func segmentsCross(a, b, c, d Point) bool {
	return orientation(a, b, c)*orientation(a, b, d) < 0 &&
		orientation(c, d, a)*orientation(c, d, b) < 0
}

// segmentsMeet says whether ab and cd have any point in common, given that
// their boxes do.
func segmentsMeet(a, b, c, d Point) bool {
	// If all are in line, the boxes of the segments meet as the segments do.
	return orientation(a, b, c)*orientation(a, b, d) <= 0 &&
		orientation(c, d, a)*orientation(c, d, b) <= 0
}

// foldsBack says whether the way from a to b to c returns along itself.
func foldsBack(a, b, c Point) bool {
	if orientation(a, b, c) != 0 {
		return false
	}
	ahead := (b.Lon-a.Lon)*(c.Lon-b.Lon) + (b.Lat-a.Lat)*(c.Lat-b.Lat)
	return ahead < 0
}
