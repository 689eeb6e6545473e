package index

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// OrgName is what an organisation is found by while its name is typed.
type OrgName struct {
	ID       mission.ID
	Name     string // "" for one that was only ever named by its id
	Missions int32  // that exist
	version  uint32 // of the name: older entries are dead
}

// nameWord is the rest of a folded name from one of its words on.
type nameWord struct {
	key     string // shares its bytes with the other words of the name
	of      uint32
	version uint32
	inner   bool // not the first word
}

// compareWords orders by key, then by number: an order that does not depend
// on how the list came to be.
func compareWords(a, b nameWord) int {
	return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.of, b.of))
}

// orgWords are the words of all organisations' names: a sorted list that is
// never written, and behind it what is new since the last Tick.
type orgWords struct {
	sorted []nameWord
	fresh  []nameWord
}

// name takes the name of organisation n. Folding it costs a microsecond, here
// and not when somebody types.
func (x *Index) name(n uint32, name string) {
	row := x.orgNamed.edit(n)
	row.Name = x.names.clone(name)
	row.version++
	key, inner := x.names.clone(gazetteer.Fold(name)), false
	for key != "" {
		word, rest, _ := strings.Cut(key, " ")
		if !inner || !gazetteer.Joining(word) {
			x.orgWords.fresh = append(x.orgWords.fresh, nameWord{key, n, row.version, inner})
		}
		key, inner = rest, true
	}
}

// countMission counts a mission in and out of its organisations.
func (x *Index) countMission(before, now *Mission) {
	if before.Has(Exists) && before.Org != 0 {
		x.orgNamed.edit(before.Org).Missions--
	}
	if now.Has(Exists) && now.Org != 0 {
		x.orgNamed.edit(now.Org).Missions++
	}
}

// freshNamesMost is how many new words wait unsorted: a look at that many
// costs some tens of microseconds.
const freshNamesMost = 1_024

// sortNames merges new words into the sorted list and drops dead ones. Readers
// keep the lists they have.
func (x *Index) sortNames() {
	w := &x.orgWords
	if len(w.fresh) <= freshNamesMost {
		return
	}
	fresh := slices.Clone(w.fresh)
	slices.SortFunc(fresh, compareWords)
	merged := make([]nameWord, 0, len(w.sorted)+len(fresh))
	take := func(one nameWord) {
		if one.version == x.orgNamed.at(one.of).version {
			merged = append(merged, one)
		}
	}
	old := w.sorted
	for _, one := range fresh {
		for len(old) > 0 && compareWords(old[0], one) < 0 {
			take(old[0])
			old = old[1:]
		}
		take(one)
	}
	for _, one := range old {
		take(one)
	}
	x.orgWords = orgWords{sorted: merged}
}

// NamedOrg is an organisation whose name has a word that was typed.
type NamedOrg struct {
	ID   mission.ID
	Name string
	Km   float64 // to the nearest of its missions that were looked at; negative: none

	number   uint32
	missions int32
	inner    bool
	draw     float64
}

const (
	// namedWordsMost is about how many words are looked at. A letter begins
	// more: then some from all over the alphabet stand for the rest.
	namedWordsMost = 2_048
	// namedOrgsMost is how many organisations are looked at for where they
	// are: those with the most missions.
	namedOrgsMost = 100
	// namedMissionsMost is how many missions of each, the newest.
	namedMissionsMost = 8
	// namedAddressesMost is how many addresses of each of these.
	namedAddressesMost = 4
	// drawKm is how far one goes without thinking.
	drawKm = 20
)

// Organizations gives the organisations with missions whose name has a word,
// its first or one that does not only join others, from which on it begins as typed, accents, capitals and hyphens aside: those
// that begin so first, then those with more missions. With a point what is
// farther away counts less. At most limit; none for nothing typed.
func (s *Snapshot) Organizations(typed string, near *geo.Point, limit int) []NamedOrg {
	prefix := gazetteer.FoldPrefix(typed)
	if prefix == "" || limit <= 0 {
		return nil
	}
	var best namedOrgs
	best.beginning(s, prefix)
	// A last "st" may be all of Saint, or the start of Station.
	if whole := gazetteer.Fold(typed); whole != strings.TrimSuffix(prefix, " ") {
		best.beginning(s, whole)
	}
	for i := range best {
		best[i].draw = float64(best[i].missions)
		best[i].Km = -1
		if near != nil {
			s.draw(&best[i], near.Vec())
		}
	}
	slices.SortFunc(best, func(a, b NamedOrg) int {
		return cmp.Or(compareInner(a.inner, b.inner), cmp.Compare(b.draw, a.draw), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return best[:min(limit, len(best))]
}

// begins says whether a folded key begins with a folded prefix. A blank at the
// end of what was typed ends a word, also the last one.
func begins(key, prefix string) bool {
	return strings.HasPrefix(key, prefix) || len(key)+1 == len(prefix) && prefix[len(key)] == ' ' && strings.HasPrefix(prefix, key)
}

// compareInner puts first words before later ones.
func compareInner(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// namedOrgs are the organisations with the most missions of those shown to
// it, sorted, each once.
type namedOrgs []NamedOrg

// beginning shows it the words that begin so.
func (l *namedOrgs) beginning(s *Snapshot, prefix string) {
	// The bare word sorts before the word and a blank.
	bare := strings.TrimSuffix(prefix, " ")
	from, _ := slices.BinarySearchFunc(s.orgWords.sorted, bare, func(w nameWord, p string) int { return strings.Compare(w.key, p) })
	words := s.orgWords.sorted[from:]
	words = words[:sort.Search(len(words), func(i int) bool { return !begins(words[i].key, prefix) })]
	step := 1 + len(words)/namedWordsMost
	for i := 0; i < len(words); i += step {
		l.add(s, &words[i])
	}
	for i := range s.orgWords.fresh {
		if w := &s.orgWords.fresh[i]; begins(w.key, prefix) {
			l.add(s, w)
		}
	}
}

// add shows it a word.
func (l *namedOrgs) add(s *Snapshot, w *nameWord) {
	row := s.OrgNames.At(w.of)
	if row.version != w.version || row.Missions <= 0 || s.Orgs.At(w.of).Suspended {
		return
	}
	one := NamedOrg{ID: row.ID, Name: row.Name, number: w.of, missions: row.Missions, inner: w.inner}
	before := func(a, b *NamedOrg) bool {
		return cmp.Or(compareInner(a.inner, b.inner), cmp.Compare(b.missions, a.missions), cmp.Compare(a.number, b.number)) < 0
	}
	if n := len(*l); n == namedOrgsMost && !before(&one, &(*l)[n-1]) {
		return
	}
	if at := slices.IndexFunc(*l, func(o NamedOrg) bool { return o.number == w.of }); at >= 0 {
		if !before(&one, &(*l)[at]) {
			return
		}
		*l = slices.Delete(*l, at, at+1)
	}
	at, _ := slices.BinarySearchFunc(*l, &one, func(o NamedOrg, one *NamedOrg) int {
		if before(&o, one) {
			return -1
		}
		return 1
	})
	*l = slices.Insert(*l, at, one)
	*l = (*l)[:min(len(*l), namedOrgsMost)]
}

// draw says how strongly an organisation draws somebody at a point: by its
// missions, less the farther its nearest is. One without a place is as far as
// a day's journey.
func (s *Snapshot) draw(o *NamedOrg, from geo.Vec) {
	const nowhereKm = 500
	km := math.Inf(1)
	if n, ok := s.Dictionary.Number(Organization, o.ID); ok && n < s.Postings.Rows() {
		list := *s.Postings.At(n)
		for _, ordinal := range list[max(0, len(list)-namedMissionsMost):] {
			km = min(km, s.nearestKm(ordinal, from))
		}
	}
	if math.IsInf(km, 1) {
		km = nowhereKm
	} else {
		o.Km = km
	}
	far := 1 + km/drawKm
	o.draw /= far * far
}

// nearestKm is the distance to a mission that exists, infinite without one.
func (s *Snapshot) nearestKm(ordinal uint32, from geo.Vec) float64 {
	km := math.Inf(1)
	if ordinal >= s.Rows {
		return km
	}
	m := s.Missions.At(ordinal)
	if !m.Has(Exists) || !m.Has(Placed) {
		return km
	}
	for a := range min(m.Addresses.Len, namedAddressesMost) {
		km = min(km, s.Addresses.At(m.Addresses.First+a).Vec.DistanceKm(from))
	}
	return km
}
