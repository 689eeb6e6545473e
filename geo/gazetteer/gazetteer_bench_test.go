package gazetteer_test

import (
	"runtime"
	"testing"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// BenchmarkLoad is the price of the first question: decompress, parse, and
// make the lists by code and by place. The memory it reports includes what is
// dropped again; heap-MB is what stays.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	var g *gazetteer.Gazetteer
	before := heap()
	for b.Loop() {
		var err error
		if g, err = gazetteer.Load(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heap()-before)/1e6, "heap-MB")
	runtime.KeepAlive(g)
}

// BenchmarkFirstName is the price of the first question about a name, on top.
func BenchmarkFirstName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		g, err := gazetteer.Load()
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if len(g.ByName("Mende")) == 0 {
			b.Fatal("nothing found")
		}
	}
}

// heap is how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkNearest(b *testing.B) {
	g := gazetteer.Default()
	points := []geo.Point{{Lat: 48.86, Lon: 2.35}, {Lat: 44.5, Lon: 3.5}, {Lat: -21.1, Lon: 55.5}, {Lat: 46.2, Lon: 6.14}}
	b.ReportAllocs()
	var sum float64
	for i := 0; b.Loop(); i++ {
		_, km, _ := g.Nearest(points[i%len(points)])
		sum += km
	}
	b.ReportMetric(sum/float64(b.N), "km/op")
}

func BenchmarkComplete(b *testing.B) {
	g := gazetteer.Default()
	for _, prefix := range []string{"s", "saint-et", "montp", "750"} {
		b.Run(prefix, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(g.Complete(prefix, 10)) == 0 {
					b.Fatal("nothing found")
				}
			}
		})
	}
}

func BenchmarkByPostalCode(b *testing.B) {
	g := gazetteer.Default()
	b.ReportAllocs()
	for b.Loop() {
		if len(g.ByPostalCode("48000")) == 0 {
			b.Fatal("nothing found")
		}
	}
}

// BenchmarkCodes is what places somebody by their codes: one postal code and
// one INSEE code, each of another commune than before.
func BenchmarkCodes(b *testing.B) {
	g := gazetteer.Default()
	var postal, insee []string
	for c := range g.Communes() {
		if len(c.PostalCodes) > 0 {
			postal, insee = append(postal, c.PostalCodes[0]), append(insee, c.INSEE)
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at := i * 7919 % len(postal)
		if _, _, ok := g.PlaceOfPostalCode(postal[at]); !ok {
			b.Fatal("no place of", postal[at])
		}
		if _, ok := g.ByINSEE(insee[at]); !ok {
			b.Fatal("no commune", insee[at])
		}
	}
}
