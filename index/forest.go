package index

import "renfort/geo"

// groups of missions that have a tree of their own, so that the bound of a
// cell of ordinary missions does not reach as far as a vital one's.
const (
	nearGroup   = iota // calm and normal, at a place
	urgentGroup        // urgent, at a place
	vitalGroup         // vital, at a place
	remoteGroup        // from anywhere, possible ones too
	groups
)

// NoAddress is the address of an entry that has none.
const NoAddress = ^uint32(0)

// Tree is one tree of cells with its bounds.
type Tree struct {
	Cells  *Cells
	Bounds *Bounds
	Class  uint8 // Normal (calm too), Urgent or Vital: how far its missions reach at least
	Remote bool  // its entries have no place
}

// forest is the trees of all groups: a large one that is seldom built, and a
// small one of what came since. What is newer still is in pending, and the
// missions that no bound covers are in fresh.
type forest struct {
	main, recent [groups]Tree
	pending      [groups][]Entry
	fresh        []uint32
	isFresh      map[uint32]bool
	lowered      map[uint32]bool // ordinals that stand lower than at the last Tick
	where        [][]spot        // where[o]: the entries of ordinal o, dead ones too
}

// spot is where an entry is.
type spot struct {
	group  uint8
	recent bool
	entry  uint32
}

// mergeShare says when the small tree joins the large one: at an eighth of it.
const (
	mergeShare = 8
	mergeLeast = 1 << 12
)

// add queues the entries of a mission for the next Tick; until then it is
// among the fresh.
func (f *forest) add(x *Index, o uint32) {
	f.init()
	m := x.missions.at(o)
	e := Entry{Domains: m.Domains, Activities: foldMask(m), Ordinal: o, Generation: m.Generation, Address: NoAddress}
	if m.Remote == RemoteFull || m.Remote == RemotePossible {
		f.pending[remoteGroup] = append(f.pending[remoteGroup], e)
	}
	if m.Has(Placed) {
		g := groupOf(m.Urgency)
		for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
			e.Address, e.Vec = a, x.addresses.at(a).Vec
			f.pending[g] = append(f.pending[g], e)
		}
	}
	f.note(o)
}

func (f *forest) init() {
	if f.isFresh == nil {
		f.isFresh, f.lowered = map[uint32]bool{}, map[uint32]bool{}
	}
}

func groupOf(urgency uint8) int {
	switch urgency {
	case Urgent:
		return urgentGroup
	case Vital:
		return vitalGroup
	}
	return nearGroup
}

func foldMask(m *Mission) uint64 {
	a := m.Activities
	return a[0] | a[1] | a[2] | a[3]
}

// note puts a mission among the fresh, once.
func (f *forest) note(o uint32) {
	f.init()
	if !f.isFresh[o] {
		f.isFresh[o] = true
		f.fresh = append(f.fresh, o)
	}
}

// spots gives where the entries of an ordinal are.
func (f *forest) spots(o uint32) []spot {
	if int(o) >= len(f.where) {
		return nil
	}
	return f.where[o]
}

// restood keeps the promise of bounds when a mission's standing has changed:
// every entry of it that is alive has a bound no lower than what it stands at.
func (f *forest) restood(x *Index, o uint32, l *Live) {
	f.init()
	if f.isFresh[o] {
		return
	}
	bound, covered, lower := roundUp(l.Standing), 0, false
	for _, s := range f.spots(o) {
		t := f.tree(s)
		if t.Cells.Entries[s.entry].Generation != x.missions.at(o).Generation {
			continue
		}
		has := t.Bounds.Entry[s.entry]
		if has < bound || l.Unserved && t.Bounds.Unserved[t.Cells.leafOf[s.entry]] < bound {
			f.note(o)
			return
		}
		covered++
		lower = lower || has > bound
	}
	switch {
	case covered == 0 && bound > 0:
		f.note(o)
	case lower:
		f.lowered[o] = true
	}
}

func (f *forest) tree(s spot) *Tree {
	if s.recent {
		return &f.recent[s.group]
	}
	return &f.main[s.group]
}

// merge takes the pending entries into trees.
func (f *forest) merge(x *Index) {
	f.init()
	for g := range groups {
		if len(f.pending[g]) == 0 {
			continue
		}
		es := f.pending[g]
		if c := f.recent[g].Cells; c != nil {
			es = append(es, c.Entries...)
		}
		f.pending[g] = nil
		big := f.main[g].Cells
		if n := len(es); big == nil || (n >= mergeLeast && n >= len(big.Entries)/mergeShare) {
			if big != nil {
				es = append(es, big.Entries...)
			}
			f.drop(uint8(g), true)
			f.drop(uint8(g), false)
			f.recent[g] = Tree{}
			f.main[g] = f.build(x, uint8(g), false, es)
			continue
		}
		f.drop(uint8(g), true)
		f.recent[g] = f.build(x, uint8(g), true, es)
	}
}

// drop forgets where the entries of a tree are, before it is built anew.
func (f *forest) drop(g uint8, recent bool) {
	c := f.tree(spot{group: g, recent: recent}).Cells
	if c == nil {
		return
	}
	for i := range c.Entries {
		o := c.Entries[i].Ordinal
		kept := f.where[o][:0]
		for _, s := range f.where[o] {
			if s.group != g || s.recent != recent {
				kept = append(kept, s)
			}
		}
		f.where[o] = kept
	}
}

// build makes a tree of the entries that are still alive.
func (f *forest) build(x *Index, g uint8, recent bool, es []Entry) Tree {
	alive := make([]sorted, 0, len(es))
	for _, e := range es {
		if m := x.missions.at(e.Ordinal); m.Has(Exists) && m.Generation == e.Generation {
			s := sorted{Entry: e, standing: x.live.at(e.Ordinal).Standing, skilled: m.Has(AsksSkills)}
			if g != remoteGroup {
				s.leaf = geo.LeafCell(e.Vec.Point())
			}
			alive = append(alive, s)
		}
	}
	t := Tree{Cells: buildCells(alive), Class: [groups]uint8{Normal, Urgent, Vital, Normal}[g], Remote: g == remoteGroup}
	t.Bounds = newBounds(t.Cells, len(x.taxonomy.Domains), x.stander())
	for i := range t.Cells.Entries {
		o := t.Cells.Entries[i].Ordinal
		for int(o) >= len(f.where) {
			f.where = append(f.where, nil)
		}
		f.where[o] = append(f.where[o], spot{g, recent, uint32(i)})
	}
	return t
}

// stander reads standings for bounds.
func (x *Index) stander() stander {
	return func(e *Entry) (float64, bool) {
		m := x.missions.at(e.Ordinal)
		if !m.Has(Exists) || m.Generation != e.Generation {
			return 0, false
		}
		l := x.live.at(e.Ordinal)
		return l.Standing, l.Unserved
	}
}

// renew lowers and raises the bounds of what moved since the last Tick, so
// that nothing is fresh any more.
func (f *forest) renew(x *Index) {
	f.init()
	var moved [groups][2][]uint32
	for _, o := range f.fresh {
		f.collect(&moved, o)
	}
	for o := range f.lowered {
		f.collect(&moved, o)
	}
	for g := range groups {
		for r, t := range [...]*Tree{&f.main[g], &f.recent[g]} {
			if len(moved[g][r]) > 0 {
				t.Bounds = t.Bounds.renewed(t.Cells, moved[g][r], len(x.taxonomy.Domains), x.stander())
			}
		}
	}
	f.settle()
}

func (f *forest) collect(moved *[groups][2][]uint32, o uint32) {
	for _, s := range f.spots(o) {
		r := 0
		if s.recent {
			r = 1
		}
		moved[s.group][r] = append(moved[s.group][r], s.entry)
	}
}

// renewAll sets every bound anew.
func (f *forest) renewAll(x *Index) {
	f.init()
	for g := range groups {
		for _, t := range [...]*Tree{&f.main[g], &f.recent[g]} {
			if t.Cells != nil {
				t.Bounds = newBounds(t.Cells, len(x.taxonomy.Domains), x.stander())
			}
		}
	}
	pending := false
	for g := range groups {
		pending = pending || len(f.pending[g]) > 0
	}
	if !pending {
		f.settle()
	}
}

// settle says that bounds cover everything.
func (f *forest) settle() {
	f.fresh = nil
	clear(f.isFresh)
	clear(f.lowered)
}

// rebuild makes every tree anew: entries carry the masks of domains.
func (f *forest) rebuild(x *Index) {
	f.init()
	for g := range groups {
		f.pending[g] = nil
		f.drop(uint8(g), true)
		f.drop(uint8(g), false)
		f.main[g], f.recent[g] = Tree{}, Tree{}
	}
	for o := range x.rows {
		if m := x.missions.at(o); m.Has(Exists) {
			x.missions.edit(o).Generation++
			f.add(x, o)
		}
	}
	f.merge(x)
}

// share gives the trees as they are now.
func (f *forest) share() []Tree {
	trees := make([]Tree, 0, 2*groups)
	for g := range groups {
		for _, t := range [...]Tree{f.main[g], f.recent[g]} {
			if t.Cells != nil && len(t.Cells.Nodes) > 0 {
				trees = append(trees, t)
			}
		}
	}
	return trees
}
