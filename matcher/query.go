package matcher

import (
	"math"
	"slices"
	"time"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// query is a Request made ready for one snapshot, with the scratch of one
// search. It is reused, and for one goroutine.
type query struct {
	snapshot *index.Snapshot
	policy   *mission.Policy
	inForce  bool // policy is the snapshot's: standings are known
	filter   *index.Filter
	nothing  index.Filter // what a request without a filter has
	request  *Request

	at        geo.Vec
	placed    bool
	scaleKm   [index.Classes]float64 // by class of reach; of crises the longest of any
	nearestKm float64                // to the scale_rank-th nearest, from the centre of the asking cell
	reachKm   [index.Classes]float64 // no place-bound mission farther away
	asked     float64                // radius asked for, 0 for none
	radius    float64                // that the reach was set for, 0 for none
	strict    bool                   // it was the request's, not the record's: urgency does not pass it
	reciprok  [index.Classes]float64 // weight / scale, by class

	domains    uint64
	adjacent   uint64
	activities mission.ActivityMask
	folded     uint64
	prefers    bool
	skills     []uint32 // terms, ascending
	skillBits  uint32   // the same, folded
	days       mission.DayMask
	wants      uint8
	age        int // the youngest that is known
	ageKnown   bool
	ageExact   bool // born is known, and so who is too old
	tie        uint64
	affinity   [4]float64 // to its weight: activity, domain, adjacent, other
	affinityUp [4]float64 // the same with the whole skill bonus
	remoteD    float64    // the remote factor to its weight
	noneFits   float64

	barred []uint32 // ordinals left out
	few    []uint32

	stamps   []uint32 // stamps[o] == stamp: ordinal o was looked at; closed(): by all its ways
	stamp    uint32
	heap     cellHeap
	near     []neighbour // the nearest missions that widen found
	around   bool        // near has every mission at places within reach
	caps     caps
	shelf    *index.Shelf // of the asking cell, nil for none
	raise    float64      // of its bounds
	fresh    []uint32     // missions to be looked at one by one
	alone    []uint32     // where they are more than the snapshot's
	walk     shelfWalk
	stocking stocking
	order    []*candidate // what the collectors kept, in the order of the page
	served   candidate    // the mission that nobody took, if it has its place by that
	decay    *decay
	batch    batch
	best     collectors
	spare    collectors       // for the search of the unserved place
	only     *caps            // nil: all; else missions that nobody took and that break no cap
	choosy   bool             // the filter chooses addresses
	plain    bool             // the filter lets everything through
	stamping bool             // some missions were looked at before the walk
	lines    []unsafe.Pointer // to be fetched
	twice    bool             // a mission may be met again
	scored   int
}

// The rows of affinity.
const (
	byActivity = iota
	byDomain
	byAdjacent
	byOther
	kinds // how many there are
)

// compile sets the query up.
func (q *query) compile(s *index.Snapshot, r *Request, zones *mission.Zones) error {
	q.snapshot, q.request = s, r
	q.policy, q.inForce = r.Policy, r.Policy == nil || r.Policy == s.Policy
	if q.inForce {
		q.policy = s.Policy
	}
	q.nothing = s.Everything()
	q.filter = &q.nothing
	if r.Filter != nil {
		q.filter = s.Compile(r.Filter, zones)
	}
	q.choosy, q.plain = q.filter.ChoosesAddresses(), q.filter.Any()
	q.scored, q.asked, q.strict, q.only, q.around = 0, 0, false, nil, false
	q.barred = q.barred[:0]
	seed := r.Seed
	switch {
	case r.Volunteer != "":
		row, ok := s.Volunteer(r.Volunteer)
		if !ok {
			return mission.Errorf(mission.NotFound, "no volunteer %q", r.Volunteer)
		}
		q.take(row)
		q.barred = s.Past(q.barred, r.Volunteer)
		seed = firstOf(seed, r.Volunteer)
	case r.Like != "":
		o, ok := s.Mission(r.Like)
		if !ok {
			return mission.Errorf(mission.NotFound, "no mission %q", r.Like)
		}
		q.takeMission(s.Missions.At(o))
		q.barred = append(q.barred, o)
	default:
		q.takeProfile(r.Profile)
		seed = firstOf(seed, r.Profile.ID)
	}
	q.tie = xxhash.Sum64String(firstOf(seed, "0"))
	for _, id := range r.Exclude {
		if o, ok := s.Mission(id); ok {
			q.barred = append(q.barred, o)
		}
	}
	slices.Sort(q.barred)
	q.takePlace()
	q.weigh()
	var cell geo.Cell
	if q.placed {
		cell = geo.CellOf(q.at, max(index.ShelfLevel, mission.ScaleLevel))
	}
	slot := q.shelfSlot(cell)
	q.setScales(cell, slot)
	q.setReach(q.asked)
	q.findShelf(cell, slot)
	return nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// take reads a stored volunteer's row.
func (q *query) take(v *index.Volunteer) {
	known := mission.Volunteer{BirthYear: int(v.BirthYear)}
	if v.Adult != 0 {
		adult := v.Adult == 2
		known.Adult = &adult
	}
	q.takeAge(&known)
	q.domains, q.activities, q.days, q.wants = v.Domains, v.Activities, v.Days, v.Remote
	q.skills = q.snapshot.Terms.At(v.Skills)
	q.placed = v.Cell != 0
	if q.placed {
		q.at = v.Cell.CenterVec()
	}
	q.asked = v.RadiusKm
}

func (q *query) takeAge(v *mission.Volunteer) {
	q.age, q.ageKnown = v.Age(time.Unix(q.snapshot.At, 0).UTC().Year())
	q.ageExact = v.BirthYear > 0
}

// ageFits says what mission.Volunteer.AgeFits says.
func (q *query) ageFits(least, most uint8) bool {
	return !q.ageKnown || q.age >= int(least) && (!q.ageExact || q.age <= int(most))
}

// takeProfile reads a volunteer of one request.
func (q *query) takeProfile(v *mission.Volunteer) {
	q.takeAge(v)
	t := q.snapshot.Taxonomy
	q.domains, q.activities, q.days, q.wants = t.DomainMask(v.Domains), t.ActivityMask(v.Activities), v.Days(), index.Wants(v.Remote)
	q.skills = nil
	for _, skill := range v.Skills {
		if n, ok := q.snapshot.Dictionary.Number(index.Skill, skill); ok {
			q.skills = append(q.skills, n)
		}
	}
	q.at, q.placed = v.Vec()
	q.asked = v.Reach()
}

// takeMission reads what somebody would be like for whom a mission is made.
func (q *query) takeMission(m *index.Mission) {
	q.takeAge(new(mission.Volunteer))
	q.domains, q.activities, q.days, q.wants = m.Domains, m.Activities, 0, index.WantsAlso
	q.skills = q.snapshot.Terms.At(m.Skills)
	if q.placed = m.Addresses.Len > 0; q.placed {
		q.at = q.snapshot.Addresses.At(m.Addresses.First).Vec
	}
	q.asked = 0
}

// takePlace lets the request's own place and radius go before the record's.
func (q *query) takePlace() {
	f := q.request.Filter
	if f == nil {
		return
	}
	if f.Point != nil {
		q.at, q.placed = f.Point.Vec(), true
	}
	if f.RadiusKm > 0 {
		q.asked, q.strict = f.RadiusKm, true
	}
}

// weigh raises the constants to their weights once.
func (q *query) weigh() {
	p := q.policy
	q.adjacent = q.snapshot.Taxonomy.Adjacent(q.domains)
	q.folded = q.activities[0] | q.activities[1] | q.activities[2] | q.activities[3]
	q.skillBits = index.SkillBits(q.skills)
	q.prefers = q.domains != 0 || q.folded != 0
	a := p.Affinity
	for i, v := range [...]float64{a.Activity, a.Domain, a.Adjacent, a.Other} {
		q.affinity[i] = power(v, p.Weights.Affinity)
		q.affinityUp[i] = q.affinity[i]
		if len(q.skills) > 0 {
			q.affinityUp[i] = power(min(1, v+a.SkillBonus), p.Weights.Affinity)
		}
	}
	q.remoteD = power(p.Distance.Remote, p.Weights.Distance)
	q.noneFits = power(p.Availability.NoneFits, p.Weights.Availability)
}

// setScales finds how far things are from here, in a cell of a level not above
// that of scales; slot is that of the cell's shelf, or nil.
func (q *query) setScales(cell geo.Cell, slot *index.ShelfSlot) {
	if !q.placed {
		return
	}
	d := &q.policy.Distance
	near := d.ScaleMaxKm
	if q.nearestKm = q.nearKm(d.ScaleRank, cell, slot); !math.IsInf(q.nearestKm, 1) { // 0 times infinity is no number
		near = min(max(d.ScaleFactor*q.nearestKm, d.ScaleMinKm), d.ScaleMaxKm)
	}
	vital := max(near, d.VitalMinKm)
	q.scaleKm = [index.Classes]float64{near, near, max(near, d.UrgentMinKm), vital, max(vital, near, d.UrgentMinKm, q.snapshot.Climate.Crises.MaxReachKm)}
	for i, l := range q.scaleKm {
		q.reciprok[i] = q.policy.Weights.Distance / l
	}
}

// nearKm gives the distance to the n-th nearest mission from the centre of the
// asking cell, infinite if there are fewer.
func (q *query) nearKm(rank int, cell geo.Cell, slot *index.ShelfSlot) float64 {
	s := q.snapshot.Scales
	if slot != nil {
		if shelf := slot.Peek(); shelf != nil && shelf.Scales == s.Name && s.Rank == rank {
			return shelf.RankKm
		}
	}
	measure := func(base *index.Snapshot, at geo.Vec, rank int) float64 { return nearest(q, base, at, rank) }
	if cell = cell.Parent(mission.ScaleLevel); s.Rank != rank {
		return measure(s.Base, cell.CenterVec(), rank)
	}
	return s.Km(cell, measure)
}

// urgentReach is how many scales far an urgent mission, or one that a crisis
// gives a reach, is shown to people whose own radius is less.
const urgentReach = 1.5

// setReach sets how far missions may be, for a radius of 0 or more km.
func (q *query) setReach(radius float64) {
	q.radius = radius
	for class := range q.reachKm {
		q.reachKm[class] = q.reachFor(uint8(class), q.scaleKm[class])
	}
}

// reachFor gives how far missions of a class and a scale may be.
func (q *query) reachFor(class uint8, scaleKm float64) float64 {
	most := q.policy.Distance.MaxKm
	switch {
	case !q.placed:
		return math.Inf(1)
	case q.radius <= 0:
		return most
	case q.strict:
		return q.radius
	case class >= index.Urgent:
		return min(max(q.radius, urgentReach*scaleKm), most)
	}
	return min(q.radius, most)
}

// scaleOf gives a mission's own scale: in a crisis at least its reach.
func (q *query) scaleOf(m *index.Mission) float64 {
	if m.Class != index.InCrisis {
		return q.scaleKm[m.Class]
	}
	return max(q.scaleKm[m.Urgency], q.snapshot.Climate.Crises.ReachKm(m))
}

// bars says whether the mission was left out for this person.
func (q *query) bars(o uint32) bool {
	if len(q.barred) <= 16 {
		return slices.Contains(q.barred, o)
	}
	_, found := slices.BinarySearch(q.barred, o)
	return found
}

// admits says whether the mission is for this person at all, places and age
// apart.
func (q *query) admits(e *index.Entry) bool {
	if len(q.barred) > 0 && q.bars(e.Ordinal) {
		return false
	}
	if e.Traits&index.NeedsOfSkills != 0 && e.Skills&q.skillBits == 0 {
		return false
	}
	if e.Traits&index.NeedsOfSkills == 0 && q.plain {
		return true
	}
	m := q.snapshot.Missions.At(e.Ordinal)
	return q.meetsRequired(m) && q.filter.Mission(m)
}

// meetsRequired says whether the person has every skill that is required.
func (q *query) meetsRequired(m *index.Mission) bool {
	for _, n := range q.snapshot.Terms.At(m.Skills)[:m.Required] {
		if !q.hasSkill(n) {
			return false
		}
	}
	return true
}

func (q *query) hasSkill(n uint32) bool { return slices.Contains(q.skills, n) }

// begin starts a search: nothing looked at, nothing found.
func (q *query) begin() {
	if n := int(q.snapshot.Rows); len(q.stamps) < n {
		q.stamps = make([]uint32, n+n/8+1024)
		q.stamp = 0
	}
	q.stamp += 2
	if q.stamp == 0 || q.stamp == 1 {
		clear(q.stamps)
		q.stamp = 2
	}
	q.stamping, q.twice = false, false
	q.heap = q.heap[:0]
}

// closed marks a mission that was looked at by all its ways.
func (q *query) closed() uint32 { return q.stamp + 1 }
