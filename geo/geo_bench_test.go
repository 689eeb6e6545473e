package geo_test

import (
	"testing"

	"renfort/geo"
)

// places are a few thousand vectors within 500 km, as in one country.
func places(n int) []geo.Vec {
	return crowd(newRand(), n, 500)
}

func BenchmarkChord2(b *testing.B) {
	points := places(4096)
	b.ReportAllocs()
	sum := 0.0
	for i := 0; b.Loop(); i++ {
		sum += points[0].Chord2(points[i&4095])
	}
	report(b, sum)
}

// BenchmarkKm is what the distance factor pays for each candidate.
func BenchmarkKm(b *testing.B) {
	points := places(4096)
	chords := make([]float64, len(points))
	for i, p := range points {
		chords[i] = points[0].Chord2(p)
	}
	b.ReportAllocs()
	sum := 0.0
	for i := 0; b.Loop(); i++ {
		sum += geo.Km(chords[i&4095])
	}
	report(b, sum)
}

// BenchmarkMinKm is what the search pays to skip a cell.
func BenchmarkMinKm(b *testing.B) {
	points := places(4096)
	caps := make([]geo.Cap, len(points))
	for i, p := range points {
		caps[i] = geo.Cap{Center: p, RadiusKm: 5}
	}
	b.ReportAllocs()
	sum := 0.0
	for i := 0; b.Loop(); i++ {
		sum += caps[i&4095].MinKm(points[0])
	}
	report(b, sum)
}

func BenchmarkVec(b *testing.B) {
	p := geo.Point{Lat: 48.8534, Lon: 2.3488}
	b.ReportAllocs()
	sum := 0.0
	for b.Loop() {
		sum += p.Vec().X
	}
	report(b, sum)
}

func BenchmarkCapOf100(b *testing.B) {
	points := places(100)
	b.ReportAllocs()
	sum := 0.0
	for b.Loop() {
		sum += geo.CapOf(points).RadiusKm
	}
	report(b, sum)
}

func BenchmarkPolygonContains100(b *testing.B) {
	r := newRand()
	p := mustPolygon(b, star(r, 45, 5, 2, 100))
	q := geo.Point{Lat: 45, Lon: 5}
	b.ReportAllocs()
	for b.Loop() {
		if !p.Contains(q) {
			b.Fatal("the middle is not inside")
		}
	}
}

// report uses a benchmark's result, so that none of it can be left out.
func report(b *testing.B, sum float64) {
	if sum != sum {
		b.Fatal("not a number")
	}
}
