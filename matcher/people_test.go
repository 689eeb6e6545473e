package matcher_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"renfort/bench/world"
	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// Goal: people whom rankings have failed before get a page that makes sense.
//
// Method: a made-up France of 20,000 missions, through Intake and the index as
// a platform's would go; each test is one person.

// country is the France that these tests share. It is not changed.
type country struct {
	snapshot *index.Snapshot
	intake   *mission.Intake
	zones    *mission.Zones
	matcher  *matcher.Matcher
	err      error
}

var theCountry = sync.OnceValue(func() *country {
	config := world.Default()
	if raceEnabled {
		config.Missions = 6_000 // .ci/run asks of all without the detector
	}
	c := &country{zones: new(mission.Zones)}
	c.matcher = matcher.New(c.zones)
	w, err := world.New(config)
	if err != nil {
		return &country{err: err}
	}
	taxonomy := mission.DefaultTaxonomy()
	c.intake = mission.NewIntake(taxonomy, gazetteer.Default(), c.zones)
	x := index.New(index.Options{Policy: mission.DefaultPolicy(), Taxonomy: taxonomy, Places: gazetteer.Default(), Zones: c.zones, Standing: matcher.Standing})
	put := func(o int, m *mission.Mission) error {
		if err := c.intake.Mission(m); err != nil {
			return err
		}
		x.Load(&mission.Change{Seq: uint64(o + 1), Kind: mission.MissionPut, MissionID: m.ID, MissionOrdinal: mission.Ordinal(o), Mission: m,
			Seats: seatsAs(m, config.At.Unix()-int64(o%20)*43200)})
		return nil
	}
	for o := range config.Missions {
		m := w.Mission(o)
		if err := put(o, &m); err != nil {
			return &country{err: fmt.Errorf("mission %d: %w", o, err)}
		}
	}
	for i := range 6 { // and some across the border, which the made-up France does not have
		lat, lon, seats := 46.19+float64(i)*0.005, 6.12+float64(i)*0.01, 3
		m := &mission.Mission{ID: fmt.Sprint("ch:", i), Title: "Genève", Domains: []string{"sante"}, Seats: &seats,
			Locations: []mission.Location{{Lat: &lat, Lon: &lon, City: "Genève", Country: "CH"}}}
		if err := put(config.Missions+i, m); err != nil {
			return &country{err: err}
		}
	}
	x.Apply([]mission.Change{{Seq: uint64(config.Missions + 100), At: config.At.Unix(), Kind: mission.Ticked}})
	c.snapshot = x.Snapshot()
	return c
})

// mustAsk asks for the page of a person who tells about themselves.
func mustAsk(t *testing.T, v mission.Volunteer, f *mission.Filter, exclude ...mission.ID) *matcher.Page {
	t.Helper()
	c := theCountry()
	if c.err != nil {
		t.Fatal(c.err)
	}
	if err := c.intake.Profile(&v, world.Default().At); err != nil {
		t.Fatal(err)
	}
	page := new(matcher.Page)
	if err := c.matcher.Recommend(c.snapshot, &matcher.Request{Profile: &v, Filter: f, Exclude: exclude, Limit: 20, Explain: true}, page); err != nil {
		t.Fatal(err)
	}
	return page
}

func placeOf(t *testing.T, item *matcher.Item) (l mission.Location) {
	t.Helper()
	if item.Location == nil {
		return l
	}
	if err := json.Unmarshal(item.Location, &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// mission gives the row of an item.
func (c *country) mission(item *matcher.Item) *index.Mission {
	return c.snapshot.Missions.At(uint32(item.Ordinal))
}

// words shows a page for a failure.
func words(page *matcher.Page) (out string) {
	for i, item := range page.Items {
		out += fmt.Sprintf("%2d. %s %.4f %.1f km %s %s\n", i+1, item.ID, item.Score, item.Km, item.Location, item.Mission)
	}
	return out + fmt.Sprintf("widened %+v", page.Widened)
}

// scaleOf gives the scale that ordinary missions were measured by: urgent ones
// have a longer one at least.
func scaleOf(page *matcher.Page) float64 {
	least := math.Inf(1)
	for _, item := range page.Items {
		for _, r := range item.Reasons {
			if km, ok := r.Detail["scale_km"].(float64); ok && r.Factor == "distance" {
				least = min(least, km)
			}
		}
	}
	return least
}

// distances gives the distances of the items at places, ascending.
func distances(page *matcher.Page) (km []float64) {
	for _, item := range page.Items {
		if item.Km >= 0 {
			km = append(km, item.Km)
		}
	}
	slices.Sort(km)
	return km
}

// In Lozère missions are rare: the page is not empty, its scale is long, and a
// short radius widens instead of emptying it.
func TestSomebodyInLozere(t *testing.T) {
	ordinary := &mission.Filter{Urgencies: []string{mission.UrgencyNormal}}
	paris := scaleOf(mustAsk(t, mission.Volunteer{PostalCode: "75011"}, ordinary))
	for _, code := range []string{"48000", "48400", "48300", "48100", "48220"} { // Mende, Florac, Langogne, Marvejols, Le Pont-de-Montvert
		page := mustAsk(t, mission.Volunteer{PostalCode: code}, nil)
		if len(page.Items) != 20 || len(distances(&matcher.Page{Items: page.Items[:10]})) < 8 {
			t.Errorf("%s: got\n%s\nwant 20 missions, 8 of the first 10 at places", code, words(page))
		}
		page = mustAsk(t, mission.Volunteer{PostalCode: code, Remote: mission.RemoteNo}, nil)
		km := distances(page)
		if len(km) != 20 || km[0] > 30 || km[19] > 150 {
			t.Errorf("%s, nothing from home: got\n%s\nwant 20 missions at places, the nearest near", code, words(page))
		}
		if got := scaleOf(mustAsk(t, mission.Volunteer{PostalCode: code}, ordinary)); got < 3*paris || got > 25 {
			t.Errorf("%s: distances are measured by %v km, in Paris by %v", code, got, paris)
		}
		page = mustAsk(t, mission.Volunteer{PostalCode: code, RadiusKm: 5, Remote: mission.RemoteNo}, nil)
		km = distances(page)
		if len(page.Items) != 20 || page.Widened.AskedKm != 5 || page.Widened.ToKm <= 5 || page.Widened.ToKm > 150 {
			t.Errorf("%s within 5 km: got\n%s\nwant 20 missions, widened", code, words(page))
		}
		if far := km[len(km)-1]; far > max(page.Widened.ToKm, 60) { // 60: a vital one, 1.5 times 40
			t.Errorf("%s: widened to %v km, got one %v km away", code, page.Widened.ToKm, far)
		}
	}
}

// When the valley of the Vésubie drowns, Nice sees it on its first page, also
// who said 10 km once; who asks for 10 km now does not.
func TestSomebodyInNiceWhenTheValleyDrowns(t *testing.T) {
	nice := geo.Point{Lat: 43.7102, Lon: 7.2620}
	here := func(radius float64) mission.Volunteer {
		return mission.Volunteer{Location: &mission.Place{Lat: &nice.Lat, Lon: &nice.Lon}, RadiusKm: radius}
	}
	martin, ok := gazetteer.Default().ByINSEE("06127")
	if !ok || math.Abs(martin.Point.DistanceKm(nice)-41) > 2 {
		t.Fatalf("Saint-Martin-Vésubie: got %+v, %v km from Nice, want 41", martin, martin.Point.DistanceKm(nice))
	}
	// vital counts the vital missions at places among the first ten.
	vital := func(page *matcher.Page, fromKm, toKm float64) (n int) {
		for i := range page.Items[:min(10, len(page.Items))] {
			item := &page.Items[i]
			if theCountry().mission(item).Urgency == index.Vital && item.Km >= fromKm && item.Km <= toKm {
				n++
			}
		}
		return n
	}
	var nearer []mission.ID // every other vital mission: then the one 41 km away is the only one
	for o := range theCountry().snapshot.Rows {
		s := theCountry().snapshot
		m := s.Missions.At(o)
		if m.Urgency == index.Vital && (m.Addresses.Len == 0 || s.Addresses.At(m.Addresses.First).Vec.DistanceKm(martin.Point.Vec()) > 6 || m.Remote != index.RemoteNo) {
			nearer = append(nearer, s.Texts.At(o).ID)
		}
	}
	for _, radius := range []float64{0, 10} {
		if page := mustAsk(t, here(radius), nil); vital(page, 25, 60) == 0 {
			t.Errorf("radius %v on the record: got\n%s\nwant vital missions of the valley among the first ten", radius, words(page))
		}
		if page := mustAsk(t, here(radius), nil, nearer...); vital(page, 35, 47) == 0 {
			t.Errorf("radius %v on the record, the rest of the valley served: got\n%s\nwant a vital mission 41 km away among the first ten", radius, words(page))
		}
	}
	if page := mustAsk(t, here(0), &mission.Filter{RadiusKm: 10}); vital(page, 10.001, 1e4) != 0 {
		t.Errorf("within 10 km asked for: got\n%s\nwant nothing further away", words(page))
	}
}

// Nobody in La Réunion is sent to Paris.
func TestSomebodyInLaReunion(t *testing.T) {
	for _, code := range []string{"97400", "97410", "97413"} { // Saint-Denis, Saint-Pierre, Cilaos
		for _, v := range []mission.Volunteer{{PostalCode: code, Remote: mission.RemoteNo}, {PostalCode: code}, {PostalCode: code, RadiusKm: 2, Domains: []string{"sport"}, Remote: mission.RemoteNo}} {
			page := mustAsk(t, v, nil)
			if n := len(distances(page)); n < 8 || v.Remote == mission.RemoteNo && n < 20 {
				t.Errorf("%+v: got\n%s\nwant 20 missions at places, 8 at least with those from home", v, words(page))
			}
			for i := range page.Items {
				if l := placeOf(t, &page.Items[i]); page.Items[i].Km >= 0 && (l.Department != "974" || page.Items[i].Km > 150) {
					t.Errorf("%+v: got %+v, %v km away", v, l, page.Items[i].Km)
				}
			}
		}
	}
}

// At 16 one sees what is open from 16 and nothing for adults, however the age
// is told.
func TestSomebodySixteenYearsOld(t *testing.T) {
	minor := false
	for _, v := range []mission.Volunteer{{PostalCode: "69003", BirthYear: 2009}, {PostalCode: "69003", Adult: &minor}, {PostalCode: "48000", BirthYear: 2009}} {
		page := mustAsk(t, v, nil)
		if len(page.Items) < 5 {
			t.Errorf("%+v: got\n%s\nwant a page", v, words(page))
		}
		for i := range page.Items {
			if m := theCountry().mission(&page.Items[i]); m.MinAge > 16 {
				t.Errorf("%+v: got %s, which is from %d", v, page.Items[i].ID, m.MinAge)
			}
		}
	}
	adults := 0
	for _, item := range mustAsk(t, mission.Volunteer{PostalCode: "69003", BirthYear: 1990}, nil).Items {
		if theCountry().mission(&item).MinAge >= 18 {
			adults++
		}
	}
	if adults == 0 {
		t.Error("an adult of the same place sees nothing for adults: the test says nothing")
	}
}

// Who says no place is asked for none: no distance, no reason from distance.
func TestSomebodyWithoutAPlace(t *testing.T) {
	page := mustAsk(t, mission.Volunteer{Domains: []string{"environnement"}, RadiusKm: 10}, nil)
	if len(page.Items) != 20 || page.Widened != (matcher.Widened{}) {
		t.Errorf("got\n%s\nwant 20 missions, not widened", words(page))
	}
	for _, item := range page.Items {
		if item.Km >= 0 || slices.ContainsFunc(item.Reasons, func(r matcher.Reason) bool { return r.Factor == "distance" }) {
			t.Errorf("%s: got %v km, reasons %+v; want no distance", item.ID, item.Km, item.Reasons)
		}
	}
}

// Around Geneva the border does not matter: both sides see both, by distance.
func TestSomebodyNearGeneva(t *testing.T) {
	if c, km, ok := gazetteer.Default().Nearest(geo.Point{Lat: 46.2044, Lon: 6.1432}); !ok || c.Country != "CH" || km > 2 {
		t.Errorf("the place of Geneva: got %+v, %v km away; want a Swiss town", c, km)
	}
	geneva := geo.Point{Lat: 46.2044, Lon: 6.1432}
	for _, v := range []mission.Volunteer{
		{PostalCode: "74100"}, // Annemasse
		{PostalCode: "01210"}, // Ferney-Voltaire
		{Location: &mission.Place{Lat: &geneva.Lat, Lon: &geneva.Lon}},
	} {
		v.Remote = mission.RemoteNo
		page := mustAsk(t, v, &mission.Filter{Domains: []string{"sante"}})
		swiss, french := 0, 0
		for i := range page.Items {
			switch l := placeOf(t, &page.Items[i]); {
			case l.Country == "CH":
				swiss++
			case page.Items[i].Km >= 0:
				french++
			}
		}
		if swiss < 2 || french < 2 || distances(page)[0] > 15 {
			t.Errorf("%+v: got\n%s\nwant missions of both sides, the nearest near", v, words(page))
		}
	}
}

// A bare date is a day at the mission's place: one that ends today is there to
// the last second of today there, in Paris and in Saint-Denis of La Réunion.
func TestLastDayEndsAtTheMissionsMidnight(t *testing.T) {
	f := func(department, postalCode string, of func(*mission.Mission), midnight time.Time) {
		t.Helper()
		zones := new(mission.Zones)
		taxonomy := mission.DefaultTaxonomy()
		intake := mission.NewIntake(taxonomy, gazetteer.Default(), zones)
		x := index.New(index.Options{Policy: mission.DefaultPolicy(), Taxonomy: taxonomy, Places: gazetteer.Default(), Zones: zones, Standing: matcher.Standing})
		seats := 3
		m := &mission.Mission{ID: "last", Title: "Dernier jour", Seats: &seats, Locations: []mission.Location{{PostalCode: postalCode}}}
		of(m)
		if err := intake.Mission(m); err != nil {
			t.Fatal(err)
		}
		early := midnight.Add(-time.Hour).Unix()
		x.Apply([]mission.Change{{Seq: 1, Kind: mission.MissionPut, MissionID: m.ID, Mission: m, Seats: seatsAs(m, early)}, {Seq: 2, Kind: mission.Ticked, At: early}})
		for i, tick := range []struct {
			at   time.Time
			want int
		}{{midnight.Add(-time.Second), 1}, {midnight, 0}} {
			x.Apply([]mission.Change{{Seq: uint64(3 + i), Kind: mission.Ticked, At: tick.at.Unix()}})
			page := new(matcher.Page)
			if err := matcher.New(zones).Recommend(x.Snapshot(), &matcher.Request{Profile: &mission.Volunteer{}, Limit: 5}, page); err != nil {
				t.Fatal(err)
			}
			if len(page.Items) != tick.want {
				t.Errorf("department %s, %s: got %d missions, want %d; its times are %+v", department, tick.at, len(page.Items), tick.want, m.Times)
			}
		}
	}
	ends := func(m *mission.Mission) { m.EndsAt = "2026-11-21" }
	apply := func(m *mission.Mission) { m.ApplyBefore = "2026-11-21" }
	once := func(m *mission.Mission) {
		m.StartsAt, m.EndsAt, m.DateType = "2026-11-21", "2026-11-21", mission.DateOnce
	}
	slot := func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s", Date: "2026-11-21"}} }
	for _, of := range []func(*mission.Mission){ends, apply, once, slot} {
		f("75", "75004", of, time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC))
		f("974", "97400", of, time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC))
	}
	// Summer time in Paris: midnight is at 22:00 in UTC.
	f("75", "75004", func(m *mission.Mission) { m.EndsAt = "2026-07-14" }, time.Date(2026, 7, 14, 22, 0, 0, 0, time.UTC))
}
