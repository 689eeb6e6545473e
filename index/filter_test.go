package index_test

import (
	"strings"
	"testing"
	"time"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

// Goal: each field of a filter lets through what it says, OR within a list,
// AND across fields, and place filters meet in one address.
//
// Method: four missions that differ in everything; each case names those that
// pass.
func TestFilterFields(t *testing.T) {
	s := newState(1)
	x := s.open()
	paris, mende := geo.Point{Lat: 48.8566, Lon: 2.3522}, geo.Point{Lat: 44.518, Lon: 3.501}
	place := func(p geo.Point, department, city, code string) mission.Location {
		return mission.Location{Lat: &p.Lat, Lon: &p.Lon, Department: department, City: city, PostalCode: code}
	}
	sixteen, day := 16, int64(86400)
	a := &mission.Mission{ID: "a", Domains: []string{"sante", "sport"}, Activities: []string{"maraude"}, Publisher: "p1", Tags: []string{"t1"}, Audiences: []string{"u"},
		Remote: "no", Urgency: "vital", DateType: "once", MinAge: &sixteen, Organization: &mission.OrgRef{ID: "o1", Networks: []string{"n1"}},
		Locations:  []mission.Location{place(paris, "75", "Paris", "75001"), place(mende, "48", "Mende", "48000")},
		Attributes: map[string]any{"qpv": true, "level": 2.5, "word": "x", "none": nil}}
	a.Times.Starts, a.Times.Ends = start+10*day, start+11*day
	b := &mission.Mission{ID: "b", Domains: []string{"sport"}, Publisher: "p2", Tags: []string{"t1", "t2"}, Remote: "possible", Urgency: "normal", DateType: "recurring",
		Skills: []mission.Skill{{ID: "psc1"}}, Commitment: &mission.Commitment{Hours: 52, Per: "year"}, Locations: []mission.Location{place(mende, "48", " MENDE ", "48000")}}
	c := &mission.Mission{ID: "c", Remote: "full", Urgency: "calm", Publisher: "p1", Commitment: &mission.Commitment{Hours: 2, Per: "day"}}
	d := &mission.Mission{ID: "d", Remote: "local", Urgency: "urgent", Publisher: "p1", Locations: []mission.Location{place(paris, "75", "Paris", "75002")}}
	d.Times.Starts, d.Times.Ends = start-10*day, start-day
	for o, m := range []*mission.Mission{a, b, c, d} {
		s.missions = append(s.missions, &record{m, &mission.Seats{State: "open", Starts: m.Times.Starts, Ends: m.Times.Ends, Slots: []mission.SlotTerms{{}}, Pools: []mission.Pool{{Total: 1}}}})
		x.Apply([]mission.Change{s.tell(s.change(mission.MissionPut), o, m)})
	}
	x.Apply([]mission.Change{s.tick(1)})
	ring, err := geo.ParsePolygon([]geo.Point{{Lat: 48, Lon: 2}, {Lat: 48, Lon: 3}, {Lat: 49.5, Lon: 2.4}})
	if err != nil {
		t.Fatal(err)
	}
	when := func(days int64) mission.Moment {
		return mission.Moment(time.Unix(start+days*day, 0).UTC().Format(time.RFC3339))
	}
	f := func(want string, f mission.Filter) {
		t.Helper()
		if got := strings.Join(passing(x.Snapshot(), &f, s.zones), " "); got != want {
			t.Errorf("filter %+v: got %q, want %q", f, got, want)
		}
	}
	f("a b c d", mission.Filter{})
	f("a b", mission.Filter{Domains: []string{"sport"}})
	f("a", mission.Filter{Domains: []string{"sante", "education"}})
	f("a", mission.Filter{Activities: []string{"maraude"}})
	f("", mission.Filter{Activities: []string{"mentorat-parrainage"}})
	f("a b", mission.Filter{Departments: []string{"48"}})
	f("a d", mission.Filter{Regions: []string{"11"}})
	f("a d", mission.Filter{Regions: []string{"Île-de-France"}})
	f("a b", mission.Filter{Cities: []string{"mende"}})
	f("", mission.Filter{Cities: []string{"mende"}, Departments: []string{"75"}}) // no one address
	f("a", mission.Filter{PostalCodes: []string{"75001", "99999"}})
	f("a", mission.Filter{Organizations: []string{"o1"}})
	f("a", mission.Filter{Networks: []string{"n1"}})
	f("a c d", mission.Filter{Publishers: []string{"p1"}})
	f("a b", mission.Filter{Tags: []string{"t1", "t3"}})
	f("b", mission.Filter{Tags: []string{"t1"}, Publishers: []string{"p2"}})
	f("a", mission.Filter{Audiences: []string{"u"}})
	f("b", mission.Filter{Skills: []string{"psc1"}})
	f("b c", mission.Filter{Remote: []string{"full", "possible"}})
	f("a d", mission.Filter{Urgencies: []string{"vital", "urgent"}})
	f("a", mission.Filter{DateTypes: []string{"once"}})
	f("a", mission.Filter{Attributes: map[string][]string{"qpv": {"true"}, "level": {"2.5"}}})
	f("a", mission.Filter{Attributes: map[string][]string{"none": {"null"}, "word": {"x"}}})
	f("", mission.Filter{Attributes: map[string][]string{"qpv": {"false"}}})
	f("a", mission.Filter{Minors: true})
	f("a b d", mission.Filter{MaxHoursPerWeek: 1}) // who says nothing asks for nothing
	f("a b c", mission.Filter{From: when(0)})
	f("b c d", mission.Filter{Until: when(9)})
	f("a d", mission.Filter{BBox: &geo.BBox{South: 48, North: 49, West: 2, East: 3}})
	f("a d", mission.Filter{Polygon: &ring})
	f("", mission.Filter{Polygon: &ring, Departments: []string{"48"}})
}

// Goal: a slot belongs to the parts of the day that it touches, on its own
// place's clock, across midnight too, and no longer once it has ended.
func TestSlotParts(t *testing.T) {
	f := func(want, zone, starts, ends string) {
		t.Helper()
		s := newState(1)
		x := s.open()
		at := func(clock string) int64 {
			if clock == "" {
				return 0
			}
			when, err := time.ParseInLocation("2006-01-02 15:04", clock, s.zones.Location(zone))
			if err != nil {
				t.Fatal(err)
			}
			return when.Unix()
		}
		m := &mission.Mission{ID: "m", Remote: "full", Urgency: "normal", Slots: []mission.Slot{{ID: "s"}}}
		m.Times.Zone, m.Times.Slots = zone, []mission.SlotTimes{{Starts: at(starts), Ends: at(ends)}}
		s.missions = []*record{{m, &mission.Seats{State: "open", Slots: []mission.SlotTerms{{}}, Pools: []mission.Pool{{Total: 1}}}}}
		x.Apply([]mission.Change{s.tell(s.change(mission.MissionPut), 0, m), s.tick(1)})
		var got []string
		for _, part := range index.SlotParts() {
			if len(passing(x.Snapshot(), &mission.Filter{SlotParts: []string{part}}, s.zones)) > 0 {
				got = append(got, part)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s to %s in %s: got %q, want %q", starts, ends, zone, strings.Join(got, " "), want)
		}
	}
	paris, reunion := "Europe/Paris", "Indian/Reunion"
	f("morning", paris, "2026-11-25 08:00", "2026-11-25 12:00")
	f("afternoon", paris, "2026-11-25 12:00", "2026-11-25 18:00")
	f("morning afternoon day", paris, "2026-11-25 08:00", "2026-11-25 18:00")
	f("morning afternoon day", paris, "2026-11-25 11:30", "2026-11-25 12:30")
	f("evening", paris, "2026-11-25 18:00", "2026-11-25 22:00")
	f("afternoon evening", paris, "2026-11-25 17:00", "2026-11-25 18:30")
	f("morning evening", paris, "2026-11-25 20:00", "2026-11-26 01:00") // a night round
	f("morning evening", paris, "2026-11-25 22:00", "2026-11-26 08:00")
	f("morning afternoon evening day", paris, "2026-11-25 22:00", "2026-11-26 13:00")
	f("morning afternoon evening day", paris, "2026-11-25 00:00", "2026-11-25 23:59")
	f("morning afternoon evening day", paris, "2026-11-25 09:00", "2026-12-25 10:00")
	f("morning", paris, "2026-11-25 09:00", "") // nobody knows how long
	f("morning", reunion, "2026-11-25 08:00", "2026-11-25 12:00")
	f("", paris, "", "2026-11-25 12:00")                 // nobody knows since when
	f("", paris, "2026-11-20 08:00", "2026-11-20 12:00") // over
}
