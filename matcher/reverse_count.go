package matcher

import (
	"math/bits"
	"slices"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// CountFields are what volunteers may be counted by. Of Department and channel
// everybody has exactly one, if only "" for an unknown one; of the others as
// many as they told.
func CountFields() [6]string {
	return [6]string{"department", "channel", "domain", "skill", "equipment", "language"}
}

// CountRequest asks how many volunteers there are.
type CountRequest struct {
	Area       *mission.Area             // has passed Intake.Area; nil for everywhere
	Filter     *mission.VolunteerFilters // has passed Intake.VolunteerFilters; nil for none
	Publishers []string                  // whose volunteers, nil for everybody's
	By         []string                  // of CountFields
}

// Counts is the answer, exact: who shows it sees to it that no small group can
// be told from it.
type Counts struct {
	Total     int
	Reachable int // may be asked now: they agreed, have a channel, a budget left, no rest and did not say stop
	AtRest    int // were asked and did not answer, too short ago to be asked again
	Groups    map[string]map[string]int
	Seq       uint64
}

// Commune is what an area may name a place by.
type Commune struct {
	Department string
	INSEE      string
	City       string // INSEE code of the city that an arrondissement is of, "" for none
}

// counting is a CountRequest under way.
type counting struct {
	s       *index.Snapshot
	r       *CountRequest
	places  func(geo.Point) Commune
	shape   geo.Area
	bound   geo.Cap
	sieve   sieve
	born    [256]bool
	rest    int64
	budgets [2]uint8
	sees    []uint32
	asks    bool // a home's commune
	out     *Counts
}

// Count counts volunteers by one look at each. A volunteer's place is the centre
// of their cell; nearest gives the commune whose seat is nearest to it.
func Count(s *index.Snapshot, r *CountRequest, nearest func(geo.Point) Commune) *Counts {
	c := counting{s: s, r: r, places: nearest, out: &Counts{Seq: s.Seq, Groups: map[string]map[string]int{}}}
	c.sieve.compile(s, r.Filter)
	for _, p := range r.Publishers {
		if n, ok := s.Dictionary.Number(index.Publisher, p); ok {
			c.sees = append(c.sees, n)
		}
	}
	for _, by := range r.By {
		c.out.Groups[by] = map[string]int{}
	}
	least, surely := agesOf(r.Filter)
	c.born = bornTable(yearOf(s.At), least, mission.AgeMax, surely)
	if !surely {
		c.born[index.BornMinor] = true
	}
	p := &s.Policy.Reverse
	c.rest, c.budgets = s.At-int64(p.RestHours*3600), [2]uint8{uint8(min(p.AlertsPerMonth, 255)), uint8(min(crisisBudget(s.Policy), 255))}
	c.asks = slices.Contains(r.By, "department")
	if a := r.Area; a != nil {
		c.asks = c.asks || len(a.Departments)+len(a.Communes) > 0
		if a.Center != nil {
			c.shape.Circles = []geo.Circle{{Center: *a.Center, RadiusKm: a.RadiusKm}}
		}
		if p, err := geo.ParsePolygon(a.Ring()); err == nil { // Intake refused what is none
			c.shape.Polygons = []geo.Polygon{p}
		}
		c.bound = c.shape.Cap()
	}
	if !c.sieve.never {
		c.all()
	}
	return c.out
}

// all looks at everybody, home by home.
func (c *counting) all() {
	for _, census := range c.s.Census {
		if census == nil {
			continue
		}
		for _, h := range census.Homes {
			department, in := c.home(h.Cell)
			for k := range census.Rows[h.First : h.First+h.Len] {
				if row := &census.Rows[h.First+uint32(k)]; in && c.s.Lives(row) {
					c.take(row, department)
				}
			}
		}
	}
	for _, o := range c.s.Moved {
		if v := c.s.Volunteers.At(o); o < c.s.VolunteerRows && v.Exists {
			if department, in := c.home(v.Cell); in {
				row := c.s.Resident(o)
				c.take(&row, department)
			}
		}
	}
}

// home gives the department of a cell, and whether the cell is in the area.
// Nowhere is in no area.
func (c *counting) home(cell geo.Cell) (department string, in bool) {
	a := c.r.Area
	if cell == 0 {
		return "", a == nil
	}
	v := cell.CenterVec()
	in = a == nil || c.bound.Contains(v) && c.shape.ContainsVec(v)
	if !c.asks || in && !slices.Contains(c.r.By, "department") {
		return "", in
	}
	commune := c.places(v.Point())
	if a != nil {
		in = in || slices.Contains(a.Departments, commune.Department) || slices.Contains(a.Communes, commune.INSEE) ||
			commune.City != "" && slices.Contains(a.Communes, commune.City)
	}
	return commune.Department, in
}

// take counts somebody who lives in the area, if they pass.
func (c *counting) take(r *index.Resident, department string) {
	v := c.s.Volunteers.At(r.Ordinal)
	if !c.born[r.Born] || r.Consent()&c.sieve.consent != c.sieve.consent || c.r.Publishers != nil && !slices.Contains(c.sees, r.Publisher) ||
		c.sieve.narrow && !(c.sieve.passes(r) && c.sieve.settles(c.s, v)) {
		return
	}
	c.out.Total++
	silent := int64(c.s.AskedOf(r.Ordinal).Silent) > c.rest
	switch {
	case silent:
		c.out.AtRest++
	case c.reachable(r):
		c.out.Reachable++
	}
	for by, group := range c.out.Groups {
		c.group(by, group, v, r, department)
	}
}

// reachable says whether somebody who does not rest may be asked now, in a
// crisis or without one. Quiet hours are not looked at: they pass.
func (c *counting) reachable(r *index.Resident) bool {
	charged := chargedOf(c.s, r)
	agreed := r.Consent()&index.ConsentAlerts != 0 && charged < c.budgets[0] || r.Consent()&index.ConsentCrisis != 0 && charged < c.budgets[1]
	return agreed && r.Channel() != 0 && !r.Stopped()
}

// group counts somebody in all groups of one field.
func (c *counting) group(by string, group map[string]int, v *index.Volunteer, r *index.Resident, department string) {
	var terms []uint32
	switch by {
	case "department":
		group[department]++
	case "channel":
		group[index.ChannelName(r.Channel())]++
	case "domain":
		for rest := v.Domains; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros64(rest); i < len(c.s.Taxonomy.Domains) {
				group[c.s.Taxonomy.Domains[i].ID]++
			}
		}
	case "skill":
		terms = c.s.SkillsOf(v)
	case "equipment":
		terms = c.s.EquipmentOf(v)
	case "language":
		terms = c.s.LanguagesOf(v)
	}
	for i, n := range terms {
		if _, value := c.s.Dictionary.Term(n); !slices.Contains(terms[:i], n) {
			group[value]++
		}
	}
}
