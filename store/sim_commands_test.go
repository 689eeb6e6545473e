package store_test

import (
	"fmt"

	"renfort/mission"
)

// How small the world of the simulation is: people meet, seats run out.
const (
	simMissions   = 3
	simVolunteers = 5
)

func (s *sim) pick(words ...string) string { return words[s.rnd.IntN(len(words))] }

func (s *sim) anyMission() string   { return fmt.Sprintf("m%d", s.rnd.IntN(simMissions)) }
func (s *sim) anyVolunteer() string { return fmt.Sprintf("v%d", s.rnd.IntN(simVolunteers)) }

// anyHold gives the id of a hold, mostly one in the state given.
func (s *sim) anyHold(state string) string {
	var fitting []string
	for _, id := range s.holds {
		if h := s.toy.holds[id]; h != nil && h.state == state {
			fitting = append(fitting, id)
		}
	}
	if len(fitting) > 0 && s.rnd.IntN(4) > 0 {
		return fitting[s.rnd.IntN(len(fitting))]
	}
	if len(s.holds) == 0 || s.rnd.IntN(20) == 0 {
		return "nobody"
	}
	return s.holds[s.rnd.IntN(len(s.holds))]
}

// someTime gives a log time to move to, often the very end of a hold.
func (s *sim) someTime() int64 {
	if h := s.toy.holds[s.anyHold(mission.Held)]; h != nil && s.rnd.IntN(2) == 0 {
		return h.expires
	}
	return s.toy.now + []int64{-5, 0, 1, 20, 40, 90, 500, 4_000, 80_000, 90_000, 2_600_000}[s.rnd.IntN(11)]
}

func (s *sim) newHold() string {
	id := fmt.Sprintf("h%d", len(s.holds))
	s.holds = append(s.holds, id)
	return id
}

// random gives a command, now and then with a key, or one that was sent before.
func (s *sim) random() mission.Envelope {
	if len(s.keyed) > 0 && s.rnd.IntN(20) == 0 {
		return s.keyed[s.rnd.IntN(len(s.keyed))]
	}
	e := mission.Envelope{Command: s.command(), Bulk: false}
	if _, tick := e.Command.(mission.Tick); !tick && s.rnd.IntN(8) == 0 {
		e.Key, e.Body = fmt.Sprintf("key %d", len(s.keyed)), 1
	}
	return e
}

func (s *sim) command() mission.Command {
	if s.crowded() && len(s.toy.missions) > 0 && s.rnd.IntN(4) > 0 {
		return s.crowdCommand()
	}
	switch n := s.rnd.IntN(135); {
	case n < 14 || len(s.toy.missions) == 0:
		return s.putMission()
	case n >= 118:
		return s.objectCommand()
	case n >= 115 || s.withdrawing() && n >= 60:
		return mission.WithdrawMission{ID: s.anyMission()}
	case n >= 112:
		return mission.LeaveWaiting{Mission: s.anyMission(), Volunteer: s.anyVolunteer()}
	case n >= 100:
		return mission.JoinWaiting{Mission: s.anyMission(), Volunteer: s.anyVolunteer(), Slot: s.pick("", "", "", "a", "b", "c")}
	case n < 46:
		return mission.HoldSeat{Hold: s.newHold(), Mission: s.anyMission(), Volunteer: s.anyVolunteer(), Slots: s.someSlots(),
			Seconds: []int{0, 30, 60, 3_600}[s.rnd.IntN(4)], Confirm: s.rnd.IntN(4) == 0, Ref: s.pick("", "", "r1", "r2"),
			Origin: s.pick("", "", mission.OriginLink)}
	case n < 58:
		return mission.ConfirmSeat{Hold: s.anyHold(mission.Held), Ref: s.pick("", "", "r3")}
	case n < 66:
		return mission.ReleaseSeat{Hold: s.anyHold(s.pick(mission.Held, mission.Confirmed)), Why: s.pick("", "ill")}
	case n < 69:
		return mission.ExtendSeat{Hold: s.anyHold(mission.Held), Seconds: []int{30, 600, 3_600}[s.rnd.IntN(3)]}
	case n < 76:
		return mission.AnswerSeat{Hold: s.anyHold(mission.Confirmed), By: s.pick("org", "volunteer"),
			Answer: s.pick(mission.AnswerAccepted, mission.AnswerRefused, mission.AnswerWithdrawn, mission.AnswerAttended)}
	case n < 80:
		return s.elsewhere()
	case n < 84:
		return mission.ImportSeat{Hold: s.newHold(), Mission: s.anyMission(), Volunteer: s.anyVolunteer(), Slots: s.someSlots()}
	case n < 95:
		return mission.Tick{At: s.someTime()}
	}
	return s.rareCommand()
}

// crowded says whether the run is one in which many want few seats.
func (s *sim) crowded() bool { return s.seed%3 == 0 }

// crowdCommand is what makes and moves waiting lists.
func (s *sim) crowdCommand() mission.Command {
	switch s.rnd.IntN(14) {
	case 12:
		return mission.WithdrawMission{ID: s.anyMission()}
	case 13:
		return s.putMission()
	case 10:
		return mission.SetOutbound{Paused: s.rnd.IntN(2) == 0}
	case 11:
		if s.rnd.IntN(3) == 0 {
			return s.recall()
		}
	case 0, 1, 2, 3:
		return mission.JoinWaiting{Mission: s.anyMission(), Volunteer: s.anyVolunteer(), Slot: s.pick("", "a", "b")}
	case 4, 5:
		return mission.HoldSeat{Hold: s.newHold(), Mission: s.anyMission(), Volunteer: s.anyVolunteer(), Slots: s.someSlots(), Seconds: 30}
	case 6, 7:
		return mission.ReleaseSeat{Hold: s.anyHold(s.pick(mission.Held, mission.Confirmed))}
	case 8:
		return mission.LeaveWaiting{Mission: s.anyMission(), Volunteer: s.anyVolunteer()}
	}
	return mission.Tick{At: s.toy.now + 30}
}

func (s *sim) rareCommand() mission.Command {
	switch s.rnd.IntN(7) {
	case 4, 5:
		return mission.SetOutbound{Paused: s.rnd.IntN(2) == 0}
	case 6:
		return s.recall()
	case 0:
		return mission.DeleteMission{ID: s.anyMission(), Force: s.rnd.IntN(2) == 0, Revision: s.someRevision()}
	case 1:
		return mission.PutOrganization{Organization: &mission.Organization{ID: s.pick("o1", "o2"), State: s.pick("", "", mission.OrgSuspended)}}
	case 2:
		return mission.PutVolunteer{Volunteer: &mission.Volunteer{ID: s.anyVolunteer(), Revision: s.someRevision(), BirthYear: []int{0, 1990, 2009}[s.rnd.IntN(3)],
			Channel: s.pick("", "push")}}
	}
	return mission.EraseVolunteer{ID: s.anyVolunteer()}
}

func (s *sim) recall() mission.Command {
	c := mission.Recall{Mission: s.anyMission(), Why: s.pick(mission.WhyDanger, mission.WhyEnough), Next: []string{"m1"}}
	for _, to := range []string{mission.RecallConfirmed, mission.RecallHeld, mission.RecallWaiting} {
		if s.rnd.IntN(2) == 0 {
			c.To = append(c.To, to)
		}
	}
	if len(c.To) == 0 {
		c.To = []string{mission.RecallAsked}
	}
	if s.rnd.IntN(3) == 0 {
		c.Slots = []string{s.pick("a", "b")}
	}
	return c
}

func (s *sim) someRevision() int64 {
	return []int64{0, 0, int64(s.step), int64(s.rnd.IntN(60))}[s.rnd.IntN(4)]
}

func (s *sim) elsewhere() mission.Command {
	n := s.rnd.IntN(4)
	c := mission.SetElsewhere{Mission: s.anyMission(), Slot: s.pick("", "", "a", "b")}
	if s.rnd.IntN(2) == 0 {
		c.Taken = &n
	} else {
		n -= 1
		c.Add = &n
	}
	return c
}

func (s *sim) someSlots() []string {
	return [][]string{nil, nil, nil, {"a"}, {"b"}, {"a", "b"}, {"b", "a"}, {"c"}}[s.rnd.IntN(8)]
}

func (s *sim) someMission() *mission.Mission {
	m := &mission.Mission{ID: s.anyMission(), Title: "t", Revision: s.someRevision(), State: s.pick(mission.StateOpen, mission.StateOpen, mission.StateOpen,
		mission.StateOpen, mission.StatePaused, mission.StateCancelled), Booking: mission.BookingHere}
	if s.rnd.IntN(20) == 0 {
		m.Booking = mission.BookingElsewhere
	}
	if org := s.pick("", "o1", "o2"); org != "" {
		m.Organization = &mission.OrgRef{ID: org}
	}
	n := func(most int) *int {
		if s.crowded() {
			most = 1
		}
		v := s.rnd.IntN(most + 1)
		return &v
	}
	if s.rnd.IntN(5) > 0 {
		m.Seats = n(4)
	}
	if s.rnd.IntN(8) == 0 {
		m.Times.Ends = s.toy.now + []int64{-100, 100, 5_000}[s.rnd.IntN(3)]
	}
	switch s.rnd.IntN(6) {
	case 0:
		m.Slots, m.Seats = []mission.Slot{{ID: "a", Seats: n(2)}, {ID: "b", Seats: n(2)}}, nil
	case 1:
		m.Slots = []mission.Slot{{ID: "a"}, {ID: "b"}}
	case 2:
		own := n(2)
		m.Slots = []mission.Slot{{ID: "a", Seats: own}, {ID: "b"}, {ID: "c"}}
		if m.Seats != nil {
			*m.Seats += *own
		}
	case 3:
		m.Slots = []mission.Slot{{ID: "a"}}
	}
	return m
}
