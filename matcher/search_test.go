package matcher_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"renfort/geo"
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// Requests that make no sense are refused by a precise error, and those that
// only look odd are answered.
func TestSearchOddRequests(t *testing.T) {
	o := openOracle(t, 5, terrains()[4])
	paris := geo.Point{Lat: 48.85, Lon: 2.35}
	for name, c := range map[string]struct {
		r    matcher.SearchRequest
		want string // part of the refusal, "" for none
	}{
		"unknown facet":         {matcher.SearchRequest{Facets: []string{"domain", "colour"}}, `"colour" is no facet`},
		"empty facet":           {matcher.SearchRequest{Facets: []string{""}}, "no facet"},
		"nameless attribute":    {matcher.SearchRequest{Facets: []string{"attr."}}, `"attr." is no facet`},
		"too many facets":       {matcher.SearchRequest{Facets: make([]string, 33)}, "at most 32"},
		"limit below 0":         {matcher.SearchRequest{Limit: -1}, "/limit"},
		"limit too high":        {matcher.SearchRequest{Limit: 251}, "/limit"},
		"values below 0":        {matcher.SearchRequest{FacetMost: -1}, "/facet_most"},
		"radius without point":  {matcher.SearchRequest{Filter: &mission.Filter{RadiusKm: 3}}, "needs a point"},
		"nearest without point": {matcher.SearchRequest{Sort: matcher.ByDistance}, "needs a point"},
		"no such order":         {matcher.SearchRequest{Sort: 99}, "no order"},
		"cursor of signs":       {matcher.SearchRequest{Cursor: "!"}, "/cursor"},
		"cursor too long":       {matcher.SearchRequest{Cursor: strings.Repeat("A", 1e6)}, "/cursor"},
		"counts only":           {matcher.SearchRequest{Facets: []string{"domain"}}, ""},
		"the whole earth":       {matcher.SearchRequest{Limit: 9, Filter: &mission.Filter{Point: &paris, RadiusKm: mission.RadiusKmMax}}, ""},
		"facets twice":          {matcher.SearchRequest{Facets: []string{"city", "city"}}, ""},
		"values nobody has":     {matcher.SearchRequest{Limit: 9, Filter: &mission.Filter{Tags: []string{"no such"}}, Facets: []string{"tag"}}, ""},
		"a thousand terms":      {matcher.SearchRequest{Limit: 9, Filter: &mission.Filter{Cities: manyWords(1000)}, Facets: []string{"city"}}, ""},
		"the box of a point":    {matcher.SearchRequest{Limit: 9, Filter: &mission.Filter{BBox: &geo.BBox{South: 1, North: 1, West: 1, East: 1}}}, ""},
		"across the date line":  {matcher.SearchRequest{Limit: 9, Filter: &mission.Filter{BBox: &geo.BBox{South: -30, North: 0, West: 170, East: -170}}}, ""},
	} {
		page := new(matcher.SearchPage)
		err := o.matcher.Search(o.index.Snapshot(), nil, &c.r, page)
		if c.want == "" && err != nil || c.want != "" && (mission.KindOf(err) != mission.Invalid || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	if err := o.matcher.Search(o.index.Snapshot(), nil, &matcher.SearchRequest{Query: "words"}, new(matcher.SearchPage)); mission.KindOf(err) != mission.Unavailable {
		t.Errorf("words without a text index: got %v, want Unavailable", err)
	}
}

func manyWords(n int) (words []string) {
	for i := range n {
		words = append(words, fmt.Sprint("w", i))
	}
	return append(words, "ville")[1:]
}

// Everything is found in Fiji whichever side of the date line it is on.
func TestSearchAcrossTheDateLine(t *testing.T) {
	o := openOracle(t, 6, terrains()[4])
	fiji := &mission.Filter{BBox: &geo.BBox{South: -20, North: -15, West: 177, East: -177}}
	ring, err := geo.ParsePolygon([]geo.Point{{Lat: -20, Lon: 177}, {Lat: -20, Lon: -177}, {Lat: -15, Lon: -177}, {Lat: -15, Lon: 177}})
	if err != nil {
		t.Fatal(err)
	}
	boxed, drawn := new(matcher.SearchPage), new(matcher.SearchPage)
	for page, f := range map[*matcher.SearchPage]*mission.Filter{boxed: fiji, drawn: {Polygon: &ring}} {
		if err := o.matcher.Search(o.index.Snapshot(), nil, &matcher.SearchRequest{Filter: f}, page); err != nil {
			t.Fatal(err)
		}
	}
	want := len(o.t.seek(&matcher.SearchRequest{Filter: fiji}).list())
	if boxed.Total != want || drawn.Total != want || want == 0 {
		t.Errorf("got %d in the box and %d in the polygon, want %d", boxed.Total, drawn.Total, want)
	}
}

// Goal: what is on the other side of the globe scores by the formula too, for
// the oracle and for the search, where exp(-d/L) is too small for a float64 and
// its power is not. Method: logarithms, which are of middling size.
func TestSearchScoresAcrossTheGlobe(t *testing.T) {
	o := openOracle(t, 9, terrains()[4])
	faint := mission.DefaultPolicy()
	faint.Name, faint.Weights.Distance = "faint", 0.3
	o.apply([]mission.Change{o.t.putPolicy(faint)})
	fiji := geo.Point{Lat: -17.5, Lon: 179.95}
	r := &matcher.SearchRequest{Limit: mission.SearchMax, Filter: &mission.Filter{Point: &fiji, RadiusKm: mission.RadiusKmMax}}
	page := new(matcher.SearchPage)
	if err := o.matcher.Search(o.index.Snapshot(), nil, r, page); err != nil {
		t.Fatal(err)
	}
	a := o.t.seek(r)
	scores := map[mission.ID]float64{}
	for i := range page.Hits {
		scores[page.Hits[i].ID] = page.Hits[i].Score
	}
	faintest, beyondFloats := 0.0, 0
	for _, w := range a.list() {
		got, ok := scores[w.m.ID]
		if !ok || w.km < 0 {
			continue // on a later page, or from afar
		}
		far := math.Max(0, w.km-faint.Distance.FreeKm) / a.scales[w.m.Urgency]
		want := math.Log(o.t.standing(w.m, faint)) - faint.Weights.Distance*far
		if math.Abs(math.Log(got)-want) > 1e-6 || math.Abs(math.Log(w.score)-want) > 1e-6 {
			t.Errorf("%s at %.0f km, %.1f scales: the search says %v, the oracle %v, the formula exp(%v)", w.m.ID, w.km, far, got, w.score, want)
		}
		if faintest = math.Max(faintest, far); far > 709 {
			beyondFloats++
		}
	}
	if beyondFloats == 0 {
		t.Errorf("the farthest is at %v scales: the test shows nothing", faintest)
	}
}

// A cursor belongs to its request: every part that makes the list changes it,
// and what does not is free.
func TestCursorBelongsToItsRequest(t *testing.T) {
	base := func() *matcher.SearchRequest {
		ring, err := geo.ParsePolygon([]geo.Point{{Lat: 1, Lon: 1}, {Lat: 2, Lon: 1}, {Lat: 1, Lon: 2}})
		if err != nil {
			t.Fatal(err)
		}
		return &matcher.SearchRequest{Query: "q", Filter: &mission.Filter{Point: &geo.Point{Lat: 1}, BBox: &geo.BBox{North: 1}, Polygon: &ring,
			Attributes: map[string][]string{"a": {"b"}}}}
	}
	list := base().List()
	v := reflect.ValueOf(base().Filter).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		r := base()
		field := reflect.ValueOf(r.Filter).Elem().Field(i)
		switch field.Kind() {
		case reflect.Float64:
			field.SetFloat(7)
		case reflect.Bool:
			field.SetBool(true)
		case reflect.String:
			field.SetString("2026-11-21")
		case reflect.Slice:
			field.Set(reflect.ValueOf([]string{"x"}))
		default: // pointers and the map
			field.SetZero()
		}
		if same := r.List() == list; same != (name == "Near") { // Near has become Point by then
			t.Errorf("filter %s: the same list: %v", name, same)
		}
	}
	for name, c := range map[string]struct {
		edit func(*matcher.SearchRequest)
		same bool
	}{"query": {func(r *matcher.SearchRequest) { r.Query = "p" }, false}, "prefix": {func(r *matcher.SearchRequest) { r.Prefix = true }, false},
		"sort": {func(r *matcher.SearchRequest) { r.Sort = matcher.ByNewest }, false}, "seed": {func(r *matcher.SearchRequest) { r.Seed = "s" }, false},
		"limit": {func(r *matcher.SearchRequest) { r.Limit = 3 }, true}, "facets": {func(r *matcher.SearchRequest) { r.Facets = []string{"tag"} }, true},
		"point": {func(r *matcher.SearchRequest) { r.Filter.Point.Lon = 1e-9 }, false}} {
		r := base()
		if c.edit(r); (r.List() == list) != c.same {
			t.Errorf("%s: the same list: %v, want %v", name, !c.same, c.same)
		}
	}
	o := openOracle(t, 7, terrains()[0])
	page := new(matcher.SearchPage)
	if err := o.matcher.Search(o.index.Snapshot(), nil, &matcher.SearchRequest{Limit: 1}, page); err != nil || page.Cursor == "" {
		t.Fatalf("no cursor: %v", err)
	}
	err := o.matcher.Search(o.index.Snapshot(), nil, &matcher.SearchRequest{Limit: 1, Seed: "other", Cursor: page.Cursor}, page)
	if mission.KindOf(err) != mission.Invalid || !strings.Contains(err.Error(), "another search") {
		t.Errorf("a cursor of another search: got %v", err)
	}
}

// A cursor that a page gave reads as it was; anything else is refused, and
// never does more harm than that.
func FuzzCursor(f *testing.F) {
	x := openFuzz(f)
	page := new(matcher.SearchPage)
	for _, r := range []*matcher.SearchRequest{{Limit: 1}, {Limit: 3, Sort: matcher.ByStart}} {
		if err := x.matcher.Search(x.index.Snapshot(), nil, r, page); err != nil {
			f.Fatal(err)
		}
		f.Add(page.Cursor)
	}
	for _, s := range []string{"", "A", strings.Repeat("A", 66), strings.Repeat("_", 66), page.Cursor + "=", page.Cursor[1:] + "-"} {
		f.Add(s)
	}
	s := x.index.Snapshot()
	for _, key := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, math.MaxFloat64, 5e-324} {
		f.Add(matcher.CursorOf(key, math.Float64bits(key), math.MaxUint32, math.MaxUint64, &matcher.SearchRequest{}))
		f.Add(matcher.CursorOf(key, 0, 3, s.Seq, &matcher.SearchRequest{}))
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		page := new(matcher.SearchPage)
		err := x.matcher.Search(s, nil, &matcher.SearchRequest{Limit: 3, Cursor: cursor}, page)
		if _, bad := matcher.CursorList(cursor); bad != nil && cursor != "" && mission.KindOf(err) != mission.Invalid {
			t.Errorf("cursor %q: got %v, want Invalid", cursor, err)
		}
		if err != nil && mission.KindOf(err) != mission.Invalid {
			t.Errorf("cursor %q: got %v", cursor, err)
		}
	})
}

// openFuzz makes a small world of missions for a fuzzer.
func openFuzz(f *testing.F) *france { return mustFrance(f, 50, 1) }

// The quick box says what the box says, edges and poles included.
func TestFrameIsItsBox(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	edge := func(lo, hi float64) float64 {
		if rng.IntN(3) == 0 {
			return math.Round((lo + rng.Float64()*(hi-lo)) / 30 * 30)
		}
		return lo + rng.Float64()*(hi-lo)
	}
	for range 20_000 {
		south, north := edge(-90, 90), edge(-90, 90)
		b := &geo.BBox{South: min(south, north), North: max(south, north), West: edge(-180, 180), East: edge(-180, 180)}
		for range 8 {
			p := geo.Point{Lat: edge(-90, 90), Lon: edge(-180, 180)}
			switch rng.IntN(4) {
			case 0:
				p.Lat = b.South
			case 1:
				p.Lon = b.East
			}
			v := p.Vec()
			if got, want := matcher.FrameHas(b, v), b.Contains(v.Point()); got != want {
				t.Fatalf("box %+v, point %+v: got %v, want %v", *b, p, got, want)
			}
		}
	}
}

// Searches beside a writer see one snapshot each: totals and facets agree.
func TestSearchBesideWriter(t *testing.T) {
	o := openOracle(t, 8, terrains()[0])
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			page := new(matcher.SearchPage)
			for {
				select {
				case <-stop:
					return
				default:
				}
				r := &matcher.SearchRequest{Facets: []string{"urgency", "publisher"}, Limit: 5}
				if err := o.matcher.Search(o.index.Snapshot(), nil, r, page); err != nil {
					t.Error(err)
					return
				}
				for _, f := range page.Facets {
					if sum := sumOf(f.Values); sum != page.Total {
						t.Errorf("facet %s adds up to %d of %d", f.Name, sum, page.Total)
					}
				}
			}
		})
	}
	for range 150 {
		o.apply(o.changes(o.policies))
	}
	close(stop)
	readers.Wait()
}

func sumOf(values []matcher.FacetValue) (sum int) {
	for _, v := range values {
		sum += v.Count
	}
	return sum
}

// A facet gives no more values than asked for, those that count most.
func TestFacetMost(t *testing.T) {
	f := mustFrance(t, 3000, 1)
	all, few := new(matcher.SearchPage), new(matcher.SearchPage)
	for _, name := range []string{"city", "organization", "domain"} {
		for page, most := range map[*matcher.SearchPage]int{all: 0, few: 7} {
			if err := f.matcher.Search(f.index.Snapshot(), nil, &matcher.SearchRequest{Facets: []string{name}, FacetMost: most}, page); err != nil {
				t.Fatal(err)
			}
		}
		values := all.Facets[0].Values
		if len(values) > matcher.FacetValuesMax || !slices.Equal(few.Facets[0].Values, values[:min(7, len(values))]) {
			t.Errorf("%s: got %v, want the first of %v", name, few.Facets[0].Values, values[:min(9, len(values))])
		}
		sorted := slices.IsSortedFunc(values, func(a, b matcher.FacetValue) int {
			if a.Count != b.Count {
				return b.Count - a.Count
			}
			return strings.Compare(a.Value, b.Value)
		})
		if !sorted {
			t.Errorf("%s: not most first, then by value: %v", name, values)
		}
	}
}

// The names of facets are those of the contract.
func TestFacetField(t *testing.T) {
	for _, name := range facetNames {
		if f, attribute, ok := index.FacetField(name); !ok || strings.HasPrefix(name, "attr.") != (f == index.Attribute) || attribute != strings.TrimPrefix(name, "attr.") && attribute != "" {
			t.Errorf("%s: got %v %q %v", name, f, attribute, ok)
		}
	}
	for _, name := range []string{"", "attr.", "Domain", "group", "attribute", "none"} {
		if f, _, ok := index.FacetField(name); ok {
			t.Errorf("%q is taken for facet %v", name, f)
		}
	}
}

// A condition beside the filter chooses as if it were part of it, and belongs
// to the cursor; joint counts are those of what is found.
func TestOnlyAndJoint(t *testing.T) {
	o := openOracle(t, 8, terrains()[4])
	s := o.index.Snapshot()
	even := func(_ *index.Snapshot, o uint32) bool { return o%2 == 0 }
	whole, half := new(matcher.SearchPage), new(matcher.SearchPage)
	search := func(r *matcher.SearchRequest, page *matcher.SearchPage) error {
		return o.matcher.Search(s, nil, r, page)
	}
	if err := search(&matcher.SearchRequest{Limit: mission.SearchMax, Facets: []string{"domain"}}, whole); err != nil {
		t.Fatal(err)
	}
	want := 0
	for o := range s.Rows {
		if s.Available.At(o>>6) != nil && *s.Available.At(o >> 6)>>(o&63)&1 == 1 && even(s, o) {
			want++
		}
	}
	request := matcher.SearchRequest{Limit: 3, Only: even, OnlyName: "even"}
	if err := search(&request, half); err != nil || half.Total != want || want == 0 || want >= whole.Total {
		t.Fatalf("%d even of %d, want %d: %v", half.Total, whole.Total, want, err)
	}
	for _, h := range half.Hits {
		if h.Ordinal%2 != 0 {
			t.Errorf("ordinal %d is odd", h.Ordinal)
		}
	}
	request.Cursor, request.OnlyName = half.Cursor, "odd"
	if err := search(&request, half); mission.KindOf(err) != mission.Invalid {
		t.Errorf("a cursor of another condition: %v, want Invalid", err)
	}
	first := whole.Facets[0].Values[0].Value
	joint := matcher.SearchRequest{Filter: &mission.Filter{Domains: []string{first}}, Facets: []string{"domain"}, Joint: true}
	if err := search(&joint, half); err != nil || half.Facets[0].Values[0].Value != first || half.Facets[0].Values[0].Count != half.Total {
		t.Errorf("joint: %v of %d, want all of them %s: %v", half.Facets, half.Total, first, err)
	}
	for _, v := range half.Facets[0].Values {
		if v.Count > half.Total {
			t.Errorf("%s counts %d of %d", v.Value, v.Count, half.Total)
		}
	}
}
