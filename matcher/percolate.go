package matcher

import (
	"slices"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// A percolator is a search turned round: the filters are kept and each mission
// is asked which of them it meets. It is in this room because what it answers
// must be what a search with the same filters finds, by the same circles,
// boxes and terms; an oracle holds the two together.
//
// Alerts that name a shape wait in the cells that cover it, those that name
// departments, cities and the like at these words, and the few that name no
// place in a list of their own. A mission meets those on the way from its
// addresses' cells to the root, drops most by masks of domains and activities,
// and asks the rest exactly.

// How the circles of alerts are covered: a level-10 cell is about 8 km wide,
// and more than a few cells per alert cost more room than they save looks.
const (
	alertCells    = 8
	alertLevelMax = 11
)

// Percolator keeps alerts and tells which of them a mission meets. It is for
// one goroutine.
type Percolator struct {
	zones    *mission.Zones
	terms    map[alertTerm]uint32 // the words of all alerts, numbered from 1
	numbers  map[mission.ID]uint32
	saved    []saved                 // by number
	vacant   []uint32                // numbers to be given again
	people   map[mission.ID][]uint32 // the numbers of somebody's alerts
	cells    map[geo.Cell][]parked
	words    map[uint32][]parked // by term of an address
	anywhere []parked            // no place is asked for
	circles  []parked            // a circle and nothing else: what is done from afar passes it

	marks  []uint32 // marks[n] == mark: the mission has term n
	spots  []uint32 // spots[n] == spot: the address looked at has it
	mark   uint32
	spot   uint32
	here   []uint32 // the terms of the address looked at
	stamps []uint32 // stamps[n] == stamp: alert n is decided
	stamp  uint32
}

// alertTerm is a value of a field that some alert asks for.
type alertTerm struct {
	field index.Field
	value string
}

// parked is an alert in a list, with what tells most missions at a look: of
// the masks one bit each must be met, 0 for any.
type parked struct {
	domains    uint64
	activities uint64
	alert      uint32
}

// saved is an alert made ready.
type saved struct {
	met     Met        // Alert is "" for a vacant number
	fields  [][]uint32 // per field: its terms; a mission has one of each
	spots   [][]uint32 // the same for an address
	circle  disc       // its km is 0 for none
	shapes  *shapes    // nil for none
	from    int64
	until   int64
	hours   float32
	parts   uint8
	minors  bool
	follows bool // the circle is the person's own
	cells   []geo.Cell
	entry   parked
}

// shapes are what few alerts have.
type shapes struct {
	box     *geo.BBox
	frame   frame
	polygon *geo.Polygon
}

// Met is an alert that a mission meets.
type Met struct{ Alert, Volunteer mission.ID }

// NewPercolator makes one without alerts.
func NewPercolator(zones *mission.Zones) *Percolator {
	return &Percolator{zones: zones, terms: map[alertTerm]uint32{}, numbers: map[mission.ID]uint32{}, people: map[mission.ID][]uint32{},
		cells: map[geo.Cell][]parked{}, words: map[uint32][]parked{}, marks: []uint32{0}, spots: []uint32{0}}
}

// Len is how many alerts there are.
func (p *Percolator) Len() int { return len(p.numbers) }

// Put takes an alert, in place of the one of the same id. One that names no
// place goes with its volunteer as s has them.
func (p *Percolator) Put(s *index.Snapshot, a *mission.Alert) {
	p.Delete(a.ID)
	n := uint32(len(p.saved))
	if last := len(p.vacant) - 1; last >= 0 {
		n, p.vacant = p.vacant[last], p.vacant[:last]
	} else {
		p.saved, p.stamps = append(p.saved, saved{}), append(p.stamps, 0)
	}
	p.people[a.Volunteer] = append(p.people[a.Volunteer], n)
	p.numbers[a.ID] = n
	v := &p.saved[n]
	*v = saved{met: Met{a.ID, a.Volunteer}, follows: a.Follows()}
	p.compile(v, n, &a.Filter)
	if v.follows {
		v.circle = around(s, a.Volunteer)
	}
	p.enter(v)
}

// Volunteer gives whose an alert is.
func (p *Percolator) Volunteer(alert mission.ID) (id mission.ID, ok bool) {
	n, ok := p.numbers[alert]
	if ok {
		id = p.saved[n].met.Volunteer
	}
	return id, ok
}

// Delete drops an alert, if it is there.
func (p *Percolator) Delete(id mission.ID) {
	n, known := p.numbers[id]
	if !known {
		return
	}
	v := &p.saved[n]
	p.leave(n, v)
	rest := slices.DeleteFunc(p.people[v.met.Volunteer], func(m uint32) bool { return m == n })
	if p.people[v.met.Volunteer] = rest; len(rest) == 0 {
		delete(p.people, v.met.Volunteer)
	}
	delete(p.numbers, id)
	*v = saved{}
	p.vacant = append(p.vacant, n)
}

// Moved looks where a volunteer is by now, and takes those of their alerts
// along that name no place.
func (p *Percolator) Moved(s *index.Snapshot, volunteer mission.ID) {
	alerts := p.people[volunteer]
	if len(alerts) == 0 {
		return
	}
	to := around(s, volunteer)
	for _, n := range alerts {
		if v := &p.saved[n]; v.follows && v.circle != to {
			p.leave(n, v)
			v.circle = to
			p.enter(v)
		}
	}
}

// around is the circle in which somebody is told of missions without having
// said where: no circle where nobody knows where they are.
func around(s *index.Snapshot, volunteer mission.ID) disc {
	row, ok := s.Volunteer(volunteer)
	if !ok || row.Cell == 0 {
		return disc{}
	}
	km := row.RadiusKm
	if km == 0 {
		km = mission.AlertKm
	}
	return newDisc(row.Cell.CenterVec(), km)
}

// compile reads a filter.
func (p *Percolator) compile(v *saved, n uint32, f *mission.Filter) {
	v.entry = parked{alert: n}
	for _, l := range filterLists(f) {
		p.require(v, l.field, "", l.words)
	}
	for name, words := range f.Attributes {
		p.require(v, index.Attribute, name+"=", words)
	}
	v.parts = index.PartMask(f.SlotParts)
	v.from, v.until = f.Span(p.zones)
	v.hours, v.minors = float32(f.MaxHoursPerWeek), f.Minors
	if f.RadiusKm > 0 && f.Point != nil {
		v.circle = newDisc(f.Point.Vec(), f.RadiusKm)
	}
	if f.BBox != nil || f.Polygon != nil {
		v.shapes = &shapes{box: f.BBox, polygon: f.Polygon}
		if f.BBox != nil {
			v.shapes.frame = newFrame(f.BBox)
		}
	}
}

// require adds one field.
func (p *Percolator) require(v *saved, field index.Field, prefix string, words []string) {
	if len(words) == 0 {
		return
	}
	terms := make([]uint32, len(words))
	for i, w := range words {
		if field == index.City {
			w = index.FoldCity(w)
		}
		terms[i] = p.term(alertTerm{field, prefix + w})
	}
	switch {
	case field.OfAddress():
		v.spots = append(v.spots, terms)
		return
	case field == index.DomainField:
		v.entry.domains = folded(terms)
	case field == index.ActivityField:
		v.entry.activities = folded(terms)
	}
	v.fields = append(v.fields, terms)
}

// folded makes terms a mask of 64 bits: masks that share no bit share no term.
func folded(terms []uint32) (mask uint64) {
	for _, n := range terms {
		mask |= 1 << (n % 64)
	}
	return mask
}

// term gives the number of a term, a new one if it must. Words are kept until
// the process ends: there are not many.
func (p *Percolator) term(t alertTerm) uint32 {
	n, known := p.terms[t]
	if !known {
		n = uint32(len(p.marks))
		p.terms[t] = n
		p.marks, p.spots = append(p.marks, 0), append(p.spots, 0)
	}
	return n
}

// enter puts an alert into the lists in which missions meet it.
func (p *Percolator) enter(v *saved) {
	p.eachList(v, func(list *[]parked) { *list = append(*list, v.entry) })
}

// leave takes it out of them.
func (p *Percolator) leave(n uint32, v *saved) {
	p.eachList(v, func(list *[]parked) {
		at := slices.IndexFunc(*list, func(e parked) bool { return e.alert == n })
		last := len(*list) - 1
		(*list)[at] = (*list)[last]
		*list = (*list)[:last]
	})
	v.cells = nil
}

// eachList visits the lists of an alert.
func (p *Percolator) eachList(v *saved, visit func(*[]parked)) {
	if v.circle.km > 0 && v.shapes == nil && len(v.spots) == 0 {
		visit(&p.circles)
	}
	switch {
	case v.circle.km > 0 || v.shapes != nil:
		if v.cells == nil {
			v.cells = v.bound().Cover(alertCells, alertLevelMax)
		}
		for _, c := range v.cells {
			visitIn(p.cells, c, visit)
		}
	case len(v.spots) > 0:
		for _, t := range slices.Compact(slices.Sorted(slices.Values(v.spots[len(v.spots)-1]))) { // the narrowest is last
			visitIn(p.words, t, visit)
		}
	default:
		visit(&p.anywhere)
	}
}

// visitIn visits a list of a map, and drops it where nothing is left of it.
func visitIn[K comparable](lists map[K][]parked, key K, visit func(*[]parked)) {
	list := lists[key]
	visit(&list)
	if lists[key] = list; len(list) == 0 {
		delete(lists, key)
	}
}

// bound is a cap around the smallest of the alert's shapes.
func (v *saved) bound() geo.Cap {
	best := geo.FullCap()
	for _, c := range v.caps() {
		if c.RadiusKm < best.RadiusKm {
			best = c
		}
	}
	return best
}

func (v *saved) caps() (all []geo.Cap) {
	if v.circle.km > 0 {
		all = append(all, geo.Cap{Center: v.circle.at, RadiusKm: v.circle.km})
	}
	if s := v.shapes; s != nil && s.box != nil {
		all = append(all, s.box.Cap())
	}
	if s := v.shapes; s != nil && s.polygon != nil {
		all = append(all, s.polygon.Cap())
	}
	return all
}
