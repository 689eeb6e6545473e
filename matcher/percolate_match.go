package matcher

import (
	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// percolated is a mission on its way past the alerts.
type percolated struct {
	snapshot   *index.Snapshot
	row        *index.Mission
	domains    uint64 // folded terms that some alert asks for
	activities uint64
	found      []Met
}

// Match appends the alerts that a mission meets: those whose filters, searched
// for in s, would find it. A mission that cannot be had meets none.
func (p *Percolator) Match(s *index.Snapshot, o mission.Ordinal, found []Met) []Met {
	n := uint32(o)
	if len(p.numbers) == 0 || n >= s.Rows || *s.Available.At(n >> 6)&(1<<(n&63)) == 0 {
		return found
	}
	m := percolated{snapshot: s, row: s.Missions.At(n), found: found}
	if p.stamp++; p.stamp == 0 {
		clear(p.stamps)
		p.stamp = 1
	}
	p.read(&m)
	p.look(&m, p.anywhere, nil)
	if m.row.Has(index.Placed) {
		for a := m.row.Addresses.First; a < m.row.Addresses.First+m.row.Addresses.Len; a++ {
			p.lookAround(&m, s.Addresses.At(a))
		}
	} else if m.row.Remote == index.RemoteFull {
		p.look(&m, p.circles, nil)
	}
	return m.found
}

// read marks the terms of the mission that some alert asks for.
func (p *Percolator) read(m *percolated) {
	if p.mark++; p.mark == 0 {
		clear(p.marks)
		p.mark = 1
	}
	for _, n := range m.snapshot.TermsOf(m.row) {
		field, value := m.snapshot.Dictionary.Term(n)
		t, known := p.terms[alertTerm{field, value}]
		if !known {
			continue
		}
		p.marks[t] = p.mark
		switch field {
		case index.DomainField:
			m.domains |= 1 << (t % 64)
		case index.ActivityField:
			m.activities |= 1 << (t % 64)
		}
	}
}

// lookAround looks at the alerts that wait where an address is.
func (p *Percolator) lookAround(m *percolated, a *index.Address) {
	if p.spot++; p.spot == 0 {
		clear(p.spots)
		p.spot = 1
	}
	for _, n := range m.snapshot.Terms.At(a.Terms) {
		field, value := m.snapshot.Dictionary.Term(n)
		if t, known := p.terms[alertTerm{field, value}]; known {
			p.spots[t] = p.spot
			p.here = append(p.here, t)
		}
	}
	for _, t := range p.here {
		p.look(m, p.words[t], a)
	}
	p.here = p.here[:0]
	cell := geo.CellOf(a.Vec, alertLevelMax)
	for level := alertLevelMax; level >= 0; level-- {
		cell = cell.Parent(level)
		p.look(m, p.cells[cell], a)
	}
}

// look looks at the alerts of one list; at is the address whose they are, nil
// where no place is asked for.
func (p *Percolator) look(m *percolated, list []parked, at *index.Address) {
	for i := range list {
		e := &list[i]
		if e.domains != 0 && e.domains&m.domains == 0 || e.activities != 0 && e.activities&m.activities == 0 ||
			p.stamps[e.alert] == p.stamp {
			continue
		}
		v := &p.saved[e.alert]
		if at != nil && !p.liesIn(v, at) {
			continue // another address may
		}
		p.stamps[e.alert] = p.stamp
		if p.fits(v, m) {
			m.found = append(m.found, v.met)
		}
	}
}

// liesIn says whether one address meets all that an alert asks of places.
func (p *Percolator) liesIn(v *saved, a *index.Address) bool {
	if v.circle.km > 0 && !v.circle.has(a.Vec) {
		return false
	}
	for _, terms := range v.spots {
		if !marked(p.spots, p.spot, terms) {
			return false
		}
	}
	s := v.shapes
	return s == nil || (s.box == nil || s.frame.has(a.Vec)) && (s.polygon == nil || s.polygon.Contains(a.Vec.Point()))
}

// fits says whether the mission as a whole meets an alert.
func (p *Percolator) fits(v *saved, m *percolated) bool {
	row := m.row
	if v.minors && row.MinAge >= mission.AgeDefault || v.hours > 0 && row.HoursWeek > v.hours ||
		v.from != 0 && row.Ends != 0 && row.Ends < v.from || v.until != 0 && row.Starts != 0 && row.Starts > v.until {
		return false
	}
	for _, terms := range v.fields {
		if !marked(p.marks, p.mark, terms) {
			return false
		}
	}
	return v.parts == 0 || hasPart(m.snapshot, row, v.parts)
}

// hasPart says whether the mission has a slot in one of the parts of the day
// that is not over.
func hasPart(s *index.Snapshot, row *index.Mission, parts uint8) bool {
	for _, slot := range s.SlotRows.At(row.Slots) {
		if slot.Parts&parts != 0 && (slot.Ends == 0 || slot.Ends >= s.At) {
			return true
		}
	}
	return false
}

// marked says whether one of the terms is.
func marked(marks []uint32, mark uint32, terms []uint32) bool {
	for _, t := range terms {
		if marks[t] == mark {
			return true
		}
	}
	return false
}
