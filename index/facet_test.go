package index_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"renfort/index"
	"renfort/mission"
)

// Goal: what a search counts by follows the records, and what moves with seats
// follows the rows.
//
// Method: as for the rest of the index, one that lived through random changes
// and one built from the state they led to say the same; and both say what the
// rows say.
func TestFacetsLiveEqualRebuild(t *testing.T) {
	for seed := *seedFlag; seed < *seedFlag+8; seed++ {
		s := newState(seed + 50)
		x := s.open()
		x.Apply(mustPut(s, 100))
		for range 40 {
			x.Apply(s.commit())
		}
		last := s.tick(61)
		x.Apply([]mission.Change{last})
		rebuilt := s.open()
		for _, c := range s.final() {
			rebuilt.Load(&c)
		}
		rebuilt.Apply([]mission.Change{last})
		live, anew := x.Snapshot(), rebuilt.Snapshot()
		for o, r := range s.missions {
			if got, want := facetWords(live, uint32(o)), facetWords(anew, uint32(o)); r != nil && got != want {
				t.Fatalf("seed %d: mission %d: live\n%s\nrebuilt\n%s", seed, o, got, want)
			}
			checkFollows(t, live, uint32(o), r)
		}
	}
}

// facetWords writes all that is counted of a mission, numbers resolved.
func facetWords(s *index.Snapshot, o uint32) string {
	var b strings.Builder
	for i := range s.Facets.Fields {
		f := &s.Facets.Fields[i]
		if f.Table == nil {
			continue
		}
		view, values := f.Table.View(), []string{}
		set := view.Sets[*f.Sets.At(o)]
		for _, v := range set {
			values = append(values, view.Values[v]+"/"+s.FacetLabel(index.Field(i), &view, v))
		}
		slices.Sort(values)
		fmt.Fprintln(&b, index.Field(i), values)
		for v := range f.Bits {
			if has(f.Bits[v], o) != slices.Contains(set, uint32(v)) {
				fmt.Fprintf(&b, "bits of %q do not agree\n", view.Values[v])
			}
		}
	}
	c := s.Facets
	for _, bits := range []index.Column[uint64]{c.Shown, c.Placed, c.Several, c.Full, c.Afar, c.Minors, c.Slotted} {
		fmt.Fprint(&b, has(bits, o), " ")
	}
	m := s.Missions.At(o)
	for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
		for _, f := range []index.Field{index.Department, index.Region, index.City, index.PostalCode} {
			fmt.Fprint(&b, c.Fields[f].Table.View().Values[c.Places.At(a).Value(f)], " ")
		}
		fmt.Fprintln(&b, has(c.Current, a))
	}
	fmt.Fprintf(&b, "%v %+v %v", *c.PartsUntil.At(o), *s.Sifts.At(o), has(s.Available, o))
	return b.String()
}

func has(bits index.Column[uint64], i uint32) bool { return *bits.At(i >> 6)&(1<<(i&63)) != 0 }

// checkFollows compares what follows the rows with them.
func checkFollows(t *testing.T, s *index.Snapshot, o uint32, r *record) {
	t.Helper()
	stand, most := s.Stands.At(o), float64(*s.Most.At(o))
	if has(s.Available, o) != (stand.Standing != 0) || most < stand.Standing || most > stand.Standing*(1+1e-5) && most > math.SmallestNonzeroFloat32*1e8 {
		t.Errorf("mission %d stands at %v: available %v, at most %v", o, stand.Standing, has(s.Available, o), most)
	}
	if r == nil && has(s.Facets.Shown, o) {
		t.Errorf("mission %d is deleted and shown", o)
	}
	if r == nil {
		return
	}
	m, sift := s.Missions.At(o), s.Sifts.At(o)
	if sift.Starts != m.Starts || sift.Ends != m.Ends || sift.HoursWeek != m.HoursWeek || sift.Urgency != m.Urgency ||
		m.Published != 0 && sift.Newest != m.Published || m.Published == 0 && sift.Newest != s.Live.At(o).Created {
		t.Errorf("mission %d: sift %+v of row %+v", o, *sift, *m)
	}
}

// Words of a filter mean values by any of their spellings, a region by its
// name too; what begins a word is found whatever its accents.
func TestFacetTable(t *testing.T) {
	s := newState(3)
	x := s.open()
	x.Apply(mustPut(s, 60))
	fields := &x.Snapshot().Facets.Fields
	for _, c := range []struct {
		field index.Field
		word  string
		want  int
	}{{index.City, "VILLE ", 1}, {index.City, "bourg", 1}, {index.City, "none", 0}, {index.Region, "11", 1}, {index.Region, "Île-de-France", 1},
		{index.Department, "75", 1}, {index.Tag, "A", 0}, {index.Tag, "a", 1}} {
		if got := fields[c.field].Table.Meant(nil, c.word); len(got) != c.want {
			t.Errorf("%v %q: got values %v, want %d", c.field, c.word, got, c.want)
		}
	}
	for _, c := range []struct {
		text, typed string
		want        bool
	}{{"Île-de-France", "ile", true}, {"Île-de-France", "FRA", true}, {"Île-de-France", "ance", false}, {"Saint-Étienne", "st eti", true},
		{"", "a", false}, {"", "", true}, {"L’Haÿ", "hay", true}} {
		if got := index.BeginsWord(c.text, index.FoldBeginning(c.typed)); got != c.want {
			t.Errorf("%q by %q: got %v", c.text, c.typed, got)
		}
	}
}
