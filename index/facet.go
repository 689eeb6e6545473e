package index

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"renfort/geo/gazetteer"
	"renfort/mission"
)

// Facets is what a search reads of missions besides their rows: sets of
// ordinals as bits, 64 to a word, and the values of each field as numbers. It
// is immutable and safe for concurrent use. Bits and numbers of missions that
// do not exist mean nothing; Shown tells them.
type Facets struct {
	Fields [fieldCount]Facet

	Shown   Column[uint64] // word k is ordinals 64k and on: exists, is neither draft nor cancelled
	Placed  Column[uint64] // has addresses that count
	Several Column[uint64] // has more than one of them
	Full    Column[uint64] // from anywhere
	Afar    Column[uint64] // from anywhere, or possible so
	Minors  Column[uint64] // open to under-18s
	Slotted Column[uint64] // has slots

	PartsUntil Column[[4]uint32] // by ordinal: until when it has a slot in a part of the day, 0 for never
	Places     Column[Place]     // by address
	Current    Column[uint64]    // bits by address: it is one of its mission's now
}

// Facet is one field. Missions with the same set of values share its number,
// so that a mission counts once, however many values it has.
type Facet struct {
	Sets  Column[uint32]   // Sets[o]: number of the set of values of ordinal o, 0 for the empty one
	Bits  []Column[uint64] // Bits[v]: the ordinals that have value v; nil where there are too many values
	Table *FacetTable
}

// Place is the values of an address, as numbers of their fields' tables; 0 for
// none.
type Place struct{ Department, Region, City, PostalCode uint32 }

// Value gives the number of the field's value.
func (p *Place) Value(f Field) uint32 {
	switch f {
	case Department:
		return p.Department
	case Region:
		return p.Region
	case City:
		return p.City
	}
	return p.PostalCode
}

// FacetField gives the field of a facet's name as the contract has it; for
// attr.NAME it is Attribute and the name. ok is false for no facet.
func FacetField(name string) (f Field, attribute string, ok bool) {
	if a, found := strings.CutPrefix(name, "attr."); found {
		return Attribute, a, a != ""
	}
	f = Field(slices.Index(facetNames[:], name))
	return f, "", f > NoField && f < fieldCount && name != ""
}

// facetNames are the fields that a search counts, [f] for field f.
var facetNames = [fieldCount]string{DomainField: "domain", ActivityField: "activity", Department: "department", Region: "region",
	City: "city", PostalCode: "postal_code", Organization: "organization", Network: "network", Publisher: "publisher", Tag: "tag",
	Audience: "audience", Skill: "skill", Remote: "remote", Urgency: "urgency", DateType: "date_type", SlotPart: "slot_part", Minors: "minors"}

// FacetTable numbers the values of one field and the sets of them that
// missions have, from 1, in the order in which they are first seen. Numbers are
// never reused. Safe for concurrent use.
type FacetTable struct {
	field  Field
	mu     sync.RWMutex
	words  map[string][]uint32 // what a filter may say -> the values it means
	number map[string]uint32   // value as written -> its number
	view   FacetView
	having [][]uint32 // having[v]: the sets that have value v
	sets   map[string]uint32
	alone  []uint32       // alone[v]: the set of value v and no other, 0 for none yet
	lists  blocks[uint32] // of having, words and the view's sets
	text   stringBlocks   // of values and of the keys of words and sets
	ranks  atomic.Pointer[[]uint32]
}

// FacetView is a table as it was at one time. It is immutable.
type FacetView struct {
	Values []string   // Values[v], "" at 0
	Labels []string   // Labels[v] for people; "" where the value says it
	Same   []uint32   // Same[v]: the first value that differs from v by nothing but its spelling, most often v
	Sets   [][]uint32 // Sets[n]: the values of set n, those of the same meaning next to each other
	Only   []uint32   // Only[n]: the value of set n that has no other, else 0
}

func newFacetTable(f Field) *FacetTable {
	return &FacetTable{field: f, words: map[string][]uint32{}, number: map[string]uint32{}, having: [][]uint32{nil}, alone: []uint32{0}, sets: map[string]uint32{"": 0},
		view: FacetView{Values: []string{""}, Labels: []string{""}, Same: []uint32{0}, Sets: [][]uint32{nil}, Only: []uint32{0}}}
}

// View gives the table as it is now. What came after a snapshot does no harm:
// none of its missions has it.
func (t *FacetTable) View() FacetView {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.view
}

// Meant appends the numbers of the values that a word of a filter means.
func (t *FacetTable) Meant(dst []uint32, word string) []uint32 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return append(dst, t.words[t.fold(word)]...)
}

// Having marks the sets that have one of the values. It grows the marks to all
// sets there are.
func (t *FacetTable) Having(marks []bool, values []uint32) []bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if n := len(t.view.Sets) - len(marks); n > 0 {
		marks = append(marks, make([]bool, n)...)
	}
	for _, v := range values {
		for _, n := range t.having[v] {
			marks[n] = true
		}
	}
	return marks
}

// Ranks gives the place of every value in the order of values, for at least
// the values of view. It sorts them again only where new ones came.
func (t *FacetTable) Ranks(view *FacetView) []uint32 {
	if r := t.ranks.Load(); r != nil && len(*r) >= len(view.Values) {
		return *r
	}
	order, ranks := make([]uint32, len(view.Values)), make([]uint32, len(view.Values))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(view.Values[a], view.Values[b]) })
	for rank, v := range order {
		ranks[v] = uint32(rank)
	}
	t.ranks.Store(&ranks)
	return ranks
}

// fold makes spellings one that a filter takes for the same.
func (t *FacetTable) fold(word string) string {
	if t.field == City {
		return FoldCity(word)
	}
	return word
}

// value gives the number of a value, a new one if it must. A label is another
// word for it.
func (t *FacetTable) value(value, label string) uint32 {
	if v, ok := t.number[value]; ok { // only the writer enters
		return v
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	value, label = t.text.clone(value), t.text.clone(label)
	v, word := uint32(len(t.view.Values)), t.fold(value)
	if word != value {
		word = t.text.clone(word)
	}
	t.number[value] = v
	same := v
	if first := t.words[word]; len(first) > 0 {
		same = t.view.Same[first[0]]
	}
	t.words[word] = t.lists.append(slices.Clip(t.words[word]), v)
	if label != "" && t.field == Region && label != value {
		t.words[label] = t.lists.append(slices.Clip(t.words[label]), v)
	}
	t.view.Values, t.view.Labels = append(t.view.Values, value), append(t.view.Labels, label)
	t.view.Same, t.having, t.alone = append(t.view.Same, same), append(t.having, nil), append(t.alone, 0)
	return v
}

// set gives the number of a set of values, which it sorts, a new one if it
// must.
func (t *FacetTable) set(values []uint32) uint32 {
	switch {
	case len(values) == 0:
		return 0
	case len(values) == 1 && t.alone[values[0]] != 0: // most often
		return t.alone[values[0]]
	}
	slices.SortFunc(values, func(a, b uint32) int {
		if s, u := t.view.Same[a], t.view.Same[b]; s != u {
			return int(s) - int(u)
		}
		return int(a) - int(b)
	})
	values = slices.Compact(values)
	key := make([]byte, 0, 32)
	for _, v := range values {
		key = append(key, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
	}
	if n, ok := t.sets[string(key)]; ok {
		return n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n := uint32(len(t.view.Sets))
	t.sets[t.text.clone(string(key))] = n
	only := uint32(0)
	if len(values) == 1 {
		only = values[0]
		t.alone[only] = n
	}
	t.view.Sets, t.view.Only = append(t.view.Sets, t.lists.clone(values)), append(t.view.Only, only)
	for _, v := range values {
		t.having[v] = t.lists.append(t.having[v], n)
	}
	return n
}

// FacetLabel gives what people call a value of a field, "" where the value
// says it.
func (s *Snapshot) FacetLabel(f Field, view *FacetView, v uint32) string {
	switch f {
	case DomainField:
		if i, ok := s.Taxonomy.Domain(view.Values[v]); ok {
			return s.Taxonomy.Domains[i].Label
		}
	case ActivityField:
		if i, ok := s.Taxonomy.Activity(view.Values[v]); ok {
			return s.Taxonomy.Activities[i].Label
		}
	case Organization: // its values are numbered as organisations are
		return s.OrgNames.At(v).Name
	}
	return view.Labels[v]
}

// BeginsWord says whether a word of text begins with prefix, which has been
// folded by gazetteer.FoldPrefix.
func BeginsWord(text, prefix string) bool {
	folded := gazetteer.Fold(text) + " "
	return strings.HasPrefix(folded, prefix) || strings.Contains(folded, " "+prefix)
}

// FoldBeginning makes what somebody begins to type ready for BeginsWord.
func FoldBeginning(typed string) string { return gazetteer.FoldPrefix(typed) }

// hidden says whether a mission is shown to nobody, whatever they ask for.
func hidden(m *mission.Mission) bool {
	return m.State == mission.StateDraft || m.State == mission.StateCancelled
}
