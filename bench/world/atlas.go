package world

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// place is a commune as records need it. Immutable. Coordinates are whole
// hundred-thousandths of a degree, about a metre, so that what is added to
// them comes out the same everywhere.
type place struct {
	city        string // as the gazetteer writes it; of an arrondissement, its city
	name        string // the same as a text writes it
	insee       string
	department  string
	postalCodes []string
	population  int
	lat, lon    int
	metersLon   int // length of a thousand steps of lon here, in metres
	reachMeters int // how far from the centre people live
}

// metersLat is the length of a thousand steps of latitude.
const metersLat = 1112

// atlas is where people live. Immutable, shared.
type atlas struct {
	places      []place
	population  int
	towns       wheel                      // places by population
	departments map[string]departmentWheel // the same, within each
	valley      []int                      // places of the crisis
	valleyWheel wheel
}

// departmentWheel picks one of the communes of a department.
type departmentWheel struct {
	places []int // places[i] for index i of the wheel
	wheel  wheel
}

// openAtlas reads the gazetteer, once for all worlds.
var openAtlas = sync.OnceValues(readAtlas)

func readAtlas() (*atlas, error) {
	g, a := gazetteer.Default(), &atlas{}
	for c := range g.Communes() {
		if c.Population == 0 || len(c.PostalCodes) == 0 {
			continue
		}
		p := newPlace(c)
		if city, ok := g.ByINSEE(c.City); ok && c.City != "" {
			// People say Paris, not Paris 15e Arrondissement.
			p.city = city.Name
		}
		p.name = strings.ReplaceAll(p.city, "'", "’")
		a.places = append(a.places, p)
	}
	a.spread()
	return a, a.findValley()
}

// newPlace takes what a world needs of a commune.
func newPlace(c gazetteer.Commune) place {
	p := place{city: c.Name, insee: c.INSEE, department: c.Department, postalCodes: c.PostalCodes,
		population: c.Population, lat: steps(c.Point.Lat), lon: steps(c.Point.Lon)}
	p.metersLon = max(1, int(math.Round(metersLat*math.Cos(c.Point.Lat*math.Pi/180))))
	// 0.9 km for a village, 2.7 for Nice, 5.4 for Paris.
	p.reachMeters = 800 + int(math.Sqrt(float64(c.Population))*3.16)
	return p
}

// steps gives degrees as whole hundred-thousandths.
func steps(degrees float64) int { return int(math.Round(degrees * 1e5)) }

// spread makes the wheels.
func (a *atlas) spread() {
	weights := make([]int, len(a.places))
	within := map[string][]int{}
	for i, p := range a.places {
		weights[i] = p.population
		a.population += p.population
		within[p.department] = append(within[p.department], i)
	}
	a.towns = newWheel(weights)
	a.departments = make(map[string]departmentWheel, len(within))
	for name, places := range within {
		w := make([]int, len(places))
		for i, p := range places {
			w[i] = a.places[p].population
		}
		a.departments[name] = departmentWheel{places, newWheel(w)}
	}
}

// town draws a commune by population.
func (a *atlas) town(d *dice) int { return a.towns.spin(d) }

// townOf draws a commune of a department by population.
func (a *atlas) townOf(department string, d *dice) int {
	w := a.departments[department]
	return w.places[w.wheel.spin(d)]
}

// valleyTown draws a commune of the crisis.
func (a *atlas) valleyTown(d *dice) int { return a.valley[a.valleyWheel.spin(d)] }

// overseas says whether the commune is outside Europe, where the clocks differ:
// those departments and collectivities have three digits.
func (p *place) overseas() bool { return len(p.department) == 3 }

// somewhere gives a place in the commune: likeliest at its centre, never
// further than its reach in latitude or in longitude.
func (p *place) somewhere(d *dice) geo.Point {
	//lint:ignore SA4000 two draws, not one value: their difference is likeliest 0
	north := d.below(p.reachMeters+1) - d.below(p.reachMeters+1)
	//lint:ignore SA4000 two draws, not one value: their difference is likeliest 0
	east := d.below(p.reachMeters+1) - d.below(p.reachMeters+1)
	return geo.Point{
		Lat: float64(p.lat+north*1000/metersLat) / 1e5,
		Lon: float64(p.lon+east*1000/p.metersLon) / 1e5,
	}
}

// vesubie is the valley of the crisis: communes of the Vésubie, and how much of the
// crisis each has.
var vesubie = [...]struct {
	insee  string
	weight int
}{
	{"06127", 40}, // Saint-Martin-Vésubie
	{"06103", 24}, // Roquebillière
	{"06074", 12}, // Lantosque
	{"06013", 9},  // Belvédère
	{"06020", 8},  // La Bollène-Vésubie
	{"06156", 7},  // Venanson
}

// findValley looks the valley's communes up.
func (a *atlas) findValley() error {
	byCode := make(map[string]int, len(a.places))
	for i := range a.places {
		byCode[a.places[i].insee] = i
	}
	var weights [len(vesubie)]int
	for i, v := range vesubie {
		at, ok := byCode[v.insee]
		if !ok {
			return fmt.Errorf("world: the gazetteer lacks commune %s", v.insee)
		}
		a.valley, weights[i] = append(a.valley, at), v.weight
	}
	a.valleyWheel = newWheel(weights[:])
	return nil
}
