package record_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"renfort/feed/record"
	"renfort/mission"
)

// Two promises, by generated records: whatever JSON is pushed, the mapping does
// not panic and its draft keeps the limits of a mission; and a record as the
// platform makes them always passes intake.

// ordinary draws a record in the platform's shape: each member of any of the
// values that it had over the years.
func ordinary(r *rand.Rand) map[string]any {
	one := func(values ...any) any { return values[r.IntN(len(values))] }
	town := one([]any{"Nice", "06000", "06", 43.6961, 7.2602}, []any{"Azur", "40140", "40", 43.7988, -1.30211},
		[]any{"Saint-Denis", "97400", "974", -20.8789, 55.4481}, []any{"Ajaccio", "20000", "2A", 41.9268, 8.7369}).([]any)
	rec := map[string]any{
		"objectID": fmt.Sprintf(one(`App\Models\Mission::%d`, "ApiEngagement/%x", "%d").(string), r.IntN(1e6)),
		"name":     one("Je distribue des repas", "J'aide", "É́", string(make([]rune, 700))+"x"),
		"type":     one("Mission en présentiel", "Mission à distance", nil), "department": town[2], "zip": one(town[1], nil), "city": town[0],
		"_geoloc":            one(map[string]any{"lat": town[3], "lng": town[4]}, []any{map[string]any{"lat": town[3], "lng": town[4]}, map[string]any{"lat": 0, "lng": 0}}),
		"addresses":          one(nil, []any{}, []any{map[string]any{"id": "a", "zip": town[1], "city": town[0], "latitude": fmt.Sprint(town[3]), "longitude": town[4]}, map[string]any{"id": "a", "zip": town[1], "latitude": 0, "longitude": 0}, nil}),
		"participations_max": one(nil, 0, 12, "30", 1e7), "places_left": one(nil, 3, -4, 40), "has_places_left": one(true, false, nil),
		"domaine": one(nil, map[string]any{"id": 7, "name": "Solidarité et insertion"}, map[string]any{"id": 5, "name": "Mobilisation covid-19"}), "domaines": one(nil, []any{"Sport pour tous", "Autre"}),
		"activity": one(nil, map[string]any{"id": 28, "name": "Distribution"}), "structure": one(nil, map[string]any{"id": r.IntN(100), "name": "S"}, map[string]any{"name": "S"}),
		"start_date": one(nil, 1777845600, "2026-05-04", "2026-05-04T10:00:00+02:00", "2026-05-04 00:00:00", "0000-00-00"), "end_date": one(nil, 1777845600, 1770000000, "2026-05-04", "03/05/2026", 1.7778e12),
		"dates": one(nil, []any{map[string]any{"date": "2026-05-04", "slots": one(nil, []any{"morning", "nuit"})}, map[string]any{"timestamp": 1777845600}}),
		"tags":  one(nil, []any{"a", " ", "b\n"}), "state": one("Validée", "Terminée", nil), "publics_volontaires": one(nil, []any{"Mineurs"}),
		"commitment__duration": one(nil, "2_hours", "x"), "commitment__time_period": one(nil, "week", "x"), "commitment__total": one(nil, 12, -3, 1e6),
		"slug": one("je-distribue", nil, "a/b c"), "id": r.IntN(1e6), "template_id": one(nil, 12), "description": one(nil, "", "<p>x</p>\r\n\x00"),
	}
	for k := range rec {
		if r.IntN(12) == 0 && k != "objectID" && k != "name" && k != "_geoloc" {
			delete(rec, k)
		}
	}
	return rec
}

func TestOrdinaryRecordsPassIntake(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	m, in := record.Default(), intake()
	for i := range 3_000 {
		data, err := json.Marshal(ordinary(r))
		if err != nil {
			t.Fatal(err)
		}
		d, err := m.Mission(data, in.Taxonomy)
		if err == nil {
			err = in.Mission(d.Mission)
		}
		if err != nil {
			t.Fatalf("seed %d, record %d: %v\n%s", seed, i, err, data)
		}
		if id, ok := m.MissionID(objectID(data)); !ok || id != d.Mission.ID {
			t.Fatalf("seed %d, record %d: id %q of the draft, %q of its objectID", seed, i, d.Mission.ID, id)
		}
	}
}

func objectID(data []byte) string {
	var o struct{ ObjectID string }
	if json.Unmarshal(data, &o) != nil {
		return ""
	}
	return o.ObjectID
}

// odd draws any JSON value, also where the mapping wants another.
func odd(r *rand.Rand, depth int) any {
	switch n := r.IntN(12); {
	case n < 3 && depth > 0:
		l := make([]any, r.IntN(4))
		for i := range l {
			l[i] = odd(r, depth-1)
		}
		return l
	case n < 6 && depth > 0:
		names := []string{"id", "name", "lat", "lng", "latitude", "zip", "date", "slots", "reseaux", "timestamp"}
		o := map[string]any{}
		for range r.IntN(5) {
			o[names[r.IntN(len(names))]] = odd(r, depth-1)
		}
		return o
	case n < 8:
		return []float64{0, -1, 1e300, -1e15, 43.7, 1777845600, 91, 0.5}[r.IntN(8)]
	case n < 11:
		return []string{"", " ", "x", "2026-05-04", "99/99/9999", "1e400", "NaN", "Inf", "\x00\u0085", "-", "06000", "https://", "https://x/%zz"}[r.IntN(13)]
	}
	return []any{nil, true, false}[r.IntN(3)]
}

func TestOddRecordsKeepTheLimits(t *testing.T) {
	const seed = 2
	r := rand.New(rand.NewPCG(seed, 0))
	m, in := record.Default(), intake()
	for i := range 5_000 {
		rec := ordinary(r)
		for k := range rec {
			if r.IntN(2) == 0 && k != "objectID" {
				rec[k] = odd(r, 3)
			}
		}
		data, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		if fault := broken(m, in, data); fault != "" {
			t.Fatalf("seed %d, record %d: %s\n%s", seed, i, fault, data)
		}
	}
}

// broken says what is wrong with a draft besides a place or date that intake
// may refuse.
func broken(m *record.Mapping, in *mission.Intake, data []byte) string {
	d, err := m.Mission(data, in.Taxonomy)
	if err != nil {
		if mission.KindOf(err) != mission.Invalid {
			return "refused, not as Invalid: " + err.Error()
		}
		return ""
	}
	for _, s := range d.Dropped {
		if !utf8.ValidString(s) {
			return fmt.Sprintf("dropped %q is not UTF-8", s)
		}
	}
	if d.Left != nil && (*d.Left < 0 || d.Mission.Seats == nil) {
		return fmt.Sprintf("left is %d of %v seats", *d.Left, d.Mission.Seats)
	}
	err = in.Mission(d.Mission)
	if err == nil {
		return ""
	}
	for _, f := range mission.AsError(err).Fields {
		if len(f.Pointer) < 10 || f.Pointer[:10] != "/locations" {
			return fmt.Sprintf("intake: %s: %s", f.Pointer, f.Detail)
		}
	}
	return ""
}

func FuzzMission(f *testing.F) {
	files, err := filepath.Glob("testdata/records/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	m, in := record.Default(), intake()
	f.Fuzz(func(t *testing.T, data []byte) {
		if fault := broken(m, in, data); fault != "" {
			t.Errorf("%s\n%q", fault, data)
		}
	})
}
