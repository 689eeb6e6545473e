package store

import (
	"bytes"

	"renfort/mission"
)

// How much one Tick ends of each kind; the rest is the next one's. So a Tick
// stays short whatever an evening leaves behind. 450 holds take the writer some
// 20 ms at most, and 25,000 that end together are swept within a minute of
// Ticks, one a second.
const (
	SweepHoldsMax = 450   // holds that expire, are ignored or forgotten, waiting lists that end, missions that did not come back, each
	SweepKeysMax  = 4_096 // idempotency keys, tombstones, feedback, each
	TrimLogMax    = 4_096 // commands in the log
)

// sweepLimits are the bounds of one Tick, per kind of what it ends; of records
// of free indexes that are gone there is mission.ObjectSweepMax.
type sweepLimits struct{ holds, rest, objects int }

// tick moves log time, and ends what is due by then.
func (r *reducer) tick(c mission.Tick) (mission.Result, error) {
	moved := c.At > r.meta.now
	r.meta.now = max(r.meta.now, c.At)
	res := mission.Result{Outcome: mission.Updated}
	for k := dueExpire; k <= dueLast; k++ {
		most := r.sweepMax.rest
		switch {
		case k <= dueForget || k == dueWaiting || k == dueWithdrawn:
			most = r.sweepMax.holds
		case k == dueWave:
			most = 1
		}
		n := r.sweep(k, most)
		if k == dueExpire {
			res.Swept = n
		}
	}
	r.tendLists(&res)
	r.sweepObjects()
	r.trim()
	if !moved && !r.wrote {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	r.wrote = true
	r.emit(mission.Change{Kind: mission.Ticked})
	return res, nil
}

// sweep ends at most so many entries of one kind, in the order of (time, id).
func (r *reducer) sweep(k dueKind, most int) int {
	var keys [][]byte
	r.under(dueBucket, []byte{byte(k)}, func(key, _ []byte) bool {
		_, at, _, ok := dueParts(key)
		if !ok {
			must(errRecord)
		}
		if at > r.meta.now || len(keys) == most {
			return false
		}
		keys = append(keys, bytes.Clone(key))
		return true
	})
	for _, key := range keys {
		_, _, what, _ := dueParts(key)
		r.end(k, what)
	}
	return len(keys)
}

// end ends one entry. Every case removes the entry it came from.
func (r *reducer) end(k dueKind, what []byte) {
	switch k {
	case dueExpire:
		h, raw := r.hold(string(what))
		r.giveBack(h, raw, mission.Expired, "", mission.SeatExpired)
	case dueIgnored:
		h, raw := r.hold(string(what))
		r.ignore(h, raw)
	case dueForget:
		h, raw := r.hold(string(what))
		r.forget(h, raw)
	case dueKeys:
		r.dropKey([16]byte(what))
	case dueTombstone:
		r.dropTombstone(what)
	case dueFeedback:
		raw := r.get(peopleBucket, what)
		due, all := r.feedback(raw)
		r.putFeedback(what, raw, due, r.recent(all))
	case dueCrisis:
		r.passCrisis(string(what))
	case dueWaiting:
		r.touched = append(r.touched, readOrdinal(what)) // the entry moves when the lists are tended
	case dueAsks:
		r.ageAsks(what)
	case dueDelivery:
		r.endDelivery(what)
	case dueWithdrawn:
		r.endWithdrawn(readOrdinal(what))
	case dueWave:
		r.forgetWave(string(what)) // the entry stays until all of it is forgotten
	}
}

// trim drops the oldest commands from the log: those older than LogHours, and
// those beyond LogBytesMax.
func (r *reducer) trim() {
	for range TrimLogMax {
		if r.meta.logOldest == 0 {
			return
		}
		key := seqKey(r.meta.logOldest)
		value := r.get(logBucket, key)
		size := uint64(len(value)) // value is gone with its entry
		at, err := logTime(value)
		must(err)
		if at > r.meta.now-mission.LogHours*3600 && r.meta.logBytes <= mission.LogBytesMax {
			return
		}
		r.remove(logBucket, key, nil)
		r.meta.logEntries--
		r.meta.logBytes -= size
		r.meta.logOldest++
		if r.meta.logEntries == 0 {
			r.meta.logOldest = 0
		}
	}
}

// logTime gives the log time of one command of the log.
func logTime(value []byte) (int64, error) {
	r := open(value)
	at := r.int()
	if r.broken {
		return 0, errRecord
	}
	return at, nil
}
