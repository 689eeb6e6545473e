package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

func (c *checker) volunteer(key, value []byte) error {
	c.Volunteers++
	o := readOrdinal(key)
	rec, err := decodeVolunteer(value)
	if err != nil {
		return err
	}
	v := new(mission.Volunteer)
	if err := json.Unmarshal(rec.json, v); err != nil {
		return err
	}
	if uint64(o) >= c.meta.nextVolunteer {
		return fmt.Errorf("has an ordinal from %d on, which were not given yet", c.meta.nextVolunteer)
	}
	raw := c.v.get(peopleBucket, []byte(rec.id))
	if raw == nil {
		return errors.New("has no entry in people")
	}
	p, err := decodePerson(raw)
	if err != nil || p != personOf(o, v) {
		return fmt.Errorf("is not what people says: %+v, %v", p, err)
	}
	return nil
}

// key checks a remembered result.
func (c *checker) key(key, value []byte) error {
	m, err := decodeRemembered(value)
	if err != nil {
		return err
	}
	if v := m.volunteer(); v != "" {
		if err := c.need(peopleBucket, append(personPrefix(nil, v, personKey), key...)); err != nil {
			return err
		}
	}
	return c.need(dueBucket, dueKey(nil, dueKeys, m.end, key))
}

// indexes looks for the record behind every index entry.
func (c *checker) indexes() {
	c.each(missionIDsBucket, func(key, value []byte) error {
		if !c.has(missionsBucket, value) {
			return errors.New("leads to a mission that does not exist")
		}
		return nil
	})
	c.each(refsBucket, func(key, _ []byte) error {
		at := bytes.LastIndexByte(key, 0)
		if at < 0 {
			return errors.New("is no key of ours")
		}
		return c.leads(refsBucket, key, string(key[at+1:]))
	})
	c.each(peopleBucket, c.person)
	c.each(dueBucket, c.due)
}

// person checks an entry of people: the person's own, or one below.
func (c *checker) person(key, value []byte) error {
	at := bytes.IndexByte(key, 0)
	if at < 0 {
		p, err := decodePerson(value)
		if err == nil && !c.has(volunteersBucket, ordinalKey(p.ordinal)) {
			err = errors.New("leads to a volunteer that does not exist")
		}
		return err
	}
	if at+1 >= len(key) {
		return errors.New("is no key of ours")
	}
	below := key[at+2:]
	switch sort := key[at+1]; {
	case sort == personFeedback && len(below) == 0:
		return c.feedback(key, value)
	case sort == personAsks && len(below) == 0:
		return c.asksOf(key, value)
	case sort == personAsked:
		if !c.has(wavesBucket, askKey(string(below), string(key[:at]))) {
			return errors.New("leads to an ask that does not exist")
		}
		return nil
	case sort == personHold && len(below) > 1:
		return c.leads(peopleBucket, key, string(below[1:]))
	case sort == personAlert:
		return c.leadsToAlert(string(key[:at]), below)
	case sort == personWaiting:
		return c.leadsToPlace(string(key[:at]), below)
	case sort == personKey:
		raw := c.v.get(keysBucket, below)
		if raw == nil {
			return errors.New("leads to an idempotency key that does not exist")
		}
		m, err := decodeRemembered(raw)
		if err == nil && m.volunteer() != string(key[:at]) {
			err = errors.New("leads to an idempotency key of somebody else")
		}
		return err
	}
	return errors.New("is no key of ours")
}

func (c *checker) feedback(key, value []byte) error {
	due, all, err := decodeFeedback(value)
	if err != nil {
		return err
	}
	if len(all) == 0 || len(all) > mission.FeedbackMax {
		return fmt.Errorf("has %d entries; 1 to %d", len(all), mission.FeedbackMax)
	}
	if !c.has(peopleBucket, key[:len(key)-2]) {
		return errors.New("is feedback of somebody without a record")
	}
	return c.need(dueBucket, dueKey(nil, dueFeedback, due, key))
}

// due checks that an entry is where its record says.
func (c *checker) due(key, _ []byte) error {
	kind, at, what, ok := dueParts(key)
	if !ok {
		return errors.New("is no key of ours")
	}
	switch kind {
	case dueExpire, dueIgnored, dueForget:
		return c.leads(dueBucket, key, string(what))
	case dueKeys:
		raw := c.v.get(keysBucket, what)
		if m, err := decodeRemembered(raw); err != nil || m.end != at {
			return errors.New("leads to no idempotency key that ends then")
		}
	case dueTombstone:
		raw := c.v.get(tombstonesBucket, what)
		if t, err := decodeTombstone(raw); err != nil || t.end != at {
			return errors.New("leads to no tombstone that ends then")
		}
	case dueFeedback:
		raw := c.v.get(peopleBucket, what)
		if due, _, err := decodeFeedback(raw); err != nil || due != at {
			return errors.New("leads to no feedback that is due then")
		}
	case dueWaiting:
		if len(what) != 4 {
			return errors.New("is no key of ours")
		}
		return c.leadsToHead(entry{dueBucket, key}, readOrdinal(what))
	case dueAsks:
		raw := c.v.get(peopleBucket, what)
		if a, err := decodeAsks(raw); err != nil || a.due != at {
			return errors.New("leads to no asks that are due then")
		}
	case dueWithdrawn:
		raw := c.v.get(missionsBucket, what)
		if rec, err := decodeMission(raw); err != nil || rec.withdrawn.ends != at {
			return errors.New("leads to no mission that is removed then")
		}
	case dueDelivery:
		return c.leadsToDelivery(what, at)
	case dueWave:
		return c.leadsToWave(string(what), at)
	case dueCrisis:
		raw := c.v.get(crisesBucket, crisisKey(string(what)))
		if rec, err := decodeCrisis(raw); err != nil || rec.due != at {
			return errors.New("leads to no crisis that begins or ends then")
		}
	default:
		return fmt.Errorf("is of no known kind %d", kind)
	}
	return nil
}

// log checks that the change log has no gap, ends with the last command and
// is as long as the state says.
func (c *checker) log() {
	entries, bytes, next, last := uint64(0), uint64(0), c.meta.logOldest, int64(0)
	c.each(logBucket, func(key, value []byte) error {
		if len(key) != 8 {
			return errors.New("is no key of ours")
		}
		seq := binary.BigEndian.Uint64(key)
		changes, err := decodeLog(seq, value)
		if err != nil {
			return err
		}
		if seq != next {
			err = fmt.Errorf("is seq %d where %d should be", seq, next)
		} else if len(changes) == 0 || changes[0].At < last {
			err = fmt.Errorf("has %d changes at a log time before %d", len(changes), last)
		} else {
			last = changes[0].At
		}
		entries, bytes, next = entries+1, bytes+uint64(len(value)), seq+1
		return err
	})
	c.LogEntries = int(entries)
	if entries > 0 && next != c.meta.seq+1 {
		c.problem("the log ends with seq %d, and the state is at %d", next-1, c.meta.seq)
	}
	if entries != c.meta.logEntries || bytes != c.meta.logBytes {
		c.problem("the log has %d commands of %d bytes, and the state says %d of %d", entries, bytes, c.meta.logEntries, c.meta.logBytes)
	}
}
