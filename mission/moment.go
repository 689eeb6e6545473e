package mission

import (
	"fmt"
	"time"
)

// Moment is a time as a caller wrote it: RFC 3339, or a bare date, which is a
// whole day at the mission's place. "" is none.
type Moment string

// Bare says whether the moment is a whole day.
func (m Moment) Bare() bool { return len(m) == len(time.DateOnly) }

// yearMin and yearMax bound the dates that can be meant.
const yearMin, yearMax = 1900, 2200

// First gives the moment's first instant, at loc if it is a bare date. The
// zero time stands for "".
func (m Moment) First(loc *time.Location) (time.Time, error) {
	return m.instant(loc, 0)
}

// Last gives the moment's last instant: of the day if it is a bare date.
func (m Moment) Last(loc *time.Location) (time.Time, error) {
	return m.instant(loc, 1)
}

func (m Moment) instant(loc *time.Location, days int) (time.Time, error) {
	if m == "" {
		return time.Time{}, nil
	}
	if !m.Bare() {
		t, err := time.Parse(time.RFC3339, string(m))
		if err != nil || t.Year() < yearMin || t.Year() > yearMax {
			return time.Time{}, fmt.Errorf("%q is neither a date (2026-11-22) nor a time (2026-11-22T08:00:00+01:00)", string(m))
		}
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, string(m), loc)
	if err != nil || t.Year() < yearMin || t.Year() > yearMax {
		return time.Time{}, fmt.Errorf("%q is not a date that can be", string(m))
	}
	if days > 0 {
		// AddDate and not 24 hours: the day a clock changes is longer or shorter.
		t = t.AddDate(0, 0, days).Add(-time.Second)
	}
	return t, nil
}

// part is a share of a day, in hours of the place's clock.
type part struct{ from, to int }

// partOf gives the hours of a named part of the day.
func partOf(name string) (part, bool) {
	switch name {
	case "morning":
		return part{8, 12}, true
	case "afternoon":
		return part{13, 18}, true
	case "evening":
		return part{18, 22}, true
	case "day":
		return part{8, 18}, true
	}
	return part{}, false
}
