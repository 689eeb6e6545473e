package geo_test

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"renfort/geo"
)

// star is a ring that does not cross itself: points in the order of their
// angle around a middle, which must keep within half a turn of each other.
func star(r *rand.Rand, lat, lon, size float64, n int) []geo.Point {
	ring := make([]geo.Point, n)
	for i := range ring {
		angle := 2 * math.Pi * (float64(i) + 0.8*r.Float64()) / float64(n)
		far := size * (0.2 + 0.8*r.Float64())
		ring[i] = geo.Point{Lat: lat + far*math.Sin(angle), Lon: math.Mod(lon+far*math.Cos(angle)+540, 360) - 180}
	}
	return ring
}

// windingContains is the brute force: the angles under which the edges are
// seen add up to a turn from inside and to nothing from outside.
func windingContains(ring []geo.Point, p geo.Point) bool {
	sum := 0.0
	toward := func(q geo.Point) (lat, lon float64) {
		return q.Lat - p.Lat, math.Mod(q.Lon-p.Lon+540, 360) - 180
	}
	for i := range ring {
		aLat, aLon := toward(ring[i])
		bLat, bLon := toward(ring[(i+1)%len(ring)])
		sum += math.Atan2(aLon*bLat-aLat*bLon, aLon*bLon+aLat*bLat)
	}
	return math.Abs(sum) > math.Pi
}

// TestPolygonContains compares random stars, also across the date line, with
// the winding of their line.
func TestPolygonContains(t *testing.T) {
	r := newRand()
	inside := 0
	for range 500 {
		lat, lon, size := 100*r.Float64()-50, 360*r.Float64()-180, 0.01+20*r.Float64()*r.Float64()
		if r.IntN(3) == 0 {
			lon = 180 - size*r.Float64()
		}
		ring := star(r, lat, lon, size, 3+r.IntN(30))
		polygon, err := geo.ParsePolygon(ring)
		if err != nil {
			t.Fatalf("seed %d: star %v refused: %v", seed, ring, err)
		}
		for range 100 {
			p := geo.Point{Lat: lat + 2*size*(r.Float64()-0.5), Lon: math.Mod(lon+2*size*(r.Float64()-0.5)+540, 360) - 180}
			got, want := polygon.Contains(p), windingContains(ring, p)
			if got != want {
				t.Fatalf("seed %d: %v contains %v: got %v, want %v", seed, ring, p, got, want)
			}
			if got {
				inside++
				if !polygon.Cap().Contains(p.Vec()) {
					t.Fatalf("seed %d: the cap of %v misses %v", seed, ring, p)
				}
			}
		}
		for _, p := range ring {
			if !polygon.Contains(p) {
				t.Fatalf("seed %d: %v does not contain its own point %v", seed, ring, p)
			}
		}
	}
	if inside < 5_000 {
		t.Errorf("seed %d: only %d points were inside: the test tests little", seed, inside)
	}
}

// TestPolygonRings shows holes, islands and the edges themselves.
func TestPolygonRings(t *testing.T) {
	p := mustPolygon(t, square(45, 5, 2), square(45, 5, 1), square(45, 9, 1))
	f := func(lat, lon float64, want bool) {
		t.Helper()
		if got := p.Contains(geo.Point{Lat: lat, Lon: lon}); got != want {
			t.Errorf("contains %v, %v: got %v, want %v", lat, lon, got, want)
		}
	}
	f(45, 5, false) // in the hole
	f(45, 6.5, true)
	f(45, 6, true)    // on the edge of the hole
	f(43, 4, true)    // on the outer edge
	f(47, 7, true)    // a corner
	f(45, 9.5, true)  // on the island
	f(45, 7.5, false) // between
	f(45, 7.0000001, false)
	f(math.NaN(), 5, false)
	f(95, 5, false)
	// An edge is straight on the map: it does not follow the great circle.
	wide := mustPolygon(t, []geo.Point{{Lat: 45, Lon: -20}, {Lat: 45, Lon: 20}, {Lat: 40, Lon: 20}, {Lat: 40, Lon: -20}})
	if wide.Contains(geo.Point{Lat: 45.1, Lon: 0}) || !wide.Contains(geo.Point{Lat: 45, Lon: 0}) {
		t.Error("a wide polygon bulges over its edge")
	}
	if !wide.Cap().Contains(geo.Point{Lat: 40, Lon: 20}.Vec()) {
		t.Error("the cap of a wide polygon misses its corner")
	}
}

// TestPolygonDateLine asks the same of a square as it moves over the date
// line, given in all ways round.
func TestPolygonDateLine(t *testing.T) {
	for lon := 176.0; lon <= 184; lon += 0.5 {
		ring := square(-17, lon, 1.5)
		for shift := range ring {
			turned := append(append([]geo.Point{}, ring[shift:]...), ring[:shift]...)
			p := mustPolygon(t, turned)
			for _, d := range []float64{-1.5, -1, 0, 1, 1.5} {
				q := geo.Point{Lat: -17, Lon: math.Mod(lon+d+540, 360) - 180}
				if !p.Contains(q) {
					t.Errorf("square around %v contains %v: got false", lon, q)
				}
			}
			for _, d := range []float64{-1.6, 1.6, 100, 180} {
				q := geo.Point{Lat: -17, Lon: math.Mod(lon+d+540, 360) - 180}
				if p.Contains(q) {
					t.Errorf("square around %v contains %v: got true", lon, q)
				}
			}
		}
	}
}

func TestParsePolygonRefuses(t *testing.T) {
	pt := func(lat, lon float64) geo.Point { return geo.Point{Lat: lat, Lon: lon} }
	big := make([]geo.Point, geo.PolygonPointsMax+1)
	for i := range big {
		big[i] = pt(float64(i)/100, float64(i*i)/1e5)
	}
	for name, rings := range map[string][][]geo.Point{
		"no ring":              {},
		"empty ring":           {{}},
		"two points":           {{pt(1, 1), pt(2, 2)}},
		"two points, closed":   {{pt(1, 1), pt(2, 2), pt(1, 1)}},
		"one point thrice":     {{pt(1, 1), pt(1, 1), pt(1, 1)}},
		"there and back":       {{pt(1, 1), pt(2, 2), pt(3, 3)}},
		"a spike":              {{pt(0, 0), pt(0, 2), pt(1, 2), pt(0, 2), pt(-1, 1)}},
		"off the globe":        {{pt(0, 0), pt(0, 1), pt(91, 0)}},
		"not a number":         {{pt(0, 0), pt(0, 1), pt(math.NaN(), 0)}},
		"bow tie":              {{pt(0, 0), pt(1, 1), pt(1, 0), pt(0, 1)}},
		"bow tie at date line": {{pt(0, 179), pt(1, -179), pt(1, 179), pt(0, -179)}},
		"touches itself":       {{pt(0, 0), pt(0, 4), pt(2, 4), pt(0, 2), pt(2, 0)}},
		"a corner twice":       {{pt(0, 0), pt(1, 1), pt(0, 2), pt(2, 2), pt(1, 1), pt(2, 0)}},
		"around a pole":        {{pt(60, 0), pt(60, 120), pt(60, -120)}},
		"rings cross":          {square(45, 5, 1), square(45.5, 5.5, 1)},
		"cross at date line":   {square(45, 179.5, 1), square(45.5, -179.5, 1)},
		"too many points":      {big},
	} {
		if p, err := geo.ParsePolygon(rings...); !errors.Is(err, geo.ErrArea) {
			t.Errorf("%s: got %v, error %v, want an error", name, p.Rings(), err)
		}
	}
}

// TestParsePolygonAccepts shows what looks odd and is fine.
func TestParsePolygonAccepts(t *testing.T) {
	pt := func(lat, lon float64) geo.Point { return geo.Point{Lat: lat, Lon: lon} }
	closed := []geo.Point{pt(0, 0), pt(0, 1), pt(0, 1), pt(1, 1), pt(1, 0), pt(0, 0)}
	p := mustPolygon(t, closed)
	if got := p.Rings(); len(got) != 1 || len(got[0]) != 4 {
		t.Errorf("repeated points are left out: got %v", got)
	}
	p.Rings()[0][0] = pt(50, 50)
	if p.Rings()[0][0] != pt(0, 0) {
		t.Error("Rings gives the polygon's own memory away")
	}
	mustPolygon(t, []geo.Point{pt(0, 0), pt(0, 1), pt(0, 2), pt(2, 2)})            // points in line
	mustPolygon(t, square(45, 5, 1), square(45, 7, 1))                             // neighbours share a border
	mustPolygon(t, square(45, 5, 2), []geo.Point{pt(43, 5), pt(45, 4), pt(45, 6)}) // a hole reaches the edge
	if err := (geo.Polygon{}).Valid(); !errors.Is(err, geo.ErrArea) {
		t.Errorf("the zero polygon: got %v, want an error", err)
	}
}

// FuzzParsePolygon reads a ring from bytes, two for each coordinate: what is
// accepted contains its own line, and its cap misses nothing of it.
func FuzzParsePolygon(f *testing.F) {
	f.Add([]byte("\x10\x00\x10\x00\x20\x00\x10\x00\x20\x00\x20\x00"), int16(5000), int16(5000))
	f.Add([]byte("\x10\x00\x7f\xff\x20\x00\x80\x01\x20\x00\x7f\x00\x18\x00\x7f\x80"), int16(6000), int16(-32768))
	f.Add([]byte("\x00\x00\x00\x00\x01\x00\x01\x00\x01\x00\x00\x00\x00\x00\x01\x00"), int16(0), int16(0))
	f.Fuzz(func(t *testing.T, data []byte, lat, lon int16) {
		at := func(lat, lon int16) geo.Point {
			return geo.Point{Lat: float64(lat) / 32768 * 80, Lon: float64(lon) / 32768 * 180}
		}
		var ring []geo.Point
		for ; len(data) >= 4; data = data[4:] {
			ring = append(ring, at(int16(binary.BigEndian.Uint16(data)), int16(binary.BigEndian.Uint16(data[2:]))))
		}
		polygon, err := geo.ParsePolygon(ring)
		if err != nil {
			if !errors.Is(err, geo.ErrArea) {
				t.Errorf("ParsePolygon(%v): %v does not wrap ErrArea", ring, err)
			}
			return
		}
		bound := polygon.Cap()
		for _, p := range append(ring, at(lat, lon)) {
			if polygon.Contains(p) && !bound.Contains(p.Vec()) {
				t.Errorf("the cap %+v of %v misses %v", bound, ring, p)
			}
		}
		for _, p := range ring {
			if !polygon.Contains(p) {
				t.Errorf("%v does not contain its own point %v", ring, p)
			}
		}
	})
}
