package gazetteer

import (
	"iter"
	"math"
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
	ranked       []int32 // indices into rows, in the order of answers: France first, then the larger population
	rank         []int32 // rank[i] is where ranked has i
	departmentAt map[string]int
	zoneAbroad   map[string]string      // by country
	districts    map[string]bool        // the cities that have municipal arrondissements, by INSEE
	byINSEE      map[uint32]int32       // index into rows, by inseeKey, former codes too
	byPostalCode []uint64               // postal code << 32 | rank, sorted
	postalPlaces map[uint32]postalPlace // by postalNumber
	byHeight     []height               // sorted by Z

	// names are sorted by key and then in the order of ByName. The first question about a name
	// makes them, because many a program never asks one.
	names func() []posting
	// inner are sorted in the same way: the later words of names. The first
	// Suggest makes them.
	inner func() []posting
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
	g.indexPlaces()
	g.sumDepartments()
	g.names = sync.OnceValue(g.indexNames)
	g.inner = sync.OnceValue(g.indexInner)
	return g
}

// rankRows puts the rows into the order of answers. It sorts numbers that are
// made of the order and the index, which is several times faster than a sort
// by a function, as do the other indices that are made on loading.
func (g *Gazetteer) rankRows() {
	keys := make([]uint64, len(g.rows))
	for i, w := range g.rows {
		keys[i] = uint64(math.MaxInt32-w.Population)<<32 | uint64(i)
		if i >= g.towns {
			keys[i] |= 1 << 63
		}
	}
	slices.Sort(keys)
	g.ranked, g.rank = make([]int32, len(keys)), make([]int32, len(keys))
	for rank, key := range keys {
		g.ranked[rank] = int32(uint32(key))
		g.rank[uint32(key)] = int32(rank)
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
