package selftest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"renfort/mission"
)

// hold is somebody's seat.
type hold struct {
	id, mission, volunteer string
	slots                  []string
	state                  string
	ref                    *string
	uncounted              bool // it is in no occupancy: a seat given out twice
	created, expires       time.Time
	changed                time.Time
}

// liveNow says whether it keeps a seat.
func (h *hold) liveNow() bool { return h.state == mission.Held || h.state == mission.Confirmed }

// refusal is why a seat is not given.
type refusal string

// The refusals, which are the contract's codes.
const (
	notFound        refusal = "not_found"
	notEligible     refusal = "not_eligible"
	bookElsewhere   refusal = "book_elsewhere"
	missionFull     refusal = "mission_full"
	holdExpired     refusal = "hold_expired"
	alreadyResolved refusal = "already_resolved"
)

// status gives the code of HTTP.
func (r refusal) status() int {
	switch r {
	case notFound:
		return 404
	case holdExpired:
		return 410
	}
	return 409
}

// Seats that were not asked for otherwise are held for so long.
const holdSeconds = 480

// wish is a seat that is asked for.
type wish struct {
	Mission   string   `json:"-"`
	Volunteer string   `json:"volunteer"`
	Slots     []string `json:"slots"`
	Seconds   int      `json:"ttl_s"`
	Confirm   bool     `json:"confirm"`
	Ref       *string  `json:"ref"`
}

// take holds a seat, and gives a copy of the hold; the lock is held.
func (s *state) take(w *wish, now time.Time) (h hold, created bool, why refusal) {
	r := s.mission[w.Mission]
	if r == nil {
		return hold{}, false, notFound
	}
	if old := s.live[[2]string{w.Volunteer, w.Mission}]; old != nil {
		return *old, false, ""
	}
	twice := false
	switch {
	case r.m.Booking == mission.BookingElsewhere:
		return hold{}, false, bookElsewhere
	case r.m.State != mission.StateOpen || r.m.Times.Ends != 0 && r.m.Times.Ends < now.Unix():
		return hold{}, false, notEligible
	case !r.fits(w.Slots):
		if twice = s.mischief.strikes(Oversold); !twice {
			return hold{}, false, missionFull
		}
	}
	seconds := cmp.Or(w.Seconds, holdSeconds)
	if twice {
		s.twice[w.Mission] = true
	}
	h = hold{id: fmt.Sprintf("h-%08d", len(s.holds)), mission: w.Mission, volunteer: w.Volunteer, slots: w.Slots, state: mission.Held, ref: w.Ref,
		uncounted: twice, created: now, expires: now.Add(time.Duration(seconds) * time.Second), changed: now}
	if w.Confirm {
		h.state = mission.Confirmed
	}
	s.keepHold(h, r, now)
	return h, true, ""
}

// fits says whether each slot has a seat; the mission, where none is named.
func (r *record) fits(slots []string) bool {
	for _, i := range r.poolsOf(slots) {
		if p := r.pools[i]; p.Total != mission.SeatsUnknown && p.Free() <= 0 {
			return false
		}
	}
	return true
}

// poolsOf gives the pools of slots; the first where none is named.
func (r *record) poolsOf(slots []string) []int {
	if len(slots) == 0 {
		return []int{0}
	}
	var pools []int
	for _, id := range slots {
		if i := r.slots[id]; !slices.Contains(pools, i) {
			pools = append(pools, i)
		}
	}
	return pools
}

// keepHold stores a hold; the lock is held.
func (s *state) keepHold(h hold, r *record, now time.Time) {
	s.wrote(now)
	kept := &h
	s.holds = append(s.holds, kept)
	s.hold[h.id] = kept
	s.live[[2]string{h.volunteer, h.mission}] = kept
	r.lastSeat = now
	s.count(kept, +1)
}

// count adds a live hold to its mission's seats, or takes it away.
func (s *state) count(h *hold, by int) {
	r := s.mission[h.mission]
	if r == nil || h.uncounted {
		return
	}
	for _, i := range r.poolsOf(h.slots) {
		switch h.state {
		case mission.Held:
			r.pools[i].Held += by
		case mission.Confirmed:
			r.pools[i].Confirmed += by
		}
	}
}

// settle resolves a hold by a caller's word: the same again is no error, and
// what has expired or was resolved otherwise is refused. The lock is held. A
// confirmed seat that the fault loses leaves no trace but the answer that it
// was confirmed.
func (s *state) settle(id, to string, ref *string, now time.Time) (hold, refusal) {
	h := s.hold[id]
	switch {
	case h == nil:
		return hold{}, notFound
	case h.state == to:
		return *h, ""
	case h.state == mission.Held && now.After(h.expires):
		s.resolve(h, mission.Expired, now)
		return *h, holdExpired
	case h.state == mission.Expired:
		return *h, holdExpired
	case !h.liveNow() || to == mission.Held:
		return *h, alreadyResolved
	}
	if ref != nil {
		h.ref = ref
	}
	s.resolve(h, to, now)
	if to == mission.Confirmed && s.mischief.strikes(LostHold) {
		s.forget(h)
	}
	return *h, ""
}

// forget removes a live hold as if it had never been; the lock is held.
func (s *state) forget(h *hold) {
	s.count(h, -1)
	delete(s.hold, h.id)
	delete(s.live, [2]string{h.volunteer, h.mission})
	s.holds[slices.Index(s.holds, h)] = nil // a hole, so that walks skip nothing
}

// resolve moves a live hold to another state; the lock is held. A seat given
// back where one was given twice hides the fault, which then comes again.
func (s *state) resolve(h *hold, to string, now time.Time) {
	s.count(h, -1)
	h.state, h.changed = to, now
	s.count(h, +1)
	if !h.liveNow() {
		if s.twice[h.mission] {
			s.mischief.again()
		}
		delete(s.live, [2]string{h.volunteer, h.mission})
	}
	s.wrote(now)
}
