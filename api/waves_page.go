package api

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"renfort/engine"
	"renfort/mission"
)

// appendWave appends the members of a wave with its targets and its curve.
func appendWave(b []byte, p *engine.WaveProgress) []byte {
	b = appendWaveFields(b, &p.Wave, &p.Counts)
	b = appendHope(append(b, `,"expected":`...), p.Expected)
	b = append(b, `,"targets":[`...)
	for i := range p.Targets {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTarget(b, &p.Targets[i])
	}
	b = append(b, `],"fill":[`...)
	for i, f := range p.Fill {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"s":`...), f.Seconds, 10)
		b = strconv.AppendInt(append(b, `,"asked":`...), int64(f.Asked), 10)
		b = append(strconv.AppendInt(append(b, `,"accepted":`...), int64(f.Accepted), 10), '}')
	}
	return append(b, ']')
}

// appendHope appends an expected number, to a tenth.
func appendHope(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'f', 1, 64) }

// appendWaveFields appends what a wave is and what became of its asks.
func appendWaveFields(b []byte, w *mission.Wave, n *mission.WaveCounts) []byte {
	b = appendString(append(b, `"wave":`...), w.ID)
	b = appendString(append(b, `,"state":`...), w.State)
	b = appendString(append(b, `,"dial":`...), w.Dial)
	b = appendStringOrNull(append(b, `,"crisis":`...), w.Crisis)
	b = appendTime(append(b, `,"opened_at":`...), w.Opened)
	b = append(b, `,"ended_at":`...)
	if w.Ended != 0 {
		b = appendTime(b, w.Ended)
	} else {
		b = append(b, "null"...)
	}
	for _, c := range []struct {
		name  string
		value int
	}{{"asked", n.Asked}, {"delivered", n.Delivered}, {"failed", n.Failed}, {"accepted", n.Accepted}, {"turned_away", n.TurnedAway},
		{"declined", n.Declined}, {"stood_down", n.StoodDown}, {"silent", n.Silent}, {"erased", n.Erased}} {
		b = append(appendString(append(b, ','), c.name), ':')
		b = strconv.AppendInt(b, int64(c.value), 10)
	}
	return b
}

func appendTarget(b []byte, t *engine.TargetProgress) []byte {
	b = appendString(append(b, `{"mission":`...), t.Mission)
	b = appendStrings(append(b, `,"slots":`...), t.Slots)
	b = append(b, `,"seats":`...)
	if t.Seats > 0 {
		b = strconv.AppendInt(b, int64(t.Seats), 10)
	} else {
		b = append(b, "null"...)
	}
	b = strconv.AppendInt(append(b, `,"needed":`...), int64(t.Needed), 10)
	b = strconv.AppendInt(append(b, `,"asked":`...), int64(t.Asked), 10)
	b = strconv.AppendInt(append(b, `,"accepted":`...), int64(t.Accepted), 10)
	b = appendHope(append(b, `,"expected":`...), t.Expected)
	return append(strconv.AppendBool(append(b, `,"closed":`...), t.Closed), '}')
}

// walkAsks answers GET /v1/waves/{id}/asks: who was asked, and why it was they.
func (c *call) walkAsks() error {
	limit, err := c.whole("limit", 1, mission.WalkMax, mission.WalkDefault)
	if err != nil {
		return err
	}
	if err := c.seesWave(c.id[0]); err != nil {
		return err
	}
	walk := walkOf("asks", c.id[0])
	after, err := decodeCursor(walk, c.text("cursor"))
	if err != nil {
		return err
	}
	if _, err := c.s.engine.Store().Wave(c.id[0]); err != nil {
		return err
	}
	page, err := c.s.engine.Store().Asks(c.id[0], after, limit)
	if err != nil {
		return err
	}
	c.private()
	c.out = appendAsks(append(c.out, `{"asks":`...), page)
	next := ""
	if len(page) == limit {
		next = page[limit-1].Volunteer
	}
	c.out = c.appendWalkEnd(c.out, walk, next)
	return nil
}

// appendAsks appends a list of asks.
func appendAsks(b []byte, all []mission.Ask) []byte {
	b = append(b, '[')
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendAsk(b, &all[i])
	}
	return append(b, ']')
}

// appendAsk appends one ask with the factors by which the person was chosen.
func appendAsk(b []byte, a *mission.Ask) []byte {
	b = appendString(append(b, `{"volunteer":`...), a.Volunteer)
	b = appendString(append(b, `,"wave":`...), a.Wave)
	b = appendString(append(b, `,"mission":`...), a.Mission)
	b = appendString(append(b, `,"channel":`...), a.Channel)
	b = appendTime(append(b, `,"asked_at":`...), a.At)
	b = appendStringOrNull(append(b, `,"delivery":`...), a.Delivery)
	b = appendStringOrNull(append(b, `,"answer":`...), a.Answer)
	b = append(b, `,"answered_at":`...)
	if a.Answered != 0 {
		b = appendTime(b, a.Answered)
	} else {
		b = append(b, "null"...)
	}
	b = appendStringOrNull(append(b, `,"hold":`...), a.Hold)
	b = appendStringOrNull(append(b, `,"next":`...), a.Next)
	b = strconv.AppendFloat(append(b, `,"score":`...), float64(a.Score)/1e6, 'f', -1, 64)
	b = strconv.AppendFloat(append(b, `,"p_accept":`...), float64(a.PAccept)/1000, 'f', -1, 64)
	b = append(b, `,"distance_km":`...)
	if a.DistanceKm < 0 {
		return append(b, "null}"...)
	}
	return append(strconv.AppendInt(b, int64(a.DistanceKm), 10), '}')
}

// waves sends what waves have asked and been answered, by channel. A state that
// cannot be read sends nothing.
func (k *stateCollector) waves(send func(kind prometheus.ValueType, name, help string, v float64, labels ...string)) {
	send(prometheus.GaugeValue, "renfort_waves_open", "Waves that have something left to do.", float64(k.s.engine.OpenWaves()))
	laws, err := k.s.engine.Store().Laws()
	if err != nil {
		return
	}
	for channel, l := range laws {
		send(prometheus.CounterValue, "renfort_asked_total", "People asked by waves, by channel.", float64(l.Asked), "channel", channel)
		send(prometheus.CounterValue, "renfort_accepted_total", "Asks that were accepted, by channel.", float64(l.Accepted), "channel", channel)
		send(prometheus.CounterValue, "renfort_declined_total", "Asks that were declined, by channel.", float64(l.Declined), "channel", channel)
	}
}
