package api

import (
	"strconv"

	"github.com/valyala/fasthttp"

	"renfort/mission"
)

// pauseOutbound answers POST /v1/outbound/pause. Once it is answered nothing
// that is to go out to people is written any more, and what was written and has
// not left stays.
func (c *call) pauseOutbound() error { return c.setOutbound(true) }

// resumeOutbound answers POST /v1/outbound/resume. What waited goes out from
// then on: offers of waiting lists within the next seconds, many lists each.
func (c *call) resumeOutbound() error { return c.setOutbound(false) }

func (c *call) setOutbound(paused bool) error {
	env, err := c.envelope(mission.SetOutbound{Paused: paused})
	if err != nil {
		return err
	}
	env.First = true
	res, err := c.submitEnvelope(env)
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusOK, res.Seq)
	c.out = strconv.AppendBool(append(c.out, `{"paused":`...), paused)
	c.out = append(appendUint(c.out, `,"seq":`, res.Seq), '}')
	return nil
}

// getOutbound answers GET /v1/outbound.
func (c *call) getOutbound() error {
	since, paused, err := c.s.engine.Store().OutboundPausedSince()
	if err != nil {
		return err
	}
	c.private()
	c.out = strconv.AppendBool(append(c.out, `{"paused":`...), paused)
	c.out = appendTime(append(c.out, `,"since":`...), since)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}
