package store

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"renfort/mission"
)

// liveWave is a wave while a command works on it.
type liveWave struct {
	mission.Wave
	rec *waveRecord
	raw []byte // what the file has, nil for a new one
}

// wave gives a wave that exists.
func (r *reducer) wave(id mission.ID) (*liveWave, error) {
	raw := r.get(wavesBucket, waveKey(id))
	if raw == nil {
		return nil, mission.Errorf(mission.NotFound, "no wave %q", id)
	}
	rec, err := decodeWave(raw)
	must(err)
	w := &liveWave{rec: rec, raw: raw}
	must(json.Unmarshal(rec.json, &w.Wave))
	return w, nil
}

// putWave writes a wave whose definition may have changed.
func (r *reducer) putWave(w *liveWave) {
	text, err := mission.Encode(&w.Wave)
	must(err)
	w.rec.json = text
	r.putCounts(w)
}

// putCounts writes a wave of which only the counts changed.
func (r *reducer) putCounts(w *liveWave) {
	value := r.keep(appendWave(r.room(len(w.rec.json)+64), w.rec))
	r.put(wavesBucket, waveKey(w.ID), w.raw, value)
	w.raw = value
}

// emitWave tells of a wave as it is after the command.
func (r *reducer) emitWave(kind mission.ChangeKind, w *liveWave) {
	wave := w.Wave
	r.emit(mission.Change{Kind: kind, Wave: &wave})
}

// openWave begins a wave for missions that take people and have seats left.
func (r *reducer) openWave(c mission.OpenWave) (mission.Result, error) {
	if r.get(wavesBucket, waveKey(c.Wave.ID)) != nil {
		return mission.Result{}, mission.Errorf(mission.Conflict, "wave %q exists already", c.Wave.ID)
	}
	w := &liveWave{Wave: *c.Wave, rec: &waveRecord{}}
	w.State, w.Opened, w.Ended = mission.WaveRunning, r.meta.now, 0
	w.Targets = slices.Clone(w.Targets)
	if c, _, _ := r.crisis(w.Crisis); w.Crisis != "" && c == nil {
		return mission.Result{}, mission.Errorf(mission.NotFound, "no crisis %q", w.Crisis)
	}
	for i := range w.Targets {
		if err := r.aim(&w.Wave, &w.Targets[i]); err != nil {
			return mission.Result{}, atTarget(err, i)
		}
	}
	r.putWave(w)
	for i := range w.Targets {
		r.put(wavesBucket, ofMissionKey(w.Targets[i].Ordinal, w.ID), nil, nil)
	}
	r.emitWave(mission.WaveOpened, w)
	return mission.Result{Outcome: mission.Created, Version: r.seq()}, nil
}

// aim checks a target and gives it its ordinal.
func (r *reducer) aim(w *mission.Wave, t *mission.Target) error {
	g, err := r.decideHold(mission.HoldSeat{Mission: t.Mission, Slots: t.Slots})
	if err != nil {
		return err
	}
	t.Ordinal, t.Closed = g.seats.Ordinal, false
	if w.Publisher != "" {
		rec, err := decodeMission(r.get(missionsBucket, ordinalKey(t.Ordinal)))
		must(err)
		if rec.publisher != w.Publisher {
			return mission.Errorf(mission.NotFound, "no mission %q", t.Mission)
		}
	}
	for _, i := range g.pools {
		if p := g.seats.Pools[i]; p.Total == mission.SeatsUnknown && t.Seats == 0 {
			return invalid("/seats", "is required: nobody knows how many seats the mission has")
		} else if p.Free() == 0 {
			return mission.Errorf(mission.Full, "mission %q has no seat left%s", t.Mission, inSlot(g.seats, i))
		}
	}
	return nil
}

// atTarget says which target is wrong.
func atTarget(err error, i int) error {
	e := *mission.AsError(err)
	if e.Kind == mission.Invalid {
		return invalid(fmt.Sprintf("/targets/%d%s", i, e.Fields[0].Pointer), e.Fields[0].Detail)
	}
	e.Detail = fmt.Sprintf("target %d: %s", i, e.Detail)
	return &e
}

// setWave turns the dial or changes the state of a wave that is not over.
func (r *reducer) setWave(c mission.SetWave) (mission.Result, error) {
	w, err := r.wave(c.Wave)
	if err != nil {
		return mission.Result{}, err
	}
	if (c.Dial == "" || c.Dial == w.Dial) && (c.State == "" || c.State == w.State) {
		return mission.Result{Outcome: mission.Unchanged}, nil
	}
	if w.Over() {
		return mission.Result{}, mission.Errorf(mission.AlreadyResolved, "wave %q is %s", w.ID, w.State)
	}
	if c.Dial != "" {
		w.Dial = c.Dial
	}
	kind := mission.WaveChanged
	if c.State != "" {
		w.State = c.State
	}
	if w.Over() {
		r.endWave(w)
		if w.State == mission.WaveFull {
			kind = mission.WaveFilled
		}
	}
	r.putWave(w)
	r.emitWave(kind, w)
	return mission.Result{Outcome: mission.Updated, Version: r.seq()}, nil
}

// endWave takes a wave out of what leads to it, and says when it is forgotten.
func (r *reducer) endWave(w *liveWave) {
	w.Ended = r.meta.now
	w.rec.due = r.meta.now + mission.ForgetDays*secondsPerDay
	r.put(dueBucket, dueKey(nil, dueWave, w.rec.due, []byte(w.ID)), nil, nil)
	for i := range w.Targets {
		r.remove(wavesBucket, ofMissionKey(w.Targets[i].Ordinal, w.ID), nil)
	}
}

// forgetMost is how many asks of an old wave one Tick forgets.
const forgetMost = 256

// forgetWave removes a wave that is long over, over several Ticks if it asked
// many: the entry that leads here goes last.
func (r *reducer) forgetWave(id mission.ID) {
	w, err := r.wave(id)
	must(err)
	asks, more := r.asksOf(id, forgetMost, func(*mission.Ask) bool { return true })
	for _, a := range asks {
		r.remove(wavesBucket, askKey(id, a.Volunteer), r.get(wavesBucket, askKey(id, a.Volunteer)))
		r.remove(peopleBucket, askedKey(a.Volunteer, id), nil)
	}
	if !more {
		r.remove(wavesBucket, waveKey(id), w.raw)
		r.remove(dueBucket, dueKey(nil, dueWave, w.rec.due, []byte(id)), nil)
	}
}

// asksOf gives the asks of a wave that want says yes to, at most so many; more
// says that there are others.
func (r *reducer) asksOf(id mission.ID, most int, want func(*mission.Ask) bool) (asks []*mission.Ask, more bool) {
	prefix := asksPrefix(id)
	r.under(wavesBucket, prefix, func(key, value []byte) bool {
		a, err := decodeAsk(id, string(bytes.Clone(key[len(prefix):])), value)
		must(err)
		switch {
		case !want(a):
		case len(asks) == most:
			more = true
		default:
			asks = append(asks, a)
		}
		return !more
	})
	return asks, more
}

// recallAsked sends home those who were asked for a mission, in some of its
// slots if they are named, and are silent; the waves ask nobody else for it.
// At most so many people; more says that there are others.
func (r *reducer) recallAsked(o mission.Ordinal, c *mission.Recall, most int) (n int, more bool) {
	var waves []mission.ID
	prefix := ofMissionKey(o, "")
	r.under(wavesBucket, prefix, func(key, _ []byte) bool {
		waves = append(waves, string(key[len(prefix):]))
		return true
	})
	for _, id := range waves {
		w, err := r.wave(id)
		must(err)
		concerned := func(some []string) bool {
			return len(c.Slots) == 0 || len(some) == 0 || slices.ContainsFunc(some, func(s string) bool { return slices.Contains(c.Slots, s) })
		}
		asks, others := r.asksOf(id, most-n, func(a *mission.Ask) bool { return a.Silent() && a.Ordinal == o && concerned(a.Slots) })
		closed := false
		for i := range w.Targets {
			if t := &w.Targets[i]; t.Ordinal == o && !t.Closed && concerned(t.Slots) {
				t.Closed, closed = true, true
			}
		}
		if closed {
			r.putWave(w)
			r.emitWave(mission.WaveChanged, w)
		}
		for _, a := range asks {
			r.standDownOne(w, a, "", c.Why, mission.SeatRecalled)
			r.changes[len(r.changes)-1].Next = c.Next
		}
		if len(asks) > 0 {
			r.putCounts(w)
		}
		n, more = n+len(asks), more || others
	}
	return n, more
}

// crisisOn says whether a crisis runs, in which those who consented may be
// asked more often.
func (r *reducer) crisisOn(id mission.ID) bool {
	c, _, _ := r.crisis(id)
	return c != nil && c.RunsAt(r.meta.now)
}
