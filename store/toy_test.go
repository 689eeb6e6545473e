package store_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"renfort/mission"
)

// toy is the model that the simulation compares the store with: maps and
// counting, no index, no cleverness. It implements the rules of seats on its
// own and shares no code with the reducer.
type toy struct {
	now        int64
	seq        uint64
	missions   map[string]*toyMission
	holds      map[string]*toyHold
	people     map[string]*toyPerson
	graves     map[string]toyGrave // "m" or "v" and the id
	suspended  map[string]bool
	records    map[string]mission.Record
	keys       map[string]*toyKey
	perVisitor int
	sweep      int // ended of each kind by one Tick
}

type toyMission struct {
	id, org, state, booking string
	ends                    int64
	slots                   []mission.Slot
	pools                   map[string]*toyPool // by own slot, "" for the shared or only one
	revision                int64
	version                 uint64
	raw                     string // what was written, to know the same again
}

type toyPool struct{ total, elsewhere int }

type toyHold struct {
	id        string
	of        *toyMission
	volunteer string
	slots     []string
	state     string
	origin    string
	answer    string
	by        string
	ref       string
	created   int64
	expires   int64
	due       int64
	counted   bool
}

type toyPerson struct {
	born     int
	revision int64
	version  uint64
	raw      string
}

type toyGrave struct{ revision, end int64 }

type toyKey struct {
	end       int64
	volunteer string
	want      want
}

// want is what a command should answer.
type want struct {
	kind    mission.Kind // Unknown: no error
	why     string
	outcome mission.Outcome
	hold    string // id and state of the hold answered with
	taken   int
	changed bool
}

func newToy() *toy {
	return &toy{missions: map[string]*toyMission{}, holds: map[string]*toyHold{}, people: map[string]*toyPerson{}, graves: map[string]toyGrave{},
		suspended: map[string]bool{}, records: map[string]mission.Record{}, keys: map[string]*toyKey{}, perVisitor: 3, sweep: 1_000}
}

func no(k mission.Kind) want { return want{kind: k} }

func notEligible(why string) want { return want{kind: mission.NotEligible, why: why} }

// live says whether a hold occupies a seat.
func (h *toyHold) live() bool { return h.state == mission.Held || h.state == mission.Confirmed }

func (h *toyHold) late(now int64) bool { return h.state == mission.Held && now >= h.expires }

// poolOf gives the pool of a slot.
func (m *toyMission) poolOf(slot string) string {
	for _, s := range m.slots {
		if s.ID == slot && s.Seats != nil {
			return slot
		}
	}
	return ""
}

func (m *toyMission) poolsOf(slots []string) (pools []string) {
	if len(slots) == 0 {
		if len(m.slots) == 1 {
			return []string{m.poolOf(m.slots[0].ID)}
		}
		return []string{""}
	}
	for _, s := range slots {
		if p := m.poolOf(s); !slices.Contains(pools, p) {
			pools = append(pools, p)
		}
	}
	return pools
}

func (m *toyMission) has(slot string) bool {
	return slices.ContainsFunc(m.slots, func(s mission.Slot) bool { return s.ID == slot })
}

// sitting counts the live holds of a state in a pool.
func (t *toy) sitting(m *toyMission, pool, state string) (n int) {
	for _, h := range t.holds {
		if h.of == m && h.state == state && slices.Contains(m.poolsOf(h.slots), pool) {
			n++
		}
	}
	return n
}

func (t *toy) takenIn(m *toyMission, pool string) int {
	return m.pools[pool].elsewhere + t.sitting(m, pool, mission.Held) + t.sitting(m, pool, mission.Confirmed)
}

func (t *toy) taken(m *toyMission) (n int) {
	for p := range m.pools {
		n += t.takenIn(m, p)
	}
	return n
}

// seatAnswer is what a command on a hold answers.
func (t *toy) seatAnswer(o mission.Outcome, h *toyHold, changed bool) want {
	w := want{outcome: o, hold: h.id + " " + h.state, changed: changed}
	if t.missions[h.of.id] == h.of {
		w.taken = t.taken(h.of)
	}
	return w
}

func (t *toy) apply(e mission.Envelope) want {
	if k := t.keys[e.Key]; e.Key != "" && k != nil && k.end > t.now {
		w := k.want
		w.changed = false
		return w
	}
	w := t.command(e.Command)
	if !w.changed {
		return w
	}
	t.seq++
	if e.Key != "" {
		k := &toyKey{end: t.now + 86_400, want: w}
		if id, _, named := strings.Cut(w.hold, " "); named {
			k.volunteer = t.holds[id].volunteer
		}
		t.keys[e.Key] = k
	}
	return w
}

func (t *toy) command(c mission.Command) want {
	switch c := c.(type) {
	case mission.PutMission:
		return t.putMission(c)
	case mission.DeleteMission:
		return t.deleteMission(c)
	case mission.SetElsewhere:
		return t.setElsewhere(c)
	case mission.PutOrganization:
		suspended := c.Organization.State == mission.OrgSuspended
		was, known := t.suspended[c.Organization.ID]
		t.suspended[c.Organization.ID] = suspended
		return want{outcome: outcome(known), changed: true}.unless(known && was == suspended)
	case mission.PutVolunteer:
		return t.putVolunteer(c.Volunteer)
	case mission.EraseVolunteer:
		return t.erase(c.ID)
	case mission.HoldSeat:
		return t.hold(c)
	case mission.ImportSeat:
		return t.importSeat(c)
	case mission.Tick:
		return t.tick(c.At)
	}
	return t.resolve(c)
}

func outcome(known bool) mission.Outcome {
	if known {
		return mission.Updated
	}
	return mission.Created
}

// unless makes an answer "unchanged".
func (w want) unless(same bool) want {
	if same {
		w.outcome, w.changed = mission.Unchanged, false
	}
	return w
}

func (t *toy) putMission(c mission.PutMission) want {
	m := c.Mission
	old := t.missions[m.ID]
	revision := t.graves["m"+m.ID].revision
	if old != nil {
		revision = old.revision
	}
	if m.Revision > 0 && m.Revision <= revision {
		w := want{outcome: mission.Older}
		if old != nil {
			w.taken = t.taken(old)
		}
		return w
	}
	next := &toyMission{id: m.ID, org: m.OrganizationID(), state: m.State, booking: m.Booking, ends: m.Times.Ends, slots: m.Slots,
		pools: toyPools(m), revision: max(revision, m.Revision), raw: fmt.Sprintf("%v %v %v", rawOf(m), m.Times, m.Revision)}
	if old != nil {
		if w, ok := t.recast(old, next, c.KeepTaken); !ok {
			return w
		}
		if old.raw == next.raw && samePools(old, next) && !(m.State == mission.StateCancelled && t.anyLive(old)) {
			return want{outcome: mission.Unchanged, taken: t.taken(old)}
		}
		t.move(old, next)
	}
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
func (t *toy) recast(old, next *toyMission, keep bool) (want, bool) {
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
	counts := map[string]int{}
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
		}
	}
	return t.fit(old, next, counts, keep)
}

func (t *toy) fit(old, next *toyMission, counts map[string]int, keep bool) (want, bool) {
	same := slices.Equal(old.grouping(), next.grouping())
	names := make([]string, 0, len(next.pools))
	for name := range next.pools {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		p := next.pools[name]
		least := p.elsewhere + counts[name]
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
	for _, h := range t.holds {
		if h.of == m && h.live() {
			t.finish(h, mission.Released)
		} else if h.of == m && h.answer == mission.AnswerRefused {
			h.due = t.now + 30*86_400
		}
	}
	delete(t.missions, c.ID)
	if r := max(c.Revision, m.revision); r > 0 {
		t.graves["m"+c.ID] = toyGrave{r, t.now + 30*86_400}
	}
	return want{outcome: mission.Deleted, changed: true}
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
