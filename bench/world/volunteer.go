package world

import (
	"slices"

	"renfort/mission"
)

// Volunteer gives the i-th volunteer. It is a pure function of the Config and
// i, as Mission is. Their place is told by codes that the gazetteer knows.
func (w *World) Volunteer(i int) mission.Volunteer {
	d := throwFor(w.config.Seed, streamVolunteer, uint64(i))
	home := &w.atlas.places[w.atlas.town(&d)]
	v := w.person(&d, home)
	v.ID = id("wv-", i)
	v.Revision = 1
	v.Publisher = publishers[w.publishers.spin(&d)].id
	// Most platforms know both; some forms ask for one.
	n := d.below(100)
	if n < 95 {
		v.PostalCode = oneOf(&d, home.postalCodes)
	}
	if n >= 25 {
		v.INSEE = home.insee
	}
	return v
}

// The shares of what people tell, per mille.
const (
	preferPerMille    = 850 // say which domains they like
	activityPerMille  = 400 // of those, name activities too
	skillPerMille     = 300
	equipmentPerMille = 80
	languagePerMille  = 650 // say which languages they speak
	foreignPerMille   = 380 // of those, one more than French
	timePerMille      = 850
	radiusPerMille    = 250
	mobilityPerMille  = 600
	agePerMille       = 800 // say their year of birth
	adultPerMille     = 120 // say only that they are adults
	alertsPerMille    = 700
	crisisPerMille    = 450
)

// person draws somebody who lives in a commune, without id or codes.
func (w *World) person(d *dice, home *place) mission.Volunteer {
	var v mission.Volunteer
	if d.chance(preferPerMille) {
		w.prefer(d, &v)
	}
	l := w.library
	if d.chance(skillPerMille) {
		v.Skills = several(d, l.skills, d.between(1, 3))
	}
	if d.chance(equipmentPerMille) {
		v.Equipment = several(d, l.equipment, d.between(1, 2))
	}
	if d.chance(languagePerMille) {
		v.Languages = []string{"fr"}
		if d.chance(foreignPerMille) {
			v.Languages = append(v.Languages, l.languages.pick(d))
		}
	}
	if d.chance(timePerMille) {
		v.Availability = spareTime(d)
	}
	w.move(d, &v, home)
	w.born(d, &v)
	v.Remote = oneOf(d, remoteWishes[:])
	v.Consent = mission.Consent{Alerts: d.chance(alertsPerMille), Crisis: d.chance(crisisPerMille)}
	v.Channel = oneOf(d, channels[:])
	return v
}

// prefer draws one to three domains as often as there are missions for them,
// and sometimes activities of theirs.
func (w *World) prefer(d *dice, v *mission.Volunteer) {
	n := d.between(1, 3)
	v.Domains = make([]string, 0, n)
	for range n {
		if id := w.domainIDs[w.domains.spin(d)]; !slices.Contains(v.Domains, id) {
			v.Domains = append(v.Domains, id)
		}
	}
	if !d.chance(activityPerMille) {
		return
	}
	n = d.between(1, 3)
	v.Activities = make([]string, 0, n)
	for range n {
		a := oneOf(d, w.library.activities[oneOf(d, v.Domains)])
		if !slices.Contains(v.Activities, a) {
			v.Activities = append(v.Activities, a)
		}
	}
}

// several picks up to n different words.
func several(d *dice, from weighted, n int) []string {
	words := make([]string, 0, n)
	for range n {
		if s := from.pick(d); !slices.Contains(words, s) {
			words = append(words, s)
		}
	}
	return words
}

// The words people choose from, each as often as it is listed.
var (
	remoteWishes = [...]string{"", "", "", "no", "no", "no", "also", "also", "also", "also", "also", "only"}
	channels     = [...]string{"push", "push", "push", "push", "sms", "sms", "sms", "email", "email", "email"}
	radiusesKm   = [...]float64{3, 5, 5, 10, 10, 10, 15, 20, 20, 30, 50, 100}
	ruralMoves   = [...]string{"car", "car", "car", "car", "car", "bike", "foot"}
	urbanMoves   = [...]string{"transit", "transit", "transit", "foot", "bike", "bike", "car", "car"}
)

// spareTime draws when somebody is free: one to three of the times there are.
func spareTime(d *dice) []string {
	names := mission.AvailabilityNames()
	odds := [len(names)]int{350, 500, 550, 120, 100}
	free := make([]string, 0, 3)
	for i, name := range names {
		if len(free) < cap(free) && d.chance(odds[i]) {
			free = append(free, name)
		}
	}
	if len(free) == 0 {
		free = append(free, "weekend")
	}
	return free
}

// move draws how far somebody goes, and by what.
func (w *World) move(d *dice, v *mission.Volunteer, home *place) {
	if d.chance(radiusPerMille) {
		v.RadiusKm = oneOf(d, radiusesKm[:])
	}
	switch {
	case !d.chance(mobilityPerMille):
	case home.population >= cityTransitMin:
		v.Mobility = oneOf(d, urbanMoves[:])
	default:
		v.Mobility = oneOf(d, ruralMoves[:])
	}
}

// ages are who volunteers: of 100, how many are from least to most.
var ages = [...]struct{ share, least, most int }{
	{5, 16, 17}, {22, 18, 25}, {27, 26, 40}, {25, 41, 60}, {18, 61, 75}, {3, 76, 88},
}

// born draws the age and how much of it is told.
func (w *World) born(d *dice, v *mission.Volunteer) {
	n := d.below(1000)
	if n >= agePerMille {
		if n < agePerMille+adultPerMille {
			v.Adult = new(true)
		}
		return
	}
	a := ages[w.ages.spin(d)]
	v.BirthYear = w.config.At.Year() - d.between(a.least, a.most)
}
