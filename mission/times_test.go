package mission_test

import (
	"strings"
	"testing"
	"time"

	"renfort/mission"
)

func mustLocation(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestMoment reads moments at places with other clocks, on the days their
// clocks change too.
func TestMoment(t *testing.T) {
	f := func(m mission.Moment, zone, wantFirst, wantLast string) {
		t.Helper()
		loc := mustLocation(t, zone)
		first, err := m.First(loc)
		last, err2 := m.Last(loc)
		if err != nil || err2 != nil {
			t.Errorf("%q at %s: got %v, %v", m, zone, err, err2)
			return
		}
		if got := first.UTC().Format(time.RFC3339); got != wantFirst {
			t.Errorf("%q at %s: first: got %s, want %s", m, zone, got, wantFirst)
		}
		if got := last.UTC().Format(time.RFC3339); got != wantLast {
			t.Errorf("%q at %s: last: got %s, want %s", m, zone, got, wantLast)
		}
	}
	f("2026-11-22", "Europe/Paris", "2026-11-21T23:00:00Z", "2026-11-22T22:59:59Z")
	f("2026-11-22", "Indian/Reunion", "2026-11-21T20:00:00Z", "2026-11-22T19:59:59Z")
	f("2026-11-22", "America/New_York", "2026-11-22T05:00:00Z", "2026-11-23T04:59:59Z")
	f("2026-03-29", "Europe/Paris", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z") // 23 hours
	f("2026-10-25", "Europe/Paris", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z") // 25 hours
	f("2024-02-29", "Europe/Paris", "2024-02-28T23:00:00Z", "2024-02-29T22:59:59Z")
	f("2026-11-22T08:00:00+01:00", "America/New_York", "2026-11-22T07:00:00Z", "2026-11-22T07:00:00Z")
	f("2026-11-22T08:00:00.5Z", "Europe/Paris", "2026-11-22T08:00:00Z", "2026-11-22T08:00:00Z")
	f("1900-01-01", "UTC", "1900-01-01T00:00:00Z", "1900-01-01T23:59:59Z")
	f("2200-12-31", "UTC", "2200-12-31T00:00:00Z", "2200-12-31T23:59:59Z")
	if first, err := mission.Moment("").First(time.UTC); err != nil || !first.IsZero() {
		t.Errorf("no moment: got %v, %v, want the zero time", first, err)
	}
	if !mission.Moment("2026-11-22").Bare() || mission.Moment("2026-11-22T08:00:00Z").Bare() || mission.Moment("").Bare() {
		t.Error("Bare: want true for a date alone")
	}
}

// TestMomentRefuses is what is no date.
func TestMomentRefuses(t *testing.T) {
	for _, m := range []mission.Moment{"2026-02-29", "2026-13-01", "2026-11-31", "22/11/2026", "tomorrow!!", "2026-11-22T08:00:00", "2026-11-22 08:00:00Z",
		"2026-11-22T25:00:00Z", "1899-12-31", "2201-01-01", "0000-00-00", "9999-12-31T00:00:00Z", "1", "2026-11-22T08:00:00+99:00"} {
		for name, read := range map[string]func(*time.Location) (time.Time, error){"First": m.First, "Last": m.Last} {
			if got, err := read(time.UTC); err == nil {
				t.Errorf("%q: %s: got %v, want an error", m, name, got)
			} else if !strings.Contains(err.Error(), string(m)) {
				t.Errorf("%q: %s: got %q, which does not name it", m, name, err)
			}
		}
	}
}

// TestDays gives a once-only mission's dates and wants the times of the week
// they touch.
func TestDays(t *testing.T) {
	const wd, ev, we, ho = mission.Weekday, mission.Evening, mission.Weekend, mission.Holiday
	in := mustIntake(t)
	f := func(starts, ends mission.Moment, want mission.DayMask) {
		t.Helper()
		m := validMission()
		m.DateType, m.StartsAt, m.EndsAt = mission.DateOnce, starts, ends
		if err := in.Mission(m); err != nil {
			t.Errorf("%s to %s: got %v", starts, ends, err)
			return
		}
		if got := m.Times.Days; got != want {
			t.Errorf("%s to %s: got %05b, want %05b (now, holiday, weekend, evening, weekday)", starts, ends, got, want)
		}
		m = validMission()
		m.Slots = []mission.Slot{{ID: "s", StartsAt: starts, EndsAt: ends}}
		if err := in.Mission(m); err != nil || m.Times.Slots[0].Days != want {
			t.Errorf("a slot from %s to %s: got %05b, %v, want %05b", starts, ends, m.Times.Slots[0].Days, err, want)
		}
	}
	f("2026-11-20T08:00:00+01:00", "2026-11-20T12:00:00+01:00", wd) // a Friday
	f("2026-11-20T14:00:00+01:00", "2026-11-20T18:00:00+01:00", wd)
	f("2026-11-20T14:00:00+01:00", "2026-11-20T20:00:00+01:00", wd|ev)
	f("2026-11-20T18:00:00+01:00", "2026-11-20T22:00:00+01:00", ev)
	f("2026-11-20T17:00:00Z", "2026-11-20T18:00:00Z", ev) // 18 h in Nice
	f("2026-11-20T20:00:00+01:00", "2026-11-21T11:00:00+01:00", ev|we)
	f("2026-11-20T20:00:00+01:00", "2026-11-21T00:00:00+01:00", ev)
	f("2026-11-21T09:00:00+01:00", "2026-11-22T17:00:00+01:00", we|ev)
	f("2026-11-21T09:00:00+01:00", "2026-11-21T17:00:00+01:00", we)
	f("2026-11-20", "2026-11-20", wd|ev)
	f("2026-11-20", "", wd|ev)
	f("2026-11-22", "", we|ev)
	f("2026-11-20T14:00:00+01:00", "", wd)
	f("2026-11-20T19:00:00+01:00", "", ev)
	f("2026-11-20", "2026-11-20T12:00:00+01:00", wd)
	f("2026-11-20", "2026-11-21", wd|ev|we)
	f("2026-11-16", "2026-11-20", wd|ev)
	f("2026-11-16", "2026-11-22", wd|ev|we)
	f("2026-11-16", "2027-11-16", wd|ev|we)
	f("2026-11-11T09:00:00+01:00", "2026-11-11T12:00:00+01:00", wd|ho)
	f("2026-05-01", "", wd|ev|ho)
	f("2026-07-14T20:00:00+02:00", "2026-07-14T23:00:00+02:00", ev|ho)
	f("2026-03-29T01:00:00+01:00", "2026-03-29T04:00:00+02:00", we) // the clock changes in between
	f("", "", 0)
}

// TestHolidays finds the eleven public holidays of three years, those that
// follow Easter among them, and no other day.
func TestHolidays(t *testing.T) {
	in := mustIntake(t)
	for year, moving := range map[string]string{"2024": "04-01 05-09 05-20", "2026": "04-06 05-14 05-25", "2038": "04-26 06-03 06-14"} {
		want := map[string]bool{}
		for _, d := range append(strings.Fields("01-01 05-01 05-08 07-14 08-15 11-01 11-11 12-25"), strings.Fields(moving)...) {
			want[d] = true
		}
		for day := mustDay(t, year+"-01-01"); day.Format("2006") == year; day = day.AddDate(0, 0, 1) {
			m := validMission()
			m.Slots = []mission.Slot{{ID: "s", Date: day.Format(time.DateOnly), Part: "morning"}}
			if err := in.Mission(m); err != nil {
				t.Fatal(err)
			}
			if got := m.Times.Slots[0].Days&mission.Holiday != 0; got != want[day.Format("01-02")] {
				t.Errorf("%s: holiday: got %v, want %v", day.Format(time.DateOnly), got, !got)
			}
		}
	}
}

func mustDay(t *testing.T, date string) time.Time {
	t.Helper()
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// TestZones places a mission and wants its bare days to be days there.
func TestZones(t *testing.T) {
	in := mustIntake(t)
	f := func(what string, l mission.Location, wantZone, wantEnd string) {
		t.Helper()
		m := validMission()
		m.Locations, m.EndsAt = []mission.Location{l}, "2026-12-01"
		if err := in.Mission(m); err != nil {
			t.Errorf("%s: got %v", what, err)
			return
		}
		end := time.Unix(m.Times.Ends, 0).UTC().Format(time.RFC3339)
		if m.Times.Zone != wantZone || end != wantEnd {
			t.Errorf("%s: got %s, %s, want %s, %s", what, m.Times.Zone, end, wantZone, wantEnd)
		}
	}
	at := func(lat, lon float64, country string) mission.Location {
		return mission.Location{Lat: &lat, Lon: &lon, Country: country}
	}
	f("Nice", at(43.7, 7.26, "FR"), "Europe/Paris", "2026-12-01T22:59:59Z")
	f("Saint-Denis by point", at(-20.88, 55.45, ""), "Indian/Reunion", "2026-12-01T19:59:59Z")
	f("Saint-Denis by code", mission.Location{PostalCode: "97400"}, "Indian/Reunion", "2026-12-01T19:59:59Z")
	f("Cayenne by commune", mission.Location{INSEE: "97302"}, "America/Cayenne", "2026-12-02T02:59:59Z")
	f("Papeete", at(-17.54, -149.57, "FR"), "Pacific/Tahiti", "2026-12-02T09:59:59Z")
	f("New York", at(40.71, -74.0, "US"), "America/New_York", "2026-12-02T04:59:59Z")
	f("New York, country left out", at(40.71, -74.0, ""), "America/New_York", "2026-12-02T04:59:59Z")
	f("London", at(51.507, -0.128, "GB"), "Europe/London", "2026-12-01T23:59:59Z")
	f("Genève", at(46.2, 6.14, "CH"), "Europe/Zurich", "2026-12-01T22:59:59Z")
	f("Tokyo", at(35.68, 139.69, "JP"), "Asia/Tokyo", "2026-12-01T14:59:59Z")
	m := &mission.Mission{ID: "m", Title: "Traduire", Remote: mission.RemoteFull, EndsAt: "2026-12-01"}
	if err := in.Mission(m); err != nil || m.Times.Zone != "Europe/Paris" {
		t.Errorf("from anywhere: got %q, %v, want Europe/Paris", m.Times.Zone, err)
	}
	if got := new(mission.Zones).Location("Mars/Olympus").String(); got != "Europe/Paris" {
		t.Errorf("a zone that is none: got %s, want Europe/Paris", got)
	}
}

// TestSlotTimes turns dates and parts of the day into instants at the place.
func TestSlotTimes(t *testing.T) {
	in := mustIntake(t)
	f := func(s mission.Slot, wantStarts, wantEnds string, want mission.DayMask) {
		t.Helper()
		s.ID = "s"
		m := validMission()
		m.Locations = []mission.Location{{PostalCode: "97400"}} // four hours before UTC
		m.Slots = []mission.Slot{s}
		if err := in.Mission(m); err != nil {
			t.Errorf("%+v: got %v", s, err)
			return
		}
		got := m.Times.Slots[0]
		starts, ends := time.Unix(got.Starts, 0).UTC().Format(time.RFC3339), time.Unix(got.Ends, 0).UTC().Format(time.RFC3339)
		if starts != wantStarts || ends != wantEnds || got.Days != want {
			t.Errorf("%+v: got %s to %s, %05b, want %s to %s, %05b", s, starts, ends, got.Days, wantStarts, wantEnds, want)
		}
	}
	const wd, ev = mission.Weekday, mission.Evening
	f(mission.Slot{Date: "2026-11-23", Part: "morning"}, "2026-11-23T04:00:00Z", "2026-11-23T08:00:00Z", wd)
	f(mission.Slot{Date: "2026-11-23", Part: "afternoon"}, "2026-11-23T09:00:00Z", "2026-11-23T14:00:00Z", wd)
	f(mission.Slot{Date: "2026-11-23", Part: "evening"}, "2026-11-23T14:00:00Z", "2026-11-23T18:00:00Z", ev)
	f(mission.Slot{Date: "2026-11-23", Part: "day"}, "2026-11-23T04:00:00Z", "2026-11-23T14:00:00Z", wd)
	f(mission.Slot{Date: "2026-11-23"}, "2026-11-22T20:00:00Z", "2026-11-23T19:59:59Z", wd|ev)
	f(mission.Slot{StartsAt: "2026-11-23", EndsAt: "2026-11-23"}, "2026-11-22T20:00:00Z", "2026-11-23T19:59:59Z", wd|ev)
	f(mission.Slot{}, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0)
}

// TestTimesRefuse is what cannot be when it is put together.
func TestTimesRefuse(t *testing.T) {
	in := mustIntake(t)
	f := func(what string, change func(*mission.Mission), pointer, want string) {
		t.Helper()
		m := validMission()
		change(m)
		wantInvalid(t, what, in.Mission(m), pointer, want)
	}
	f("an end before its start", func(m *mission.Mission) { m.StartsAt, m.EndsAt = "2026-11-22", "2026-11-21" }, "/ends_at", "before starts_at")
	f("a start that is none", func(m *mission.Mission) { m.StartsAt = "2026-02-30" }, "/starts_at", "not a date that can be")
	f("an end that is none", func(m *mission.Mission) { m.EndsAt = "soon" }, "/ends_at", "neither a date")
	f("an apply_before that is none", func(m *mission.Mission) { m.ApplyBefore = "soon" }, "/apply_before", "neither a date")
	f("a published_at that is none", func(m *mission.Mission) { m.PublishedAt = "soon" }, "/published_at", "neither a date")
	f("a slot's date with an hour", func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s", Date: "2026-11-22T08:00:00Z"}} }, "/slots/0/date", "not a date")
	f("a slot's date that is none", func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s", Date: "2026-02-30", Part: "day"}} }, "/slots/0/date", "not a date that can be")
	f("a slot that ends before it starts", func(m *mission.Mission) {
		m.Slots = []mission.Slot{{ID: "s", StartsAt: "2026-11-22T12:00:00Z", EndsAt: "2026-11-22T11:00:00Z"}}
	}, "/slots/0/ends_at", "before starts_at")
	m := validMission()
	m.StartsAt, m.EndsAt = "2026-11-22T23:00:00+01:00", "2026-11-22"
	wantValid(t, "a start on the last day", in.Mission(m))
}
