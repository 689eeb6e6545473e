package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"renfort/geo"
)

// Goal: what lies in a cap lies in a cell of its cover, and covers are neither
// many nor small. Method: points in and on the edge of drawn caps.
func TestCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for i := range 2_000 {
		c := geo.Cap{Center: geo.Point{Lat: rng.Float64()*180 - 90, Lon: rng.Float64()*360 - 180}.Vec(), RadiusKm: math.Exp(rng.Float64()*12 - 2)}
		if c.RadiusKm = min(c.RadiusKm, geo.HalfTurnKm); i%50 == 0 {
			c.RadiusKm = 0
		}
		cover := c.Cover(8, 10)
		if len(cover) == 0 || len(cover) > 12 {
			t.Errorf("cap %+v: %d cells", c, len(cover))
		}
		for _, k := range cover {
			if k.Level() > 10 {
				t.Errorf("cap %+v: cell %v of level %d", c, k, k.Level())
			}
		}
		for range 50 {
			v := near(rng, c)
			if !c.Contains(v) {
				continue
			}
			covered := false
			for _, k := range cover {
				covered = covered || k.Contains(geo.CellOf(v, geo.CellLevelMax))
			}
			if !covered {
				t.Fatalf("cap %+v: %+v is in no cell of %v", c, v, cover)
			}
		}
	}
	if cover := geo.EmptyCap().Cover(8, 10); cover != nil {
		t.Errorf("the empty cap: got %v", cover)
	}
}

// near draws a point in or about a cap, often close to its edge.
func near(rng *rand.Rand, c geo.Cap) geo.Vec {
	p := c.Center.Point()
	km := c.RadiusKm * math.Sqrt(rng.Float64()) * 1.02
	lat := p.Lat + km/111*math.Cos(rng.Float64()*7)
	lon := p.Lon + km/111*math.Sin(rng.Float64()*7)/max(0.02, math.Cos(p.Lat*math.Pi/180))
	return geo.Point{Lat: lat, Lon: lon}.Vec()
}
