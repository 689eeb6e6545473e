package feed_test

// What is written is read back as the same missions: a made-up France, real
// records of two countries, and whatever else a mission may be.

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/bench/world"
	"renfort/feed"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// intake is the default one.
func intake() (*mission.Intake, *mission.Zones) {
	zones := new(mission.Zones)
	return mission.NewIntake(mission.DefaultTaxonomy(), gazetteer.Default(), zones), zones
}

// written is missions as a feed.
func written(t *testing.T, in *mission.Intake, zones *mission.Zones, missions []*mission.Mission) []byte {
	t.Helper()
	var b bytes.Buffer
	w := feed.NewWriter(&b, in, zones)
	for _, m := range missions {
		if err := w.Write(m, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// goThere writes missions and reads them back, which must give the same, but
// for the revision, which feeds do not have.
func goThere(t *testing.T, in *mission.Intake, zones *mission.Zones, missions []*mission.Mission) (extended int) {
	t.Helper()
	byPublisher := map[string][]*mission.Mission{}
	for _, m := range missions {
		byPublisher[m.Publisher] = append(byPublisher[m.Publisher], m)
	}
	for publisher, ms := range byPublisher {
		text := written(t, in, zones, ms)
		extended += strings.Count(string(text), "<renfort>")
		drafts := readAll(t, string(text), feed.Options{Publisher: publisher, Intake: in, Zones: zones})
		if len(drafts) != len(ms) {
			t.Fatalf("%s: %d of %d missions came back", publisher, len(drafts), len(ms))
		}
		for i, d := range drafts {
			if d.Refusal != nil {
				t.Fatalf("%s: %v", ms[i].ID, d.Refusal)
			}
			if err := in.Mission(d.Mission); err != nil {
				t.Fatalf("%s: %v", ms[i].ID, err)
			}
			want := *ms[i]
			want.Revision = 0
			if diff := cmp.Diff(encoded(t, &want), encoded(t, d.Mission)); diff != "" {
				t.Fatalf("%s came back as another (-sent +back):\n%s\nfrom\n%s", ms[i].ID, diff, written(t, in, zones, ms[i:i+1]))
			}
		}
	}
	return extended
}

func encoded(t *testing.T, m *mission.Mission) string {
	t.Helper()
	b, err := mission.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), ",", ",\n")
}

func TestWorldGoesThereAndBack(t *testing.T) {
	in, zones := intake()
	config := world.Default()
	config.Missions, config.Volunteers = 2_000, 1
	if testing.Short() || raceEnabled {
		config.Missions = 300
	}
	w, err := world.New(config)
	if err != nil {
		t.Fatal(err)
	}
	var missions []*mission.Mission
	for i := range config.Missions {
		m := w.Mission(i)
		if err := in.Mission(&m); err != nil {
			t.Fatal(err)
		}
		missions = append(missions, &m)
	}
	extended := goThere(t, in, zones, missions)
	t.Logf("%d of %d missions needed more than the format has", extended, len(missions))
}

func TestRealMissionsGoThereAndBack(t *testing.T) {
	f, err := os.Open("../../shared/data/missions_real.ndjson")
	if err != nil {
		t.Skip("the shared data is not beside the project")
	}
	defer f.Close()
	in, zones := intake()
	var missions []*mission.Mission
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if (testing.Short() || raceEnabled) && len(missions) == 100 {
			break // places far from France are slow to look up
		}
		m := new(mission.Mission)
		if err := mission.Decode(lines.Bytes(), m); err != nil {
			t.Fatal(err)
		}
		if in.Mission(m) == nil { // two have the point 0,0
			missions = append(missions, m)
		}
	}
	goThere(t, in, zones, missions)
	t.Logf("%d missions", len(missions))
}

// Every field, and texts that markup and separators could break.
func TestAnythingGoesThereAndBack(t *testing.T) {
	in, zones := intake()
	lines := []string{
		`{"id":"p:1","publisher":"p","title":"A & B < C &amp; D","remote":"full"}`,
		`{"id":"other","publisher":"p","title":"an id that is not the publisher's","remote":"full","state":"paused"}`,
		`{"id":"p:2","publisher":"p","title":" blanks ","description":"a]]>b\r\nc\t<p>d</p>","remote":"full","url":"https://x.org/?a=1&b=2"}`,
		`{"id":"p:3","publisher":"p","title":"x","organization":{"id":"o1","name":"N","networks":["a,b","c"]},"domains":["sante","sport"],"activities":["maraude","sport"],"tags":["a,b"],"audiences":["false","seniors"],"skills":["psc1",{"id":"permis_b","required":true}],"requirements":["un, deux"],"accessibility":["sign_language","wheelchair"],"near_transit":true,"remote":"possible","locations":[{"id":"l1","lat":43.70,"lon":7.26,"label":"1, rue X","city":"Nice","postal_code":"06000","department":"06","insee":"06088","country":"FR"},{"id":"l2","postal_code":"97400"},{"lat":50.85,"lon":4.35,"country":"BE"}],"starts_at":"2026-11-22","ends_at":"2026-12-01T10:00:00+01:00","apply_before":"2026-11-30","date_type":"once","slots":[{"id":"s1","starts_at":"2026-11-22T08:00:00+01:00","seats":20,"location":"l1"},{"id":"s2","date":"2026-11-23","part":"evening","seats":30}],"commitment":{"hours":4,"per":"week"},"booking":"elsewhere","urgency":"vital","min_age":12,"max_age":70,"url":"https://x.org","published_at":"2026-11-21T18:00:00Z","attributes":{"qpv":true,"snu":false,"schedule":"le soir","duration":2.5},"data":{"slug":"x","organizationLogo":"https://l.org/1.png","tasks":["a","b"],"title":"not the title","n":1.50,"deep":{"a":[{"b":null}]}}}`,
		`{"id":"p:4","publisher":"p","title":"x","remote":"full","seats":0,"min_age":18,"urgency":"urgent","requested_urgency":"vital","group":"g","attributes":{"priority":"2"},"data":{"x":" y ","emptY":"","list":[],"1bad":"z","renfort":"no","accentué":"é"}}`,
		`{"id":"p:5","publisher":"p","title":"\u2028\uffff😀","remote":"full","seats":7,"slots":[{"id":"s","seats":3},{"id":"t"}]}`,
	}
	var missions []*mission.Mission
	for _, line := range lines {
		m := new(mission.Mission)
		if err := mission.Decode([]byte(line), m); err != nil {
			t.Fatal(err)
		}
		if err := in.Mission(m); err != nil {
			t.Fatal(err)
		}
		missions = append(missions, m)
	}
	for _, m := range missions {
		if strings.Contains(m.Title, "\uffff") {
			m.Title = "\u2028😀" // XML has no such character
		}
		goThere(t, in, zones, []*mission.Mission{m})
	}
}

// Seats are those left: of the mission, and of each slot that has its own.
func TestPlacesAreThoseLeft(t *testing.T) {
	in, zones := intake()
	three := 3
	m := &mission.Mission{ID: "p:1", Publisher: "p", Title: "x", Remote: "full", Slots: []mission.Slot{{ID: "a", Seats: &three}, {ID: "b", Seats: &three}}}
	if err := in.Mission(m); err != nil {
		t.Fatal(err)
	}
	seats := &mission.Seats{Slots: []mission.SlotTerms{{ID: "a", Pool: 0}, {ID: "b", Pool: 1}},
		Pools: []mission.Pool{{Total: 3, Held: 1, Confirmed: 1}, {Total: 3, Elsewhere: 2, Confirmed: 2, Over: 1}}}
	var b bytes.Buffer
	w := feed.NewWriter(&b, in, zones)
	if err := w.Write(m, seats); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	d := readAll(t, b.String(), feed.Options{Publisher: "p", Intake: in, Zones: zones})[0]
	if got := fmt.Sprint(d.Places, *d.Mission.Slots[0].Seats, *d.Mission.Slots[1].Seats); got != "1 1 0" {
		t.Errorf("places, of a, of b: %s; want 1 1 0\n%s", got, b.String())
	}
	if *m.Slots[0].Seats != 3 {
		t.Error("the mission itself was changed")
	}
}

func TestFeedWithoutMissionsIsOne(t *testing.T) {
	in, zones := intake()
	text := string(written(t, in, zones, nil))
	if ds := readAll(t, text, feed.Options{Publisher: "p", Intake: in, Zones: zones}); len(ds) != 0 {
		t.Errorf("%d records in %s", len(ds), text)
	}
}
