package record

import (
	"math"
	"strings"

	"renfort/mission"
)

// places gives the record's addresses: those of its list, else its points,
// else what it says of its one place. An address without a position that can
// be is placed by its codes at intake; one without either is told.
func (d *drafting) places() {
	points := d.points()
	all := d.addresses(points)
	if len(all) == 0 {
		all = d.bare(points)
	}
	if len(all) > mission.LocationsMax {
		d.drop("%d addresses more than the %d a mission has", len(all)-mission.LocationsMax, mission.LocationsMax)
		all = all[:mission.LocationsMax]
	}
	if len(all) == 1 && all[0].Department == "" && french(all[0].Country) {
		all[0].Department = department(d.first(d.Place.Department))
	}
	seen := map[string]bool{"": true}
	for i := range all {
		if seen[all[i].ID] {
			all[i].ID = ""
		}
		seen[all[i].ID] = true
	}
	d.draft.Mission.Locations = all
}

// points gives the record's own positions, [i] nil where the i-th is none.
func (d *drafting) points() (points []*[2]float64) {
	v, _ := at(d.tree, d.Place.Points)
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	for _, e := range list {
		points = append(points, d.point(e, []Path{"lat"}, []Path{"lng", "lon"}))
	}
	return points
}

// point gives a position, nil where there is none: 0,0 means nobody knows.
func (d *drafting) point(tree any, lat, lon []Path) *[2]float64 {
	y, ok := firstNumber(tree, lat)
	x, both := firstNumber(tree, lon)
	switch {
	case !ok || !both || x == 0 && y == 0:
		return nil
	case math.Abs(y) > 90 || math.Abs(x) > 180:
		d.drop("the position %v, %v cannot be", y, x)
		return nil
	}
	return &[2]float64{y, x}
}

func firstNumber(tree any, paths []Path) (f float64, ok bool) {
	for _, p := range paths {
		scalars(tree, p, func(v any) {
			if !ok {
				f, ok = numeric(v)
			}
		})
		if ok {
			return f, true
		}
	}
	return 0, false
}

// addresses reads the record's list; one without a position of its own has the
// record's point of the same number, where there are as many.
func (d *drafting) addresses(points []*[2]float64) (all []mission.Location) {
	v, _ := at(d.tree, d.Places.Each)
	list, _ := v.([]any)
	lost := 0
	for i, e := range list {
		l := d.address(e, &d.Places)
		p := d.point(e, d.Places.Lat, d.Places.Lon)
		if p == nil && len(points) == len(list) {
			p = points[i]
		}
		if !placed(&l, p) {
			lost++
			continue
		}
		all = append(all, l)
	}
	if lost > 0 {
		d.drop("%d of %d addresses without a position or a postal code", lost, len(list))
	}
	return all
}

// bare gives the record's points as addresses; what it says in words of its
// place belongs to them only where there is one.
func (d *drafting) bare(points []*[2]float64) (all []mission.Location) {
	words := d.address(d.tree, &d.Place)
	words.ID = ""
	var one *[2]float64
	for _, p := range points {
		if p != nil {
			one = p
			all = append(all, mission.Location{Lat: &p[0], Lon: &p[1]})
		}
	}
	if len(all) > 1 {
		return all
	}
	if one == nil {
		one = d.point(d.tree, d.Place.Lat, d.Place.Lon)
	}
	if placed(&words, one) {
		return []mission.Location{words}
	}
	return nil
}

// placed gives an address its position, or says whether its codes may.
func placed(l *mission.Location, p *[2]float64) bool {
	if p != nil {
		l.Lat, l.Lon = &p[0], &p[1]
		return true
	}
	return french(l.Country) && (l.PostalCode != "" || l.INSEE != "")
}

// address reads an address's words.
func (d *drafting) address(tree any, r *PlaceRule) mission.Location {
	word := func(what string, paths []Path) string {
		return d.cut(what, line(firstOf(tree, paths)), mission.WordLettersMax)
	}
	l := mission.Location{ID: word("address id", r.ID), Label: word("label", r.Label), City: word("city", r.City),
		PostalCode: word("postal code", r.PostalCode), INSEE: word("insee", r.INSEE), Country: word("country", r.Country)}
	if strings.EqualFold(l.Country, "France") {
		l.Country = "FR"
	}
	if !french(l.Country) {
		l.Department = word("department", r.Department)
		return l
	}
	l.Department = department(firstOf(tree, r.Department))
	if !digits(l.PostalCode, 5) {
		l.PostalCode = ""
	}
	if len(l.INSEE) != 5 {
		l.INSEE = ""
	}
	return l
}

func french(country string) bool { return country == "" || strings.EqualFold(country, "FR") }

// department gives the code at the front of "06 - Alpes-Maritimes", "6" or
// "2A", "" where there is none.
func department(s string) string {
	code, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	code = strings.ToUpper(code)
	if digits(code, 1) {
		return "0" + code
	}
	if digits(code, 2) || digits(code, 3) || code == "2A" || code == "2B" {
		return code
	}
	return ""
}

func digits(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }
