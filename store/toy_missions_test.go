package store_test

import (
	"fmt"
	"slices"
	"sort"

	"renfort/mission"
)

func (t *toy) putMission(c mission.PutMission) want {
	m := c.Mission
	old := t.missions[m.ID]
	revision := t.graves["m"+m.ID].revision
	if old != nil {
		revision = old.revision
	}
	back := old != nil && old.withdrawn != 0 && m.Revision == revision
	if m.Revision > 0 && m.Revision <= revision && !back {
		w := want{outcome: mission.Older}
		if old != nil {
			w.taken = t.taken(old)
		}
		return w
	}
	next := &toyMission{id: m.ID, org: m.OrganizationID(), state: m.State, booking: m.Booking, ends: m.Times.Ends, slots: m.Slots,
		pools: toyPools(m), revision: max(revision, m.Revision), raw: fmt.Sprintf("%v %v %v", rawOf(m), m.Times, m.Revision), last: c}
	if old != nil {
		if w, ok := t.recast(old, next, c); !ok {
			return w
		}
		if old.raw == next.raw && old.withdrawn == 0 && samePools(old, next) && !(m.State == mission.StateCancelled && t.anyLive(old)) {
			return want{outcome: mission.Unchanged, taken: t.taken(old)}
		}
		t.move(old, next)
		next.ordinal = old.ordinal
	} else {
		t.ordinals++
		next.ordinal = t.ordinals
		if n, ok := elsewhereOf(c, 0); ok {
			next.pools[""].elsewhere = n
		}
	}
	next.looked = true
	delete(t.graves, "m"+m.ID)
	t.missions[m.ID] = next
	next.version = t.seq + 1
	return want{outcome: outcome(old != nil), taken: t.taken(next), changed: true}
}

func rawOf(m *mission.Mission) string {
	s := fmt.Sprintf("%s %s %s %s", m.ID, m.State, m.Booking, m.OrganizationID())
	if m.Seats != nil {
		s += fmt.Sprintf(" seats %d", *m.Seats)
	}
	for _, slot := range m.Slots {
		s += " " + slot.ID
		if slot.Seats != nil {
			s += fmt.Sprint(":", *slot.Seats)
		}
	}
	return s
}

func toyPools(m *mission.Mission) map[string]*toyPool {
	pools, own, shared := map[string]*toyPool{}, 0, len(m.Slots) == 0
	for _, s := range m.Slots {
		if s.Seats == nil {
			shared = true
			continue
		}
		own += *s.Seats
		pools[s.ID] = &toyPool{total: *s.Seats}
	}
	if shared {
		pools[""] = &toyPool{total: mission.SeatsUnknown}
		if m.Seats != nil {
			pools[""].total = *m.Seats - own
		}
	}
	return pools
}

func samePools(a, b *toyMission) bool {
	if len(a.pools) != len(b.pools) {
		return false
	}
	for k, p := range a.pools {
		if q := b.pools[k]; q == nil || *p != *q {
			return false
		}
	}
	return true
}

func (t *toy) anyLive(m *toyMission) bool {
	for _, h := range t.holds {
		if h.of == m && h.live() {
			return true
		}
	}
	return false
}

// grouping names which slots share a pool, in order.
func (m *toyMission) grouping() (g []string) {
	for _, s := range m.slots {
		g = append(g, s.ID+"@"+m.poolOf(s.ID))
	}
	if len(m.slots) == 1 {
		return []string{m.slots[0].ID} // alone in its pool either way
	}
	return g
}

// recast works out the totals of a mission that is written anew, or refuses.
func (t *toy) recast(old, next *toyMission, c mission.PutMission) (want, bool) {
	leaving := next.state == mission.StateCancelled
	for name, p := range old.pools {
		if p.elsewhere == 0 {
			continue
		}
		heir, ok := "", next.pools[""] != nil
		if len(old.slots) > 0 {
			ok = false
			for _, s := range old.slots {
				if old.poolOf(s.ID) == name && next.has(s.ID) {
					heir, ok = next.poolOf(s.ID), true
					break
				}
			}
		}
		if !ok {
			return no(mission.Conflict), false
		}
		next.pools[heir].elsewhere += p.elsewhere
	}
	counts, confirmed := map[string]int{}, 0
	for _, h := range t.holds {
		if h.of != old || !h.live() || leaving {
			continue
		}
		if len(h.slots) == 0 && !(slices.Equal(old.grouping(), next.grouping()) || next.pools[""] != nil) {
			return no(mission.Conflict), false
		}
		for _, s := range h.slots {
			if !next.has(s) {
				return no(mission.Conflict), false
			}
		}
		for _, p := range next.poolsOf(h.slots) {
			counts[p]++
			if h.state == mission.Confirmed {
				confirmed++
			}
		}
	}
	n, told := elsewhereOf(c, confirmed)
	if told {
		next.pools[""].elsewhere = n
	}
	return t.fit(old, next, counts, c.KeepTaken, told)
}

func (t *toy) fit(old, next *toyMission, counts map[string]int, keep, told bool) (want, bool) {
	same := slices.Equal(old.grouping(), next.grouping())
	names := make([]string, 0, len(next.pools))
	for name := range next.pools {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		p := next.pools[name]
		least := p.elsewhere + counts[name]
		if told {
			least = counts[name]
		}
		if same {
			was := old.pools[name]
			if was == nil { // one slot, once with seats of its own and once without
				for _, was = range old.pools {
				}
			}
			if was.total != mission.SeatsUnknown {
				least = min(least, was.total)
			}
		}
		if p.total == mission.SeatsUnknown || p.total >= least {
			continue
		}
		if !keep {
			return no(mission.Conflict), false
		}
		p.total = least
	}
	return want{}, true
}

// move makes a mission's holds those of its new self.
func (t *toy) move(old, next *toyMission) {
	for _, h := range t.holds {
		if h.of != old {
			continue
		}
		if h.live() && next.state == mission.StateCancelled {
			t.finish(h, mission.Released)
		}
		h.of = next
	}
	t.moveWaits(old, next)
}

// finish ends a live hold.
func (t *toy) finish(h *toyHold, state string) {
	h.state, h.due = state, t.now+30*86_400
	if h.answer == mission.AnswerRefused {
		h.due = 0
	}
}

func (t *toy) deleteMission(c mission.DeleteMission) want {
	m := t.missions[c.ID]
	revision := t.graves["m"+c.ID].revision
	if m != nil {
		revision = m.revision
	}
	if c.Revision > 0 && c.Revision <= revision {
		w := want{outcome: mission.Older}
		if m != nil {
			w.taken = t.taken(m)
		}
		return w
	}
	if m == nil {
		return no(mission.NotFound)
	}
	if t.anyLive(m) && !c.Force {
		return no(mission.HasSeats)
	}
	t.dropMission(m, max(c.Revision, m.revision))
	return want{outcome: mission.Deleted, changed: true}
}

// dropMission removes a mission, and leaves a grave of a revision, 0 for none.
func (t *toy) dropMission(m *toyMission, revision int64) {
	for _, h := range t.holds {
		if h.of == m && h.live() {
			t.finish(h, mission.Released)
		} else if h.of == m && h.answer == mission.AnswerRefused {
			h.due = t.now + 30*86_400
		}
	}
	t.dropWaits(func(w *toyWait) bool { return w.of == m })
	delete(t.missions, m.id)
	if revision > 0 {
		t.graves["m"+m.id] = toyGrave{revision, t.now + 30*86_400}
	}
}

func (t *toy) setElsewhere(c mission.SetElsewhere) want {
	m := t.missions[c.Mission]
	if m == nil {
		return no(mission.NotFound)
	}
	if c.Slot == "" && len(m.pools) > 1 || c.Slot != "" && !m.has(c.Slot) {
		return no(mission.Invalid)
	}
	p := m.pools[m.poolsOf(nil)[0]]
	if c.Slot != "" {
		p = m.pools[m.poolOf(c.Slot)]
	}
	n := p.elsewhere
	if c.Taken != nil {
		n = *c.Taken
	} else {
		n += *c.Add
	}
	if n < 0 {
		return no(mission.Invalid)
	}
	same := n == p.elsewhere
	p.elsewhere = n
	return want{outcome: mission.Updated, taken: t.taken(m), changed: true}.unless(same)
}
