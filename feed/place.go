package feed

import (
	"math"
	"strconv"
	"strings"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/mission"
)

// france is what an address in France has as its country.
const france = gazetteer.CountryFrance

// locations reads the addresses, else the one that the record itself has.
// Those that nothing places are left out where others, or the mission's being
// remote, make up for it.
func (b *builder) locations() (all []mission.Location) {
	records := b.addresses()
	if len(records) == 0 {
		records = []*record{b.record}
	} else {
		b.setAside()
	}
	if len(records) > mission.LocationsMax {
		b.note("addresses", Cut, "has %d entries; the first %d are kept", len(records), mission.LocationsMax)
		records = records[:mission.LocationsMax]
	}
	var lost []mission.Location
	for i, r := range records {
		a := &addressReader{builder: b, record: r, at: ""}
		if r != b.record {
			a.at = "addresses/" + strconv.Itoa(i) + "/"
		}
		l, ok := a.read()
		switch {
		case ok && a.place(&l):
			all = append(all, l)
		case ok:
			lost = append(lost, l)
		}
	}
	if len(all) == 0 && b.mission.Remote != mission.RemoteFull {
		return lost // Intake says what is wrong with them
	}
	for i := range lost {
		b.note("addresses", LeftOut, "%q has neither a point nor a known postal code and was left out", strings.TrimSpace(lost[i].Label+" "+lost[i].PostalCode+" "+lost[i].City))
	}
	return all
}

// setAside uses up the address that a record has of its own besides its list:
// it is one of the list.
func (b *builder) setAside() {
	for _, f := range b.record.fields {
		switch f.key {
		case "adresse", "address", "street", "city", "postalcode", "departmentcode", "departmentname", "region", "country", "location", "lonlat":
			f.used = true
		}
	}
}

// addresses finds the records of a list of addresses, however deep it lies:
// addresses/address, or a list of objects.
func (b *builder) addresses() (all []*record) {
	for _, key := range []string{"addresses", "address", "adresse"} {
		for _, f := range b.record.fields {
			if f.key != key || f.used {
				continue
			}
			before := len(all)
			for _, v := range f.values {
				all = appendAddresses(all, v.parts)
			}
			if len(all) > before || key == "addresses" {
				f.used = true
			}
		}
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

func appendAddresses(all []*record, r *record) []*record {
	if r == nil {
		return all
	}
	for _, f := range r.fields {
		if f.key != "address" && f.key != "adresse" && f.key != "value" {
			continue
		}
		inner := false
		for _, v := range f.values {
			if v.parts != nil {
				all, inner = append(all, v.parts), true
			}
		}
		if inner {
			return all
		}
	}
	return append(all, r)
}

// addressReader reads one address.
type addressReader struct {
	*builder
	record *record
	at     string // what its fields' names begin with in repairs
}

// read reads what an address says; ok is false where it says nothing.
func (a *addressReader) read() (l mission.Location, ok bool) {
	r := a.record
	if r != a.builder.record {
		for _, f := range r.fields {
			if f.name == "id" { // and not _id, which is a database's
				l.ID = a.word(a.at+"id", f)
			}
		}
		l.Precision = a.own("precision")
	}
	l.INSEE = a.own("insee", "codeinsee")
	l.Label = a.word(a.at+"street", r.take("street", "adresse", "address", "rue"))
	l.City = a.word(a.at+"city", r.take("city", "ville"))
	l.Country = a.country()
	l.PostalCode = a.postalCode(l.Country)
	l.Department = a.departmentOf(&l)
	r.take("region")
	p, given := a.point(&l)
	if given {
		l.Lat, l.Lon = &p.Lat, &p.Lon
	}
	return l, given || l.INSEE != "" || l.PostalCode != "" || l.City != "" || l.Label != ""
}

func (a *addressReader) own(keys ...string) string {
	return a.word(a.at+keys[0], a.record.take(keys...))
}

// overseas are the codes that islands and territories have as countries,
// although they are departments and collectivities of France.
const overseas = " GP MQ GF RE PM YT BL MF WF PF NC "

// country reads a country: a code in capitals, or a name as it is.
func (a *addressReader) country() string {
	t := a.word(a.at+"country", a.record.take("country", "countrycode", "pays"))
	up := strings.ToUpper(t)
	switch {
	case t == "" || t == france:
		return t
	case gazetteer.Fold(t) == "france", up == france, up == "FRA":
		return france
	case len(up) == 2 && strings.Contains(overseas, " "+up+" "):
		a.note(a.at+"country", Rewritten, "%q was read as %q: its postal code tells the rest", t, france)
		return france
	case len(t) == 2:
		return up
	}
	return t
}

// postalCode reads a postal code. A French one that has lost its zero gets it
// back.
func (a *addressReader) postalCode(country string) string {
	field := a.at + "postalCode"
	t := a.word(field, a.record.take("postalcode", "postcode", "zipcode", "zip", "codepostal"))
	if t == "" || country != "" && country != france {
		return t
	}
	code := strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(t, " ", ""), "F-"), "FR-")
	if digits(code) && len(code) == 4 {
		padded := "0" + code
		if len(a.options.Intake.Places.ByPostalCode(padded)) > 0 {
			a.note(field, Padded, "%q was read as %q", t, padded)
			return padded
		}
	}
	if digits(code) && len(code) == 5 && code != t {
		a.note(field, Rewritten, "%q was read as %q", t, code)
		return code
	}
	return t
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// departmentOf reads the department: by its code, with or without its zero, or
// its name. Abroad it is free text.
func (a *addressReader) departmentOf(l *mission.Location) string {
	field, places := a.at+"departmentCode", a.options.Intake.Places
	code := a.word(field, a.record.take("departmentcode", "department"))
	name := a.word(a.at+"departmentName", a.record.take("departmentname"))
	if l.Country != "" && l.Country != france {
		return code
	}
	if code != "" {
		if _, ok := places.Department(code); ok {
			return code
		}
		fixed := strings.ToUpper(strings.TrimSpace(code))
		if digits(fixed) {
			if fixed = strings.TrimLeft(fixed, "0"); len(fixed) == 1 {
				fixed = "0" + fixed
			}
		}
		if _, ok := places.Department(fixed); ok {
			a.note(field, Padded, "%q was read as %q", code, fixed)
			return fixed
		}
		if named := a.words.department(a.options.Intake, code); named != "" {
			a.note(field, Rewritten, "%q was read as %q", code, named)
			return named
		}
	}
	if named := a.words.department(a.options.Intake, name); named != "" {
		return named
	}
	if code != "" && l.Country == france {
		a.note(field, Unknown, "%q is no department and was left out", code)
		return ""
	}
	return code
}

// point reads where the address is, and puts it right where the stated
// department shows that latitude and longitude were exchanged.
func (a *addressReader) point(l *mission.Location) (p geo.Point, ok bool) {
	field := "location"
	if p, ok = a.located(); !ok {
		if f := a.record.take("lonlat"); f != nil {
			field = f.name
			if p.Lon, p.Lat, ok = pair(f.text()); !ok {
				a.note(a.at+field, Unreadable, "%q is not lon,lat and was left out", f.text())
			}
		} else if f := a.record.take("latlon", "latlng", "latlong"); f != nil {
			field = f.name
			if p.Lat, p.Lon, ok = pair(f.text()); !ok {
				a.note(a.at+field, Unreadable, "%q is not lat,lon and was left out", f.text())
			}
		}
	}
	if !ok {
		return p, false
	}
	return a.righted(a.at+field, p, l)
}

// righted judges a point by the department that the address states.
func (a *addressReader) righted(field string, p geo.Point, l *mission.Location) (geo.Point, bool) {
	if p.IsNull() {
		a.note(field, Unreadable, "0,0 is in the sea and means that there was no point; it was left out")
		return p, false
	}
	swapped := geo.Point{Lat: p.Lon, Lon: p.Lat}
	stated := a.stated(l)
	fits, mirrored := a.options.Intake.Places.Plausible(stated, p)
	if !p.Valid() {
		fits, mirrored = false, swapped.Valid()
		if stated != "" {
			fits, _ = a.options.Intake.Places.Plausible(stated, swapped)
			fits, mirrored = false, mirrored && fits
		}
	} else if stated == "" && l.Country == france {
		fits = !a.elsewhere(p, swapped)
		mirrored = !fits
	}
	switch {
	case !fits && mirrored:
		where := "in France"
		if stated != "" {
			where = "in department " + stated
		}
		a.note(field, Swapped, "lat %s lon %s was exchanged: the other way round it is %s", degrees(p.Lat), degrees(p.Lon), where)
		return swapped, true
	case !p.Valid():
		a.note(field, Unreadable, "lat %s lon %s is no point on earth and was left out", degrees(p.Lat), degrees(p.Lon))
		return p, false
	case !fits:
		a.note(field, Outside, "lat %s lon %s is not in department %s; it was kept", degrees(p.Lat), degrees(p.Lon), stated)
	}
	return p, true
}

// stated is the department that the address says it is in, "" if it does not.
func (b *builder) stated(l *mission.Location) string {
	places := b.options.Intake.Places
	if l.Country != "" && l.Country != france {
		return ""
	}
	if _, ok := places.Department(l.Department); ok {
		return l.Department
	}
	if cs := places.ByPostalCode(l.PostalCode); len(cs) > 0 {
		return cs[0].Department
	}
	return ""
}

// elsewhere says whether a point of an address in France is far from it and
// its mirror is not.
func (a *addressReader) elsewhere(p, mirror geo.Point) bool {
	_, km, _ := a.options.Intake.Places.Nearest(p)
	c, mirrorKm, ok := a.options.Intake.Places.Nearest(mirror)
	return ok && km > 500 && mirrorKm < 25 && c.Country == france
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// located reads location{lat,lon}, or the same two beside the address. Half a
// point is none.
func (a *addressReader) located() (p geo.Point, ok bool) {
	records := []*record{a.record}
	if f := a.record.take("location", "geopoint", "geoloc"); f != nil {
		for _, v := range f.values {
			if v.parts != nil {
				records = append(records, v.parts)
			}
		}
	}
	for i := len(records) - 1; i >= 0; i-- {
		r := records[i]
		lat, lon := r.take("lat", "latitude"), r.take("lon", "lng", "long", "longitude")
		if lat == nil && lon == nil {
			continue
		}
		var okLat, okLon bool
		p.Lat, okLat = number(lat.text())
		p.Lon, okLon = number(lon.text())
		if okLat && okLon {
			return p, true
		}
		a.note(a.at+"location", Unreadable, "lat %q and lon %q are not two numbers and were left out", lat.text(), lon.text())
	}
	return p, false
}

// number reads degrees; a comma may stand for the point.
func number(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(s), ",", ".", 1), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// pair reads two numbers with a comma, a semicolon or a blank between.
func pair(s string) (a, b float64, ok bool) {
	s = strings.Trim(strings.TrimPrefix(strings.TrimSpace(s), "POINT"), " ()[]")
	for _, separator := range []string{";", ",", " "} {
		left, right, found := strings.Cut(s, separator)
		if !found {
			continue
		}
		var okA, okB bool
		a, okA = number(left)
		b, okB = number(right)
		return a, b, okA && okB
	}
	return 0, 0, false
}

// place makes sure that Intake can place the address, by its commune's name
// where its codes do not; false where nothing does.
func (a *addressReader) place(l *mission.Location) bool {
	places := a.options.Intake.Places
	if l.Lat != nil {
		return true
	}
	abroad := l.Country != "" && l.Country != france
	if !abroad {
		if _, ok := places.ByINSEE(l.INSEE); ok && l.INSEE != "" {
			return true
		}
		if len(places.ByPostalCode(l.PostalCode)) > 0 {
			return true
		}
	}
	c, ok := a.commune(l, abroad)
	if !ok {
		return false
	}
	where := c.Department
	if abroad {
		where = c.Country
	}
	if l.PostalCode != "" {
		a.note(a.at+"postalCode", Placed, "%q is not known; the address was placed in %s (%s)", l.PostalCode, c.Name, where)
	} else {
		a.note(a.at+"city", Placed, "there is no postal code; the address was placed in %s (%s)", c.Name, where)
	}
	l.Lat, l.Lon, l.Precision = &c.Point.Lat, &c.Point.Lon, string(c.Precision)
	if !abroad {
		l.INSEE, l.Department = c.INSEE, c.Department
	}
	return true
}

// commune finds the one commune that the city's name can mean.
func (a *addressReader) commune(l *mission.Location, abroad bool) (found gazetteer.Commune, ok bool) {
	city := l.City
	if i := strings.Index(strings.ToUpper(city), " CEDEX"); i > 0 {
		city = city[:i]
	}
	department := l.Department
	if department == "" && len(l.PostalCode) == 5 && digits(l.PostalCode) {
		department = l.PostalCode[:2]
		if department >= "97" {
			department = l.PostalCode[:3]
		}
	}
	for _, c := range a.options.Intake.Places.ByName(city) {
		switch {
		case abroad && c.Country != l.Country, !abroad && c.Country != france:
		case !abroad && department != "" && !sameDepartment(c.Department, department):
		case ok:
			return found, false // two have the name: nobody knows which
		default:
			found, ok = c, true
		}
	}
	return found, ok
}

// sameDepartment knows that postal codes of Corsica begin with 20.
func sameDepartment(have, want string) bool {
	return have == want || want == "20" && (have == "2A" || have == "2B")
}
