package index

import (
	"container/heap"

	"renfort/mission"
)

// putSeats writes what seats and terms say of a mission now.
func (x *Index) putSeats(o uint32, s *mission.Seats) {
	if !x.missions.has(o) || !x.missions.at(o).Has(Exists) {
		return
	}
	l := x.live.edit(o)
	// A hold moves none of these: the row's chunk, 64 rows of 144 bytes,
	// is copied where one of them says otherwise alone.
	if m := x.missions.at(o); m.Starts != s.Starts || m.Ends != s.Ends || m.Apply != s.ApplyBefore || l.Created != s.Created {
		row := x.missions.edit(o)
		row.Starts, row.Ends, row.Apply = s.Starts, s.Ends, s.ApplyBefore
	}
	x.keepFills(o, &s.Fills)
	t := s.Totals()
	l.Total, l.Elsewhere, l.Held, l.Confirmed = int32(t.Total), int32(t.Elsewhere), int32(t.Held), int32(t.Confirmed)
	l.Created, l.LastTaken = s.Created, s.LastTaken
	l.Open = s.State == mission.StateOpen
	l.Fills = uint32(s.Fills.Since(x.climate.Minute / 86400))
	x.moments(o, s)
	x.restand(o)
	x.due.push(x.nextMoment(o, s), o)
	x.keepSlots(o, s)
}

// keepFills remembers counts that are not all 0.
func (x *Index) keepFills(o uint32, f *mission.Fills) {
	for int(o) >= len(x.counts) {
		x.counts = append(x.counts, nil)
	}
	switch had := x.counts[o]; {
	case f.Counts == [mission.FillDays]uint32{}:
		x.counts[o] = nil
	case had == nil:
		kept := *f
		x.counts[o] = &kept
	default:
		*had = *f // no reader has it
	}
}

// keepSlots remembers the slots of missions whose seats depend on the time.
func (x *Index) keepSlots(o uint32, s *mission.Seats) {
	for _, slot := range s.Slots {
		if slot.Starts != 0 || slot.Ends != 0 {
			x.slotted[o] = s
			return
		}
	}
	delete(x.slotted, o)
}

// moments sets what depends on slots, seats and the time: the seats that can
// still be had, their days, and when the next one starts.
func (x *Index) moments(o uint32, s *mission.Seats) {
	l, stand := x.live.edit(o), x.stands.edit(o)
	stand.Days, l.Due = 0, 0
	free, seen := 0, uint64(0) // pools seen among the first 64, the rest counted once by number
	later := map[int]bool{}
	unknown := false
	for _, slot := range s.Slots {
		if slot.Ends != 0 && slot.Ends < x.now {
			continue
		}
		p := s.Pools[slot.Pool]
		if p.Free() == 0 {
			continue
		}
		counted := later[slot.Pool]
		if slot.Pool < 64 {
			counted = seen&(1<<slot.Pool) != 0
			seen |= 1 << slot.Pool
		} else {
			later[slot.Pool] = true
		}
		if !counted {
			free += p.Free()
			unknown = unknown || p.Total == mission.SeatsUnknown
		}
		stand.Days |= slot.Days
		if slot.ID == "" && !x.missions.at(o).Has(Once) {
			continue // what recurs has no one start
		}
		if slot.Starts != 0 && slot.Starts-x.now <= nowSeconds {
			stand.Days |= mission.Now
		}
		if slot.Starts > x.now && (l.Due == 0 || slot.Starts < l.Due) {
			l.Due = slot.Starts
		}
	}
	if unknown {
		free = mission.SeatsMax
	}
	l.Free = int32(min(free, mission.SeatsMax))
}

// nowSeconds is how soon a slot starts for those who can come now.
const nowSeconds = 86400

// nextMoment gives the first time from which the mission stands otherwise
// without anybody doing anything; 0 for never.
func (x *Index) nextMoment(o uint32, s *mission.Seats) (next int64) {
	first := func(at int64) {
		if at > x.now && (next == 0 || at < next) {
			next = at
		}
	}
	for _, at := range [...]int64{s.Ends, s.ApplyBefore} {
		if at != 0 {
			first(at + 1) // its last second is still in time
		}
	}
	for _, slot := range s.Slots {
		if slot.Ends != 0 {
			first(slot.Ends + 1)
		}
		if slot.Starts != 0 {
			first(slot.Starts)
			first(slot.Starts - nowSeconds)
		}
	}
	if days := x.policy.Diversity.UnservedDays; days > 0 {
		first(x.live.at(o).UnservedSince(x.missions.at(o)) + int64(days)*86400)
	}
	return next
}

// UnservedSince gives the time since which nobody took a seat: the last one
// taken, else the publication, else the first PUT. A mission some of whose
// seats went elsewhere is not taken for one that nobody wants.
func (l *Live) UnservedSince(m *Mission) int64 {
	switch {
	case l.LastTaken != 0:
		return l.LastTaken
	case m.Published != 0 && m.Published < l.Created && l.Elsewhere+l.Confirmed == 0:
		return m.Published
	}
	return l.Created
}

// available says whether the mission can be had now.
func (x *Index) available(m *Mission, l *Live) bool {
	return m.Has(Exists) && l.Open && !x.orgRows.at(m.Org).Suspended && l.Free > 0 &&
		(m.Ends == 0 || x.now <= m.Ends) && (m.Apply == 0 || x.now <= m.Apply)
}

// restand computes a mission's standing anew, and sees to it that a bound
// covers it.
func (x *Index) restand(o uint32) {
	m := x.missions.at(o)
	l, stand := x.live.at(o), x.stands.edit(o)
	before := stand.Standing
	stand.Standing = 0
	stand.Unserved = x.policy.Diversity.UnservedDays > 0 && x.now-x.live.at(o).UnservedSince(x.missions.at(o)) >= int64(x.policy.Diversity.UnservedDays)*86400
	if x.available(m, l) {
		stand.Standing = x.standing(x.policy, x.climate, m, l, x.orgRows.at(m.Org))
	}
	if (before == 0) != (stand.Standing == 0) {
		x.flips = true
	}
	if !x.restanding {
		x.shelves.touch(o)
		x.forest.restood(o, stand)
	}
}

// freshMost is how many missions may be in no bound before a Tick renews the
// bounds: every query looks at each of them, and every renewal empties the
// shelves.
const freshMost = 32

// expectAll notes when each mission is to be looked at next, after a policy that
// may have moved it.
func (x *Index) expectAll() {
	for o := range x.rows {
		if m := x.missions.at(o); m.Has(Exists) {
			x.due.push(x.nextMoment(o, x.termsOf(o, m)), o)
		}
	}
}

// termsOf gives what is known of a mission's times: its slots where they have
// times of their own.
func (x *Index) termsOf(o uint32, m *Mission) *mission.Seats {
	if s := x.slotted[o]; s != nil {
		return s
	}
	return &mission.Seats{Ends: m.Ends, ApplyBefore: m.Apply}
}

// tick moves the index's clock.
func (x *Index) tick(at int64) {
	x.now = max(x.now, at)
	for x.due.reached(x.now) {
		o, ok := x.due.pop()
		if !ok {
			continue
		}
		if s := x.slotted[o]; s != nil && x.missions.at(o).Has(Exists) {
			x.moments(o, s)
		}
		x.passMoment(o)
	}
	x.asks.tick(x)
	x.residents.tick(x)
	if minute := x.now - x.now%MinuteSeconds; minute != x.climate.Minute {
		x.passMinute(minute)
	} else if len(x.forest.fresh) > freshMost {
		x.keepShelves(func() { x.forest.merge(x); x.forest.renew(x) })
	}
	if x.flips || x.scales == nil || x.scales.Rank != x.policy.Distance.ScaleRank {
		x.scales = nil
		x.flips = false
	}
}

// passMoment stands a mission anew whose time has come and notes the next.
func (x *Index) passMoment(o uint32) {
	m := x.missions.at(o)
	if !m.Has(Exists) {
		return
	}
	x.restand(o)
	s := x.slotted[o]
	if s == nil {
		s = &mission.Seats{Ends: m.Ends, ApplyBefore: m.Apply}
	}
	x.due.push(x.nextMoment(o, s), o)
}

// deadlines is a heap of times at which missions are to be looked at. Of each
// mission only the earliest counts: looking at it then gives the next, so that
// a mission whose seats change all day long is not noted each time.
type deadlines struct {
	items []deadline
	next  []int64 // next[o]: the time that counts for ordinal o, 0 for none
}

type deadline struct {
	at      int64
	ordinal uint32
}

// push notes a time, 0 for never.
func (d *deadlines) push(at int64, o uint32) {
	for int(o) >= len(d.next) {
		d.next = append(d.next, 0)
	}
	if at == 0 || d.next[o] != 0 && d.next[o] <= at {
		return
	}
	d.next[o] = at
	heap.Push(d, deadline{at, o})
}

// pop gives the mission of the earliest time; ok is false if an earlier one
// has counted in its place.
func (d *deadlines) pop() (o uint32, ok bool) {
	top := heap.Pop(d).(deadline)
	if ok = d.next[top.ordinal] == top.at; ok {
		d.next[top.ordinal] = 0
	}
	return top.ordinal, ok
}

func (d *deadlines) reached(now int64) bool { return len(d.items) > 0 && d.items[0].at <= now }

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (d *deadlines) Len() int           { return len(d.items) }
func (d *deadlines) Less(i, j int) bool { return d.items[i].at < d.items[j].at }
func (d *deadlines) Swap(i, j int)      { d.items[i], d.items[j] = d.items[j], d.items[i] }
func (d *deadlines) Push(v any)         { d.items = append(d.items, v.(deadline)) }
func (d *deadlines) Pop() any {
	last := d.items[len(d.items)-1]
	d.items = d.items[:len(d.items)-1]
	return last
}
