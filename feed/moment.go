package feed

import (
	"strconv"
	"strings"
	"time"

	"renfort/mission"
)

// layouts are how dates are written besides RFC 3339; those in daily are days,
// those in clock times without a zone.
var (
	daily = []string{"02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006", "2006/01/02", "20060102"}
	clock = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
		"02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006 15h04", "02-01-2006 15:04"}
	zoned = []string{"2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700",
		"2006-01-02T15:04Z07:00", time.RFC1123Z, time.RFC1123}
)

// moment reads a date. One that cannot be read is left out and told.
func (b *builder) moment(what string, f *field) mission.Moment {
	t := b.clean(what, f.text(), "")
	if t == "" || strings.HasPrefix(t, "0000-00-00") || t == "00/00/0000" {
		return ""
	}
	m, known := b.read(t)
	if m == "" {
		b.note(what, Unreadable, "%q is neither an ISO date nor dd/mm/yyyy and was left out", t)
	} else if !known {
		b.note(what, Rewritten, "%q was read as %s", t, string(m))
	}
	return m
}

// read gives the moment that a text means, "" for none, and whether it is
// written as the format has it.
func (b *builder) read(t string) (m mission.Moment, known bool) {
	if m = mission.Moment(t); b.possible(m) {
		return m, true
	}
	for i, layout := range daily {
		if d, err := time.Parse(layout, t); err == nil {
			return b.checked(d.Format(time.DateOnly)), i < 2
		}
	}
	for _, layout := range zoned {
		if d, err := time.Parse(layout, t); err == nil {
			return b.checked(d.Format(time.RFC3339)), false
		}
	}
	for _, layout := range clock {
		if d, err := time.ParseInLocation(layout, t, b.zone()); err == nil {
			return b.checked(d.Format(time.RFC3339)), false
		}
	}
	if n, err := strconv.ParseInt(t, 10, 64); err == nil && (len(t) == 10 || len(t) == 13) {
		if len(t) == 13 {
			n /= 1000
		}
		return b.checked(time.Unix(n, 0).UTC().Format(time.RFC3339)), false
	}
	return "", false
}

// possible says whether a moment is written as the contract has it.
func (b *builder) possible(m mission.Moment) bool {
	t, err := m.First(time.UTC)
	return err == nil && !t.IsZero()
}

// checked gives a moment, or none where nobody can mean the year.
func (b *builder) checked(t string) mission.Moment {
	if m := mission.Moment(t); b.possible(m) {
		return m
	}
	return ""
}

// zone is where a time without one is meant: at the mission's place.
func (b *builder) zone() *time.Location {
	name := "Europe/Paris"
	if ls := b.mission.Locations; len(ls) > 0 {
		if d, ok := b.options.Intake.Places.Department(b.stated(&ls[0])); ok {
			name = d.TimeZone
		}
	}
	return b.options.Zones.Location(name)
}
