package matcher_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"renfort/geo/gazetteer"
	"renfort/matcher"
	"renfort/mission"
)

func (t *toy) seek(r *matcher.SearchRequest) *sought {
	a := &sought{toy: t, r: r, filter: r.Filter, tie: xxhash.Sum64String(cmp.Or(r.Seed, "0"))}
	if p := r.Filter.Point; p != nil {
		near, d := t.scaleKm(*p, t.policy), t.policy.Distance
		a.scales = map[string]float64{"calm": near, "normal": near, "urgent": math.Max(near, d.UrgentMinKm), "vital": math.Max(near, d.VitalMinKm)}
	}
	if r.Match != nil {
		a.text = map[mission.Ordinal]float64{}
		for i, o := range r.Match.Ordinals {
			a.text[mission.Ordinal(o)] = float64(r.Match.Scores[i])
		}
	}
	for _, m := range t.alive() {
		if _, matches := a.text[m.ordinal]; (a.text == nil || matches) && a.visible(m) {
			a.candidates = append(a.candidates, m)
		}
	}
	return a
}

// visible says whether a mission may be shown at all.
func (a *sought) visible(m *toyMission) bool {
	if a.filter.Closed {
		return m.State != mission.StateDraft && m.State != mission.StateCancelled && !a.orgs[m.OrganizationID()].suspended
	}
	return a.available(m)
}

// addresses gives the addresses of a mission that pass a filter's places.
func (a *sought) addresses(f *mission.Filter, m *toyMission) (passing []int) {
	for i := range m.Locations {
		p, _ := m.Locations[i].Point()
		if m.Placed() && passesPlace(f, &m.Locations[i]) && (f.RadiusKm == 0 || greatCircleKm(*f.Point, p) <= f.RadiusKm) {
			passing = append(passing, i)
		}
	}
	return passing
}

// fits says whether a candidate is for a filter.
func (a *sought) fits(f *mission.Filter, m *toyMission) bool {
	if !a.passes(f, m) {
		return false
	}
	if choosesPlaces(f) {
		return len(a.addresses(f, m)) > 0
	}
	return f.RadiusKm == 0 || m.Remote == mission.RemoteFull || len(a.addresses(f, m)) > 0
}

// list gives all that is found, in no order.
func (a *sought) list() (all []*shown) {
	for _, m := range a.candidates {
		if a.fits(a.filter, m) {
			all = append(all, a.show(m))
		}
	}
	return all
}

// show finds what is shown of a mission: the nearest address that passes.
func (a *sought) show(m *toyMission) *shown {
	s := &shown{m: m, km: -1, tie: a.draw(m.ID)}
	text := 1.0
	if a.text != nil {
		text = math.Pow(a.text[m.ordinal], a.policy.Weights.Text)
	}
	stands := 1e-6
	if a.available(m) {
		stands = a.standing(m, a.policy)
	}
	s.score = text * stands
	passing := a.addresses(a.filter, m)
	if a.filter.Point == nil {
		if len(passing) > 0 {
			s.possible = passing[:1]
		}
		return s
	}
	for _, i := range passing {
		p, _ := m.Locations[i].Point()
		km := greatCircleKm(*a.filter.Point, p)
		switch {
		case s.km < 0 || km < s.km-1e-9:
			s.km, s.possible = km, []int{i}
		case km < s.km+1e-9:
			s.possible = append(s.possible, i)
		}
	}
	d, weight, factor := a.policy.Distance, a.policy.Weights.Distance, 0.0
	if s.km >= 0 {
		// The weight stands in the exponent: of exp(-d/L) itself a float64 has no
		// digits at 709 scales and more, and powers of such numbers are wrong by
		// magnitudes on amd64 (golang/go#56600).
		factor = math.Exp(-weight * math.Max(0, s.km-d.FreeKm) / math.Max(a.scales[m.Urgency], a.crisisReach(m.Mission)))
	}
	if s.km < 0 || m.Remote == mission.RemotePossible && !choosesPlaces(a.filter) && a.filter.RadiusKm == 0 {
		factor = math.Max(factor, math.Pow(d.Remote, weight))
	}
	s.score *= factor
	return s
}

// without gives the filter without one facet's own part.
func without(f mission.Filter, name string) *mission.Filter {
	lists := map[string]*[]string{"domain": &f.Domains, "activity": &f.Activities, "department": &f.Departments, "region": &f.Regions, "city": &f.Cities,
		"postal_code": &f.PostalCodes, "organization": &f.Organizations, "network": &f.Networks, "publisher": &f.Publishers, "tag": &f.Tags,
		"audience": &f.Audiences, "skill": &f.Skills, "remote": &f.Remote, "urgency": &f.Urgencies, "date_type": &f.DateTypes, "slot_part": &f.SlotParts}
	if l := lists[name]; l != nil {
		*l = nil
	}
	if name == "minors" {
		f.Minors = false
	}
	if attribute, ok := strings.CutPrefix(name, "attr."); ok {
		rest := map[string][]string{}
		for n, v := range f.Attributes {
			if n != attribute {
				rest[n] = v
			}
		}
		f.Attributes = rest
	}
	return &f
}

// valuesOf gives the values that a mission counts for, places under a filter.
func (a *sought) valuesOf(f *mission.Filter, m *toyMission, name string) (values []string) {
	switch name {
	case "domain":
		values = m.Domains
	case "activity":
		values = m.Activities
	case "organization":
		values = []string{m.OrganizationID()}
	case "network":
		if m.Organization != nil {
			values = m.Organization.Networks
		}
	case "publisher":
		values = []string{m.Publisher}
	case "tag":
		values = m.Tags
	case "audience":
		values = m.Audiences
	case "skill":
		for _, s := range m.Skills {
			values = append(values, s.ID)
		}
	case "remote":
		values = []string{m.Remote}
	case "urgency":
		values = []string{m.Urgency}
	case "date_type":
		values = []string{m.DateType}
	case "minors":
		values = []string{fmt.Sprint(m.MinimumAge() < 18)}
	case "slot_part":
		for _, part := range []string{"morning", "afternoon", "evening", "day"} {
			if a.passesTimes(&mission.Filter{SlotParts: []string{part}}, m) {
				values = append(values, part)
			}
		}
	case "department", "region", "city", "postal_code":
		for _, i := range a.addresses(f, m) {
			values = append(values, placeValue(&m.Locations[i], name))
		}
	default:
		if v, ok := m.Attributes[strings.TrimPrefix(name, "attr.")]; ok {
			values = []string{fmt.Sprint(v)}
		}
	}
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.DeleteFunc(slices.Compact(values), func(s string) bool { return s == "" })
}

func placeValue(l *mission.Location, name string) string {
	switch name {
	case "department":
		return l.Department
	case "region":
		d, _ := gazetteer.Default().Department(l.Department)
		return d.RegionCode
	case "city":
		return strings.TrimSpace(l.City)
	}
	return l.PostalCode
}

// facet counts one field, its own filter left out.
func (a *sought) facet(name string) []matcher.FacetValue {
	f := without(*a.filter, name)
	fold := func(s string) string { return s }
	if name == "city" {
		fold = strings.ToLower
	}
	counts, spellings := map[string]int{}, map[string]int{}
	for _, m := range a.candidates {
		if !a.fits(f, m) {
			continue
		}
		once := map[string]bool{}
		for _, v := range a.valuesOf(f, m, name) {
			spellings[v]++
			if !once[fold(v)] {
				once[fold(v)] = true
				counts[fold(v)]++
			}
		}
	}
	best := map[string]string{} // by folded value: the spelling that most have
	for v, n := range spellings {
		if b, ok := best[fold(v)]; !ok || n > spellings[b] || n == spellings[b] && v < b {
			best[fold(v)] = v
		}
	}
	var all []matcher.FacetValue
	for folded, n := range counts {
		all = append(all, matcher.FacetValue{Value: best[folded], Count: n})
	}
	slices.SortFunc(all, func(x, y matcher.FacetValue) int { return cmp.Or(y.Count-x.Count, strings.Compare(x.Value, y.Value)) })
	return all
}

func sameCounts(got, want []matcher.FacetValue) bool {
	return slices.EqualFunc(got, want, func(g, w matcher.FacetValue) bool { return g.Value == w.Value && g.Count == w.Count })
}

func (x *searchOracle) checkFacets(t *testing.T, a *sought, page *matcher.SearchPage) {
	t.Helper()
	if len(page.Facets) != len(a.r.Facets) {
		x.wrong(t, a.r, "got %d facets, want %d", len(page.Facets), len(a.r.Facets))
	}
	for i, name := range a.r.Facets {
		f := &page.Facets[i]
		x.values += len(f.Values)
		if want := a.facet(name); f.Name != name || !sameCounts(f.Values, want) {
			x.wrong(t, a.r, "facet %s: got %s %v, want %v", name, f.Name, f.Values, want)
		}
	}
}

// checkValues: the search for values gives those that begin as asked.
func (x *searchOracle) checkValues(t *testing.T, a *sought) {
	t.Helper()
	name, limit := pick(x.maker, "city", "organization", "tag", "department", "attr.word", "slot_part", "postal_code"), 1+x.IntN(4)
	prefix := pick(x.maker, "v", "B", "o1", "a", "7", "even", "")
	got, err := x.matcher.FacetSearch(x.index.Snapshot(), nil, a.r, name, prefix, limit)
	want := slices.DeleteFunc(a.facet(name), func(v matcher.FacetValue) bool {
		label := ""
		if d, ok := gazetteer.Default().Department(v.Value); ok && name == "department" {
			label = d.Name
		}
		return !slices.ContainsFunc(append(strings.Fields(gazetteer.Fold(v.Value)), strings.Fields(gazetteer.Fold(label))...), func(word string) bool {
			return strings.HasPrefix(word, strings.ToLower(prefix))
		})
	})
	if want = want[:min(limit, len(want))]; err != nil || !sameCounts(got, want) {
		x.wrong(t, a.r, "values of %s from %q: got %v, %v; want %v", name, prefix, got, err, want)
	}
}
