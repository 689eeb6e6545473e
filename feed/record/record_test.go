package record_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renfort/feed/record"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// What the default mapping makes of the records that the platform pushed over
// the years, as readable goldens: the draft before intake, what was left out,
// and what intake says.

var update = flag.Bool("update", false, "write the goldens")

func intake() *mission.Intake {
	return mission.NewIntake(mission.DefaultTaxonomy(), gazetteer.Default(), new(mission.Zones))
}

func TestRecords(t *testing.T) {
	in, m := intake(), record.Default()
	files, err := filepath.Glob("testdata/records/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no records: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := told(t, in, m, data)
			golden := strings.TrimSuffix(file, ".json") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("%s (-want +got):\n%s", file, d)
			}
		})
	}
}

// told writes a draft as people read it, and takes it in.
func told(t *testing.T, in *mission.Intake, m *record.Mapping, data []byte) string {
	d, err := m.Mission(data, in.Taxonomy)
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	var b bytes.Buffer
	encoded, err := mission.Encode(d.Mission)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Indent(&b, encoded, "", " "); err != nil {
		t.Fatal(err)
	}
	b.WriteString("\n----\n")
	if d.Left != nil {
		fmt.Fprintf(&b, "left: %d\n", *d.Left)
	}
	for _, s := range d.Dropped {
		fmt.Fprintf(&b, "dropped: %s\n", s)
	}
	if err := in.Mission(d.Mission); err != nil {
		fmt.Fprintf(&b, "intake: %s\n", err)
	} else {
		b.WriteString("intake: ok\n")
	}
	return b.String()
}

func TestMissionID(t *testing.T) {
	m := record.Default()
	for _, c := range []struct{ object, id string }{
		{`App\Models\Mission::6581`, "jva:6581"},
		{`ApiEngagement/5f9bfffb959e010008e97bab`, "api-engagement:5f9bfffb959e010008e97bab"},
		{"6581", "jva:6581"},
		{`App\Models\Structure::1`, ""},
		{`App\Models\Mission::`, ""},
		{"x6581", ""},
		{"", ""},
		{"App\\Models\\Mission::a\x00b", ""},
		{`App\Models\Mission::` + strings.Repeat("1", mission.IDBytesMax), ""},
	} {
		id, ok := m.MissionID(c.object)
		if want := c.id != ""; ok != want || ok && id != c.id {
			t.Errorf("MissionID(%q) = %q, %v; want %q, %v", c.object, id, ok, c.id, want)
		}
	}
}

func TestRefused(t *testing.T) {
	m, tax := record.Default(), mission.DefaultTaxonomy()
	for _, c := range []struct{ json, want string }{
		{`[]`, "not a JSON object"},
		{``, "not a JSON object"},
		{`{"objectID":"App\\Models\\Mission::1","name":"x"`, "cannot be read"},
		{`{"name":"x"}`, `objectID ""`},
		{`{"objectID":"a/b","name":"x"}`, `objectID "a/b"`},
		{`{"objectID":"12","name":" \n"}`, "name is missing or blank"},
		{`{"objectID":"12","name":{"fr":"x"}}`, "name is missing or blank"},
	} {
		_, err := m.Mission([]byte(c.json), tax)
		if mission.KindOf(err) != mission.Invalid || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("Mission(%s): %v; want Invalid with %q", c.json, err, c.want)
		}
	}
}

// A mapping is refused by the place of each fault.
func TestDecodeRefuses(t *testing.T) {
	const least = `"name":"n","version":1,"ids":[{"object":"*","publisher":"p"}],"title":["name"]`
	if _, err := record.Decode([]byte("{" + least + "}")); err != nil {
		t.Fatalf("the least mapping: %v", err)
	}
	for _, c := range []struct{ json, want string }{
		{`{}`, "/name"},
		{`{` + least + `,"titel":[]}`, "/titel"},
		{`{` + least + `,"time_zone":"Mars"}`, "/time_zone"},
		{`{` + least + `,"tags":{"from":[["a..b"]]}}`, "/tags/from/0/0"},
		{`{` + least + `,"remote":[{"path":"type","is":["x"],"then":"maybe"}]}`, "/remote/0/then"},
		{`{` + least + `,"remote":[{"path":"type","is":[],"then":"no"}]}`, "/remote/0/is"},
		{`{` + least + `,"state":[{"path":"s","is":[["x"]],"then":"open"}]}`, "/state/0/is/0"},
		{`{` + least + `,"min_age":[{"path":"s","is":[1],"then":121}]}`, "/min_age/0/then"},
		{`{` + least + `,"url":{"template":"https://x/{id"}}`, "/url/template"},
		{`{` + least + `,"live":{"left":"seats"}}`, "/live/left"},
		{`{` + least + `,"dates":{"each":"d","date":["date"],"words":{"matin":"dawn"}}}`, "/dates/words/matin"},
		{`{` + least + `,"commitment":{"durations":{"day":-1}}}`, "/commitment/durations/day"},
		{`{"name":"n","version":1,"title":["name"],"ids":[{"object":"Mission","publisher":"p"}]}`, "/ids/0/object"},
	} {
		_, err := record.Decode([]byte(c.json))
		if mission.KindOf(err) != mission.Invalid || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("Decode(%s): %v; want Invalid at %s", c.json, err, c.want)
		}
	}
}

func TestLive(t *testing.T) {
	want := []record.LiveField{{Name: "has_places_left", Value: record.LiveHasSeatsLeft}, {Name: "is_outdated", Value: record.LiveOver}, {Name: "places_left", Value: record.LiveSeatsLeft}}
	if d := cmp.Diff(want, record.Default().Live()); d != "" {
		t.Errorf("Live (-want +got):\n%s", d)
	}
}

func BenchmarkMission(b *testing.B) {
	data, err := os.ReadFile("testdata/records/own.json")
	if err != nil {
		b.Fatal(err)
	}
	m, tax := record.Default(), mission.DefaultTaxonomy()
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := m.Mission(data, tax); err != nil {
			b.Fatal(err)
		}
	}
}
