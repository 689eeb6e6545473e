package engine

import (
	"runtime"

	"renfort/index"
	"renfort/matcher"
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

// countAtOnce is how many rows are counted before others may run: some 100 us.
// Where there is one core, a count that did not give way would stop all
// requests for as long as it takes.
const countAtOnce = 512

// Stats counts. It looks at every mission, and at the volunteers who are new
// or have changed since it was last asked; it gives way to others meanwhile,
// and to one call after the other. Groups are the caller's to keep.
func (e *Engine) Stats() *Stats {
	e.census.mu.Lock()
	defer e.census.mu.Unlock()
	s := e.index.Snapshot()
	st := &Stats{Seq: s.Seq, At: s.At, Groups: map[Group]*SeatStats{}}
	for o := range s.Rows {
		st.mission(s, o)
		if o%countAtOnce == countAtOnce-1 {
			runtime.Gosched()
		}
	}
	e.census.follow(s, e.places)
	e.census.add(s, st)
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
