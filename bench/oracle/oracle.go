// Package oracle answers: what was the best possible, in hindsight?
//
// Given who was interested in what, it seats as many people as can be seated,
// one seat each, with Dinic's algorithm: what no way of showing missions can
// exceed. It knows nothing of ranking, seats or time, and imports nothing of
// the engine that it is the yardstick of.
package oracle

import "slices"

// Graph says who is interested in which mission.
type Graph struct {
	Seats  []int   // Seats[m] of mission m
	First  []int   // the people interested in m are People[First[m]:First[m+1]]
	People []int32 // from 0, in any order, no one twice in a mission
	Crowd  int     // people are numbered below it
}

// Nobody is the mission of a person without a seat.
const Nobody = -1

// Seating is a largest seating, and the proof that none is larger.
type Seating struct {
	Seated  int
	Mission []int32 // Mission[p] is where person p sits, or Nobody
	// Bound is what no seating exceeds, counted from a cut: the seats of the
	// missions that are full with people who could not make room, and the people
	// whom the other missions share. It equals Seated; a bug would show here.
	Bound int
}

// search is the state of one computation.
type search struct {
	Graph
	free   []int   // free[m]: seats of m without anybody yet
	at     []int32 // at[p]: mission of p
	level  []int32 // level[m]: steps from a mission with free seats, -1 out of reach
	cursor []int   // cursor[m]: the first of m's people not tried in this phase
	queue  []int32
}

// Seat computes a largest seating. It is a function of the graph alone, takes
// time about linear in the number of interests, and at worst that times the
// square root of the crowd.
func Seat(g Graph) Seating {
	s := &search{Graph: g, free: slices.Clone(g.Seats), at: make([]int32, g.Crowd),
		level: make([]int32, len(g.Seats)), cursor: make([]int, len(g.Seats))}
	for p := range s.at {
		s.at[p] = Nobody
	}
	seated := s.greedy()
	for s.layer() {
		for m := range s.Seats {
			for s.free[m] > 0 && s.level[m] == 0 && s.grow(int32(m)) {
				s.free[m]--
				seated++
			}
		}
	}
	return Seating{Seated: seated, Mission: s.at, Bound: s.bound()}
}

// greedy seats whom it can at once, the missions with the fewest people to
// choose from first.
func (s *search) greedy() (seated int) {
	order := make([]int32, len(s.Seats))
	for m := range order {
		order[m] = int32(m)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return len(s.fans(a)) - len(s.fans(b)) })
	for _, m := range order {
		for _, p := range s.fans(m) {
			if s.free[m] == 0 {
				break
			}
			if s.at[p] == Nobody {
				s.at[p] = m
				s.free[m]--
				seated++
			}
		}
	}
	return seated
}

func (s *search) fans(m int32) []int32 { return s.People[s.First[m]:s.First[m+1]] }

// layer counts how many people must move for a free seat to reach a mission,
// and says whether somebody without a seat can be reached so.
func (s *search) layer() (reached bool) {
	s.queue = s.queue[:0]
	for m := range s.Seats {
		s.level[m], s.cursor[m] = -1, s.First[m]
		if s.free[m] > 0 {
			s.level[m] = 0
			s.queue = append(s.queue, int32(m))
		}
	}
	for i := 0; i < len(s.queue); i++ {
		m := s.queue[i]
		for _, p := range s.fans(m) {
			switch from := s.at[p]; {
			case from == Nobody:
				reached = true
			case s.level[from] < 0:
				s.level[from] = s.level[m] + 1
				s.queue = append(s.queue, from)
			}
		}
	}
	return reached
}

// grow gives m one more person: somebody without a seat, or somebody of a
// mission one step farther that can replace them.
func (s *search) grow(m int32) bool {
	for s.cursor[m] < s.First[m+1] {
		p := s.People[s.cursor[m]]
		from := s.at[p]
		if from == Nobody || s.level[from] == s.level[m]+1 && s.grow(from) {
			s.at[p] = m
			s.cursor[m]++
			return true
		}
		s.cursor[m]++
	}
	return false
}

// bound counts the cut after the last layer: no mission within reach of a free
// seat has anybody left to win, and the others are full.
func (s *search) bound() (n int) {
	claimed := make([]bool, s.Crowd)
	for m := range s.Seats {
		if s.level[m] < 0 {
			n += s.Seats[m]
			continue
		}
		for _, p := range s.fans(int32(m)) {
			if !claimed[p] {
				claimed[p] = true
				n++
			}
		}
	}
	return n
}
