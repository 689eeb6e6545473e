package store_test

import (
	"maps"
	"slices"
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
	waits      []*toyWait // in the order of joining
	ordinals   int        // given out
	outbound   bool       // paused
	perVisitor int
	sweep      int // ended of each kind by one Tick

	indexes     map[string]*toyIndex
	unswept     int // records without an index
	objectSweep int // of which one Tick removes so many
}

type toyMission struct {
	id, org, state, booking string
	ends                    int64
	slots                   []mission.Slot
	pools                   map[string]*toyPool // by own slot, "" for the shared or only one
	revision                int64
	version                 uint64
	raw                     string // what was written, to know the same again
	ordinal                 int
	looked                  bool  // its lists are looked at by the command under way
	owed                    int64 // when a resume of outbound has made its lists due, 0 for never
	withdrawn               int64 // when it goes, 0: it is listed
	last                    mission.PutMission
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
	changed   int64 // when its end was moved, or it was made
	expires   int64
	due       int64
	counted   bool
}

type toyPerson struct {
	born     int
	channel  string
	revision int64
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

	position int // in a waiting list
	waiter   string
}

func newToy() *toy {
	return &toy{missions: map[string]*toyMission{}, holds: map[string]*toyHold{}, people: map[string]*toyPerson{}, graves: map[string]toyGrave{},
		suspended: map[string]bool{}, records: map[string]mission.Record{}, keys: map[string]*toyKey{}, perVisitor: 3, sweep: 1_000,
		indexes: map[string]*toyIndex{}, objectSweep: mission.ObjectSweepMax}
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
	before, suspended := t.standings(), maps.Clone(t.suspended)
	w := t.command(e.Command)
	if !w.changed {
		return w
	}
	t.tendAll(e.Command, before, suspended)
	if m := t.concerned(e.Command); m != nil && w.kind == mission.Unknown {
		w.taken = t.taken(m)
	}
	t.seq++
	if e.Key != "" {
		k := &toyKey{end: t.now + 86_400, want: w}
		if id, _, named := strings.Cut(w.hold, " "); named {
			k.volunteer = t.holds[id].volunteer
		} else {
			k.volunteer = w.waiter
		}
		t.keys[e.Key] = k
	}
	return w
}

// concerned gives the mission with whose seats a command is answered, nil for
// none: seats that it freed may be on offer by then.
func (t *toy) concerned(c mission.Command) *toyMission {
	switch c := c.(type) {
	case mission.PutMission:
		return t.missions[c.Mission.ID]
	case mission.SetElsewhere:
		return t.missions[c.Mission]
	case mission.HoldSeat:
		return t.missions[c.Mission]
	case mission.ImportSeat:
		return t.missions[c.Mission]
	case mission.Recall:
		return t.missions[c.Mission]
	case mission.WithdrawMission:
		return t.missions[c.ID]
	case mission.ReleaseSeat:
		return t.missionOf(c.Hold)
	case mission.ConfirmSeat: // frees nothing, but finds what a pause of outbound has left
		return t.missionOf(c.Hold)
	case mission.AnswerSeat:
		return t.missionOf(c.Hold)
	}
	return nil
}

func (t *toy) missionOf(hold string) *toyMission {
	if m := t.holds[hold].of; t.missions[m.id] == m {
		return m
	}
	return nil
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
	case mission.JoinWaiting:
		return t.join(c)
	case mission.LeaveWaiting:
		return t.leave(c)
	case mission.Recall:
		return t.recall(c)
	case mission.SetOutbound:
		return t.setOutbound(c)
	case mission.WithdrawMission:
		return t.withdraw(c)
	case mission.Tick:
		return t.tick(c.At)
	}
	if w, ok := t.objects(c); ok {
		return w
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
