package matcher

import (
	"math/bits"

	"renfort/index"
	"renfort/mission"
)

// fieldFilter is one field of the filter: a mission has one of its values.
type fieldFilter struct {
	field     index.Field
	attribute string
	words     []string // as the dictionary has them
	values    []uint32 // of the field's table
	bits      ordinals // the missions that pass
	parts     uint8    // of the day, for slot_part
}

// fieldWords is one field of a filter.
type fieldWords struct {
	field index.Field
	words []string
}

// filterLists gives the fields of a filter that choose among words, those of
// addresses from the widest to the narrowest.
func filterLists(f *mission.Filter) [15]fieldWords {
	return [...]fieldWords{{index.DomainField, f.Domains}, {index.ActivityField, f.Activities}, {index.Organization, f.Organizations}, {index.Network, f.Networks},
		{index.Publisher, f.Publishers}, {index.Tag, f.Tags}, {index.Audience, f.Audiences}, {index.Skill, f.Skills}, {index.Remote, f.Remote},
		{index.Urgency, f.Urgencies}, {index.DateType, f.DateTypes}, {index.Region, f.Regions}, {index.Department, f.Departments},
		{index.City, f.Cities}, {index.PostalCode, f.PostalCodes}}
}

// takeFilter reads the fields of the filter.
func (x *search) takeFilter(zones *mission.Zones) {
	f := x.filter
	x.fields = x.fields[:0]
	for _, l := range filterLists(f) {
		if len(l.words) > 0 {
			p := x.field(l.field, "")
			for _, w := range l.words {
				if l.field == index.City {
					w = index.FoldCity(w)
				}
				p.words = append(p.words, w)
			}
		}
	}
	for name, words := range f.Attributes {
		if len(words) > 0 {
			p := x.field(index.Attribute, name)
			for _, w := range words {
				p.words = append(p.words, name+"="+w)
			}
		}
	}
	for i := range x.fields {
		p := &x.fields[i]
		for _, w := range p.words {
			p.values = x.columns.Fields[p.field].Table.Meant(p.values, w)
		}
	}
	if len(f.SlotParts) > 0 {
		x.field(index.SlotPart, "").parts = index.PartMask(f.SlotParts)
	}
	if f.Minors {
		x.field(index.Minors, "")
	}
	x.places.take(f, x.fields)
	x.from, x.until = f.Span(zones)
}

// field adds a filter, in the memory of an earlier one.
func (x *search) field(f index.Field, attribute string) *fieldFilter {
	if len(x.fields) < cap(x.fields) {
		x.fields = x.fields[:len(x.fields)+1]
	} else {
		x.fields = append(x.fields, fieldFilter{})
	}
	p := &x.fields[len(x.fields)-1]
	p.field, p.attribute, p.words, p.values, p.parts = f, attribute, p.words[:0], p.values[:0], 0
	return p
}

// fill finds the missions that pass one field.
func (x *search) fill(p *fieldFilter) {
	switch p.field {
	case index.Minors:
		p.bits.copyColumn(x.columns.Minors)
		return
	case index.SlotPart:
		x.inParts(p.bits, p.parts)
		return
	}
	f := &x.columns.Fields[p.field]
	if f.Bits != nil {
		for _, v := range p.values {
			if int(v) < len(f.Bits) {
				p.bits.orColumn(f.Bits[v])
			}
		}
		return
	}
	x.marks = f.Table.Having(x.marks, p.values)
	if !x.fillFew(p, f) {
		scanSets(p.bits, f.Sets, x.marks)
	}
	clear(x.marks)
}

// fewShare says when posting lists are read rather than every mission's set:
// where they are an eighth as long, since they jump about.
const fewShare = 8

// fillFew reads the posting lists of the words, if they are short.
func (x *search) fillFew(p *fieldFilter, f *index.Facet) bool {
	most := int(x.snapshot.Rows) / fewShare
	for _, w := range p.words {
		most -= len(x.posting(p.field, w))
	}
	if most < 0 {
		return false
	}
	for _, w := range p.words {
		for _, o := range x.posting(p.field, w) {
			if o < x.snapshot.Rows && x.marks[*f.Sets.At(o)] {
				p.bits.add(o)
			}
		}
	}
	return true
}

// posting gives the ordinals that ever had a term.
func (x *search) posting(f index.Field, word string) []uint32 {
	n, ok := x.snapshot.Dictionary.Number(f, word)
	if !ok || n >= x.snapshot.Postings.Rows() {
		return nil
	}
	return *x.snapshot.Postings.At(n)
}

// scanSets finds the ordinals whose set is marked.
func scanSets(into ordinals, sets index.Column[uint32], marks []bool) {
	for k := range min(uint32(len(into)), sets.Rows()/64) {
		var word uint64
		for i, n := range sets.Chunk(k) {
			if marks[n] {
				word |= 1 << i
			}
		}
		into[k] = word
	}
}

// inParts finds the missions that have a slot in one of the parts of the day
// that is not over.
func (x *search) inParts(into ordinals, parts uint8) {
	into.copyColumn(x.columns.Slotted)
	now := uint32(max(x.snapshot.At, 1))
	for k, w := range into {
		for ; w != 0; w &= w - 1 {
			o := uint32(k<<6 + bits.TrailingZeros64(w))
			if partsAt(x.columns.PartsUntil.At(o), now)&parts == 0 {
				into.drop(o)
			}
		}
	}
}

// partsAt gives the parts of the day in which there is still a slot.
func partsAt(until *[4]uint32, now uint32) (parts uint8) {
	for i, t := range until {
		if t >= now {
			parts |= 1 << i
		}
	}
	return parts
}

// sieveTimes takes out of base what goes on at another time, or takes longer.
func (x *search) sieveTimes() {
	hours := float32(x.filter.MaxHoursPerWeek)
	if x.from == 0 && x.until == 0 && hours == 0 {
		return
	}
	for k, w := range x.base {
		if w == 0 {
			continue
		}
		rows := x.snapshot.Sifts.Chunk(uint32(k))
		for ; w != 0; w &= w - 1 {
			i := bits.TrailingZeros64(w)
			t := &rows[i&63]
			if x.from != 0 && t.Ends != 0 && t.Ends < x.from || x.until != 0 && t.Starts != 0 && t.Starts > x.until || hours > 0 && t.HoursWeek > hours {
				x.base[k] &^= 1 << i
			}
		}
	}
}

// sieveOnly takes out of base what the request's own condition does not hold of.
func (x *search) sieveOnly() {
	if x.request.Only == nil {
		return
	}
	for k, w := range x.base {
		for ; w != 0; w &= w - 1 {
			if o := uint32(k<<6 + bits.TrailingZeros64(w)); !x.request.Only(x.snapshot, o) {
				x.base.drop(o)
			}
		}
	}
}
