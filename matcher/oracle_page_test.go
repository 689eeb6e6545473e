package matcher_test

import (
	"cmp"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"renfort/geo"
	"renfort/matcher"
	"renfort/mission"
)

// ask is a request as the oracle understands it.
type ask struct {
	*toy
	request *matcher.Request
	policy  *mission.Policy
	filter  *mission.Filter
	who     *mission.Volunteer
	barred  map[mission.Ordinal]bool
	at      geo.Point
	placed  bool
	askedKm float64
	strict  bool // the radius is the request's
	remote  string
	scales  map[string]float64
	reachKm map[string]float64
	radius  float64
	tie     uint64
	served  bool // the window's last place went to a mission that nobody took
}

func (t *toy) ask(r *matcher.Request) *ask {
	a := &ask{toy: t, request: r, policy: r.Policy, filter: r.Filter, who: r.Profile, barred: map[mission.Ordinal]bool{}, scales: map[string]float64{}}
	if a.policy == nil {
		a.policy = t.policy
	}
	if a.filter == nil {
		a.filter = &mission.Filter{}
	}
	if r.Volunteer != "" {
		a.who = t.volunteers[r.Volunteer]
		for o := range t.past[r.Volunteer] {
			a.barred[o] = true
		}
		for _, h := range t.holds {
			if h.Volunteer == r.Volunteer && h.Live() {
				a.barred[h.Ordinal] = true
			}
		}
	}
	if r.Like != "" {
		m := t.missions[r.Like]
		a.who = madeFor(m.Mission)
		a.barred[m.ordinal] = true
	}
	for _, id := range r.Exclude {
		if m := t.missions[id]; m != nil {
			a.barred[m.ordinal] = true
		}
	}
	a.tie = xxhash.Sum64String(cmp.Or(r.Seed, r.Volunteer, a.who.ID, "0"))
	a.remote = cmp.Or(a.who.Remote, mission.RemoteAlso)
	a.locate()
	return a
}

// madeFor gives somebody at a mission's first place who likes what it is about and
// has every skill that it asks for.
func madeFor(m *mission.Mission) *mission.Volunteer {
	v := &mission.Volunteer{Domains: m.Domains, Activities: m.Activities}
	for _, s := range m.Skills {
		v.Skills = append(v.Skills, s.ID)
	}
	if len(m.Locations) > 0 {
		v.Location = &mission.Place{Lat: m.Locations[0].Lat, Lon: m.Locations[0].Lon}
	}
	return v
}

// locate finds the place, the scales and the reach.
func (a *ask) locate() {
	a.at, a.placed = a.who.Position()
	if a.filter.Point != nil {
		a.at, a.placed = *a.filter.Point, true
	}
	if a.askedKm = a.who.Reach(); a.filter.RadiusKm > 0 {
		a.askedKm, a.strict = a.filter.RadiusKm, true
	}
	if !a.placed {
		return
	}
	near, d := a.scaleKm(a.at, a.policy), a.policy.Distance
	a.scales = map[string]float64{"calm": near, "normal": near, "urgent": math.Max(near, d.UrgentMinKm), "vital": math.Max(near, d.VitalMinKm)}
	a.reach(a.askedKm)
}

// scaleOf gives a mission's scale, and reachOf how far it may be: in a crisis
// with a reach as one that is urgent.
func (a *ask) scaleOf(m *mission.Mission) float64 {
	return math.Max(a.scales[m.Urgency], a.crisisReach(m))
}

func (a *ask) reachOf(m *mission.Mission) float64 {
	if a.crisisReach(m) == 0 || a.radius == 0 || a.strict {
		return a.reachKm[m.Urgency]
	}
	return math.Min(a.policy.Distance.MaxKm, math.Max(a.radius, 1.5*a.scaleOf(m)))
}

func (a *ask) reach(radius float64) {
	a.radius = radius
	most := a.policy.Distance.MaxKm
	a.reachKm = map[string]float64{}
	for urgency, scale := range a.scales {
		switch {
		case radius == 0:
			a.reachKm[urgency] = most
		case a.strict:
			a.reachKm[urgency] = radius
		case urgency == "urgent" || urgency == "vital":
			a.reachKm[urgency] = math.Min(most, math.Max(radius, 1.5*scale))
		default:
			a.reachKm[urgency] = math.Min(most, radius)
		}
	}
}

// admits says whether a mission is for this person, distance apart.
func (a *ask) admits(m *toyMission) bool {
	if !a.available(m) || a.barred[m.ordinal] || !a.who.AgeFits(a.year(), a.leastAge(m.Mission), m.MaximumAge()) || !a.passes(a.filter, m) {
		return false
	}
	return !slices.ContainsFunc(m.Skills, func(s mission.Skill) bool { return s.Required && !slices.Contains(a.who.Skills, s.ID) })
}

// nearest gives the nearest address that meets the place filters, the first
// one where the place is not known. It is -1 if there is none.
func (a *ask) nearest(m *toyMission) (address int, km float64) {
	address, km = -1, math.Inf(1)
	if !m.Placed() {
		return address, km
	}
	for i := range m.Locations {
		l := &m.Locations[i]
		if !passesPlace(a.filter, l) {
			continue
		}
		if !a.placed {
			return i, -1
		}
		p, _ := l.Point()
		if d := greatCircleKm(a.at, p); d < km {
			address, km = i, d
		}
	}
	return address, km
}

// toyWay is how somebody would do a mission.
type toyWay struct {
	factor  float64 // distance, before its weight
	km      float64 // -1: none
	address int     // -1: from afar
}

// way gives the best way to do a mission; ok is false if there is none.
func (a *ask) way(m *toyMission) (best toyWay, ok bool) {
	best = toyWay{factor: -1, km: -1, address: -1}
	if address, km := a.nearest(m); address >= 0 && a.remote != mission.RemoteOnly {
		switch {
		case !a.placed:
			best, ok = toyWay{1, -1, address}, true
		case km <= a.reachOf(m.Mission):
			beyond := math.Max(0, km-a.policy.Distance.FreeKm)
			best, ok = toyWay{math.Exp(-beyond / a.scaleOf(m.Mission)), km, address}, true
		}
	}
	afar := m.Remote == mission.RemoteFull || m.Remote == mission.RemotePossible && !a.strict
	if !afar || a.remote == mission.RemoteNo || choosesPlaces(a.filter) {
		return best, ok
	}
	factor := a.policy.Distance.Remote
	if !a.placed {
		factor = 1
	}
	w := a.policy.Weights.Distance
	if !ok || math.Pow(factor, w) > math.Pow(best.factor, w) {
		return toyWay{factor, -1, -1}, true
	}
	return best, ok
}

// widen applies the rule of widening to the reach: to the least whole number of
// kilometres within which there are as many missions at places as asked for,
// if the radius has fewer and there is one beyond it.
func (a *ask) widen() (w matcher.Widened) {
	most := a.policy.Distance.MaxKm
	if !a.placed || a.askedKm == 0 || a.askedKm >= most || a.remote == mission.RemoteOnly {
		return w
	}
	var near []float64
	for _, m := range a.alive() {
		if _, km := a.nearest(m); km <= most && a.admits(m) {
			near = append(near, km)
		}
	}
	slices.Sort(near)
	if len(near) == 0 || near[min(len(near), a.request.Limit)-1] <= a.askedKm {
		return w // there is enough, or nothing beyond the radius
	}
	enough := most
	if len(near) >= a.request.Limit {
		enough = near[a.request.Limit-1]
	}
	w = matcher.Widened{AskedKm: a.askedKm, ToKm: math.Min(math.Ceil(enough), most)}
	a.reach(w.ToKm)
	return w
}

// scored is a mission that was found.
type scored struct {
	m        *toyMission
	way      toyWay
	score    float64 // the oracle's
	key      float64 // what it is ordered by
	tie      uint64
	unserved bool
}

// found scores every mission there is.
func (a *ask) found() []*scored {
	var all []*scored
	p := a.policy
	for _, m := range a.alive() {
		if !a.admits(m) {
			continue
		}
		way, ok := a.way(m)
		if !ok {
			continue
		}
		s := math.Pow(a.affinity(a.who, m.Mission, p), p.Weights.Affinity) * math.Pow(way.factor, p.Weights.Distance) *
			math.Pow(a.availability(a.who, m, p), p.Weights.Availability) * a.standing(m, p)
		all = append(all, &scored{m: m, way: way, score: s, key: s, tie: mixed(a.tie ^ xxhash.Sum64String(m.ID)), unserved: a.toy.unserved(m, p)})
	}
	return all
}

// mixed is the finalizer of MurmurHash3, by which ties are drawn.
func mixed(x uint64) uint64 {
	for _, by := range [...]uint64{0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53} {
		x = (x ^ x>>33) * by
	}
	return x ^ x>>33
}

// page puts what was found into the order of the answer.
func (a *ask) page(all []*scored) []*scored {
	slices.SortFunc(all, func(x, y *scored) int {
		return cmp.Or(cmp.Compare(y.key, x.key), cmp.Compare(x.tie, y.tie), cmp.Compare(x.m.ID, y.m.ID))
	})
	d := a.policy.Diversity
	var page []*scored
	rest := slices.Clone(all)
	for len(page) < min(d.Window, a.request.Limit, len(all)) {
		i := max(0, slices.IndexFunc(rest, func(s *scored) bool { return a.keepsCaps(page, s) }))
		page, rest = append(page, rest[i]), slices.Delete(rest, i, i+1)
	}
	page = append(page, rest...)
	a.serve(page)
	return page[:min(a.request.Limit, len(page))]
}

// keepsCaps says whether s may stand beside the others in the window.
func (a *ask) keepsCaps(window []*scored, s *scored) bool {
	d := a.policy.Diversity
	org, group, remote := 0, 0, 0
	for _, w := range window {
		if id := w.m.OrganizationID(); id != "" && id == s.m.OrganizationID() {
			org++
		}
		if w.m.Group != "" && w.m.Group == s.m.Group {
			group++
		}
		if w.way.address < 0 {
			remote++
		}
	}
	asked := a.remote == mission.RemoteOnly || len(a.filter.Remote) > 0 || d.RemoteShare >= 1
	return (d.PerOrganization == 0 || org < d.PerOrganization) && (d.PerGroup == 0 || group < d.PerGroup) &&
		(s.way.address >= 0 || asked || float64(remote) < math.Floor(d.RemoteShare*float64(d.Window)))
}

// serve gives the window's last place to a mission that nobody took.
func (a *ask) serve(page []*scored) {
	d := a.policy.Diversity
	last := d.Window - 1
	if d.Unserved == 0 || last < 0 || a.request.Limit < d.Window || len(page) < d.Window ||
		slices.ContainsFunc(page[:d.Window], func(s *scored) bool { return s.unserved }) {
		return
	}
	best := -1
	for i := d.Window; i < len(page); i++ {
		s := page[i]
		if !s.unserved || s.key < d.UnservedMinShare*page[last].key || !a.keepsCaps(page[:last], s) ||
			s.way.km > d.UnservedScale*a.scaleOf(s.m.Mission) && s.way.km >= 0 {
			continue
		}
		best = i
		break // the rest is in order: the first is the best
	}
	if best >= 0 {
		s := page[best]
		copy(page[last+1:best+1], page[last:best])
		page[last], a.served = s, true
	}
}
