package api

import (
	"crypto/rand"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"renfort/mission"
	"renfort/outbox"
)

// webhookRoutes are those by which events are posted to a platform.
func webhookRoutes() []*route {
	const tag = "Events"
	return []*route{
		{method: "PUT", pattern: "/v1/webhooks/{id}", scopes: needEvents, class: classWrite, body: bodyJSON, handle: (*call).putWebhook,
			doc: routeDoc{tag: tag, summary: "Create or replace a webhook; the secret is answered once, when it is new", body: "WebhookRequest", answers: put("WebhookWritten")}},
		{method: "GET", pattern: "/v1/webhooks/{id}", scopes: needEvents, class: classRead, reads: true, handle: (*call).getWebhook,
			doc: routeDoc{tag: tag, summary: "A webhook, without its secret", answers: ok("WebhookRead")}},
		{method: "DELETE", pattern: "/v1/webhooks/{id}", scopes: needEvents, class: classWrite, handle: (*call).deleteWebhook,
			doc: routeDoc{tag: tag, summary: "Delete a webhook and what is recorded of it", answers: none()}},
		{method: "GET", pattern: "/v1/webhooks", scopes: needEvents, class: classRead, reads: true, handle: (*call).listWebhooks,
			doc: routeDoc{tag: tag, summary: "All webhooks", answers: ok("Webhooks")}},
		{method: "GET", pattern: "/v1/webhooks/{id}/deliveries", scopes: needEvents, class: classRead, reads: true, query: []string{"cursor", "limit", "state"}, handle: (*call).listDeliveries,
			doc: routeDoc{tag: tag, summary: "What was sent to a webhook and how it fared, the newest event first", answers: ok("Deliveries")}},
		{method: "POST", pattern: "/v1/webhooks/{id}/deliveries/{delivery}/retry", scopes: needEvents, class: classWrite, handle: (*call).retryDelivery,
			doc: routeDoc{tag: tag, summary: "Send a dead delivery again", answers: ok("DeliveryWritten")}},
	}
}

// webhookBody is what PUT /v1/webhooks/{id} takes.
type webhookBody struct {
	ID        mission.ID `json:"id"`
	Publisher string     `json:"publisher"`
	URL       string     `json:"url"`
	Types     []string   `json:"types"`
	Secret    string     `json:"secret"`
	Disabled  bool       `json:"disabled"`
}

// webhook gives a stored webhook that the key sees.
func (c *call) webhook() (mission.Webhook, error) {
	w, err := c.s.engine.Store().Webhook(c.id[0])
	if err == nil && !c.key.sees(w.Publisher) {
		return mission.Webhook{}, mission.Errorf(mission.NotFound, "there is no such webhook")
	}
	return w.Webhook, err
}

// putWebhook answers PUT /v1/webhooks/{id}. Who leaves the secret out gets one
// made, or keeps the one there is.
func (c *call) putWebhook() error {
	w, err := c.readWebhook()
	if err != nil {
		return err
	}
	old, err := c.s.engine.Store().Webhook(w.ID)
	if err != nil && mission.KindOf(err) != mission.NotFound {
		return err
	}
	isNew := err != nil
	if !isNew && !c.key.sees(old.Publisher) {
		return mission.Errorf(mission.Conflict, "another publisher has a webhook of this id")
	}
	if isNew && w.Secret == "" {
		var random [outbox.SecretBytes]byte
		rand.Read(random[:]) // never fails
		w.Secret = outbox.NewSecret(random)
	}
	res, err := c.submit(mission.PutWebhook{Webhook: w})
	if err != nil {
		return err
	}
	c.wrote(statusOf(res.Outcome), res.Seq)
	c.private()
	c.out = appendWebhookFields(append(c.out, '{'), w)
	if res.Outcome == mission.Created && !res.Replayed {
		c.out = appendString(append(c.out, `,"secret":`...), w.Secret)
	}
	c.out = append(appendUint(c.out, `,"seq":`, res.Seq), '}')
	return nil
}

// readWebhook makes a webhook of the body.
func (c *call) readWebhook() (*mission.Webhook, error) {
	var b webhookBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if err := sameID(&b.ID, c.id[0]); err != nil {
		return nil, err
	}
	if err := c.ownPublisher(&b.Publisher); err != nil {
		return nil, err
	}
	var fields []mission.FieldError
	if why := wrongURL(b.URL, c.s.config.WebhookAllowPrivate); why != "" {
		fields = append(fields, fault("/url", "%s", why))
	}
	if n := len(b.Types); n == 0 || n > mission.EntriesMax {
		fields = append(fields, entries("/types", 1, mission.EntriesMax))
	} else if _, i, err := outbox.ParseTypes(b.Types); err != nil {
		fields = append(fields, fault("/types/"+strconv.Itoa(i), "%s", err))
	}
	if b.Secret != "" {
		if _, err := outbox.ParseSecret(b.Secret); err != nil {
			fields = append(fields, fault("/secret", "must be whsec_ and the base64 of 16 to 64 bytes"))
		}
	}
	return &mission.Webhook{ID: b.ID, Publisher: b.Publisher, URL: b.URL, Types: b.Types, Secret: b.Secret, Disabled: b.Disabled}, faulty(fields)
}

// wrongURL says what is wrong with an address, "" if nothing is. Names are
// looked at when they are connected to: they may lead elsewhere by then.
func wrongURL(text string, allowPrivate bool) string {
	if len(text) > mission.URLBytesMax {
		return "is over " + strconv.Itoa(mission.URLBytesMax) + " bytes"
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Fragment != "" || u.User != nil || !cleanBytes([]byte(text)) {
		return "must be an address as in https://example.org/hook, without user or fragment"
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !allowPrivate) {
		return "must begin with https://"
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !allowPrivate && !outbox.Outward(a) {
		return "points inward: private, loopback and link-local addresses are refused"
	}
	return ""
}

// appendWebhookFields appends a webhook without its secret.
func appendWebhookFields(b []byte, w *mission.Webhook) []byte {
	b = appendString(append(b, `"id":`...), w.ID)
	b = appendStringOrNull(append(b, `,"publisher":`...), w.Publisher)
	b = appendString(append(b, `,"url":`...), w.URL)
	b = append(b, `,"types":[`...)
	for i, t := range w.Types {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, t)
	}
	return strconv.AppendBool(append(b, `],"disabled":`...), w.Disabled)
}

// getWebhook answers GET /v1/webhooks/{id}.
func (c *call) getWebhook() error {
	w, err := c.webhook()
	if err != nil {
		return err
	}
	c.private()
	c.out = appendWebhookFields(append(c.out, '{'), &w)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}

// listWebhooks answers GET /v1/webhooks.
func (c *call) listWebhooks() error {
	all, err := c.s.engine.Store().Webhooks()
	if err != nil {
		return err
	}
	c.private()
	c.out = append(c.out, `{"webhooks":[`...)
	first := len(c.out)
	for i := range all {
		if !c.key.sees(all[i].Publisher) {
			continue
		}
		if len(c.out) > first {
			c.out = append(c.out, ',')
		}
		c.out = append(appendWebhookFields(append(c.out, '{'), &all[i].Webhook), '}')
	}
	c.out = append(c.appendSeqTook(append(c.out, ']'), c.s.engine.Seq()), '}')
	return nil
}

// deleteWebhook answers DELETE /v1/webhooks/{id}.
func (c *call) deleteWebhook() error {
	if _, err := c.webhook(); err != nil {
		return err
	}
	res, err := c.submit(mission.DeleteWebhook{ID: c.id[0]})
	if err != nil {
		return err
	}
	c.wrote(http.StatusNoContent, res.Seq)
	return nil
}

// listDeliveries answers GET /v1/webhooks/{id}/deliveries.
func (c *call) listDeliveries() error {
	if _, err := c.webhook(); err != nil {
		return err
	}
	limit, err := c.whole("limit", 1, mission.WalkMax, mission.WalkDefault)
	if err != nil {
		return err
	}
	state, err := c.one("state", mission.DeliveryPending, mission.DeliveryDone, mission.DeliveryDead)
	if err != nil {
		return err
	}
	page, next, err := c.s.engine.Store().Deliveries(c.id[0], state, c.text("cursor"), limit)
	if err != nil {
		return err
	}
	c.private()
	c.out = append(c.out, `{"deliveries":[`...)
	for i := range page {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(appendDeliveryFields(append(c.out, '{'), &page[i]), '}')
	}
	c.out = appendStringOrNull(append(c.out, `],"cursor":`...), next)
	c.out = append(c.appendSeqTook(c.out, c.s.engine.Seq()), '}')
	return nil
}

// appendDeliveryFields appends a delivery.
func appendDeliveryFields(b []byte, d *mission.Delivery) []byte {
	b = appendString(append(b, `"id":`...), d.ID)
	b = appendString(append(b, `,"type":`...), d.Type)
	b = appendStringOrNull(append(b, `,"mission":`...), d.Mission)
	b = appendUint(b, `,"first_seq":`, d.FirstSeq)
	b = appendUint(b, `,"last_seq":`, d.Seq)
	b = appendString(append(b, `,"state":`...), d.State)
	b = appendUint(b, `,"tries":`, uint64(d.Tries))
	b = append(b, `,"status":`...)
	if d.Status == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, int64(d.Status), 10)
	}
	b = appendStringOrNull(append(b, `,"error":`...), d.Error)
	b = appendTime(append(b, `,"at":`...), d.At)
	b = append(b, `,"next_at":`...)
	if d.Next == 0 {
		return append(b, "null"...)
	}
	return appendTime(b, d.Next)
}

// retryDelivery answers POST /v1/webhooks/{id}/deliveries/{delivery}/retry. One
// that is not dead is left as it is.
func (c *call) retryDelivery() error {
	if _, err := c.webhook(); err != nil {
		return err
	}
	d, err := c.s.engine.Store().Delivery(c.id[0], c.id[1])
	if err != nil {
		return err
	}
	if d.State != mission.DeliveryDead || d.Type == outbox.TypeLost {
		return mission.Errorf(mission.Conflict, "the delivery is %s, of type %s: only what is dead can be sent again, as far as the log has it", d.State, d.Type)
	}
	d.State, d.Tries, d.Next = mission.DeliveryPending, 0, 0
	res, err := c.submit(mission.RecordDeliveries{Deliveries: []mission.Delivery{d}})
	if err != nil {
		return err
	}
	c.s.sender.Retry(c.id[0], c.id[1])
	c.wrote(http.StatusOK, res.Seq)
	c.private()
	c.out = appendDeliveryFields(append(c.out, '{'), &d)
	c.out = append(appendUint(c.out, `,"seq":`, res.Seq), '}')
	return nil
}

// outbox adds what leaves the house to a scrape.
func (k *stateCollector) outbox(send func(kind prometheus.ValueType, name, help string, v float64, labels ...string)) {
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	open, sent, cut := k.s.streams.counts()
	send(gauge, "renfort_event_streams", "Streams of events that are open.", float64(open))
	send(counter, "renfort_event_streams_cut_total", "Streams cut off because their client was too slow.", float64(cut))
	send(counter, "renfort_events_sent_total", "Events sent by streams that have ended.", float64(sent))
	st := k.s.sender.Stats()
	send(counter, "renfort_webhook_messages_total", "Messages to webhooks, by outcome.", float64(st.Delivered), "outcome", "delivered")
	send(counter, "renfort_webhook_messages_total", "Messages to webhooks, by outcome.", float64(st.Dead), "outcome", "dead")
	send(counter, "renfort_webhook_failures_total", "Tries to deliver to a webhook that failed.", float64(st.Failed))
	send(gauge, "renfort_webhook_waiting", "Messages to webhooks that are still to be sent.", float64(st.Waiting))
	send(gauge, "renfort_outbound_paused", "1 while everything that goes out to people is paused.", asNumber(k.s.engine.OutboundPaused()))
}
