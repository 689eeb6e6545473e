// These tests hold areas to their promises: membership against brute force,
// bounds that miss nothing, and drawings that make no sense refused in words.
package geo_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"renfort/geo"
)

// square is a ring around a middle.
func square(lat, lon, half float64) []geo.Point {
	wrap := func(lon float64) float64 { return math.Mod(lon+540, 360) - 180 }
	return []geo.Point{
		{Lat: lat - half, Lon: wrap(lon - half)}, {Lat: lat - half, Lon: wrap(lon + half)},
		{Lat: lat + half, Lon: wrap(lon + half)}, {Lat: lat + half, Lon: wrap(lon - half)},
	}
}

func mustPolygon(t testing.TB, rings ...[]geo.Point) geo.Polygon {
	t.Helper()
	p, err := geo.ParsePolygon(rings...)
	if err != nil {
		t.Fatalf("ParsePolygon(%v): %v", rings, err)
	}
	return p
}

func TestCircle(t *testing.T) {
	c := geo.Circle{Center: geo.Point{Lat: 43.9, Lon: 7.2}, RadiusKm: 30}
	r := newRand()
	for range 20_000 {
		p := around(r, c.Center.Vec(), 60).Point()
		if got, want := c.Contains(p), c.Center.DistanceKm(p) <= 30; got != want {
			t.Fatalf("seed %d: circle contains %v: got %v, want %v", seed, p, got, want)
		}
	}
	for radius, ok := range map[float64]bool{0.001: true, 20015: true, 0: false, -1: false, 20016: false, math.NaN(): false, math.Inf(1): false} {
		if err := (geo.Circle{Center: c.Center, RadiusKm: radius}).Valid(); (err == nil) != ok || err != nil && !errors.Is(err, geo.ErrArea) {
			t.Errorf("radius %v: got error %v, want valid %v", radius, err, ok)
		}
	}
	if err := (geo.Circle{Center: geo.Point{Lat: 91}, RadiusKm: 1}).Valid(); !errors.Is(err, geo.ErrArea) {
		t.Errorf("centre off the globe: got %v", err)
	}
}

func TestBBoxContains(t *testing.T) {
	f := func(b geo.BBox, lat, lon float64, want bool) {
		t.Helper()
		if got := b.Contains(geo.Point{Lat: lat, Lon: lon}); got != want {
			t.Errorf("%+v contains %v, %v: got %v, want %v", b, lat, lon, got, want)
		}
	}
	france := geo.BBox{South: 41, West: -5, North: 51.1, East: 9.6}
	f(france, 48, 2, true)
	f(france, 41, -5, true) // its corner
	f(france, 51.1, 9.6, true)
	f(france, 40.999, 2, false)
	f(france, 48, 9.601, false)
	f(france, math.NaN(), 2, false)
	f(france, 48, math.NaN(), false)
	fiji := geo.BBox{South: -20, West: 177, North: -15, East: -178}
	f(fiji, -18, 179, true)
	f(fiji, -18, -179, true)
	f(fiji, -18, 180, true)
	f(fiji, -18, -180, true)
	f(fiji, -18, 0, false)
	f(fiji, -18, 176.9, false)
	east := geo.BBox{South: -20, West: 170, North: -15, East: 180}
	f(east, -18, -180, true) // the same meridian by its other name
	f(east, -18, -179.9, false)
	f(geo.BBox{South: -90, West: -180, North: 90, East: 180}, 12, 34, true)
	f(geo.BBox{South: 10, West: 5, North: 10, East: 5}, 10, 5, true) // a point
}

func TestBBoxValid(t *testing.T) {
	for _, b := range []geo.BBox{{South: 50, West: 0, North: 40, East: 1}, {South: -91}, {East: 181}, {West: math.NaN()}, {North: math.Inf(1)}} {
		if err := b.Valid(); !errors.Is(err, geo.ErrArea) {
			t.Errorf("%+v: got %v, want an error", b, err)
		}
	}
	if err := (geo.BBox{South: -20, West: 177, North: -15, East: -178}).Valid(); err != nil {
		t.Errorf("a box across the date line: %v", err)
	}
}

// TestCapsOfAreas draws random boxes, circles and polygons and asks for points
// of them: each is in the cap, whose extra is bounded.
func TestCapsOfAreas(t *testing.T) {
	r := newRand()
	for range 2_000 {
		south, west := 180*r.Float64()-90, 360*r.Float64()-180
		b := geo.BBox{South: south, West: west, North: south + (90-south)*r.Float64()*r.Float64(), East: math.Mod(west+540+360*r.Float64()*r.Float64(), 360) - 180}
		bound, far := b.Cap(), 0.0
		width := b.East - b.West
		if width < 0 {
			width += 360
		}
		for i := range 200 {
			u, v := r.Float64(), r.Float64()
			if i < 4 {
				u, v = float64(i%2), float64(i/2)
			}
			p := geo.Point{Lat: b.South + u*(b.North-b.South), Lon: math.Mod(b.West+v*width+540, 360) - 180}
			if !bound.Contains(p.Vec()) {
				t.Fatalf("seed %d: the cap %+v of %+v misses %v", seed, bound, b, p)
			}
			far = max(far, exactKm(bound.Center, p.Vec()))
		}
		if bound.RadiusKm > far*1.001+0.001 {
			t.Fatalf("seed %d: the cap of %+v has radius %v km, its farthest corner is %v km away", seed, b, bound.RadiusKm, far)
		}
	}
}

// TestAreaCap bounds random unions and looks for points of them outside.
func TestAreaCap(t *testing.T) {
	r := newRand()
	inside := 0
	for range 300 {
		at := anywhere(r)
		if p := at.Point(); math.Abs(p.Lat) > 80 {
			continue
		}
		a := randomArea(t, r, at)
		if err := a.Valid(); err != nil {
			t.Fatalf("seed %d: %+v: %v", seed, a, err)
		}
		bound := a.Cap()
		for range 200 {
			p := around(r, at, 900)
			if !a.ContainsVec(p) {
				continue
			}
			inside++
			if !bound.Contains(p) {
				t.Fatalf("seed %d: the cap %+v of %+v misses %v", seed, bound, a, p.Point())
			}
		}
	}
	if inside < 1000 {
		t.Errorf("seed %d: only %d points were inside: the test tests little", seed, inside)
	}
}

// randomArea is a circle, a box and a square near a place.
func randomArea(t *testing.T, r *rand.Rand, at geo.Vec) geo.Area {
	center := func() geo.Point { return around(r, at, 500).Point() }
	p := center()
	return geo.Area{
		Circles:  []geo.Circle{{Center: center(), RadiusKm: 300 * r.Float64()}},
		Boxes:    []geo.BBox{{South: p.Lat - 1, West: p.Lon, North: p.Lat, East: math.Mod(p.Lon+2+540, 360) - 180}},
		Polygons: []geo.Polygon{mustPolygon(t, square(math.Max(-85, math.Min(85, center().Lat)), center().Lon, 1+r.Float64()))},
	}
}

func TestArea(t *testing.T) {
	a := geo.Area{
		Circles:  []geo.Circle{{Center: geo.Point{Lat: 43.7, Lon: 7.26}, RadiusKm: 5}},
		Boxes:    []geo.BBox{{South: 48, West: 2, North: 49, East: 3}},
		Polygons: []geo.Polygon{mustPolygon(t, square(45, 5, 0.5))},
	}
	f := func(lat, lon float64, want bool) {
		t.Helper()
		if got := a.Contains(geo.Point{Lat: lat, Lon: lon}); got != want {
			t.Errorf("contains %v, %v: got %v, want %v", lat, lon, got, want)
		}
	}
	f(43.71, 7.27, true)
	f(48.5, 2.5, true)
	f(45.2, 5.2, true)
	f(45.2, 6, false)
	f(0, 0, false)
	var empty geo.Area
	if !empty.IsEmpty() || empty.Valid() != nil || !empty.Cap().IsEmpty() || empty.Contains(geo.Point{}) || a.IsEmpty() {
		t.Error("the empty area: want empty, valid, an empty cap and nothing in it")
	}
	for _, bad := range []geo.Area{
		{Circles: []geo.Circle{{}}}, {Boxes: []geo.BBox{{South: 2, North: 1}}}, {Polygons: []geo.Polygon{{}}},
	} {
		if err := bad.Valid(); !errors.Is(err, geo.ErrArea) {
			t.Errorf("%+v: got %v, want an error", bad, err)
		}
	}
}

// TestAreaJSON writes and reads an area: nothing of it is lost.
func TestAreaJSON(t *testing.T) {
	a := geo.Area{
		Circles:  []geo.Circle{{Center: geo.Point{Lat: 43.7, Lon: 7.26}, RadiusKm: 5}},
		Polygons: []geo.Polygon{mustPolygon(t, square(45, 179.9, 0.5), square(45, 179.9, 0.25))},
	}
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var b geo.Area
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatalf("read %s: %v", data, err)
	}
	again, _ := json.Marshal(b)
	if string(again) != string(data) {
		t.Errorf("got %s, want %s", again, data)
	}
	if !b.Contains(geo.Point{Lat: 45.4, Lon: -179.7}) || b.Contains(geo.Point{Lat: 45, Lon: -180}) {
		t.Errorf("what came back is another area: %s", again)
	}
	var single geo.Polygon
	if err := json.Unmarshal([]byte(`[{"lat":1,"lon":1},{"lat":1,"lon":2},{"lat":2,"lon":2}]`), &single); err != nil || len(single.Rings()) != 1 {
		t.Errorf("a single ring: got %v, %v", single, err)
	}
	for _, bad := range []string{`[]`, `{}`, `"x"`, `[[{"lat":1,"lon":1}]]`, `[1,2]`} {
		var p geo.Polygon
		if err := json.Unmarshal([]byte(bad), &p); err == nil {
			t.Errorf("read %s: got %v, want an error", bad, p)
		}
	}
}

func TestErrorsAreForPeople(t *testing.T) {
	_, err := geo.ParsePolygon([]geo.Point{{Lat: 0, Lon: 0}, {Lat: 1, Lon: 1}, {Lat: 1, Lon: 0}, {Lat: 0, Lon: 1}})
	if err == nil || !strings.Contains(err.Error(), "touches or crosses itself: the line from (0, 0) to (1, 1)") {
		t.Errorf("a bow tie: got %v", err)
	}
}
