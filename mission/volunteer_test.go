package mission_test

import (
	"fmt"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/mission"
)

// TestVolunteerLimits accepts every bounded field at its bound and refuses it
// one above.
func TestVolunteerLimits(t *testing.T) {
	const year = 2026
	f := func(limit string, most int, pointer, want string, set func(*mission.Volunteer, int)) {
		t.Helper()
		v := &mission.Volunteer{ID: "v1"}
		set(v, most)
		wantValid(t, limit+" at "+pointer, v.Validate(year, false))
		v = &mission.Volunteer{ID: "v1"}
		set(v, most+1)
		wantInvalid(t, limit+" at "+pointer+", one above", v.Validate(year, false), pointer, want)
	}
	f("IDBytesMax", mission.IDBytesMax, "/id", "at most 128", func(v *mission.Volunteer, n int) { v.ID = strings.Repeat("x", n) })
	f("IDBytesMax", mission.IDBytesMax, "/publisher", "at most 128", func(v *mission.Volunteer, n int) { v.Publisher = repeat(n) })
	f("RevisionMax", mission.RevisionMax, "/revision", "from 0 to", func(v *mission.Volunteer, n int) { v.Revision = int64(n) })
	f("RadiusKmMax", mission.RadiusKmMax, "/radius_km", "to 20000", func(v *mission.Volunteer, n int) { v.RadiusKm = float64(n) })
	f("EntriesMax", mission.EntriesMax, "/domains", "at most 32", func(v *mission.Volunteer, n int) { v.Domains = words(n) })
	f("EntriesMax", mission.EntriesMax, "/activities", "at most 32", func(v *mission.Volunteer, n int) { v.Activities = words(n) })
	f("EntriesMax", mission.EntriesMax, "/skills", "at most 32", func(v *mission.Volunteer, n int) { v.Skills = words(n) })
	f("EntriesMax", mission.EntriesMax, "/equipment", "at most 32", func(v *mission.Volunteer, n int) { v.Equipment = words(n) })
	f("EntriesMax", mission.EntriesMax, "/languages", "at most 32", func(v *mission.Volunteer, n int) { v.Languages = words(n) })
	f("WordLettersMax", mission.WordLettersMax, "/skills/0", "at most 500", func(v *mission.Volunteer, n int) { v.Skills = []string{repeat(n)} })
	f("AgeMin", year-mission.AgeMin, "/birth_year", "surely under 16", func(v *mission.Volunteer, n int) { v.BirthYear = n })
	f("BirthYearMin, from below", -mission.BirthYearMin, "/birth_year", "from 1900", func(v *mission.Volunteer, n int) { v.BirthYear = -n })
}

// TestVolunteerRefusals is everything else that a volunteer may not be.
func TestVolunteerRefusals(t *testing.T) {
	in := mustIntake(t)
	f := func(v mission.Volunteer, pointer, want string) {
		t.Helper()
		if v.ID == "" {
			v.ID = "v1"
		}
		wantInvalid(t, fmt.Sprintf("%+v", v), in.Volunteer(&v, today), pointer, want)
	}
	f(mission.Volunteer{ID: "a\nb"}, "/id", "control character")
	f(mission.Volunteer{RadiusKm: -1}, "/radius_km", "from 0")
	f(mission.Volunteer{Mobility: "horse"}, "/mobility", "not one of foot, bike, transit, car")
	f(mission.Volunteer{Remote: "full"}, "/remote", "not one of no, also, only")
	f(mission.Volunteer{Channel: "pigeon"}, "/channel", "not one of push, sms, email")
	f(mission.Volunteer{Availability: []string{"evening", "night"}}, "/availability/1", "not one of weekday, evening, weekend, holiday, now")
	f(mission.Volunteer{BirthYear: 2027}, "/birth_year", "to this year")
	f(mission.Volunteer{BirthYear: -5}, "/birth_year", "from 1900")
	f(mission.Volunteer{PostalCode: "99999"}, "/postal_code", "no postal code that the gazetteer knows")
	f(mission.Volunteer{PostalCode: "6000"}, "/postal_code", "no postal code") // never padded
	f(mission.Volunteer{INSEE: "6088"}, "/insee", "no commune")
	f(mission.Volunteer{Location: &mission.Place{Lat: new(43.7)}}, "/location", "half a point")
	f(mission.Volunteer{Location: &mission.Place{}}, "/location", "half a point")
	f(mission.Volunteer{Location: &mission.Place{Lat: new(0.0), Lon: new(0.0)}}, "/location", "0,0")
	f(mission.Volunteer{Location: &mission.Place{Lat: new(91.0), Lon: new(0.0)}}, "/location/lat", "from -90 to 90")
	f(mission.Volunteer{Location: &mission.Place{Lat: new(1.0), Lon: new(181.0)}}, "/location/lon", "from -180 to 180")
	f(mission.Volunteer{Cell: "zz"}, "/cell", "not an S2 cell of level 13")
	f(mission.Volunteer{Cell: geo.CellAt(geo.Point{Lat: 43.7, Lon: 7.26}, mission.VolunteerLevel+1).Token()}, "/cell", "not an S2 cell of level 13")
}

// TestPrivacy refuses what looks like a mail address, a phone number or a
// name, and lets the ids that platforms make pass.
func TestPrivacy(t *testing.T) {
	in := mustIntake(t)
	refused := func(id, want string) {
		t.Helper()
		v := mission.Volunteer{ID: id}
		wantInvalid(t, id, in.Volunteer(&v, today), "/id", want)
	}
	for _, mail := range []string{"jean.dupont@example.fr", "user+tag@mail.example.org", "v:jean@example.fr", "<a@b.fr>"} {
		refused(mail, "mail address")
	}
	for _, phone := range []string{"0612345678", "06 12 34 56 78", "06.12.34.56.78", "06-12-34-56-78", "+33612345678", "+33 6 12 34 56 78",
		"0033612345678", "+262 692 12 34 56", "+1 (212) 555-0123", " 0612345678 "} {
		refused(phone, "phone number")
	}
	for _, name := range []string{"Jean Dupont", "JEAN DUPONT", "Jean-Pierre Martin", "Marie D'Arc", "Éloïse Noël Faure"} {
		refused(name, "name")
	}
	for _, id := range []string{"v-18273", "18273", "0000018273", "00001827364", "a3f1", "8a6e0804-2bd0-4672-b79d-d97027f9071a", "01ARZ3NDEKTSV4RRFFQ69G5FAV",
		"507f1f77bcf86cd799439011", "jva:user:99123", "auth0|5f7c8ec7c33c6c004bbafe82", "dXNlcjoxMjM0NTY=", "V 12", "Volunteer 12", "user@42", "1732226645123456",
		"33612345678", "bénévole-7", "00000000-0000-0000-0000-000000000001"} {
		v := mission.Volunteer{ID: id}
		wantValid(t, id, in.Volunteer(&v, today))
	}
	field := func(v mission.Volunteer, pointer, want string) {
		t.Helper()
		v.ID = "v1"
		wantInvalid(t, pointer, in.Volunteer(&v, today), pointer, want)
	}
	field(mission.Volunteer{Skills: []string{"psc1", "jean@example.fr"}}, "/skills/1", "mail address")
	field(mission.Volunteer{Equipment: []string{"+33612345678"}}, "/equipment/0", "phone number")
	field(mission.Volunteer{Languages: []string{"06 12 34 56 78"}}, "/languages/0", "phone number")
	field(mission.Volunteer{Publisher: "jean@example.fr"}, "/publisher", "mail address")
	v := mission.Volunteer{ID: "v1", Skills: []string{"Premiers Secours", "Permis B", "PSC 1"}}
	wantValid(t, "skills in capitals", in.Volunteer(&v, today))
}

// TestVolunteerIntake keeps a cell of a point, and nothing finer.
func TestVolunteerIntake(t *testing.T) {
	in, nice := mustIntake(t), geo.Point{Lat: 43.70313, Lon: 7.26608}
	f := func(what string, v mission.Volunteer, km float64) {
		t.Helper()
		if err := in.Volunteer(&v, today); err != nil {
			t.Errorf("%s: got %v", what, err)
			return
		}
		c, err := geo.ParseCell(v.Cell)
		p, ok := v.Position()
		if err != nil || c.Level() != mission.VolunteerLevel || v.Location != nil || !ok || p.DistanceKm(nice) > km {
			t.Errorf("%s: got cell %q (%v), location %v, %v, %.1f km off; want a cell of level %d within %v km and no location",
				what, v.Cell, err, v.Location, p, p.DistanceKm(nice), mission.VolunteerLevel, km)
		}
	}
	f("a point", mission.Volunteer{ID: "v", Location: &mission.Place{Lat: &nice.Lat, Lon: &nice.Lon}}, 1)
	f("a postal code", mission.Volunteer{ID: "v", PostalCode: "06000"}, 5)
	f("a commune", mission.Volunteer{ID: "v", INSEE: "06088"}, 2)
	f("a cell", mission.Volunteer{ID: "v", Cell: geo.CellAt(nice, mission.VolunteerLevel).Token()}, 1)
	v := mission.Volunteer{ID: "v"}
	if err := in.Volunteer(&v, today); err != nil || v.Cell != "" {
		t.Errorf("no place: got cell %q, %v, want none", v.Cell, err)
	}
	if p, ok := v.Position(); ok {
		t.Errorf("no place: got %v", p)
	}
	v = mission.Volunteer{Location: &mission.Place{Lat: &nice.Lat, Lon: &nice.Lon}} // a profile needs no id
	if err := in.Profile(&v, today); err != nil || v.Location == nil {
		t.Errorf("a profile: got %v, %v, want its point as sent", v.Location, err)
	}
	wantInvalid(t, "a record without id", in.Volunteer(&mission.Volunteer{}, today), "/id", "is required")
}

// TestAge takes a birthday to be still to come, and lets an unknown age fit.
func TestAge(t *testing.T) {
	const year = 2026
	f := func(v mission.Volunteer, wantAge int, wantKnown bool) {
		t.Helper()
		if age, known := v.Age(year); age != wantAge || known != wantKnown {
			t.Errorf("%+v: got %d, %v, want %d, %v", v, age, known, wantAge, wantKnown)
		}
	}
	f(mission.Volunteer{BirthYear: 1999}, 26, true)
	f(mission.Volunteer{BirthYear: 1999, Adult: new(false)}, 26, true)
	f(mission.Volunteer{Adult: new(true)}, mission.AgeDefault, true)
	f(mission.Volunteer{Adult: new(false)}, mission.AgeMin, true)
	f(mission.Volunteer{}, 0, false)
	fits := func(v mission.Volunteer, least, most int, want bool) {
		t.Helper()
		if got := v.AgeFits(year, least, most); got != want {
			t.Errorf("%+v for %d to %d: got %v, want %v", v, least, most, got, want)
		}
	}
	fits(mission.Volunteer{}, 18, 25, true)
	fits(mission.Volunteer{BirthYear: 2008}, 18, mission.AgeMax, false) // 17 until their birthday
	fits(mission.Volunteer{BirthYear: 2007}, 18, mission.AgeMax, true)
	fits(mission.Volunteer{BirthYear: 2009}, 16, mission.AgeMax, true)
	fits(mission.Volunteer{BirthYear: 1960}, 18, 30, false)
	fits(mission.Volunteer{Adult: new(true)}, 18, 30, true)
	fits(mission.Volunteer{Adult: new(true)}, 21, 30, false)
	fits(mission.Volunteer{Adult: new(false)}, 18, 120, false)
	fits(mission.Volunteer{Adult: new(false)}, 16, 120, true)
}

// TestReach prefers what somebody said to what their means allow.
func TestReach(t *testing.T) {
	f := func(radius float64, mobility string, want float64) {
		t.Helper()
		v := mission.Volunteer{RadiusKm: radius, Mobility: mobility}
		if got := v.Reach(); got != want {
			t.Errorf("%v km, %q: got %v, want %v", radius, mobility, got, want)
		}
	}
	f(0, "", 0)
	f(7, "", 7)
	f(7, "car", 7)
	last := 0.0
	for _, m := range []string{"foot", "bike", "transit", "car"} {
		if v := (&mission.Volunteer{Mobility: m}).Reach(); v <= last {
			t.Errorf("%s: got %v, want more than %v", m, v, last)
		} else {
			last = v
		}
	}
}

// TestAvailability maps each word of the contract to its bit.
func TestAvailability(t *testing.T) {
	want := []mission.DayMask{mission.Weekday, mission.Evening, mission.Weekend, mission.Holiday, mission.Now}
	for i, name := range mission.AvailabilityNames() {
		v := mission.Volunteer{Availability: []string{name}}
		if got := v.Days(); got != want[i] {
			t.Errorf("%s: got %05b, want %05b", name, got, want[i])
		}
	}
	both := mission.Volunteer{Availability: []string{"evening", "weekend"}}
	if got := both.Days(); got != mission.Evening|mission.Weekend {
		t.Errorf("evening and weekend: got %05b", got)
	}
	if got := new(mission.Volunteer).Days(); got != 0 {
		t.Errorf("unknown: got %05b, want 0", got)
	}
}

// TestHoursPerWeek turns every way of saying it into hours a week.
func TestHoursPerWeek(t *testing.T) {
	for per, want := range map[string]float64{"day": 84, "week": 12, "month": 12. * 12 / 52, "year": 12. / 52, "total": 12} {
		if got := (&mission.Commitment{Hours: 12, Per: per}).HoursPerWeek(); got != want {
			t.Errorf("12 hours per %s: got %v, want %v", per, got, want)
		}
	}
}
