package peer

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"renfort/mission"
)

// answer is what an engine says: how many missions there are, the numbers of
// the first of them, and, if asked for, how many have each value of a facet.
type answer struct {
	Total    int                       `json:"total"`
	Missions []int                     `json:"missions"`
	Facets   map[string]map[string]int `json:"facets"`
}

// truth answers a question without words by looking at every mission. Missions
// holds numbers in the order asked for, ties by number.
func (k *corpus) truth(q *query) answer {
	t := answer{Facets: map[string]map[string]int{facetDomain: {}, facetDepartment: {}}}
	keys := make([]float64, len(k.rows))
	for i := range k.rows {
		r := &k.rows[i]
		if !r.meets(q) {
			continue
		}
		domain, department := meets(r.domains, q.Domains), meets(r.departments, q.Departments)
		if domain && department {
			t.Total++
			t.Missions = append(t.Missions, i)
			keys[i] = r.key(q)
		}
		if department {
			count(t.Facets[facetDomain], r.domains)
		}
		if domain {
			count(t.Facets[facetDepartment], r.departments)
		}
	}
	slices.SortStableFunc(t.Missions, func(i, j int) int {
		if keys[i] < keys[j] {
			return -1
		} else if keys[i] > keys[j] {
			return 1
		}
		return 0
	})
	t.Missions = t.Missions[:min(len(t.Missions), q.Limit)]
	return t
}

func count(values map[string]int, of []string) {
	for _, v := range of {
		values[v]++
	}
}

// meets says whether one of the values is wanted; all are where none is named.
func meets(values, wanted []string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(values, func(v string) bool { return slices.Contains(wanted, v) })
}

// meets says whether the mission meets what no facet counts: place and remote.
func (r *row) meets(q *query) bool {
	if len(q.Remotes) > 0 && !slices.Contains(q.Remotes, r.remote) {
		return false
	}
	return q.Meters == 0 || r.remote == mission.RemoteFull || r.km(q) <= q.Meters/1000
}

// km is the distance to the nearest address, infinite without one.
func (r *row) km(q *query) float64 {
	nearest := math.Inf(1)
	for _, p := range r.points {
		nearest = min(nearest, q.at.DistanceKm(p))
	}
	return nearest
}

// key is what the question's order is by, the first the least.
func (r *row) key(q *query) float64 {
	if q.Sort == sortDistance {
		return r.km(q)
	}
	return -float64(r.published)
}

// differ says in what an answer is not the truth, "" for nothing. Among equals
// any order is right.
func (k *corpus) differ(q *query, got, want *answer) string {
	if got.Total != want.Total {
		return fmt.Sprintf("total %d, not %d", got.Total, want.Total)
	}
	for _, name := range q.Facets {
		counts, ok := got.Facets[name]
		if !ok {
			return "no facet " + name
		}
		for _, v := range slices.Sorted(maps.Keys(want.Facets[name])) {
			if counts[v] != want.Facets[name][v] {
				return fmt.Sprintf("facet %s has %d of %s, not %d", name, counts[v], v, want.Facets[name][v])
			}
		}
		if len(counts) != len(want.Facets[name]) {
			return fmt.Sprintf("facet %s has %d values, not %d", name, len(counts), len(want.Facets[name]))
		}
	}
	if len(got.Missions) != len(want.Missions) {
		return fmt.Sprintf("%d hits, not %d", len(got.Missions), len(want.Missions))
	}
	for i, n := range got.Missions {
		if n < 0 || n >= len(k.rows) {
			return fmt.Sprintf("hit %d is mission %d of %d", i, n, len(k.rows))
		}
		a, b := k.rows[n].key(q), k.rows[want.Missions[i]].key(q)
		if a != b && !(math.Abs(a-b) < edgeKm) { // Inf minus Inf is no number
			return fmt.Sprintf("hit %d has the key %v, not %v", i, a, b)
		}
	}
	return ""
}

// stray says which hit of a question with words does not meet its filters,
// "" for none.
func (k *corpus) stray(q *query, got *answer) string {
	for i, n := range got.Missions {
		if n < 0 || n >= len(k.rows) {
			return fmt.Sprintf("hit %d is mission %d of %d", i, n, len(k.rows))
		}
		r := &k.rows[n]
		if !r.meets(q) || !meets(r.domains, q.Domains) || !meets(r.departments, q.Departments) {
			return fmt.Sprintf("hit %d, mission %d, does not meet the filters", i, n)
		}
	}
	if len(got.Missions) != min(got.Total, q.Limit) {
		return fmt.Sprintf("%d hits of %d", len(got.Missions), got.Total)
	}
	return ""
}
