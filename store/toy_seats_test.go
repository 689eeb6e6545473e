package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"renfort/mission"
)

func (t *toy) hold(c mission.HoldSeat) want {
	m, slots, same, refusal := t.may(c.Mission, c.Volunteer, c.Slots)
	switch {
	case refusal.kind != mission.Unknown:
		return refusal
	case same != nil && c.Confirm && same.state == mission.Held:
		return t.resolve(mission.ConfirmSeat{Hold: same.id, Ref: c.Ref})
	case same != nil && same.state == mission.Held && same.origin == mission.OriginOffer && same.changed == same.created && same.expires < t.now+t.seconds(c):
		same.expires, same.changed = t.now+t.seconds(c), t.now
		return t.seatAnswer(mission.Updated, same, true)
	case same != nil:
		return t.seatAnswer(mission.Unchanged, same, false)
	case t.holds[c.Hold] != nil:
		return no(mission.Conflict)
	case !c.Confirm && t.holding(c.Volunteer) >= t.perVisitor:
		return no(mission.TooManyHolds)
	}
	return t.give(c, m, slots)
}

// seconds is how long a hold lasts: as asked, else eight minutes.
func (t *toy) seconds(c mission.HoldSeat) int64 {
	if c.Seconds == 0 {
		return 480
	}
	return int64(c.Seconds)
}

// may says whether somebody may sit in slots of a mission, and gives their live
// hold of the same.
func (t *toy) may(id, volunteer string, asked []string) (m *toyMission, slots []string, same *toyHold, refusal want) {
	m = t.missions[id]
	switch {
	case m == nil:
		refusal = no(mission.NotFound)
	case m.booking == mission.BookingElsewhere:
		refusal = no(mission.BookElsewhere)
	case m.state != mission.StateOpen:
		refusal = notEligible("closed")
	case m.org != "" && t.suspended[m.org]:
		refusal = notEligible("suspended")
	case m.ends != 0 && m.ends < t.now:
		refusal = notEligible("ended")
	}
	if refusal.kind != mission.Unknown {
		return m, nil, nil, refusal
	}
	slots, ok := m.choose(asked)
	switch {
	case !ok:
		refusal = no(mission.Invalid)
	case t.young(volunteer):
		refusal = notEligible("age")
	default:
		same, refusal = t.sits(m, volunteer, slots)
	}
	return m, slots, same, refusal
}

// young says whether somebody is surely under age.
func (t *toy) young(volunteer string) bool {
	p := t.people[volunteer]
	return p != nil && p.born > 0 && time.Unix(t.now, 0).UTC().Year()-p.born-1 < mission.AgeDefault
}

// choose gives the slots as a hold names them.
func (m *toyMission) choose(slots []string) ([]string, bool) {
	if len(slots) == 0 {
		if len(m.slots) == 1 {
			return []string{m.slots[0].ID}, true
		}
		return nil, len(m.pools) == 1
	}
	for i, s := range slots {
		if !m.has(s) || slices.Contains(slots[:i], s) {
			return nil, false
		}
	}
	return slots, true
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// sits finds the volunteer's live hold of the same slots, or why there can be
// no other.
func (t *toy) sits(m *toyMission, volunteer string, slots []string) (same *toyHold, refusal want) {
	clash := false
	for _, h := range t.holds {
		if h.of != m || h.volunteer != volunteer || volunteer == "" {
			continue
		}
		switch {
		case !h.live() && h.answer == mission.AnswerRefused:
			return nil, notEligible("refused")
		case !h.live() || h.late(t.now):
		case slices.Equal(sorted(h.slots), sorted(slots)):
			same = h
		default:
			for _, p := range m.poolsOf(h.slots) {
				clash = clash || slices.Contains(m.poolsOf(slots), p)
			}
		}
	}
	if same == nil && clash {
		return nil, no(mission.Conflict)
	}
	return same, want{}
}

func (t *toy) holding(volunteer string) (n int) {
	for _, h := range t.holds {
		if h.volunteer == volunteer && h.state == mission.Held && h.origin != mission.OriginOffer && !h.late(t.now) {
			n++
		}
	}
	return n
}

// give holds a seat in each pool, after the volunteer's own late holds here.
func (t *toy) give(c mission.HoldSeat, m *toyMission, slots []string) want {
	var stale []*toyHold
	for _, h := range t.holds {
		if h.of == m && h.volunteer == c.Volunteer && h.late(t.now) {
			stale = append(stale, h)
		}
	}
	for _, h := range stale {
		h.state = mission.Expired
	}
	for _, p := range m.poolsOf(slots) {
		if pool := m.pools[p]; pool.total != mission.SeatsUnknown && t.takenIn(m, p) >= pool.total || t.waitingFor(m, p, always) > 0 {
			for _, h := range stale {
				h.state = mission.Held // nothing was done
			}
			return no(mission.Full)
		}
	}
	for _, h := range stale {
		t.finish(h, mission.Expired)
	}
	h := &toyHold{id: c.Hold, of: m, volunteer: c.Volunteer, slots: slots, state: mission.Held, origin: cmp.Or(c.Origin, mission.OriginHold), ref: c.Ref,
		created: t.now, changed: t.now, expires: t.now + t.seconds(c)}
	t.holds[h.id] = h
	if c.Confirm {
		t.confirm(h)
	}
	return t.seatAnswer(mission.Created, h, true)
}

func (t *toy) confirm(h *toyHold) {
	h.state, h.due = mission.Confirmed, 0
	if h.of.org != "" {
		h.due = t.now + 30*86_400
	}
}

func (t *toy) resolve(c mission.Command) want {
	var id string
	switch c := c.(type) {
	case mission.ConfirmSeat:
		id = c.Hold
	case mission.ReleaseSeat:
		id = c.Hold
	case mission.ExtendSeat:
		id = c.Hold
	case mission.AnswerSeat:
		id = c.Hold
	}
	h := t.holds[id]
	if h == nil {
		return no(mission.NotFound)
	}
	if h.state == mission.Expired || h.late(t.now) {
		return no(mission.HoldExpired)
	}
	switch c := c.(type) {
	case mission.ConfirmSeat:
		return t.confirmSeat(c, h)
	case mission.ReleaseSeat:
		if h.state == mission.Released {
			return t.seatAnswer(mission.Unchanged, h, false)
		}
		t.finish(h, mission.Released)
		return t.seatAnswer(mission.Updated, h, true)
	case mission.ExtendSeat:
		if h.state != mission.Held {
			return no(mission.AlreadyResolved)
		}
		end := min(t.now+int64(c.Seconds), h.created+3_600)
		if h.origin == mission.OriginOffer {
			end = max(end, h.expires)
		}
		same := end == h.expires
		if h.expires = end; !same {
			h.changed = t.now
		}
		return t.seatAnswer(mission.Updated, h, true).unless(same)
	}
	return t.answer(c.(mission.AnswerSeat), h)
}

func (t *toy) confirmSeat(c mission.ConfirmSeat, h *toyHold) want {
	switch {
	case h.state == mission.Released:
		return no(mission.AlreadyResolved)
	case h.state == mission.Confirmed && (c.Ref == "" || h.ref != ""):
		return t.seatAnswer(mission.Unchanged, h, false)
	case h.state == mission.Held:
		t.confirm(h)
	}
	if c.Ref != "" {
		h.ref = c.Ref
	}
	return t.seatAnswer(mission.Updated, h, true)
}

func (t *toy) answer(c mission.AnswerSeat, h *toyHold) want {
	switch {
	case h.state == mission.Held:
		return no(mission.Conflict)
	case h.answer == c.Answer && h.by == c.By:
		return t.seatAnswer(mission.Unchanged, h, false)
	case h.state == mission.Released:
		return no(mission.AlreadyResolved)
	}
	h.answer, h.by, h.due = c.Answer, c.By, 0
	if !h.counted && c.By != "volunteer" && c.Answer != mission.AnswerWithdrawn {
		h.counted = true
		t.count(h.of.org, mission.Record{Answered: 1})
	}
	if c.Answer == mission.AnswerRefused || c.Answer == mission.AnswerWithdrawn {
		t.finish(h, mission.Released)
	}
	return t.seatAnswer(mission.Updated, h, true)
}

func (t *toy) count(org string, by mission.Record) {
	if org == "" {
		return
	}
	r := t.records[org]
	t.records[org] = mission.Record{Answered: r.Answered + by.Answered, Ignored: r.Ignored + by.Ignored}
}

func (t *toy) importSeat(c mission.ImportSeat) want {
	m := t.missions[c.Mission]
	if m == nil {
		return no(mission.NotFound)
	}
	slots, ok := m.choose(c.Slots)
	if !ok {
		return no(mission.Invalid)
	}
	for _, h := range t.holds {
		if h.of == m && h.volunteer == c.Volunteer && h.live() && slices.Equal(sorted(h.slots), sorted(slots)) {
			return t.seatAnswer(mission.Unchanged, h, false)
		}
	}
	if h := t.holds[c.Hold]; h != nil && h.of == m && h.volunteer == c.Volunteer && slices.Equal(sorted(h.slots), sorted(slots)) {
		return t.seatAnswer(mission.Unchanged, h, false)
	} else if h != nil {
		return no(mission.Conflict)
	}
	if m.state == mission.StateCancelled {
		return notEligible("closed")
	}
	h := &toyHold{id: c.Hold, of: m, volunteer: c.Volunteer, slots: slots, state: mission.Confirmed, origin: mission.OriginImport, created: t.now, expires: t.now}
	t.holds[h.id] = h
	return t.seatAnswer(mission.Created, h, true)
}

func (t *toy) putVolunteer(v *mission.Volunteer) want {
	old := t.people[v.ID]
	revision := t.graves["v"+v.ID].revision
	if old != nil {
		revision = old.revision
	}
	if v.Revision > 0 && v.Revision <= revision {
		return want{outcome: mission.Older}
	}
	raw := fmt.Sprint(v.BirthYear, v.Revision, v.Channel)
	if old != nil && old.raw == raw {
		return want{outcome: mission.Unchanged}
	}
	delete(t.graves, "v"+v.ID)
	t.people[v.ID] = &toyPerson{born: v.BirthYear, channel: v.Channel, revision: max(revision, v.Revision), raw: raw}
	return want{outcome: outcome(old != nil), changed: true}
}

func (t *toy) erase(id string) want {
	p, found := t.people[id], t.dropWaits(func(w *toyWait) bool { return w.volunteer == id })
	for _, h := range t.holds {
		if h.volunteer != id {
			continue
		}
		found = true
		over := h.state == mission.Confirmed && (h.answer == mission.AnswerAttended || h.of.ends != 0 && h.of.ends < t.now)
		if h.live() && !over {
			t.finish(h, mission.Released)
		}
		h.volunteer, h.ref, h.by = "", "", ""
	}
	for key, k := range t.keys {
		if k.volunteer == id {
			delete(t.keys, key)
			found = true
		}
	}
	if p == nil && !found {
		return no(mission.NotFound)
	}
	delete(t.people, id)
	if p != nil && p.revision > 0 {
		t.graves["v"+id] = toyGrave{p.revision, t.now + 30*86_400}
	}
	return want{outcome: mission.Deleted, changed: true}
}

func (t *toy) tick(at int64) want {
	moved := at > t.now
	t.now = max(t.now, at)
	swept := false
	ending := func(kind string, due func(h *toyHold) int64, end func(h *toyHold)) {
		for _, id := range firstDue(t.holds, due, t.now, t.sweep) {
			end(t.holds[id])
			swept = true
		}
	}
	when := func(state bool, at int64) int64 {
		if state {
			return at
		}
		return 0
	}
	ending("expired", func(h *toyHold) int64 { return when(h.state == mission.Held, h.expires) }, func(h *toyHold) { t.finish(h, mission.Expired) })
	ending("ignored", func(h *toyHold) int64 { return when(h.state == mission.Confirmed, h.due) }, func(h *toyHold) {
		h.due, h.counted = 0, true
		t.count(h.of.org, mission.Record{Ignored: 1})
	})
	ending("forgotten", func(h *toyHold) int64 { return when(!h.live(), h.due) }, func(h *toyHold) { delete(t.holds, h.id) })
	swept = t.sweepRest() || swept
	for _, m := range t.listsDue() {
		m.looked = true
		swept = true
	}
	swept = t.sweepWithdrawn() || swept
	swept = t.sweepObjects() || swept
	return want{outcome: mission.Updated, changed: true}.unless(!moved && !swept)
}

// sweepRest ends keys and tombstones, of which a Tick ends as many as there
// are here.
func (t *toy) sweepRest() (swept bool) {
	for k, g := range t.graves {
		if g.end <= t.now {
			delete(t.graves, k)
			swept = true
		}
	}
	for k, key := range t.keys {
		if key.end <= t.now {
			delete(t.keys, k)
			swept = true
		}
	}
	return swept
}

// firstDue gives the ids of at most so many that are due (0: never), in the
// order of (time, id).
func firstDue(all map[string]*toyHold, due func(*toyHold) int64, now int64, most int) []string {
	var ids []string
	for id, h := range all {
		if at := due(h); at != 0 && at <= now {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(due(all[a]), due(all[b])), strings.Compare(a, b))
	})
	return ids[:min(most, len(ids))]
}
