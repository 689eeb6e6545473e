package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// waveKeys checks an entry of the waves bucket. Asks come before their waves,
// so that sums are there.
func (c *checker) waveKeys(key, value []byte) error {
	switch key[0] {
	case waveAsks:
		return c.ask(key, value)
	case waveLaws:
		_, err := decodeLaw(value)
		return err
	case wavesOfMission:
		if len(key) < 6 {
			return errors.New("is no key of ours")
		}
		w, err := c.waveAt(string(key[5:]))
		if err == nil && (w.Over() || !aims(w, readOrdinal(key[1:5]))) {
			err = errors.New("leads to a wave that is over, or for other missions")
		}
		return err
	case waveRecords:
		return c.wave(string(key[1:]), value)
	}
	return errors.New("is no key of ours")
}

func aims(w *mission.Wave, o mission.Ordinal) bool {
	for _, t := range w.Targets {
		if t.Ordinal == o {
			return true
		}
	}
	return false
}

func (c *checker) waveAt(id mission.ID) (*mission.Wave, error) {
	rec, err := decodeWave(c.v.get(wavesBucket, waveKey(id)))
	if err != nil {
		return nil, fmt.Errorf("its wave %q: %w", id, err)
	}
	w := new(mission.Wave)
	return w, json.Unmarshal(rec.json, w)
}

func (c *checker) ask(key, value []byte) error {
	at := bytes.IndexByte(key, 0)
	if at < 0 {
		return errors.New("is no key of ours")
	}
	wave, volunteer := string(key[1:at]), string(key[at+1:])
	a, err := decodeAsk(wave, volunteer, value)
	if err != nil {
		return err
	}
	if c.asked == nil {
		c.asked = map[mission.ID]*mission.WaveCounts{}
	}
	if c.asked[wave] == nil {
		c.asked[wave] = new(mission.WaveCounts)
	}
	c.asked[wave].Count(a, 1)
	if _, err := c.waveAt(wave); err != nil {
		return err
	}
	return c.need(peopleBucket, askedKey(volunteer, wave))
}

// wave compares a wave's counts with the sum of its asks.
func (c *checker) wave(id mission.ID, value []byte) error {
	rec, err := decodeWave(value)
	if err != nil {
		return err
	}
	w, err := c.waveAt(id)
	if err != nil {
		return err
	}
	sum := mission.WaveCounts{}
	if c.asked[id] != nil {
		sum = *c.asked[id]
	}
	if rec.due != 0 && rec.due <= c.meta.now {
		return nil // it is being forgotten
	}
	sum.Asked, sum.Erased = sum.Asked+rec.counts.Erased, rec.counts.Erased
	if sum != rec.counts {
		return fmt.Errorf("counts %+v, and its asks are %+v", rec.counts, sum)
	}
	if !w.Over() {
		for _, t := range w.Targets {
			if err := c.need(wavesBucket, ofMissionKey(t.Ordinal, id)); err != nil {
				return err
			}
		}
		return nil
	}
	return c.need(dueBucket, dueKey(nil, dueWave, rec.due, []byte(id)))
}

// asksOf checks somebody's record of asks and alerts.
func (c *checker) asksOf(key, value []byte) error {
	a, err := decodeAsks(value)
	if err != nil {
		return err
	}
	if len(a.all) > mission.AsksKept || len(a.all) == 0 && !a.stopped || (a.due == 0) != (len(a.all) == 0) {
		return fmt.Errorf("has %d entries, is due at %d", len(a.all), a.due)
	}
	if !c.has(peopleBucket, key[:len(key)-2]) {
		return errors.New("is of somebody without a record")
	}
	if a.due == 0 {
		return nil
	}
	return c.need(dueBucket, dueKey(nil, dueAsks, a.due, key))
}

// leadsToWave checks that what is due belongs to a wave that ends then.
func (c *checker) leadsToWave(id mission.ID, at int64) error {
	rec, err := decodeWave(c.v.get(wavesBucket, waveKey(id)))
	if err != nil || rec.due != at {
		return errors.New("leads to no wave that is forgotten then")
	}
	return nil
}
