package objects_test

// The toy of the search: records as decoded maps, and every answer found by
// looking at each of them. It knows no segments, no columns and no caches.

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"renfort/geo"
	"renfort/objects"
)

// toy is an index as its users think of it.
type toy struct {
	settings *objects.Settings
	records  map[string]toyRecord
	live     *objects.Live
}

type toyRecord struct {
	fields  map[string]any
	mission uint32
}

func (t *toy) put(o objects.Object) {
	var fields map[string]any
	if err := json.Unmarshal(o.JSON, &fields); err != nil {
		panic(err)
	}
	t.records[o.ID] = toyRecord{fields, o.Mission}
}

// view is a record with its live values.
func (t *toy) view(r toyRecord) map[string]any {
	fields := map[string]any{}
	for k, v := range r.fields {
		fields[k] = v
	}
	for i, a := range t.live.Attributes {
		if r.mission == objects.NoMission {
			continue
		}
		if v, ok := t.live.Value(i, r.mission); ok && a.Bool {
			fields[a.Name] = v != 0
		} else if ok {
			fields[a.Name] = v
		}
	}
	return fields
}

// toyHit is a record that matches.
type toyHit struct {
	id     string
	fields map[string]any
	score  float64
}

func (t *toy) search(q *objects.Query) (hits []toyHit, radius int) {
	radiusM := q.RadiusM
	if q.At != nil && radiusM == 0 && len(q.Boxes)+len(q.Polygons) == 0 {
		radius = t.chosen(q)
		radiusM = float64(radius)
	}
	for id, r := range t.records {
		h := toyHit{id: id, fields: t.view(r)}
		if !Matches(q.Filter, h.fields) || !t.inArea(q, h.fields, radiusM) {
			continue
		}
		for _, o := range append([]*objects.Filter{q.Filter}, q.Optional...) {
			// The scores of the filter itself count where somebody gave one.
			if o != nil && (o != q.Filter || q.SumScores || toyScored(o)) {
				h.score += toyScore(o, h.fields, q.SumScores)
			}
		}
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b toyHit) int { return t.order(q, a, b) })
	return hits, radius
}

func toyScored(f *objects.Filter) bool {
	return slices.ContainsFunc(f.Kids, toyScored) || f.Op > objects.OpOr && f.Score > 1
}

func toyScore(f *objects.Filter, fields map[string]any, sum bool) (score float64) {
	switch f.Op {
	case objects.OpAnd:
		for _, k := range f.Kids {
			score += toyScore(k, fields, sum)
		}
	case objects.OpOr:
		for _, k := range f.Kids {
			if s := toyScore(k, fields, sum); sum {
				score += s
			} else {
				score = max(score, s)
			}
		}
	default:
		if Matches(f, fields) {
			score = float64(f.Score)
		}
	}
	return score
}

// chosen is the distance of the thousandth record, in whole metres.
func (t *toy) chosen(q *objects.Query) int {
	var all []float64
	for _, r := range t.records {
		if m := toyMetres(r.fields, *q.At); !math.IsInf(m, 1) {
			all = append(all, m)
		}
	}
	slices.Sort(all)
	metres := 0.0
	if len(all) > 0 {
		metres = all[min(len(all), 1000)-1]
	}
	return int(math.Ceil(max(metres, q.MinRadiusM, 1)))
}

// toyPoints are the places of a record.
func toyPoints(fields map[string]any) (points []geo.Point) {
	_, mission := fields["mission"]
	list, many := fields["_geoloc"].([]any)
	if !many {
		list = []any{fields["_geoloc"]}
	}
	for _, v := range list {
		m, _ := v.(map[string]any)
		if p := (geo.Point{Lat: toyDegrees(m["lat"]), Lon: toyDegrees(m["lng"])}); p.Valid() && !(mission && p.IsNull()) {
			points = append(points, p)
		}
	}
	return points
}

func toyDegrees(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case string:
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			return n
		}
	}
	return math.NaN()
}

func toyMetres(fields map[string]any, at geo.Point) float64 {
	metres := math.Inf(1)
	for _, p := range toyPoints(fields) {
		metres = min(metres, p.DistanceKm(at)*1000)
	}
	return metres
}

func (t *toy) inArea(q *objects.Query, fields map[string]any, radiusM float64) bool {
	in := func(inside func(p geo.Point) bool) bool { return slices.ContainsFunc(toyPoints(fields), inside) }
	switch {
	case len(q.Boxes) > 0:
		return in(func(p geo.Point) bool {
			return slices.ContainsFunc(q.Boxes, func(b objects.Box) bool {
				// The tests' boxes are given south-west first, and may cross the date line.
				east := p.Lon >= b.A.Lon && p.Lon <= b.B.Lon
				if b.A.Lon > b.B.Lon {
					east = p.Lon >= b.A.Lon || p.Lon <= b.B.Lon
				}
				return east && p.Lat >= b.A.Lat && p.Lat <= b.B.Lat
			})
		})
	case len(q.Polygons) > 0: // the tests' polygons are triangles
		return in(func(p geo.Point) bool {
			return slices.ContainsFunc(q.Polygons, func(o objects.Polygon) bool {
				side := func(a, b geo.Point) bool {
					return (b.Lon-a.Lon)*(p.Lat-a.Lat)-(b.Lat-a.Lat)*(p.Lon-a.Lon) > 0
				}
				first := side(o[0], o[1])
				return side(o[1], o[2]) == first && side(o[2], o[0]) == first
			})
		})
	case q.At == nil:
		return true
	case radiusM < 0:
		return len(toyPoints(fields)) > 0
	}
	return toyMetres(fields, *q.At) <= radiusM
}

func (t *toy) order(q *objects.Query, a, b toyHit) int {
	ranking := q.Ranking
	if ranking == nil {
		ranking = t.settings.Ranking
	}
	for _, name := range ranking {
		c := 0
		switch {
		case name == "geo" && q.At != nil && len(q.Boxes)+len(q.Polygons) == 0:
			c = cmp.Compare(toyBand(q, toyMetres(a.fields, *q.At)), toyBand(q, toyMetres(b.fields, *q.At)))
		case name == "filters":
			c = cmp.Compare(b.score, a.score)
		case name == "custom":
			for _, by := range t.settings.CustomRanking {
				if c == 0 {
					c = toyCompare(by, a.fields, b.fields)
				}
			}
		case strings.Contains(name, "("):
			c = toyCompare(name, a.fields, b.fields)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(a.id, b.id)
}

// toyBand is the distance with its band's steps.
func toyBand(q *objects.Query, metres float64) float64 {
	from, step := 0.0, 1.0
	for _, b := range q.PrecisionM {
		if metres >= b.FromM {
			from, step = b.FromM, b.StepM
		}
	}
	return from + step*math.Floor((metres-from)/step)
}

// toyCompare orders by one attribute: numbers and booleans, then strings, then
// those without; of several values the one that stands first.
func toyCompare(by string, a, b map[string]any) int {
	name := by[strings.Index(by, "(")+1 : len(by)-1]
	sign := 1
	if strings.HasPrefix(by, "desc") {
		sign = -1
	}
	values := func(x, y any) int {
		n, isN := toyNumber(x)
		m, isM := toyNumber(y)
		switch {
		case isN && isM:
			return sign * cmp.Compare(n, m)
		case isN:
			return -1
		case isM:
			return 1
		}
		return sign * cmp.Compare(x.(string), y.(string))
	}
	va, vb := valuesAt(a, name), valuesAt(b, name)
	switch {
	case len(va) == 0 && len(vb) == 0:
		return 0
	case len(va) == 0:
		return 1
	case len(vb) == 0:
		return -1
	}
	return values(slices.MinFunc(va, values), slices.MinFunc(vb, values))
}

func toyNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case bool:
		return map[bool]float64{true: 1}[v], true
	}
	return 0, false
}

// facet counts the values of an attribute.
func toyFacet(name string, hits []toyHit) objects.FacetCounts {
	counts := map[string]int{}
	stats := objects.FacetStats{Min: math.Inf(1), Max: math.Inf(-1)}
	n := 0
	for _, h := range hits {
		texts, numbers := map[string]bool{}, map[float64]bool{}
		for _, v := range valuesAt(h.fields, name) {
			switch v := v.(type) {
			case string:
				texts[v] = true
			case bool:
				texts[strconv.FormatBool(v)] = true
			case float64:
				texts[strconv.FormatFloat(v, 'f', -1, 64)], numbers[v] = true, true
			}
		}
		for text := range texts {
			counts[text]++
		}
		for v := range numbers {
			stats.Min, stats.Max, stats.Sum, n = min(stats.Min, v), max(stats.Max, v), stats.Sum+v, n+1
		}
	}
	out := objects.FacetCounts{Name: name}
	for text, count := range counts {
		out.Values = append(out.Values, objects.FacetValue{Value: text, Count: count})
	}
	slices.SortFunc(out.Values, func(a, b objects.FacetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	if n > 0 {
		stats.Avg = stats.Sum / float64(n)
		out.Stats = &stats
	}
	return out
}
