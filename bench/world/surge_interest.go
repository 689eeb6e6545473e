package world

import (
	"cmp"
	"slices"
)

// The law of interest: somebody is interested in a mission with the chance
//
//	appeal * d0^2 / (d0^2 + d^2)
//
// and not at all beyond d0 times interestReach or the radius they named. The
// appeal is that of the best they chose: an activity, a domain, a neighbouring
// domain, neither; d0 is what their means of travel makes of distance. It has
// another shape than the ranking's factors on purpose: a ranking must not be
// measured by its own formula. Whether somebody is interested is then settled
// by a hash of the person and the mission, whoever shows it, and when.
const (
	appealActivity = 600 // per mille
	appealDomain   = 440
	appealOpen     = 340 // to those who named no preference
	appealAdjacent = 200
	appealOther    = 100
	interestReach  = 6
)

// comfortKm is d0 by means of travel.
func comfortKm(mobility string) int {
	switch mobility {
	case "foot":
		return 3
	case "bike":
		return 6
	case "car":
		return 15
	}
	return 10 // by bus or train, or not said
}

// Chance gives the chance, per million, that somebody is interested in a
// mission, before the hash decides.
func (s *Surge) Chance(person, m int) int {
	v, site := &s.People[person], &s.Sites[m]
	if v.Direct == m {
		return 1_000_000
	}
	comfort := comfortKm(v.Volunteer.Mobility) * 1000
	reach := comfort * interestReach
	if km := v.Volunteer.RadiusKm; km > 0 {
		reach = min(reach, int(km*1000))
	}
	north := (site.lat - v.lat) * metersLat / 1000
	if north > reach || north < -reach {
		return 0
	}
	east := (site.lon - v.lon) * v.metersLon / 1000
	far := north*north + east*east
	if far > reach*reach {
		return 0
	}
	comfort *= comfort
	return v.appeal(site) * 1000 * (comfort / 1000) / ((comfort + far) / 1000)
}

// appeal gives the appeal of what a mission is about, per mille.
func (v *Visitor) appeal(site *Site) int {
	switch {
	case v.domains|v.activities == 0:
		return appealOpen
	case v.activities&site.activities != 0:
		return appealActivity
	case v.domains&site.domains != 0:
		return appealDomain
	case v.adjacent&site.domains != 0:
		return appealAdjacent
	}
	return appealOther
}

// Wants says whether somebody is interested in a mission. It is a function of
// the seed, the person and the mission.
func (s *Surge) Wants(person, m int) bool {
	chance := s.Chance(person, m)
	if chance == 0 {
		return false
	}
	h := mix(mix(s.Config.Seed+streamInterest<<56) ^ uint64(person)<<32 ^ uint64(m))
	return int(h%1_000_000) < chance
}

// Fans lists, for every mission, the people who are interested in it and would
// finish its form, ascending: the graph on which the best possible in hindsight
// is counted. Those of mission m are people[first[m]:first[m+1]].
func (s *Surge) Fans() (first []int, people []int32) {
	degree := make([]int, len(s.Sites)+1)
	var pairs []fan
	for p := range s.People {
		if v := &s.People[p]; !v.Abandons {
			s.near(v, func(m int32) {
				if s.Wants(p, int(m)) {
					pairs = append(pairs, fan{m, int32(p)})
					degree[m+1]++
				}
			})
		}
	}
	for m := range s.Sites {
		degree[m+1] += degree[m]
	}
	first, people = slices.Clone(degree), make([]int32, len(pairs))
	for _, f := range pairs {
		people[degree[f.mission]] = f.person
		degree[f.mission]++
	}
	return first, people
}

type fan struct{ mission, person int32 }

// near visits the missions that are not too far north or south, and the one of
// the link.
func (s *Surge) near(v *Visitor, visit func(m int32)) {
	reach := comfortKm(v.Volunteer.Mobility) * interestReach * 1_000_000 / metersLat
	from, _ := slices.BinarySearchFunc(s.order, v.lat-reach, func(m int32, lat int) int { return cmp.Compare(s.Sites[m].lat, lat) })
	linked := v.Direct < 0
	for _, m := range s.order[from:] {
		if s.Sites[m].lat > v.lat+reach {
			break
		}
		linked = linked || int(m) == v.Direct
		visit(m)
	}
	if !linked {
		visit(int32(v.Direct))
	}
}

// sortSites puts the missions in the order of their latitude.
func (s *Surge) sortSites() {
	s.order = make([]int32, len(s.Sites))
	for i := range s.order {
		s.order[i] = int32(i)
	}
	slices.SortStableFunc(s.order, func(a, b int32) int { return cmp.Compare(s.Sites[a].lat, s.Sites[b].lat) })
}

// Unit gives a number from 0 to 1 that belongs to a seat of a mission, by the
// seed: for rankings that draw.
func (s *Surge) Unit(m, seat int) float64 {
	return float64(mix(mix(s.Config.Seed+streamSeat<<56)^uint64(m)<<32^uint64(seat))>>11) / (1 << 53)
}
