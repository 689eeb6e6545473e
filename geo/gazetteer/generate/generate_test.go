package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// packagesVariable names the directory (node_modules) of the two packages.
const packagesVariable = "GAZETTEER_PACKAGES"

// TestReproducible makes the embedded file anew: it is the same, byte for byte.
func TestReproducible(t *testing.T) {
	packages := os.Getenv(packagesVariable)
	if packages == "" {
		t.Skipf("the packages are not here: %s does not name their directory", packagesVariable)
	}
	got, _, err := generate(packages)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../gazetteer.tsv.gz")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the embedded file is not what the generator makes: %d bytes, want %d; run go generate, and see what changed with zcat", len(want), len(got))
	}
}

// fake is a pair of packages with a handful of communes of one department,
// written into a directory.
type fake struct {
	communes []commune
	epcis    map[string][]string
	places   []string
	version  string
}

// row is a row of GeoNames' table with what the tests care for.
func row(id int, name, others string, lat, lon float64, feature, country, insee string, people int) string {
	return fmt.Sprintf("%d\t%s\t%s\t%s\t%v\t%v\tP\t%s\t%s\t\t76\t48\t481\t%s\t%d\t\t100\tEurope/Paris\t2020-01-01",
		id, name, name, others, lat, lon, feature, country, insee, people)
}

func (f fake) write(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	save := func(path string, v any) {
		t.Helper()
		data, err := json.Marshal(v)
		if text, ok := v.(string); ok {
			data = []byte(text)
		}
		path = filepath.Join(root, path)
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	type member struct {
		Code string `json:"code"`
	}
	type epci struct {
		Code    string   `json:"code"`
		Members []member `json:"membres"`
	}
	epcis := []epci{}
	for code, members := range f.epcis {
		e := epci{Code: code}
		for _, m := range members {
			e.Members = append(e.Members, member{m})
		}
		epcis = append(epcis, e)
	}
	save(francePackage+"/package.json", map[string]string{"version": franceVersion + f.version})
	save(francePackage+"/data/regions.json", []division{{Code: "76", Name: "Occitanie"}})
	save(francePackage+"/data/departements.json", []division{{Code: "48", Region: "76", Name: "Lozère"}})
	save(francePackage+"/data/communes.json", f.communes)
	save(francePackage+"/data/epci.json", epcis)
	save(placesPackage+"/package.json", map[string]string{"version": placesVersion})
	save(placesPackage+"/dist/cities500.txt", strings.Join(f.places, "\n")+"\n")
	return root
}

// lozere is enough of a department for every way to place a commune.
func lozere() fake {
	now := func(code, name, postal, arrondissement string, people int, formers ...string) commune {
		return commune{Code: code, Name: name, Type: typeCommune, Department: "48", Arrondissement: arrondissement,
			PostalCodes: strings.Fields(postal), Population: people, FormerCodes: formers}
	}
	return fake{
		communes: []commune{
			now("48095", "Mende", "48000", "482", 12000),
			now("48003", "Voisin", "48000", "482", 100),
			now("48001", "Écarté", "48100", "482", 50),
			now("48002", "Perdu", "48200", "482", 40),
			now("48009", "Peyre", "48130", "481", 2000, "48999"),
			{Code: "48047", Name: "La Chaze", Type: "commune-deleguee", Head: "48009"},
			{Code: "48009", Name: "Aumont", Type: "commune-deleguee", Head: "48009"},
		},
		epcis: map[string][]string{"E1": {"48095", "48001"}, "E2": {"48009"}},
		places: []string{
			row(3, "Mende", "", 44.5, 3.5, "PPLA2", "FR", "48095", 11000),
			row(4, "Un Hameau", "", 44.9, 3.9, "PPL", "FR", "48095", 600),
			row(5, "Aumont-Aubrac", "Peyre", 44.7, 3.3, "PPL", "FR", "48047", 1000),
			row(6, "Proche", "", 44.6, 3.6, "PPL", "IT", "", 700),
			row(7, "Un Quartier", "", 44.6, 3.6, "PPLX", "IT", "", 700),
			row(8, "Loin", "", 50, 10, "PPL", "DE", "", 700),
		},
	}
}

// generated is what the generator makes of the fake packages, without the real
// corrections.
func generated(t *testing.T, f fake) (map[string]placed, []place, *france) {
	t.Helper()
	root := f.write(t)
	country, err := readFrance(root)
	if err != nil {
		t.Fatal(err)
	}
	places, err := readPlaces(root)
	if err != nil {
		t.Fatal(err)
	}
	all, err := placeCommunes(country, places, nil)
	if err != nil {
		t.Fatal(err)
	}
	return all, townsNear(places, all), country
}

// TestPlaceCommunes shows each way of placing a commune, best first.
func TestPlaceCommunes(t *testing.T) {
	all, towns, country := generated(t, lozere())
	f := func(code string, lat, lon float64, want gazetteer.Precision) {
		t.Helper()
		got := all[code]
		if got.precision != want || got.point.DistanceKm(geo.Point{Lat: lat, Lon: lon}) > 0.001 {
			t.Errorf("%s: got %v, want %v, %v by %s", code, got, lat, lon, want)
		}
	}
	f("48095", 44.5, 3.5, gazetteer.PrecisionCommune)        // its name, not its hamlet
	f("48009", 44.7, 3.3, gazetteer.PrecisionCommune)        // through the code of a former commune
	f("48003", 44.5, 3.5, gazetteer.PrecisionPostalCode)     // Mende's postal code
	f("48001", 44.5, 3.5, gazetteer.PrecisionEPCI)           // Mende's EPCI
	f("48002", 44.5, 3.5, gazetteer.PrecisionArrondissement) // Mende's arrondissement
	if len(towns) != 1 || towns[0].name != "Proche" {
		t.Errorf("towns abroad: got %v, want Proche alone", towns)
	}
	want := []former{{"", "Aumont", "48009"}, {"48047", "La Chaze", "48009"}, {"48999", "", "48009"}}
	if fmt.Sprint(country.formers) != fmt.Sprint(want) {
		t.Errorf("former communes: got %v, want %v", country.formers, want)
	}
}

// TestPlaceCommunesByEPCI shows that a postal code that two EPCIs share places
// a commune amid its own EPCI's.
func TestPlaceCommunesByEPCI(t *testing.T) {
	f := lozere()
	f.communes[4].PostalCodes = []string{"48000"} // Peyre gets Mende's postal code, and so Voisin two kin
	all, _, _ := generated(t, f)
	if got := all["48003"].point; got.DistanceKm(geo.Point{Lat: 44.6, Lon: 3.4}) > 1 {
		t.Errorf("without an EPCI: got %v, want the middle of both", got)
	}
	f.epcis["E2"] = append(f.epcis["E2"], "48003")
	all, _, _ = generated(t, f)
	if got := all["48003"].point; got.DistanceKm(geo.Point{Lat: 44.7, Lon: 3.3}) > 0.001 {
		t.Errorf("within Peyre's EPCI: got %v, want Peyre", got)
	}
}

// TestCorrections applies each kind of correction, and refuses nonsense.
func TestCorrections(t *testing.T) {
	places := []place{{id: 3, point: geo.Point{Lat: 1, Lon: 2}}}
	known := map[string]placed{"48002": {}}
	fixes := map[string]correction{"48001": {"at", "44.2 3.4"}, "48002": {"unknown", ""}, "48003": {"geonames", "3"}}
	if err := applyCorrections(known, places, fixes); err != nil {
		t.Fatal(err)
	}
	want := map[string]placed{
		"48001": {geo.Point{Lat: 44.2, Lon: 3.4}, gazetteer.PrecisionApproximate},
		"48003": {geo.Point{Lat: 1, Lon: 2}, gazetteer.PrecisionCommune},
	}
	if fmt.Sprint(known) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", known, want)
	}
	for _, bad := range []correction{{"at", "x"}, {"at", "99 3"}, {"geonames", "4"}, {"elsewhere", ""}} {
		if err := applyCorrections(known, places, map[string]correction{"48001": bad}); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
	if fixes, err := readCorrections(); err != nil || len(fixes) < 100 {
		t.Errorf("corrections.tsv: got %d lines, %v", len(fixes), err)
	}
}

// TestRun makes a file of the fake packages with the command itself. The real
// corrections name places that the fake table lacks, which must not pass.
func TestRun(t *testing.T) {
	root := lozere().write(t)
	var out bytes.Buffer
	file := filepath.Join(t.TempDir(), "out.gz")
	if err := run([]string{"-packages", root, "-out", file}, &out); err == nil || !strings.Contains(err.Error(), "corrections.tsv") {
		t.Errorf("corrections that lead nowhere: got %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was written all the same: %v", err)
	}
	if err := run(nil, &out); err == nil || !strings.Contains(err.Error(), "-packages") {
		t.Errorf("without the packages: got %v", err)
	}
	if err := run([]string{"-packages", t.TempDir()}, &out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty directory: got %v", err)
	}
	other := lozere()
	other.version = ".1"
	if err := run([]string{"-packages", other.write(t)}, &out); err == nil || !strings.Contains(err.Error(), "want "+franceVersion) {
		t.Errorf("another version: got %v", err)
	}
}

// TestWrite writes twice and reads the text: the same bytes, in the form that
// package gazetteer describes.
func TestWrite(t *testing.T) {
	all, towns, country := generated(t, lozere())
	var a, b bytes.Buffer
	if err := errors.Join(write(&a, country, all, towns), write(&b, country, all, towns)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same communes gave two files")
	}
	if s := summarize(country, all, towns); !strings.Contains(s, "commune              2 communes     14000 people") {
		t.Errorf("summary:\n%s", s)
	}
}

// TestParsePlace refuses rows that are not rows.
func TestParsePlace(t *testing.T) {
	good := strings.Split(row(1, "A", "", 1, 2, "PPL", "FR", "", 3), "\t")
	if p, err := parsePlace(good); err != nil || p.name != "A" || p.population != 3 {
		t.Errorf("a row: got %+v, %v", p, err)
	}
	for _, column := range []int{columnID, columnLat, columnLon, columnPopulation} {
		bad := append([]string{}, good...)
		bad[column] = "x"
		if p, err := parsePlace(bad); err == nil {
			t.Errorf("column %d is no number: got %+v", column, p)
		}
	}
	if _, err := parsePlace(good[:18]); err == nil {
		t.Error("18 columns: no error")
	}
}

// TestDistricts names the districts of Lyon and Marseille by their codes.
func TestDistricts(t *testing.T) {
	for name, want := range map[string]string{"Lyon 01": "69381", "Lyon 09": "69389", "Marseille 16": "13216", "Lyon": "", "Lyon 1": ""} {
		if got := districtOf(place{name: name, country: "FR"}); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
