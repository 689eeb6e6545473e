package algolia

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"renfort/mission"
)

// Rules answers a search for rules: there are none. Clients look for them when
// they copy an index.
func (d *Door) Rules(_ context.Context, c *Call) error {
	index, err := c.indexOf()
	if err != nil {
		return err
	}
	if _, err := d.records.ObjectSettings(index); err != nil {
		return err
	}
	c.Out = append(c.Out, `{"hits":[],"nbHits":0,"page":0,"nbPages":0}`...)
	return nil
}

// noRules refuses to keep a rule: one that is stored and never followed would
// be a lie.
func noRules() error {
	return mission.Errorf(mission.Unsupported, "rules are not kept here: the policy of ranking, the settings' customRanking and optionalFilters do what is known of them")
}

// PutRules takes a list of no rules, which is what clients send who copy an
// index without any.
func (d *Door) PutRules(_ context.Context, c *Call) error {
	if _, err := c.indexOf(); err != nil {
		return err
	}
	var v jsontext.Value
	if err := mission.Decode(c.Body, &v); err != nil {
		return inWords(err)
	}
	if err := elements("the body", v, func(int, jsontext.Value) error { return noRules() }); err != nil {
		return err
	}
	d.idle(c, "updatedAt")
	return nil
}

// ClearRules has nothing to do.
func (d *Door) ClearRules(_ context.Context, c *Call) error {
	if _, err := c.indexOf(); err != nil {
		return err
	}
	d.idle(c, "updatedAt")
	return nil
}

// DeleteRule has nothing to do.
func (d *Door) DeleteRule(_ context.Context, c *Call) error {
	if _, err := c.indexOf(); err != nil {
		return err
	}
	d.idle(c, "deletedAt")
	return nil
}

// Rule answers that it is not there.
func (d *Door) Rule(_ context.Context, c *Call) error {
	if _, err := c.indexOf(); err != nil {
		return err
	}
	return mission.Errorf(mission.NotFound, "ObjectID does not exist")
}

// PutRule refuses to keep a rule.
func (d *Door) PutRule(_ context.Context, c *Call) error {
	if _, err := c.indexOf(); err != nil {
		return err
	}
	return noRules()
}
