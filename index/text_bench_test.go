package index_test

// What words cost, on 50,000 missions of the made-up France: to index, to open,
// and to match, with the cache of whole matches and without. Plain Bleve and
// Lucene answer the same questions in bench/peer.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"renfort/bench/world"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

// textMissions is how many missions the peers are asked for, too.
const textMissions = 50_000

// benchCorpus makes the missions' words, once.
var benchCorpus = sync.OnceValue(func() *corpus {
	w, err := world.New(world.Config{Missions: textMissions, Seed: 1, At: time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)})
	if err != nil {
		panic(err)
	}
	taxonomy, places := mission.DefaultTaxonomy(), gazetteer.Default()
	c := &corpus{}
	for o := range textMissions {
		m := w.Mission(o)
		c.docs = append(c.docs, index.TextOf(uint32(o), &m, nil, taxonomy, places))
	}
	return c
})

// benchText builds the index of the missions, once.
var benchText = sync.OnceValue(func() *index.TextIndex {
	dir, err := os.MkdirTemp("", "renfort-text-")
	if err != nil {
		panic(err)
	}
	x, err := buildText(dir, benchCorpus())
	if err != nil {
		panic(err)
	}
	return x
})

func buildText(dir string, c *corpus) (*index.TextIndex, error) {
	x, err := index.OpenText(dir, index.TextOptions{Rows: c.rows})
	if err != nil {
		return nil, err
	}
	for o, d := range c.docs {
		x.Saw(uint32(o), d.Hash())
	}
	if err := x.Loaded(1); err != nil {
		return nil, err
	}
	for left := 1; left > 0; {
		if left, err = x.Step(context.Background(), c.fetch); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// BenchmarkTextBuild builds the whole index, and reports what it takes.
func BenchmarkTextBuild(b *testing.B) {
	c := benchCorpus()
	for range b.N {
		dir := b.TempDir()
		x, err := buildText(dir, c)
		if err != nil {
			b.Fatal(err)
		}
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		start := time.Now()
		x = mustOpenText(b, dir, c)
		opened := time.Since(start)
		s := x.Stats()
		mustClose(b, x)
		b.ReportMetric(float64(s.BytesDisk)/float64(s.Docs), "disk-B/doc")
		b.ReportMetric(float64(s.BytesMemory)/float64(s.Docs), "mem-B/doc")
		b.ReportMetric(float64(s.Segments), "segments")
		b.ReportMetric(float64(opened.Milliseconds()), "reopen-ms")
		b.StartTimer()
	}
}

func BenchmarkTextMatch(b *testing.B) {
	r := mustReader(b, benchText())
	for _, q := range []string{"distribution alimentaire Lyon", "aide devoirs enfants", "accompagner des personnes", "maraude",
		"soutien scolaire", "banque allimentaire", "\"aide aux devoirs\"", "d*", "dist*", "ehpad -lyon", "benevole*"} {
		text, prefix := q, false
		if n := len(q) - 1; q[n] == '*' {
			text, prefix = q[:n], true
		}
		w := index.ParseWords(text, prefix)
		for _, noCache := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/nocache=%v", q, noCache), func(b *testing.B) {
				b.ReportAllocs()
				found := 0
				for b.Loop() {
					m, err := r.Match(&w, noCache)
					if err != nil {
						b.Fatal(err)
					}
					found = len(m.Ordinals)
				}
				b.ReportMetric(float64(found), "found")
			})
		}
	}
}

// BenchmarkTextStart opens the folder of the whole index, which verifies its
// files and reads a hash for each document.
func BenchmarkTextStart(b *testing.B) {
	c := benchCorpus()
	dir := filepath.Join(b.TempDir(), "text")
	x, err := buildText(dir, c)
	if err != nil {
		b.Fatal(err)
	}
	mustClose(b, x)
	runtime.GC()
	for b.Loop() {
		x, err := index.OpenText(dir, index.TextOptions{Rows: c.rows})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		mustClose(b, x)
		b.StartTimer()
	}
}
