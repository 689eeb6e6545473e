package engine

import (
	"math/bits"
	"runtime"
	"sync"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/mission"
)

// census is the count of volunteers in one snapshot, brought up to the next by
// what differs between the two. A chunk of rows that is the same memory in
// both has the same people. The zero value has counted nobody.
type census struct {
	mu   sync.Mutex
	rows index.Column[index.Volunteer] // as counted; it shares the index's memory but for what changed since

	people      int
	numbers     map[string]uint16   // numbers[code] is the department's number
	codes       []string            // codes[n] of department n; codes[0] is "", nobody knows where
	departments map[geo.Cell]uint16 // number, by cell of ScaleLevel
	chosen      [][domainBits + 1]int
	// chosen[n][i] is how many of department n chose domain i;
	// chosen[n][domainBits] those who chose none.
}

// domainBits are as many as a set of domains has.
const domainBits = 64

// follow counts the snapshot's volunteers.
func (k *census) follow(s *index.Snapshot, places *gazetteer.Gazetteer) {
	if k.numbers == nil {
		k.numbers, k.departments = map[string]uint16{}, map[geo.Cell]uint16{}
		k.number("")
	}
	before, looked := k.rows, 0
	for i := range s.Volunteers.Rows() / countChunk {
		now := s.Volunteers.Chunk(i)
		var was *[countChunk]index.Volunteer
		if i < before.Rows()/countChunk {
			was = before.Chunk(i)
		}
		if now == was {
			continue
		}
		for j := range now {
			if was != nil {
				k.count(places, &was[j], -1)
			}
			k.count(places, &now[j], +1)
		}
		if looked += len(now); looked%countAtOnce == 0 {
			runtime.Gosched()
		}
	}
	k.rows = s.Volunteers
}

// countChunk is how many rows a chunk of a column has.
const countChunk = 64

// count adds a volunteer, or takes one away.
func (k *census) count(places *gazetteer.Gazetteer, v *index.Volunteer, by int) {
	if !v.Exists {
		return
	}
	k.people += by
	chosen := &k.chosen[k.departmentOf(places, v.Cell)]
	if v.Domains == 0 {
		chosen[domainBits] += by
	}
	for rest := v.Domains; rest != 0; rest &= rest - 1 {
		chosen[bits.TrailingZeros64(rest)] += by
	}
}

// departmentOf gives the number of the department that a volunteer's cell is
// in: one look at the gazetteer for all who live in a cell of ScaleLevel.
func (k *census) departmentOf(places *gazetteer.Gazetteer, home geo.Cell) uint16 {
	if home == 0 {
		return 0
	}
	cell := home.Parent(mission.ScaleLevel)
	n, ok := k.departments[cell]
	if !ok {
		c, _, _ := places.Nearest(cell.Center())
		n = k.number(c.Department)
		k.departments[cell] = n
	}
	return n
}

// number gives a department's number, a new one if it must.
func (k *census) number(code string) uint16 {
	n, ok := k.numbers[code]
	if !ok {
		n = uint16(len(k.codes))
		k.numbers[code] = n
		k.codes, k.chosen = append(k.codes, code), append(k.chosen, [domainBits + 1]int{})
	}
	return n
}

// add tells what was counted.
func (k *census) add(s *index.Snapshot, st *Stats) {
	st.Volunteers, st.Seats.Volunteers = k.people, k.people
	for n, code := range k.codes {
		if people := k.chosen[n][domainBits]; people > 0 {
			st.group(code, "").Volunteers += people
		}
		for i, d := range s.Taxonomy.Domains {
			if people := k.chosen[n][i]; people > 0 {
				st.group(code, d.ID).Volunteers += people
			}
		}
	}
}
