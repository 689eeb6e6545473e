package mission

import (
	_ "embed" // the default taxonomy
	"encoding/json"
	"fmt"
	"math/bits"
	"strings"
)

//go:embed taxonomy.json
var taxonomyJSON []byte

// Taxonomy is the domains and activities that missions and volunteers name:
// data, versioned. It is immutable once compiled, and then safe for
// concurrent use. The bit of a domain or activity is its place in the list.
type Taxonomy struct {
	Name       string     `json:"name"`
	Version    int        `json:"version"`
	Note       string     `json:"note,omitzero"` // where it comes from
	Domains    []Domain   `json:"domains"`
	Activities []Activity `json:"activities"`

	domains    map[string]int // id or alias, folded -> index
	activities map[string]int
	adjacent   []uint64 // adjacent[d] are the domains next to d, d left out
}

// Domain is a field of general interest.
type Domain struct {
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Adjacent []string `json:"adjacent,omitzero"` // counts both ways
	Aliases  []string `json:"aliases,omitzero"`
	Reason   string   `json:"reason,omitzero"`
}

// Activity is a kind of work within domains.
type Activity struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Domains []string `json:"domains,omitzero"`
	Aliases []string `json:"aliases,omitzero"`
	Reason  string   `json:"reason,omitzero"`
}

// ActivityMask is a set of activities.
type ActivityMask [ActivitiesMax / 64]uint64

// Set adds activity i.
func (a *ActivityMask) Set(i int) { a[i/64] |= 1 << (i % 64) }

// Meets says whether the two sets share one.
func (a *ActivityMask) Meets(b *ActivityMask) bool {
	return a[0]&b[0]|a[1]&b[1]|a[2]&b[2]|a[3]&b[3] != 0
}

// Empty says whether the set has none.
func (a *ActivityMask) Empty() bool { return a[0]|a[1]|a[2]|a[3] == 0 }

// DefaultTaxonomy gives the taxonomy that Renfort ships, compiled.
func DefaultTaxonomy() *Taxonomy {
	t := new(Taxonomy)
	if err := json.Unmarshal(taxonomyJSON, t); err != nil {
		panic("mission: the embedded taxonomy: " + err.Error())
	}
	if err := t.Compile(); err != nil {
		panic("mission: the embedded taxonomy: " + err.Error())
	}
	return t
}

// DecodeTaxonomy reads and compiles a taxonomy.
func DecodeTaxonomy(data []byte) (*Taxonomy, error) {
	t := new(Taxonomy)
	if err := Decode(data, t); err != nil {
		return nil, err
	}
	if err := t.Compile(); err != nil {
		return nil, err
	}
	return t, nil
}

// Compile validates the taxonomy and prepares its look-ups. It is called once,
// before the taxonomy is shared.
func (t *Taxonomy) Compile() error {
	var f faults
	checkWord(&f, "/name", t.Name, true)
	if t.Version < 1 {
		f.add("/version", "is required, from 1")
	}
	if n := len(t.Domains); n == 0 || n > DomainsMax {
		f.add("/domains", "has %d entries; 1 to %d", n, DomainsMax)
	}
	if n := len(t.Activities); n > ActivitiesMax {
		f.add("/activities", "has %d entries; at most %d", n, ActivitiesMax)
	}
	if err := f.err("the taxonomy"); err != nil {
		return err
	}
	t.domains, t.activities = map[string]int{}, map[string]int{}
	for i, d := range t.Domains {
		enter(&f, t.domains, fmt.Sprintf("/domains/%d", i), i, d.ID, d.Label, d.Aliases)
	}
	for i, a := range t.Activities {
		enter(&f, t.activities, fmt.Sprintf("/activities/%d", i), i, a.ID, a.Label, a.Aliases)
	}
	t.link(&f)
	return f.err("the taxonomy")
}

// enter makes one entry findable by id and aliases, which must be its own.
func enter(f *faults, index map[string]int, pointer string, i int, id, label string, aliases []string) {
	checkID(f, pointer+"/id", id)
	checkWord(f, pointer+"/label", label, true)
	if len(aliases) > AliasesMax {
		f.add(pointer+"/aliases", "has %d entries; at most %d", len(aliases), AliasesMax)
		return
	}
	if at, ok := index[foldName(id)]; ok && at != i {
		f.add(pointer+"/id", "%q is taken", id)
	}
	index[foldName(id)] = i
	for j, alias := range aliases {
		checkWord(f, fmt.Sprintf("%s/aliases/%d", pointer, j), alias, true)
		if at, ok := index[foldName(alias)]; ok && at != i {
			f.add(fmt.Sprintf("%s/aliases/%d", pointer, j), "%q is taken", alias)
			continue
		}
		index[foldName(alias)] = i
	}
}

// link resolves adjacency, both ways, and the domains of activities.
func (t *Taxonomy) link(f *faults) {
	t.adjacent = make([]uint64, len(t.Domains))
	for i, d := range t.Domains {
		for k, name := range d.Adjacent {
			j, ok := t.domains[foldName(name)]
			if !ok {
				f.add(fmt.Sprintf("/domains/%d/adjacent/%d", i, k), "%q is no domain here", name)
				continue
			}
			if i != j {
				t.adjacent[i] |= 1 << j
				t.adjacent[j] |= 1 << i
			}
		}
	}
	for i, a := range t.Activities {
		for k, name := range a.Domains {
			if _, ok := t.domains[foldName(name)]; !ok {
				f.add(fmt.Sprintf("/activities/%d/domains/%d", i, k), "%q is no domain here", name)
			}
		}
	}
}

// foldName makes names that differ by case or outer space only the same.
func foldName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Domain gives the bit of a domain by id or alias.
func (t *Taxonomy) Domain(name string) (bit int, ok bool) {
	bit, ok = t.domains[foldName(name)]
	return bit, ok
}

// Activity gives the bit of an activity by id or alias.
func (t *Taxonomy) Activity(name string) (bit int, ok bool) {
	bit, ok = t.activities[foldName(name)]
	return bit, ok
}

// DomainMask gives the set of the domains named; unknown ones are left out.
func (t *Taxonomy) DomainMask(names []string) (mask uint64) {
	for _, n := range names {
		if i, ok := t.Domain(n); ok {
			mask |= 1 << i
		}
	}
	return mask
}

// ActivityMask gives the set of the activities named; unknown ones are left
// out.
func (t *Taxonomy) ActivityMask(names []string) (mask ActivityMask) {
	for _, n := range names {
		if i, ok := t.Activity(n); ok {
			mask.Set(i)
		}
	}
	return mask
}

// Adjacent gives the domains next to any of a set, the set itself left out.
func (t *Taxonomy) Adjacent(domains uint64) (mask uint64) {
	for rest := domains; rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros64(rest); i < len(t.adjacent) {
			mask |= t.adjacent[i]
		}
	}
	return mask &^ domains
}

// NearestDomain gives the known id that is most like name.
func (t *Taxonomy) NearestDomain(name string) string {
	best, at := int(^uint(0)>>1), ""
	for _, d := range t.Domains {
		best, at = nearer(best, at, name, d.ID, d.Label)
	}
	return at
}

// NearestActivity gives the known id that is most like name.
func (t *Taxonomy) NearestActivity(name string) string {
	best, at := int(^uint(0)>>1), ""
	for _, a := range t.Activities {
		best, at = nearer(best, at, name, a.ID, a.Label)
	}
	return at
}

func nearer(best int, at, name, id, label string) (int, string) {
	d := min(editDistance(foldName(name), foldName(id)), editDistance(foldName(name), foldName(label)))
	if d < best {
		return d, id
	}
	return best, at
}

// editDistance counts insertions, deletions and substitutions of letters.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(t)]
}
