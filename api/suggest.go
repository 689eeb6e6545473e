package api

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"renfort/geo"
	"renfort/geo/gazetteer"
	"renfort/matcher"
	"renfort/mission"
)

const (
	// suggestDefault is how many of each kind fit below a search box.
	suggestDefault = 5
	// suggestMax is more than anybody reads while typing.
	suggestMax = 20
	// suggestLetters is from when on a word may complete to missions: shorter
	// ones begin a word of nearly every mission.
	suggestLetters = 3
)

// suggest answers GET /v1/suggest: missions, activities, organisations and
// communes for what was typed so far. With a point those near it come first.
// Nothing typed yet is answered with nothing.
func (c *call) suggest() error {
	limit, err := c.whole("limit", 1, suggestMax, suggestDefault)
	if err != nil {
		return err
	}
	typed, err := c.typed()
	if err != nil {
		return err
	}
	near, err := c.point()
	if err != nil {
		return err
	}
	if err := c.late(); err != nil {
		return err
	}
	c.out = append(c.out, '{')
	if err := c.suggestMissions(typed, near, limit); err != nil {
		return err
	}
	c.suggestNames(typed, near, limit)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	c.private()
	return nil
}

// point reads lat and lon, nil where both are left out.
func (c *call) point() (*geo.Point, error) {
	var r filterReader
	for _, name := range [...]string{"lat", "lon"} {
		if v := c.value(name); v != nil {
			if _, err := r.param(name, v); err != nil {
				return nil, err
			}
		}
	}
	f, err := r.done("")
	if err != nil {
		return nil, err
	}
	if f.Point != nil && !f.Point.Valid() {
		return nil, invalid("/lat", "lat and lon are not a point on the earth")
	}
	return f.Point, nil
}

// suggestMissions appends the missions that all that was typed matches, its
// last word as the beginning of one, from suggestLetters on. While words cannot be searched yet the
// rest is answered without them.
func (c *call) suggestMissions(typed string, near *geo.Point, limit int) error {
	r := &c.searching
	r.begin()
	r.request = matcher.SearchRequest{Query: completable(typed), Prefix: true, Limit: limit}
	filter, err := c.key.narrow(&mission.Filter{Point: near})
	if err != nil {
		return err
	}
	r.request.Filter = filter
	c.out = append(c.out, `"missions":[`...)
	if gazetteer.Fold(r.request.Query) != "" {
		err = c.s.engine.Search(&r.request, &r.page)
	}
	switch {
	case mission.KindOf(err) == mission.Unavailable:
		c.degraded = true
	case err != nil:
		return err
	case len(r.page.GivenUp) == 0: // what matches only a part completes nothing
		for i := range r.page.Hits {
			if i > 0 {
				c.out = append(c.out, ',')
			}
			h := &r.page.Hits[i]
			c.out = append(appendScored(c.out, h.ID, h.Score, h.Km, h.Location, h.Free, h.Mission), '}')
		}
	}
	c.out = append(c.out, ']')
	return nil
}

// completable is what was typed without a last word that is only begun. A word
// with a blank behind it is whole.
func completable(typed string) string {
	whole := strings.TrimRightFunc(typed, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) })
	if n := utf8.RuneCountInString(typed[len(whole):]); n > 0 && n < suggestLetters {
		return whole
	}
	return typed
}

// suggestNames appends what is known by its name.
func (c *call) suggestNames(typed string, near *geo.Point, limit int) {
	s := c.s.engine.Snapshot()
	b := append(c.out, `,"activities":[`...)
	for i, a := range s.Activities(typed, limit) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"id":`...), s.Taxonomy.Activities[a].ID)
		b = append(appendString(append(b, `,"label":`...), s.Taxonomy.Activities[a].Label), '}')
	}
	b = append(b, `],"organizations":[`...)
	for i, o := range s.Organizations(typed, near, limit) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"id":`...), o.ID)
		b = appendString(append(b, `,"name":`...), o.Name)
		b = append(appendKmOrNull(append(b, `,"distance_km":`...), o.Km), '}')
	}
	b = append(b, `],"communes":[`...)
	found := c.s.engine.Places().Suggest(typed, near, limit)
	for i := range found {
		if i > 0 {
			b = append(b, ',')
		}
		km := -1.0
		if near != nil {
			km = near.DistanceKm(found[i].Point)
		}
		b = appendPlace(append(b, '{'), &found[i])
		b = append(appendKmOrNull(append(b, `,"distance_km":`...), km), '}')
	}
	c.out = append(b, ']')
}
