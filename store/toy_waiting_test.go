package store_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"renfort/mission"
)

// toyWait is a place in a waiting list. The toy keeps all lists as one, in the
// order of joining, and looks through it whenever anything has happened.
type toyWait struct {
	of        *toyMission
	slot      string
	volunteer string
	seq       uint64
}

// pool gives the pool that a place waits for; ok is false where its mission has
// no such slot any more.
func (w *toyWait) pool() (name string, ok bool) {
	if w.slot == "" {
		for only := range w.of.pools {
			name = only
		}
		return name, len(w.of.pools) == 1
	}
	return w.of.poolOf(w.slot), w.of.has(w.slot)
}

// waitingFor counts those who wait for a pool, as far as before a seq.
func (t *toy) waitingFor(m *toyMission, pool string, before uint64) (n int) {
	for _, w := range t.waits {
		if p, ok := w.pool(); w.of == m && ok && p == pool && w.seq < before {
			n++
		}
	}
	return n
}

const always = ^uint64(0)

func (t *toy) join(c mission.JoinWaiting) want {
	var asked []string
	if c.Slot != "" {
		asked = []string{c.Slot}
	}
	m, slots, same, refusal := t.may(c.Mission, c.Volunteer, asked)
	switch {
	case refusal.kind != mission.Unknown:
		return refusal
	case same != nil:
		return t.seatAnswer(mission.Unchanged, same, false)
	}
	w := &toyWait{of: m, volunteer: c.Volunteer, seq: t.seq + 1}
	if len(slots) > 0 {
		w.slot = slots[0]
	}
	for _, other := range t.waits {
		if other.of == m && other.volunteer == w.volunteer && other.slot == w.slot {
			return t.waitAnswer(mission.Unchanged, other, false)
		}
	}
	t.waits = append(t.waits, w)
	m.looked = true
	answer := t.waitAnswer(mission.Created, w, true)
	t.tend(m)
	if h := t.holds[offerOf(w.seq)]; h != nil {
		answer = t.seatAnswer(mission.Created, h, true)
	}
	answer.taken = t.taken(m)
	return answer
}

// offerOf is the id of the hold that a place of a seq becomes.
func offerOf(seq uint64) string { return fmt.Sprintf("o-%016x", seq) }

func (t *toy) waitAnswer(o mission.Outcome, w *toyWait, changed bool) want {
	pool, _ := w.pool()
	return want{outcome: o, position: t.waitingFor(w.of, pool, w.seq) + 1, waiter: w.volunteer, taken: t.taken(w.of), changed: changed}
}

func (t *toy) leave(c mission.LeaveWaiting) want {
	m := t.missions[c.Mission]
	if m == nil {
		return no(mission.NotFound)
	}
	found := t.dropWaits(func(w *toyWait) bool { return w.of == m && w.volunteer == c.Volunteer })
	for _, h := range t.holds {
		if h.of == m && h.volunteer == c.Volunteer && h.origin == mission.OriginOffer && h.state == mission.Held && !h.late(t.now) {
			t.finish(h, mission.Released)
			found = true
		}
	}
	m.looked = m.looked || found
	t.tend(m)
	return want{outcome: mission.Updated, taken: t.taken(m), changed: true}.unless(!found)
}

// dropWaits forgets places, and says whether there was one.
func (t *toy) dropWaits(gone func(*toyWait) bool) bool {
	n := len(t.waits)
	t.waits = slices.DeleteFunc(t.waits, gone)
	return len(t.waits) < n
}

// standing is what the toy compares to see whether a command touched a mission.
func (t *toy) standing(m *toyMission) string {
	s := ""
	for _, name := range slices.Sorted(maps.Keys(m.pools)) {
		s += fmt.Sprint(*m.pools[name], t.sitting(m, name, mission.Held), t.sitting(m, name, mission.Confirmed), t.waitingFor(m, name, always), " ")
	}
	return s
}

func (t *toy) standings() map[*toyMission]string {
	all := map[*toyMission]string{}
	for _, m := range t.missions {
		all[m] = t.standing(m)
	}
	return all
}

// tendAll looks at every list after a command. The lists of a mission that has
// ended stay until a Tick comes to it or a command touches the mission.
func (t *toy) tendAll(c mission.Command, before map[*toyMission]string, suspended map[string]bool) {
	for _, m := range t.missions {
		org, ok := c.(mission.PutOrganization)
		resumed := ok && m.org == org.Organization.ID && suspended[m.org] && org.Organization.State != mission.OrgSuspended
		m.looked = m.looked || resumed || before[m] != t.standing(m)
		t.tend(m)
		m.looked = false
	}
}

// listsDue gives the missions whose lists one Tick comes to, in the order of
// (end, ordinal).
func (t *toy) listsDue() (due []*toyMission) {
	for _, m := range t.missions {
		if (m.ends != 0 && m.ends < t.now || m.owed != 0) && slices.ContainsFunc(t.waits, func(w *toyWait) bool { return w.of == m }) {
			due = append(due, m)
		}
	}
	slices.SortFunc(due, func(a, b *toyMission) int {
		return cmp.Or(cmp.Compare(a.listsEnd(), b.listsEnd()), cmp.Compare(a.ordinal, b.ordinal))
	})
	return due[:min(t.sweep, len(due))]
}

// listsEnd gives when a Tick is to come to a mission's lists.
func (m *toyMission) listsEnd() int64 {
	if m.owed != 0 {
		return m.owed
	}
	return m.ends + 1
}

// moveWaits makes a mission's lists those of its new self.
func (t *toy) moveWaits(old, next *toyMission) {
	for _, w := range t.waits {
		if w.of == old {
			w.of = next
		}
	}
	t.dropWaits(func(w *toyWait) bool {
		_, ok := w.pool()
		return w.of == next && !ok
	})
}

// tend empties a mission's lists if they are over, and offers what is free.
func (t *toy) tend(m *toyMission) {
	if m.state == mission.StateClosed || m.state == mission.StateCancelled || m.booking == mission.BookingElsewhere || m.looked && m.ends != 0 && m.ends < t.now {
		t.dropWaits(func(w *toyWait) bool { return w.of == m })
	}
	if m.looked {
		m.owed = 0
	}
	if m.state != mission.StateOpen || t.suspended[m.org] || m.ends != 0 && m.ends < t.now || t.outbound || m.owed != 0 {
		return
	}
	for i := 0; i < len(t.waits); i++ {
		w := t.waits[i]
		pool, _ := w.pool()
		if p := m.pools[pool]; w.of != m || p.total != mission.SeatsUnknown && t.takenIn(m, pool) >= p.total {
			continue
		}
		if t.offer(m, w) {
			t.dropWaits(func(o *toyWait) bool {
				p, _ := o.pool()
				return o.of == m && o.volunteer == w.volunteer && p == pool
			})
		} else {
			t.dropWaits(func(o *toyWait) bool { return o == w })
		}
		i = -1 // from the start: the list has changed
	}
}

// offer holds a seat for somebody whose turn it is, if they may still sit there.
func (t *toy) offer(m *toyMission, w *toyWait) bool {
	var asked []string
	if w.slot != "" {
		asked = []string{w.slot}
	}
	slots, _ := m.choose(asked)
	if t.young(w.volunteer) {
		return false
	}
	if same, refusal := t.sits(m, w.volunteer, slots); same != nil || refusal.kind != mission.Unknown {
		return false
	}
	ends := t.now + 86_400 // by mail, and the simulation has no quiet hours
	if t.people[w.volunteer] != nil && t.people[w.volunteer].channel == "push" {
		ends = t.now + 900
	}
	if m.ends != 0 {
		ends = min(ends, m.ends+1)
	}
	h := &toyHold{id: offerOf(w.seq), of: m, volunteer: w.volunteer, slots: slots, state: mission.Held, origin: mission.OriginOffer,
		created: t.now, changed: t.now, expires: ends}
	t.holds[h.id] = h
	return true
}
