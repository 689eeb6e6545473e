package store

import (
	"bytes"

	"renfort/mission"
)

// outboundKey is there while nothing may be sent to people.
var outboundKey = []byte{outboundPaused}

// outboundPaused says whether nothing may be sent to people: no ask, no offer
// and no alert is written then.
func (r *reducer) outboundPaused() bool { return r.get(crisesBucket, outboundKey) != nil }

// setOutbound stops everything that is sent to people, or lets it go again. The
// lists of those who waited meanwhile are tended by the Ticks that follow, a
// bounded number each.
func (r *reducer) setOutbound(c mission.SetOutbound) (mission.Result, error) {
	raw := r.get(crisesBucket, outboundKey)
	if c.Paused == (raw != nil) {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	kind := mission.OutboundPaused
	if c.Paused {
		r.put(crisesBucket, outboundKey, nil, appendInt([]byte{recordFormat}, r.meta.now))
	} else {
		kind = mission.OutboundResumed
		r.remove(crisesBucket, outboundKey, raw)
		r.oweLists()
	}
	r.emit(mission.Change{Kind: kind})
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}

// oweLists makes due the lists of every mission that has a free seat for
// somebody who waits: what was kept from them while outbound was paused.
func (r *reducer) oweLists() {
	var owed []mission.Ordinal
	r.under(waitingBucket, []byte{waitHead}, func(key, _ []byte) bool {
		o := readOrdinal(key[1:])
		if s := r.seatsOf(o); owes(s) && r.offers(s) {
			owed = append(owed, o)
		}
		return true
	})
	for _, o := range owed {
		raw := bytes.Clone(r.get(waitingBucket, headKey(o)))
		old, err := decodeHead(raw)
		must(err)
		next := *old
		next.due = r.meta.now
		r.writeHead(o, old, &next, raw)
	}
}

// owes says whether a seat is free in a pool for which somebody waits.
func owes(s *mission.Seats) bool {
	for i := range s.Pools {
		if s.Pools[i].Waiting > 0 && s.Pools[i].Free() > 0 {
			return true
		}
	}
	return false
}

// mayOwe says whether a mission may have a free seat for somebody who waits:
// while outbound is paused, and afterwards until a Tick comes to its lists.
func (r *reducer) mayOwe(o mission.Ordinal) bool {
	if r.outboundPaused() {
		return true
	}
	raw := r.get(waitingBucket, headKey(o))
	if raw == nil {
		return false
	}
	h, err := decodeHead(raw)
	must(err)
	return h.due != 0 && h.due <= r.meta.now
}
