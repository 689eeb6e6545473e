package index_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"testing"

	"renfort/bench/world"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// BenchmarkCollect is a collection of an index of 100,000 missions and 700,000
// volunteers, which on one core everybody waits for, and what there is to be marked.
// Everything was read from JSON, as in a service, so that no two strings are one.
func BenchmarkCollect(b *testing.B) {
	puts, err := drawFrance()
	if err != nil {
		b.Fatal(err)
	}
	x := index.New(index.Options{Policy: mission.DefaultPolicy(), Taxonomy: mission.DefaultTaxonomy(), Places: gazetteer.Default(),
		Zones: new(mission.Zones), Standing: matcher.Standing})
	for o := range benchMissions {
		c, err := puts(o)
		if err != nil {
			b.Fatal(err)
		}
		c.Mission = reread(b, c.Mission)
		c.MissionID = c.Mission.ID
		x.Load(&c)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for o := range 700_000 {
		v := reread(b, somebody(fmt.Sprint("volunteer-", o), rng))
		x.Load(&mission.Change{Seq: benchMissions + 1, Kind: mission.VolunteerPut, VolunteerID: v.ID, VolunteerOrdinal: mission.Ordinal(o), Volunteer: v})
	}
	x.Apply([]mission.Change{{Seq: benchMissions + 2, Kind: mission.Ticked, At: world.Default().At.Unix()}})
	runtime.GC()
	for b.Loop() {
		runtime.GC()
	}
	found := []metrics.Sample{{Name: "/gc/heap/objects:objects"}, {Name: "/gc/scan/heap:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(found)
	b.ReportMetric(float64(found[0].Value.Uint64())/1e3, "thousand-objects")
	b.ReportMetric(float64(found[1].Value.Uint64())/(1<<20), "scanned-MB")
	b.ReportMetric(float64(found[2].Value.Uint64())/(1<<20), "live-MB")
	runtime.KeepAlive(x)
}

// reread gives what is read from v written as JSON.
func reread[T any](b *testing.B, v *T) *T {
	b.Helper()
	text, err := mission.Encode(v)
	again := new(T)
	if err == nil {
		err = mission.Decode(text, again)
	}
	if err != nil {
		b.Fatal(err)
	}
	return again
}
