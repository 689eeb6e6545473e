package store

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"renfort/mission"
)

// Sorts of keys in the waiting bucket, by their first byte.
const (
	waitHead byte = 'h' // a mission's head: what leads to its lists
	waitList byte = 'l' // a place in a list
	waitOrg  byte = 'o' // of an organisation: its missions with lists
)

// waitingRecord is a place in a list. What the key says (the mission's
// ordinal, the slot, the seq of joining) is not in the value.
type waitingRecord struct {
	mission.Waiting
	clock mission.Clock // of the mission's place, as the caller knew it
}

// listPrefix begins the places of one slot's list, in the order of joining.
func listPrefix(o mission.Ordinal, slot string) []byte {
	b := binary.BigEndian.AppendUint32([]byte{waitList}, uint32(o))
	return append(append(b, slot...), 0)
}

// key gives the place's own, as a list orders it.
func (w *waitingRecord) key() []byte {
	return binary.BigEndian.AppendUint64(listPrefix(w.Ordinal, w.Slot), w.JoinedSeq)
}

// personKey gives the entry that leads from the person to the place.
func (w *waitingRecord) personKey() []byte {
	return append(personPrefix(nil, w.Volunteer, personWaiting), w.key()[1:]...)
}

// offerID is the id of the hold that a place becomes: each becomes one at most.
func (w *waitingRecord) offerID() mission.ID { return fmt.Sprintf("%s%016x", offerPrefix, w.JoinedSeq) }

// offerPrefix begins the ids of offers and of no other hold.
const offerPrefix = "o-"

// waitingKey takes a place's key apart, without its first byte: the ordinal,
// the slot and the seq.
func waitingKey(key []byte) (o mission.Ordinal, slot string, seq uint64, ok bool) {
	if len(key) < 4+1+8 {
		return 0, "", 0, false
	}
	end := len(key) - 8
	if bytes.IndexByte(key[4:end], 0) != end-5 {
		return 0, "", 0, false
	}
	return readOrdinal(key[:4]), string(key[4 : end-1]), binary.BigEndian.Uint64(key[end:]), true
}

func appendWaiting(b []byte, w *waitingRecord) []byte {
	b = append(b, recordFormat)
	b = appendString(b, w.Mission)
	b = appendString(b, w.Volunteer)
	b = appendInt(b, w.Joined)
	b = appendInt(b, int64(w.clock.Offset))
	b = appendUint(b, uint64(len(w.clock.Shifts)))
	for _, s := range w.clock.Shifts {
		b = appendInt(appendInt(b, s.At), int64(s.Offset))
	}
	return b
}

// decodeWaiting reads the place of a key, which is given without its first
// byte.
func decodeWaiting(key, b []byte) (*waitingRecord, error) {
	r := open(b)
	w := new(waitingRecord)
	w.Mission, w.Volunteer, w.Joined = r.string(), r.string(), r.int()
	w.clock.Offset = int(r.int())
	if n := r.count(2); n > 0 {
		w.clock.Shifts = make([]mission.Shift, n)
	}
	for i := range w.clock.Shifts {
		w.clock.Shifts[i] = mission.Shift{At: r.int(), Offset: int(r.int())}
	}
	var ok bool
	if w.Ordinal, w.Slot, w.JoinedSeq, ok = waitingKey(key); !ok {
		r.broken = true
	}
	return w, r.failed()
}

// waitingHead leads to a mission's lists: it is there while anybody waits.
type waitingHead struct {
	due          int64 // when a list ends by itself next, 0 for never
	organization mission.ID
}

func headKey(o mission.Ordinal) []byte {
	return binary.BigEndian.AppendUint32([]byte{waitHead}, uint32(o))
}

// orgPrefix begins the entries of an organisation's missions with lists.
func orgPrefix(org mission.ID) []byte { return append(append([]byte{waitOrg}, org...), 0) }

func appendHead(b []byte, h *waitingHead) []byte {
	return appendString(appendInt(append(b, recordFormat), h.due), h.organization)
}

func decodeHead(b []byte) (*waitingHead, error) {
	r := open(b)
	h := &waitingHead{due: r.int(), organization: r.string()}
	return h, r.failed()
}

// entries gives the index entries of a head, as of a hold.
func (h *waitingHead) entries(o mission.Ordinal) (all []entry) {
	if h.due != 0 {
		all = append(all, entry{dueBucket, dueKey(nil, dueWaiting, h.due, ordinalKey(o))})
	}
	if h.organization != "" {
		all = append(all, entry{waitingBucket, append(orgPrefix(h.organization), ordinalKey(o)...)})
	}
	return all
}
