package world

import (
	"cmp"
	"slices"

	"renfort/mission"
)

// Visitor is one person of a surge, with all that chance decides about them:
// what they will do is told but for what they are shown.
type Visitor struct {
	Volunteer  mission.Volunteer // a record, with the point where they live
	Department string            // where they live
	Second     int               // of their arrival, from 0
	// Direct is the mission that a link brought them to, -1 for those who come
	// to the list. Whoever follows a link wants what it leads to.
	Direct int
	// ReadSeconds is how long they read before they give up: 10 to 60. It takes
	// them TenthsPerResult a result, so that they look at 3 to 18.
	ReadSeconds int
	FormSeconds int // how long filling the form takes them, 45 to 180
	// Abandons says that they will leave any form unfinished: one in four.
	Abandons bool
	// Returns says that they go on after a disappointment, and come back once
	// if they leave with nothing: one in two. BackSeconds later, 5 to 30 minutes.
	Returns     bool
	BackSeconds int
	Twice       bool // sends every form a second time: one in ten
	// Waits says that they put their name on a waiting list if there is one: one
	// in two. AnswerPerMille places their answer to an offer in the law of
	// answering times of their channel.
	Waits          bool
	AnswerPerMille int

	domains, adjacent, activities uint64
	lat, lon, metersLon           int
}

// TenthsPerResult is the time that it takes to look at one result, in tenths of
// a second: 18 in a minute.
const TenthsPerResult = 33

// LooksAt gives how many results somebody looks at before they give up.
func (v *Visitor) LooksAt() int { return v.ReadSeconds * 10 / TenthsPerResult }

// What people do, per mille, and the seconds that it takes them.
const (
	readMin, readMax = 10, 60
	formMin, formMax = 45, 180
	backMin, backMax = 300, 1_800
	abandonPerMille  = 250
	returnPerMille   = 500
	directPerMille   = 300
	twicePerMille    = 100
	waitPerMille     = 500
)

// The shape of the hour: lambda(t) = base + S ((1-w) 1[t >= t0] + w e^-(t-t0)/tau),
// in thousandths of S, with a ramp in place of the step and an echo of the same
// shape and a third of the height.
const (
	surgeBase                = 60
	surgeLasting             = 300 // 1-w, w is 700
	startMin, startMax       = 300, 600
	rampMin, rampMax         = 60, 120
	tauMin, tauMax           = 600, 1_800
	echoMin, echoMax         = 1_500, 2_700 // behind t0
	echoShare                = 3            // one part in
	surgeUnit          int64 = 1_000_000    // S
)

// surgeShape draws the weight of every second. It counts in whole numbers: the
// exponential is what is left when one part in tau goes every second.
func surgeShape(d *dice) []int {
	start, ramp, tau := d.between(startMin, startMax), d.between(rampMin, rampMax), d.between(tauMin, tauMax)
	echo := start + d.between(echoMin, echoMax)
	weights := make([]int, SurgeSeconds)
	for t := range weights {
		weights[t] = int(surgeUnit * surgeBase / 1000)
	}
	add := func(from int, height int64) {
		burst := height * (1000 - surgeLasting) / 1000
		for t := from; t < SurgeSeconds; t++ {
			level := height*surgeLasting/1000 + burst
			if since := int64(t - from); since < int64(ramp) {
				level = level * since / int64(ramp)
			}
			weights[t] += int(level)
			burst -= burst / int64(tau)
		}
	}
	add(start, surgeUnit)
	add(echo, surgeUnit/echoShare)
	return weights
}

// invite draws the people, in the order of their arrival.
func (s *Surge) invite(w *World) {
	towns, times := s.surgeTowns(w), newWheel(s.PerSecond)
	order, links := s.linkWheel()
	s.People = make([]Visitor, s.Config.Arrivals)
	for i := range s.People {
		d := throwFor(s.Config.Seed, streamVisitor, uint64(i))
		v := &s.People[i]
		v.Second = times.spin(&d)
		v.Direct = -1
		if d.chance(directPerMille) {
			v.Direct = order[links.spin(&d)]
			v.Department = s.Sites[v.Direct].Department // a link goes round near by
		} else {
			v.Department = towns.department(&d)
		}
		v.settle(w, &d, towns.town(&d, w, v.Department), s.taxonomy)
		v.decide(&d)
	}
	slices.SortStableFunc(s.People, func(a, b Visitor) int { return cmp.Compare(a.Second, b.Second) })
	for i := range s.People {
		s.People[i].Volunteer.ID = id("sv-", i)
	}
}

// settle draws who somebody is: a volunteer of the world as a signup in a surge
// tells them, grown up and free, for something at a place.
func (v *Visitor) settle(w *World, d *dice, home *place, t *mission.Taxonomy) {
	v.Volunteer = w.person(d, home)
	p := &v.Volunteer
	p.Publisher, p.Revision = publishers[0].id, 1
	p.BirthYear, p.Adult, p.Availability, p.Skills, p.Remote = 0, new(true), nil, nil, "no"
	at := home.somewhere(d)
	p.Location = &mission.Place{Lat: &at.Lat, Lon: &at.Lon}
	v.lat, v.lon, v.metersLon = steps(at.Lat), steps(at.Lon), home.metersLon
	v.domains, v.activities = t.DomainMask(p.Domains), t.ActivityMask(p.Activities)[0]
	v.adjacent = t.Adjacent(v.domains)
}

// decide draws what somebody will do.
func (v *Visitor) decide(d *dice) {
	v.ReadSeconds, v.FormSeconds = d.between(readMin, readMax), d.between(formMin, formMax)
	v.Abandons, v.Returns, v.BackSeconds = d.chance(abandonPerMille), d.chance(returnPerMille), d.between(backMin, backMax)
	v.Twice, v.Waits, v.AnswerPerMille = d.chance(twicePerMille), d.chance(waitPerMille), d.below(1000)
}

// townWheels draws where somebody lives: the department by its people, the
// storm's so many times oftener, the town in it by Zipf's law: the n-th largest
// as often as one over n.
type townWheels struct {
	names   []string
	wheel   wheel            // names by people
	towns   map[string][]int // the places of each, largest first
	harmony map[int]wheel    // Zipf's wheels by size
}

func (s *Surge) surgeTowns(w *World) *townWheels {
	t := &townWheels{towns: map[string][]int{}, harmony: map[int]wheel{}}
	people := map[string]int{}
	for i, p := range w.atlas.places {
		t.towns[p.department] = append(t.towns[p.department], i)
		people[p.department] += p.population
		t.names = append(t.names, p.department)
	}
	t.names = distinct(t.names)
	weights := make([]int, len(t.names))
	for i, name := range t.names {
		weights[i] = people[name]
		if name == s.Department {
			weights[i] *= s.Config.StormTimes
		}
		slices.SortStableFunc(t.towns[name], func(a, b int) int {
			return cmp.Compare(w.atlas.places[b].population, w.atlas.places[a].population)
		})
	}
	t.wheel = newWheel(weights)
	return t
}

func (t *townWheels) department(d *dice) string { return t.names[t.wheel.spin(d)] }

func (t *townWheels) town(d *dice, w *World, department string) *place {
	towns := t.towns[department]
	n := len(towns)
	if _, ok := t.harmony[n]; !ok {
		t.harmony[n] = zipf(n)
	}
	return &w.atlas.places[towns[t.harmony[n].spin(d)]]
}

// zipfUnit is the weight of the first of a list under Zipf's law.
const zipfUnit = 1_000_000

// zipf is a wheel on which the n-th comes up as often as one over n.
func zipf(n int) wheel {
	weights := make([]int, n)
	for i := range weights {
		weights[i] = zipfUnit / (i + 1)
	}
	return newWheel(weights)
}

// linkWheel draws the mission that a link leads to, by Zipf's law over an order
// that the seed draws, since what is passed around has nothing to do with how
// many seats there are; those of the storm's department so many times oftener.
// Index i stands for mission order[i].
func (s *Surge) linkWheel() (order []int, w wheel) {
	order = make([]int, len(s.Sites))
	for i := range order {
		order[i] = i
	}
	fame := func(m int) uint64 { return mix(mix(s.Config.Seed+streamLink<<56) + uint64(m)) }
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(fame(a), fame(b)) })
	weights := make([]int, len(order))
	for i, m := range order {
		weights[i] = zipfUnit / (i + 1)
		if s.Sites[m].Department == s.Department {
			weights[i] *= s.Config.StormTimes
		}
	}
	return order, newWheel(weights)
}

// distinct gives the names there are, in order.
func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
