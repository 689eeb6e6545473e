package index_test

// What becomes of a text folder: it is taken up again, built anew where it is
// damaged or of another format, and serves meanwhile where it can.

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"renfort/index"
	"renfort/mission"
)

// openBehind opens the folder and tells it the state, but does no work.
func openBehind(t *testing.T, dir string, c *corpus) *index.TextIndex {
	t.Helper()
	x, err := index.OpenText(dir, index.TextOptions{Rows: c.rows})
	if err != nil {
		t.Fatal(err)
	}
	for o, d := range c.docs {
		if d != nil {
			x.Saw(uint32(o), d.Hash())
		}
	}
	if err := x.Loaded(9); err != nil {
		t.Fatal(err)
	}
	return x
}

// built makes a folder of random documents.
func built(t *testing.T, seed uint64) (dir string, c *corpus) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	dir, c = t.TempDir(), &corpus{}
	for o := range uint32(200) {
		c.docs = append(c.docs, toyDoc(r, o))
	}
	mustClose(t, mustOpenText(t, dir, c))
	return dir, c
}

func TestEmptyServesAtOnce(t *testing.T) {
	c := &corpus{}
	x := openBehind(t, t.TempDir(), c)
	defer mustClose(t, x)
	if err := x.Ready(); err != nil {
		t.Error(err)
	}
	if m := mustMatch(t, mustReader(t, x), "aide", false); len(m.Ordinals) != 0 {
		t.Errorf("found %v in nothing", m.Ordinals)
	}
}

func TestFirstBuildIsSaid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	c := &corpus{docs: []*index.TextDoc{toyDoc(r, 0)}}
	x := openBehind(t, t.TempDir(), c)
	defer mustClose(t, x)
	var e *mission.Error
	if _, err := x.Reader(); !errors.As(err, &e) || e.Kind != mission.Unavailable || e.RetryS == 0 {
		t.Errorf("before the first build: got %v, want Unavailable and when to ask again", err)
	}
	settle(t, x, c)
	if r := mustReader(t, x); r.Seq() != 9 || r.Docs() != 1 {
		t.Errorf("after it: %d documents at seq %d, want 1 at 9", r.Docs(), r.Seq())
	}
}

func TestUnchangedIsLeftAlone(t *testing.T) {
	dir, c := built(t, 1)
	x := openBehind(t, dir, c)
	defer mustClose(t, x)
	if r := mustReader(t, x); r.Seq() != 9 {
		t.Errorf("at seq %d before anything was done, want 9", r.Seq())
	}
	c.docs[7] = toyDoc(rand.New(rand.NewPCG(99, 3)), 7)
	x.Mark(10, 5, 6, 7)
	settle(t, x, c)
	if s := x.Stats(); s.Indexed != 1 || s.Unchanged != 2 || s.Seq != 10 {
		t.Errorf("got %+v, want one document indexed, two unchanged, seq 10", s)
	}
}

// files gives the files of all generations that fit a pattern.
func files(t *testing.T, dir, pattern string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*", pattern))
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v, %v", pattern, all, err)
	}
	return all
}

// alter changes a file in place.
func alter(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// pagesOf gives how many pages a bbolt file has used, from the later of its metas.
func pagesOf(data []byte) int {
	pages, latest := uint64(0), uint64(0)
	for _, meta := range [][]byte{data, data[os.Getpagesize():]} {
		if tx := binary.NativeEndian.Uint64(meta[64:]); tx >= latest {
			pages, latest = binary.NativeEndian.Uint64(meta[56:]), tx
		}
	}
	return int(pages)
}

func TestDamageIsBuiltAnew(t *testing.T) {
	flip := func(at func(n int) int) func([]byte) []byte {
		return func(data []byte) []byte {
			data[at(len(data))] ^= 0x40
			return data
		}
	}
	none := func([]byte) []byte { return nil }
	half := func(data []byte) []byte { return data[:len(data)/2-1] } // half a root alone may be all that it uses
	f := func(name, pattern string, change func([]byte) []byte) {
		t.Run(name, func(t *testing.T) {
			dir, c := built(t, 2)
			for _, path := range files(t, dir, pattern) {
				alter(t, path, change)
			}
			x := openBehind(t, dir, c)
			if x.Ready() == nil {
				t.Error("what is damaged serves")
			}
			settle(t, x, c)
			if s := x.Stats(); s.Failures == 0 || s.Docs != 200 {
				t.Errorf("got %+v, want the damage counted and 200 documents", s)
			}
			mustClose(t, x)
			sameAsRebuilt(t, 2, dir, c)
		})
	}
	f("a bit in a segment", "*.zap", flip(func(n int) int { return n / 3 }))
	f("a bit in a segment's end", "*.zap", flip(func(n int) int { return n - 10 }))
	f("half a segment", "*.zap", half)
	f("an empty segment", "*.zap", none)
	f("no root", "root.bolt", none)
	f("half a root", "root.bolt", half)
	f("a root without its last page", "root.bolt", func(d []byte) []byte { return d[:pagesOf(d)*os.Getpagesize()-1] })
	f("a root of something else", "root.bolt", func(d []byte) []byte { return []byte(strings.Repeat("x", len(d))) })
	f("no format", "format", none)
	f("another layout", "format", func([]byte) []byte { return []byte("renfort text 999 0123456789abcdef\n") })
}

// Where words are read otherwise than when they were indexed, the old index
// serves, and goes on being fed, until the new one is complete.
func TestOtherWordsAreBuiltBeside(t *testing.T) {
	dir, c := built(t, 3)
	alter(t, files(t, dir, "format")[0], func([]byte) []byte { return []byte("renfort text 1 0123456789abcdef\n") })
	x := openBehind(t, dir, c)
	if got := mustReader(t, x).Docs(); got != 200 || !x.Stats().Building {
		t.Fatalf("%d documents serve, building %v; want 200 while it is built", got, x.Stats().Building)
	}
	old := mustReader(t, x)
	before := mustMatch(t, old, "aide", false)
	mustClose(t, x) // stopped on its way
	x = openBehind(t, dir, c)
	c.docs[3] = nil
	x.Mark(10, 3)
	settle(t, x, c)
	if s := x.Stats(); s.Building || s.Docs != 199 || s.Seq != 10 {
		t.Errorf("got %+v, want 199 documents at seq 10 and nothing being built", s)
	}
	if n := len(files(t, dir, "format")); n != 1 {
		t.Errorf("%d generations are left, want 1", n)
	}
	w := index.ParseWords("aide", false)
	if again, err := old.Match(&w, true); err != nil || fmt.Sprint(again.Ordinals) != fmt.Sprint(before.Ordinals) {
		t.Errorf("a view of a generation that is gone gives %v, %v, want %v", again, err, before.Ordinals)
	}
	mustClose(t, x)
	sameAsRebuilt(t, 3, dir, c)
}

func TestRebuildServesTheOld(t *testing.T) {
	dir, c := built(t, 4)
	x := openBehind(t, dir, c)
	if err := x.Rebuild(); err != nil {
		t.Fatal(err)
	}
	if got := mustReader(t, x).Docs(); got != 200 {
		t.Errorf("%d documents serve during a rebuild, want 200", got)
	}
	settle(t, x, c)
	if s := x.Stats(); s.Building || s.Docs != 200 || s.Indexed != 200 {
		t.Errorf("got %+v, want 200 documents, all indexed again", s)
	}
	mustClose(t, x)
	sameAsRebuilt(t, 4, dir, c)
}

// An index that was stopped far behind the state still serves what it has.
func TestHalfCaughtUpServes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 3))
	dir, c := t.TempDir(), &corpus{}
	for o := range uint32(400) {
		c.docs = append(c.docs, toyDoc(r, o))
	}
	mustClose(t, mustOpenText(t, dir, c))
	for o := range uint32(400) {
		c.docs[o] = toyDoc(r, o)
	}
	x := openBehind(t, dir, c)
	if left, err := x.Step(context.Background(), c.fetch); err != nil || left == 0 || left == 400 {
		t.Fatalf("after one step %d are left, %v; want some of 400", left, err)
	}
	mustClose(t, x)
	x = openBehind(t, dir, c)
	if s := x.Stats(); s.Docs != 400 || s.Failures != 0 || s.Seq != 0 || s.Pending == 0 || s.Pending == 400 {
		t.Errorf("got %+v, want 400 documents that serve at seq 0 while some wait", s)
	}
	mustClose(t, x)
	sameAsRebuilt(t, 7, dir, c)
}

// A fetch that fails loses nothing.
func TestFetchFails(t *testing.T) {
	dir, c := built(t, 5)
	x := openBehind(t, dir, c)
	defer mustClose(t, x)
	c.docs[1] = toyDoc(rand.New(rand.NewPCG(98, 3)), 1)
	x.Mark(10, 1)
	broken := errors.New("no store")
	if _, err := x.Step(context.Background(), func([]uint32) ([]*index.TextDoc, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	if x.Seq() != 9 {
		t.Errorf("at seq %d although nothing was fetched, want 9", x.Seq())
	}
	settle(t, x, c)
	if s := x.Stats(); s.Seq != 10 || s.Indexed != 1 {
		t.Errorf("got %+v, want seq 10 and one document indexed", s)
	}
}

// Readers are never held up or led astray by what is indexed beside them. The
// race detector looks on.
func TestReadersWhileFeeding(t *testing.T) {
	dir, c := built(t, 6)
	var mu sync.Mutex // guards c.docs
	x := openBehind(t, dir, c)
	defer mustClose(t, x)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		x.Run(ctx, func(ordinals []uint32) ([]*index.TextDoc, error) {
			mu.Lock()
			defer mu.Unlock()
			return c.fetch(ordinals)
		})
	})
	for n := range 2 {
		running.Go(func() {
			r := rand.New(rand.NewPCG(6, uint64(n)))
			for ctx.Err() == nil {
				reader, err := x.Reader()
				if err != nil {
					t.Error(err)
					return
				}
				w := index.ParseWords(toyQuery(r), n == 0)
				a, err := reader.Match(&w, true)
				if err != nil {
					t.Error(err)
					return
				}
				b, err := reader.Match(&w, true)
				if err != nil || fmt.Sprint(a) != fmt.Sprint(b) {
					t.Errorf("one view gave %v and %v, %v", a, b, err)
					return
				}
			}
		})
	}
	r := rand.New(rand.NewPCG(6, 9))
	for seq := range uint64(200) {
		o := uint32(r.IntN(len(c.docs)))
		mu.Lock()
		c.docs[o] = toyDoc(r, o)
		mu.Unlock()
		x.Mark(10+seq, o)
		if seq == 100 {
			if err := x.Rebuild(); err != nil {
				t.Error(err)
			}
		}
	}
	for x.Seq() < 209 || x.Stats().Building {
		x.Poke()
	}
	stop()
	running.Wait()
	if s := x.Stats(); s.Failures != 0 {
		t.Errorf("got %+v, want no failure", s)
	}
}
