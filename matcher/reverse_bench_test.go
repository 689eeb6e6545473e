package matcher_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"

	"renfort/bench/world"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// crowd is an index of missions and volunteers of the world.
type crowd struct {
	index    *index.Index
	matcher  *matcher.Matcher
	missions []mission.ID // at places, with a seat
}

func mustCrowd(tb testing.TB, missions, volunteers int) *crowd {
	tb.Helper()
	w, err := world.New(world.Config{Missions: missions, Volunteers: volunteers, Seed: 1, At: benchAt})
	if err != nil {
		tb.Fatal(err)
	}
	zones := new(mission.Zones)
	taxonomy, places := mission.DefaultTaxonomy(), gazetteer.Default()
	intake := mission.NewIntake(taxonomy, places, zones)
	x := index.New(index.Options{Policy: mission.DefaultPolicy(), Taxonomy: taxonomy, Places: places, Zones: zones, Standing: matcher.Standing})
	c := &crowd{index: x, matcher: matcher.New(zones)}
	seq := uint64(0)
	for i := range missions {
		m := w.Mission(i)
		if err := intake.Mission(&m); err != nil {
			tb.Fatal(err)
		}
		seq++
		x.Load(&mission.Change{Seq: seq, Kind: mission.MissionPut, MissionID: m.ID, MissionOrdinal: mission.Ordinal(i), Mission: &m, Seats: seatsOf(&m, mission.Ordinal(i))})
		if m.Placed() {
			c.missions = append(c.missions, m.ID)
		}
	}
	for i := range volunteers {
		v := w.Volunteer(i)
		if err := intake.Volunteer(&v, benchAt); err != nil {
			tb.Fatal(err)
		}
		seq++
		x.Load(&mission.Change{Seq: seq, Kind: mission.VolunteerPut, VolunteerID: v.ID, VolunteerOrdinal: mission.Ordinal(i), Volunteer: &v})
	}
	x.Apply([]mission.Change{{Seq: seq + 1, At: benchAt.Unix(), Kind: mission.Ticked}})
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(c.missions), func(i, j int) { c.missions[i], c.missions[j] = c.missions[j], c.missions[i] })
	return c
}

// BenchmarkReverse is the exact best 2,000 of 700,000 volunteers for missions
// of a made-up France, on one core: warm, the same few missions over and over;
// cold, another mission each time, so that its people are in no cache and its
// scale is measured first; and brute force, one look at everybody by the same
// scorer, whose answers are compared with the others before any time counts.
func BenchmarkReverse(b *testing.B) {
	c := mustCrowd(b, 20_000, 700_000)
	for _, km := range []float64{30, 0} {
		c.mustEqualBrute(b, km)
		b.Run(fmt.Sprintf("radius_km=%v/warm", km), func(b *testing.B) { c.measure(b, c.missions[:16], km, false) })
		b.Run(fmt.Sprintf("radius_km=%v/cold", km), func(b *testing.B) { c.measure(b, c.missions, km, false) })
		b.Run(fmt.Sprintf("radius_km=%v/brute", km), func(b *testing.B) { c.measure(b, c.missions[:16], km, true) })
	}
}

func (c *crowd) ask(tb testing.TB, id mission.ID, km float64, brute bool, out *matcher.Candidates) {
	tb.Helper()
	ask := c.matcher.Candidates
	if brute {
		ask = c.matcher.CandidatesBrute
	}
	if err := ask(c.index.Snapshot(), &matcher.ReverseRequest{Mission: id, RadiusKm: km, Limit: 2000}, out); err != nil {
		tb.Fatal(err)
	}
}

func (c *crowd) mustEqualBrute(tb testing.TB, km float64) {
	tb.Helper()
	var got, want matcher.Candidates
	for _, id := range c.missions[:40] {
		c.ask(tb, id, km, false, &got)
		c.ask(tb, id, km, true, &want)
		if len(got.Items) != len(want.Items) {
			tb.Fatalf("mission %s, radius %v km: got %d volunteers, brute force %d", id, km, len(got.Items), len(want.Items))
		}
		for i := range got.Items {
			if g, w := &got.Items[i], &want.Items[i]; g.ID != w.ID || g.Score != w.Score {
				tb.Fatalf("mission %s, radius %v km, place %d: got %s %v, brute force %s %v", id, km, i, g.ID, g.Score, w.ID, w.Score)
			}
		}
	}
}

func (c *crowd) measure(b *testing.B, missions []mission.ID, km float64, brute bool) {
	b.Helper()
	out := new(matcher.Candidates)
	c.ask(b, missions[0], km, brute, out)
	scored, found := 0, 0
	runtime.GC() // what making the world left behind is not to be measured
	b.ReportAllocs()
	before := processorNs(b)
	for i := 0; b.Loop(); i++ {
		c.ask(b, missions[i%len(missions)], km, brute, out)
		scored += out.Considered
		found += len(out.Items)
	}
	b.ReportMetric((processorNs(b)-before)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(scored)/float64(b.N), "scored/op")
	b.ReportMetric(float64(found)/float64(b.N), "items/op")
}

// processorNs gives the processor's time that this process has used: on a
// machine that others use too, the clock tells of them.
func processorNs(tb testing.TB) float64 {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}
