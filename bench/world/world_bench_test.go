package world_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"renfort/bench/world"
)

// BenchmarkNew makes a world when the texts and the gazetteer are read, which
// the first in a process does once for all.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := world.New(world.Default()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMissions makes the 100,000 missions of a world, one after the other.
func BenchmarkMissions(b *testing.B) {
	const n = 100_000
	w, letters := mustWorld(b, n, 1), 0
	b.ReportAllocs()
	for b.Loop() {
		for i := range n {
			letters += len(w.Mission(i).Title)
		}
	}
	if letters == 0 {
		b.Fatal("no mission has a title")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/mission")
}

// BenchmarkVolunteers makes the 700,000 volunteers of a world.
func BenchmarkVolunteers(b *testing.B) {
	const n = 700_000
	w, domains := mustWorld(b, n, 1), 0
	b.ReportAllocs()
	for b.Loop() {
		for i := range n {
			domains += len(w.Volunteer(i).Domains)
		}
	}
	if domains == 0 {
		b.Fatal("no volunteer likes anything")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/volunteer")
}

func BenchmarkProfile(b *testing.B) {
	w, rng, domains := mustWorld(b, 100_000, 1), rand.New(rand.NewPCG(1, 1)), 0
	b.ReportAllocs()
	for b.Loop() {
		domains += len(w.Profile(rng).Domains)
	}
	if domains == 0 {
		b.Fatal("nobody likes anything")
	}
}

func BenchmarkPlace(b *testing.B) {
	w, rng, north := mustWorld(b, 100_000, 1), rand.New(rand.NewPCG(1, 1)), 0.
	b.ReportAllocs()
	for b.Loop() {
		north += w.Place(rng).Lat
	}
	if north == 0 {
		b.Fatal("nobody lives anywhere")
	}
}

// BenchmarkWrite writes 1,000 missions and 1,000 volunteers each time.
func BenchmarkWrite(b *testing.B) {
	w := mustWorld(b, 1_000, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := errors.Join(w.WriteMissions(io.Discard), w.WriteVolunteers(io.Discard)); err != nil {
			b.Fatal(err)
		}
	}
}
