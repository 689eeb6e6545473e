package objects_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"renfort/objects"
)

// Many records that come at once, and are built on all cores, answer as those
// that came in batches.
func TestResetOfMany(t *testing.T) {
	var all []objects.Object
	for i := range 3 * 4096 {
		all = append(all, objects.Object{ID: fmt.Sprint(i % 12_000), Mission: objects.NoMission,
			JSON: fmt.Appendf(nil, `{"name":"mission %d","kind":"k%d","n":%d,"objectID":"%d"}`, i%97, i%11, i, i%12_000)})
	}
	s := objects.DefaultSettings(false)
	s.CustomRanking = []string{"desc(n)"}
	whole, pieces := objects.New(s, nil), objects.New(s, nil)
	whole.Reset(slices.Values(all))
	for batch := range slices.Chunk(all, 1000) {
		pieces.Apply(batch, nil)
	}
	if got := whole.Snapshot().Len(); got != 12_000 {
		t.Fatalf("got %d records, want 12,000: later ones replace", got)
	}
	q := objects.NewQuery()
	q.Words, q.Facets = "mission 7", []string{"kind"}
	got, err := whole.Snapshot().Search(q, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := pieces.Snapshot().Search(q, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Total == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %d found, %v and %v; want %d, %v and %v", got.Total, got.IDs, got.Facets, want.Total, want.IDs, want.Facets)
	}
}
