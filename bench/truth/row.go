package truth

import (
	"fmt"
	"slices"
	"time"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// Truth knows a state of the service. Safe for concurrent use once made.
type Truth struct {
	rules  Rules
	intake *mission.Intake
	names  names
	rows   []row
	byID   map[mission.ID]int // into rows
	unsure []mission.ID
	clock  clock
}

// bits is a set of domains or of activities.
type bits [mission.ActivitiesMax / 64]uint64

func (b *bits) add(i int) { b[i/64] |= 1 << (i % 64) }

func (b *bits) meets(c *bits) bool { return b[0]&c[0]|b[1]&c[1]|b[2]&c[2]|b[3]&c[3] != 0 }

func (b *bits) empty() bool { return *b == bits{} }

// names numbers what the taxonomy names.
type names struct {
	domains    map[string]int
	activities map[string]int
	adjacent   []bits // adjacent[d]: the domains next to d, whichever side says so
}

func newNames(t *mission.Taxonomy) names {
	n := names{domains: map[string]int{}, activities: map[string]int{}, adjacent: make([]bits, len(t.Domains))}
	for i, d := range t.Domains {
		n.domains[d.ID] = i
		for _, name := range d.Adjacent {
			if k, ok := t.Domain(name); ok && k != i {
				n.adjacent[i].add(k)
				n.adjacent[k].add(i)
			}
		}
	}
	for i, a := range t.Activities {
		n.activities[a.ID] = i
	}
	return n
}

// set gives the set of some names; those that are no longer known are in none.
func set(index map[string]int, ids []string) (b bits) {
	for _, id := range ids {
		if i, ok := index[id]; ok {
			b.add(i)
		}
	}
	return b
}

// row is a mission made ready to be looked at thousands of times.
type row struct {
	*Mission
	domains    bits
	activities bits
	sites      []site
	slots      []slot
	pools      []pool
	sure       bool  // the pools are known one by one
	crises     []int // of Rules.Crises: those it is in while they run
	market     int
	filled     bounds // seats confirmed here in 14 days

	suspended   bool // its organisation is
	reliability float64
}

// site is one address.
type site struct {
	at geo.Vec
	*mission.Location
}

// slot is one time at which people may come; a mission without slots has one,
// without a name.
type slot struct {
	starts, ends int64 // Unix seconds, 0 for none
	days         mission.DayMask
	pool         int
	named        bool
}

// pool is a number of seats given out together.
type pool struct {
	total int // -1: nobody knows
	free  int
}

// full says whether nobody can sit there.
func (p pool) full() bool { return p.total >= 0 && p.free == 0 }

// New makes the truth of a state of the service: its missions, all of them,
// whatever their state, and the rules. It fails on a record that cannot be
// read; the missions are not changed. It takes some 20 us a mission.
func New(missions []Mission, rules Rules) (*Truth, error) {
	if rules.Policy == nil {
		rules.Policy = mission.DefaultPolicy()
	}
	if rules.Taxonomy == nil {
		rules.Taxonomy = mission.DefaultTaxonomy()
	}
	for i := range rules.Crises {
		if c := &rules.Crises[i]; c.StartsAt != nil {
			c.Starts = c.StartsAt.Unix()
		}
		if c := &rules.Crises[i]; c.EndsAt != nil {
			c.Ends = c.EndsAt.Unix()
		}
	}
	t := &Truth{rules: rules, names: newNames(rules.Taxonomy), rows: make([]row, len(missions)), byID: make(map[mission.ID]int, len(missions)),
		intake: mission.NewIntake(rules.Taxonomy, gazetteer.Default(), new(mission.Zones))}
	markets := map[string]int{}
	for i := range missions {
		m := missions[i]
		if err := t.intake.Mission(&m.Mission); err != nil {
			return nil, fmt.Errorf("truth: mission %q: %w", m.ID, err)
		}
		t.byID[m.ID] = i
		t.rows[i] = t.row(&m, markets)
		if !t.rows[i].sure {
			t.unsure = append(t.unsure, m.ID)
		}
	}
	t.clock.markets = len(markets)
	return t, nil
}

// Unsure gives the missions of which the walk does not tell which slots have
// seats left: with their Seating, which GET /v1/missions/{id}/seats answers,
// the truth would be exact for them too. Without, they are never missed.
func (t *Truth) Unsure() []mission.ID { return t.unsure }

func (t *Truth) row(m *Mission, markets map[string]int) row {
	r := row{Mission: m, domains: set(t.names.domains, m.Domains), activities: set(t.names.activities, m.Activities)}
	for i := range m.Locations {
		l := &m.Locations[i]
		p, _ := l.Point()
		r.sites = append(r.sites, site{p.Vec(), l})
	}
	r.seat()
	for i := range t.rules.Crises {
		if t.afflicts(&t.rules.Crises[i], &r) {
			r.crises = append(r.crises, i)
		}
	}
	key := "/" // a market is a primary domain in a department
	if len(m.Domains) > 0 {
		key = m.Domains[0] + key
	}
	if len(m.Locations) > 0 {
		key += m.Locations[0].Department
	}
	if _, ok := markets[key]; !ok {
		markets[key] = len(markets)
	}
	r.market = markets[key]
	r.filled = t.filledOf(m)
	o := t.rules.Organizations[m.OrganizationID()]
	r.suspended, r.reliability = o.State == mission.OrgSuspended, o.Reliability
	return r
}

// filledOf bounds how many seats were confirmed here in 14 days.
func (t *Truth) filledOf(m *Mission) bounds {
	if m.Seating != nil {
		return exactly(float64(m.Seating.Filled.Seats))
	}
	if t.rules.Since.IsZero() {
		return bounds{0, mission.SeatsMax}
	}
	c := float64(m.Occupancy.Confirmed)
	return bounds{c, c + float64(t.rules.Returned)}
}

// seat lays out slots and pools: slots with seats of their own have a pool
// each, the others share what the mission has beyond them.
func (r *row) seat() {
	m := r.Mission
	shared, own := len(m.Slots) == 0, 0
	for _, s := range m.Slots {
		if s.Seats == nil {
			shared = true
		} else {
			own += *s.Seats
		}
	}
	if shared {
		total := -1
		if m.Seats != nil {
			total = *m.Seats - own
		}
		r.pools = append(r.pools, pool{total, total})
	}
	for i, s := range m.Slots {
		t := m.Times.Slots[i]
		n := slot{starts: t.Starts, ends: t.Ends, days: t.Days, named: true}
		if s.Seats != nil {
			n.pool = len(r.pools)
			r.pools = append(r.pools, pool{*s.Seats, *s.Seats})
		}
		r.slots = append(r.slots, n)
	}
	if len(m.Slots) == 0 {
		r.slots = []slot{{starts: m.Times.Starts, ends: m.Times.Ends, days: m.Times.Days}}
	}
	r.sure = r.take()
}

// take counts what was taken out of the pools. It fails where the occupancy
// does not tell of which.
func (r *row) take() bool {
	o := &r.Occupancy
	switch {
	case r.Seating != nil:
		for _, s := range r.Seating.Slots {
			if i := slices.IndexFunc(r.Slots, func(n mission.Slot) bool { return n.ID == s.ID }); i >= 0 && s.Free != nil {
				r.pools[r.slots[i].pool].free = *s.Free
			}
		}
		if len(r.Slots) == 0 && o.Free != nil {
			r.pools[0].free = *o.Free
		}
		return true
	case o.taken() == 0:
		return true
	case o.Free != nil && (len(r.pools) == 1 || *o.Free == 0):
		for i := range r.pools {
			r.pools[i].free = *o.Free
		}
		return true
	}
	return len(r.pools) == 1 // nobody knows how many there are
}

// afflicts says whether a mission is in a crisis, should that run: one address
// in the area, and one of the domains where the crisis names some.
func (t *Truth) afflicts(c *Crisis, r *row) bool {
	domains := set(t.names.domains, c.Domains)
	if !domains.empty() && !domains.meets(&r.domains) {
		return false
	}
	return slices.ContainsFunc(r.sites, func(s site) bool { return t.inArea(&c.Area, &s) })
}

// inArea says whether an address lies in an area. Its own department and INSEE
// code go before the nearest commune's.
func (t *Truth) inArea(a *mission.Area, s *site) bool {
	if a.Center != nil && km(a.Center.Vec(), s.at) <= a.RadiusKm || s.Department != "" && slices.Contains(a.Departments, s.Department) {
		return true
	}
	p, _ := s.Point()
	if len(a.Polygon) > 0 {
		if ring, err := geo.ParsePolygon(a.Ring()); err == nil && ring.Contains(p) {
			return true
		}
	}
	if len(a.Communes) == 0 && (s.Department != "" || len(a.Departments) == 0) {
		return false
	}
	c, ok := t.intake.Places.ByINSEE(s.INSEE)
	if !ok || s.INSEE == "" {
		if c, _, ok = t.intake.Places.Nearest(p); !ok {
			return false
		}
	}
	return slices.Contains(a.Communes, c.INSEE) || c.City != "" && slices.Contains(a.Communes, c.City) ||
		s.Department == "" && slices.Contains(a.Departments, c.Department)
}

// unix gives Unix seconds, 0 for the zero time.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
