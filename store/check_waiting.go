package store

import (
	"errors"
	"fmt"

	"renfort/mission"
)

// waiting checks an entry of the waiting bucket: a head, a place in a list or
// an organisation's entry.
func (c *checker) waiting(key, value []byte) error {
	switch {
	case len(key) == 5 && key[0] == waitHead:
		return c.head(readOrdinal(key[1:]), value)
	case key[0] == waitList:
		return c.place(key, value)
	case len(key) > 6 && key[0] == waitOrg:
		o := readOrdinal(key[len(key)-4:])
		return c.leadsToHead(entry{waitingBucket, key}, o)
	}
	return errors.New("is no key of ours")
}

// head checks that a mission's head has its entries, and a list.
func (c *checker) head(o mission.Ordinal, value []byte) error {
	h, err := decodeHead(value)
	if err != nil {
		return err
	}
	for _, e := range h.entries(o) {
		if err := c.need(e.bucket, e.key); err != nil {
			return err
		}
	}
	s, err := c.seatsAt(o)
	if err != nil {
		return err
	}
	if !waits(s) || s.Organization != h.organization {
		return fmt.Errorf("heads the lists of %q, and its mission says %q with %d waiting", h.organization, s.Organization, s.Totals().Waiting)
	}
	return nil
}

// leadsToHead checks that an entry belongs to a head that has it.
func (c *checker) leadsToHead(e entry, o mission.Ordinal) error {
	h, err := decodeHead(c.v.get(waitingBucket, headKey(o)))
	if err != nil || !hasEntry(h.entries(o), e) {
		return fmt.Errorf("leads to the lists of mission ordinal %d, which are not there", o)
	}
	return nil
}

func (c *checker) seatsAt(o mission.Ordinal) (*mission.Seats, error) {
	raw := c.v.get(seatsBucket, ordinalKey(o))
	if raw == nil {
		return nil, errors.New("waits for a mission that is gone")
	}
	return decodeSeats(o, raw)
}

// place checks a place in a list, and counts it in the sums of its mission.
func (c *checker) place(key, value []byte) error {
	w, err := decodeWaiting(key[1:], value)
	if err != nil {
		return err
	}
	if w.JoinedSeq > c.meta.seq {
		return fmt.Errorf("was joined by seq %d, and the state is at %d", w.JoinedSeq, c.meta.seq)
	}
	if err := c.need(peopleBucket, w.personKey()); err != nil {
		return err
	}
	if err := c.need(waitingBucket, headKey(w.Ordinal)); err != nil {
		return err
	}
	s, err := c.seatsAt(w.Ordinal)
	if err != nil {
		return err
	}
	pool, ok := poolOfList(s, w.Slot)
	if !ok {
		return fmt.Errorf("waits for slot %q, which its mission lacks", w.Slot)
	}
	c.sumsOf(s)[pool].Waiting++
	c.Waiting++
	return nil
}

// leadsToPlace checks that an entry of people belongs to a place in a list of
// that person. below is the entry's end.
func (c *checker) leadsToPlace(volunteer string, below []byte) error {
	w, err := decodeWaiting(below, c.v.get(waitingBucket, append([]byte{waitList}, below...)))
	if err == nil && w.Volunteer != volunteer {
		err = errors.New("leads to a waiting list's place of somebody else")
	}
	return err
}
