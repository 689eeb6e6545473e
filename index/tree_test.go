package index_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

// Goal: between any two Ticks the trees keep their promise: what can be had is
// in the right trees or among the fresh, and nothing stands above its bounds.
//
// Method: after every commit of random changes walk every tree and check each
// node against all the entries below it.
func TestTreesKeepTheirPromise(t *testing.T) {
	runs := uint64(12)
	if testing.Short() {
		runs = 3
	}
	for seed := *seedFlag; seed < *seedFlag+runs; seed++ {
		s := newState(seed + 1000)
		x := s.open()
		x.Apply(mustPut(s, 10*int(seed-*seedFlag+1)))
		for range 40 {
			x.Apply(s.commit())
			if checkTrees(t, seed, x.Snapshot()); t.Failed() {
				return
			}
		}
	}
}

// checker walks the trees of one snapshot.
type checker struct {
	*testing.T
	seed  uint64
	s     *index.Snapshot
	rng   *rand.Rand
	fresh map[uint32]bool
	alive map[uint32][]place // of entries
}

// place is an entry that is alive.
type place struct {
	tree    *index.Tree
	address uint32
}

func checkTrees(t *testing.T, seed uint64, s *index.Snapshot) {
	t.Helper()
	c := &checker{T: t, seed: seed, s: s, rng: rand.New(rand.NewPCG(seed, s.Seq)), fresh: map[uint32]bool{}, alive: map[uint32][]place{}}
	for _, o := range s.Fresh {
		if c.fresh[o] {
			t.Errorf("seed %d, seq %d: mission %d is twice among the fresh", seed, s.Seq, o)
		}
		c.fresh[o] = true
	}
	for _, tree := range s.Trees {
		if below := c.node(tree, 0); len(below) != len(tree.Entries) {
			t.Errorf("seed %d, seq %d: %d of %d entries hang on the tree", seed, s.Seq, len(below), len(tree.Entries))
		}
	}
	for o := range s.Rows {
		c.placed(o)
	}
}

// node checks a node and gives the entries below it.
func (c *checker) node(t *index.Tree, i uint32) (below []uint32) {
	c.Helper()
	n := &t.Nodes[i]
	for k := n.First; k < n.First+uint32(n.Len); k++ {
		if n.Leaf {
			below = append(below, k)
			c.entry(t, n, k)
		} else {
			below = append(below, c.node(t, k)...)
		}
	}
	from := random(c.rng)
	for _, k := range below {
		e := &t.Entries[k]
		stand := c.s.Stands.At(e.Ordinal)
		if !t.Remote && (n.MinKm(from) > from.DistanceKm(e.Vec) || n.MinKm(e.Vec) > 0) {
			c.Errorf("seed %d, seq %d: node %d is at least %v km away, its entry %d %v", c.seed, c.s.Seq, i, n.MinKm(from), k, from.DistanceKm(e.Vec))
		}
		if e.Activities&^n.Activities != 0 || e.Traits&index.AsksOfSkills != 0 && !n.Skilled {
			c.Errorf("seed %d, seq %d: node %d does not cover the activities or skills of entry %d", c.seed, c.s.Seq, i, k)
		}
		if c.fresh[e.Ordinal] || stand.Generation != t.Entries[k].Generation {
			continue
		}
		if float64(n.Top) < stand.Standing || stand.Unserved && float64(n.Unserved) < stand.Standing {
			c.Errorf("seed %d, seq %d: node %d has bounds %v, unserved %v, mission %d stands at %v", c.seed, c.s.Seq, i, n.Top, n.Unserved, e.Ordinal, stand.Standing)
		}
		if e.Domains != 0 && float64(n.Top)*n.Share(e.Domains&-e.Domains) < stand.Standing {
			c.Errorf("seed %d, seq %d: node %d has a share of %v for domains %b, mission %d stands at %v of %v", c.seed, c.s.Seq, i, n.Share(e.Domains&-e.Domains), e.Domains, e.Ordinal, stand.Standing, n.Top)
		}
	}
	return below
}

// entry checks an entry of a leaf and notes it if it is alive.
func (c *checker) entry(t *index.Tree, n *index.Node, k uint32) {
	c.Helper()
	e := &t.Entries[k]
	stand, m := c.s.Stands.At(e.Ordinal), c.s.Missions.At(e.Ordinal)
	if end := n.First + uint32(n.Len); t.Tops[k] != slices.Max(t.Bounds[k:end]) {
		c.Errorf("seed %d, seq %d: entry %d: top %v over %v", c.seed, c.s.Seq, k, t.Tops[k], t.Bounds[k:end])
	}
	if stand.Generation != t.Entries[k].Generation {
		return
	}
	c.alive[e.Ordinal] = append(c.alive[e.Ordinal], place{t, e.Address})
	if !c.fresh[e.Ordinal] && float64(t.Bounds[k]) < stand.Standing {
		c.Errorf("seed %d, seq %d: entry %d has bound %v, mission %d stands at %v", c.seed, c.s.Seq, k, t.Bounds[k], e.Ordinal, stand.Standing)
	}
	if want := index.EntryOf(e.Ordinal, m); e.Domains != want.Domains || e.Activities != want.Activities || e.Traits != want.Traits ||
		e.MinAge != want.MinAge || e.MaxAge != want.MaxAge || e.Remote != want.Remote {
		c.Errorf("seed %d, seq %d: entry %d is %+v, its mission %+v", c.seed, c.s.Seq, k, *e, want)
	}
}

// placed checks that a mission that can be had is where searches look.
func (c *checker) placed(o uint32) {
	c.Helper()
	m := c.s.Missions.At(o)
	if c.s.Stands.At(o).Standing == 0 || c.fresh[o] {
		return
	}
	class := max(m.Urgency, index.Normal)
	seen := map[uint32]int{}
	for _, p := range c.alive[o] {
		seen[p.address]++
		if p.tree.Remote != (p.address == index.NoAddress) || !p.tree.Remote && p.tree.Class != class {
			c.Errorf("seed %d, seq %d: mission %d of class %d, remote %d is in a tree of class %d, remote %v",
				c.seed, c.s.Seq, o, m.Urgency, m.Remote, p.tree.Class, p.tree.Remote)
		}
	}
	want := 0
	if m.Has(index.Placed) {
		want = int(m.Addresses.Len)
	}
	if m.Remote == index.RemoteFull || m.Remote == index.RemotePossible {
		want++
	}
	if len(c.alive[o]) != want || len(seen) != want {
		c.Errorf("seed %d, seq %d: mission %d has %d entries in trees, %d of them different; want %d", c.seed, c.s.Seq, o, len(c.alive[o]), len(seen), want)
	}
}

// Goal: a mission whose standing is too small for float32 can still be found.
func TestBoundsOfSmallStandings(t *testing.T) {
	s := newState(1)
	tiny := func(*mission.Policy, *index.Climate, *index.Mission, *index.Live, *index.Org) float64 { return 1e-60 }
	x := index.New(index.Options{Policy: s.policy, Taxonomy: s.taxonomy, Places: gazetteer.Default(), Zones: s.zones, Standing: tiny})
	p := geo.Point{Lat: 45, Lon: 3}
	m := &mission.Mission{ID: "m0", Remote: "no", State: "open", Locations: []mission.Location{{Lat: &p.Lat, Lon: &p.Lon}}}
	seats := &mission.Seats{State: "open", Slots: []mission.SlotTerms{{}}, Pools: []mission.Pool{{Total: 1}}}
	x.Apply([]mission.Change{{Seq: 1, Kind: mission.MissionPut, MissionID: "m0", Mission: m, Seats: seats}, {Seq: 2, At: start, Kind: mission.Ticked}})
	if got := x.Snapshot().Trees[0].Bounds[0]; got <= 0 {
		t.Errorf("bound of a mission that stands at 1e-60: got %v, want more than 0", got)
	}
}
