package index

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Goal: a shared column never changes; the writer's does.
//
// Method: random writes and shares against a plain slice that is copied at
// every share.
func TestColumnIsCopiedOnWrite(t *testing.T) {
	type view struct {
		column Column[int]
		want   []int
	}
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var c column[int]
		var now []int
		var views []view
		for range 400 {
			if rng.IntN(4) == 0 {
				views = append(views, view{c.share(), slices.Clone(now)})
				continue
			}
			i := rng.IntN(3 * chunkRows)
			if rng.IntN(8) == 0 { // of the second group and the third
				i += rng.IntN(2*chunkRows) * chunkRows
			}
			for len(now) <= i {
				now = append(now, 0)
			}
			now[i] = rng.Int()
			*c.edit(uint32(i)) = now[i]
			if got := *c.at(uint32(i)); got != now[i] || !c.has(uint32(i)) {
				t.Fatalf("seed %d: row %d: got %d, want %d", seed, i, got, now[i])
			}
		}
		for n, v := range views {
			if int(v.column.Rows()) < len(v.want) {
				t.Fatalf("seed %d: view %d has %d rows, want %d", seed, n, v.column.Rows(), len(v.want))
			}
			for i, want := range v.want {
				if got := *v.column.At(uint32(i)); got != want {
					t.Fatalf("seed %d: view %d, row %d: got %d, want %d", seed, n, i, got, want)
				}
			}
		}
	}
}

// Goal: what an arena gave out stays as it was when more is added, whatever the
// runs' lengths are, a piece's and more among them; earlier views have it too.
func TestArenaKeepsItsRuns(t *testing.T) {
	type given struct {
		view Runs[int]
		span Span
		want []int
	}
	var a arena[int]
	var all []given
	next := 0
	for _, n := range []int{2, 1, 0, pieceMask - 3, 1, 7, pieceMask, pieceMask + 1, 3, pieceMask + 2, 2, 3*pieceMask + 9, 1, 0, 5} {
		run := make([]int, n)
		for i := range run {
			next++
			run[i] = next
		}
		s := a.add(slices.Clone(run))
		all = append(all, given{a.Runs, s, run})
	}
	for _, g := range all {
		if got := g.view.At(g.span); !slices.Equal(got, g.want) {
			t.Errorf("a run of %d: got %d other items", len(g.want), len(got))
		}
		if got := a.At(g.span); !slices.Equal(got, g.want) {
			t.Errorf("a run of %d, in the end: got %d other items", len(g.want), len(got))
		}
	}
}

// Goal: deadlines come in order of time, each mission's earliest once, however
// often it was noted.
func TestDeadlines(t *testing.T) {
	var d deadlines
	for range 1000 {
		d.push(50, 1) // as seat changes do
	}
	d.push(70, 1)
	d.push(40, 2)
	d.push(30, 1)
	d.push(0, 3) // never
	if n := d.Len(); n > 4 {
		t.Errorf("got %d deadlines kept for two missions, want at most 4", n)
	}
	var got []uint32
	for d.reached(60) {
		if o, ok := d.pop(); ok {
			got = append(got, o)
		}
	}
	if want := []uint32{1, 2}; !slices.Equal(got, want) {
		t.Errorf("until 60: got missions %v, want %v", got, want)
	}
}
