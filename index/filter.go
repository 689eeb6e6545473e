package index

import (
	"slices"

	"renfort/geo"
	"renfort/mission"
)

// Filter is a mission.Filter made ready for one snapshot. The zero Filter lets
// everything through. It is not safe for concurrent use.
type Filter struct {
	snapshot  *Snapshot
	missions  [][]uint32 // per field: its terms, ascending; a mission has one of each
	addresses [][]uint32 // the same for addresses
	domains   uint64     // 0: any
	box       *geo.BBox
	polygon   *geo.Polygon
	parts     uint8
	from      int64
	until     int64
	hoursWeek float32
	minors    bool
	closed    bool
	never     bool // a field none of whose values exists
}

// Everything gives the filter that lets everything through.
func (s *Snapshot) Everything() Filter { return Filter{snapshot: s} }

// Compile makes f ready. A nil f lets everything through.
func (s *Snapshot) Compile(f *mission.Filter, zones *mission.Zones) *Filter {
	c := new(s.Everything())
	if f == nil {
		return c
	}
	for _, l := range [...]struct {
		field  Field
		values []string
	}{{DomainField, f.Domains}, {ActivityField, f.Activities}, {Organization, f.Organizations}, {Network, f.Networks},
		{Publisher, f.Publishers}, {Tag, f.Tags}, {Audience, f.Audiences}, {Skill, f.Skills}, {Remote, f.Remote},
		{Urgency, f.Urgencies}, {DateType, f.DateTypes}, {Department, f.Departments}, {Region, f.Regions},
		{City, foldAll(f.Cities)}, {PostalCode, f.PostalCodes}} {
		c.require(l.field, l.values)
	}
	for name, values := range f.Attributes {
		pairs := make([]string, len(values))
		for i, v := range values {
			pairs[i] = name + "=" + v
		}
		c.require(Attribute, pairs)
	}
	c.domains = s.Taxonomy.DomainMask(f.Domains)
	c.parts = PartMask(f.SlotParts)
	c.from, c.until = f.Span(zones)
	c.hoursWeek, c.minors, c.closed = float32(f.MaxHoursPerWeek), f.Minors, f.Closed
	c.box, c.polygon = f.BBox, f.Polygon
	return c
}

func foldAll(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = FoldCity(v)
	}
	return out
}

// PartMask gives the bits of SlotParts of names; those not known have none.
func PartMask(names []string) (mask uint8) {
	for _, n := range names {
		for i, known := range SlotParts() {
			if n == known {
				mask |= 1 << i
			}
		}
	}
	return mask
}

// require adds one field; values that nobody has are nobody's.
func (c *Filter) require(field Field, values []string) {
	if len(values) == 0 {
		return
	}
	var terms []uint32
	for _, v := range values {
		if n, ok := c.snapshot.Dictionary.Number(field, v); ok {
			terms = append(terms, n)
		}
	}
	slices.Sort(terms)
	terms = slices.Compact(terms)
	c.never = c.never || len(terms) == 0
	if field.OfAddress() {
		c.addresses = append(c.addresses, terms)
	} else {
		c.missions = append(c.missions, terms)
	}
}

// Never says that nothing can pass.
func (c *Filter) Never() bool { return c.never }

// Any says that everything passes.
func (c *Filter) Any() bool {
	return !c.never && len(c.missions) == 0 && !c.ChoosesAddresses() && c.parts == 0 && c.from == 0 && c.until == 0 &&
		c.hoursWeek == 0 && !c.minors && !c.closed
}

// Domains gives the domains of which a mission must have one, 0 for any.
func (c *Filter) Domains() uint64 { return c.domains }

// Closed says that missions that cannot be had now pass too.
func (c *Filter) Closed() bool { return c.closed }

// ChoosesAddresses says whether the filter is one of places.
func (c *Filter) ChoosesAddresses() bool {
	return len(c.addresses) > 0 || c.box != nil || c.polygon != nil
}

// Mission says whether the mission as a whole passes; its addresses are asked
// apart.
func (c *Filter) Mission(m *Mission) bool {
	if c.never || c.minors && m.OwnMinAge >= mission.AgeDefault ||
		c.hoursWeek > 0 && m.HoursWeek > c.hoursWeek ||
		c.from != 0 && m.Ends != 0 && m.Ends < c.from ||
		c.until != 0 && m.Starts != 0 && m.Starts > c.until {
		return false
	}
	terms := c.snapshot.TermsOf(m)
	for _, want := range c.missions {
		if !meets(terms, want) {
			return false
		}
	}
	return c.parts == 0 || c.partFits(m)
}

func (c *Filter) partFits(m *Mission) bool {
	for _, slot := range c.snapshot.SlotRows.At(m.Slots) {
		if slot.Parts&c.parts != 0 && (slot.Ends == 0 || slot.Ends >= c.snapshot.At) {
			return true
		}
	}
	return false
}

// Address says whether one address passes: it meets every place filter by
// itself.
func (c *Filter) Address(a *Address) bool {
	terms := c.snapshot.Terms.At(a.Terms)
	for _, want := range c.addresses {
		if !meets(terms, want) {
			return false
		}
	}
	if c.box == nil && c.polygon == nil {
		return true
	}
	p := a.Vec.Point()
	return (c.box == nil || c.box.Contains(p)) && (c.polygon == nil || c.polygon.Contains(p))
}

// meets says whether two ascending lists share a number.
func meets(a, b []uint32) bool {
	if len(b) > 8 && len(a) < 64 {
		for _, n := range a {
			if _, ok := slices.BinarySearch(b, n); ok {
				return true
			}
		}
		return false
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			return true
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return false
}

// Few gives the ordinals that can pass where they are no more than most, with
// repeats and in no order; ok is false where there may be more.
func (c *Filter) Few(dst []uint32, most int) (ordinals []uint32, ok bool) {
	if c.never {
		return dst[:0], true
	}
	best, least := []uint32(nil), most+1
	for _, lists := range [...][][]uint32{c.missions, c.addresses} {
		for _, terms := range lists {
			n := 0
			for _, t := range terms {
				n += len(c.posting(t))
			}
			if n < least {
				best, least = terms, n
			}
		}
	}
	if best == nil {
		return nil, false
	}
	dst = dst[:0]
	for _, t := range best {
		dst = append(dst, c.posting(t)...)
	}
	return dst, true
}

func (c *Filter) posting(term uint32) []uint32 {
	if term >= c.snapshot.Postings.Rows() {
		return nil
	}
	return *c.snapshot.Postings.At(term)
}
