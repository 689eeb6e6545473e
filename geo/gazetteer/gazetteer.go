package gazetteer

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"

	"renfort/geo"
)

// Gazetteer answers questions about communes. It does not change, so it is
// safe for concurrent use. The lists of postal codes in its answers are shared:
// read them, do not write to them.
type Gazetteer struct {
	contents
	rank         []int32 // rank[i] of rows[i] in answers: France first, then the larger population
	departmentAt map[string]int
	zoneAbroad   map[string]string // by country
	districts    map[string]bool   // the cities that have municipal arrondissements, by INSEE
	formerAt     map[string]int32  // index into rows, by former INSEE
	byPostalCode []posting
	byName       []posting
	byHeight     []height // sorted by Z
}

// Default is the gazetteer of the embedded file. The first call loads it,
// which takes some tens of milliseconds; all of them give the same one.
func Default() *Gazetteer { return load() }

var load = sync.OnceValue(func() *Gazetteer {
	g, err := Load()
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return g
})

// Load reads the embedded file anew. Almost everyone wants Default.
func Load() (*Gazetteer, error) {
	c, err := read(file)
	if err != nil {
		return nil, err
	}
	return newGazetteer(c), nil
}

func newGazetteer(c *contents) *Gazetteer {
	g := &Gazetteer{contents: *c}
	g.rankRows()
	g.indexCodes()
	g.indexNames()
	g.indexPlaces()
	g.sumDepartments()
	return g
}

// rankRows gives every row its place in the order of answers.
func (g *Gazetteer) rankRows() {
	order := make([]int32, len(g.rows))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		if abroad := int(a) >= g.towns; abroad != (int(b) >= g.towns) {
			return cmp.Compare(a, b) // the towns abroad follow the communes
		}
		return cmp.Or(cmp.Compare(g.rows[b].Population, g.rows[a].Population), cmp.Compare(a, b))
	})
	g.rank = make([]int32, len(order))
	for rank, i := range order {
		g.rank[i] = int32(rank)
	}
}

// sumDepartments adds up what the communes of each department tell. Rows are
// sorted by INSEE, so those of a department lie together.
func (g *Gazetteer) sumDepartments() {
	g.departmentAt = make(map[string]int, len(g.departments))
	for i, d := range g.departments {
		g.departmentAt[d.Code] = i
	}
	var at []geo.Vec
	for i, w := range g.rows[:g.towns] {
		d := &g.departments[g.departmentAt[w.Department]]
		at = append(at, w.Point.Vec())
		if w.City == "" {
			d.Population += w.Population
		}
		if i+1 == g.towns || g.rows[i+1].Department != w.Department {
			d.Cap = geo.CapOf(at)
			at = at[:0]
		}
	}
}

// Communes walks every place of France where people are counted once: all
// communes, but the municipal arrondissements in the place of Paris, Lyon and
// Marseille, by INSEE code. Towns abroad are not among them.
func (g *Gazetteer) Communes() iter.Seq[Commune] {
	return func(yield func(Commune) bool) {
		for i := range g.rows[:g.towns] {
			if !g.districts[g.rows[i].INSEE] && !yield(g.rows[i]) {
				return
			}
		}
	}
}

// Towns walks the towns of neighbouring countries, by country and name.
func (g *Gazetteer) Towns() iter.Seq[Commune] { return slices.Values(g.rows[g.towns:]) }

// Department gives a department by its code, false if there is none.
func (g *Gazetteer) Department(code string) (Department, bool) {
	i, ok := g.departmentAt[code]
	if !ok {
		return Department{}, false
	}
	return g.departments[i], true
}

// Departments are all departments and collectivities, by code. The caller may
// change the slice.
func (g *Gazetteer) Departments() []Department { return slices.Clone(g.departments) }

// DepartmentByName finds a department by its folded name, with or without its
// article: "cotes d'armor", "Réunion".
func (g *Gazetteer) DepartmentByName(name string) (Department, bool) {
	want := Fold(name)
	for _, d := range g.departments {
		folded := Fold(d.Name)
		short, _ := withoutArticle(folded)
		if want != "" && (want == folded || want == short) {
			return d, true
		}
	}
	return Department{}, false
}

// Region gives a region by its code, false if there is none.
func (g *Gazetteer) Region(code string) (Region, bool) {
	i, ok := slices.BinarySearchFunc(g.regions, code, func(r Region, c string) int { return strings.Compare(r.Code, c) })
	if !ok {
		return Region{}, false
	}
	return g.regions[i], true
}

// Regions are all regions and collectivities, by code. The caller may change
// the slice.
func (g *Gazetteer) Regions() []Region { return slices.Clone(g.regions) }
