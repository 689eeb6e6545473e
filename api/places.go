package api

import "renfort/geo/gazetteer"

const (
	// placesDefault is a list to choose from while typing.
	placesDefault = 10
	// placesMax is more than anybody reads.
	placesMax = 100
)

// places answers GET /v1/places: communes by the beginning of their name or
// of a postal code. Nothing typed yet is answered with nothing, as what
// completes a field while it is filled in expects.
func (c *call) places() error {
	limit, err := c.whole("limit", 1, placesMax, placesDefault)
	if err != nil {
		return err
	}
	q, err := c.typed()
	if err != nil {
		return err
	}
	found := c.s.engine.Places().Complete(q, limit)
	c.out = append(c.out, `{"places":[`...)
	for i := range found {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(appendPlace(append(c.out, '{'), &found[i]), '}')
	}
	c.out = append(c.appendSeqTook(append(c.out, ']'), c.s.engine.Seq()), '}')
	return nil
}

// typed gives the parameter q of a route that completes, "" for none.
func (c *call) typed() (string, error) {
	q := c.text("q")
	return q, checkTyped(q)
}

// appendPlace appends the members of a commune or town. What a town abroad
// does not have is null.
func appendPlace(b []byte, p *gazetteer.Commune) []byte {
	b = appendString(append(b, `"name":`...), p.Name)
	b = appendStrings(append(b, `,"postal_codes":`...), p.PostalCodes)
	b = appendStringOrNull(append(b, `,"insee":`...), p.INSEE)
	b = appendStringOrNull(append(b, `,"department":`...), p.Department)
	b = appendStringOrNull(append(b, `,"region":`...), p.Region)
	b = appendString(append(b, `,"country":`...), p.Country)
	b = appendNumber(append(b, `,"lat":`...), p.Point.Lat)
	b = appendNumber(append(b, `,"lon":`...), p.Point.Lon)
	b = appendUint(b, `,"population":`, uint64(p.Population))
	return appendString(append(b, `,"precision":`...), string(p.Precision))
}
