package gazetteer

import (
	"cmp"
	"math"
	"slices"

	"renfort/geo"
)

// Limits of what a place near a point tells of it.
const (
	// zoneKmMax is how far the nearest place may be to give a point its time
	// zone. In Guyane people live up to 100 km from the seat of their commune.
	zoneKmMax = 100
	// plausibleKm is how far outside the cap of its communes a point may be
	// and still be in the department: communes reach beyond their seats, and
	// a seat that was guessed is up to 15 km off.
	plausibleKm = 20
)

// height is a place in the list behind Nearest, which is sorted by at.Z: no
// two places are nearer than their Z are apart.
type height struct {
	at  geo.Vec
	row int32
}

// indexPlaces makes the list behind Nearest. A city that has municipal
// arrondissements leaves its place to them.
func (g *Gazetteer) indexPlaces() {
	keys := make([]uint64, 0, len(g.rows))
	for i, w := range g.rows {
		if !g.districts[w.INSEE] {
			lat := math.Round((w.Point.Lat + 90) * unitsPerDegree) // as it is in the file
			keys = append(keys, uint64(lat)<<32|uint64(i))
		}
	}
	slices.Sort(keys)
	g.byHeight = make([]height, len(keys))
	for i, key := range keys {
		row := int32(uint32(key))
		g.byHeight[i] = height{g.rows[row].Point.Vec(), row}
	}
	g.zoneAbroad = map[string]string{}
	largest := map[string]int{}
	for _, t := range g.rows[g.towns:] {
		if t.Population >= largest[t.Country] {
			largest[t.Country], g.zoneAbroad[t.Country] = t.Population, t.TimeZone
		}
	}
}

// Nearest is the commune, municipal arrondissement or town abroad nearest to
// p, and how far away it is in kilometres, however far. False for a point that
// is not valid.
func (g *Gazetteer) Nearest(p geo.Point) (c Commune, km float64, ok bool) {
	if !p.Valid() {
		return Commune{}, 0, false
	}
	v := p.Vec()
	up, _ := slices.BinarySearchFunc(g.byHeight, v.Z, func(h height, z float64) int { return cmp.Compare(h.at.Z, z) })
	down := up - 1
	best, chord2 := int32(-1), 5.0 // farther than anything
	visit := func(i int) (beyond bool) {
		h := &g.byHeight[i]
		if dz := h.at.Z - v.Z; dz*dz > chord2 {
			return true
		}
		if c := v.Chord2(h.at); c < chord2 || c == chord2 && h.row < best {
			best, chord2 = h.row, c
		}
		return false
	}
	for up < len(g.byHeight) || down >= 0 {
		if up < len(g.byHeight) {
			if up++; visit(up - 1) {
				up = len(g.byHeight)
			}
		}
		if down >= 0 {
			if down--; visit(down + 1) {
				down = -1
			}
		}
	}
	return g.rows[best], geo.Km(chord2), true
}

// TimeZone is the IANA name of the time zone of a department ("974"), a
// commune ("97411") or a country ("FR", "BE", "RE"); "" for any other code.
func (g *Gazetteer) TimeZone(code string) string {
	if d, ok := g.Department(code); ok {
		return d.TimeZone
	}
	if d, ok := g.Department(departmentOfCountry(code)); ok {
		return d.TimeZone
	}
	if code == CountryFrance {
		return zoneFrance
	}
	if zone, ok := g.zoneAbroad[code]; ok {
		return zone
	}
	if c, ok := g.ByINSEE(code); ok {
		return c.TimeZone
	}
	return ""
}

// TimeZoneAt is the IANA name of the time zone of a point: that of the nearest
// commune or town within 100 km, else that of a coarse map of the world; ""
// for a point that is not valid. At sea it is a zone of some shore.
func (g *Gazetteer) TimeZoneAt(p geo.Point) string {
	c, km, ok := g.Nearest(p)
	switch {
	case !ok:
		return ""
	case km <= zoneKmMax:
		return c.TimeZone
	}
	return zoneOfWorld(p)
}

// Plausible says whether p can lie in the department, and if it cannot,
// whether it could with latitude and longitude exchanged. It is generous: some
// 20 km beyond the circle around the department's communes are still in it. Of
// a department that it does not know it believes everything.
func (g *Gazetteer) Plausible(department string, p geo.Point) (ok, mirrored bool) {
	d, known := g.Department(department)
	if !known {
		return true, false
	}
	within := func(q geo.Point) bool { return q.Valid() && d.Cap.MinKm(q.Vec()) <= plausibleKm }
	if within(p) {
		return true, false
	}
	return false, within(p.Swapped())
}
