package peer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"renfort/geo"
	"renfort/mission"
)

// query is one question, one line of queries.ndjson.
type query struct {
	Kind        string   `json:"kind"`
	Words       string   `json:"words,omitzero"`
	Lat         float64  `json:"lat,omitzero"`
	Lon         float64  `json:"lon,omitzero"`
	Meters      float64  `json:"meters,omitzero"` // 0: no place
	Domains     []string `json:"domains,omitzero"`
	Departments []string `json:"departments,omitzero"`
	Remotes     []string `json:"remotes,omitzero"`
	Facets      []string `json:"facets,omitzero"`
	Sort        string   `json:"sort"`
	Limit       int      `json:"limit"`

	at geo.Vec // Lat and Lon
}

// The orders of hits.
const (
	sortScore    = "score"
	sortDistance = "distance"
	sortNewest   = "newest"
)

const (
	hitsMax      = 20 // a page
	radiusMeters = 10_000
)

// kind is a sort of question: what is asked for together.
type kind struct {
	name    string
	words   int // how many; wordsMixed: one to three in turn
	place   bool
	filters bool
	facets  bool
}

const wordsMixed = -1

// The facets.
const (
	facetDomain     = "domain"
	facetDepartment = "department"
)

func facets() []string { return []string{facetDomain, facetDepartment} }

func kinds() []kind {
	return []kind{
		{name: "1 word", words: 1},
		{name: "2 words", words: 2},
		{name: "3 words", words: 3},
		{name: "geo", place: true},
		{name: "filters", filters: true},
		{name: "facets", facets: true},
		{name: "words+geo", words: wordsMixed, place: true},
		{name: "words+facets", words: wordsMixed, facets: true},
		{name: "filters+facets", filters: true, facets: true},
		{name: "geo+facets", place: true, facets: true},
		{name: "words+filters+facets", words: wordsMixed, filters: true, facets: true},
		{name: "all", words: wordsMixed, place: true, filters: true, facets: true},
	}
}

// asker makes questions up.
type asker struct {
	*corpus
	rng *rand.Rand
}

// queries makes n questions of every kind, kind by kind; a tenth where nothing
// is asked for that can differ. The same corpus and seed make the same ones.
func (k *corpus) queries(n int, seed uint64) ([]query, error) {
	var all []query
	for i, kind := range kinds() {
		a, wanted := asker{k, rand.New(rand.NewPCG(seed, uint64(i)))}, n
		if kind.words == 0 && !kind.place && !kind.filters {
			wanted = (n + 9) / 10
		}
		for j := range wanted {
			q, err := a.query(&kind, j)
			if err != nil {
				return nil, err
			}
			all = append(all, q)
		}
	}
	return all, nil
}

// query makes the i-th question of a kind. Its parts are drawn from one
// mission, so that together they find something.
func (a *asker) query(k *kind, i int) (query, error) {
	q := query{Kind: k.name, Sort: sortNewest, Limit: hitsMax}
	if q.Facets = facets(); !k.facets {
		q.Facets = nil
	} else if k.place && a.addresses == AddressesAll {
		q.Facets = q.Facets[:1] // see the package's comment
	}
	m, words, err := a.subject(k, i)
	if err != nil {
		return q, err
	}
	if q.Words = words; words != "" {
		q.Sort = sortScore
	}
	if k.filters {
		a.filter(&q, k, m, i)
	}
	if !k.place {
		return q, nil
	}
	at := a.world.Place(a.rng) // where people live
	if words != "" {
		at, _ = m.Locations[0].Point() // subject has seen to it
		if commune, ok := a.intake.Places.ByINSEE(m.Locations[0].INSEE); ok {
			at = commune.Point
		}
	} else {
		q.Sort = sortDistance
	}
	q.Lat, q.Lon, q.Meters, q.at = at.Lat, at.Lon, a.clearRadius(at), at.Vec()
	return q, nil
}

// subjectTries bounds the missions looked at: nearly all have a place and
// more than three words.
const subjectTries = 1000

// subject draws a mission with a place and as many words as are wanted.
func (a *asker) subject(k *kind, i int) (*mission.Mission, string, error) {
	n := k.words
	if n == wordsMixed {
		n = i%3 + 1
	}
	for range subjectTries {
		m, err := a.mission(a.rng.IntN(len(a.rows)))
		if err != nil {
			return nil, "", err
		}
		if !m.Placed() {
			continue
		}
		if words, ok := a.words(m, n); ok {
			return m, words, nil
		}
	}
	return nil, "", fmt.Errorf("peer: no mission of %d has a place and %d words to ask for", len(a.rows), n)
}

// filter asks for the mission's domain, then for its department too, then for
// its way of being done as well; every third time for one more domain and
// department.
func (a *asker) filter(q *query, k *kind, m *mission.Mission, i int) {
	q.Domains = []string{m.Domains[0]}
	if a.rng.IntN(3) == 0 {
		q.Domains = insert(q.Domains, a.taxonomy.Domains[a.rng.IntN(len(a.taxonomy.Domains))].ID)
	}
	if !k.place && i%3 > 0 {
		q.Departments = []string{m.Locations[0].Department}
		if other := a.rows[a.rng.IntN(len(a.rows))].departments; a.rng.IntN(3) == 0 && len(other) > 0 {
			q.Departments = insert(q.Departments, other[0])
		}
	}
	if i%3 == 2 {
		q.Remotes = insert([]string{m.Remote}, mission.RemotePossible)
	}
}

// insert adds a value that is not there yet.
func insert(list []string, value string) []string {
	if slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}

// edgeKm is how far from the radius every address lies: engines differ by
// centimetres there, in how they keep coordinates and how they measure.
const edgeKm = 0.0002

// clearRadius gives the radius, in metres, a little more or less so that no
// address lies on its edge.
func (a *asker) clearRadius(at geo.Point) float64 {
	const bandKm, stepKm = 0.25, 0.0005
	v := at.Vec()
	var near []float64
	for i := range a.rows {
		for _, p := range a.rows[i].points {
			if km := v.DistanceKm(p); math.Abs(km-radiusMeters/1000) < bandKm {
				near = append(near, km)
			}
		}
	}
	for step := range int(bandKm / stepKm) {
		for _, sign := range [...]float64{1, -1} {
			r := radiusMeters/1000 + sign*float64(step)*stepKm
			if !slices.ContainsFunc(near, func(km float64) bool { return math.Abs(km-r) < edgeKm }) {
				return r * 1000
			}
		}
	}
	return radiusMeters
}
