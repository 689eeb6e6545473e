package objects

import (
	"math"
	"strconv"
	"strings"

	"renfort/geo"
)

const (
	bandsMax     = 20     // of aroundPrecision
	cornersMax   = 10_000 // of all boxes or polygons of a query
	radiusMaxM   = 1 << 30
	degreesAbout = 720 // what a map that was turned around and around may send
)

// setPlace reads where.
func (d *decoder) setPlace(name string, v any) (known bool, err error) {
	q := d.q
	switch name {
	case "aroundLatLng":
		q.At, err = readPoint(name, v)
	case "aroundRadius":
		q.RadiusM, err = readRadius(name, v)
	case "minimumAroundRadius":
		var n int
		_, err = readInt(name, v, &n, 1, radiusMaxM)
		q.MinRadiusM = float64(n)
	case "aroundPrecision":
		q.PrecisionM, err = readBands(name, v)
	case "insideBoundingBox":
		q.Boxes, err = readBoxes(name, v)
	case "insidePolygon":
		q.Polygons, err = readPolygons(name, v)
	default:
		return false, nil
	}
	return true, err
}

// readPoint reads "48.85, 2.35"; an empty text is no point.
func readPoint(name string, v any) (*geo.Point, error) {
	if s, ok := v.(string); ok && strings.TrimSpace(s) == "" {
		return nil, nil
	}
	n, ok := readDegrees(v)
	if !ok || len(n) != 2 || !(geo.Point{Lat: n[0], Lon: n[1]}).Valid() {
		return nil, badValue(name, `"latitude, longitude"`)
	}
	return &geo.Point{Lat: n[0], Lon: n[1]}, nil
}

// readRadius reads metres, or "all".
func readRadius(name string, v any) (float64, error) {
	if v == "all" {
		return -1, nil
	}
	m, ok := floatOf(v)
	if !ok || !(m >= 1 && m <= radiusMaxM) {
		return 0, badValue(name, `metres, at least 1, or "all"`)
	}
	return m, nil
}

// readBands reads metres that rank alike, everywhere or from a distance on.
func readBands(name string, v any) ([]Band, error) {
	if s, ok := v.(string); ok {
		if list, isList := listInText(s); isList {
			v = list
		}
	}
	if m, ok := floatOf(v); ok && m >= 1 && m <= radiusMaxM {
		return []Band{{StepM: m}}, nil
	}
	list, ok := v.([]any)
	if !ok || len(list) > bandsMax {
		return nil, badValue(name, `metres or a list of {"from", "value"}`)
	}
	var bands []Band
	for i, e := range list {
		m, _ := e.(map[string]any)
		from, okFrom := floatOf(m["from"])
		step, okStep := floatOf(m["value"])
		if !okFrom || !okStep || !(from >= 0) || !(step >= 1) || i > 0 && from <= bands[i-1].FromM {
			return nil, badValue(name, `a list of {"from", "value"} in ascending order, each value at least 1`)
		}
		bands = append(bands, Band{FromM: from, StepM: step})
	}
	return bands, nil
}

// readDegrees reads numbers from a flat list, or from a text with commas between.
func readDegrees(v any) ([]float64, bool) {
	var parts []any
	switch v := v.(type) {
	case []any:
		parts = v
	case string:
		for part := range strings.SplitSeq(v, ",") {
			parts = append(parts, part)
		}
	}
	if len(parts) > 2*cornersMax {
		return nil, false
	}
	n := make([]float64, 0, len(parts))
	for _, p := range parts {
		f, ok := floatOf(p)
		if !ok || !(math.Abs(f) <= degreesAbout) {
			return nil, false
		}
		n = append(n, f)
	}
	return n, len(n) > 0
}

// areas reads one list of numbers, or several.
func areas(v any) (all [][]float64, ok bool) {
	if s, isText := v.(string); isText {
		if list, isList := listInText(s); isList {
			v = list
		}
	}
	list, isList := v.([]any)
	if !isList || len(list) == 0 || !nested(list) {
		n, ok := readDegrees(v)
		return [][]float64{n}, ok
	}
	total := 0
	for _, e := range list {
		n, ok := readDegrees(e)
		if total += len(n); !ok || total > 2*cornersMax {
			return nil, false
		}
		all = append(all, n)
	}
	return all, true
}

func nested(list []any) bool {
	_, ok := list[0].([]any)
	if s, text := list[0].(string); text { // "1,2,3,4"
		return strings.Contains(s, ",")
	}
	return ok
}

// empty says whether an area was named and nothing said of it.
func empty(v any) bool {
	switch v := v.(type) {
	case string:
		s := strings.TrimSpace(v)
		return s == "" || s == "[]"
	case []any:
		return len(v) == 0
	}
	return false
}

// readBoxes reads two opposite corners after two.
func readBoxes(name string, v any) ([]Box, error) {
	if empty(v) {
		return nil, nil
	}
	all, ok := areas(v)
	var boxes []Box
	for _, n := range all {
		if len(n)%4 != 0 {
			ok = false
			break
		}
		for ; len(n) > 0; n = n[4:] {
			boxes = append(boxes, boxOf(n[0], n[1], n[2], n[3])...)
		}
	}
	if !ok {
		return nil, badValue(name, "4 numbers for each box: latitude and longitude of two opposite corners")
	}
	return boxes, nil
}

// boxOf brings a box of a map that was turned around into range; one that then
// crosses the end of the map is two.
func boxOf(lat1, lon1, lat2, lon2 float64) []Box {
	a, b := geo.Point{Lat: clampLat(lat1), Lon: lon1}, geo.Point{Lat: clampLat(lat2), Lon: lon2}
	if a.Valid() && b.Valid() {
		return []Box{{a, b}}
	}
	west, east := min(lon1, lon2), max(lon1, lon2)
	if east-west >= 360 {
		west, east = -180, 180
	}
	turn := 360 * math.Floor((west+180)/360)
	west, east = west-turn, east-turn
	box := func(west, east float64) Box {
		return Box{geo.Point{Lat: a.Lat, Lon: west}, geo.Point{Lat: b.Lat, Lon: east}}
	}
	if east <= 180 {
		return []Box{box(west, east)}
	}
	return []Box{box(west, 180), box(-180, east-360)}
}

func clampLat(lat float64) float64 { return max(-90, min(90, lat)) }

// readPolygons reads the corners of one outline, or of several.
func readPolygons(name string, v any) ([]Polygon, error) {
	if empty(v) {
		return nil, nil
	}
	all, ok := areas(v)
	var polygons []Polygon
	for _, n := range all {
		if len(n) < 6 || len(n)%2 != 0 {
			ok = false
			break
		}
		var p Polygon
		for ; len(n) > 0; n = n[2:] {
			corner := geo.Point{Lat: n[0], Lon: n[1]}
			ok = ok && corner.Valid()
			p = append(p, corner)
		}
		polygons = append(polygons, p)
	}
	if !ok {
		return nil, badValue(name, "latitude and longitude of 3 to "+strconv.Itoa(cornersMax)+" corners")
	}
	return polygons, nil
}
