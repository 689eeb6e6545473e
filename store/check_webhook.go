package store

import (
	"bytes"
	"errors"
	"fmt"

	"renfort/mission"
)

// webhookKeys checks an entry of the webhooks bucket. Deliveries come before
// their webhooks, so that they are counted.
func (c *checker) webhookKeys(key, value []byte) error {
	switch key[0] {
	case deliveries:
		return c.delivery(key, value)
	case webhookRecords:
		w, err := readWebhook(value)
		if err != nil {
			return err
		}
		rec, err := decodeWebhook(value)
		if err == nil && w.ID != string(key[1:]) {
			err = fmt.Errorf("names itself %q", w.ID)
		}
		if err == nil && rec.kept != c.delivered[w.ID] {
			err = fmt.Errorf("counts %d deliveries, and %d are recorded", rec.kept, c.delivered[w.ID])
		}
		return err
	}
	return errors.New("is no key of ours")
}

func (c *checker) delivery(key, value []byte) error {
	at := bytes.IndexByte(key, 0)
	if at < 0 || len(key) < at+10 {
		return errors.New("is no key of ours")
	}
	webhook, id := string(key[1:at]), string(key[at+9:])
	d, err := decodeDelivery(webhook, id, value)
	if err != nil {
		return err
	}
	if c.delivered == nil {
		c.delivered = map[mission.ID]uint64{}
	}
	c.delivered[webhook]++
	switch {
	case !bytes.Equal(key, deliveryKey(webhook, id)):
		return errors.New("is not where its id puts it")
	case !c.has(webhooksBucket, webhookKey(webhook)):
		return errors.New("is of a webhook that does not exist")
	case (d.due == 0) != (d.State == mission.DeliveryPending):
		return fmt.Errorf("is %s, and due at %d", d.State, d.due)
	case d.due == 0:
		return nil
	}
	return c.need(dueBucket, dueKey(nil, dueDelivery, d.due, key))
}

// leadsToDelivery checks that what is due belongs to a delivery that is
// forgotten then.
func (c *checker) leadsToDelivery(key []byte, at int64) error {
	end := bytes.IndexByte(key, 0)
	if end < 0 || len(key) < end+10 {
		return errors.New("is no key of ours")
	}
	d, err := decodeDelivery(string(key[1:end]), string(key[end+9:]), c.v.get(webhooksBucket, key))
	if err != nil || d.due != at {
		return errors.New("leads to no delivery that is forgotten then")
	}
	return nil
}
