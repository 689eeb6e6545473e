package api

import (
	"context"

	"renfort/api/algolia"
	"renfort/mission"
)

// front answers a request that speaks as Algolia's clients do: api settles who
// asks and how long it may take, the door what it says.
func (c *call) front(does func(*algolia.Door, context.Context, *algolia.Call) error) error {
	if err := c.late(); err != nil {
		return err
	}
	ctx, cancel := c.context()
	defer cancel()
	asked := algolia.Call{Path: c.id, Query: c.ctx.URI().QueryString(), Body: c.body, Began: c.began, Out: c.out,
		Restrictions: c.restricted, Allowed: c.mayIndex, Key: algolia.KeyInfo{Name: c.key.id(), ACL: c.key.acl()}, Sent: c.sent}
	if err := does(c.s.front, ctx, &asked); err != nil {
		return err
	}
	c.out = asked.Out
	c.status(c.route.doc.answers[0].status)
	return nil
}

// mayIndex refuses an index of missions to a key that is for some publishers
// only, and not for each whose missions it holds: its records do not say whose
// they are.
func (c *call) mayIndex(index string) error {
	if !c.key.limited() {
		return nil
	}
	publishers, _ := c.s.front.Publishers(index)
	for _, p := range publishers {
		if !c.key.sees(p) {
			return mission.Errorf(mission.Forbidden, "%s", algolia.IndexNotAllowed)
		}
	}
	return nil
}
