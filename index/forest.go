package index

import "renfort/geo"

// groups of missions that have a tree of their own, so that the bound of a
// cell of ordinary missions does not reach as far as a vital one's.
const (
	nearGroup   = iota // calm and normal, at a place
	urgentGroup        // urgent, at a place
	vitalGroup         // vital, at a place
	crisisGroup        // at a place, with the reach of a crisis
	remoteGroup        // from anywhere, possible ones too
	groups
)

// NoAddress is the address of an entry that has none.
const NoAddress = ^uint32(0)

// forest is the trees of all groups: a large one that is seldom built, and a
// small one of what came since. What is newer still is in pending, and the
// missions that no bound covers are in fresh.
type forest struct {
	main, recent [groups]*Tree // nil where there is none
	pending      [groups][]Entry
	fresh        []uint32
	moved        bool // a tree or its bounds are not what they were at the last publish
	keeps        bool // what moved since were bounds, by less than ShelfRaise but for the risen
	risen        []uint32
	isFresh      map[uint32]bool
	lowered      map[uint32]bool // ordinals that stand far below their bounds
	where        [][]spot        // where[o]: the entries of ordinal o, dead ones too
	spotted      blocks[spot]    // of where
	renewedAt    int64           // the minute of all bounds
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
	e := EntryOf(o, m)
	e.Generation = x.stands.at(o).Generation
	if m.Remote == RemoteFull || m.Remote == RemotePossible {
		if e.Traits&Sited != 0 {
			e.Vec = x.addresses.at(m.Addresses.First).Vec
		}
		f.pending[remoteGroup] = append(f.pending[remoteGroup], e)
	}
	if m.Has(Placed) {
		g := groupOf(m.Class)
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

// EntryOf gives a mission's row as an entry without an address.
func EntryOf(o uint32, m *Mission) Entry {
	return Entry{Domains: m.Domains, Activities: foldMask(m), Ordinal: o, Address: NoAddress,
		MinAge: m.MinAge, MaxAge: m.MaxAge, Remote: m.Remote, Traits: traitsOf(m), Skills: m.SkillBits}
}

func groupOf(class uint8) int {
	switch class {
	case InCrisis:
		return crisisGroup
	case Urgent:
		return urgentGroup
	case Vital:
		return vitalGroup
	}
	return nearGroup
}

func traitsOf(m *Mission) (t uint8) {
	t = m.Urgency << classShift
	if m.Class == InCrisis {
		t |= reaching
	}
	if m.Has(Placed) && m.Addresses.Len == 1 {
		t |= Sited
	}
	if m.Has(AsksSkills) {
		t |= AsksOfSkills
	}
	if m.Has(NeedsSkills) {
		t |= NeedsOfSkills
	}
	if m.Remote == RemotePossible || m.Addresses.Len > 1 {
		t |= Several
	}
	return t
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
func (f *forest) restood(o uint32, l *Stand) {
	f.init()
	if f.isFresh[o] {
		return
	}
	switch covered, loose := f.covers(o, l); {
	case !covered:
		f.note(o)
	case loose:
		f.lowered[o] = true
	}
}

// covers says whether the bounds of a mission's entries are no lower than what
// it stands at, and whether one of them is far above it.
func (f *forest) covers(o uint32, l *Stand) (covered, loose bool) {
	bound, alive := roundUp(l.Standing), 0
	for _, s := range f.spots(o) {
		t := f.tree(s)
		if t.Entries[s.entry].Generation != l.Generation {
			continue
		}
		has := t.Bounds[s.entry]
		if has < bound || l.Unserved && bound > 0 && !t.MayBeUntaken(s.entry) {
			return false, false
		}
		alive++
		loose = loose || has > bound*boundLoose
	}
	return alive > 0 || bound == 0, loose
}

// outgrown gives the missions whose bounds, were they set now, would be above
// ShelfRaise times what they are, or that have none; ok is false if they are
// more than queries can look at.
func (f *forest) outgrown(x *Index) (risen []uint32, ok bool) {
	for o := range x.rows {
		l := x.stands.at(o)
		if l.Standing == 0 {
			continue
		}
		bound, alive := roundUp(l.Standing*boundRoom), false
		covered := true
		for _, s := range f.spots(o) {
			if e := &f.tree(s).Entries[s.entry]; e.Generation == l.Generation {
				alive = true
				covered = covered && bound <= f.tree(s).Bounds[s.entry]*ShelfRaise
			}
		}
		if alive && covered && !f.isFresh[o] {
			continue
		}
		if risen = append(risen, o); len(risen) > risenMost {
			return nil, false
		}
	}
	return risen, true
}

func (f *forest) tree(s spot) *Tree {
	if s.recent {
		return f.recent[s.group]
	}
	return f.main[s.group]
}

// merge takes the pending entries into trees.
func (f *forest) merge(x *Index) {
	f.init()
	for g := range groups {
		if len(f.pending[g]) == 0 {
			continue
		}
		es := f.pending[g]
		f.pending[g] = nil
		if t := f.recent[g]; t != nil {
			es = append(es, t.Entries...)
			f.drop(uint8(g), true)
			f.recent[g] = nil
		}
		big := f.main[g]
		if n := len(es); big != nil && (n < mergeLeast || n < len(big.Entries)/mergeShare) {
			f.recent[g] = f.build(x, uint8(g), true, es)
			continue
		}
		if big != nil {
			es = append(es, big.Entries...)
			f.drop(uint8(g), false)
		}
		f.main[g] = f.build(x, uint8(g), false, es)
	}
}

// drop forgets where the entries of a tree are, before it is built anew.
func (f *forest) drop(g uint8, recent bool) {
	t := f.tree(spot{group: g, recent: recent})
	if t == nil {
		return
	}
	for i := range t.Entries {
		o := t.Entries[i].Ordinal
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
func (f *forest) build(x *Index, g uint8, recent bool, es []Entry) *Tree {
	f.moved, f.keeps = true, false
	alive := make([]sorted, 0, len(es))
	for _, e := range es {
		if l := x.stands.at(e.Ordinal); l.Generation == e.Generation {
			s := sorted{Entry: e, standing: l.Standing}
			if g < remoteGroup {
				s.leaf = geo.LeafCell(e.Vec.Point())
			}
			alive = append(alive, s)
		}
	}
	t := buildTree(alive, g < remoteGroup)
	t.Class = [groups]uint8{Normal, Urgent, Vital, InCrisis, Normal}[g]
	t.Remote = g == remoteGroup
	for i := range t.Entries {
		o := t.Entries[i].Ordinal
		for int(o) >= len(f.where) {
			f.where = append(f.where, nil)
		}
		f.where[o] = f.spotted.append(f.where[o], spot{g, recent, uint32(i)})
	}
	return t.bounded(x.stander())
}

// stander reads standings for bounds.
func (x *Index) stander() stander {
	return func(t *Tree, i uint32) (float64, bool) {
		l := x.stands.at(t.Entries[i].Ordinal)
		if l.Generation != t.Entries[i].Generation {
			return 0, false
		}
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
		for r, t := range [...]**Tree{&f.main[g], &f.recent[g]} {
			if len(moved[g][r]) > 0 {
				f.moved, f.keeps = true, false
				*t = (*t).renewed(moved[g][r], x.stander())
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
	f.moved, f.keeps = true, false
	for g := range groups {
		for _, t := range [...]**Tree{&f.main[g], &f.recent[g]} {
			if *t != nil && (*t).Remote {
				es, recent := (*t).Entries, t == &f.recent[g]
				f.drop(uint8(g), recent)
				*t = f.build(x, uint8(g), recent, es) // its order is what keeps it short
			} else if *t != nil {
				*t = (*t).bounded(x.stander())
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
		f.main[g], f.recent[g] = nil, nil
	}
	for o := range x.rows {
		if m := x.missions.at(o); m.Has(Exists) {
			x.stands.edit(o).Generation++
			f.add(x, o)
		}
	}
	f.merge(x)
}

// share gives the trees as they are now.
func (f *forest) share() []*Tree {
	trees := make([]*Tree, 0, 2*groups)
	for g := range groups {
		for _, t := range [...]*Tree{f.main[g], f.recent[g]} {
			if t != nil && len(t.Nodes) > 0 {
				trees = append(trees, t)
			}
		}
	}
	return trees
}
