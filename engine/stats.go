package engine

import (
	"renfort/geo"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// Stats is how much there is, by department and domain. Groups are given as
// they are: who shows them hides the small ones.
type Stats struct {
	Seq        uint64
	At         int64 // log time, Unix seconds
	Missions   int   // that exist
	Available  int   // that can be had now
	Volunteers int
	Seats      SeatStats
	Groups     map[Group]*SeatStats
}

// Group is a department ("" for none) and a domain ("" for none).
type Group struct{ Department, Domain string }

// SeatStats adds up what missions and volunteers of a group have. Missions
// count in their primary domain and first department; volunteers in each
// domain that they chose.
type SeatStats struct {
	Missions   int
	Total      int // of the missions that tell
	Taken      int
	Free       int
	Shortfall  float64 // seats expected to stay empty
	Volunteers int
}

func (a *SeatStats) add(b *SeatStats) {
	a.Missions += b.Missions
	a.Total += b.Total
	a.Taken += b.Taken
	a.Free += b.Free
	a.Shortfall += b.Shortfall
	a.Volunteers += b.Volunteers
}

// Stats counts. It looks at every mission and volunteer, which takes some
// 10 ms for 100,000 and 700,000.
func (e *Engine) Stats() *Stats {
	s := e.index.Snapshot()
	st := &Stats{Seq: s.Seq, At: s.At, Groups: map[Group]*SeatStats{}}
	for o := range s.Rows {
		st.mission(s, o)
	}
	e.countVolunteers(s, st)
	return st
}

func (st *Stats) group(department, domain string) *SeatStats {
	g := Group{department, domain}
	if st.Groups[g] == nil {
		st.Groups[g] = new(SeatStats)
	}
	return st.Groups[g]
}

func (st *Stats) mission(s *index.Snapshot, o uint32) {
	m, l := s.Missions.At(o), s.Live.At(o)
	if !m.Has(index.Exists) {
		return
	}
	st.Missions++
	one := SeatStats{Missions: 1}
	if l.Known() && l.Open {
		one.Total, one.Taken, one.Free = int(l.Total), int(l.Elsewhere+l.Held+l.Confirmed), int(l.Free)
	}
	if s.Stands.At(o).Standing > 0 {
		st.Available++
		if l.Known() {
			one.Shortfall = matcher.Shortfall(s, o)
		}
	}
	st.Seats.add(&one)
	department, domain := s.Place(m)
	st.group(department, domain).add(&one)
}

// countVolunteers counts by the cells that volunteers are kept in: one look at
// the gazetteer a cell, not a person.
func (e *Engine) countVolunteers(s *index.Snapshot, st *Stats) {
	departments := map[geo.Cell]string{}
	for o := range s.VolunteerRows {
		v := s.Volunteers.At(o)
		if !v.Exists {
			continue
		}
		st.Volunteers++
		department := ""
		if v.Cell != 0 {
			cell := v.Cell.Parent(mission.ScaleLevel)
			known, ok := departments[cell]
			if !ok {
				if c, _, found := e.places.Nearest(cell.Center()); found {
					known = c.Department
				}
				departments[cell] = known
			}
			department = known
		}
		one := SeatStats{Volunteers: 1}
		st.Seats.Volunteers++
		if v.Domains == 0 {
			st.group(department, "").add(&one)
		}
		for i := range s.Taxonomy.Domains {
			if v.Domains&(1<<i) != 0 {
				st.group(department, s.Taxonomy.Domains[i].ID).add(&one)
			}
		}
	}
}
