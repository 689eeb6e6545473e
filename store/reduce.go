package store

import (
	"renfort/mission"
)

// prepared is a command with what can be worked out of it before the order:
// its record as JSON, its key's hash, its size.
type prepared struct {
	mission.Envelope
	json  []byte
	org   *mission.Organization // that a mission carries
	key   [16]byte              // hidden(Key), where Key is not ""
	bytes int                   // about, for the batch's bound
}

// apply applies one command. An error is always a *mission.Error, and then
// nothing was written.
func (r *reducer) apply(p *prepared) (mission.Result, error) {
	if p.Key != "" {
		if m := r.remembered(p.key); m != nil {
			return m.replay(p.Body)
		}
	}
	r.wrote, r.touched = false, r.touched[:0]
	first := len(r.changes)
	res, err := r.dispatch(p)
	if err != nil {
		if r.wrote || len(r.changes) != first {
			panic("store: " + p.Command.Name() + " was refused after it had written")
		}
		return mission.Result{}, err
	}
	r.tendLists(&res)
	r.tellFull(first)
	res.Seq = r.meta.seq
	if !r.wrote {
		return res, nil
	}
	if len(r.changes) == first {
		panic("store: " + p.Command.Name() + " wrote and did not say what")
	}
	if invariants {
		r.mustAddUp(r.changes[first:])
	}
	r.meta.seq++
	res.Seq = r.meta.seq
	r.log(r.changes[first:])
	if p.Key != "" {
		r.remember(p, res)
	}
	return res, nil
}

func (r *reducer) dispatch(p *prepared) (mission.Result, error) {
	switch c := p.Command.(type) {
	case mission.PutMission:
		return r.putMission(c, p)
	case mission.DeleteMission:
		return r.deleteMission(c)
	case mission.SetElsewhere:
		return r.setElsewhere(c)
	case mission.PutOrganization:
		return r.putOrganization(c, p.json)
	case mission.PutVolunteer:
		return r.putVolunteer(c, p.json)
	case mission.EraseVolunteer:
		return r.eraseVolunteer(c)
	case mission.PutPolicy:
		return r.putPolicy(c, p.json)
	case mission.PutTaxonomy:
		return r.putTaxonomy(c, p.json)
	case mission.GiveFeedback:
		return r.giveFeedback(c)
	case mission.Tick:
		return r.tick(c)
	}
	return r.dispatchAlert(p)
}

func (r *reducer) dispatchCrisis(c mission.Command) (mission.Result, error) {
	switch c := c.(type) {
	case mission.PutWebhook:
		return r.putWebhook(c)
	case mission.DeleteWebhook:
		return r.deleteWebhook(c)
	case mission.RecordDeliveries:
		return r.recordDeliveries(c)
	case mission.PutCrisis:
		return r.putCrisis(c)
	case mission.DeleteCrisis:
		return r.deleteCrisis(c)
	case mission.SetCrisis:
		return r.setCrisis(c)
	case mission.Recall:
		return r.recall(c)
	case mission.SetOutbound:
		return r.setOutbound(c)
	}
	return r.dispatchSeat(c)
}

func (r *reducer) dispatchSeat(c mission.Command) (mission.Result, error) {
	switch c := c.(type) {
	case mission.HoldSeat:
		return r.holdSeat(c)
	case mission.ConfirmSeat:
		return r.confirmSeat(c)
	case mission.ReleaseSeat:
		return r.releaseSeat(c)
	case mission.ExtendSeat:
		return r.extendSeat(c)
	case mission.AnswerSeat:
		return r.answerSeat(c)
	case mission.ImportSeat:
		return r.importSeat(c)
	case mission.JoinWaiting:
		return r.joinWaiting(c)
	case mission.LeaveWaiting:
		return r.leaveWaiting(c)
	}
	return r.dispatchWave(c)
}

func (r *reducer) dispatchWave(c mission.Command) (mission.Result, error) {
	switch c := c.(type) {
	case mission.OpenWave:
		return r.openWave(c)
	case mission.SetWave:
		return r.setWave(c)
	case mission.AskWave:
		return r.askWave(c)
	case mission.AnswerAsk:
		return r.answerAsk(c)
	case mission.DeliverAsks:
		return r.deliverAsks(c)
	case mission.StandDown:
		return r.standDown(c)
	}
	return mission.Result{}, mission.Errorf(mission.Unsupported, "the store knows no command %q", c.Name())
}

// log appends the changes of one command to the change log.
func (r *reducer) log(changes []mission.Change) {
	value := r.keep(appendLog(r.room(128*len(changes)), r.meta.now, changes))
	r.write(logBucket, seqKey(r.meta.seq), value)
	if r.meta.logOldest == 0 {
		r.meta.logOldest = r.meta.seq
	}
	r.meta.logEntries++
	r.meta.logBytes += uint64(len(value))
}

// remembered gives what a key answers, nil if it is not known or at its end.
func (r *reducer) remembered(key [16]byte) *remembered {
	raw := r.get(keysBucket, key[:])
	if raw == nil {
		return nil
	}
	m, err := decodeRemembered(raw)
	must(err)
	if m.end <= r.meta.now {
		return nil // swept by one of the next Ticks
	}
	return m
}

// replay answers a repeated command, if it is the same.
func (m *remembered) replay(body uint64) (mission.Result, error) {
	if m.body != body {
		return mission.Result{}, mission.Errorf(mission.IdempotencyMismatch,
			"this idempotency key was used before, with another body")
	}
	res := m.result
	res.Replayed = true
	return res, nil
}

// remember stores what a key answers from now on. Only what changed something
// is remembered: a refusal may be otherwise the next time.
func (r *reducer) remember(p *prepared, res mission.Result) {
	r.dropKey(p.key)
	m := &remembered{body: p.Body, end: r.meta.now + mission.KeyHours*3600, result: res}
	key := p.key[:]
	r.put(keysBucket, key, nil, r.keep(appendRemembered(r.room(256), m)))
	r.put(dueBucket, dueKey(nil, dueKeys, m.end, key), nil, nil)
	if v := m.volunteer(); v != "" {
		r.put(peopleBucket, append(personPrefix(nil, v, personKey), key...), nil, nil)
	}
}

// volunteer gives the person whom the result names, "" for none.
func (m *remembered) volunteer() mission.ID {
	switch {
	case m.result.Hold != nil:
		return m.result.Hold.Volunteer
	case m.result.Waiting != nil:
		return m.result.Waiting.Volunteer
	}
	return ""
}

// dropKey forgets what a key answers, if anything.
func (r *reducer) dropKey(key [16]byte) {
	raw := r.get(keysBucket, key[:])
	if raw == nil {
		return
	}
	m, err := decodeRemembered(raw)
	must(err)
	r.remove(keysBucket, key[:], raw)
	r.remove(dueBucket, dueKey(nil, dueKeys, m.end, key[:]), nil)
	if v := m.volunteer(); v != "" {
		r.remove(peopleBucket, append(personPrefix(nil, v, personKey), key[:]...), nil)
	}
}
