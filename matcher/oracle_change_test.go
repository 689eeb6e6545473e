package matcher_test

import (
	"fmt"

	"renfort/mission"
)

// changes draws the changes of one commit, applied to the toy. A Tick or a
// policy is a commit's last, so that nobody can tell where commits end.
func (k *maker) changes(policies []*mission.Policy) (cs []mission.Change) {
	for range 1 + k.IntN(6) {
		cs = append(cs, k.step()...)
	}
	if k.flood && k.chance(0.25) {
		cs = append(cs, k.crisis())
	}
	switch n := k.IntN(20); {
	case n < 6:
		cs = append(cs, k.t.ticks(1+k.Int64N(50))...)
	case n < 10:
		cs = append(cs, k.t.ticks(60*(1+k.Int64N(90)))...)
	case n < 11:
		cs = append(cs, k.t.ticks(86400*k.Int64N(4))...)
	case n < 12:
		cs = append(cs, k.t.putPolicy(pick(k, policies...)))
	}
	return cs
}

// step draws one thing that happens.
func (k *maker) step() []mission.Change {
	m := k.anyMission()
	switch n := k.IntN(100); {
	case n < 30 && m != nil:
		return k.seat(m)
	case n < 45:
		return k.resolveSome()
	case n < 55 && m != nil:
		return []mission.Change{k.elsewhere(m)}
	case n < 68 && m != nil:
		return []mission.Change{k.rewrite(m)}
	case n < 72:
		return k.newMission()
	case n < 75 && m != nil && len(k.t.missions) > k.missions/2:
		return k.t.delete(m)
	case n < 80:
		return []mission.Change{k.organization()}
	case n < 90:
		return []mission.Change{k.t.putVolunteer(k.volunteer(fmt.Sprint("v", k.IntN(30)), true))}
	case n < 91 && len(k.t.volunteers) > 3:
		return []mission.Change{k.t.erase(pick(k, k.t.volunteerIDs()...))}
	case n < 95 && m != nil:
		return []mission.Change{k.t.dismiss(fmt.Sprint("v", k.IntN(30)), m)}
	}
	return nil
}

// anyMission draws one that exists, nil if none was met.
func (k *maker) anyMission() *toyMission {
	for range 8 {
		if m := k.t.byOrdinal[k.IntN(len(k.t.byOrdinal))]; m != nil {
			return m
		}
	}
	return nil
}

// seat holds a seat if there is one, and sometimes confirms it at once.
func (k *maker) seat(m *toyMission) []mission.Change {
	slot := k.IntN(len(m.seats.Slots))
	if m.seats.Pools[m.seats.Slots[slot].Pool].Free() == 0 {
		return nil
	}
	k.next++
	cs := []mission.Change{k.t.hold(m, slot, fmt.Sprint("v", k.IntN(30)), fmt.Sprint("h", k.next))}
	if k.chance(0.3) {
		cs = append(cs, k.t.resolve(k.t.holds[len(k.t.holds)-1], mission.SeatConfirmed, mission.Confirmed))
	}
	return cs
}

// resolveSome ends or confirms one of the last holds that are live.
func (k *maker) resolveSome() []mission.Change {
	for i := len(k.t.holds) - 1; i >= 0 && i > len(k.t.holds)-20; i-- {
		h := k.t.holds[i]
		if !h.Live() || k.chance(0.5) {
			continue
		}
		switch {
		case h.State == mission.Held && k.chance(0.4):
			return []mission.Change{k.t.resolve(h, mission.SeatConfirmed, mission.Confirmed)}
		case h.State == mission.Held && k.chance(0.5):
			return []mission.Change{k.t.resolve(h, mission.SeatExpired, mission.Expired)}
		case h.State == mission.Confirmed && h.Volunteer != "" && k.chance(0.3):
			return []mission.Change{k.t.refuse(h)}
		}
		return []mission.Change{k.t.resolve(h, mission.SeatReleased, mission.Released)}
	}
	return nil
}

func (k *maker) elsewhere(m *toyMission) mission.Change {
	return k.t.seated(m, mission.SeatsChanged, func(s *mission.Seats) {
		p := &s.Pools[k.IntN(len(s.Pools))]
		p.Elsewhere = k.IntN(4)
		if p.Total != mission.SeatsUnknown {
			p.Over = max(0, p.Taken()-p.Total)
		}
	})
}

// rewrite replaces a mission by another of its id, or by itself with one thing
// changed.
func (k *maker) rewrite(m *toyMission) mission.Change {
	fresh, seats := k.mission(m.ID)
	if k.chance(0.3) {
		return k.t.put(fresh, seats)
	}
	same := *m.Mission
	s := *m.seats
	switch k.IntN(7) {
	case 0:
		same.State = pick(k, mission.StateOpen, mission.StateClosed)
	case 1:
		same.Locations = fresh.Locations
	case 2:
		same.Urgency = fresh.Urgency
	case 3:
		same.Domains, same.Activities = fresh.Domains, fresh.Activities
	case 4:
		same.Skills, same.MinAge = fresh.Skills, fresh.MinAge
	case 5:
		same.Organization, same.Group = fresh.Organization, fresh.Group
	case 6:
		same.Remote, same.Title = fresh.Remote, "new title"
	}
	s.State, s.MinAge, s.Organization = same.State, same.MinimumAge(), same.OrganizationID()
	return k.t.put(&same, &s)
}

// newMission adds one, at times under the id of one that was deleted.
func (k *maker) newMission() []mission.Change {
	id := fmt.Sprint("m", k.IntN(k.missions))
	if k.t.missions[id] != nil {
		k.next++
		id = fmt.Sprint("m", k.missions+k.next)
	}
	return []mission.Change{k.t.put(k.mission(id))}
}

func (k *maker) organization() mission.Change {
	id := fmt.Sprint("o", k.IntN(12))
	o, kind := k.t.orgs[id], mission.OrganizationRecord
	o.record = mission.Record{Answered: k.Int64N(60), Ignored: k.Int64N(60)}
	if k.chance(0.1) {
		o.record = mission.Record{Ignored: 1e6}
	}
	if k.chance(0.4) {
		o.suspended, kind = k.chance(0.4), mission.OrganizationPut
	}
	return k.t.putOrg(id, o, kind)
}
