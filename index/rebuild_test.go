package index_test

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"renfort/geo"
	"renfort/index"
	"renfort/mission"
)

var seedFlag = flag.Uint64("seed", 1, "first seed of the random tests")

// Goal: an index that lived through random changes is the one that is built
// from the state they led to, one by one or prepared beside each other.
//
// Method: apply commits of random changes, move to a new minute (when what all
// missions share is counted anew), build a second index from the final state
// in another order, and compare everything that a reader can ask for.
func TestLiveEqualsRebuild(t *testing.T) {
	runs := uint64(30)
	if testing.Short() || raceEnabled {
		runs = 6 // .ci/run has all without the detector
	}
	for seed := *seedFlag; seed < *seedFlag+runs; seed++ {
		s := newState(seed)
		x := s.open()
		x.Apply(mustPut(s, 20+int(seed)*5))
		for range 60 {
			x.Apply(s.commit())
		}
		last := s.tick(61)
		x.Apply([]mission.Change{last})
		rebuilt := s.open()
		if final := s.final(); seed%2 == 0 {
			prepareAll(rebuilt, final)
		} else {
			for _, c := range final {
				rebuilt.Load(&c)
			}
		}
		rebuilt.Apply([]mission.Change{last})
		compare(t, seed, s, x.Snapshot(), rebuilt.Snapshot())
		checkTrees(t, seed, x.Snapshot())
		checkTrees(t, seed, rebuilt.Snapshot())
		if t.Failed() {
			return
		}
	}
}

// prepareAll loads changes as a start does: each is prepared while others are, and
// while those before it are taken in.
func prepareAll(x *index.Index, all []mission.Change) {
	rests := make([]chan func(), len(all))
	for i := range all {
		rests[i] = make(chan func(), 1)
		go func() { rests[i] <- x.Prepare(all[i]) }()
	}
	for _, rest := range rests {
		(<-rest)()
	}
}

// mustPut puts the first n missions and the first Tick.
func mustPut(s *state, n int) (cs []mission.Change) {
	for o := range n {
		cs = append(cs, s.put(o)...)
	}
	return append(cs, s.tick(1))
}

// compare fails if two snapshots do not say the same.
func compare(t *testing.T, seed uint64, s *state, live, rebuilt *index.Snapshot) {
	t.Helper()
	if live.Exists != rebuilt.Exists || live.At != rebuilt.At || live.Climate.Minute != rebuilt.Climate.Minute || live.Climate.MedianFill != rebuilt.Climate.MedianFill {
		t.Errorf("seed %d: live has %d missions at %d, climate %+v; rebuilt %d at %d, %+v", seed, live.Exists, live.At, live.Climate, rebuilt.Exists, rebuilt.At, rebuilt.Climate)
	}
	for o, r := range s.missions {
		if got, want := rowWords(live, uint32(o), r), rowWords(rebuilt, uint32(o), r); got != want {
			t.Errorf("seed %d: mission %d: live\n%s\nrebuilt\n%s", seed, o, got, want)
		}
	}
	if got, want := ranking(live), ranking(rebuilt); !slices.Equal(got, want) {
		t.Errorf("seed %d: live ranks %v, rebuilt %v", seed, got, want)
	}
	for n := range 12 {
		if got, want := personWords(live, n), personWords(rebuilt, n); got != want {
			t.Errorf("seed %d: volunteer %d: live\n%s\nrebuilt\n%s", seed, n, got, want)
		}
	}
	for range 40 {
		f := s.filter()
		if got, want := passing(live, f, s.zones), passing(rebuilt, f, s.zones); !slices.Equal(got, want) {
			t.Errorf("seed %d: filter %+v: live lets %v through, rebuilt %v", seed, f, got, want)
		}
	}
}

// rowWords writes all that a snapshot knows of a mission, numbers that depend
// on the order of changes resolved.
func rowWords(s *index.Snapshot, o uint32, r *record) string {
	if r == nil {
		if o < s.Rows && s.Missions.At(o).Has(index.Exists) {
			return "exists"
		}
		return "deleted"
	}
	m, l, stand := *s.Missions.At(o), *s.Live.At(o), *s.Stands.At(o)
	var b strings.Builder
	found, ok := s.Mission(r.m.ID)
	fmt.Fprintln(&b, found, ok, s.Texts.At(o).ID, string(s.Texts.At(o).Summary))
	fmt.Fprintln(&b, terms(s, s.TermsOf(&m)), terms(s, s.Terms.At(m.Skills)), s.SlotRows.At(m.Slots))
	for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
		row := s.Addresses.At(a)
		fmt.Fprintln(&b, row.Vec, row.Ordinal, terms(s, s.Terms.At(row.Terms)), string(*s.Shown.At(a)))
	}
	fills, days := s.Climate.Market(m.Market)
	fmt.Fprintf(&b, "market %d %.9f\n", fills, days)
	fmt.Fprintln(&b, *s.Orgs.At(m.Org), terms(s, []uint32{m.Publisher, stand.Group}))
	if m.Org != stand.Org {
		fmt.Fprintln(&b, "two organisations", m.Org, stand.Org)
	}
	m.SkillBits = 0
	m.Addresses, m.Terms, m.Skills, m.Slots, m.Org, m.Publisher, m.Market = index.Span{}, index.Span{}, index.Span{}, index.Span{}, 0, 0, 0
	stand.Generation, stand.Org, stand.Group = 0, 0, 0
	fmt.Fprintf(&b, "%+v\n%+v\n%+v %.9f", m, l, stand, stand.Standing)
	return b.String()
}

// terms gives terms as words, in order.
func terms(s *index.Snapshot, ns []uint32) []string {
	var words []string
	for _, n := range ns {
		f, v := s.Dictionary.Term(n)
		words = append(words, fmt.Sprint(f, "=", v))
	}
	slices.Sort(words)
	return words
}

func personWords(s *index.Snapshot, n int) string {
	id := fmt.Sprint("v", n)
	past := s.Past(nil, id)
	slices.Sort(past)
	words := fmt.Sprint(slices.Compact(past))
	row, ok := s.Volunteer(id)
	if !ok {
		return words + " no record"
	}
	v := *row
	words += fmt.Sprint(terms(s, s.Terms.At(v.Skills)), terms(s, []uint32{v.Publisher}), terms(s, s.EquipmentOf(&v)), terms(s, s.LanguagesOf(&v)), *s.AskedOf(uint32(n)))
	v.Skills, v.Publisher = index.Span{}, 0
	return words + fmt.Sprintf(" %+v", v)
}

// ranking gives the ids of what can be had, best standing first.
func ranking(s *index.Snapshot) (ids []string) {
	var all []uint32
	for o := range s.Rows {
		if s.Stands.At(o).Standing > 0 {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(s.Stands.At(b).Standing, s.Stands.At(a).Standing), cmp.Compare(a, b))
	})
	for _, o := range all {
		ids = append(ids, s.Texts.At(o).ID)
	}
	return ids
}

// passing gives the missions that pass a filter, by Few where it is certain
// that they are few; both ways must agree.
func passing(s *index.Snapshot, f *mission.Filter, zones *mission.Zones) (ids []string) {
	c := s.Compile(f, zones)
	few, certain := c.Few(nil, 1000)
	for o := range s.Rows {
		m := s.Missions.At(o)
		if !m.Has(index.Exists) || !c.Mission(m) {
			continue
		}
		ok := !c.ChoosesAddresses()
		for a := m.Addresses.First; a < m.Addresses.First+m.Addresses.Len; a++ {
			ok = ok || c.Address(s.Addresses.At(a))
		}
		if !ok {
			continue
		}
		if certain && !slices.Contains(few, o) {
			ids = append(ids, "left out of the few:")
		}
		ids = append(ids, s.Texts.At(o).ID)
	}
	return ids
}

func (s *state) filter() *mission.Filter {
	f := &mission.Filter{Tags: s.some(1, "a", "b", "z"), Publishers: s.some(1, "p1"), Networks: s.some(1, "n1"), Cities: s.some(1, "VILLE"), Regions: s.some(1, "11", "Occitanie"),
		Remote: s.some(1, "no", "full"), Skills: s.some(1, "psc1"), SlotParts: s.some(1, "evening", "morning"), Minors: s.IntN(9) == 0}
	if s.IntN(3) == 0 {
		f.Attributes = map[string][]string{"level": {"1", "2"}}
	}
	if s.IntN(3) == 0 {
		f.BBox = &geo.BBox{South: 45, North: 49, West: 1, East: 4.1}
	}
	switch s.IntN(3) { // not too many at once, or nothing is left
	case 0:
		f.Tags, f.Networks, f.Skills = nil, nil, nil
	case 1:
		f.Cities, f.Regions, f.Remote = nil, nil, nil
	}
	return f
}

// random gives a place anywhere near the tests' missions.
func random(rng *rand.Rand) geo.Vec {
	return geo.Point{Lat: 40 + 12*rng.Float64(), Lon: -2 + 10*rng.Float64()}.Vec()
}
