package store

import (
	"fmt"

	"renfort/mission"
)

// webhook checks the commands on webhooks.
func (p *prepared) webhook(c mission.Command) error {
	switch c := c.(type) {
	case mission.PutWebhook:
		return p.record("/id", c.Webhook.ID, c.Webhook)
	case mission.DeleteWebhook:
		return mission.CheckID("/id", c.ID)
	case mission.RecordDeliveries:
		p.bytes += 256 * len(c.Deliveries)
		return checkDeliveries(c)
	}
	return nil
}

func checkDeliveries(c mission.RecordDeliveries) error {
	if err := checkMany("/deliveries", len(c.Deliveries), mission.RecordedMax); err != nil {
		return err
	}
	for i := range c.Deliveries {
		d, at := &c.Deliveries[i], fmt.Sprintf("/deliveries/%d", i)
		if err := first(mission.CheckID(at+"/webhook", d.Webhook), mission.CheckID(at+"/id", d.ID), checkWord(at+"/state", d.State, deliveryStates)); err != nil {
			return err
		}
		if deliverySeq(d.ID) == 0 || d.Tries < 0 || d.Status < 0 || d.Next < 0 || d.At < 0 || len(d.Error) > mission.WordLettersMax {
			return invalid(at, "is no delivery that can be")
		}
	}
	return nil
}
