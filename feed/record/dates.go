package record

import (
	"math"
	"strings"
	"time"

	"renfort/mission"
)

// The years that a date may be of, as mission.Moment has them.
const yearMin, yearMax = 1900, 2200

// millisecondsFrom tells Unix milliseconds from seconds: as seconds it would
// be the year 5138.
const millisecondsFrom = 1e11

// dates gives the mission's times and slots.
func (d *drafting) dates() {
	m := d.draft.Mission
	m.StartsAt = d.moment("start", d.StartsAt)
	m.EndsAt = d.moment("end", d.EndsAt)
	m.ApplyBefore = d.moment("last day to apply", d.ApplyBefore)
	m.PublishedAt = d.moment("publication", d.PublishedAt)
	d.order(m)
	d.slots(m)
}

// order leaves out an end before the start, which intake would refuse. Of a
// day and an instant of that day the day is what was meant.
func (d *drafting) order(m *mission.Mission) {
	if m.StartsAt == "" || m.EndsAt == "" {
		return
	}
	first, err := m.StartsAt.First(d.zone)
	last, err2 := m.EndsAt.Last(d.zone)
	if err != nil || err2 != nil {
		return
	}
	same := first.In(d.zone).Format(time.DateOnly) == last.In(d.zone).Format(time.DateOnly)
	switch {
	case same && m.StartsAt.Bare() != m.EndsAt.Bare():
		m.StartsAt, m.EndsAt = mission.Moment(first.In(d.zone).Format(time.DateOnly)), mission.Moment(last.In(d.zone).Format(time.DateOnly))
	case last.Before(first):
		d.drop("the end %s is before the start %s", m.EndsAt, m.StartsAt)
		m.EndsAt = ""
	}
}

// slots gives a slot for each day of the record's list, or each part of it.
func (d *drafting) slots(m *mission.Mission) {
	v, _ := at(d.tree, d.Dates.Each)
	list, _ := v.([]any)
	seen, more, bad := map[string]bool{}, 0, 0
	add := func(day, part string) {
		s := mission.Slot{ID: day, Date: day, Part: part}
		if part != "" {
			s.ID += "-" + part
		}
		switch {
		case seen[s.ID]:
		case len(m.Slots) == mission.SlotsMax:
			more++
		default:
			seen[s.ID] = true
			m.Slots = append(m.Slots, s)
		}
	}
	for _, e := range list {
		day := d.day(e)
		if day == "" {
			bad++
			continue
		}
		parts := d.parts(e)
		if len(parts) == 0 {
			add(day, "")
		}
		for _, p := range parts {
			add(day, p)
		}
	}
	if bad > 0 {
		d.drop("%d of %d dates that cannot be read", bad, len(list))
	}
	if more > 0 {
		d.drop("%d dates more than the %d slots a mission has", more, mission.SlotsMax)
	}
}

// day gives the day of an entry, which may be the day itself.
func (d *drafting) day(entry any) string {
	paths := d.Dates.Date
	if _, ok := entry.(map[string]any); !ok {
		paths = []Path{""}
	}
	for _, p := range paths {
		day := ""
		scalars(entry, p, func(v any) {
			if t, _, ok := d.time(v); ok && day == "" {
				day = t.Format(time.DateOnly)
			}
		})
		if day != "" {
			return day
		}
	}
	return ""
}

func (d *drafting) parts(entry any) (parts []string) {
	if d.Dates.Parts == "" {
		return nil
	}
	scalars(entry, d.Dates.Parts, func(v any) {
		if p, ok := d.Dates.Words[words(v)]; ok {
			parts = append(parts, p)
		}
	})
	return parts
}

// moment gives the first of the paths that is a time; one that is midnight is
// a day.
func (d *drafting) moment(what string, paths []Path) (m mission.Moment) {
	for _, p := range paths {
		scalars(d.tree, p, func(v any) {
			if m != "" {
				return
			}
			t, bare, ok := d.time(v)
			switch {
			case !ok && words(v) != "":
				d.drop("the %s %.40q is no date", what, words(v))
			case ok && bare:
				m = mission.Moment(t.Format(time.DateOnly))
			case ok:
				m = mission.Moment(t.Format(time.RFC3339))
			}
		})
		if m != "" {
			return m
		}
	}
	return ""
}

// layouts are how times are written that do not tell their zone.
func layouts() [7]string {
	return [...]string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "02/01/2006", "02/01/2006 15:04"}
}

// time reads a time in Unix seconds or milliseconds, or in words. bare says
// that it is a day: a date, or midnight there or in UTC.
func (d *drafting) time(v any) (t time.Time, bare, ok bool) {
	if s, isText := v.(string); isText {
		t, ok = d.written(strings.TrimSpace(s))
	}
	if f, isNumber := numeric(v); !ok && isNumber && math.Abs(f) < 1e15 {
		if math.Abs(f) >= millisecondsFrom {
			f /= 1000
		}
		t, ok = time.Unix(int64(f), 0).In(d.zone), true
	}
	if !ok || t.Year() <= yearMin || t.Year() >= yearMax {
		return time.Time{}, false, false
	}
	utc := t.UTC()
	if h, m, s := utc.Clock(); h+m+s == 0 {
		return utc, true, true
	}
	h, m, s := t.Clock()
	return t, h+m+s == 0, true
}

func (d *drafting) written(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		if h, m, sec := t.Clock(); h+m+sec == 0 {
			return t, true
		}
		return t.In(d.zone), true
	}
	for _, layout := range layouts() {
		if t, err := time.ParseInLocation(layout, s, d.zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
