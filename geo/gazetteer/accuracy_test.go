package gazetteer_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// oraclePath is where the true places are: 34,969 communes, which the project
// reads but does not ship.
const oraclePath = "../../../shared/data/fr_communes.csv"

// miss is how far the gazetteer is off for one commune.
type miss struct {
	commune gazetteer.Commune
	km      float64
}

// readOracle gives the true place of every commune by its INSEE code.
func readOracle(t *testing.T) map[string]geo.Point {
	t.Helper()
	file, err := os.Open(oraclePath)
	if os.IsNotExist(err) {
		t.Skipf("the true places of the communes are not here: %s", oraclePath)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	oracle := map[string]geo.Point{}
	for _, r := range records[1:] { // code, nom, dept, lat, lon, population
		lat, err1 := strconv.ParseFloat(r[3], 64)
		lon, err2 := strconv.ParseFloat(r[4], 64)
		if err1 == nil && err2 == nil {
			oracle[r[0]] = geo.Point{Lat: lat, Lon: lon}
		}
	}
	return oracle
}

// TestAccuracy measures how far each commune is from the middle of its land,
// logs the table of the package's comment, and holds it to bounds with some
// room, so that new data may come, but a mistake does not pass. The oracle is
// the middle of the land and ours mostly the church, so a kilometre is no
// mistake; overseas, where communes are 100 km wide, is counted on its own.
func TestAccuracy(t *testing.T) {
	oracle := readOracle(t)
	var mainland, overseas []miss
	for code, p := range oracle {
		c, ok := gazetteer.Default().ByINSEE(code)
		if !ok {
			t.Errorf("commune %s is not in the gazetteer", code)
			continue
		}
		m := miss{c, c.Point.DistanceKm(p)}
		if len(c.Department) == 3 {
			overseas = append(overseas, m)
		} else {
			mainland = append(mainland, m)
		}
	}
	var table strings.Builder
	row := func(name string, misses []miss) (median, p95 float64) {
		people, all := 0, 0
		for _, m := range misses {
			people += m.commune.Population
		}
		for _, m := range slices.Concat(mainland, overseas) {
			all += m.commune.Population
		}
		median, p95 = quantile(misses, 0.5), quantile(misses, 0.95)
		fmt.Fprintf(&table, "%-24s %6d %6.1f %% %7.2f %7.2f %7.2f\n", name, len(misses),
			100*float64(people)/float64(all), median, p95, quantile(misses, 1))
		return median, p95
	}
	limits := map[gazetteer.Precision][2]float64{
		gazetteer.PrecisionCommune: {1.2, 3.5}, gazetteer.PrecisionPostalCode: {7, 15}, gazetteer.PrecisionEPCI: {17, 35},
	}
	for _, p := range gazetteer.Precisions() {
		some := slices.DeleteFunc(slices.Clone(mainland), func(m miss) bool { return m.commune.Precision != p })
		if len(some) == 0 {
			continue
		}
		median, p95 := row(string(p), some)
		if limit, ok := limits[p]; ok && (median > limit[0] || p95 > limit[1]) {
			t.Errorf("%s: median %.2f km, p95 %.2f km; want at most %v", p, median, p95, limit)
		}
	}
	median, p95 := row("all, mainland", mainland)
	if median > 5 || p95 > 14 {
		t.Errorf("mainland: median %.2f km, p95 %.2f km; want at most 5 and 14", median, p95)
	}
	row("overseas", overseas)
	t.Logf("\n%-24s %6s %8s %7s %7s %7s\n%s", "precision", "count", "people", "median", "p95", "max km", table.String())
	byPeople(t, slices.Concat(mainland, overseas))
}

// byPeople measures the same as the people meet it.
func byPeople(t *testing.T, misses []miss) {
	slices.SortFunc(misses, func(a, b miss) int { return cmpFloat(a.km, b.km) })
	all, sum := 0, 0
	for _, m := range misses {
		all += m.commune.Population
	}
	shares := []float64{0.5, 0.75, 0.9, 0.95, 0.99}
	for _, m := range misses {
		sum += m.commune.Population
		for len(shares) > 0 && float64(sum) >= shares[0]*float64(all) {
			t.Logf("%2.0f %% of the people live in a commune that is at most %.2f km off", 100*shares[0], m.km)
			if shares[0] == 0.75 && m.km > 4 {
				t.Errorf("three quarters of the people: %.2f km, want at most 4", m.km)
			}
			shares = shares[1:]
		}
	}
}

// quantile is the share-th smallest distance.
func quantile(misses []miss, share float64) float64 {
	kms := make([]float64, len(misses))
	for i, m := range misses {
		kms[i] = m.km
	}
	slices.Sort(kms)
	return kms[int(share*float64(len(kms)-1))]
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
