package store

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// WebhookView is a webhook as it is stored, its secret included, which is for
// those who sign alone.
type WebhookView struct {
	mission.Webhook
	Version uint64
	Through uint64 // events up to this seq are in some delivery
}

func readWebhook(raw []byte) (v WebhookView, err error) {
	rec, err := decodeWebhook(raw)
	if err != nil {
		return v, fmt.Errorf("store: webhook: %w", err)
	}
	v.Version, v.Through = rec.version, rec.through
	if err := json.Unmarshal(rec.json, &v.Webhook); err != nil {
		return v, fmt.Errorf("store: webhook: %w", err)
	}
	return v, nil
}

// Webhook gives a webhook; NotFound if there is none.
func (s *Store) Webhook(id mission.ID) (w WebhookView, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(webhooksBucket, webhookKey(id))
		if raw == nil {
			return notFound("webhook", id)
		}
		w, err = readWebhook(raw)
		return err
	})
	return w, err
}

// Webhooks gives all webhooks by id, at most mission.WebhooksMax.
func (s *Store) Webhooks() (all []WebhookView, err error) {
	err = s.view(func(v snapshot) (err error) {
		under(v.bucket(webhooksBucket), []byte{webhookRecords}, func(_, raw []byte) bool {
			var w WebhookView
			if w, err = readWebhook(raw); err == nil {
				all = append(all, w)
			}
			return err == nil
		})
		return err
	})
	return all, err
}

// Deliveries gives the recorded deliveries of a webhook, the newest event
// first, of a state ("" for all), those before a cursor, at most limit. next
// is "" after the last page. A webhook that does not exist has none.
func (s *Store) Deliveries(webhook mission.ID, state, cursor string, limit int) (page []mission.Delivery, next string, err error) {
	from, limit, err := walkFrom(walkDeliveries, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	err = s.view(func(v snapshot) error {
		prefix := deliveriesPrefix(webhook)
		c := v.bucket(webhooksBucket).Cursor()
		end := append(bytes.Clone(prefix), 0xff)
		if from != nil {
			end = append(bytes.Clone(prefix), from...)
		}
		key, raw := c.Seek(end)
		if key == nil {
			key, raw = c.Last()
		}
		if bytes.Compare(key, end) >= 0 {
			key, raw = c.Prev()
		}
		for ; key != nil && bytes.HasPrefix(key, prefix); key, raw = c.Prev() {
			if len(page) == limit {
				next = cursorOf(walkDeliveries, deliveryKey(webhook, page[limit-1].ID)[len(prefix):])
				return nil
			}
			d, err := decodeDelivery(webhook, string(key[len(prefix)+8:]), raw)
			if err != nil {
				return fmt.Errorf("store: delivery: %w", err)
			}
			if state == "" || d.State == state {
				page = append(page, d.Delivery)
			}
		}
		return nil
	})
	return page, next, err
}

// Delivery gives one recorded delivery; NotFound if there is none.
func (s *Store) Delivery(webhook, id mission.ID) (d mission.Delivery, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(webhooksBucket, deliveryKey(webhook, id))
		if raw == nil {
			return notFound("delivery", id)
		}
		rec, err := decodeDelivery(webhook, id, raw)
		if err == nil {
			d = rec.Delivery
		}
		return err
	})
	return d, err
}

// PendingDeliveries gives those of a webhook that are to be sent, the oldest
// event first.
func (s *Store) PendingDeliveries(webhook mission.ID) (all []mission.Delivery, err error) {
	err = s.view(func(v snapshot) (err error) {
		prefix := deliveriesPrefix(webhook)
		under(v.bucket(webhooksBucket), prefix, func(key, raw []byte) bool {
			var d *deliveryRecord
			if d, err = decodeDelivery(webhook, string(key[len(prefix)+8:]), raw); err == nil && d.State == mission.DeliveryPending {
				all = append(all, d.Delivery)
			}
			return err == nil
		})
		return err
	})
	return all, err
}
