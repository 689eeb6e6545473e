package matcher

import (
	"renfort/index"
	"renfort/mission"
)

// MatchEach is Match by asking every alert.
func (p *Percolator) MatchEach(s *index.Snapshot, o mission.Ordinal) (found []Met) {
	kept := *p
	defer func() { p.cells, p.words, p.circles, p.anywhere = kept.cells, kept.words, kept.circles, kept.anywhere }()
	p.cells, p.words, p.circles, p.anywhere = nil, nil, nil, nil
	for n := range p.saved {
		if p.saved[n].met.Alert != "" {
			p.anywhere = append(p.anywhere, p.saved[n].entry)
		}
	}
	found = p.Match(s, o, nil) // marks the mission's terms, and finds whatever has no regard to places
	rest := found[:0]
	m := percolated{snapshot: s, row: s.Missions.At(uint32(o))}
	for _, met := range found {
		if v := &p.saved[p.numbers[met.Alert]]; p.anyPlace(v, &m) {
			rest = append(rest, met)
		}
	}
	return rest
}

// anyPlace says whether a mission is where an alert asks, address by address.
func (p *Percolator) anyPlace(v *saved, m *percolated) bool {
	asks := v.circle.km > 0 || v.shapes != nil || len(v.spots) > 0
	if !m.row.Has(index.Placed) {
		return !asks || v.shapes == nil && len(v.spots) == 0 && m.row.Remote == index.RemoteFull
	}
	for a := m.row.Addresses.First; asks && a < m.row.Addresses.First+m.row.Addresses.Len; a++ {
		at := m.snapshot.Addresses.At(a)
		p.lookAround(m, at)
		if p.liesIn(v, at) {
			return true
		}
	}
	return !asks
}
