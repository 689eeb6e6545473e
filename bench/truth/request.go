package truth

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"renfort/geo"
	"renfort/mission"
)

// Request is POST /v1/recommendations, as far as truth is told.
type Request struct {
	// Profile is who asks, as sent. Of a stored volunteer it is the record, with
	// its Cell in place of a point, and Exclude has what is not for them.
	Profile mission.Volunteer
	Filter  mission.Filter // lat, lon, radius_km, domain, activity, department, urgency and remote
	Exclude []mission.ID
	Limit   int // 0: 20
	Explain bool
}

// ReadRequest reads the body of POST /v1/recommendations. Of one that names a
// stored volunteer it gives the id, and the Profile is the caller's to fill in.
func ReadRequest(body []byte) (q Request, volunteer mission.ID, err error) {
	var b struct {
		Volunteer mission.ID
		Profile   mission.Volunteer
		Filters   map[string]json.RawMessage
		Exclude   []mission.ID
		Limit     int
		Explain   bool
		Policy    string
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return q, "", fmt.Errorf("truth: request: %w", err)
	}
	if b.Policy != "" {
		return q, "", fmt.Errorf("truth: request: the policy %q: only the one in force is judged", b.Policy)
	}
	q = Request{Profile: b.Profile, Exclude: b.Exclude, Limit: b.Limit, Explain: b.Explain}
	q.Filter, err = readFilter(b.Filters)
	return q, b.Volunteer, err
}

// ask is a request at a moment, made ready.
type ask struct {
	*moment
	request    Request
	who        mission.Volunteer
	domains    bits
	adjacent   bits
	activities bits
	filter     sieve
	excluded   map[mission.ID]bool
	from       geo.Vec
	placed     bool
	askedKm    float64         // the radius asked for, 0 for none
	radiusKm   float64         // the same, widened
	strict     bool            // it is the request's: urgency does not pass it
	nearKm     float64         // L of calm and normal missions
	free       mission.DayMask // when they are; 0: unknown
	wants      string          // no, also or only: what they think of remote missions
	age        int             // -1: unknown
	old        bool            // the age is from a year of birth: too old is known too
}

func (t *Truth) ask(q Request, at int64) (*ask, error) {
	filter, err := t.sieve(&q.Filter)
	if err != nil {
		return nil, err
	}
	if q.Limit == 0 {
		q.Limit = mission.RecommendDefault
	}
	a := &ask{moment: t.momentAt(at), request: q, who: q.Profile, filter: filter, excluded: map[mission.ID]bool{}}
	a.who.ID = ""
	if err := t.intake.Profile(&a.who, time.Unix(at, 0).UTC()); err != nil {
		return nil, fmt.Errorf("truth: profile: %w", err)
	}
	for _, id := range q.Exclude {
		a.excluded[id] = true
	}
	a.choose()
	a.locate()
	return a, nil
}

// choose reads what the person likes, can do and is.
func (a *ask) choose() {
	v := &a.who
	a.domains, a.activities = set(a.names.domains, v.Domains), set(a.names.activities, v.Activities)
	for _, id := range v.Domains {
		next := &a.names.adjacent[a.names.domains[id]]
		for i := range a.adjacent {
			a.adjacent[i] |= next[i]
		}
	}
	a.wants = v.Remote
	for k, name := range mission.AvailabilityNames() {
		if slices.Contains(v.Availability, name) {
			a.free |= 1 << k
		}
	}
	switch a.age = -1; {
	case v.BirthYear > 0: // a birthday is taken to be still to come
		a.age, a.old = time.Unix(a.at, 0).UTC().Year()-v.BirthYear-1, true
	case v.Adult != nil && *v.Adult:
		a.age = mission.AgeDefault
	case v.Adult != nil:
		a.age = mission.AgeMin
	}
}

// locate finds the place, the radius and the scale.
func (a *ask) locate() {
	p, placed := a.who.Position()
	if f := a.filter.Point; f != nil {
		p, placed = *f, true
	}
	a.from, a.placed = p.Vec(), placed
	if a.askedKm = a.who.RadiusKm; a.askedKm == 0 {
		a.askedKm = map[string]float64{"foot": 5, "bike": 10, "transit": 20, "car": 30}[a.who.Mobility]
	}
	if r := a.filter.RadiusKm; r > 0 {
		a.askedKm, a.strict = r, true
	}
	a.radiusKm = a.askedKm
	if placed {
		a.nearKm = a.scaleAt(geo.CellAt(p, mission.ScaleLevel))
	}
}

// scaleAt gives L of calm and normal missions in a cell: a share of the distance
// from its centre to the n-th nearest mission that is to be had at a place.
func (n *moment) scaleAt(c geo.Cell) float64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l, ok := n.scales[c]; ok {
		return l
	}
	center, d := c.CenterVec(), n.rules.Policy.Distance
	var all []float64
	for i := range n.rows {
		if r := &n.rows[i]; n.stands[i].barred == "" && r.Placed() {
			nearest := 5.0 // no squared chord is above 4
			for k := range r.sites {
				nearest = min(nearest, center.Chord2(r.sites[k].at))
			}
			all = append(all, nearest)
		}
	}
	l := d.ScaleMaxKm
	if len(all) >= d.ScaleRank {
		slices.Sort(all)
		l = math.Max(d.ScaleMinKm, math.Min(d.ScaleMaxKm, d.ScaleFactor*arcKm(all[d.ScaleRank-1])))
	}
	n.scales[c] = l
	return l
}

// km is the distance of two places on the great circle, and arcKm that of the
// squared chord between them.
func km(v, w geo.Vec) float64 { return arcKm(v.Chord2(w)) }

func arcKm(chord2 float64) float64 {
	return 2 * geo.EarthRadiusKm * math.Asin(math.Min(1, math.Sqrt(chord2)/2))
}

// scaleOf gives L of a mission.
func (a *ask) scaleOf(i int) float64 { return a.scale(i, a.nearKm) }

// scale gives L of a mission, where that of calm and normal ones is l: urgent
// ones and those in a crisis draw from farther away.
func (n *moment) scale(i int, l float64) float64 {
	d := &n.rules.Policy.Distance
	switch n.rows[i].Urgency {
	case mission.UrgencyUrgent:
		l = math.Max(l, d.UrgentMinKm)
	case mission.UrgencyVital:
		l = math.Max(l, d.VitalMinKm)
	}
	return math.Max(l, n.stands[i].reachKm)
}

// urgentReach is how many scales far an urgent mission, or one in a crisis that
// gives a reach, is shown to those whose record has a smaller radius.
const urgentReach = 1.5

// reachOf gives how far a mission may be.
func (a *ask) reachOf(i int) float64 {
	most := a.rules.Policy.Distance.MaxKm
	urgency := a.rows[i].Urgency
	switch {
	case a.radiusKm == 0:
		return most
	case a.strict:
		return a.radiusKm
	case urgency == mission.UrgencyUrgent || urgency == mission.UrgencyVital || a.stands[i].reachKm > 0:
		return math.Min(most, math.Max(a.radiusKm, urgentReach*a.scaleOf(i)))
	}
	return math.Min(most, a.radiusKm)
}

// bars says why a mission is not for this person wherever it is, "" if it is.
func (a *ask) bars(i int) string {
	r, s := &a.rows[i], &a.stands[i]
	switch {
	case s.barred != "":
		return s.barred
	case len(a.excluded) > 0 && a.excluded[r.ID]:
		return "it was to be left out"
	case a.age >= 0 && a.age < s.minAge:
		return "they are too young for it"
	case a.old && a.age > r.MaximumAge():
		return "they are too old for it"
	case !a.filter.passes(r, ""):
		return "it does not meet the filter"
	}
	for _, s := range r.Skills {
		if s.Required && !slices.Contains(a.who.Skills, s.ID) {
			return "it asks for a skill that they lack"
		}
	}
	return ""
}

// nearest gives the nearest address that meets the filter, any where no place
// is known; -1 if there is none.
func (a *ask) nearest(r *row) (at int, distance float64) {
	at, least := -1, 5.0
	for k := range r.sites {
		if d := a.filter.Departments; len(d) > 0 && !slices.Contains(d, r.sites[k].Department) {
			continue
		}
		if c := a.from.Chord2(r.sites[k].at); c < least {
			at, least = k, c
		}
	}
	if !r.Placed() || at < 0 {
		return -1, math.Inf(1)
	}
	return at, arcKm(least)
}

// way gives how somebody would do a mission: at its nearest address, or from
// afar; ok is false if neither can be.
func (a *ask) way(i int) (distance float64, distanceKm float64, afar, ok bool) {
	r, d := &a.rows[i], &a.rules.Policy.Distance
	distanceKm = -1
	if at, km := a.nearest(r); at >= 0 && a.wants != mission.RemoteOnly {
		switch {
		case !a.placed:
			distance, ok = 1, true
		case km <= a.reachOf(i):
			distance, distanceKm, ok = math.Exp(-math.Max(0, km-d.FreeKm)/a.scaleOf(i)), km, true
		}
	}
	remote := r.Mission.Remote
	may := remote == mission.RemoteFull || remote == mission.RemotePossible && !a.strict
	if !may || a.wants == mission.RemoteNo || len(a.filter.Departments) > 0 {
		return distance, distanceKm, false, ok
	}
	home := d.Remote
	if !a.placed {
		home = 1
	}
	if w := a.rules.Policy.Weights.Distance; !ok || power(home, w) > power(distance, w) {
		return home, -1, true, true
	}
	return distance, distanceKm, false, true
}

// affinity says how much a mission is what they chose.
func (a *ask) affinity(r *row) float64 {
	p := &a.rules.Policy.Affinity
	if a.domains.empty() && a.activities.empty() {
		return 1
	}
	value := p.Other
	switch {
	case r.activities.meets(&a.activities):
		value = p.Activity
	case r.domains.meets(&a.domains):
		value = p.Domain
	case r.domains.meets(&a.adjacent):
		value = p.Adjacent
	}
	if len(r.Skills) == 0 {
		return value
	}
	held := 0
	for _, s := range r.Skills {
		if slices.Contains(a.who.Skills, s.ID) {
			held++
		}
	}
	return math.Min(1, value+p.SkillBonus*float64(held)/float64(len(r.Skills)))
}

// availability says whether one of the mission's times suits them.
func (a *ask) availability(s *stand) float64 {
	if a.free == 0 || s.days == 0 || a.free&s.days != 0 {
		return 1
	}
	return a.rules.Policy.Availability.NoneFits
}

// Widened is a radius and what it was widened to.
type Widened struct {
	AskedKm float64 `json:"asked_km"`
	ToKm    float64 `json:"to_km"`
}

// widen widens the radius to the least whole number of kilometres that holds as
// many missions at places as asked for, if it holds fewer and there are some
// beyond; nil if it does not.
func (a *ask) widen() *Widened {
	most, limit := a.rules.Policy.Distance.MaxKm, a.request.Limit
	if !a.placed || a.askedKm == 0 || a.askedKm >= most || a.wants == mission.RemoteOnly {
		return nil
	}
	var near []float64
	for i := range a.rows {
		if a.bars(i) != "" {
			continue
		}
		if _, km := a.nearest(&a.rows[i]); km <= most {
			near = append(near, km)
		}
	}
	slices.Sort(near)
	if len(near) == 0 || near[min(len(near), limit)-1] <= a.askedKm {
		return nil
	}
	a.radiusKm = most
	if len(near) >= limit {
		a.radiusKm = math.Min(most, math.Ceil(near[limit-1]))
	}
	return &Widened{AskedKm: a.askedKm, ToKm: a.radiusKm}
}

// found is a mission that they may be shown.
type found struct {
	i            int // row
	affinity     float64
	distance     float64
	availability float64
	km           float64 // -1: no distance plays a part
	afar         bool
	score        bounds
	key          float64 // what it is ordered by
}

// find scores every mission there is.
func (a *ask) find() []found {
	w := a.rules.Policy.Weights
	var all []found
	for i := range a.rows {
		if a.bars(i) != "" {
			continue
		}
		distance, km, afar, ok := a.way(i)
		if !ok {
			continue
		}
		f := found{i: i, affinity: a.affinity(&a.rows[i]), distance: distance, availability: a.availability(&a.stands[i]), km: km, afar: afar}
		own := power(f.affinity, w.Affinity) * power(f.distance, w.Distance)
		most := own * power(f.availability, w.Availability)
		f.score = bounds{most * a.stands[i].all.least, most * a.stands[i].all.most}
		if !a.rows[i].sure {
			f.score = bounds{0, own * a.stands[i].all.most}
		}
		f.key = (f.score.least + f.score.most) / 2
		all = append(all, f)
	}
	return all
}
