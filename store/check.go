package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"renfort/mission"
)

// Check walks everything in dir's data file and changes no byte of it (after a
// crash it looks at a copy that has taken what its journal has): that
// pages hang together, every record can be read, pools fit and are the sum of
// the live holds, every index entry has its record and every record its
// entries, ordinals are unique, what is due is what a Tick will find, the log
// has no gap and the hash is the one stored. A damaged file is a Report with
// problems; an error means that nothing could be checked: it is not there,
// in use (ErrInUse) or newer (ErrNewer).
func Check(dir string) (report Report, err error) {
	path := filepath.Join(dir, FileName)
	info, err := os.Stat(path)
	if err != nil {
		return Report{}, fmt.Errorf("store: %w", err)
	}
	report.FileBytes = info.Size()
	path, forget, err := settled(path)
	defer forget()
	if errors.Is(err, ErrDamaged) {
		report.problem("%s", err)
		return report, nil
	}
	if err != nil {
		return Report{}, err
	}
	db, err := openReadOnly(path)
	if errors.Is(err, ErrDamaged) {
		report.problem("%s", err)
		return report, nil
	}
	if err != nil {
		return Report{}, err
	}
	defer db.Close()
	return report, db.View(func(tx *bbolt.Tx) error {
		err := checkFormat(tx)
		if err == nil {
			checkAll(tx, &report)
		}
		if errors.Is(err, ErrDamaged) {
			report.problem("%s", err)
			return nil
		}
		return err
	})
}

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) == ProblemsMax {
		r.More++
		return
	}
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// checker is one Check under way.
type checker struct {
	*Report
	v    snapshot
	b    buckets
	meta meta
	hash uint64
	sums map[mission.Ordinal][]mission.Pool // held and confirmed by the live holds, waiting by the lists

	asked     map[mission.ID]*mission.WaveCounts // by the asks of each wave
	delivered map[mission.ID]uint64              // recorded deliveries of each webhook
}

func checkAll(tx *bbolt.Tx, report *Report) {
	c := &checker{Report: report, v: snapshot{tx}, sums: map[mission.Ordinal][]mission.Pool{}}
	// A record that cannot be, which the walk below did not foresee, is a
	// problem of the file and not of whoever checks it.
	defer func() {
		if r := recover(); r != nil {
			report.problem("the check could not go on: %v", r)
		}
	}()
	for err := range tx.Check() {
		report.problem("bbolt: %s", err)
	}
	var ok bool
	if c.b, ok = bucketsOf(tx); !ok {
		report.problem("a bucket is missing")
		return
	}
	if _, err := readCommitted(tx); err != nil {
		report.problem("%s", err)
		return
	}
	c.meta, _ = decodeMeta(c.v.get(metaBucket, stateKey)) // readCommitted has read it
	c.Seq, c.Now, c.Hash = c.meta.seq, c.meta.now, c.meta.hash
	c.records()
	c.indexes()
	c.log()
	if c.hash != c.meta.hash {
		report.problem("the records hash to %016x, and the state says %016x", c.hash, c.meta.hash)
	}
}

// each visits the entries of a bucket, adding records to the hash.
func (c *checker) each(b bucketID, visit func(key, value []byte) error) {
	if c.b[b] == nil {
		return // the file's format did not have it yet
	}
	cur := c.b[b].Cursor()
	for k, v := cur.First(); k != nil; k, v = cur.Next() {
		if hashed(b, k) {
			c.hash += recordHash(b, k, v)
		}
		if err := visit(k, v); err != nil {
			c.problem("%s %q: %s", bucketNames[b], k, err)
		}
	}
}

// has says whether an index has an entry.
func (c *checker) has(b bucketID, key []byte) bool {
	k, _ := c.b[b].Cursor().Seek(key)
	return bytes.Equal(k, key)
}

func (c *checker) need(b bucketID, key []byte) error {
	if !c.has(b, key) {
		return fmt.Errorf("its entry %q in %s is missing", key, bucketNames[b])
	}
	return nil
}

// records reads every record, and looks for the entries that lead to it.
func (c *checker) records() {
	c.each(holdsBucket, c.hold) // before the seats, which are compared with their sums
	c.each(waitingBucket, c.waiting)
	c.each(wavesBucket, c.waveKeys)
	c.each(webhooksBucket, c.webhookKeys)
	c.each(missionsBucket, c.mission)
	c.each(seatsBucket, c.seats)
	c.each(volunteersBucket, c.volunteer)
	c.each(organizationsBucket, func(key, value []byte) error {
		c.Organizations++
		o, err := decodeOrganization(value)
		if err == nil {
			_, err = o.noun(string(key))
		}
		return err
	})
	c.each(tombstonesBucket, func(key, value []byte) error {
		t, err := decodeTombstone(value)
		if err != nil {
			return err
		}
		return c.need(dueBucket, dueKey(nil, dueTombstone, t.end, key))
	})
	c.each(keysBucket, c.key)
	c.each(crisesBucket, c.crisis)
	c.each(alertsBucket, c.alert)
	c.objects()
	nothing := func(_, _ []byte) error { return nil } // readCommitted has read them
	c.each(policiesBucket, nothing)
	c.each(taxonomyBucket, nothing)
}

func (c *checker) hold(key, value []byte) error {
	h, err := decodeHold(string(key), value)
	if err != nil {
		return err
	}
	c.Holds++
	entries, n := h.entries(nil)
	for _, e := range entries[:n] {
		if err := c.need(e.bucket, e.key); err != nil {
			return err
		}
	}
	if h.ChangedSeq > c.meta.seq {
		return fmt.Errorf("was changed by seq %d, and the state is at %d", h.ChangedSeq, c.meta.seq)
	}
	if h.State == mission.Held && h.due != h.Expires {
		return fmt.Errorf("ends at %d and is due at %d", h.Expires, h.due)
	}
	if !h.Live() {
		return nil
	}
	c.LiveHolds++
	return c.add(h)
}

// add counts a live hold in the sums of its mission.
func (c *checker) add(h *holdRecord) error {
	raw := c.v.get(seatsBucket, ordinalKey(h.Ordinal))
	if raw == nil {
		return errors.New("is live, and its mission is gone")
	}
	s, err := decodeSeats(h.Ordinal, raw)
	if err != nil {
		return err
	}
	for _, id := range h.Slots {
		if _, ok := slotOf(s, id); !ok {
			return fmt.Errorf("has a seat in slot %q, which its mission lacks", id)
		}
	}
	sums := c.sumsOf(s)
	for _, i := range poolsOf(s, &h.Hold) {
		if h.State == mission.Held {
			sums[i].Held++
		} else {
			sums[i].Confirmed++
		}
	}
	return nil
}

// sumsOf gives what is counted so far in a mission's pools.
func (c *checker) sumsOf(s *mission.Seats) []mission.Pool {
	sums := c.sums[s.Ordinal]
	if sums == nil {
		sums = make([]mission.Pool, len(s.Pools))
		c.sums[s.Ordinal] = sums
	}
	return sums
}

func (c *checker) mission(key, value []byte) error {
	c.Missions++
	o := readOrdinal(key)
	rec, err := decodeMission(value)
	if err != nil {
		return err
	}
	if _, err := (&MissionView{ID: rec.id, JSON: rec.json}).Mission(); err != nil {
		return err
	}
	if uint64(o) >= c.meta.nextMission {
		return fmt.Errorf("has an ordinal from %d on, which were not given yet", c.meta.nextMission)
	}
	if !bytes.Equal(c.v.get(missionIDsBucket, []byte(rec.id)), key) {
		return fmt.Errorf("is not what mission id %q leads to", rec.id)
	}
	if c.v.get(seatsBucket, key) == nil {
		return errors.New("has no seats record")
	}
	if w := rec.withdrawn.ends; w != 0 {
		return c.need(dueBucket, withdrawnEntry(o, w))
	}
	return nil
}

// seats checks a mission's seats, or the entry of one of its holds.
func (c *checker) seats(key, value []byte) error {
	if len(key) != 4 {
		_, _, id, ok := seatsEntry(key)
		if !ok {
			return errors.New("is no key of ours")
		}
		return c.leads(seatsBucket, key, id)
	}
	o := readOrdinal(key)
	s, err := decodeSeats(o, value)
	if err != nil {
		return err
	}
	if !c.has(missionsBucket, key) {
		return errors.New("has no mission")
	}
	sums := c.sums[o]
	for i, p := range s.Pools {
		if err := p.Fits(); err != nil {
			return fmt.Errorf("pool %d: %w", i, err)
		}
		var sum mission.Pool
		if sums != nil {
			sum = sums[i]
		}
		if p.Held != sum.Held || p.Confirmed != sum.Confirmed || p.Waiting != sum.Waiting {
			return fmt.Errorf("pool %d has %d held, %d confirmed and %d waiting, and those that are there are %d, %d and %d",
				i, p.Held, p.Confirmed, p.Waiting, sum.Held, sum.Confirmed, sum.Waiting)
		}
	}
	return nil
}

// leads checks that an index entry belongs to a hold that has it.
func (c *checker) leads(b bucketID, key []byte, id mission.ID) error {
	h, err := c.v.hold(id)
	if err != nil {
		return err
	}
	if h == nil {
		return fmt.Errorf("leads to hold %q, which does not exist", id)
	}
	entries, n := h.entries(nil)
	if !hasEntry(entries[:n], entry{b, key}) {
		return fmt.Errorf("leads to hold %q, which belongs elsewhere", id)
	}
	return nil
}
