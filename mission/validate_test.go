package mission_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/mission"
)

// wantInvalid holds err to be Invalid with a field error at the pointer whose
// detail says want.
func wantInvalid(t *testing.T, what string, err error, pointer, want string) {
	t.Helper()
	e := mission.AsError(err)
	if e == nil || e.Kind != mission.Invalid {
		t.Errorf("%s: got %v, want an invalid error at %q", what, err, pointer)
		return
	}
	for _, f := range e.Fields {
		if f.Pointer == pointer && strings.Contains(f.Detail, want) {
			return
		}
	}
	t.Errorf("%s: got %+v, want %q at %q", what, e.Fields, want, pointer)
}

func wantValid(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: got %v, want no error", what, err)
	}
}

// validMission is a mission that everything may be changed in.
func validMission() *mission.Mission {
	return &mission.Mission{ID: "m1", Title: "Distribution de colis",
		Locations: []mission.Location{{ID: "l1", Lat: new(43.7), Lon: new(7.26)}}}
}

func repeat(n int) string { return strings.Repeat("é", n) }

// words makes n different words.
func words(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint("w", i)
	}
	return all
}

// bound is one limit, and how to make a value that meets it with n.
type bound struct {
	limit   string
	most    int
	pointer string
	words   string // of the refusal
	set     func(m *mission.Mission, n int)
}

func missionBounds() []bound {
	list := func(field func(m *mission.Mission) *[]string) func(*mission.Mission, int) {
		return func(m *mission.Mission, n int) { *field(m) = words(n) }
	}
	places := func(m *mission.Mission, n int) {
		m.Locations = make([]mission.Location, n)
		for i := range m.Locations {
			m.Locations[i] = mission.Location{ID: fmt.Sprint("l", i), Lat: new(43.7), Lon: new(7.26)}
		}
	}
	slots := func(m *mission.Mission, n int) {
		m.Slots = make([]mission.Slot, n)
		for i := range m.Slots {
			m.Slots[i].ID = fmt.Sprint("s", i)
		}
	}
	entries := fmt.Sprintf("at most %d", mission.EntriesMax)
	return []bound{
		{"IDBytesMax", mission.IDBytesMax, "/id", "at most 128", func(m *mission.Mission, n int) { m.ID = strings.Repeat("x", n) }},
		{"IDBytesMax", mission.IDBytesMax, "/publisher", "at most 128", func(m *mission.Mission, n int) { m.Publisher = repeat(n) }},
		{"IDBytesMax", mission.IDBytesMax, "/group", "at most 128", func(m *mission.Mission, n int) { m.Group = repeat(n) }},
		{"IDBytesMax", mission.IDBytesMax, "/slots/0/id", "at most 128", func(m *mission.Mission, n int) { m.Slots = []mission.Slot{{ID: strings.Repeat("x", n)}} }},
		{"IDBytesMax", mission.IDBytesMax, "/organization/id", "at most 128", func(m *mission.Mission, n int) { m.Organization = &mission.OrgRef{ID: strings.Repeat("x", n)} }},
		{"TitleLettersMax", mission.TitleLettersMax, "/title", "at most 500", func(m *mission.Mission, n int) { m.Title = repeat(n) }},
		{"TextLettersMax", mission.TextLettersMax, "/description", "at most 20000", func(m *mission.Mission, n int) { m.Description = repeat(n) }},
		{"WordLettersMax", mission.WordLettersMax, "/locations/0/label", "at most 500", func(m *mission.Mission, n int) { m.Locations[0].Label = repeat(n) }},
		{"WordLettersMax", mission.WordLettersMax, "/tags/0", "at most 500", func(m *mission.Mission, n int) { m.Tags = []string{repeat(n)} }},
		{"WordLettersMax", mission.WordLettersMax, "/skills/0/id", "at most 500", func(m *mission.Mission, n int) { m.Skills = []mission.Skill{{ID: repeat(n)}} }},
		{"WordLettersMax", mission.WordLettersMax, "/attributes/qpv", "at most 500", func(m *mission.Mission, n int) { m.Attributes = map[string]any{"qpv": repeat(n)} }},
		{"URLBytesMax", mission.URLBytesMax, "/url", "at most 2048", func(m *mission.Mission, n int) { m.URL = "https://x.fr/" + strings.Repeat("x", n-13) }},
		{"DataBytesMax", mission.DataBytesMax, "/data", "at most 65536", func(m *mission.Mission, n int) { m.Data = json.RawMessage(`{"a":"` + strings.Repeat("x", n-8) + `"}`) }},
		{"LocationsMax", mission.LocationsMax, "/locations", "at most 1000", places},
		{"SlotsMax", mission.SlotsMax, "/slots", "at most 500", slots},
		{"SeatsMax", mission.SeatsMax, "/seats", "from 0 to 1000000", func(m *mission.Mission, n int) { m.Seats = &n }},
		{"SeatsMax", mission.SeatsMax, "/slots/0/seats", "from 0 to 1000000", func(m *mission.Mission, n int) { m.Slots = []mission.Slot{{ID: "s", Seats: &n}} }},
		{"SeatsMax", mission.SeatsMax, "/slots", "at most 1000000", func(m *mission.Mission, n int) {
			m.Slots = []mission.Slot{{ID: "s", Seats: new(n - 1)}, {ID: "t", Seats: new(1)}}
		}},
		{"EntriesMax", mission.EntriesMax, "/domains", entries, list(func(m *mission.Mission) *[]string { return &m.Domains })},
		{"EntriesMax", mission.EntriesMax, "/activities", entries, list(func(m *mission.Mission) *[]string { return &m.Activities })},
		{"EntriesMax", mission.EntriesMax, "/tags", entries, list(func(m *mission.Mission) *[]string { return &m.Tags })},
		{"EntriesMax", mission.EntriesMax, "/audiences", entries, list(func(m *mission.Mission) *[]string { return &m.Audiences })},
		{"EntriesMax", mission.EntriesMax, "/requirements", entries, list(func(m *mission.Mission) *[]string { return &m.Requirements })},
		{"EntriesMax", mission.EntriesMax, "/accessibility", entries, list(func(m *mission.Mission) *[]string { return &m.Accessibility })},
		{"EntriesMax", mission.EntriesMax, "/organization/networks", entries, func(m *mission.Mission, n int) { m.Organization = &mission.OrgRef{ID: "o", Networks: words(n)} }},
		{"EntriesMax", mission.EntriesMax, "/skills", entries, func(m *mission.Mission, n int) {
			m.Skills = nil
			for _, w := range words(n) {
				m.Skills = append(m.Skills, mission.Skill{ID: w})
			}
		}},
		{"EntriesMax", mission.EntriesMax, "/attributes", entries, func(m *mission.Mission, n int) {
			m.Attributes = map[string]any{}
			for _, w := range words(n) {
				m.Attributes[w] = true
			}
		}},
		{"AgeMax", mission.AgeMax, "/min_age", "from 0 to 120", func(m *mission.Mission, n int) { m.MinAge = &n }},
		{"AgeMax", mission.AgeMax, "/max_age", "from 0 to 120", func(m *mission.Mission, n int) { m.MaxAge = &n }},
		{"HoursMax", mission.HoursMax, "/commitment/hours", "from 0 to 8784", func(m *mission.Mission, n int) { m.Commitment = &mission.Commitment{Hours: float64(n), Per: "year"} }},
		{"RevisionMax", mission.RevisionMax, "/revision", "from 0 to", func(m *mission.Mission, n int) { m.Revision = int64(n) }},
	}
}

// TestMissionLimits accepts every bounded field at its bound and refuses it
// one above.
func TestMissionLimits(t *testing.T) {
	for _, b := range missionBounds() {
		what := b.limit + " at " + b.pointer
		m := validMission()
		b.set(m, b.most)
		wantValid(t, what, m.Validate())
		m = validMission()
		b.set(m, b.most+1)
		wantInvalid(t, what+", one above", m.Validate(), b.pointer, b.words)
	}
}

// TestMissionRefusals is everything else that a mission may not be, each with
// its place.
func TestMissionRefusals(t *testing.T) {
	f := func(what string, change func(*mission.Mission), pointer, want string) {
		t.Helper()
		m := validMission()
		change(m)
		wantInvalid(t, what, m.Validate(), pointer, want)
	}
	f("no id", func(m *mission.Mission) { m.ID = "" }, "/id", "is required")
	f("a control character in the id", func(m *mission.Mission) { m.ID = "a\x00b" }, "/id", "control character")
	f("an id that is not UTF-8", func(m *mission.Mission) { m.ID = "a\xff" }, "/id", "not UTF-8")
	f("a blank title", func(m *mission.Mission) { m.Title = " \u00a0" }, "/title", "blank")
	f("a line end in the title", func(m *mission.Mission) { m.Title = "a\nb" }, "/title", "control character")
	f("a bell in the description", func(m *mission.Mission) { m.Description = "a\ab" }, "/description", "control character")
	f("a negative revision", func(m *mission.Mission) { m.Revision = -1 }, "/revision", "from 0")
	f("a remote that is none", func(m *mission.Mission) { m.Remote = "maybe" }, "/remote", `"maybe" is not one of no, possible, full, local`)
	f("a kind of dates", func(m *mission.Mission) { m.DateType = "weekly" }, "/date_type", "not one of once, recurring")
	f("a booking", func(m *mission.Mission) { m.Booking = "there" }, "/booking", "not one of here, elsewhere")
	f("an urgency", func(m *mission.Mission) { m.Urgency = "high" }, "/urgency", "not one of calm, normal, urgent, vital")
	f("a requested urgency", func(m *mission.Mission) { m.RequestedUrgency = "high" }, "/requested_urgency", "not one of")
	f("a state", func(m *mission.Mission) { m.State = "full" }, "/state", "not one of draft, open, paused, closed, cancelled")
	f("a blank tag", func(m *mission.Mission) { m.Tags = []string{"a", " "} }, "/tags/1", "blank")
	f("a skill without id", func(m *mission.Mission) { m.Skills = []mission.Skill{{Required: true}} }, "/skills/0/id", "required")
	f("an organisation of nothing", func(m *mission.Mission) { m.Organization = &mission.OrgRef{} }, "/organization", "needs an id or a name")
	f("no place", func(m *mission.Mission) { m.Locations = nil }, "/locations", "required unless remote is full")
	f("a place twice", func(m *mission.Mission) { m.Locations = append(m.Locations, m.Locations[0]) }, "/locations/1/id", "given twice")
	f("half a point", func(m *mission.Mission) { m.Locations[0].Lon = nil }, "/locations/0", "half a point")
	f("the other half", func(m *mission.Mission) { m.Locations[0].Lat = nil }, "/locations/0", "half a point")
	f("no point and no code", func(m *mission.Mission) { m.Locations[0] = mission.Location{City: "Nice"} }, "/locations/0", "needs lat and lon")
	f("the point 0,0", func(m *mission.Mission) { m.Locations[0].Lat, m.Locations[0].Lon = new(0.0), new(0.0) }, "/locations/0", "0,0")
	f("a latitude", func(m *mission.Mission) { m.Locations[0].Lat = new(90.01) }, "/locations/0/lat", "from -90 to 90")
	f("a longitude", func(m *mission.Mission) { m.Locations[0].Lon = new(-180.01) }, "/locations/0/lon", "from -180 to 180")
	f("a slot without id", func(m *mission.Mission) { m.Slots = []mission.Slot{{}} }, "/slots/0/id", "required")
	f("a slot twice", func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s"}, {ID: "s"}} }, "/slots/1/id", "given twice")
	f("a slot elsewhere", func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s", Location: "l9"}} }, "/slots/0/location", "no location of this mission")
	f("a part of the day", func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s", Date: "2026-11-22", Part: "noon"}} }, "/slots/0/part", "not one of morning")
	f("a part without date", func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s", Part: "day"}} }, "/slots/0/date", "required with part")
	f("a date and a start", func(m *mission.Mission) {
		m.Slots = []mission.Slot{{ID: "s", Date: "2026-11-22", StartsAt: "2026-11-22"}}
	}, "/slots/0", "both date and part")
	f("seats below zero", func(m *mission.Mission) { m.Seats = new(-1) }, "/seats", "from 0")
	f("a slot's seats below zero", func(m *mission.Mission) { m.Slots = []mission.Slot{{ID: "s", Seats: new(-1)}} }, "/slots/0/seats", "from 0")
	f("another sum", func(m *mission.Mission) { m.Seats, m.Slots = new(5), []mission.Slot{{ID: "s", Seats: new(4)}} }, "/seats", "is 5 where the slots have 4")
	f("less than the slots", func(m *mission.Mission) {
		m.Seats, m.Slots = new(3), []mission.Slot{{ID: "s", Seats: new(4)}, {ID: "t"}}
	}, "/seats", "fewer than the 4")
	f("ages the wrong way round", func(m *mission.Mission) { m.MinAge, m.MaxAge = new(30), new(29) }, "/max_age", "below the min_age of 30")
	f("a last age below the first of all", func(m *mission.Mission) { m.MaxAge = new(17) }, "/max_age", "below the min_age of 18")
	f("hours of nothing", func(m *mission.Mission) { m.Commitment = &mission.Commitment{Hours: 2} }, "/commitment/per", "is required")
	f("hours per moon", func(m *mission.Mission) { m.Commitment = &mission.Commitment{Hours: 2, Per: "moon"} }, "/commitment/per", "not one of")
	f("hours below zero", func(m *mission.Mission) { m.Commitment = &mission.Commitment{Hours: -2, Per: "week"} }, "/commitment/hours", "from 0")
	for _, u := range []string{"ftp://x.fr/", "x.fr", "https://", "javascript:alert(1)", "https://x.fr/\n"} {
		f("the address "+u, func(m *mission.Mission) { m.URL = u }, "/url", "not an http(s) address")
	}
	f("a list as attribute", func(m *mission.Mission) { m.Attributes = map[string]any{"a/b": []any{1}} }, "/attributes/a~1b", "not a scalar")
	f("an attribute without name", func(m *mission.Mission) { m.Attributes = map[string]any{"": 1.0} }, "/attributes/", "not a name")
	f("data that is a list", func(m *mission.Mission) { m.Data = json.RawMessage(`[1]`) }, "/data", "not an object")
}

// TestMissionAccepts is what looks wrong and is not.
func TestMissionAccepts(t *testing.T) {
	f := func(what string, change func(*mission.Mission)) {
		t.Helper()
		m := validMission()
		change(m)
		wantValid(t, what, m.Validate())
	}
	f("nothing else", func(*mission.Mission) {})
	f("remote without place", func(m *mission.Mission) { m.Locations, m.Remote = nil, mission.RemoteFull })
	f("a place by postal code", func(m *mission.Mission) { m.Locations[0] = mission.Location{PostalCode: "06000"} })
	f("two places without id", func(m *mission.Mission) { m.Locations[0].ID = ""; m.Locations = append(m.Locations, m.Locations[0]) })
	f("no seat", func(m *mission.Mission) { m.Seats = new(0) })
	f("slots that share the rest", func(m *mission.Mission) {
		m.Seats, m.Slots = new(5), []mission.Slot{{ID: "s", Seats: new(4)}, {ID: "t"}}
	})
	f("lines and tabs in a description", func(m *mission.Mission) { m.Description = "a\r\n\tb" })
	f("the equator", func(m *mission.Mission) { m.Locations[0].Lat = new(0.0) })
	f("the pole", func(m *mission.Mission) { m.Locations[0].Lat = new(90.0) })
	f("a mission long over", func(m *mission.Mission) { m.EndsAt = "2001-01-01" })
	f("scalars", func(m *mission.Mission) { m.Attributes = map[string]any{"a": 1.5, "b": false, "c": nil, "d": "x"} })
	f("data that is null", func(m *mission.Mission) { m.Data = json.RawMessage(`null`) })
}

// TestFaultsMax shows that a refusal lists every fault, up to FaultsMax, and
// that its text names three.
func TestFaultsMax(t *testing.T) {
	m := validMission()
	m.Tags = make([]string, mission.EntriesMax) // every one blank
	e := mission.AsError(m.Validate())
	if e == nil || len(e.Fields) != mission.FaultsMax {
		t.Fatalf("got %v, want %d field errors", e, mission.FaultsMax)
	}
	if want := fmt.Sprintf("; and %d more", mission.FaultsMax-3); !strings.HasSuffix(e.Error(), want) {
		t.Errorf("got %q, want %q at its end", e.Error(), want)
	}
}

// TestOtherNouns holds organisations, crises and waves to their limits.
func TestOtherNouns(t *testing.T) {
	f := func(what string, err error, pointer, want string) {
		t.Helper()
		if pointer == "ok" {
			wantValid(t, what, err)
			return
		}
		wantInvalid(t, what, err, pointer, want)
	}
	org := func(o mission.Organization) error { return o.Validate() }
	f("an organisation", org(mission.Organization{ID: "o", Name: repeat(mission.WordLettersMax), Networks: words(mission.EntriesMax)}), "ok", "")
	f("WordLettersMax", org(mission.Organization{ID: "o", Name: repeat(mission.WordLettersMax + 1)}), "/name", "at most 500")
	f("EntriesMax", org(mission.Organization{ID: "o", Networks: words(mission.EntriesMax + 1)}), "/networks", "at most 32")
	f("IDBytesMax", org(mission.Organization{ID: strings.Repeat("x", mission.IDBytesMax+1)}), "/id", "at most 128")
	f("a state", org(mission.Organization{ID: "o", State: "gone"}), "/state", "not one of active, suspended")

	crisis := func(change func(*mission.Crisis)) error {
		c := mission.Crisis{Name: "Vésubie", Area: mission.Area{Departments: []string{"06"}}}
		change(&c)
		return c.Validate()
	}
	f("a crisis", crisis(func(c *mission.Crisis) {
		c.Boost, c.ReachKm, c.MinAge = mission.CrisisBoostMax, mission.RadiusKmMax, mission.AgeMax
	}), "ok", "")
	f("CrisisBoostMax", crisis(func(c *mission.Crisis) { c.Boost = mission.CrisisBoostMax + 1 }), "/boost", "from 1 to 5")
	f("a boost below 1", crisis(func(c *mission.Crisis) { c.Boost = .5 }), "/boost", "from 1 to 5")
	f("RadiusKmMax", crisis(func(c *mission.Crisis) { c.ReachKm = mission.RadiusKmMax + 1 }), "/reach_km", "to 20000")
	f("AgeMax", crisis(func(c *mission.Crisis) { c.MinAge = mission.AgeMax + 1 }), "/min_age", "to 120")
	f("EntriesMax", crisis(func(c *mission.Crisis) { c.Domains = words(mission.EntriesMax + 1) }), "/domains", "at most 32")
	f("no name", crisis(func(c *mission.Crisis) { c.Name = "" }), "/name", "required")
	f("no area", crisis(func(c *mission.Crisis) { c.Area = mission.Area{} }), "/area", "is empty")
	f("half a circle", crisis(func(c *mission.Crisis) { c.Area.RadiusKm = 5 }), "/area", "both center and radius_km")
	f("a circle nowhere", crisis(func(c *mission.Crisis) {
		c.Area.Center, c.Area.RadiusKm = &geo.Point{Lat: 91}, 5
	}), "/area/center", "not a point")
	f("two corners", crisis(func(c *mission.Crisis) { c.Area.Polygon = make([]mission.Corner, 2) }), "/area/polygon", "3 to 1000")
	f("RequestListMax, corners", crisis(func(c *mission.Crisis) { c.Area.Polygon = make([]mission.Corner, mission.RequestListMax+1) }), "/area/polygon", "3 to 1000")
	f("RequestListMax, communes", crisis(func(c *mission.Crisis) { c.Area.Communes = words(mission.RequestListMax + 1) }), "/area/communes", "at most 1000")

	wave := func(change func(*mission.Wave)) error {
		w := mission.Wave{Targets: []mission.Target{{Mission: "m1"}}}
		change(&w)
		return w.Validate()
	}
	targets := func(n int) (all []mission.Target) {
		for i := range n {
			all = append(all, mission.Target{Mission: fmt.Sprintf("m%d", i)})
		}
		return all
	}
	f("a wave", wave(func(w *mission.Wave) {
		w.Targets, w.AskedMax, w.Dial = targets(mission.WaveTargetsMax), mission.AskedMax, "vital"
	}), "ok", "")
	f("WaveTargetsMax", wave(func(w *mission.Wave) { w.Targets = targets(mission.WaveTargetsMax + 1) }), "/targets", "1 to 100")
	f("a target twice", wave(func(w *mission.Wave) { w.Targets = slices.Repeat(w.Targets, 2) }), "/targets/1/mission", "named twice")
	f("a channel that is none", wave(func(w *mission.Wave) { w.Filters.Channels = []string{"pigeon"} }), "/filters/channels/0", "not one of")
	f("an age", wave(func(w *mission.Wave) { w.Filters.MinAge = mission.AgeMax + 1 }), "/filters/min_age", "to 120")
	f("no target", wave(func(w *mission.Wave) { w.Targets = nil }), "/targets", "1 to 100")
	f("AskedMax", wave(func(w *mission.Wave) { w.AskedMax = mission.AskedMax + 1 }), "/limits/asked", "to 100000")
	f("SeatsMax", wave(func(w *mission.Wave) { w.Targets[0].Seats = mission.SeatsMax + 1 }), "/targets/0/seats", "to 1000000")
	f("SlotsMax", wave(func(w *mission.Wave) { w.Targets[0].Slots = words(mission.SlotsMax + 1) }), "/targets/0/slots", "at most 500")
	f("a dial", wave(func(w *mission.Wave) { w.Dial = "loud" }), "/dial", "not one of")
	f("a mission without id", wave(func(w *mission.Wave) { w.Targets[0].Mission = "" }), "/targets/0/mission", "required")
}

// TestEveryLimitIsTested walks limits.go: a limit is either named by a test of
// this package, or held in the room named here, whose code must name it.
func TestEveryLimitIsTested(t *testing.T) {
	held := map[string]string{
		"BodyBytesMax": "api", "BulkBytesMax": "api", "HeaderBytesMax": "api", "IdempotencyMax": "api", "GroupMin": "api", "PublisherMax": "api",
		"RecommendDefault": "api", "WalkMax": "api", "WalkDefault": "api", "WaitSecondsMax": "engine", "AlternativesMax": "engine",
		"TombstoneDays": "store", "KeyHours": "store", "LogHours": "store", "LogBytesMax": "store", "HistoryMax": "store", "ForgetDays": "store",
		"FeedbackMax": "store", "FeedbackDays": "store", "ScaleLevel": "index",
		"WaitingSlotMax": "store", "WaitingMissionMax": "store", "WaitingVolunteerMax": "store",
		"SearchMax": "api", "AsksMax": "store", "RecallMax": "store", "ReceiptsMax": "store", "AsksKept": "store", "BudgetDays": "store", "AlertsMax": "store",
		"WebhooksMax": "store", "CrisesMax": "store", "DeliveriesMax": "store", "RecordedMax": "store",
		"VolunteerKmMin": "matcher",
		"FeedBytesMax":   "", // its room comes later
	}
	ours := source(t, ".", "_test.go")
	limits, err := parser.ParseFile(token.NewFileSet(), "limits.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(limits, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		name := spec.Names[0].Name
		room, elsewhere := held[name]
		switch {
		case elsewhere && room != "" && !bytes.Contains(source(t, "../"+room, ".go"), []byte("mission."+name)):
			t.Errorf("%s: got no use of it in %s, which should hold it", name, room)
		case !elsewhere && !bytes.Contains(ours, []byte("mission."+name)):
			t.Errorf("%s: no test of this package names it, and no other room holds it", name)
		}
		return false
	})
}

// source reads the files of a folder whose names end so.
func source(t *testing.T, dir, end string) (all []byte) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), end) {
			b, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b...)
		}
	}
	return all
}
