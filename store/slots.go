package store

import (
	"fmt"
	"slices"
	"strings"

	"renfort/mission"
)

// choose finds the slots named and their pools.
func (g *grant) choose(slots []string) error {
	s := g.seats
	if len(slots) == 0 {
		if len(s.Pools) > 1 {
			return invalid("/slots", "is required: the mission has the slots "+slotNames(s))
		}
		if len(s.Slots) == 1 && s.Slots[0].ID != "" {
			g.slots = []string{s.Slots[0].ID}
		}
		g.pools = []int{0}
		return nil
	}
	for i, id := range slots {
		pointer := fmt.Sprintf("/slots/%d", i)
		t, ok := slotOf(s, id)
		switch {
		case !ok:
			return invalid(pointer, fmt.Sprintf("%q is no slot of this mission; it has %s", id, slotNames(s)))
		case slices.Contains(slots[:i], id):
			return invalid(pointer, fmt.Sprintf("%q is given twice", id))
		}
		if !slices.Contains(g.pools, t.Pool) {
			g.pools = append(g.pools, t.Pool)
		}
		if id != "" {
			g.slots = append(g.slots, id)
		}
	}
	return nil
}

func slotOf(s *mission.Seats, id string) (mission.SlotTerms, bool) {
	for _, t := range s.Slots {
		if t.ID == id {
			return t, true
		}
	}
	return mission.SlotTerms{}, false
}

// slotNames lists the slots for people; a long list is cut.
func slotNames(s *mission.Seats) string {
	if s.Slots[0].ID == "" {
		return "no named slots"
	}
	var names []string
	for i, t := range s.Slots {
		if i == 10 {
			names = append(names, fmt.Sprintf("and %d more", len(s.Slots)-i))
			break
		}
		names = append(names, fmt.Sprintf("%q", t.ID))
	}
	return strings.Join(names, ", ")
}

func invalid(pointer, detail string) error {
	return &mission.Error{Kind: mission.Invalid, Detail: "the request is not valid",
		Fields: []mission.FieldError{{Pointer: pointer, Detail: detail}}}
}

// notOver refuses a slot that has ended; without names, a pool of which every
// slot has.
func (g *grant) notOver(now int64) error {
	left := false
	for _, t := range g.seats.Slots {
		over := t.Ends != 0 && t.Ends < now
		if over && slices.Contains(g.slots, t.ID) {
			return notEligible("ended", "slot %q has ended", t.ID)
		}
		left = left || !over
	}
	if !left {
		return notEligible("ended", "every slot of the mission has ended")
	}
	return nil
}

// poolsOf gives the distinct pools in which a hold has a seat. A hold without
// slots is in the first: the mission's one, or the shared one.
func poolsOf(s *mission.Seats, h *mission.Hold) []int {
	if len(h.Slots) == 0 {
		return []int{0}
	}
	pools := make([]int, 0, len(h.Slots))
	for _, id := range h.Slots {
		t, ok := slotOf(s, id)
		if !ok {
			panic(fmt.Sprintf("store: hold %q has a seat in slot %q, which mission %q lacks", h.ID, id, h.Mission))
		}
		if !slices.Contains(pools, t.Pool) {
			pools = append(pools, t.Pool)
		}
	}
	return pools
}

func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

func overlap(a, b []int) bool {
	return slices.ContainsFunc(a, func(x int) bool { return slices.Contains(b, x) })
}

// inSlot names the slot of a pool, where it has one of its own.
func inSlot(s *mission.Seats, pool int) string {
	if len(s.Pools) == 1 {
		return ""
	}
	for _, t := range s.Slots {
		if t.Pool == pool {
			return fmt.Sprintf(" in slot %q", t.ID)
		}
	}
	return ""
}
