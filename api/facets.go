package api

import (
	"renfort/index"
	"renfort/matcher"
	"renfort/mission"
)

// facetValuesDefault is a list to choose from while typing.
const facetValuesDefault = 20

// facetValues answers GET /v1/facets/{field}: the values of a field, of which
// a word begins as typed, and how many missions have each; those that count
// most first. Filters narrow the missions; the field's own is left out, as in
// a search.
func (c *call) facetValues() error {
	r, field := &c.searching, c.id[0]
	r.begin()
	if _, _, ok := index.FacetField(field); !ok {
		return mission.Errorf(mission.NotFound, "%q %s", field, notFacet())
	}
	limit, err := c.whole("limit", 1, matcher.FacetValuesMax, facetValuesDefault)
	if err != nil {
		return err
	}
	typed, err := c.typed()
	if err != nil {
		return err
	}
	for i := range c.query {
		p := &c.query[i] // those of the route itself are no filter's
		if _, err := r.filter.param(string(p.name), p.value); err != nil {
			return err
		}
	}
	if err := r.complete(c.s, c.key); err != nil {
		return err
	}
	if err := c.late(); err != nil {
		return err
	}
	seq := c.s.engine.Seq()
	values, err := c.s.engine.FacetSearch(&r.request, field, typed, limit)
	if err != nil {
		return err
	}
	c.out = appendString(append(c.out, `{"field":`...), field)
	c.out = c.key.appendCounts(append(c.out, `,"values":`...), &matcher.Facet{Name: field, Values: values})
	c.out = append(c.appendSeqTook(c.out, seq), '}')
	return nil
}

// appendCounts appends the values of a field as a list. A key for some
// publishers does not see how many missions the others have: a field's counts
// leave its own filter out, and with it what narrows the key.
func (g *grant) appendCounts(b []byte, f *matcher.Facet) []byte {
	b = append(b, '[')
	first := len(b)
	for i := range f.Values {
		v := &f.Values[i]
		if f.Name == "publisher" && !g.sees(v.Value) {
			continue
		}
		if len(b) > first {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"value":`...), v.Value)
		if v.Label != "" {
			b = appendString(append(b, `,"label":`...), v.Label)
		}
		b = append(appendUint(b, `,"count":`, uint64(v.Count)), '}')
	}
	return append(b, ']')
}

// narrow limits a filter to the publishers that a key sees. A filter on
// publishers that it does not see is refused, because an empty page would be
// a lie.
func (g *grant) narrow(f *mission.Filter) (*mission.Filter, error) {
	if !g.limited() {
		return f, nil
	}
	if f == nil {
		f = &mission.Filter{}
	}
	if len(f.Publishers) == 0 {
		f.Publishers = g.publishers
		return f, nil
	}
	for _, p := range f.Publishers {
		if !g.sees(p) {
			return nil, mission.Errorf(mission.Forbidden, "the key does not see the publisher %q", p)
		}
	}
	return f, nil
}
