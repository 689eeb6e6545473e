package geo

import "math"

// Point is a place in degrees, WGS84. Whether it can be one is for Valid and
// IsNull to say; the zero Point is the null island that broken geocoders send.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Valid says whether both coordinates are finite and in range: latitude within
// 90 degrees, longitude within 180. The point 0,0 is in range; see IsNull.
func (p Point) Valid() bool {
	// Written so that NaN, which fails every comparison, is not valid.
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180
}

// IsNull says whether p is 0,0: in the sea off Ghana, and in practice always
// a missing position. Writes that name a place refuse it.
func (p Point) IsNull() bool { return p.Lat == 0 && p.Lon == 0 }

// Swapped is p with latitude and longitude exchanged: what a sender meant who
// had the order wrong.
func (p Point) Swapped() Point { return Point{Lat: p.Lon, Lon: p.Lat} }

// Vec is the same place as a unit vector. A point that is not Valid gives a
// vector without meaning, never a panic.
func (p Point) Vec() Vec {
	sinLat, cosLat := math.Sincos(p.Lat * (math.Pi / 180))
	sinLon, cosLon := math.Sincos(p.Lon * (math.Pi / 180))
	return Vec{X: cosLat * cosLon, Y: cosLat * sinLon, Z: sinLat}
}

// DistanceKm is the great-circle distance to q. It is Km of the squared chord,
// so that it agrees to the bit with what the engine computes from vectors.
func (p Point) DistanceKm(q Point) float64 { return p.Vec().DistanceKm(q.Vec()) }

// Vec is a place as a unit vector: X towards 0,0, Y towards 0,90 east, Z
// towards the north pole. It is what distances are computed from.
type Vec struct{ X, Y, Z float64 }

// Point is the same place in degrees; the vector's length plays no part. The
// zero vector gives the point 0,0.
func (v Vec) Point() Point {
	return Point{
		Lat: math.Atan2(v.Z, math.Hypot(v.X, v.Y)) * (180 / math.Pi),
		Lon: math.Atan2(v.Y, v.X) * (180 / math.Pi),
	}
}

// Chord2 is the squared length of the straight line through the globe to w: 0
// for the same place, 4 for the antipode. It grows with the distance, so it
// can be compared in its stead; Km makes kilometres of it.
func (v Vec) Chord2(w Vec) float64 {
	x, y, z := v.X-w.X, v.Y-w.Y, v.Z-w.Z
	return x*x + y*y + z*z
}

// DistanceKm is the great-circle distance to w.
func (v Vec) DistanceKm(w Vec) float64 { return Km(v.Chord2(w)) }

// unit is v with length 1, and false for a vector that has no direction.
func (v Vec) unit() (Vec, bool) {
	n := math.Sqrt(v.X*v.X + v.Y*v.Y + v.Z*v.Z)
	if !(n > 1e-12) {
		return Vec{}, false
	}
	return Vec{v.X / n, v.Y / n, v.Z / n}, true
}
