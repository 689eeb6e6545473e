package store

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// deliveryDays is how long a delivery that is over is kept to be looked at.
const deliveryDays = 7

// webhook gives a webhook's record and what the file has of it, nil if there
// is none.
func (r *reducer) webhook(id mission.ID) (*webhookRecord, []byte) {
	raw := r.get(webhooksBucket, webhookKey(id))
	if raw == nil {
		return nil, nil
	}
	w, err := decodeWebhook(raw)
	must(err)
	w.json = bytes.Clone(w.json)
	return w, raw
}

func (r *reducer) putWebhookRecord(id mission.ID, raw []byte, w *webhookRecord) {
	r.put(webhooksBucket, webhookKey(id), raw, r.keep(appendWebhook(r.room(len(w.json)+64), w)))
}

// putWebhook creates or replaces a webhook. A new one gets what happens from
// now on; one that is replaced keeps its place, and its secret where the new
// one brings none.
func (r *reducer) putWebhook(c mission.PutWebhook) (mission.Result, error) {
	old, raw := r.webhook(c.Webhook.ID)
	next, rec, out := *c.Webhook, &webhookRecord{version: r.seq(), through: r.seq()}, mission.Created
	next.Since = r.seq()
	if old != nil {
		var was mission.Webhook
		must(json.Unmarshal(old.json, &was))
		next.Since, rec.through, rec.kept, out = was.Since, old.through, old.kept, mission.Updated
		if next.Secret == "" {
			next.Secret = was.Secret
		}
	} else if n := r.countWebhooks(); n >= mission.WebhooksMax {
		return mission.Result{}, mission.Errorf(mission.Conflict, "there are %d webhooks, and there may be no more", n)
	}
	var err error
	rec.json, err = mission.Encode(&next)
	must(err)
	if old != nil && bytes.Equal(old.json, rec.json) {
		return mission.Result{Outcome: mission.Unchanged, Version: old.version}, nil
	}
	r.putWebhookRecord(next.ID, raw, rec)
	r.emit(mission.Change{Kind: mission.WebhookPut, Webhook: &next})
	return mission.Result{Outcome: out, Version: rec.version}, nil
}

func (r *reducer) countWebhooks() (n int) {
	r.under(webhooksBucket, []byte{webhookRecords}, func(_, _ []byte) bool {
		n++
		return true
	})
	return n
}

// deleteWebhook removes a webhook and what is recorded of it.
func (r *reducer) deleteWebhook(c mission.DeleteWebhook) (mission.Result, error) {
	w, raw := r.webhook(c.ID)
	if w == nil {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no webhook %q", c.ID)
	}
	for _, d := range r.deliveriesOf(c.ID, func(*deliveryRecord) bool { return true }) {
		r.dropDelivery(d)
	}
	r.remove(webhooksBucket, webhookKey(c.ID), raw)
	r.emit(mission.Change{Kind: mission.WebhookDeleted, Webhook: &mission.Webhook{ID: c.ID}})
	return mission.Result{Outcome: mission.Deleted}, nil
}

// deliveriesOf gives a webhook's deliveries in the order of their events, as
// long as visit says yes.
func (r *reducer) deliveriesOf(webhook mission.ID, visit func(*deliveryRecord) bool) (all []*deliveryRecord) {
	prefix := deliveriesPrefix(webhook)
	r.under(webhooksBucket, prefix, func(key, value []byte) bool {
		d, err := decodeDelivery(webhook, string(key[len(prefix)+8:]), value)
		must(err)
		if !visit(d) {
			return false
		}
		all = append(all, d)
		return true
	})
	return all
}

// dropDelivery forgets a delivery.
func (r *reducer) dropDelivery(d *deliveryRecord) {
	key := deliveryKey(d.Webhook, d.ID)
	r.remove(webhooksBucket, key, r.get(webhooksBucket, key))
	if d.due != 0 {
		r.remove(dueBucket, dueKey(nil, dueDelivery, d.due, key), nil)
	}
}

// recordDeliveries writes down how deliveries fared and how far webhooks have
// come. What concerns a webhook that is gone is left out, if there is another
// one of its id or not.
func (r *reducer) recordDeliveries(c mission.RecordDeliveries) (mission.Result, error) {
	anew := r.madeAnew(c.Since)
	var ids []mission.ID
	note := func(id mission.ID) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for i := range c.Deliveries {
		if d := &c.Deliveries[i]; !anew[d.Webhook] && r.recordDelivery(d) {
			note(d.Webhook)
		}
	}
	for _, p := range c.Through {
		if w, raw := r.webhook(p.Webhook); w != nil && !anew[p.Webhook] && p.Seq > w.through {
			w.through = p.Seq
			r.putWebhookRecord(p.Webhook, raw, w)
			note(p.Webhook)
		}
	}
	for _, id := range ids {
		r.boundDeliveries(id)
		r.emit(mission.Change{Kind: mission.WebhookDelivered, Webhook: &mission.Webhook{ID: id}})
	}
	if len(ids) == 0 {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}

// madeAnew gives which webhooks are not those that the sender means.
func (r *reducer) madeAnew(since map[mission.ID]uint64) map[mission.ID]bool {
	anew := map[mission.ID]bool{}
	for id, at := range since {
		if w, _ := r.webhook(id); w != nil {
			var now mission.Webhook
			must(json.Unmarshal(w.json, &now))
			anew[id] = now.Since != at
		}
	}
	return anew
}

// recordDelivery writes one delivery; false where its webhook is gone, or
// nothing is new.
func (r *reducer) recordDelivery(d *mission.Delivery) bool {
	w, rawHook := r.webhook(d.Webhook)
	if w == nil {
		return false
	}
	key := deliveryKey(d.Webhook, d.ID)
	raw := r.get(webhooksBucket, key)
	next := &deliveryRecord{Delivery: *d}
	if d.State != mission.DeliveryPending {
		next.due = r.meta.now + deliveryDays*secondsPerDay
	}
	if raw == nil {
		w.kept++
		r.putWebhookRecord(d.Webhook, rawHook, w)
	} else {
		old, err := decodeDelivery(d.Webhook, d.ID, raw)
		must(err)
		if old.Delivery == next.Delivery {
			return false
		}
		if old.due != 0 && old.due != next.due {
			r.remove(dueBucket, dueKey(nil, dueDelivery, old.due, key), nil)
		}
	}
	if next.due != 0 {
		r.put(dueBucket, dueKey(nil, dueDelivery, next.due, key), nil, nil)
	}
	r.put(webhooksBucket, key, raw, r.keep(appendDelivery(r.room(256), next)))
	return true
}

// boundDeliveries forgets the oldest deliveries of a webhook that are over,
// beyond mission.DeliveriesMax. Those that are pending stay: whoever sends
// bounds them.
func (r *reducer) boundDeliveries(id mission.ID) {
	w, raw := r.webhook(id)
	excess := int(w.kept) - mission.DeliveriesMax
	if excess <= 0 {
		return
	}
	var old []*deliveryRecord
	r.deliveriesOf(id, func(d *deliveryRecord) bool {
		if d.due != 0 {
			old = append(old, d)
		}
		return len(old) < excess
	})
	for _, d := range old {
		r.dropDelivery(d)
	}
	w.kept -= uint64(len(old))
	if len(old) > 0 {
		r.putWebhookRecord(id, raw, w)
	}
}

// endDelivery forgets a delivery that has been over for long enough.
func (r *reducer) endDelivery(key []byte) {
	id := string(key[1:bytes.IndexByte(key, 0)])
	d, err := decodeDelivery(id, string(key[len(deliveriesPrefix(id))+8:]), r.get(webhooksBucket, key))
	must(err)
	r.dropDelivery(d)
	w, raw := r.webhook(id)
	w.kept--
	r.putWebhookRecord(id, raw, w)
}
