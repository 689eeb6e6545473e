package world

import (
	"strconv"
	"time"

	"renfort/mission"
)

const (
	secondsPerDay  = 86_400
	secondsPerHour = 3_600
)

// seatsUsualMax is the most seats outside the crisis.
const seatsUsualMax = 75

// seatWeights gives how often a mission with more than one seat has i+2: like
// one over the square, and people like round numbers.
func seatWeights() []int {
	weights := make([]int, seatsUsualMax-1)
	for i := range weights {
		n := i + 2
		weights[i] = 1_000_000 / (n * n)
		switch {
		case n%10 == 0:
			weights[i] *= 5
		case n%5 == 0:
			weights[i] *= 3
		}
	}
	return weights
}

// The shares of seats, per mille of all missions. What happens on a day needs
// more people at once than what happens every week; together two thirds have
// one seat.
const (
	seatsUnknown   = 50
	oneSeatOnce    = 510
	oneSeatWeekly  = 728
	hundredsVital  = 130 // of the crisis' missions that ask for no skill, have hundreds
	slotsOnce      = 320
	slotsWeekly    = 120
	slotsExact     = 350 // of slots, with hours instead of a part of the day
	slotSeats      = 600 // of missions whose slots could each have seats
	applyPerMille  = 150
	endlessWeekly  = 400 // of what happens every week, says no end
	weekendOnce    = 650
	onceAfterAll   = 50  // of templates that recur, offered for a day
	weeklyAfterAll = 150 // of those for a day, offered again and again
)

// seat draws whether the mission is for a day, and its seats.
func (d *draft) seat() {
	m := &d.mission
	once := d.chance(onceAfterAll)
	if d.template.once {
		once = d.kind == vital || !d.chance(weeklyAfterAll)
	}
	m.DateType = mission.DateRecurring
	single := oneSeatWeekly
	if once {
		m.DateType, single = mission.DateOnce, oneSeatOnce
	}
	n := d.below(1000)
	switch {
	case d.kind == vital && n < hundredsVital && len(d.template.skills) == 0:
		m.Seats = new(d.between(10, 60) * 10)
	case d.kind == vital:
		m.Seats = new(d.between(4, 60))
	case n < single:
		m.Seats = new(1)
	case n < single+seatsUnknown:
	default:
		m.Seats = new(d.World.seats.spin(&d.dice) + 2)
	}
}

// span is when a mission happens, in days from At: 0 is today.
type span struct {
	starts, ends int
	open         bool // no end is said; ends still bounds the slots
}

// date draws when the mission happens and since when it is known.
func (d *draft) date() {
	m, s, knownHours := &d.mission, span{}, 0
	switch {
	case d.kind == vital:
		s.starts = d.below(3)
		s.ends = s.starts + d.between(1, 8)
		knownHours = 20
	case m.DateType == mission.DateOnce:
		s.starts = d.startOnce()
		s.ends = s.starts + d.template.daysLong() - 1
		knownHours = 60 * 24
	default:
		s.starts, s.ends = d.between(-10, 30)-d.early(240), d.between(31, 350)
		s.open = d.chance(endlessWeekly)
		knownHours = 240 * 24
	}
	m.StartsAt = mission.Moment(d.day(s.starts))
	if !s.open {
		m.EndsAt = mission.Moment(d.day(s.ends))
	}
	if d.kind != vital && d.chance(applyPerMille) {
		m.ApplyBefore = d.applyBefore(s)
	}
	known := d.config.At.Unix() - int64(d.early(knownHours*secondsPerHour))
	m.PublishedAt = mission.Moment(time.Unix(known, 0).UTC().Format(time.RFC3339))
	share := slotsWeekly
	if m.DateType == mission.DateOnce {
		share = slotsOnce
	}
	if d.chance(share) {
		d.slots(s)
	}
}

// startOnce draws the day of something that happens once: soon rather than
// late, and on a weekend rather than not.
func (d *draft) startOnce() int {
	n := d.early(75)
	if d.by.home.overseas() {
		n++ // today is over in Nouméa before it is in Paris
	}
	if d.chance(weekendOnce) {
		for !weekend(d.today + n) {
			n++
		}
	}
	return n
}

// weekend says whether a day counted from 1970, which began on a Thursday, is
// a Saturday or a Sunday.
func weekend(day int) bool { return (day+5)%7 < 2 }

// daysLong gives how many days something that happens once takes: nobody
// works more than eight hours of one.
func (t *template) daysLong() int {
	if t.per != "total" {
		return 1
	}
	return (t.hours + 7) / 8
}

// applyBefore draws the last day to sign up: some days before a day that is
// near, within two months for what goes on.
func (d *draft) applyBefore(s span) mission.Moment {
	if d.mission.DateType == mission.DateRecurring {
		return mission.Moment(d.day(d.between(1, min(s.ends, 60))))
	}
	if s.starts < 2 {
		return ""
	}
	return mission.Moment(d.day(s.starts - d.between(1, min(s.starts-1, 5))))
}

// day writes a day as a bare date.
func (d *draft) day(n int) string {
	return time.Unix(int64(d.today+n)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}

// dayParts are the parts of a day that one after the other do not overlap,
// and their hours in UTC.
var dayParts = [...]struct{ name, from, to string }{
	{"morning", "T08:00:00Z", "T11:00:00Z"},
	{"afternoon", "T13:00:00Z", "T16:30:00Z"},
	{"evening", "T17:30:00Z", "T20:30:00Z"},
}

// slots draws the times that one may choose from: days or parts of a day for
// what happens once, the same day of coming weeks for what goes on.
func (d *draft) slots(s span) {
	m := &d.mission
	n, first, step := d.between(2, 6), max(s.starts, 1)+d.below(7), 7
	if m.DateType == mission.DateOnce {
		n, first, step = d.between(1, 3), s.starts, 1
	}
	// Hours are given in UTC, and fit the day only where it is Paris' day.
	exact, part := d.chance(slotsExact) && !d.by.home.overseas(), d.template.dayPart(&d.dice)
	for i := range n {
		day := first + i*step
		if s.starts == s.ends {
			day, part = first, i
		}
		if day > s.ends {
			break
		}
		m.Slots = append(m.Slots, d.slot(len(m.Slots), day, part, exact))
	}
	if m.Seats != nil && *m.Seats >= len(m.Slots) && len(m.Slots) > 0 && d.chance(slotSeats) {
		shareOut(*m.Seats, m.Slots)
	}
}

// dayPart gives the index of the part that the template happens in, any where
// it does not say.
func (t *template) dayPart(d *dice) int {
	for i, p := range dayParts {
		if p.name == t.part {
			return i
		}
	}
	return d.below(len(dayParts))
}

// slot writes one slot, at one of the addresses where there are several.
func (d *draft) slot(n, day, part int, exact bool) mission.Slot {
	s, p := mission.Slot{ID: "s" + strconv.Itoa(n+1)}, dayParts[part]
	switch date := d.day(day); {
	case exact:
		s.StartsAt, s.EndsAt = mission.Moment(date+p.from), mission.Moment(date+p.to)
	case d.template.part == "day" && d.mission.StartsAt != d.mission.EndsAt:
		s.Date, s.Part = date, "day"
	default:
		s.Date, s.Part = date, p.name
	}
	if len(d.mission.Locations) > 1 {
		s.Location = oneOf(&d.dice, d.mission.Locations).ID
	}
	return s
}

// shareOut gives each slot its part of the seats, the first the odd ones.
func shareOut(seats int, slots []mission.Slot) {
	for i := range slots {
		n := seats / len(slots)
		if i < seats%len(slots) {
			n++
		}
		slots[i].Seats = &n
	}
}
