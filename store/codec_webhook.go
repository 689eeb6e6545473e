package store

import (
	"encoding/binary"
	"strconv"
	"strings"

	"renfort/mission"
)

// webhookRecord is a webhook as it is stored, with how far it has come.
type webhookRecord struct {
	version uint64 // seq of its last write
	through uint64 // events up to this seq are in some delivery
	kept    uint64 // deliveries recorded
	json    []byte
}

func webhookKey(id mission.ID) []byte { return append([]byte{webhookRecords}, id...) }

// deliveriesPrefix begins the deliveries of one webhook.
func deliveriesPrefix(webhook mission.ID) []byte {
	return append(append([]byte{deliveries}, webhook...), 0)
}

// deliveryKey puts deliveries in the order of their events.
func deliveryKey(webhook, delivery mission.ID) []byte {
	b := deliveriesPrefix(webhook)
	b = binary.BigEndian.AppendUint64(b, deliverySeq(delivery))
	return append(b, delivery...)
}

// deliverySeq gives the seq that a delivery's id begins with, 0 where it does
// not begin with one.
func deliverySeq(id mission.ID) uint64 {
	digits, _, _ := strings.Cut(id, "-")
	seq, _ := strconv.ParseUint(digits, 10, 64) // 0 sorts first, and is no seq
	return seq
}

func appendWebhook(b []byte, w *webhookRecord) []byte {
	b = append(b, recordFormat)
	b = appendUint(appendUint(appendUint(b, w.version), w.through), w.kept)
	return appendBytes(b, w.json)
}

// decodeWebhook gives the record; its json points into b.
func decodeWebhook(b []byte) (*webhookRecord, error) {
	r := open(b)
	w := &webhookRecord{version: r.uint(), through: r.uint(), kept: r.uint()}
	w.json = r.bytes()
	return w, r.failed()
}

// deliveryStates are the states of a delivery, [i] is written as i.
var deliveryStates = []string{mission.DeliveryPending, mission.DeliveryDone, mission.DeliveryDead}

// deliveryRecord is a delivery and when it is forgotten, 0 for a pending one.
type deliveryRecord struct {
	mission.Delivery
	due int64
}

func appendDelivery(b []byte, d *deliveryRecord) []byte {
	b = append(b, recordFormat, wordNumber(deliveryStates, d.State))
	b = appendString(appendString(b, d.Type), d.Mission)
	b = appendUint(appendUint(b, d.FirstSeq), d.Seq)
	b = appendUint(appendUint(b, uint64(d.Tries)), uint64(d.Status))
	b = appendInt(appendInt(appendInt(b, d.At), d.Next), d.due)
	return appendString(b, d.Error)
}

func decodeDelivery(webhook, id mission.ID, b []byte) (*deliveryRecord, error) {
	r := open(b)
	d := &deliveryRecord{Delivery: mission.Delivery{ID: id, Webhook: webhook, State: r.word(deliveryStates), Type: r.string(), Mission: r.string(),
		FirstSeq: r.uint(), Seq: r.uint(), Tries: int(r.uint()), Status: int(r.uint()), At: r.int(), Next: r.int()}}
	d.due = r.int()
	d.Error = r.string()
	return d, r.failed()
}
