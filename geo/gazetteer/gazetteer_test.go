// These tests ask the embedded gazetteer what people ask, and hold every list
// and search against a walk over all communes.
package gazetteer_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// all is every row: what Communes and Towns walk, and the three cities.
func all() []gazetteer.Commune {
	g := gazetteer.Default()
	rows := slices.AppendSeq(slices.Collect(g.Communes()), g.Towns())
	for _, code := range []string{"75056", "69123", "13055"} {
		c, _ := g.ByINSEE(code)
		rows = append(rows, c)
	}
	return rows
}

// TestCommunes walks all of them: each is whole, in order, and found again by
// its code; all people of France are counted, once.
func TestCommunes(t *testing.T) {
	g := gazetteer.Default()
	last, count, people := "", 0, 0
	zones := map[string]bool{}
	for c := range g.Communes() {
		count++
		people += c.Population
		zones[c.TimeZone] = true
		d, ok := g.Department(c.Department)
		switch {
		case c.INSEE <= last:
			t.Fatalf("%s follows %s", c.INSEE, last)
		case c.Name == "" || c.Country != "FR" || !c.Point.Valid() || c.Point.IsNull():
			t.Errorf("not whole: %+v", c)
		case !ok || d.RegionCode != c.Region || !d.Cap.Contains(c.Point.Vec()):
			t.Errorf("%s: department %+v does not fit", c.INSEE, d)
		case !slices.Contains(gazetteer.Precisions(), c.Precision):
			t.Errorf("%s: precision %q", c.INSEE, c.Precision)
		case !slices.IsSorted(c.PostalCodes):
			t.Errorf("%s: postal codes %v", c.INSEE, c.PostalCodes)
		}
		if found, ok := g.ByINSEE(c.INSEE); !ok || found.Name != c.Name {
			t.Errorf("ByINSEE(%s): got %+v, %v", c.INSEE, found, ok)
		}
		last = c.INSEE
	}
	if count != 34969-3+45 {
		t.Errorf("%d communes, want 34,969 less 3 cities and with their 45 arrondissements", count)
	}
	if people < 68e6 || people > 70e6 {
		t.Errorf("%d people, want those of France", people)
	}
	for c := range g.Towns() {
		zones[c.TimeZone] = true
	}
	for zone := range zones {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Errorf("time zone %q: %v", zone, err)
		}
	}
}

// TestCommunesStops shows that a walk can be left.
func TestCommunesStops(t *testing.T) {
	n := 0
	for range gazetteer.Default().Communes() {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("walked %d communes, want 3", n)
	}
}

func TestByINSEE(t *testing.T) {
	f := func(code, name, department, region, zone string, codes ...string) {
		t.Helper()
		c, ok := gazetteer.Default().ByINSEE(code)
		if !ok || c.Name != name || c.Department != department || c.Region != region || c.TimeZone != zone {
			t.Errorf("%s: got %+v, %v", code, c, ok)
		}
		if len(codes) > 0 && !slices.Equal(c.PostalCodes, codes) {
			t.Errorf("%s: postal codes %v, want %v", code, c.PostalCodes, codes)
		}
	}
	f("06088", "Nice", "06", "93", "Europe/Paris", "06000", "06100", "06200", "06300")
	f("48095", "Mende", "48", "76", "Europe/Paris", "48000")
	f("2A004", "Ajaccio", "2A", "94", "Europe/Paris", "20000", "20090", "20167")
	f("2B033", "Bastia", "2B", "94", "Europe/Paris")
	f("97411", "Saint-Denis", "974", "04", "Indian/Reunion", "97400", "97417", "97490")
	f("97502", "Saint-Pierre", "975", "975", "America/Miquelon", "97500")
	f("97701", "Saint-Barthélemy", "977", "977", "America/St_Barthelemy", "97133")
	f("98735", "Papeete", "987", "987", "Pacific/Tahiti")
	f("98723", "Hiva-Oa", "987", "987", "Pacific/Marquesas")
	f("98818", "Nouméa", "988", "988", "Pacific/Noumea")
	f("75056", "Paris", "75", "11", "Europe/Paris")
	f("75116", "Paris 16e Arrondissement", "75", "11", "Europe/Paris", "75016", "75116")
	f("69381", "Lyon 1er Arrondissement", "69", "84", "Europe/Paris", "69001")
	f("13216", "Marseille 16e Arrondissement", "13", "93", "Europe/Paris", "13016")
	f("01120", "Montluel", "01", "84", "Europe/Paris") // Cordieux, which went into it
	for _, code := range []string{"", "6088", "1001", "00000", "2C001", "99999", "06088 ", "nice", "2a004"} {
		if c, ok := gazetteer.Default().ByINSEE(code); ok {
			t.Errorf("ByINSEE(%q): got %+v, want none", code, c)
		}
	}
}

// TestByPostalCode compares with a walk over all communes, for every postal
// code there is.
func TestByPostalCode(t *testing.T) {
	g := gazetteer.Default()
	want := map[string][]string{}
	communes := slices.Collect(g.Communes())
	slices.SortStableFunc(communes, func(a, b gazetteer.Commune) int { return b.Population - a.Population })
	for _, c := range communes {
		for _, code := range c.PostalCodes {
			want[code] = append(want[code], c.INSEE)
		}
	}
	if len(want) < 6000 {
		t.Fatalf("%d postal codes, want some 6,300", len(want))
	}
	for code, codes := range want {
		if got := insees(g.ByPostalCode(code)); !slices.Equal(got, codes) {
			t.Errorf("%s: got %v, want %v", code, got, codes)
		}
	}
	if got := insees(g.ByPostalCode("75011")); !slices.Equal(got, []string{"75111"}) {
		t.Errorf("75011: got %v, want the arrondissement alone", got)
	}
	for _, code := range []string{"", "6000", "00000", "99999", "06001 ", "abcde", "060000", "٠٦٠٠٠", "75056"} {
		if got := g.ByPostalCode(code); got != nil {
			t.Errorf("ByPostalCode(%q): got %v, want none", code, got)
		}
		if p, _, ok := g.PlaceOfPostalCode(code); ok {
			t.Errorf("PlaceOfPostalCode(%q): got %v, want none", code, p)
		}
	}
}

// TestPlaceOfPostalCode checks that every code's place is amid its communes,
// nearer to the larger ones, and says how precise it is.
func TestPlaceOfPostalCode(t *testing.T) {
	g := gazetteer.Default()
	seen := map[string]bool{}
	for c := range g.Communes() {
		for _, code := range c.PostalCodes {
			if seen[code] {
				continue
			}
			seen[code] = true
			p, precision, ok := g.PlaceOfPostalCode(code)
			communes := g.ByPostalCode(code)
			var at []geo.Vec
			for _, d := range communes {
				at = append(at, d.Point.Vec())
			}
			want := gazetteer.PrecisionPostalCode
			if len(communes) == 1 {
				want = communes[0].Precision
			}
			bound := geo.CapOf(at)
			if bound.RadiusKm += 0.001; !ok || precision != want || !bound.Contains(p.Vec()) {
				t.Errorf("%s: got %v, %q, %v, want %q in %+v", code, p, precision, ok, want, bound)
			}
		}
	}
	p, _, _ := g.PlaceOfPostalCode("48000")
	if mende, _ := g.ByINSEE("48095"); p.DistanceKm(mende.Point) > 3 {
		t.Errorf("48000 is %v, far from Mende, where most of its people live", p)
	}
}

func TestDepartments(t *testing.T) {
	g := gazetteer.Default()
	list := g.Departments()
	if len(list) != 109 || len(g.Regions()) != 26 {
		t.Errorf("%d departments and %d regions, want 109 and 26", len(list), len(g.Regions()))
	}
	for _, d := range list {
		if d.Name == "" || d.Region == "" || d.TimeZone == "" || d.Cap.IsEmpty() {
			t.Errorf("not whole: %+v", d)
		}
		if found, ok := g.DepartmentByName(d.Name); !ok || found.Code != d.Code {
			t.Errorf("DepartmentByName(%q): got %+v, want %s", d.Name, found, d.Code)
		}
		if r, ok := g.Region(d.RegionCode); !ok || r.Name != d.Region {
			t.Errorf("Region(%s): got %+v, want %s", d.RegionCode, r, d.Region)
		}
	}
	list[0].Name = "changed"
	if d, _ := g.Department(list[0].Code); d.Name == "changed" {
		t.Error("Departments gives the gazetteer's own memory away")
	}
	for name, want := range map[string]string{
		"cotes d'armor": "22", "SEINE-SAINT-DENIS": "93", "reunion": "974", "La Réunion": "974", "seine st denis": "93",
		"haute corse": "2B", "Val-d’Oise": "95", "guyane": "973", "polynesie francaise": "987",
	} {
		if d, ok := g.DepartmentByName(name); !ok || d.Code != want {
			t.Errorf("DepartmentByName(%q): got %+v, want %s", name, d, want)
		}
	}
	if _, ok := g.Department("20"); ok {
		t.Error("there is no department 20 any more")
	}
	if _, ok := g.DepartmentByName(""); ok {
		t.Error("no name is no department")
	}
	if _, ok := g.Region("00"); ok {
		t.Error("there is no region 00")
	}
	if d, _ := g.Department("75"); d.Population < 2e6 || d.Population > 2.3e6 {
		t.Errorf("Paris has %d people: counted twice?", d.Population)
	}
}

// TestConcurrent asks from many goroutines at once, the first of which load
// what is loaded late; the race detector watches.
func TestConcurrent(t *testing.T) {
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, name := range []string{"Mende", "saint-et", "06000", "genève"} {
				g.ByName(name)
				if len(g.Complete(name, 5)) == 0 {
					t.Errorf("Complete(%q): nothing", name)
				}
				g.TimeZoneAt(geo.Point{Lat: 46.2, Lon: 6.1})
			}
			if first, second := gazetteer.Default(), gazetteer.Default(); first != second {
				t.Error("Default gave two gazetteers")
			}
		})
	}
	group.Wait()
}

// insees are the codes of communes, or the names of towns abroad.
func insees(communes []gazetteer.Commune) []string {
	var codes []string
	for _, c := range communes {
		if c.INSEE == "" {
			c.INSEE = strings.ToLower(c.Country) + ":" + c.Name
		}
		codes = append(codes, c.INSEE)
	}
	return codes
}
