package api

import (
	"strconv"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// getPolicy answers GET /v1/policy: the one in force, and the names of those
// that a request may still ask for, newest first.
func (c *call) getPolicy() error {
	p, err := c.s.engine.Policy("")
	if err != nil {
		return err
	}
	data, err := mission.Encode(p)
	if err != nil {
		return err
	}
	c.out = append(append(c.out, `{"policy":`...), data...)
	c.out = append(c.out, `,"history":[`...)
	for i, old := range c.s.engine.Store().PolicyHistory() {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = appendString(append(c.out, `{"name":`...), old.Name)
		c.out = strconv.AppendInt(append(c.out, `,"version":`...), int64(old.Version), 10)
		c.out = append(appendString(append(c.out, `,"policy":`...), old.Key()), '}')
	}
	c.out = append(c.appendSeqTook(append(c.out, ']'), c.s.engine.Seq()), '}')
	return nil
}

// putPolicy answers PUT /v1/policy. It ranks from the next request on; what
// it leaves out takes the default's value, not that of the policy before it.
func (c *call) putPolicy() error {
	if err := c.decode(new(map[string]any)); err != nil {
		return err
	}
	p, err := mission.DecodePolicy(c.body)
	if err != nil {
		return err
	}
	res, err := c.submit(mission.PutPolicy{Policy: p})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusOK, res.Seq)
	c.out = appendString(append(c.out, `{"policy":`...), p.Key())
	c.out = append(appendUint(c.out, `,"seq":`, res.Seq), '}')
	return nil
}

// getTaxonomy answers GET /v1/taxonomy.
func (c *call) getTaxonomy() error {
	data, err := mission.Encode(c.s.engine.Intake().Taxonomy)
	if err != nil {
		return err
	}
	c.out = append(append(c.out, `{"taxonomy":`...), data...)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}

// putTaxonomy answers PUT /v1/taxonomy. Missions keep the ids that they have,
// known to the new taxonomy or not.
func (c *call) putTaxonomy() error {
	if err := c.decode(new(map[string]any)); err != nil {
		return err
	}
	t, err := mission.DecodeTaxonomy(c.body)
	if err != nil {
		return err
	}
	res, err := c.submit(mission.PutTaxonomy{Taxonomy: t})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusOK, res.Seq)
	c.out = appendString(append(c.out, `{"taxonomy":`...), t.Name+"/"+strconv.Itoa(t.Version))
	c.out = append(appendUint(c.out, `,"seq":`, res.Seq), '}')
	return nil
}
