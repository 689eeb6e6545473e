package index

import (
	"math"
	"strings"

	"renfort/mission"
)

// facetDense is how many values a field may have to be kept as bits too: with
// more, counting the values of each hit is as quick.
const facetDense = 64

// facets is the writer's side of Facets. The zero value is not ready: see open.
type facets struct {
	fields     [fieldCount]facetColumn
	shown      column[uint64]
	placed     column[uint64]
	several    column[uint64]
	full       column[uint64]
	afar       column[uint64]
	minors     column[uint64]
	slotted    column[uint64]
	partsUntil column[[4]uint32]
	places     column[Place]
	current    column[uint64]
	shared     *Facets
	moved      bool     // it differs from shared
	values     []uint32 // scratch
}

// facetColumn is the writer's side of a Facet.
type facetColumn struct {
	sets   column[uint32]
	bits   []column[uint64]
	words  uint32      // that each of bits has at least
	table  *FacetTable // nil for a field that is not counted so
	sparse bool        // has too many values for bits
	moved  bool
}

func (f *facets) open() {
	for i := range f.fields {
		if field := Field(i); facetNames[i] != "" && field != SlotPart && field != Minors || field == Attribute {
			f.fields[i].table = newFacetTable(field)
			if f.fields[i].sparse = field == City; !f.fields[i].sparse { // spellings cannot be counted one by one
				f.fields[i].bits = make([]column[uint64], 1)
			}
		}
	}
	f.moved = true
}

// setBit writes bit i of a column of words, growing it to hold the bit.
func setBit(c *column[uint64], i uint32, on bool) {
	k, bit := i>>6, uint64(1)<<(i&63)
	if !c.has(k) {
		c.edit(k)
	}
	if (*c.at(k)&bit != 0) != on {
		*c.edit(k) ^= bit
	}
}

// putFacets writes what a search reads of a mission from its record. before is
// the addresses that it had.
func (x *Index) putFacets(row *Mission, m *mission.Mission, o uint32, before Span) {
	f := &x.facets
	f.moved = true
	for _, b := range [...]struct {
		bits *column[uint64]
		on   bool
	}{{&f.shown, !hidden(m)}, {&f.placed, row.Has(Placed)}, {&f.several, row.Has(Placed) && row.Addresses.Len > 1},
		{&f.full, row.Remote == RemoteFull}, {&f.afar, row.Remote == RemoteFull || row.Remote == RemotePossible},
		{&f.minors, row.OwnMinAge < mission.AgeDefault}, {&f.slotted, row.Slots.Len > 0}} {
		setBit(b.bits, o, b.on)
	}
	*f.partsUntil.edit(o) = partsUntil(x.slots.At(row.Slots))
	x.putPlaces(row, m, before)
	x.putSets(row, m, o)
}

// partsUntil gives until when a mission has a slot in each part of the day.
func partsUntil(slots []Slot) (until [4]uint32) {
	for _, s := range slots {
		at := uint32(math.MaxUint32)
		if s.Ends != 0 {
			at = uint32(min(max(s.Ends, 1), math.MaxUint32-1))
		}
		for i := range until {
			if s.Parts&(1<<i) != 0 {
				until[i] = max(until[i], at)
			}
		}
	}
	return until
}

// putPlaces writes the values of the mission's addresses, where they are not
// those that it had.
func (x *Index) putPlaces(row *Mission, m *mission.Mission, before Span) {
	f := &x.facets
	if before == row.Addresses {
		return
	}
	for a := before.First; a < before.First+before.Len; a++ {
		setBit(&f.current, a, false)
	}
	value := func(field Field, value, label string) uint32 {
		if value == "" {
			return 0
		}
		return f.fields[field].table.value(value, label)
	}
	for i := range m.Locations {
		l, a := &m.Locations[i], row.Addresses.First+uint32(i)
		p := Place{City: value(City, strings.TrimSpace(l.City), ""), PostalCode: value(PostalCode, l.PostalCode, "")}
		if d, ok := x.places.Department(l.Department); ok {
			p.Department, p.Region = value(Department, l.Department, d.Name), value(Region, d.RegionCode, d.Region)
		} else {
			p.Department = value(Department, l.Department, "")
		}
		*f.places.edit(a) = p
		setBit(&f.current, a, true)
	}
}

// putSets writes the set of values that the mission has of each field.
func (x *Index) putSets(row *Mission, m *mission.Mission, o uint32) {
	f := &x.facets
	for _, l := range [...]struct {
		field  Field
		values []string
	}{{DomainField, m.Domains}, {ActivityField, m.Activities}, {Publisher, []string{m.Publisher}}, {Tag, m.Tags}, {Audience, m.Audiences},
		{Remote, []string{m.Remote}}, {Urgency, []string{m.Urgency}}, {DateType, []string{m.DateType}}, {Network, networksOf(m)}} {
		f.putWords(l.field, o, l.values)
	}
	f.values = f.values[:0]
	for _, s := range m.Skills {
		f.values = append(f.values, f.fields[Skill].table.value(s.ID, ""))
	}
	f.put(Skill, o)
	f.values = f.values[:0]
	for name, v := range m.Attributes {
		f.values = append(f.values, f.fields[Attribute].table.value(name+"="+ScalarWord(v), ""))
	}
	f.put(Attribute, o)
	x.putOrgSet(row, o)
	for _, field := range [...]Field{Department, Region, City, PostalCode} {
		f.values = f.values[:0]
		if row.Has(Placed) {
			for a := row.Addresses.First; a < row.Addresses.First+row.Addresses.Len; a++ {
				if v := f.places.at(a).Value(field); v != 0 {
					f.values = append(f.values, v)
				}
			}
		}
		f.put(field, o)
	}
}

func networksOf(m *mission.Mission) []string {
	if m.Organization == nil {
		return nil
	}
	return m.Organization.Networks
}

// putOrgSet writes the organisation. Its values are entered in the order of the
// organisations' own numbers, so that both are the same.
func (x *Index) putOrgSet(row *Mission, o uint32) {
	f := &x.facets
	for n := uint32(len(f.fields[Organization].table.view.Values)); n <= row.Org; n++ {
		f.fields[Organization].table.value(x.orgNamed.at(n).ID, "")
	}
	f.values = f.values[:0]
	if row.Org != 0 {
		f.values = append(f.values, row.Org)
	}
	f.put(Organization, o)
}

func (f *facets) putWords(field Field, o uint32, words []string) {
	f.values = f.values[:0]
	for _, w := range words {
		if w != "" {
			f.values = append(f.values, f.fields[field].table.value(w, ""))
		}
	}
	f.put(field, o)
}

// put gives a mission the set of the scratch values.
func (f *facets) put(field Field, o uint32) {
	c := &f.fields[field]
	n := c.table.set(f.values)
	if !c.sets.has(o) {
		c.sets.edit(o)
		c.moved = true
	}
	old := *c.sets.at(o)
	c.growBits(o)
	if n == old {
		return
	}
	c.moved = true
	*c.sets.edit(o) = n
	if c.sparse {
		return
	}
	for _, v := range c.table.view.Sets[old] {
		setBit(&c.bits[v], o, false)
	}
	for _, v := range c.table.view.Sets[n] {
		setBit(&c.bits[v], o, true)
	}
}

// hide takes a mission that is deleted out of every search.
func (f *facets) hide(o uint32) {
	setBit(&f.shown, o, false)
	f.moved = true
}

// growBits makes room for every value at an ordinal, or gives the bits up where
// there are too many.
func (c *facetColumn) growBits(o uint32) {
	if c.sparse {
		return
	}
	if n := len(c.table.view.Values); n > facetDense+1 {
		c.bits, c.sparse, c.moved = nil, true, true
		return
	}
	values := len(c.table.view.Values)
	if len(c.bits) == values && o>>6 < c.words {
		return
	}
	for len(c.bits) < values {
		c.bits = append(c.bits, column[uint64]{})
	}
	c.words = max(c.words, o>>6+1)
	for v := range c.bits {
		if last := c.words - 1; !c.bits[v].has(last) {
			c.bits[v].edit(last)
			c.moved = true
		}
	}
}

// share gives the facets as they are now to readers: the last ones where no
// record moved.
func (f *facets) share() *Facets {
	if !f.moved {
		return f.shared
	}
	s := &Facets{Shown: f.shown.share(), Placed: f.placed.share(), Several: f.several.share(), Full: f.full.share(), Afar: f.afar.share(),
		Minors: f.minors.share(), Slotted: f.slotted.share(), PartsUntil: f.partsUntil.share(), Places: f.places.share(), Current: f.current.share()}
	for i := range f.fields {
		c := &f.fields[i]
		if f.shared != nil && !c.moved {
			s.Fields[i] = f.shared.Fields[i]
			continue
		}
		s.Fields[i] = Facet{Sets: c.sets.share(), Table: c.table}
		for v := range c.bits {
			s.Fields[i].Bits = append(s.Fields[i].Bits, c.bits[v].share())
		}
		c.moved = false
	}
	f.shared, f.moved = s, false
	return s
}
