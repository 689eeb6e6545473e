package store

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// WaveView is a wave with what became of its asks.
type WaveView struct {
	mission.Wave
	Counts mission.WaveCounts
}

// Wave gives a wave; NotFound for one that does not exist or is forgotten.
func (s *Store) Wave(id mission.ID) (w *WaveView, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(wavesBucket, waveKey(id))
		if raw == nil {
			return notFound("wave", id)
		}
		w, err = readWave(raw)
		return err
	})
	return w, err
}

func readWave(raw []byte) (*WaveView, error) {
	rec, err := decodeWave(raw)
	if err != nil {
		return nil, fmt.Errorf("store: wave: %w", err)
	}
	w := &WaveView{Counts: rec.counts}
	if err := json.Unmarshal(rec.json, &w.Wave); err != nil {
		return nil, fmt.Errorf("store: wave: %w", err)
	}
	return w, nil
}

// Waves gives waves by id, those after after, at most limit (0: WalkMax).
func (s *Store) Waves(after mission.ID, limit int) (all []*WaveView, err error) {
	if limit == 0 {
		limit = mission.WalkMax
	}
	err = s.view(func(v snapshot) error {
		c := v.bucket(wavesBucket).Cursor()
		for key, raw := c.Seek(waveKey(after)); key != nil && key[0] == waveRecords && len(all) < limit; key, raw = c.Next() {
			if string(key[1:]) == after {
				continue
			}
			w, err := readWave(raw)
			if err != nil {
				return err
			}
			all = append(all, w)
		}
		return nil
	})
	return all, err
}

// Asks gives the asks of a wave by volunteer, those after after, at most limit
// (0: all). A wave that does not exist has none.
func (s *Store) Asks(wave, after mission.ID, limit int) (all []mission.Ask, err error) {
	err = s.view(func(v snapshot) error {
		prefix := asksPrefix(wave)
		c := v.bucket(wavesBucket).Cursor()
		for key, raw := c.Seek(askKey(wave, after)); key != nil && bytes.HasPrefix(key, prefix); key, raw = c.Next() {
			volunteer := string(key[len(prefix):])
			if limit != 0 && len(all) == limit {
				break
			}
			if volunteer == after {
				continue
			}
			a, err := decodeAsk(wave, volunteer, raw)
			if err != nil {
				return fmt.Errorf("store: ask: %w", err)
			}
			all = append(all, *a)
		}
		return nil
	})
	return all, err
}

// Ask gives what one person was asked by one wave; NotFound if they were not.
func (s *Store) Ask(wave, volunteer mission.ID) (a *mission.Ask, err error) {
	err = s.view(func(v snapshot) error {
		raw := v.get(wavesBucket, askKey(wave, volunteer))
		if raw == nil {
			return notFound("ask", volunteer)
		}
		a, err = decodeAsk(wave, volunteer, raw)
		return err
	})
	return a, err
}

// Laws gives what all waves have seen of each channel.
func (s *Store) Laws() (laws map[string]mission.LawCounts, err error) {
	laws = map[string]mission.LawCounts{}
	err = s.view(func(v snapshot) (err error) {
		under(v.bucket(wavesBucket), []byte{waveLaws}, func(key, raw []byte) bool {
			var l *mission.LawCounts
			if l, err = decodeLaw(raw); err == nil {
				laws[string(key[1:])] = *l
			}
			return err == nil
		})
		return err
	})
	return laws, err
}

// AsksOf gives what a person was asked by waves that are not forgotten.
func (s *Store) AsksOf(volunteer mission.ID) (all []mission.Ask, err error) {
	err = s.view(func(v snapshot) (err error) {
		all, err = v.asksOf(volunteer)
		return err
	})
	return all, err
}

func (v snapshot) asksOf(volunteer mission.ID) (all []mission.Ask, err error) {
	prefix := personPrefix(nil, volunteer, personAsked)
	under(v.bucket(peopleBucket), prefix, func(key, _ []byte) bool {
		wave := string(key[len(prefix):])
		var a *mission.Ask
		if a, err = decodeAsk(wave, volunteer, v.get(wavesBucket, askKey(wave, volunteer))); err == nil {
			all = append(all, *a)
		}
		return err == nil
	})
	return all, err
}
