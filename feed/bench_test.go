package feed_test

import (
	"io"
	"testing"

	"renfort/bench/world"
	"renfort/feed"
	"renfort/mission"
)

// worldFeed is a made-up France as a feed.
func worldFeed(b *testing.B, n int) (missions []*mission.Mission, in *mission.Intake, zones *mission.Zones) {
	in, zones = intake()
	config := world.Default()
	config.Missions, config.Volunteers = n, 1
	w, err := world.New(config)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		m := w.Mission(i)
		if err := in.Mission(&m); err != nil {
			b.Fatal(err)
		}
		missions = append(missions, &m)
	}
	return missions, in, zones
}

// Writing one mission, and reading it back to see what the format cannot say.
func BenchmarkWrite(b *testing.B) {
	missions, in, zones := worldFeed(b, 1_000)
	w := feed.NewWriter(io.Discard, in, zones)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := w.Write(missions[i%len(missions)], nil); err != nil {
			b.Fatal(err)
		}
	}
}

// Reading one mission of some 2 kB.
func BenchmarkRead(b *testing.B) {
	in, zones := intake()
	part := []byte("<description><![CDATA[")
	for range 30 {
		part = append(part, "<p>Vous distribuez des repas chauds à qui en a besoin.</p>\n"...)
	}
	part = append(part, "]]></description><domain>sante</domain>"...)
	r, err := feed.NewReader(&endless{left: 1 << 60, part: part, rest: []byte("<source>")}, feed.Options{Publisher: "p", Intake: in, Zones: zones})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		d, err := r.Next()
		if err != nil {
			b.Skip("the feed is at its limit")
		}
		n += d.Bytes
	}
	b.SetBytes(int64(n / max(b.N, 1)))
}
