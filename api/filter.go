package api

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/geo"
	"renfort/mission"
)

// attrPrefix begins the names of filters on attributes.
const attrPrefix = "attr."

// filterNames are the parameters of a filter, as GET routes list them.
var filterNames = []string{"lat", "lon", "radius_km", "near", "bbox", "domain", "activity", "department", "region", "city",
	"postal_code", "organization", "network", "publisher", "tag", "audience", "skill", "remote", "urgency", "date_type",
	"from", "until", "slot_part", "max_hours_per_week", "minors", "open"}

// filterList gives the list that a name fills, nil for a name that is none.
func filterList(f *mission.Filter, name string) *[]string {
	switch name {
	case "domain":
		return &f.Domains
	case "activity":
		return &f.Activities
	case "department":
		return &f.Departments
	case "region":
		return &f.Regions
	case "city":
		return &f.Cities
	case "postal_code":
		return &f.PostalCodes
	case "organization":
		return &f.Organizations
	case "network":
		return &f.Networks
	case "publisher":
		return &f.Publishers
	case "tag":
		return &f.Tags
	case "audience":
		return &f.Audiences
	case "skill":
		return &f.Skills
	case "remote":
		return &f.Remote
	case "urgency":
		return &f.Urgencies
	case "date_type":
		return &f.DateTypes
	case "slot_part":
		return &f.SlotParts
	}
	return nil
}

// filterReader collects a filter; lat and lon come together at its end.
type filterReader struct {
	filter   mission.Filter
	lat, lon *float64
}

// done joins what came apart.
func (r *filterReader) done(pointer string) (*mission.Filter, error) {
	switch {
	case (r.lat == nil) != (r.lon == nil):
		return nil, invalid(pointer, "has half a point: lat and lon come together")
	case r.lat != nil:
		r.filter.Point = &geo.Point{Lat: *r.lat, Lon: *r.lon}
	}
	return &r.filter, nil
}

// param takes over one query parameter; known is false for a name that is no
// filter's. Lists are comma-separated.
func (r *filterReader) param(name string, value []byte) (known bool, err error) {
	f := &r.filter
	if list := filterList(f, name); list != nil {
		*list = splitList(value)
		return true, nil
	}
	if attr, ok := strings.CutPrefix(name, attrPrefix); ok {
		return true, r.attribute(attr, splitList(value))
	}
	switch name {
	case "lat":
		return true, numberInto(&r.lat, name, value)
	case "lon":
		return true, numberInto(&r.lon, name, value)
	case "radius_km":
		f.RadiusKm, err = parseNumber(name, value)
	case "max_hours_per_week":
		f.MaxHoursPerWeek, err = parseNumber(name, value)
	case "near":
		f.Near = string(value)
	case "from":
		f.From = mission.Moment(value)
	case "until":
		f.Until = mission.Moment(value)
	case "minors":
		f.Minors, err = parseFlag(name, value)
	case "open":
		var open bool
		open, err = parseFlag(name, value)
		f.Closed = !open
	case "bbox":
		f.BBox, err = parseBBox("/bbox", splitList(value))
	default:
		return false, nil
	}
	return true, err
}

// numberInto reads a number that may be left out: nil is what tells "not
// given" from zero.
func numberInto(to **float64, name string, value []byte) error {
	v, err := parseNumber(name, value)
	*to = &v
	return err
}

// splitList splits a comma-separated list; empty entries are left out.
func splitList(value []byte) (list []string) {
	for len(value) > 0 {
		var item []byte
		item, value, _ = bytes.Cut(value, []byte{','})
		if item = bytes.TrimSpace(item); len(item) > 0 {
			list = append(list, string(item))
		}
	}
	return list
}

// attribute adds a condition on one attribute. Several names make several
// conditions, all of which must hold.
func (r *filterReader) attribute(name string, values []string) error {
	if name == "" || len(name) > mission.IDBytesMax {
		return invalid(pointerTo(attrPrefix+name), "needs the name of an attribute after attr.")
	}
	if r.filter.Attributes == nil {
		r.filter.Attributes = map[string][]string{}
	}
	r.filter.Attributes[name] = values
	return nil
}

// parseBBox reads south, west, north and east: the order of lat and lon.
func parseBBox(pointer string, parts []string) (*geo.BBox, error) {
	var v [4]float64
	if len(parts) != len(v) {
		return nil, invalid(pointer, "is not four numbers: south, west, north, east")
	}
	for i, p := range parts {
		n, err := parseNumber("bbox", []byte(p))
		if err != nil {
			return nil, invalid(pointer, "is not four numbers: south, west, north, east")
		}
		v[i] = n
	}
	b := &geo.BBox{South: v[0], West: v[1], North: v[2], East: v[3]}
	if err := b.Valid(); err != nil {
		return nil, invalid(pointer, err.Error())
	}
	return b, nil
}

// decodeFilter reads filters as a body has them: the names of the query, with
// lists as JSON lists, or a plain string for a list of one. pointer is where
// the object is. An unknown name is refused with the list of those known: a
// filter that is ignored shows what it should have hidden.
func decodeFilter(data []byte, pointer string) (*mission.Filter, error) {
	var members map[string]jsontext.Value
	if err := mission.Decode(data, &members); err != nil {
		return nil, moved(err, pointer)
	}
	var r filterReader
	for name, value := range members {
		known, err := r.member(name, value)
		if err == nil && !known {
			err = invalid(pointerTo(name), "is no filter; they are "+joinWords(filterNames)+", polygon, attr.NAME")
		}
		if err != nil {
			return nil, moved(err, pointer)
		}
	}
	return r.done(pointer)
}

// member takes over one member of a filter object; null is left out, and
// known is false for a name that is no filter's.
func (r *filterReader) member(name string, value jsontext.Value) (known bool, err error) {
	f := &r.filter
	at := pointerTo(name)
	if value.Kind() == 'n' {
		return true, nil
	}
	if list := filterList(f, name); list != nil {
		return true, decodeList(list, value, at)
	}
	if attr, ok := strings.CutPrefix(name, attrPrefix); ok {
		values, err := decodeScalars(value, at)
		if err != nil {
			return true, err
		}
		return true, r.attribute(attr, values)
	}
	switch name {
	case "lat":
		err = decodeAt(value, &r.lat, at)
	case "lon":
		err = decodeAt(value, &r.lon, at)
	case "radius_km":
		err = decodeAt(value, &f.RadiusKm, at)
	case "max_hours_per_week":
		err = decodeAt(value, &f.MaxHoursPerWeek, at)
	case "near":
		err = decodeAt(value, &f.Near, at)
	case "from":
		err = decodeAt(value, &f.From, at)
	case "until":
		err = decodeAt(value, &f.Until, at)
	case "minors":
		err = decodeAt(value, &f.Minors, at)
	case "open":
		var open bool
		err = decodeAt(value, &open, at)
		f.Closed = !open
	case "bbox":
		err = r.bbox(value, at)
	case "polygon":
		err = r.polygon(value, at)
	default:
		return false, nil
	}
	return true, err
}

// decodeAt is mission.Decode for a value inside a body: its errors point
// below the place of the value.
func decodeAt(value jsontext.Value, v any, pointer string) error {
	return moved(mission.Decode(value, v), pointer)
}

// decodeList reads a list of strings, or a string as a list of one.
func decodeList(list *[]string, value jsontext.Value, pointer string) error {
	if value.Kind() != '"' {
		return decodeAt(value, list, pointer)
	}
	*list = make([]string, 1)
	return decodeAt(value, &(*list)[0], pointer)
}

// decodeScalars reads scalars, or one as a list of one, as JSON writes them
// but strings without quotes.
func decodeScalars(value jsontext.Value, pointer string) ([]string, error) {
	items := []jsontext.Value{value}
	if value.Kind() == '[' {
		items = nil
		if err := decodeAt(value, &items, pointer); err != nil {
			return nil, err
		}
	}
	words := make([]string, len(items))
	for i, item := range items {
		switch item.Kind() {
		case '"':
			if err := decodeAt(item, &words[i], pointer); err != nil {
				return nil, err
			}
		case '{', '[':
			return nil, invalid(pointer, "is not a scalar or a list of scalars")
		default:
			words[i] = string(item)
		}
	}
	return words, nil
}

// bbox reads a list of four numbers or an object of four names.
func (r *filterReader) bbox(value jsontext.Value, pointer string) error {
	var v []float64
	if value.Kind() == '{' {
		var named struct {
			South *float64 `json:"south"`
			West  *float64 `json:"west"`
			North *float64 `json:"north"`
			East  *float64 `json:"east"`
		}
		if err := decodeAt(value, &named, pointer); err != nil {
			return err
		}
		for _, n := range []*float64{named.South, named.West, named.North, named.East} {
			if n != nil {
				v = append(v, *n)
			}
		}
	} else if err := decodeAt(value, &v, pointer); err != nil {
		return err
	}
	if len(v) != 4 {
		return invalid(pointer, "is not four numbers: south, west, north, east")
	}
	b := geo.BBox{South: v[0], West: v[1], North: v[2], East: v[3]}
	if err := b.Valid(); err != nil {
		return invalid(pointer, err.Error())
	}
	r.filter.BBox = &b
	return nil
}

// corner is a point of a polygon: {lat, lon}, or a list of the two.
type corner geo.Point

// UnmarshalJSON reads either form.
func (k *corner) UnmarshalJSON(data []byte) error {
	half := mission.Errorf(mission.Invalid, "a corner is lat and lon")
	if len(data) > 0 && data[0] == '[' {
		var pair []float64
		if err := mission.Decode(data, &pair); err != nil {
			return err
		}
		if len(pair) != 2 {
			return half
		}
		*k = corner{Lat: pair[0], Lon: pair[1]}
		return nil
	}
	var p mission.Place
	if err := mission.Decode(data, &p); err != nil {
		return err
	}
	if p.Lat == nil || p.Lon == nil {
		return half
	}
	*k = corner{Lat: *p.Lat, Lon: *p.Lon}
	return nil
}

// polygon reads one ring of corners. geo refuses those that cross themselves
// or go round a pole, and says where.
func (r *filterReader) polygon(value jsontext.Value, pointer string) error {
	var corners []corner
	if err := decodeAt(value, &corners, pointer); err != nil {
		return err
	}
	ring := make([]geo.Point, len(corners))
	for i, k := range corners {
		ring[i] = geo.Point(k)
	}
	p, err := geo.ParsePolygon(ring)
	if err != nil {
		return invalid(pointer, err.Error())
	}
	r.filter.Polygon = &p
	return nil
}

// moved puts an error's pointers below the place of the value that was read.
func moved(err error, below string) error {
	e := mission.AsError(err)
	if e == nil || below == "" {
		return err
	}
	copied := *e
	copied.Fields = make([]mission.FieldError, len(e.Fields))
	for i, f := range e.Fields {
		copied.Fields[i] = mission.FieldError{Pointer: below + f.Pointer, Detail: f.Detail}
	}
	if len(e.Fields) == 0 && e.Kind == mission.Invalid {
		copied.Fields = []mission.FieldError{{Pointer: below, Detail: e.Detail}}
	}
	return &copied
}
