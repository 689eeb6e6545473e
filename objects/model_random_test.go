package objects_test

// Random indexes are written to and asked, and their answers compared with the
// toy's: ids, order, totals, facets, statistics, browsing.

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"renfort/geo"
	"renfort/objects"
)

// toyMaker invents records and queries.
type toyMaker struct{ *rand.Rand }

func (m toyMaker) pick(list ...string) string { return list[m.IntN(len(list))] }

func (m toyMaker) scalar() any {
	switch m.IntN(7) {
	case 0:
		return float64(m.IntN(6))
	case 1:
		return strconv.Itoa(m.IntN(6))
	case 2:
		return m.IntN(2) == 0
	case 3:
		return nil
	case 4:
		return float64(m.IntN(600)-300) / 100
	}
	return m.pick("rouge", "Rouge", "ROUGE", "vert", "é\"t\né", "Été", "été", "true", "")
}

func (m toyMaker) point() any {
	lat, lng := any(43+m.Float64()*6), any(m.Float64()*8)
	if m.IntN(10) == 0 {
		lng = 179.5 - float64(m.IntN(2))*359 + m.Float64()*.5
	}
	switch m.IntN(12) {
	case 0:
		lat, lng = 0.0, 0.0
	case 1:
		lat = fmt.Sprint(lat)
	case 2:
		return map[string]any{"lat": 99.0, "lng": lng}
	}
	return map[string]any{"lat": lat, "lng": lng}
}

func (m toyMaker) record() objects.Object {
	id := fmt.Sprintf("%s%d", m.pick("a", "B"), m.IntN(120))
	f := map[string]any{"objectID": id, "group": float64(m.IntN(12))}
	for _, name := range []string{"color", "n", "flag", "mixed", "open", "places"} {
		if m.IntN(5) > 0 {
			f[name] = m.scalar()
		}
	}
	if m.IntN(30) == 0 {
		f["rare"] = []any{m.scalar(), m.scalar()}
	}
	var tags []any
	for range m.IntN(5) {
		tags = append(tags, m.scalar())
	}
	f["_tags"] = tags
	f["o"] = map[string]any{"a": m.scalar(), "b": map[string]any{"c": []any{m.scalar(), []any{m.scalar()}}}}
	f["os"] = []any{map[string]any{"x": m.scalar()}, map[string]any{"x": m.scalar(), "y": m.scalar()}, m.scalar()}
	switch m.IntN(4) {
	case 0:
		f["_geoloc"] = []any{m.point(), m.point()}
	case 1, 2:
		f["_geoloc"] = m.point()
	}
	o := objects.Object{ID: id, Mission: objects.NoMission}
	if m.IntN(2) == 0 {
		o.Mission = uint32(m.IntN(50))
		f["mission"] = true // for the toy: places at 0,0 are none
	}
	text, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	o.JSON = text
	return o
}

func toyAttributes() []string {
	return []string{"color", "n", "flag", "mixed", "open", "places", "rare", "_tags", "o.a", "o.b.c", "os.x", "os.y", "os", "objectID", "none"}
}

func (m toyMaker) filter(depth int) *objects.Filter {
	f := &objects.Filter{Op: objects.FilterOp(m.IntN(6)), Score: 1 + m.IntN(3), Attribute: m.pick(toyAttributes()...,
	)}
	if depth == 0 && f.Op < objects.OpEqual {
		f.Op = objects.OpEqual
	}
	switch f.Op {
	case objects.OpAnd, objects.OpOr:
		for range m.IntN(4) {
			f.Kids = append(f.Kids, m.filter(depth-1))
		}
	case objects.OpNot:
		f.Kids = []*objects.Filter{m.filter(depth - 1)}
	case objects.OpEqual:
		if f.Value = fmt.Sprint(m.scalar()); f.Attribute == "objectID" {
			f.Value = m.pick("a1", "A1", "b2", "B2", "a17")
		}
	case objects.OpCompare:
		f.Compare, f.Number = objects.Comparison(m.IntN(6)), float64(m.IntN(6))
	case objects.OpRange:
		f.Number = float64(m.IntN(6)) - 3
		f.To = f.Number + float64(m.IntN(4))
	}
	return f
}

func (m toyMaker) query() *objects.Query {
	q := objects.NewQuery()
	q.PerPage = m.IntN(20)
	q.Page = m.IntN(3)
	q.PerFacet = 1000
	q.SumScores = m.IntN(2) == 0
	q.Facets = []string{m.pick(toyAttributes()[:13]...), "*"}
	if m.IntN(3) > 0 {
		q.Filter = m.filter(3)
	}
	for range m.IntN(3) {
		q.Optional = append(q.Optional, m.filter(2))
	}
	at := func() geo.Point { return geo.Point{Lat: 43 + m.Float64()*6, Lon: m.Float64() * 8} }
	if m.IntN(2) == 0 {
		p := at()
		q.At, q.RadiusM = &p, []float64{0, -1, 100_000, 300_000}[m.IntN(4)]
		q.MinRadiusM = float64(m.IntN(2) * 900_000)
	}
	if m.IntN(2) == 0 {
		q.PrecisionM = []objects.Band{{FromM: 0, StepM: 1000}, {FromM: 100_000, StepM: 50_000}}
	}
	switch m.IntN(8) {
	case 0:
		a := at()
		q.Boxes = []objects.Box{{A: a, B: geo.Point{Lat: a.Lat + 2, Lon: a.Lon + 3}}, {A: geo.Point{Lat: 43, Lon: 179}, B: geo.Point{Lat: 47, Lon: -179.5}}}
	case 1:
		q.Polygons = []objects.Polygon{{at(), at(), at()}}
	}
	switch m.IntN(4) {
	case 0:
		q.Ranking = []string{"asc(mixed)", "desc(_tags)", "desc(places)"}
	case 1:
		q.Ranking = []string{"filters", "desc(color)", "geo", "custom"}
	}
	return q
}

// toyLive is live attributes of the missions 0 to 49.
func toyLive() *objects.Live {
	return &objects.Live{
		Attributes: []objects.LiveAttribute{{Name: "places"}, {Name: "open", Bool: true}},
		Value: func(i int, mission uint32) (float64, bool) {
			if i == 1 {
				return float64(mission % 2), mission%3 > 0
			}
			return float64(mission % 7), mission%5 > 0
		},
	}
}

// TestRandomIndexes writes and asks. After each batch, answers are the toy's.
func TestRandomIndexes(t *testing.T) {
	rounds := 40
	if testing.Short() || raceEnabled {
		rounds = 6 // .ci/run has all without the detector
	}
	for seed := range uint64(rounds) {
		m := toyMaker{rand.New(rand.NewPCG(seed, 7))}
		s := objects.DefaultSettings(false)
		s.CustomRanking = []string{"desc(n)", "asc(o.a)"}
		s.Faceting = []objects.Faceting{{Name: "_tags"}, {Name: "mixed"}, {Name: "places"}, {Name: "open"}, {Name: "os.x"}, {Name: "n", FilterOnly: true}}
		live := toyLive()
		y, x := &toy{settings: s, live: live, records: map[string]toyRecord{}}, objects.New(s, nil)
		for range 25 {
			puts, deletes := m.batch(y)
			x.Apply(puts, deletes)
			if got, want := x.Snapshot().Len(), len(y.records); got != want {
				t.Fatalf("seed %d: %d records, want %d", seed, got, want)
			}
			for range 6 {
				q := m.query()
				compareSearch(t, seed, x.Snapshot(), y, q)
			}
		}
		compareBrowse(t, seed, x.Snapshot(), y, m.query())
	}
}

// batch invents puts and deletes, mostly few, and makes the toy have them.
func (m toyMaker) batch(y *toy) (puts []objects.Object, deletes []string) {
	n := m.IntN(4)
	if m.IntN(5) == 0 {
		n = m.IntN(60)
	}
	for range n {
		o := m.record()
		puts = append(puts, o)
		y.put(o)
	}
	for range m.IntN(3) {
		id := fmt.Sprintf("%s%d", m.pick("a", "B"), m.IntN(120))
		deletes = append(deletes, id)
		delete(y.records, id)
	}
	return puts, deletes
}

func compareSearch(t *testing.T, seed uint64, x *objects.Snapshot, y *toy, q *objects.Query) {
	t.Helper()
	asked, _ := json.Marshal(q)
	got, err := x.Search(q, y.live)
	if err != nil {
		t.Fatalf("seed %d: %s: %v", seed, asked, err)
	}
	want, radius := y.search(q)
	if got.Total != len(want) || got.AutomaticRadiusM != radius {
		t.Fatalf("seed %d: %s:\ngot %d records within %d, want %d within %d", seed, asked, got.Total, got.AutomaticRadiusM, len(want), radius)
	}
	var ids []string
	for i := q.Page * q.PerPage; i < min(len(want), (q.Page+1)*q.PerPage); i++ {
		ids = append(ids, want[i].id)
	}
	if !slices.Equal(got.IDs, ids) {
		t.Fatalf("seed %d: %s:\ngot  %v\nwant %v", seed, asked, got.IDs, ids)
	}
	for _, f := range got.Facets {
		compareFacet(t, seed, string(asked), f, toyFacet(f.Name, want))
	}
	for i, hit := range got.Hits {
		compareHit(t, seed, hit, want[q.Page*q.PerPage+i].fields)
	}
}

func compareFacet(t *testing.T, seed uint64, asked string, got, want objects.FacetCounts) {
	t.Helper()
	if !slices.Equal(got.Values, want.Values) {
		t.Fatalf("seed %d: %s: facet %s:\ngot  %v\nwant %v", seed, asked, got.Name, got.Values, want.Values)
	}
	if (got.Stats == nil) != (want.Stats == nil) {
		t.Fatalf("seed %d: %s: facet %s: got stats %v, want %v", seed, asked, got.Name, got.Stats, want.Stats)
	}
	if got.Stats == nil {
		return
	}
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
	if g, w := got.Stats, want.Stats; !near(g.Min, w.Min) || !near(g.Max, w.Max) || !near(g.Avg, w.Avg) || !near(g.Sum, w.Sum) {
		t.Fatalf("seed %d: %s: facet %s: got stats %v, want %v", seed, asked, got.Name, *g, *w)
	}
}

// compareHit shows that a hit is its record with its live values.
func compareHit(t *testing.T, seed uint64, hit []byte, want map[string]any) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(hit, &got); err != nil {
		t.Fatalf("seed %d: hit is no JSON: %v\n%s", seed, err, hit)
	}
	delete(got, "_highlightResult")
	a, _ := json.Marshal(got)
	if b, _ := json.Marshal(want); string(a) != string(b) {
		t.Fatalf("seed %d:\ngot  %s\nwant %s", seed, a, b)
	}
}

func compareBrowse(t *testing.T, seed uint64, x *objects.Snapshot, y *toy, q *objects.Query) {
	t.Helper()
	q.Page, q.PerPage = 0, 7
	want, _ := y.search(q)
	var ids, all []string
	for _, h := range want {
		ids = append(ids, h.id)
	}
	slices.Sort(ids)
	for cursor := ""; ; {
		page, err := x.Browse(q, y.live, cursor)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		all = append(all, page.IDs...)
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if !slices.Equal(all, ids) {
		t.Fatalf("seed %d: browsing:\ngot  %v\nwant %v", seed, all, ids)
	}
	if got := slices.Collect(x.Matching(q, y.live)); !slices.Equal(got, ids) {
		t.Fatalf("seed %d: matching:\ngot  %v\nwant %v", seed, got, ids)
	}
}
