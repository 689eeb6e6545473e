package gazetteer

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"renfort/geo"
)

// Format is the first line of the embedded file, which is text, compressed by
// gzip: sections, each a line with its name and the number of its lines, then
// the lines, all in columns parted by tabs. Positions are in ten-thousandths
// of a degree.
//
//	regions      code, name
//	departments  code, region, name
//	communes     INSEE, name, postal codes, population, lat, lon, letter of the precision, city
//	towns        country, name, population, lat, lon, time zone
//	formers      former INSEE or "", name or "", INSEE of today
const Format = "renfort gazetteer 1" // 1: first

// unitsPerDegree is how finely positions are written: 11 m, which is finer than
// the place of any commune is known.
const unitsPerDegree = 1e4

//go:generate go run ./generate -packages $GAZETTEER_PACKAGES -out gazetteer.tsv.gz

//go:embed gazetteer.tsv.gz
var file []byte

// former is the code or name that a commune no longer has, or never had alone.
type former struct {
	insee, name string
	now         int32 // index into rows
}

// contents is what the file tells, before anything is put in an order.
type contents struct {
	regions     []Region
	departments []Department
	rows        []Commune // the communes and arrondissements by INSEE, then the towns abroad
	towns       int       // where in rows the towns begin
	formers     []former
}

// rowsMax is how many lines a section may have: some room above the communes.
const rowsMax = 100_000

// textBytes is about how long the text is; a longer one only costs a copy.
const textBytes = 2 << 20

// read reads a compressed file of Format.
func read(compressed []byte) (*contents, error) {
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("gazetteer: open: %w", err)
	}
	text := bytes.NewBuffer(make([]byte, 0, textBytes))
	if _, err := io.Copy(text, z); err != nil {
		return nil, fmt.Errorf("gazetteer: decompress: %w", err)
	}
	return parse(text.String())
}

// parse reads the text. What it does not understand is an error: the embedded
// file is read by a test, but somebody may change it one day.
func parse(text string) (*contents, error) {
	r := &reader{rest: text}
	if line := r.line(); line != Format {
		return nil, fmt.Errorf("gazetteer: format %.40q, want %q", line, Format)
	}
	c := &contents{}
	c.readDivisions(r)
	c.readCommunes(r)
	c.readTowns(r)
	c.readFormers(r)
	if r.err != nil {
		return nil, r.err
	}
	if r.rest != "" {
		return nil, fmt.Errorf("gazetteer: text after the end: %.20q", r.rest)
	}
	return c, nil
}

func (c *contents) readDivisions(r *reader) {
	for range r.section("regions") {
		c.regions = append(c.regions, Region{Code: r.field(), Name: r.field()})
	}
	for range r.section("departments") {
		d := Department{Code: r.field(), RegionCode: r.field(), Name: r.field()}
		d.TimeZone = zoneOfDepartment(d.Code)
		if i := slices.IndexFunc(c.regions, func(g Region) bool { return g.Code == d.RegionCode }); i >= 0 {
			d.Region = c.regions[i].Name
		}
		c.departments = append(c.departments, d)
	}
}

func (c *contents) readCommunes(r *reader) {
	precisions := map[string]Precision{}
	for _, p := range Precisions() {
		precisions[p.Letter()] = p
	}
	regionOf := map[string]string{}
	for _, d := range c.departments {
		regionOf[d.Code] = d.RegionCode
	}
	n := r.section("communes")
	c.rows = make([]Commune, 0, n+n/4) // with room for the towns
	codes := make([]string, 0, n+n/4)  // of all communes, so that they share one array
	for range n {
		w := Commune{INSEE: r.field(), Name: r.field(), Country: CountryFrance}
		w.PostalCodes, codes = split(r.field(), codes)
		w.Population = r.people()
		w.Point = r.point()
		w.Precision = precisions[r.field()]
		w.City = r.field()
		w.Department = departmentOf(w.INSEE)
		w.Region = regionOf[w.Department]
		w.TimeZone = zoneOfCommune(w.INSEE, w.Department)
		if w.Region == "" || w.Precision == "" {
			r.fail("a department and a precision", w.INSEE)
		}
		if i := len(c.rows); i > 0 && c.rows[i-1].INSEE >= w.INSEE {
			r.fail("communes in the order of their codes", w.INSEE)
		}
		c.rows = append(c.rows, w)
	}
	c.towns = len(c.rows)
}

// departmentOf is the department of a commune: it is in the INSEE code.
func departmentOf(insee string) string {
	switch {
	case len(insee) != 5:
		return ""
	case insee[:2] == "97" || insee[:2] == "98":
		return insee[:3]
	}
	return insee[:2]
}

// split cuts a list of codes at its blanks; the parts are added to all, and
// are a window into it.
func split(list string, all []string) (parts, longer []string) {
	from := len(all)
	for list != "" {
		var code string
		code, list, _ = strings.Cut(list, " ")
		all = append(all, code)
	}
	return all[from:len(all):len(all)], all
}

func (c *contents) readTowns(r *reader) {
	for range r.section("towns") {
		c.rows = append(c.rows, Commune{
			Country: r.field(), Name: r.field(), Population: r.people(),
			Point: r.point(), TimeZone: r.field(), Precision: PrecisionCommune,
		})
	}
}

func (c *contents) readFormers(r *reader) {
	for range r.section("formers") {
		f := former{insee: r.field(), name: r.field()}
		now := r.field()
		at, ok := slices.BinarySearchFunc(c.rows[:c.towns], now, func(w Commune, insee string) int {
			return strings.Compare(w.INSEE, insee)
		})
		if !ok {
			r.fail("a commune of today", now)
		}
		f.now = int32(at)
		c.formers = append(c.formers, f)
	}
}

// reader cuts the text into lines and fields. After the first error it gives
// zeros and empty sections.
type reader struct {
	rest string
	err  error
}

func (r *reader) fail(want, got string) {
	if r.err == nil {
		r.err = fmt.Errorf("gazetteer: want %s, got %.40q", want, got)
	}
	r.rest = ""
}

func (r *reader) line() string {
	line, rest, ok := strings.Cut(r.rest, "\n")
	if !ok {
		r.fail("a line", r.rest)
		return ""
	}
	r.rest = rest
	return line
}

// field takes the text up to the next tab or line end.
func (r *reader) field() string {
	// Fields are short, so a plain loop is faster than a search.
	for i := range len(r.rest) {
		if b := r.rest[i]; b == '\t' || b == '\n' {
			field := r.rest[:i]
			r.rest = r.rest[i+1:]
			return field
		}
	}
	r.fail("a field", r.rest)
	return ""
}

func (r *reader) number() int {
	field := r.field()
	n, err := strconv.Atoi(field)
	if err != nil {
		r.fail("a number", field)
	}
	return n
}

// people is a number of them, which fits into the 31 bits that rankRows has.
func (r *reader) people() int {
	n := r.number()
	if n < 0 || n > math.MaxInt32 {
		r.fail("a population", strconv.Itoa(n))
		return 0
	}
	return n
}

func (r *reader) point() geo.Point {
	p := geo.Point{Lat: float64(r.number()) / unitsPerDegree, Lon: float64(r.number()) / unitsPerDegree}
	if !p.Valid() {
		r.fail("a point", fmt.Sprint(p))
	}
	return p
}

// section reads the line that opens a section, and gives its number of lines.
func (r *reader) section(name string) int {
	line := r.line()
	got, count, _ := strings.Cut(line, "\t")
	n, err := strconv.Atoi(count)
	if got != name || err != nil || n < 0 || n > rowsMax {
		r.fail("section "+name, line)
		return 0
	}
	return n
}
