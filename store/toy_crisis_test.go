package store_test

import (
	"slices"

	"renfort/mission"
)

// recall releases seats and drops places one by one, and pauses an open mission
// where it takes seats.
func (t *toy) recall(c mission.Recall) want {
	m := t.missions[c.Mission]
	if m == nil {
		return no(mission.NotFound)
	}
	for _, s := range c.Slots {
		if !m.has(s) {
			return no(mission.Invalid)
		}
	}
	changed := false
	if (slices.Contains(c.To, mission.Held) || slices.Contains(c.To, mission.Confirmed)) && m.state == mission.StateOpen {
		m.restate(mission.StatePaused)
		changed, m.looked, m.version = true, true, t.seq+1
	}
	named := func(slot string) bool { return len(c.Slots) == 0 || slices.Contains(c.Slots, slot) }
	for _, h := range t.holds {
		over := h.state == mission.Confirmed && (h.answer == mission.AnswerAttended || m.ends != 0 && m.ends < t.now)
		if h.of == m && slices.Contains(c.To, h.state) && !h.late(t.now) && !over && (len(c.Slots) == 0 || slices.ContainsFunc(h.slots, named)) {
			t.finish(h, mission.Released)
			changed = true
		}
	}
	if slices.Contains(c.To, mission.RecallWaiting) {
		gone := t.dropWaits(func(w *toyWait) bool { return w.of == m && named(w.slot) })
		changed = changed || gone
	}
	return want{outcome: mission.Updated, taken: t.taken(m), changed: true}.unless(!changed)
}

// setOutbound pauses offers, or notes on a resume which missions owe some.
func (t *toy) setOutbound(c mission.SetOutbound) want {
	if t.outbound == c.Paused {
		return want{outcome: mission.Unchanged}
	}
	t.outbound = c.Paused
	for _, m := range t.missions {
		if !c.Paused && m.state == mission.StateOpen && !t.suspended[m.org] && t.owing(m) {
			m.owed = t.now
		}
	}
	return want{outcome: mission.Updated, changed: true}
}

// owing says whether a seat is free in a pool for which somebody waits.
func (t *toy) owing(m *toyMission) bool {
	for name, p := range m.pools {
		if t.waitingFor(m, name, always) > 0 && (p.total == mission.SeatsUnknown || t.takenIn(m, name) < p.total) {
			return true
		}
	}
	return false
}
