package index

import (
	"container/heap"
	"slices"

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
	slots := x.slotTimes(s)
	x.moments(o, slots)
	x.restand(o)
	x.due.push(x.nextMoment(o, slots), o)
	x.keepSlots(o, slots)
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

// slotTime is what of a slot a mission's standing depends on as time goes by.
type slotTime struct {
	starts, ends int64 // Unix seconds, 0 for none
	pool         uint32
	free         int32 // seats of the pool
	days         mission.DayMask
	unknown      bool // how many seats the pool has
	named        bool
}

// slotTimes gives those of a mission; it is the writer's own memory.
func (x *Index) slotTimes(s *mission.Seats) []slotTime {
	x.times = x.times[:0]
	for _, slot := range s.Slots {
		p := s.Pools[slot.Pool]
		x.times = append(x.times, slotTime{starts: slot.Starts, ends: slot.Ends, pool: uint32(slot.Pool), free: int32(min(p.Free(), mission.SeatsMax)),
			days: slot.Days, unknown: p.Total == mission.SeatsUnknown, named: slot.ID != ""})
	}
	return x.times
}

// keepSlots remembers the slots of missions whose seats depend on the time.
func (x *Index) keepSlots(o uint32, slots []slotTime) {
	if !slices.ContainsFunc(slots, func(s slotTime) bool { return s.starts != 0 || s.ends != 0 }) {
		delete(x.slotted, o)
		return
	}
	if had := x.slotted[o]; len(had) == len(slots) {
		copy(had, slots) // no reader has it
		return
	}
	x.slotted[o] = x.slotRuns.clone(slots)
}

// moments sets what depends on slots, seats and the time: the seats that can
// still be had, their days, and when the next one starts.
func (x *Index) moments(o uint32, slots []slotTime) {
	l, stand := x.live.edit(o), x.stands.edit(o)
	stand.Days, l.Due = 0, 0
	free, seen := 0, uint64(0) // pools seen among the first 64, the rest counted once by number
	later := map[uint32]bool{}
	unknown := false
	for _, slot := range slots {
		if slot.ends != 0 && slot.ends < x.now || slot.free == 0 {
			continue
		}
		counted := later[slot.pool]
		if slot.pool < 64 {
			counted = seen&(1<<slot.pool) != 0
			seen |= 1 << slot.pool
		} else {
			later[slot.pool] = true
		}
		if !counted {
			free += int(slot.free)
			unknown = unknown || slot.unknown
		}
		stand.Days |= slot.days
		if !slot.named && !x.missions.at(o).Has(Once) {
			continue // what recurs has no one start
		}
		if slot.starts != 0 && slot.starts-x.now <= nowSeconds {
			stand.Days |= mission.Now
		}
		if slot.starts > x.now && (l.Due == 0 || slot.starts < l.Due) {
			l.Due = slot.starts
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
func (x *Index) nextMoment(o uint32, slots []slotTime) (next int64) {
	m := x.missions.at(o)
	first := func(at int64) {
		if at > x.now && (next == 0 || at < next) {
			next = at
		}
	}
	for _, at := range [...]int64{m.Ends, m.Apply} {
		if at != 0 {
			first(at + 1) // its last second is still in time
		}
	}
	for _, slot := range slots {
		if slot.ends != 0 {
			first(slot.ends + 1)
		}
		if slot.starts != 0 {
			first(slot.starts)
			first(slot.starts - nowSeconds)
		}
	}
	if days := x.policy.Diversity.UnservedDays; days > 0 {
		first(x.live.at(o).UnservedSince(m) + int64(days)*86400)
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
			x.due.push(x.nextMoment(o, x.slotted[o]), o)
		}
	}
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
	defer x.residents.takeFirst(x)()
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
	if !x.missions.at(o).Has(Exists) {
		return
	}
	x.restand(o)
	x.due.push(x.nextMoment(o, x.slotted[o]), o)
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
