package world

import (
	"strconv"

	"renfort/mission"
)

// draft is a mission in the making: what was drawn so far.
type draft struct {
	*World
	dice
	kind     kind
	template *template
	by       organizer
	town     int
	mission  mission.Mission
}

// Mission gives the i-th mission. It is a pure function of the Config and i,
// for any i from 0 on: Config.Missions says how many the world has, and only
// sizes its associations. What it returns shares nothing with other calls.
func (w *World) Mission(i int) mission.Mission {
	d := draft{World: w, dice: throwFor(w.config.Seed, streamMission, uint64(i))}
	d.kind = kind(w.kinds.spin(&d.dice))
	d.template = &w.library.templates[w.library.wheels[d.kind].spin(&d.dice)]
	d.settle()
	d.mission = mission.Mission{
		ID:           id("w:", i),
		Publisher:    d.by.publisher,
		Revision:     1,
		Organization: d.by.ref(),
		Domains:      clone(d.template.domains),
		Activities:   []string{d.template.activity},
		Audiences:    clone(d.template.audiences),
		Skills:       clone(d.template.skills),
		Requirements: clone(d.template.requirements),
		Remote:       d.remote(),
		Urgency:      d.urgency(),
		Booking:      mission.BookingHere,
		State:        mission.StateOpen,
		URL:          id("https://benevolat.example/missions/", i),
	}
	if d.by.elsewhere {
		d.mission.Booking = mission.BookingElsewhere
	}
	d.address()
	d.seat()
	d.word()
	d.adorn()
	d.date()
	return d.mission
}

// id numbers a record with at least six digits.
func id(prefix string, i int) string {
	var b [64]byte
	s := append(b[:0], prefix...)
	for most := 100_000; most > i && most > 1; most /= 10 {
		s = append(s, '0')
	}
	return string(strconv.AppendInt(s, int64(i), 10))
}

// clone copies a list, and leaves an empty one out.
func clone[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return append(make([]T, 0, len(list)), list...)
}

// The shares of organizers and of the crisis, per mille.
const (
	nationalPerMille = 120 // of missions, run by an association of the whole country
	ripplePerMille   = 100 // of urgent missions, beside the crisis in its valley
)

// settle draws the town and who runs the mission there.
func (d *draft) settle() {
	domain := d.template.domains[0]
	switch {
	case d.kind == vital, d.kind == urgent && d.chance(ripplePerMille):
		d.town = d.atlas.valleyTown(&d.dice)
		d.by = d.localOrganizer(&d.dice, domain, d.town)
		d.by.publisher, d.by.elsewhere = publishers[0].id, false
		return
	}
	d.town = d.atlas.town(&d.dice)
	if d.chance(nationalPerMille) {
		d.by = d.nationalOrganizer(&d.dice, domain, d.town)
	} else {
		d.by = d.localOrganizer(&d.dice, domain, d.town)
	}
}

// remote says where the mission is done. A template that can be done from
// anywhere is offered so by half of those who use it.
func (d *draft) remote() string {
	if d.template.remote == mission.RemotePossible && d.chance(500) {
		return mission.RemoteNo
	}
	return d.template.remote
}

func (d *draft) urgency() string {
	switch d.kind {
	case calm:
		return mission.UrgencyCalm
	case urgent:
		return mission.UrgencyUrgent
	case vital:
		return mission.UrgencyVital
	}
	return mission.UrgencyNormal
}

// The shares of what else is said, per mille.
const (
	closingPerMille   = 500 // end with a practical sentence
	titleCityPerMille = 150 // name the town in the title
	explicitPerMille  = 500 // say that one must be 18, which is the default
	wheelchair        = "wheelchair"
	wheelchairHere    = 80     // beside the templates that say so
	cityTransitMin    = 50_000 // people from which a town has buses nearly everywhere
	qpvPerMille       = 60     // lie in a priority neighbourhood
)

// word writes the title and the description.
func (d *draft) word() {
	m, city := &d.mission, d.by.home.name
	m.Title = fill(oneOf(&d.dice, d.template.titles), city, d.by.name)
	if m.Placed() && len(m.Locations) == 1 && d.chance(titleCityPerMille) {
		m.Title += " – " + city
	}
	text := d.template.text
	if d.kind != vital && d.chance(closingPerMille) {
		text += "\n\n" + oneOf(&d.dice, d.library.lists["closings"])
	}
	m.Description = fill(text, city, d.by.name)
	m.Commitment = &mission.Commitment{Hours: float64(d.template.hours), Per: d.template.per}
	if m.DateType == mission.DateOnce && !d.template.once {
		m.Commitment.Per = "total"
	}
}

// adorn adds ages, tags and what makes a mission easy to come to.
func (d *draft) adorn() {
	m, tags := &d.mission, d.library.lists["tags"]
	if d.template.age > 0 {
		m.MinAge = new(d.template.age)
	} else if d.chance(explicitPerMille) {
		m.MinAge = new(mission.AgeDefault)
	}
	for n, first := d.below(3), d.below(len(tags)); n > 0; n-- {
		m.Tags = append(m.Tags, tags[(first+n*7)%len(tags)])
	}
	m.Accessibility = clone(d.template.access)
	if m.Accessibility == nil && d.chance(wheelchairHere) {
		m.Accessibility = []string{wheelchair}
	}
	m.NearTransit = d.chance(150)
	if d.by.home.population >= cityTransitMin {
		m.NearTransit = d.chance(800)
	}
	if d.chance(qpvPerMille) {
		m.Attributes = map[string]any{"qpv": true}
	}
	if d.by.national {
		m.Group = d.by.id + ":" + d.template.id
	}
}

// addressesMax is the most addresses a mission has: the fire stations of the
// department that has most of them.
const addressesMax = 164

// addresses draws how many addresses the mission has. Local associations have
// one, seldom a few; those of the whole country may call for people all over a
// department.
func (d *draft) addresses() int {
	switch {
	case d.kind == remote && d.chance(500):
		return 0
	case d.kind == vital, d.kind == remote:
		return 1
	}
	n := d.below(1000)
	if !d.by.national {
		switch {
		case n < 5:
			return d.between(5, 12)
		case n < 45:
			return d.between(2, 4)
		}
		return 1
	}
	switch {
	case n < 10:
		return min(addressesMax, 30+d.below(90)+d.below(90))
	case n < 95:
		return d.between(6, 39)
	case n < 215:
		return d.between(2, 5)
	}
	return 1
}

// address fills the locations: the first in the town, more in the town or its
// department.
func (d *draft) address() {
	n := d.addresses()
	if n == 0 {
		return
	}
	d.mission.Locations = make([]mission.Location, n)
	coordinates := make([]float64, 2*n)
	for i := range d.mission.Locations {
		town := d.town
		if i > 0 && (d.by.national || d.chance(400)) {
			town = d.atlas.townOf(d.atlas.places[d.town].department, &d.dice)
		}
		d.locate(&d.mission.Locations[i], &d.atlas.places[town], coordinates[2*i:2*i+2])
		if n > 1 {
			d.mission.Locations[i].ID = "l" + strconv.Itoa(i+1)
		}
	}
}

// locate writes one address.
func (d *draft) locate(l *mission.Location, p *place, coordinates []float64) {
	at := p.somewhere(&d.dice)
	coordinates[0], coordinates[1] = at.Lat, at.Lon
	l.Lat, l.Lon = &coordinates[0], &coordinates[1]
	l.Label = strconv.Itoa(d.between(1, 120)) + ", " + oneOf(&d.dice, d.library.lists["streets"])
	l.City, l.INSEE, l.Department, l.Country = p.city, p.insee, p.department, "FR"
	l.PostalCode = oneOf(&d.dice, p.postalCodes)
}
