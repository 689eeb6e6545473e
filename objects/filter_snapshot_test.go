package objects_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"renfort/objects"
)

// The same kind of random expressions must find the same records in an index
// of several segments, some of whose records were replaced and removed, as the
// brute-force evaluator finds one by one.
func TestRandomFiltersSnapshot(t *testing.T) {
	t.Parallel()
	expressions := 10_000
	if testing.Short() || raceEnabled {
		expressions = 1_000
	}
	seed := *filterSeed
	m := maker{rand.New(rand.NewPCG(seed, 8))}
	x := objects.New(objects.DefaultSettings(false), nil)
	var records []made
	for i := range 70 {
		records = append(records, m.record(i))
	}
	for i, r := range records { // small batches make segments
		old := m.record(i)
		x.Apply([]objects.Object{{ID: r.id, JSON: []byte(old.json), Mission: objects.NoMission}}, nil)
		if i%5 == 0 {
			x.Apply(nil, []string{r.id})
		}
	}
	for batch := range slices.Chunk(records, 9) {
		var puts []objects.Object
		for _, r := range batch {
			puts = append(puts, objects.Object{ID: r.id, JSON: []byte(r.json), Mission: objects.NoMission})
		}
		x.Apply(puts, nil)
	}
	s := x.Snapshot()
	for range expressions {
		text := m.spell(m.wish(m.IntN(4)), "")
		q := objects.NewQuery()
		if err := objects.DecodeParams("hitsPerPage=1000", q, nil, nil); err != nil {
			t.Fatal(err)
		}
		f, err := objects.ParseFilters(text)
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, text, err)
		}
		q.Filter = f
		var want []string
		for _, r := range records {
			if Matches(f, r.record) {
				want = append(want, r.id)
			}
		}
		res, err := s.Search(q, nil)
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, text, err)
		}
		slices.Sort(want)
		if got := slices.Sorted(slices.Values(res.IDs)); !slices.Equal(got, want) || res.Total != len(want) {
			t.Fatalf("seed %d: %q, read as %s, finds %d: %q, want %q", seed, text, f, res.Total, got, want)
		}
	}
}

// The order that Algolia's guides promise of filters with scores, and pages
// that begin anywhere.
func TestScoresAndOffsets(t *testing.T) {
	t.Parallel()
	x := objects.New(objects.DefaultSettings(false), nil)
	var puts []objects.Object
	for _, r := range [][2]string{{"1", `["Huawei"]`}, {"2", `["Other"]`}, {"3", `["Samsung"]`}, {"4", `["Apple"]`}, {"5", `["Samsung","Nokia","Other"]`}} {
		puts = append(puts, objects.Object{ID: r[0], JSON: []byte(`{"brand":` + r[1] + `,"objectID":"` + r[0] + `"}`), Mission: objects.NoMission})
	}
	x.Apply(puts, nil)
	for _, c := range []struct {
		form string
		want []string
	}{
		{`optionalFilters=["brand:Apple<score=3>","brand:Samsung<score=2>","brand:-Huawei"]`, []string{"4", "3", "5", "2", "1"}},
		{`optionalFilters=["brand:Apple<score=0>","brand:Nokia"]`, []string{"5", "1", "2", "3", "4"}},
		{`filters=brand:Apple<score=3> OR brand:Samsung<score=2> OR brand:Nokia<score=2>`, []string{"4", "3", "5"}},
		{`sumOrFiltersScores=true&filters=brand:Apple<score=3> OR brand:Samsung<score=2> OR brand:Nokia<score=2>`, []string{"5", "4", "3"}},
		{`offset=1&length=2`, []string{"2", "3"}},
		{`offset=2&hitsPerPage=2`, []string{"3", "4"}},
		{`offset=3`, []string{"4", "5"}},
		{`length=2&page=1`, []string{"1", "2"}},
	} {
		q := objects.NewQuery()
		if err := objects.DecodeParams(c.form, q, nil, nil); err != nil {
			t.Fatal(err)
		}
		if res, err := x.Snapshot().Search(q, nil); err != nil || !slices.Equal(res.IDs, c.want) {
			t.Errorf("%s finds %q, %v; want %q", c.form, res.IDs, err, c.want)
		}
	}
}
