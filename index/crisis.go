package index

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"renfort/geo"
	"renfort/mission"
)

// Crises is what ranking knows of crises: all there are, and which missions are
// in those that run. Immutable.
type Crises struct {
	byID    map[mission.ID]*crisis
	running []*crisis // by id
	sets    []crisisSet
	// MaxReachKm is the farthest reach that any running crisis gives.
	MaxReachKm float64
}

// crisis is a crisis made ready.
type crisis struct {
	*mission.Crisis
	area    *Area
	domains uint64 // 0 for all
}

// crisisSet is some running crises, and the largest of what they give to a
// mission that is in them all. sets[0] is none.
type crisisSet struct {
	members []uint16 // of running
	boost   float64
	reachKm float64
	minAge  uint8
}

func newCrises() *Crises { return &Crises{sets: []crisisSet{{boost: 1}}} }

// Boost gives what the urgency of a mission counts for: 1 outside crises.
func (c *Crises) Boost(m *Mission) float64 { return c.sets[m.Crises].boost }

// ReachKm gives the least distance scale of a mission, 0 outside crises.
func (c *Crises) ReachKm(m *Mission) float64 { return c.sets[m.Crises].reachKm }

// of gives the ids of the running crises that a mission is in, by id.
func (c *Crises) of(m *Mission) (ids []mission.ID) {
	for _, k := range c.sets[m.Crises].members {
		ids = append(ids, c.running[k].ID)
	}
	return ids
}

// CrisesOf gives the ids of the running crises that a mission is in, by id;
// none for one outside.
func (s *Snapshot) CrisesOf(o uint32) []mission.ID { return s.Climate.Crises.of(s.Missions.At(o)) }

// CrisisMissions counts the missions in each running crisis, in one look at all
// rows.
func (s *Snapshot) CrisisMissions() map[mission.ID]int {
	crises := s.Climate.Crises
	bySet := make([]int, len(crises.sets))
	for o := range s.Rows {
		if m := s.Missions.At(o); m.Has(Exists) {
			bySet[m.Crises]++
		}
	}
	counts := map[mission.ID]int{}
	for _, c := range crises.running {
		counts[c.ID] = 0
	}
	for k := range crises.sets {
		for _, member := range crises.sets[k].members {
			counts[crises.running[member].ID] += bySet[k]
		}
	}
	return counts
}

// Crisis gives a crisis as it was written; nil for one that is not there.
func (s *Snapshot) Crisis(id mission.ID) *mission.Crisis {
	if c := s.Climate.Crises.byID[id]; c != nil {
		return c.Crisis
	}
	return nil
}

// InCrisis says whether the centre of a volunteer's cell lies in the area of a
// crisis, running or not; false for no cell, and for no such crisis. It costs
// microseconds where the area names departments or communes.
func (s *Snapshot) InCrisis(id mission.ID, cell geo.Cell) bool {
	c := s.Climate.Crises.byID[id]
	return c != nil && cell != 0 && c.area.Has(cell.CenterVec())
}

// CrisisRuns says whether a crisis is on: written, begun, not over, not paused.
func (s *Snapshot) CrisisRuns(id mission.ID) bool {
	return slices.ContainsFunc(s.Climate.Crises.running, func(c *crisis) bool { return c.ID == id })
}

// putCrisis takes in a crisis that was written, deleted, or has begun or ended.
func (x *Index) putCrisis(c *mission.Change) {
	old := x.climate.Crises
	next := &Crises{byID: maps.Clone(old.byID), sets: old.sets[:1:1]}
	if next.byID == nil {
		next.byID = map[mission.ID]*crisis{}
	}
	if delete(next.byID, c.Crisis.ID); c.Kind == mission.CrisisPut {
		next.byID[c.Crisis.ID] = &crisis{Crisis: c.Crisis, area: NewArea(&c.Crisis.Area, x.places), domains: x.taxonomy.DomainMask(c.Crisis.Domains)}
	}
	x.crisisNow = max(x.crisisNow, c.At)
	x.renewCrises(next)
}

// renewCrises puts other crises in force, and every mission where it belongs.
func (x *Index) renewCrises(next *Crises) {
	none := len(x.climate.Crises.running) == 0
	x.runCrises(next)
	if none && len(next.running) == 0 {
		return
	}
	asks := slices.ContainsFunc(next.running, func(c *crisis) bool { return c.area.asksPlaces() })
	for o := range x.rows {
		if m := x.missions.at(o); m.Has(Exists) && (m.Crises != 0 || len(next.running) > 0) {
			x.recrisis(o, asks)
		}
	}
	x.forest.merge(x)
	x.restandAll()
}

// runCrises puts other crises in force: those of them that run now.
func (x *Index) runCrises(next *Crises) {
	for _, id := range slices.Sorted(maps.Keys(next.byID)) {
		if c := next.byID[id]; c.RunsAt(x.crisisNow) {
			next.running = append(next.running, c)
			next.MaxReachKm = max(next.MaxReachKm, c.ReachKm)
		}
	}
	climate := *x.climate
	climate.Crises = next
	x.climate = &climate
}

// recastCrises reads the domains of crises by the taxonomy in force, whose
// entries in cells are about to be made anew.
func (x *Index) recastCrises() {
	old := x.climate.Crises
	next := &Crises{byID: make(map[mission.ID]*crisis, len(old.byID)), sets: old.sets[:1:1]}
	for id, c := range old.byID {
		next.byID[id] = &crisis{Crisis: c.Crisis, area: c.area, domains: x.taxonomy.DomainMask(c.Crisis.Domains)}
	}
	x.runCrises(next)
	for o := range x.rows {
		if row := x.missions.edit(o); row.Has(Exists) {
			row.Crises = x.crisisSetOf(row.Domains, x.sites(row, true))
			x.suffer(row)
		}
	}
}

// recrisis finds the crises of a mission that is there, and moves its entries
// where they are not what they were. asks says that areas ask for more than
// points.
func (x *Index) recrisis(o uint32, asks bool) {
	m := x.missions.at(o)
	set := x.crisisSetOf(m.Domains, x.sites(m, asks))
	if set == 0 && m.Crises == 0 {
		return
	}
	row := x.missions.edit(o)
	row.Crises = set
	x.suffer(row)
	x.shelves.touch(o)
	if rest := restOf(row); rest != x.placed[o].rest {
		x.placed[o].rest = rest
		x.stands.edit(o).Generation++
		x.forest.add(x, o)
	}
}

// sites walks the addresses that a row has.
func (x *Index) sites(row *Mission, asks bool) func(yield func(*site) bool) {
	return func(yield func(*site) bool) {
		for a := row.Addresses.First; a < row.Addresses.First+row.Addresses.Len; a++ {
			address := x.addresses.at(a)
			s := &site{vec: address.Vec, insee: func() string { return inseeOf(*x.shown.at(a)) }}
			if asks {
				s.department = x.departmentOf(address)
			}
			if !yield(s) {
				return
			}
		}
	}
}

func (x *Index) departmentOf(a *Address) string {
	for _, n := range x.terms.At(a.Terms) {
		if f, value := x.dictionary.Term(n); f == Department {
			return value
		}
	}
	return ""
}

// inseeOf reads the INSEE code of an address as it is shown.
func inseeOf(shown []byte) string {
	var l struct {
		INSEE string `json:"insee"`
	}
	if json.Unmarshal(shown, &l) != nil {
		return "" // we have written it ourselves
	}
	return l.INSEE
}

// sitesOf walks a mission's addresses as its record has them.
func sitesOf(m *mission.Mission) func(yield func(*site) bool) {
	return func(yield func(*site) bool) {
		for i := range m.Locations {
			l := &m.Locations[i]
			p, _ := l.Point()
			if !yield(&site{vec: p.Vec(), department: l.Department, insee: func() string { return l.INSEE }}) {
				return
			}
		}
	}
}

// suffer sets what a mission's row has of its crises.
func (x *Index) suffer(row *Mission) {
	set := &x.climate.Crises.sets[row.Crises]
	row.MinAge, row.Class = max(row.OwnMinAge, set.minAge), row.Urgency
	if set.reachKm > 0 && row.Has(Placed) {
		row.Class = InCrisis
	}
}

// crisisSetOf gives the number of the set of running crises of a mission with
// these domains and addresses: one address in the area, and one of the domains
// where the crisis names some.
func (x *Index) crisisSetOf(domains uint64, addresses func(yield func(*site) bool)) uint32 {
	crises := x.climate.Crises
	var members []uint16
	for k, c := range crises.running {
		if c.domains != 0 && c.domains&domains == 0 {
			continue
		}
		for s := range addresses {
			if c.area.hasSite(s) {
				members = append(members, uint16(k))
				break
			}
		}
	}
	if len(members) == 0 {
		return 0
	}
	return x.setNumber(members)
}

// setNumber gives the number of a set, a new one where there is none yet. Sets
// are only ever added to what a snapshot has.
func (x *Index) setNumber(members []uint16) uint32 {
	crises := x.climate.Crises
	var key []byte
	for _, k := range members {
		key = binary.BigEndian.AppendUint16(key, k)
	}
	if n, ok := x.crisisSets[string(key)]; ok && int(n) < len(crises.sets) && slices.Equal(crises.sets[n].members, members) {
		return n
	}
	set := crisisSet{members: members, boost: 1}
	for _, k := range members {
		c := crises.running[k]
		set.boost = max(set.boost, c.Crisis.Boost)
		set.reachKm, set.minAge = max(set.reachKm, c.Crisis.ReachKm), max(set.minAge, uint8(c.Crisis.MinAge))
	}
	n := uint32(len(crises.sets))
	next, climate := *crises, *x.climate
	next.sets = append(crises.sets, set)
	climate.Crises = &next
	x.climate = &climate
	x.crisisSets[string(key)] = n
	return n
}
