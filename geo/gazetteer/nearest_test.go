package gazetteer_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// TestNearest compares with a walk over all places, from random points in and
// around France and all over the globe.
func TestNearest(t *testing.T) {
	const seed = 11
	r := rand.New(rand.NewPCG(seed, 0))
	g := gazetteer.Default()
	var places []gazetteer.Commune
	for c := range g.Communes() {
		places = append(places, c)
	}
	for c := range g.Towns() {
		places = append(places, c)
	}
	vecs := make([]geo.Vec, len(places))
	for i, c := range places {
		vecs[i] = c.Point.Vec()
	}
	points := 400
	if raceEnabled {
		points = 100 // .ci/run looks from all without the detector
	}
	for i := range points {
		p := geo.Point{Lat: 40 + 12*r.Float64(), Lon: -6 + 16*r.Float64()}
		if i%4 == 0 {
			p = geo.Point{Lat: 180*r.Float64() - 90, Lon: 360*r.Float64() - 180}
		}
		want := math.Inf(1)
		for _, v := range vecs {
			want = math.Min(want, v.DistanceKm(p.Vec()))
		}
		c, km, ok := g.Nearest(p)
		if !ok || km != want || km != p.DistanceKm(c.Point) {
			t.Fatalf("seed %d: nearest to %v: got %s %s, %v km, %v, want %v km", seed, p, c.INSEE, c.Name, km, ok, want)
		}
	}
	for _, p := range []geo.Point{{Lat: math.NaN()}, {Lat: 91}, {Lon: math.Inf(1)}} {
		if c, _, ok := g.Nearest(p); ok {
			t.Errorf("nearest to %v: got %v, want none", p, c)
		}
	}
}

// TestNearestOfItself finds every placed commune at its own place, and a
// district in the place of its city.
func TestNearestOfItself(t *testing.T) {
	g := gazetteer.Default()
	for c := range g.Communes() {
		if _, km, ok := g.Nearest(c.Point); !ok || km != 0 {
			t.Errorf("%s %s: nearest is %v km away", c.INSEE, c.Name, km)
		}
	}
	if c, _, _ := g.Nearest(geo.Point{Lat: 48.8534, Lon: 2.3488}); c.City != "75056" {
		t.Errorf("in Paris: got %+v, want an arrondissement", c)
	}
}

// TestTowns checks that the towns abroad are whole, near, and the expected ones.
func TestTowns(t *testing.T) {
	g := gazetteer.Default()
	var communes []geo.Vec
	for c := range g.Communes() {
		communes = append(communes, c.Point.Vec())
	}
	n, every := 0, 16
	if raceEnabled {
		every = 64 // .ci/run walks for more without the detector
	}
	for c := range g.Towns() {
		if c.INSEE != "" || c.Department != "" || c.Name == "" || len(c.Country) != 2 || c.Country == "FR" || c.TimeZone == "" || !c.Point.Valid() {
			t.Errorf("not whole: %+v", c)
		}
		if n++; n%every != 0 {
			continue // a walk over all communes for every town takes seconds
		}
		near := math.Inf(1)
		for _, v := range communes {
			near = math.Min(near, v.Chord2(c.Point.Vec()))
		}
		if geo.Km(near) > 61 {
			t.Errorf("%s %s is %.0f km from France", c.Country, c.Name, geo.Km(near))
		}
	}
	for name, country := range map[string]string{
		"Tournai": "BE", "Luxembourg": "LU", "Kehl": "DE", "Saarbrücken": "DE", "Genève": "CH", "Basel": "CH", "Lausanne": "CH",
		"Ventimiglia": "IT", "Monaco": "MC", "Irun": "ES", "Figueres": "ES", "Andorra la Vella": "AD", "Dover": "GB", "Saint Helier": "JE",
	} {
		found := false
		for _, c := range g.ByName(name) {
			found = found || c.Country == country
		}
		if !found {
			t.Errorf("%s in %s is missing", name, country)
		}
	}
}

func TestTimeZone(t *testing.T) {
	for code, want := range map[string]string{
		"75": "Europe/Paris", "2A": "Europe/Paris", "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne",
		"974": "Indian/Reunion", "975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot",
		"984": "Indian/Kerguelen", "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea", "989": "Etc/GMT+8",
		"97411": "Indian/Reunion", "98719": "Pacific/Gambier", "98731": "Pacific/Marquesas", "06088": "Europe/Paris",
		"FR": "Europe/Paris", "RE": "Indian/Reunion", "GP": "America/Guadeloupe", "MQ": "America/Martinique", "GF": "America/Cayenne",
		"PM": "America/Miquelon", "YT": "Indian/Mayotte", "BL": "America/St_Barthelemy", "MF": "America/Marigot", "TF": "Indian/Kerguelen",
		"WF": "Pacific/Wallis", "PF": "Pacific/Tahiti", "NC": "Pacific/Noumea",
		"BE": "Europe/Brussels", "LU": "Europe/Luxembourg", "DE": "Europe/Berlin", "CH": "Europe/Zurich", "IT": "Europe/Rome",
		"ES": "Europe/Madrid", "MC": "Europe/Monaco", "AD": "Europe/Andorra", "GB": "Europe/London",
		"": "", "US": "", "99": "", "fr": "",
	} {
		if got := gazetteer.Default().TimeZone(code); got != want {
			t.Errorf("TimeZone(%q): got %q, want %q", code, got, want)
		}
	}
}

func TestTimeZoneAt(t *testing.T) {
	f := func(what string, lat, lon float64, want string) {
		t.Helper()
		if got := gazetteer.Default().TimeZoneAt(geo.Point{Lat: lat, Lon: lon}); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	f("Paris", 48.85, 2.35, "Europe/Paris")
	f("Saint-Denis, Réunion", -20.88, 55.45, "Indian/Reunion")
	f("Fort-de-France", 14.6, -61.07, "America/Martinique")
	f("inland Guyane", 3.2, -52.8, "America/Cayenne")
	f("Nouméa", -22.27, 166.45, "Pacific/Noumea")
	f("Taiohae", -8.91, -140.1, "Pacific/Marquesas")
	f("Genève", 46.2, 6.14, "Europe/Zurich")
	f("Kehl", 48.57, 7.81, "Europe/Berlin")
	f("Dover", 51.13, 1.31, "Europe/London")
	f("Papeete", -17.54, -149.57, "Pacific/Tahiti")
	f("London", 51.507, -0.128, "Europe/London")
	f("Newcastle", 54.97, -1.61, "Europe/London")
	f("New York", 40.71, -74.0, "America/New_York")
	f("Honolulu", 21.31, -157.86, "Pacific/Honolulu")
	f("Tokyo", 35.68, 139.69, "Asia/Tokyo")
	f("Sydney", -33.87, 151.21, "Australia/Sydney")
	f("nowhere", 91, 0, "")
	f("nothing", math.NaN(), 0, "")
}

// TestTimeZoneAtEverywhere walks a grid of the earth: every valid point has a
// zone, and Go can load it.
func TestTimeZoneAtEverywhere(t *testing.T) {
	g, known := gazetteer.Default(), map[string]bool{}
	for lat := -90.0; lat <= 90; lat += 3 {
		for lon := -180.0; lon <= 180; lon += 3 {
			zone := g.TimeZoneAt(geo.Point{Lat: lat, Lon: lon})
			if known[zone] {
				continue
			}
			known[zone] = true
			if _, err := time.LoadLocation(zone); err != nil || zone == "" {
				t.Errorf("%v, %v: got %q: %v", lat, lon, zone, err)
			}
		}
	}
	if len(known) < 150 {
		t.Errorf("got %d zones on the whole earth, want 150 at least", len(known))
	}
}

// TestPlausible holds every commune to be in its department, and finds the
// point of its prefecture, exchanged, to be a mirror image.
func TestPlausible(t *testing.T) {
	g := gazetteer.Default()
	for c := range g.Communes() {
		if ok, mirrored := g.Plausible(c.Department, c.Point); !ok || mirrored {
			t.Errorf("%s in %s: got %v, %v", c.INSEE, c.Department, ok, mirrored)
		}
		if ok, mirrored := g.Plausible(c.Department, c.Point.Swapped()); ok || !mirrored {
			t.Errorf("%s in %s, exchanged: got %v, %v", c.INSEE, c.Department, ok, mirrored)
		}
	}
	f := func(department string, lat, lon float64, wantOK, wantMirrored bool) {
		t.Helper()
		ok, mirrored := g.Plausible(department, geo.Point{Lat: lat, Lon: lon})
		if ok != wantOK || mirrored != wantMirrored {
			t.Errorf("%v, %v in %q: got %v, %v, want %v, %v", lat, lon, department, ok, mirrored, wantOK, wantMirrored)
		}
	}
	f("06", 43.7, 7.26, true, false)
	f("06", 7.26, 43.7, false, true)
	f("06", 48.85, 2.35, false, false) // Paris is not in it either way round
	f("974", 55.45, -20.88, false, true)
	f("974", -20.88, 55.45, true, false)
	f("987", -149.57, -17.53, false, true) // not a latitude at all
	f("", 7.26, 43.7, true, false)
	f("Kent", 7.26, 43.7, true, false)
	f("06", math.NaN(), 7, false, false)
}
