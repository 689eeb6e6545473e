package api

import (
	"bytes"
	"strconv"

	"github.com/valyala/fasthttp"

	"renfort/geo"
	"renfort/mission"
	"renfort/store"
)

// Who may direct a crisis, and who may send people home.
var (
	needCrisis = []scope{scopeCrisis, scopeAdmin}
	needRecall = []scope{scopeCrisis, scopeAdmin, scopeWrite}
)

// crisisRoutes are those of crises, recalls and the pause of all that goes out.
// A crisis concerns the missions of every publisher in its area.
func crisisRoutes() []*route {
	const tag = "Crises"
	return []*route{
		{method: "PUT", pattern: "/v1/crises/{id}", scopes: needCrisis, class: classResolve, all: true, body: bodyJSON, handle: (*call).putCrisis,
			doc: routeDoc{tag: tag, summary: "Create or replace a crisis; whether it is paused stays as it is", body: "Crisis", answers: put("CrisisWritten"), tags: true}},
		{method: "GET", pattern: "/v1/crises/{id}", scopes: needAny, class: classRead, reads: true, handle: (*call).getCrisis,
			doc: routeDoc{tag: tag, summary: "A crisis, and whether it runs", answers: ok("CrisisRead"), tags: true}},
		{method: "DELETE", pattern: "/v1/crises/{id}", scopes: needCrisis, class: classResolve, all: true, handle: (*call).deleteCrisis,
			doc: routeDoc{tag: tag, summary: "Delete a crisis", answers: none()}},
		{method: "GET", pattern: "/v1/crises", scopes: needAny, class: classRead, reads: true, handle: (*call).listCrises,
			doc: routeDoc{tag: tag, summary: "All crises, running or not, by id", answers: ok("Crises")}},
		{method: "POST", pattern: "/v1/crises/{id}/pause", scopes: needCrisis, class: classResolve, all: true, handle: (*call).pauseCrisis,
			doc: routeDoc{tag: tag, summary: "Pause a crisis: no boost, reach or larger budget until it is resumed", answers: ok("CrisisWritten")}},
		{method: "POST", pattern: "/v1/crises/{id}/resume", scopes: needCrisis, class: classResolve, all: true, handle: (*call).resumeCrisis,
			doc: routeDoc{tag: tag, summary: "Resume a paused crisis", answers: ok("CrisisWritten")}},
		{method: "POST", pattern: "/v1/missions/{id}/recall", scopes: needRecall, class: classResolve, body: bodyJSON, handle: (*call).recall,
			doc: routeDoc{tag: tag, summary: "Send people home; taking seats back pauses the mission", body: "RecallRequest", answers: ok("Recalled")}},
		{method: "POST", pattern: "/v1/outbound/pause", scopes: needCrisis, class: classOutbound, all: true, handle: (*call).pauseOutbound,
			doc: routeDoc{tag: tag, summary: "Stop everything that goes out to people: asks, offers, alerts", answers: ok("OutboundWritten")}},
		{method: "POST", pattern: "/v1/outbound/resume", scopes: needCrisis, class: classOutbound, all: true, handle: (*call).resumeOutbound,
			doc: routeDoc{tag: tag, summary: "Let it go out again", answers: ok("OutboundWritten")}},
		{method: "GET", pattern: "/v1/outbound", scopes: needCrisis, class: classOutbound, reads: true, handle: (*call).getOutbound,
			doc: routeDoc{tag: tag, summary: "Whether anything goes out to people", answers: ok("OutboundRead")}},
	}
}

// crisisBody is PUT /v1/crises/{id}: the parts of a crisis that are a caller's
// to write.
type crisisBody struct {
	ID      mission.ID     `json:"id"`
	Name    string         `json:"name"`
	Area    areaBody       `json:"area"`
	Domains []string       `json:"domains"`
	Boost   float64        `json:"boost"`
	ReachKm float64        `json:"reach_km"`
	MinAge  int            `json:"min_age"`
	From    mission.Moment `json:"from"`
	Until   mission.Moment `json:"until"`
}

// areaBody is a mission.Area as it is sent: half a centre is told from one on
// the equator.
type areaBody struct {
	Center      *mission.Place   `json:"center"`
	RadiusKm    float64          `json:"radius_km"`
	Polygon     []mission.Corner `json:"polygon"`
	Departments []string         `json:"departments"`
	Communes    []string         `json:"communes"`
}

// area gives the area; errors point below /area.
func (b *areaBody) area() (mission.Area, error) {
	a := mission.Area{RadiusKm: b.RadiusKm, Polygon: b.Polygon, Departments: b.Departments, Communes: b.Communes}
	if b.Center == nil {
		return a, nil
	}
	if b.Center.Lat == nil || b.Center.Lon == nil {
		return a, invalid("/area/center", "needs both lat and lon")
	}
	a.Center = &geo.Point{Lat: *b.Center.Lat, Lon: *b.Center.Lon}
	return a, nil
}

// putCrisis answers PUT /v1/crises/{id}.
func (c *call) putCrisis() error {
	var b crisisBody
	if err := c.decode(&b); err != nil {
		return err
	}
	if err := sameID(&b.ID, c.id[0]); err != nil {
		return err
	}
	area, err := b.Area.area()
	if err != nil {
		return err
	}
	n := &mission.Crisis{ID: b.ID, Name: b.Name, Area: area, Domains: b.Domains, Boost: b.Boost, ReachKm: b.ReachKm, MinAge: b.MinAge, From: b.From, Until: b.Until}
	if err := c.s.engine.Intake().Crisis(n); err != nil {
		return err
	}
	version, err := c.ifMatch(func() (uint64, error) {
		v, err := c.s.engine.Store().Crisis(c.id[0])
		return v.Version, err
	})
	if err != nil {
		return err
	}
	return c.writeCrisis(mission.PutCrisis{Crisis: n, IfVersion: version})
}

// pauseCrisis answers POST /v1/crises/{id}/pause.
func (c *call) pauseCrisis() error {
	return c.writeCrisis(mission.SetCrisis{ID: c.id[0], Paused: true})
}

// resumeCrisis answers POST /v1/crises/{id}/resume.
func (c *call) resumeCrisis() error {
	return c.writeCrisis(mission.SetCrisis{ID: c.id[0]})
}

// writeCrisis submits a command on the crisis of the path and answers with it
// as it is then.
func (c *call) writeCrisis(command mission.Command) error {
	res, err := c.submit(command)
	if err != nil {
		return err
	}
	v, err := c.s.engine.Store().Crisis(c.id[0])
	if err != nil {
		return err
	}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.header(fasthttp.HeaderETag, recordTag(res.Version))
	if c.out, err = appendCrisis(c.out, &v, c.s.engine.Snapshot().CrisisMissions()); err != nil {
		return err
	}
	c.out = append(appendUint(c.out[:len(c.out)-1], `,"seq":`, res.Seq), '}')
	return nil
}

// appendCrisis appends a crisis as it was written, when it begins and ends,
// whether it runs, and how many missions are in it then: an area drawn wrong
// shows there.
func appendCrisis(b []byte, v *store.CrisisView, counts map[mission.ID]int) ([]byte, error) {
	n := *v.Crisis
	n.Starts, n.Ends, n.Paused = 0, 0, false // told below, as callers read it
	record, err := mission.Encode(&n)
	if err != nil {
		return b, err
	}
	b = append(b, bytes.TrimSuffix(record, []byte{'}'})...)
	b = appendTime(append(b, `,"starts_at_instant":`...), v.Crisis.Starts)
	b = appendTime(append(b, `,"ends_at_instant":`...), v.Crisis.Ends)
	b = strconv.AppendBool(append(b, `,"paused":`...), v.Crisis.Paused)
	inside, runs := counts[v.Crisis.ID]
	b = strconv.AppendBool(append(b, `,"running":`...), runs)
	if runs {
		b = strconv.AppendInt(append(b, `,"missions":`...), int64(inside), 10)
	}
	return append(b, '}'), nil
}

// getCrisis answers GET /v1/crises/{id}.
func (c *call) getCrisis() error {
	v, err := c.s.engine.Store().Crisis(c.id[0])
	if err != nil {
		return err
	}
	if c.out, err = appendCrisis(c.out, &v, c.s.engine.Snapshot().CrisisMissions()); err != nil {
		return err
	}
	// It begins and ends without a new version.
	if c.unchanged(contentTag(v.Version, c.out)) {
		c.out = c.out[:0]
		return nil
	}
	c.out = append(c.appendSeqTook(c.out[:len(c.out)-1], c.s.engine.Seq()), '}')
	return nil
}

// listCrises answers GET /v1/crises.
func (c *call) listCrises() error {
	all, err := c.s.engine.Store().Crises()
	if err != nil {
		return err
	}
	counts := c.s.engine.Snapshot().CrisisMissions()
	c.out = append(c.out, `{"crises":[`...)
	for i := range all {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		if c.out, err = appendCrisis(c.out, &all[i], counts); err != nil {
			return err
		}
	}
	c.out = append(c.appendSeqTook(append(c.out, ']'), c.s.engine.Seq()), '}')
	return nil
}

// deleteCrisis answers DELETE /v1/crises/{id}.
func (c *call) deleteCrisis() error {
	res, err := c.submit(mission.DeleteCrisis{ID: c.id[0]})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusNoContent, res.Seq)
	return nil
}
