package mission_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// mustIntake makes an Intake of the default taxonomy.
func mustIntake(t testing.TB) *mission.Intake {
	t.Helper()
	return mission.NewIntake(mission.DefaultTaxonomy(), gazetteer.Default(), new(mission.Zones))
}

// TestIntakeFills is what an intake adds to a mission of two fields and a
// place.
func TestIntakeFills(t *testing.T) {
	m := validMission()
	if err := mustIntake(t).Mission(m); err != nil {
		t.Fatal(err)
	}
	if m.Remote != mission.RemoteNo || m.Booking != mission.BookingHere || m.Urgency != mission.UrgencyNormal || m.State != mission.StateOpen {
		t.Errorf("got %s, %s, %s, %s, want no, here, normal, open", m.Remote, m.Booking, m.Urgency, m.State)
	}
	if m.Seats != nil {
		t.Errorf("seats: got %d, want unknown", *m.Seats)
	}
	if m.MinimumAge() != mission.AgeDefault || m.MaximumAge() != mission.AgeMax {
		t.Errorf("ages: got %d to %d, want %d to %d", m.MinimumAge(), m.MaximumAge(), mission.AgeDefault, mission.AgeMax)
	}
	if l := m.Locations[0]; l.Department != "06" || l.Precision != "" {
		t.Errorf("got department %q, precision %q, want 06 and the point's own", l.Department, l.Precision)
	}
	m = validMission()
	m.Slots = []mission.Slot{{ID: "s", Seats: new(20)}, {ID: "t", Seats: new(30)}}
	if err := mustIntake(t).Mission(m); err != nil || m.Seats == nil || *m.Seats != 50 {
		t.Errorf("seats of the slots: got %v, %v, want 50", m.Seats, err)
	}
	m = validMission()
	m.Publisher, m.Organization = "jva", &mission.OrgRef{Name: repeat(100)}
	if err := mustIntake(t).Mission(m); err != nil || m.OrganizationID() != "jva:"+repeat(62) {
		t.Errorf("an organisation of a name: got %q, %v, want its first letters within %d bytes", m.OrganizationID(), err, mission.IDBytesMax)
	}
}

// TestIntakeResolves turns names, numbers and slugs into ids, each once, and
// suggests the nearest for what is unknown.
func TestIntakeResolves(t *testing.T) {
	in := mustIntake(t)
	m := validMission()
	m.Domains = []string{"7", "solidarite-insertion", "Santé pour tous", " EDUCATION "}
	m.Activities = []string{"28", "distribution"}
	if err := in.Mission(m); err != nil {
		t.Fatal(err)
	}
	if want := []string{"solidarite-insertion", "sante", "education"}; !slices.Equal(m.Domains, want) {
		t.Errorf("domains: got %q, want %q", m.Domains, want)
	}
	if want := []string{"distribution"}; !slices.Equal(m.Activities, want) {
		t.Errorf("activities: got %q, want %q", m.Activities, want)
	}
	m = validMission()
	m.Domains, m.Activities = []string{"sport", "santee"}, []string{"distrubution"}
	err := in.Mission(m)
	wantInvalid(t, "a domain misspelt", err, "/domains/1", `"santee" is no known domain; the nearest is "sante"`)
	wantInvalid(t, "an activity misspelt", err, "/activities/0", `the nearest is "distribution"`)
	v := &mission.Volunteer{ID: "v1", Domains: []string{"sports"}}
	wantInvalid(t, "a volunteer's domain", in.Volunteer(v, today), "/domains/0", `the nearest is "sport"`)
	f := &mission.Filter{Activities: []string{"distribution", "distribbution"}}
	wantInvalid(t, "a filter's activity", in.Filter(f), "/filters/activity/1", `the nearest is "distribution"`)
}

// today is a day that tests are run on.
var today = time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)

// TestIntakePlaces places addresses by their codes, near the true place, with
// the precision and the department.
func TestIntakePlaces(t *testing.T) {
	in := mustIntake(t)
	f := func(l mission.Location, near geo.Point, km float64, precision, department string) {
		t.Helper()
		m := validMission()
		m.Locations = []mission.Location{l}
		if err := in.Mission(m); err != nil {
			t.Errorf("%+v: got %v", l, err)
			return
		}
		p, _ := m.Locations[0].Point()
		if d := p.DistanceKm(near); d > km {
			t.Errorf("%+v: got %v, %.1f km from %v, want %v at most", l, p, d, near, km)
		}
		if got := m.Locations[0]; got.Precision != precision || got.Department != department {
			t.Errorf("%+v: got precision %q, department %q, want %q, %q", l, got.Precision, got.Department, precision, department)
		}
	}
	nice, ajaccio, part := geo.Point{Lat: 43.703, Lon: 7.266}, geo.Point{Lat: 41.927, Lon: 8.735}, geo.Point{Lat: 45.767, Lon: 4.835}
	f(mission.Location{INSEE: "06088"}, nice, 2, "commune", "06")
	f(mission.Location{PostalCode: "06000"}, nice, 5, "commune", "06")
	f(mission.Location{PostalCode: "06000", City: "NICE", Country: "FR"}, nice, 2, "commune", "06")
	f(mission.Location{INSEE: "2A004"}, ajaccio, 2, "commune", "2A")
	f(mission.Location{PostalCode: "20000"}, ajaccio, 10, "commune", "2A")
	f(mission.Location{PostalCode: "69001"}, part, 3, "commune", "69")
	f(mission.Location{PostalCode: "97400"}, geo.Point{Lat: -20.88, Lon: 55.45}, 5, "commune", "974")
	f(mission.Location{Lat: &nice.Lat, Lon: &nice.Lon, PostalCode: "10001", Country: "US"}, nice, 0, "", "")
	f(mission.Location{Lat: &nice.Lat, Lon: &nice.Lon}, nice, 0, "", "06")
	f(mission.Location{Lat: &nice.Lat, Lon: &nice.Lon, PostalCode: "06000", Country: "FR"}, nice, 0, "", "06")
	f(mission.Location{Lat: &nice.Lat, Lon: &nice.Lon, Department: "Ligurie", Country: "IT"}, nice, 0, "", "Ligurie")
}

// TestSharedPostalCodes looks up every commune by its postal code and name:
// the department is its own, also where a code spans two.
func TestSharedPostalCodes(t *testing.T) {
	in, g := mustIntake(t), gazetteer.Default()
	checked := 0
	for c := range g.Communes() {
		code := ""
		for _, p := range c.PostalCodes {
			all := g.ByPostalCode(p)
			if slices.ContainsFunc(all, func(o gazetteer.Commune) bool { return o.Department != c.Department }) {
				code = p
			}
		}
		if code == "" {
			continue
		}
		checked++
		m := validMission()
		m.Locations = []mission.Location{{PostalCode: code, City: c.Name}}
		if err := in.Mission(m); err != nil || m.Locations[0].Department != c.Department {
			t.Errorf("%s %s: got department %q, %v, want %q", code, c.Name, m.Locations[0].Department, err, c.Department)
		}
	}
	if checked < 10 {
		t.Errorf("got %d communes whose postal code spans two departments, want 10 at least", checked)
	}
}

// TestIntakeRefusesPlaces is what an address cannot be.
func TestIntakeRefusesPlaces(t *testing.T) {
	in := mustIntake(t)
	f := func(l mission.Location, pointer, want string) {
		t.Helper()
		m := validMission()
		m.Locations = []mission.Location{l}
		wantInvalid(t, strings.Join([]string{l.City, l.PostalCode, l.INSEE, l.Department}, " "), in.Mission(m), "/locations/0"+pointer, want)
	}
	f(mission.Location{PostalCode: "99999"}, "/postal_code", "no postal code that the gazetteer knows")
	f(mission.Location{PostalCode: "6000"}, "/postal_code", "no postal code") // never padded
	f(mission.Location{INSEE: "6088"}, "/insee", "no commune")
	f(mission.Location{PostalCode: "SW1A 1AA", Country: "GB"}, "", "needs lat and lon")
	f(mission.Location{Lat: new(7.26), Lon: new(43.7), Department: "06"}, "", "look swapped")
	f(mission.Location{Lat: new(55.45), Lon: new(-20.88), Department: "974"}, "", "look swapped")
	f(mission.Location{Lat: new(-149.57), Lon: new(-17.53), Department: "987"}, "/lat", "from -90 to 90")
	m := validMission()
	m.Locations = []mission.Location{{Lat: new(48.85), Lon: new(2.35), Department: "06"}}
	wantValid(t, "Paris, said to be in 06, is wrong but not swapped", in.Mission(m))
}

// TestIntakeFilter completes filters and refuses what cannot be asked.
func TestIntakeFilter(t *testing.T) {
	in := mustIntake(t)
	f := &mission.Filter{Near: "Nice", RadiusKm: 10, Domains: []string{"7"}, From: "2026-11-22", Until: "2026-11-22"}
	if err := in.Filter(f); err != nil {
		t.Fatal(err)
	}
	if f.Point == nil || f.Point.DistanceKm(geo.Point{Lat: 43.703, Lon: 7.266}) > 3 || !slices.Equal(f.Domains, []string{"solidarite-insertion"}) {
		t.Errorf("got %v, %v, want Nice and solidarite-insertion", f.Point, f.Domains)
	}
	from, until := f.Span(new(mission.Zones))
	if until-from != 24*3600-1 || time.Unix(from, 0).UTC().Hour() != 23 {
		t.Errorf("span: got %d to %d, want a day of Paris", from, until)
	}
	if from, until := new(mission.Filter).Span(new(mission.Zones)); from != 0 || until != 0 {
		t.Errorf("no span: got %d to %d, want 0", from, until)
	}
	refuse := func(f mission.Filter, pointer, want string) {
		t.Helper()
		wantInvalid(t, pointer, in.Filter(&f), pointer, want)
	}
	refuse(mission.Filter{RadiusKm: mission.RadiusKmMax + 1}, "/filters/radius_km", "to 20000")
	refuse(mission.Filter{RadiusKm: -1}, "/filters/radius_km", "from 0")
	refuse(mission.Filter{MaxHoursPerWeek: mission.HoursMax + 1}, "/filters/max_hours_per_week", "to 8784")
	refuse(mission.Filter{Point: &geo.Point{Lat: 91}}, "/filters/lat", "not a point on the earth")
	refuse(mission.Filter{Near: "Atlantis-sur-Mer"}, "/filters/near", "no commune or postal code")
	refuse(mission.Filter{Near: "Nice", Point: &geo.Point{Lat: 1, Lon: 1}}, "/filters/near", "one of them is enough")
	refuse(mission.Filter{Remote: []string{"no", "also"}}, "/filters/remote/1", "not one of no, possible, full, local")
	refuse(mission.Filter{Urgencies: []string{"high"}}, "/filters/urgency/0", "not one of")
	refuse(mission.Filter{DateTypes: []string{"daily"}}, "/filters/date_type/0", "not one of")
	refuse(mission.Filter{SlotParts: []string{"noon"}}, "/filters/slot_part/0", "not one of")
	refuse(mission.Filter{From: "2026-02-30"}, "/filters/from", "not a date that can be")
	refuse(mission.Filter{Until: "soon"}, "/filters/until", "neither a date")
	refuse(mission.Filter{Tags: []string{" "}}, "/filters/tag/0", "blank")
	refuse(mission.Filter{Tags: words(mission.RequestListMax + 1)}, "/filters/tag", "at most 1000")
	refuse(mission.Filter{Tags: words(mission.FilterTermsMax), Cities: words(1)}, "/filters", "has 1001 terms; at most 1000")
	refuse(mission.Filter{Attributes: map[string][]string{"a": words(mission.FilterTermsMax + 1)}}, "/filters", "at most 1000")
	wantValid(t, "FilterTermsMax", in.Filter(&mission.Filter{Tags: words(mission.FilterTermsMax)}))
	wantValid(t, "nothing asked", in.Filter(new(mission.Filter)))
}
