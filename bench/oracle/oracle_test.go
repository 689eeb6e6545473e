package oracle_test

// These tests show that a seating is possible, that no seating is larger (by a
// slow count, by the cut that Seat gives as proof, and by GLPK as an integer
// programme), and that it depends on the graph alone.

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"renfort/bench/oracle"
)

// draw makes a random graph; each person is interested in each mission with a
// chance.
func draw(rng *rand.Rand, missions, crowd int, chance float64) oracle.Graph {
	g := oracle.Graph{Crowd: crowd, First: []int{0}}
	for range missions {
		g.Seats = append(g.Seats, rng.IntN(4))
		for p := range crowd {
			if rng.Float64() < chance {
				g.People = append(g.People, int32(p))
			}
		}
		g.First = append(g.First, len(g.People))
	}
	return g
}

// drawAny draws a graph of any small size and density.
func drawAny(rng *rand.Rand) oracle.Graph {
	return draw(rng, rng.IntN(9), rng.IntN(14), rng.Float64())
}

// slow counts the largest seating by seating one person after another, moving
// others along any path: Kuhn's algorithm with each seat a node of its own.
func slow(g oracle.Graph) (seated int) {
	var owner []int // mission of each seat
	for m, n := range g.Seats {
		for range n {
			owner = append(owner, m)
		}
	}
	holds := slices.Repeat([]int{-1}, len(owner)) // person on each seat
	wants := func(p, m int) bool { return slices.Contains(g.People[g.First[m]:g.First[m+1]], int32(p)) }
	var try func(p int, seen []bool) bool
	try = func(p int, seen []bool) bool {
		for seat, m := range owner {
			if seen[seat] || !wants(p, m) {
				continue
			}
			seen[seat] = true
			if holds[seat] < 0 || try(holds[seat], seen) {
				holds[seat] = p
				return true
			}
		}
		return false
	}
	for p := range g.Crowd {
		if try(p, make([]bool, len(owner))) {
			seated++
		}
	}
	return seated
}

// mustFit fails unless a seating respects interests and seats.
func mustFit(t *testing.T, g oracle.Graph, s oracle.Seating) {
	t.Helper()
	taken, seated := make([]int, len(g.Seats)), 0
	for p, m := range s.Mission {
		if m == oracle.Nobody {
			continue
		}
		seated++
		taken[m]++
		if !slices.Contains(g.People[g.First[m]:g.First[m+1]], int32(p)) {
			t.Errorf("person %d sits in mission %d without interest", p, m)
		}
	}
	for m := range taken {
		if taken[m] > g.Seats[m] {
			t.Errorf("mission %d seats %d of %d", m, taken[m], g.Seats[m])
		}
	}
	if seated != s.Seated || len(s.Mission) != g.Crowd {
		t.Errorf("%d people of %d sit, want %d of %d", seated, len(s.Mission), s.Seated, g.Crowd)
	}
}

func TestSeatIsLargest(t *testing.T) {
	for seed := range uint64(2_000) {
		g := drawAny(rand.New(rand.NewPCG(seed, 1)))
		s := oracle.Seat(g)
		mustFit(t, g, s)
		if want := slow(g); s.Seated != want || s.Bound != want {
			t.Fatalf("seed %d: seated %d, bound %d, want %d: %+v", seed, s.Seated, s.Bound, want, g)
		}
	}
}

// At sizes that the slow count cannot do, the cut proves the seating.
func TestBoundProvesLargeSeatings(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 2))
		g := draw(rng, 200, 100+rng.IntN(600), 0.001+0.02*rng.Float64())
		s := oracle.Seat(g)
		mustFit(t, g, s)
		if s.Seated != s.Bound {
			t.Errorf("seed %d: seated %d, and the cut allows %d", seed, s.Seated, s.Bound)
		}
	}
}

func TestSeatExamples(t *testing.T) {
	f := func(name string, g oracle.Graph, want int) {
		t.Helper()
		if got := oracle.Seat(g); got.Seated != want {
			t.Errorf("%s: seated %d, want %d", name, got.Seated, want)
		}
	}
	f("nothing", oracle.Graph{First: []int{0}}, 0)
	f("nobody", oracle.Graph{Seats: []int{3}, First: []int{0, 0}}, 0)
	f("no seat", oracle.Graph{Seats: []int{0}, First: []int{0, 1}, People: []int32{0}, Crowd: 1}, 0)
	f("one must move", oracle.Graph{Seats: []int{1, 1}, First: []int{0, 2, 3}, People: []int32{0, 1, 0}, Crowd: 2}, 2)
	f("more seats than people", oracle.Graph{Seats: []int{9}, First: []int{0, 2}, People: []int32{0, 1}, Crowd: 2}, 2)
}

// programme writes the seating as an integer programme, as glpsol reads it.
func programme(g oracle.Graph) []byte {
	var b, seats, persons bytes.Buffer
	var names []string
	at := make([][]string, g.Crowd)
	for m := range g.Seats {
		var row []string
		for _, p := range g.People[g.First[m]:g.First[m+1]] {
			x := fmt.Sprintf("x%d_%d", m, p)
			names, row, at[p] = append(names, x), append(row, x), append(at[p], x)
		}
		if len(row) > 0 {
			fmt.Fprintf(&seats, " s%d: %s <= %d\n", m, sum(row), g.Seats[m])
		}
	}
	for p, row := range at {
		if len(row) > 0 {
			fmt.Fprintf(&persons, " p%d: %s <= 1\n", p, sum(row))
		}
	}
	fmt.Fprintf(&b, "Maximize\n obj: %s\nSubject To\n%s%sBinary\n", sum(names), seats.Bytes(), persons.Bytes())
	for _, x := range names {
		fmt.Fprintf(&b, " %s\n", x)
	}
	b.WriteString("End\n")
	return b.Bytes()
}

func sum(names []string) string {
	var b bytes.Buffer
	for i, x := range names {
		if i > 0 {
			b.WriteString(" + ")
		}
		if i%20 == 19 {
			b.WriteString("\n ")
		}
		b.WriteString(x)
	}
	return b.String()
}

var objective = regexp.MustCompile(`Objective:\s+obj = (\d+)`)

func TestAgreesWithGLPK(t *testing.T) {
	solver, err := exec.LookPath("glpsol")
	if err != nil {
		t.Skip("glpsol is not there: it is in the Debian package glpk-utils")
	}
	dir := t.TempDir()
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 3))
		g := draw(rng, 3+rng.IntN(12), 5+rng.IntN(40), 0.02+0.2*rng.Float64())
		if len(g.People) == 0 {
			continue
		}
		in, out := filepath.Join(dir, "in.lp"), filepath.Join(dir, "out")
		if err := os.WriteFile(in, programme(g), 0o600); err != nil {
			t.Fatal(err)
		}
		if told, err := exec.Command(solver, "--lp", in, "-o", out).CombinedOutput(); err != nil {
			t.Fatalf("seed %d: %v: %s", seed, err, told)
		}
		answer, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		found := objective.FindSubmatch(answer)
		if found == nil {
			t.Fatalf("seed %d: no objective in %s", seed, answer)
		}
		want, _ := strconv.Atoi(string(found[1]))
		if got := oracle.Seat(g); got.Seated != want {
			t.Errorf("seed %d: seated %d, GLPK %d: %+v", seed, got.Seated, want, g)
		}
	}
}
