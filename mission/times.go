package mission

import (
	"time"
	"unicode/utf8"
)

func lastRune(s string) (rune, int) { return utf8.DecodeLastRuneInString(s) }

// times gives the mission's dates as instants, in the time zone of its first
// location.
func (in *Intake) times(f *faults, m *Mission) Times {
	t := Times{Zone: in.zoneOf(m)}
	loc := in.zones.Location(t.Zone)
	t.Starts = instant(f, "/starts_at", m.StartsAt.First, loc)
	t.Ends = instant(f, "/ends_at", m.EndsAt.Last, loc)
	t.ApplyBefore = instant(f, "/apply_before", m.ApplyBefore.Last, loc)
	t.Published = instant(f, "/published_at", m.PublishedAt.First, loc)
	if t.Starts != 0 && t.Ends != 0 && t.Ends < t.Starts {
		f.add("/ends_at", "is before starts_at")
	}
	if len(m.Slots) == 0 && m.DateType == DateOnce && t.Starts != 0 {
		t.Days = daysBetween(t.Starts, max(t.Ends, t.Starts), m.StartsAt.Bare(), loc)
	}
	for i := range m.Slots {
		t.Slots = append(t.Slots, in.slotTimes(f, at("/slots", i), &m.Slots[i], loc))
	}
	return t
}

// zoneOf gives the time zone of the mission's first location.
func (in *Intake) zoneOf(m *Mission) string {
	if len(m.Locations) == 0 {
		return zoneDefault
	}
	l := &m.Locations[0]
	if d, ok := in.Places.Department(l.Department); ok && french(l.Country) {
		return d.TimeZone
	}
	if p, ok := l.Point(); ok {
		if z := in.Places.TimeZoneAt(p); z != "" {
			return z
		}
	}
	return zoneDefault
}

// instant reads one moment as Unix seconds, 0 for none.
func instant(f *faults, pointer string, read func(*time.Location) (time.Time, error), loc *time.Location) int64 {
	t, err := read(loc)
	if err != nil {
		f.add(pointer, "%s", err)
		return 0
	}
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func (in *Intake) slotTimes(f *faults, pointer string, s *Slot, loc *time.Location) SlotTimes {
	var t SlotTimes
	bare := s.StartsAt.Bare()
	if s.Date != "" {
		if !Moment(s.Date).Bare() {
			f.add(pointer+"/date", "%q is not a date (2026-11-22)", s.Date)
			return t
		}
		t.Starts = instant(f, pointer+"/date", Moment(s.Date).First, loc)
		t.Ends = instant(f, pointer+"/date", Moment(s.Date).Last, loc)
		if p, ok := partOf(s.Part); ok && t.Starts != 0 {
			day := time.Unix(t.Starts, 0).In(loc)
			y, mo, d := day.Date()
			t.Starts = time.Date(y, mo, d, p.from, 0, 0, 0, loc).Unix()
			t.Ends = time.Date(y, mo, d, p.to, 0, 0, 0, loc).Unix()
		}
		bare = s.Part == ""
	} else {
		t.Starts = instant(f, pointer+"/starts_at", s.StartsAt.First, loc)
		t.Ends = instant(f, pointer+"/ends_at", s.EndsAt.Last, loc)
	}
	if t.Starts != 0 && t.Ends != 0 && t.Ends < t.Starts {
		f.add(pointer+"/ends_at", "is before starts_at")
	}
	if t.Starts != 0 {
		t.Days = daysBetween(t.Starts, max(t.Ends, t.Starts), bare, loc)
	}
	return t
}

// eveningHour is when an evening begins.
const eveningHour = 18

// daysBetween gives the times of the week that a span touches; one that ends
// as the evening begins does not touch it. A bare day may be any hour of it,
// and a span of a week touches all.
func daysBetween(starts, ends int64, bare bool, loc *time.Location) (days DayMask) {
	from, to := time.Unix(starts, 0).In(loc), time.Unix(ends, 0).In(loc)
	if to.Sub(from) >= 7*24*time.Hour {
		return Weekday | Evening | Weekend
	}
	y, m, d := from.Date()
	if bare && ends == starts {
		to = from.AddDate(0, 0, 1)
	}
	touches := func(a, b time.Time) bool { return from.Before(b) && (to.After(a) || !from.Before(a)) }
	hour := func(h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, loc) }
	for ; !hour(0).After(to); d++ {
		day, evening, next := hour(0), hour(eveningHour), hour(24)
		if touches(day, evening) && (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) {
			days |= Weekend
		} else if touches(day, evening) {
			days |= Weekday
		}
		if touches(evening, next) {
			days |= Evening
		}
		if touches(day, next) && holiday(day) {
			days |= Holiday
		}
	}
	return days
}

// holiday says whether a day is one of the eleven public holidays of France.
func holiday(t time.Time) bool {
	y, m, d := t.Date()
	switch int(m)*100 + d {
	case 101, 501, 508, 714, 815, 1101, 1111, 1225:
		return true
	}
	easter := easterSunday(y)
	after := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(easter).Hours() / 24)
	return after == 1 || after == 39 || after == 50
}

// easterSunday gives Easter by the anonymous Gregorian algorithm (Meeus,
// Astronomical Algorithms, chapter 8).
func easterSunday(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month, day := (h+l-7*m+114)/31, (h+l-7*m+114)%31+1
	return time.Date(y, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}
