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

// Goal: what an arena gave out stays as it was when more is added.
func TestArenaKeepsItsRuns(t *testing.T) {
	var a arena[int]
	first := a.add([]int{1, 2})
	seen := a.items
	second := a.add([]int{3})
	if got := a.at(first); !slices.Equal(got, []int{1, 2}) || !slices.Equal(seen, []int{1, 2}) {
		t.Errorf("got %v and %v, want [1 2]", got, seen)
	}
	if got := a.at(second); !slices.Equal(got, []int{3}) {
		t.Errorf("got %v, want [3]", got)
	}
	if got := a.at(a.add(nil)); len(got) != 0 {
		t.Errorf("an empty run: got %v", got)
	}
}
