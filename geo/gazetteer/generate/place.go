package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// placed is where a commune lies and how surely.
type placed struct {
	point     geo.Point
	precision gazetteer.Precision
}

// placeCommunes places every commune: by GeoNames or a correction where they
// have it, else in the middle of the nearest kin that they do have.
func placeCommunes(f *france, places []place, fixes map[string]correction) (map[string]placed, error) {
	known := map[string]placed{}
	for code, p := range seats(f, places) {
		known[code] = placed{p.point, gazetteer.PrecisionCommune}
	}
	if err := applyCorrections(known, places, fixes); err != nil {
		return nil, err
	}
	kin := newKin(f, known)
	all := make(map[string]placed, len(f.communes))
	for _, c := range f.communes {
		p, ok := known[c.Code]
		if !ok {
			if p, ok = kin.place(c); !ok {
				return nil, fmt.Errorf("generate: nothing tells where %s %s lies", c.Code, c.Name)
			}
		}
		all[c.Code] = p
	}
	return all, nil
}

// seats picks for each commune the one of its places that is its seat.
func seats(f *france, places []place) map[string]place {
	best := map[string]place{}
	for _, p := range places {
		if !p.french() {
			continue
		}
		code := districtOf(p)
		if code == "" {
			code = p.insee(f)
		}
		if code == "" {
			continue
		}
		name := gazetteer.Fold(f.communes[f.byCode[code]].Name)
		if old, ok := best[code]; !ok || p.fitsBetter(old, name) {
			best[code] = p
		}
	}
	return best
}

// district is how the table names the districts of Lyon and Marseille.
var district = regexp.MustCompile(`^(Lyon|Marseille) (\d\d)$`)

// districtOf is the code of the municipal arrondissement that p is, else "".
func districtOf(p place) string {
	m := district.FindStringSubmatch(p.name)
	switch {
	case m == nil || p.country != "FR":
		return ""
	case m[1] == "Lyon":
		return "693" + strconv.Itoa(80+int(m[2][0]-'0')*10+int(m[2][1]-'0'))
	}
	return "132" + m[2]
}

// fitsBetter says whether p rather than q is the seat of the commune of that
// folded name: by name, by rank, by size, and then the older entry.
func (p place) fitsBetter(q place, name string) bool {
	return cmp.Or(
		cmp.Compare(p.nameFit(name), q.nameFit(name)),
		cmp.Compare(p.rank(), q.rank()),
		cmp.Compare(p.population, q.population),
		cmp.Compare(q.id, p.id),
	) > 0
}

// nameFit is 2 for a place of that name, 1 if one of its other names is it.
func (p place) nameFit(name string) int {
	if gazetteer.Fold(p.name) == name {
		return 2
	}
	for _, other := range p.others {
		if gazetteer.Fold(other) == name {
			return 1
		}
	}
	return 0
}

// rank is higher for what is the seat of more.
func (p place) rank() int {
	switch p.feature {
	case "PPLC":
		return 6
	case "PPLA":
		return 5
	case "PPLA2":
		return 4
	case "PPLA3":
		return 3
	case "PPLA4":
		return 2
	case "PPL":
		return 1
	case "PPLX": // a quarter
		return -1
	}
	return 0
}

//go:embed corrections.tsv
var correctionsTSV string

// correction is what a line of corrections.tsv says of a commune.
type correction struct {
	what  string // geonames, at or unknown
	value string
}

func readCorrections() (map[string]correction, error) {
	fixes := map[string]correction{}
	for line := range strings.Lines(correctionsTSV) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 {
			return nil, fmt.Errorf("generate: corrections.tsv: %q has %d columns, want 4", line, len(f))
		}
		fixes[f[0]] = correction{f[1], f[2]}
	}
	return fixes, nil
}

// applyCorrections changes known by the corrections.
func applyCorrections(known map[string]placed, places []place, fixes map[string]correction) error {
	byID := make(map[string]geo.Point, len(places))
	for _, p := range places {
		byID[strconv.Itoa(p.id)] = p.point
	}
	for code, fix := range fixes {
		switch fix.what {
		case "unknown":
			delete(known, code)
		case "geonames":
			p, ok := byID[fix.value]
			if !ok {
				return fmt.Errorf("generate: corrections.tsv: %s: no place %s in the table", code, fix.value)
			}
			known[code] = placed{p, gazetteer.PrecisionCommune}
		case "at":
			var p geo.Point
			if _, err := fmt.Sscan(fix.value, &p.Lat, &p.Lon); err != nil || !p.Valid() {
				return fmt.Errorf("generate: corrections.tsv: %s: %q is not a position", code, fix.value)
			}
			known[code] = placed{p, gazetteer.PrecisionApproximate}
		default:
			return fmt.Errorf("generate: corrections.tsv: %s: unknown word %q", code, fix.what)
		}
	}
	return nil
}
