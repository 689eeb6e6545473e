package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"renfort/geo"
	"renfort/geo/gazetteer"
)

// townsKmMax is how near to a commune a place abroad must lie to be taken in.
// The nearest seat that is placed surely lies within 10 km of the border almost
// everywhere, so this takes in the towns within 50 km of it.
const townsKmMax = 60

// townsNear are the places abroad near a commune, without quarters of towns,
// ordered by country and name.
func townsNear(places []place, communes map[string]placed) []place {
	near := newNearness(communes)
	var towns []place
	for _, p := range places {
		if !p.french() && p.feature != "PPLX" && near.within(p.point, townsKmMax) {
			towns = append(towns, p)
		}
	}
	slices.SortFunc(towns, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.country, b.country), cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	})
	return towns
}

// nearness tells whether a commune is near, by the sines of the latitudes in
// order: a chord is at least as long as their difference.
type nearness []geo.Vec

func newNearness(communes map[string]placed) nearness {
	n := make(nearness, 0, len(communes))
	for _, p := range communes {
		n = append(n, p.point.Vec())
	}
	slices.SortFunc(n, func(a, b geo.Vec) int { return cmp.Compare(a.Z, b.Z) })
	return n
}

func (n nearness) within(p geo.Point, km float64) bool {
	v, chord2 := p.Vec(), geo.Chord2(km)
	chord := math.Sqrt(chord2)
	at, _ := slices.BinarySearchFunc(n, v.Z-chord, func(a geo.Vec, z float64) int { return cmp.Compare(a.Z, z) })
	for _, w := range n[at:] {
		if w.Z > v.Z+chord {
			return false
		}
		if v.Chord2(w) <= chord2 {
			return true
		}
	}
	return false
}

// write writes the file: the text that package gazetteer describes beside its
// reader, compressed.
func write(w io.Writer, f *france, communes map[string]placed, towns []place) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n", gazetteer.Format)
	fmt.Fprintf(&b, "regions\t%d\n", len(f.regions))
	for _, r := range f.regions {
		fmt.Fprintf(&b, "%s\t%s\n", r.Code, r.Name)
	}
	fmt.Fprintf(&b, "departments\t%d\n", len(f.departments))
	for _, d := range f.departments {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", d.Code, d.Region, d.Name)
	}
	fmt.Fprintf(&b, "communes\t%d\n", len(f.communes))
	for _, c := range f.communes {
		p := communes[c.Code]
		fmt.Fprintf(&b, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", c.Code, c.Name, strings.Join(c.PostalCodes, " "),
			c.Population, position(p.point), p.precision.Letter(), c.City)
	}
	fmt.Fprintf(&b, "towns\t%d\n", len(towns))
	for _, t := range towns {
		fmt.Fprintf(&b, "%s\t%s\t%d\t%s\t%s\n", t.country, t.name, t.population, position(t.point), t.zone)
	}
	fmt.Fprintf(&b, "formers\t%d\n", len(f.formers))
	for _, o := range f.formers {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", o.code, o.name, o.now)
	}
	return compress(w, b.Bytes())
}

// position is a point in ten-thousandths of a degree (11 m), which is finer
// than any place of a commune is known.
func position(p geo.Point) string {
	return fmt.Sprintf("%.0f\t%.0f", p.Lat*1e4, p.Lon*1e4)
}

// compress writes no name and no time into the header: the same text gives the
// same bytes.
func compress(w io.Writer, text []byte) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	return z.Close()
}

// summarize counts what was placed how.
func summarize(f *france, communes map[string]placed, towns []place) string {
	count, people := map[gazetteer.Precision]int{}, map[gazetteer.Precision]int{}
	for _, c := range f.communes {
		precision := communes[c.Code].precision
		count[precision]++
		people[precision] += c.Population
	}
	var b strings.Builder
	for _, p := range gazetteer.Precisions() {
		fmt.Fprintf(&b, "%-15s %6d communes %9d people\n", p, count[p], people[p])
	}
	fmt.Fprintf(&b, "%-15s %6d\nformer codes    %6d\n", "towns abroad", len(towns), len(f.formers))
	return b.String()
}
