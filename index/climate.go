package index

import (
	"slices"

	"renfort/mission"
)

// MinuteSeconds is the step of the clock by which urgency is told: what it
// moves by in less is not worth standing everybody anew.
const MinuteSeconds = 60

// Climate is what the standing of every mission shares: taken at the first
// Tick of a minute, from the state at that Tick. It is immutable.
type Climate struct {
	Minute     int64     // Unix seconds, a multiple of MinuteSeconds
	Fills      []int64   // Fills[k]: seats taken in market k over the window
	Days       []float64 // Days[k]: mission-days of market k in the window
	MedianFill float64   // share of seats taken, median of what can be had here
	Crises     *Crises   // at every moment, not at the Tick alone
}

// Exposure gives for how many days of the window a mission created then could
// be filled.
func (c *Climate) Exposure(created int64) float64 {
	return min(max(float64(c.Minute-created)/86400, 0), mission.FillDays)
}

// Market gives the fills and mission-days of a market, nothing for a new one.
func (c *Climate) Market(k uint32) (fills int64, days float64) {
	if int(k) >= len(c.Fills) {
		return 0, 0
	}
	return c.Fills[k], c.Days[k]
}

// Standing gives what a mission brings to any score: urgency, quality and
// congestion, each to its weight. It is positive; whether the mission can be
// had is not its business.
type Standing func(p *mission.Policy, c *Climate, m *Mission, l *Live, o *Org) float64

// takeClimate looks at all missions at a minute.
func (x *Index) takeClimate(minute int64) *Climate {
	n := len(x.markets) + 1
	c := &Climate{Minute: minute, Fills: make([]int64, n), Days: make([]float64, n), Crises: x.climate.Crises}
	var fills []float64
	day := minute / 86400
	for o := range x.rows {
		m := x.missions.at(o)
		if !m.Has(Exists) {
			continue
		}
		l := x.live.edit(o)
		l.Fills = 0
		if f := x.counts[o]; f != nil {
			l.Fills = uint32(f.Since(day))
		}
		c.Fills[m.Market] += int64(l.Fills)
		c.Days[m.Market] += c.Exposure(l.Created)
		if m.Has(Here) && l.Open && l.Known() && l.Free > 0 {
			fills = append(fills, l.Fill())
		}
	}
	if len(fills) > 0 {
		slices.Sort(fills)
		c.MedianFill = fills[len(fills)/2]
	}
	return c
}
