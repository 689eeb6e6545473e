// These tests hold points, vectors and distances to their promises: round
// trips, known distances, and the error of the series against a formula that
// is exact everywhere.
package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"renfort/geo"
)

// seed makes the random points of these tests; failures print it.
const seed = 20261121

func newRand() *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// anywhere is uniform on the sphere.
func anywhere(r *rand.Rand) geo.Vec {
	z, lon := 2*r.Float64()-1, 2*math.Pi*r.Float64()
	c := math.Sqrt(1 - z*z)
	return geo.Vec{X: c * math.Cos(lon), Y: c * math.Sin(lon), Z: z}
}

// around is at most about km away from v, often much less.
func around(r *rand.Rand, v geo.Vec, km float64) geo.Vec {
	w, share := anywhere(r), r.Float64()*km/geo.EarthRadiusKm
	u := geo.Vec{X: v.X + share*w.X, Y: v.Y + share*w.Y, Z: v.Z + share*w.Z}
	n := math.Sqrt(u.X*u.X + u.Y*u.Y + u.Z*u.Z)
	return geo.Vec{X: u.X / n, Y: u.Y / n, Z: u.Z / n}
}

// exactKm is the distance by atan2 of the cross and dot products, which loses
// digits nowhere.
func exactKm(v, w geo.Vec) float64 {
	x, y, z := v.Y*w.Z-v.Z*w.Y, v.Z*w.X-v.X*w.Z, v.X*w.Y-v.Y*w.X
	return geo.EarthRadiusKm * math.Atan2(math.Sqrt(x*x+y*y+z*z), v.X*w.X+v.Y*w.Y+v.Z*w.Z)
}

func TestPointValid(t *testing.T) {
	f := func(lat, lon float64, want bool) {
		t.Helper()
		if got := (geo.Point{Lat: lat, Lon: lon}).Valid(); got != want {
			t.Errorf("Valid of %v, %v: got %v, want %v", lat, lon, got, want)
		}
	}
	f(43.7, 7.26, true)
	f(90, 180, true)
	f(-90, -180, true)
	f(0, 0, true)
	f(90.001, 0, false)
	f(0, 180.001, false)
	f(-91, 0, false)
	f(0, -181, false)
	f(math.NaN(), 0, false)
	f(0, math.NaN(), false)
	f(math.Inf(1), 0, false)
	f(0, math.Inf(-1), false)
}

func TestPointIsNullAndSwapped(t *testing.T) {
	if !(geo.Point{}).IsNull() || (geo.Point{Lat: 0, Lon: 1e-9}).IsNull() {
		t.Error("IsNull: only 0,0 is null")
	}
	if got, want := (geo.Point{Lat: 1, Lon: 2}).Swapped(), (geo.Point{Lat: 2, Lon: 1}); got != want {
		t.Errorf("Swapped: got %v, want %v", got, want)
	}
}

// TestVecRoundTrip sends points through vectors and back: a nanometre at most
// is lost, and every vector has length 1.
func TestVecRoundTrip(t *testing.T) {
	r := newRand()
	for range 10_000 {
		p := geo.Point{Lat: 180*r.Float64() - 90, Lon: 360*r.Float64() - 180}
		v := p.Vec()
		if n := v.X*v.X + v.Y*v.Y + v.Z*v.Z; math.Abs(n-1) > 1e-15 {
			t.Fatalf("seed %d: Vec of %v has length %v", seed, p, math.Sqrt(n))
		}
		q := v.Point()
		if math.Abs(p.Lat-q.Lat) > 1e-13 || math.Abs(p.Lon-q.Lon)*math.Cos(p.Lat*math.Pi/180) > 1e-13 {
			t.Fatalf("seed %d: %v came back as %v", seed, p, q)
		}
	}
	if got := (geo.Vec{}).Point(); got != (geo.Point{}) {
		t.Errorf("Point of the zero vector: got %v, want 0,0", got)
	}
}

// TestDistanceKm holds distances to ones that were computed elsewhere.
func TestDistanceKm(t *testing.T) {
	paris, nice := geo.Point{Lat: 48.8534, Lon: 2.3488}, geo.Point{Lat: 43.7031, Lon: 7.2661}
	f := func(p, q geo.Point, want, tolerance float64) {
		t.Helper()
		if got := p.DistanceKm(q); math.Abs(got-want) > tolerance {
			t.Errorf("from %v to %v: got %v km, want %v", p, q, got, want)
		}
	}
	f(paris, paris, 0, 0)
	f(paris, nice, exactKm(paris.Vec(), nice.Vec()), 1e-9)
	f(paris, nice, 686, 1) // as the crow flies, by the atlas
	f(geo.Point{}, geo.Point{Lon: 90}, geo.HalfTurnKm/2, 1e-9)
	f(geo.Point{}, geo.Point{Lon: 180}, geo.HalfTurnKm, 1e-9)
	f(geo.Point{Lat: 90}, geo.Point{Lat: -90, Lon: 40}, geo.HalfTurnKm, 1e-9)
	f(geo.Point{Lat: 45, Lon: 179.9995}, geo.Point{Lat: 45, Lon: -179.9995}, 0.0786264, 1e-6)
	f(geo.Point{Lat: 45}, geo.Point{Lat: 45.00001}, 0.001111950, 1e-9) // a metre
}

// TestDistanceAgainstExact compares with a formula that is exact everywhere,
// from centimetres to antipodes: nanometres near by, and half a metre at the
// antipode, where the squared chord is flat.
func TestDistanceAgainstExact(t *testing.T) {
	r := newRand()
	for i := range 200_000 {
		v := anywhere(r)
		w := around(r, v, math.Pow(10, 9*r.Float64()-5))
		if i%4 == 0 {
			w = geo.Vec{X: -w.X, Y: -w.Y, Z: -w.Z}
		}
		got, want := v.DistanceKm(w), exactKm(v, w)
		tolerance := 1e-11 + 1e-11*want
		if toGo := geo.HalfTurnKm - want; toGo < geo.HalfTurnKm/2 {
			tolerance = min(3e-4, 1e-7/math.Max(toGo, 1e-9)) + 1e-11
		}
		if math.Abs(got-want) > tolerance {
			t.Fatalf("seed %d: from %v to %v: got %v km, want %v (off by %g, tolerance %g)", seed, v, w, got, want, got-want, tolerance)
		}
	}
}

// TestKm holds the series to 1e-9 of 2*asin(c/2), also at its seam and near
// the antipode, and Km to its promises at the ends of its range.
func TestKm(t *testing.T) {
	f := func(chord2 float64) {
		t.Helper()
		want := 2 * geo.EarthRadiusKm * math.Asin(math.Sqrt(chord2)/2)
		if chord2 > 2 {
			want = geo.HalfTurnKm - 2*geo.EarthRadiusKm*math.Asin(math.Sqrt(4-chord2)/2)
		}
		if got := geo.Km(chord2); math.Abs(got-want) > 1e-11*want {
			t.Errorf("Km(%v): got %v, want %v (relative error %g)", chord2, got, want, got/want-1)
		}
	}
	for chord2 := 1e-30; chord2 < 4; chord2 *= 1.01 {
		f(chord2)
	}
	for _, seam := range []float64{0.1, 2, 4} {
		f(math.Nextafter(seam, 0))
		f(seam)
	}
	for chord2, want := range map[float64]float64{-1: 0, 0: 0, 4: geo.HalfTurnKm, 4.1: geo.HalfTurnKm, math.Inf(1): geo.HalfTurnKm} {
		if got := geo.Km(chord2); got != want {
			t.Errorf("Km(%v): got %v, want %v", chord2, got, want)
		}
	}
	if got := geo.Km(math.NaN()); !math.IsNaN(got) {
		t.Errorf("Km(NaN): got %v, want NaN", got)
	}
}

// TestChord2 checks that Chord2 undoes Km, both ways, and saturates.
func TestChord2(t *testing.T) {
	for km := 1e-6; km < geo.HalfTurnKm; km *= 1.003 {
		// Near the antipode a kilometre is few units in the last place.
		tolerance := 1e-11*km + 1e-6/math.Max(geo.HalfTurnKm-km, 1)
		if got := geo.Km(geo.Chord2(km)); math.Abs(got-km) > tolerance {
			t.Fatalf("Km(Chord2(%v)): got %v, off by %g, tolerance %g", km, got, got-km, tolerance)
		}
	}
	for chord2 := 1e-20; chord2 < 4; chord2 *= 1.01 {
		if got := geo.Chord2(geo.Km(chord2)); math.Abs(got-chord2) > 1e-11*chord2 {
			t.Fatalf("Chord2(Km(%v)): got %v", chord2, got)
		}
	}
	for km, want := range map[float64]float64{-5: 0, 0: 0, geo.HalfTurnKm: 4, 1e9: 4, math.Inf(1): 4} {
		if got := geo.Chord2(km); got != want {
			t.Errorf("Chord2(%v): got %v, want %v", km, got, want)
		}
	}
}

// TestKmGrows walks up from nothing to the antipode: a longer chord is never a
// shorter way, also across the seams.
func TestKmGrows(t *testing.T) {
	last := 0.0
	for chord2 := 1e-12; chord2 < 4; chord2 *= 1.0003 {
		km := geo.Km(chord2)
		if km < last {
			t.Fatalf("Km(%v) = %v, but a shorter chord gave %v", chord2, km, last)
		}
		last = km
	}
}
