package api

import (
	"github.com/go-json-experiment/json/jsontext"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"renfort/mission"
	"renfort/store"
)

// alertRoutes are the saved searches of the contract's section Reverse
// matching, waves, crises.
func alertRoutes() []*route {
	const tag = "Alerts"
	return []*route{
		{method: "PUT", pattern: "/v1/alerts/{id}", scopes: needWrite, class: classWrite, body: bodyJSON, handle: (*call).putAlert,
			doc: routeDoc{tag: tag, summary: "Save a search: a mission that is new, reopened or moved and fits raises an alert", body: "AlertRequest", answers: put("AlertWritten")}},
		{method: "GET", pattern: "/v1/alerts/{id}", scopes: needWrite, class: classRead, reads: true, handle: (*call).getAlert,
			doc: routeDoc{tag: tag, summary: "A saved search", answers: ok("AlertRead")}},
		{method: "DELETE", pattern: "/v1/alerts/{id}", scopes: needWrite, class: classWrite, handle: (*call).deleteAlert,
			doc: routeDoc{tag: tag, summary: "Forget a saved search", answers: none()}},
		{method: "GET", pattern: "/v1/alerts", scopes: needWrite, class: classRead, reads: true, query: []string{"volunteer", "cursor", "limit"}, handle: (*call).walkAlerts,
			doc: routeDoc{tag: tag, summary: "Walk the saved searches, of one volunteer or of all", answers: ok("AlertsWalk")}},
	}
}

// alertBody is what PUT /v1/alerts/{id} takes.
type alertBody struct {
	ID        mission.ID     `json:"id"`
	Volunteer mission.ID     `json:"volunteer"`
	Filters   jsontext.Value `json:"filters"`
}

// putAlert answers PUT /v1/alerts/{id}. A place by name is resolved now; an
// alert without any place goes with its volunteer.
func (c *call) putAlert() error {
	a, err := c.readAlert()
	if err != nil {
		return err
	}
	if v, err := c.s.engine.Store().Alert(a.ID); err == nil && !c.key.sees(v.Alert.Publisher) {
		return mission.Errorf(mission.Conflict, "another publisher has an alert of this id")
	}
	res, err := c.submit(mission.PutAlert{Alert: a})
	if err != nil {
		return err
	}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.private()
	c.out = append(appendUint(appendAlertFields(append(c.out, '{'), a), `,"seq":`, res.Seq), '}')
	return nil
}

// readAlert makes an alert of the body. The volunteer must be one that the key
// sees, and the missions are those that it sees.
func (c *call) readAlert() (*mission.Alert, error) {
	var body alertBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := sameID(&body.ID, c.id[0]); err != nil {
		return nil, err
	}
	if err := mission.CheckID("/volunteer", body.Volunteer); err != nil {
		return nil, err
	}
	f, sent, err := readAlertFilters(body.Filters)
	if err != nil {
		return nil, err
	}
	a := &mission.Alert{ID: c.id[0], Volunteer: body.Volunteer, Filter: *f, Sent: sent}
	if err := c.s.engine.Intake().Alert(a); err != nil {
		return nil, err
	}
	if f, err = c.key.narrow(&a.Filter); err != nil {
		return nil, err
	}
	a.Filter = *f
	v, err := c.volunteer(body.Volunteer)
	if err != nil {
		return nil, err
	}
	a.Publisher = v.Volunteer.Publisher
	return a, nil
}

// readAlertFilters reads the filters, and gives them as they are to be read
// back. Left out, there are none.
func readAlertFilters(sent jsontext.Value) (*mission.Filter, []byte, error) {
	if len(sent) == 0 || sent.Kind() == 'n' {
		return new(mission.Filter), []byte("{}"), nil
	}
	if sent.Kind() != '{' {
		return nil, nil, invalid("/filters", "is not an object")
	}
	var members map[string]jsontext.Value
	if err := mission.Decode(sent, &members); err != nil {
		return nil, nil, moved(err, "/filters")
	}
	if _, words := members["q"]; words {
		return nil, nil, invalid("/filters/q", "is nothing that an alert takes: words are searched, not matched; domain, activity, tag and skill say what a mission is about")
	}
	f, err := decodeFilter(sent, "/filters")
	if err != nil {
		return nil, nil, err
	}
	plain := sent.Clone()
	if err := plain.Compact(); err != nil {
		return nil, nil, invalid("/filters", "cannot be read")
	}
	return f, plain, nil
}

// alert gives a stored alert whose volunteer's publisher the key sees.
func (c *call) alert(id mission.ID) (store.AlertView, error) {
	v, err := c.s.engine.Store().Alert(id)
	if err == nil && !c.key.sees(v.Alert.Publisher) {
		return store.AlertView{}, mission.Errorf(mission.NotFound, "there is no such alert")
	}
	return v, err
}

// getAlert answers GET /v1/alerts/{id}.
func (c *call) getAlert() error {
	v, err := c.alert(c.id[0])
	if err != nil {
		return err
	}
	c.private()
	c.out = append(c.appendSeqTook(appendAlertRead(append(c.out, '{'), v.Alert), c.s.engine.Seq()), '}')
	return nil
}

// deleteAlert answers DELETE /v1/alerts/{id}.
func (c *call) deleteAlert() error {
	if _, err := c.alert(c.id[0]); err != nil {
		return err
	}
	res, err := c.submit(mission.DeleteAlert{ID: c.id[0]})
	if err != nil {
		return err
	}
	c.wrote(fasthttp.StatusNoContent, res.Seq)
	return nil
}

// walkAlerts answers GET /v1/alerts. One volunteer's come in one page.
func (c *call) walkAlerts() error {
	limit, err := c.whole("limit", 1, mission.WalkMax, mission.WalkDefault)
	if err != nil {
		return err
	}
	volunteer := c.text("volunteer")
	walk := walkOf("alerts", volunteer)
	after, err := decodeCursor(walk, c.text("cursor"))
	if err != nil {
		return err
	}
	var page []store.AlertView
	next := ""
	if c.value("volunteer") == nil {
		page, next, err = c.s.engine.Store().WalkAlerts(after, limit)
	} else if err = mission.CheckID("/volunteer", volunteer); err == nil {
		page, next, err = c.alertsOf(volunteer, after, limit)
	}
	if err != nil {
		return err
	}
	c.out = append(c.out, `{"alerts":[`...)
	first := len(c.out)
	for _, v := range page {
		if !c.key.sees(v.Alert.Publisher) {
			continue
		}
		if len(c.out) > first {
			c.out = append(c.out, ',')
		}
		c.out = append(appendAlertRead(append(c.out, '{'), v.Alert), '}')
	}
	c.private()
	c.out = c.appendWalkEnd(append(c.out, ']'), walk, next)
	return nil
}

// alertsOf pages through one volunteer's alerts, after an id. Somebody unknown
// has none.
func (c *call) alertsOf(volunteer mission.ID, after mission.ID, limit int) (page []store.AlertView, next string, err error) {
	all, err := c.s.engine.Store().AlertsOf(volunteer)
	for i, v := range all {
		if v.Alert.ID <= after {
			continue
		}
		if page = append(page, v); len(page) == limit && i+1 < len(all) {
			return page, v.Alert.ID, err
		}
	}
	return page, "", err
}

// appendAlertFields appends an alert as it was put.
func appendAlertFields(b []byte, a *mission.Alert) []byte {
	b = appendString(append(b, `"id":`...), a.ID)
	b = appendString(append(b, `,"volunteer":`...), a.Volunteer)
	return appendRaw(append(b, `,"filters":`...), a.Sent)
}

// appendAlertRead appends an alert and when it was raised last.
func appendAlertRead(b []byte, a *mission.Alert) []byte {
	return appendTime(append(appendAlertFields(b, a), `,"raised_at":`...), a.Raised)
}

// appendAlerts appends all alerts of one person.
func appendAlerts(b []byte, all []store.AlertView) []byte {
	b = append(b, '[')
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendAlertRead(append(b, '{'), all[i].Alert), '}')
	}
	return append(b, ']')
}

// alerts reads what the engine counts of alerts.
func (k *stateCollector) alerts(send func(kind prometheus.ValueType, name, help string, v float64, labels ...string)) {
	st := k.s.engine.AlertStats()
	send(prometheus.GaugeValue, "renfort_alerts", "Saved searches.", float64(st.Alerts))
	send(prometheus.GaugeValue, "renfort_alerts_behind", "Commands that have not been looked at for alerts.", float64(st.Behind))
	send(prometheus.CounterValue, "renfort_alerts_met_total", "Pairs of a saved search and a mission that is new, reopened or moved and fits.", float64(st.Met))
	send(prometheus.CounterValue, "renfort_alerts_raised_total", "Alerts raised.", float64(st.Raised))
	for _, left := range []struct {
		why string
		n   uint64
	}{{"budget", st.Budget}, {"barred", st.Barred}, {"refused", st.Refused}} {
		send(prometheus.CounterValue, "renfort_alerts_left_out_total", "Alerts not raised: the person's budget is used up, the mission is not for them, or the reducer refused.", float64(left.n), "why", left.why)
	}
}
